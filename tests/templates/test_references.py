from __future__ import annotations

from pathlib import Path

import pytest

from tests.templates.helpers import SAM, told

FAULTS = [
    (
        "unknown-reference",
        "!Ref Tabel",
        "error unknown-reference: the template has no parameter or resource 'Tabel'; did you mean 'Table'?",
    ),
    ("unknown-reference", "!GetAtt Nope.Arn", "error unknown-reference: the template has no resource 'Nope'"),
    ("unknown-reference", "!Sub 'a ${Nope}'", "error unknown-reference: the template has no parameter or resource 'Nope'"),
    (
        "unknown-reference",
        "!Join ['', [!Ref Nope]]",
        "error unknown-reference: the template has no parameter or resource 'Nope'",
    ),
    (
        "questionable-reference",
        "!GetAtt Table.Arnn",
        "warning questionable-reference: an AWS::DynamoDB::Table has no attribute 'Arnn'; did you mean 'Arn'?",
    ),
]
TEXT = """\
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Role:
    Type: AWS::IAM::Role
    Properties: {RoleName: VALUE}
"""


@pytest.mark.parametrize(("rule", "value", "expected"), FAULTS)
def test_references_of_resources_that_no_workflow_needs(rule: str, value: str, expected: str) -> None:
    (found,) = told(TEXT.replace("VALUE", value))

    place, _, what = found.partition(" ")
    assert place.startswith("5:")
    assert what == expected
    assert f" {rule}: " in expected


@pytest.mark.parametrize(
    "value",
    [
        "!Ref Table",
        "!GetAtt Table.StreamArn",
        "!GetAtt Table.SomethingNew",
        "!GetAtt Url.FunctionArn",
        "!GetAtt Table.ArnV2",
        "!GetAtt Table.StreamArnOf",
        "!GetAtt [Table, !Sub 'Arnn']",
        "!Sub ['${x} ${!y} ${AWS::Region}', {x: 1}]",
        "!Ref AWS::StackName",
        "'${Nope}'",
    ],
)
def test_what_is_there_is_left_alone(value: str) -> None:
    assert told(f"{TEXT.replace('VALUE', value)}  Url: {{Type: AWS::Lambda::Url}}\n") == []


def test_depends_on() -> None:
    more = "  A: {Type: AWS::SQS::Queue, DependsOn: Tabel}\n  B: {Type: AWS::SQS::Queue, DependsOn: [Table, Nope]}\n"

    assert told(TEXT.replace("VALUE", "x") + more) == [
        "6:41 error unknown-reference: the template has no resource 'Tabel'; did you mean 'Table'?",
        "7:49 error unknown-reference: the template has no resource 'Nope'",
    ]


def test_what_sam_and_loops_make_may_be_referred_to() -> None:
    text = (
        f"{SAM}Resources:\n  Fn: {{Type: AWS::Serverless::Function, DependsOn: FnRole}}\n"
        "Outputs: {A: {Value: !Ref Fn.Version}, B: {Value: !Ref ServerlessRestApi}, C: {Value: !GetAtt FnRole.Arn}}\n"
    )
    assert told(text) == []
    loop = "  Fn::ForEach::Queues: [Name, [A], {'${Name}': {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}}]\n"
    assert told(f"Transform: AWS::LanguageExtensions\n{TEXT.replace('VALUE', '!Ref A')}{loop}") == []


def test_outputs_of_nested_stacks(tmp_path: Path) -> None:
    inner = tmp_path / "data.yaml"
    inner.write_text("Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {TopicArn: {Value: !Ref T}}\n", encoding="utf-8")
    text = """\
Resources:
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml}}
  A: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Data.Outputs.TopicArn}}
  B: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Data.Outputs.TopicArm}}
"""

    (found,) = told(text, tmp_path / "template.yaml")
    assert found.startswith("4:68 error unknown-reference: ")
    assert found.endswith("data.yaml has no output 'TopicArm'; did you mean 'TopicArn'?")

    inner.write_text("Resources: [", encoding="utf-8")
    assert told(text, tmp_path / "template.yaml") == []


@pytest.mark.parametrize("value", ["!Ref Mod.Bucket", "!Ref ModBucket", "!GetAtt ModBucket.Arn", "!Sub '${ModBucket}'"])
def test_what_a_module_makes_may_be_referred_to(value: str) -> None:
    module = "  Mod: {Type: My::S3::Bucket::MODULE}\n  A: {Type: AWS::SQS::Queue, DependsOn: ModBucket}\n"

    assert told(TEXT.replace("VALUE", value) + module) == []
