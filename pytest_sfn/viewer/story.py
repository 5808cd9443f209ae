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
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.diagrams.graph import graph_of
from pytest_sfn.errors import printable
from pytest_sfn.report.waiting import waits_for
from pytest_sfn.trace.outcome import broken
from pytest_sfn.trace.times import ending
from pytest_sfn.viewer.rows import Rows
from pytest_sfn.viewer.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run
    from pytest_sfn.report.needs import ReportedAccount
    from pytest_sfn.trace.visits import Visit, Visits
    from pytest_sfn.viewer.tables import Row
    from pytest_sfn.viewer.values import Values

__all__ = ["EVENTS", "MACHINES", "ShownExecution", "Story"]

EVENTS: Final = 25_000
"""How many events a page has: as many as one execution has on AWS."""
MACHINES: Final = 12
"""Of how many executions with a graph of their own the graph is drawn."""
LOGGED: Final = 200
"""How many records of functions are shown, the last ones."""
MESSAGE: Final = 2_000
"""How many characters of each."""


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
        self.tables = Tables(values, account.redaction)
        self.left = limit
        self.families: list[Family] = []
        self.executions: list[dict[str, Any]] = []
        self.start = executions[0]._run.start
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
            **self.tables.data(),
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
        rows = Rows(self.tables, run, visits, family.machine, family.numbers, room)
        self.left -= len(rows.events)
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
            "input": self.tables.values.value(run.input, rows.encode),
            "events": rows.events,
            "gap": rows.gap,
            "visits": rows.visits,
            "lines": rows.lines,
            "failing": rows.failing(),
        }
        if run.status == "SUCCEEDED":
            told["output"] = self.tables.values.value(run.output, rows.encode)
        if stopped:
            told["broken"] = self.tables.hide(str(run.world.broken))
        elif run.live:
            told["waits"] = self.tables.hide(waits_for(run, visits))
        if run.error is not None:
            told["error"] = self.tables.hide(run.error)
        if run.cause is not None:
            told["cause"] = self.tables.string(run.cause)
        logged = self.account.logged.get(run.arn, ()) if self.account.logged else ()
        if logged:
            told["log"] = [
                [printable(function), record.level, self.tables.hide(record.message)[:MESSAGE]]
                for function, record in logged[-LOGGED:]
            ]
        self.executions.append(told)
        for at, visit in rows.shown:
            for child in visit._child_runs:
                shown = visits.show(child)
                self.waiting.append((shown, self.family(shown), [number, at, -1]))
            if visit._map_run is not None:
                for index, child in visit._map_run.kept():
                    self.waiting.append((visits.show(child), family, [number, at, index]))


def _transition(visit: Visit) -> str:
    """The pointer of the transition by which a visit left."""
    if visit.catcher is not None:
        return f"{visit.catcher.pointer}/Next"
    pointer = visit._rule.model.pointer
    if visit.type != "Choice":
        return f"{pointer}/Next"
    return f"{pointer}/Default" if visit.choice is None else f"{pointer}/Choices/{visit.choice}/Next"
