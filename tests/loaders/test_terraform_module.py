"""What the names in a folder of Terraform's mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import Write, machine_of, unknown_of, value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("data.aws_region.current.name", "eu-west-1"),
        ("data.aws_caller_identity.me.account_id", "123456789012"),
        ("aws_sqs_queue.q.url", "https://sqs.eu-west-1.amazonaws.com/123456789012/q"),
        ("aws_sqs_queue.q[0].arn", "arn:aws:sqs:eu-west-1:123456789012:q"),
        ("data.aws_partition.current.id", "aws"),
        ('templatestring("a $${b} %%{ if c }d%%{ endif }", { b = 1, c = true })', "a 1 d"),
        ("terraform.workspace", "default"),
        ('fileexists("gone.json") ? file("gone.json") : "fallback"', "fallback"),
        ('fileexists("main.tf")', True),
        ('fileset(path.module, "*.{tf,json}")', ["main.tf", "more.tf"]),
        ('aws_sqs_queue.many["a"].arn', "arn:aws:sqs:eu-west-1:123456789012:a-q"),
        ("{ for key, queue in aws_sqs_queue.many : key => queue.name }", {"a": "a-q", "b": "b-q"}),
        ("aws_sqs_queue.several[*].name", ["q-0", "q-1"]),
        ("aws_sqs_queue.several[1].name", "q-1"),
        ("aws_lambda_alias.live.arn", "arn:aws:lambda:eu-west-1:123456789012:function:fn:live"),
        ("aws_lambda_function.fn.tracing.mode", "Active"),
    ],
)
def test_names(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value


@pytest.mark.parametrize(
    ("expression", "placeholder"),
    [
        ("var.secret", "${var.secret}"),
        ("module.a.b[0]", "${module.a.b.0}"),
        ("aws_vpc.main.id", "${aws_vpc.main.id}"),
        ("data.aws_ami.x.id", "${data.aws_ami.x.id}"),
        ('"a-${var.secret}"', "a-${var.secret}"),
    ],
)
def test_names_that_are_not_known_stay(machine: Any, expression: str, placeholder: str) -> None:
    assert unknown_of(machine, expression) == placeholder


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


def test_values_of_variables(write: Write) -> None:
    path = write({
        "main.tf": 'variable "a" {}\nvariable "b" { default = 1 }\nvariable "c" {}\n'
        + machine_of("  definition = jsonencode({ Comment = [var.a, var.b, var.c] })"),
        "terraform.tfvars": 'a = "of a file"\nb = 2\n',
    })  # fmt: skip
    (found,) = find_machines(path, parameters={"c": "said", "b": 3})
    assert found.source.value == {"Comment": ["of a file", 3, "said"]}


@pytest.mark.parametrize(
    "files",
    [
        {"terraform.tfvars.json": '{"a": "of JSON", "b": ["${x}"]}'},
        {"one.auto.tfvars.json": '{"a": "of JSON"}', "z.auto.tfvars": 'b = ["$${x}"]', "terraform.tfvars": 'a = "first"'},
    ],
)
def test_values_of_variables_in_json(write: Write, files: dict[str, str]) -> None:
    body = 'variable "a" {}\nvariable "b" {}\n' + machine_of("  definition = jsonencode({ Comment = [var.a, var.b] })")
    (found,) = find_machines(write({"main.tf": body, **files}))
    assert found.source.value == {"Comment": ["of JSON", ["${x}"]]}


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "{/etc/*,a}", "{a,../*}", "${var.secret}"])
def test_a_fileset_stays_in_its_folder(machine: Any, pattern: str) -> None:
    assert unknown_of(machine, f'fileset(".", "{pattern}")') == "${fileset}"


def test_defaults_in_the_type_of_a_variable(write: Write) -> None:
    path = write({
        "main.tf": """
            variable "flows" {
              type = map(object({
                name  = string
                wait  = optional(number, 30)
                tags  = optional(list(string))
                inner = optional(object({ deep = optional(string, "x") }), {})
              }))
              default = { a = { name = "A" }, b = { name = "B", wait = 5, inner = { deep = "y" } } }
            }
            resource "aws_sfn_state_machine" "order" {
              for_each   = var.flows
              name       = each.value.name
              definition = jsonencode({ Comment = [each.value.wait, each.value.tags, each.value.inner.deep] })
            }
            """,
    })  # fmt: skip
    assert [each.source.value["Comment"] for each in find_machines(path)] == [[30, None, "x"], [5, None, "y"]]
    (given,) = find_machines(path, parameters={"flows": {"c": {"name": "C"}}})
    assert given.source.value["Comment"] == [30, None, "x"]


DYNAMIC = """
    resource "aws_lambda_function" "fn" {
      dynamic "environment" {
        for_each = %s
        iterator = each_one
        content {
          variables = { NAME = each_one.value, KEY = each_one.key }
        }
      }
    }
    variable "secret" {}
    """


def test_dynamic_blocks(write: Write) -> None:
    for for_each, expected in (('{ k = "v" }', {"NAME": "v", "KEY": "k"}), ("[]", {}), ("var.secret", {"NAME", "KEY"})):
        template = read_template(*find_text(write({"main.tf": DYNAMIC % for_each})))
        assert template is not None
        (function,) = template.functions
        if isinstance(expected, dict):
            assert function.environment == expected
        else:
            assert {each.name for each in function.unknown} == expected


def test_dynamic_blocks_in_json(write: Write) -> None:
    block = {"environment": {"for_each": ["v"], "content": {"variables": {"NAME": "${environment.value}"}}}}
    text = json.dumps({"resource": {"aws_lambda_function": {"fn": {"dynamic": block}}}})
    template = read_template(*find_text(write({"main.tf.json": text})))
    assert template is not None
    assert template.functions[0].environment == {"NAME": "v"}


def test_what_chance_makes_is_the_same_in_every_run(write: Write) -> None:
    text = """
    resource "random_id" "run" { byte_length = 4 }
    resource "aws_lambda_function" "fn" {
      function_name = "shop-${random_id.run.hex}"
      environment { variables = { PASSWORD = random_password.db.result } }
    }
    resource "random_password" "db" { length = 12 }
    """
    found = []
    for _ in range(2):
        template = read_template(*find_text(write({"main.tf": text})))
        assert template is not None
        found += template.functions

    first, second = found
    assert (first.name, first.environment, first.unknown) == (second.name, second.environment, ())
    assert first.name.removeprefix("shop-") != first.environment["PASSWORD"]
    assert "${" not in first.name


def test_a_variable_that_a_template_is_not_given(write: Write) -> None:
    template = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${upper(chrge)}", "End": true}}}\n'
    machine = machine_of('  definition = templatefile("a.tftpl", { charge = "x" })')
    (found,) = find_machines(write({"main.tf": machine, "a.tftpl": template}))
    (absent,) = found.absent
    assert (str(absent.location), absent.severity) == ("a.tftpl:1:70", "error")
    assert absent.why == "the template is given no variable 'chrge'; did you mean 'charge'?"


def test_why_a_part_of_what_is_not_known_is_not_known(write: Write) -> None:
    more = (
        'variable "functions" {}\n'
        'resource "aws_lambda_function" "fn" {\n  for_each = var.functions\n  function_name = each.key\n}\n'
        "locals {\n  arns = { for name, fn in aws_lambda_function.fn : name => fn.arn }\n}\n"
    )
    machine = machine_of("  definition = jsonencode({ Comment = local.arns.charge })")
    (found,) = find_machines(write({"main.tf": machine, "more.tf": more}))
    (note,) = map(str, found.source.notes)
    assert "its for_each is not known: the variable 'functions' has no default" in note
    assert "parameters={'functions': ...}" in note
    assert found.template.refused == []


def test_what_a_test_gives_for_data_is_not_for_a_resource_of_that_name(write: Write) -> None:
    more = (
        'data "aws_ssm_parameter" "limit" { name = "/limit" }\n'
        'resource "aws_ssm_parameter" "limit" {\n  name = "/own"\n  value = "own"\n}\n'
    )
    both = "[data.aws_ssm_parameter.limit.value, aws_ssm_parameter.limit.value]"
    path = write({"main.tf": machine_of(f"  definition = jsonencode({{ Comment = {both} }})"), "more.tf": more})
    (found,) = find_machines(path, parameters={"data.aws_ssm_parameter.limit.value": 4})
    assert found.source.value["Comment"] == [4, "own"]
    (found,) = find_machines(path, parameters={"aws_ssm_parameter.limit.value": 5})
    assert found.source.value["Comment"] == ["${data.aws_ssm_parameter.limit.value}", 5]


def test_names_made_of_names_are_evaluated_once(write: Write) -> None:
    kind = "aws_lambda_function"
    others = "".join(
        f'resource "{kind}" "f{at}" {{\n  function_name = "${{{kind}.f{at - 1}.function_name}}x"\n}}\n' for at in range(1, 40)
    )
    path = write({"main.tf": f'resource "{kind}" "f0" {{ function_name = "f" }}\n{others}'})
    template = read_template(find_text(path)[0], path)
    assert template is not None
    before = template.budget.steps
    assert len(template.functions) == 40
    assert before - template.budget.steps < 500  # each anew takes thousands


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("a\n%{ for x in [1] }b", "a.tftpl:2:3: INVALID_TEMPLATE: %{ for } has no %{ endfor }"),
        ("%{ if true }b%{ for x in [1] }c%{ endfor }", "a.tftpl:1:3: INVALID_TEMPLATE: %{ if } has no %{ endif }"),
        ("%{ for x in [1] }b%{ endif }", "a.tftpl:1:21: INVALID_TEMPLATE: %{ endif } ends a %{ for }; write %{ endfor }"),
    ],
)
def test_directives_without_an_end(write: Write, template: str, why: str) -> None:
    machine = machine_of('  definition = templatefile("a.tftpl", {})')
    (found,) = find_machines(write({"main.tf": machine, "a.tftpl": template}))
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('chunklist(["a", "b", "c"], 2)', [["a", "b"], ["c"]]),
        ('cidrhost("10.0.0.0/16", 5)', "10.0.0.5"),
        ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"),
        ('csvdecode("a,b\\n1,2")', [{"a": "1", "b": "2"}]),
        ('uuidv5("dns", "www.terraform.io")', "a5008fae-b28c-5ba5-96cd-82b4c53552d6"),
    ],
)
def test_functions_of_lists_networks_and_names(write: Write, expression: str, value: Any) -> None:
    assert value_of(write, expression) == value
