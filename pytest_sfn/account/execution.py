"""Executions as tests see them, and the runnable machines that start them."""

from __future__ import annotations

from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.run import RECORD, Run
from pytest_sfn.errors import ExecutionError, JsonValueError, PytestSfnError, UnknownStateError
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, loads, measure, release
from pytest_sfn.names import check_name
from pytest_sfn.trace import history
from pytest_sfn.trace.visits import Attempt, Line, StatePath, StateVisit, Story

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.distributed.map_run import MapRun
    from pytest_sfn.engine.run import MachineIdentity
    from pytest_sfn.engine.strand import Strand
    from pytest_sfn.faults.cases import FaultCase

__all__ = ["Execution", "Machine", "StateReport"]


class Machine:
    """A state machine of the mocked account: what `sfn_mock.load` gives.

    Attributes:
        state_machine: the loaded definition.
        name, arn: as the API shows them.
        type: STANDARD or EXPRESS.
    """

    def __init__(self, account: SfnMock, state_machine: StateMachine, name: str, type: str, role_arn: str | None) -> None:
        self._account = account
        self.state_machine = state_machine
        self.type = type
        self.identity = account.machine_identity(name, role_arn, express=type == "EXPRESS")

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def arn(self) -> str:
        return self.identity.arn

    def run(
        self,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Execution:
        """Start an execution and run it to its end, or until only an outside answer can move it.

        Args:
            input: a JSON value; `{}` when left out.
            input_json: the input as JSON text instead, passed through as it is spelled, as StartExecution does.
            name: the execution's name; a UUID, the same in every run of the test, when left out.
            start_at: the state to begin with, at any depth, instead of StartAt.
            stop_after: the state after which the line that it is in ends, with that state's output. At the top that is
                the execution, which succeeds; below, the branch or iteration, and what is around it goes on.
            variables: workflow variables to begin with, name to JSON value.

        Raises:
            JsonValueError: the input is not JSON, or larger than AWS takes.
            MockError: a task that no mock answers, a script that is used up.
        """
        return self.start(
            input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
        ).run()

    def run_sync(self, input: Any = UNDEFINED, *, input_json: str | None = None, name: str | None = None) -> Execution:
        """What StartSyncExecution does, for an EXPRESS machine; `Execution.describe_sync` is its answer.

        Raises:
            ExecutionError: the machine is STANDARD, which AWS refuses.
        """
        if self.type != "EXPRESS":
            raise ExecutionError(f"machine {self.name!r} is STANDARD; StartSyncExecution takes type='EXPRESS' only")
        execution = self._begin(input, input_json=input_json, name=name, synchronous=True)
        return execution.run()

    def run_state(self, name: str, input: Any = UNDEFINED, *, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run one state, at any depth, with `input` as its input; its Retriers count, a Catcher ends the execution."""
        return self.run(input, start_at=name, stop_after=name, variables=variables)

    def faults(
        self,
        input: Any = UNDEFINED,
        *,
        tasks: Iterable[str] | None = None,
        errors: Iterable[str] | None = None,
        extra: Iterable[str] = (),
        pairs: bool = False,
        **arguments: Any,
    ) -> list[FaultCase]:
        """What can go wrong with a scenario that works: each task that it reaches, with each error that it can raise.

        The scenario is run once without faults. Each case's `run()` then runs it with one fault, on a fresh account: the
        clock at its start, all mocks at their first answer, no calls recorded.

        Args:
            input: as for `run`.
            tasks: names of the tasks that fail; all that the scenario reaches when left out.
            errors: these error names instead of those that each task can raise.
            extra: error names in addition to those.
            pairs: whether two faults come together as well: a fault, and one of a task that is reached after it struck.
            arguments: others of `run`.

        Raises:
            ExecutionError: the run without faults does not end well or reaches no such task, or an execution still runs.
            PytestSfnError: the definition has no such task, or none at all.
        """
        from pytest_sfn.faults.cases import fault_cases

        return fault_cases(self, {"input": input, **arguments}, tasks=tasks, errors=errors, extra=extra, pairs=pairs)

    def start(
        self,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Execution:
        """Start an execution, do all that is due at once, and hand it to the test. Arguments as for `run`."""
        execution = self._begin(
            input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
        )
        self._account.engine.scheduler.pump_instant()
        return execution

    def to_mermaid(self) -> str:
        """See `StateMachine.to_mermaid`."""
        return self.state_machine.to_mermaid()

    def to_svg(self) -> str:
        """See `StateMachine.to_svg`."""
        return self.state_machine.to_svg()

    def _begin(
        self,
        input: Any,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
        parent: Strand | None = None,
        synchronous: bool = False,
        identity: MachineIdentity | None = None,
    ) -> Execution:
        """Start an execution of which nothing runs yet."""
        account = self._account
        account.check()
        for state in (start_at, stop_after):
            if state is not None:
                self._known(state)
        text: str | None = None
        if input_json is not None:
            if input is not UNDEFINED:
                raise PytestSfnError("give `input` or `input_json`, not both")
            value, text = loads(input_json), input_json
        else:
            value = {} if input is UNDEFINED else input
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
                raise JsonValueError(
                    "the input is a str that looks like JSON text; pass the value itself, or the text as input_json=..."
                )
        try:
            value, size, depth = admit(value)
        except JsonValueError as error:
            raise JsonValueError(f"the input is not JSON: {error}", error.path) from None
        if name is not None:
            check_name("an execution", name)
        quotas = account.quotas_for(self.type)
        if size > quotas.payload:
            size, depth = measure(value)
            if size > quotas.payload:
                raise JsonValueError(
                    f"the input has {size:,} bytes of JSON; AWS takes {quotas.payload:,} "
                    "(@pytest.mark.sfn(quotas=None) lifts this)"
                )
        run = Run(account.engine, self.state_machine.program(start_at, stop_after), identity or self.identity, quotas, name)
        if text is not None and isinstance(value, (dict, list)) and text != dumps(value):
            run.texts = {id(value): (value, text)}
        scope = admit(variables)[0] if variables else None
        execution = Execution(run, self)
        account.executions.append(execution)
        run.parent = parent
        run.synchronous = synchronous
        run.begin(value, size, depth, scope)
        return execution

    def _known(self, state: str) -> None:
        if state not in self.state_machine.states:
            raise UnknownStateError(unknown_state(state, self.state_machine))

    def __repr__(self) -> str:
        count = len(self.state_machine.states)
        return f"<Machine {self.name!r}: {count} state{'s' * (count != 1)}>"


class Execution:
    """One execution: what became of it, and the way it went."""

    def __init__(self, run: Run, machine: Machine) -> None:
        self._run = run
        self.machine = machine
        self._output: Any = UNDEFINED
        self._input: Any = UNDEFINED
        self._story: Story | None = None
        run.facade = self

    # -- outcome -------------------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        return self._run.status

    @property
    def succeeded(self) -> bool:
        return self._run.status == "SUCCEEDED"

    @property
    def failed(self) -> bool:
        return self._run.status == "FAILED"

    @property
    def handled(self) -> bool:
        """Whether it ended as its author meant it to: SUCCEEDED, or FAILED by entering a Fail state."""
        if self.failed:
            story = self._told()
            last = story.main.visits[-1] if story.main.visits else None
            while last is not None and last.lines and any(line.failed for line in last.lines):
                failing = next(line for line in last.lines if line.failed)
                last = failing.visits[-1] if failing.visits else None
            return last is not None and last.type == "Fail"
        return self.succeeded

    @property
    def output(self) -> Any:
        """The output value, a copy; None when the execution did not succeed.

        Raises:
            ExecutionError: it is still running; says what it waits for.
        """
        if self._run.live:
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r} is still RUNNING: {self.waits_for()}\n"
                f"  fix  let it go on with run() or advance(...); what waits for a token or a worker, answer first\n"
                f"  see  docs/running.md#step-by-step, docs/mocks.md#callbacks"
            )
        if self._output is UNDEFINED:
            self._output = release(self._run.output)
        return self._output

    @property
    def output_json(self) -> str | None:
        """The output as AWS spells it, or None when the execution did not succeed."""
        return dumps(self._run.output, self._run.texts) if self.succeeded else None

    @property
    def input(self) -> Any:
        """The input value, a copy."""
        if self._input is UNDEFINED:
            self._input = release(self._run.input)
        return self._input

    @property
    def error(self) -> str | None:
        """The error name of an execution that FAILED (or was ABORTED with one), else None."""
        return self._run.error

    @property
    def cause(self) -> str | None:
        return self._run.cause

    @property
    def elapsed(self) -> timedelta:
        """Virtual time from its start to its end, or to now."""
        end = self._run.scheduler.now if self._run.stop is None else self._run.stop
        return timedelta(microseconds=end - self._run.start)

    @property
    def name(self) -> str:
        return self._run.name

    @property
    def arn(self) -> str:
        return self._run.arn

    @property
    def start_time(self) -> datetime:
        """Virtual time of its start; aware, UTC."""
        return self._run.datetime_at(self._run.start)

    @property
    def stop_time(self) -> datetime | None:
        return None if self._run.stop is None else self._run.datetime_at(self._run.stop)

    # -- the way it went -----------------------------------------------------------------------------------------------

    @property
    def path(self) -> StatePath:
        """Names of the top-level states in the order entered."""
        return self._told().main.path

    def state(self, name: str) -> StateReport:
        """All visits of a state, at any depth, in order.

        Raises:
            UnknownStateError: the definition has no such state; a KeyError too. A state that was never visited is no
                error, it has `visits == []`.
        """
        if name not in self.machine.state_machine.states:
            raise UnknownStateError(unknown_state(name, self.machine.state_machine))
        return StateReport(name, [visit for visit in self._told().visits if visit.name == name])

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as `get_execution_history` gives them, oldest first."""
        return history.events(self._run)

    @property
    def children(self) -> list[Execution]:
        """Executions that this one started by a task, in order."""
        return [run.facade for run in self._runs_started_by(self._run)]

    @property
    def map_runs(self) -> list[MapRun]:
        """Map Runs of its own distributed Maps, in the order they were started: one for each attempt of each Map."""
        return [map_run for map_run in self._run.account.map_runs.values() if map_run.run is self._run]

    def describe(self) -> dict[str, Any]:
        """What `describe_execution` answers."""
        run = self._run
        found: dict[str, Any] = {
            "executionArn": run.arn,
            "stateMachineArn": run.machine.arn,
            "name": run.name,
            "status": run.status,
            "startDate": self.start_time,
        }
        if run.stop is not None:
            found["stopDate"] = self.stop_time
        found["input"] = dumps(run.input, run.texts)
        found["inputDetails"] = {"included": True}
        if self.succeeded:
            found["output"] = self.output_json
            found["outputDetails"] = {"included": True}
        if run.error is not None:
            found["error"] = run.error
        if run.cause is not None:
            found["cause"] = run.cause
        found["redriveCount"] = 0
        redrivable = run.status in ("FAILED", "TIMED_OUT", "ABORTED")
        found["redriveStatus"] = "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"
        if not redrivable:
            reason = "RUNNING" if run.live else run.status
            found["redriveStatusReason"] = f"Execution is {reason} and cannot be redriven"
        return found

    def describe_sync(self) -> dict[str, Any]:
        """What `start_sync_execution` answers; the billing is that of AWS's smallest step."""
        described = self.describe()
        for field in ("redriveCount", "redriveStatus", "redriveStatusReason"):
            described.pop(field, None)
        described["outputDetails"] = {"included": True}
        milliseconds = -(-round(self.elapsed.total_seconds() * 1000) // 100) * 100
        described["billingDetails"] = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": max(milliseconds, 100)}
        return described

    @property
    def log_events(self) -> list[dict[str, Any]]:
        """The history as Step Functions writes it to CloudWatch Logs, at level ALL with execution data."""
        return history.log_events(self._run)

    def timeline(self, *, width: int = 120, limit: int | None = None, stages: Collection[str] | bool = False) -> str:
        """The story of the execution in text: virtual times, states, attempts, errors, waits, and where it ended.

        Args:
            width: where rows are cut.
            limit: how many rows are shown at most; 60 when None.
            stages: names of states below whose rows the data flow is shown, stage by stage; True for all states.
        """
        from pytest_sfn.report.timeline import timeline

        return timeline(self, width=width, limit=limit, stages=stages)

    def to_mermaid(self) -> str:
        """The state machine as a Mermaid flowchart, with the path that the execution took, and where it failed."""
        from pytest_sfn.diagrams.mermaid import to_mermaid
        from pytest_sfn.diagrams.paths import path_status

        return to_mermaid(self.machine.state_machine, path_status(self))

    def to_svg(self) -> str:
        """The state machine as one `<svg>` element, with the path that the execution took, and where it failed.

        Raises:
            UnsupportedError: the extra `html` (fast-sugiyama) is not installed.
        """
        from pytest_sfn.diagrams.paths import path_status
        from pytest_sfn.diagrams.svg import to_svg

        return to_svg(self.machine.state_machine, path_status(self), title=f"{self.machine.name}: {self.status}")

    # -- going on ------------------------------------------------------------------------------------------------------

    def run(self) -> Execution:
        """Go on until nothing more is scheduled; see `Machine.run`."""
        run = self._run
        account = run.account
        account.check()
        scheduler = run.scheduler
        pause, scheduler.pause = scheduler.pause, None  # a stub may call this while another execution's run_until is on
        try:
            while run.live and scheduler.pump_next():
                pass
        finally:
            scheduler.pause = pause
        return self

    def advance(self, seconds: float | timedelta) -> Execution:
        """Let virtual time pass, the end point included. There is one clock: every execution of the account moves."""
        self.machine._account.advance(seconds)
        return self

    def run_until(self, state: str, visit: int = 1) -> Execution:
        """Run until `state` was entered for the `visit`-th time, and stop just after.

        Raises:
            ExecutionError: the execution ended, or has to wait for an outside answer, before that.
        """
        if state not in self.machine.state_machine.states:
            raise UnknownStateError(unknown_state(state, self.machine.state_machine))
        run = self._run
        run.account.check()
        scheduler = run.scheduler
        if scheduler.pause is not None:
            raise ExecutionError("run_until cannot be called while another run_until is running")
        entries = _Entries(run, state)
        scheduler.pause = lambda: entries.count() >= visit
        try:
            while not scheduler.paused and run.live and scheduler.pump_next():
                pass
        finally:
            scheduler.pause = None
        seen = entries.count()
        if seen < visit:
            ended = f"it is RUNNING: {self.waits_for()}" if run.live else f"it ended {run.status}"
            entered = f"entered {state!r} {seen} times, not {visit}" if seen else f"never entered {state!r}"
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r} {entered}: {ended}\n  path  {' -> '.join(self.path)}"
            )
        return self

    def stop(self, error: str | None = None, cause: str | None = None) -> Execution:
        """What StopExecution does: the execution is ABORTED where it is."""
        if self._run.live:
            self._run.abort(error, cause)
        return self

    def send_task_success(self, token: str, output: Any) -> Execution:
        """Answer a `.waitForTaskToken` task of this account with `output`."""
        self.machine._account.send_task_success(token, output)
        return self

    def send_task_failure(self, token: str, error: str | None = None, cause: str | None = None) -> Execution:
        self.machine._account.send_task_failure(token, error, cause)
        return self

    def send_task_heartbeat(self, token: str) -> Execution:
        self.machine._account.send_task_heartbeat(token)
        return self

    def waits_for(self) -> str:
        """What a RUNNING execution waits for, in words."""
        from pytest_sfn.report.waiting import waits_for

        return waits_for(self._run, self._runs_started_by, self._told())

    def _waits_briefly(self) -> str:
        text = self.waits_for()
        return text if len(text) <= 120 else f"{text[:117]}..."

    def task_token(self, state: str | None = None, *, item: int | tuple[int, ...] | None = None) -> str:
        """The Task Token of the task that waits for its answer.

        Args:
            state: its name, at any depth, in child executions too; None: the only one that waits.
            item: index of its Map item, where several items wait; for nested Maps a tuple, outermost first.

        Raises:
            ExecutionError: no such task waits with a token, or more than one; says which do.
        """
        from pytest_sfn.report.waiting import choose, open_requests

        waiting = list(open_requests(self._run, self._runs_started_by, self._told()))
        found, problem = choose(waiting, state, item)
        if found is None or found.token is None:
            status = f"it is RUNNING: {self.waits_for()}" if self._run.live else f"it ended {self.status}"
            raise ExecutionError(
                f"execution {self.name!r} of {self.machine.name!r}: {problem}\n"
                f"  status   {status}\n"
                f"  see      docs/mocks.md#callbacks"
            )
        return found.token

    def _runs_started_by(self, run: Run) -> list[Run]:
        everyone = self.machine._account.executions
        return [other._run for other in everyone if other._run.parent is not None and other._run.parent.run is run]

    def _told(self) -> Story:
        if self._story is None or self._story.length != len(self._run.log):
            self._story = Story(self._run)
        return self._story

    def __repr__(self) -> str:
        run = self._run
        ending = f" {run.error}" if run.error else ""
        path = self.path
        shown = " -> ".join(path if len(path) <= 12 else [*path[:12], "..."])
        waiting = f"; {self._waits_briefly()}" if run.live else ""
        return f"<Execution of {self.machine.name!r}: {run.status}{ending}, {shown}{waiting}>"


class StateReport:
    """All visits of one state in one execution.

    Attributes:
        visits: in the order entered.
    """

    def __init__(self, name: str, visits: list[StateVisit]) -> None:
        self.name = name
        self.visits = visits

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
        return self._only().input

    @property
    def output(self) -> Any:
        return self._only().output

    @property
    def error(self) -> str | None:
        return self._only().error

    @property
    def cause(self) -> str | None:
        return self._only().cause

    @property
    def caught(self) -> bool:
        return self._only().caught

    @property
    def catcher(self) -> Any:
        return self._only().catcher

    @property
    def iterations(self) -> list[Line]:
        """Iterations of a Map that was visited once."""
        return self._only().iterations

    @property
    def branches(self) -> list[Line]:
        """Branches of a Parallel that was visited once."""
        return self._only().branches

    def _only(self) -> StateVisit:
        if len(self.visits) != 1:
            times = "was never visited" if not self.visits else f"was visited {len(self.visits)} times; use .visits[i]"
            raise ExecutionError(f"state {self.name!r} {times}")
        return self.visits[0]

    def __len__(self) -> int:
        return len(self.visits)

    def __repr__(self) -> str:
        count, retries = len(self.visits), self.retries
        visits = "never visited" if not count else "visited once" if count == 1 else f"visited {count:,} times"
        retried = "" if not retries else ", 1 retry" if retries == 1 else f", {retries:,} retries"
        ending = f", {self.visits[0].ending}" if count == 1 else ""
        return f"<state {self.name!r}: {visits}{retried}{ending}>"


def unknown_state(name: str, state_machine: StateMachine) -> str:
    names = list(state_machine.states)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(map(repr, near))}?" if near else f"it has {', '.join(map(repr, names[:20]))}"
    return f"{state_machine.source.name or state_machine.name}: no state {name!r}; {hint}"


class _Entries:
    """Counts how often a state was entered; asked after every step, so it reads on from where it was."""

    __slots__ = ("_at", "_seen", "log", "state")

    def __init__(self, run: Run, state: str) -> None:
        self.log = run.log
        self.state = state
        self._at = 0
        self._seen = 0

    def count(self) -> int:
        log = self.log
        for at in range(self._at, len(log), RECORD):
            if log[at].endswith("StateEntered") and log[at + 4].name == self.state:
                self._seen += 1
        self._at = len(log)
        return self._seen
