"""Number pictures: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ('$formatNumber(12345.6, "#,###.00")', "12,345.60"),
    ('$formatNumber(-12345.6, "#,###.00;(#,###.00)")', "(12,345.60)"),
    ('$formatNumber(1234567.891, "#,##,##0.0#")', "12,34,567.89"),
    ('$formatNumber(0.14, "01%")', "14%"),
    ('$formatNumber(0.14, "###pm", {"per-mille":"pm"})', "140pm"),
    ('$formatNumber(1234.5678, "00.000e0")', "12.346e2"),
    ('$formatNumber(0.234, ".00e0")', ".23e0"),
    ('$formatNumber(1e-10, "0.0e0")', "1.0e-10"),
    ('$formatNumber(1e300, "#")', "1e+300"),
    ('$formatNumber(1e21, "0")', "1e+21"),
    ('$formatNumber(123456789012345678, "#,###")', "123,456,789,012,345,680"),
    ('$formatNumber(12.5, "0;0;0")', Code("D3080")),
    ('$formatNumber(nothing, "0")', UNDEFINED),
    ('$formatNumber(1/0, "0")', "Infinity"),
    ('$formatNumber(12.5, "x0y;-z0w")', "x12y"),
    ('$formatNumber(-12.5, "x0y;-z0w")', "-z12w"),
    ('$formatNumber(12.5, "0.0.0")', Code("D3081")),
    ('$formatNumber(12.5, "0%%")', Code("D3082")),
    ('$formatNumber(12.5, "0%\u2030")', Code("D3084")),
    ('$formatNumber(12.5, "0#.0")', Code("D3090")),
    ('$formatNumber(12.5, "0.#0")', Code("D3091")),
    ('$formatNumber(12.5, "0,")', Code("D3088")),
    ('$formatNumber(12.5, "0,.0")', Code("D3087")),
    ('$formatNumber(12.5, "0,,0")', Code("D3089")),
    ('$formatNumber(12.5, "0e")', Code("D3093")),
    ('$formatNumber(12.5, "0e#")', Code("D3093")),
    ('$formatNumber(12.5, "0e0%")', Code("D3092")),
    ('$formatNumber(12.5, "0a0")', Code("D3086")),
    ('$formatNumber(12.5, "#.#")', "12.5"),
    ('$formatNumber(0, "#.#")', ".0"),
    ('$formatNumber(0, "#")', "0"),
    ('$formatNumber(0, ".#")', ".0"),
    ('$formatNumber(-0.001, "0")', "-0"),
    ('$formatNumber(2.5, "0")', "2"),
    ('$formatNumber(3.5, "0")', "4"),
    ('$formatNumber(1.005, "0.00")', "1.00"),
    ('$formatNumber(12.5, "0.0", {"decimal-separator":"_"})', Code("D3086")),
    ('$formatNumber(12.5, "0,0", {"decimal-separator":",","grouping-separator":"."})', "12,5"),
    ('$formatNumber(12.5, "00", {"zero-digit":"0x"})', "12"),
    ('$formatNumber(-12.5, "00", {"minus-sign":"minus"})', "minus12"),
    ('$formatNumber(12.5, "0", {"x":1})', "12"),
    ('$formatNumber(0.00012345, "##0.0##e0")', "1.234e-4"),
    ('$formatNumber(123456, "##0.0##e0")', "1.235e5"),
    ('$formatNumber(123456.789, "0,000.000,000")', "123,456.789,000"),
    ('$formatNumber(123456.789, "0.000,0,0")', "123456.789,00"),
    ('$formatNumber(12.5, "#")', "12"),
    ('$formatNumber(12.5, ".")', Code("D3085")),
    ('$formatNumber(12.5, ",")', Code("D3088")),
    ('$formatNumber(12.5, "e0")', "e12"),
    ('$formatNumber(12.5, "0e0e0")', Code("D3093")),
    ('$formatNumber(12.5, "a0e0")', Code("D3093")),
    ('$formatNumber(12.5, "ee0e0")', Code("D3093")),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
