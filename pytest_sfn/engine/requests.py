"""What the engine asks of a task runner, and how an answer comes back.

A Task's attempt is a `TaskRequest`: it may be answered at once, later in virtual time, by somebody else, or never. So
Lambda functions, callbacks, activities and child executions are one protocol. An answer that comes when the attempt is
over (timed out, its branch stopped) is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.objects import ObjectField
    from pytest_sfn.engine.run import Run
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.states import TaskRule
    from pytest_sfn.engine.strand import Strand
    from pytest_sfn.errors import Location

__all__ = ["Request", "TaskRequest", "TaskRunner"]


class Request:
    """What whoever answers may ask of a task's attempt and of a distributed Map's call to S3 alike."""

    __slots__ = ()
    run: Run
    strand: Strand
    state: TaskState | ObjectField

    @property
    def resource(self) -> Resource:
        return self.state.resource

    @property
    def item(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around it, outermost first."""
        return self.strand.items()

    def location(self) -> Location | None:
        """Where the state or field that asks stands in the definition's text."""
        return self.run.program.locate(self.state.pointer)

    def request_id(self) -> str:
        """A UUID as Lambda's request id: the same one for the same attempt of the same run."""
        return self.run.uuid("request")


class TaskRequest(Request):
    """One attempt of a Task state.

    Attributes:
        state: the parsed Task state; `state.resource` says what it calls.
        parameters: what is sent: Parameters or Arguments evaluated, else the effective input. Shared: do not change it.
        attempt: 1 for the first try of a visit.
        time: virtual microseconds, since the account's start, at which the attempt began.
        timeout: microseconds after which it times out, or None.
        heartbeat: microseconds without a heartbeat after which it times out, or None.
        token: the Task Token for `.waitForTaskToken`, else None.
        on_abort: what is to be done when its branch or its execution is stopped while it waits, such as stopping a job.
    """

    __slots__ = (
        "answered", "attempt", "begun", "cause", "credentials", "depth", "error", "heartbeat", "heartbeat_at",
        "heartbeat_seconds", "on_abort", "parameters", "result", "rule", "run", "size", "state", "strand", "time", "timeout",
        "timeout_seconds", "token", "wake",
    )  # fmt: skip
    result: Any  # it has these three once it has succeeded
    size: int
    depth: int
    error: str | None  # and these two once it has failed
    cause: str | None

    def __init__(self, strand: Strand, rule: TaskRule, attempt: int) -> None:
        run = strand.run
        self.run: Run = run
        self.strand = strand
        self.rule = rule
        self.state: TaskState = rule.model
        self.parameters: Any = None
        self.attempt = attempt
        self.time = run.scheduler.now
        self.wake = strand.wake
        self.timeout: int | None = None
        self.timeout_seconds: int | None = None
        self.heartbeat: int | None = None
        self.heartbeat_seconds: int | None = None
        self.heartbeat_at = 0
        self.token: str | None = None
        self.on_abort: Callable[[], None] | None = None
        self.credentials: Any = None
        self.answered = False
        self.begun = False

    @property
    def open(self) -> bool:
        """Whether an answer still counts."""
        return self.strand.wake == self.wake and not self.answered and self.run.live

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        """Answer with `value`, `after` virtual microseconds from now.

        Args:
            value: an admitted JSON value with its `size` and `depth` (`expressions.values.admit` gives the three).
        """
        if self.open:
            self.result, self.size, self.depth = value, size, depth
            self._answer(self.rule.succeeded, after)

    def fail(self, error: str | None, cause: str | None, after: int = 0) -> None:
        """Answer with an error name and its cause, `after` virtual microseconds from now; None for what there is not."""
        if self.open:
            self.error, self.cause = error, cause
            self._answer(self.rule.task_failed, after)

    def begin(self, worker: str | None = None) -> None:
        """Write the ...Started event, unless it is there.

        The engine has written it for all but activities, whose workers come later; `worker` is what such a one calls
        itself.
        """
        run = self.run
        if not self.begun and run.live and run.event_id < run.history_limit:
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
        """Call `act`, `after` virtual microseconds from now, if nothing else has ended the attempt by then."""

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

    def issue_token(self) -> str:
        """Give it a Task Token, by which others can answer it."""
        run = self.run
        self.token = token = f"{run.uuid('token')}-{run.sequence}"
        run.account.tokens[token] = self
        return token

    def never(self) -> None:
        """Nobody will answer; only a timeout ends the attempt."""
        self.answered = True

    def beat(self) -> None:
        """A heartbeat: its deadline moves."""
        if self.heartbeat is not None:
            self.heartbeat_at = self.run.scheduler.now + self.heartbeat

    def _answer(self, step: Step, after: int) -> None:
        if not self.begun:
            self.begin()
        self.answered = True
        scheduler = self.run.scheduler
        if after <= 0:
            self.strand.wake += 1
            scheduler.post(self.strand, step)
        else:
            self.run.call_at(scheduler.now + after, PRIORITY_ANSWER, self.strand, step)

    def start_timers(self) -> None:
        """Set the timers of the timeout and the heartbeat; a heartbeat only moves the deadline, its timer re-arms itself."""
        run = self.run
        if self.timeout is not None:
            run.call_at(self.time + self.timeout, PRIORITY_TIMEOUT, self.strand, self.rule.timed_out)
        if self.heartbeat is not None:
            self.heartbeat_at = self.time + self.heartbeat
            run.call_at(self.heartbeat_at, PRIORITY_TIMEOUT, self.strand, self.rule.heartbeat_due)


class TaskRunner(Protocol):
    """Who answers Task states."""

    def check(self, request: TaskRequest) -> None:
        """Called once per attempt of a service integration, before its events are written.

        Raises:
            StateError: Step Functions would not start the task with these parameters.
        """

    def start(self, request: TaskRequest) -> None:
        """Called once per attempt, when its events are written and its timers set.

        May call user code, which may start other executions or raise: what it raises is an error of the test.
        """
