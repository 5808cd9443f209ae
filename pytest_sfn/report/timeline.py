"""An execution as readable text: virtual times, states, attempts, errors, waits, and where it ended.

Each visit of a state is a row: when, which, its type, and what happened (a further row for each attempt that failed and
for the Catcher that took the error). What a state changed is shown, not all it passes on. States of branches and
iterations are indented below their Parallel or Map.

Repetitions are shortened: of a Map with ten thousand items the most telling are shown (one for each error, one that was
caught, one that was retried, one that succeeded), of a long loop its beginning and its end. The work grows with what is
shown, not with the execution, apart from one look at each iteration.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.asl.files import shown_path
from pytest_sfn.asl.pointer import field_of, last, pointer_of
from pytest_sfn.errors import printable, split_lines
from pytest_sfn.expressions.values import UNDEFINED, dumps
from pytest_sfn.mocks.calls import clock
from pytest_sfn.report.changes import changes, is_passed_on
from pytest_sfn.report.hints import failed_field, hints_of, retrier_of
from pytest_sfn.report.waiting import waits_for
from pytest_sfn.trace.outcome import broken
from pytest_sfn.trace.times import MICROSECOND, duration, ending, limit_of, limit_passed
from pytest_sfn.trace.visits import Line, child_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.model import State
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run
    from pytest_sfn.errors import Site, StateError
    from pytest_sfn.report.needs import ReportedAccount
    from pytest_sfn.trace.visits import Attempt, Visit, Visits

__all__ = ["brief", "message", "not_started", "raised", "timeline"]

LINES: Final = 60
"""The default limit of rows of a timeline; its beginning and its end are kept."""
CHILDREN: Final = 4
"""How many branches or iterations of one state are shown at most, when there are too many to show all."""
NAME_WIDTH: Final = 40
CAUSE_LENGTH: Final = 600
CAUSE_LINES: Final = 20
LINE_BREAK: Final = "\\n"
"""How a row shows the end of a line of a cause, as `printable` does."""
STAGE_WIDTH: Final = len("after_result_selector")
HINTS: Final = 5
RECORDS: Final = 20
"""How many records of functions are shown at most."""


def timeline(
    machine: StateMachine,
    run: Run,
    visits: Visits,
    account: ReportedAccount,
    *,
    width: int = 120,
    limit: int | None = None,
    stages: Collection[str] | bool = False,
) -> str:
    """The story of an execution.

    Args:
        machine: what was executed.
        run: the execution, finished or not.
        visits: the run's, up to now.
        account: has the secrets, and the folders of functions' code.
        width: where rows are cut.
        limit: how many rows are shown at most; 60 when None.
        stages: names of states below whose rows the data flow is shown, stage by stage; True for all states.
    """
    if stages is True:
        stages = machine.states.keys()
    teller = _Teller(machine, run, visits, account, width, LINES if limit is None else limit, stages or ())
    return "\n".join(map(printable, teller.lines()))


class _Row(NamedTuple):
    """One line of the body; without a type it is a remark in the name's column."""

    time: str
    name: str
    type: str
    text: str


class _Teller:
    def __init__(
        self,
        machine: StateMachine,
        run: Run,
        visits: Visits,
        account: ReportedAccount,
        width: int,
        limit: int,
        stages: Collection[str],
    ) -> None:
        self.machine = machine
        self.run = run
        self.visits = visits
        self.account = account
        self.width = max(width, 40)
        self.limit = max(limit, 4)
        self.stages = stages
        self.states = machine.states
        self.failed = self.failing()
        self.rows: list[_Row] = []
        self.hints: dict[str, None] = {}

    def lines(self) -> Iterator[str]:
        run = self.run
        stopped = broken(run)
        end = run.scheduler.now if run.stop is None else run.stop
        elapsed = f" after {duration((end - run.start) * MICROSECOND)} of virtual time" if end > run.start else ""
        times = len(run.redriven)
        redriven = f", redriven {'once' if times == 1 else f'{times:,} times'}" if times else ""
        yield f"{run.machine.name}: {'stopped by a test error' if stopped else run.status}{elapsed}{redriven}"
        yield f"  input   {self.brief(run.input)}"
        self.line(self.visits.main, 0, self.limit, timedelta())
        yield from self.body()
        if stopped:
            yield from self.test_error()
        elif run.live:
            yield f"  waits   {waits_for(run, self.visits)}"
        elif run.status == "SUCCEEDED":
            yield f"  output  {self.brief(run.output)}"
        else:
            yield from self.failure_of_execution()
        yield from self.logged()
        told = list(self.hints)
        for hint in told[:HINTS]:
            yield f"  hint    {self.hide(hint)}"
        if len(told) > HINTS:
            yield f"  hint    and {len(told) - HINTS} more"

    # -- rows ----------------------------------------------------------------------------------------------------------

    def body(self) -> Iterator[str]:
        rows = self.rows
        if len(rows) > self.limit:
            head = self.limit // 2
            left_out = _Row("", f"... {len(rows) - self.limit:,} lines left out ...", "", "")
            rows = [*rows[:head], left_out, *rows[head - self.limit :]]
        times = max((len(row.time) for row in rows), default=0)
        names = min(max((len(row.name) for row in rows if row.type), default=0), NAME_WIDTH)
        types = max((len(row.type) for row in rows), default=0)
        for row in rows:
            if row.type or row.text:
                name = shortened(row.name, NAME_WIDTH)
                yield self.cut(f"  {row.time:<{times}}  {name:<{names}}  {row.type:<{types}}  {row.text}".rstrip())
            else:
                yield self.cut(f"  {row.time:<{times}}  {row.name}")

    def line(self, line: Line, depth: int, limit: int, offset: timedelta) -> None:
        """The visits of a branch, an iteration or the main line; of very many the first and the last."""
        visits = line.visits
        if len(visits) <= limit:
            for visit in visits:
                self.visit(visit, depth, limit, offset)
            return
        start = len(self.rows)
        first = 0
        while len(self.rows) - start < limit // 2:
            self.visit(visits[first], depth, limit, offset)
            first += 1
        head, self.rows = self.rows, []
        last = len(visits)
        while len(self.rows) < limit // 2 - 1 and last > first:
            last -= 1
            later, self.rows = self.rows, []
            self.visit(visits[last], depth, limit, offset)
            self.rows += later
        tail, self.rows = self.rows, head
        if last > first:
            self.remark(depth, f"... {_counted(last - first, 'state')} left out ...")
        self.rows += tail

    def visit(self, visit: Visit, depth: int, limit: int, offset: timedelta) -> None:
        state = self.states[visit.name]
        name, kind = f"{'  ' * depth}{visit.name}", visit.type
        time = visit.entered
        for when, text in self.events(state, visit) or [(None, "")]:
            when = time if name else when
            self.rows.append(_Row("" if when is None else clock((when + offset) // MICROSECOND), name, kind, text))
            name = kind = ""
        if visit.name in self.stages:
            for stage, value in visit.stages.items():
                self.remark(depth + 1, f"{stage:<{STAGE_WIDTH}}  {self.brief(value)}")
        for place in visit._answered_at:
            self.remark(depth + 1, f"answered by {place}")
        for child in visit._child_runs:
            self.remark(depth + 1, f"execution {child.name} of {child.machine.name}: {ending(child)}")
        self.hints |= dict.fromkeys(hints_of(visit, self.states, self.run.program.locate))
        self.children(visit, depth + 1, max(limit // 6, 6))

    def remark(self, depth: int, text: str) -> None:
        self.rows.append(_Row("", f"{'  ' * depth}{text}", "", ""))

    def events(self, state: State, visit: Visit) -> list[tuple[timedelta | None, str]]:
        """What happened in a visit, a row each, with its time where that is another than the row's before."""
        found: list[tuple[timedelta | None, str]] = []
        failed = [(attempt, attempt._failure) for attempt in visit.attempts if attempt._failure is not None]
        several = len(visit.attempts) > 1
        for index, (attempt, failure) in enumerate(failed):
            if len(failed) > 8 and 4 <= index < len(failed) - 3:
                if index == 4:
                    found.append((None, f"... {len(failed) - 7} attempts left out ..."))
                continue
            number = f"attempt {attempt.number}: " if several else ""
            found.append((attempt.started, f"{number}{self.failed_attempt(state, visit, attempt, failure)}"))
        if visit._failure is not None:
            if not failed or visit._failure is not failed[-1][1]:  # in no attempt, or in a field of the Catcher
                found.append((None, self.failure(state, visit._failure)))
        elif failed and failed[-1][0] is visit.attempts[-1]:
            found.append((None, f"{self.unfinished(visit)}, before attempt {len(visit.attempts) + 1}"))
        elif ending := self.ending(state, visit):
            number = f"attempt {len(visit.attempts)}: " if several else ""
            found.append((visit.attempts[-1].started if visit.attempts else None, number + ending))
        if not self.is_told_below(visit) and (place := raised(visit)):
            found.append((None, f"raised {_one_line(self.hide(place), self.width)}"))
        if visit.catcher is not None:
            found.append((None, f"Catch[{last(visit.catcher.pointer)}] -> {visit.catcher.next}"))
        if visit._raw_assigned:
            found.append((None, self.assigned(visit._raw_assigned)))
        return found

    def is_told_below(self, visit: Visit) -> bool:
        """Whether it ended the execution; visits of a distributed Map's children are made anew for each reader."""
        failed = self.failed
        return failed is not None and (visit._strand, visit._event_id) == (failed._strand, failed._event_id)

    def failed_attempt(self, state: State, visit: Visit, attempt: Attempt, failure: StateError) -> str:
        limit = limit_passed(attempt)
        text = f"{failure.error}: {limit}" if limit else self.failure(state, failure)
        if attempt is visit.attempts[-1] and (count := self.count(visit)):
            text = f"{count}; {text}"
        after = ""
        if attempt.backoff_seconds is not None:
            after = f"; Retry[{attempt.retrier}] waits {duration(timedelta(seconds=attempt.backoff_seconds))}"
        elif visit.retries:
            used = retrier_of(state, failure)
            if used is not None:
                after = f"; Retry[{used}] is used up"
        if attempt.backoff_seconds is None and attempt is not visit.attempts[-1]:
            after += "; redriven"
        return text + after

    def ending(self, state: State, visit: Visit) -> str:
        """How a visit ended that did not fail, or what it waits for."""
        parts = [self.count(visit)]
        if visit.exited is None:
            parts.append(self.unfinished(visit))
        elif visit.type == "Choice":
            rules = getattr(state, "choices", ())
            if visit.choice is None:
                parts.append(f"Default -> {getattr(state, 'default', None)}")
            else:
                parts.append(f"Choices[{visit.choice}] -> {rules[visit.choice].next}")
        else:
            began = visit.attempts[-1].started if visit.attempts else visit.entered
            if visit.exited > began:
                parts.append(f"{'waited' if visit.type == 'Wait' else 'took'} {duration(visit.exited - began)}")
            elif len(visit.attempts) > 1:
                parts.append("ok")
        parts.append(self.change(visit._raw_input, visit._raw_output))
        return "; ".join(part for part in parts if part)

    def unfinished(self, visit: Visit) -> str:
        run = self.run
        if run.world.broken_at is visit._strand:
            return "the test error below"
        if visit._lines:
            return ""
        if not run.live or (visit._strand.body is not None and visit._strand.body.over):
            return "stopped"
        return "not finished"

    def count(self, visit: Visit) -> str:
        """How many items a Map had."""
        if visit.type != "Map":
            return ""
        if visit._map_run is not None and not visit._map_run.was_read:
            return ""
        if visit._map_run is not None:
            count, failed, missing = visit._map_run.length, visit._map_run.failed, visit._map_run.pending
        elif visit._lines:
            body = visit._lines[-1]._strand.body
            children = visit.iterations
            count = len(body.items) if body is not None else len(children)
            failed = sum(line.failed for line in children)
            missing = not_started(visit)
        else:
            return ""
        text = _counted(count, "item")
        if failed:
            text += f", {failed:,} failed"
        return f"{text}, {missing:,} not started" if missing else text

    def change(self, before: Any, after: Any) -> str:
        """What a state changed: a few members by their paths, else its whole output; nothing if it passed its input on."""
        if after is UNDEFINED or is_passed_on(before, after):
            return ""
        changed = changes(before, after)
        if changed is None:
            return f"output {self.brief(after)}"
        room = self.width // (len(changed) or 1)
        return ", ".join(f"{self.hide(path)} = {self.brief(value, room)}" for path, value in changed)

    def assigned(self, variables: Mapping[str, Any]) -> str:
        """The variables that a state assigned."""
        shown = self.account.redaction.value(dict(variables))  # a path such as `$.card.number` begins with a variable's name
        room = max(self.width // len(shown), NAME_WIDTH)
        return ", ".join(f"${name} = {brief(value, room)}" for name, value in shown.items())

    def failure(self, state: State, failure: StateError) -> str:
        text = self.hide(message(failure.bare_cause or ""))
        name = failure.error if failure.error is not None else "failed without an error name"
        if failure.site is not None and failure.state == state.name:
            name += f" in {field_of(failure.site, state.pointer)}"
        if name == "States.Timeout" and not text and state.type == "Task" and failure.state == state.name:
            text = "given as an answer, no limit of the state"
        return f"{name}: {_one_line(text, 400, between=LINE_BREAK)}" if text else name

    # -- branches and iterations ---------------------------------------------------------------------------------------

    def below(self, visit: Visit) -> list[tuple[Line, timedelta]]:
        """Branches, iterations or child executions of the last attempt, each with when its own clock began."""
        if visit.type == "Parallel":
            return [(line, timedelta()) for line in visit.branches]
        if visit.type != "Map":
            return []
        if visit._lines:
            return [(line, timedelta()) for line in visit.iterations]
        if visit._map_run is None:
            return []
        found = []
        for index, run in visit._map_run.kept():
            if run.status != "SUCCEEDED" or index < CHILDREN:
                line = child_line(run, index)
                found.append((line, timedelta(microseconds=run.start - self.run.start)))
        return found

    def children(self, visit: Visit, depth: int, limit: int) -> None:
        lines = self.below(visit)
        word = "branch" if visit.type == "Parallel" else "item"
        shown = lines if len(lines) <= CHILDREN + 2 else _telling(lines)
        for line, offset in shown:
            run = line._visits.run
            stopped = f": {ending(run)}" if run is not self.run and run.status in ("TIMED_OUT", "ABORTED") else ""
            if not line.visits and not stopped:
                continue
            self.remark(depth, f"{word} {line.index}{stopped}")
            self.line(line, depth + 1, limit, offset)
        if len(shown) < len(lines):
            self.remark(depth, f"... {_counted(len(lines) - len(shown), f'more {word}')} ...")

    # -- the end -------------------------------------------------------------------------------------------------------

    def failure_of_execution(self) -> Iterator[str]:
        run = self.run
        visit = self.failed
        limit = limit_passed(visit.attempts[-1]) if visit is not None and visit.attempts else ""
        if run.status == "TIMED_OUT":
            yield f"  error   (none); {limit_of(run)} ended it"
        elif run.error is not None or run.status == "FAILED":
            yield f"  error   {run.error if run.error is not None else '(none)'}"
        if run.cause:
            text = message(run.cause) or run.cause
            note = "   (errorMessage of the JSON cause)" if text != run.cause else ""
            first, *more = _lines(self.hide(text), CAUSE_LENGTH)
            yield f"  cause   {first}{note}"
            yield from (f"          {line}" for line in more)
        elif limit:
            yield f"  cause   (none); it passed the state's {limit}"
        began = None if visit is None else self.passed_on(visit)
        if visit is not None and (place := raised(began or visit)):
            yield f"  raised  {_one_line(self.hide(place), self.width)}"
        names = [visit.name] if visit is not None else self.unfinished_states()
        if len(names) == 1:
            yield f"  at      {self.place_of(self.states[names[0]], failed_field(visit) if visit is not None else None)}"
        elif names:
            yield f"  at      states {', '.join(map(repr, names[:5]))}{', ...' if len(names) > 5 else ''}"
        if began is not None:
            yield f"  began   {self.place_of(self.states[began.name], failed_field(began))}"
        if visit is not None and failed_field(visit) is not None and self.visits.has_stages:
            yield from self.data_flow(visit)

    def data_flow(self, visit: Visit) -> Iterator[str]:
        """The stages of a state whose own field failed, unless they are below its row."""
        if not (visit.stages and visit.name in self.stages):
            for stage, value in (visit.stages or {"input": visit._raw_input}).items():  # it may fail before its first stage
                yield self.cut(f"  data    {stage:<{STAGE_WIDTH}}  {self.brief(value)}")

    def logged(self) -> Iterator[str]:
        """What functions' own code has logged, the last records."""
        records = self.account.logged.get(self.run.arn, ()) if self.account.logged else ()
        if len(records) > RECORDS:
            yield f"  log     ... {len(records) - RECORDS} records left out ..."
        for function, record in records[-RECORDS:]:
            message = _one_line(self.hide(record.message), self.width)
            yield self.cut(printable(f"  log     {function} [{record.level}] {message}"))

    def place_of(self, state: State, site: Site | None) -> str:
        """The place of a state, or of its field that failed."""
        location = self.machine.locate(state.pointer if site is None else pointer_of(site))
        field = "" if site is None else f", {field_of(site, state.pointer)}"
        return f"{f'{location}: ' if location else ''}state {state.name!r}{field}"

    def unfinished_states(self) -> list[str]:
        visits = self.visits.all
        return list(dict.fromkeys(v.name for v in visits if v.exited is None and not v.error and not v._lines))

    def passed_on(self, visit: Visit) -> Visit | None:
        """The visit in which the error began that a Fail state passes on; None if it does not."""
        if visit.type != "Fail" or visit.error is None:
            return None
        caught = (each for each in reversed(visit._line.visits) if each.catcher is not None)
        first = next((each for each in caught if each.error == visit.error), None)
        return None if first is None else self.innermost(self.failed_below(first), first)

    def failing(self) -> Visit | None:
        """The innermost visit that ended the execution, or None when no state's failure did."""
        return self.innermost(self.visits.failed_line, None)

    def innermost(self, line: Line | None, visit: Visit | None) -> Visit | None:
        """The innermost visit that failed in a line; `visit` if there is none."""
        while line is not None and line.visits:
            visit = line.visits[-1]
            if failed_field(visit) is not None:
                break
            line = self.failed_below(visit)
        return visit

    def failed_below(self, visit: Visit) -> Line | None:
        """The branch or iteration that failed; in a distributed Map the line that ended the child execution.

        Child executions that were only stopped come last.
        """
        failed = [line for line, _ in self.below(visit) if line.failed and line.visits]
        ended = (line if line._visits is visit._visits else line._visits.failed_line for line in failed)
        return next((line for line in ended if line is not None), next(iter(failed), None))

    def test_error(self) -> Iterator[str]:
        """What broke the execution, and what the task was."""
        world = self.run.world
        strand, error = world.broken_at, world.broken
        if strand is None:
            return
        location = strand.run.program.locate(strand.state.model.pointer)
        place = f"state {strand.state.name!r}"
        first = str(error).strip().partition("\n")[0]
        head, _, tail = first.partition(place)
        field, _, text = tail.partition(": ")
        text = self.hide(text or first)  # without the place, which has a line of its own
        yield f"  error   {type(error).__name__}{f': {text}' if text else ''}"
        at = head if field else f"{location}: "
        yield f"  at      {at if location else ''}{place}{field}"
        request = strand.attempts.request if strand.attempts is not None else None
        if request is not None:
            item = f", item {'/'.join(map(str, request.item))}" if request.item else ""
            yield f"  task    {request.resource.text}, attempt {request.attempt}{item}"
            yield f"  sent    {self.brief(request.parameters)}"

    # -- texts ---------------------------------------------------------------------------------------------------------

    def brief(self, value: Any, room: int | None = None) -> str:
        return brief(self.account.redaction.value(value), room or self.width - 10)

    def hide(self, text: str) -> str:
        return self.account.redaction.text(text)

    def cut(self, text: str) -> str:
        return shortened(text, self.width)


def _telling(lines: Sequence[tuple[Line, timedelta]]) -> list[tuple[Line, timedelta]]:
    """The most telling ones: one for each error, then one that was caught, one that was retried, one that succeeded."""
    kinds: dict[Any, tuple[Line, timedelta]] = {}
    for pair in lines:
        line = pair[0]
        kind: Any = 3
        if line.failed:
            kind = (0, line.error or "")
        else:
            for visit in line.visits:
                if visit.catcher is not None:
                    kind = 1
                    break
                if len(visit.attempts) > 1:
                    kind = 2
        kinds.setdefault(kind, pair)
    ranked = sorted(kinds.items(), key=lambda item: item[0][0] if isinstance(item[0], tuple) else item[0])
    return sorted((pair for _, pair in ranked[:CHILDREN]), key=lambda pair: pair[0].index)


def not_started(visit: Visit) -> int:
    """How many items of an inline Map have entered no state."""
    body = visit._lines[-1]._strand.body if visit._lines else None
    return 0 if body is None else len(body.items) - sum(1 for line in visit.iterations if line.visits)


def message(cause: str) -> str:
    """The message in a Lambda function's JSON cause; any other cause as it is."""
    if cause.startswith("{"):
        try:
            found = json.loads(cause)
        except ValueError:
            return cause
        if isinstance(found.get("errorMessage"), str):
            return str(found["errorMessage"])
    return cause


def raised(visit: Visit) -> str:
    """The line of the user's code that raised the error of a visit: file, line, function and text; "" if none did."""
    last = visit.attempts[-1] if visit.attempts else None
    if last is None or last._raised is None or last._failure is not visit._failure:
        return ""
    file, line, function, text = last._raised
    return f"{shown_path(Path(file))}:{line} in {function}" + (f": {text}" if text else "")


def brief(value: Any, room: int) -> str:
    """JSON text of a value, cut after `room` characters without writing the rest."""
    parts: list[str] = []
    left = room
    for part in _json_parts(value, room):
        parts.append(part)
        left -= len(part)
        if left < 0:
            break
    text = "".join(parts)
    return shortened(text, room)


def shortened(text: str, room: int) -> str:
    """A text of at most `room` characters; one ellipsis says that it was longer, also where a part of it ends with one."""
    return text if len(text) <= room else f"{text[: max(room - 1, 1)].rstrip('…')}…"


def _json_parts(value: Any, room: int) -> Iterable[str]:
    if isinstance(value, dict):
        yield "{"
        separator = ""
        for key, item in value.items():
            yield f"{separator}{_text(key, room)}: "
            yield from _json_parts(item, room)
            separator = ", "
        yield "}"
    elif isinstance(value, list):
        yield "["
        separator = ""
        for item in value:
            yield separator
            yield from _json_parts(item, room)
            separator = ", "
        yield "]"
    elif isinstance(value, str):
        yield _text(value, room)
    else:
        yield dumps(value)


def _text(text: str, room: int) -> str:
    return json.dumps(text[: room + 1], ensure_ascii=False)


def _one_line(text: str, room: int, between: str = " ") -> str:
    text = between.join(" ".join(line.split()) for line in split_lines(text) if line.strip())
    return shortened(text, room)


def _lines(text: str, room: int) -> list[str]:
    """The lines of a text, without empty ones, one at least; what is left out of a long text is shown as an ellipsis."""
    text = shortened(text, room)
    lines = [line.rstrip().expandtabs(4) for line in split_lines(text) if line.strip()]
    return [*lines[:CAUSE_LINES], *(["…"] if len(lines) > CAUSE_LINES else [])] or [""]


def _counted(count: int, word: str) -> str:
    plural = f"{word}es" if word.endswith("ch") else f"{word}s"
    return f"{count:,} {word if count == 1 else plural}"
