"""An execution as readable text: virtual time, state, attempts, errors, waits, and where it ended.

What repeats is summed up: of a Map with ten thousand items, the items that failed are shown, and one that did not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_sfn.dataflow.paths import compile_path
from pytest_sfn.dataflow.values import UNDEFINED, dumps
from pytest_sfn.report.hints import hints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.engine.story import Attempt, Line, StateVisit
    from pytest_sfn.execution import Execution

__all__ = ["timeline"]

LINES = 60
"""How many lines a timeline has at most, unless told otherwise; the beginning and the end are kept."""
CHILDREN_SHOWN = 3


def timeline(execution: Execution, *, width: int = 120, limit: int | None = None) -> str:
    """The story of an execution.

    Args:
        execution: finished or not.
        width: where lines are cut.
        limit: how many lines of states are shown at most; 60 when None.
    """
    writer = _Writer(execution, width)
    writer.line(execution._told().main, "")
    body = writer.cut(limit or LINES)
    lines = [writer.head(), f"  input   {writer.value(execution._run.input)}", *body, *writer.foot()]
    return "\n".join(writer.hide(line) for line in lines)


class _Writer:
    def __init__(self, execution: Execution, width: int) -> None:
        self.execution = execution
        self.width = width
        self.lines: list[str] = []
        self.hints: dict[str, None] = {}
        self.secrets = _secrets(execution)
        self.name_width = min(max((len(visit.name) for visit in execution._told().main.visits), default=10), 32)

    def head(self) -> str:
        execution = self.execution
        return f"{execution.machine.name}: {execution.status} after {duration(execution.elapsed)} of virtual time"

    def foot(self) -> list[str]:
        execution = self.execution
        lines = []
        if execution.status == "RUNNING":
            lines.append(f"  waits   {execution.waits_for()}")
        elif execution.succeeded:
            lines.append(f"  output  {self.value(execution._run.output)}")
        else:
            lines.append(f"  error   {execution.error or '(none)'}")
            if execution.cause:
                lines.append(f"  cause   {self.short(execution.cause)}")
            place = self.failed_at()
            if place:
                lines.append(f"  at      {place}")
        lines.extend(f"  hint    {hint}" for hint in self.hints)
        return lines

    def failed_at(self) -> str | None:
        """File, line and column of the innermost state that failed."""
        failing = [visit for visit in self.execution._told().visits if visit.error is not None and not visit.caught]
        if not failing:
            return None
        state = self.execution.machine.state_machine.states[failing[0].name]
        location = self.execution.machine.state_machine.locate(state.pointer)
        return f"{location}: state {state.name!r}" if location else f"state {state.name!r}"

    def line(self, line: Line, indent: str) -> None:
        for visit in line.visits:
            self.visit(visit, indent)

    def visit(self, visit: StateVisit, indent: str) -> None:
        state = self.execution.machine.state_machine.states[visit.name]
        name = visit.name if len(visit.name) <= 32 else f"{visit.name[:31]}…"
        start = f"  {clock(visit.entered)}  {indent}{name:<{max(self.name_width - len(indent), 1)}}  {visit.type:<8}"
        blank = " " * len(start)
        for index, text in enumerate(self.events(visit)):
            self.lines.append((f"{blank}  {text}" if index else f"{start}  {text}").rstrip()[: self.width])
        for hint in hints(state, visit):
            self.hints[hint] = None
        if visit.lines:
            self.children(visit, indent + "  ")

    def events(self, visit: StateVisit) -> Iterable[str]:
        """What happened in a visit, a line each."""
        attempts = visit.attempts
        for attempt in attempts:
            if attempt.error is not None:
                yield self.failed_attempt(attempt, len(attempts))
        if visit.error is not None and not attempts:
            yield f"failed: {self.failure(visit.error, visit.cause)}"
        elif visit.error is None:
            yield self.ending(visit)
        if visit.catcher is not None:
            yield f"caught by Catch[{visit.catcher.pointer.rpartition('/')[2]}] -> {visit.catcher.next}"

    def failed_attempt(self, attempt: Attempt, count: int) -> str:
        text = f"{f'attempt {attempt.number} ' if count > 1 else ''}failed: {self.failure(attempt.error, attempt.cause)}"
        if attempt.backoff_seconds is not None:
            text += f"; Retry[{attempt.retrier}] after {duration(timedelta(seconds=attempt.backoff_seconds))}"
        return text

    def ending(self, visit: StateVisit) -> str:
        if visit.exited is None:
            return "…" if not visit.lines else ""
        if visit.type == "Choice":
            return "Default" if visit.choice is None else f"Choices[{visit.choice}]"
        parts = []
        if len(visit.attempts) > 1:
            parts.append(f"attempt {len(visit.attempts)} ok")
        if visit.exited > visit.entered and visit.type in ("Wait", "Task"):
            began = visit.attempts[-1].started if visit.attempts else visit.entered
            parts.append(f"took {duration(visit.exited - began)}")
        return ", ".join(parts)

    def failure(self, error: str | None, cause: str | None) -> str:
        return f"{error or '(no error name)'}{f' {self.short(cause)}' if cause else ''}"

    def children(self, visit: StateVisit, indent: str) -> None:
        """Branches whole; of many iterations those that failed and one that did not."""
        lines = visit.branches if visit.type == "Parallel" else visit.iterations
        word = "branch" if visit.type == "Parallel" else "item"
        failed = [line for line in lines if line.failed]
        well = [line for line in lines if not line.failed]
        shown = lines
        if len(lines) > 2 * CHILDREN_SHOWN:
            shown = sorted([*failed[:CHILDREN_SHOWN], *well[:1]], key=lambda line: line.index)
            self.lines.append(f"  {'':8}  {indent}{len(lines):,} {word}s started, {len(failed):,} failed; {len(shown)} shown")
        for line in shown:
            self.lines.append(f"  {'':8}  {indent}{word} {line.index}")
            self.line(line, indent + "  ")

    def cut(self, limit: int) -> list[str]:
        if len(self.lines) <= limit:
            return self.lines
        head = limit // 2
        tail = limit - head
        return [*self.lines[:head], f"  ... {len(self.lines) - limit:,} lines left out ...", *self.lines[-tail:]]

    def value(self, value: Any) -> str:
        return self.short(dumps(value))

    def short(self, text: str) -> str:
        text = " ".join(text.split())
        room = max(self.width - 20, 40)
        return text if len(text) <= room else f"{text[:room]}… ({len(text):,} characters)"

    def hide(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "[redacted]")
        return text


def _secrets(execution: Execution) -> list[str]:
    """The texts of all values that `redact` names, wherever in the execution they are found; the longest first."""
    paths = [compile_path(path) for path in execution.machine._account.redacted]
    if not paths:
        return []
    found: set[str] = set()
    values = [execution._run.input, execution._run.output]
    for visit in execution._told().visits:
        values += [visit._raw_input, visit._raw_output]
    for value in values:
        for path in paths:
            secret = path.read(value) if value is not UNDEFINED else UNDEFINED
            if secret is not UNDEFINED and secret not in (None, "", [], {}):
                found.add(secret if isinstance(secret, str) else dumps(secret))
    return sorted(found, key=len, reverse=True)


def clock(time: timedelta) -> str:
    """+hh:mm:ss, with milliseconds where there are any, days before."""
    seconds, milliseconds = divmod(round(time.total_seconds() * 1000), 1000)
    days, rest = divmod(seconds, 86_400)
    text = f"+{f'{days}d ' if days else ''}{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{text}.{milliseconds:03d}" if milliseconds else text


def duration(time: timedelta) -> str:
    """A length of time in words: 45 s, 1 h 30 min, 2 days."""
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:g} s"
    parts = []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        amount, seconds = divmod(seconds, size) if size > 1 else (seconds, 0)
        if amount:
            parts.append(f"{amount:g} {unit}")
    return " ".join(parts)
