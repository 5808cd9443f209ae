"""Arrays: answers as the reference gave them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.jsonata import UNDEFINED
from tests.jsonata.library.answers import Code, answer

ANSWERS = (
    ("$count(nothing)", 0),
    ("$count([])", 0),
    ("$count(1)", 1),
    ('$count("a")', 1),
    ('$count({"a":1})', 1),
    ("$count([nothing, null])", 1),
    ("$append(1,2)", [1, 2]),
    ("$append([1],2)", [1, 2]),
    ("$append(nothing,2)", 2),
    ("$append(nothing,[2])", [2]),
    ("$append([1],nothing)", [1]),
    ("$append(nothing,nothing)", UNDEFINED),
    ("$append([],[])", []),
    ("$append([1],[])", [1]),
    ("$append([], 1)", [1]),
    ("$append([], 1)[0]", 1),
    ("$append([[1]],[2])", [[1], 2]),
    ("[$append(1,[])]", [1]),
    ('{"a": $append([1],[])}', {"a": [1]}),
    ('{"a": $append([], 1)}', {"a": [1]}),
    ('{"a": $append([], [])}', {"a": []}),
    ("$reverse([1,2,3])", [3, 2, 1]),
    ("$reverse([])", []),
    ("$reverse(1)", [1]),
    ("$reverse(nothing)", UNDEFINED),
    ("$reverse([1])", [1]),
    ("$shuffle([1])", [1]),
    ("$shuffle(nothing)", UNDEFINED),
    ("$shuffle([])", []),
    ("$distinct([])", []),
    ("$distinct([1])", [1]),
    ("$distinct(1)", 1),
    ("$distinct(nothing)", UNDEFINED),
    ("$distinct([1,1])", [1]),
    ('{"a": $distinct([1,1])}', {"a": [1]}),
    ('$distinct({"a":1})', {"a": 1}),
    ("$count($distinct([$sum,$sum,$max]))", 2),
    ("$distinct([1..3].(1))", 1),
    ('{"a": $distinct([1..3].(1))}', {"a": 1}),
    ("$distinct([nothing])", []),
    ("$distinct([[nothing],[nothing]])", [[]]),
    ("$distinct([0, -0])", [0]),
    ("$distinct([[],[]])", [[]]),
    ("$distinct([[1,[2]],[1,[2]],[1,[2,3]]])", [[1, [2]], [1, [2, 3]]]),
    ("$sort([3,1,2])", [1, 2, 3]),
    ('$sort(["b","a"])', ["a", "b"]),
    ('$sort(["b",1])', Code("D3070")),
    ("$sort([])", []),
    ("$sort(1)", [1]),
    ("$sort([1])", [1]),
    ("$sort([null])", [None]),
    ("$sort([true,false])", Code("D3070")),
    ("$sort(nothing)", UNDEFINED),
    ('$sort([{"a":1},{"a":2}])', Code("D3070")),
    ("$sort([3,1,2], function($a,$b){$a<$b})", [3, 2, 1]),
    ("$sort([3,1,2], function($a,$b){0})", [3, 1, 2]),
    ("$sort([3,1,2], function($a,$b){1})", [2, 1, 3]),
    ("$sort([3,1,2], function($a,$b){nothing})", [3, 1, 2]),
    ("$sort([3,1,2], function($a,$b){[]})", [2, 1, 3]),
    ('$sort([3,1,2], function($a,$b){""})', [3, 1, 2]),
    ("$sort([3,1,2], function($a,$b){{}})", [2, 1, 3]),
    ("$sort([3,1,2], function($a,$b){[0]})", [2, 1, 3]),
    ("$sort([3,1,2], nothing)", Code("T0410")),
    ('$sort(["\U0001f600","\\uffff"])', ["\U0001f600", "\uffff"]),
    ("$sort([1..3].(1))", [1, 1, 1]),
    ("$sort([2,1])[0]", 1),
    ("$zip([1,2],[3,4,5])", [[1, 3], [2, 4]]),
    ("$zip([1,2])", [[1], [2]]),
    ("$zip([1],[2])", [[1, 2]]),
    ("$zip([],[1])", []),
    ("$zip(1,2)", [[1, 2]]),
    ("$zip(nothing)", []),
    ("$zip([1], nothing)", []),
    ("$zip()", Code("T0410")),
    ("$zip([1,2],[3,4],[5,6])", [[1, 3, 5], [2, 4, 6]]),
    ('{"a": $zip([1],[2])}', {"a": [[1, 2]]}),
    ('{"a":$append(1,[])}', {"a": [1]}),
    ('{"a":$append([],[])}', {"a": []}),
    ('$sort([{"a":"\U0001f600"},{"a":"\\uffff"}], function($l,$r){$l.a > $r.a})', [{"a": "\U0001f600"}, {"a": "\uffff"}]),
    ("$shuffle([1..3]) ~> $count", 3),
    ("$reverse([nothing])", []),
    ("$count([[]])", 1),
)


@pytest.mark.parametrize(("expression", "expected"), ANSWERS)
def test_answer_is_that_of_the_reference(expression: str, expected: Any) -> None:
    given = answer(expression)
    assert given == expected
    assert type(given) is type(expected) or not isinstance(expected, (bool, str))
