"""Failures of faults that have one cause are one finding: shown once, with one timeline, and the names of the others.

Each fault stays a test of its own, whose failure counts, is listed in the short summary and is whole in JUnit XML. Only the
section FAILURES (and ERRORS) of the terminal shows the first of them. `-vv` shows all.

The cause is worked out where the test runs. It is JSON on the report (`report.sfn_cause`), as pytest-xdist's workers send it.
"""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING, Any, Final, TypedDict

import pytest

from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.faults.outcome import Outcome

__all__ = ["Cause", "cause_of", "fold", "unfold", "wrapped"]

_KINDS: Final = ("failed", "error")
"""Of the reports that the terminal shows one by one."""
_UNBROKEN: Final = "\N{NO-BREAK SPACE}"
_folded_key = pytest.StashKey[dict[str, list[Any]]]()


class Cause(TypedDict):
    """What went wrong in a test with a fault; JSON."""

    key: list[str]
    """Equal for failures of one cause."""
    text: str
    """In words, for a title."""


def cause_of(report: pytest.TestReport, error: BaseException | None, rows: list[Outcome]) -> Cause:
    """The cause of a failure.

    It is an error that nothing handled, at its state, and the line of the test that minds. Where every error was handled, it is
    that line, with how the execution ended or what the test failed with.

    Args:
        report: of the test that failed.
        error: what it failed with; None if a look at its faults failed it.
        rows: its faults, at least one.
    """
    row = next((row for row in rows if row["escaped"]), rows[0])
    crash = getattr(report.longrepr, "reprcrash", None)
    line = "" if crash is None else f"{crash.path}:{crash.lineno}"
    kind = type(error).__name__
    own = row["ended"] == f"FAILED {row['error'].partition(' ')[0]}"
    ended = "" if own else row["ended"]
    key = [report.nodeid.partition("[")[0], line, kind]
    if row["escaped"]:
        what = "its error" if own else ended.removeprefix("FAILED ")
        text = f"nothing handles {what} at {row['at']!r}" if row["at"] else f"the execution ends {ended}"
        return Cause(key=[*key, ended, row["at"]], text=text)
    if isinstance(error, AssertionError):
        return Cause(key=[*key, ended], text="the same assertion")
    said = str(report.longrepr if error is None else error).partition("\n")[0]
    return Cause(key=[*key, said], text="the same failure" if error is None else f"the same {kind}")


def fold(terminal: pytest.TerminalReporter) -> None:
    """Leave the first failure of each cause to be shown, and name the others in it."""
    options = terminal.config.option
    if options.tbstyle in ("no", "line") or terminal.verbosity > 1:
        return
    folded: dict[str, list[Any]] = {}
    terminal.config.stash[_folded_key] = folded
    for kind in _KINDS:
        reports = terminal.stats.get(kind, [])
        alike: dict[str, list[pytest.TestReport]] = {}
        for report in reports:
            cause: Cause | None = getattr(report, "sfn_cause", None)
            if cause is not None:
                alike.setdefault(repr(cause["key"]), []).append(report)
        hidden: set[int] = set()
        for first, *others in alike.values():
            if others:
                _name_others(first, others)
                hidden.update(map(id, others))
        if hidden:
            folded[kind] = reports
            terminal.stats[kind] = [report for report in reports if id(report) not in hidden]


def unfold(terminal: pytest.TerminalReporter) -> None:
    """Put all failures back, for the short summary and whoever counts them."""
    folded = terminal.config.stash.get(_folded_key, None)
    if folded is not None:
        terminal.stats |= folded


def _name_others(first: pytest.TestReport, others: list[pytest.TestReport]) -> None:
    cause: Cause = first.sfn_cause
    title = f"{len(others)} more fail{'s' * (len(others) == 1)} alike: {cause['text']} (-vv shows each)"
    width = shutil.get_terminal_size((100, 24)).columns
    text = "\n".join(wrapped([printable(_name(report)) for report in others], "; ", width))
    longrepr: Any = first.longrepr
    if hasattr(longrepr, "addsection"):
        longrepr.addsection(printable(title), text)
    else:
        first.longrepr = f"{longrepr}\n{printable(title)}:\n{text}"


def _name(report: pytest.TestReport) -> str:
    """What tells a test from those like it: its parameters, or the name of a subtest."""
    subtest = getattr(getattr(report, "context", None), "msg", None)
    return subtest or report.nodeid.partition("[")[2].removesuffix("]") or report.nodeid


def wrapped(names: Iterable[str], separator: str, width: int) -> list[str]:
    """Lines with the names, broken between names; one that is longer than a line is broken too."""
    width = max(width, 30)
    joined = separator.join(name.replace(" ", _UNBROKEN) if len(name) < width else name for name in names)
    lines = textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_UNBROKEN, " ") for line in lines]
