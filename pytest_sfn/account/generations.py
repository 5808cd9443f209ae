"""Executions that start executions of machines that they come from themselves: how many, and what the test is told.

Workflows do so on purpose: one that would take too long goes on as a new execution, one that divides its work starts itself
for each part. A chain without a way out goes on for ever, and AWS has no limit that would end it. So these executions are
counted: in one instant of virtual time, in a chain in which each waits for the next, and all together. An execution of a
machine that does not occur above it is never counted, however many there are: such chains end by themselves.

A chain goes through tasks (`startExecution` in all patterns) and through the user's code, which calls `Machine.run` or boto3
while a task waits for its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_sfn.asl.model import TaskState
from pytest_sfn.errors import ExecutionError
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from pytest_sfn.account.machine import Machine
    from pytest_sfn.asl.model import State
    from pytest_sfn.engine.run import Program, Run, Strand

__all__ = ["Generations"]

IN_AN_INSTANT: Final = 10_000
TOGETHER: Final = 20_000
WAITING: Final = 1_000
IN_STUBS: Final = 10
"""Calls of the user's code, one inside the other; Python's own limit is not much higher, since boto3 calls deep."""


class _Link(NamedTuple):
    """How an execution was started by another.

    Attributes:
        above: the execution that started it.
        program, state: the state that did.
        machines: those of the execution and of all above it.
        waiting: how many executions above it each wait for the next.
    """

    above: Run
    program: Program
    state: State
    machines: frozenset[Machine]
    waiting: int


class Generations:
    """The executions of one account that others have started.

    Args:
        machine_of: the machine whose definition a run belongs to.
    """

    def __init__(self, machine_of: Callable[[Run], Machine]) -> None:
        self._machine_of = machine_of
        self._links: dict[Run, _Link] = {}
        self._now = 0
        self._in_instant = 0
        self._together = 0
        self._ended = False

    def recover(self) -> None:
        """Go on after the error of `add`, if there was one: nothing that belongs to a chain runs any more."""
        if self._ended:
            for run in self._links:
                if run.live:
                    run.abort()
            self._links.clear()
            self._in_instant = self._together = 0
            self._ended = False

    def forget(self, kept: AbstractSet[Run]) -> None:
        """Forget all other executions, which have ended."""
        self._links = {run: link for run, link in self._links.items() if run in kept}

    def add(self, run: Run, machine: Machine, caller: Strand) -> None:
        """Note that `caller` has started `run`.

        Raises:
            ExecutionError: there are too many of a chain that comes back to its machine.
        """
        above = caller.run.whole
        link = self._links.get(above)
        machines = link.machines if link is not None else frozenset({self._machine_of(above)})
        waiting = link.waiting + 1 if link is not None and _waits(caller) else 1
        again = machine in machines
        state = caller.state.model
        self._links[run] = _Link(above, caller.run.program, state, machines if again else machines | {machine}, waiting)
        if again and (problem := self._problem(run, waiting)) is not None:
            self._ended = True
            raise self._endless(run, machine, problem)

    def _problem(self, run: Run, waiting: int) -> str | None:
        scheduler = run.scheduler
        if scheduler.now != self._now:
            self._now, self._in_instant = scheduler.now, 0
        self._in_instant += 1
        self._together += 1
        if scheduler.nested > IN_STUBS:
            return f"{scheduler.nested - 1} deep, each while a stub or handler of the one before runs"
        if waiting > WAITING:
            return f"{waiting - 1:,} in a row, each waiting for the next"
        if self._in_instant > IN_AN_INSTANT:
            return f"{self._in_instant - 1:,} within one instant of virtual time"
        if self._together > TOGETHER:
            return f"{self._together - 1:,} in this account"
        return None

    def _endless(self, run: Run, machine: Machine, problem: str) -> ExecutionError:
        first = link = self._links[run]
        above = self._machine_of(link.above)
        by = above.name
        chain = [f"{by} ({_shown(link)})", machine.name]
        while above is not machine and link.above in self._links:
            link = self._links[link.above]
            above = self._machine_of(link.above)
            chain.insert(0, f"{above.name} ({_shown(link)})")
        if isinstance(first.state, TaskState):
            task = f"a mock for that task: sfn_mock.state({first.state.name!r}).returns(...)"
            fix = f"a Choice before the task that starts the next execution, or {task}"
        else:
            fix = "the rule of EventBridge that starts the next execution has to match less"
        return ExecutionError(
            f"{first.program.locate(first.state.pointer) or f'machine {by!r}'}: state {first.state.name!r}: executions start "
            f"one another, {problem}\n"
            f"  chain  {' -> '.join(chain)}\n"
            f"  fix    give the chain a way out: {fix}\n"
            f"  see    {see('running#executions-that-start-themselves')}"
        )


def _shown(link: _Link) -> str:
    at = link.program.locate(link.state.pointer)
    return f"state {link.state.name!r}, {at}" if at else f"state {link.state.name!r}"


def _waits(caller: Strand) -> bool:
    """Whether the task that starts an execution goes on only when that has ended."""
    state = caller.state.model
    if not isinstance(state, TaskState):  # code that answers for S3 has started it
        return False
    return state.resource.pattern != "REQUEST_RESPONSE" or state.resource.action == "startSyncExecution"
