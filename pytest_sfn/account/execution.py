"""`Execution`: one execution as a test sees it, and `StateReport`: all visits of one of its states."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import ExecutionError, UnknownStateError, printable
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, release
from pytest_sfn.links import see
from pytest_sfn.names import suggest
from pytest_sfn.report.needs import ReportedAccount

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection
    from pathlib import Path

    from pytest_sfn.account.aws_services import Schedules
    from pytest_sfn.asl.model import Catcher
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run, TaskRequest
    from pytest_sfn.trace.map_run import MapRun
    from pytest_sfn.trace.visits import Attempt, Line, StatePath, Visit, Visits

__all__ = ["Execution", "StateReport", "unknown_state"]


class BoundMachine(Protocol):
    """The machine of an execution; `Machine` fulfils it."""

    @property
    def name(self) -> str:
        """As the API shows it."""

    @property
    def arn(self) -> str:
        """As the API shows it."""

    @property
    def type(self) -> str:
        """STANDARD or EXPRESS."""

    @property
    def state_machine(self) -> StateMachine:
        """The loaded definition."""

    @property
    def run(self) -> Callable[..., Execution]:
        """Start an execution and run it; see `Machine.run`."""

    @property
    def start(self) -> Callable[..., Execution]:
        """Start an execution; see `Machine.start`."""


class ExecutionAccount(ReportedAccount, Protocol):
    """The part of its account that an execution needs."""

    def execution_of(self, run: Run) -> Execution:
        """The execution of a run."""

    def sender_of(self, run: Run) -> str:
        """The rule or schedule that has started an execution, in words; "" if none has."""

    def advance(self, seconds: float | timedelta) -> None:
        """Let virtual time pass."""

    @property
    def schedules(self) -> Schedules | None:
        """What fires when time passes it; None if there is nothing."""

    def waiting(self, token: str) -> TaskRequest:
        """The attempt that waits with this token; a TaskTokenError if none does."""


class Execution:
    """One execution: its outcome, its path and its data.

    Attributes:
        machine: the machine that runs.
    """

    def __init__(self, run: Run, machine: BoundMachine, account: ExecutionAccount) -> None:
        self._run = run
        self._account = account
        self.machine = machine
        self._output: Any = UNDEFINED
        self._input: Any = UNDEFINED
        self._visits: Visits | None = None

    # -- outcome -------------------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; of a Map Run's child also PENDING_REDRIVE."""
        return self._run.status

    @property
    def succeeded(self) -> bool:
        """Whether the status is SUCCEEDED; False while the execution runs."""
        return self._run.status == "SUCCEEDED"

    @property
    def failed(self) -> bool:
        """Whether the status is FAILED; False for TIMED_OUT and ABORTED."""
        return self._run.status == "FAILED"

    @property
    def handled(self) -> bool:
        """Whether it ended as the definition intends: SUCCEEDED, or FAILED by a Fail state."""
        from pytest_sfn.trace.outcome import handled

        return handled(self._run)

    @property
    def output(self) -> Any:
        """A copy of the output; None if the execution did not succeed.

        Raises:
            ExecutionError: the execution is still running; says what it waits for.
        """
        if self._run.live:
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r} is still RUNNING: {self.waits_for()}\n"
                f"  fix  {self._how_to_go_on()}\n"
                f"  see  {see('running#step-by-step')}\n       {see('mocks#callbacks')}"
            )
        if self._output is UNDEFINED and self.succeeded:  # else a redrive may still bring one
            self._output = release(self._run.output)
        return None if self._output is UNDEFINED else self._output

    @property
    def output_json(self) -> str | None:
        """The output as JSON text, spelled as AWS spells it; None if the execution did not succeed."""
        return dumps(self._run.output, self._run.texts) if self.succeeded else None

    @property
    def input(self) -> Any:
        """A copy of the input."""
        if self._input is UNDEFINED:
            self._input = release(self._run.input)
        return self._input

    @property
    def error(self) -> str | None:
        """The error name of an execution that FAILED (or was ABORTED with one), else None."""
        return self._run.error

    @property
    def cause(self) -> str | None:
        """The cause of that error as AWS shows it; for a Lambda function's own error it is JSON text. None without one."""
        return self._run.cause

    @property
    def elapsed(self) -> timedelta:
        """Virtual time from the execution's start to its end, or to now."""
        end = self._run.scheduler.now if self._run.stop is None else self._run.stop
        return timedelta(microseconds=end - self._run.start)

    @property
    def name(self) -> str:
        """The execution's name, given or made."""
        return self._run.name

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return self._run.arn

    @property
    def redrive_count(self) -> int:
        """How often the execution was redriven."""
        return len(self._run.redriven)

    @property
    def start_time(self) -> datetime:
        """Virtual time of the execution's start, in UTC."""
        return self._run.datetime_at(self._run.start)

    @property
    def stop_time(self) -> datetime | None:
        """Virtual time of the execution's end, in UTC; None while it runs."""
        return None if self._run.stop is None else self._run.datetime_at(self._run.stop)

    @property
    def variables(self) -> dict[str, Any]:
        """Copies of the variables at its end, or now, by name; those of branches and iterations are theirs alone."""
        return self._told().main.variables

    # -- the way it went -----------------------------------------------------------------------------------------------

    @property
    def path(self) -> StatePath:
        """Names of the top-level states in the order entered."""
        return self._told().main.path

    @property
    def next(self) -> str | None:
        """The state to which the last one leads that a run with `stop_after`, or `run_state`, went through; None at the end."""
        visits = self._told().main.visits
        return visits[-1].next if visits else None

    def state(self, name: str) -> StateReport:
        """All visits of a state, at any depth, in order.

        Raises:
            UnknownStateError: the definition has no such state; it is also a KeyError. A state that was never visited is
                no error; it has `visits == []`.
        """
        if name not in self.machine.state_machine.states:
            raise UnknownStateError(unknown_state(name, self.machine.state_machine))
        told = self._told()
        return StateReport(name, [visit for visit in told.all if visit.name == name], told.main)

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as `get_execution_history` returns them, oldest first."""
        from pytest_sfn.trace.history import events

        return events(self._run)

    def to_mock_config(self, test_case: str = "Recorded") -> dict[str, Any]:
        """A mock configuration whose test case answers as the tasks of this execution were answered.

        Child executions of a distributed Map have histories of their own, and their tasks are left out.
        """
        from pytest_sfn.mocks.mock_config_history import config_of_history

        return config_of_history(self.history, self._run.machine.name, test_case)

    @property
    def children(self) -> list[Execution]:
        """Executions that tasks of this execution started, in order."""
        started = [run for visit in self._told().all for run in visit._child_runs]
        return [self._account.execution_of(run) for run in sorted(started, key=lambda run: run.sequence)]

    @property
    def map_runs(self) -> list[MapRun]:
        """Map Runs of this execution's distributed Maps, in the order of their start: one for each attempt of each Map."""
        from pytest_sfn.trace.map_run import MapRun

        return [MapRun(each) for each in self._told().map_runs]

    def describe(self) -> dict[str, Any]:
        """The answer of `describe_execution`."""
        from pytest_sfn.trace.outcome import describe

        return describe(self._run)

    def describe_sync(self) -> dict[str, Any]:
        """The answer of `start_sync_execution`; the billing is that of AWS's smallest step."""
        from pytest_sfn.trace.outcome import describe_sync

        return describe_sync(self._run)

    @property
    def log_events(self) -> list[dict[str, Any]]:
        """The history as Step Functions writes it to CloudWatch Logs, at level ALL with execution data."""
        from pytest_sfn.trace.history import log_events

        return log_events(self._run)

    def timeline(self, *, width: int = 120, limit: int | None = None, stages: Collection[str] | bool = False) -> str:
        """The story of the execution in text: virtual times, states, attempts, errors, waits, and where it ended.

        Args:
            width: the most characters of a row.
            limit: the most rows; 60 when None.
            stages: names of states whose data flow is shown below their rows, stage by stage; True for all states.
        """
        from pytest_sfn.report.timeline import timeline

        machine = self.machine.state_machine
        return timeline(machine, self._run, self._told(), self._account, width=width, limit=limit, stages=stages)

    def to_mermaid(self) -> str:
        """The state machine as a Mermaid flowchart, with the execution's path and the state that failed."""
        from pytest_sfn.diagrams.mermaid import to_mermaid
        from pytest_sfn.diagrams.paths import path_status

        machine = self.machine.state_machine
        return to_mermaid(machine, path_status(self._run, self._told()))

    def to_svg(self) -> str:
        """The state machine as one `<svg>` element, with the execution's path and the state that failed.

        Raises:
            UnsupportedError: the extra `html` (fast-sugiyama) is not installed.
        """
        from pytest_sfn.diagrams.paths import path_status
        from pytest_sfn.diagrams.svg import to_svg

        machine = self.machine.state_machine
        status = path_status(self._run, self._told())
        return to_svg(machine, status, title=f"{self.machine.name}: {self.status}")

    def to_html(self, file: str | os.PathLike[str]) -> Path:
        """Write a page that shows the execution: one HTML file, which needs no network. Folders that are missing are made.

        It has the graph with the path taken, lanes over virtual time, the data of every visit and the history. What
        `SfnMock.redact` names is hidden.

        Returns:
            The file's path.

        Raises:
            ExecutionError: the file cannot be written.
        """
        from pytest_sfn.viewer.page import write

        return write([self], self._account, file)

    def _starter(self) -> str:
        """What has started this execution, in words: a state, a rule, a schedule; "" if the test has.

        The state is left out if its trace is not kept.
        """
        parent = self._run.parent
        if parent is None:
            return self._account.sender_of(self._run)
        visit = self._account.execution_of(parent.run)._told().starter(self._run)
        return f"{'' if visit is None else f'{visit.name!r} of '}{parent.run.machine.name}"

    # -- going on ------------------------------------------------------------------------------------------------------

    def run(self) -> Execution:
        """Continue until nothing more is scheduled; see `Machine.run`."""
        with TURN:
            return self._continue()

    def _continue(self) -> Execution:
        run = self._run
        run.world.check()
        scheduler = run.scheduler
        pause, scheduler.pause = scheduler.pause, None  # a stub may call this while another execution's run_until is on
        try:
            while run.live and scheduler.pump_next():
                pass
        finally:
            scheduler.pause = pause
        return self

    def redrive(self) -> Execution:
        """Run again what did not succeed, as RedriveExecution does, and continue as `run` does.

        What succeeded keeps its results: states, branches, iterations and child executions of Map Runs. Mocks answer from where
        their scripts are.

        Raises:
            ExecutionError: it cannot be redriven, since it runs, has succeeded, is EXPRESS or a Map Run's child, or is too old.
        """
        from pytest_sfn.engine.redrive import redrive

        with TURN:
            self._run.world.check()
            if problem := self._not_redrivable():
                raise ExecutionError(
                    f"execution {self.name!r} of {self.machine.name!r} cannot be redriven: {problem}\n"
                    f"  see  {see('running#redrive')}"
                )
            redrive(self._run)
            return self._continue()

    def _not_redrivable(self) -> str:
        """Why a redrive is not possible, and what to do; empty if it is."""
        from pytest_sfn.engine.redrive import obstacle

        run = self._run
        if run.live:
            return f"it is RUNNING: {self.waits_for()}\n  fix  let it end with run() or advance(...), or stop() it"
        if run.map_run is not None:
            return "it is a child execution of a Map Run\n  fix  redrive the execution that has the Map"
        if run.machine.express:
            return "its machine is EXPRESS\n  fix  start another execution with run(...)"
        reason = obstacle(run)
        return f"{reason}\n  fix  start another execution with run(...)" if reason else ""

    def advance(self, seconds: float | timedelta) -> Execution:
        """Let virtual time pass, the end point included; the one clock moves every execution of the account."""
        self._account.advance(seconds)
        return self

    def run_until(self, state: str, visit: int = 1) -> Execution:
        """Run until just after `state` is entered for the `visit`-th time.

        Raises:
            ExecutionError: before that, the execution ended or waits for an answer from outside.
        """
        if state not in self.machine.state_machine.states:
            raise UnknownStateError(unknown_state(state, self.machine.state_machine))
        with TURN:
            seen = self._enter(state, visit)
        if seen < visit:
            ended = f"it is RUNNING: {self.waits_for()}" if self._run.live else f"it ended {self._ending()}"
            entered = f"entered {state!r} {seen} times, not {visit}" if seen else f"never entered {state!r}"
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r} {entered}: {ended}\n  path  {_shown(self.path)}"
            )
        return self

    def _enter(self, state: str, visit: int) -> int:
        """Run until a state is entered for so many times; how often it was."""
        run = self._run
        run.world.check()
        scheduler = run.scheduler
        if scheduler.pause is not None:
            raise ExecutionError("run_until cannot be called while another run_until is running")
        entries = _Entries(run, state)
        scheduler.pause = lambda: entries.count() >= visit
        schedules = self._account.schedules
        if schedules is not None:
            schedules.begin()
        pump_next = (schedules or scheduler).pump_next
        try:
            while not scheduler.paused and run.live and pump_next():
                pass
        finally:
            scheduler.pause = None
        return entries.count()

    def stop(self, error: str | None = None, cause: str | None = None) -> Execution:
        """End the execution as ABORTED, as StopExecution does."""
        with TURN:
            if self._run.live:
                self._run.abort(error, cause)
        return self

    def send_task_success(self, token: str, output: Any) -> Execution:
        """Answer a `.waitForTaskToken` task of this account with `output`."""
        with TURN:
            self._account.waiting(token).succeed(*admit(output))
        return self

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> Execution:
        """Let a `.waitForTaskToken` task of this account fail."""
        with TURN:
            self._account.waiting(token).fail(error, cause)
        return self

    def send_task_heartbeat(self, token: str) -> Execution:
        """Say that a task of this account is still being worked on: its heartbeat's deadline moves."""
        with TURN:
            self._account.waiting(token).beat()
        return self

    def waits_for(self) -> str:
        """A sentence that says what a RUNNING execution waits for."""
        from pytest_sfn.report.waiting import waits_for

        return waits_for(self._run, self._told())

    def _waits_briefly(self) -> str:
        text = self.waits_for()
        return text if len(text) <= 120 else f"{text[:117]}..."

    def task_token(self, state: str | None = None, *, item: int | tuple[int, ...] | None = None) -> str:
        """The task token of a task that waits for an answer; a task at which `run_until` has stopped sends its request first.

        Args:
            state: name of the task, at any depth, in child executions too; None for the only task that waits.
            item: index of the Map item, if several items wait; for nested Maps a tuple, outermost first.

        Raises:
            ExecutionError: no such task waits with a token, or more than one does; lists the tasks that wait.
        """
        from pytest_sfn.report.waiting import choose, open_requests

        found, problem = choose(list(open_requests(self._run, self._told())), state, item)
        if found is None and self._run.live and self._sends_now(state):
            self._account.advance(0)
            found, problem = choose(list(open_requests(self._run, self._told())), state, item)
        if found is None or found.token is None:
            status = f"it is RUNNING: {self.waits_for()}" if self._run.live else f"it ended {self._ending()}"
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r}: {problem}\n"
                f"  status   {status}\n"
                f"  see      {see('mocks#callbacks')}"
            )
        return found.token

    def _sends_now(self, state: str | None) -> bool:
        """Whether `run_until` has stopped where a task was entered that has not sent its request yet."""
        return any(
            visit.exited is None and visit.type == "Task" and visit._request is None and state in (None, visit.name)
            for visit in self._told().all
        )

    def _told(self) -> Visits:
        from pytest_sfn.trace.visits import Visits  # the trace and its readers are loaded by the first test that looks

        with TURN.lock:
            if self._visits is None or not self._visits.complete:
                self._visits = Visits(self._run, self._account.execution_of)
            return self._visits

    def _how_to_go_on(self) -> str:
        """What a test does with an execution that is RUNNING."""
        from pytest_sfn.report.waiting import open_requests

        if self._run.world.broken is not None:
            return "mend the test error; the execution cannot go on after it"
        for request in open_requests(self._run, self._told()):
            token = f"execution.task_token({request.state.name!r})"
            return f"answer it with send_task_success({token}, output), or let its mock do so, and continue with run()"
        if "waits for a worker" in self.waits_for():
            return "let a worker answer, get_activity_task(arn) and send_task_success(token, output); then continue with run()"
        return "continue with run() or advance(...)"

    def _ending(self) -> str:
        """The status, with the error, or whose timeout it was."""
        from pytest_sfn.trace.times import ending

        return f"{ending(self._run)}{f' {self.error}' if self.error else ''}"

    def __repr__(self) -> str:
        run = self._run
        path = self.path
        shown = " -> ".join(path if len(path) <= 12 else [*path[:12], "..."])
        leads = f", next {self.next!r}" if self.next is not None and not run.live else ""
        waiting = f"; {self._waits_briefly()}" if run.live else ""
        return printable(f"<Execution of {self.machine.name!r}: {self._ending()}, {shown}{leads}{waiting}>")


def _shown(path: list[str]) -> str:
    """A path in a message; of one that went through a loop for long its beginning and its end."""
    return " -> ".join(path if len(path) <= 20 else [*path[:10], "...", *path[-9:]])


class StateReport:
    """All visits of one state in one execution.

    Attributes:
        name: of the state.
        visits: in the order entered.

    Properties of a single visit (input, output, variables, assigned, next, choice, error, cause, caught, catcher, iterations,
    branches) raise ExecutionError if the state was never visited, or more than once.
    """

    def __init__(self, name: str, visits: list[Visit], line: Line) -> None:
        self.name = name
        self.visits = visits
        self._line = line

    @property
    def retries(self) -> int:
        """Retries of all visits together."""
        return sum(visit.retries for visit in self.visits)

    @property
    def attempts(self) -> list[Attempt]:
        """Attempts of all visits, in order."""
        return [attempt for visit in self.visits for attempt in visit.attempts]

    @property
    def input(self) -> Any:
        """A copy of the input of the only visit."""
        return self._only().input

    @property
    def output(self) -> Any:
        """A copy of the output of the only visit; None when it did not exit."""
        return self._only().output

    @property
    def variables(self) -> dict[str, Any]:
        """Copies of the variables that the expressions of the only visit saw, by name."""
        return self._only().variables

    @property
    def assigned(self) -> dict[str, Any]:
        """Copies of the variables that the only visit assigned, by name."""
        return self._only().assigned

    @property
    def next(self) -> str | None:
        """The name of the state to which the only visit leads; None at the end, or if it failed."""
        return self._only().next

    @property
    def choice(self) -> int | None:
        """Index of the Choice Rule that matched in the only visit, None for Default and for other types."""
        return self._only().choice

    @property
    def error(self) -> str | None:
        """The error name of the only visit's failure, caught or not; None if the visit succeeded."""
        return self._only().error

    @property
    def cause(self) -> str | None:
        """The cause of the only visit's failure, caught or not; None without one."""
        return self._only().cause

    @property
    def caught(self) -> bool:
        """Whether a Catcher took the error of the only visit."""
        return self._only().caught

    @property
    def catcher(self) -> Catcher | None:
        """The Catcher that took the error of the only visit, or None."""
        return self._only().catcher

    @property
    def iterations(self) -> list[Line]:
        """Iterations of a Map that was visited once."""
        return self._only().iterations

    @property
    def branches(self) -> list[Line]:
        """Branches of a Parallel that was visited once."""
        return self._only().branches

    def _only(self) -> Visit:
        if len(self.visits) != 1:
            never = f"was never visited\n  path  {_shown(self._line.path)}"
            times = f"was visited {len(self.visits)} times; use .visits[i]" if self.visits else never
            raise ExecutionError(f"state {self.name!r} {times}")
        return self.visits[0]

    def __len__(self) -> int:
        return len(self.visits)

    def __repr__(self) -> str:
        count, retries = len(self.visits), self.retries
        visits = "never visited" if not count else "visited once" if count == 1 else f"visited {count:,} times"
        retried = "" if not retries else ", 1 retry" if retries == 1 else f", {retries:,} retries"
        ending = f", {self.visits[0].ending}" if count == 1 else ""
        return printable(f"<state {self.name!r}: {visits}{retried}{ending}>")


def unknown_state(name: str, state_machine: StateMachine) -> str:
    names = list(state_machine.states)
    hint = suggest(name, names, "did you mean {!r}?") or f"it has {', '.join(map(repr, names[:20]))}"
    return f"{state_machine._source.name or state_machine.name}: no state {name!r}; {hint}"


class _Entries:
    """Counts how often a state was entered; asked after every step, so it reads on from where it was."""

    __slots__ = ("_records", "_seen", "_state")

    def __init__(self, run: Run, state: str) -> None:
        from pytest_sfn.engine.record import Records

        self._records = Records(run)
        self._state = state
        self._seen = 0

    def count(self) -> int:
        from pytest_sfn.engine.record import StateEntered

        self._seen += sum(isinstance(each, StateEntered) and each.rule.name == self._state for each in self._records.new())
        return self._seen
