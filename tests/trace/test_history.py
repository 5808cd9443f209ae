"""The history as AWS's API shows it, and as it stands in CloudWatch Logs."""

from __future__ import annotations

from datetime import timedelta

from pytest_sfn import SfnMock
from pytest_sfn.trace.history import DETAILS
from tests.helpers import arn, machine, run, task


def test_events_of_a_task() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", raw_cause="c").takes(2)
    execution = account.load(machine(A=task(TimeoutSeconds=9))).run({"x": 1.5})
    assert [
        {key: value for key, value in event.items() if key not in ("timestamp", "type")} for event in execution.history[2:]
    ] == [
        {
            "id": 3,
            "previousEventId": 2,
            "lambdaFunctionScheduledEventDetails": {
                "resource": arn("f"),
                "input": '{"x":1.5}',
                "inputDetails": {"truncated": False},
                "timeoutInSeconds": 9,
            },
        },
        {"id": 4, "previousEventId": 3},
        {"id": 5, "previousEventId": 4, "lambdaFunctionFailedEventDetails": {"error": "E", "cause": "c"}},
        {"id": 6, "previousEventId": 5, "executionFailedEventDetails": {"error": "E", "cause": "c"}},
    ]
    first, *_, last = execution.history
    assert last["timestamp"] - first["timestamp"] == timedelta(seconds=2)


def test_assigned_variables_are_json_text() -> None:
    exited = run(machine(A={"Type": "Pass", "Assign": {"x": {"y": [1.10]}}})).history[2]["stateExitedEventDetails"]
    assert (exited["assignedVariables"], exited["assignedVariablesDetails"]) == ({"x": '{"y":[1.1]}'}, {"truncated": False})


def test_what_one_reader_changes_no_other_sees() -> None:
    execution = run(machine(A={"Type": "Pass"}))
    execution.history[1]["stateEnteredEventDetails"]["inputDetails"]["truncated"] = True
    assert execution.history[1]["stateEnteredEventDetails"]["inputDetails"] == {"truncated": False}


def test_log_events() -> None:
    execution = run(machine(A={"Type": "Pass"}))
    assert [(event["id"], event["previous_event_id"], event["type"]) for event in execution.log_events] == [
        ("1", "0", "ExecutionStarted"),
        ("2", "0", "PassStateEntered"),
        ("3", "2", "PassStateExited"),
        ("4", "3", "ExecutionSucceeded"),
    ]
    assert execution.log_events[3] == {
        "id": "4",
        "type": "ExecutionSucceeded",
        "details": {"output": "{}", "outputDetails": {"truncated": False}},
        "previous_event_id": "3",
        "event_timestamp": "1704067200000",
        "execution_arn": execution.arn,
        "redrive_count": "0",
    }


def test_names_of_details_follow_the_type() -> None:
    for kind, (name, _) in DETAILS.items():
        if name is not None:
            plain = kind if not kind.endswith(("StateEntered", "StateExited")) else "State" + kind.partition("State")[2]
            if kind.startswith("MapIteration"):
                plain = kind
            assert name == f"{plain[0].lower()}{plain[1:]}EventDetails"
