"""`dataclass` of the standard library, with slots and with methods that are made when they are first used.

To make them takes half a millisecond a class, and the first `SfnMock()` of a process loads 75 classes, of which a test uses a
few. Here a class costs its slots; whoever first constructs, compares, prints or inspects an instance pays the rest.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:

    def dataclass(*, slots: bool, frozen: bool = False, **options: bool) -> Callable[[type], type]:
        """As the standard library's; a class that wants no slots gains nothing here."""

        def decorate(original: type) -> type:
            return _slotted(original, {"frozen": frozen, **options})

        assert slots
        return decorate


_MADE = ("__dataclass_fields__", "__dataclass_params__", "__match_args__", "__init__", "__repr__", "__eq__", "__hash__")
_OF_OBJECT = {"__dict__", "__weakref__"}


def _slotted(original: type, options: dict[str, bool]) -> type:
    """A copy of the class with slots, as slots cannot be added to a class."""
    names = [name for name, kind in original.__annotations__.items() if not kind.startswith("ClassVar")]
    own = {name: value for name, value in vars(original).items() if name not in _OF_OBJECT and name not in names}
    made: type = type(original)(original.__name__, original.__bases__, {**own, "__slots__": tuple(names)})
    made.__qualname__ = original.__qualname__
    methods = _Methods(made, original, options)
    for name in _MADE:
        if name not in own:
            setattr(made, name, _Method(name, methods))
    if options["frozen"]:
        for name, method in (("__setattr__", _set), ("__delattr__", _delete), ("__setstate__", _restore)):
            setattr(made, name, method)
    return made


class _Methods:
    """Makes the methods of one class, all at once."""

    __slots__ = ("made", "options", "original")

    def __init__(self, made: type, original: type, options: dict[str, bool]) -> None:
        self.made, self.original, self.options = made, original, options

    def make(self) -> None:
        original = self.original
        original.__doc__ = original.__doc__ or original.__name__  # or dataclasses writes one, slowly
        dataclasses.dataclass(**self.options)(original)
        for name in _MADE:
            if type(vars(self.made).get(name)) is _Method:
                setattr(self.made, name, getattr(original, name))


class _Method:
    """Stands for a method until it is used."""

    __slots__ = ("methods", "name")

    def __init__(self, name: str, methods: _Methods) -> None:
        self.name, self.methods = name, methods

    def __get__(self, instance: object, owner: type) -> Any:
        self.methods.make()
        return getattr(owner if instance is None else instance, self.name)


def _set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: object, state: tuple[None, dict[str, object]]) -> None:
    for name, value in state[1].items():
        object.__setattr__(self, name, value)
