"""Where definitions are in SAM and CloudFormation templates, their places, their substitutions, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders import find_machines
from tests.loaders.conftest import DONE

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


STATES = '"States": {"A": {"Type": "Succeed"}}'


@pytest.mark.parametrize(
    "text",
    [
        f'DefinitionString: |\n  {{\n    "StartAt": "A",\n\n    {STATES}\n  }}',
        f'DefinitionString: !Sub |\n  {{"StartAt": "A", "Comment": "${{Env}}",\n    {STATES}}}',
        f'DefinitionString:\n  Fn::Sub: |\n    {{"StartAt": "A", "Comment": "${{Env}}", {STATES}}}',
        f'DefinitionString: !Sub\n  - |\n    {{"StartAt": "A", "Comment": "${{It}}",\n    {STATES}}}\n  - It: !Ref Env',
        f'DefinitionString: !Join\n  - \'\'\n  - - \'{{"StartAt": "A", "Comment": "\'\n    - !Ref Env\n    - \'", {STATES}}}\'',
        f'DefinitionString: !If\n  - Nowhere\n  - |\n    {{"StartAt": "A",\n    {STATES}}}\n  - no',
    ],
)
def test_definition_as_text_keeps_its_places(machine: Any, text: str) -> None:
    source = machine(sam(text)).source
    assert source.value["States"] == {"A": {"Type": "Succeed"}}
    assert source.value.get("Comment", "dev") == "dev"
    location = source.locate("/States/A")
    assert sam(text).splitlines()[location.line - 1][location.column - 1 :].startswith('"A": {')


def test_place_behind_escapes_of_a_json_template(machine: Any) -> None:
    parts = [
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "',
        {"Ref": "AWS::Partition"},
        '", "Comment": "\u00e9\\n", "End": true}}}',
    ]
    properties = {"DefinitionString": {"Fn::Join": ["", parts]}}
    template = {"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    text = json.dumps(template, indent=1)
    found = machine({"m.template.json": text})
    assert found.format == "CDK"
    assert found.source.value["States"]["A"]["Resource"] == "aws"
    for pointer, begins in (("/States", '\\"States'), ("/States/A/End", '\\"End'), ("/States/A/Comment", '\\"Comment')):
        location = found.source.locate(pointer)
        assert text.splitlines()[location.line - 1][location.column - 1 :].startswith(begins)


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
  fix  load the file that is uploaded there: load(file, substitutions={{...}})"""
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


def test_key_that_stands_twice_matters_in_the_definition_only(machine: Any) -> None:
    inline = "Name: a\nName: b\nDefinition:\n  StartAt: A\n  States:\n    A: {Type: Succeed}\n"
    assert machine(sam(inline)).name == "b"
    assert refusal(machine(sam(inline + "    A: {Type: Pass}")))[0] == (
        "template.yaml:17:11: state 'A': DUPLICATE_KEY: The state name \"A\" stands twice, first in line 16"
    )


def test_substitutions_that_are_not_known_not_used_not_passed(machine: Any) -> None:
    files = {
        "template.yaml": sam(
            "DefinitionUri: a.asl.json\nDefinitionSubstitutions: {Token: !Ref Secret, Nmae: x, Far: !Ref Secret}"
        ),
        "a.asl.json": '{"StartAt": "A", "Comment": "${Token} ${Name}", "States": {"A": {"Type": "Succeed"}}}',
    }
    found = machine(files)
    assert found.source.notes == (
        "template.yaml:8:3: state machine 'Order': left as written: ${Token} (the parameter 'Secret' has no default)",
        "a.asl.json: no substitution for ${Name} (line 1); left as written",
        "a.asl.json: nothing to substitute for 'Nmae' (did you mean 'Name'?)",
    )
    assert found.unresolved == ["Token"]
    found = machine(files, parameters={"Secret": "s"}, substitutions={"Name": "n"})
    assert found.source.value["Comment"] == "s n"
    assert found.source.notes == ("a.asl.json: nothing to substitute for 'Nmae', 'Far'",)


def test_references_to_what_is_not_there(machine: Any) -> None:
    found = machine({
        "template.yaml": sam(
            "DefinitionUri: a.asl.json\n"
            "DefinitionSubstitutions:\n  Arn: !GetAtt F.Arn\n  Arm: !GetAtt Fn.Arm\n  Role: !Ref FnRole"
        ),
        "a.asl.json": '{"StartAt": "A", "Comment": "${Arn} ${Arm} ${Role}", "States": {"A": {"Type": "Succeed"}}}',
    })  # fmt: skip
    left, made = "state machine 'Order': left as written", "; what deploys it may make one"
    assert found.source.notes == (
        f"template.yaml:13:14: {left}: ${{Arn}} (the template has no resource 'F')",
        f"template.yaml:14:14: {left}: ${{Arm}} (an AWS::Serverless::Function has no attribute 'Arm'; did you mean 'Arn'?)",
        f"template.yaml:15:15: {left}: ${{Role}} (the template has no parameter or resource 'FnRole'{made})",
    )


def test_bare_placeholder_without_a_value_names_its_parameter(machine: Any) -> None:
    files = {
        "template.yaml": sam("DefinitionUri: a.asl.json\nDefinitionSubstitutions: {Pause: !Ref Secret}"),
        "a.asl.json": '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}',
    }
    message = "${Pause} stands outside of quotes and has no value, so this is no JSON; the parameter 'Secret' has no default"
    assert refusal(machine(files)) == [
        f"a.asl.json:1:62: state 'A': MISSING_SUBSTITUTION: {message}",
        '    1 | {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}}}',
        "      |                                                              ^",
        "  fix  pass its value in substitutions={...}, or what it comes from in parameters={...}",
    ]
    assert machine(files, parameters={"Secret": "30"}).source.value["States"]["A"]["Seconds"] == 30
    assert machine(files, loose=True).source.value["States"]["A"]["Seconds"] == "${Pause}"


def test_a_mistake_in_one_machine_leaves_the_others(write: Any) -> None:
    other = "  Other:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {DefinitionString: '" + DONE + "'}\n"
    first, second = find_machines(write({"template.yaml": sam("DefinitionUri: nowhere.json") + other}))
    assert second.source.value == json.loads(DONE)
    refusal(first)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Resources:\n  A: [\n", "template.yaml:"),
        ("Resources:\n\tA: 1\n", "template.yaml:2:1: INVALID_YAML_DESCRIPTION"),
        ("Resources:\n{% for a in b %}\n", "template.yaml:2:2: INVALID_YAML_DESCRIPTION"),
        ('{"Resources": {},}', "template.yaml:1:17: INVALID_JSON_DESCRIPTION"),
    ],
)
def test_a_template_that_cannot_be_read(write: Any, text: str, head: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        find_machines(write({"template.yaml": text}))
    assert str(caught.value).startswith(head)
    assert caught.value.diagnostics[0].location is not None


@pytest.mark.parametrize(
    "text",
    [
        DONE,
        "StartAt: A\nStates: {A: {Type: Succeed}}",
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"Resources": 1}, "End": true}}}',
        "StartAt: A\nStates:\n  A: {Type: Pass, End: true}\nResources: 1\n",
        "[1, 2]",
        "",
        "text",
    ],
)
def test_what_is_no_template_has_no_machines(write: Any, text: str) -> None:
    assert find_machines(write({"file.yaml": text})) == []


def test_resources_and_aliases(write: Any) -> None:
    (found,) = find_machines(write({"template.yaml": sam("DefinitionUri: a.json").replace(
        "Fn: {Type: AWS::Serverless::Function}",
        "Fn: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub '${Env}-fn'}}\n  Queue: {Type: AWS::SQS::Queue}",
    )}))  # fmt: skip
    assert found.resolved == {
        "Fn": ("function", "arn:aws:lambda:us-east-1:123456789012:function:dev-fn"),
        "Queue": ("queue", "arn:aws:sqs:us-east-1:123456789012:Queue"),
        "Order": ("stateMachine", "arn:aws:states:us-east-1:123456789012:stateMachine:Order"),
    }
    assert found.template.function_names == {"dev-fn": ("Fn",)}
