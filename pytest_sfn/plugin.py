"""The pytest plugin: the fixture, its settings, and what a failed test's report tells of its executions.

pytest imports this module in every run of an environment that has it, so it imports the rest when a test asks for it.
Whatever a hook wants to know of accounts it asks of modules that are there already (`sys.modules`).

A *test error* (a task without a mock, a failing assert in a stub) leaves `run` as an exception. Who sees it when:

- The test fails with it: it is shown once, and the end of the test says nothing more of mocks.
- The test fails otherwise, because code under test swallowed it: a report section shows it.
- The test passes, because code under test swallowed it: the fixture raises it again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.account import SfnMock
    from pytest_sfn.faults.fault import Fault

__all__ = ["sfn_fault", "sfn_mock"]

MARKER = (
    "sfn(*, strict=False, quotas='aws', seed=0, start_time=None, region='us-east-1', account_id='123456789012'): "
    "settings of the sfn_mock fixture for this test: strict fails it if a mock is never called; quotas is 'aws' or None; "
    "start_time is a datetime or ISO 8601 text (pytest-sfn)"
)

FAULTS_MARKER = (
    "sfn_faults(definition, *, tasks=None, errors=None, extra=(), pairs=False, substitutions=None): run the test once for "
    "each fault that the definition's tasks can meet; the fixture sfn_fault says which (pytest-sfn)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sfn", "AWS Step Functions (pytest-sfn)")
    group.addoption(
        "--sfn-strict",
        action="store_true",
        default=None,
        help="Fail a test that has a mock which was never called (ini: sfn_strict)",
    )
    group.addoption("--sfn-seed", default=None, metavar="N", help="Seed of everything random in an execution (ini: sfn_seed)")
    parser.addini("sfn_strict", "Fail a test that has a mock which was never called", type="bool", default=False)
    parser.addini("sfn_quotas", "Quotas of executions: 'aws', the default, or 'none'", default="aws")
    parser.addini("sfn_seed", "Seed of everything random in an execution (jitter, UUIDs); 0 by default", default="0")
    parser.addini("sfn_region", "Region of the mocked account; us-east-1 by default", default="us-east-1")
    parser.addini("sfn_account_id", "Id of the mocked account; 123456789012 by default", default="123456789012")
    parser.addini("sfn_start_time", "Virtual time at which a test begins; 2024-01-01T00:00:00Z by default", default="")

    _add_coverage_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", FAULTS_MARKER)
    _configured(config)  # a mistake there ends the run, rather than each test
    if config.getoption("sfn_cov") or config.getini("sfn_cov") or "sfn_coverage" in getattr(config, "workerinput", ()):
        _cover(config)
    _leave_asserts_alone()


def _leave_asserts_alone() -> None:
    """Take this package out of what pytest rewrites because a plugin of it is installed.

    Our asserts are for the type checker. Rewriting costs a fifth of a second where no bytecode may be written, which is
    so in most containers, and makes the interpreter slower by a tenth. pytest has no public way to decline.
    """
    for finder in sys.meta_path:
        if type(finder).__name__ == "AssertionRewritingHook":
            getattr(finder, "_must_rewrite", set()).discard("pytest_sfn")


# -- the fixture -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sfn_mock(request: pytest.FixtureRequest) -> Iterator[SfnMock]:
    """A mocked Step Functions account with a virtual clock: mock its functions, load machines, run them."""
    settings = _settings(request)
    from pytest_sfn import machine
    from pytest_sfn.account import SfnMock
    from pytest_sfn.errors import MockError

    machine.rootdir = request.config.rootpath
    mock = SfnMock(**settings)
    callspec = getattr(request.node, "callspec", None)
    if callspec is not None and "sfn_fault" in callspec.params:
        mock.inject(callspec.params["sfn_fault"])  # before any other fixture can run something
    yield mock
    test = request.node.stash.get(_test_key, None)
    if test is not None and not test.passed:
        return  # it has said why it failed or was skipped; its mocks are not to say more
    swallowed = mock.engine.broken
    if swallowed is not None:
        _note(swallowed, "The test went on after this, because something caught it: `except`, or `pytest.raises`.")
        mock.check()
    try:
        mock.close()
    except MockError as error:  # about no line of the test in particular
        reason = str(error)
    else:
        return
    pytest.fail(reason, pytrace=False)


def _note(error: BaseException, text: str) -> None:
    if text not in getattr(error, "__notes__", ()):
        error.add_note(text)


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Arguments of SfnMock: those of the configuration, and of the markers, of which the nearest wins."""
    settings = _configured(request.config)
    for marker in reversed(list(request.node.iter_markers("sfn"))):
        unknown = [*map(repr, marker.args), *sorted(set(marker.kwargs) - set(settings))]
        if unknown:
            known = ", ".join(sorted(settings))
            pytest.fail(f"the marker sfn takes the keywords {known}; not {', '.join(unknown)}", pytrace=False)
        try:
            for name, value in marker.kwargs.items():
                settings[name] = _READERS[name](value) if isinstance(value, str) and name in _READERS else value
        except ValueError as error:
            reason = f"the marker sfn: {name}={error}"
        else:
            continue
        pytest.fail(reason, pytrace=False)
    return settings


def _configured(config: pytest.Config) -> dict[str, Any]:
    """Arguments of SfnMock from the ini file and the command line, which wins."""
    found: dict[str, Any] = {}
    for name in ("strict", "seed", "region", "account_id", "quotas", "start_time"):
        option, value = f"sfn_{name}", None
        if name in ("strict", "seed"):
            option, value = f"--sfn-{name}", config.getoption(f"--sfn-{name}")
        if value is None:
            option, value = f"ini sfn_{name}", config.getini(f"sfn_{name}")
        try:
            found[name] = _READERS[name](value) if name in _READERS else value
        except ValueError as error:
            raise pytest.UsageError(f"{option}: {error}") from None
    return found


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


def _quotas(text: str) -> str | None:
    if text not in ("aws", "none"):
        raise ValueError(f"{text!r} is neither 'aws' nor 'none'")
    return "aws" if text == "aws" else None


def _start_time(text: str) -> Any:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{text!r} is no ISO 8601 time, such as 2024-01-01T00:00:00Z") from None


_READERS = {"seed": _seed, "quotas": _quotas, "start_time": _start_time}


# -- faults ----------------------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("sfn_faults")
    if marker is not None:
        from pytest_sfn import machine
        from pytest_sfn.faults.pytest_faults import parametrize

        machine.rootdir = metafunc.config.rootpath
        parametrize(metafunc, marker)


@pytest.fixture
def sfn_fault(request: pytest.FixtureRequest) -> Fault:
    """The fault that this run of the test meets; of a test with the marker `sfn_faults`."""
    fault: Fault | None = getattr(request, "param", None)
    if fault is None:
        pytest.fail('the fixture sfn_fault needs the marker: @pytest.mark.sfn_faults("order.asl.json")', pytrace=False)
    return fault


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in terminalreporter.stats.values() for report in found if getattr(report, "sfn_faults", None)]
    if reports and terminalreporter.verbosity >= 0:
        from pytest_sfn.faults.pytest_faults import summarize

        summarize(terminalreporter, reports)


# -- coverage --------------------------------------------------------------------------------------------------------------


def _add_coverage_options(parser: pytest.Parser) -> None:
    """Options of coverage/pytest_cov.py, which reads them when `--sfn-cov` is there."""
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
    group.addoption("--no-sfn-cov", action="store_true", help="Measure nothing, whatever else is set")
    group.addoption(
        "--sfn-cov-report",
        action="append",
        default=[],
        metavar="TYPE",
        help="term, term-missing, html[:DIR], xml[:FILE], lcov[:FILE], json[:FILE] or markdown[:FILE]; multi-allowed; "
        "nothing for no report (ini: sfn_cov_report)",
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
    group.addoption("--sfn-cov-context", metavar="CONTEXT", help="'test' to note which tests take what (ini: sfn_cov_context)")
    parser.addini("sfn_cov", "Definitions to report whether or not a test loads them; switches coverage on", type="args")
    parser.addini("sfn_cov_report", "Reports of coverage, one a line", type="linelist")
    parser.addini("sfn_cov_fail_under", "Least percentage covered", default="")
    parser.addini("sfn_cov_error_paths_fail_under", "Least percentage of error paths covered", default="")
    parser.addini("sfn_cov_append", "Add to the coverage of earlier runs", type="bool", default=False)
    parser.addini("sfn_cov_context", "'test' to note which tests take what", default="")
    parser.addini("sfn_cov_file", "Where coverage is kept, relative to the rootdir; .sfn_coverage by default", default="")


def _cover(config: pytest.Config) -> None:
    if not config.getoption("no_sfn_cov"):
        from pytest_sfn.coverage.pytest_cov import CoveragePlugin

        config.pluginmanager.register(CoveragePlugin(config), "sfn_cov")


@pytest.hookimpl(trylast=True)  # pytest-cov starts coverage.py in a worker of pytest-xdist by this hook
def pytest_sessionstart(session: pytest.Session) -> None:
    manager = session.config.pluginmanager
    if "coverage" in sys.modules and "pytest_sfn.coverage" in sys.modules and not manager.has_plugin("sfn_cov"):
        from pytest_sfn.coverage import coverage_py

        if coverage_py.serves():
            _cover(session.config)


# -- reports ---------------------------------------------------------------------------------------------------------------


class _Test:
    """What the plugin keeps of one run of a test.

    Attributes:
        before: how many executions each account had when it began, by the account's number.
        broken: numbers of the accounts that a test error had broken by then.
        passed: whether its body ran to the end without failing, skipping or xfailing.
        told: the last execution that was reported.
    """

    __slots__ = ("before", "broken", "passed", "told")

    def __init__(self) -> None:
        self.before = {number: len(mock.executions) for number, mock in _accounts().items()}
        self.broken = {number for number, mock in _accounts().items() if mock.engine.broken is not None}
        self.passed = False
        self.told: object = None


_test_key = pytest.StashKey[_Test]()


def _accounts() -> Mapping[int, SfnMock]:
    """Every SfnMock in use, the user's own in fixtures of wider scope too."""
    account = sys.modules.get("pytest_sfn.account")
    if account is None:
        return {}
    return {number: mock for number, mock in account.accounts.items()}  # noqa: C416 - dict() trips over one that goes meanwhile


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_test_key] = _Test()
    for mock in _accounts().values():
        mock.injections = []  # of a test that did not come to its end


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Leave our frames out of a failure's traceback, and add the timelines of the test's executions to its report."""
    accounts = _accounts()
    if call.excinfo is not None and "pytest_sfn.errors" in sys.modules:
        _hide_frames()
    report: pytest.TestReport = yield
    test = item.stash.get(_test_key, None)
    if report.when == "call" and (
        "sfn_fault" in getattr(item, "fixturenames", ()) or any(mock.injections for mock in accounts.values())
    ):
        from pytest_sfn.faults.pytest_faults import report_faults

        report_faults(item, report, accounts.values())
    if test is None or not accounts:
        return report
    if report.when == "call":
        test.passed = report.passed
    if report.failed:
        from pytest_sfn.report import sections

        ran = [e for number, mock in accounts.items() for e in mock.executions[max(test.before.get(number, 0), mock._since) :]]
        if ran and ran[-1] is not test.told:  # a failing teardown shows nothing anew, the next failing subtest does
            sections.add_executions(report, ran)
            test.told = ran[-1]
        fresh = [mock for number, mock in accounts.items() if number not in test.broken]
        sections.add_test_errors(report, call.excinfo, fresh)
        sections.redact(report, accounts.values())
    if report.when == "teardown" and not test.passed:
        for mock in accounts.values():
            mock.recover()  # who uses the same account next is not to fail of this
    return report


def _hide_frames() -> None:
    """Let tracebacks go from the test's line straight to the user's stub, or to the error; `--full-trace` shows all."""
    from pytest_sfn.report.frames import hidden

    for name, module in list(sys.modules.items()):
        if name.startswith("pytest_sfn.") and name != __name__:
            vars(module).setdefault("__tracebackhide__", hidden)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """`execution.path == [...]` that fails: both paths side by side, and where they part."""
    story = sys.modules.get("pytest_sfn.engine.story")
    if op != "==" or story is None:
        return None
    for taken, expected in ((left, right), (right, left)):
        if isinstance(taken, story.StatePath) and isinstance(expected, list):
            from pytest_sfn.report.paths import compare

            return compare(taken, expected, verbose=config.get_verbosity() > 0)
    return None
