from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.deploy.sam_events import events_of, made_of

AIM = {"Arn": {"Fn::GetAtt": ["Flow", "Arn"]}}


def test_events_have_their_place() -> None:
    events = {"Paid": {"Type": "EventBridgeRule", "Properties": {"Pattern": {}}}, "Bad": "text", "Bare": {"Type": "Api"}}

    assert [*events_of({"Events": events}, "/Resources/Flow")] == [
        ("Paid", "EventBridgeRule", {"Pattern": {}}, "/Resources/Flow/Properties/Events/Paid"),
        ("Bare", "Api", {}, "/Resources/Flow/Properties/Events/Bare"),
    ]
    assert [*events_of({}, "")] == []


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (
            {"Pattern": {"source": ["a"]}, "EventBusName": "b", "InputPath": "$.detail", "DeadLetterConfig": {"Arn": "q"}},
            {
                "EventPattern": {"source": ["a"]},
                "EventBusName": "b",
                "Targets": [{**AIM, "Id": "FlowE", "InputPath": "$.detail", "DeadLetterConfig": {"Arn": "q"}}],
            },
        ),
        (
            {"Schedule": "rate(1 day)", "Name": "daily", "Enabled": False},
            {
                "ScheduleExpression": "rate(1 day)",
                "Name": "daily",
                "State": "DISABLED",
                "Targets": [{**AIM, "Id": "FlowE"}],
            },
        ),
        (
            {"Pattern": {}, "State": "ENABLED", "Target": {"Id": "mine"}, "RuleName": "r"},
            {"EventPattern": {}, "Name": "r", "State": "ENABLED", "Targets": [{**AIM, "Id": "mine"}]},
        ),
    ],
)
def test_rules(given: dict[str, Any], made: dict[str, Any]) -> None:
    assert made_of("Flow", "E", "EventBridgeRule", given) == ("AWS::Events::Rule", made)


def test_schedules_and_what_makes_nothing() -> None:
    given = {"ScheduleExpression": "rate(1 day)", "Input": "{}", "Enabled": True, "RoleArn": "r"}

    assert made_of("Flow", "E", "ScheduleV2", given) == (
        "AWS::Scheduler::Schedule",
        {"ScheduleExpression": "rate(1 day)", "State": "ENABLED", "Target": {**AIM, "Input": "{}"}},
    )
    assert made_of("Flow", "E", "Api", {}) is None
