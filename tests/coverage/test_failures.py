"""Which failures are tried for an error path, the likeliest first."""

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.failures import failures
from tests.helpers import machine, task

END = {"Type": "Succeed"}
SERVICE = {"Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Parameters": {"TableName": "t", "Item": {}}}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:A"
CHILD = {"Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": MACHINE}}


def tried(definition, pointer):
    """The errors and, of Retriers, whether the task succeeds afterwards."""
    owner = load(definition)._model.all_states[pointer.split("/")[2]]
    return [(failure.error, failure.once) for failure in failures(owner, pointer)]


def of_catcher(names, index=0, **fields):
    work = {**task(Next="End", Catch=[{"ErrorEquals": names, "Next": "End"}]), **fields}
    return [error for error, _ in tried(machine(Work=work, End=END), f"/States/Work/Catch/0/ErrorEquals/{index}")]


@pytest.mark.parametrize(
    ("names", "fields", "expected"),
    [
        (["Declined"], {}, ["Declined"]),
        (["States.ALL"], {}, ["Exception", "States.TaskFailed", "States.Timeout"]),
        (["States.TaskFailed"], {}, ["Exception", "States.TaskFailed"]),
        (["States.Timeout"], {}, ["States.Timeout"]),
        (["States.Timeout"], {"TimeoutSeconds": 9}, ["", "States.Timeout"]),
        (["States.HeartbeatTimeout"], {}, []),
        (["States.HeartbeatTimeout"], {"TimeoutSeconds": 9, "HeartbeatSeconds": 3}, [""]),
        (["States.Runtime"], {}, []),
        (["Lambda.Timeout"], {}, []),
        (["States.TaskFailed"], CHILD, ["States.TaskFailed"]),
    ],
)
def test_what_a_name_may_stand_for(names, fields, expected):
    assert of_catcher(names, **fields)[: len(expected)] == expected
    assert bool(expected) == bool(of_catcher(names, **fields))


def test_a_service_fails_with_its_own_errors():
    assert of_catcher(["States.ALL"], **SERVICE)[0] == "DynamoDb.ConditionalCheckFailedException"


def test_no_error_that_another_name_takes():
    work = task(Next="End", Catch=[{"ErrorEquals": [name], "Next": "End"} for name in ("Exception", "States.ALL")])
    errors = tried(machine(Work=work, End=END), "/States/Work/Catch/1/ErrorEquals/0")

    assert errors == [("States.TaskFailed", False), ("States.Timeout", False)]


def test_a_retrier_recovers_first():
    work = task(Retry=[{"ErrorEquals": ["A"]}])
    assert tried(machine(Work=work), "/States/Work/Retry/0/ErrorEquals/0") == [("A", True), ("A", False)]
