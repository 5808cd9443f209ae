"""The sections in the report of a test, one for each execution, and the removal of secrets and control characters."""

from __future__ import annotations

import re
import shutil
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pytest

    from pytest_sfn.engine.run import Run
    from pytest_sfn.mocks.registry import Registry
    from pytest_sfn.report.redaction import Redaction

__all__ = ["Shown", "add_executions", "add_test_errors", "add_uncallable", "make_printable", "redact", "shown_in", "summarize"]

EXECUTIONS: Final = 10
"""How many executions of one test are shown at most: the last ones, since a test stops where it fails."""
ROWS: Final = 150
"""How many rows all timelines have together; a single one has its usual limit."""
FEWEST_ROWS: Final = 16
WIDTH: Final = 120
"""The width where the terminal's is not known (a CI log, a worker of xdist)."""
_UUID: Final = re.compile("[0-9a-f]{8}-[0-9a-f-]{0,27}|[0-9a-f-]+(?=…)")
"""A UUID, which may be cut off."""
_COLOUR: Final = r"(\x1b\[(?:\d?[0-79](?:;\d?[0-79])*)?m)"
"""The sequences of colours and styles; 8, which hides text, is none of them."""

_SHOWN_BY_PYTEST: Final = {"passed": "P", "xfailed": "x", "xpassed": "X"}
"""The letter of pytest's option -r with which it shows the sections of a test that has not failed."""


class Shown(NamedTuple):
    """An execution to show.

    Attributes:
        run: the execution.
        timeline: gives its timeline, from the `width` and `limit` of its rows.
        starter: gives what has started it, in words; "" if the test has.
    """

    run: Run
    timeline: Callable[..., str]
    starter: Callable[[], str]


def add_executions(report: pytest.TestReport, executions: Sequence[Shown]) -> None:
    """A section with the timeline of each execution, or of the last ones."""
    report.sections += _timelines(executions)


def shown_in(report: Any) -> list[tuple[str, str]]:
    """The sections that we have added to a report: `sfn_sections`, which workers of pytest-xdist send along, says which.

    Args:
        report: anything that the terminal counts; warnings and deselected items are no reports, and have no sections.
    """
    ours: tuple[int, int] | None = getattr(report, "sfn_sections", None)
    return report.sections[slice(*ours)] if ours is not None else []


def summarize(terminalreporter: pytest.TerminalReporter) -> None:
    """Show in the terminal our sections of the reports that pytest itself shows nothing of."""
    told = [
        (report, sections)
        for category, reports in terminalreporter.stats.items()
        if category not in ("failed", "error") and not terminalreporter.hasopt(_SHOWN_BY_PYTEST.get(category, "-"))
        for report in reports
        if (sections := shown_in(report))
    ]
    if told:
        terminalreporter.write_sep("=", "Step Functions executions")
    for report, sections in told:
        terminalreporter.write_sep("_", report.head_line or report.nodeid)
        for title, text in sections:
            terminalreporter.write_sep("-", title)
            terminalreporter.write_line(text)


def add_test_errors(
    report: pytest.TestReport,
    excinfo: pytest.ExceptionInfo[BaseException] | None,
    errors: Iterable[BaseException],
) -> None:
    """A section for each test error that did not reach pytest, because something caught it on its way.

    Args:
        report: of a test that failed, in any of its phases.
        excinfo: what it failed with.
        errors: those that broke an account during this test.
    """
    shown: dict[int, BaseException] = {}
    error = excinfo.value if excinfo is not None else None
    while error is not None and id(error) not in shown:
        shown[id(error)] = error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    failure = "" if excinfo is None else str(excinfo.value)
    for broken in errors:
        text = f"{type(broken).__name__}: {broken}"
        if id(broken) not in shown and text not in failure:
            report.sections.append(("test error that something caught", printable(text, "\n\t")))


def add_uncallable(report: pytest.TestReport, registries: Iterable[Registry]) -> None:
    """A section with the mocks that no task could call: a misspelt one may be why the test has failed.

    Args:
        registries: of accounts without a test error, which says itself which mocks there are.
    """
    if found := [text for registry in registries if (text := registry.uncallable())]:
        report.sections.append(("mocks that no loaded machine could call", printable("\n".join(found), "\n")))


def redact(report: pytest.TestReport, redactions: Iterable[Redaction]) -> None:
    """Hide the secrets that `SfnMock.redact` has named in the whole report."""
    for redaction in redactions:
        if redaction.paths:
            _change(report, redaction.text)


def make_printable(report: pytest.TestReport, *, colours: bool) -> None:
    """Escape what would act in a terminal or in a CI's log: texts of services and definitions are in asserts and captured logs.

    Args:
        colours: whether pytest itself colours texts; sequences that do no more than that stay.
    """

    def change(text: str) -> str:
        parts = re.split(_COLOUR, text) if colours else [text]
        parts[::2] = [printable(part, "\n\t") for part in parts[::2]]
        return "".join(parts)

    _change(report, change)


def _change(report: pytest.TestReport, change: Callable[[str], str]) -> None:
    report.sections = [(change(title), change(text)) for title, text in report.sections]
    report.longrepr = _changed(report.longrepr, change)


def _timelines(executions: Sequence[Shown]) -> Iterator[tuple[str, str]]:
    count = len(executions)
    if count > EXECUTIONS:
        yield "executions", f"{count - EXECUTIONS:,} earlier executions are not shown"
    limit = None if count == 1 else max(ROWS // max(min(count, EXECUTIONS), 1), FEWEST_ROWS)
    told = [(number, *_told(each, limit)) for number, each in list(enumerate(executions, 1))[-EXECUTIONS:]]
    for _, alike in groupby(told, _likeness):
        (first, starter, text), *more = alike
        if more:
            title = f"executions {first} to {more[-1][0]} of {count}, all alike"
        else:
            title = "execution" if count == 1 else f"execution {first} of {count}"
        yield title + starter, text


def _likeness(told: tuple[int, str, str]) -> tuple[object, ...]:
    """Equal for executions that are shown as one: those of a chain, each of which starts the next."""
    number, starter, text = told
    return (starter, _UUID.sub("", text)) if starter else (number,)


def _told(execution: Shown, limit: int | None) -> tuple[str, str]:
    """Who started an execution, for the title, and its timeline."""
    starter = ""
    try:
        if told := execution.starter():
            starter = printable(f", started by {told}")
        return starter, execution.timeline(width=shutil.get_terminal_size((WIDTH, 24)).columns, limit=limit)
    except Exception as error:  # noqa: BLE001 - a report must not hide the failure it reports
        reason = printable(f"{type(error).__name__}: {error}", "\n")
        return starter, f"(no timeline: {reason}. This is a bug in pytest-sfn; please report it.)"


def _changed(part: Any, change: Callable[[str], str], depth: int = 0) -> Any:
    """The tree that pytest makes of a failure's text, changed in place: every text of it, whatever its classes are."""
    if isinstance(part, str):
        return change(part)
    if isinstance(part, list):
        part[:] = [_changed(item, change, depth + 1) for item in part]
    elif isinstance(part, tuple):
        return type(part)(_changed(item, change, depth + 1) for item in part)
    elif type(part).__module__.startswith("_pytest.") and hasattr(part, "__dict__") and depth < 20:
        for name, value in list(vars(part).items()):
            if name not in ("path", "style"):
                object.__setattr__(part, name, _changed(value, change, depth + 1))
    return part
