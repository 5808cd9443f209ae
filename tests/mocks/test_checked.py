"""Answers of mocks that the service could never give."""

from __future__ import annotations

import pytest

from pytest_sfn import MockError, MockWarning, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.mocks.checked import unknown_error
from pytest_sfn.mocks.registry import Registry
from tests.helpers import machine
from tests.mocks.asking import INVOKE, PUT_ITEM, ask

START = "arn:aws:states:::states:startExecution"
GIVEN = {"ExecutionArn": "e", "StartDate": 0}


@pytest.fixture
def registry():
    return Registry()


def test_whole_message(registry):
    registry.state("Charge").returns({"executionArn": "e", "StartDate": True})

    with pytest.raises(MockError) as caught:
        ask(registry, {"StateMachineArn": "m"}, resource=START)

    assert str(caught.value) == (
        "orders.asl.json:42:7: state 'Charge': AWS could never give this answer: Field 'StartDate' must be a string\n"
        f"  resource  {START}\n"
        "  mock      state:Charge\n"
        "  fields    StartDate: must be a string\n"
        "            ExecutionArn: is missing; did you mean it by 'executionArn'?\n"
        '  fix       answer as the service does; validate="none" checks nothing\n'
        "  see       pytest-sfn docs mocks#answers-aws-could-never-give (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#answers-aws-could-never-give)"
    )
    assert (caught.value.state, caught.value.candidates) == ("Charge", ("state:Charge",))


@pytest.mark.parametrize(
    ("resource", "answer", "slip"),
    [
        ("sqs:sendMessage", {"MessageID": "1"}, "'MessageID', which sqs:sendMessage never answers; did you mean 'MessageId'?"),
        ("dynamodb:getItem", {"Items": {}}, "'Items', which dynamodb:getItem never answers; did you mean 'Item'?"),
        (
            "aws-sdk:dynamodb:query",
            {"Items": [{"id": {"s": "a"}}, {"id": {"s": "b"}}]},
            "'Items[0].id.s', which aws-sdk:dynamodb:query never answers; did you mean 'S'?",
        ),
        ("sqs:sendMessage", {"MessageId": "1", "More": "1", "SdkHttpMetadata": {}}, None),
        ("sqs:sendMessage", {"MessageId": "1", "MessageID": "1"}, None),
    ],
)
@pytest.mark.parametrize("mode", ["strict", "present", "none"])
def test_a_name_that_is_nearly_one_of_the_services(registry, recwarn, resource, answer, slip, mode):
    parameters = {"QueueUrl": "q", "MessageBody": "b", "TableName": "t", "Key": {}}
    registry.state("Charge", validate=mode).returns(answer)
    for _ in range(2):
        ask(registry, parameters, resource=f"arn:aws:states:::{resource}")
    warned = [str(each.message) for each in recwarn]
    if slip is None or mode == "none":
        assert warned == []
    else:
        assert [text.partition(" See ")[0] for text in warned] == [
            f"orders.asl.json:42:7: state 'Charge': state:Charge answers {slip}"
        ]


@pytest.mark.parametrize(
    ("mode", "answer", "refused"),
    [
        ("strict", {}, "Required field 'ExecutionArn' is missing"),
        ("strict", {"ExecutionArn": 5, "StartDate": 0}, "Field 'ExecutionArn' must be a string"),
        ("strict", {**GIVEN, "more": 1}, None),
        ("strict", [], "it must be an object"),
        ("present", {}, None),
        ("present", {"ExecutionArn": 5}, "Field 'ExecutionArn' must be a string"),
        ("PRESENT", {}, None),
        ("none", {"ExecutionArn": 5}, None),
        ("none", 5, None),
    ],
)
@pytest.mark.parametrize("way", ["state", "resource", "account", "stub"])
def test_modes(mode, answer, refused, way):
    account = SfnMock(validate=mode if way == "account" else "none")
    registry = account_of(account).registry
    settings = {} if way == "account" else {"validate": mode}
    mock = registry.state("Charge", **settings) if way in ("state", "account") else registry.resource(START, **settings)
    if way == "stub":
        mock.calls(lambda event: answer)
    else:
        mock.returns(answer)
    if refused is None:
        assert ask(registry, resource=START) == ("ok", answer)
    else:
        with pytest.raises(MockError, match=refused):
            ask(registry, resource=START)


def test_narrower_mocks_are_checked_as_their_target_is(registry):
    registry.resource(START).when(item=0).returns({})
    with pytest.raises(MockError, match="AWS could never"):
        ask(registry, resource=START, item=(0,))
    registry.resource(START, validate="present")
    assert ask(registry, resource=START, item=(0,)) == ("ok", {})


def test_unknown_mode():
    for way in (lambda: SfnMock(validate="lax"), lambda: Registry().state("A", validate=True)):
        with pytest.raises(MockError, match='fix  it is "strict", "present" or "none"'):
            way()


def test_functions_and_what_is_no_service_are_not_checked(registry):
    registry.lambda_function("charge").returns("anything")
    assert ask(registry) == ("ok", "anything")
    registry.state("Charge").returns("anything")
    assert ask(registry) == ("ok", "anything")


def test_result_of_invoke_has_any_payload(registry):
    registry.resource(INVOKE).returns({"Payload": [1, None], "StatusCode": 200})
    assert ask(registry, {"FunctionName": "f"}, resource=INVOKE)[0] == "ok"


def test_stub_keeps_its_name_and_its_own_mistakes(registry):
    def stub(event):
        return {1, 2}

    registry.resource(PUT_ITEM).calls(stub)
    with pytest.raises(MockError, match=r"stub test_stub_keeps_.*stub returned no JSON"):
        ask(registry, resource=PUT_ITEM)


def test_error_name_that_the_service_does_not_have(registry):
    registry.state("Charge").raises("DynamoDB.ConditionalCheckFailed").raises("DynamoDB.ConditionalCheckFailed")

    with pytest.warns(MockWarning) as caught:
        answers = [ask(registry, {}, resource=PUT_ITEM)[1] for _ in range(2)]

    assert answers == ["DynamoDB.ConditionalCheckFailed"] * 2
    [text] = [str(warning.message) for warning in caught]
    assert text.startswith(
        "orders.asl.json:42:7: state 'Charge': state:Charge raises 'DynamoDB.ConditionalCheckFailed', which dynamodb:putItem "
        "never does; it can raise DynamoDB.ConditionalCheckFailedException, "
    )
    assert text.endswith(
        "DynamoDB.AmazonDynamoDBException; see pytest-sfn docs mocks#answers-aws-could-never-give (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#answers-aws-could-never-give)"
    )


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        ("dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException"),
        ("dynamodb:putItem", "DynamoDB.SdkClientException"),
        ("dynamodb:putItem", "States.Timeout"),
        ("aws-sdk:dynamodb:putItem", "DynamoDb.DynamoDbException"),
        ("events:putEvents", "EventBridge.FailedEntry"),
        ("sqs:sendMessage.waitForTaskToken", "WhateverTheWorkerSays"),
        ("lambda:invoke", "WhateverTheFunctionRaises"),
        ("http:invoke", "States.Http.StatusCode.500"),
        ("apigateway:invoke", "ApiGateway.403"),
    ],
)
def test_error_names_that_are_fine(resource, error):
    assert unknown_error(parse_resource(f"arn:aws:states:::{resource}"), error) is None


def test_where_warnings_are_errors_it_is_one_of_the_test():
    account = SfnMock()
    account.state("A").raises("SQS.NoSuchThing")
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
            "Parameters": {"QueueUrl": "q", "MessageBody": "m"}}  # fmt: skip
    with pytest.raises(MockWarning, match="which sqs:sendMessage never does"):
        account.load(machine(A=task)).run({})


def test_lambda_timeout(registry):
    with pytest.warns(MockWarning, match=r"function:charge raises 'Lambda\.Timeout'; AWS Lambda never reports that") as caught:
        registry.lambda_function("charge").raises("Lambda.Timeout")
    assert caught[0].filename == __file__
