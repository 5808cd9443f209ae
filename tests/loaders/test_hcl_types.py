"""Types of Terraform's variables."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines
from tests.loaders.conftest import Write, machine_of

_MACHINE = machine_of("  definition = jsonencode({ Comment = var.it })")


@pytest.mark.parametrize(
    ("type", "given", "value"),
    [
        ("number", "60", 60),
        ("number", "-1.50", -1.5),
        ("number", "1e3", 1000),
        ("number", 7, 7),
        ("bool", "true", True),
        ("bool", "0", False),
        ("string", 5, "5"),
        ("string", True, "true"),
        ('"string"', "a", "a"),
        ("any", "60", "60"),
        ("number", None, None),
        ("list(number)", ["1", 2], [1, 2]),
        ("list", ["1"], ["1"]),
        ("set(string)", ["b", "a", "b"], ["a", "b"]),
        ("set(number)", ["10", 9, 9], [9, 10]),
        ("map(bool)", {"a": "true"}, {"a": True}),
        ("map(list(string))", {"a": [1]}, {"a": ["1"]}),
        ("tuple([string, number])", ["a", 1], ["a", 1]),
        ("object({ a = number, b = optional(bool, true) })", {"a": "1", "c": "dropped"}, {"a": 1, "b": True}),
        ("object({ a = optional(object({ b = string })) })", {}, {"a": None}),
        ("list(string)", '["a", "b"]', ["a", "b"]),
        ("map(number)", "{ a = 1 }", {"a": 1}),
        ("string", '["a"]', '["a"]'),
    ],
)
def test_values(write: Write, type: str, given: Any, value: Any) -> None:
    path = write({"main.tf": f'variable "it" {{ type = {type} }}\n{_MACHINE}'})
    (found,) = find_machines(path, parameters={"it": given})
    assert found.source.value["Comment"] == value
    assert [*map(str, found.source.notes)] == []


@pytest.mark.parametrize(
    ("type", "given", "why"),
    [
        ("number", "x", "the variable 'it' must be a number, and is \"x\""),
        ("number", True, "must be a number, and is true"),
        ("number", "nan", 'must be a number, and is "nan"'),
        ("bool", "yes", 'must be true or false, and is "yes"'),
        ("bool", "", 'must be true or false, and is ""'),
        ("string", ["a"], "must be a text, and is a list"),
        ("set(string)", "abc", 'must be a list, and is "abc"'),
        ("map(string)", ["a"], "must be a map, and is a list"),
        ("list(number)", ["1", "x"], "the variable 'it'[1] must be a number"),
        ("object({ a = string })", {"b": "c"}, "the variable 'it' lacks the attribute 'a'"),
        ("map(object({ a = number }))", {"k": {"a": "c"}}, "the variable 'it'['k'].a must be a number"),
    ],
)
def test_no_such_values(write: Write, type: str, given: Any, why: str) -> None:
    path = write({"main.tf": f'variable "it" {{ type = {type} }}\n{_MACHINE}'})
    (found,) = find_machines(path, parameters={"it": given})
    with pytest.raises(DefinitionError, match=rf"main\.tf:1:17: INVALID_TEMPLATE: .*{re.escape(why)}"):
        _ = found.source


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"main.tf": _MACHINE, "v.tf": 'variable "it" {\n  type = number\n  default = "x"\n}'}, "v.tf:3:3"),
        ({"main.tf": _MACHINE, "v.tf.json": '{"variable": {"it": {"type": "number", "default": "x"}}}'}, "v.tf.json:1:40"),
        (
            {
                "main.tf": 'module "m" {\n  source = "./m"\n  it = "x"\n}',
                "m/main.tf": f'variable "it" {{ type = number }}\n{_MACHINE}',
            },
            "main.tf:3:3",
        ),
    ],
)
def test_the_place_of_a_wrong_value(write: Write, files: dict[str, str], place: str) -> None:
    (found,) = find_machines(write(files))
    with pytest.raises(DefinitionError, match=re.escape(f"{place}: INVALID_TEMPLATE: the variable 'it' must be a number")):
        _ = found.source


def test_values_of_files_and_what_may_be_null(write: Write) -> None:
    path = write({
        "main.tf": f'variable "it" {{\n  type = number\n  nullable = false\n  default = 3\n}}\n{_MACHINE}',
        "terraform.tfvars": 'it = "60"\n',
    })  # fmt: skip
    (found,) = find_machines(path)
    assert found.source.value["Comment"] == 60
    (found,) = find_machines(path, parameters={"it": None})
    assert found.source.value["Comment"] == 60


@pytest.mark.parametrize("value", ["${var.gone}", "1${var.gone}"])
def test_what_is_not_known_stays(write: Write, value: str) -> None:
    path = write({"main.tf": f'{_MACHINE}\nmodule "m" {{\n  source = "./m"\n  it = "{value}"\n}}', "m/main.tf": ""})
    write({"m/main.tf": f'variable "it" {{ type = number }}\n{_MACHINE}'})
    assert find_machines(path)[-1].source.value["Comment"] == value


def test_places_stay_through_a_type(write: Write) -> None:
    path = write({
        "main.tf": """
            variable "states" {
              type = map(object({ Type = string, Next = optional(string), End = optional(bool) }))
              default = {
                A = { Type = "Pass", End = "true" }
                B = { Type = "Pass", Next = "Gone" }
              }
            }
            resource "aws_sfn_state_machine" "order" {
              definition = jsonencode({ StartAt = "A", States = var.states })
            }
            """,
    })  # fmt: skip
    (found,) = find_machines(path)
    location = found.source.locate("/States/B/Next")
    assert location is not None
    assert (location.line, location.column) == (6, 26)
