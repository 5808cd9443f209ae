"""What `terraform validate` refuses."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders.formats import read_template
from tests.loaders.conftest import Write

MAIN = """\
variable "stage" {}
variable "guarded" { default = {} }
locals {
  arns = { charge = "arn" }
  a    = "a"
}
resource "aws_sqs_queue" "orders" { name = "orders" }
resource "aws_sqs_queue" "many" { for_each = toset(["k"]) }
data "aws_region" "current" {}
module "queue" {
  source = "./queue"
  name   = "q"
}
module "many" {
  source   = "./queue"
  for_each = toset(["k"])
  name     = each.key
}
module "known" { source = "terraform-aws-modules/sqs/aws" }
"""
QUEUE = """
variable "name" {}
variable "delay" { default = 0 }
output "arn" { value = "arn:${var.name}" }
"""


def slips(write: Write, more: str, **parameters: object) -> list[str]:
    path = write({"main.tf": f"{MAIN}\n", "more.tf": more, "queue/main.tf": QUEUE})
    template = read_template(find_text(path)[0], path, parameters=parameters)
    assert template is not None
    return [f"{each.location} {each.severity}: {each.why}" for each in template.refused]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("var.stag", "the folder has no variable 'var.stag'; did you mean 'var.stage'?"),
        ("local.arn", "the folder has no local value 'local.arn'; did you mean 'local.arns'?"),
        ('local.arns["chrge"]', "local.arns.chrge: there is no 'chrge'; did you mean 'charge'?"),
        ("aws_sqs_queue.order.arn", "the folder has no resource 'aws_sqs_queue.order'; did you mean 'aws_sqs_queue.orders'?"),
        ("aws_sqs_que.orders.arn", "the folder has no resource 'aws_sqs_que.orders'; did you mean 'aws_sqs_queue'?"),
        ("data.aws_region.curent.name",
         "the folder has no data source 'data.aws_region.curent'; did you mean 'data.aws_region.current'?"),
        ("module.queu.arn", "no file of the folder calls a module 'queu'; did you mean 'module.queue'?"),
        ("module.queue.arnn", "module.queue.arnn: the module 'queue' has no output 'arnn'; did you mean 'arn'?"),
        ('module.many["k"].arnn', "module.many.k.arnn: the module 'many' has no output 'arnn'; did you mean 'arn'?"),
        ("true ? module.queue.arnn : 1", "module.queue.arnn: the module 'queue' has no output 'arnn'; did you mean 'arn'?"),
        ("uper(local.a)", "there is no function 'uper'; did you mean 'upper'?"),
        ("try(var.gone, 1)", "the folder has no variable 'var.gone'"),
        ('"a${var.gone}"', "the folder has no variable 'var.gone'"),
    ],
)  # fmt: skip
def test_references(write: Write, expression: str, why: str) -> None:
    (found,) = slips(write, f'output "it" {{ value = {expression} }}\n')
    place, said = found.split(" error: ")
    assert place.startswith("more.tf:1:")
    assert said == why


@pytest.mark.parametrize(
    "expression",
    [
        "aws_sqs_queue.orders.name",
        "aws_sqs_queue.orders.redrive_policy",
        'aws_sqs_queue.many["k"].arn',
        "aws_sqs_queue.many[local.a].arn",
        "data.aws_region.current.name",
        "module.queue.arn",
        'module.many["k"].arn',
        "module.known.no_output",
        "try(local.arns.gone, null)",
        'local.a == "b" ? local.arns.gone : 1',
        "var.guarded.x",
        "[for var_x in local.arns : var_x.y]",
        "path.module",
        "terraform.workspace",
        "provider::aws::trim_iam_role_path(local.a)",
        'yamlencode({ a = cidrsubnet("10.0.0.0/8", 8, 1) })',
    ],
)
def test_no_slips(write: Write, expression: str) -> None:
    assert slips(write, f'output "it" {{ value = {expression} }}\n') == []


def test_what_is_not_evaluated_is_no_reference(write: Write) -> None:
    more = """
        resource "aws_sqs_queue" "x" {
          provider = aws.east
          lifecycle { ignore_changes = [some_thing.x] }
          dynamic "tag_block" {
            for_each = []
            content { name = tag_block.value }
          }
        }
        """
    assert slips(write, more) == []


def test_what_a_test_gives_is_no_slip(write: Write) -> None:
    assert slips(write, 'output "it" { value = aws_sns_topic.t.arn }\n', **{"aws_sns_topic.t.arn": "arn"}) == []


def test_an_attribute_that_is_nearly_a_known_one(write: Write) -> None:
    assert slips(write, 'output "it" { value = aws_sqs_queue.orders.nam }\n') == [
        "more.tf:1:23 warning: aws_sqs_queue has no attribute 'nam'; did you mean 'name'?"
    ]
    assert slips(write, "locals { b = aws_sqs_queue.many[0].arnn }\n") == [
        "more.tf:1:14 warning: aws_sqs_queue has no attribute 'arnn'; did you mean 'arn'?"
    ]


def test_local_values_that_lead_to_themselves(write: Write) -> None:
    assert slips(write, "locals {\n  x = local.y\n  y = local.x\n}\n") == [
        "more.tf:2:7 error: local.y: it is made of itself: local.y -> local.x -> local.y",
        "more.tf:3:7 error: local.x: it is made of itself: local.y -> local.x -> local.y",
    ]


def test_calls_of_modules(write: Write) -> None:
    more = (
        'module "gone" { source = "./queu" }\n'
        'module "none" { source = "./queue" }\n'
        'module "extra" {\n  source = "./queue"\n  name = "q"\n  dely = 3\n}\n'
    )
    assert slips(write, more) == [
        "more.tf:1:17 error: source: there is no folder './queu'; did you mean 'queue'?",
        "more.tf:2:1 error: the module 'none' needs the argument 'name'",
        "more.tf:6:3 error: the module 'extra' takes no argument 'dely'; did you mean 'delay'?",
    ]


def test_a_module_that_is_called_twice_is_told_once(write: Write) -> None:
    write({"queue/more.tf": 'output "x" { value = var.gone }\n'})
    assert slips(write, "") == ["queue/more.tf:1:22 error: the folder has no variable 'var.gone'"]


@pytest.mark.parametrize(
    "local", ["var.guarded", 'merge(var.guarded, { a = "b" })', "local.of_variable", "{ (var.stage) = 1 }"]
)
def test_what_variables_may_have_where_it_is_deployed(write: Write, local: str) -> None:
    assert slips(write, f"locals {{\n  of_variable = var.guarded\n  x = {local}\n  y = local.x.gone\n}}\n") == []
