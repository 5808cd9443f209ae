"""Events in an account: what rules deliver, and the status changes of executions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_sfn import ExecutionError, Machine, MockError, PytestSfnError, SfnAws
from tests.helpers import recover

ROLE = "arn:aws:iam::123456789012:role/events"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}}
WAIT = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}}
CHANGES = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}


def queue(sfn_aws: SfnAws, name: str = "q") -> str:
    sfn_aws.client("sqs").create_queue(QueueName=name)
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


def received(sfn_aws: SfnAws, name: str = "q") -> list[Any]:
    sqs = sfn_aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def rule(sfn_aws: SfnAws, pattern: Any, *targets: Any, name: str = "r", bus: str = "default") -> None:
    events = sfn_aws.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), EventBusName=bus)
    numbered = [
        {"Id": str(index), **({"Arn": target} if isinstance(target, str) else target)} for index, target in enumerate(targets)
    ]
    events.put_targets(Rule=name, EventBusName=bus, Targets=numbered)


def put(sfn_aws: SfnAws, detail: Any, **more: Any) -> None:
    entry = {"Source": "shop", "DetailType": "Order", "Detail": json.dumps(detail), **more}
    assert sfn_aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


# -- status changes ----------------------------------------------------------------------------------------------------


def stop(machine: Machine) -> None:
    machine.start().stop("E", "C")


@pytest.mark.parametrize(
    ("definition", "go", "ending"),
    [
        (PASS, Machine.run, {"status": "SUCCEEDED", "output": "{}", "outputDetails": {"included": True}}),
        (FAIL, Machine.run, {"status": "FAILED", "error": "E", "cause": "C"}),
        ({**WAIT, "TimeoutSeconds": 5}, Machine.run, {"status": "TIMED_OUT", "stopDate": 1704067205000}),
        (WAIT, stop, {"status": "ABORTED", "error": "E", "cause": "C"}),
    ],
)
def test_status_changes(definition: Any, go: Any, ending: dict[str, Any]) -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, queue(sfn_aws))
        machine = sfn_aws.load(definition, name="Orders")
        go(machine)
        (execution,) = sfn_aws.executions
        first, last = received(sfn_aws)
        assert {name: value for name, value in first.items() if name != "id"} == {
            "version": "0",
            "detail-type": "Step Functions Execution Status Change",
            "source": "aws.states",
            "account": "123456789012",
            "time": "2024-01-01T00:00:00Z",
            "region": "us-east-1",
            "resources": [execution.arn],
            "detail": first["detail"],
        }
        shown = {
            "executionArn": execution.arn,
            "stateMachineArn": machine.arn,
            "name": execution.name,
            "status": "RUNNING",
            "startDate": 1704067200000,
            "stopDate": None,
            "input": "{}",
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": None,
        }
        assert list(first["detail"].items())[:10] == list(shown.items())
        shown |= {"stopDate": 1704067200000, **ending}
        assert {name: last["detail"][name] for name in shown} == shown


@pytest.mark.parametrize("pattern", [{"detail": {"status": ["FAILED"]}}, {"source": ["other"]}])
def test_what_matches_no_rule_goes_nowhere(pattern: Any) -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, pattern, queue(sfn_aws))
        sfn_aws.load(PASS).run()
        assert received(sfn_aws) == []


def test_a_redrive_changes_the_status() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, queue(sfn_aws))
        sfn_aws.load(FAIL).run().redrive()
        details = [each["detail"] for each in received(sfn_aws)]
        assert [(each["status"], each["redriveCount"], each["redriveDate"]) for each in details] == [
            ("RUNNING", 0, None),
            ("FAILED", 0, None),
            ("RUNNING", 1, 1704067200000),
            ("FAILED", 1, 1704067200000),
        ]


def test_express_executions_send_nothing() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, queue(sfn_aws))
        sfn_aws.load(PASS, type="EXPRESS").run()
        assert received(sfn_aws) == []


def test_too_large_inputs_and_outputs_are_left_out() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, {**CHANGES, "detail": {"status": ["SUCCEEDED"]}}, queue(sfn_aws))
        machine = sfn_aws.load(PASS)
        for size in (100_000, 130_000, 254_000):
            machine.run("x" * size)
        details = [event["detail"] for event in received(sfn_aws)]
        included = [(each["inputDetails"]["included"], each["outputDetails"]["included"]) for each in details]
        assert included == [(True, True), (False, True), (False, False)]
        assert details[2]["input"] is details[2]["output"] is None


def test_a_failure_starts_another_machine() -> None:
    with SfnAws() as sfn_aws:
        repair = sfn_aws.load(PASS, name="Repair")
        transformer = {"InputPathsMap": {"arn": "$.detail.executionArn"}, "InputTemplate": '{"failed": <arn>}'}
        rule(
            sfn_aws,
            {**CHANGES, "detail": {"status": ["FAILED"]}},
            {"Arn": repair.arn, "RoleArn": ROLE, "InputTransformer": transformer},
        )
        failed = sfn_aws.load(FAIL, name="Orders").run()
        (execution,) = [each for each in sfn_aws.executions if each.machine.name == "Repair"]
        assert execution.succeeded
        assert execution.input == {"failed": failed.arn}


def test_executions_that_start_themselves_by_a_rule_end_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.account.generations.IN_AN_INSTANT", 50)
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS, name="Orders")
        rule(sfn_aws, CHANGES, {"Arn": machine.arn, "RoleArn": ROLE})
        with pytest.raises(ExecutionError, match="the rule of EventBridge that starts the next execution has to match less"):
            machine.run()
        recover(sfn_aws)
        assert not any(execution.status == "RUNNING" for execution in sfn_aws.executions)


# -- events of clients and tasks ---------------------------------------------------------------------------------------


def test_a_client_sends_an_event_to_a_machine() -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(WAIT, name="Orders")
        rule(sfn_aws, {"source": ["shop"]}, {"Arn": machine.arn, "RoleArn": ROLE})
        sfn_aws.advance(90)
        put(sfn_aws, {"n": 1})
        (execution,) = sfn_aws.executions
        assert execution.path == ["A"]
        assert {name: value for name, value in execution.input.items() if name != "id"} == {
            "version": "0",
            "detail-type": "Order",
            "source": "shop",
            "account": "123456789012",
            "time": "2024-01-01T00:01:30Z",
            "region": "us-east-1",
            "resources": [],
            "detail": {"n": 1},
        }
        assert execution.run().succeeded


@pytest.mark.parametrize(
    ("target", "input"),
    [
        ({"InputPath": "$.detail"}, {"n": 1}),
        ({"Input": '{"always": true}'}, {"always": True}),
        ({"InputTransformer": {"InputTemplate": '{"rule": <aws.events.rule-name>}'}}, {"rule": "r"}),
        (
            {"InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"order <n>"'}},
            "order 1",
        ),
    ],
)
def test_inputs(target: dict[str, Any], input: Any) -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        rule(sfn_aws, {"source": ["shop"]}, {"Arn": machine.arn, "RoleArn": ROLE, **target})
        put(sfn_aws, {"n": 1})
        assert [execution.input for execution in sfn_aws.executions] == [input]


def test_a_task_sends_an_event_to_a_machine() -> None:
    entry = {"Source": "shop", "DetailType": "Order", "Detail": {"n": 1}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries": [entry]}, "End": True}
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS, name="Orders")
        rule(sfn_aws, {"source": ["shop"]}, {"Arn": machine.arn, "RoleArn": ROLE, "InputPath": "$.detail"}, queue(sfn_aws))
        sender = sfn_aws.load({"StartAt": "A", "States": {"A": task}}, name="Sender").run()
        assert sender.succeeded
        assert [(each.machine.name, each.status, each.input) for each in sfn_aws.executions[1:]] == [
            ("Orders", "SUCCEEDED", {"n": 1})
        ]
        assert received(sfn_aws)[0]["resources"] == [sender.machine.arn, sender.arn]


def test_another_bus_gets_events_as_they_are() -> None:
    with SfnAws() as sfn_aws:
        events = sfn_aws.client("events")
        arn = events.create_event_bus(Name="shop")["EventBusArn"]
        rule(sfn_aws, CHANGES, arn, name="to-shop")
        rule(sfn_aws, {"detail": {"status": ["SUCCEEDED"]}}, queue(sfn_aws), name="to-queue", bus="shop")
        sfn_aws.load(PASS).run()
        assert [event["source"] for event in received(sfn_aws)] == ["aws.states"]


def test_an_archive_has_status_changes_and_replays_events() -> None:
    with SfnAws() as sfn_aws:
        events = sfn_aws.client("events")
        bus = events.describe_event_bus()["Arn"]
        archive = events.create_archive(ArchiveName="a", EventSourceArn=bus)["ArchiveArn"]
        machine = sfn_aws.load(PASS, name="Orders")
        rule(sfn_aws, {"source": ["shop"]}, {"Arn": machine.arn, "RoleArn": ROLE})
        put(sfn_aws, {"n": 1})
        assert events.describe_archive(ArchiveName="a")["EventCount"] == 3
        start, end = datetime(2023, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
        events.start_replay(
            ReplayName="again", EventSourceArn=archive, EventStartTime=start, EventEndTime=end, Destination={"Arn": bus}
        )
        assert [execution.input.get("replay-name") for execution in sfn_aws.executions] == [None, "again"]


def test_a_target_that_is_not_served() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, "arn:aws:codepipeline:us-east-1:123456789012:build")
        with pytest.raises(PytestSfnError, match=r"EventBridge's rule 'r': targets such as arn:aws:codepipeline:.* not served"):
            sfn_aws.load(PASS).run()
        recover(sfn_aws)


def test_rules_end_with_their_account() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, "arn:aws:sqs:us-east-1:123456789012:q")
    with SfnAws() as sfn_aws:
        queue(sfn_aws)
        sfn_aws.load(PASS).run()
        assert received(sfn_aws) == []


def test_a_test_error_in_what_s3_starts_is_raised_by_the_call_that_wrote() -> None:
    """moto goes on after errors of notifications."""
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(TASK)
        s3 = sfn_aws.client("s3")
        s3.create_bucket(Bucket="files")
        s3.put_bucket_notification_configuration(Bucket="files", NotificationConfiguration={"EventBridgeConfiguration": {}})
        rule(sfn_aws, {"source": ["aws.s3"]}, {"Arn": machine.arn, "RoleArn": ROLE}, name="written")
        with pytest.raises(MockError, match="no mock answers this task"):
            s3.put_object(Bucket="files", Key="k", Body=b"")
        (execution,) = sfn_aws.executions
        assert execution._starter() == "EventBridge's rule 'written'"
        recover(sfn_aws)


# -- redrive -----------------------------------------------------------------------------------------------------------

TASK = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}}}
TASK["States"]["A"]["End"] = True  # type: ignore[index]


def test_a_redriven_execution_is_running_again() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, CHANGES, queue(sfn_aws))
        sfn_aws.lambda_function("f").raises("E", times=1).returns({})
        execution = sfn_aws.load(TASK).run()
        sfn_aws.advance(5)
        assert execution.redrive().run().succeeded
        details = [event["detail"] for event in received(sfn_aws)]
        assert [(each["status"], each["redriveCount"], each["redriveDate"]) for each in details] == [
            ("RUNNING", 0, None),
            ("FAILED", 0, None),
            ("RUNNING", 1, 1704067205000),
            ("SUCCEEDED", 1, 1704067205000),
        ]


def test_executions_of_a_map_run_wait_for_their_redrive() -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **TASK}
    state = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "ToleratedFailurePercentage": 99, "End": True}
    with SfnAws() as sfn_aws:
        rule(sfn_aws, {**CHANGES, "detail": {"status": ["PENDING_REDRIVE"]}}, queue(sfn_aws))
        sfn_aws.lambda_function("f").raises("E", times=2).returns({})
        execution = sfn_aws.load({"StartAt": "M", "States": {"M": state}}).run([1, 2])
        assert execution.failed
        assert execution.redrive().run().succeeded
        assert {event["detail"]["status"] for event in received(sfn_aws)} == {"PENDING_REDRIVE"}
