"""The options, ini keys and markers of the plugin: what they are called, what `pytest --help` says of them, and their types.

pytest needs them in every run, so the module imports pytest alone.
"""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["FAULTS_MARKER", "LINT_MARKER", "MARKER", "OF_LINT", "add_options", "check_types"]

MARKER = (
    "sfn(definition=None, *, logical_id=None, parameters=None, substitutions=None, name=None, type=None, role_arn=None, "
    "allowed_folders=(), strict=False, validate='strict', "
    "quotas='aws', network='refuse', seed=0, start_time=None, region='us-east-1', account_id='123456789012', "
    "mock_config=None, test_case=None): the "
    "definition for the fixture state_machine, and settings of sfn_mock and sfn_aws for this test: strict fails it if a mock "
    "is never called; validate is 'strict', 'present' or 'none'; quotas is 'aws' or None; network is 'refuse' or 'allow'; "
    "start_time is a datetime or ISO 8601 text; mock_config is the path of a MockConfigFile.json of Step Functions Local, and "
    "test_case the test case of it under which executions run (pytest-sfn)"
)

FAULTS_MARKER = (
    "sfn_faults(definition=None, *, tasks=None, errors=None, extra=(), every=False, pairs=False, logical_id=None, "
    "parameters=None, substitutions=None, allowed_folders=()): run the test once for each fault that the definition's tasks "
    "can meet, of faults that the same Retriers and Catcher take once; every=True runs all; without a definition it is that "
    "of the marker sfn; the fixture sfn_fault describes the fault (pytest-sfn)"
)

LINT_MARKER = (
    "sfn_lint(*, ignore=''): linter rules to ignore for a state machine's item under --sfn-lint; add the marker in "
    "pytest_collection_modifyitems (pytest-sfn)"
)

OF_LINT = {
    "_select": "Use these rules alone",
    "_extend_select": "Add rules that are off by themselves",
    "_ignore": "Leave rules out; the more precise name wins over a selected one",
}


def add_options(parser: pytest.Parser) -> None:
    """Add all of them."""
    group = parser.getgroup("sfn", "AWS Step Functions (pytest-sfn)")
    group.addoption(
        "--sfn-strict",
        action="store_true",
        default=None,
        help="Fail tests in which a mock is never called (ini: sfn_strict)",
    )
    group.addoption(
        "--sfn-intercept",
        action="store_true",
        default=None,
        help="Answer every boto3 client of stepfunctions of the whole run, without any fixture (ini: sfn_intercept)",
    )
    group.addoption(
        "--sfn-show",
        metavar="WHICH",
        help="Show the timelines of 'failed' tests, the default, of 'all' or of 'none' (ini: sfn_show)",
    )
    group.addoption(
        "--sfn-html",
        metavar="DIR",
        help="Write a page for each failed test that shows its executions; for every test with --sfn-show=all (ini: sfn_html)",
    )
    group.addoption("--sfn-seed", default=None, metavar="N", help="Seed of all random values of an execution (ini: sfn_seed)")
    _add_ini(parser, "sfn_strict", "Fail tests in which a mock is never called", "bool")
    _add_ini(parser, "sfn_intercept", "Answer every boto3 client of stepfunctions of the whole run", "bool")
    _add_ini(parser, "sfn_show", "Whose timelines are shown: of 'failed' tests, of 'all' or of 'none'", default="failed")
    _add_ini(parser, "sfn_html", "Folder for a page of each failed test, relative to the rootdir")
    _add_ini(
        parser, "sfn_validate", "How mocks' answers for services are checked: 'strict', 'present' or 'none'", default="strict"
    )
    _add_ini(parser, "sfn_quotas", "Quotas of executions: 'aws', the default, or 'none'", default="aws")
    _add_ini(
        parser,
        "sfn_network",
        "Connections of stubs, handlers and boto3 clients to other machines: 'refuse', the default, or 'allow'",
        default="refuse",
    )
    _add_number(parser, "sfn_seed", "Seed of all random values of an execution (jitter, UUIDs); 0 by default", int)
    _add_ini(parser, "sfn_region", "Region of the mocked account; us-east-1 by default", default="us-east-1")
    _add_ini(parser, "sfn_account_id", "Id of the mocked account; 123456789012 by default", default="123456789012")
    _add_ini(parser, "sfn_definition_root", "One more folder for relative paths of definitions")
    _add_ini(parser, "sfn_allowed_folders", "Folders in which templates may name files besides their own project", "paths")
    _add_ini(parser, "sfn_substitutions", "Values for ${Name} in definitions, one NAME=VALUE per line", "linelist")
    _add_ini(parser, "sfn_parameters", "Values for parameters of templates, one NAME=VALUE per line", "linelist")
    _add_ini(
        parser,
        "sfn_parameter_check",
        "Literal parameters of service tasks that AWS refuses: 'error', the default, or 'warning'",
        default="error",
    )
    _add_ini(parser, "sfn_start_time", "Virtual time at which a test begins; 2024-01-01T00:00:00Z by default")

    _add_coverage_options(parser)
    _add_lint_options(parser)
    _add_target_options(parser)


_INI: dict[str, None] = {}
"""The names of all our ini keys, in order."""


_BY_DEFAULT: dict[Any, Any] = {"bool": False, "args": [], "linelist": [], "paths": []}


def _add_ini(parser: pytest.Parser, name: str, what: str, kind: Any = None, default: Any = "") -> None:
    _INI[name] = None
    parser.addini(name, what, type=kind, default=_BY_DEFAULT.get(kind, default))


def _add_number(parser: pytest.Parser, name: str, what: str, kind: type[int | float]) -> None:
    """An ini key that `[tool.pytest]` of pytest 9 may write as a number; before 9.2 it must."""
    native = kind | str if pytest.version_tuple >= (9, 2) else kind.__name__ if pytest.version_tuple >= (9,) else None
    _add_ini(parser, name, what, native)


def check_types(config: pytest.Config) -> None:
    """Refuse values of a wrong type, used or not; where pytest says so by itself, it may show a traceback or no name."""
    for name in _INI:
        try:
            config.getini(name)
        except (TypeError, ValueError, pytest.UsageError) as error:
            reason = str(error)
            raise pytest.UsageError(reason if name in reason else f"ini {name}: {reason}") from None


def _add_coverage_options(parser: pytest.Parser) -> None:
    """Options of hooks/coverage.py, which reads them when coverage is on."""
    group = parser.getgroup("sfn-cov", "coverage of AWS Step Functions definitions (pytest-sfn)")
    group.addoption(
        "--sfn-cov",
        action="append",
        nargs="?",
        const="",
        default=[],
        metavar="SOURCE",
        help="Report which states, transitions and error paths the tests take, of every definition that they load and of "
        "those that SOURCE names, a file, a folder or a glob (multi-allowed; ini: sfn_cov)",
    )
    group.addoption(
        "--sfn-cov-reset",
        action="store_const",
        const=[None],
        dest="sfn_cov",
        help="Forget --sfn-cov before this option, and ini sfn_cov: coverage is off unless another --sfn-cov follows",
    )
    group.addoption("--no-sfn-cov", action="store_true", help="Measure nothing, whatever else is set")
    group.addoption(
        "--sfn-cov-report",
        action="append",
        default=[],
        metavar="TYPE",
        help="term or term-missing, which take :skip-covered; html[:DIR], xml[:FILE], lcov[:FILE], json[:FILE], "
        "markdown[:FILE] or markdown-append[:FILE]; multi-allowed; nothing for no report (ini: sfn_cov_report)",
    )
    group.addoption(
        "--sfn-cov-fail-under", metavar="N", help="Fail if less than N percent is covered (ini: sfn_cov_fail_under)"
    )
    group.addoption(
        "--sfn-cov-error-paths-fail-under",
        metavar="N",
        help="Fail if less than N percent of the error paths is covered (ini: sfn_cov_error_paths_fail_under)",
    )
    group.addoption(
        "--sfn-cov-append",
        action="store_true",
        default=None,
        help="Add to the coverage of earlier runs (ini: sfn_cov_append)",
    )
    group.addoption(
        "--sfn-cov-precision",
        metavar="N",
        help="How many digits after the point percentages have; 0 by default (ini: sfn_cov_precision)",
    )
    group.addoption("--sfn-cov-context", metavar="CONTEXT", help="'test' to note which tests take what (ini: sfn_cov_context)")
    _add_ini(parser, "sfn_cov", "Definitions to report whether or not a test loads them; switches coverage on", "args")
    _add_ini(parser, "sfn_cov_report", "Reports of coverage, one a line", "linelist")
    _add_number(parser, "sfn_cov_fail_under", "Least percentage covered", float)
    _add_number(parser, "sfn_cov_error_paths_fail_under", "Least percentage of error paths covered", float)
    _add_ini(parser, "sfn_cov_append", "Add to the coverage of earlier runs", "bool")
    _add_number(parser, "sfn_cov_precision", "How many digits after the point percentages have", int)
    _add_ini(parser, "sfn_cov_context", "'test' to note which tests take what")
    _add_ini(parser, "sfn_cov_file", "Where coverage is kept, relative to the rootdir; .sfn_coverage by default")


def _add_lint_options(parser: pytest.Parser) -> None:
    """Options of hooks/lint.py, which reads them when `--sfn-lint` is there."""
    group = parser.getgroup("sfn-lint", "mistakes in AWS Step Functions definitions (pytest-sfn)")
    group.addoption(
        "--sfn-lint",
        action="store_true",
        help="Collect definitions and templates, each state machine as a test that fails if something is wrong with it "
        "(ini: sfn_lint)",
    )
    group.addoption("--sfn-lint-strict", action="store_true", help="The same, and warnings fail too (ini: sfn_lint_strict)")
    _add_ini(parser, "sfn_lint", "Collect definitions and templates as tests", "bool")
    _add_ini(parser, "sfn_lint_strict", "Warnings of --sfn-lint fail too", "bool")
    for name, does in OF_LINT.items():
        what = f"{does}; codes or names of rules, as SFN203,forgotten-path"
        option = f"--sfn-lint{name.replace('_', '-')}"
        group.addoption(option, action="append", default=[], metavar="RULES", help=f"{what} (ini: sfn_lint{name})")
        _add_ini(parser, f"sfn_lint{name}", what, "args")
    _add_ini(parser, "sfn_definitions", "Globs of definitions and templates for --sfn-lint, relative to the rootdir", "args")


def _add_target_options(parser: pytest.Parser) -> None:
    """Options of hooks/target.py, which reads them when `--sfn-target` is there."""
    group = parser.getgroup("sfn-target", "the same tests against AWS or an endpoint (pytest-sfn)")
    what = "Where executions happen: 'embedded', the default; 'teststate' compares each state with AWS's TestState; "
    what += "'endpoint' runs machines at AWS or another server"
    group.addoption("--sfn-target", metavar="TARGET", help=f"{what} (ini: sfn_target)")
    _add_ini(parser, "sfn_target", what)
    for name, metavar, said in (
        ("endpoint-url", "URL", "Where Step Functions is; AWS if left out"),
        ("region", "REGION", "Region of the calls; that of the environment or the profile if left out"),
        ("profile", "NAME", "Profile of the AWS configuration whose credentials are used"),
        ("role-arn", "ARN", "Role with which the target runs machines, and states without a mock"),
        ("rate", "N", "The most calls in a second; by default 1 for teststate at AWS, else no limit"),
        ("visits", "N", "The most visits of one state that a test compares with teststate; 10 by default, 0 for all"),
        ("timeout", "SECONDS", "The longest that an execution may take at an endpoint; 300 by default"),
        ("mocks", "WHAT", "What a mock does at an endpoint: 'skip' its test, the default, or 'ignore' its answers"),
    ):
        key = f"sfn_target_{name.replace('-', '_')}"
        group.addoption(f"--sfn-target-{name}", metavar=metavar, help=f"{said} (ini: {key})")
        if metavar in ("N", "SECONDS"):
            _add_number(parser, key, said, int if name == "visits" else float)
        else:
            _add_ini(parser, key, said)
