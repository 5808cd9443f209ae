"""Matches of regular expressions: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ('$match("", /x*/)', {"match": "", "index": 0, "groups": []}),
    ('$match("aab", /x*/, 0)', UNDEFINED),
    ('$match("aab", /x*/, 1)', Code("D1004")),
    ('$match("abc", function($s){5})', Code("T1010")),
    ('$match("abc", function($s){{"x":5}})', Code("T1010")),
    ('$match("abc", function($s){nothing})', UNDEFINED),
    ('$match("\U0001f600ab", /a/)', {"match": "a", "index": 2, "groups": []}),
    ('$match("ab", /c/)', UNDEFINED),
    ('$match("aaa", /a/, 0)', UNDEFINED),
    ('$match("aaa", /a/, 1.5)', [{"match": "a", "index": 0, "groups": []}, {"match": "a", "index": 1, "groups": []}]),
    ('$match("aaa", /a/, -1)', Code("D3040")),
    ('$match("aab", /a*/)', Code("D1004")),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
