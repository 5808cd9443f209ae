"""Terraform's language: blocks are read, expressions evaluated."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines
from tests.loaders.conftest import Write, machine_of, unknown_of, value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("7 / 2", 3.5),
        ('!true || "a" == "a"', True),
        ('var.flag ? "yes" : "no"', "yes"),
        ("{for k, v in var.map : upper(k) => v}", {"K": 1}),
        ("var.map.k", 1),
        ("var.list[*]", ["a", "b"]),
        ("null", None),
    ],
)
def test_expressions(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value


@pytest.mark.parametrize(
    ("expression", "placeholder"),
    [
        ("local[[1]].a", "${local.-1-.a}"),
    ],
)
def test_what_is_not_known_stays(machine: Any, expression: str, placeholder: str) -> None:
    assert unknown_of(machine, expression) == placeholder


def test_an_expression_nested_too_deeply(machine: Any) -> None:
    expression = "(" * 3000 + "1" + ")" * 3000
    found = machine(
        {"main.tf": 'variable "secret" {}\n' + machine_of(f"  definition = jsonencode({{ Comment = {expression} }})")}
    )
    with pytest.raises(DefinitionError, match=r"main\.tf:4:\d+: DEFINITION_ELSEWHERE: .*nested too deeply"):
        _ = found.source


def test_a_file_that_is_no_hcl(write: Write) -> None:
    with pytest.raises(DefinitionError, match=r"main\.tf:2:\d+: INVALID_TEMPLATE: This is not HCL: .* does not fit here"):
        find_machines(write({"main.tf": 'resource "a" "b" {\n  = 1\n}\n'}))


def test_blocks_that_are_nested_too_deep(machine: Any) -> None:
    with pytest.raises(DefinitionError, match=r"^main.tf:1:1: INVALID_TEMPLATE: Its blocks are nested too deep"):
        machine({"main.tf": "a {\n" * 5000 + "}\n" * 5000})
