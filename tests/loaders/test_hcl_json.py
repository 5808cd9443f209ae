"""Terraform's language in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import DONE, Write


def config(definition: str, **more: Any) -> str:
    machine = {"name": "${var.stage}-order", "definition": definition}
    resources = {"aws_sfn_state_machine": {"order": machine}, **more.pop("resource", {})}
    return json.dumps({"variable": {"stage": {"default": "dev"}}, "resource": resources, **more}, indent=2)


def test_a_text_with_references(machine: Any) -> None:
    text = '{"StartAt": "A",\n "States": {"A": {"Type": "Task", "Resource": "${aws_lambda_function.pay.arn}", "End": true}}}'
    pay = {"aws_lambda_function": {"pay": [{"function_name": "pay-${var.stage}", "handler": "a.b"}]}}
    found = machine({"main.tf.json": config(text, resource=pay)})
    assert (found.logical_id, found.name, found.format) == ("order", "dev-order", "Terraform")
    assert found.source.value["States"]["A"]["Resource"] == "arn:aws:lambda:us-east-1:123456789012:function:pay-dev"
    line = config(text, resource=pay).splitlines().index('    "aws_sfn_state_machine": {') + 4
    assert str(found.source.locate("/States/A")).startswith(f"main.tf.json:{line}:")


def test_jsonencode(machine: Any) -> None:
    definition = '${jsonencode({StartAt = "A", States = { A = { Type = "Succeed", Comment = upper(\\"x\\") } } })}'
    found = machine({"main.tf.json": config(definition.replace('\\"', '"'))})
    assert found.source.value["States"]["A"]["Comment"] == "X"


def test_together_with_other_files(write: Write) -> None:
    path = write({
        "main.tf": 'module "flow" {\n  source = "./flow"\n  stage = "prod"\n}\n',
        "flow/main.tf.json": config(DONE, locals=[{"x": 1}], **{"//": "a comment"}),
    })  # fmt: skip
    (found,) = find_machines(path)
    assert (found.logical_id, found.name) == ("module.flow.order", "prod-order")
    assert str(found.location).startswith("flow/main.tf.json:")


def test_blocks_in_blocks(write: Write) -> None:
    function = {
        "function_name": "f",
        "environment": {"variables": {"STAGE": "${var.stage}", "${var.stage}": "x"}},
        "handler": "a.b",
    }
    path = write({"main.tf.json": config(DONE, resource={"aws_lambda_function": [{"f": function}]})})
    template = read_template(*find_text(path))
    assert template is not None
    assert template.functions[0].environment == {"STAGE": "dev", "dev": "x"}


def test_a_list_and_an_expression_for_each(write: Write) -> None:
    machine = {"for_each": "${toset(var.names)}", "name": "${each.key}", "definition": DONE}
    text = {
        "variable": {"names": {"default": ["a", "b"]}},
        "resource": {"aws_sfn_state_machine": {"order": machine}},
        "provider": {"aws": [{"region": "eu-west-1"}]},
    }
    found = find_machines(write({"main.tf.json": json.dumps(text)}))
    assert [(each.logical_id, each.name) for each in found] == [('order["a"]', "a"), ('order["b"]', "b")]


def test_what_is_no_json(write: Write) -> None:
    with pytest.raises(DefinitionError, match=r"main\.tf\.json:2:\d+"):
        find_machines(write({"main.tf.json": '{"resource": {\n  oops }}'}))


@pytest.mark.parametrize(
    "text", ["[]", '{"resource": 1}', '{"resource": {"aws_sfn_state_machine": [null]}}', '{"module": {"a": 1}}']
)
def test_what_is_no_configuration(write: Write, text: str) -> None:
    assert find_machines(write({"main.tf.json": text})) == []
