"""What the page of an execution says, as one JSON value for its script.

    {"executions": [execution], "machines": [machine], "kinds": [kind of event], "stages": [[name]], "scopes": [scope],
     "cut": {number of a value: its length}}

An execution has its events and its visits; those with nothing above them are the ones that were asked for, the others were
started by their tasks and their distributed Maps. Rows are lists, since a Map of 3,000 items has 21,000 of them:

    event  [kind, microseconds, visit or -1, what its kind has no constant for]
    kind   [type, name of its details, [[member, how it is given, constant]]]
    visit  [state, line, event it was entered by, event it was left by or 0, microseconds, microseconds or -1, scope,
            stages (0, or their names and values), {more}]
    line   [visit around it or -1, its index, attempt of that visit, whether it failed]
    scope  [scope that it adds to or -1, {variable: value}]

Values, also the causes of errors, are numbers (viewer/values.py). A page has the events of one whole history that AWS would
keep; of more, the first and the last, and visits between them are left out.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from pytest_sfn.asl.pointer import last, pointer_of
from pytest_sfn.diagrams.graph import graph_of
from pytest_sfn.engine.record import IterationEnded, IterationStarted, StateEntered, StateExited, records
from pytest_sfn.errors import StateError, printable
from pytest_sfn.expressions.values import encoder
from pytest_sfn.report.hints import failed_field, hints_of
from pytest_sfn.report.timeline import raised
from pytest_sfn.report.waiting import waits_for
from pytest_sfn.trace.history import events
from pytest_sfn.trace.outcome import broken
from pytest_sfn.trace.times import MICROSECOND, ending

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.report.needs import ReportedAccount
    from pytest_sfn.trace.visits import Attempt, StateVisit, Visits
    from pytest_sfn.viewer.values import Values

__all__ = ["EVENTS", "MACHINES", "ShownExecution", "Story"]

EVENTS: Final = 25_000
"""How many events a page has: as many as one execution has on AWS."""
MACHINES: Final = 12
"""Of how many executions with a graph of their own the graph is drawn."""
LOGGED: Final = 200
"""How many records of functions are shown, the last ones."""
EXPLAINED: Final = 100
"""How many visits with an error have hints, the first ones."""
MESSAGE: Final = 2_000
"""How many characters of each."""
PAYLOADS: Final = frozenset({"input", "output", "parameters"})
"""Members of an event's details that are JSON text."""
UNCUT: Final = {"truncated": False}

Row: TypeAlias = list[Any]


class ShownMachine(Protocol):
    """The machine of an execution."""

    @property
    def state_machine(self) -> StateMachine:
        """The loaded definition."""


class ShownExecution(Protocol):
    """An execution to show; `account.execution.Execution` fulfils it."""

    @property
    def machine(self) -> ShownMachine:
        """What was executed."""

    @property
    def _run(self) -> Run:
        """The engine's."""

    def _told(self) -> Visits:
        """Its visits so far."""


class Family:
    """Executions that share a graph: an execution and the children of its distributed Maps.

    Attributes:
        execution: the one whose graph it is.
        taken: how often each state was entered and each transition taken, by its pointer.
        numbers: of its states, by their names.
    """

    def __init__(self, execution: ShownExecution) -> None:
        self.execution = execution
        self.machine = execution.machine.state_machine
        self.taken: Counter[str] = Counter()
        self.numbers = {name: number for number, name in enumerate(self.machine.states)}

    def states(self) -> Iterator[Row]:
        captions = {node.pointer: node.caption for part in graph_of(self.machine).walk() for node in part.nodes}
        for name, state in self.machine.states.items():
            place = self.machine.locate(state.pointer)
            caption = captions.get(state.pointer, state.type)
            yield [printable(name), state.type, printable(caption), state.pointer, "" if place is None else str(place)]

    def count(self, visits: Visits) -> None:
        for line in visits.lines.values():
            for visit in line.visits:
                self.taken[visit._rule.model.pointer] += 1
            for visit in line.visits[:-1]:
                self.taken[_transition(visit)] += 1


class Story:
    """Reads executions, and those below them, for a page.

    Args:
        executions: of one account, one at least, finished or not.
        account: has the secrets and what functions have logged.
        values: gets the values.
        limit: how many events the page has.
    """

    def __init__(
        self, executions: Sequence[ShownExecution], account: ReportedAccount, values: Values, limit: int = EVENTS
    ) -> None:
        self.account = account
        self.values = values
        self.left = limit
        self.families: list[Family] = []
        self.executions: list[dict[str, Any]] = []
        self.start = executions[0]._run.start
        self.kinds: dict[Any, int] = {}
        self.stages: dict[tuple[str, ...], int] = {}
        self.scopes: dict[int, tuple[Any, int]] = {}
        self.scope_rows: list[Row] = []
        self.variables: dict[str, int] = {}
        """Of the latest scope."""
        self.waiting: deque[tuple[ShownExecution, Family, Row]] = deque()
        self.missing = 0
        for number, execution in enumerate(executions):
            self.tell(execution, self.family(execution), [], self.left // (len(executions) - number))
        while self.waiting:
            self.tell(*self.waiting.popleft(), self.left)

    def data(self) -> dict[str, Any]:
        """The page's data, without what `Values.lines` says."""
        return {
            "executions": self.executions,
            "machines": [{"states": list(each.states()), "taken": each.taken} for each in self.families],
            "kinds": [[kind, name, [list(member) for member in shape]] for kind, name, shape in self.kinds],
            "stages": list(self.stages),
            "scopes": self.scope_rows,
            "missing": self.missing,
        }

    def family(self, execution: ShownExecution) -> Family:
        self.families.append(Family(execution))
        return self.families[-1]

    # -- executions ----------------------------------------------------------------------------------------------------

    def tell(self, execution: ShownExecution, family: Family, above: Row, room: int) -> None:
        """One execution, which [execution, visit, item or -1] has started, with so many events at most."""
        run = execution._run
        if above and room <= 0:
            self.missing += 1
            return
        visits = execution._told()
        family.count(visits)
        number = len(self.executions)
        reader = _Execution(self, run, visits, family, room)
        self.left -= len(reader.events)
        stopped = broken(run)
        end = run.scheduler.now if run.stop is None else run.stop
        told: dict[str, Any] = {
            "name": printable(run.name),
            "machine": printable(run.machine.name),
            "arn": printable(run.arn),
            "type": "EXPRESS" if run.machine.express else "STANDARD",
            "family": self.families.index(family),
            "above": above,
            "status": "stopped by a test error" if stopped else run.status,
            "ending": ending(run),
            "started": run.datetime_at(run.start).isoformat(),
            "offset": run.start - self.start,
            "elapsed": end - run.start,
            "redriven": [at - run.start for at in run.redriven],
            "input": self.values.value(run.input, reader.encode),
            "events": reader.events,
            "gap": reader.gap,
            "visits": reader.visits,
            "lines": reader.lines,
            "failing": reader.failing(),
        }
        if run.status == "SUCCEEDED":
            told["output"] = self.values.value(run.output, reader.encode)
        if stopped:
            told["broken"] = self.hide(str(run.world.broken))
        elif run.live:
            told["waits"] = self.hide(waits_for(run, visits))
        if run.error is not None:
            told["error"] = self.hide(run.error)
        if run.cause is not None:
            told["cause"] = self.string(run.cause)
        logged = self.account.logged.get(run.arn, ()) if self.account.logged else ()
        if logged:
            told["log"] = [
                [printable(function), record.level, self.hide(record.message)[:MESSAGE]]
                for function, record in logged[-LOGGED:]
            ]
        self.executions.append(told)
        for at, visit in reader.shown:
            for child in visit._child_runs:
                shown = visits.show(child)
                self.waiting.append((shown, self.family(shown), [number, at, -1]))
            if visit._map_run is not None:
                for index, child in visit._map_run.kept():
                    self.waiting.append((visits.show(child), family, [number, at, index]))

    # -- values --------------------------------------------------------------------------------------------------------

    def hide(self, text: str) -> str:
        return printable(self.account.redaction.text(text), "\n\t")

    def string(self, text: str) -> int:
        return self.values.value(self.account.redaction.text(text))

    def kind(self, event: dict[str, Any]) -> tuple[int, Row]:
        """The kind of an event, and what it has beside it."""
        name, details = next(((name, value) for name, value in event.items() if name.endswith("EventDetails")), ("", {}))
        shape: list[tuple[str, str, Any]] = []
        own: Row = []
        for member, value in details.items():
            if value == UNCUT:
                continue
            if member in PAYLOADS:
                shape.append((member, "value", None))
                own.append(self.values.text(value))
            elif member == "assignedVariables":
                shape.append((member, "values", None))
                own.append({printable(variable): self.values.text(text) for variable, text in value.items()})
            elif member == "cause":
                shape.append((member, "value", None))
                own.append(self.string(value))
            elif isinstance(value, str):
                shape.append((member, "constant", self.hide(value)))
            else:
                shape.append((member, "own", None))
                own.append(value)
        return self.kinds.setdefault((event["type"], name, tuple(shape)), len(self.kinds)), own

    def scope(self, variables: Mapping[str, Any]) -> int:
        """The number of a scope of variables; -1 for none."""
        if not variables:
            return -1
        known = self.scopes.get(id(variables))
        if known is None:
            known = self.scopes[id(variables)] = variables, len(self.scope_rows)
            whole = {printable(name): self.values.value(value) for name, value in variables.items()}
            if self.variables.keys() <= whole.keys():
                added = {name: value for name, value in whole.items() if self.variables.get(name) != value}
                self.scope_rows.append([known[1] - 1, added])
            else:
                self.scope_rows.append([-1, whole])
            self.variables = whole
        return known[1]


class _Execution:
    """The rows of one execution."""

    def __init__(self, story: Story, run: Run, visits: Visits, family: Family, room: int) -> None:
        self.story = story
        self.run = run
        self.told = visits
        self.family = family
        self.encode = encoder(run.texts)
        history = events(run)
        room = max(room, 2)
        first = len(history) if len(history) <= room else room // 2
        rest = min(len(history) - first, room - first)
        self.gap = [first, len(history) - first - rest] if first + rest < len(history) else None
        """How many events there are before those that are left out, and how many these are."""
        self.shown: list[tuple[int, StateVisit]] = []
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

    def kept_visits(self) -> Iterator[StateVisit]:
        """The visits that are shown: those entered by an event that is, and all around them."""
        if self.gap is None:
            yield from self.told.all
            return
        around: set[StateVisit] = set()
        for visit in self.told.all:
            if self.has(visit._event_id):
                above: StateVisit | None = visit
                while above is not None and above not in around:
                    around.add(above)
                    above = above._line._around
        yield from (visit for visit in self.told.all if visit in around)

    def places(self, kept: Mapping[StateVisit, int]) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
        """The time and the visit of each event, and by each visit's first event its last one."""
        entered = {visit._event_id: visit for visit in self.told.all}
        current: dict[Strand, StateVisit] = {}
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
        kind, own = self.story.kind(event)
        return [kind, now, visit, *own]

    def visit(self, at: int, visit: StateVisit) -> Row:
        self.shown.append((at, visit))
        inspector = self.told.inspector
        row = [
            self.family.numbers[visit.name],
            self.line(visit),
            visit._event_id,
            self.exits.get(visit._event_id, 0),
            visit.entered // MICROSECOND,
            -1 if visit.exited is None else visit.exited // MICROSECOND,
            self.story.scope(inspector.visits[visit._event_id].scope),
            self.data_flow(inspector.values(visit._event_id)),
        ]
        more = self.more(visit)
        return [*row, more] if more else row

    def data_flow(self, stages: Mapping[str, Any]) -> Row | int:
        if not stages:
            return 0
        known = self.story.stages
        names = known.setdefault(tuple(stages), len(known))
        return [names, *(self.story.values.value(value, self.encode) for value in stages.values())]

    def more(self, visit: StateVisit) -> dict[str, Any]:
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
        if visit._answered_at:
            found["answered"] = [printable(place) for place in visit._answered_at]
        if not self.has(visit._event_id):
            found["input"] = self.story.values.value(visit._raw_input, self.encode)
        return found

    def explanation(self, visit: StateVisit) -> dict[str, Any]:
        """What helps to understand the error of a visit: hints, the field that failed, where a function raised it."""
        found: dict[str, Any] = {}
        if self.explained >= EXPLAINED:
            return found
        self.explained += 1
        machine, hide = self.family.machine, self.story.hide
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
        return self.story.hide(failure.error or ""), None if cause is None else self.story.string(cause)

    def attempt(self, attempt: Attempt) -> Row:
        ended = -1 if attempt.ended is None else attempt.ended // MICROSECOND
        row: Row = [attempt.started // MICROSECOND, ended]
        if attempt._failure is not None:
            row += [*self.failure(attempt._failure), attempt.backoff_seconds, attempt.retrier]
        return row

    def line(self, visit: StateVisit) -> int:
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


def _transition(visit: StateVisit) -> str:
    """The pointer of the transition by which a visit left."""
    if visit.catcher is not None:
        return f"{visit.catcher.pointer}/Next"
    pointer = visit._rule.model.pointer
    if visit.type != "Choice":
        return f"{pointer}/Next"
    return f"{pointer}/Default" if visit.choice is None else f"{pointer}/Choices/{visit.choice}/Next"
