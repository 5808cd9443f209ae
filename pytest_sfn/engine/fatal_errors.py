"""The errors with which a run breaks off: a bug of ours, a loop that takes no virtual time, an execution that never ends.

None of them is an ASL error; a Catcher never sees them. `loop_hints` is for the error that AWS has for such an execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.log import latest_kinds, names_entered
from pytest_sfn.errors import ExecutionError, Hint, InternalError
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from pytest_sfn.errors import Location

__all__ = ["endless_loop", "internal_error", "loop_hints", "runaway", "stack_full"]

ROUNDS_WITHOUT_TIME: Final = 1000
"""A strand that entered one state more often than that, in an instant that took a million steps, is in a loop."""
ROUNDS_OF_A_LOOP: Final = 100
"""What enters one state more often than that until its history is full is in a loop."""
AT_25000: Final = "; or keep quotas='aws', and the execution ends at 25,000 events as on AWS"


def internal_error(place: Location | str, state: str, log: list[Any], error: Exception) -> InternalError:
    """The error for an exception that only a bug of ours can have raised."""
    bug = InternalError(
        f"{place}: state {state!r}: {type(error).__name__}: {error}\n"
        f"  This is a bug in pytest-sfn, not in your workflow. Please report it with the definition and this text.\n"
        f"  last events  {', '.join(latest_kinds(log, 5))}"
    )
    bug.__cause__ = error
    return bug


def stack_full(place: Location | str, state: str, nested: int, error: RecursionError) -> ExecutionError:
    """The error for stubs or handlers that start executions while they run, until Python's stack is full."""
    found = ExecutionError(
        f"{place}: state {state!r}: {error}\n"
        f"  {nested - 1} executions were running, each started while a stub or handler of the one before runs\n"
        f"  fix  let the stub answer without starting an execution, or let the chain of them end sooner\n"
        f"  see  {see('running#executions-that-start-themselves')}"
    )
    found.__cause__ = error
    return found


def endless_loop(place: Location | str, log: list[Any], strand: object, now: int, *, limited: bool) -> Exception | None:
    """The error for a strand that goes round without virtual time moving; None if it is only one of very many.

    Args:
        limited: whether AWS ends such an execution by the number of its events.
    """
    names: dict[str, int] = {}
    for name in names_entered(log, strand, since=now):
        names[name] = names.get(name, 0) + 1
    names = {name: times for name, times in names.items() if times > ROUNDS_WITHOUT_TIME}
    if not names:
        return None
    return ExecutionError(
        f"{place}: a million steps passed without virtual time moving; the loop is {_cycle(names)}\n"
        f"  fix  give the loop a way out or a Wait{AT_25000 if limited else ''}"
    )


def runaway(place: Location | str, log: list[Any], strand: object, state: str, count: int, passed: timedelta) -> Exception:
    """The error for an execution that never ends, after `count` events."""
    names = dict.fromkeys(names_entered(log, strand, records=1000))
    return ExecutionError(
        f"{place}: {count:,} events in {passed} of virtual time, and no end; the loop is {_cycle(names) or state}\n"
        f"  fix  give the loop a way out, or start() the execution and advance() it; an execution that needs more events "
        f"gets them with quotas=Quotas(history=...)"
    )


def loop_hints(log: list[Any], strands: Iterable[object]) -> list[Hint]:
    """The hint that names the loop of an execution that AWS ends by the number of its events; empty if it is in none.

    Args:
        strands: the one that met the limit, and those around it: the loop may be around a Map.
    """
    for strand in strands:
        names = list(names_entered(log, strand))
        times = names.count(names[0]) if names else 0
        if times > ROUNDS_OF_A_LOOP:
            cycle = names[: names.index(names[0], 1) + 1]
            return [Hint(f"the execution goes round, {times - 1:,} times: {_cycle(cycle)}; give the loop a way out")]
    return []


def _cycle(names: Iterable[str]) -> str:
    """The states of a loop in the order entered, from their names in the order looked back at."""
    return " -> ".join(reversed(list(names)))
