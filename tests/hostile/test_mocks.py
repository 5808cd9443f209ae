"""Mocks with odd scripts, and answers of wrong types under each way of checking them."""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine
from tests.hostile.conftest import Meant, Trials
from tests.hostile.mutations import mutated, odd
from tests.well_formed import mistyped, problems

pytestmark = pytest.mark.slow

RESOURCES = (
    "arn:aws:lambda:us-east-1:123456789012:function:f",
    *("arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken", "arn:aws:states:::dynamodb:getItem"),
    *("arn:aws:states:::states:startExecution.sync", "arn:aws:states:::states:startExecution.sync:2"),
    *("arn:aws:states:::batch:submitJob.sync", "arn:aws:states:::ecs:runTask.sync", "arn:aws:states:::glue:startJobRun.sync"),
    *("arn:aws:states:::sqs:sendMessage", "arn:aws:states:::aws-sdk:s3:listObjectsV2", "arn:aws:states:::http:invoke"),
    *("arn:aws:states:::athena:startQueryExecution.sync", "arn:aws:states:::apigateway:invoke"),
    "arn:aws:states:us-east-1:123456789012:activity:a",
)
ANSWER = {
    "Payload": {"a": 1},
    "Status": "SUCCEEDED",
    "Output": "{}",
    "Item": {"a": {"S": "x"}},
    "StatusCode": 200,
    "Jobs": [{}],
}
VERBS = ("returns", "calls", "submits", "completes", "raises", "takes", "completes_with_error", "heartbeats", "times_out")


def call(mock: Any, random: Random) -> Any:
    """One verb of a script with arguments that may be wrong."""
    verb = random.choice(VERBS)
    value = random.choice((odd(random), mutated(ANSWER, random), 1, "E"))
    if verb == "times_out":
        return mock.times_out()
    if verb == "calls":
        return mock.calls(lambda event: value)
    arguments = {"times": odd(random)} if random.randrange(6) == 0 and verb not in ("takes", "heartbeats") else {}
    return getattr(mock, verb)(value, **arguments)


@pytest.mark.parametrize("validate", ["strict", "present", "none"])
def test_answers(validate: Any, trials: Trials, meant: Meant) -> None:
    for random in trials(250):
        resource = random.choice(RESOURCES)
        fields = {"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], "TimeoutSeconds": 60}
        definition = machine(A={"Type": "Task", "Resource": resource, "Parameters": {"FunctionName": "f"}, **fields})
        with meant((resource, validate)), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            account = SfnMock(validate=validate)
            mock: Any = account.state("A")
            for _ in range(random.randint(1, 3)):
                mock = call(mock, random)
            execution = account.load(definition).run({"a": 1})
            assert problems(execution.history, ended=execution.status != "RUNNING") + mistyped(execution.history) == []
            assert execution.timeline()
