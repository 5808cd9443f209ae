"""Schedules fire when virtual time passes them in `advance` and `run_until`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_sfn import ExecutionError, Machine, PytestSfnError, SfnAws
from pytest_sfn.account.sfn_mock import START_TIME, account_of

ROLE = "arn:aws:iam::123456789012:role/events"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 7200, "Next": "B"}, "B": {"Type": "Pass", "End": True}}}
HOUR = 3600


def rule(sfn_aws: SfnAws, expression: str, machine: Machine, **target: Any) -> None:
    events = sfn_aws.client("events")
    events.put_rule(Name="r", ScheduleExpression=expression)
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": machine.arn, "RoleArn": ROLE, **target}])


def schedule(sfn_aws: SfnAws, expression: str, machine: Machine, input: str | None = None, **more: Any) -> None:
    target = {"Arn": machine.arn, "RoleArn": ROLE, **({"Input": input} if input else {})}
    window = {"Mode": "OFF"}
    sfn_aws.client("scheduler").create_schedule(
        Name="s", ScheduleExpression=expression, FlexibleTimeWindow=window, Target=target, **more
    )


def hours(sfn_aws: SfnAws, name: str = "Job") -> list[float]:
    """When its executions began, in hours since the account's start."""
    started = [execution.start_time for execution in sfn_aws.executions if execution.machine.name == name]
    return [(time - START_TIME) / timedelta(hours=1) for time in started]


@pytest.mark.parametrize(
    ("expression", "times"),
    [("rate(1 hour)", [1, 2, 3]), ("cron(30 1-2 * * ? *)", [1.5, 2.5]), ("cron(0 0 * * ? *)", [])],
)
def test_a_rule(expression: str, times: list[float]) -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, expression, sfn_aws.load(PASS, name="Job"))
        for _ in range(3):
            sfn_aws.advance(HOUR)
        assert hours(sfn_aws) == times


def test_the_event_of_a_rule() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(1 hour)", sfn_aws.load(PASS, name="Job"))
        sfn_aws.advance(HOUR)
        (execution,) = sfn_aws.executions
        assert execution.succeeded
        assert {name: value for name, value in execution.input.items() if name != "id"} == {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": "2024-01-01T01:00:00Z",
            "region": "us-east-1",
            "detail": {},
            "resources": ["arn:aws:events:us-east-1:123456789012:rule/r"],
        }


def test_the_input_of_a_rule() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(1 hour)", sfn_aws.load(PASS), Input='{"n":1}')
        sfn_aws.advance(HOUR)
        assert [execution.input for execution in sfn_aws.executions] == [{"n": 1}]


def test_a_rate_counts_from_when_it_is_made() -> None:
    with SfnAws() as sfn_aws:
        job = sfn_aws.load(PASS, name="Job")
        sfn_aws.advance(HOUR / 2)
        rule(sfn_aws, "rate(1 hour)", job)
        sfn_aws.advance(HOUR)
        rule(sfn_aws, "rate(2 hours)", job)  # another rate begins anew
        sfn_aws.advance(2 * HOUR)
        assert hours(sfn_aws) == [1.5, 3.5]


def test_disabled_and_deleted_rules_do_not_fire() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(1 hour)", sfn_aws.load(PASS, name="Job"))
        events = sfn_aws.client("events")
        events.disable_rule(Name="r")
        sfn_aws.advance(HOUR)
        events.enable_rule(Name="r")
        sfn_aws.advance(HOUR)
        events.remove_targets(Rule="r", Ids=["1"])
        events.delete_rule(Name="r")
        sfn_aws.advance(HOUR)
        assert hours(sfn_aws) == [2]


def test_run_fires_nothing_and_what_it_passes_is_missed() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(90 minutes)", sfn_aws.load(PASS, name="Job"))
        assert sfn_aws.load(WAIT, name="Wait").run().succeeded
        assert hours(sfn_aws) == []
        sfn_aws.advance(HOUR)
        assert hours(sfn_aws) == [3]


def test_run_until_fires() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(90 minutes)", sfn_aws.load(PASS, name="Job"))
        execution = sfn_aws.load(WAIT, name="Wait").start().run_until("B")
        assert execution.elapsed == timedelta(hours=2)
        assert hours(sfn_aws) == [1.5]


def test_run_until_waits_for_what_a_schedule_does() -> None:
    with SfnAws() as sfn_aws:
        sfn_aws.lambda_function("mail").returns(None)
        task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "B"}
        task["Parameters"] = {"FunctionName": "mail", "Payload": {"token.$": "$$.Task.Token"}}  # type: ignore[assignment]
        execution = sfn_aws.load({"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}).start()
        sent = {"Output": {}, "TaskToken": execution.task_token("A")}
        answer = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "Parameters": sent, "End": True}
        rule(sfn_aws, "rate(1 hour)", sfn_aws.load({"StartAt": "A", "States": {"A": answer}}))
        assert execution.run_until("B").elapsed == timedelta(hours=1)


def test_run_until_ends_although_a_schedule_does_not() -> None:
    with SfnAws() as sfn_aws:
        sfn_aws.lambda_function("mail").returns(None)
        task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "B"}
        task["Parameters"] = {"FunctionName": "mail", "Payload": {"token.$": "$$.Task.Token"}}  # type: ignore[assignment]
        execution = sfn_aws.load({"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}).start()
        events = sfn_aws.client("events")
        events.put_rule(Name="r", ScheduleExpression="rate(1 day)")
        with pytest.raises(ExecutionError, match="never entered 'B'"):
            execution.run_until("B")


@pytest.mark.parametrize(
    ("expression", "more", "times"),
    [
        ("rate(1 hour)", {}, [0, 1, 2, 3]),
        ("rate(1 hour)", {"StartDate": datetime(2024, 1, 1, 1, 30, tzinfo=UTC)}, [1.5, 2.5]),
        ("rate(1 hour)", {"EndDate": datetime(2024, 1, 1, 1, 30, tzinfo=UTC)}, [0, 1]),
        ("rate(1 hour)", {"State": "DISABLED"}, []),
        ("cron(0 * * * ? *)", {}, [1, 2, 3]),
        ("cron(0 8 * * ? *)", {"ScheduleExpressionTimezone": "Asia/Bangkok"}, [1]),
        ("at(2024-01-01T02:00:00)", {}, [2]),
        ("at(2023-01-01T02:00:00)", {}, []),
    ],
)
def test_a_schedule_of_scheduler(expression: str, more: dict[str, Any], times: list[float]) -> None:
    with SfnAws() as sfn_aws:
        schedule(sfn_aws, expression, sfn_aws.load(PASS, name="Job"), **more)
        sfn_aws.advance(3 * HOUR)
        assert hours(sfn_aws) == times


def test_a_start_date_is_shown() -> None:
    with SfnAws() as sfn_aws:
        start = datetime(2024, 1, 1, 1, tzinfo=UTC)
        schedule(sfn_aws, "rate(1 hour)", sfn_aws.load(PASS), StartDate=start)
        assert sfn_aws.client("scheduler").get_schedule(Name="s")["StartDate"] == start


def test_what_a_schedule_sends() -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        schedule(sfn_aws, "at(2024-01-01T01:00:00)", machine, '{"at": "<aws.scheduler.scheduled-time>", "n": 1}')
        sfn_aws.advance(2 * HOUR)
        sfn_aws.client("scheduler").delete_schedule(Name="s")
        schedule(sfn_aws, "at(2024-01-01T03:00:00)", machine)
        sfn_aws.advance(2 * HOUR)
        first, second = sfn_aws.executions
        assert first.input == {"at": "2024-01-01T01:00:00Z", "n": 1}
        assert (second.input["source"], second.input["detail"]) == ("aws.scheduler", "{}")


@pytest.mark.parametrize(("after", "left"), [("DELETE", 0), ("NONE", 1)])
def test_a_schedule_may_end_with_its_only_time(after: str, left: int) -> None:
    with SfnAws() as sfn_aws:
        schedule(sfn_aws, "at(2024-01-01T01:00:00)", sfn_aws.load(PASS), ActionAfterCompletion=after)
        sfn_aws.advance(2 * HOUR)
        assert len(sfn_aws.client("scheduler").list_schedules()["Schedules"]) == left


@pytest.mark.parametrize("expression", ["rate(5 minute)", "cron(0 0 * * * *)", "soon"])
def test_no_expression(expression: str) -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        with pytest.raises(ClientError, match=r"ValidationException.*Parameter ScheduleExpression is not valid"):
            rule(sfn_aws, expression, machine)
        with pytest.raises(ClientError, match=r"ValidationException.*Invalid Schedule Expression"):
            schedule(sfn_aws, expression, machine)


def test_no_time_zone_and_no_target() -> None:
    with SfnAws() as sfn_aws:
        machine = sfn_aws.load(PASS)
        with pytest.raises(ClientError, match="ValidationException"):
            schedule(sfn_aws, "rate(1 hour)", machine, ScheduleExpressionTimezone="Mars/Olympus")
        window, target = {"Mode": "OFF"}, {"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/c", "RoleArn": ROLE}
        sfn_aws.client("scheduler").create_schedule(
            Name="s", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow=window, Target=target
        )
        with pytest.raises(PytestSfnError, match=r"schedule 's': targets such as arn:aws:ecs:.* are not served"):
            sfn_aws.advance(HOUR)


def test_an_account_that_begins_anew_has_its_schedules_anew() -> None:
    with SfnAws() as sfn_aws:
        rule(sfn_aws, "rate(1 hour)", sfn_aws.load(PASS, name="Job"))
        sfn_aws.advance(HOUR)
        account_of(sfn_aws).rewind()
        sfn_aws.advance(HOUR)
        assert hours(sfn_aws) == [1, 1]


def test_rules_of_other_regions_fire_too() -> None:
    with SfnAws() as sfn_aws:
        ireland = sfn_aws.client("stepfunctions", region_name="eu-west-1")
        arn = ireland.create_state_machine(name="Job", definition=json.dumps(PASS), roleArn=ROLE)["stateMachineArn"]
        events = sfn_aws.client("events", region_name="eu-west-1")
        events.put_rule(Name="r", ScheduleExpression="rate(1 hour)")
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE}])
        sfn_aws.advance(HOUR)
        assert [execution.arn.split(":")[3] for execution in sfn_aws.executions] == ["eu-west-1"]
