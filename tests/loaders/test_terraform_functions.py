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
    ],
)
def test_functions(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value


@pytest.mark.parametrize(
    ("expression", "placeholder"),
    [
        ("uuid()", "${uuid}"),
        ('replace("a", "/(/", "b")', "${replace}"),
        ('replace("' + "a" * 60 + 'c", "/(a|aa)+b/", "x")', "${replace}"),
        ('format("%s%s", "a")', "${format}"),
        ("range(1025)", "${range}"),
        ('indent(9999999, "a\\nb")', "${indent}"),
    ],
)
def test_functions_that_fail_stay(machine: Any, expression: str, placeholder: str) -> None:
    assert unknown_of(machine, expression) == placeholder
