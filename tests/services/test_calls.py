"""What AWS refuses of a call when a machine is created, as findings and in every way that loads a definition."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from pytest_sfn import DefinitionError, SfnAws, SfnMock, load
from pytest_sfn.asl.findings import ServiceCall
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.defaults import defaults
from pytest_sfn.services.calls import check_call
from tests.helpers import machine

Json = dict[str, Any]
CONNECTION = "arn:aws:events:us-east-1:123456789012:connection/c/1"
API = {"ApiEndpoint": "a.execute-api.us-east-1.amazonaws.com", "Method": "GET"}
QUEUE = {"QueueUrl": "q", "MessageBody": "b"}


def task(text: str, *, jsonata: bool = False, **fields: Any) -> Json:
    language = {"QueryLanguage": "JSONata"} if jsonata else {}
    return {"Type": "Task", "Resource": f"arn:aws:states:::{text}", **language, **fields, "End": True}


def findings(text: str, *, jsonata: bool = False, **fields: Any) -> list[tuple[str, str, str, str]]:
    state = task(text, jsonata=jsonata, **fields)
    found = check_call(ServiceCall(parse_resource(state["Resource"]), state, "/States/A", not jsonata))
    return [(each.severity, each.rule, each.message, f"{each.pointer} {each.at or ''}".strip()) for each in found]


UNKNOWN = 'The field "{}" is not supported by Step Functions'
MISSING = "The field '{}' is required but was missing"
TYPE = "The value for the field '{}' must be {}"


@pytest.mark.parametrize(
    ("text", "parameters", "expected"),
    [
        # [measured: cdk-preflight, 2026-09-05], each without one of what it needs
        ("lambda:invoke", {"Payload": {}}, MISSING.format("FunctionName")),
        ("sqs:sendMessage", {"MessageBody": "b"}, MISSING.format("QueueUrl")),
        ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q"}, MISSING.format("MessageBody")),
        ("sns:publish", {"TopicArn": "t"}, MISSING.format("Message")),
        ("dynamodb:putItem", {"TableName": "t"}, MISSING.format("Item")),
        ("dynamodb:getItem", {"Key": {}}, MISSING.format("TableName")),
        ("states:startExecution.sync:2", {"Input": {}}, MISSING.format("StateMachineArn")),
        ("events:putEvents", {}, MISSING.format("Entries")),
        ("ecs:runTask.sync", {"Cluster": "c"}, MISSING.format("TaskDefinition")),
        ("glue:startJobRun.sync", {}, MISSING.format("JobName")),
        # [reported] of SDK integrations and at depth
        ("aws-sdk:batch:submitJob", {"JobName": "j", "JobQueue": "q", "JobDefinition": "d", "onStatusReason": "x"},
         UNKNOWN.format("onStatusReason")),
        ("sagemaker:createModel", {"ModelName": "m", "Tags": [{"key": "k", "Value": "v"}]}, UNKNOWN.format("key")),
        ("ecs:runTask", {"TaskDefinition": "t", "NetworkConfiguration": {"awsVpcConfiguration": {}}},
         UNKNOWN.format("awsVpcConfiguration")),
        ("sagemaker:createModel", {"ModelName": "m", "Tags": {"k": "v"}}, TYPE.format("Tags", "an ARRAY")),
        # the same rule at other places: guesses
        ("lambda:invoke", {"FunctionName": "f", "Payload": 1}, TYPE.format("Payload", "a STRING")),
        ("sqs:sendMessage", {**QUEUE, "DelaySeconds": "soon"}, TYPE.format("DelaySeconds", "a NUMBER")),
        ("aws-sdk:dynamodb:scan", {"TableName": "t", "ConsistentRead": 1}, TYPE.format("ConsistentRead", "a BOOLEAN")),
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": []}, TYPE.format("Item", "an OBJECT")),
        ("http:invoke", {"ApiEndpoint": "https://x", "Authentication": {"ConnectionArn": CONNECTION}},
         MISSING.format("Method")),
        ("apigateway:invoke", {**API, "Body": {}}, UNKNOWN.format("Body")),
        ("apigateway:invoke", {**API, "Headers": {"a": "b"}}, "The value of the field 'Headers' has an invalid format"),
        ("elasticmapreduce:addStep.sync", {"ClusterId": "c", "Step": {"Name": "n", "Jar": "j"}}, UNKNOWN.format("Jar")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["Parameters", "Arguments"])
def test_literal_parameters_that_aws_refuses(field: str, text: str, parameters: Json, expected: str) -> None:
    found = findings(text, jsonata=field == "Arguments", **{field: parameters})
    assert [(severity, message, place.split()[0]) for severity, _, message, place in found] == [
        ("ERROR", expected, f"/States/A/{field}")
    ]


def test_the_place_that_is_shown_is_the_parameters_own() -> None:
    tags = [{"Key": "k", "Value": "v"}, {"key": "k"}]
    found = findings("sagemaker:createModel", Parameters={"ModelName": "m", "Tags": tags})
    assert found == [
        ("ERROR", "unknown-parameter", UNKNOWN.format("key"), "/States/A/Parameters /States/A/Parameters/Tags/1/key")
    ]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("sqs:sendMessage", {"Parameters": {"QueueUrl.$": "$.q", "MessageBody": {"any": 1}}}),
        ("sqs:sendMessage", {"Parameters": {**QUEUE, "DelaySeconds.$": "$.d"}}),
        ("sqs:sendMessage", {"Parameters": {**QUEUE, "DelaySeconds": "${Delay}"}}),
        ("sqs:sendMessage", {"Parameters": {**QUEUE, "DelaySeconds": {"Ref": "Delay"}}}),
        ("sqs:sendMessage", {"Parameters": {"${Field}": "b", "QueueUrl": "q"}}),
        ("sqs:sendMessage", {"Parameters": "$"}),
        ("sns:publish", {"Parameters": {"Message": "m", "MessageAttributes": {"${Name}": {"DataType": "String"}}}}),
        ("lambda:invoke", {"Parameters": {"FunctionName.$": "$.f", "Payload": {"x.$": "$", "y.$.$": "$"}}}),
        ("lambda:invoke", {"Parameters": {"Payload": {}, "Fn::Transform": {"Name": "AWS::Include"}}}),
        ("aws-sdk:s3:listBuckets", {"Parameters": {}}),
        ("apigateway:invoke", {"Parameters": {**API, "Headers": {"a.$": "$.b"}}}),
        ("apigateway:invoke", {"Parameters": {**API, "ApiEndpoint": "${Api}"}}),
        ("aws-sdk:${Service}:getItem", {"Parameters": {"A": 1}}),
        ("aws-sdk:dynamodb:${Action}", {"Parameters": {"A": 1}}),
        ("aws-sdk:lookoutvision:startModel", {"Parameters": {"A": 1}}),  # a service that AWS has closed
        ("dynamodb:putItem", {"Parameters": {"TableName": "t", "Item": {"id": "plain"}}}),
        ("dynamodb:transactWriteItems", {"Parameters": {"A": 1}}),  # not recognized: the parser says so
        ("aws-sdk:dynamodb:batchWriteItem", {"Parameters": {"RequestItems": {"t": [{"PutRequest": {}}]}}}),
    ],
)  # fmt: skip
def test_what_is_left_alone(text: str, fields: Json) -> None:
    assert findings(text, **fields) == []


def test_expressions_are_left_alone() -> None:
    arguments = {"QueueUrl": "{% $q %}", "MessageBody": "b", "DelaySeconds": "{% $d %}"}
    assert findings("sqs:sendMessage", jsonata=True, Arguments=arguments) == []
    assert findings("sqs:sendMessage", jsonata=True, Arguments="{% $states.input %}") == []


@pytest.mark.parametrize(
    ("text", "parameters", "message"),
    [
        ("lambda:invoke.waitForTaskToken", {"FunctionName": "f", "TaskToken.$": "$$.Task.Token"}, UNKNOWN.format("TaskToken")),
        ("sqs:sendMessage", {**QUEUE, "Body.$": "$.body"}, UNKNOWN.format("Body")),
        ("sqs:sendMessage", {**QUEUE, "QueueUrl": None}, MISSING.format("QueueUrl")),
    ],
)  # fmt: skip
def test_what_only_an_execution_shows_is_a_warning(text: str, parameters: Json, message: str) -> None:
    """[measured] for TaskToken: created, and the execution fails."""
    assert [(severity, found) for severity, _, found, _ in findings(text, Parameters=parameters)] == [("WARNING", message)]
    assert load(machine(A=task(text, Parameters=parameters))).states


@pytest.mark.parametrize("text", ["lambda:invoke", "aws-sdk:s3:listBuckets", "sqs:sendMessage.waitForTaskToken"])
@pytest.mark.parametrize(("jsonata", "field"), [(False, "Parameters"), (True, "Arguments")])
def test_a_task_without_parameters(text: str, jsonata: bool, field: str) -> None:
    """[recorded] for JSONPath, [rule] for JSONata."""
    message = f"{field} field is required for resource ARN: arn:aws:states:::{text}"
    assert findings(text, jsonata=jsonata) == [("ERROR", "no-parameters", message, "/States/A/Resource")]


def test_an_action_that_the_service_does_not_have() -> None:
    """[reported], with the same words as for a service that there is not."""
    message = (
        "The resource provided arn:aws:states:::aws-sdk:s3:getObjekt is not recognized. "
        "The value is not a valid resource ARN, or the resource is not available in this region."
    )
    assert findings("aws-sdk:s3:getObjekt", Parameters={"Any": 1}) == [
        ("ERROR", "unknown-action", message, "/States/A/Resource")
    ]


# -- wherever a definition is loaded -------------------------------------------------------------------------------------

TEXT = """{
  "StartAt": "Send",
  "States": {
    "Send": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage",
      "Parameters": {"QueueURL": "q", "MessageBody.$": "$"},
      "End": true
    }
  }
}"""


def test_load_lists_all_with_places_and_the_way_out() -> None:
    with pytest.raises(DefinitionError) as caught:
        load(TEXT)
    assert str(caught.value) == (
        "<definition> has 2 problems\n"
        "<definition>:7:7: state 'Send': SCHEMA_VALIDATION_FAILED: The field 'QueueUrl' is required but was missing\n"
        '    7 |       "Parameters": {"QueueURL": "q", "MessageBody.$": "$"},\n'
        "      |       ^\n"
        "<definition>:7:22: state 'Send': SCHEMA_VALIDATION_FAILED: The field \"QueueURL\" is not supported by Step Functions\n"
        '    7 |       "Parameters": {"QueueURL": "q", "MessageBody.$": "$"},\n'
        "      |                      ^\n"
        "  fix  sqs:sendMessage has no parameter 'QueueURL'; did you mean 'QueueUrl'? "
        "If AWS has it, install a newer botocore or set ini sfn_parameter_check = warning"
    )


# -- when botocore is older ----------------------------------------------------------------------------------------------


@pytest.fixture
def warnings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "parameter_check", "warning")


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("aws-sdk:dynamodb:getItemFromTheFuture", {"TableName": "t"}),
        ("aws-sdk:dynamodb:getItem", {"TableName": "t", "Key": {}, "FutureField": True}),
        ("lambda:invoke", {"FunctionName": "f", "FutureField": True}),
        ("http:invoke", {"ApiEndpoint": "https://a.example", "Method": "GET", "FutureField": 1,
                         "InvocationConfig": {"ConnectionArn": CONNECTION}}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("warnings_only")
def test_the_ini_setting_makes_warnings_and_lets_it_run(text: str, parameters: Json) -> None:
    account = SfnMock(validate="none")
    account.state("A").returns({"done": True})
    with pytest.warns(match="not supported by Step Functions|not recognized"):
        loaded = account.load(machine(A=task(text, Parameters=parameters)))
    assert loaded.run({}).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("text", "parameters", "cause"),
    [
        ("http:invoke", {}, "The field 'ApiEndpoint' is required but was missing"),
        ("http:invoke", {"ApiEndpoint": {"Ref": "Url"}, "Method": "GET"}, "The value for the 'ApiEndpoint' field is not valid"),
        ("events:putEvents", {"Entries": 1}, "Invalid type for parameter Entries"),
        ("aws-sdk:dynamodb:batchWriteItem", {"RequestItems": "t"}, "could not be used to start the Task"),
        ("aws-sdk:dynamodb:batchWriteItem", {"RequestItems": {"": "t"}}, "Value '{=t}' at 'requestItems'"),
    ],
)
@pytest.mark.usefixtures("warnings_only")
@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_what_cannot_be_sent_fails_the_task_all_the_same(text: str, parameters: Json, cause: str) -> None:
    with SfnAws() as account:
        execution = account.load(machine(A=task(text, Parameters=parameters))).run({})
        assert execution.status == "FAILED"
        assert cause in execution.cause


@pytest.mark.usefixtures("warnings_only")
def test_a_task_without_parameters_stays_an_error() -> None:
    with pytest.raises(DefinitionError, match="Parameters field is required"):
        load(machine(A=task("sqs:sendMessage")))


def test_a_service_that_botocore_does_not_have_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our table of services knows it, botocore has no model: nothing is known of the call."""
    from pytest_sfn.asl import integrations

    rows = {**integrations.sdk_services(), "tomorrow": ("no-such-folder", "Tomorrow")}
    monkeypatch.setattr(integrations, "sdk_services", lambda: rows)
    integrations.sdk_service.cache_clear()
    try:
        assert findings("aws-sdk:tomorrow:doIt", Parameters={"Any": 1}) == []
    finally:
        integrations.sdk_service.cache_clear()


def test_a_definition_that_calls_no_service_or_lambda_alone_loads_no_botocore() -> None:
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": task("lambda:invoke", Parameters={"FunctionName": "f"})}
    code = (
        "import sys; from pytest_sfn import load\n"
        "load({'StartAt': 'A', 'States': {'A': {'Type': 'Pass', 'End': True}}})\n"
        "assert 'pytest_sfn.services.calls' not in sys.modules\n"
        f"import json; load(json.loads({json.dumps({'StartAt': 'A', 'States': states})!r}))\n"
        "assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
