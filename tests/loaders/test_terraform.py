"""Terraform: where definitions are, what its expressions give, what stays unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders import find_machines, read_template
from tests.loaders.conftest import DONE, Write


def machine_of(body: str) -> str:
    return f'resource "aws_sfn_state_machine" "order" {{\n  name = "order-sm"\n{body}\n}}\n'


def heredoc(text: str) -> str:
    return machine_of(f"  definition = <<EOF\n{text}\nEOF")


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


def test_heredoc(machine: Any) -> None:
    text = '{"StartAt": "Done",\n "States": {"Done": {"Type": "Succeed", "Comment": "${upper("x")}$${y}"}}}'
    found = machine({"main.tf": heredoc(text)})
    assert found.source.value["States"]["Done"]["Comment"] == "X${y}"
    assert place(found, "/States/Done") == "main.tf:5:13"


def test_heredoc_without_its_indentation(machine: Any) -> None:
    body = f'  definition = <<-EOF\n    {DONE}\n  EOF\n  type = "EXPRESS"'
    found = machine({"main.tf": machine_of(body)})
    assert found.type == "EXPRESS"
    assert place(found, "/StartAt") == "main.tf:4:6"


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


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("7 / 2", 3.5),
        ('!true || "a" == "a"', True),
        ('var.flag ? "yes" : "no"', "yes"),
        ('"${var.list[1]}-${length(var.list)}"', "b-2"),
        ('[for i, v in var.list : format("%d%s", i, v) if v != "a"]', ["1b"]),
        ("{for k, v in var.map : upper(k) => v}", {"K": 1}),
        ("merge(var.map, {l = 2})", {"k": 1, "l": 2}),
        ("var.map.k", 1),
        ('lookup(var.map, "z", "none")', "none"),
        ('try(var.map.z, "fallback")', "fallback"),
        ('join(",", var.list)', "a,b"),
        ('replace("a-b", "-", "+")', "a+b"),
        ('replace("x1y2", "/([0-9])/", "<$1>")', "x<1>y<2>"),
        ('jsondecode("[1, null]")', [1, None]),
        ('yamldecode("a: [1]")', {"a": [1]}),
        ('"%{ if var.flag }on%{ else }off%{ endif }"', "on"),
        ('"%{ for v in var.list }<${v}>%{ endfor }"', "<a><b>"),
        ('concat(var.list, ["c"])[2]', "c"),
        ("var.list[*]", ["a", "b"]),
        ("data.aws_region.current.name", "eu-west-1"),
        ("data.aws_caller_identity.me.account_id", "123456789012"),
        ("aws_sqs_queue.q.url", "https://sqs.eu-west-1.amazonaws.com/123456789012/q"),
        ("aws_sqs_queue.q[0].arn", "arn:aws:sqs:eu-west-1:123456789012:q"),
        ("data.aws_partition.current.id", "aws"),
        ("terraform.workspace", "default"),
        ("null", None),
        ('fileexists("gone.json") ? file("gone.json") : "fallback"', "fallback"),
        ('fileexists("main.tf")', True),
        ('"a\\n\\"b\\u0041"', 'a\n"bA'),
    ],
)
def test_expressions(write: Write, expression: str, value: Any) -> None:
    path = write({
        "main.tf": machine_of(f"  definition = jsonencode({{ Comment = {expression} }})"),
        "more.tf": 'variable "flag" { default = true }\nvariable "list" { default = ["a", "b"] }\n'
        'variable "map" { default = { k = 1 } }\nresource "aws_sqs_queue" "q" { count = 1 }\n'
        'data "aws_region" "current" {}\ndata "aws_caller_identity" "me" {}\n',
    })  # fmt: skip
    (found,) = find_machines(path, parameters={"AWS::Region": "eu-west-1"})
    assert found.source.value == {"Comment": value}
    assert found.unresolved == []


@pytest.mark.parametrize(
    ("expression", "placeholder"),
    [
        ("var.secret", "${var.secret}"),
        ("module.a.b[0]", "${module.a.b.0}"),
        ("aws_vpc.main.id", "${aws_vpc.main.id}"),
        ("data.aws_ami.x.id", "${data.aws_ami.x.id}"),
        ("uuid()", "${uuid}"),
        ('"a-${var.secret}"', "a-${var.secret}"),
        ("local[[1]].a", "${local.-1-.a}"),
        ('replace("a", "/(/", "b")', "${replace}"),
        ('replace("' + "a" * 60 + 'c", "/(a|aa)+b/", "x")', "${replace}"),
        ('format("%s%s", "a")', "${format}"),
        ("range(1025)", "${range}"),
        ('indent(9999999, "a\\nb")', "${indent}"),
        ("(" * 3000 + "1" + ")" * 3000, None),
    ],
)
def test_what_is_not_known_stays(machine: Any, expression: str, placeholder: str | None) -> None:
    found = machine({
        "main.tf": 'variable "secret" {}\n' + machine_of(f"  definition = jsonencode({{ Comment = {expression} }})")
    })  # fmt: skip
    if placeholder is None:
        with pytest.raises(DefinitionError, match=r"main\.tf:4:\d+: DEFINITION_ELSEWHERE: .*nested too deeply"):
            _ = found.source
    else:
        assert found.source.value == {"Comment": placeholder}
        assert len(found.unresolved) == 1


@pytest.mark.parametrize(
    ("local", "unresolved"),
    [
        ('"${local.l%d}${local.l%d}"', ["text"]),  # twice as long from each to the next
        ("[local.l%d, local.l%d]", None),
        ("{ a = local.l%d, b = local.l%d }", None),
    ],
)
def test_locals_without_end(machine: Any, local: str, unresolved: list[str] | None) -> None:
    chain = "".join(f"  l{level} = {local % (level + 1, level + 1)}\n" for level in range(40))
    definition = machine_of("  definition = jsonencode({ Comment = local.l0 })")
    found = machine({"main.tf": f'locals {{\n{chain}  l40 = "x"\n}}\n{definition}'})
    if unresolved is None:
        with pytest.raises(DefinitionError, match=r"DEFINITION_ELSEWHERE: .*too large"):
            _ = found.source
    else:
        assert len(found.source.value["Comment"]) < 10_000_000
        assert found.unresolved == unresolved


def test_a_long_chain_of_locals(machine: Any) -> None:
    chain = "".join(f"  l{level} = local.l{level + 1}\n" for level in range(400))
    found = machine(
        {"main.tf": f"locals {{\n{chain}  l400 = 1\n}}\n" + machine_of("  definition = jsonencode({a = local.l0})")}
    )
    assert found.unresolved == ["local.l51"]  # whether or not the source was asked for before
    assert found.source.value == {"a": "${local.l51}"}
    assert found.unresolved == ["local.l51"]


def test_a_template_does_not_call_itself(machine: Any) -> None:
    found = machine({
        "main.tf": machine_of('  definition = templatefile("a.json", {})'),
        "a.json": '{"Comment": "${templatefile("a.json", {})}"}',
    })  # fmt: skip
    assert found.source.value == {"Comment": "${templatefile}"}


def test_a_template_with_loops_without_end(machine: Any) -> None:
    loops = "".join(f"%{{ for v{level} in range(1000) }}" for level in range(3)) + "a" + "%{ endfor }" * 3
    with pytest.raises(DefinitionError, match=r"DEFINITION_ELSEWHERE: .*too large"):
        _ = machine({"main.tf": heredoc(loops)}).source


def test_values_of_variables(write: Write) -> None:
    path = write({
        "main.tf": 'variable "a" {}\nvariable "b" { default = 1 }\nvariable "c" {}\n'
        + machine_of("  definition = jsonencode({ Comment = [var.a, var.b, var.c] })"),
        "terraform.tfvars": 'a = "of a file"\nb = 2\n',
    })  # fmt: skip
    (found,) = find_machines(path, parameters={"c": "said", "b": 3})
    assert found.source.value == {"Comment": ["of a file", 3, "said"]}


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


def test_a_file_that_is_no_hcl(write: Write) -> None:
    with pytest.raises(DefinitionError, match=r"main\.tf:2:\d+: INVALID_TEMPLATE: This is no HCL"):
        find_machines(write({"main.tf": 'resource "a" "b" {\n  = 1\n}\n'}))


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


def test_what_terraform_show_writes(write: Write) -> None:
    machine = {
        "address": "module.flow.aws_sfn_state_machine.order",
        "type": "aws_sfn_state_machine",
        "name": "order",
        "values": {"name": "order-sm", "type": "EXPRESS", "definition": DONE},
    }
    function = {
        "address": "aws_lambda_function.charge",
        "type": "aws_lambda_function",
        "name": "charge",
        "values": {"function_name": "charge-fn", "handler": "a.b", "environment": [{"variables": {"A": "1"}}]},
    }
    root = {"resources": [function], "child_modules": [{"resources": [machine]}]}
    state = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": root}}
    path = write({"state.json": json.dumps(state)})
    (found,) = find_machines(path)
    assert (found.logical_id, found.name, found.type) == ("module.flow.aws_sfn_state_machine.order", "order-sm", "EXPRESS")
    assert found.source.value["StartAt"] == "Done"
    assert found.template.functions[0].environment == {"A": "1"}
    assert found.template.function_names == {"charge-fn": ("charge",)}


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {"root_module": []},
        {"root_module": {"resources": 5, "child_modules": [3]}},
        {"root_module": {"resources": [{"type": "aws_lambda_function", "values": {"environment": [None], "filename": 5}}]}},
    ],
)
def test_what_terraform_show_would_not_write(write: Write, values: Any) -> None:
    template = read_template(*find_text(write({"state.json": json.dumps({"terraform_version": "1.9.0", "values": values})})))
    assert template is not None
    assert template.machines == []
    assert [function.environment for function in template.functions] in ([], [{}])


def test_other_names_are_in_one_order(write: Write) -> None:
    (found,) = find_machines(write({"main.tf": heredoc(DONE)}))
    assert found.other_names == ("aws_sfn_state_machine.order", "order-sm")


def test_load_by_name(write: Write) -> None:
    path: Path = write({"main.tf": heredoc(DONE)})
    assert load(path).name == "order-sm"
    assert load(path, logical_id="aws_sfn_state_machine.order").logical_id == "order"
    with pytest.raises(DefinitionError, match="did you mean 'order'"):
        load(path, logical_id="ordr")
