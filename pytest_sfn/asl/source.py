"""From a file, a text or a dict to values with positions.

This module finds the file, decides the format, puts in the substitutions and refuses what cannot be read. It does not know
what the values mean: the parser does. Nothing is kept between calls.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pytest_sfn.asl import json_text
from pytest_sfn.asl.files import near_files, path_kind, read_text, shown_path
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.text import SIZE_LIMIT, Places, Reading, Substitutions, Text
from pytest_sfn.errors import (
    DefinitionError,
    Diagnostic,
    JsonValueError,
    Location,
    definition_error,
    printable,
    warn,
)
from pytest_sfn.expressions import values
from pytest_sfn.names import suggest

__all__ = ["Left", "Source", "find_file", "find_text", "from_text", "from_value", "read_loosely", "read_source"]

_TEXT_NAME = "<definition>"


class Left(str):
    """A note on placeholders without a value.

    Args:
        parts: by name, what the note says of it.
        form: makes the note of the parts.
    """

    __slots__ = ("_form", "_parts")
    _form: Callable[[Mapping[str, str]], str]
    _parts: Mapping[str, str]

    def __new__(cls, parts: Mapping[str, str], form: Callable[[Mapping[str, str]], str]) -> Self:
        made = super().__new__(cls, form(parts))
        made._parts = parts
        made._form = form
        return made

    def without(self, names: Collection[str]) -> Left | None:
        """The same without some of the names; None if none is left."""
        parts = {name: part for name, part in self._parts.items() if name not in names}
        return Left(parts, self._form) if parts else None


class Source:
    """A definition as values, and where each of them was written.

    Attributes:
        name: the file as shown to users, `<definition>` for text, None for a dict.
        path: the file itself, None for text or a dict.
        text: the original text, without substitutions; None for a dict and for a part of a template.
        value: the definition: a dict of JSON values, substitutions put in. Never to be changed.
        substitutions: the values for `${Name}`, by name.
        placeholders: names of `${Name}` left literal for want of a value, in the order of the text.
        notes: what is probably not meant; `warn` says it. The parser adds to them.
    """

    __slots__ = (
        "_is_object", "_places", "_substitutions", "_text", "name", "notes", "path", "placeholders", "substitutions", "text",
        "value",
    )  # fmt: skip

    def __init__(
        self,
        value: dict[str, Any],
        *,
        substitutions: Substitutions,
        placeholders: Sequence[str] = (),
        notes: Sequence[str] = (),
        text: Text | None = None,
        path: Path | None = None,
        places: Places | None = None,
        part: bool = False,
        is_object: bool = False,
    ) -> None:
        self._is_object = is_object
        self.value = value
        self.substitutions: Mapping[str, Any] = substitutions.values
        self.placeholders = tuple(placeholders)
        self.notes = tuple(notes)
        self.name = text.name if text else None
        self.text = text.text if text and not part else None
        self.path = path
        self._text = text
        self._places = places
        self._substitutions = substitutions

    def locate(self, pointer: str, *, value: bool = False) -> Location | None:
        """Where something was written, always in the original text.

        Args:
            pointer: a JSON Pointer (RFC 6901) into `value`, "" for the whole. What is not in the text (a missing
                field, the inside of a substitution) is located at the nearest value around it.
            value: the place of the value instead of that of its key.

        Returns:
            The location, None for a definition given as a dict.
        """
        return None if self._text is None else self._text.location(self._find(pointer, value=value))

    def way_to_fill(self, name: str) -> str:
        """How a test gives a value to the placeholder of that name."""
        return self._substitutions.explained.get(name, ("", ""))[1] or f"pass substitutions={{{name!r}: ...}}"

    def why_unfilled(self, name: str) -> str:
        """Why the placeholder of that name has no value, as far as a template says it; else ""."""
        return self._substitutions.explained.get(name, ("", ""))[0]

    def stays_text(self, pointer: str, placeholder: str) -> str:
        """What to do about a `${Name}` that is text whatever value it gets; "" if it may become a number or the like.

        It may outside of quotes; in an object of a template only a function may. AWS refuses the text of a number [reported:
        aws/serverless-application-model 1616, aws-cloudformation/cloudformation-coverage-roadmap 591].
        """
        raw = self._written(pointer)[:1]
        if self._is_object:
            advice = f"write the value itself, or have the definition as text with {placeholder} outside of quotes"
            return advice if raw in ("", "$", '"', "'") else ""
        return f"write {placeholder} outside of quotes, within which it stays text" if raw in ('"', "'") else ""

    def filled(self, pointer: str, value: str) -> str:
        """The `${Name}` that is written at a place, for which this value was put in; "" if none was."""
        values = self._substitutions
        if self._text is None:
            return next((shown for name in self.substitutions if values.fill(shown := f"${{{name}}}") == value), "")
        match = values.pattern.match(self._written(pointer).lstrip("\"'"))
        return match[0] if match is not None and match[1] in self.substitutions else ""

    def _written(self, pointer: str) -> str:
        """The first line of a value as it is written; "" in a dict."""
        if self._text is None:
            return ""
        return self._text.text[self._find(pointer, value=True) :].partition("\n")[0]

    def _find(self, pointer: str, *, value: bool) -> int:
        assert self._text is not None
        if self._places is None:  # json.loads read it, which keeps no places
            self._places = json_text.read(self._text, self._substitutions).places
        return self._places.find(pointer, value=value)

    def note_instead(self, notes: Iterable[str], names: Collection[str]) -> None:
        """Add notes, which say of some placeholders without a value what the notes until now said of them."""
        kept = [note.without(names) if isinstance(note, Left) else note for note in self.notes]
        self.notes = (*filter(None, kept), *notes)

    def warn(self) -> None:
        """Issue a DefinitionWarning for each of the notes."""
        for note in self.notes:
            warn(note)

    def error(self, diagnostics: Sequence[Diagnostic]) -> DefinitionError:
        """The error that lists `diagnostics` with the lines of this text that they point at."""
        return definition_error(self.name, diagnostics, self._text.original if self._text else None)


def find_text(source: str | os.PathLike[str], directories: Sequence[str | os.PathLike[str]] = ()) -> tuple[Text, Path | None]:
    """The text of a definition, and the file if it is in one.

    Args:
        source: a path, or the text itself (a str that begins with `{` or has a line break).
        directories: where a relative path is looked for, in this order. The working directory is never looked in.

    Raises:
        DefinitionError: nothing there, or not readable.
    """
    if isinstance(source, str):
        source = source.removeprefix("\ufeff")
        if source.lstrip().startswith("{") or "\n" in source:
            return Text(_TEXT_NAME, source), None
    if not isinstance(source, (str, os.PathLike)):
        raise DefinitionError(f"a definition is a path, a text or a dict, not a value of the type {type(source).__name__}")
    named = os.fspath(source)
    if not isinstance(named, str):
        raise DefinitionError(f"a path is a str or a pathlib.Path, not {type(named).__name__}")
    path = find_file(named, directories)
    return Text(shown_path(path), read_text(path)), path


def read_source(
    source: str | os.PathLike[str] | Mapping[str, Any] | tuple[Text, Path | None],
    *,
    directories: Sequence[str | os.PathLike[str]] = (),
    substitutions: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    loose: bool = False,
) -> Source:
    """Read a definition.

    Args:
        source: what `find_text` takes or has given; or a dict.
        directories: as for `find_text`.
        substitutions: values for `${Name}`: strings, numbers, bools, None, dicts, lists. A name without a value stays
            as it is, with a note.
        defaults: values of names that have none in `substitutions`, whether the definition uses them or not.
        loose: for who looks at a definition without running it: a placeholder outside of quotes reads as its own text.

    Raises:
        DefinitionError: nothing there, or not readable; lists every problem found.
    """
    checked = Substitutions(substitutions, loose=loose, defaults=defaults)
    if isinstance(source, Mapping):
        return from_value(source, checked)
    text, path = source if isinstance(source, tuple) else find_text(source, directories)
    return from_text(text, checked, path)


# Values


def read_loosely(path: Path, directories: Sequence[Path] = ()) -> Source:
    """Read a definition's file for drawings and coverage: without values for its placeholders.

    A placeholder outside of quotes reads as 1, so that a definition which needs a number there can be parsed.

    Raises:
        DefinitionError: the file is not there, or no JSON or YAML.
    """
    try:
        return read_source(path, directories=directories)
    except DefinitionError as error:
        names = [each.subject for each in error.diagnostics]
        if not names or not all(names):
            raise
        return read_source(path, directories=directories, substitutions=dict.fromkeys(names, 1))


def from_value(
    source: Mapping[str, Any], substitutions: Substitutions, text: Text | None = None, places: Places | None = None
) -> Source:
    """A definition that is a dict, or, with `text` and `places`, an object in a larger text."""
    try:
        value = values.admit(source)[0]
    except JsonValueError as error:
        raise DefinitionError(f"the definition is not JSON: {error}") from None
    found: dict[str, list[int]] = {}
    filled = _fill(value, substitutions, found)
    located = text if places is not None and found else None
    if places is not None:
        found = {name: [] for name in found}
        for name, pointer in _occurrences(value, substitutions) if found else ():
            found[name].append(places.find(pointer, value=True))
    placeholders, notes = _notes(text.name if text else None, located, substitutions, found)
    return Source(
        filled, substitutions=substitutions, placeholders=placeholders, notes=notes, text=text, places=places, part=True,
        is_object=True,
    )  # fmt: skip


def _fill(value: Any, substitutions: Substitutions, found: dict[str, list[int]]) -> Any:
    """`value` with the substitutions in all its strings; the names met go into `found`."""
    if isinstance(value, str):
        if "${" not in value:
            return value
        found.update(names := substitutions.occurrences(value))
        for name in names.keys() & substitutions.explained.keys() & substitutions.values.keys():
            if value == f"${{{name}}}":  # in the place of a function's value, which need not be text
                return substitutions.values[name]
        return substitutions.fill(value)
    if isinstance(value, list):
        return [_fill(item, substitutions, found) for item in value]
    if isinstance(value, dict):
        return {_fill(key, substitutions, found): _fill(item, substitutions, found) for key, item in value.items()}
    return value


def _occurrences(value: Any, substitutions: Substitutions, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each name in the strings of a value, with the place of the string, or of the key's value."""
    if isinstance(value, str):
        for name in substitutions.occurrences(value):
            yield name, pointer
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _occurrences(item, substitutions, child(pointer, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _occurrences(key, substitutions, child(pointer, key))
            yield from _occurrences(item, substitutions, child(pointer, key))


def from_text(text: Text, substitutions: Substitutions, path: Path | None = None) -> Source:
    """A definition that is a text, of a file or put together from parts of one; warns of nothing."""
    if len(text.text) > SIZE_LIMIT:
        size = f"{len(text.text):,} characters; AWS takes {SIZE_LIMIT:,} at most"
        reading = Reading(text)
        reading.problem("DEFINITION_TOO_LARGE", 0, "", f"The definition has {size}")
        raise definition_error(text.name, reading.problems, text.original)
    found = substitutions.occurrences(text.text)
    reading = _read(text, substitutions, path, plain=not found)
    if not isinstance(reading.value, dict) and not reading.problems:
        kind = values.json_type(reading.value)
        start = len(text.text) - len(text.text.lstrip())
        reading.problem("SCHEMA_VALIDATION_FAILED", start, "", f"A definition is an object, and this is of the type {kind}")
    if reading.problems:
        raise definition_error(text.name, reading.problems, text.original)
    placeholders, notes = _notes(text.name, text, substitutions, found)
    return Source(
        reading.value,
        substitutions=substitutions,
        placeholders=placeholders,
        notes=[*reading.notes, *notes],
        text=text,
        path=path,
        places=reading.places if reading.places.values else None,
        part=text.original is not text.text,
    )


def _read(text: Text, substitutions: Substitutions, path: Path | None, *, plain: bool) -> Reading:
    """Read by the format that the extension says, else by the first character. `plain`: there are no placeholders."""
    begins_as_json = text.text.lstrip()[:1] in ("{", "[", '"', "/")
    extension = path.suffix.lower() if path else ""
    if extension in (".yaml", ".yml"):
        if begins_as_json:  # JSON is YAML, but PyYAML does not read all of it
            reading = json_text.read(text, substitutions)
            if not reading.problems:
                return reading
        return _read_yaml(text, substitutions)
    if extension != ".json" and not begins_as_json:
        return _read_yaml(text, substitutions)
    if plain:
        try:
            reading = Reading(text)
            reading.value = json_text.read_quickly(text.text)
        except JsonValueError:
            pass
        else:
            return reading
    return json_text.read(text, substitutions)


def _read_yaml(text: Text, substitutions: Substitutions) -> Reading:
    from pytest_sfn.asl import yaml_text  # only a YAML definition pays for PyYAML

    return yaml_text.read(text, substitutions)


def _notes(
    name: str | None, text: Text | None, substitutions: Substitutions, found: Mapping[str, list[int]]
) -> tuple[list[str], list[str]]:
    """The names without a value, and what is probably not meant; with lines where there is a text."""
    name = name or "the definition"
    notes: list[str] = []
    explained, escaped = substitutions.explained, substitutions.escaped
    missing = [key for key in found if key not in substitutions.values and (key in explained or key not in escaped)]
    if unexplained := [key for key in missing if key not in explained]:
        places = {key: [text.location(at) for at in found[key]] if text else [] for key in unexplained}
        parts = {}
        for key, where in places.items():
            shown_places = ", ".join(f"{each.line}:{each.column}" for each in where)
            parts[key] = f"${{{key}}}" + (f" ({shown_places})" if len(where) > 1 or (len(places) > 1 and where) else "")

        def note(parts: Mapping[str, str]) -> str:
            first = next((places[key][0] for key in parts if places[key]), name)
            return f"{first}: no substitution for {', '.join(parts.values())}; left as written"

        notes.append(Left(parts, note))
    unused = [key for key in substitutions.values if key in substitutions.expected and key not in found]
    if unused:
        shown = [repr(key) + suggest(key, missing, " (did you mean {!r}?)") for key in unused]
        notes.append(f"{name}: nothing to substitute for {', '.join(shown)}")
    return missing, notes


# Files


def find_file(named: str, directories: Sequence[str | os.PathLike[str]], what: str = "definition") -> Path:
    """The file of that path, which is looked for in the directories if it is relative.

    Raises:
        DefinitionError: there is no such file; the message calls it `what`.
    """
    path = Path(named)
    if not named.strip():
        raise DefinitionError(f"an empty text is neither a path nor a {what}")
    candidates = [path] if path.is_absolute() else [Path(directory) / path for directory in directories]
    for candidate in candidates:
        if path_kind(candidate) == "file":
            return candidate
    lines = [f"{what} {named!r} not found"]
    for candidate in dict.fromkeys(Path(os.path.normpath(each)) for each in candidates):
        kind = path_kind(candidate)
        lines.append(printable(f"  looked at  {candidate}{f', which is a {kind}' if kind else ''}"))
    if not candidates:
        lines.append("  a relative path needs a directory to start from, and none was given")
    near = dict.fromkeys(str(Path(os.path.normpath(found))) for each in candidates for found in near_files(each))
    lines += [printable(f"  did you mean  {found}") for found in list(near)[:5]]
    if any(char in named for char in "{}\"'"):
        lines.append("  a text is taken for a definition if it begins with { or has a line break")
    raise DefinitionError("\n".join(lines))
