"""The marker `sfn_faults` and the summary of faults: what pytest has to do with them.

The marker's definition is enumerated when tests are collected, and each fault is a parameter of the test, so it combines
with fixtures, other parameters and pytest-xdist. The fixture `sfn_mock` injects the fault before anything runs. When a
test has passed that no execution took to the fault's task, its report becomes a skip; one that failed stays failed.

Rows of the summary are JSON on the reports (`report.sfn_faults`), which workers of pytest-xdist send along.
"""

from __future__ import annotations

import shutil
import warnings
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_sfn.account.account import greeting
from pytest_sfn.definition import load, settled_directories
from pytest_sfn.errors import DefinitionWarning, PytestSfnError, printable
from pytest_sfn.faults.enumerate import enumerate_faults
from pytest_sfn.faults.outcome import Outcome, outcome
from pytest_sfn.hooks.findings import cause_of, wrapped
from pytest_sfn.links import see
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.account.account import Account
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection

__all__ = ["Meeting", "parametrize", "report_faults", "summarize"]

FIXTURE: Final = "sfn_fault"
OF_LOAD: Final = ("logical_id", "parameters", "substitutions", "allowed_folders")
OPTIONS: Final = ("tasks", "errors", "extra", "every", "pairs")
SEE: Final = see("faults")


def parametrize(metafunc: pytest.Metafunc, markers: Sequence[pytest.Mark], of_test: Mapping[str, Any]) -> None:
    """Make one test of each fault of the markers' definition.

    Args:
        markers: of the test, its class and its module, the nearest first.
        of_test: the definition of the marker `sfn`, and its other arguments for `SfnMock.load`; {} if it has none.
    """
    name = metafunc.definition.nodeid
    of_load = {argument: value for argument, value in of_test.items() if argument in ("definition", *OF_LOAD)}
    options = dict[str, Any]()
    for marker in reversed(markers):
        unknown = sorted(set(marker.kwargs) - {*OPTIONS, *OF_LOAD})
        if len(marker.args) > 1 or unknown:
            known = ", ".join((*OPTIONS, *OF_LOAD))
            slip = suggest(unknown[0], (*OPTIONS, *OF_LOAD)) if unknown else ""
            got = f"the unknown {', '.join(unknown)}{slip}" if unknown else f"{len(marker.args)} positional arguments"
            raise pytest.Collector.CollectError(
                f"{name}: the marker sfn_faults takes one definition and the keywords {known}; it got {got}\n  see  {SEE}"
            )
        if marker.args:
            of_load = {"definition": marker.args[0]}
        of_load |= {name: value for name, value in marker.kwargs.items() if name in OF_LOAD}
        options |= {name: value for name, value in marker.kwargs.items() if name in OPTIONS}
    if "definition" not in of_load:
        raise pytest.Collector.CollectError(
            f"{name}: the marker sfn_faults needs a definition, its own or that of the marker sfn\n"
            f'  fix  @pytest.mark.sfn_faults("order.asl.json")\n  see  {SEE}'
        )
    beside = [metafunc.definition.path.parent, *settled_directories(), metafunc.config.rootpath]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DefinitionWarning)  # the test's own load warns
            state_machine = load(of_load.pop("definition"), directories=list(dict.fromkeys(beside)), **of_load)
        faults = enumerate_faults(state_machine, **options)
    except PytestSfnError as error:
        raise pytest.Collector.CollectError(f"{name}: the marker sfn_faults: {error}") from None
    if FIXTURE not in metafunc.fixturenames:
        metafunc.fixturenames.append(FIXTURE)
    metafunc.parametrize(FIXTURE, faults, ids=[str(fault) for fault in faults], indirect=True)


class Meeting:
    """A test meets its fault: every account that it uses has the fault, until the test has ended.

    Attributes:
        fault: the fault.
        order: its place among the faults of the test.
        accounts: those that have the fault.
        injections: the fault in each of them.
        item: the test.
    """

    def __init__(self, item: pytest.Item) -> None:
        callspec = getattr(item, "callspec", None)
        if callspec is None or FIXTURE not in callspec.params:  # pytest makes no parameters for it
            pytest.fail(
                f"the marker sfn_faults runs a function or a method of a plain class once for each fault, but not "
                f"{type(item).__name__} {item.name}\n"
                f"  fix  loop over machine.faults(...); unittest has self.subTest(str(case)) for each case\n  see  {SEE}",
                pytrace=False,
            )
        self.item = item
        self.fault: Fault = callspec.params[FIXTURE]
        self.order: int = callspec.indices[FIXTURE]
        self.accounts: list[Account] = []
        self.injections: list[Injection] = []
        self._greeting = greeting(self._meet)
        self._greeting.__enter__()

    def _meet(self, account: Account) -> None:
        self.injections.append(account.meet(self.fault))
        self.accounts.append(account)

    def end(self) -> None:
        """Let the fault be over."""
        self._greeting.__exit__(None, None, None)
        for account in self.accounts:
            account.part()
        self.accounts.clear()


def report_faults(
    report: pytest.TestReport, error: BaseException | None, accounts: Iterable[Account], meeting: Meeting | None
) -> None:
    """Put the rows of the faults that a test ran with on its report, and skip it if its own was never reached.

    Args:
        report: of one phase of the test; the faults belong to its call, or to a setup that fails.
        error: what the phase failed with.
        accounts: those in use.
        meeting: of a test with the marker.
    """
    if report.when == "call" or (report.when == "setup" and report.failed):
        taken = [injection for account in accounts for injection in account.take_injections()]
        if meeting is None:
            report.sfn_faults = rows = [outcome(injection) for injection in taken]  # type: ignore[attr-defined]
        else:
            rows = _report_meeting(report, meeting, [injection for injection in taken if injection not in meeting.injections])
        if report.failed and rows:
            report.sfn_cause = cause_of(report, error, rows)  # type: ignore[attr-defined]
    elif report.when == "teardown" and meeting is not None:
        meeting.end()


def _report_meeting(report: pytest.TestReport, meeting: Meeting, others: list[Injection]) -> list[Outcome]:
    """The same for a test with the marker, which has injected `others` by hand."""
    fault, accounts, mine = meeting.fault, meeting.accounts, meeting.injections
    missed = min((injection.missed for injection in mine), key=len, default=list(fault._parts))
    met = [injection for injection in mine if not injection.missed] or mine[:1]
    own = [outcome(injection) for injection in met]
    report.sfn_faults = rows = own + [outcome(injection) for injection in others]  # type: ignore[attr-defined]
    for row in rows:
        row["order"] = meeting.order
    if not missed or report.skipped or hasattr(report, "wasxfail"):
        return rows
    tasks = printable(", ".join(dict.fromkeys(part.task for part in missed)))
    if report.failed:
        report.sections.append(
            ("fault", f"{fault}: the test failed before it reached {tasks}, or never does; the fault is not the reason")
        )
    elif not mine:
        _fail(
            report, f"{fault}: the test makes no account\n  fix  use sfn_mock, sfn_aws or an SfnMock of its own\n  see  {SEE}"
        )
    elif unknown := _unknown(missed, accounts):
        loaded = ", ".join(repr(machine.name) for account in accounts for machine in account.machines) or "none"
        _fail(
            report, f"{fault}: no machine that the test loaded has a task {unknown!r} (loaded: {loaded})\n"
            f"  fix  name the definition that the test runs in its marker sfn_faults\n  see  {SEE}",
        )  # fmt: skip
    else:
        path, line, _ = meeting.item.location
        then = f" after {printable(fault.task)} failed" if len(missed) < len(fault._parts) else ""
        report.outcome = "skipped"
        report.longrepr = (path, (line or 0) + 1, f"Skipped: {fault}: the scenario never reaches {tasks}{then}")
    for row in own:
        row["ended"] = ""
    return rows


def _unknown(missed: Iterable[Fault], accounts: Iterable[Account]) -> str | None:
    known = {name for account in accounts for machine in account.machines for name in machine.state_machine.states}
    return next((part.task for part in missed if part.task not in known), None)


def _fail(report: pytest.TestReport, reason: str) -> None:
    report.outcome = "failed"
    report.longrepr = reason


# -- the summary -----------------------------------------------------------------------------------------------------------


def summarize(terminal: pytest.TerminalReporter, reports: Iterable[Any]) -> None:
    """Print which Retrier or Catcher took each fault, test by test and task by task, and which escaped."""
    tests: dict[str, dict[str, Outcome]] = {}
    reports = list(reports)
    reached = {(report.nodeid, row["fault"]) for report in reports for row in report.sfn_faults if row["ended"]}
    for report in reports:
        for row in report.sfn_faults:
            if not row["ended"] and (report.nodeid, row["fault"]) in reached:
                continue  # a subtest had ended before
            different = "|".join((row["fault"], row["took"], row["ended"]))  # other parameters of the test aside
            tests.setdefault(_without_parameters(report.nodeid, row), {}).setdefault(different, row)
    rows = [row for found in tests.values() for row in found.values()]
    if not rows:
        return
    terminal.write_sep("=", "faults")
    escaped = sum(row["escaped"] for row in rows)
    running = sum(row["ended"] == "RUNNING" for row in rows)
    missed = sum(not row["ended"] for row in rows)
    parts = [f"{len(rows) - escaped - running - missed} handled", f"{escaped} escaped"]
    parts += [f"{number} {what}" for number, what in ((running, "not ended"), (missed, "never reached")) if number]
    alike = sum({(name, row["fault"]): row["alike"] for name, found in tests.items() for row in found.values()}.values())
    left_out = f" ({alike} alike left out; every=True runs all)" if alike else ""
    line = f"{len(rows)} fault{'s' if len(rows) > 1 else ''}: {', '.join(parts)}{left_out}"
    terminal.write_line(line, red=bool(escaped), green=not escaped)
    width = shutil.get_terminal_size((100, 24)).columns
    for name in sorted(tests):
        terminal.write_line("")
        terminal.write_line(printable(name), bold=True)
        for line, markup in _table(sorted(tests[name].values(), key=lambda row: (row["order"], row["took"])), width):
            terminal.write_line(printable(line), **markup)


def _without_parameters(nodeid: str, row: Outcome) -> str:
    """The test's id without its parameters, if the fault is one of them."""
    head, _, parameters = nodeid.partition("[")
    return head if row["fault"] in parameters else nodeid


def _table(rows: list[Outcome], width: int) -> Iterator[tuple[str, dict[str, bool]]]:
    """Under each task the ways that its errors went, those that escaped first, and under each way the errors."""
    tasks: dict[str, dict[tuple[int, str], list[Outcome]]] = {}
    for row in rows:
        tasks.setdefault(row["task"], {}).setdefault(_way(row, ITSELF), []).append(row)
    for task, found in tasks.items():
        ways: dict[tuple[int, str], list[str]] = {}
        for way, alike in found.items():
            same = len({row["ended"] for row in alike}) == 1
            ways.setdefault(_way(alike[0]) if same else way, []).extend(row["error"] for row in alike)
        yield f"  {task}", {}
        for (rank, text), errors in sorted(ways.items(), key=lambda pair: pair[0][0]):
            yield f"    {text}", _MARKUP[rank]
            pairs = any(" raises " in error for error in errors)  # which are long
            for line in wrapped(errors, "; " if pairs else ", ", width - 8):
                yield f"        {line}", {}


_MARKUP: Final[tuple[dict[str, bool], ...]] = ({"red": True}, {"green": True}, {"yellow": True})


ITSELF: Final = "FAILED with that error"


def _way(row: Outcome, itself: str | None = None) -> tuple[int, str]:
    """(place in the table, who took the fault and how the execution ended), `itself` if with the fault's own error."""
    ended, took = row["ended"], row["took"]
    own = ended == f"FAILED {row['error'].partition(' ')[0]}"
    if not ended:
        return 2, "never reached"
    if not row["escaped"]:
        text = f"{took or 'no Retrier or Catcher'}: {itself if own and itself else ended}"
        return (2 if ended == "RUNNING" else 1), text
    if not took:
        return 0, "ESCAPED: no Retrier or Catcher takes it" + ("" if own else f": {ended}")
    return 0, f"ESCAPED after {took}: {itself if own and itself else ended}"
