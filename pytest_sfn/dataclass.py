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


_MADE = ("__dataclass_fields__", "__dataclass_params__", "__match_args__", "__repr__", "__eq__", "__hash__")
_OF_OBJECT = {"__dict__", "__weakref__"}
_Fields = dict[str, tuple[str, object]]
"""Type and default by name; a default is a `Field` where the class calls `field`, or MISSING."""


def _slotted(original: type, options: dict[str, bool]) -> type:
    """A copy of the class with slots, as slots cannot be added to a class."""
    names = [name for name, kind in original.__annotations__.items() if not kind.startswith("ClassVar")]
    written = vars(original)
    own = {name: value for name, value in written.items() if name not in _OF_OBJECT and name not in names}
    fields: _Fields = {}
    for base in reversed(original.__bases__):
        fields |= getattr(base, "__fields__", {})
    fields |= {name: (original.__annotations__[name], written.get(name, dataclasses.MISSING)) for name in names}
    made: type = type(original)(original.__name__, original.__bases__, {**own, "__slots__": tuple(names), "__fields__": fields})
    made.__qualname__ = original.__qualname__
    methods = _Methods(made, original, options)
    made.__init__ = _Method("__init__", methods.initializer)  # type: ignore[misc]
    for name in _MADE:
        if name not in own:
            setattr(made, name, _Method(name, methods.others))
    if options["frozen"]:
        for name, method in (("__setattr__", _set), ("__delattr__", _delete), ("__setstate__", _restore)):
            setattr(made, name, method)
    return made


class _Methods:
    """Makes the methods of one class."""

    __slots__ = ("made", "options", "original")

    def __init__(self, made: type, original: type, options: dict[str, bool]) -> None:
        self.made, self.original, self.options = made, original, options

    def initializer(self) -> None:
        """Make `__init__` alone, which is all that most classes ever need: that takes a fifth of the time of all methods.

        A slot's own setter passes by the `__setattr__` that refuses, and is quicker than `object.__setattr__`.
        """
        made, frozen = self.made, self.options["frozen"]
        fields: _Fields = made.__fields__  # type: ignore[attr-defined]
        scope: dict[str, Any] = {"MISSING": dataclasses.MISSING}
        head, body = ["self", *(["*"] if self.options.get("kw_only") else ())], []
        for name, (_, default) in fields.items():
            value = name
            if isinstance(default, dataclasses.Field):
                scope[f"make_{name}"] = default.default_factory
                head.append(f"{name}=MISSING")
                value = f"make_{name}() if {name} is MISSING else {name}"
            elif default is dataclasses.MISSING:
                head.append(name)
            else:
                scope[f"default_{name}"] = default
                head.append(f"{name}=default_{name}")
            scope[f"set_{name}"] = getattr(made, name).__set__
            body.append(f"set_{name}(self, {value})" if frozen else f"self.{name} = {value}")
        if hasattr(made, "__post_init__"):
            body.append("self.__post_init__()")
        exec(f"def __init__({', '.join(head)}):\n " + "\n ".join(body or ["pass"]), scope)  # noqa: S102 - as dataclasses does
        method = scope["__init__"]
        method.__qualname__ = f"{made.__qualname__}.__init__"
        method.__annotations__ = {**{name: kind for name, (kind, _) in fields.items()}, "return": None}
        made.__init__ = method  # type: ignore[misc]

    def others(self) -> None:
        original = self.original
        original.__doc__ = original.__doc__ or original.__name__  # or dataclasses writes one, slowly
        dataclasses.dataclass(**self.options)(original)
        for name in _MADE:
            if type(vars(self.made).get(name)) is _Method:
                setattr(self.made, name, getattr(original, name))


class _Method:
    """Stands for a method until it is used."""

    __slots__ = ("make", "name")

    def __init__(self, name: str, make: Callable[[], None]) -> None:
        self.name, self.make = name, make

    def __get__(self, instance: object, owner: type) -> Any:
        self.make()
        return getattr(owner if instance is None else instance, self.name)


def _set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: object, state: tuple[None, dict[str, object]]) -> None:
    for name, value in state[1].items():
        object.__setattr__(self, name, value)
