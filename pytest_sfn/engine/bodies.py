"""Parallel and inline Map: every branch or iteration is a child on a strand of its own, and its end reaches the parent.

The end of a child is posted, never handled inside the child's own step: so `Parallel[Fail, Wait]` enters both branches
before it fails, and ten thousand iterations do not nest. When one child fails, the attempt (a `Body`) is over: its other
children are cancelled, their open states get Aborted events, and the failure is raised in the parent, where Retry starts
a new body and Catch leaves the state.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import Constant, PathOperand, TemplateOperand
from pytest_sfn.engine.quotas import MOST_BYTES
from pytest_sfn.engine.run import Attempts, Body, Strand, cancel
from pytest_sfn.engine.stages import Evaluating, Sized, invalid_path
from pytest_sfn.engine.states import StateRule, locate_error, operand_error
from pytest_sfn.errors import Site, StateError
from pytest_sfn.expressions.values import UNDEFINED, bounds, dumps, measure

if TYPE_CHECKING:
    from pytest_sfn.asl.model import MapState, Operand, ParallelState
    from pytest_sfn.engine.scheduler import Step

__all__ = ["INLINE_CONCURRENCY", "BodyRule", "MapRule", "ParallelRule"]

INLINE_CONCURRENCY: Final = 40
"""How many iterations of an inline Map run at once when MaxConcurrency is 0 or absent [doc]."""

LONG_MAP: Final = 1000
"""Items above which the collector of cycles would take a good part of the time."""
LONG_ARRAY: Final = 32_768
"""Bytes above which the bounds of an array are no bounds of its items: all that they become would be taken for large."""

DATA_LIMIT: Final = "States.DataLimitExceeded"
ABORTED_EVENT: Final = {
    "Task": "TaskStateAborted",
    "Wait": "WaitStateAborted",
    "Parallel": "ParallelStateAborted",
    "Map": "MapStateAborted",
}


class BodyRule(StateRule):
    """What Parallel and Map share: attempts, and the failure of a child."""

    aborts_failing_task = False
    joined_event = ""

    def work(self, strand: Strand) -> Step | None:
        strand.attempts = Attempts()
        return self.again(strand)

    def begin_child(self, child: Strand) -> Step:
        raise NotImplementedError

    def child_done(self, child: Strand) -> Step | None:
        raise NotImplementedError

    def resume(self, strand: Strand) -> Step | None:
        """Let the branches or iterations go on that have not ended well; the others keep their results [documented]."""
        from pytest_sfn.engine.redrive import resume

        attempts = strand.attempts
        body = attempts.body if attempts is not None else None
        if body is None or self.begins_anew(strand, body):
            return self.work
        self.take_up(strand, body)
        if body.waiting == 0:
            return self.joined
        for child in body.live.values():
            resume(child, strand.last)
        return None

    def begins_anew(self, strand: Strand, body: Body) -> bool:
        """Whether a redrive runs all children again.

        It does after States.DataLimitExceeded [documented]; where a field of the state failed on the results of its children,
        as a Map Run does [documented; of others ?].
        """
        return body.succeeded > 0 or (body.failed and strand.error is not None and strand.error.error == DATA_LIMIT)

    @staticmethod
    def take_up(strand: Strand, body: Body) -> None:
        """Go on with an attempt that was over; its retries count from 0 [documented]."""
        strand.attempts = attempts = Attempts()
        attempts.body = body
        body.over = body.aborted = body.failed = False

    def joined(self, strand: Strand) -> Step | None:
        """All children are done: their results, in order, are the state's result."""
        attempts = strand.attempts
        assert attempts is not None
        body = attempts.body
        assert body is not None
        succeeded = strand.run.record(self.joined_event, strand.last, strand, self)
        return self.leave_joined(strand, body, succeeded, strand.last, (body.results, body.size, body.depth))

    def leave_joined(self, strand: Strand, body: Body, succeeded: int, last: int, result: Sized) -> Step:
        """Leave the state after its ...StateSucceeded event.

        Args:
            succeeded: that event, which what fails from here on follows.
            last: the event that Exited points at.
        """
        body.succeeded = succeeded
        strand.last = last
        try:
            return self.leave(strand, self.stages.input(strand), result)
        except StateError:
            strand.last = succeeded
            raise

    def keep_result(self, child: Strand) -> bool:
        """Take a finished child's output into its body; False when the body is over and nobody waits for it."""
        body = child.body
        assert body is not None
        if body.over:
            return False
        body.results[child.index] = child.value
        body.size += child.size + 1
        if child.depth >= body.depth:
            body.depth = child.depth + 1
        del body.live[child.index]
        body.waiting -= 1
        body.parent.last = child.last
        return True

    def child_failed(self, child: Strand) -> None:
        """The first child that fails ends the attempt.

        Cancelling and writing are two passes, in AWS's order [recorded]. First all siblings are cancelled, so that nothing
        that they wait for counts any more, not even an answer of this instant. Then the failing child's own events are
        written, then the Aborted events of the siblings, innermost state first. The parent fails in a step of its own: an
        error raised here would be the child's, and its Retriers would see it a second time.
        """
        body = child.body
        assert body is not None
        if body.over:
            return
        body.over = True
        error = child.error
        assert error is not None
        others = [other for other in body.live.values() if other is not child]
        for other in others:
            cancel(other)
        if self.aborts_failing_task and child.state.model.type == "Task" and child.attempts is not None:
            child.run.record(
                "TaskStateAborted", child.last, child, child.state
            )  # what follows points at the failure [recorded]
        self.record_child_failed(child)
        for other in others:
            abort(other)
        body.aborted = True
        parent = body.parent
        parent.last = child.last
        parent.error = error
        child.run.scheduler.post(parent, self.fail)

    def record_child_failed(self, child: Strand) -> None:
        """Write what AWS writes for the failing child itself."""

    def fail(self, strand: Strand) -> Step:
        error = strand.error
        assert error is not None
        raise error.of_body()


def closer_bounds(item: Any, size: int) -> tuple[int, int]:
    """Bounds of one item of a long array; `size` is the array's."""
    return bounds(item) if size <= MOST_BYTES else measure(item)  # as `bounds` writes all of what may be enormous


def no_array(site: Site, value: Any) -> StateError:
    path = site.text.removeprefix("$") if site.text.startswith("$$") else site.text  # [recorded]
    cause = f'Reference path "{path}" must point to array.'
    return StateError("States.Runtime", cause, located=False, site=site.on(value))


def abort(strand: Strand) -> None:
    """Write Aborted events for a cancelled strand's open states, the innermost first."""
    body = strand.attempts.body if strand.attempts is not None else None
    if body is not None and not body.aborted:  # by a failure in this same instant
        for child in body.live.values():
            abort(child)
    state = strand.state.model.type
    kind = ABORTED_EVENT.get(state)
    failed = body.failed if body is not None else strand.attempts is None and state in ("Map", "Parallel")
    if kind is not None and strand.entered and not failed:
        strand.last = strand.run.record(kind, strand.last, strand, strand.state)
    if strand.body is not None and strand.body.state.model.type == "Map":
        strand.run.record("MapIterationAborted", strand.last, strand, strand.body.state, strand.index)


class ParallelRule(BodyRule):
    model: ParallelState
    body_failed_event = "ParallelStateFailed"
    joined_event = "ParallelStateSucceeded"
    aborts_failing_task = True  # and a Fail state is not [recorded]

    def link(self) -> None:
        super().link()
        self.entries = tuple(self.program.entry_of(branch) for branch in self.model.branches)

    def again(self, strand: Strand) -> Step | None:
        run = strand.run
        value, size, depth = self.stages.arguments(strand, self.stages.input(strand))
        strand.last = run.record("ParallelStateStarted", strand.last, strand, self)
        body = Body(strand, self, len(self.entries))
        assert strand.attempts is not None
        strand.attempts.body = body
        for index, entry in enumerate(self.entries):
            child = Strand(run, body, index, self, value, size, depth)
            child.last = strand.last
            body.live[index] = child
            run.scheduler.post(child, entry.enter)
        return None

    def begin_child(self, child: Strand) -> Step:
        return self.entries[child.index].enter

    def child_done(self, child: Strand) -> None:
        if self.keep_result(child):
            body = child.body
            assert body is not None
            if body.waiting == 0:
                child.run.scheduler.post(body.parent, self.joined)


class MapRule(BodyRule):
    """Inline Map."""

    model: MapState
    body_failed_event = "MapStateFailed"
    joined_event = "MapStateSucceeded"

    def link(self) -> None:
        super().link()
        self.entry = self.program.entry_of(self.model.processor)
        model = self.model
        self.of_distributed_maps = (model.item_reader, model.item_batcher, model.result_writer) != (None, None, None)
        self.first_step: Step = self.entry.enter if self.model.item_selector is None else self.select

    def again(self, strand: Strand) -> Step | None:
        run = strand.run
        self.refuse_fields()
        data = self.stages.input(strand)
        items, *item_bounds = self.items(strand, data)
        limit = INLINE_CONCURRENCY
        if self.model.max_concurrency is not None:
            operand = self.model.max_concurrency
            least = -sys.maxsize if isinstance(operand, PathOperand) else None
            wanted = self.integer(strand, data[0], operand, least=least)
            limit = min(wanted or INLINE_CONCURRENCY, INLINE_CONCURRENCY)
        if limit < 0:
            run.stall(strand, f"Map {self.name!r} has a negative MaxConcurrency, at which AWS neither goes on nor fails")
            return None
        strand.last = run.record("MapStateStarted", strand.last, strand, self, len(items))
        body = Body(strand, self, len(items))
        assert strand.attempts is not None
        strand.attempts.body = body
        body.items, body.item_bounds, body.data = items, item_bounds, data
        body.tolerated = self.tolerated(strand, data, len(items))
        if not items:
            return self.joined
        if len(items) > LONG_MAP:
            run.scheduler.expect_many()
        for _ in range(min(limit, len(items))):
            self.start_iteration(body, strand.last)
        return None

    def refuse_fields(self) -> None:
        """Fail for fields that only a distributed Map can have."""
        if self.of_distributed_maps:
            cause = "The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps"  # [measured]
            raise StateError("States.Runtime", cause)

    def items(self, strand: Evaluating, data: Sized) -> tuple[list[Any], int, int]:
        """The array to iterate over: ItemsPath, JSONata's Items, or the effective input itself."""
        operand = self.model.items
        value = data[0] if operand is None else self.stages.operand(strand, data[0], operand)
        if isinstance(value, list):
            path = operand.path if isinstance(operand, PathOperand) else None
            within = operand is None or (path is not None and path.root == "$")  # and so no larger than the whole
            return value, *(data[1:] if within else measure(value))
        if isinstance(operand, PathOperand):
            assert operand.path is not None
            if value is UNDEFINED:
                raise invalid_path(operand.path, data[0], operand.site)
            raise no_array(operand.site, data[0])
        if isinstance(operand, TemplateOperand):
            raise operand.template.wrong_type("array", value)
        if self.model.query_language == "JSONPath":
            raise no_array(Site("ItemsPath", f"{self.model.pointer}/ItemsPath", (), "$"), data[0])
        cause = f"Map state input must be an array but was: {dumps(value)}"
        raise StateError("States.QueryEvaluationError", cause, catchable=True, evaluation=True)

    def tolerated(self, strand: Strand, data: Sized, length: int) -> int:
        """How many items may fail."""
        return self.allowed(length, *self.thresholds(strand, data))

    def thresholds(self, strand: Strand, data: Sized) -> tuple[int | None, float | None]:
        """ToleratedFailureCount and ToleratedFailurePercentage, None where the state does not say."""
        count, percentage = self.model.tolerated_failure_count, self.model.tolerated_failure_percentage
        return (
            None if count is None else self.integer(strand, data[0], count),
            None if percentage is None else self.percentage(strand, data[0], percentage),
        )

    @staticmethod
    def allowed(length: int, count: int | None, percentage: float | None) -> int:
        """More failures than either threshold are too many [doc]; none are allowed when neither is given."""
        allowed = [] if count is None else [count]
        if percentage is not None:
            allowed.append(int(length * percentage / 100))
        return min(allowed, default=0)

    def percentage(self, strand: Strand, data: Any, operand: Operand) -> float:
        if isinstance(operand, Constant):
            return float(operand.value)
        value = self.number(strand, data, operand, "float")
        if not 0 <= value <= 100:
            raise operand_error(operand, data, "ToleratedFailurePercentage must be between 0 and 100.")  # of paths [recorded]
        return float(value)

    def start_iteration(self, body: Body, previous: int) -> None:
        """Start the next item's iteration; its events follow the one that made room for it."""
        parent = body.parent
        run = parent.run
        index = body.next
        body.next = index + 1
        item = body.items[index]
        size, depth = body.item_bounds
        if size > LONG_ARRAY:
            size, depth = closer_bounds(item, size)
        child = Strand(run, body, index, self, item, size, depth)
        child.last = run.record("MapIterationStarted", previous, child, self, index)
        body.live[index] = child
        run.scheduler.post(child, self.first_step)

    def begin_child(self, child: Strand) -> Step:
        return self.first_step

    def select(self, child: Strand) -> Step | None:
        """ItemSelector, evaluated for one item; what fails there is the Map's failure, not the iteration's."""
        body = child.body
        assert body is not None
        selector = self.model.item_selector
        assert selector is not None
        try:
            value, size, depth = self.stages.template(child, body.data, selector)
        except StateError as error:
            body.over = True
            for other in body.live.values():
                cancel(other)
            body.parent.error = locate_error(body.parent, error) if error.located else error
            child.run.scheduler.post(body.parent, self.selector_failed)
            return None
        if size > LONG_ARRAY:
            size, depth = closer_bounds(value, size)
        child.value, child.size, child.depth = value, size, depth
        return self.entry.enter

    def selector_failed(self, strand: Strand) -> Step:
        error = strand.error
        assert error is not None
        raise error

    def child_done(self, child: Strand) -> None:
        if self.keep_result(child):
            body = child.body
            assert body is not None
            self.iteration_over(body, child, "MapIterationSucceeded")

    def iteration_over(self, body: Body, child: Strand, event: str) -> None:
        run = child.run
        done = run.record(event, child.last, child, self, child.index)
        body.parent.last = done
        if body.next < len(body.items):
            self.start_iteration(body, child.last)
        elif body.waiting == 0:
            run.scheduler.post(body.parent, self.joined)

    def child_failed(self, child: Strand) -> None:
        body = child.body
        assert body is not None
        if body.over:
            return
        if body.failures < body.tolerated:
            body.failures += 1
            child.value, child.size, child.depth = None, 4, 0
            self.keep_result(child)
            self.iteration_over(body, child, "MapIterationFailed")
            return
        super().child_failed(child)

    def record_child_failed(self, child: Strand) -> None:
        child.run.record("MapIterationFailed", child.last, child, self, child.index)
