"""The flat log of a run, as the engine itself looks back at it while it runs.

A record is `RECORD` slots of one flat list, since objects of their own would cost the writer more than all the rest:

    kind, previous, now, strand, a, b

`kind` is an AWS event type, or a lower-case word for a record of ours that takes no event id; `previous` is the event id
that the event points back at, `now` the virtual time. What `a` and `b` hold is said for each kind in record.py, which
gives readers typed records. Nothing outside `engine` and `trace` touches a slot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RECORD", "latest_kinds", "names_entered", "slots_of"]

RECORD: Final = 6


def slots_of(log: list[Any]) -> Iterator[tuple[Any, Any, Any, Any, Any, Any]]:
    """The six slots of each record, oldest first."""
    slots = iter(log)
    return zip(slots, slots, slots, slots, slots, slots, strict=True)


def latest_kinds(log: list[Any], count: int) -> list[str]:
    """Kinds of the last `count` records, oldest first."""
    return log[-count * RECORD :: RECORD]


def names_entered(log: list[Any], strand: object, *, since: int = -1, records: int | None = None) -> Iterator[str]:
    """Names of the states that a strand entered, latest first.

    Args:
        since: a virtual time; states entered before it are left out.
        records: how many records are looked at; all when None.
    """
    first = 0 if records is None else max(len(log) - records * RECORD, 0)
    for at in range(len(log) - RECORD, first - 1, -RECORD):
        if log[at + 2] < since:
            return
        if log[at + 3] is strand and log[at].endswith("StateEntered"):
            yield log[at + 4].name
