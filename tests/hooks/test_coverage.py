"""`--sfn-cov` from outside, as a user runs it."""

import json
import re
import sys

import pytest

import pytest_sfn.hooks.coverage  # noqa: F401 - once here, or each run below imports all of it anew
from tests.helpers import machine, task

FLOW = machine(
    Pay=task(
        "pay",
        Retry=[{"ErrorEquals": ["Busy"]}],
        Catch=[{"ErrorEquals": ["Declined"], "Next": "Tell"}],
        Next="Ship",
    ),
    Ship={"Type": "Succeed"},
    Tell={"Type": "Fail", "Error": "NotPaid"},
)
TESTS = """
def test_paid(sfn_mock):
    sfn_mock.lambda_function("pay").returns({})
    assert sfn_mock.load("flow.asl.json").run().succeeded


def test_declined(sfn_mock):
    sfn_mock.lambda_function("pay").raises("Declined")
    assert sfn_mock.load("flow.asl.json").run().failed
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on FLOW and TESTS; gives the lines of the section on coverage, and the result."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    pytester.makeini("[pytest]\n")
    pytester.path.joinpath("flow.asl.json").write_text(json.dumps(FLOW, indent=2), encoding="utf-8")
    pytester.makepyfile(test_flow=TESTS)

    def run(*arguments):
        if any(each.startswith("-n") for each in arguments):
            pytest.importorskip("xdist")
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
        return section(result), result

    return run


def section(result):
    lines = result.outlines
    start = next((i for i, line in enumerate(lines) if re.fullmatch("=+ Step Functions coverage =+", line)), None)
    if start is None:
        return []
    end = next(i for i in range(start + 1, len(lines)) if re.match("=+ .* =+$", lines[i]))
    return lines[start + 1 : end]


TABLE = """\
Name              States   Transitions   Error paths   Cover
------------------------------------------------------------
flow.asl.json   {states}      1/1 100%      {errors}   {cover:>5}
------------------------------------------------------------
TOTAL           {states}      1/1 100%      {errors}   {cover:>5}""".splitlines()
BOTH = [line.format(states="3/3 100%", errors="1/2  50%", cover="83%") for line in TABLE]
PAID = [line.format(states="2/3  67%", errors="0/2   0%", cover="50%") for line in TABLE]


def test_nothing_without_the_option(run, pytester):
    assert run()[0] == []
    assert not pytester.path.joinpath(".sfn_coverage").exists()


def test_term_is_the_default(run):
    assert run("--sfn-cov")[0] == BOTH


def test_term_missing(run):
    lines, _ = run("--sfn-cov", "--sfn-cov-report=term-missing", "-k", "paid")
    assert lines == [
        *PAID,
        "",
        "flow.asl.json: no test takes these states and transitions",
        "  flow.asl.json:27  state Tell",
        "",
        "flow.asl.json: no test takes these error paths, and a mock that would",
        "  flow.asl.json:10  Pay: Retry[0] Busy",
        '      sfn_mock.lambda_function("pay").raises("Busy").returns({})',
        "  flow.asl.json:17  Pay: Catch[0] Declined -> Tell",
        '      sfn_mock.lambda_function("pay").raises("Declined")',
        "",
        "flow.asl.json: not counted, and never seen",
        "  flow.asl.json:8  Pay: Retry[0]: exhausted",
    ]


def test_workers_are_merged(run):
    assert run("--sfn-cov", "-n2")[0] == BOTH


def test_each_run_begins_anew_unless_it_is_to_append(run):
    assert run("--sfn-cov", "-k", "declined")[0][:5] != BOTH
    assert run("--sfn-cov", "-k", "paid")[0][:5] == PAID
    assert run("--sfn-cov", "--sfn-cov-append", "-k", "declined")[0][:5] == BOTH


@pytest.mark.parametrize("argument", ["--help", "--markers", "--fixtures", "--collect-only", "no_such_file.py"])
def test_what_runs_no_test_leaves_the_data_alone(run, pytester, argument):
    run("--sfn-cov")
    before = pytester.path.joinpath(".sfn_coverage").read_bytes()

    run("--sfn-cov", argument)

    assert pytester.path.joinpath(".sfn_coverage").read_bytes() == before


def test_a_definition_that_changed_since_is_not_appended_to(run, pytester):
    run("--sfn-cov")
    pytester.path.joinpath("flow.asl.json").write_text(json.dumps(FLOW, indent=2) + "\n", encoding="utf-8")
    lines, _ = run("--sfn-cov", "--sfn-cov-append", "-k", "paid")

    assert lines[:5] == PAID
    assert lines[-1] == (
        "warning: flow.asl.json:1: the definition has changed since its coverage was recorded, which is left out"
    )


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_fail_under(run, workers):
    lines, result = run(
        "--sfn-cov", "--sfn-cov-report=", "--sfn-cov-fail-under=75", "--sfn-cov-error-paths-fail-under=50.1", *workers
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert lines == [
        "Required Step Functions coverage of 75% reached. Total: 83.33%",
        "FAIL Required coverage of error paths of 50.1% not reached. Total: 50.00%",
    ]
    assert run("--sfn-cov", "--sfn-cov-fail-under=75", *workers)[1].ret == pytest.ExitCode.OK


def test_nothing_loaded_is_said_and_is_not_enough(run):
    lines, result = run("--sfn-cov", "--sfn-cov-fail-under=1", "-k", "nothing")

    assert lines == [
        "No definition was loaded: there is nothing to report.",
        "FAIL Required Step Functions coverage of 1% not reached. No definition was loaded",
    ]
    assert result.ret != pytest.ExitCode.OK


def test_ini_twins(run, pytester):
    pytester.makeini(
        "[pytest]\nsfn_cov = .\nsfn_cov_report =\n    json:out.json\n    term\nsfn_cov_fail_under = 90\n"
        "sfn_cov_context = test\nsfn_cov_file = kept/coverage\n"
    )
    lines, result = run()

    assert lines[0] == f"Coverage JSON written to {pytester.path / 'out.json'}"
    assert lines[1:6] == BOTH
    assert lines[-1] == "FAIL Required Step Functions coverage of 90% not reached. Total: 83.33%"
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert pytester.path.joinpath("kept", "coverage").exists()
    assert run("--no-sfn-cov")[0] == []


def test_contexts(run, pytester):
    run("--sfn-cov", "--sfn-cov-context=test", "--sfn-cov-report=json:out.json")
    (definition,) = json.loads(pytester.path.joinpath("out.json").read_text(encoding="utf-8"))["definitions"]
    contexts = {element["pointer"]: element["contexts"] for element in definition["elements"]}

    assert contexts["/States/Pay"] == ["test_flow.py::test_declined", "test_flow.py::test_paid"]
    assert contexts["/States/Ship"] == ["test_flow.py::test_paid"]
    assert contexts["/States/Pay/Retry/0/ErrorEquals/0"] == []
    assert definition["error_paths"] == {"taken": 1, "possible": 2, "percent": 50.0}


@pytest.mark.parametrize("source", ["other", "other/*.asl.yaml", "other/deep.asl.yaml"])
def test_a_definition_that_no_test_touches(run, pytester, source):
    folder = pytester.mkdir("other")
    folder.joinpath("deep.asl.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Succeed}\n", encoding="utf-8")
    lines, _ = run("--sfn-cov", f"--sfn-cov={source}", "--sfn-cov-report=term")

    assert [line.split() for line in lines[2:4]] == [
        ["flow.asl.json", "3/3", "100%", "1/1", "100%", "1/2", "50%", "83%"],
        ["other/deep.asl.yaml", "0/1", "0%", "-", "-", "0%"],
    ]


INLINE = """\
Resources:
  Ours:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
      Definition:
        StartAt: A
        States:
          A: {Type: Succeed}
"""


def test_a_folder_has_templates_too(run, pytester):
    folder = pytester.mkdir("other")
    folder.joinpath("template.yaml").write_text(INLINE, encoding="utf-8")
    folder.joinpath("queue").mkdir()
    folder.joinpath("queue", "template.yaml").write_text("Resources: {Queue: {Type: AWS::SQS::Queue}}\n", encoding="utf-8")
    lines, _ = run("--sfn-cov=other", "--sfn-cov-report=term", "-W", "error")

    assert [line.split()[0] for line in lines[2:4]] == ["Ours", "flow.asl.json"]


def test_a_folder_of_terraform_counts_once_and_without_the_modules_that_it_calls(run, pytester):
    machine = """
variable "name" {}
resource "aws_sfn_state_machine" "it" {
  name       = var.name
  role_arn   = "arn:aws:iam::123456789012:role/r"
  definition = jsonencode({
    StartAt = "A"
    States  = { A = { Type = "Succeed" } }
  })
}
"""
    files = {"main.tf": 'module "m" {\n  source = "./modules/m"\n  name = "mine"\n}\n', "modules/m/main.tf": machine}
    for name, text in {**files, "outputs.tf": "", ".git/config": ""}.items():
        path = pytester.path / "infra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines, _ = run("--sfn-cov=infra", "--sfn-cov-report=term", "-W", "error")

    assert [line.split()[0] for line in lines[2:4]] == ["flow.asl.json", "mine"]


def test_formats_without_places_in_templates_say_so(run, pytester):
    pytest.importorskip("coverage")
    pytester.path.joinpath("template.yaml").write_text(INLINE, encoding="utf-8")
    _, result = run("--sfn-cov=template.yaml", "--sfn-cov-report=xml", "-k", "nothing")

    result.stdout.fnmatch_lines(
        [
            "--sfn-cov-report: XML: *sfn-coverage.xml: nothing to write: Ours: no file with a printable name in which *",
            "  fix  json, markdown and html have definitions inside of templates too",
        ]
    )


def test_a_machine_of_a_template_counts_once_under_its_logical_id_whatever_its_parameters(run, pytester):
    template = INLINE.replace("Properties:\n", "Properties:\n      StateMachineName: !Sub ours-${Stage}\n", 1)
    template = f"Parameters: {{Stage: {{Type: String}}}}\n{template}"
    pytester.path.joinpath("template.yaml").write_text(template, encoding="utf-8")
    pytester.path.joinpath("test_stages.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('stage', ['dev', 'prod'])\ndef test_stage(sfn_mock, stage):\n"
        "    assert sfn_mock.load('template.yaml', parameters={'Stage': stage}).run({}).succeeded\n",
        encoding="utf-8",
    )
    lines, _ = run("--sfn-cov", "--sfn-cov-report=term", "-k", "stage")

    assert [line.split() for line in lines[2:3]] == [["Ours", "1/1", "100%", "-", "-", "100%"]]


def test_a_definition_that_is_named_and_touched_is_one(run):
    assert run("--sfn-cov=flow.asl.json")[0] == BOTH


@pytest.mark.filterwarnings("default")
def test_a_file_that_is_no_definition_is_warned_about(run, pytester):
    pytester.path.joinpath("broken.asl.json").write_text('{"StartAt": ', encoding="utf-8")
    lines, result = run("--sfn-cov=broken.asl.json", "-W", "default")

    assert lines == BOTH
    result.stdout.fnmatch_lines(["*DefinitionWarning: --sfn-cov: *broken.asl.json:1:*"])


@pytest.mark.parametrize(
    "option",
    [
        "--sfn-cov-report=term",
        "--sfn-cov-fail-under=1",
        "--sfn-cov-error-paths-fail-under=1",
        "--sfn-cov-append",
        "--sfn-cov-context=test",
        "--sfn-cov-precision=0",
    ],
)
def test_an_option_that_needs_coverage_switches_it_on(run, option):
    assert run(option)[0][:5] == BOTH
    assert run(option, "--no-sfn-cov")[0] == []


@pytest.mark.parametrize("ini", ["[pytest]\naddopts = --sfn-cov=other.asl.json", "[pytest]\nsfn_cov = other.asl.json"])
def test_reset(run, pytester, ini):
    pytester.path.joinpath("other.asl.json").write_text(json.dumps(EASY), encoding="utf-8")
    pytester.makeini(f"{ini}\nsfn_cov_report = term\n")

    assert any(line.startswith("other.asl.json") for line in run()[0])
    assert run("--sfn-cov-reset")[0] == []
    assert run("--sfn-cov-reset", "--sfn-cov")[0] == BOTH
    assert run("--sfn-cov=nowhere", "--sfn-cov-reset", "--sfn-cov=flow.asl.json")[0] == BOTH


def test_precision(run):
    lines, _ = run("--sfn-cov-precision=2", "-k", "paid")
    assert [line.split()[1:] for line in lines[2:5:2]] == [["2/3", "66.67%", "1/1", "100.00%", "0/2", "0.00%", "50.00%"]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--sfn-cov=nowhere"],
            (
                "--sfn-cov=nowhere: no definition there; it may be a file, a glob, or a folder with definitions or templates: "
                "*.asl.json, *.asl.yaml, *.asl.yml, *.asl, template.yaml, template.yml, template.json, *.template.json, "
                "serverless.yml, serverless.yaml, *.tf, *.tf.json"
            ),
        ),
        (
            ["--sfn-cov", "tests"],
            (
                "--sfn-cov=tests: no definition there; it takes the word after it for its SOURCE: write it last, "
                "or as --sfn-cov=SOURCE"
            ),
        ),
        (
            ["-o", "sfn_cov=true"],
            (
                "ini sfn_cov: 'true': no definition there; sfn_cov = . switches coverage on, for the definitions below "
                "the rootdir"
            ),
        ),
        (
            ["--sfn-cov", "--sfn-cov-report=pdf"],
            (
                "--sfn-cov-report: 'pdf' is not a report; there are term, term-missing, json, markdown, markdown-append, "
                "html, xml, lcov"
            ),
        ),
        (
            ["--sfn-cov-report=term:x"],
            ("--sfn-cov-report: 'term:x': term goes to the terminal and takes no file; term:skip-covered leaves out rows"),
        ),
        (
            ["--sfn-cov-report=json:a", "--sfn-cov-report=xml:a"],
            "--sfn-cov-report: json and xml would both write a; name another file: xml:FILE",
        ),
        (["--sfn-cov-precision=10"], "--sfn-cov-precision: '10' is not a number of digits from 0 to 9"),
        (["-o", "sfn_cov_precision=-1", "--sfn-cov"], "ini sfn_cov_precision: '-1' is not a number of digits from 0 to 9"),
        (["-o", "sfn_cov_fail_under=all", "--sfn-cov"], "ini sfn_cov_fail_under: 'all' is not a percentage from 0 to 100"),
        (["--sfn-cov", "--sfn-cov-fail-under=101"], "--sfn-cov-fail-under: '101' is not a percentage from 0 to 100"),
        (["--sfn-cov", "--sfn-cov-context=line"], "--sfn-cov-context: 'line'; the only context is 'test'"),
    ],
)
def test_mistakes_end_the_run_before_it_begins(run, arguments, message):
    _, result = run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message.replace('[', '[[]')}"])


def test_a_broken_coverage_file_is_not_appended_to(run, pytester):
    file = pytester.path / ".sfn_coverage"
    file.write_text('{"format":"pytest-sfn coverage"', encoding="utf-8")
    _, result = run("--sfn-cov", "--sfn-cov-append")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --sfn-cov: {file}: the coverage data is cut off or damaged: *"])
    assert run("--sfn-cov")[0] == BOTH  # and begun anew, it is replaced


def test_an_account_of_a_wider_fixture_counts_for_the_test_that_uses_it(run, pytester):
    pytester.makepyfile(
        test_flow="""
        import pytest
        from pytest_sfn import SfnMock

        @pytest.fixture(scope="module")
        def account():
            with SfnMock() as mock:
                mock.lambda_function("pay").raises("Declined", times=1).returns({})
                mock.load("flow.asl.json")
                yield mock

        def test_one(account):
            account.machines[0].run()

        def test_two(account):
            account.machines[0].run()
        """
    )
    run("--sfn-cov", "--sfn-cov-context=test", "--sfn-cov-report=json:out.json")
    (definition,) = json.loads(pytester.path.joinpath("out.json").read_text(encoding="utf-8"))["definitions"]
    contexts = {element["pointer"]: element["contexts"] for element in definition["elements"]}

    assert (contexts["/States/Tell"], contexts["/States/Ship"]) == (["test_flow.py::test_one"], ["test_flow.py::test_two"])


def test_failing_tests_are_coverage_too(run, pytester):
    pytester.makepyfile(test_flow=TESTS.replace(".succeeded", ".failed"))
    lines, result = run("--sfn-cov", "-k", "paid")

    result.assert_outcomes(failed=1)
    assert lines[:5] == PAID


STOPPED = "the run ended before all tests had run"
CRASHED = "worker gw0 of pytest-xdist ended without sending its coverage"
EASY = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


@pytest.mark.parametrize(
    ("body", "arguments", "reason"),
    [
        ("assert False", ("-x",), STOPPED),
        ("assert False", ("--maxfail=1",), STOPPED),
        ("raise KeyboardInterrupt", (), STOPPED),
        ("pytest.exit('enough')", (), STOPPED),
        ("os._exit(1)", ("-n1", "--max-worker-restart=0"), CRASHED),
        ("os._exit(1)", ("-n1",), CRASHED),
        ("os.kill(os.getpid(), 9)", ("-n1",), CRASHED),
        ("assert False", ("-n1", "-x"), STOPPED),
    ],
)
def test_what_ended_early_is_never_complete(pytester, body, arguments, reason):
    if any(each.startswith("-n") for each in arguments):
        pytest.importorskip("xdist")
    pytester.makeini("[pytest]\n")
    pytester.makepyfile(
        f"""
        import os, pytest
        def test_1(sfn_mock):
            assert sfn_mock.load({EASY!r}, name="easy").run().succeeded
        def test_2():
            {body}
        def test_3(sfn_mock):
            sfn_mock.load({FLOW!r}, name="flow")
        """
    )
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "--sfn-cov", "--sfn-cov-fail-under=1", "--sfn-cov-report=term", *arguments
    )
    lines = section(result)
    assert any(line.startswith(f"warning: {reason}") and line.endswith(": the coverage is incomplete") for line in lines)
    assert not any(line.startswith("TOTAL") and line.endswith("100%") for line in lines)
    failed = "FAIL Required Step Functions coverage of 1% not reached. Data is missing; without it: "
    assert any(line.startswith(failed) for line in lines)
    assert result.ret != pytest.ExitCode.OK

    shown = pytester.run(sys.executable, "-m", "pytest_sfn", "coverage", "report", "--fail-under=1")  # the file knows it
    assert shown.ret == 1
    assert f"warning: {reason}: the coverage is incomplete" in shown.outlines


def test_stopping_after_the_last_test_leaves_nothing_out(run, pytester):
    pytester.makepyfile(test_flow=TESTS.replace(".failed", ".succeeded"))
    lines, result = run("--sfn-cov", "-x", "--sfn-cov-report=json:out.json")

    assert lines == ["Coverage JSON written to " + str(pytester.path / "out.json")]
    assert json.loads(pytester.path.joinpath("out.json").read_text(encoding="utf-8"))["complete"] is True
    result.assert_outcomes(passed=1, failed=1)


def test_missing_data_is_said_beside_every_report(run, pytester):
    pytester.makepyfile(test_flow=TESTS.replace(".succeeded", ".failed"))
    lines, _ = run("--sfn-cov", "-x", "--sfn-cov-report=json:out.json")

    assert lines == [
        "Coverage JSON written to " + str(pytester.path / "out.json"),
        f"warning: {STOPPED}: the coverage is incomplete",
    ]
    assert json.loads(pytester.path.joinpath("out.json").read_text(encoding="utf-8"))["complete"] is False


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_state_name_that_utf_8_cannot_hold(run, pytester, workers):
    definition = json.dumps({"StartAt": "a\ud800", "States": {"a\ud800": {"Type": "Succeed"}}})
    pytester.path.joinpath("flow.asl.json").write_text(definition, encoding="utf-8")
    pytester.makepyfile(test_flow="def test_it(sfn_mock):\n    assert sfn_mock.load('flow.asl.json').run().succeeded\n")
    lines, result = run("--sfn-cov", "--sfn-cov-report=term", "--sfn-cov-report=json:out.json", *workers)

    result.assert_outcomes(passed=1)
    assert lines[-2:] == [
        "TOTAL           1/1 100%             -             -    100%",
        f"Coverage JSON written to {pytester.path / 'out.json'}",
    ]


def test_a_lock_that_is_never_let_go(run, pytester, monkeypatch):
    monkeypatch.setattr("pytest_sfn.coverage.data.PATIENCE", 0)
    monkeypatch.setattr("pytest_sfn.coverage.data._lock", lambda path: None)
    file = pytester.path / ".sfn_coverage"
    lines, result = run("--sfn-cov", "--sfn-cov-report=")

    assert lines == [
        f"--sfn-cov: the coverage was not kept: {file}: another process has held this file for 0 seconds",
        "  fix  wait until no other run of tests, and no combination of their data, is going on, and run it again",
    ]
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("name", "reason"), [("json", "json needs a file, and {} is a folder"), ("html", "html needs a folder, and {} is a file")]
)
def test_a_place_that_cannot_take_the_report_ends_the_run_before_it_begins(run, pytester, name, reason):
    place = pytester.path / "out"
    place.touch() if name == "html" else place.mkdir()
    _, result = run(f"--sfn-cov-report={name}:out")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --sfn-cov-report: {reason.format(place)}"])


@pytest.mark.parametrize("append", [(), ("--sfn-cov-append",)])
def test_a_folder_as_the_file_ends_the_run_before_it_begins(run, pytester, append):
    file = pytester.mkdir(".sfn_coverage")
    _, result = run("--sfn-cov", *append)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --sfn-cov: {file}: it is a folder, and cannot hold coverage data"])


def test_without_pytest_cov_and_xdist(run):
    assert run("--sfn-cov", "-p", "no:pytest_cov", "-p", "no:xdist")[0] == BOTH


def test_the_engine_is_not_imported_for_a_run_that_uses_none_of_it(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            assert not [name for name in sys.modules if name.startswith(("pytest_sfn.coverage", "pytest_sfn.engine"))]
        """
    )
    pytester.runpytest_subprocess("-p", "no:pytest_cov").assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_machine_that_a_template_makes_of_a_file_is_that_file(run, pytester, workers):
    pytester.path.joinpath("main.tf").write_text(
        'resource "aws_sfn_state_machine" "orders" {\n  name = "orders"\n  role_arn = "arn:aws:iam::123456789012:role/x"\n'
        '  definition = templatefile("${path.module}/flow.asl.json", {})\n}\n',
        encoding="utf-8",
    )
    pytester.makepyfile(test_flow=TESTS.replace("flow.asl.json", "main.tf"))

    assert run("--sfn-cov=.", *workers)[0] == BOTH


def test_a_template_that_no_test_touches(run, pytester):
    template = {"Resources": {
        "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "flow.asl.json"}},
        "Own": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": FLOW}},
        "Broken": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "nowhere.asl.json"}},
    }}  # fmt: skip
    text = json.dumps(template, indent=1)
    pytester.path.joinpath("template.json").write_text(text, encoding="utf-8")
    lines, result = run("--sfn-cov=template.json", "--sfn-cov-report=term", "-W", "default")

    assert [line.split()[:2] for line in lines[2:4]] == [["Own", "0/3"], ["flow.asl.json", "3/3"]]
    missing, _ = run("--sfn-cov=template.json", "--sfn-cov-report=term-missing", "-W", "ignore")
    number = 1 + next(n for n, line in enumerate(text.splitlines()) if '"Pay": {' in line)
    assert f"  template.json:{number}  state Pay" in missing
    result.stdout.fnmatch_lines(["*DefinitionWarning: --sfn-cov: template.json:*there is no file 'nowhere.asl.json'*"])
