"""Templates as text, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pytest_sfn.loaders.formats import find_machines
from pytest_sfn.loaders.template import FoundMachine

Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files, which the working directory then has, and give the path of the first."""
    monkeypatch.chdir(tmp_path)

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path / next(iter(files))

    return write


@pytest.fixture
def machine(write: Write) -> Callable[..., FoundMachine]:
    """The only machine of a template, given as text or as the files it consists of."""

    def machine(text: str | Mapping[str, str], **options: Any) -> FoundMachine:
        files = {"template.yaml": text} if isinstance(text, str) else text
        (found,) = find_machines(write(files), **options)
        return found

    return machine


DONE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})


def machine_of(body: str) -> str:
    return f'resource "aws_sfn_state_machine" "order" {{\n  name = "order-sm"\n{body}\n}}\n'


def heredoc(text: str) -> str:
    return machine_of(f"  definition = <<EOF\n{text}\nEOF")


def value_of(write: Write, expression: str) -> Any:
    """What an expression of Terraform's gives in a definition; nothing of it stays unknown."""
    path = write({
        "main.tf": machine_of(f"  definition = jsonencode({{ Comment = {expression} }})"),
        "more.tf": 'variable "flag" { default = true }\nvariable "list" { default = ["a", "b"] }\n'
        'variable "map" { default = { k = 1 } }\nresource "aws_sqs_queue" "q" { count = 1 }\n'
        'data "aws_region" "current" {}\ndata "aws_caller_identity" "me" {}\n'
        'resource "aws_sqs_queue" "many" {\n  for_each = toset(var.list)\n  name = "${each.key}-q"\n}\n'
        'resource "aws_sqs_queue" "several" {\n  count = 2\n  name = "q-${count.index}"\n}\n'
        'resource "aws_lambda_function" "fn" {\n  function_name = "fn"\n  tracing = { mode = "Active" }\n}\n'
        'resource "aws_lambda_alias" "live" {\n  name = "live"\n  function_name = aws_lambda_function.fn.function_name\n}\n',
    })  # fmt: skip
    (found,) = find_machines(path, parameters={"AWS::Region": "eu-west-1"})
    assert found.unresolved == []
    return found.source.value["Comment"]


def unknown_of(machine: Callable[..., FoundMachine], expression: str) -> Any:
    """What a definition has in place of an expression, the only one that is not known."""
    body = machine_of(f"  definition = jsonencode({{ Comment = {expression} }})")
    found = machine({"main.tf": 'variable "secret" {}\n' + body})
    value = found.source.value["Comment"]
    assert len(found.unresolved) == 1
    return value


TEMPLATE = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Env: {Type: String, Default: dev}
Resources:
  OrderFunction:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: !Sub '${Env}-order-fn'}
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Call
        States:
          Call: {Type: Task, Resource: !GetAtt OrderFunction.Arn, Next: Start}
          Start:
            Type: Task
            Resource: arn:aws:states:::states:startExecution.sync:2
            Parameters: {StateMachineArn: !Ref Child, Input.$: $}
            OutputPath: $.Output
            End: true
  Child:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub '${Env}-child'
      DefinitionUri: child.asl.json
      DefinitionSubstitutions: {Arn: !GetAtt OrderFunction.Arn}
"""
CHILD = json.dumps({
    "StartAt": "Call",
    "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": "${Arn}", "Payload.$": "$"}, "OutputPath": "$.Payload", "End": True}},
})  # fmt: skip


@pytest.fixture
def template(write: Write) -> Path:
    return write({"template.yaml": TEMPLATE, "child.asl.json": CHILD})


SAM = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Env: {Type: String, Default: dev}
  Secret: {Type: String}
Resources:
  Fn: {Type: AWS::Serverless::Function}
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
"""


def sam(properties: str) -> str:
    return SAM + "\n".join("      " + line for line in properties.splitlines()) + "\n"
