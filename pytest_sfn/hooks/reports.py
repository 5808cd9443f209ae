"""The report of a test: no frames of ours, and the timelines of its executions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.account.account import Account
    from pytest_sfn.hooks.faults import Meeting

__all__ = [
    "Notes",
    "accounts_in_use",
    "meeting_key",
    "notes_key",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "released_key",
    "show_key",
]


class Notes:
    """The plugin's notes of one run of a test.

    Attributes:
        before: how many executions each account had when it began, by the account's number.
        broken: numbers of the accounts that a test error had broken by then.
        passed: whether its body ran to the end without failing, skipping or xfailing.
        told: the last execution that was reported.
    """

    __slots__ = ("before", "broken", "passed", "told")

    def __init__(self) -> None:
        accounts = accounts_in_use()
        self.before = {number: len(account.executions) for number, account in accounts.items()}
        self.broken = {number for number, account in accounts.items() if account.world.broken is not None}
        self.passed = False
        self.told: object = None


notes_key = pytest.StashKey[Notes]()
meeting_key: pytest.StashKey[Meeting] = pytest.StashKey()
released_key = pytest.StashKey["Account"]()
show_key = pytest.StashKey[str]()


def accounts_in_use() -> Mapping[int, Account]:
    """Every account in use, the user's own in fixtures of wider scope too."""
    module = sys.modules.get("pytest_sfn.account.account")
    return module.accounts() if module is not None else {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[notes_key] = Notes()
    for account in accounts_in_use().values():
        account.take_injections()  # of a test that did not come to its end
    callspec = getattr(item, "callspec", None)
    if "sfn_faults" in item.keywords or (callspec is not None and "sfn_fault" in callspec.params):
        from pytest_sfn.hooks import faults

        item.stash[meeting_key] = faults.Meeting(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Leave our frames out of a failure's traceback, and add the timelines of the test's executions to its report."""
    accounts = accounts_in_use()
    if call.excinfo is not None and "pytest_sfn.errors" in sys.modules:
        _clear_up(call.excinfo, item.config)
    report: pytest.TestReport = yield
    captured = len(report.sections)
    notes = item.stash.get(notes_key, None)
    meeting = item.stash.get(meeting_key, None)
    if meeting is not None or any(account.injections for account in accounts.values()):
        from pytest_sfn.hooks.faults import report_faults

        report_faults(report, call.excinfo.value if call.excinfo is not None else None, accounts.values(), meeting)
    released = item.stash.get(released_key, None)
    if notes is not None and accounts:
        _tell(item, report, call.excinfo, accounts)
    if (accounts or released is not None) and (report.longrepr is not None or report.sections):
        _make_printable(report, item.config)
    if len(report.sections) > captured:
        report.sfn_sections = captured, len(report.sections)  # type: ignore[attr-defined]
    if report.when == "teardown":
        if notes is not None:
            notes.told = None  # pytest keeps the item to the end of the run
        if released is not None and accounts:
            released.leave()
    return report


def _clear_up(excinfo: pytest.ExceptionInfo[BaseException], config: pytest.Config) -> None:
    """Leave our frames out of a traceback, and add what a slip probably meant."""
    _hide_frames(None if config.getoption("fulltrace", False) else excinfo)
    if isinstance(excinfo.value, AttributeError):
        from pytest_sfn.report.slips import add_hint

        add_hint(excinfo.value)


def _make_printable(report: pytest.TestReport, config: pytest.Config) -> None:
    from pytest_sfn.report.sections import make_printable

    terminal = config.pluginmanager.get_plugin("terminalreporter")  # a worker of xdist has none
    color = config.getoption("color", "no")  # there is none with `-p no:terminal`
    make_printable(report, colours=color != "no" if terminal is None else terminal.hasmarkup)


def _tell(
    item: pytest.Item,
    report: pytest.TestReport,
    excinfo: pytest.ExceptionInfo[BaseException] | None,
    accounts: Mapping[int, Account],
) -> None:
    """Add to the report of a test what its accounts have seen."""
    test = item.stash[notes_key]
    if report.when == "call":
        test.passed = report.passed
    if report.failed or (report.when == "call" and item.config.stash[show_key] == "all"):
        _show(item, report, accounts)
    if report.failed:
        from pytest_sfn.report.sections import add_test_errors, add_uncallable

        broken = [account.world.broken for number, account in accounts.items() if number not in test.broken]
        add_test_errors(report, excinfo, [error for error in broken if error is not None])
        if report.when == "call":
            own = [account for number, account in accounts.items() if number not in test.before]
            add_uncallable(report, [account.registry for account in own if account.world.broken is None])
    redactions = [account.redaction for account in accounts.values() if account.redaction.paths]
    if redactions:
        from pytest_sfn.report.sections import redact

        redact(report, redactions)
    if report.when == "teardown" and not test.passed:
        for account in accounts.values():
            account.recover()  # the next test of the same account must not fail of this


def _show(item: pytest.Item, report: pytest.TestReport, accounts: Mapping[int, Account]) -> None:
    """Add the timelines of the test's executions, and write its page."""
    from pytest_sfn.report import sections

    test = item.stash[notes_key]
    ran = [(account, account.runs[max(test.before.get(number, 0), account.since) :]) for number, account in accounts.items()]
    last = next((runs[-1] for _, runs in reversed(ran) if runs), None)
    if last is test.told:  # a failing teardown shows nothing anew, the next failing subtest does
        return
    test.told = last
    if item.config.stash[show_key] != "none":
        executions = [account.execution_of(run) for account, runs in ran for run in runs]
        sections.add_executions(report, [sections.Shown(each._run, each.timeline, each._starter) for each in executions])
    if item.config.option.sfn_html:
        from pytest_sfn.hooks.pages import add_pages

        add_pages(item.config, report, ran)


def _hide_frames(excinfo: pytest.ExceptionInfo[BaseException] | None) -> None:
    """Let tracebacks go from the test's line straight to the user's stub, or to the error; `--full-trace` shows all."""
    from pytest_sfn.report.frames import hidden, leave_out_between

    for name, module in list(sys.modules.items()):
        if name.startswith("pytest_sfn.") and name != "pytest_sfn.plugin":
            vars(module).setdefault("__tracebackhide__", hidden)
    if excinfo is not None:
        leave_out_between(excinfo)
