"""Step Functions in moto's CloudFormation.

moto's CloudFormation needs packages that check other services' resources; where one is not installed it has a stand-in, in a
process of its own.
"""

from __future__ import annotations

import pytest

from pytest_sfn.gate.stacks import NAMES, RESOURCES

STAND_INS = """
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from unittest.mock import MagicMock

NEEDED = ("openapi_spec_validator", "joserfc", "graphql", "docker")
PACKAGES = {name for name in NEEDED if importlib.util.find_spec(name) is None}


class StandIn(ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock()


class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return ModuleSpec(name, cls, is_package=True) if name.partition(".")[0] in PACKAGES else None

    @staticmethod
    def create_module(spec):
        return StandIn(spec.name)

    @staticmethod
    def exec_module(module):
        pass


sys.meta_path.append(Finder)
"""
TESTS = """
import json

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

ROLE = "arn:aws:iam::123456789012:role/states"
GREET = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "${Word}", "End": True}}}
NAP = {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 60, "End": True}}}


@pytest.fixture(params=["mock_aws", "sfn_aws"])
def cloudformation(request):
    if request.param == "sfn_aws":
        request.getfixturevalue("sfn_aws")
        yield boto3.client("cloudformation", "us-east-1")
    else:
        request.getfixturevalue("sfn_mock")
        with mock_aws():
            yield boto3.client("cloudformation", "us-east-1")


@pytest.fixture
def client():
    return boto3.client("stepfunctions", region_name="us-east-1")


def machine(**properties):
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": ROLE, **properties}}


def template(outputs=(), **resources):
    return json.dumps({
        "Resources": resources, "Outputs": {name.replace(".", ""): {"Value": get(name)} for name in outputs}
    })


def get(name):
    resource, _, attribute = name.partition(".")
    return {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}


def outputs(cloudformation):
    (stack,) = cloudformation.describe_stacks(StackName="s")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}


def machines(client):
    return [each["stateMachineArn"] for each in client.list_state_machines()["stateMachines"]]


def test_machine_is_made_changed_and_deleted(cloudformation, client):
    made = template(["M", "M.Arn", "M.Name", "M.StateMachineRevisionId"], M=machine(Definition=NAP, StateMachineType="EXPRESS"))
    cloudformation.create_stack(StackName="s", TemplateBody=made)
    found = outputs(cloudformation)
    arn = found["M"]
    assert machines(client) == [arn] == [found["MArn"]]
    assert arn.endswith(":stateMachine:" + found["MName"])
    assert found["MName"].startswith("s-M-")
    assert found["MStateMachineRevisionId"] == "INITIAL"
    described = client.describe_state_machine(stateMachineArn=arn)
    assert (described["type"], described["roleArn"], json.loads(described["definition"])) == ("EXPRESS", ROLE, NAP)

    logging = {"Level": "OFF", "IncludeExecutionData": "false"}
    more = {"StateMachineType": "EXPRESS", "TracingConfiguration": {"Enabled": "true"}, "LoggingConfiguration": logging}
    changed = template(M=machine(DefinitionString=json.dumps(GREET), **more))
    cloudformation.update_stack(StackName="s", TemplateBody=changed)
    assert machines(client) == [arn]
    described = client.describe_state_machine(stateMachineArn=arn)
    assert json.loads(described["definition"]) == GREET
    assert described["tracingConfiguration"] == {"enabled": True}

    cloudformation.update_stack(StackName="s", TemplateBody=template(M=machine(Definition=NAP, StateMachineName="Nap")))
    assert [each.rpartition(":")[2] for each in machines(client)] == ["Nap"]
    cloudformation.delete_stack(StackName="s")
    assert machines(client) == []


def test_definition_with_substitutions_runs(cloudformation, client):
    values = {"Word": "hello", "Other": 1}
    made = template(["M"], M=machine(DefinitionString=json.dumps(GREET), DefinitionSubstitutions=values))
    cloudformation.create_stack(StackName="s", TemplateBody=made)
    started = client.start_execution(stateMachineArn=outputs(cloudformation)["M"])["executionArn"]
    assert client.describe_execution(executionArn=started)["output"] == '"hello"'


YAML = "StartAt: Greet\\nStates:\\n  Greet: {Type: Pass, Result: '${Word}', End: true}"


@pytest.mark.parametrize("body", [json.dumps(GREET), YAML])
def test_definition_in_a_bucket(cloudformation, client, body):
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="definitions")
    s3.put_object(Bucket="definitions", Key="k", Body=body)
    location = {"Bucket": "definitions", "Key": "k"}
    made = template(["M"], M=machine(DefinitionS3Location=location, DefinitionSubstitutions={"Word": "hello"}))
    cloudformation.create_stack(StackName="s", TemplateBody=made)
    described = client.describe_state_machine(stateMachineArn=outputs(cloudformation)["M"])
    assert json.loads(described["definition"])["States"]["Greet"]["Result"] == "hello"


def test_activity(cloudformation, client):
    made = template(["A", "A.Arn", "A.Name"], A={"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": "paint"}})
    cloudformation.create_stack(StackName="s", TemplateBody=made)
    arn = "arn:aws:states:us-east-1:123456789012:activity:paint"
    assert outputs(cloudformation) == {"A": arn, "AArn": arn, "AName": "paint"}
    assert client.describe_activity(activityArn=arn)["name"] == "paint"
    cloudformation.delete_stack(StackName="s")
    assert client.list_activities()["activities"] == []


def test_versions_aliases_and_tags(cloudformation, client):
    def resources(word, weights, **tags):
        definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": word, "End": True}}}
        routes = [{"StateMachineVersionArn": get(name), "Weight": weight} for name, weight in weights.items()]
        version = {"StateMachineArn": get("M"), "StateMachineRevisionId": get("M.StateMachineRevisionId")}
        tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        alias = {"Name": "Live", "RoutingConfiguration": routes}
        return template(
            ["M", "One", "One.Arn", "Live", "Live.Arn"],
            M=machine(Definition=definition, StateMachineName="M", Tags=tags),
            Live={"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": alias},
            **{name: {"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": version} for name in weights},
        )

    cloudformation.create_stack(StackName="s", TemplateBody=resources("old", {"One": 100}, team="blue"))
    found = outputs(cloudformation)
    arn = found["M"]
    assert (found["One"], found["OneArn"]) == (f"{arn}:1", f"{arn}:1")
    assert (found["Live"], found["LiveArn"]) == (f"{arn}:Live", f"{arn}:Live")
    assert client.describe_state_machine_alias(stateMachineAliasArn=f"{arn}:Live")["routingConfiguration"] == [
        {"stateMachineVersionArn": f"{arn}:1", "weight": 100}
    ]
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "team", "value": "blue"}]

    for weights in ({"One": 100}, {"One": 0, "Two": 100}):  # moto makes what is new before it changes what is there
        cloudformation.update_stack(StackName="s", TemplateBody=resources("new", weights, team="red", cost="1"))
    started = client.start_execution(stateMachineArn=f"{arn}:Live")["executionArn"]
    assert client.describe_execution(executionArn=started)["output"] == '"new"'
    tags = {each["key"]: each["value"] for each in client.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert tags == {"team": "red", "cost": "1"}

    client.delete_state_machine_alias(stateMachineAliasArn=f"{arn}:Live")  # as when moto deletes the machine first
    cloudformation.delete_stack(StackName="s")
    assert machines(client) == []


@pytest.mark.parametrize("first", ["M", "V", "A"])
def test_stack_is_deleted_in_any_order(cloudformation, client, first):
    route = [{"StateMachineVersionArn": get("V"), "Weight": 100}]
    made = template(
        ["M", "V", "A"],
        M=machine(Definition=NAP),
        V={"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": {"StateMachineArn": get("M")}},
        A={"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {"Name": "A", "RoutingConfiguration": route}},
    )
    cloudformation.create_stack(StackName="s", TemplateBody=made)
    found = outputs(cloudformation)
    if first != "M":
        client.delete_state_machine_alias(stateMachineAliasArn=found["A"])
    if first == "V":
        client.delete_state_machine_version(stateMachineVersionArn=found["V"])
    if first == "M":
        client.delete_state_machine(stateMachineArn=found["M"])
    cloudformation.delete_stack(StackName="s")
    assert machines(client) == []


def test_what_step_functions_refuses(cloudformation, client):
    with pytest.raises(ClientError, match="Invalid State Machine Definition"):
        cloudformation.create_stack(StackName="s", TemplateBody=template(M=machine(DefinitionString="{}")))
    assert machines(client) == []


@pytest.mark.parametrize(("kind", "properties", "message"), [
    ("StateMachineVersion", {}, "stateMachineArn"),
    ("StateMachineAlias", {"Name": "A"}, "routingConfiguration"),
    ("StateMachineAlias", {"Name": "A", "RoutingConfiguration": [{"StateMachineVersionArn": "V", "Weight": "x"}]}, "weight"),
    ("StateMachine", {"RoleArn": ROLE, "DefinitionS3Location": {"Key": "k"}}, "Bucket"),
    ("StateMachine", {"RoleArn": ROLE, "DefinitionS3Location": {"Bucket": "none", "Key": "k"}}, "NoSuchBucket"),
])
def test_a_property_that_is_missing_or_wrong(cloudformation, kind, properties, message):
    resource = {"Type": f"AWS::StepFunctions::{kind}", "Properties": properties}
    with pytest.raises(ClientError, match=rf"ValidationError.*CreateStack(.|\\n)*{message}"):
        cloudformation.create_stack(StackName="s", TemplateBody=template(R=resource))


def test_an_attribute_that_there_is_not(cloudformation):
    with pytest.raises(ClientError, match="Nothing"):
        cloudformation.create_stack(StackName="s", TemplateBody=template(["M.Nothing"], M=machine(Definition=NAP)))


@mock_aws
def test_without_us_it_is_motos():
    from moto.cloudformation import parsing

    kind = parsing.resource_class_from_type("AWS::StepFunctions::StateMachine")
    assert kind.__module__.startswith("moto.")
"""


def test_stacks(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(STAND_INS)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(passed=33)


def test_each_type_has_its_name_property() -> None:
    assert NAMES == {
        "AWS::StepFunctions::StateMachine": "StateMachineName",
        "AWS::StepFunctions::Activity": "Name",
        "AWS::StepFunctions::StateMachineVersion": "",
        "AWS::StepFunctions::StateMachineAlias": "Name",
    }
    assert set(RESOURCES) == set(NAMES)
