"""Executions write to CloudWatch Logs what their machine's loggingConfiguration asks for."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import START_TIME

GROUP = "/aws/vendedlogs/states/orders"
ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*"
ROLE = "arn:aws:iam::123456789012:role/states"
OK = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1}, "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}}
SLOW = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "Next": "B"}, "B": {"Type": "Succeed"}}}
EACH = {"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}, "End": True}


def logging(level: str = "ALL", *, data: bool = True, arn: str = ARN) -> dict[str, Any]:
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}] if arn else []
    return {"level": level, "includeExecutionData": data, "destinations": destinations}


def started(sfn_aws: SfnAws, definition: Any, configuration: Any, *, type: str = "STANDARD") -> str:
    """The ARN of an execution of a new machine."""
    sfn_aws.client("logs").create_log_group(logGroupName=GROUP)
    client = sfn_aws.client("stepfunctions")
    text = json.dumps(definition)
    arn = client.create_state_machine(
        name="Orders", definition=text, roleArn=ROLE, type=type, loggingConfiguration=configuration
    )["stateMachineArn"]
    return str(client.start_execution(stateMachineArn=arn, input='{"n":1}')["executionArn"])


def logged(sfn_aws: SfnAws, group: str = GROUP) -> list[dict[str, Any]]:
    events = sfn_aws.client("logs").filter_log_events(logGroupName=group)["events"]
    assert [event["timestamp"] for event in events] == [
        int(json.loads(event["message"])["event_timestamp"]) for event in events
    ]
    return [json.loads(event["message"]) for event in events]


@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize(
    ("definition", "level", "types"),
    [
        (OK, "ALL", ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]),
        (OK, "ERROR", []),
        (OK, "FATAL", []),
        (OK, "OFF", []),
        (FAIL, "ALL", ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]),
        (FAIL, "ERROR", ["FailStateEntered", "ExecutionFailed"]),
        (FAIL, "FATAL", ["ExecutionFailed"]),
        (FAIL, "OFF", []),
    ],
)
def test_a_level_has_its_events(definition: Any, level: str, types: list[str], type: str) -> None:
    with SfnAws() as sfn_aws:
        arn = started(sfn_aws, definition, logging(level), type=type)
        found = logged(sfn_aws)
        assert [event["type"] for event in found] == types
        (execution,) = sfn_aws.executions
        assert found == [event for event in execution.log_events if event["type"] in types]
        assert {event["execution_arn"] for event in found} <= {arn}


def test_members_and_the_stream() -> None:
    with SfnAws() as sfn_aws:
        arn = started(sfn_aws, FAIL, logging("FATAL"))
        assert logged(sfn_aws) == [
            {
                "id": "3",
                "type": "ExecutionFailed",
                "details": {"error": "E", "cause": "C"},
                "previous_event_id": "2",
                "event_timestamp": "1704067200000",
                "execution_arn": arn,
                "redrive_count": "0",
            }
        ]
        (stream,) = sfn_aws.client("logs").describe_log_streams(logGroupName=GROUP)["logStreams"]
        assert stream["logStreamName"].startswith("states/Orders/2024-01-01-00-00/")


def test_without_execution_data_error_and_cause_stay() -> None:
    with SfnAws() as sfn_aws:
        started(sfn_aws, OK, logging(data=False))
        details = [event["details"] for event in logged(sfn_aws)]
        assert details == [{"roleArn": ROLE}, {"name": "A"}, {"name": "A"}, {}]
    with SfnAws() as sfn_aws:
        started(sfn_aws, FAIL, logging(data=False))
        assert logged(sfn_aws)[-1]["details"] == {"error": "E", "cause": "C"}


def test_events_are_there_once_they_have_happened() -> None:
    with SfnAws() as sfn_aws:
        started(sfn_aws, SLOW, logging())
        assert [event["type"] for event in logged(sfn_aws)] == ["ExecutionStarted", "WaitStateEntered"]
        assert len(logged(sfn_aws)) == 2
        sfn_aws.advance(60)
        found = logged(sfn_aws)
        assert [event["id"] for event in found] == ["1", "2", "3", "4", "5", "6"]
        last = datetime.fromtimestamp(int(found[-1]["event_timestamp"]) / 1000, START_TIME.tzinfo)
        assert (last - START_TIME).seconds == 60


def test_an_update_counts_for_executions_after_it() -> None:
    with SfnAws() as sfn_aws:
        arn = started(sfn_aws, OK, logging("OFF", arn=""))
        client = sfn_aws.client("stepfunctions")
        machine = client.describe_execution(executionArn=arn)["stateMachineArn"]
        client.update_state_machine(stateMachineArn=machine, loggingConfiguration=logging())
        later = client.start_execution(stateMachineArn=machine, name="later")["executionArn"]
        assert {event["execution_arn"] for event in logged(sfn_aws)} == {later}


def test_executions_of_map_runs_log_too() -> None:
    distributed = json.loads(json.dumps(EACH))
    distributed["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    distributed["ItemsPath"] = "$.items"
    with SfnAws() as sfn_aws:
        sfn_aws.client("logs").create_log_group(logGroupName=GROUP)
        client = sfn_aws.client("stepfunctions")
        definition = json.dumps({"StartAt": "A", "States": {"A": distributed}})
        arn = client.create_state_machine(
            name="Orders", definition=definition, roleArn=ROLE, loggingConfiguration=logging("ALL", data=False)
        )["stateMachineArn"]
        client.start_execution(stateMachineArn=arn, input='{"items":[1,2]}')
        sfn_aws.advance(600)
        assert len({event["execution_arn"] for event in logged(sfn_aws)}) == 3


def test_a_log_group_that_was_deleted_gets_nothing() -> None:
    with SfnAws() as sfn_aws:
        started(sfn_aws, SLOW, logging())
        sfn_aws.client("logs").delete_log_group(logGroupName=GROUP)
        sfn_aws.advance(60)
        assert sfn_aws.client("logs").describe_log_groups()["logGroups"] == []


TEMPLATE = """
Resources:
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/vendedlogs/states/orders}}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Logging:
        Level: ERROR
        IncludeExecutionData: false
        Destinations: [{CloudWatchLogsLogGroup: {LogGroupArn: !GetAtt Log.Arn}}]
      Definition: {StartAt: A, States: {A: {Type: Fail, Error: E}}}
"""


def test_a_template_says_what_is_logged(tmp_path: Any) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    with SfnAws() as sfn_aws:
        sfn_aws.client("logs").create_log_group(logGroupName=GROUP)
        machine = sfn_aws.load(tmp_path / "template.yaml")
        described = sfn_aws.client("stepfunctions").describe_state_machine(stateMachineArn=machine.arn)
        assert described["loggingConfiguration"] == logging("ERROR", data=False)
        machine.run()
        assert [event["id"] for event in logged(sfn_aws)] == ["2", "3"]


def test_without_services_nothing_is_written() -> None:
    with SfnMock() as sfn_mock:
        machine = {"name": "Orders", "definition": json.dumps(OK), "roleArn": ROLE, "loggingConfiguration": logging()}
        sfn_mock.api.call("CreateStateMachine", machine)
        assert sfn_mock.machines[0].run().succeeded


def test_records_count_redrives() -> None:
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
    with SfnAws() as sfn_aws:
        sfn_aws.lambda_function("f").raises("E", times=1).raises("F")
        started(sfn_aws, {"StartAt": "A", "States": {"A": task}}, logging("FATAL"))
        assert [event["redrive_count"] for event in logged(sfn_aws)] == ["0"]
        sfn_aws.executions[0].redrive().run()
        assert [(event["redrive_count"], event["details"]["error"]) for event in logged(sfn_aws)] == [("0", "E"), ("1", "F")]
