"""Whether a JSON value fits a shape of a service's API, as Step Functions spells it.

A shape of botocore becomes a function once, level by level as values reach it, so that a check costs microseconds. What fits
depends on the value's origin: *parameters* come from the definition, and Step Functions is lenient where it makes text of
JSON; an *answer* is checked as AWS's TestState API checks the result of a mock.

A shape need not be botocore's: where an integration has parameters or results of its own, its row in `integrations.json`
has a table of members with JSON types, "!" behind the name of a required one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import Any, Final, Literal, NamedTuple

from pytest_sfn.dataclass import dataclass
from pytest_sfn.expressions.values import is_number
from pytest_sfn.services.convert import member_name

__all__ = ["Check", "Checker", "Misfit"]

Check = Callable[[Any, "list[Misfit]"], None]
"""Appends to a list what does not fit."""

JSON_TYPES: Final = {
    "string": "a string",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
}


@dataclass(slots=True)
class Misfit:
    """One thing about a value that does not fit.

    Attributes:
        kind: "unknown" (no such member), "missing" (a required one), "type", "value" (one that is not allowed), or "path" (a
            parameter's key still ends in `.$` when the template is resolved: AWS holds its value for a path [recorded]).
        name: the member concerned.
        text: TestState's text, after "Field 'X' " (kinds type and value).
        expected: for kind "type" the JSON type; for "value" what is allowed.
        known: for kind "unknown" and "missing" the members that there are.
        refusal: AWS's text, where it is not the one that all misfits of the kind have.
        path: where: names of members and indexes, outermost first; `name` is its last name.
    """

    kind: Literal["unknown", "missing", "type", "value", "path"]
    name: str
    text: str = ""
    expected: str = ""
    known: tuple[str, ...] = ()
    path: list[str | int] = field(default_factory=list)
    refusal: str = ""

    @property
    def where(self) -> str:
        """The path as people write it: `Entries[1].EventId`."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return "".join(parts).removeprefix(".")

    @property
    def whole_text(self) -> str:
        """What is wrong, as TestState says it of an answer."""
        if self.kind == "missing":
            return f"Required field '{self.name}' is missing"
        return f"Field '{self.name}' {self.text}" if self.name else f"it {self.text}"


class Checker:
    """Makes checks of shapes and keeps them.

    Args:
        sdk: whether members are spelled as in an `aws-sdk` integration.
        answer: whether values are answers of the service, else parameters.
        time_as_number: whether an answer may have a time as a number, as optimized integrations really give it
            [recorded]; TestState wants text.
        texts: members (`Entries.Detail`) of which the integration makes text, so that they may be any JSON.
        free: members of an answer that may be any JSON.
        without: members of the shape that the integration does not take.
        bounds: names of shapes with bounds in place of those of the model.
    """

    def __init__(
        self,
        *,
        sdk: bool,
        answer: bool,
        time_as_number: bool = False,
        texts: Iterable[str] = (),
        free: Iterable[str] = (),
        without: Iterable[str] = (),
        bounds: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self.sdk = sdk
        self.answer = answer
        self.time_as_number = time_as_number
        self.any = frozenset((*texts, *free))
        self.without = frozenset(without)
        self.bounds = bounds or {}
        self._anything = _anything if answer else _unresolved
        self._checks: dict[tuple[int, str | None], Check] = {}
        self._shapes: list[Any] = []  # alive, so that their ids stay theirs

    def check_of(self, shape: Any, at: str | None = "") -> Check:
        """The function that appends what does not fit to a list.

        Args:
            shape: botocore's, or a table of member to JSON type, table or shape of botocore for an integration's own.
            at: the path of the value, member names joined with dots; None where no member below has a rule of its own.
        """
        if at is not None:
            if at in self.any:
                return self._anything
            if not any(each.startswith(f"{at}." if at else "") for each in self.any | self.without):
                at = None
        key = id(shape), at
        check = self._checks.get(key)
        if check is None:
            self._shapes.append(shape)
            check = self._checks[key] = self._make(shape, at)
        return check

    def _make(self, shape: Any, at: str | None) -> Check:
        if isinstance(shape, dict):
            required = tuple(name[:-1] for name in shape if name.endswith("!"))
            return self._members({name.rstrip("!"): (name.rstrip("!"), kind) for name, kind in shape.items()}, required, at)
        if isinstance(shape, str):
            return self._anything if shape == "any" else self._scalar(shape, shape, {})
        kind = shape.type_name
        if kind == "structure":
            if shape.is_document_type or shape.metadata.get("eventstream"):
                return self._anything
            return self._structure(shape, at)
        if kind == "list":
            return self._list(shape, at)
        if kind == "map":
            return self._map(shape, at)
        names = {"blob": "string", "timestamp": "string", "character": "string", "boolean": "boolean", "string": "string"}
        traits = {**shape.metadata, **self.bounds.get(shape.name, {})} if self.bounds else shape.metadata
        return self._scalar(names.get(kind, "number"), kind, traits)

    def _structure(self, shape: Any, at: str | None) -> Check:
        members = {member_name(name, sdk=self.sdk): (name, member) for name, member in shape.members.items()}
        if at is not None and self.without:
            members = {name: row for name, row in members.items() if (f"{at}.{name}" if at else name) not in self.without}
        generated = {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
        required = [member_name(name, sdk=self.sdk) for name in shape.required_members if name not in generated]
        return self._members(members, tuple(name for name in required if name in members), at)

    def _members(self, members: Mapping[str, tuple[str, Any]], required: tuple[str, ...], at: str | None) -> Check:
        checks: dict[str, Check] = {}
        known = tuple(members)
        # An optimized integration takes the API's own small first letter too: `attempts` in batch:submitJob [documented,
        # https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html].
        exact = self.answer or self.sdk
        as_api = {row[0]: row for row in members.values()}
        lenient = not exact and bool(at is None or at)  # DynamoDB accepts a text in place of an attribute value [reported]
        below = f"{at}." if at else ""

        def check(value: Any, found: list[Misfit]) -> None:
            if not isinstance(value, dict):
                if lenient and isinstance(value, str):
                    return
                found.append(Misfit("type", "", f"must be {JSON_TYPES['object']}", "object"))
                return
            for name, item in value.items():
                test = checks.get(name)
                if test is None:
                    row = members.get(name) or (None if exact else as_api.get(name))
                    if row is None:
                        of_path = name.endswith(".$") and not self.answer
                        found.append(Misfit("path" if of_path else "unknown", name, known=known, path=[name]))
                        continue
                    test = checks[name] = self.check_of(row[1], None if at is None else below + name)
                if item is None:
                    continue  # as good as absent [recorded for parameters]
                before = len(found)
                test(item, found)
                if len(found) > before:
                    _inside(found, before, name)
            found += [
                Misfit("missing", name, known=known, path=[name])
                for name in required
                if value.get(name) is None and (exact or value.get(members[name][0]) is None)
            ]

        return check

    def _list(self, shape: Any, at: str | None) -> Check:
        def check(value: Any, found: list[Misfit]) -> None:
            if not isinstance(value, list):
                found.append(Misfit("type", "", f"must be {JSON_TYPES['array']}", "array"))
                return
            test = self.check_of(shape.member, at)
            for index, item in enumerate(value):
                if item is not None:
                    before = len(found)
                    test(item, found)
                    if len(found) > before:
                        _inside(found, before, index)

        return check

    def _map(self, shape: Any, at: str | None) -> Check:
        def check(value: Any, found: list[Misfit]) -> None:
            if not isinstance(value, dict):
                found.append(Misfit("type", "", f"must be {JSON_TYPES['object']}", "object"))
                return
            test = self.check_of(shape.value, at)
            for name, item in value.items():
                if not self.answer and name.endswith(".$"):
                    found.append(Misfit("path", name, path=[name]))
                elif item is not None:
                    before = len(found)
                    test(item, found)
                    if len(found) > before:
                        _inside(found, before, name)

        return check

    def _scalar(self, kind: str, api_kind: str, metadata: Mapping[str, Any]) -> Check:
        if not self.answer and kind not in ("array", "object"):
            return _parameter(kind, api_kind)
        has_type, may_be_number = _TYPE_TESTS[kind], api_kind == "timestamp" and self.time_as_number
        limits = [(limit, metadata[limit.name]) for limit in _LIMITS.get(kind, ()) if metadata.get(limit.name) is not None]

        def check(value: Any, found: list[Misfit]) -> None:
            if not has_type(value):
                if not (may_be_number and is_number(value)):
                    found.append(Misfit("type", "", f"must be {JSON_TYPES[kind]}", kind))
                return
            for limit, bound in limits:
                if limit.broken(value, bound):
                    known = tuple(bound) if limit.name == "enum" else ()
                    found.append(Misfit("value", "", limit.text, limit.allowed(bound), known))
                    return

        return check


_TYPE_TESTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: type(value) is bool,
    "number": is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
"""Whether a value has a JSON type."""


class _Limit(NamedTuple):
    """A bound that a shape of the model sets for values of the right type.

    Attributes:
        name: of the shape's trait.
        broken: whether a value does not keep to the trait's bound.
        text: TestState's text for such a value.
        allowed: the bound in words.
    """

    name: str
    broken: Callable[[Any, Any], bool]
    text: str
    allowed: Callable[[Any], str]


_LIMITS: Final[Mapping[str, tuple[_Limit, ...]]] = {
    "number": (
        _Limit("min", lambda value, least: value < least, "is less than the minimum value", "at least {}".format),
        _Limit("max", lambda value, most: value > most, "exceeds the maximum value", "at most {}".format),
    ),
    "string": (
        _Limit("enum", lambda value, allowed: value not in allowed, "is not an expected value", ", ".join),
        _Limit("min", lambda value, least: len(value) < least, "is smaller than the minimum length",
               "at least {} characters".format),
        _Limit("max", lambda value, most: len(value) > most, "exceeds the maximum length", "at most {:,} characters".format),
    ),
}  # fmt: skip
"""By JSON type; the first that is broken is the misfit."""


def _anything(value: Any, found: list[Misfit]) -> None:
    """Any JSON fits."""


def _unresolved(value: Any, found: list[Misfit]) -> None:
    """Any JSON fits that is no part of a template without a value."""
    if not isinstance(value, (dict, list)):
        return
    for part, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, str) and part.endswith(".$"):
            found.append(Misfit("path", part, path=[part]))
        elif isinstance(item, (dict, list)):
            before = len(found)
            _unresolved(item, found)
            if len(found) > before:
                _inside(found, before, part)


def _inside(found: list[Misfit], start: int, part: str | int) -> None:
    """Put that member or item before the paths of the misfits from `start` on."""
    for misfit in found[start:]:
        if not misfit.name and isinstance(part, str):
            misfit.name = part
        misfit.path.insert(0, part)


def _parameter(kind: str, api_kind: str) -> Check:
    """The check of a parameter that is one value: text may be any JSON but a number or a boolean, a blob any at all."""
    if api_kind == "blob":
        return _unresolved
    misfit = f"must be {JSON_TYPES[kind]}"

    def check(value: Any, found: list[Misfit]) -> None:
        if kind == "string":
            fits = api_kind == "timestamp" or not (type(value) is bool or is_number(value))
        elif kind == "boolean":
            fits = type(value) is bool or value in ("true", "false")
        else:
            fits = is_number(value) or _is_numeric(value)
        if not fits:
            found.append(Misfit("type", "", misfit, kind))
        elif isinstance(value, (dict, list)):
            _unresolved(value, found)

    return check


def _is_numeric(value: Any) -> bool:
    if type(value) is not str:
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True
