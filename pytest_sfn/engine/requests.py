"""What the engine asks of a task runner, and how an answer comes back.

A Task's attempt is a `TaskRequest`: it may be answered at once, later in virtual time, by somebody else, or never. So
Lambda functions, callbacks, activities and child executions are one protocol. An answer that comes when the attempt is
over (timed out, its branch stopped) is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.engine.scheduler import PRIORITY_ANSWER, PRIORITY_TIMEOUT

if TYPE_CHECKING:
    from pytest_sfn.asl.diagnostics import Location
    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import Run
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.states import TaskRule
    from pytest_sfn.engine.strand import Strand

__all__ = ["TaskRequest", "TaskRunner"]


class TaskRequest:
    """One attempt of a Task state.

    Attributes:
        state: the parsed Task state; `state.resource` says what it calls.
        parameters: what is sent: Parameters or Arguments evaluated, else the effective input. Shared: do not change it.
        attempt: 1 for the first try of a visit.
        time: virtual microseconds, since the account's start, at which the attempt began.
        timeout: microseconds after which it times out, or None.
        heartbeat: microseconds without a heartbeat after which it times out, or None.
        token: the Task Token for `.waitForTaskToken`, else None.
    """

    __slots__ = (
        "answered", "attempt", "begun", "cause", "credentials", "depth", "error", "heartbeat", "heartbeat_at",
        "heartbeat_seconds", "parameters", "result", "rule", "run", "size", "state", "strand", "time", "timeout",
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
        self.credentials: Any = None
        self.answered = False
        self.begun = False

    @property
    def resource(self) -> Resource:
        return self.state.resource

    @property
    def item(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around the task, outermost first."""
        return self.strand.items()

    @property
    def open(self) -> bool:
        """Whether an answer still counts."""
        return self.strand.wake == self.wake and not self.answered and self.run.live

    def location(self) -> Location | None:
        """Where the state stands in the definition's text."""
        return self.run.program.locate(self.state.pointer)

    def request_id(self) -> str:
        """A UUID as Lambda's request id: the same one for the same attempt of the same run."""
        return self.run.uuid("request")

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        """Answer with `value`, `after` virtual microseconds from now.

        Args:
            value: an admitted JSON value with its `size` and `depth` (`dataflow.values.admit` gives the three).
        """
        if self.open:
            self.result, self.size, self.depth = value, size, depth
            self._answer(self.rule.succeeded, after)

    def fail(self, error: str, cause: str | None, after: int = 0) -> None:
        """Answer with an error name and its cause, `after` virtual microseconds from now."""
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

    def submitted(self, output: Any) -> None:
        """The service has taken the job (`.sync`, `.waitForTaskToken`); its end will be the answer."""
        if self.open:
            strand = self.strand
            strand.last = self.run.record("TaskSubmitted", strand.last, strand, self, output)

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

    def start(self, request: TaskRequest) -> None:
        """Called once per attempt, when its events are written and its timers set.

        May call user code, which may start other executions or raise: what it raises is an error of the test.
        """
