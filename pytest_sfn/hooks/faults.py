"""The marker `sfn_faults` and the summary of faults: what pytest has to do with them.

The marker's definition is enumerated when tests are collected, and each fault is a parameter of the test, so it combines
with fixtures, other parameters and pytest-xdist. The fixture `sfn_mock` injects the fault before anything runs. When a
test has passed that no execution took to the fault's task, its report becomes a skip; one that failed stays failed.

Rows of the summary are JSON on the reports (`report.sfn_faults`), which workers of pytest-xdist send along.
"""

from __future__ import annotations

import shutil
import textwrap
import warnings
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_sfn.definition import load, settled_directories
from pytest_sfn.errors import DefinitionWarning, PytestSfnError, printable
from pytest_sfn.faults.enumerate import enumerate_faults
from pytest_sfn.faults.fault import Fault
from pytest_sfn.faults.outcome import Outcome, outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_sfn.account.account import Account

__all__ = ["parametrize", "report_faults", "summarize"]

FIXTURE: Final = "sfn_fault"
OF_LOAD: Final = ("logical_id", "parameters", "substitutions")
KEYWORDS: Final = ("tasks", "errors", "extra", "pairs", *OF_LOAD)
SEE: Final = "docs/faults.md"


def parametrize(metafunc: pytest.Metafunc, marker: pytest.Mark) -> None:
    """Make one test of each fault of the marker's definition."""
    name = metafunc.definition.nodeid
    unknown = sorted(set(marker.kwargs) - set(KEYWORDS))
    if len(marker.args) != 1 or unknown:
        got = f"the unknown {', '.join(unknown)}" if unknown else f"{len(marker.args)} positional arguments"
        raise pytest.Collector.CollectError(
            f"{name}: the marker sfn_faults takes one definition and the keywords {', '.join(KEYWORDS)}; it got {got}"
            f"\n  see  {SEE}"
        )
    if not {"sfn_mock", FIXTURE} & set(metafunc.fixturenames):
        raise pytest.Collector.CollectError(
            f"{name}: the marker sfn_faults needs the fixture sfn_mock, whose account the faults go into; an account of your "
            f"own takes them by account.inject(sfn_fault)\n  see  {SEE}"
        )
    options = {name: value for name, value in marker.kwargs.items() if name not in OF_LOAD}
    of_load = {name: value for name, value in marker.kwargs.items() if name in OF_LOAD}
    beside = [metafunc.definition.path.parent, *settled_directories(), metafunc.config.rootpath]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DefinitionWarning)  # the test's own load warns
            state_machine = load(marker.args[0], directories=list(dict.fromkeys(beside)), **of_load)
        faults = enumerate_faults(state_machine, **options)
    except PytestSfnError as error:
        raise pytest.Collector.CollectError(f"{name}: the marker sfn_faults: {error}") from None
    if FIXTURE not in metafunc.fixturenames:
        metafunc.fixturenames.append(FIXTURE)
    metafunc.parametrize(FIXTURE, faults, ids=[str(fault) for fault in faults], indirect=True)


def report_faults(item: pytest.Item, report: pytest.TestReport, accounts: Iterable[Account]) -> None:
    """Put the rows of the faults that a test ran with on its report, and skip it if its own was never reached."""
    accounts = [account for account in accounts if account.injections]
    injections = [injection for account in accounts for injection in account.take_injections()]
    callspec = getattr(item, "callspec", None)
    fault = callspec.params.get(FIXTURE) if callspec is not None else None
    report.sfn_faults = rows = [outcome(injection) for injection in injections]  # type: ignore[attr-defined]
    if callspec is None or not isinstance(fault, Fault):
        return
    for row in rows:
        row["order"] = callspec.indices[FIXTURE]
    mine = [injection for injection in injections if injection.fault == fault]
    missed = min((injection.missed for injection in mine), key=len, default=list(fault._parts))
    if not missed or report.skipped or hasattr(report, "wasxfail"):
        return
    tasks = printable(", ".join(dict.fromkeys(part.task for part in missed)))
    if report.failed:
        report.sections.append(
            ("fault", f"{fault}: the test failed before it reached {tasks}, or never does; the fault is not the reason")
        )
    elif not mine:
        _fail(report, f"{fault}: no account has the fault; use sfn_mock, or account.inject(sfn_fault)\n  see  {SEE}")
    elif unknown := _unknown(missed, accounts):
        loaded = ", ".join(repr(machine.name) for account in accounts for machine in account.machines) or "none"
        _fail(
            report, f"{fault}: no machine that the test loaded has a task {unknown!r} (loaded: {loaded})\n"
            f"  fix  name the definition that the test runs in its marker sfn_faults\n  see  {SEE}",
        )  # fmt: skip
    else:
        path, line, _ = item.location
        then = f" after {printable(fault.task)} failed" if len(missed) < len(fault._parts) else ""
        report.outcome = "skipped"
        report.longrepr = (path, (line or 0) + 1, f"Skipped: {fault}: the scenario never reaches {tasks}{then}")
    for row in rows:
        row["ended"] = ""


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
    for report in reports:
        for row in report.sfn_faults:
            different = "|".join((row["fault"], row["took"], row["ended"]))  # other parameters of the test aside
            tests.setdefault(_without_parameters(report.nodeid, row), {}).setdefault(different, row)
    rows = [row for found in tests.values() for row in found.values()]
    if not rows:
        return
    terminal.write_sep("=", "faults")
    escaped = sum(row["escaped"] for row in rows)
    missed = sum(not row["ended"] for row in rows)
    parts = [f"{len(rows) - escaped - missed} handled", f"{escaped} escaped"] + ([f"{missed} never reached"] if missed else [])
    terminal.write_line(
        f"{len(rows)} fault{'s' if len(rows) > 1 else ''}: {', '.join(parts)}", red=bool(escaped), green=not escaped
    )
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
            listed = ("; " if any(" raises " in error for error in errors) else ", ").join(errors)  # pairs are long
            for line in textwrap.wrap(listed, max(width - 8, 30), break_long_words=False, break_on_hyphens=False):
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
        return 1, f"{took or 'no Retrier or Catcher'}: {itself if own and itself else ended}"
    if not took:
        return 0, "ESCAPED: no Retrier or Catcher takes it" + ("" if own else f": {ended}")
    return 0, f"ESCAPED after {took}: {itself if own and itself else ended}"
