"""JSON values: what may enter, how they compare, how they are written.

Inside the interpreter a JSON value is plain `dict`/`list`/`str`/`int`/`float`/`bool`/`None` and is never changed once
made; states, events, variables and call records share it by reference. Values are copied and checked once at the
border: `admit` on the way in, `release` on the way out. `UNDEFINED` means "nothing there"; it is never stored.
"""

from __future__ import annotations

import json
import marshal
import math
from collections.abc import Callable, Iterable, Mapping
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from typing import Any, Final, Self

from pytest_sfn.errors import JsonValueError
from pytest_sfn.jsonata.values import UNDEFINED

__all__ = [
    "DEPTH_LIMIT",
    "UNDEFINED",
    "NumberText",
    "admit",
    "bounds",
    "dumps",
    "dumps_spaced",
    "encoder",
    "held",
    "is_number",
    "json_equal",
    "json_type",
    "loads",
    "measure",
    "release",
    "show_path",
    "utf8_size",
]

DEPTH_LIMIT: Final = 400
"""Deepest nesting of a value. Ours, not AWS's: every supported Python's `json` can read it."""


class NumberText(float):
    """A number whose JSON spelling is not the one Python would choose (`1.10`, `1e5`, `-0`); equal to its float."""

    __slots__ = ("text",)
    text: str
    exist = False
    """Whether any was ever made in this process: until then json's own encoder, which knows no spelling, can be used."""

    def __new__(cls, text: str) -> Self:
        self = super().__new__(cls, text)
        self.text = text
        NumberText.exist = True
        return self

    def __reduce__(self) -> tuple[type[NumberText], tuple[str]]:
        return NumberText, (self.text,)

    def __deepcopy__(self, memo: object) -> NumberText:
        return self


def _parse_float(text: str) -> float:
    value = float(text)
    return value if repr(value) == text else NumberText(text)


def _parse_int(text: str) -> int | float:
    return int(text) if text != "-0" else NumberText(text)


def _refuse_constant(text: str) -> Any:
    raise JsonValueError(f"{text} is not JSON")


def loads(text: str, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of JSON text, each number keeping its spelling.

    Raises:
        JsonValueError: not JSON, NaN or Infinity, an integer of more than 4,300 digits, nested too deep.
    """
    try:
        return json.loads(
            text,
            parse_float=_parse_float,
            parse_int=_parse_int if "-0" in text else None,
            parse_constant=_refuse_constant,
            object_pairs_hook=object_pairs_hook,
        )
    except RecursionError:
        raise JsonValueError(f"nested deeper than {DEPTH_LIMIT} levels") from None
    except json.JSONDecodeError as error:
        raise JsonValueError(f"not JSON: {error}") from None
    except ValueError as error:
        if isinstance(error, JsonValueError):
            raise
        raise JsonValueError(str(error)) from None


def is_number(value: object) -> bool:
    """Whether `value` is a JSON number; True and False are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def json_type(value: object) -> str:
    """The JSON type as AWS names it: object, array, string, number, boolean or null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, (list, tuple)) else "object"


def json_equal(a: Any, b: Any) -> bool:
    """Equality of JSON values: `true` is not 1, 1 equals 1.0, the order of keys does not matter."""
    pairs = [(a, b)]  # a list, since values may be nested deeper than Python's stack has room for
    while pairs:
        a, b = pairs.pop()
        if a is b:
            continue
        if isinstance(a, bool) or isinstance(b, bool):
            return False
        if isinstance(a, dict):
            if not isinstance(b, dict) or a.keys() != b.keys():
                return False
            pairs.extend((value, b[key]) for key, value in a.items())
        elif isinstance(a, list):
            if not isinstance(b, list) or len(a) != len(b):
                return False
            pairs.extend(zip(a, b, strict=True))
        elif a != b:
            return False
    return True


def admit(value: Any) -> tuple[Any, int, int]:
    """Copy a user's value into the interpreter, checking that it is JSON.

    Returns:
        (copy, size, depth): `size` is an upper bound of the JSON text's UTF-8 bytes, `depth` the exact nesting.

    Raises:
        JsonValueError: keys that are not strings, NaN or Infinity, a type that JSON does not have, nesting deeper
            than `DEPTH_LIMIT` (a value that contains itself included). The message names the place.
    """
    try:
        return (_ADMIT.get(type(value)) or _admission(value))(value, 0)
    except _RefusedError as refused:
        path = refused.path[::-1]
        if refused.what is None:
            message = f"{show_path(path[:6])}... is nested deeper than {DEPTH_LIMIT} levels, or contains itself"
        else:
            message = f"{show_path(path)} {refused.what}"
        raise JsonValueError(message, show_path(path)) from None


class _RefusedError(Exception):
    """A value is no JSON. `path` grows on the way out, innermost first, so that a value without faults pays for none.

    Args:
        what: the rest of the sentence that begins with the place; None if it is nested too deep.
    """

    def __init__(self, what: str | None) -> None:
        self.what = what
        self.path: list[str | int] = []


Admitted = tuple[Any, int, int]


def _admit_object(value: Mapping[Any, Any], level: int) -> Admitted:
    if level >= DEPTH_LIMIT:
        raise _RefusedError(None)
    copied: dict[str, Any] = {}
    depth, size = 0, 2
    for key, item in value.items():
        if type(key) is not str:
            key = _plain_key(key)
        cls = type(item)
        if cls is str:  # here and not by a call, for most of what is admitted is text or small numbers
            copied[key] = item
            size += 6 * (len(key) + len(item)) + 6
        elif cls is int and -_LONG < item < _LONG:
            copied[key] = item
            size += 6 * len(key) + 24
        else:
            try:
                copied[key], item_size, item_depth = (_ADMIT.get(cls) or _admission(item))(item, level + 1)
            except _RefusedError as refused:
                refused.path.append(key)
                raise
            size += item_size + 6 * len(key) + 4
            if item_depth > depth:
                depth = item_depth
    return copied, size, depth + 1


def _admit_array(value: list[Any], level: int) -> Admitted:
    if level >= DEPTH_LIMIT:
        raise _RefusedError(None)
    items: list[Any] = []
    depth, size = 0, 2
    for item in value:
        try:
            admitted, item_size, item_depth = (_ADMIT.get(type(item)) or _admission(item))(item, level + 1)
        except _RefusedError as refused:
            refused.path.append(len(items))
            raise
        items.append(admitted)
        size += item_size + 1
        if item_depth > depth:
            depth = item_depth
    return items, size, depth + 1


def _admit_text(value: str, _level: int) -> Admitted:
    return value, 6 * len(value) + 2, 0


def _admit_word(value: bool | None, _level: int) -> Admitted:
    return value, 5, 0


_LONG: Final = 1 << 62


def _admit_integer(value: int, _level: int) -> Admitted:
    if -_LONG < value < _LONG:
        return value, 20, 0
    digits = value.bit_length() * 30103 // 100000 + 2
    if digits > 4300:
        raise _RefusedError("is an integer of more than 4,300 digits")
    return value, digits + 1, 0


def _admit_float(value: float, _level: int) -> Admitted:
    if not math.isfinite(value):
        raise _RefusedError(f"is {value!r}, which JSON does not have")
    return value, 25, 0


def _admit_spelled(value: NumberText, _level: int) -> Admitted:
    return value, len(value.text), 0


Admission = Callable[[Any, int], Admitted]
_ADMIT: Final[dict[type, Admission]] = {
    dict: _admit_object,
    list: _admit_array,
    str: _admit_text,
    bool: _admit_word,
    type(None): _admit_word,
    int: _admit_integer,
    float: _admit_float,
    NumberText: _admit_spelled,
}
"""By type, so that each level of a value takes one frame of Python's stack."""


def _admission(value: Any) -> Admission:
    """How a value of a type that JSON does not have itself, such as an enum's member, is admitted."""
    if isinstance(value, Mapping):
        return _admit_object
    if isinstance(value, list):
        return _admit_array
    if isinstance(value, str):
        return lambda text, level: _admit_text(str.__str__(text), level)
    if isinstance(value, int):
        return lambda number, level: _admit_integer(int(number), level)
    if isinstance(value, float):
        return lambda number, level: _admit_float(float(number), level)
    advice = {"tuple": "use a list", "Decimal": "use int or float", "set": "use a list", "bytes": "decode it to str first"}
    name = type(value).__name__
    hint = advice.get(name, "use dict, list, str, int, float, bool or None")
    article = "an" if name[0] in "aeiouAEIOU" else "a"
    raise _RefusedError(f"is {article} {name}, which JSON does not have; {hint}")


def _plain_key(key: Any) -> str:
    if not isinstance(key, str):
        raise _RefusedError(f"has the key {key!r}; JSON keys are strings")
    return str.__str__(key)  # a subclass, e.g. an enum member


def show_path(path: list[str | int]) -> str:
    """A path through a value as a JSONPath such as `$.items[3].price`."""
    return "$" + "".join(map(_step, path))


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.isidentifier() else f"['{part}']"


def release(value: Any) -> Any:
    """A deep copy for the user, who may change it."""
    if type(value) is dict:
        copied = value.copy()
        for key, item in value.items():
            cls = type(item)
            if cls is dict or cls is list:
                copied[key] = release(item)
        return copied
    if type(value) is list:
        return [release(item) if type(item) is dict or type(item) is list else item for item in value]
    return value


def measure(value: Any) -> tuple[int, int]:
    """(exact UTF-8 bytes of the compact JSON text, exact nesting); nesting above `DEPTH_LIMIT` is reported as more."""
    depth = 0
    level = [value]
    left = _WRITABLE
    while level:
        containers = [item for item in level if isinstance(item, (dict, list))]
        left -= sum([len(item) for item in level if item.__class__ is str])  # noqa: C419 - a list is quicker
        if not containers:
            break
        depth += 1
        if depth > DEPTH_LIMIT:
            return 0, depth
        left -= 20 * sum(map(len, containers))
        if left < 0:
            return _measure_shared(value)
        inside = (container.values() if isinstance(container, dict) else container for container in containers)
        level = [item for items in inside for item in items]
    return (utf8_size(dumps(value)), depth) if left >= 0 else _measure_shared(value)


_WRITABLE: Final = 4_000_000
"""About how many bytes a text may have that is written only to be measured."""
_SHORT: Final = 100
"""Characters of texts that are written together to be measured."""


def _measure_shared(value: Any) -> tuple[int, int]:
    """`measure` for a value too large to write: what occurs in it many times, since many places share it, is measured once.

    A loop that puts its input twice into its output has a value of 2^60 bytes in sixty rounds, and of sixty objects.
    """
    if not isinstance(value, (dict, list)):
        return utf8_size(dumps(value)), 0
    known: dict[int, tuple[int, int]] = {}
    path = [value]
    while path:
        container = path[-1]
        inside = [item for item in _items(container) if isinstance(item, (dict, list))]
        missing = [item for item in inside if id(item) not in known]
        if missing and id(container) not in known:
            path += missing
            continue
        path.pop()
        if id(container) not in known:
            found = [known[id(item)] for item in inside]
            size = sum(size for size, _ in found) + _size_of_rest(container, known)
            known[id(container)] = size, 1 + max((depth for _, depth in found), default=0)
    size, depth = known[id(value)]
    return (size, depth) if depth <= DEPTH_LIMIT else (0, DEPTH_LIMIT + 1)


def _items(container: Any) -> Any:
    return container.values() if isinstance(container, dict) else container


def _size_of_rest(container: Any, known: dict[int, tuple[int, int]]) -> int:
    """Bytes of a dict or list without the dicts and lists in it; long texts become known."""
    size = 2 + max(len(container) - 1, 0)
    short = []
    for item in _items(container):
        if isinstance(item, str) and len(item) > _SHORT:
            if id(item) not in known:
                known[id(item)] = utf8_size(dumps(item)), 0
            size += known[id(item)][0]
        elif not isinstance(item, (dict, list)):
            short.append(item)
    if short:
        size += utf8_size(dumps(short)) - len(short) - 1  # commas and brackets
    if container and isinstance(container, dict):
        size += utf8_size(dumps(list(container))) - 1  # a colon for each comma, and one more
    return size


def held(values: Iterable[Any]) -> int:
    """About how many bytes of JSON the values have together, what they share counted once."""
    seen: set[int] = set()
    total = 0
    stack = list(values)
    while stack:
        value = stack.pop()
        if not isinstance(value, (dict, list, str)):
            total += 5
        elif id(value) not in seen:
            seen.add(id(value))
            total += len(value) + 5
            if isinstance(value, dict):
                total += sum(map(len, value))
            if not isinstance(value, str):
                stack += _items(value)
    return total


def bounds(value: Any) -> tuple[int, int]:
    """(upper bound of the JSON text's UTF-8 bytes, upper bound of the nesting), in a third of the time that `measure` takes.

    Python's own serialisation is used, which is the quickest. It has at least a byte for six of the JSON text (of a
    control character, which JSON escapes), and five for each level of nesting but the last.
    """
    try:
        written = marshal.dumps(value, 2)  # the last version that writes what is met twice twice
    except ValueError:  # a number with a spelling, or nested too deep
        return measure(value)
    size = len(written)
    depth = size // 5 + 1
    if depth > DEPTH_LIMIT:  # rather the number of lists and objects: a bound above the limit has the value measured
        depth = written.count(b"[") + written.count(b"{")
    return 6 * size, depth


def utf8_size(text: str) -> int:
    """UTF-8 bytes of `text`; a lone surrogate counts as three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _encoder(comma: str, colon: str) -> Callable[[Any], str]:
    """`JSONEncoder.encode`, but with json's C encoder made once: making it anew takes longer than writing a small value."""
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(comma, colon))
    if c_make_encoder is None:
        return encoder.encode
    write = c_make_encoder(None, encoder.default, encode_basestring, None, colon, comma, False, False, True)
    return lambda value: "".join(write(value, 0))


_encode_compact = _encoder(",", ":")
_encode_spaced = _encoder(", ", ": ")

Texts = Mapping[int, tuple[Any, str]]
"""`id(value)` to (the value, its JSON text): values that arrived as text and are passed through as spelled."""


def dumps(value: Any, texts: Texts | None = None) -> str:
    """Compact JSON text as AWS writes what a state builds.

    Args:
        value: a JSON value.
        texts: spellings to use where a value is met that arrived as text.
    """
    if not texts and not NumberText.exist:
        return _encode_compact(value)
    return encoder(texts)(value)


def encoder(texts: Texts | None = None) -> Callable[[Any], str]:
    """`dumps` for many values, of which none is still to be made."""
    if not texts and not NumberText.exist:
        return _encode_compact

    def encode(value: Any) -> str:
        parts: list[str] = []
        _write(value, texts or {}, parts)
        return "".join(parts)

    return encode


def _write(value: Any, texts: Texts, parts: list[str]) -> None:
    known = texts.get(id(value)) if isinstance(value, (dict, list)) else None
    if known is not None and known[0] is value:
        parts.append(known[1])
    elif isinstance(value, dict):
        separator = "{"
        for key, item in value.items():
            parts.append(f"{separator}{encode_basestring(key)}:")
            _write(item, texts, parts)
            separator = ","
        parts.append("}" if value else "{}")
    elif isinstance(value, list):
        separator = "["
        for item in value:
            parts.append(separator)
            _write(item, texts, parts)
            separator = ","
        parts.append("]" if value else "[]")
    elif isinstance(value, NumberText):
        parts.append(value.text)
    else:
        parts.append(_encode_compact(value))


def dumps_spaced(value: Any) -> str:
    """JSON text with the blanks that Python's Lambda runtime puts (`{"a": 1}`)."""
    return _encode_spaced(value)
