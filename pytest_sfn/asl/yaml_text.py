"""YAML text to values with positions.

PyYAML (its C parser where there is one) cuts the text into events; values are built from the events here, because a
definition needs what no loader of PyYAML gives: the place of each key and value, duplicate keys found, numbers with
their spelling, and scalars as people who write definitions mean them. That is YAML 1.2's core schema: only `true` and
`false` are booleans (a state named `No` stays text), timestamps are text. A number with leading zeros is text too,
since it is an account id, and an octal number for some readers and a decimal one for others. Keys are always text.

`${Name}` is legal in a plain scalar but not inside of `[...]` or `{...}`, so its braces are masked by one character
each while PyYAML looks; offsets stay those of the original text.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.text import SIZE_LIMIT, Reading, Substitutions, Text
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions import values

__all__ = ["Builder", "read"]

SYNTAX = "INVALID_YAML_DESCRIPTION"
_MOST_PROBLEMS = 25

_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").fullmatch
_OTHER_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?").fullmatch
_HEX_OR_OCTAL = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+").fullmatch
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)").fullmatch
_WORDS = {word: value for words, value in (
    (("", "~", "null", "Null", "NULL"), None),
    (("true", "True", "TRUE"), True),
    (("false", "False", "FALSE"), False),
) for word in words}  # fmt: skip

_TAG = "tag:yaml.org,2002:"
_HINTS = (
    ("mapping values are not allowed", "put quotes around a text that holds ': ', and see whether the indentation is right"),
    ("could not find expected ':'", "a key needs ': ' behind it; see the line before too"),
    ("did not find expected key", "see whether this line is indented as its neighbours are"),
    (
        "did not find expected ','",
        "a comma is missing, or a bracket is not closed; put quotes around a text that holds one of {}[],",
    ),
    ("end of stream", "a quote or a bracket is never closed"),
    ("cannot start any token", "put quotes around a text that starts with this character"),
)


def read(text: Text, substitutions: Substitutions, build: type[Builder] | None = None) -> Reading:
    """Read YAML text with the place of every key and value; mistakes are in the reading's `problems`.

    Args:
        build: how values are built, where tags have a meaning (loaders/tags.py).
    """
    import yaml  # see source.py

    reading = Reading(text)
    wrong = _NOT_YAML.search(text.text)
    if wrong is not None:
        hint = "write it as an escape in double quotes"
        reading.problem(SYNTAX, wrong.start(), "", f"The character U+{ord(wrong[0]):04X}, which YAML does not allow", hint)
        return reading
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = (build or Builder)(reading, substitutions)
    try:
        for event in yaml.parse(builder.masked, Loader=loader):
            builder.take(event)
    except _Stop:
        return reading
    except yaml.MarkedYAMLError as error:
        at, message, hint = _explain(error, text.text)
        # PyYAML scans ahead of the events it gives, so an earlier problem of ours, such as the depth, may hide before its error
        ahead = (build or Builder)(Reading(text), substitutions)
        with suppress(_Stop, yaml.YAMLError):
            for event in yaml.parse(builder.masked[:at], Loader=loader):
                ahead.take(event)
        if ahead.reading.problems:
            return ahead.reading
        reading.problem(SYNTAX, at, builder.pointer, builder.unmask(message), hint)
    except yaml.YAMLError as error:
        reading.problem(SYNTAX, 0, builder.pointer, str(error))
    if not reading.problems and not builder.documents:
        reading.problem(SYNTAX, 0, "", "The definition is empty")
    return reading


def _explain(error: Any, text: str) -> tuple[int, str, str]:
    """Offset, message and hint of an error of PyYAML's."""
    message = error.problem or error.context or "not YAML"
    hint = next((hint for part, hint in _HINTS if part in message.lower()), "")
    problem, context = error.problem_mark, error.context_mark
    at = (problem or context).index if problem or context else 0
    if text[at : at + 1] == "\t":
        hint = "YAML indents with blanks, not with tabs"
    elif text[max(at - 1, 0) : at + 1] == "{%" and re.match(
        r"\{%-?\s*(?:for|if|set|include|macro|block)\b", text[at - 1 : at + 20]
    ):
        hint = "this looks like a template (Jinja): render it first"
    elif text[max(at - 1, 0) : at + 1] == "{%":
        hint = "put quotes around JSONata: '{% ... %}'"
    if error.context and context is not None and context.line != (problem or context).line:
        message += f" ({error.context} from line {context.line + 1} on)"
        if at >= len(text.rstrip()):  # it was never closed: where it begins says more
            at = context.index
    return at, message[:1].upper() + message[1:], hint


class _Stop(Exception):  # noqa: N818 - a signal, not an error
    """Nothing sensible can be read after this problem."""


class _Anchor:
    """A finished value that aliases may repeat."""

    __slots__ = ("cost", "depth", "pointer", "value")

    def __init__(self, value: Any, pointer: str, cost: int, depth: int) -> None:
        self.value = value
        self.pointer = pointer
        self.cost = cost
        self.depth = depth


class _Level:
    """A mapping or sequence that is being filled; `key` is what the next value of a mapping belongs to."""

    __slots__ = ("anchor", "container", "cost_before", "depth", "key", "merges", "pointer", "sources", "start")

    def __init__(self, container: dict[str, Any] | list[Any], pointer: str, start: int, anchor: str | None, cost: int) -> None:
        self.container = container
        self.pointer = pointer
        self.start = start
        self.anchor = anchor
        self.cost_before = cost
        self.depth = 1
        self.key: str | None = None
        self.merges: list[tuple[dict[str, Any], str]] = []
        self.sources: dict[int, str] = {}


class Builder:
    """Takes the events one by one, with a stack of its own: nesting costs no stack of Python's."""

    def __init__(self, reading: Reading, substitutions: Substitutions) -> None:
        self.reading = reading
        self.keys = reading.places.keys
        self.values = reading.places.values
        self.links = reading.places.links
        self.substitutions = substitutions
        self.levels: list[_Level] = []
        self.anchors: dict[str, _Anchor] = {}
        self.documents = 0
        self.cost = 0  # characters of text and then some, aliases counted in full: what the value would be as JSON
        self.tags_seen: set[str] = set()
        text = reading.text.text
        private = (chr(code) for code in range(0xE000, 0xF8FF))
        self.opening, self.closing = [char for char, _ in zip((c for c in private if c not in text), "{}", strict=False)]
        self.masked = substitutions.pattern.sub(self.mask, text) if "${" in text else text

    def mask(self, match: re.Match[str]) -> str:
        return f"${self.opening}{match[0][2:-1]}{self.closing}"

    def unmask(self, text: str) -> str:
        return text.replace(self.opening, "{").replace(self.closing, "}") if self.opening in text else text

    @property
    def pointer(self) -> str:
        """Where the next value belongs."""
        if not self.levels:
            return ""
        level = self.levels[-1]
        if isinstance(level.container, list):
            return child(level.pointer, len(level.container))
        return level.pointer if level.key is None else child(level.pointer, level.key)

    def problem(self, at: int, pointer: str, message: str, hint: str = "", code: str = SYNTAX) -> None:
        self.reading.problem(code, at, pointer, message, hint)
        if len(self.reading.problems) >= _MOST_PROBLEMS:
            raise _Stop

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self.scalar(event)
        elif kind == "MappingStartEvent":
            self.open({}, event)
        elif kind == "SequenceStartEvent":
            self.open([], event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.close()
        elif kind == "AliasEvent":
            self.alias(event)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self.problem(event.start_mark.index, "", "A second document", "a definition is one YAML document")
                raise _Stop

    def open(self, container: dict[str, Any] | list[Any], event: Any) -> None:
        at = event.start_mark.index
        pointer = self.pointer
        top = self.levels[-1] if self.levels else None
        if top is not None and isinstance(top.container, dict) and top.key is None:
            self.problem(at, pointer, "A key that is not text", "put quotes around it, if it is text or a template's {{ ... }}")
            raise _Stop
        if len(self.levels) == values.DEPTH_LIMIT:
            self.problem(at, pointer, f"Nested deeper than {values.DEPTH_LIMIT} levels")
            raise _Stop
        self.check_tag(event, pointer, "map" if isinstance(container, dict) else "seq")
        self.values[pointer] = at
        self.levels.append(_Level(container, pointer, at, event.anchor, self.cost))
        self.cost += 2

    def close(self) -> None:
        level = self.levels.pop()
        if level.merges and isinstance(level.container, dict):
            self.merge(level, level.container)
        self.finish(level.container, level.pointer, level.anchor, self.cost - level.cost_before, level.depth)

    def merge(self, level: _Level, container: dict[str, Any]) -> None:
        """`<<: *base`: members that the mapping does not have itself; of several sources the first wins."""
        for source, source_pointer in level.merges:
            for key, value in source.items():
                if key not in container:
                    container[key] = value
                    self.links[child(level.pointer, key)] = child(source_pointer, key)

    def scalar(self, event: Any) -> None:
        at = event.start_mark.index
        raw = self.unmask(event.value)
        plain = not event.style and event.tag is None
        top = self.levels[-1] if self.levels else None
        self.cost += len(raw) + 3
        if top is not None and isinstance(top.container, dict) and top.key is None:
            self.take_key(top, "<<" if plain and raw == "<<" else self.substitutions.fill(raw), at, merge=plain and raw == "<<")
            return
        pointer = self.pointer
        self.values[pointer] = at
        try:
            value = self.plain(raw) if plain else self.tagged(event, raw, pointer)
        except JsonValueError as error:
            self.problem(at, pointer, str(error))
            value = None
        self.finish(value, pointer, event.anchor, len(raw) + 3, 0)

    def take_key(self, level: _Level, key: str, at: int, *, merge: bool = False) -> None:
        level.key = key
        if merge:
            return
        pointer = child(level.pointer, key)
        if key in level.container:
            self.reading.duplicate(at, self.keys[pointer], pointer, key)
        self.keys[pointer] = at

    def plain(self, raw: str) -> Any:
        """The value of a scalar without quotes and tag."""
        if "${" in raw:
            whole = self.substitutions.pattern.fullmatch(raw)
            if whole is not None and not isinstance(value := self.substitutions.values.get(whole[1], raw), str):
                return value
            raw = self.substitutions.fill(raw)
        return _core(raw)

    def tagged(self, event: Any, raw: str, pointer: str) -> Any:
        """The value of a scalar with quotes, of a block scalar, or of one with a tag."""
        tag = event.tag
        if tag is None or tag in ("!", _TAG + "str"):
            return self.substitutions.fill(raw)
        self.check_tag(event, pointer, "int", "float", "bool", "null")
        return _core(self.substitutions.fill(raw)) if tag.startswith(_TAG) else raw

    def check_tag(self, event: Any, pointer: str, *allowed: str) -> None:
        """Report a tag that is not JSON's; each once, since a template has dozens."""
        tag = event.tag
        if tag is None or tag == "!" or tag in [_TAG + name for name in allowed] or tag in self.tags_seen:
            return
        self.tags_seen.add(tag)
        shown = "!!" + tag[len(_TAG) :] if tag.startswith(_TAG) else tag
        hint = "remove it: a definition has objects, arrays, strings, numbers, true, false and null"
        if re.fullmatch(r"![A-Z]\w*(\.\w+)?", tag):
            hint = (
                f"{tag} belongs to a CloudFormation template, which is not itself a definition; "
                "in a definition write ${Name} and give its value in substitutions"
            )
        self.problem(event.start_mark.index, pointer, f"The tag {shown} has no meaning in a definition", hint, "UNKNOWN_TAG")

    def alias(self, event: Any) -> None:
        at = event.start_mark.index
        pointer = self.pointer
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            known = any(level.anchor == event.anchor for level in self.levels)
            why = "is inside of what it repeats" if known else f"repeats the anchor &{event.anchor}, which is not above it"
            self.problem(at, pointer, f"The alias *{event.anchor} {why}")
            raise _Stop
        self.cost += anchor.cost
        if self.cost > 2 * SIZE_LIMIT:
            self.problem(at, pointer, "The aliases make this definition larger than 1 MB", code="DEFINITION_TOO_LARGE")
            raise _Stop
        if len(self.levels) + anchor.depth > values.DEPTH_LIMIT:
            self.problem(at, pointer, f"Nested deeper than {values.DEPTH_LIMIT} levels")
            raise _Stop
        top = self.levels[-1] if self.levels else None
        if top is not None and isinstance(top.container, dict) and top.key is None:
            if not isinstance(anchor.value, str):
                self.problem(at, pointer, "A key that is not text")
                raise _Stop
            self.take_key(top, anchor.value, at)
            return
        self.values[pointer] = at
        self.links[pointer] = anchor.pointer
        self.put(anchor.value, pointer, anchor.depth)

    def finish(self, value: Any, pointer: str, anchor: str | None, cost: int, depth: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchor(value, pointer, cost, depth)
        self.put(value, pointer, depth)

    def put(self, value: Any, pointer: str, depth: int) -> None:
        """Give a finished value to what it belongs to."""
        if not self.levels:
            self.reading.value = value
            return
        level = self.levels[-1]
        level.depth = max(level.depth, depth + 1)
        if isinstance(level.container, list):
            level.container.append(value)
        elif level.key is not None:
            key, level.key = level.key, None
            if key == "<<" and "<<" not in level.container and child(level.pointer, key) not in self.keys:
                self.take_merge(level, value, pointer)
            else:
                level.container[key] = value

    def take_merge(self, level: _Level, value: Any, pointer: str) -> None:
        sources = value if isinstance(value, list) else [value]
        for index, source in enumerate(sources):
            if not isinstance(source, dict):
                self.problem(self.values[pointer], pointer, "<< can merge objects only", 'write "<<" in quotes if it is a key')
                return
            level.merges.append((source, child(pointer, index) if isinstance(value, list) else pointer))


def _core(raw: str) -> Any:
    """What a plain scalar is by YAML 1.2's core schema (10.3.2), with the exceptions named on top."""
    if raw in _WORDS:
        return _WORDS[raw]
    if not (raw[0].isdigit() or raw[0] in "+-."):
        return raw
    if _JSON_NUMBER(raw):
        return values.loads(raw)
    if _OTHER_FLOAT(raw):
        return values.loads(raw[1:]) if raw[0] == "+" and _JSON_NUMBER(raw[1:]) else float(raw)
    if _HEX_OR_OCTAL(raw):
        return values.loads(str(int(raw, 0)))
    if _NOT_FINITE(raw):
        raise JsonValueError(f"{raw} is not a number in JSON; put quotes around it if it is text")
    return raw
