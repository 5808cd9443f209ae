from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import DefinitionWarning, load
from pytest_sfn.templates.mistakes import mistakes_of
from tests.templates.helpers import SAM, template, told

MACHINE = """\
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Nmae: flow
      Definition: {StartAt: A, States: {A: {Type: Pass, Result: !Ref Nope, End: true}}}
"""
OTHER = "  Role: {Type: AWS::IAM::Role, DependsOn: Nope}\n"


def test_mistakes_know_their_resources_and_are_in_the_order_of_the_text() -> None:
    found = mistakes_of(template(f"{SAM}Resources:\n{OTHER}{MACHINE}Parameters: {{P: {{}}}}\n"))

    assert [(each.rule, each.resource) for each in found] == [
        ("unknown-reference", "Role"),
        ("unknown-property", "Flow"),
        ("unknown-reference", "Flow"),
        ("parameter", ""),
    ]


def test_load_warns_of_what_concerns_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(f"{SAM}Resources:\n{OTHER}{MACHINE}Parameters: {{P: {{}}}}\n", encoding="utf-8")

    with pytest.warns(DefinitionWarning) as caught:
        load(path)

    said = [str(warning.message).partition("template.yaml:")[2] for warning in caught]
    assert said == [
        (
            "8:65: state machine 'Flow': left as written: ${Nope} (the template has no parameter or resource 'Nope'); "
            "pass parameters={'Nope': ...} or substitutions={'Nope': ...}"
        ),
        "7:7: an AWS::Serverless::StateMachine has no property 'Nmae'; did you mean 'Name'?",
        "9:14: the parameter 'P' has no Type; add one: Type: String",
    ]


def test_a_serverless_yml_has_resources_of_cloudformation() -> None:
    text = "service: s\nresources:\n  Resources:\n    Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimout: 1}}\n"

    assert told(text) == []  # plugins may change them
    assert mistakes_of(template("service: s\n")) == []


def test_terraform_has_no_such_template(tmp_path: Path) -> None:
    path = tmp_path / "main.tf"
    path.write_text('resource "aws_sqs_queue" "q" {}\n', encoding="utf-8")

    assert mistakes_of(template(path.read_text(encoding="utf-8"), path)) == []


def test_one_mistake_of_a_rule_at_one_place() -> None:
    resource = "{Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub '${Nope} ${Nope.Arn}'}}"

    assert told(f"Resources: {{A: {resource}}}") == [
        "1:84 error unknown-reference: the template has no parameter or resource 'Nope'"
    ]
