"""The functions of Terraform's language."""

from __future__ import annotations

from typing import Any

import pytest

from tests.loaders.conftest import Write, unknown_of, value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('[for i, v in var.list : format("%d%s", i, v) if v != "a"]', ["1b"]),
        ("merge(var.map, {l = 2})", {"k": 1, "l": 2}),
        ('lookup(var.map, "z", "none")', "none"),
        ('try(var.map.z, "fallback")', "fallback"),
        ('join(",", var.list)', "a,b"),
        ('replace("a-b", "-", "+")', "a+b"),
        ('replace("x1y2", "/([0-9])/", "<$1>")', "x<1>y<2>"),
        ('jsondecode("[1, null]")', [1, None]),
        ('yamldecode("a: [1]")', {"a": [1]}),
        ('concat(var.list, ["c"])[2]', "c"),
        ('jsondecode("{\\"a\\": [1]}")', {"a": [1]}),
        ('formatlist("%s-%s", "x", var.list)', ["x-a", "x-b"]),
        ('compact(["a", "", null])', ["a"]),
        ("reverse(var.list)", ["b", "a"]),
        ("slice(var.list, 1, 2)", ["b"]),
        ('index(var.list, "b")', 1),
        ("setproduct(var.list, [1])", [["a", 1], ["b", 1]]),
        ('setsubtract(var.list, ["a"])', ["b"]),
        ("setsubtract([1, true, 2], [true])", [1, 2]),
        ('setintersection(var.list, ["b", "c"])', ["b"]),
        ("setintersection([1, true], [1])", [1]),
        ('regex("[0-9]+", "a12b")', "12"),
        ('regexall("(a)(b)?", "ab a")', [["a", "b"], ["a", None]]),
        ('regex("(?P<word>b+)", "abb")', {"word": "bb"}),
        ('strcontains("abc", "b")', True),
        ("alltrue([true, var.flag])", True),
        ("alltrue([uuid(), false])", False),
        ("anytrue([uuid(), true])", True),
        ("anytrue([])", False),
        ("sum([1, 2])", 3),
        ("ceil(1.2) + floor(1.8)", 3),
        ('md5("a")', "0cc175b9c0f1b6a831c399e269772661"),
        ('urlencode("a b/c")', "a+b%2Fc"),
        ('{ for each in ["a", "b", "ab"] : substr(each, 0, 1) => each... }', {"a": ["a", "ab"], "b": ["b"]}),
    ],
)
def test_functions(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value


@pytest.mark.parametrize(
    ("expression", "placeholder"),
    [
        ("uuid()", "${uuid}"),
        ("alltrue([true, uuid()])", "${alltrue}"),
        ("anytrue([false, uuid()])", "${anytrue}"),
        ('replace("a", "/(/", "b")', "${replace}"),
        ('replace("' + "a" * 60 + 'c", "/(a|aa)+b/", "x")', "${replace}"),
        ('format("%s%s", "a")', "${format}"),
        ("range(1025)", "${range}"),
        ("slice([1], 1, 3)", "${slice}"),
        ('regex("x", "a")', "${regex}"),
        ('regex("(", "a")', "${regex}"),
        ("setproduct(range(1000), range(1000))", "${setproduct}"),
        ('jsondecode("{")', "${jsondecode}"),
        ('indent(9999999, "a\\nb")', "${indent}"),
    ],
)
def test_functions_that_fail_stay(machine: Any, expression: str, placeholder: str) -> None:
    assert unknown_of(machine, expression) == placeholder
