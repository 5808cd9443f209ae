"""The history as AWS's API shows it, and as it stands in CloudWatch Logs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pytest_sfn import Execution, SfnMock
from pytest_sfn.trace.history import DETAILS, is_logged
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


def links(execution: Execution) -> list[tuple[str, int]]:
    """Type and predecessor of each event."""
    return [(event["type"], event["previousEventId"]) for event in execution.history]


EVALUATES = machine(
    P={"Type": "Pass", "Next": "A"},
    A={
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": arn("f"),
        "Output": "{% $states.result.no %}",
        "Retry": [{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1}],
    },
)


@pytest.mark.parametrize(
    ("as_of", "predecessors"),
    [
        (None, [4, 8]),  # Entered, and after another attempt the one before [measured: aws-facts §12]
        (date(2024, 12, 27), [4, 8]),
        (date(2024, 11, 21), [3, 8]),  # the event before Entered [recorded]
    ],
)
def test_evaluation_failed_points_at_the_state(as_of: date | None, predecessors: list[int]) -> None:
    execution = run(EVALUATES, account=SfnMock(as_of=as_of), f=lambda _: {})
    assert [previous for kind, previous in links(execution) if kind == "EvaluationFailed"] == predecessors
    assert links(execution)[8] == ("LambdaFunctionScheduled", 8)


def test_what_follows_a_failed_branch_points_at_its_failure() -> None:
    """Not at TaskStateAborted, which comes between [recorded]."""
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    parallel = {"Type": "Parallel", "Branches": [machine(T=task())], "Retry": retry}
    execution = run(machine(P=parallel), f=lambda _: 1 / 0)
    assert links(execution)[6:9] == [("LambdaFunctionFailed", 6), ("TaskStateAborted", 7), ("ParallelStateStarted", 7)]
    assert links(execution)[-3:] == [("TaskStateAborted", 13), ("ParallelStateFailed", 13), ("ExecutionFailed", 15)]


def test_a_function_has_no_heartbeat_in_its_event() -> None:
    """The member is not in the API's model, so a client would not see it."""
    scheduled = run(machine(A=task(HeartbeatSeconds=5)), f=lambda _: 1).history[2]
    assert set(scheduled["lambdaFunctionScheduledEventDetails"]) == {"resource", "input", "inputDetails"}


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


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        ("ExecutionAborted", "ALL ERROR FATAL"),
        ("ExecutionFailed", "ALL ERROR FATAL"),
        ("ExecutionTimedOut", "ALL ERROR FATAL"),
        ("ExecutionSucceeded", "ALL"),
        ("FailStateEntered", "ALL ERROR"),
        ("LambdaFunctionFailed", "ALL ERROR"),
        ("LambdaFunctionTimedOut", "ALL ERROR"),
        ("MapIterationAborted", "ALL ERROR"),
        ("MapRunFailed", "ALL ERROR"),
        ("TaskFailed", "ALL ERROR"),
        ("TaskScheduled", "ALL"),
        ("TaskStateAborted", "ALL ERROR"),
        ("TaskStateEntered", "ALL"),
    ],
)
def test_levels_of_logs(kind: str, levels: str) -> None:
    assert [level for level in ("ALL", "ERROR", "FATAL", "OFF") if is_logged(kind, level)] == levels.split()


def test_log_events_count_the_redrives() -> None:
    execution = run(machine(A={"Type": "Fail"})).redrive()
    assert [(event["type"], event["redrive_count"]) for event in execution.log_events] == [
        ("ExecutionStarted", "0"),
        ("FailStateEntered", "0"),
        ("ExecutionFailed", "0"),
        ("ExecutionRedriven", "1"),
        ("FailStateEntered", "1"),
        ("ExecutionFailed", "1"),
    ]
