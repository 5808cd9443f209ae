"""Distributed Map: every item, or batch of items, is an execution of its own.

The parent's history knows only the Map Run; each child execution has its own log, clock time and quota. Items come from
the state's data or from S3 (item_reader.py) one by one as children start, of which only so many live at once; a child
that succeeded and is done shrinks to its output, so that a Map Run of a million items stays small. result_writer.py
makes the Map's result of the children's results.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import sys
import uuid
from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.bodies import MapRule
from pytest_sfn.engine.distributed.item_reader import OBJECTS_ARE_ITERABLE_SINCE, Dataset, Entry, Reading, StateData
from pytest_sfn.engine.distributed.map_run import KEPT_RUNS, ChildRuns
from pytest_sfn.engine.distributed.result_writer import Writing
from pytest_sfn.engine.quotas import EXPRESS, STANDARD
from pytest_sfn.engine.run import NO_VARIABLES, Body, MachineIdentity, Run, Strand
from pytest_sfn.engine.scheduler import PRIORITY_ANSWER
from pytest_sfn.engine.states import locate_error
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.values import UNDEFINED, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.stages import Sized
    from pytest_sfn.expressions.payload_templates import PayloadTemplate

__all__ = ["DISTRIBUTED_CONCURRENCY", "Batching", "DistributedBody", "DistributedMapRule"]

DISTRIBUTED_CONCURRENCY: Final = 10_000
"""How many child executions run at once when MaxConcurrency is 0 or absent [doc]."""
EXIT_FOLLOWS_START_SINCE: Final = date(2024, 7, 1)
"""MapStateExited pointed at MapRunSucceeded up to 2024-06 and points at MapRunStarted since 2024-11 [both recorded]."""
WRITER_FAILED: Final = "States.ResultWriterFailed"
EXCEEDED: Final = "States.ExceedToleratedFailureThreshold"
NOTHING: Final[list[Any]] = []
"""The log of a child that has shrunk."""
THRESHOLD_EXCEEDED: Final = "The specified tolerated failure threshold was exceeded"


class Selecting(Strand):
    """The Map's strand while it evaluates ItemSelector for one item: it alone sees all of `Map.Item`."""

    __slots__ = ("entry",)
    entry: Entry

    def map_item(self) -> dict[str, Any]:
        value, key, source = self.entry
        item = {"Index": self.index, "Value": value}
        if key is not UNDEFINED:
            item["Key"] = key
        return {**item, "Source": source}


class Batching:
    """ItemBatcher's limits: `frame` is `{"BatchInput": ...}` or empty, `room` the bytes of a child's input."""

    __slots__ = ("frame", "most", "room")

    def __init__(self, frame: dict[str, Any], most: int, room: int) -> None:
        self.frame = frame
        self.most = most
        self.room = room

    def batches(self, items: Iterator[Any]) -> Iterator[tuple[Any, int]]:
        """Inputs of the form `{"BatchInput": ..., "Items": [...]}`, and how many items each holds.

        A batch is full when it has MaxItemsPerBatch items, or when one more would take its JSON text above
        MaxInputBytesPerBatch; an item that is too large alone makes a batch of its own.
        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
        """
        empty = measure({**self.frame, "Items": []})[0]
        batch: list[Any] = []
        used = empty
        for item in items:
            size = measure(item)[0] + 1
            if batch and (len(batch) >= self.most or used + size - 1 > self.room):
                yield {**self.frame, "Items": batch}, len(batch)
                batch = []
                used = empty
            batch.append(item)
            used += size
        if batch:
            yield {**self.frame, "Items": batch}, len(batch)


class DistributedBody(Body):
    """One attempt of a distributed Map.

    Attributes:
        map_run: the record of its children.
        inputs: of the children still to start, each with its number of items; None where ItemSelector fails for one.
        limit: how many children may run at once.
        running: how many do.
        writing: the ResultWriter, if there is one.
    """

    __slots__ = ("inputs", "limit", "map_run", "running", "writing")
    map_run: ChildRuns  # set before the Map's first record

    def __init__(self, parent: Strand, rule: DistributedMapRule) -> None:
        super().__init__(parent, rule, 0)
        self.inputs: Iterator[tuple[Any, int]] | None = iter(())
        self.limit = DISTRIBUTED_CONCURRENCY
        self.running = 0
        self.writing: Writing | None = None

    def cancel(self) -> None:
        super().cancel()
        self.map_run.abort()


class DistributedMapRule(MapRule):
    """Map with ProcessorConfig.Mode DISTRIBUTED."""

    def again(self, strand: Strand) -> Step | None:
        run = strand.run
        data = self.stages.input(strand)
        source = self.source(strand, data)
        concurrency = self.integer(strand, data[0], self.model.max_concurrency) if self.model.max_concurrency is not None else 0
        strand.last = run.record("MapStateStarted", strand.last, strand, self, source.announced)
        if source.max_items is not None:
            source.limit = self.integer(strand, data[0], source.max_items, least=-sys.maxsize)
        count, percentage = self.thresholds(strand, data)
        batching = self.batching(strand, data)
        body = DistributedBody(strand, self)
        body.data = data
        body.writing = self.writing(strand, data)
        body.map_run = map_run = self.new_map_run(strand)
        map_run.max_concurrency = concurrency
        map_run.tolerated_failure_count, map_run.tolerated_failure_percentage = count, percentage
        map_run.on_update = partial(self.updated, body)
        assert strand.attempts is not None
        strand.attempts.body = body
        map_run.started = strand.last = run.record("MapRunStarted", strand.last, strand, self, map_run)
        try:
            dataset = source.read()
            map_run.length = dataset.count()
        except StateError as error:
            strand.error = error
            return self.later(strand, source.delay, self.map_run_failed)
        map_run.was_read = True
        self.follow(body)
        values = self.selected(body, dataset)
        body.inputs = ((value, 1) for value in values) if batching is None else batching.batches(values)
        return self.later(strand, source.delay, self.begin_children)

    def follow(self, body: DistributedBody) -> None:
        """Take the numbers of the Map Run."""
        map_run = body.map_run
        body.limit = map_run.max_concurrency or DISTRIBUTED_CONCURRENCY
        body.tolerated = self.allowed(map_run.length, map_run.tolerated_failure_count, map_run.tolerated_failure_percentage)

    def updated(self, body: DistributedBody) -> None:
        """UpdateMapRun gave the Map Run other numbers: more children may start, or too many have failed already [?]."""
        self.follow(body)
        if not body.running:  # the first child is still to start, or the last one is done
            return
        if body.map_run.failed > body.tolerated:
            self.give_up(body, StateError(EXCEEDED, THRESHOLD_EXCEEDED, catchable=True, located=False))
        else:
            self.start_children(body)

    @staticmethod
    def later(strand: Strand, delay: int, step: Step) -> Step | None:
        """Go on with `step`, at once or after the virtual time that S3 took."""
        if not delay:
            return step
        strand.run.call_at(strand.run.scheduler.now + delay, PRIORITY_ANSWER, strand, step)
        return None

    def begin_children(self, strand: Strand) -> None:
        self.start_children(body_of(strand))

    def source(self, strand: Strand, data: Sized) -> StateData | Reading:
        """Where the items come from; nothing is read yet."""
        reader = self.model.item_reader
        if reader is None:
            return StateData(self.state_items(strand, data))
        return Reading(strand, reader, self.sent(strand, data, reader.parameters))

    def writing(self, strand: Strand, data: Sized) -> Writing | None:
        writer = self.model.result_writer
        if writer is None:
            return None
        return Writing(strand, writer, self.sent(strand, data, writer.parameters))

    def sent(self, strand: Strand, data: Sized, template: PayloadTemplate | None) -> dict[str, Any]:
        """Parameters or Arguments of an ItemReader or ResultWriter."""
        if template is None:
            return {}
        value = self.stages.template(strand, data, template)[0]
        if not isinstance(value, dict):
            raise template.wrong_type("object", value)  # [?]
        return value

    def state_items(self, strand: Strand, data: Sized) -> Any:
        """The array in the state's data; since 2025 it may be an object, where a field names it [doc]."""
        operand, as_of = self.model.items, strand.run.world.as_of
        if operand is not None and (as_of is None or as_of >= OBJECTS_ARE_ITERABLE_SINCE):
            value = self.stages.operand(strand, data[0], operand)
            if isinstance(value, (dict, list)):
                return value
        return self.items(strand, data)[0]

    def new_map_run(self, strand: Strand) -> ChildRuns:
        run = strand.run
        above = run.machine
        label = self.model.label or str(uuid.UUID(int=run.chance.random("label").getrandbits(128), version=4))
        machine = MachineIdentity(
            f"{above.name}/{label}",
            region=above.region,
            account_id=above.account_id,
            role_arn=above.role_arn,
            express=self.model.execution_type == "EXPRESS",
        )
        map_run = ChildRuns(run, machine, label, run.chance.uuid("map-run"), strand.items())
        run.world.map_runs[map_run.arn] = map_run
        return map_run

    # -- what children get -----------------------------------------------------------------------------------------------

    def selected(self, body: DistributedBody, dataset: Dataset) -> Iterator[Any]:
        """The items as the children get them: each through ItemSelector; what an object holds without one as a pair."""
        selector = self.model.item_selector
        if selector is None:
            for value, key, _ in dataset:
                yield value if key is UNDEFINED else {"Key": key, "Value": value}  # [reported]
            return
        strand = body.parent
        for index, entry in enumerate(dataset):
            yield self.stages.template(self.selecting(body, strand, index, entry), body.data, selector)[0]

    def selecting(self, body: DistributedBody, strand: Strand, index: int, entry: Entry) -> Strand:
        probe = Selecting(strand.run, body, index, self, entry.value, 0, 0)
        probe.entry = entry
        return probe

    def batching(self, strand: Strand, data: Sized) -> Batching | None:
        batcher = self.model.item_batcher
        if batcher is None:
            return None
        most = sys.maxsize
        if batcher.max_items_per_batch is not None:
            most = self.integer(strand, data[0], batcher.max_items_per_batch) or sys.maxsize
        room = strand.run.quotas.payload
        if batcher.max_input_bytes_per_batch is not None:
            room = min(room, self.integer(strand, data[0], batcher.max_input_bytes_per_batch))
        frame: dict[str, Any] = {}
        if batcher.batch_input is not None:
            frame["BatchInput"] = self.stages.template(strand, data, batcher.batch_input)[0]
        return Batching(frame, most, room)

    # -- children --------------------------------------------------------------------------------------------------------

    def start_children(self, body: DistributedBody) -> None:
        """Start as many as may run at once; the Map Run is over when none runs and none is left."""
        map_run, inputs = body.map_run, body.inputs
        assert inputs is not None
        try:
            while body.running < body.limit:
                if map_run.waiting:
                    self.redrive_child(body, map_run.waiting.popleft()[0])
                    continue
                following = next(inputs, None)
                if following is None:
                    break
                self.start_child(body, *following)
        except StateError as error:  # of ItemSelector
            self.give_up(body, locate_error(body.parent, error) if error.located else error)
            return
        if body.running == 0:
            body.parent.run.scheduler.post(body.parent, self.joined)

    def start_child(self, body: DistributedBody, value: Any, count: int) -> None:
        map_run = body.map_run
        child = self.new_child(body, len(map_run.runs))
        map_run.runs.append(child)
        map_run.counts.append(count)
        child.begin(value, *measure(value), entry=self.entry)

    def new_child(self, body: DistributedBody, index: int) -> Run:
        parent, map_run = body.parent, body.map_run
        above = parent.run
        quotas = above.quotas
        if quotas in (STANDARD, EXPRESS):  # AWS's own differ by type; those that a test has set hold for all
            quotas = EXPRESS if map_run.machine.express else STANDARD
        child = Run(above.world, self.program, map_run.machine, quotas, None, parent)
        child.map_run = map_run
        child.index = index
        self.watch(body, child)
        return child

    def watch(self, body: DistributedBody, child: Run) -> None:
        index = child.index
        child.on_end = lambda run: self.child_ended(body, index, run)
        body.running += 1

    def child_ended(self, body: DistributedBody, index: int, child: Run) -> None:
        """A child execution is over: count its failure, start the next one, or end the Map Run."""
        child.on_end = None  # it holds the data through the body
        if body.over:
            return
        map_run = body.map_run
        body.running -= 1
        if child.status == "SUCCEEDED":
            body.size += child.main.size + 1
            body.depth = max(body.depth, child.main.depth + 1)
            if index >= KEPT_RUNS:
                shrink(child)
        else:
            map_run.failed += map_run.counts[index]
            if map_run.failed > body.tolerated:
                self.give_up(body, StateError(EXCEEDED, THRESHOLD_EXCEEDED, catchable=True, located=False))
                return
        self.start_children(body)

    # -- redrive ---------------------------------------------------------------------------------------------------------

    def resume(self, strand: Strand) -> Step | None:
        """Redrive the Map Run: children that did not succeed, then those that were never started [documented]."""
        attempts = strand.attempts
        if attempts is None or attempts.body is None or self.begins_anew(strand, attempts.body):
            return self.work
        body = body_of(strand)
        map_run = body.map_run
        self.take_up(strand, body)
        map_run.redrive()
        map_run.on_update = partial(self.updated, body)
        event = strand.run.record("MapRunRedriven", strand.last, strand, map_run, len(map_run.redriven))
        map_run.started = strand.last = event
        map_run.failed = sum(map_run.counts[run.index] for run in map_run.not_redrivable())
        body.running = 0
        return self.take_up_children

    def take_up_children(self, strand: Strand) -> None:
        """A child that cannot be redriven has failed for good, and counts as such [documented]."""
        body = body_of(strand)
        if body.map_run.failed > body.tolerated:
            self.give_up(body, StateError(EXCEEDED, THRESHOLD_EXCEEDED, catchable=True, located=False))
        else:
            self.start_children(body)

    def begins_anew(self, strand: Strand, body: Body) -> bool:
        """Whether a redrive starts another Map Run.

        It does where this one has started no children, and where it failed for another reason than its children's failures, or
        ResultWriter's [documented].
        """
        assert isinstance(body, DistributedBody)
        if body.inputs is None or not body.map_run.runs or super().begins_anew(strand, body):
            return True
        return body.failed and strand.error is not None and strand.error.error not in (EXCEEDED, WRITER_FAILED)

    def redrive_child(self, body: DistributedBody, child: Run) -> None:
        """A Standard one goes on; an Express one is started again, under its ARN [documented]."""
        from pytest_sfn.engine.redrive import redrive

        if child.machine.express:
            again = self.new_child(body, child.index)
            again.take_name(child)
            body.map_run.runs[child.index] = again
            again.begin(child.input, *measure(child.input), entry=self.entry)
        else:
            self.watch(body, child)
            redrive(child)

    # -- the end ---------------------------------------------------------------------------------------------------------

    def give_up(self, body: DistributedBody, error: StateError) -> None:
        body.over = True
        body.map_run.abort("FAILED")
        if body.writing is not None and body.writing.exports:
            left, body.inputs = body.inputs or (), None
            with suppress(StateError):  # of ItemSelector, perhaps again
                unstarted = list(left)
                body.map_run.unstarted = [value for value, _ in unstarted]
                body.inputs = iter(unstarted)
        body.parent.error = error
        body.parent.run.scheduler.post(body.parent, self.map_run_failed)

    def map_run_failed(self, strand: Strand) -> None:
        """Data could not be read or results not written, ItemSelector failed, or more children did than are tolerated."""
        body, error = body_of(strand), strand.error
        assert error is not None
        body.over = True
        body.map_run.end("FAILED")
        if error.error == EXCEEDED and body.writing is not None and body.writing.exports:
            with suppress(StateError):  # the first error is the one that counts
                body.writing.write(body.map_run)
        failure = (error.error, error.cause)
        strand.last = strand.run.record("MapRunFailed", strand.last, strand, body.map_run, failure)
        raise error

    def joined(self, strand: Strand) -> Step | None:
        """All children are done: their results, in order, are the state's result, or where they were written."""
        body = body_of(strand)
        map_run, writing = body.map_run, body.writing
        if writing is None:
            body.results = [[run.output for run in map_run.succeeded()], body.size, body.depth]
            return self.succeeded
        try:
            result = writing.write(map_run) if writing.exports else writing.result(map_run)
        except StateError as error:
            strand.error = error
            return self.later(strand, writing.delay, self.map_run_failed)
        body.results = [result, *measure(result)]
        return self.later(strand, writing.delay, self.succeeded)

    def succeeded(self, strand: Strand) -> Step:
        body = body_of(strand)
        body.map_run.end("SUCCEEDED")
        run, as_of = strand.run, strand.run.world.as_of
        run_succeeded = run.record("MapRunSucceeded", strand.last, strand, body.map_run)
        succeeded = run.record("MapStateSucceeded", run_succeeded, strand, self)
        last = run_succeeded if as_of is not None and as_of < EXIT_FOLLOWS_START_SINCE else body.map_run.started
        result, size, depth = body.results
        return self.leave_joined(strand, body, succeeded, last, (result, size, depth))


def body_of(strand: Strand) -> DistributedBody:
    """The Map Run that a strand in a distributed Map waits for."""
    assert strand.attempts is not None
    assert isinstance(strand.attempts.body, DistributedBody)
    return strand.attempts.body


def shrink(run: Run) -> None:
    """Leave of a child that is done what the Map Run needs: input, output, status and times."""
    if run.world.observer is not None:
        run.world.observer.forgotten(run)
    run.log = NOTHING
    run.forget_chance()
    run.main.attempts = None
    run.main.scope = NO_VARIABLES
