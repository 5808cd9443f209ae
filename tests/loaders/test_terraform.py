"""Terraform: where definitions are, in which modules, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import DONE, Write, heredoc, machine_of


def place(machine: Any, pointer: str) -> str:
    return str(machine.source.locate(pointer))


def test_template_file_with_its_variables(machine: Any) -> None:
    found = machine({
        "main.tf": machine_of(
            '  definition = templatefile("${path.module}/order.asl.json", {\n'
            "    charge = aws_lambda_function.charge.arn, wait = var.wait * 2, queue = module.queue.url\n  })"
        )
        + 'resource "aws_lambda_function" "charge" { function_name = "charge-${local.stage}" }\n',
        "variables.tf": 'variable "wait" { default = 30 }\nlocals { stage = "dev" }\n',
        "order.asl.json": '{"StartAt": "W",\n "Comment": "${charge} ${queue}",\n'
        ' "States": {"W": {"Type": "Wait", "Seconds": ${wait}, "End": true}}}',
    })  # fmt: skip
    assert (found.logical_id, found.name, found.format) == ("order", "order-sm", "Terraform")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:charge-dev"
    assert found.source.value["Comment"] == f"{arn} ${{module.queue.url}}"
    assert found.source.value["States"]["W"]["Seconds"] == 60
    assert place(found, "/States/W") == "order.asl.json:3:13"
    assert found.unresolved == ["module.queue.url"]
    assert "module.queue.url} (it is an output of another module)" in found.source.notes[0]
    assert found.template.function_names == {"charge-dev": ("charge",)}


def test_jsonencode(machine: Any) -> None:
    found = machine({
        "main.tf": machine_of(
            "  definition = jsonencode({\n"
            '    StartAt = "Done"\n'
            '    States = { for name in ["Done"] : name => { Type = "Succeed" } }\n'
            "    TimeoutSeconds = 60\n  })"
        )
    })  # fmt: skip
    assert found.source.value == {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "TimeoutSeconds": 60}
    assert place(found, "/TimeoutSeconds") == "main.tf:6:5"


def test_modules(write: Write) -> None:
    path = write({
        "main.tf": 'module "pay" {\n  source = "./modules/flow"\n  step = "Pay"\n}\n'
        'module "far" {\n  source = "terraform-aws-modules/step-functions/aws"\n  definition = <<EOF\n' + DONE + "\nEOF\n}\n",
        "modules/flow/main.tf": 'variable "step" {}\n'
        + machine_of('  definition = jsonencode({ StartAt = var.step, States = { (var.step) = { Type = "Succeed" } } })'),
    })  # fmt: skip
    pay, far = find_machines(path)
    assert [pay.logical_id, far.logical_id] == ["module.pay.order", "module.far"]
    assert pay.source.value["StartAt"] == "Pay"
    assert far.source.value["StartAt"] == "Done"


def test_one_machine_for_each_key(write: Write) -> None:
    body = '  for_each = { a = "A", b = "B" }\n  definition = jsonencode({ Comment = "${each.key}${each.value}" })'
    found = find_machines(write({"main.tf": machine_of(body)}))
    assert [machine.logical_id for machine in found] == ['order["a"]', 'order["b"]']
    assert [machine.source.value["Comment"] for machine in found] == ["aA", "bB"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "order.tf:1:1: INVALID_TEMPLATE: state machine 'order': it has no definition"),
        ("  definition = var.definition", "the definition is not known here: it is made of itself"),
        ('  definition = file("gone.json")', "definition: there is no file 'gone.json'"),
        ("  definition = templatefile(each.value, {})", "the definition is not known here: the file's name is not known here"),
        ('  definition = ""', "the definition is empty here"),
        ("  definition = 1", "a definition is a text, or jsonencode({...})"),
        ("  definition = jsonencode([1])", "A definition is an object"),
        ('  definition = "{"', "INVALID_JSON_DESCRIPTION"),
    ],
)
def test_refusals(machine: Any, body: str, message: str) -> None:
    found = machine({"order.tf": machine_of(body) + 'variable "definition" { default = var.definition }\n'})
    with pytest.raises(DefinitionError, match=r"order\.tf:\d+:\d+") as caught:
        _ = found.source
    assert message in str(caught.value)


def test_functions(write: Write) -> None:
    path = write({
        "main.tf": 'data "archive_file" "zip" {\n  type = "zip"\n  source_dir = "${path.module}/src"\n}\n'
        'resource "aws_lambda_function" "charge" {\n  function_name = "charge-fn"\n  handler = "app.handler"\n'
        '  runtime = "python3.12"\n  timeout = 20\n  filename = data.archive_file.zip.output_path\n'
        '  environment {\n    variables = { TABLE = "t", LEVEL = 3 }\n  }\n}\n',
        "src/app.py": "",
    })  # fmt: skip
    template = read_template(*find_text(path))
    assert template is not None
    (function,) = template.functions
    assert (function.name, function.handler, function.runtime) == ("charge-fn", "app.handler", "python3.12")
    assert (function.timeout_seconds, function.environment) == (20, {"TABLE": "t", "LEVEL": "3"})
    assert function.code == (path.parent / "src").resolve()


def test_other_names_are_in_one_order(write: Write) -> None:
    (found,) = find_machines(write({"main.tf": heredoc(DONE)}))
    assert found.other_names == ("aws_sfn_state_machine.order", "order-sm")


def test_load_by_name(write: Write) -> None:
    path: Path = write({"main.tf": heredoc(DONE)})
    assert load(path).name == "order-sm"
    assert load(path, logical_id="aws_sfn_state_machine.order").logical_id == "order"
    with pytest.raises(DefinitionError, match="did you mean 'order'"):
        load(path, logical_id="ordr")


def test_logging(machine: Any) -> None:
    body = f"""
  definition = {json.dumps(DONE)}
  logging_configuration {{
    log_destination        = "${{aws_cloudwatch_log_group.log.arn}}:*"
    include_execution_data = true
    level                  = "ERROR"
  }}"""
    group = 'resource "aws_cloudwatch_log_group" "log" { name = "/aws/states/orders" }\n'
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/states/orders:*"
    assert machine({"main.tf": group + machine_of(body)}).logging == {
        "level": "ERROR",
        "includeExecutionData": True,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    assert machine({"main.tf": machine_of(body)}).logging is None  # it is not known which group that is
    assert machine({"main.tf": machine_of(f"  definition = {json.dumps(DONE)}")}).logging is None
