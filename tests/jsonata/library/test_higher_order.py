"""Functions that call a function: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ('$each({"a":1,"b":2}, function($v,$k){$k & $v})', ["a1", "b2"]),
    ('$each({"a":1}, function($v,$k){$k & $v})', "a1"),
    ("$each({}, function($v,$k){$k & $v})", UNDEFINED),
    ('$each({"a":1}, function($v,$k,$o){$o})', {"a": 1}),
    ('$each({"a":1}, function(){1})', 1),
    ('$each({"a":1,"b":2}, $string)', ["1", "2"]),
    ('$each({"a":1,"b":2}, $sum)', [1, 2]),
    ('$each({"a":1,"b":2}, function($v){$v=1?[1,2]:nothing})', [1, 2]),
    ("$each(nothing, function($v){1})", UNDEFINED),
    ('$each({"a":1})', Code("T0410")),
    ('$sift({"a":1,"b":2}, function($v,$k){$k = "a"})', {"a": 1}),
    ('$sift({"a":1,"b":2}, function($v){$v > 5})', UNDEFINED),
    ('$sift({"a":1,"b":2}, function($v,$k,$o){$o.b=2})', {"a": 1, "b": 2}),
    ("$sift(nothing, function($v){1})", UNDEFINED),
    ('{"a":1}.$sift(function($v){true})', {"a": 1}),
    ("$map([1,2], function($v,$i,$a){[$v,$i,$a]})", [[1, 0, 1, 2], [2, 1, 1, 2]]),
    ("$map([1,2], function($v){nothing})", UNDEFINED),
    ("$map([1,2], function($v){$v=1?1:nothing})", 1),
    ("$map([1,2], function($v){[]})", [[], []]),
    ("$map([1], function($v){[]})", []),
    ("$map([], function($v){1})", UNDEFINED),
    ("$map(1, function($v){$v})", 1),
    ("$map(nothing, function($v){$v})", UNDEFINED),
    ("$map([1,2], nothing)", Code("T0410")),
    ("$map([1,2], function(){7})", [7, 7]),
    ("$map([1,2], $string)", ["1", "2"]),
    ("$map([1,2], $sum)", [1, 2]),
    ('$map([4,5], $substring("hello", ?))', ["o", ""]),
    ('$map([1,2], $substring("hello", ?))', ["ello", "llo"]),
    ("$map([1,2,3], $append)", [[1, 0], [2, 1], [3, 2]]),
    ("$map([1.5,2.25], $round)", [2, 2.2]),
    ("$map([[1,2],[3]], $zip)", [[[1], [2]], [[3]]]),
    ("$map([[1,2],[3]], $count)", [2, 1]),
    ('{"a":$map([1], function($v){$v})}', {"a": 1}),
    ('{"a":$map([1], function($v){[$v]})}', {"a": [1]}),
    ('{"a":$map([], function($v){[$v]})}', {}),
    ("$filter([1,2,3], function($v){$v>1})", [2, 3]),
    ("$filter([1,2,3], function($v){$v>2})", 3),
    ("$filter([1,2,3], function($v){$v>5})", UNDEFINED),
    ("$filter([1,2,3], nothing)", Code("T0410")),
    ("$filter([], function($v){$v>5})", UNDEFINED),
    ("$filter([[1],[2]], function($v){$v=[1]})", [1]),
    ("$filter([1,2,3], function($v,$i,$a){$i=$count($a)-1})", 3),
    ("$filter(nothing, function($v){$v>5})", UNDEFINED),
    ("$filter([1,0], $boolean)", 1),
    ("$single([1,2,3], function($v){$v=1})", 1),
    ("$single([1,2,3], function($v){$v>1})", Code("D3138")),
    ("$single([1,2,3], function($v){$v>5})", Code("D3139")),
    ("$single([1])", 1),
    ("$single([1,2])", Code("D3138")),
    ("$single([])", Code("D3139")),
    ("$single(nothing)", UNDEFINED),
    ("$single([1,2], nothing)", Code("T0410")),
    ("$single(5)", 5),
    ("$single([[1]], function($v){true})", [1]),
    ("$reduce([1,2,3], function($a,$b){$a+$b})", 6),
    ("$reduce([1,2,3], function($a,$b){$a+$b}, 10)", 16),
    ("$reduce([1,2,3], function($a){$a})", Code("D3050")),
    ("$reduce([1], function($a,$b){$a+$b})", 1),
    ("$reduce([], function($a,$b){$a+$b})", UNDEFINED),
    ("$reduce([], function($a,$b){$a+$b}, 5)", 5),
    ("$reduce([1,2,3], function($a,$b,$i,$l){[$a,$b,$i,$l]})", [1, 2, 1, 1, 2, 3, 3, 2, 1, 2, 3]),
    ("$reduce([1,2,3], function($a,$b){$a+$b}, nothing)", 6),
    ("$reduce([1,2,3], $sum)", Code("D3050")),
    ("$reduce([1,2,3], $append)", [1, 2, 3]),
    ("$reduce([1,2,3], $power)", 1),
    ("$reduce(nothing, function($a,$b){$a+$b})", UNDEFINED),
    ("$reduce(nothing, function($a,$b){$a+$b}, 5)", UNDEFINED),
    ("$reduce([nothing], function($a,$b){$a+$b}, 5)", 5),
    ('$reduce(["a","b","c"], $join)', "a"),
    ("$reduce([1,2,3], $zip)", Code("D3050")),
    ("$reduce([1,2,3], $max)", Code("D3050")),
    ("$reduce([[1],[2]], $append)", [1, 2]),
    ("$reduce([1,2,3], nothing)", Code("T0410")),
    ('$map([{"a":1}], $keys)', ["a"]),
    ('$map([{"a":1},{"b":1}], $keys)', [["a"], ["b"]]),
    ("$single([0, null, []], $exists)", Code("D3138")),
    ('$each({"a":null}, function($v){$v})', None),
    ('$sift({"a":null}, function($v){$v=null})', {"a": None}),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
