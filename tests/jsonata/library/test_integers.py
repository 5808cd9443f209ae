"""Integers in words, letters, Roman numerals and digits: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ('$formatInteger(1999, "I")', "MCMXCIX"),
    ('$formatInteger(0, "I")', ""),
    ('$formatInteger(4000, "i")', "mmmm"),
    ('$formatInteger(-5, "I")', "-V"),
    ('$formatInteger(123, "w")', "one hundred and twenty-three"),
    ('$formatInteger(123, "Ww")', "One Hundred and Twenty-Three"),
    ('$formatInteger(123, "W")', "ONE HUNDRED AND TWENTY-THREE"),
    ('$formatInteger(123, "w;o")', "one hundred and twenty-third"),
    ('$formatInteger(1e15, "w")', "one thousand trillion"),
    ('$formatInteger(1e18, "w")', "one million trillion"),
    ('$formatInteger(1e25, "w")', "ten trillion trillion"),
    ('$formatInteger(1000000, "Ww;o")', "One Millionth"),
    ('$formatInteger(27, "A")', "AA"),
    ('$formatInteger(0, "a")', ""),
    ('$formatInteger(-3, "a")', "-c"),
    ('$formatInteger(-3, "w")', "-three"),
    ('$formatInteger(12345, "#,##0")', "12,345"),
    ('$formatInteger(12345, "#,#0,0")', "12,34,5"),
    ('$formatInteger(12345, "0000000")', "0012345"),
    ('$formatInteger(1, "1;o")', "1st"),
    ('$formatInteger(11, "1;o")', "11th"),
    ('$formatInteger(-11, "1;o")', "-11th"),
    ('$formatInteger(12, "#")', Code("D3130")),
    ('$formatInteger(12, "x")', Code("D3130")),
    ('$formatInteger(12, "")', Code("D3130")),
    ('$formatInteger(12.7, "0")', "12"),
    ('$formatInteger(-12.7, "0")', "-13"),
    ('$formatInteger(12, "\u0660")', "\u0661\u0662"),
    ('$formatInteger(12, "0\u0660")', Code("D3131")),
    ('$formatInteger(1e21, "0")', "1e+21"),
    ('$formatInteger(1e21, "#,##0")', "1e,+21"),
    ('$formatInteger(12, "0;c")', "12"),
    ('$formatInteger(12, "0;x;o")', "12;xth"),
    ('$formatInteger(1, "\u03b1")', Code("D3130")),
    ('$formatInteger(1, "\u2460")', Code("D3130")),
    ('$formatInteger(1/0, "0")', "Infinity"),
    ('$formatInteger(123456, "#;##0")', Code("D3130")),
    ('$formatInteger(123456, "0-00 0")', "123-45 6"),
    ('$formatInteger(20, "w;o")', "twentieth"),
    ('$formatInteger(100, "w;o")', "one hundredth"),
    ('$formatInteger(1000, "w;o")', "one thousandth"),
    ('$formatInteger(101, "w;o")', "one hundred and first"),
    ('$formatInteger(1e12, "w;o")', "one trillionth"),
    ('$formatInteger(1e-7, "w")', "zero"),
    ('$parseInteger("12", "0")', 12),
    ('$parseInteger("1,234", "#,##0")', 1234),
    ('$parseInteger("MCMXCIX", "I")', 1999),
    ('$parseInteger("mcmxcix", "I")', "NaN"),
    ('$parseInteger("XYZ", "I")', "NaN"),
    ('$parseInteger("one hundred and twenty-three", "w")', 123),
    ('$parseInteger("ONE HUNDRED", "w")', 100),
    ('$parseInteger("foo", "w")', "NaN"),
    ('$parseInteger("twenty-third", "w;o")', 23),
    ('$parseInteger("aa", "a")', 27),
    ('$parseInteger("AA", "a")', -837),
    ('$parseInteger("12th", "0;o")', 12),
    ('$parseInteger("12", "0;o")', "NaN"),
    ('$parseInteger("\u0663", "\u0660")', 3),
    ('$parseInteger("12", "x")', Code("D3130")),
    ('$parseInteger("", "0")', "NaN"),
    ('$parseInteger("abc", "0")', "NaN"),
    ('$parseInteger("-12", "0")', -12),
    ('$parseInteger("-xii", "i")', "NaN"),
    ('$parseInteger("1.5", "0")', 1),
    ('$parseInteger("12abc", "0")', 12),
    ('$parseInteger(nothing, "0")', UNDEFINED),
    ('$parseInteger("99999999999999999999999999", "0")', 1e26),
    ('$parseInteger("one trillion", "w")', 1000000000000),
    ('$parseInteger("two million, three hundred and five thousand, six hundred and seven", "w")', 2305607),
    ('$parseInteger("1-2", "0-0 0")', 12),
    ('$parseInteger("", "I")', 0),
    ('$parseInteger("", "w")', "NaN"),
    ('$parseInteger("", "a")', 0),
    ('$formatInteger(-1/0, "0")', "-Infinity"),
    ('$formatInteger(0/0, "I")', ""),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
