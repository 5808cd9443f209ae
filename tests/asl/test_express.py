"""What an Express state machine may not have."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import load
from pytest_sfn.asl.express import express_problems
from tests.helpers import machine

MESSAGE = {"QueueUrl": "q", "MessageBody": "b"}
DISTRIBUTED = {
    "Type": "Map",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **machine(I={"Type": "Pass"}),
    },
}


def problems(state: dict[str, Any]) -> list[tuple[str, str]]:
    loaded = load(machine(P={"Type": "Parallel", "Branches": [machine(A=state)]}))
    return [(found.message, found.pointer) for found in express_problems(loaded._model, loaded._source)]


@pytest.mark.parametrize(
    ("resource", "parameters", "message"),
    [
        ("states:::batch:submitJob.sync", {"JobName": "j", "JobQueue": "q", "JobDefinition": "d"},
         "Express state machine does not support '.sync' service integration"),
        ("states:::states:startExecution.sync:2", {"StateMachineArn": "m"},
         "Express state machine does not support '.sync' service integration"),
        ("states:::sqs:sendMessage.waitForTaskToken", MESSAGE,
         "Express state machine does not support '.waitForTaskToken' service integration "),
        ("states:us-east-1:123456789012:activity:a", {"x": 1}, "Express state machine does not support Activity ARN"),
    ],
)  # fmt: skip
def test_what_waits_is_refused_at_any_depth(resource: str, parameters: Any, message: str) -> None:
    found = problems({"Type": "Task", "Resource": f"arn:aws:{resource}", "Parameters": parameters})
    assert found == [(message, "/States/P/Branches[0]/States/A/Resource")]


def test_distributed_map_is_refused() -> None:
    (found,) = problems(DISTRIBUTED)
    assert found == (
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
        "/States/P/Branches[0]/States/A/ItemProcessor/ProcessorConfig/Mode",
    )


def test_what_answers_at_once_is_accepted() -> None:
    assert problems({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": MESSAGE}) == []
