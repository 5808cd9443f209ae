"""Resource texts and their parts."""

from typing import Any

import pytest

from pytest_sfn.asl.resource import (
    filled_arn,
    parse_resource,
    unfamiliar,
    unrecognized,
    unrecognized_object_call,
)

ACCOUNT_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:charge"
PARTS = ("kind", "service", "action", "pattern", "partition", "region", "account", "name", "qualifier")


def function(name: str, qualifier: str | None = None, **parts: str) -> dict[str, Any]:
    return {"kind": "lambda", "name": name, "qualifier": qualifier, **parts}


def service(name: str, action: str, pattern: str = "REQUEST_RESPONSE", **parts: str) -> dict[str, Any]:
    arn = {"partition": "aws", "region": "", "account": ""}
    return {"kind": "service", "service": name, "action": action, "pattern": pattern, **arn, **parts}


IN_ACCOUNT = {"partition": "aws", "region": "eu-west-1", "account": "123456789012"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Lambda functions, named as Lambda's API takes them: full ARN, partial ARN, name, each with or without qualifier
        (ACCOUNT_ARN, function("charge", **IN_ACCOUNT)),
        (f"{ACCOUNT_ARN}:$LATEST", function("charge", "$LATEST", **IN_ACCOUNT)),
        (f"{ACCOUNT_ARN}:live-2", function("charge", "live-2", **IN_ACCOUNT)),
        ("arn:aws:lambda:eu-west-1::function:charge", function("charge", partition="aws", region="eu-west-1", account="")),
        ("123456789012:function:charge:7", function("charge", "7", account="123456789012")),
        ("function:charge", function("charge")),
        ("charge", function("charge")),
        ("charge:live", function("charge", "live")),
        # placeholders without a value
        ("${ChargeFunctionArn}", function("ChargeFunctionArn")),
        ("${ chargeFn.functionArn }", function("chargeFn.functionArn")),
        ("${ChargeArn}:$LATEST", function("ChargeArn", "$LATEST")),
        (f"{ACCOUNT_ARN.removesuffix('charge')}${{find}}", function("find", **IN_ACCOUNT)),
        (f"{ACCOUNT_ARN.removesuffix('charge')}${{find}}:${{alias}}", function("find", "alias", **IN_ACCOUNT)),
        (
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Prefix}-charge:live",
            function(
                "${Prefix}-charge", "live", partition="${AWS::Partition}", region="${AWS::Region}", account="${AWS::AccountId}"
            ),
        ),
        # service integrations
        ("arn:aws:states:::lambda:invoke", service("lambda", "invoke")),
        ("arn:aws:states:::ecs:runTask.sync", service("ecs", "runTask", ".sync")),
        ("arn:aws:states:::states:startExecution.sync:2", service("states", "startExecution", ".sync:2")),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", service("sqs", "sendMessage", ".waitForTaskToken")),
        ("arn:aws-cn:states:::aws-sdk:s3:getObject", service("aws-sdk:s3", "getObject", partition="aws-cn")),
        (
            "arn:aws:states:eu-west-1:123456789012:aws-sdk:sfn:stopExecution",
            service("aws-sdk:sfn", "stopExecution", **IN_ACCOUNT),
        ),
        ("arn:${P}:states:::sns:publish", service("sns", "publish", partition="${P}")),
        # activities, and text that is none of these
        ("arn:aws:states:eu-west-1:123456789012:activity:review", {"kind": "activity", "name": "review", **IN_ACCOUNT}),
        ("arn:aws:swf:us-east-1:123456789012:task:X", {"kind": "other"}),
        ("$.FunctionName", {"kind": "other"}),
        (f"{ACCOUNT_ARN}:", {"kind": "other"}),
        ("", {"kind": "other"}),
    ],
)
def test_parts(text: str, expected: dict[str, Any]) -> None:
    resource = parse_resource(text)
    absent = dict.fromkeys(PARTS) | {"pattern": "REQUEST_RESPONSE"}
    assert {name: getattr(resource, name) for name in PARTS} == absent | expected
    assert resource.text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:aws:states:::lambda:invoke", ("lambda", "invoke")),
        ("arn:aws:states:::states:startExecution.sync:2", ("states", "startExecution.sync:2")),
        ("arn:aws:states:::sns:publish.waitForTaskToken", ("sns", "publish.waitForTaskToken")),
        ("arn:aws:states:::aws-sdk:dynamodb:putItem", ("aws-sdk:dynamodb", "putItem")),
        (ACCOUNT_ARN, ("", ACCOUNT_ARN)),
    ],
)
def test_names_in_history_events(text: str, expected: tuple[str, str]) -> None:
    resource = parse_resource(text)
    assert (resource.resource_type, resource.resource) == expected


def test_function_names() -> None:
    assert (parse_resource("charge").function_name, parse_resource("arn:aws:states:::lambda:invoke").function_name) == (
        "charge",
        None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "dynamodb:query",
            "the optimized integration of dynamodb has no action query; write aws-sdk:dynamodb:query to call the API itself",
        ),
        ("sqs:sendMessages", "the optimized integration of sqs has no action sendMessages; did you mean sendMessage?"),
        ("lambda:invoke.sync", "lambda:invoke does not have the pattern .sync; it has .waitForTaskToken"),
        ("dynamodb:getItem.sync", "dynamodb:getItem does not have the pattern .sync"),
        ("glue:startJobRun.sycn", "glue:startJobRun does not have the pattern .sycn; did you mean .sync?"),
        ("states:startExecution.sync:22", "states:startExecution does not have the pattern .sync:22; did you mean .sync:2?"),
        ("aws-sdk:s3:getObject.sync", "aws-sdk integrations do not have the pattern .sync; they have .waitForTaskToken"),
        ("ecs:runTask.waitForTaskToken", None),
        ("states:startExecution.sync:2", None),
        ("aws-sdk:s3:getObject.waitForTaskToken", None),
        ("newservice:doSomething", None),
        ("${Service}:invoke", None),
        ("dynamodbb:putItem", "there is no optimized integration of dynamodbb; did you mean dynamodb:putItem?"),
        ("s3:getObject", "there is no optimized integration of s3; write aws-sdk:s3:getObject to call the API itself"),
        (
            "stepfunctions:stopExecution",
            "there is no optimized integration of stepfunctions; write aws-sdk:sfn:stopExecution to call the API itself",
        ),
        (
            "events:putRule",
            (
                "the optimized integration of events has no action putRule; "
                "write aws-sdk:eventbridge:putRule to call the API itself"
            ),
        ),
        ("aws-sdk:dynamobd:putItem", "aws-sdk has no service dynamobd; did you mean aws-sdk:dynamodb:putItem?"),
        (
            "aws-sdk:stepfunctions:stopExecution",
            "aws-sdk has no service stepfunctions; did you mean aws-sdk:sfn:stopExecution?",
        ),
        ("aws-sdk:events:putRule", "aws-sdk has no service events; did you mean aws-sdk:eventbridge:putRule?"),
        ("aws-sdk:acm-pca:getCertificate", "aws-sdk has no service acm-pca; did you mean aws-sdk:acmpca:getCertificate?"),
        ("aws-sdk:s3:GetObject", "actions begin with a small letter; write aws-sdk:s3:getObject"),
        ("aws-sdk:newservice:doSomething", None),
        ("aws-sdk:iotanalytics:listChannels", None),
    ],
)
def test_unrecognized(text: str, expected: str | None) -> None:
    assert unrecognized(parse_resource(f"arn:aws:states:::{text}")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("newservice:doSomething", "no optimized integration named newservice is known here"),
        (
            "aws-sdk:newservice:doSomething",
            "no service of the AWS SDK named newservice is known here; a newer botocore may have it",
        ),
        ("aws-sdk:s3:getObject", None),
        ("sqs:sendMessage", None),
        ("sqss:sendMessage", None),
        ("${Service}:invoke", None),
    ],
)
def test_unfamiliar(text: str, expected: str | None) -> None:
    assert unfamiliar(parse_resource(f"arn:aws:states:::{text}")) == expected


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("ItemReader", "s3:getObject", None),
        ("ItemReader", "aws-sdk:s3:listObjectsV2", None),
        ("ResultWriter", "s3:${Action}", None),
        ("ItemReader", "s3:getObjct", "did you mean arn:aws:states:::s3:getObject?"),
        ("ItemReader", "dynamodb:scan", "it calls arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2"),
        ("ResultWriter", "s3:getObject", "did you mean arn:aws:states:::s3:putObject?"),
        ("ResultWriter", "s3:putObject.sync", "did you mean arn:aws:states:::s3:putObject?"),
    ],
)
def test_calls_of_a_distributed_map(field: str, text: str, expected: str | None) -> None:
    resource = parse_resource(f"arn:aws:states:::{text}")
    found = unrecognized_object_call(field, resource)
    assert found == (expected and f"{field} cannot call {resource.text}; {expected}")


HERE = "arn:aws:states:eu-west-1:1:stateMachine"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${Child}", f"{HERE}:Child"),
        ("${Child}:live", f"{HERE}:Child:live"),
        (f"{HERE}:${{Child}}", f"{HERE}:Child"),
        (f"{HERE}:${{Child}}:${{Alias}}", f"{HERE}:Child:Alias"),
        ("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:child", f"{HERE}:child"),
        ("arn:aws:states:us-east-1:2:stateMachine:${Child}", "arn:aws:states:us-east-1:2:stateMachine:Child"),
        (f"{HERE}:${{Stage}}-child", f"{HERE}:${{Stage}}-child"),
        ("arn:aws:states:eu-west-1:1:activity:${Work}", "arn:aws:states:eu-west-1:1:activity:${Work}"),
        ("child-${Stage}", "child-${Stage}"),
        ("", ""),
    ],
)
def test_the_arn_that_placeholders_name(text: str, filled: str) -> None:
    assert filled_arn(text, "stateMachine", "eu-west-1", "1") == filled
