"""Regular expressions: JavaScript's, as functions and as searches."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.jsonata import JsonataError


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("/a+/", "baac", "aa"),
        ("/A/i", "ba", "a"),
        ("/^b$/m", "a\\nb", "b"),
        ("/b$/", "ab\\n", None),
        (r"/\d+\w/", "٣ 12x", "12x"),
        ("/[^]/", "\\n", "\n"),
        ("/a{2}/", "aaa", "aa"),
        (r"/\x41\u0042/", "AB", "AB"),
        ("/(?<x>a)/", "a", "a"),
        ("/./", "\\u2028a", "a"),
    ],
)
def test_match(pattern: str, text: str, expected: Any) -> None:
    found = jsonata.compile(f'$match("{text}", {pattern})')()
    assert (found["match"] if found else None) == expected


def test_as_a_function_it_leads_from_match_to_match() -> None:
    text = "($m := /(a)(b)?/('xaab'); [$m.match, $m.start, $m.end, $count($m.groups), $m.next().start])"
    assert jsonata.compile(text)() == ["a", 1, 2, 2, 2]
    assert jsonata.compile("/b/('😀b').start")() == 2
    assert jsonata.compile("/a/ ? 1 : 2")() == 2


def test_refused() -> None:
    for text, code in (("$replace('ab', /x*/, '-')", "D1004"), ("$match('a', /(?<=/)", "S0302")):
        with pytest.raises(JsonataError) as caught:
            jsonata.compile(text)()
        assert caught.value.code == code
