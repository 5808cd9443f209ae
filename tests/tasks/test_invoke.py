"""Lambda's Invoke as an SDK integration, asynchronously and as a dry run: mocks of functions answer as Lambda does."""

import pytest

from pytest_sfn import SfnMock
from tests.helpers import events, machine

INVOKE = "arn:aws:states:::lambda:invoke"
SDK = "arn:aws:states:::aws-sdk:lambda:invoke"


@pytest.fixture
def account():
    return SfnMock()


def run(account, resource, **parameters):
    sent = {"FunctionName": "f", "Payload": '{"n":1}' if resource == SDK else {"n": 1}, **parameters}
    return account.load(machine(A={"Type": "Task", "Resource": resource, "Parameters": sent})).run()


def brief(execution):
    """(StatusCode, Payload, FunctionError) of the answer."""
    output = execution.output
    return output["StatusCode"], output["Payload"], output.get("FunctionError")


def test_sdk_answer_has_the_payload_as_text(account):
    function = account.lambda_function("f")
    function.calls(lambda event: {"got": event})
    execution = run(account, SDK)
    assert execution.output == {"ExecutedVersion": "$LATEST", "Payload": '{"got": {"n": 1}}', "StatusCode": 200}
    function.assert_called_once_with({"n": 1})


@pytest.mark.parametrize(
    ("script", "payload"),
    [
        (lambda m: m.raises("Declined", "no"), '"errorMessage": "no", "errorType": "Declined"'),
        (lambda m: m.calls(lambda event: 1 / 0), '"errorType": "ZeroDivisionError"'),
        (lambda m: m.function_times_out(), '"errorType": "Sandbox.Timedout"'),
    ],
)
def test_function_that_fails_does_not_fail_the_sdk_s_task(account, script, payload):
    script(account.lambda_function("f"))
    status, text, error = brief(run(account, SDK))
    assert (status, error) == (200, "Unhandled")
    assert payload in text


@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_error_of_the_lambda_service_fails_the_task(account, resource):
    account.lambda_function("f").raises("Lambda.TooManyRequestsException", "slow down")
    assert run(account, resource).error == "Lambda.TooManyRequestsException"


@pytest.mark.parametrize(("resource", "payload"), [(INVOKE, {}), (SDK, "")])
@pytest.mark.parametrize(
    "script",
    [
        lambda m: m.returns({"late": True}).takes(60),
        lambda m: m.raises("Declined"),
        lambda m: m.calls(lambda event: 1 / 0),
        lambda m: m.function_times_out(),
    ],
)
def test_event_is_accepted_at_once_whatever_becomes_of_it(account, resource, payload, script):
    function = account.lambda_function("f")
    script(function)
    execution = run(account, resource, InvocationType="Event")
    assert (brief(execution), execution.elapsed.seconds) == ((202, payload, None), 0)
    function.assert_called_once_with({"n": 1})


@pytest.mark.parametrize(("resource", "payload"), [(INVOKE, {}), (SDK, "")])
def test_dry_run_calls_nothing(account, resource, payload):
    function = account.lambda_function("f")
    function.returns(1)
    assert brief(run(account, resource, InvocationType="DryRun")) == (204, payload, None)
    function.assert_not_called()


def test_sdk_s_callback(account):
    account.lambda_function("f").returns({"sent": True}).completes("yes", after=5)
    execution = run(account, f"{SDK}.waitForTaskToken", Payload='{"n":1}')
    assert (execution.output, execution.elapsed.seconds, events(execution)[4]) == ("yes", 5, "TaskSubmitted")


def test_mock_of_a_function_that_only_the_sdk_calls_is_possible(account):
    account.lambda_function("f").returns(1)
    account.lambda_function("g").returns(1)
    account.load(machine(A={"Type": "Task", "Resource": SDK, "Parameters": {"FunctionName.$": "$.name"}}))
    account.close()
