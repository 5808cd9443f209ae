"""Base64 and URLs: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ('$base64encode("a")', "YQ=="),
    ('$base64encode("\xe9")', "6Q=="),
    ('$base64encode("\U0001f600")', "PQA="),
    ('$base64encode("\u4e2d")', "LQ=="),
    ("$base64encode(nothing)", UNDEFINED),
    ('$base64encode("")', ""),
    ('$base64decode("")', ""),
    ('$base64decode("6Q==")', "\xe9"),
    ('$base64decode("6Q")', "\xe9"),
    ('$base64decode("8J+YgA==")', "\xf0\x9f\x98\x80"),
    ('$base64decode("a-_b")', "k\xef\xdb"),
    ('$base64decode("!!!")', ""),
    ('$base64decode("YQ==YQ==")', "a"),
    ('$base64decode("Y")', ""),
    ('$base64decode("YW Jj")', "abc"),
    ('$encodeUrlComponent("a b/\xe9\U0001f600\'()*~!.-_")', "a%20b%2F%C3%A9%F0%9F%98%80'()*~!.-_"),
    ('$encodeUrl("http://a b/\xe9?x=1&y=2#z;,@$+[]\'()*~!.-_%")', "http://a%20b/%C3%A9?x=1&y=2#z;,@$+%5B%5D'()*~!.-_%25"),
    ('$encodeUrl("\\ud800")', Code("D3140")),
    ('$encodeUrlComponent("\\ud800")', Code("D3140")),
    ('$decodeUrl("%E0%A4%A")', Code("D3140")),
    ('$decodeUrl("a%20b%2F%3B%23")', "a b%2F%3B%23"),
    ('$decodeUrlComponent("a%20b%2F%3B%23")', "a b/;#"),
    ('$decodeUrlComponent("%")', Code("D3140")),
    ('$decodeUrlComponent("%ff")', Code("D3140")),
    ('$decodeUrl("%ED%A0%80")', Code("D3140")),
    ("$decodeUrl(nothing)", UNDEFINED),
    ('$decodeUrlComponent("%F0%9F%98%80+")', "\U0001f600+"),
    ('$decodeUrlComponent("%C0%80")', Code("D3140")),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
