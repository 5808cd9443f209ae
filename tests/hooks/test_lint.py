"""`pytest --sfn-lint`, from outside."""

from __future__ import annotations

import pytest

WRONG = '{"StartAt": "A", "States": {\n"A": {"Type": "Pass", "Next": "Bb"}, "B": {"Type": "Succeed"}}}'
WARNED = '{"StartAt": "A", "States": {\n"A": {"Type": "Wait", "Seconds": 99999999, "End": true}}}'
CLEAN = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  One: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machines/clean.asl.json}}
  Two: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machines/warned.asl.json}}
"""

SERVICE = """\
service: s
custom: {wait: 1}
stepFunctions: {stateMachines: {m: {definition: '${file(flow.asl.json)}'}}}
"""


@pytest.fixture
def project(pytester):
    """Definitions beside the tests, not below them."""
    pytester.makeini("[pytest]\ntestpaths = tests\n")
    for name, text in (
        ("machines/wrong.asl.json", WRONG),
        ("machines/warned.asl.json", WARNED),
        ("machines/clean.asl.json", CLEAN),
        ("tests/test_it.py", "def test_it(): pass"),
        ("template.yaml", TEMPLATE),
    ):
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return pytester


def configure(project, *lines):
    project.makeini("\n".join(["[pytest]", "testpaths = tests", *lines]))


def test_nothing_is_collected_unasked(project):
    project.runpytest("machines", "tests").assert_outcomes(passed=1)


def test_a_run_that_lints_nothing_says_so(project):
    result = project.runpytest("--sfn-lint")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*= sfn-lint linted nothing =*", "*; name them in the ini key sfn_definitions, *"])
    for arguments in (("tests",), ("--co",), ("-k", "nothing")):
        assert "linted nothing" not in project.runpytest("--sfn-lint", *arguments).stdout.str()
    configure(project, "sfn_definitions = machines/clean.asl.json")
    assert "linted nothing" not in project.runpytest("--sfn-lint").stdout.str()


def test_a_failure_reads_like_a_compilers(project):
    result = project.runpytest("--sfn-lint", "machines/wrong.asl.json")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ sfn-lint: wrong.asl.json _*",
            "machines/wrong.asl.json:2:31: error SFN104 missing-target: state 'A': Missing 'Next' target: Bb",
            '    2 | "A": {"Type": "Pass", "Next": "Bb"}, "B": {"Type": "Succeed"}}}',
            "      |                               ^",
            "  fix  did you mean 'B'?",
            "  see  pytest-sfn docs lint#sfn104-missing-target (https://pytest-sfn.readthedocs.io/en/latest/lint.html#sfn104-missing-target)",
            "machines/wrong.asl.json:2:38: error SFN201 unreachable-state: *",
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(["FAILED machines/wrong.asl.json::sfn-lint*"])


def test_files_that_pytest_comes_by(project):
    result = project.runpytest("--sfn-lint", "-v", ".")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["template.yaml::One PASSED*", "template.yaml::Two PASSED*"])
    result.stdout.no_fnmatch_line("machines/clean.asl.json::*")  # the template has it


def test_what_is_linted_as_a_part_of_another_file(project):
    flow = CLEAN.replace('"Succeed"', '"Wait", "Seconds": "${self:custom.wait}", "End": true')
    for name, text in (
        ("sls/flow.asl.json", flow),
        ("sls/serverless.yml", SERVICE),
        ("tf/package.json", "{}"),  # a project, since the folder of these tests is a home directory
        ("sls/package.json", "{}"),
        ("tf/m/main.tf", 'variable "d" {}\nresource "aws_sfn_state_machine" "this" {\n  definition = var.d\n}\n'),
        ("tf/main.tf", f'provider "aws" {{}}\nmodule "order" {{\n  source = "./m"\n  d = <<EOF\n{CLEAN}\nEOF\n}}\n'),
    ):
        path = project.path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")

    result = project.runpytest("--sfn-lint", "-v", "--sfn-lint-strict", "sls", "tf")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["sls/serverless.yml::m PASSED*", "tf/main.tf::module.order.this PASSED*"])
    alone = project.runpytest("--sfn-lint", "-v", "sls/flow.asl.json")
    alone.stdout.fnmatch_lines(["sls/flow.asl.json::m PASSED*"])


def test_files_that_the_ini_names_lie_anywhere(project):
    configure(project, "sfn_definitions = machines/w*.json template.yaml")

    result = project.runpytest("--sfn-lint", "-v")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["machines/wrong.asl.json::sfn-lint FAILED*", "template.yaml::One PASSED*"])
    project.runpytest("--sfn-lint", "tests").assert_outcomes(passed=1)


def test_a_folder_that_the_ini_names(project):
    configure(project, "sfn_definitions = machines")

    project.runpytest("--sfn-lint").assert_outcomes(passed=3, failed=1)


def test_a_glob_that_matches_nothing(project):
    configure(project, "sfn_definitions = machine/*.json")
    result = project.runpytest("--sfn-lint")

    result.stderr.fnmatch_lines(["ERROR: ini sfn_definitions: nothing matches 'machine/[*].json' in *"])


@pytest.mark.parametrize("options", [[], ["-q"]])
def test_warnings_have_a_section_of_their_own(project, options):
    result = project.runpytest("--sfn-lint", "machines/warned.asl.json", *options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["=* sfn-lint warnings =*", "machines/warned.asl.json:2:34: warning SFN705 wait-too-long: state 'A': *"],
        consecutive=True,
    )


@pytest.mark.parametrize(("arguments", "lines"), [(["--sfn-lint-strict"], []), (["--sfn-lint"], ["sfn_lint_strict = true"])])
def test_warnings_fail_if_they_count(project, arguments, lines):
    configure(project, *lines)

    project.runpytest(*arguments, "machines/warned.asl.json").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["--sfn-lint-ignore=SFN104,unreachable-state"], []),
        (["--sfn-lint-ignore=SFN104", "--sfn-lint-ignore=SFN201"], []),
        ([], ["sfn_lint_ignore = SFN1 SFN2"]),
    ],
)
def test_rules_that_do_not_count(project, arguments, lines):
    configure(project, *lines)

    project.runpytest("--sfn-lint", "machines/wrong.asl.json", *arguments).assert_outcomes(passed=1)


def test_rules_that_do_not_count_for_one_machine(project):
    project.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                if "wrong" in item.nodeid:
                    item.add_marker(pytest.mark.sfn_lint(ignore="SFN104,SFN201"))
        """
    )

    project.runpytest("--sfn-lint", "machines").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('ignore=["SFN104", "SFN201"]', ""),
        ('ignore="SFN999"', "the marker sfn_lint: ignore: 'SFN999' is not a rule of the linter; *"),
        ("ignore=3", 'the marker sfn_lint takes rules: pytest.mark.sfn_lint(ignore="SFN203")'),
        ('ignor="SFN104"', 'the marker sfn_lint takes rules: pytest.mark.sfn_lint(ignore="SFN203")'),
        ('"SFN104"', 'the marker sfn_lint takes rules: pytest.mark.sfn_lint(ignore="SFN203")'),
    ],
)
def test_a_marker_is_read_or_fails_the_item_with_a_message(project, marker, message):
    project.makeconftest(
        f"""
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.sfn_lint({marker}))
        """
    )

    result = project.runpytest("--sfn-lint", "machines/wrong.asl.json")

    result.assert_outcomes(passed=not message, failed=bool(message))
    assert "Traceback" not in result.stdout.str()
    if message:
        result.stdout.fnmatch_lines([message.replace("[", "[[]")])


@pytest.mark.parametrize(
    ("ini", "options", "failed"),
    [
        ("sfn_lint = true", [], 1),
        ("sfn_lint = true\nsfn_lint_select = SFN3", [], 0),
        ("sfn_lint_select = SFN3", ["--sfn-lint-select=SFN1"], 1),  # which switches it on, and replaces the ini key
        ("sfn_lint_ignore = SFN1", ["--sfn-lint-ignore=SFN2"], 0),
    ],
)
def test_rules_and_lint_itself_by_ini_and_option(project, ini, options, failed):
    configure(project, ini)
    project.runpytest("machines", *options).assert_outcomes(passed=3 - failed, failed=failed)


def test_a_rule_that_does_not_exist(project):
    result = project.runpytest("--sfn-lint", "--sfn-lint-ignore=SFN9999")

    result.stderr.fnmatch_lines(["ERROR: --sfn-lint-ignore: 'SFN9999' is not a rule of the linter; *"])


def test_under_xdist(project):
    pytest.importorskip("xdist")
    configure(project, "sfn_definitions = machines")

    result = project.runpytest("--sfn-lint", "-n1")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["=* sfn-lint warnings =*", "*: warning SFN705 wait-too-long: *"], consecutive=True)


def test_a_file_that_is_no_text(project):
    project.path.joinpath("bad.asl.json").write_bytes(b"\xff\xfe{")
    result = project.runpytest("--sfn-lint", "bad.asl.json")

    result.stdout.fnmatch_lines(["*bad.asl.json:1:1: *The file is not UTF-8 text*"])
