"""One resource that a template wants, whatever the format of the template; and why one cannot be made.

Types and properties are those of CloudFormation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.asl.pointer import child
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import printable
from pytest_sfn.expressions.values import dumps
from pytest_sfn.loaders.intrinsics import NO_VALUE, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_sfn.errors import Location
    from pytest_sfn.loaders.document import Document
    from pytest_sfn.loaders.intrinsics import Resolver

__all__ = ["Known", "Lack", "LackError", "Properties", "Unresolved", "Wanted", "as_object", "as_objects", "shortened"]


@dataclass(frozen=True, slots=True)
class Lack:
    """What cannot be made, and why.

    Attributes:
        location: the place of the property that is the reason, else of the resource.
        logical_id, type: of the resource.
        why: the reason.
        fix: what to do.
        name: the name whose value is not known, if that is the reason.
    """

    location: Location | None
    logical_id: str
    type: str
    why: str
    fix: str = ""
    name: str = ""

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location is not None else ""
        fix = f"\n  fix  {self.fix}" if self.fix else ""
        whose = f"{self.logical_id} ({self.type}): " if self.type else f"{self.logical_id}: " if self.logical_id else ""
        return f"{place}{printable(f'{whose}{self.why}{fix}', keep=_LINES)}"


_LINES: Final = "\n"
_WORD: Final = re.compile(r"\w+")
_WIDEST: Final = 60


class LackError(Exception):
    """A resource cannot be made.

    Attributes:
        property: the one that is the reason, if one is.
        name: the name whose value is not known, if that is the reason.
    """

    def __init__(self, why: str, fix: str = "", property: str = "", name: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix
        self.property = property
        self.name = name


def as_object(value: Any, property: str) -> dict[str, Any]:
    """A value that is an object, {} for none. Raises `LackError` for anything else."""
    if value is None or isinstance(value, dict):
        return value or {}
    raise LackError(f"{property} is an object, and here it is {shortened(value)}", "see CloudFormation's reference", property)


def as_objects(value: Any, property: str) -> list[dict[str, Any]]:
    """A value that is a list of objects, [] for none. Raises `LackError` for anything else."""
    if value is None:
        return []
    if isinstance(value, list):
        return [as_object(each, f"what is in {property}") for each in value]
    raise LackError(f"{property} is a list, and here it is {shortened(value)}", "see CloudFormation's reference", property)


def shortened(value: Any) -> str:
    """A value in a message."""
    text = dumps(value)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."


class Properties(Protocol):
    """The properties of one resource."""

    def find(self, name: str) -> Any:
        """The value, with all functions resolved; None if there is none.

        Raises:
            LackError: a part of it is not known here.
        """

    @property
    def names(self) -> Iterable[str]:
        """Those that there are."""

    def items(self, name: str) -> list[Properties]:
        """Those of each object in a property that is a list."""

    def location(self, name: str) -> Location | None:
        """The place of a property; "" for the resource itself."""


class Unresolved:
    """Properties with functions of CloudFormation's. Each is resolved once, since a template may be deployed many times.

    Args:
        values: by name, as the template has them.
        document: the file that they are in.
        at: the JSON Pointer of the resource.
        resolver: a fresh one for this resource.
        note: is called when the resolver has resolved something.
    """

    def __init__(
        self, values: Mapping[str, Any], document: Document, at: str, resolver: Resolver, note: Callable[[Resolver], None]
    ) -> None:
        self._values = values
        self._document = document
        self._at = at
        self._resolver = resolver
        self._note = note
        self._found: dict[str, Any] = {}

    @property
    def names(self) -> Iterable[str]:
        return self._values

    def find(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = self._resolved(name)
        found = self._found[name]
        if isinstance(found, LackError):
            raise LackError(found.why, found.fix, found.property, found.name)  # one that is raised keeps what called it
        return found

    def _resolved(self, name: str) -> Any:
        value = self._values.get(name)
        if value is None:
            return None
        self._resolver.unresolved.clear()
        found = self._resolver.resolve(value, child(child(self._at, "Properties"), name))
        self._note(self._resolver)
        for unknown, why in self._resolver.unresolved.items():
            misused = unknown.startswith("Fn-")
            key = (why.key if isinstance(why, Reason) else "") or unknown
            way = "correct it" if misused else f"pass its value: parameters={{{key!r}: ...}}"
            return LackError(f"{name}: {why}", way, name, "" if misused else key)
        return None if found is NO_VALUE else found

    def items(self, name: str) -> list[Properties]:
        at = child(child(self._at, "Properties"), name)
        value, document, at = self._resolver.root(self._values.get(name), self._document, at)
        return [
            Unresolved(each, document, child(at, index), self._resolver, self._note)
            for index, each in enumerate(value if isinstance(value, list) else ())
            if isinstance(each, dict)
        ]

    def location(self, name: str) -> Location | None:
        at = child(child(self._at, "Properties"), name) if name in self._values else self._at
        return self._document.location(at)


class Known:
    """Properties that Terraform has evaluated; `${name}` in them is what is not known.

    Args:
        values: by name.
        location: the place of the resource.
        unknown: why names have no value.
    """

    def __init__(self, values: Mapping[str, Any], location: Location | None, unknown: Mapping[str, str]) -> None:
        self._values = values
        self._location = location
        self._unknown = unknown

    @property
    def names(self) -> Iterable[str]:
        return self._values

    def find(self, name: str) -> Any:
        found = self._values.get(name)
        for unknown in _unknown_in(found):
            if unknown in self._unknown:
                why = self._unknown[unknown]
                variable = _VARIABLE.search(f"{unknown} {why}")  # a condition depends on one
                key = variable[1] if variable is not None else unknown
                way = f"pass its value, parameters={{{key!r}: ...}}, or deploy Terraform's plan: terraform show -json"
                raise LackError(f"{name}: ${{{unknown}}}: {why}", way, name, unknown)
        return found

    def items(self, name: str) -> list[Properties]:
        found = self._values.get(name)
        return [
            Known(each, self._location, self._unknown)
            for each in (found if isinstance(found, list) else ())
            if isinstance(each, dict)
        ]

    def location(self, name: str) -> Location | None:
        return self._location


def _unknown_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _UNKNOWN.findall(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _unknown_in(each)


_VARIABLE: Final = re.compile(r"\bvar\.(\w+)")
_UNKNOWN: Final = re.compile(r"\$\{([^{}]+)\}")


class Wanted:
    """One resource that a template wants.

    Attributes:
        logical_id: as the template names it.
        type: as CloudFormation has it, such as `AWS::DynamoDB::Table`.
        name: its physical name.
        ref: what `Ref` gives.
        attribute: what `Fn::GetAtt` gives, None if that is not known here.
        needs: the logical ids of what it refers to.
        uses: those that whatever runs may ask for: of a function, what its variables name; of a machine, its definition.
        said: the type as the template has it.
        is_part: whether the template has it as a part of another resource, as the events of a function.
    """

    def __init__(
        self,
        logical_id: str,
        type: str,
        properties: Properties,
        *,
        name: str,
        ref: str,
        attribute: Callable[[str], str | None],
        needs: set[str],
        uses: set[str] | None = None,
        said: str = "",
    ) -> None:
        self.logical_id = logical_id
        self.type = type
        self.name = name
        self.ref = ref
        self.attribute = attribute
        self.needs = needs
        self.uses = needs if uses is None else uses
        self.said = said or type
        self.is_part = False
        self._properties = properties

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a property. Raises `LackError` if it is not known here."""
        found = self._properties.find(name)
        return default if found is None else found

    @property
    def names(self) -> Iterable[str]:
        """Of its properties."""
        return self._properties.names

    def items(self, name: str) -> list[Wanted]:
        """The objects of a property that is a list, each with the names of this resource."""
        return [
            Wanted(
                self.logical_id,
                self.type,
                each,
                name=self.name,
                ref=self.ref,
                attribute=self.attribute,
                needs=set(),
                said=self.said,
            )
            for each in self._properties.items(name)
        ]

    def object(self, name: str) -> dict[str, Any]:
        """The value of a property that is an object, {} if it is not there. Raises `LackError` if it is none."""
        return as_object(self.get(name), name)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """The value of a property that is a list of objects, [] if it is not there. Raises `LackError` if it is none."""
        return as_objects(self.get(name), name)

    def need(self, name: str) -> Any:
        """The value of a property that must be there."""
        found = self._properties.find(name)
        if found is None:
            raise LackError(f"it has no {name}, which {self.said} needs", f"add {name}")
        return found

    def pick(self, *names: str) -> dict[str, Any]:
        """Those of the properties that are there."""
        return {name: found for name in names if (found := self.get(name)) is not None}

    def says(self, name: str) -> bool:
        """Whether a property is true; templates write texts too."""
        return self.get(name) in (True, "true", "True")

    def location(self, property: str = "") -> Location | None:
        return self._properties.location(property)

    def lack(self, error: LackError) -> Lack:
        """Why it cannot be made; the place is that of the property that the reason names, if it names one."""
        said = {word.lower() for word in _WORD.findall(error.why)}
        named = error.property or max((name for name in self._properties.names if name.lower() in said), key=len, default="")
        return Lack(self.location(named), self.logical_id, self.said, error.why, error.fix, error.name)
