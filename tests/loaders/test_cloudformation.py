"""Where definitions are in SAM and CloudFormation templates, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from tests.loaders.conftest import DONE, sam


def place(machine: Any, pointer: str, *, value: bool = False) -> str:
    return str(machine.source.locate(pointer, value=value))


def refusal(machine: Any) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        _ = machine.source
    assert all(problem.location is not None for problem in caught.value.diagnostics)
    return str(caught.value).splitlines()


def test_definition_in_a_file_beside_the_template(machine: Any) -> None:
    found = machine({
        "template.yaml": sam("DefinitionUri: flows/order.asl.json\nDefinitionSubstitutions: {Next: Done, Arn: !GetAtt Fn.Arn}"),
        "flows/order.asl.json": '{"StartAt": "${Next}",\n "Comment": "${Arn}",\n "States": {"Done": {"Type": "Succeed"}}}',
    })  # fmt: skip
    assert (found.logical_id, found.name, found.type, found.format) == ("Order", "Order", "STANDARD", "SAM")
    assert found.source.value["StartAt"] == "Done"
    assert found.source.value["Comment"].endswith(":function:Fn")
    assert place(found, "/States/Done") == "flows/order.asl.json:3:13"
    assert str(found.location) == "template.yaml:8:3"
    assert found.source.notes == ()


INLINE = """\
Name: order-sm
Type: EXPRESS
Definition:
  StartAt: Yes
  States:
    Yes:
      Type: Task
      Resource: !GetAtt Fn.Arn
      End: true
      Retry: !If
        - IsDev
        - - ErrorEquals: [X]
        - - ErrorEquals: [Y]
    No: {Type: Pass, Result: "${Given}", End: true}
DefinitionSubstitutions: {Given: value}
"""


def test_definition_as_an_object(machine: Any) -> None:
    found = machine(sam(INLINE) + "Conditions: {IsDev: !Equals [!Ref Env, prod]}\n")
    states = found.source.value["States"]
    assert (found.name, found.type) == ("order-sm", "EXPRESS")
    assert list(states) == ["Yes", "No"]
    assert states["Yes"]["Resource"] == "arn:aws:lambda:us-east-1:123456789012:function:Fn"
    assert states["Yes"]["Retry"] == [{"ErrorEquals": ["Y"]}]
    assert states["No"]["Result"] == "value"
    assert place(found, "/States/Yes/Resource") == "template.yaml:18:13"
    assert place(found, "/States/Yes/Retry/0/ErrorEquals/0") == "template.yaml:23:33"  # of the branch that holds
    assert found.source.text is None  # it is a part of a text
    assert found.source.name == "template.yaml"


def test_definition_string_of_an_object(machine: Any) -> None:
    found = machine(sam("DefinitionString:\n  Fn::ToJsonString:\n    StartAt: A\n    States: {A: {Type: Succeed}}"))
    assert place(found, "/StartAt") == "template.yaml:13:11"


def test_definition_by_include(machine: Any) -> None:
    include = "Definition:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: order.yaml}}"
    found = machine({"template.yaml": sam(include), "order.yaml": "StartAt: A\nStates:\n  A: {Type: Succeed}\n"})
    assert place(found, "/States/A") == "order.yaml:3:3"


def test_asset_of_the_cdk(machine: Any) -> None:
    template = {"Resources": {"MachineABC123": {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionS3Location": {"Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}"}, "Key": "abc.json"}},
        "Metadata": {"aws:cdk:path": "Stack/Machine/Resource"},
    }}}  # fmt: skip
    found = machine({"Stack.template.json": json.dumps(template), "asset.abc.json": DONE})
    assert place(found, "/StartAt") == "asset.abc.json:1:2"
    assert "Machine" in found.other_names
    template["Resources"]["MachineABC123"]["Metadata"] |= {  # type: ignore[index]
        "aws:asset:path": "elsewhere.json", "aws:asset:property": "DefinitionS3Location",
    }  # fmt: skip
    found = machine({"Stack.template.json": json.dumps(template), "elsewhere.json": DONE})
    assert place(found, "/StartAt") == "elsewhere.json:1:2"


MISSING = """\
template.yaml:11:7: DEFINITION_NOT_FOUND: state machine 'Order': DefinitionUri: there is no file 'Order.asl.json' (looked at \
{folder}/Order.asl.json)
   11 |       DefinitionUri: Order.asl.json
      |       ^
  fix  did you mean order.asl.json? It differs in upper and lower case, which counts on most disks"""
REMOTE = """\
template.yaml:11:7: DEFINITION_ELSEWHERE: state machine 'Order': DefinitionUri is in S3, at s3://bucket/far.json, and nothing \
is fetched from there
   11 |       DefinitionUri: s3://bucket/far.json
      |       ^
  fix  load the file that is uploaded there"""
NOTHING = """\
template.yaml:8:3: INVALID_TEMPLATE: state machine 'Order': it has no definition; the properties for one are DefinitionUri, \
DefinitionS3Location, Definition, DefinitionString
    8 |   Order:
      |   ^"""


@pytest.mark.parametrize(
    ("properties", "expected"),
    [("DefinitionUri: Order.asl.json", MISSING), ("DefinitionUri: s3://bucket/far.json", REMOTE), ("Name: x", NOTHING)],
)
def test_refused(machine: Any, tmp_path: Any, properties: str, expected: str) -> None:
    found = machine({"template.yaml": sam(properties), "order.asl.json": DONE})
    assert "\n".join(refusal(found)) == expected.format(folder=tmp_path)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("Definition: '{}'", "Definition is an object; text goes into DefinitionString"),
        ("Definition: !Ref Secret", "Definition: the parameter 'Secret' has no default"),
        ("Definition: [a]", "a definition is an object, a text, or a file"),
        ("DefinitionString: {StartAt: A}", "DefinitionString is text; an object goes into Definition"),
        ("DefinitionString: !ImportValue far", "DefinitionString: 'far' is exported by another stack"),
        ("DefinitionUri: [a]", "DefinitionUri is a path, or an object with Bucket and Key"),
    ],
)
def test_refused_for(machine: Any, properties: str, message: str) -> None:
    assert refusal(machine(sam(properties)))[0].endswith(message)
