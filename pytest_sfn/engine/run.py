"""The data of the loop: the world, a run in it, the run's strands, and the requests for which they wait.

A `Run` is one execution: its log, its input and its end. A `Strand` is one line of it: the main line, a branch of a
Parallel or an iteration of a Map. It is data, not a coroutine: it can be looked at ("waits for token X"), stopped just
after it has entered a state, and dropped without running `finally`. `Attempts` is what the attempts of one Task, Parallel
or Map share, a `Body` one attempt of a Parallel or Map, and a `TaskRequest` one attempt of a Task: its answer may come
at once, later in virtual time, or never, so that functions, callbacks, activities and child executions are one
protocol. An answer that comes when the attempt is over (timed out, its branch stopped) is dropped. All of them share one
`World`: a clock, a seed, and a runner that answers tasks.

These classes refer to each other, so they share a module. Nothing in it decides what a state does: that is the rule of the
state (states.py), which the loop knows only as a `Rule`.

The log is one flat list; log.py says what a record is. Event ids are counted as events are written, since causes quote
them; everything else (history, visits, timeline) is read from the log on demand.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.pointer import field_of, pointer_of
from pytest_sfn.engine.chance import Chance
from pytest_sfn.engine.context import context_object, timestamp
from pytest_sfn.engine.fatal_errors import endless_loop, internal_error, loop_hints, runaway, stack_full
from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.quotas import MOST_BYTES_KEPT
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_END, PRIORITY_TIMEOUT
from pytest_sfn.errors import StateError, UnplacedError, belongs_to_test
from pytest_sfn.expressions.values import UNDEFINED, held
from pytest_sfn.names import partition_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from random import Random

    from pytest_sfn.asl.model import State, StateMachineModel, States, TaskState
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.quotas import Quotas
    from pytest_sfn.engine.scheduler import Scheduler, Step
    from pytest_sfn.errors import Hints, Location
    from pytest_sfn.lambda_.runtime import CodePlace

__all__ = ["END_OF_TIME", "NO_VARIABLES", "Body", "MachineIdentity", "MapRunView", "ObjectStore", "Observer", "OpenTaskRequest"]
__all__ += ["Program", "Request", "RequestState", "Rule", "RuleOfBody", "RuleOfTask", "Run", "Strand", "TaskRequest"]
__all__ += ["Attempts", "TaskRunner", "World", "cancel"]

NO_VARIABLES: Mapping[str, Any] = {}
REDRIVE_SINCE: Final = date(2023, 11, 15)
"""Since redrive was announced the Context Object has RedriveCount; recordings before that day have none."""
LARGE: Final = 262_144
LOOK_EVERY: Final = 100_000
RUNAWAY: Final = 2_000_000
"""Eighty times what AWS allows: an execution without a limit of events that has more goes round in a loop of Waits."""
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
SAMPLE: Final = 101
"""A look at the size of a long history takes every so manyth record."""
HISTORY_FULL: Final = "The execution reached the maximum number of history events ({})."


class Rule(Protocol):
    """What a state does; states.py has the rule of each type."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> State: ...

    def enter(self, strand: Strand) -> Step:
        """Write the Entered event; the step that does the state's work."""

    def resume(self, strand: Strand) -> Step | None:
        """Go on in a state that was not left, once the execution is redriven; None if only its children go on."""

    def failed(self, strand: Strand, error: StateError) -> Step | None:
        """An ASL error left a step of the state: Retry, Catch, or the end of the strand."""


class RuleOfBody(Rule, Protocol):
    """The rule of a Parallel or Map, as its children know it."""

    def begin_child(self, child: Strand) -> Step:
        """The first step of a branch or iteration."""

    def child_done(self, child: Strand) -> Step | None: ...

    def child_failed(self, child: Strand) -> Step | None: ...


class RuleOfTask(Protocol):
    """The rule of a Task, as its attempts know it."""

    started_event: str

    @property
    def model(self) -> TaskState: ...

    def succeeded(self, strand: Strand) -> Step | None: ...

    def task_failed(self, strand: Strand) -> Step | None: ...

    def timed_out(self, strand: Strand) -> Step | None: ...

    def heartbeat_due(self, strand: Strand) -> Step | None: ...


class Program:
    """A compiled state machine, or the part of one from `start_at` to `stop_after`; program.py fills it.

    A program holds nothing of a run: no mocks, no clock, no seed. It is made once per definition and shared.

    Attributes:
        entry: the first state of the main line.
        rules: every state at any depth by name.
        timeout_seconds: the machine's own TimeoutSeconds.
        locate: JSON Pointer to its place in the definition's text, or None for a definition without text.
        end: the step of a strand whose last state has exited.
    """

    entry: Rule

    def __init__(
        self, model: StateMachineModel, locate: Callable[[str], Location | None], end: Step, stop_after: str | None
    ) -> None:
        self.model = model
        self.locate = locate
        self.timeout_seconds = model.timeout_seconds
        self.stop_after = stop_after
        self.end = end
        self.rules: Mapping[str, Rule] = {}

    def target(self, rule: Rule, name: str) -> Step:
        """The step that a transition of `rule` to the state `name` leads to."""
        return self.end if rule.name == self.stop_after else self.rules[name].enter

    def entry_of(self, states: States) -> Rule:
        return self.rules[states.start_at]


class MapRunView(Protocol):
    """The part of a Map Run that modules outside engine/distributed use; `ChildRuns` fulfils it."""

    above: tuple[int, ...]
    arn: str
    label: str
    run: Run
    runs: list[Run]
    counts: list[int]
    status: str

    def update(
        self, *, max_concurrency: int | None, tolerated_failure_count: int | None, tolerated_failure_percentage: float | None
    ) -> None:
        """Go on with other numbers; those that are None stay as they are."""

    def describe(self) -> dict[str, Any]:
        """What `describe_map_run` answers."""


class TaskRunner(Protocol):
    """Answers Task states."""

    def check(self, request: TaskRequest) -> None:
        """Called once per attempt of a service integration, before its events are written.

        Raises:
            StateError: Step Functions would not start the task with these parameters.
        """

    def start(self, request: TaskRequest) -> None:
        """Called once per attempt, when its events are written and its timers set.

        May call user code, which may start other executions or raise: what it raises is an error of the test.
        """


class ObjectStore(Protocol):
    """Answers the calls of distributed Maps to S3."""

    def call(self, request: Request) -> None:
        """Answer the request before returning; what this raises is an error of the test."""


class Observer(Protocol):
    """Sees the runs of a world begin and end, for instance to measure coverage."""

    def __call__(self, run: Run) -> None:
        """A run begins, or is redriven."""

    def forgotten(self, run: Run) -> None:
        """A run has ended, and its log is dropped after this."""


class World:
    """What the runs of one account share.

    Attributes:
        status_changed: called with each run that starts, ends or is redriven, child executions included; None if nobody asks.
        hints_of: gives what a report says of an exception of a function's code, beside its text; None where nobody knows.
        deleted_activities: ARNs of activities that no longer exist; a task on one fails.
        observer: called with each run that begins, child executions included; None where nothing is measured.
        runs: how many executions were started, child executions included.
        broken: the first test error that left the loop; it is raised again wherever the test goes on.
        broken_at: the strand it left.
        forgives: for a world that outlives errors of the test, makes the cause with which the execution of one fails; None
            where they leave the loop.
        store: answers the calls of distributed Maps to S3.
        map_runs: every Map Run by its ARN, in the order they were started.
    """

    __slots__ = (
        "_aborts",
        "_chance",
        "as_of",
        "broken",
        "broken_at",
        "deleted_activities",
        "forgives",
        "hints_of",
        "map_runs",
        "observer",
        "runner",
        "runs",
        "scheduler",
        "seed",
        "start_time",
        "status_changed",
        "store",
        "tokens",
    )

    def __init__(
        self,
        scheduler: Scheduler,
        runner: TaskRunner,
        start_time: datetime,
        seed: int,
        as_of: date | None = None,
        store: ObjectStore | None = None,
        observer: Observer | None = None,
        deleted_activities: AbstractSet[str] = frozenset(),
        status_changed: Callable[[Run], None] | None = None,
        hints_of: Callable[[Exception, World], Hints | None] | None = None,
    ) -> None:
        self.hints_of = hints_of
        self.status_changed = status_changed
        self.scheduler = scheduler
        self.runner = runner
        self.store = store
        self.observer = observer
        self.deleted_activities = deleted_activities
        self.start_time = start_time
        self.seed = seed
        self._chance: Chance | None = None
        self.as_of = as_of
        self.broken: BaseException | None = None
        self.broken_at: Strand | None = None
        self.forgives: Callable[[Exception], str] | None = None
        self.runs = 0
        self.tokens: dict[str, TaskRequest] = {}
        self.map_runs: dict[str, MapRunView] = {}
        self._aborts: list[Callable[[], None]] = []

    @property
    def chance(self) -> Chance:
        """Random streams that belong to no run, as if they belonged to run 0; made when first used."""
        if self._chance is None:
            self._chance = Chance(f"{self.seed}:0")
        return self._chance

    def datetime_at(self, microseconds: int) -> datetime:
        """A virtual time, given in microseconds since the account's start; aware, UTC.

        What is due after the year 9999, which the clock never reaches, is shown as due at its end.
        """
        try:
            return self.start_time + timedelta(microseconds=microseconds)
        except OverflowError:
            return END_OF_TIME

    def abort(self, act: Callable[[], None]) -> None:
        """Call `act`, which may call this again: a thousand executions that wait for one another are no deep recursion."""
        aborts = self._aborts
        aborts.append(act)
        if len(aborts) == 1:
            try:
                for each in aborts:  # which grows meanwhile
                    each()
            finally:
                aborts.clear()

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Keep nothing of all other executions, which have ended."""
        self.tokens = {token: request for token, request in self.tokens.items() if request.run.whole in kept}
        self.map_runs = {arn: map_run for arn, map_run in self.map_runs.items() if map_run.run.whole in kept}
        self.scheduler.drop_stale()

    def check(self) -> None:
        """Raise the test error that broke this account, if one did; code under test may have swallowed it."""
        if self.broken is not None:
            raise self.broken


class MachineIdentity:
    """Who the state machine of a run is, as the API and the Context Object show it.

    Attributes:
        version, alias: the version's number and the alias that the run was started by, None where it was not.
        arn_prefix: how the ARNs of its Step Functions begin.
    """

    __slots__ = ("_role_arn", "account_id", "alias", "express", "name", "region", "version")

    def __init__(
        self, name: str, region: str, account_id: str, role_arn: str | None = None, express: bool = False,
        version: str | None = None, alias: str | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.region = region
        self.account_id = account_id
        self._role_arn = role_arn
        self.express = express
        self.version = version
        self.alias = alias

    @property
    def arn_prefix(self) -> str:
        return f"arn:{partition_of(self.region)}:states:{self.region}:{self.account_id}"

    @property
    def arn(self) -> str:
        return f"{self.arn_prefix}:stateMachine:{self.name}"

    @property
    def started_by(self) -> dict[str, str]:
        """The ARNs of the version and the alias, as AWS's answers have them: `{"stateMachineVersionArn": ...}`; often none."""
        if self.version is None:
            return {}
        found = {"stateMachineVersionArn": f"{self.arn}:{self.version}"}
        return found if self.alias is None else {**found, "stateMachineAliasArn": f"{self.arn}:{self.alias}"}

    @property
    def role_arn(self) -> str:
        return self._role_arn or f"arn:{partition_of(self.region)}:iam::{self.account_id}:role/StepFunctionsRole"


class Run:
    """One execution.

    Attributes:
        parent: for a child execution, the strand of the state that started it.
        map_run: the Map Run of which it is a child execution, else None.
        index: its number in the Map Run, from 0.
        synchronous: started by StartSyncExecution; such an execution cannot be redriven and says nothing of it.
        status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED; PENDING_REDRIVE while its Map Run has no room for it.
        output: the output value of a run that SUCCEEDED.
        payload_limit: bytes above which a value is looked at; the quota, or less.
        history_limit: the event after which the history is looked at; the last but one of the quota, or an earlier one.
        kept: bytes of the large values of its history, what they share counted each time.
        deleted: whether its machine was deleted; it then ends when it would enter a state.
        redriven: the virtual times at which it was redriven, oldest first.
    """

    __slots__ = (
        "_chance", "_end_armed", "_name", "cause", "deleted", "error", "event_id", "history_limit", "index", "input", "kept",
        "live", "log", "machine", "main", "map_run", "on_end", "output", "parent", "payload_limit", "program", "quotas",
        "redriven", "scheduler", "sequence", "start", "status", "step", "stop", "synchronous", "texts", "wake", "world",
    )  # fmt: skip

    def __init__(
        self, world: World, program: Program, machine: MachineIdentity, quotas: Quotas, name: str | None,
        parent: Strand | None = None, synchronous: bool = False, texts: dict[int, tuple[Any, str]] | None = None,
    ) -> None:  # fmt: skip
        self.world = world
        self.scheduler = world.scheduler
        self.program = program
        self.machine = machine
        self.quotas = quotas
        self.payload_limit = quotas.payload if quotas.payload < LARGE else LARGE
        self.history_limit = quotas.history - 1 if quotas.history < LOOK_EVERY else min(LOOK_EVERY, RUNAWAY)
        self.kept = 0
        self.deleted = False
        world.runs += 1
        self.sequence = world.runs
        self._name = name
        self.log: list[Any] = []
        self.event_id = 0
        self.start = 0
        self.stop: int | None = None
        self.status = "RUNNING"
        self.live = True
        self.input: Any = None
        self.output: Any = None
        self.error: str | None = None
        self.cause: str | None = None
        self.main: Strand = None  # type: ignore[assignment]  # set by begin
        self._chance: Chance | None = None
        self.texts = texts
        self.parent = parent
        self.map_run: MapRunView | None = None
        self.synchronous = synchronous
        self.index = 0
        self.on_end: Callable[[Run], None] | None = None
        self.step: Step | None = None
        self.wake = 0
        self._end_armed = False
        self.redriven: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """As given to StartExecution, else a UUID; made when first asked for."""
        if self._name is None:
            self._name = self.chance.uuid("name")
        return self._name

    def take_name(self, run: Run) -> None:
        """Have the name and the ARN of another one, which this one replaces."""
        self._name, self._chance = run.name, run.chance

    @property
    def arn(self) -> str:
        machine = self.machine
        if machine.express:
            return f"{machine.arn_prefix}:express:{machine.name}:{self.name}:{self.chance.only_uuid('arn')}"
        return f"{machine.arn_prefix}:execution:{machine.name}:{self.name}"

    @property
    def items_above(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around the run, outermost first: for a child of a Map Run, the items it is for."""
        return () if self.map_run is None else (*self.map_run.above, self.index)

    @property
    def whole(self) -> Run:
        """For the child of a Map Run the execution that has the Map, else the run itself."""
        run = self
        while run.map_run is not None:
            run = run.map_run.run
        return run

    # -- beginning and end ---------------------------------------------------------------------------------------------

    def begin(
        self, value: Any, size: int, depth: int, variables: Mapping[str, Any] | None = None, entry: Rule | None = None
    ) -> None:
        """Write ExecutionStarted and queue the first state; nothing runs before the scheduler is pumped."""
        if self.world.observer is not None and self.observed():
            self.world.observer(self)
        self.input = value
        self.start = self.scheduler.now
        entry = entry or self.program.entry
        self.main = strand = Strand(self, None, 0, entry, value, size, depth)
        if variables:
            strand.scope = variables
        self.log += ("ExecutionStarted", 0, self.start, strand, value, variables)
        self.event_id = 1
        seconds = self.program.timeout_seconds
        if seconds is not None and seconds <= self.quotas.seconds:
            self._arm_end(self.start + seconds * 1_000_000)
        elif self.machine.express:
            self._arm_end(self.start + self.quotas.seconds * 1_000_000)
        if self.world.status_changed is not None:
            self.world.status_changed(self)
        self.scheduler.post(strand, entry.enter)

    def observed(self) -> bool:
        """Whether the world's observer sees it."""
        return True

    def succeed(self, strand: Strand) -> None:
        self.output = strand.value
        self._end("SUCCEEDED", "ExecutionSucceeded", strand.last, strand, strand.value)

    def fail(self, strand: Strand, error: StateError) -> None:
        self.error, self.cause = error.error, error.cause
        self._end("FAILED", "ExecutionFailed", strand.last, strand, (error.error, error.cause))

    def time_out(self) -> None:
        self._end("TIMED_OUT", "ExecutionTimedOut", 0, self.main, ("States.Timeout", None))

    def abort(self, error: str | None = None, cause: str | None = None) -> None:
        """What StopExecution does: everything stops where it is, and no state gets an event."""
        self.error, self.cause = error, cause
        self._end("ABORTED", "ExecutionAborted", 0, self.main, (error, cause))

    def _end(self, status: str, kind: str, previous: int, strand: Strand, details: Any) -> None:
        self.log += (kind, previous, self.scheduler.now, strand, details, None)
        self.event_id += 1
        self.status = status
        self.stop = self.scheduler.now
        self.live = False
        self.wake += 1
        if status != "SUCCEEDED":
            cancel(self.main)
        if self.world.status_changed is not None:
            self.world.status_changed(self)
        if self.on_end is not None:
            self.on_end(self)

    def go_on(self, token: str | None) -> int:
        """Write ExecutionRedriven, after which the run is RUNNING again, and give its id.

        The machine's TimeoutSeconds begins anew [documented], the longest that AWS lets an execution run does not.
        """
        now = self.scheduler.now
        self.status, self.live, self.stop, self.error, self.cause = "RUNNING", True, None, None, None
        self.redriven += (now,)
        self._end_armed = False
        seconds = self.program.timeout_seconds
        if seconds is not None:
            self._arm_end(min(now + seconds * 1_000_000, self.start + self.quotas.seconds * 1_000_000))
        if self.world.observer is not None:
            self.world.observer(self)
        event = self.record("ExecutionRedriven", self.event_id, self.main, len(self.redriven), token)
        if self.world.status_changed is not None:
            self.world.status_changed(self)
        return event

    def call_at(self, time: int, priority: int, strand: Strand, step: Step) -> None:
        """Set a timer for a strand.

        The longest that AWS lets an execution run becomes a timer of its own only when another reaches beyond it: an
        execution that waits for an outside answer alone must not run into it.
        """
        self.scheduler.call_at(time, priority, strand, step)
        if not self._end_armed and time - self.start > self.quotas.seconds * 1_000_000:
            self._arm_end(self.start + self.quotas.seconds * 1_000_000)

    def _arm_end(self, time: int) -> None:
        self._end_armed = True
        self.scheduler.call_at(time, PRIORITY_END, self, _run_timed_out)

    # -- the log -------------------------------------------------------------------------------------------------------

    def record(self, kind: str, previous: int, strand: Strand, a: Any = None, b: Any = None) -> int:
        """Write an event and give its id."""
        event_id = self.event_id + 1
        if event_id > self.history_limit:
            self.look_at_length(strand)
        self.log += (kind, previous, self.scheduler.now, strand, a, b)
        self.event_id = event_id
        return event_id

    def record_both(self, kind: str, then: str, previous: int, strand: Strand, a: Any) -> int:
        """Write two events of which one follows the other, and give the second's id: every attempt of a task begins so."""
        event_id = self.event_id + 2
        if event_id > self.history_limit:
            strand.last = self.record(kind, previous, strand, a)
            return self.record(then, strand.last, strand, a)
        now = self.scheduler.now
        self.log += (kind, previous, now, strand, a, None, then, event_id - 1, now, strand, a, None)
        self.event_id = event_id
        return event_id

    def end_at_next_state(self) -> None:
        """Fail at the next state transition, since the machine is deleted [documented]; `look_at_length` sees to it.

        Error and cause as https://repost.aws/knowledge-center/step-functions-stuck-deleting-status shows them.
        """
        self.deleted = True
        self.history_limit = self.event_id

    def look_at_length(self, strand: Strand, *, entering: bool = False) -> None:
        """The history has reached its limit, or is so long that a look at its size is due, or the machine was deleted."""
        if self.deleted:
            if entering:
                raise StateError("States.Runtime", f"State machine {self.machine.name} has been deleted.", located=False)
            return
        quota = self.quotas.history
        if self.event_id >= quota - 1:  # event number 25,000 is ExecutionFailed, unless it is ExecutionSucceeded [doc]
            cause, hints = HISTORY_FULL.format(quota), partial(loop_hints, self.log, [*strand.outwards()])
            raise StateError("States.Runtime", cause, located=False, hints=hints)
        if self.event_id >= RUNAWAY:
            raise self.runaway(strand)
        self.history_limit = min(quota - 1, RUNAWAY, self.history_limit + LOOK_EVERY)
        if held(self._values(step=SAMPLE)) * SAMPLE > MOST_BYTES_KEPT:
            self.check_kept(strand)

    def _values(self, step: int = 1) -> Iterator[Any]:
        """The JSON values in every `step`-th record."""
        for slot in (4, 5):
            for value in self.log[slot :: RECORD * step]:
                if isinstance(value, (dict, list, str)):
                    yield value

    def keep(self, strand: Strand, size: int) -> None:
        """Count a large value."""
        self.kept += size
        if self.kept > MOST_BYTES_KEPT:
            self.check_kept(strand)

    def check_kept(self, strand: Strand) -> None:
        """Raise the error of an execution that keeps too much; what its states share, and so far counted each time, is one."""
        kept = held(self._values())
        if kept > MOST_BYTES_KEPT:
            self.history_limit = sys.maxsize  # what ends it may still be recorded
            raise UnplacedError(
                f"the execution keeps more than {MOST_BYTES_KEPT:,} bytes of JSON, which is as much as pytest-sfn allows with "
                f"any quotas\n  fix  see whether a loop makes its data larger and larger; quotas='aws' ends it as on AWS"
            )
        self.kept = min(kept, MOST_BYTES_KEPT // 2)

    def read_back(self, kind: str, previous: int, now: int, strand: Strand, a: Any, b: Any) -> None:
        """Write a record of an execution elsewhere, whose event happened at another time than now."""
        self.log += (kind, previous, now, strand, a, b)

    def note(self, kind: str, strand: Strand, a: Any = None, b: Any = None) -> None:
        """Write a record of our own, which takes no id."""
        self.log += (kind, 0, self.scheduler.now, strand, a, b)

    def stall(self, strand: Strand, reason: str) -> None:
        """Leave a strand where AWS leaves an execution that it can neither continue nor fail [recorded].

        The history then ends before the state: its Entered event, the latest record, is taken back.
        """
        del self.log[-RECORD:]
        self.event_id -= 1
        strand.last = strand.before
        self.note("stalled", strand, reason)

    # -- errors --------------------------------------------------------------------------------------------------------

    def place(self, strand: Strand) -> Location | str:
        """The place of the strand's present state in the definition, for a message."""
        return self.program.locate(strand.state.model.pointer) or self.machine.name

    def _place_of(self, error: UnplacedError, strand: Strand) -> str:
        state, site = strand.state, error.site
        if site is None:
            return f"{self.place(strand)}: state {state.name!r}"
        place = self.program.locate(pointer_of(site)) or self.machine.name
        return f"{place}: state {state.name!r}, {field_of(site, state.model.pointer)}"

    def break_off(self, error: BaseException, strand: Strand) -> BaseException | None:
        """An exception that is no ASL error left a step. It belongs to the test, or it is a bug of ours.

        A world that forgives fails the execution instead, as Step Functions does that cannot run it.
        """
        if isinstance(error, RecursionError) and self.scheduler.nested > 1:
            error = stack_full(self.place(strand), strand.state.name, self.scheduler.nested, error)
        elif isinstance(error, UnplacedError):
            error = error.kind(f"{self._place_of(error, strand)}: {error}")
        elif isinstance(error, Exception) and not belongs_to_test(error):
            error = internal_error(self.place(strand), strand.state.name, self.log, error)
        if self.world.forgives is not None and isinstance(error, Exception):
            if self.live:
                self.fail(strand, StateError("States.Runtime", self.world.forgives(error), located=False))
            return None
        self.world.broken, self.world.broken_at = error, strand
        return error

    def endless_loop(self, strand: Strand) -> Exception | None:
        """The error for a strand that goes round without virtual time moving; None if it is only one of very many."""
        return endless_loop(self.place(strand), self.log, strand, self.scheduler.now, limited=not self.machine.express)

    def runaway(self, strand: Strand) -> Exception:
        """The error for an execution that never ends; what ends it may still be recorded."""
        self.history_limit = sys.maxsize
        passed = timedelta(microseconds=self.scheduler.now - self.start)
        return runaway(self.place(strand), self.log, strand, strand.state.name, RUNAWAY, passed)

    def endless(self) -> Exception | None:
        return self.endless_loop(self.main)

    def failed(self, error: StateError) -> Step | None:
        """A run's own steps raise no ASL errors."""
        raise error

    def broke(self, error: BaseException) -> BaseException | None:
        return self.break_off(error, self.main)

    def words_of_place(self, strand: Strand) -> str:
        """AWS's words about where an error occurred, which it puts before the cause."""
        name, entered = strand.state.name, strand.entered
        return f"An error occurred while executing the state '{name}' (entered at the event id #{entered}). "

    # -- time, chance, names -------------------------------------------------------------------------------------------

    def datetime_at(self, microseconds: int) -> datetime:
        return self.world.datetime_at(microseconds)

    @property
    def chance(self) -> Chance:
        """The run's own random streams; made when first used."""
        if self._chance is None:
            self._chance = Chance(f"{self.world.seed}:{self.sequence}")
        return self._chance

    def forget_chance(self) -> None:
        """Free the random streams, once the run is over."""
        if self._chance is not None:
            self._chance.forget()

    def draw(self, strand: Strand, purpose: str) -> Random:
        """A fresh generator for one draw of an expression, noted in the log so that an inspection can draw the same again."""
        number = self.chance.next_draw(purpose)
        self.note("draw", strand, (purpose, number))
        return self.chance.drawn(purpose, number)

    def context(
        self,
        name: str,
        entered: int,
        retry_count: int | None,
        token: str | None,
        item: dict[str, Any] | None,
        redrives: int | None = None,
    ) -> dict[str, Any]:
        """The Context Object of a state that was entered at the virtual time `entered`; see `context_object`.

        Args:
            redrives: how often the run had been redriven; as often as up to now when None.
        """
        execution = self.execution_context(redrives)
        return context_object(execution, name, self.datetime_at(entered), retry_count, token, item)

    def execution_context(self, redrives: int | None = None) -> dict[str, Any]:
        """The part of the Context Object that changes only when the run is redriven; see `context`."""
        machine = self.machine
        execution = {
            "Id": self.arn,
            "Input": self.input,
            "StartTime": timestamp(self.datetime_at(self.start)),
            "Name": self.name,
            "RoleArn": machine.role_arn,
        }
        as_of = self.world.as_of
        if not self.synchronous and (as_of is None or as_of >= REDRIVE_SINCE):
            count = execution["RedriveCount"] = len(self.redriven) if redrives is None else redrives
            if count:
                execution["RedriveTime"] = timestamp(self.datetime_at(self.redriven[count - 1]))
        return {
            "Execution": execution,
            "StateMachine": {"Id": machine.arn, "Name": machine.name},
        }


def _run_timed_out(run: Run) -> None:
    run.time_out()


class Strand:
    """One line of execution.

    Attributes:
        body: the Parallel or Map attempt this is a child of; None for the main line.
        index: which branch or item of `body`.
        value: the JSON value that flows; shared, never changed.
        size: an upper bound of its JSON text's UTF-8 bytes; exact after a limit was checked.
        depth: an upper bound of its nesting.
        last: id of this strand's latest event, the next one's `previousEventId`.
        before: what `last` was when the present state was entered; the id of its EvaluationFailed, after the first.
        entered: id of the present state's Entered event, as causes quote it.
        state: the present state; before the first is entered, the one it will be, or the Map or Parallel around it.
        attempts: what only Task, Parallel and Map keep between attempts; None in other states.
        wake: counts the waits that ended; see scheduler.py.
        scope: the variables, name to value; a new mapping per Assign, so that children see their parent's and not each other's.
    """

    __slots__ = (
        "attempts",
        "before",
        "body",
        "depth",
        "entered",
        "entered_at",
        "error",
        "index",
        "last",
        "run",
        "scope",
        "size",
        "state",
        "step",
        "value",
        "wake",
    )

    def __init__(self, run: Run, body: Body | None, index: int, state: Rule, value: Any, size: int, depth: int) -> None:
        self.run = run
        self.body = body
        self.index = index
        self.value = value
        self.size = size
        self.depth = depth
        self.last = 0
        self.before = 0
        self.entered = 0
        self.entered_at = 0
        self.state = state
        self.attempts: Attempts | None = None
        self.error: StateError | None = None
        self.step: Step | None = None
        self.wake = 0
        self.scope: Mapping[str, Any] = NO_VARIABLES if body is None else body.parent.scope

    # what an expression may ask (expressions.env.Env)

    def context_object(self) -> dict[str, Any]:
        attempts = self.attempts
        retry_count = None if attempts is None else attempts.retry_count
        token = None if attempts is None or attempts.request is None else attempts.request.token_in_context()
        return self.run.context(self.state.name, self.entered_at, retry_count, token, self.map_item())

    def variable(self, name: str) -> Any:
        return self.scope.get(name, UNDEFINED)

    def variables(self) -> Mapping[str, Any]:
        return self.scope

    def random(self, purpose: str) -> Random:
        return self.run.draw(self, purpose)

    def now(self) -> datetime:
        return self.run.datetime_at(self.run.scheduler.now)

    # what the loop asks (scheduler.Target)

    def failed(self, error: StateError) -> Step | None:
        return self.state.failed(self, error)

    def broke(self, error: BaseException) -> BaseException | None:
        return self.run.break_off(error, self)

    def endless(self) -> Exception | None:
        return self.run.endless_loop(self)

    def outwards(self) -> Iterator[Strand]:
        """This strand and those around it, innermost first."""
        strand: Strand = self
        yield strand
        while strand.body is not None:
            strand = strand.body.parent
            yield strand

    def items(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around this strand, outermost first."""
        found = [each.index for each in self.outwards() if each.body is not None and each.body.state.model.type == "Map"]
        return (*self.run.items_above, *reversed(found))

    def map_item(self) -> dict[str, Any] | None:
        """The Context Object's `Map.Item`: of the innermost iteration around this strand, None outside of Maps."""
        strand: Strand = self
        while (body := strand.body) is not None:
            if body.state.model.type == "Map":
                return {"Index": strand.index, "Value": body.items[strand.index]}
            strand = body.parent
        return None


class Attempts:
    """A Task, Parallel or Map from its Entered to its Exited event: what attempts have in common."""

    __slots__ = ("body", "request", "retried", "retry_count")

    def __init__(self) -> None:
        self.retry_count = 0
        self.retried: dict[int, int] | None = None
        self.request: TaskRequest | None = None
        self.body: Body | None = None

    def times_retried(self, index: int) -> int:
        return 0 if self.retried is None else self.retried.get(index, 0)

    def count_retry(self, index: int) -> None:
        if self.retried is None:
            self.retried = {}
        self.retried[index] = self.retried.get(index, 0) + 1
        self.retry_count += 1


class Body:
    """One attempt of a Parallel or Map: its children and what they have brought.

    Attributes:
        live: the children that have started and not ended well, by index.
        results: the children's outputs, in order; what is still missing is None.
        size, depth: bounds of those outputs so far, as one array.
        waiting: how many children have yet to end, those that have yet to start included.
        over: the attempt has failed or was cancelled; what its children still bring is dropped.
        aborted: the children that were live have their Aborted events.
        failed: the state has failed with it, and nothing has taken the error.
        succeeded: the event ...StateSucceeded, once all children have ended well; else 0.
        items, item_bounds, data, next, failures, tolerated: for a Map, the array, bounds of any of its items, the
            effective input for ItemSelector, the index that starts next, and failed iterations so far against how many
            are tolerated.
    """

    __slots__ = (
        "aborted", "data", "depth", "failed", "failures", "item_bounds", "items", "live", "next", "over", "parent", "results",
        "size", "state", "succeeded", "tolerated", "waiting",
    )  # fmt: skip

    def __init__(self, parent: Strand, state: RuleOfBody, children: int) -> None:
        self.parent = parent
        self.state = state
        self.live: dict[int, Strand] = {}
        self.results: list[Any] = [None] * children
        self.size, self.depth = 2, 1
        self.waiting = children
        self.over = self.aborted = self.failed = False
        self.succeeded = 0
        self.items: list[Any] = []
        self.item_bounds: Sequence[int] = (0, 0)
        self.data: Any = None
        self.next = 0
        self.failures = 0
        self.tolerated = 0

    def cancel(self) -> None:
        """Stop the attempt and all below it."""
        self.over = True
        for child in self.live.values():
            cancel(child)


def cancel(strand: Strand) -> None:
    """Stop a strand and all below it: what they wait for no longer counts."""
    attempts = strand.attempts
    request = attempts.request if attempts is not None else None
    waits = request is not None and request.wake == strand.wake and not request.answered
    strand.wake += 1
    strand.step = None
    if waits and request is not None and request.on_abort is not None:
        strand.run.world.abort(request.on_abort)
    body = attempts.body if attempts is not None else None
    if body is not None and not body.over:
        body.cancel()


class RequestState(Protocol):
    """What makes a request: a Task state, or a field of a distributed Map."""

    @property
    def name(self) -> str: ...

    @property
    def pointer(self) -> str: ...

    @property
    def resource(self) -> Resource: ...


class Request:
    """What a task's attempt and a distributed Map's call to S3 have in common: those who answer them see no difference.

    A Map's call is answered at once, so that the methods of a request that stays open are those of a task's attempt.
    """

    __slots__ = ()
    run: Run
    strand: Strand
    parameters: Any
    attempt: int
    time: int
    timeout: int | None
    heartbeat: int | None
    token: str | None

    @property
    def state(self) -> RequestState:
        """What makes the request."""
        raise NotImplementedError

    @property
    def field(self) -> str | None:
        """The field of a Map that makes the request; None for a task."""
        return None

    @property
    def open(self) -> bool:
        """Whether an answer still counts."""
        raise NotImplementedError

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        """Answer with `value`, `after` virtual microseconds from now.

        Args:
            value: an admitted JSON value with its `size` and `depth` (`expressions.values.admit` gives the three).
        """
        raise NotImplementedError

    def fail(self, error: str | None, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        """Answer with an error name and its cause, `after` virtual microseconds from now; None for what there is not."""
        raise NotImplementedError

    def begin(self, worker: str | None = None) -> None:
        """A worker, which may have a name, begins with the task."""
        raise NotImplementedError

    def submitted(self, output: Any, after: int = 0) -> None:
        """The service has taken the task, which stays open, `after` virtual microseconds from now."""
        raise NotImplementedError

    def later(self, after: int, act: Callable[[], None]) -> None:
        """Call `act`, `after` virtual microseconds from now, if nothing else has ended the attempt by then."""
        raise NotImplementedError

    def raised(self, place: CodePlace) -> None:
        """Keep the line of the user's code that raised the exception with which the request is going to fail."""
        self.run.note("raised", self.strand, place)

    def exchanged(self, sent: object, response: object) -> None:
        """Keep what an HTTP task sent and what the endpoint answered."""
        self.run.note("http", self.strand, sent, response)

    def token_in_context(self) -> str | None:
        """The Task Token that the Context Object has, if there is one."""
        return self.token

    def issue_token(self) -> str:
        """Give it a Task Token, by which others can answer it."""
        raise NotImplementedError

    def never(self) -> None:
        """Nobody will answer; only a timeout ends the attempt."""
        raise NotImplementedError

    def beat(self, after: int = 0) -> None:
        """A heartbeat, `after` virtual microseconds from now: its deadline moves."""
        raise NotImplementedError

    @property
    def resource(self) -> Resource:
        return self.state.resource

    @property
    def item(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around it, outermost first."""
        return self.strand.items()

    @property
    def world(self) -> World:
        return self.run.world

    @property
    def machine(self) -> MachineIdentity:
        return self.run.machine

    @property
    def execution(self) -> str:
        """Name of the execution."""
        return self.run.name

    @property
    def execution_arn(self) -> str:
        return self.run.arn

    @property
    def sequence(self) -> int:
        """Number of the execution in order of start, from 1."""
        return self.run.sequence

    def location(self) -> Location | None:
        """The place of the state or field that makes the request, in the definition's text."""
        return self.run.program.locate(self.state.pointer)

    def request_id(self) -> str:
        """A UUID as Lambda's request id: the same one for the same attempt of the same run."""
        return self.run.chance.uuid("request")


class TaskRequest(Request):
    """One attempt of a Task state.

    Attributes:
        state: the parsed Task state; `state.resource` says what it calls.
        parameters: what is sent: Parameters or Arguments evaluated, else the effective input. Shared: do not change it.
        attempt: 1 for the first try of a visit.
        time: virtual microseconds, since the account's start, at which the attempt began.
    """

    __slots__ = (
        "answered", "attempt", "begun", "failure", "parameters", "result", "rule", "run", "state", "strand", "time", "wake",
    )  # fmt: skip
    parameters: Any  # the rule sets it
    result: tuple[Any, int, int] | None  # value, size and depth, from the answer until the rule takes them
    failure: tuple[str | None, str | None, Hints | None]  # set when it has failed
    timeout: int | None = None  # from here on: what only an OpenTaskRequest can have
    timeout_seconds: int | None = None
    heartbeat: int | None = None
    heartbeat_seconds: int | None = None
    heartbeat_at: int = 0
    token: str | None = None
    on_abort: Callable[[], None] | None = None
    credentials: Any = None

    def __init__(self, strand: Strand, rule: RuleOfTask, attempt: int) -> None:
        run = strand.run
        self.run: Run = run
        self.strand = strand
        self.rule = rule
        self.state: TaskState = rule.model
        self.attempt = attempt
        self.time = run.scheduler.now
        self.wake = strand.wake
        self.answered = False
        self.begun = False

    @property
    def open(self) -> bool:
        return self.strand.wake == self.wake and not self.answered and self.run.live

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        if self._answer(self.rule.succeeded, after):
            self.result = value, size, depth

    def fail(self, error: str | None, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        if self._answer(self.rule.task_failed, after):
            self.failure = error, cause, hints

    def begin(self, worker: str | None = None) -> None:
        """Write the ...Started event, unless it is there.

        The engine has written it for all tasks but activities, whose workers come later; `worker` is the name that the
        worker of an activity gives itself.
        """
        run = self.run
        if not self.begun and run.live and run.event_id + 1 < run.quotas.history:
            self.begun = True
            strand = self.strand
            strand.last = run.record(self.rule.started_event, strand.last, strand, self, worker)

    def submitted(self, output: Any, after: int = 0) -> None:
        """The service has taken the job (`.sync`, `.waitForTaskToken`), `after` virtual microseconds from now.

        The job's end will be the answer. If it is there already, since a stub sent it before it returned, AWS's order is
        kept: the service has taken what it has ended.
        """
        if after > 0:
            self.later(after, lambda: self.submitted(output))
        elif self.open or self._ended_just_now:
            strand = self.strand
            strand.last = self.run.record("TaskSubmitted", strand.last, strand, self, output)

    def later(self, after: int, act: Callable[[], None]) -> None:
        def due(_: Strand) -> None:
            if self.open:
                act()

        if not self.open:
            return
        if after > 0:
            self.run.call_at(self.run.scheduler.now + after, PRIORITY_ANSWER, self.strand, due)
        else:
            act()

    @property
    def _ended_just_now(self) -> bool:
        """Whether it was answered in this instant, and the engine has not taken the answer yet."""
        ends = (self.rule.succeeded, self.rule.task_failed)
        return self.answered and self.run.live and self.strand.step in ends and self.strand.wake == self.wake + 1

    def never(self) -> None:
        self.answered = True

    def _answer(self, step: Step, after: int) -> bool:
        """Let the rule take an answer in `step`; False if the answer no longer counts, as `open` says."""
        strand, run = self.strand, self.run
        if self.answered or strand.wake != self.wake or not run.live:
            return False
        if not self.begun:
            self.begin()
        self.answered = True
        if after <= 0:
            strand.wake += 1
            run.scheduler.post(strand, step)
        else:
            run.call_at(run.scheduler.now + after, PRIORITY_ANSWER, strand, step)
        return True


class OpenTaskRequest(TaskRequest):
    """An attempt that may stay open: of a service or an activity, or with a time limit.

    A class of its own, since most attempts call a function and have nothing of this: they are made quicker, and there may be
    a million of them.

    Attributes:
        timeout: microseconds after which it times out, or None.
        heartbeat: microseconds without a heartbeat after which it times out, or None.
        token: the Task Token for `.waitForTaskToken`, else None.
        on_abort: what is to be done when its branch or its execution is stopped while it waits, such as stopping a job.
    """

    __slots__ = (
        "credentials", "heartbeat", "heartbeat_at", "heartbeat_seconds", "on_abort", "timeout", "timeout_seconds", "token",
    )  # fmt: skip

    def __init__(self, strand: Strand, rule: RuleOfTask, attempt: int) -> None:
        super().__init__(strand, rule, attempt)
        self.parameters = None
        self.timeout = None
        self.timeout_seconds = None
        self.heartbeat = None
        self.heartbeat_seconds = None
        self.heartbeat_at = 0
        self.token = None
        self.on_abort = None
        self.credentials = None

    def token_in_context(self) -> str | None:
        """Its Task Token; a job (`.sync`) gets one when it is asked for, and whoever answers it ends the task [recorded]."""
        if self.token is None and self.resource.pattern in (".sync", ".sync:2"):
            return self.issue_token()
        return self.token

    def issue_token(self) -> str:
        run = self.run
        self.token = token = f"{run.chance.uuid('token')}-{run.sequence}"
        run.world.tokens[token] = self
        return token

    def beat(self, after: int = 0) -> None:
        if self.heartbeat is not None:
            self.heartbeat_at = self.run.scheduler.now + after + self.heartbeat

    def start_timers(self) -> None:
        """Set the timers of the timeout and the heartbeat; a heartbeat only moves the deadline, its timer re-arms itself."""
        run = self.run
        if self.timeout is not None:
            run.call_at(self.time + self.timeout, PRIORITY_TIMEOUT, self.strand, self.rule.timed_out)
        if self.heartbeat is not None:
            self.heartbeat_at = max(self.heartbeat_at, self.time + self.heartbeat)
            run.call_at(self.heartbeat_at, PRIORITY_TIMEOUT, self.strand, self.rule.heartbeat_due)
