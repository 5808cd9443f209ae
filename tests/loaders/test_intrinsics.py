"""CloudFormation's functions: what each gives, and what stays a placeholder."""

from __future__ import annotations

import json
from textwrap import indent
from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines, read_template
from pytest_sfn.loaders.intrinsics import Resolver
from pytest_sfn.loaders.machine_resources import MachineResources
from tests.loaders.conftest import Write

TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Parameters:
  Env: {Type: String, Default: dev}
  Wait: {Type: Number, Default: '5'}
  Zones: {Type: CommaDelimitedList, Default: 'a, b'}
  NoDefault: {Type: String}
  FromSsm: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}
Mappings:
  Sizes: {dev: {Count: 2}}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Equals [!Ref Env, prod]
  Unknown: !Equals [!Ref NoDefault, x]
  Both: !And [Condition: IsDev, !Not [!Condition IsProd]]
  Circle: !Not [!Condition Circle]
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub '${Env}-fn', AutoPublishAlias: live}}
  Bare: {Type: AWS::Lambda::Function}
  Half: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub '${NoDefault}-fn'}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, Name: live}}
  V1: {Type: AWS::Lambda::Version, Properties: {FunctionName: !GetAtt Fn.Arn}}
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: alarms}}
  Table: {Type: AWS::Serverless::SimpleTable}
  Bucket: {Type: AWS::S3::Bucket}
  Group: {Type: AWS::EC2::SecurityGroup}
  Stack: {Type: AWS::CloudFormation::Stack}
  Value: {Type: AWS::SSM::Parameter, Properties: {Value: !Ref Env}}
  Loop: {Type: AWS::SSM::Parameter, Properties: {Value: !GetAtt Loop.Value}}
  Child: {Type: AWS::Serverless::StateMachine, Properties: {Name: child-sm}}
  Thing: {Type: 'AWS::Some::Thing'}
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A:
            Type: Pass
            End: true
            Result:
              value:
"""

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"


@pytest.fixture
def value(write: Any) -> Any:
    """What an expression gives within a Definition, and what stays unresolved."""

    def value(expression: str, **parameters: Any) -> tuple[Any, list[str]]:
        from pytest_sfn.loaders.formats import find_machines

        path = write({"template.yaml": TEMPLATE + indent(expression, " " * 16) + "\n"})
        found = find_machines(path, parameters=parameters)[-1]
        return found.source.value["States"]["A"]["Result"].get("value", "gone"), found.unresolved

    return value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Env", "dev"),
        ("{Ref: Env}", "dev"),
        ("!Ref Wait", 5),
        ("!Ref Zones", ["a", "b"]),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::AccountId", "123456789012"),
        ("!Sub '${AWS::Partition} ${AWS::URLSuffix} ${AWS::StackName}'", "aws amazonaws.com stack"),
        ("!Ref AWS::NoValue", "gone"),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
        ("!Ref Fn", "dev-fn"),
        ("!Ref Bare", "Bare"),
        ("!GetAtt Fn.Arn", f"{LAMBDA}:dev-fn"),
        ("Fn::GetAtt: [Bare, Arn]", f"{LAMBDA}:Bare"),
        ("!GetAtt Half.Arn", f"{LAMBDA}:Half"),  # a name that is not known is the logical id
        ("!Ref Live", f"{LAMBDA}:dev-fn:live"),
        ("!Ref V1", f"{LAMBDA}:dev-fn:1"),
        ("!Ref Fn.Alias", f"{LAMBDA}:dev-fn:live"),
        ("!Sub '${Fn.Version}'", f"{LAMBDA}:dev-fn:1"),
        ("!Ref Queue", "https://sqs.us-east-1.amazonaws.com/123456789012/Queue"),
        ("!GetAtt Queue.Arn", "arn:aws:sqs:us-east-1:123456789012:Queue"),
        ("!Ref Topic", "arn:aws:sns:us-east-1:123456789012:alarms"),
        ("!GetAtt Topic.TopicName", "alarms"),
        ("!GetAtt Table.Arn", "arn:aws:dynamodb:us-east-1:123456789012:table/Table"),
        ("!Ref Bucket", "bucket"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::bucket"),
        ("!GetAtt Group.GroupId", "Group"),
        ("!Ref Child", "arn:aws:states:us-east-1:123456789012:stateMachine:child-sm"),
        ("!GetAtt Child.Name", "child-sm"),
        ("!GetAtt Value.Value", "dev"),
        ("!GetAtt Thing.Arn", "arn:aws:some:us-east-1:123456789012:thing/Thing"),
        ("!Sub 'x-${Env}-${!Env}-${Fn.Arn}'", f"x-dev-${{Env}}-{LAMBDA}:dev-fn"),
        ("!Sub ['${A}/${Env}', {A: !Ref Wait}]", "5/dev"),
        ("!Sub plain", "plain"),
        ("!Join ['-', [a, !Ref Env, 1, true]]", "a-dev-1-true"),
        ("!Join [':', !Ref Zones]", "a:b"),
        ("!If [IsDev, a, b]", "a"),
        ("!If [IsProd, {x: 1}, {y: !Ref Env}]", {"y": "dev"}),
        ("!If [Both, 1, 2]", 1),
        ("!If [IsProd, a, !Ref AWS::NoValue]", "gone"),
        ("!FindInMap [Sizes, !Ref Env, Count]", 2),
        ("Fn::FindInMap: [Sizes, nope, Count, {DefaultValue: 9}]", 9),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select [5, !Split [':', !GetAtt Bucket.Arn]]", "bucket"),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!Base64 text", "dGV4dA=="),
        ("Fn::ToJsonString: {a: !Ref Env}", '{"a":"dev"}'),
        ("Fn::Length: [1, 2, 3]", 3),
        ("!Select [0, !GetAZs '']", "us-east-1a"),
        ("!Select [1, !Cidr [10.0.0.0/16, 4, 8]]", "10.0.1.0/24"),
        ("!Select [3, !Cidr [10.0.0.0/16, '4']]", "10.0.3.0/24"),
        ("{plain: [!Ref Env]}", {"plain": ["dev"]}),
    ],
)
def test_functions(value: Any, expression: str, expected: Any) -> None:
    assert value(expression) == (expected, [])


@pytest.mark.parametrize(
    ("expression", "expected", "names"),
    [
        ("!Ref NoDefault", "${NoDefault}", ["NoDefault"]),
        ("!Ref FromSsm", "${FromSsm}", ["FromSsm"]),
        ("!Ref Nowhere", "${Nowhere}", ["Nowhere"]),
        ("!GetAtt Nowhere.Arn", "${Nowhere.Arn}", ["Nowhere.Arn"]),
        ("!GetAtt Stack.Outputs.Url", "${Stack.Outputs.Url}", ["Stack.Outputs.Url"]),
        ("!GetAtt Loop.Value", "${Loop.Value}", ["Loop.Value"]),
        ("!ImportValue 'other:Export Name'", "${other-Export-Name}", ["other-Export-Name"]),
        ("!Sub 'a-${NoDefault}'", "a-${NoDefault}", ["NoDefault"]),
        ("!Join ['', [a, !Ref NoDefault]]", "a${NoDefault}", ["NoDefault"]),
        ("!FindInMap [Sizes, nope, Count]", "${Sizes.nope.Count}", ["Sizes.nope.Count"]),
        ("!Select [9, !Ref Zones]", "${Select-9}", ["Select-9"]),
        ("Fn::Cidr: [!Ref NoDefault, 1]", "${NoDefault}", ["NoDefault"]),
        ("Fn::Cidr: [10.0.0.0/16, x]", "${Cidr}", ["Cidr"]),
        ("Fn::Contains: [a, b]", "${Fn-Contains}", ["Fn-Contains"]),
        ("!Reference [a]", "${Fn-Reference}", ["Fn-Reference"]),
    ],
)
def test_what_is_not_known_stays_a_placeholder_and_is_named(
    value: Any, expression: str, expected: str, names: list[str]
) -> None:
    assert value(expression) == (expected, names)


@pytest.mark.parametrize("condition", ["Unknown", "Circle", "Nowhere"])
def test_a_condition_that_is_not_known_is_taken_for_true(value: Any, condition: str) -> None:
    assert value(f"!If [{condition}, a, b]")[0] == "a"


@pytest.mark.parametrize(
    ("expression", "parameters", "expected"),
    [
        ("!Ref Env", {"Env": "prod"}, "prod"),
        ("!If [IsProd, a, b]", {"Env": "prod"}, "a"),
        ("!If [Unknown, a, b]", {"Unknown": False}, "b"),
        ("!Ref Zones", {"Zones": "x,y,z"}, ["x", "y", "z"]),
        (
            "!GetAtt Fn.Arn",
            {"AWS::Region": "cn-north-1", "AWS::AccountId": "1"},
            "arn:aws-cn:lambda:cn-north-1:1:function:dev-fn",
        ),
        ("!GetAtt Fn.Arn", {"Fn.Arn": "arn"}, "arn"),
        ("!Ref Table", {"Table": "real"}, "real"),
        ("!ImportValue other", {"other": "imported"}, "imported"),
        ("!GetAtt Stack.Outputs.Url", {"Stack.Outputs.Url": "https://x"}, "https://x"),
    ],
)
def test_parameters_say_otherwise(value: Any, expression: str, parameters: dict[str, Any], expected: Any) -> None:
    assert value(expression, **parameters) == (expected, [])


@pytest.mark.parametrize(
    ("expression", "form"),
    [
        ("!Join [a]", "Fn::Join takes [delimiter, [values]]"),
        ("!If [IsDev, a]", "Fn::If takes [condition, value if true, value if false]"),
        ("!Select [1]", "Fn::Select takes [index, list]"),
        ("!Split a", "Fn::Split takes [delimiter, text]"),
        ("!FindInMap [a]", "Fn::FindInMap takes [map, first key, second key]"),
    ],
)
def test_misuse_names_the_place(value: Any, expression: str, form: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        value(expression)
    line = TEMPLATE.count("\n") + 1
    assert str(caught.value).splitlines()[0] == f"template.yaml:{line}:17: INVALID_TEMPLATE: {form}"


FLOW = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": {"Fn::GetAtt": ["R0", "Arn"]}, "End": True}}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("${R%d}", None),
        ("${R%d}${R%d}", "INVALID_TEMPLATE: resolving this makes texts of more than 67,108,864 characters"),
    ],
)
def test_names_without_end(write: Write, name: str, message: str | None) -> None:
    def function(level: int) -> Any:
        named = name.replace("%d", str(level + 1))
        return {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Fn::Sub": named}}}

    flow = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": FLOW}}
    resources = {f"R{level}": function(level) for level in range(1000)}
    (machine,) = find_machines(write({"t.json": json.dumps({"Resources": {**resources, "M": flow}})}))
    if message is None:
        assert machine.source.value["States"]["A"]["Resource"].endswith(":function:R51")
    else:
        with pytest.raises(DefinitionError, match=message):
            _ = machine.source


def test_conditions_without_end(write: Write) -> None:
    conditions = {f"C{level}": {"Fn::Not": [{"Condition": f"C{level + 1}"}]} for level in range(1000)}
    flow = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": {"Fn::If": ["C0", {"Comment": "a"}, {}]}}}
    (machine,) = find_machines(write({"t.json": json.dumps({"Conditions": conditions, "Resources": {"M": flow}})}))
    assert machine.source.value == {"Comment": "a"}


def test_what_a_definition_does_not_need_may_be_misused(write: Write) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"A": {"Fn::Join": ["a"]}}}}}
    flow = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": FLOW}}
    (machine,) = find_machines(write({"t.json": json.dumps({"Resources": {"R0": function, "M": flow}})}))
    assert machine.source.value["States"]["A"]["Resource"].endswith(":function:R0")
    assert machine.template.functions[0].environment == {"A": "${Fn-Join}"}


def test_names_that_lead_through_each_other_are_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    name_of = Resolver._name_of
    monkeypatch.setattr(Resolver, "_name_of", lambda self, resource: (found.append(resource.id), name_of(self, resource))[1])
    queues = {
        f"Q{level}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": f"${{Q{level + 1}.QueueName}}"}}}
        for level in range(20)
    }
    queues["Q20"] = {"Type": "AWS::SQS::Queue"}
    text = Text("t.json", json.dumps({"Resources": queues}))
    template = read_template(text, None)
    assert isinstance(template, MachineResources)
    resolver = template.resolver()

    assert {resolver.name_of(each) for each in template.resources.values()} == {"Q20"}
    assert len(found) == 21


def test_names_in_a_circle_do_not_depend_on_the_first_that_is_asked_for() -> None:
    queues = {
        "A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "a-${B.QueueName}"}}},
        "B": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "b-${A.QueueName}"}}},
    }
    template = read_template(Text("t.json", json.dumps({"Resources": queues})), None)
    assert isinstance(template, MachineResources)
    resolver = template.resolver()

    assert [resolver.name_of(template.resources[each]) for each in ("A", "B", "A")] == ["a-b-A", "b-a-B", "a-b-A"]
