"""Numbers and pictures: `$formatNumber`, `$formatBase`, `$formatInteger`, `$parseInteger`.

The rules are those of XPath's `fn:format-number` and `fn:format-integer` as the reference reads them. All errors of a
number picture are looked for in a fixed order and the last one found is reported, which is how the reference and AWS
come to call `$formatNumber(1, "x")` a D3086 rather than a D3085.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from pytest_sfn.expressions.jsonata.errors import BOUND_CODE, STACK, JsonataError
from pytest_sfn.expressions.jsonata.values import number

__all__ = [
    "IntegerFormat",
    "analyse_integer",
    "format_base",
    "format_integer",
    "format_whole",
    "integer_matcher",
    "parse_integer",
]

_DEFAULTS = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "infinity": "Infinity",
    "minus-sign": "-",
    "NaN": "NaN",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}


class _Symbols:
    """The characters that mean something in a number picture."""

    def __init__(self, options: dict[str, Any]) -> None:
        chosen = _DEFAULTS | {key: value for key, value in options.items() if isinstance(value, str)}
        self.point = chosen["decimal-separator"]
        self.comma = chosen["grouping-separator"]
        self.exponent = chosen["exponent-separator"]
        self.minus = chosen["minus-sign"]
        self.percent = chosen["percent"]
        self.per_mille = chosen["per-mille"]
        self.digit = chosen["digit"]
        self.separator = chosen["pattern-separator"]
        self.zero = chosen["zero-digit"]
        self.digits = "".join(chr(ord(self.zero[0]) + n) for n in range(10)) if self.zero else "0123456789"
        self.active = self.digits + self.point + self.comma + self.digit + self.separator

    def count(self, text: str, *, optional: bool = False) -> int:
        return sum(char in self.digits or (optional and char == self.digit) for char in text)


class _SubPicture:
    """One sub-picture, cut into prefix, integer part, fraction, exponent and suffix."""

    def __init__(self, picture: str, s: _Symbols) -> None:
        self.picture = picture
        places = [index for index, char in enumerate(picture) if char in s.active]
        self.prefix = picture[: places[0]] if places else ""
        self.suffix = picture[places[-1] + 1 :] if places else ""
        self.part = picture[len(self.prefix) : len(picture) - len(self.suffix)]
        found = picture.find(s.exponent, len(self.prefix))
        if found > len(picture) - len(self.suffix):
            found = -1
        # the reference takes the place in the whole picture for one in the part without prefix
        self.mantissa = self.part if found < 0 else self.part[:found]
        self.exponent = None if found < 0 else self.part[found + 1 :]
        self.integer, point, fraction = self.mantissa.partition(s.point)
        # without a decimal separator the reference counts the suffix as fraction
        self.fraction = fraction if point else self.suffix
        self._check(s)
        self._measure(s)

    def _check(self, s: _Symbols) -> None:
        picture = self.picture
        point = picture.find(s.point)
        around = picture[point - 1 : point] + picture[point + 1 : point + 2] if point >= 0 else ""
        percents = picture.count(s.percent), picture.count(s.per_mille)
        first = self.integer.find(s.digit)
        last = self.fraction.rfind(s.digit)
        rules = (
            ("D3081", picture.count(s.point) > 1),
            ("D3082", percents[0] > 1),
            ("D3083", percents[1] > 1),
            ("D3084", all(percents)),
            ("D3085", not s.count(self.mantissa, optional=True)),
            ("D3086", any(char not in s.active + s.exponent for char in self.part)),
            ("D3087", point >= 0 and s.comma in around),
            ("D3088", point < 0 and self.integer.endswith(s.comma)),
            ("D3089", s.comma * 2 in picture),
            ("D3090", first >= 0 and s.count(self.integer[:first]) > 0),
            ("D3091", last >= 0 and s.count(self.fraction[last:]) > 0),
            ("D3092", bool(self.exponent) and any(percents)),
            ("D3093", self.exponent is not None and (not self.exponent or s.count(self.exponent) < len(self.exponent))),
        )
        broken = [code for code, is_broken in rules if is_broken]
        if broken:
            raise JsonataError(broken[-1])

    def _measure(self, s: _Symbols) -> None:
        self.least = s.count(self.integer)
        self.scale = self.least
        self.least_fraction = s.count(self.fraction)
        self.most_fraction = s.count(self.fraction, optional=True)
        if self.least == 0 and self.most_fraction == 0:
            if self.exponent is None:
                self.least = 1
            else:
                self.least_fraction = self.most_fraction = 1
        if self.exponent is not None and self.least == 0 and s.digit in self.integer:
            self.least = 1
        if self.least == 0 and self.least_fraction == 0:
            self.least_fraction = 1
        pieces = self.integer.split(s.comma)
        self.groups = [s.count("".join(pieces[index:]), optional=True) for index in range(1, len(pieces))]
        self.regular = regular_interval(self.groups)
        self.fraction_groups = []
        at = self.fraction.find(s.comma)
        while at >= 0:
            self.fraction_groups.append(s.count(self.fraction[:at], optional=True))
            at = self.integer.find(s.comma, at + 1)  # the integer part: an oversight of the reference


def regular_interval(positions: list[int]) -> int:
    """The distance at which separators repeat, or 0 if they do not repeat evenly."""
    if not positions:
        return 0
    factor = functools.reduce(math.gcd, positions)
    return factor if all(factor * n in positions for n in range(1, len(positions) + 1)) else 0


_EXACT = Context(1100, ROUND_HALF_UP)


def format_number(value: Any, picture: Any, options: Any = None) -> Any:
    from pytest_sfn.expressions.jsonata.operators import round_
    from pytest_sfn.expressions.jsonata.strings import number_text

    if value is None:
        return None
    s = _Symbols(options or {})
    if not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    pictures = (picture or "").split(s.separator)
    if len(pictures) > 2:
        raise JsonataError("D3080")
    parsed = [_SubPicture(text, s) for text in pictures]
    pic = parsed[0] if value >= 0 else parsed[-1]
    minus = s.minus if value < 0 and len(parsed) == 1 else ""
    value = float(abs(value)) * (100 if s.percent in pic.picture else 1000 if s.per_mille in pic.picture else 1)
    exponent = 0
    if pic.exponent is not None and value:
        while value < 10.0 ** (pic.scale - 1):
            value *= 10
            exponent -= 1
        while value > 10.0**pic.scale:
            value /= 10
            exponent += 1
    value = round_(value, pic.most_fraction)
    exact = _EXACT.quantize(Decimal(float(value)), Decimal((0, (1,), -pic.most_fraction)))
    text = number_text(value) if value >= 1e21 else f"{exact:f}"
    whole, _, fraction = text.translate({48 + n: char for n, char in enumerate(s.digits)}).partition(".")
    whole = whole.lstrip(s.zero).rjust(pic.least, s.zero)
    fraction = fraction.rstrip(s.zero).ljust(pic.least_fraction, s.zero)
    if pic.regular:
        groups = range(pic.regular, len(whole), pic.regular)
        whole = s.comma.join(whole[max(0, len(whole) - at - pic.regular) : len(whole) - at] for at in [*reversed(groups), 0])
    result = whole + s.point + fraction
    if not pic.regular:
        for count, position in enumerate(pic.groups):
            at = len(whole) + count - position
            result = result[:at] + s.comma + result[at:]
    at = result.find(s.point) + 1
    for position in pic.fraction_groups:
        result = result[: at + position] + s.comma + result[at + position :]
    if s.point not in pic.picture or result.endswith(s.point):
        result = result[:-1]
    if pic.exponent is not None:
        digits = str(abs(exponent)).translate({48 + n: char for n, char in enumerate(s.digits)})
        result += s.exponent + (s.minus if exponent < 0 else "") + digits.rjust(s.count(pic.exponent), s.zero)
    return minus + pic.prefix + result + pic.suffix


def format_base(value: Any, radix: Any = None) -> Any:
    from pytest_sfn.expressions.jsonata.operators import round_

    if value is None:
        return None
    value = int(round_(value))
    radix = 10 if radix is None else round_(radix)
    if not 2 <= radix <= 36:
        raise JsonataError("D3100", value=radix)
    digits = ""
    rest = abs(value)
    while rest:
        rest, digit = divmod(rest, int(radix))
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if value < 0 else "") + (digits or "0")


# Integers in words, letters, Roman numerals and digits of any script

_FEW = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
_ORDINALS = (
    *("Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh"),
    *("Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"),
)
_TENS = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_MAGNITUDES = ("Thousand", "Million", "Billion", "Trillion")


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
    segments: list[float] = [0]
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


_ROMAN = {
    "m": 1000,
    "cm": 900,
    "d": 500,
    "cd": 400,
    "c": 100,
    "xc": 90,
    "l": 50,
    "xl": 40,
    "x": 10,
    "ix": 9,
    "v": 5,
    "iv": 4,
    "i": 1,
}


def _roman(value: int) -> str:
    if value > 10_000_000:  # the reference recurses once a letter
        raise JsonataError(BOUND_CODE, message=STACK)
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


def _letters(value: int, first: str) -> str:
    text = ""
    while value > 0:
        value, letter = divmod(value - 1, 26)
        text = chr(ord(first) + letter) + text
    return text


def _from_letters(text: str, first: str) -> int:
    total = 0
    for letter in text:
        total = total * 26 + ord(letter) - ord(first) + 1
    return total


_ZEROS = [
    *(0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50),
    *(0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620),
    *(0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
]
_STYLES = {
    "A": ("letters", "upper"),
    "a": ("letters", "lower"),
    "I": ("roman", "upper"),
    "i": ("roman", "lower"),
    "W": ("words", "upper"),
    "Ww": ("words", "title"),
    "w": ("words", "lower"),
}


@dataclass
class IntegerFormat:
    """An integer picture, read.

    Attributes:
        style: decimal, letters, roman, words or sequence.
        separators: (digits to its right, character), from the right.
        regular: distance of evenly repeated separators, 0 otherwise.
        parse_width: the most digits to read, 0 for any number.
    """

    style: str
    case: str = "lower"
    ordinal: bool = False
    zero: int = 0x30
    mandatory: int = 0
    optional: int = 0
    separators: list[tuple[int, str]] = field(default_factory=list)
    regular: int = 0
    token: str = ""
    parse_width: int = 0


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
        group = next((group for group in _ZEROS if group <= ord(char) <= group + 9), None)
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
    return math.floor(value) if abs(value) < 1 << 53 else math.floor(Decimal(repr(float(value))))


def format_whole(value: int, picture: IntegerFormat) -> str:
    negative, value = value < 0, abs(value)
    if picture.style == "letters":
        text = _letters(value, "A" if picture.case == "upper" else "a")
    elif picture.style == "roman":
        text = _roman(value)
    elif picture.style == "words":
        text = _words(value, False, picture.ordinal)
    elif picture.style == "sequence":
        raise JsonataError("D3130", value=picture.token)
    else:
        text = _decimal(value, picture)
    if picture.style != "decimal" and picture.case != "title":
        text = text.upper() if picture.case == "upper" else text.lower()
    return "-" + text if negative else text


def _decimal(value: int, picture: IntegerFormat) -> str:
    from pytest_sfn.expressions.jsonata.strings import number_text

    text = (str(value) if value < 10**21 else number_text(value)).rjust(picture.mandatory, "0")
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


def format_integer(value: Any, picture: Any) -> Any:
    return None if value is None else format_whole(_whole(value), analyse_integer(picture or ""))


def integer_matcher(picture: IntegerFormat) -> tuple[str, Any]:
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
    return int(match[1]) if match else math.nan


def parse_integer(text: Any, picture: Any) -> Any:
    return None if text is None else number(integer_matcher(analyse_integer(picture or ""))[1](text))
