"""Integers in words, letters, Roman numerals and digits of any script: `$formatInteger`, `$parseInteger`, dates' parts.

The rules are those of XPath's `fn:format-integer` as the reference reads them.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError, LimitError
from pytest_sfn.jsonata.library.strings import number_text, significant
from pytest_sfn.jsonata.values import UNDEFINED, Value, as_double, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["IntegerFormat", "analyse_integer", "format_whole", "integer_matcher", "regular_interval", "whole_number"]


def regular_interval(positions: list[int]) -> int:
    """The distance at which separators repeat, or 0 if they do not repeat evenly."""
    factor = math.gcd(*positions)
    return factor if all(factor * n in positions for n in range(1, len(positions) + 1)) else 0


_FEW: Final = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
_ORDINALS: Final = (
    *("Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh"),
    *("Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"),
)
_TENS: Final = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_MAGNITUDES: Final = ("Thousand", "Million", "Billion", "Trillion")


def _words(value: int, joined: bool, ordinal: bool) -> str:
    joint = " and " if joined else ""
    if value <= 19:
        return joint + (_ORDINALS if ordinal else _FEW)[value]
    if value < 100:
        tens, rest = _TENS[value // 10 - 2], value % 10
        return joint + (tens + "-" + _words(rest, False, ordinal) if rest else tens[:-1] + "ieth" if ordinal else tens)
    if value < 1000:
        many, rest = divmod(value, 100)
        words = _FEW[many] + " Hundred"
    else:
        magnitude = min((len(str(value)) - 1) // 3, len(_MAGNITUDES))
        many, rest = divmod(value, 1000**magnitude)
        words = _words(many, False, False) + " " + _MAGNITUDES[magnitude - 1]
    return (", " if joined else "") + words + (_words(rest, True, ordinal) if rest else "th" if ordinal else "")


@functools.cache
def _word_values() -> dict[str, int]:
    values = {word.lower(): n for words in (_FEW, _ORDINALS) for n, word in enumerate(words)}
    for n, word in enumerate(_TENS, 2):
        values[word.lower()] = values[word[:-1].lower() + "ieth"] = n * 10
    for word, value in [("hundred", 100), *((word.lower(), 1000**n) for n, word in enumerate(_MAGNITUDES, 1))]:
        values[word] = values[word + "th"] = value
    values["hundreth"] = 100
    return values


def _from_words(text: str) -> float:
    segments: list[float] = [0.0]
    for word in re.split(r",\s|\sand\s|[\s\-]", text.lower()):
        value = _word_values().get(word)
        if value is None:
            return math.nan
        if value < 100:
            if segments[-1] >= 1000:
                segments.append(0)
            segments[-1] += value
        else:
            segments[-1] *= value
    return sum(segments)


_LETTERS: Final = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")
_ROMAN: Final = dict(zip(_LETTERS, (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), strict=True))


def _roman(value: int) -> str:
    if value > 10_000_000:  # the reference recurses once a letter
        raise LimitError("depth")
    text = ""
    for letters, worth in _ROMAN.items():
        count, value = divmod(value, worth)
        text += letters * count
    return text


def _from_roman(text: str) -> float:
    total = highest = 0
    for letter in reversed(text):
        worth = _ROMAN.get(letter)
        if worth is None:
            return math.nan
        if worth < highest:
            total -= worth
        else:
            highest = worth
            total += worth
    return total


def _letters(value: int) -> str:
    text = ""
    while value > 0:
        value, letter = divmod(value - 1, 26)
        text = chr(ord("a") + letter) + text
    return text


def _from_letters(text: str, first: str) -> float:
    total = 0.0
    for place, letter in enumerate(reversed(text)):
        total += (ord(letter) - ord(first) + 1) * (26.0**place if place < 218 else math.inf)
    return total


_ZEROS: Final = (
    *(0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50),
    *(0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620),
    *(0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
)
_FAMILIES: Final = {chr(zero + n): zero for zero in _ZEROS for n in range(10)}
"""By digit: the zero of its script."""
_STYLES: Final = {
    "A": ("letters", "upper"),
    "a": ("letters", "lower"),
    "I": ("roman", "upper"),
    "i": ("roman", "lower"),
    "W": ("words", "upper"),
    "Ww": ("words", "title"),
    "w": ("words", "lower"),
}


class IntegerFormat:
    """An integer picture, read.

    Attributes:
        style: decimal, letters, roman, words or sequence.
        separators: (digits to its right, character), from the right.
        regular: distance of evenly repeated separators, 0 otherwise.
        parse_width: the most digits to read, 0 for any number.
    """

    zero: int = 0x30
    mandatory: int = 0
    optional: int = 0
    regular: int = 0
    parse_width: int = 0

    def __init__(self, style: str, case: str = "lower", ordinal: bool = False, token: str = "") -> None:
        self.style = style
        self.case = case
        self.ordinal = ordinal
        self.token = token
        self.separators: list[tuple[int, str]] = []


def analyse_integer(picture: str) -> IntegerFormat:
    primary, semicolon, modifier = picture.rpartition(";")
    if not semicolon:
        primary, modifier = picture, ""
    ordinal = modifier.startswith("o")
    if primary in _STYLES:
        return IntegerFormat(*_STYLES[primary], ordinal)
    result = IntegerFormat("decimal", ordinal=ordinal)
    zero: int | None = None
    for char in reversed(primary):
        group = _FAMILIES.get(char)
        if group is not None:
            result.mandatory += 1
            if zero is not None and group != zero:
                raise JsonataError("D3131")
            zero = group
        elif char == "#":
            result.optional += 1
        else:
            result.separators.append((result.mandatory + result.optional, char))
    if zero is None:
        return IntegerFormat("sequence", ordinal=ordinal, token=primary)
    result.zero = zero
    if len({char for _, char in result.separators}) == 1:
        result.regular = regular_interval([position for position, _ in result.separators])
    return result


def _whole(value: float) -> int:
    """The integer below, with the digits JavaScript would print for a large one."""
    if abs(value) < 1 << 53:
        return math.floor(value)
    digits, point = significant(abs(value))
    return int(digits.ljust(point, "0")) * (1 if value > 0 else -1)


def format_whole(value: float, picture: IntegerFormat) -> str:
    """An integer after a picture; NaN and infinity come out as JavaScript's words for them where digits are wanted."""
    if picture.style == "sequence":
        raise JsonataError("D3130", value=picture.token)
    if not isinstance(value, int):
        if picture.style != "decimal":
            if value != value and picture.style != "words":
                return ""
            raise JsonataError("D1001", value=value)
        return ("-" if value < 0 else "") + _decimal(abs(value), picture)
    negative, value = value < 0, abs(value)
    if picture.style == "letters":
        text = _letters(value)
    elif picture.style == "roman":
        text = _roman(value)
    elif picture.style == "words":
        text = _words(value, False, picture.ordinal)
    else:
        text = _decimal(value, picture)
    if picture.style != "decimal" and picture.case != "title":
        text = text.upper() if picture.case == "upper" else text.lower()
    return "-" + text if negative else text


def _decimal(value: float, picture: IntegerFormat) -> str:
    text = (str(value) if value < 10**21 and value.__class__ is int else number_text(value)).rjust(picture.mandatory, "0")
    if picture.zero != 0x30:
        text = "".join(chr(ord(char) - 0x30 + picture.zero) for char in text)
    if picture.regular:
        start = len(text) % picture.regular
        pieces = [text[:start]] if start else []
        pieces += [text[at : at + picture.regular] for at in range(start, len(text), picture.regular)]
        text = picture.separators[0][1].join(pieces)
    else:
        for position, char in reversed(picture.separators):
            at = len(text) - position
            text = text[: max(at, 0)] + char + text[at:]  # a place left of the text counts from its end, oddly
    if picture.ordinal:
        teen = len(text) > 1 and text[-2] == "1"
        text += "th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    return text


def format_integer(run: Evaluation, value: Value, picture: Value) -> Value:
    """`$formatInteger`."""
    if picture is UNDEFINED:
        raise JsonataError("T0410", index=2)
    value = as_double(value)
    value = _whole(value) if math.isfinite(value) else value
    run.step(60 + (len(picture) ** 2 >> 4) + (value.bit_length() if isinstance(value, int) else 0))
    return format_whole(value, analyse_integer(picture))


def integer_matcher(picture: IntegerFormat) -> tuple[str, Callable[[str], float]]:
    """(regular expression, reader of what it matched) for an integer written after this picture."""
    upper = picture.case == "upper"
    if picture.style == "letters":
        return ("[A-Z]+" if upper else "[a-z]+"), lambda text: _from_letters(text, "A" if upper else "a")
    if picture.style == "roman":
        return ("[MDCLXVI]+" if upper else "[mdclxvi]+"), lambda text: _from_roman(text.swapcase() if upper else text.lower())
    if picture.style == "words":
        words = sorted(_word_values(), key=len, reverse=True)
        return "(?:" + "|".join([*words, "and", "[-, ]"]) + ")+", _from_words
    if picture.style == "sequence":
        raise JsonataError("D3130", value=picture.token)
    most = picture.parse_width
    width = f"{{{max(0, most - picture.optional)},{most}}}" if most else "+"
    return "[0-9]" + width + ("(?:th|st|nd|rd)" if picture.ordinal else ""), lambda text: _from_digits(text, picture)


def _from_digits(text: str, picture: IntegerFormat) -> float:
    digits = text[:-2] if picture.ordinal else text
    for _, char in [(0, ",")] if picture.regular else picture.separators:
        digits = digits.replace(char, "")
    if picture.zero != 0x30:
        digits = "".join(chr(max(0, ord(char) - picture.zero + 0x30)) for char in digits)
    match = re.match(r"\s*([-+]?[0-9]+)", digits)
    return whole_number(match[1]) if match else math.nan


def whole_number(digits: str) -> float:
    """The number of any digits, with a sign perhaps."""
    return int(digits) if len(digits) <= 300 else as_double(float(digits))


def parse_integer(run: Evaluation, text: Value, picture: Value) -> Value:
    """`$parseInteger`."""
    if picture is UNDEFINED:
        raise JsonataError("T0410", index=2)
    run.step(60 + 4 * len(text) + (len(picture) ** 2 >> 4))
    return number(integer_matcher(analyse_integer(picture))[1](text))
