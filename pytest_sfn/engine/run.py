"""One execution as the loop knows it: its log, its end, and what happens when a state fails.

The log is one flat list, `RECORD` slots to a record:

    kind, previous, now, strand, a, b

`kind` is an AWS event type, or a lower-case word for a record of our own that takes no event id:

    retry   a: (index of the Retrier, microseconds)   b: the StateError
    catch   a: the Catcher                            b: the StateError
    choice  a: index of the Choice Rule, or None for Default
    child   a: the Run that a task has started
    stalled a: why
    draw    a: (purpose, number of the draw)
    failed                                            b: the StateError that nothing in this strand handled

Ids are counted as events are written, since causes quote them; everything else (history, visits,
timeline) is read from the log when somebody looks. What `a` and `b` hold for each kind is said in history.py.
"""

from __future__ import annotations

import random
import sys
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.engine.context import timestamp
from pytest_sfn.engine.retry import backoff, choose_catcher, choose_retrier
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_END
from pytest_sfn.engine.strand import Strand
from pytest_sfn.errors import ExecutionError, InternalError, PytestSfnError, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.engine.distributed.map_run import MapRun
    from pytest_sfn.engine.objects import ObjectStore
    from pytest_sfn.engine.program import Program
    from pytest_sfn.engine.quotas import Quotas
    from pytest_sfn.engine.requests import TaskRequest, TaskRunner
    from pytest_sfn.engine.scheduler import Scheduler, Step
    from pytest_sfn.engine.states import Rule

__all__ = ["RECORD", "Account", "MachineIdentity", "Observer", "Run"]

RECORD: Final = 6
REDRIVE_SINCE: Final = date(2023, 11, 15)
"""Since redrive was announced the Context Object has RedriveCount; recordings before that day have none."""
ROUNDS_WITHOUT_TIME: Final = 1000
"""A strand that entered one state more often than that, in an instant that took a million steps, is in a loop."""
RUNAWAY: Final = 2_000_000
"""Eighty times what AWS allows: an execution without a limit of events that has more goes round in a loop of Waits."""
AT_25000: Final = "; or keep quotas='aws', and the execution ends at 25,000 events as on AWS"
HISTORY_FULL: Final = "The execution reached the maximum number of history events ({})."


class Observer(Protocol):
    """Who looks at the logs of an account's runs, for instance to measure coverage."""

    def __call__(self, run: Run) -> None:
        """A run begins."""

    def forgotten(self, run: Run) -> None:
        """A run has ended, and its log is dropped after this."""


class Account:
    """What the runs of one mocked account share.

    Attributes:
        deleted_activities: ARNs of activities that no longer exist; a task on one fails.
        observer: told of each run that begins, child executions included; None where nobody asks.
        runs: how many executions were started, child executions included.
        broken: the first test error that left the loop; it is raised again wherever the test goes on.
        broken_at: the strand it left.
        store: who answers what distributed Maps ask of S3.
        map_runs: every Map Run by its ARN, in the order they were started.
    """

    __slots__ = (
        "as_of",
        "broken",
        "broken_at",
        "deleted_activities",
        "map_runs",
        "observer",
        "runner",
        "runs",
        "scheduler",
        "seed",
        "start_time",
        "store",
        "tokens",
        "uuids",
    )

    def __init__(
        self, scheduler: Scheduler, runner: TaskRunner, start_time: datetime, seed: int, as_of: date | None = None
    ) -> None:
        self.scheduler = scheduler
        self.runner = runner
        self.start_time = start_time
        self.seed = seed
        self.as_of = as_of
        self.broken: BaseException | None = None
        self.broken_at: Strand | None = None
        self.runs = 0
        self.deleted_activities: set[str] = set()
        self.observer: Observer | None = None
        self.tokens: dict[str, TaskRequest] = {}
        self.uuids: dict[str, int] = {}
        self.store: ObjectStore | None = None
        self.map_runs: dict[str, MapRun] = {}

    def datetime_at(self, microseconds: int) -> datetime:
        """A virtual time, given in microseconds since the account's start; aware, UTC."""
        return self.start_time + timedelta(microseconds=microseconds)

    def uuid(self, purpose: str) -> str:
        """The next UUID (version 4) of that purpose that belongs to no run."""
        number = self.uuids.get(purpose, 0)
        self.uuids[purpose] = number + 1
        return seeded_uuid(f"{self.seed}:0:{purpose}:{number}")

    def check(self) -> None:
        """Raise the test error that broke this account, if one did; code under test may have swallowed it."""
        if self.broken is not None:
            raise self.broken


class MachineIdentity:
    """Who the state machine of a run is, as the API and the Context Object show it."""

    __slots__ = ("account_id", "arn", "express", "name", "region", "role_arn")

    def __init__(self, name: str, *, region: str, account_id: str, role_arn: str | None = None, express: bool = False) -> None:
        self.name = name
        self.region = region
        self.account_id = account_id
        self.arn = f"arn:aws:states:{region}:{account_id}:stateMachine:{name}"
        self.role_arn = role_arn or f"arn:aws:iam::{account_id}:role/StepFunctionsRole"
        self.express = express


class Run:
    """One execution.

    Attributes:
        parent: for a child execution, the strand of the state that started it.
        items_above: for a child execution of a Map Run, the indexes of the items it was started for.
        synchronous: started by StartSyncExecution; such an execution cannot be redriven and says nothing of it.
        status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        output: the output value of a run that SUCCEEDED.
    """

    __slots__ = (
        "_end_armed", "_name", "account", "cause", "draws", "error", "event_id", "facade", "history_limit", "input",
        "items_above", "live", "log", "machine", "main", "on_end", "output", "parent", "payload_limit", "program", "quotas",
        "scheduler", "sequence", "start", "status", "step", "stop", "streams", "synchronous", "texts", "uuids", "wake",
    )  # fmt: skip

    def __init__(self, account: Account, program: Program, machine: MachineIdentity, quotas: Quotas, name: str | None) -> None:
        self.account = account
        self.scheduler = account.scheduler
        self.program = program
        self.machine = machine
        self.quotas = quotas
        self.payload_limit = quotas.payload
        self.history_limit = min(quotas.history - 1, RUNAWAY)
        account.runs += 1
        self.sequence = account.runs
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
        self.streams: dict[str, random.Random] | None = None
        self.draws: dict[str, int] = {}
        self.uuids: dict[str, int] = {}
        self.texts: dict[int, tuple[Any, str]] | None = None
        self.facade: Any = None
        self.parent: Strand | None = None
        self.synchronous = False
        self.items_above: tuple[int, ...] = ()
        self.on_end: Callable[[Run], None] | None = None
        self.step: Step | None = None
        self.wake = 0
        self._end_armed = False

    @property
    def name(self) -> str:
        """As given to StartExecution, else a UUID; made when first asked for."""
        if self._name is None:
            self._name = self.uuid("name")
        return self._name

    @property
    def arn(self) -> str:
        machine = self.machine
        prefix = f"arn:aws:states:{machine.region}:{machine.account_id}"
        if machine.express:
            return f"{prefix}:express:{machine.name}:{self.name}:{self.stream_uuid}"
        return f"{prefix}:execution:{machine.name}:{self.name}"

    # -- beginning and end ---------------------------------------------------------------------------------------------

    def begin(
        self, value: Any, size: int, depth: int, variables: Mapping[str, Any] | None = None, entry: Rule | None = None
    ) -> None:
        """Write ExecutionStarted and queue the first state; nothing runs before the scheduler is pumped."""
        if self.account.observer is not None:
            self.account.observer(self)
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
            self._arm_end(seconds)
        elif self.machine.express:
            self._arm_end(self.quotas.seconds)
        self.scheduler.post(strand, entry.enter)

    def succeed(self, strand: Strand) -> None:
        self.output = strand.value
        self._end("SUCCEEDED", "ExecutionSucceeded", strand.last, strand, strand.value)

    def fail(self, strand: Strand, error: StateError) -> None:
        self.error, self.cause = error.error, error.cause
        self._end("FAILED", "ExecutionFailed", strand.last, strand, (error.error, error.cause))

    def time_out(self) -> None:
        self._end("TIMED_OUT", "ExecutionTimedOut", self.main.last, self.main, ("States.Timeout", None))

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
        if self.on_end is not None:
            self.on_end(self)

    def call_at(self, time: int, priority: int, strand: Strand, step: Step) -> None:
        """Set a timer for a strand.

        The longest that AWS lets an execution run becomes a timer of its own only when another reaches beyond it: an
        execution that waits for an outside answer alone must not run into it.
        """
        self.scheduler.call_at(time, priority, strand, step)
        if not self._end_armed and time - self.start > self.quotas.seconds * 1_000_000:
            self._arm_end(self.quotas.seconds)

    def _arm_end(self, seconds: int) -> None:
        self._end_armed = True
        self.scheduler.call_at(self.start + seconds * 1_000_000, PRIORITY_END, self, _run_timed_out)

    # -- the log -------------------------------------------------------------------------------------------------------

    def record(self, kind: str, previous: int, strand: Strand, a: Any = None, b: Any = None) -> int:
        """Write an event and give its id."""
        event_id = self.event_id + 1
        if event_id > self.history_limit:
            if self.quotas.history > RUNAWAY:
                raise self.runaway(strand)
            raise StateError(
                "States.Runtime", HISTORY_FULL.format(self.quotas.history), located=False
            )  # event number 25,000 is ExecutionFailed, unless it is ExecutionSucceeded [doc]
        self.log += (kind, previous, self.scheduler.now, strand, a, b)
        self.event_id = event_id
        return event_id

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

    def state_failed(self, strand: Strand, error: StateError) -> Step | None:
        """The one place where an ASL error is met: Retry, then Catch, then the end of the strand."""
        state = strand.state
        if not self.live:
            return None
        try:
            if error.located:
                error = locate_error(strand, error)
            if error.evaluation is not None:
                before = strand.entered if state.evaluates_after_entering else strand.before
                strand.last = self.record("EvaluationFailed", before, strand, state, error)
            if state.retriers and error.catchable:
                assert strand.visit is not None
                chosen = choose_retrier(state.retriers, error, strand.visit)
                if chosen is not None:
                    self._retry(strand, error, chosen)
                    return None
            if state.body_failed_event is not None and error.catchable:
                strand.last = self.record(state.body_failed_event, strand.last, strand, error)
            if error.catchable and state.catchers:
                caught = choose_catcher(state.catchers, error)
                if caught is not None:
                    self.note("catch", strand, caught, error)
                    return state.catch(strand, caught, error)
        except StateError as another:  # the history is full, or a Catcher's own paths fail
            error = locate_error(strand, another) if another.located else another
        strand.wake += 1
        strand.error = error
        self.note("failed", strand, None, error)
        if strand.body is None or not error.catchable:
            self.fail(strand, error)
            return None
        self.scheduler.post(strand, strand.body.state.child_failed)
        return None

    def _retry(self, strand: Strand, error: StateError, index: int) -> None:
        visit = strand.visit
        assert visit is not None
        retrier = strand.state.retriers[index]
        microseconds = backoff(retrier, visit.times_retried(index), self)
        visit.count_retry(index)
        self.note("retry", strand, (index, microseconds), error)
        strand.wake += 1
        self.call_at(self.scheduler.now + microseconds, PRIORITY_ANSWER, strand, strand.state.again)

    def break_off(self, error: BaseException, strand: Strand) -> BaseException:
        """An exception that is no ASL error left a step. It belongs to the test, or it is a bug of ours."""
        if isinstance(error, Exception) and not isinstance(error, (PytestSfnError, AssertionError)):
            place = self.program.locate(strand.state.model.pointer)
            events = ", ".join(kind for kind in self.log[-5 * RECORD :: RECORD])
            bug = InternalError(
                f"{place or self.machine.name}: state {strand.state.name!r}: {type(error).__name__}: {error}\n"
                f"  This is a bug in pytest-sfn, not in your workflow. Please report it with the definition and this text.\n"
                f"  last events  {events}"
            )
            bug.__cause__ = error
            error = bug
        self.account.broken, self.account.broken_at = error, strand
        return error

    def endless_loop(self, strand: Strand) -> Exception | None:
        """The error for a strand that goes round without virtual time moving; None if it is only one of very many."""
        log, now = self.log, self.scheduler.now
        names: dict[str, int] = {}
        for at in range(len(log) - RECORD, -1, -RECORD):
            if log[at + 2] != now:
                break
            if log[at + 3] is strand and log[at].endswith("StateEntered"):
                name = log[at + 4].name
                names[name] = names.get(name, 0) + 1
        names = {name: times for name, times in names.items() if times > ROUNDS_WITHOUT_TIME}
        if not names:
            return None
        cycle = " -> ".join(reversed(names))
        place = self.program.locate(strand.state.model.pointer)
        return ExecutionError(
            f"{place or self.machine.name}: a million steps passed without virtual time moving; the loop is {cycle}\n"
            f"  fix  give the loop a way out or a Wait{'' if self.machine.express else AT_25000}"
        )

    def runaway(self, strand: Strand) -> Exception:
        """The error for an execution that never ends; what ends it may still be recorded."""
        log, self.history_limit = self.log, sys.maxsize
        recent = range(len(log) - RECORD, max(len(log) - 1000 * RECORD, 0), -RECORD)
        names = dict.fromkeys(log[at + 4].name for at in recent if log[at + 3] is strand and log[at].endswith("StateEntered"))
        passed = timedelta(microseconds=self.scheduler.now - self.start)
        place = self.program.locate(strand.state.model.pointer)
        return ExecutionError(
            f"{place or self.machine.name}: {RUNAWAY:,} events in {passed} of virtual time, and no end; it went round "
            f"{' -> '.join(reversed(names)) or strand.state.name}\n"
            f"  fix  give the loop a way out, or start() the execution and advance() it; an execution that needs more events "
            f"gets them with quotas=Quotas(history=...)"
        )

    def endless(self) -> Exception | None:
        return self.endless_loop(self.main)

    def failed(self, error: StateError) -> Step | None:
        """A run's own steps raise no ASL errors."""
        raise error

    def broke(self, error: BaseException) -> BaseException:
        return self.break_off(error, self.main)

    # -- time, chance, names -------------------------------------------------------------------------------------------

    def datetime_at(self, microseconds: int) -> datetime:
        return self.account.datetime_at(microseconds)

    def draw(self, strand: Strand, purpose: str) -> random.Random:
        """A fresh generator for one draw of an expression, noted in the log so that an inspection can draw the same again."""
        number = self.draws[purpose] = self.draws.get(purpose, 0) + 1
        self.note("draw", strand, (purpose, number))
        return self.drawn(purpose, number)

    def drawn(self, purpose: str, number: int) -> random.Random:
        return random.Random(f"{self.account.seed}:{self.sequence}:{purpose}:{number}")

    def random(self, purpose: str) -> random.Random:
        """The stream of one purpose: what one purpose draws does not move another's."""
        if self.streams is None:
            self.streams = {}
        stream = self.streams.get(purpose)
        if stream is None:
            stream = self.streams[purpose] = random.Random(f"{self.account.seed}:{self.sequence}:{purpose}")
        return stream

    def uuid(self, purpose: str) -> str:
        """The next UUID (version 4) of that purpose."""
        number = self.uuids.get(purpose, 0)
        self.uuids[purpose] = number + 1
        return self._uuid(f"{purpose}:{number}")

    @property
    def stream_uuid(self) -> str:
        """The part of an Express execution's ARN that AWS adds after the name."""
        return self._uuid("arn")

    def _uuid(self, purpose: str) -> str:
        return seeded_uuid(f"{self.account.seed}:{self.sequence}:{purpose}")

    def execution_context(self) -> dict[str, Any]:
        """The part of the Context Object that does not change during a run."""
        machine = self.machine
        execution = {
            "Id": self.arn,
            "Input": self.input,
            "StartTime": timestamp(self.datetime_at(self.start)),
            "Name": self.name,
            "RoleArn": machine.role_arn,
        }
        as_of = self.account.as_of
        if not self.synchronous and (as_of is None or as_of >= REDRIVE_SINCE):
            execution["RedriveCount"] = 0
        return {
            "Execution": execution,
            "StateMachine": {"Id": machine.arn, "Name": machine.name},
        }


def seeded_uuid(seed: str) -> str:
    """A UUID (version 4) that is a hash, since one is not worth a generator: making that costs as much as a whole task."""
    text = blake2b(seed.encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def locate_error(strand: Strand, error: StateError) -> StateError:
    """The error with AWS's words about where it happened before its cause."""
    place = f"An error occurred while executing the state '{strand.state.name}' (entered at the event id #{strand.entered}). "
    return error.with_cause(f"{place}{error.cause}")


def cancel(strand: Strand) -> None:
    """Stop a strand and all below it: what they wait for no longer counts."""
    request = strand.visit.request if strand.visit is not None else None
    waits = request is not None and request.wake == strand.wake and not request.answered
    strand.wake += 1
    strand.step = None
    if waits and request is not None and request.on_abort is not None:
        request.on_abort()
    body = strand.visit.body if strand.visit is not None else None
    if body is not None and not body.over:
        body.over = True
        for child in body.live.values():
            cancel(child)
        if body.map_run is not None:
            body.map_run.abort()


def _run_timed_out(run: Run) -> None:
    run.time_out()
