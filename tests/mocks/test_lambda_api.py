"""Lambda's Invoke of a boto3 client, answered by the mocks of functions."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from pytest_sfn import MockError, SfnAws
from tests.helpers import recover


@pytest.fixture
def sfn_aws():
    with SfnAws() as sfn_aws:
        yield sfn_aws


def invoke(sfn_aws, **kwargs):
    return sfn_aws.client("lambda").invoke(FunctionName="charge", **kwargs)


@pytest.mark.parametrize(
    ("payload", "event"),
    [(b"", {}), (b'{"n": 1}', {"n": 1}), (b'"text"', "text"), (b"null", None), (b"[1]", [1])],
)
def test_the_function_gets_what_the_payload_says(sfn_aws, payload, event):
    sfn_aws.lambda_function("charge").calls(lambda event: {"got": event})
    assert json.loads(invoke(sfn_aws, Payload=payload)["Payload"].read()) == {"got": event}


def test_a_misspelt_function_of_the_template(sfn_aws, tmp_path):
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b", "Runtime": "python3.12"}}
    (template := tmp_path / "template.json").write_text(json.dumps({"Resources": {"ChargeCard": function}}))
    sfn_aws.use_handlers(template)
    with pytest.raises(MockError) as caught:
        sfn_aws.client("lambda").invoke(FunctionName="ChargeCrad")
    recover(sfn_aws)
    fix = str(caught.value).partition("  fix       ")[2].splitlines()
    assert fix[0] == "no loaded template has a function 'ChargeCrad'; did you mean 'ChargeCard'?"


def test_payload_that_is_not_json(sfn_aws):
    charge = sfn_aws.lambda_function("charge").returns(1)
    client = sfn_aws.client("lambda")
    with pytest.raises(client.exceptions.InvalidRequestContentException, match="Unrecognized token 'charged'"):
        client.invoke(FunctionName="charge", Payload=b"charged")
    assert not charge.called


def test_the_call_belongs_to_no_execution(sfn_aws):
    charge = sfn_aws.lambda_function("charge").returns({})
    answer = invoke(sfn_aws, Qualifier="7", Payload=b'{"n": 1}')
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "7")
    (call,) = charge.calls
    assert (call.state, call.execution, call.attempt, call.item) == ("lambda.invoke", "", 1, None)
    assert call.parameters == {"FunctionName": "charge", "Payload": {"n": 1}, "Qualifier": "7"}
    assert sfn_aws.executions == []


@pytest.mark.parametrize(("kind", "status", "calls"), [("RequestResponse", 200, 1), ("Event", 202, 1), ("DryRun", 204, 0)])
def test_kinds_of_invocations(sfn_aws, kind, status, calls):
    charge = sfn_aws.lambda_function("charge").raises("Declined")
    assert invoke(sfn_aws, InvocationType=kind)["StatusCode"] == status
    assert charge.call_count == calls


def test_client_context_and_log(sfn_aws):
    seen = []
    sfn_aws.lambda_function("charge").calls(lambda event, context: seen.append(context.client_context.custom))
    context = b64encode(b'{"custom": {"tier": "gold"}}').decode()
    answer = invoke(sfn_aws, ClientContext=context, LogType="Tail")
    assert seen == [{"tier": "gold"}]
    assert b64decode(answer["LogResult"]).startswith(b"START RequestId: ")


def test_log_of_a_function_that_fails(sfn_aws):
    sfn_aws.lambda_function("charge").raises("Declined")
    answer = invoke(sfn_aws, LogType="Tail", Qualifier="7")
    assert (answer["FunctionError"], answer["ExecutedVersion"]) == ("Unhandled", "7")
    assert b64decode(answer["LogResult"]).startswith(b"START RequestId: ")


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({"InvocationType": "Sync"}, "ValidationException", "Value 'Sync' at 'invocationType' failed to satisfy constraint"),
        ({"ClientContext": "string"}, "InvalidRequestContentException", "must be a valid Base64-encoded JSON object"),
    ],
)
def test_calls_that_are_refused(sfn_aws, parameters, code, text):
    charge = sfn_aws.lambda_function("charge").returns(1)
    with pytest.raises(ClientError, match=text) as raised:
        invoke(sfn_aws, **parameters)
    assert raised.value.response["Error"]["Code"] == code
    assert not charge.called


def test_the_answer_takes_virtual_time(sfn_aws):
    sfn_aws.lambda_function("charge").returns(1).takes(5)
    before = sfn_aws.now
    invoke(sfn_aws)
    assert sfn_aws.now - before == timedelta(seconds=5)


def test_function_that_lambda_stops(sfn_aws):
    sfn_aws.lambda_function("charge").function_times_out()
    answer = invoke(sfn_aws)
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] == "Sandbox.Timedout"


def test_function_without_a_mock_is_an_error_of_the_test_that_stays():
    """It names the line that called."""
    line = r"  at        .*test_lambda_api\.py:\d+\n  resource  arn:aws:states:::lambda:invoke "
    message = rf"^a boto3 client's lambda.invoke: no mock answers this call\n{line}"
    with pytest.raises(MockError, match=message), SfnAws() as sfn_aws, pytest.raises(MockError, match=message):
        invoke(sfn_aws)


def test_an_answer_that_no_client_can_get_is_explained_for_a_client(sfn_aws):
    sfn_aws.lambda_function("charge").times_out()
    with pytest.raises(MockError, match=r"^a boto3 client's lambda.invoke: times_out.*\n  fix  use ") as raised:
        invoke(sfn_aws)
    recover(sfn_aws)
    assert "TimeoutSeconds" not in str(raised.value)


def test_answers_per_execution_begin_anew_with_each_call(sfn_aws):
    sfn_aws.lambda_function("charge").returns(1).returns(2).per_execution()
    assert [invoke(sfn_aws)["Payload"].read() for _ in range(2)] == [b"1", b"1"]


def test_a_mock_for_an_execution_does_not_answer_a_client(sfn_aws):
    charge = sfn_aws.lambda_function("charge")
    charge.when(execution=1).returns("of an execution")
    charge.returns("of a client")
    assert invoke(sfn_aws)["Payload"].read() == b'"of a client"'
