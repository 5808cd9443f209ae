"""Shared by the JSON and the YAML reader: a text with its lines, the places of its values, the substitutions.

Substitutions act as if the text were changed before it is parsed, as AWS does it. Both readers put the values in while they
read: into a string goes the value's text (so it needs no escaping); a `${Name}` outside of quotes (`"Seconds": ${Wait}`)
becomes the value itself. So the text never changes and every offset is one of the original text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.outline import innermost_state
from pytest_sfn.asl.pointer import parent, translate
from pytest_sfn.errors import DefinitionError, Diagnostic, JsonValueError, Location
from pytest_sfn.expressions import values

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["SIZE_LIMIT", "Places", "Reading", "Substitutions", "Text"]

SIZE_LIMIT: Final = 1_048_576
"""Longest definition: the limit of CreateStateMachine's parameter `definition`."""

_NAME = r"\w(?:[\w.-]|::)*+"
# Not everything between `${` and `}`: in JSONata, `${"id": id}` groups the context.
_PLACEHOLDER = re.compile(r"\$\{[ \t]*+(" + _NAME + r")[ \t]*+\}")


class Text:
    """A text with its name; it gives the line and column of an offset."""

    __slots__ = ("_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts: list[int] | None = None

    def location(self, offset: int) -> Location:
        """Line and column, both from 1; a column counts characters."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]
        line = bisect_right(self._starts, offset)
        return Location(self.name, line, offset - self._starts[line - 1] + 1)

    @property
    def original(self) -> str:
        """The text that locations count in, for excerpts; that of a template, if this is put together from parts of it."""
        return self.text


class Places:
    """The place of each value, by JSON Pointer.

    Attributes:
        keys: offsets of the keys of object members.
        values: offsets of all values.
        links: pointers of YAML aliases and merged keys, to the pointer of what they repeat.
    """

    __slots__ = ("keys", "links", "values")

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.values: dict[str, int] = {}
        self.links: dict[str, str] = {}

    def find(self, pointer: str, *, value: bool = False) -> int:
        """The offset of what `pointer` leads to, or of the nearest value around it."""
        for _ in range(100):  # aliases of aliases; a limit, so that no mistake in the links can hang us
            if pointer in self.values:
                key = None if value else self.keys.get(pointer)
                return self.values[pointer] if key is None else key
            linked = translate(pointer, self.links)
            if linked == pointer:
                break
            pointer = linked
        return self.find(parent(pointer), value=value) if pointer else 0


class Substitutions:
    """The values for `${Name}`, checked, and how they are put in.

    Args:
        given: values by name: strings, numbers, bools, None, dicts and lists.
        loose: whether a placeholder without a value may be outside of quotes, where it reads as its own text.
        defaults: values of names that are not given; the text need not use them.
        explained: names without a value of which a template says why they have none, each with that and how to give it one.
        escaped: names without a value that a template has as text on purpose: `${!Name}`, `$${Name}`.

    Raises:
        DefinitionError: a name that is not a str, a value that is not JSON.
    """

    __slots__ = ("escaped", "expected", "explained", "loose", "pattern", "values")

    def __init__(
        self,
        given: Mapping[str, Any] | None,
        *,
        loose: bool = False,
        defaults: Mapping[str, Any] | None = None,
        explained: Mapping[str, tuple[str, str]] | None = None,
        escaped: Collection[str] = (),
    ) -> None:
        self.escaped = escaped
        self.loose = loose
        self.explained = explained or {}
        self.values: dict[str, Any] = {}
        for name, value in {**(defaults or {}), **(given or {})}.items():
            if not isinstance(name, str):
                raise DefinitionError(f"substitutions: the name {name!r} is not a str")
            try:
                self.values[name.strip()] = values.admit(value)[0]
            except JsonValueError as error:
                raise DefinitionError(f"substitutions[{name!r}]: {error}") from None
        self.expected = {name.strip() for name in given or {}}
        self.pattern = _PLACEHOLDER
        odd = [name for name in {**self.values, **self.explained} if not re.fullmatch(_NAME, name)]
        if odd:  # a name that a user or a template gives is a name, whatever it looks like
            names = "|".join([*map(re.escape, sorted(odd, key=len, reverse=True)), _NAME])
            self.pattern = re.compile(r"\$\{[ \t]*+(" + names + r")[ \t]*+\}")

    def occurrences(self, text: str) -> dict[str, list[int]]:
        """The names used in a text, each with its offsets."""
        found: dict[str, list[int]] = {}
        if "${" in text:
            for match in self.pattern.finditer(text):
                found.setdefault(match[1], []).append(match.start())
        return found

    def fill(self, string: str) -> str:
        """`string` with the text of each value in place of its `${Name}`; names without a value stay."""
        if "${" not in string or not self.values:
            return string
        return self.pattern.sub(lambda match: self._text(match[1], match[0]), string)

    def _text(self, name: str, literal: str) -> str:
        value = self.values.get(name, literal)
        return value if isinstance(value, str) else values.dumps(value)


class Reading:
    """The result of reading a text.

    Attributes:
        value: the definition; not to be used when there are problems.
        places: the places of its values.
        problems: all mistakes for which the text is refused.
        notes: warnings for the user, one sentence each.
    """

    __slots__ = ("notes", "places", "problems", "text", "value")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.value: Any = None
        self.places = Places()
        self.problems: list[Diagnostic] = []
        self.notes: list[str] = []

    def problem(self, code: str, offset: int, pointer: str, message: str, hint: str = "", subject: str = "") -> None:
        """Note a problem at an offset of the text."""
        self.problems.append(
            Diagnostic(
                code=code,
                message=message,
                pointer=pointer,
                state=innermost_state(pointer),
                location=self.text.location(offset),
                hint=hint,
                subject=subject,
            )
        )

    def duplicate(self, offset: int, first: int, pointer: str, key: str) -> None:
        """Note a key that occurs twice in an object. JSON libraries keep one of the two and say nothing."""
        line = self.text.location(first).line
        what, hint = "key", "remove one of the two"
        if parent(pointer).endswith("/States"):
            what, hint = "state name", "give one of the two states another name"
        self.problem("DUPLICATE_KEY", offset, pointer, f'The {what} "{key}" occurs twice, first in line {line}', hint)
