"""The rows of one execution: its events, its visits, and the lines that visits belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import last, pointer_of
from pytest_sfn.engine.record import IterationEnded, IterationStarted, StateEntered, StateExited, records
from pytest_sfn.errors import StateError, printable
from pytest_sfn.expressions.values import encoder
from pytest_sfn.report.hints import failed_field, hints_of
from pytest_sfn.report.timeline import not_started, raised
from pytest_sfn.trace.history import events
from pytest_sfn.trace.times import MICROSECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.trace.visits import Attempt, Visit, Visits
    from pytest_sfn.viewer.tables import Row, Tables

__all__ = ["Rows"]

EXPLAINED: Final = 100
"""How many visits with an error have hints, the first ones."""


class Rows:
    """The rows of one execution.

    Args:
        tables: what it shares with others.
        numbers: of the machine's states, by their names.
        room: how many events are shown; of more, the first and the last.
    """

    def __init__(
        self, tables: Tables, run: Run, visits: Visits, machine: StateMachine, numbers: Mapping[str, int], room: int
    ) -> None:
        self.tables = tables
        self.run = run
        self.told = visits
        self.machine = machine
        self.numbers = numbers
        self.encode = encoder(run.texts)
        history = events(run)
        room = max(room, 2)
        first = len(history) if len(history) <= room else room // 2
        rest = min(len(history) - first, room - first)
        self.gap = [first, len(history) - first - rest] if first + rest < len(history) else None
        """How many events there are before those that are left out, and how many these are."""
        self.shown: list[tuple[int, Visit]] = []
        kept = {visit: at for at, visit in enumerate(self.kept_visits())}
        where, self.exits = self.places(kept)
        self.events = [self.event(event, *where[event["id"]]) for event in (*history[:first], *history[len(history) - rest :])]
        self.line_numbers: dict[Strand, int] = {}
        self.lines: list[Row] = []
        self.bodies: dict[int, list[Any]] = {}
        self.explained = 0
        self.kept = kept
        self.visits: list[Row] = [self.visit(at, visit) for visit, at in kept.items()]

    def has(self, event_id: int) -> bool:
        return self.gap is None or not self.gap[0] < event_id <= sum(self.gap)

    def kept_visits(self) -> Iterator[Visit]:
        """The visits that are shown: those entered by an event that is, and all around them."""
        if self.gap is None:
            yield from self.told.all
            return
        around: set[Visit] = set()
        for visit in self.told.all:
            if self.has(visit._event_id):
                above: Visit | None = visit
                while above is not None and above not in around:
                    around.add(above)
                    above = above._line._around
        yield from (visit for visit in self.told.all if visit in around)

    def places(self, kept: Mapping[Visit, int]) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
        """The time and the visit of each event, and by each visit's first event its last one."""
        entered = {visit._event_id: visit for visit in self.told.all}
        current: dict[Strand, Visit] = {}
        found: dict[int, tuple[int, int]] = {}
        exits: dict[int, int] = {}
        start = self.run.start
        for record in records(self.run):
            if record.kind.islower():
                continue
            strand = record.strand
            if isinstance(record, StateEntered):
                current[strand] = entered[record.event_id]
            elif isinstance(record, StateExited):
                exits[current[strand]._event_id] = record.event_id
            if isinstance(record, (IterationStarted, IterationEnded)):
                visit = self.told.lines[strand]._around if strand in self.told.lines else None
            else:
                visit = current.get(strand)
            found[record.event_id] = record.now - start, -1 if visit is None else kept.get(visit, -1)
        return found, exits

    def event(self, event: dict[str, Any], now: int, visit: int) -> Row:
        kind, own = self.tables.kind(event)
        return [kind, now, visit, *own]

    def visit(self, at: int, visit: Visit) -> Row:
        self.shown.append((at, visit))
        inspector = self.told.inspector
        row = [
            self.numbers[visit.name],
            self.line(visit),
            visit._event_id,
            self.exits.get(visit._event_id, 0),
            visit.entered // MICROSECOND,
            -1 if visit.exited is None else visit.exited // MICROSECOND,
            self.tables.scope(inspector.visits[visit._event_id].scope),
            self.data_flow(inspector.values(visit._event_id)),
        ]
        more = self.more(visit)
        return [*row, more] if more else row

    def data_flow(self, stages: Mapping[str, Any]) -> Row | int:
        if not stages:
            return 0
        return [self.tables.stages(stages), *(self.tables.values.value(value, self.encode) for value in stages.values())]

    def more(self, visit: Visit) -> dict[str, Any]:
        """What only some visits have."""
        found: dict[str, Any] = {}
        failure = visit._failure
        if failure is not None:
            found["error"], found["cause"] = self.failure(failure)
            found |= self.explanation(visit)
        if len(visit.attempts) > 1 or (visit.attempts and visit.attempts[0]._failure is not None):
            found["attempts"] = [self.attempt(attempt) for attempt in visit.attempts]
        if visit.catcher is not None:
            found["caught"] = [f"Catch[{last(visit.catcher.pointer)}]", printable(visit.catcher.next)]
        if visit.type == "Choice" and visit.exited is not None:
            found["choice"] = -1 if visit.choice is None else visit.choice
        if visit._map_run is not None:
            map_run = visit._map_run
            kept = sum(1 for _ in map_run.kept())
            found["mapRun"] = [map_run.status, map_run.length, map_run.failed, kept, printable(map_run.arn)]
        if visit.type == "Map" and (missing := not_started(visit)):
            found["notStarted"] = missing
        if visit._answered_at:
            found["answered"] = [printable(place) for place in visit._answered_at]
        if not self.has(visit._event_id):
            found["input"] = self.tables.values.value(visit._raw_input, self.encode)
        return found

    def explanation(self, visit: Visit) -> dict[str, Any]:
        """What helps to understand the error of a visit: hints, the field that failed, where a function raised it."""
        found: dict[str, Any] = {}
        if self.explained >= EXPLAINED:
            return found
        self.explained += 1
        machine, hide = self.machine, self.tables.hide
        told = [hide(hint) for hint in hints_of(visit, machine.states, self.run.program.locate)]
        if told:
            found["hints"] = list(dict.fromkeys(told))
        site = failed_field(visit)
        place = None if site is None else machine.locate(pointer_of(site))
        if place is not None:
            found["at"] = str(place)
        if line := raised(visit):
            found["raised"] = hide(line)
        return found

    def failure(self, failure: StateError) -> tuple[str, int | None]:
        cause = failure.cause
        return self.tables.hide(failure.error or ""), None if cause is None else self.tables.string(cause)

    def attempt(self, attempt: Attempt) -> Row:
        ended = -1 if attempt.ended is None else attempt.ended // MICROSECOND
        row: Row = [attempt.started // MICROSECOND, ended]
        if attempt._failure is not None:
            row += [*self.failure(attempt._failure), attempt.backoff_seconds, attempt.retrier]
        return row

    def line(self, visit: Visit) -> int:
        line = visit._line
        number = self.line_numbers.get(line._strand)
        if number is None:
            number = self.line_numbers[line._strand] = len(self.lines)
            around = -1 if line._around is None else self.kept[line._around]
            attempt = 1
            if around >= 0:
                bodies = self.bodies.setdefault(around, [])
                body = line._strand.body
                if body not in bodies:
                    bodies.append(body)
                attempt = bodies.index(body) + 1
            self.lines.append([around, line.index, attempt, int(line.failed)])
        return number

    def failing(self) -> int:
        """The visit that ended the execution, the innermost one, or that a test error stopped; -1 if none did."""
        at = self.run.world.broken_at
        found = next((visit for visit in reversed(self.told.all) if at is not None and visit._strand is at), None)
        line = self.told.failed_line
        while line is not None and line.visits:
            found = line.visits[-1]
            line = next((each for each in found._lines if each.failed), None)
        return -1 if found is None else self.kept.get(found, -1)
