"""The functions of text, and the text of a value.

Texts are Python's, so an index counts characters; the reference does so, too, in `$length`, `$substring` and `$pad`.
Where it counts UTF-16 units, `values.units` helps.
"""

from __future__ import annotations

import math
import re
from itertools import repeat
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import EXACT, UNDEFINED, Value, Wrapped, as_double, is_number, units, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["number_text", "quoted", "shortened", "significant", "string"]

# The text of a value

_HALF: Final = re.compile("[\ud800-\udfff]")


def shortened(value: float) -> float:
    """A number cut to 15 significant digits, which hides what binary fractions do to decimal ones."""
    if value.__class__ is int and -(10**15) < value < 10**15:
        return value
    value = as_double(value)
    if f"{value:.40e}".partition("e")[0].endswith("5" + "0" * 25):  # halfway, which JavaScript rounds up
        value = math.nextafter(value, math.copysign(math.inf, value))
    return float(f"{value:.14e}")


def significant(value: float) -> tuple[str, int]:
    """The digits of a positive double as JavaScript shows it, and how many of them are before the point."""
    mantissa, _, exponent = repr(value).partition("e")
    whole_part, _, fraction = mantissa.partition(".")
    digits = (whole_part + fraction).lstrip("0")
    return digits.rstrip("0"), len(digits) - len(fraction) + int(exponent or 0)


def number_text(value: float) -> str:
    """A number as JavaScript writes it: exponents from 1e21 up and below 1e-6 only."""
    if value.__class__ is int and -EXACT <= value <= EXACT:
        return str(value)
    value = as_double(value)
    if not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    digits, point = significant(abs(value))
    if -6 < point <= 0:
        text = "0." + "0" * -point + digits
    elif 0 < point <= 21:
        text = digits[:point].ljust(point, "0") + ("." + digits[point:] if len(digits) > point else "")
    else:
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + ("e+" if point > 0 else "e-") + str(abs(point - 1))
    return "-" + text if value < 0 else text


def _in_quotes(text: str) -> str:
    result = encode_basestring(text)
    if not result.isascii():
        result = _HALF.sub(lambda match: f"\\u{ord(match[0]):04x}", whole(result))
    return result


_WORDS: Final[dict[object, str]] = {None: "null", True: "true", False: "false"}


class _Writer:
    """JSON text in the making.

    Args:
        run: the evaluation that is charged; None for a message, which has numbers in full.
        indent: what each level is indented with.
    """

    def __init__(self, run: Evaluation | None, indent: str) -> None:
        self._run = run
        self._indent = indent
        self._size = 0
        self.parts: list[str] = []

    def _put(self, part: str) -> None:
        self._size += len(part)
        self.parts.append(part)

    def _number(self, value: float) -> str:
        if self._run is None:
            text = number_text(value)
        elif value.__class__ is int and -(10**15) < value < 10**15:
            return str(value)
        else:
            whole_number = self._run.whole_in_full and as_double(value).is_integer()
            text = number_text(value if whole_number else shortened(value)) if is_number(as_double(value)) else "NaN"
        return "null" if text[-1] in "yN" else text  # Infinity, NaN

    def _charge(self, steps: int, size: int = 0) -> None:
        if self._run is not None:
            self._run.step(steps)
            self._run.fits(self._size + size)
        elif self._size > _LONGEST_QUOTE:
            raise _LongError

    def write(self, value: Value, margin: str = "\n") -> None:
        """Append what `JSON.stringify` gives for a value, numbers cut to 15 significant digits; functions as ""."""
        if isinstance(value, str):
            self._charge(len(value) >> 6)
            self._put(_in_quotes(value))
        elif value is None or value.__class__ is bool:
            self._put(_WORDS[value])
        elif isinstance(value, (int, float)):
            self._put(self._number(value))
        elif isinstance(value, list):
            self._put("[")
            self._members(value, repeat(""), margin)
            self._put("]")
        elif isinstance(value, dict):
            colon = ": " if self._indent else ":"
            known = {key: item for key, item in value.items() if item is not UNDEFINED}
            self._put("{")
            self._members(known.values(), (_in_quotes(key) + colon for key in known), margin)
            self._put("}")
        else:
            self._put("null" if value is UNDEFINED else '""')

    def _members(self, values: Collection[Value], names: Iterable[str], margin: str) -> None:
        self._charge(16 * len(values) + 40, len(values) * len(margin))
        inner = margin + self._indent
        lead = inner if self._indent else ""
        for value, name in zip(values, names, strict=False):
            self._put(lead + name)
            self.write(value, inner)
            lead = "," + inner if self._indent else ","
        if values and self._indent:
            self._put(margin)


_LONGEST_QUOTE: Final = 40_000


def quoted(value: Value) -> str:
    """A value inside a message, which cuts a long one short."""
    if value is UNDEFINED:
        return "undefined"
    writer = _Writer(None, "")
    try:
        writer.write(value)
    except (_LongError, RecursionError):
        writer.parts.append("...")
    return "".join(writer.parts)


class _LongError(Exception):
    """More than a message has room for."""


def string(run: Evaluation, value: Value, prettify: Value = UNDEFINED) -> Value:
    """`$string`, and an operand of `&`."""
    cls = value.__class__
    if cls is str or value is UNDEFINED:
        return value
    if cls is int and -(10**15) < value < 10**15:
        return str(value)
    if cls is float and not math.isfinite(value):
        raise JsonataError("D3001", value=value)
    if cls is Wrapped:
        value = value[0]
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        writer = _Writer(run, "  " if prettify else "")
        writer.write(value)
        return "".join(writer.parts)
    return ""


# Parts of texts


def substring(run: Evaluation, text: Value, start: Value, length: Value = UNDEFINED) -> Value:
    """`$substring`: a start below zero counts from the end."""
    if start is UNDEFINED:
        return text if length is UNDEFINED else ""
    size = len(text)
    run.text(size)
    start = as_double(start)
    if size + start < 0:
        start = 0
    if length is UNDEFINED:
        return text[_index(start, size) :]
    length = as_double(length)
    if length <= 0:
        return ""
    end = start + length if start >= 0 else size + start + length
    return text[_index(start, size) : _index(end, size)]


def _index(place: float, size: int) -> int:
    return 0 if place != place else math.trunc(max(-size, min(place, size)))


def substring_before(run: Evaluation, text: Value, chars: Value) -> Value:
    """`$substringBefore`: all of it where `chars` do not occur."""
    run.step(len(text) >> 4)
    return text.partition("undefined" if chars is UNDEFINED else chars)[0] if chars != "" else ""


def substring_after(run: Evaluation, text: Value, chars: Value) -> Value:
    """`$substringAfter`: all of it where `chars` do not occur."""
    run.step(len(text) >> 4)
    return text if chars is UNDEFINED or chars not in text else text.partition(chars)[2] if chars else text


def _cased(change: Callable[[str], str]) -> Callable[[Evaluation, Value], Value]:
    def changed(run: Evaluation, text: Value) -> Value:
        run.scan(text)
        return change(text)

    return changed


lowercase = _cased(str.lower)
uppercase = _cased(str.upper)


def length(run: Evaluation, text: Value) -> Value:
    """`$length`."""
    return len(text)


_SPACES: Final = re.compile("[ \t\n\r]+")


def trim(run: Evaluation, text: Value) -> Value:
    """`$trim`: white space inside becomes one space each."""
    run.scan(text)
    return _SPACES.sub(" ", text).strip(" ")


def pad(run: Evaluation, text: Value, width: Value, char: Value = UNDEFINED) -> Value:
    """`$pad`: on the right, on the left for a width below zero."""
    missing = 0.0 if width is UNDEFINED else abs(as_double(width)) - len(text)
    if not missing > 0:
        return text
    if not missing.is_integer():
        raise JsonataError("D1001", value=width)  # JavaScript: invalid array length
    count = int(missing)
    run.text(len(text) + count)
    char = char or " "
    padding = char[:count] if len(char) >= count else (char * (count // len(char) + 1))[:count]
    return text + padding if width > 0 else padding + text


def join(run: Evaluation, parts: Value, separator: Value = "") -> Value:
    """`$join`."""
    separator = separator or ""  # it may be nothing
    run.step(len(parts))
    run.text(sum(map(len, parts)) + len(separator) * len(parts))
    joined = separator.join(parts)
    if joined.isascii():
        return joined
    run.scan(joined)
    return whole(joined)


# Texts or regular expressions


def contains(run: Evaluation, text: Value, token: Value) -> Value:
    """`$contains`."""
    if isinstance(token, str):
        run.step(len(text) >> 4)
        return token in text
    from pytest_sfn.jsonata.library.regexes import matches  # only regular expressions need it

    return next(matches(run, token, text), None) is not None


def replace(run: Evaluation, text: Value, pattern: Value, replacement: Value, limit: Value = UNDEFINED) -> Value:
    """`$replace`."""
    if pattern == "":
        raise JsonataError("D3010", value=pattern, index=2)
    if limit is not UNDEFINED and limit < 0:
        raise JsonataError("D3011", value=limit, index=4)
    if not isinstance(pattern, str):
        from pytest_sfn.jsonata.library.regexes import substitute  # only regular expressions need it

        return substitute(run, text, pattern, replacement, limit)
    if not isinstance(replacement, str):
        replacement = "" if replacement is not UNDEFINED else "undefined"
    run.step(len(text) >> 4)
    count = text.count(pattern)
    if limit is not UNDEFINED:
        count = min(count, math.ceil(min(limit, count)))
    run.step(count)
    run.text(len(text) + count * len(replacement))
    return text.replace(pattern, replacement, count)


def split(run: Evaluation, text: Value, separator: Value, limit: Value = UNDEFINED) -> Value:
    """`$split`."""
    if limit is not UNDEFINED and limit < 0:
        raise JsonataError("D3020", value=limit, index=3)
    if not isinstance(separator, str):
        from pytest_sfn.jsonata.library.regexes import split_at  # only regular expressions need it

        return split_at(run, text, separator, limit)
    run.text(len(text))
    count = text.count(separator) + 1 if separator else 2 * len(text)
    run.step(count)
    run.hold(8 * count + len(text))
    parts = text.split(separator) if separator else list(units(text))
    return parts if limit is UNDEFINED else parts[: math.trunc(min(limit, count))]
