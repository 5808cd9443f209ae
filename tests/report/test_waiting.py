"""What a RUNNING execution waits for, in words, down to the innermost states."""

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine, task

TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"
REVIEW = {"Type": "Task", "Resource": TOKEN, "Parameters": {"FunctionName": "mail", "Payload": {"t.$": "$$.Task.Token"}}}
WAITS = "state 'Review' waits for its task token (lambda:invoke)"
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}


@pytest.fixture
def account():
    account = SfnMock()
    account.lambda_function("mail").submits()
    return account


def call(pattern):
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:child"
    resource = f"arn:aws:states:::states:startExecution{pattern}"
    return {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": arn, "Name": "one"}}


def mapped(**fields):
    return {"Type": "Map", "ItemProcessor": {**machine(Review=REVIEW), **fields}}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (REVIEW, WAITS.replace("Review", "A")),
        (call(".sync"), f"state 'A' waits for execution 'one' of 'child': {WAITS}"),
        (call(".sync:2"), f"state 'A' waits for execution 'one' of 'child': {WAITS}"),
        (mapped(), f"{WAITS} (2 times)"),
        (mapped(ProcessorConfig=DISTRIBUTED), f"state 'A' waits for 2 child executions: {WAITS}"),
        (
            {"Type": "Parallel", "Branches": [machine(Review=REVIEW), machine(Nap={"Type": "Wait", "Seconds": 60})]},
            WAITS,
        ),
        ({"Type": "Parallel", "Branches": [machine(Review=REVIEW), machine(B=task("g"))], "Retry": []}, WAITS),
    ],
)
def test_words_and_token(account, state, words):
    account.lambda_function("g").returns(1)
    account.load(machine(Review=REVIEW), name="child")
    execution = account.load(machine(A=state)).run([1, 2])
    assert (execution.status, execution.waits_for()) == ("RUNNING", words)
    assert words in execution.timeline(width=300)
    assert words[:80] in repr(execution)

    item = {"item": 1} if state["Type"] == "Map" else {}
    token = execution.task_token("A" if state is REVIEW else "Review", **item)
    assert token in [call.token for call in account.lambda_function("mail").calls]
    account.send_task_success(token, {})


def test_a_branch_that_was_stopped_waits_for_nothing(account):
    account.lambda_function("g").raises("Broken").takes(5)
    catch = [{"ErrorEquals": ["Broken"], "Next": "B"}]
    parallel = {"Type": "Parallel", "Branches": [machine(C=REVIEW), machine(D=task("g"))], "Catch": catch, "End": True}
    execution = account.load(machine(A=parallel, B={"Type": "Wait", "Seconds": 60})).start()
    execution.advance(10)
    assert execution.waits_for() == "state 'B' waits for virtual time to pass"


def test_a_task_that_is_to_be_retried(account):
    account.lambda_function("g").raises("Broken")
    retry = [{"ErrorEquals": ["Broken"], "IntervalSeconds": 60}]
    execution = account.load(machine(A=task("g", Retry=retry))).start()
    assert execution.waits_for() == "task 'A' waits for its next attempt"


def test_many(account):
    branches = [machine(**{f"R{number}": REVIEW}) for number in range(7)]
    execution = account.load(machine(A={"Type": "Parallel", "Branches": branches})).run()
    assert execution.waits_for().startswith("state 'R0' waits for its task token (lambda:invoke), state 'R1' waits")
    assert execution.waits_for().endswith("(lambda:invoke) and 2 more")
