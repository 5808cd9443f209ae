"""Number pictures: `$formatNumber`.

The rules are those of XPath's `fn:format-number` as the reference reads them. All errors of a picture are looked for in
a fixed order and the last one found is reported, which is how the reference and AWS come to call
`$formatNumber(1, "0x0")` a D3086.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.library.integers import regular_interval
from pytest_sfn.jsonata.library.numbers import round_half_even
from pytest_sfn.jsonata.library.strings import number_text
from pytest_sfn.jsonata.values import UNDEFINED, Value, as_double

if TYPE_CHECKING:
    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["format_number"]

_NAMES: Final = (
    *("decimal-separator", "grouping-separator", "exponent-separator", "minus-sign", "percent", "per-mille", "zero-digit"),
    *("digit", "pattern-separator"),
)
_SYMBOLS: Final = dict(zip(_NAMES, ".,e-%\u20300#;", strict=True))


class _Symbols:
    """The characters that mean something in a number picture; an option may also be a longer text, or none."""

    def __init__(self, options: dict[str, Value]) -> None:
        chosen = [value if isinstance(value := options.get(key), str) else usual for key, usual in _SYMBOLS.items()]
        self.size = sum(map(len, chosen))
        self.point, self.comma, self.exponent, self.minus, self.percent, *others = chosen
        self.per_mille, self.zero, self.digit, self.separator = others
        self.digits = "".join(chr(ord(self.zero[0]) + n) for n in range(10)) if self.zero else "0123456789"
        self.active = self.digits + self.point + self.comma + self.digit + self.separator

    def own(self, text: str) -> str:
        """Digits of ours as those of the picture."""
        return text.translate({48 + n: char for n, char in enumerate(self.digits)})

    def filling(self, text: str, least: int) -> str:
        """The zeros that a text of digits needs to have `least` of them."""
        return self.zero * math.ceil((least - len(text)) / max(1, len(self.zero)))

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


_MOST_DIGITS: Final = 400
"""A double has no more before its point."""


def format_number(run: Evaluation, value: Value, picture: Value, options: Value = UNDEFINED) -> Value:
    """`$formatNumber`."""
    value = as_double(value)
    if not math.isfinite(value):
        return number_text(value)
    if picture is UNDEFINED:
        raise JsonataError("T0410", index=2)
    s = _Symbols(options or {})
    run.step(60 + (len(picture) ** 2 >> 4))
    run.text(s.size * (len(picture) + _MOST_DIGITS))
    pictures = picture.split(s.separator)
    if len(pictures) > 2:
        raise JsonataError("D3080")
    parsed = [_SubPicture(text, s) for text in pictures]
    pic = parsed[0] if value >= 0 else parsed[-1]
    minus = s.minus if value < 0 and len(parsed) == 1 else ""
    value = abs(value) * (100 if s.percent in pic.picture else 1000 if s.per_mille in pic.picture else 1)
    exponent = 0
    if pic.exponent is not None and value:
        value, exponent = _mantissa(value, pic.scale)
        run.step(abs(exponent))
    whole, fraction = _digits(value, pic, s)
    result = minus + pic.prefix + _grouped(whole, fraction, pic, s)
    if pic.exponent is not None:
        digits = s.own(str(abs(exponent)))
        result += s.exponent + (s.minus if exponent < 0 else "") + s.filling(digits, s.count(pic.exponent)) + digits
    return result + pic.suffix


def _mantissa(value: float, scale: int) -> tuple[float, int]:
    """The value with `scale` digits before the point, and the exponent that goes with it."""
    exponent = 0
    least, most = 10.0 ** min(scale - 1, 300), 10.0 ** min(scale, 300)
    while value < least:
        value *= 10
        exponent -= 1
    while value > most:
        value /= 10
        exponent += 1
    return value, exponent


def _fixed(value: float, places: int) -> str:
    """As JavaScript's `toFixed`, which rounds halves up where Python rounds them to even."""
    exact = f"{value:.{places + 30}f}"
    if not exact.endswith("5" + "0" * 29):
        return f"{value:.{places}f}"
    digits = str(int(exact[:-30].replace(".", "")) + 1).zfill(places + 1)
    return f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}"


def _digits(value: float, pic: _SubPicture, s: _Symbols) -> tuple[str, str]:
    """The digits before and after the point."""
    value = as_double(round_half_even(value, pic.most_fraction))
    text = number_text(value) if value >= 1e21 else _fixed(value, min(pic.most_fraction, 1000))
    whole, _, fraction = s.own(text).partition(".")
    if len(s.zero) == 1:
        whole, fraction = whole.lstrip(s.zero), fraction.rstrip(s.zero)
    return s.filling(whole, pic.least) + whole, fraction + s.filling(fraction, pic.least_fraction)


def _grouped(whole: str, fraction: str, pic: _SubPicture, s: _Symbols) -> str:
    """The digits with their separators."""
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
    return result if s.point in pic.picture and not result.endswith(s.point) else result[:-1]
