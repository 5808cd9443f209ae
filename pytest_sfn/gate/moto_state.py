"""The state of moto, kept and put back: tables with their items, buckets with their objects, queues with their messages.

moto has one backend object for each service, account and region. The backends stay the same objects, since others refer to
them; what they hold is copied when it is kept, and again each time it is put back.
"""

from __future__ import annotations

import copy
import copyreg
import sys
import threading
from collections import defaultdict
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.moto_gaps import keep_numbers
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["empty", "keep"]

_SHARED: Final = (type(threading.Lock()), type(threading.RLock()), ModuleType)
"""Classes whose instances a copy shares: nobody holds such a lock, as moto is asked for one thing at a time."""


def keep() -> Callable[[], None]:
    """Keep the present state; gives what puts it back, any number of times.

    Raises:
        PytestSfnError: the state of a service cannot be copied.
    """
    if "moto.core.base_backend" not in sys.modules:
        return lambda: None
    put_numbers_back = keep_numbers()
    memo: dict[int, Any] = {}
    kept = _copied(((holder, vars(holder)) for holder in _holders()), memo)
    _hide(list(memo.values()))

    def put_back() -> None:
        empty()  # of what was made since then; S3 closes the files of its objects
        for holder, state in _copied(kept, {}):
            vars(holder).clear()
            vars(holder).update(state)
        put_numbers_back()

    return put_back


def empty() -> None:
    """Empty the backends, which stay the same objects."""
    from moto.core.base_backend import BaseBackend

    for holder in list(_holders()):
        if isinstance(holder, BaseBackend):
            holder.reset()


def _holders() -> Iterator[Any]:
    """All objects that hold state: the backends in use, and the dicts of each service's, which may have a registry."""
    from moto.core.base_backend import BackendDict

    backends: list[Any] = BackendDict._instances  # type: ignore[misc]
    for by_account in backends:
        yield by_account
        for by_region in dict.values(by_account):
            yield from dict.values(by_region)


def _copied(states: Iterable[tuple[Any, dict[str, Any]]], memo: dict[int, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Copies of the states, each with the object that holds it; `memo` then has every object that was made."""
    from moto.core.base_backend import AccountSpecificBackend, BackendDict

    states = list(states)
    memo |= {id(holder): holder for holder, _ in states}
    shared = (*_SHARED, AccountSpecificBackend, *_classes(BackendDict))
    how: dict[Any, Any] = {kind: lambda _: "" for kind in shared}  # copy takes a text for the name of something global
    how |= dict.fromkeys(_classes(defaultdict), _as_pieces)
    found = []
    with patch.dict(copyreg.dispatch_table, how):
        for holder, state in states:
            try:
                found.append((holder, copy.deepcopy(state, memo)))
            except Exception as error:
                raise PytestSfnError(
                    f"moto's {type(holder).__name__} cannot be copied, so its state cannot be put back: "
                    f"{type(error).__name__}: {error}\n"
                    f"  fix  use the marker sfn_faults, which runs the whole test once for each fault\n  see  {see('faults')}"
                ) from error
    return found


def _hide(copies: Iterable[Any]) -> None:
    """Keep moto from the copies: it closes the files of all of S3's objects when it begins anew, and warns of open ones."""
    made = {id(each): each for each in copies}
    for tracked in [
        kind.instances_tracked for kind in {type(each) for each in made.values()} if hasattr(kind, "instances_tracked")
    ]:
        tracked[:] = [each for each in tracked if id(each) not in made]
    for each in made.values():
        if getattr(each, "__dict__", {}).get("disposed") is False:
            each.disposed = True


def _classes(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    below: list[type[Any]] = kind.__subclasses__()
    for each in below:
        yield from _classes(each)


def _as_pieces(original: Any) -> Any:
    """How to copy a defaultdict: by itself, `copy` calls the class with the factory, and moto's classes take something else."""
    return (
        _empty,
        (type(original), original.default_factory),
        vars(original) if hasattr(original, "__dict__") else None,
        None,
        iter(original.items()),
    )


def _empty(kind: type[defaultdict[Any, Any]], factory: Any) -> defaultdict[Any, Any]:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made
