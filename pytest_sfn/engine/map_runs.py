"""Distributed Map: every item, or batch of items, is an execution of its own.

The parent's history knows only the Map Run; each child execution has its own log, clock time and quota. A child that
succeeded and is done shrinks to its output, so that a Map Run of a million items stays small.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import sys
import uuid
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataflow.values import measure
from pytest_sfn.engine.bodies import MapRule
from pytest_sfn.engine.quotas import EXPRESS, STANDARD
from pytest_sfn.engine.run import MachineIdentity, Run
from pytest_sfn.engine.strand import Body, Strand
from pytest_sfn.errors import StateError, UnsupportedError

if TYPE_CHECKING:
    from pytest_sfn.asl.model import ItemBatcher
    from pytest_sfn.engine.stages import Sized

__all__ = ["DISTRIBUTED_CONCURRENCY", "KEPT_RUNS", "DistributedMapRule", "MapRun"]

DISTRIBUTED_CONCURRENCY: Final = 10_000
"""How many child executions run at once when MaxConcurrency is 0 or absent [doc]."""
KEPT_RUNS: Final = 500
"""How many child executions that succeeded keep their history; those that failed all do."""
EXIT_FOLLOWS_START_SINCE: Final = date(2024, 7, 1)
"""MapStateExited pointed at MapRunSucceeded up to 2024-06 and points at MapRunStarted since 2024-11 [both recorded]."""
THRESHOLD_EXCEEDED: Final = "The specified tolerated failure threshold was exceeded"


class MapRun:
    """One attempt of a distributed Map, as the API calls it.

    Attributes:
        started: id of the MapRunStarted event.
        counts: how many items each child execution is for; more than one where they are batched.
        failed: items whose child executions did not succeed.
        runs: child executions, in the order of their items; None where one has shrunk to its output.
    """

    __slots__ = ("arn", "counts", "failed", "label", "runs", "started")

    def __init__(self, arn: str, label: str, counts: list[int]) -> None:
        self.arn = arn
        self.label = label
        self.started = 0
        self.failed = 0
        self.counts = counts
        self.runs: list[Run | None] = [None] * len(counts)

    def abort(self) -> None:
        """Stop the child executions that still run."""
        for run in self.runs:
            if run is not None and run.live:
                run.abort()


class DistributedMapRule(MapRule):
    """Map with ProcessorConfig.Mode DISTRIBUTED over the state's own data."""

    def again(self, strand: Strand) -> None:
        model = self.model
        if model.item_reader is not None or model.result_writer is not None:
            place = self.program.locate(model.pointer)
            field = "ItemReader" if model.item_reader is not None else "ResultWriter"
            raise UnsupportedError(f"{place or strand.run.machine.name}: state {self.name!r}: {field} is not supported yet")
        run = strand.run
        data = self.stages.input(strand)
        items = self.items(strand, data)[0]
        limit = self.integer(strand, data[0], model.max_concurrency) if model.max_concurrency is not None else 0
        strand.last = run.record("MapStateStarted", strand.last, strand, self, len(items))
        body = Body(strand, self, 0)
        body.data = data
        tolerated = self.tolerated(strand, data, len(items))
        children = self.children(strand, data, items)
        counts = [1] * len(children)
        if model.item_batcher is not None:
            children, counts = self.batches(strand, data, children, model.item_batcher)
        body.items = children
        body.waiting = len(children)
        body.results = [None] * len(children)
        body.tolerated = tolerated
        assert strand.visit is not None
        strand.visit.body = body
        body.map_run = map_run = self.new_map_run(strand, counts)
        map_run.started = strand.last = run.record("MapRunStarted", strand.last, strand, map_run.arn, map_run)
        if not children:
            run.scheduler.post(strand, self.joined)
        for _ in range(min(limit or DISTRIBUTED_CONCURRENCY, len(children))):
            self.start_child(body)

    def new_map_run(self, strand: Strand, counts: list[int]) -> MapRun:
        run = strand.run
        label = self.model.label or str(uuid.UUID(int=run.random("label").getrandbits(128), version=4))
        machine = run.machine
        arn = f"arn:aws:states:{machine.region}:{machine.account_id}:mapRun:{machine.name}/{label}:{run.uuid('map-run')}"
        return MapRun(arn, label, counts)

    def children(self, strand: Strand, data: Sized, items: list[Any]) -> list[Any]:
        """The items as the children get them: each through ItemSelector."""
        selector = self.model.item_selector
        if selector is not None:
            items = [self.selected(strand, data, index, item) for index, item in enumerate(items)]
        return items

    def selected(self, strand: Strand, data: Sized, index: int, item: Any) -> Any:
        probe = Strand(strand.run, Body(strand, self, 0), index, self, item, 0, 0)
        probe.item = item
        assert self.model.item_selector is not None
        return self.stages.template(probe, data, self.model.item_selector)[0]

    def batches(self, strand: Strand, data: Sized, items: list[Any], batcher: ItemBatcher) -> tuple[list[Any], list[int]]:
        """ItemBatcher: inputs of the form `{"BatchInput": ..., "Items": [...]}`, and how many items each holds.

        A batch is full when it has MaxItemsPerBatch items, or when one more would take its JSON text above
        MaxInputBytesPerBatch; an item that is too large alone makes a batch of its own.
        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
        """
        most = sys.maxsize
        if batcher.max_items_per_batch is not None:
            most = self.integer(strand, data[0], batcher.max_items_per_batch, least=1)
        room = strand.run.payload_limit
        if batcher.max_input_bytes_per_batch is not None:
            room = min(room, self.integer(strand, data[0], batcher.max_input_bytes_per_batch, least=1))
        frame: dict[str, Any] = {}
        if batcher.batch_input is not None:
            frame["BatchInput"] = self.stages.template(strand, data, batcher.batch_input)[0]
        empty = measure({**frame, "Items": []})[0]
        batches: list[list[Any]] = []
        used = 0
        for item in items:
            size = measure(item)[0] + 1
            if not batches or len(batches[-1]) >= most or used + size - 1 > room:
                batches.append([])
                used = empty
            batches[-1].append(item)
            used += size
        return [{**frame, "Items": batch} for batch in batches], [len(batch) for batch in batches]

    def start_child(self, body: Body) -> None:
        parent = body.parent
        index = body.next
        body.next = index + 1
        map_run = body.map_run
        assert map_run is not None
        above = parent.run
        express = self.model.execution_type == "EXPRESS"
        quotas = above.quotas
        if quotas in (STANDARD, EXPRESS):  # AWS's own differ by type; those that a test has set hold for all
            quotas = EXPRESS if express else STANDARD
        machine = MachineIdentity(
            f"{above.machine.name}/{map_run.label}",
            region=above.machine.region,
            account_id=above.machine.account_id,
            role_arn=above.machine.role_arn,
            express=express,
        )
        child = Run(above.account, self.program, machine, quotas, None)
        child.parent = parent
        child.items_above = (*parent.items(), index)
        child.on_end = lambda run: self.child_ended(body, index, run)
        map_run.runs[index] = child
        value = body.items[index]
        child.begin(value, *measure(value), entry=self.entry)

    def child_ended(self, body: Body, index: int, child: Run) -> None:
        """A child execution is over: take its output, count its failure, start the next one, or end the Map Run."""
        if body.over:
            return
        parent = body.parent
        map_run = body.map_run
        assert map_run is not None
        body.waiting -= 1
        if child.status == "SUCCEEDED":
            body.results[index] = child.output
            body.bounds.append((child.main.size, child.main.depth))
            if index >= KEPT_RUNS:
                map_run.runs[index] = None
        else:
            map_run.failed += map_run.counts[index]
            if map_run.failed > body.tolerated:
                body.over = True
                map_run.abort()
                parent.run.scheduler.post(parent, self.exceeded)
                return
        if body.next < len(body.items):
            self.start_child(body)
        elif body.waiting == 0:
            parent.run.scheduler.post(parent, self.joined)

    def exceeded(self, strand: Strand) -> None:
        """More children failed than are tolerated."""
        visit = strand.visit
        assert visit is not None
        assert visit.body is not None
        map_run = visit.body.map_run
        assert map_run is not None
        error = "States.ExceedToleratedFailureThreshold"
        strand.last = strand.run.record("MapRunFailed", strand.last, strand, map_run.arn, (error, THRESHOLD_EXCEEDED))
        raise StateError(error, THRESHOLD_EXCEEDED, catchable=True, located=False)

    def record_joined(self, strand: Strand, body: Body) -> int:
        run = strand.run
        map_run = body.map_run
        assert map_run is not None
        body.results = [result for index, result in enumerate(body.results) if not _failed(map_run, index)]
        succeeded = run.record("MapRunSucceeded", strand.last, strand, map_run.arn)
        run.record("MapStateSucceeded", succeeded, strand, self)
        as_of = run.account.as_of
        return succeeded if as_of is not None and as_of < EXIT_FOLLOWS_START_SINCE else map_run.started


def _failed(map_run: MapRun, index: int) -> bool:
    run = map_run.runs[index]
    return run is not None and run.status != "SUCCEEDED"
