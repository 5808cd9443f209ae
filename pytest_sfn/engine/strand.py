"""What the loop knows of a line of execution, and of the Parallel or Map attempt around it.

A *strand* is the main line of a run, a branch of a Parallel, or an iteration of a Map. It is data, not a coroutine: it
can be looked at ("waits for token X"), stopped just after entering a state, and dropped without running `finally`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.context import context_object
from pytest_sfn.expressions.values import UNDEFINED

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pytest_sfn.engine.bodies import BodyRule
    from pytest_sfn.engine.distributed.map_run import MapRun
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.engine.run import Run
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.states import Rule
    from pytest_sfn.errors import StateError

__all__ = ["NO_VARIABLES", "Body", "Strand", "Visit"]

NO_VARIABLES: Mapping[str, Any] = {}


class Strand:
    """One line of execution.

    Attributes:
        body: the Parallel or Map attempt this is a child of; None for the main line.
        index: which branch or item of `body`.
        value: the JSON value that flows; shared, never changed.
        size: an upper bound of its JSON text's UTF-8 bytes; exact after a limit was checked.
        depth: an upper bound of its nesting.
        last: id of this strand's latest event, the next one's `previousEventId`.
        before: what `last` was when the present state was entered.
        entered: id of the present state's Entered event, as causes quote it.
        state: the present state; before the first is entered, the one it will be, or the Map or Parallel around it.
        visit: what only Task, Parallel and Map keep between attempts; None in other states.
        wake: counts the waits that ended; see scheduler.py.
        scope: the variables, name to value; a new mapping per Assign, so that children see their parent's and not each other's.
    """

    __slots__ = (
        "before",
        "body",
        "depth",
        "entered",
        "entered_at",
        "error",
        "index",
        "item",
        "last",
        "run",
        "scope",
        "size",
        "state",
        "step",
        "value",
        "visit",
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
        self.visit: Visit | None = None
        self.error: StateError | None = None
        self.item: Any = UNDEFINED
        self.step: Step | None = None
        self.wake = 0
        self.scope: Mapping[str, Any] = NO_VARIABLES if body is None else body.parent.scope

    # what an expression may ask (expressions.env.Env)

    def context_object(self) -> dict[str, Any]:
        return context_object(self)

    def variable(self, name: str) -> Any:
        return self.scope.get(name, UNDEFINED)

    def variables(self) -> Mapping[str, Any]:
        return self.scope

    def random(self, purpose: str) -> random.Random:
        return self.run.draw(self, purpose)

    def now(self) -> datetime:
        return self.run.datetime_at(self.run.scheduler.now)

    # what the loop asks (scheduler.Target)

    def failed(self, error: StateError) -> Step | None:
        return self.run.state_failed(self, error)

    def broke(self, error: BaseException) -> BaseException:
        return self.run.break_off(error, self)

    def endless(self) -> Exception | None:
        return self.run.endless_loop(self)

    def items(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around this strand, outermost first."""
        found = []
        strand: Strand = self
        while strand.body is not None:
            if strand.body.state.model.type == "Map":
                found.append(strand.index)
            strand = strand.body.parent
        return (*self.run.items_above, *reversed(found))


class Visit:
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
        live: the children that have started and not ended, by index.
        results: the children's outputs, in order; what is still missing is None.
        bounds: size and depth bounds of those outputs.
        waiting: how many children have yet to end, those that have yet to start included.
        over: the attempt has failed or was cancelled; what its children still bring is dropped.
        items, item_bounds, data, next, failures, tolerated: for a Map, the array, bounds of any of its items, the
            effective input for ItemSelector, the index that starts next, and failed iterations so far against how many
            are tolerated.
        map_run: for a distributed Map, its child executions.
    """

    __slots__ = (
        "bounds", "data", "failures", "item_bounds", "items", "live", "map_run", "next", "over", "parent", "results", "state",
        "tolerated", "waiting",
    )  # fmt: skip

    def __init__(self, parent: Strand, state: BodyRule, children: int) -> None:
        self.parent = parent
        self.state = state
        self.live: dict[int, Strand] = {}
        self.results: list[Any] = [None] * children
        self.bounds: list[tuple[int, int]] = []
        self.waiting = children
        self.over = False
        self.items: list[Any] = []
        self.item_bounds: Sequence[int] = (0, 0)
        self.data: Any = None
        self.next = 0
        self.failures = 0
        self.tolerated = 0
        self.map_run: MapRun | None = None
