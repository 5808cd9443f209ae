"""Test cases out of histories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.mocks.mock_config_history import config_of_history, ranges
from tests.helpers import events, machine, task

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
DEFINITION = machine(
    A={**INVOKE, "Retry": [{"ErrorEquals": ["E"]}], "ResultPath": None, "Next": "Items"},
    Items={"Type": "Pass", "Result": [1, 1, 2], "Next": "Each"},
    Each={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": machine(B=task("g")), "Next": "C"},
    C={
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "TimeoutSeconds": 5,
        "Parameters": {"QueueUrl": "q", "MessageBody": {"t.$": "$$.Task.Token"}},
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "D"}],
    },
    D={"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"},
)


def test_the_test_case_repeats_the_execution(tmp_path: Path) -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", "c").returns({"a": 1})
    account.lambda_function("g").calls(lambda event: event)
    account.state("C").times_out()
    account.activity("paint").returns("done")
    first = account.load(DEFINITION, name="order").run()

    config = config_of_history({"events": first.history}, "order", "Again")

    responses = config["MockedResponses"]
    assert {name: list(response) for name, response in responses.items()} == {
        "Again.A": ["0", "1"],
        "Again.B": ["0-1", "2"],
        "Again.C": ["0"],
        "Again.D": ["0"],
    }
    assert responses["Again.C"]["0"] == {"Throw": {"Error": "States.Timeout", "Cause": ""}}
    (tmp_path / "m.json").write_text(json.dumps(config))
    again = SfnMock()
    again.use_mock_config(tmp_path / "m.json", "Again")
    second = again.load(DEFINITION, name="order").run()
    assert second.output == first.output
    assert second.path == first.path
    assert [kind for kind in events(second) if "Entered" in kind] == [kind for kind in events(first) if "Entered" in kind]


def test_a_result_that_looks_like_lambdas_answer_stays_what_it_is() -> None:
    account = SfnMock()
    account.lambda_function("f").returns({"StatusCode": 200, "Payload": 1})
    execution = account.load(machine(A=task("f"))).run()

    config = config_of_history(execution.history, "m", "c")

    answer = {"StatusCode": 200, "Payload": {"StatusCode": 200, "Payload": 1}}
    assert config["MockedResponses"]["c.A"] == {"0": {"Return": answer}}


def test_equal_outcomes_share_a_key() -> None:
    one, two = {"Return": 1}, {"Return": True}
    assert ranges([one, one, two, one]) == {"0-1": one, "2": two, "3": one}
    assert ranges([one]) == {"0": one}


@pytest.mark.parametrize("value", [None, 1, {}, {"events": 1}, [1], [{"id": 1}], [{"id": "1", "type": "x"}]])
def test_what_is_no_history(value: Any) -> None:
    with pytest.raises(PytestSfnError, match="this is no history"):
        config_of_history(value, "m", "c")


def test_an_output_that_was_cut() -> None:
    entered = {"id": 1, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "A"}}
    cut = {"id": 2, "type": "TaskSucceeded", "previousEventId": 1, "taskSucceededEventDetails": {"output": '{"a": '}}
    with pytest.raises(PytestSfnError, match="event 2: its output is no JSON"):
        config_of_history([entered, cut], "m", "c")


def test_a_cause_that_is_no_text() -> None:
    entered = {"id": 1, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "A"}}
    failed = {"id": 2, "type": "TaskFailed", "previousEventId": 1, "taskFailedEventDetails": {"error": "E", "cause": {"a": 1}}}

    assert config_of_history([entered, failed], "m", "c")["MockedResponses"] == {
        "c.A": {"0": {"Throw": {"Error": "E", "Cause": ""}}}
    }
