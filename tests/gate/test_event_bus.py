"""Rules as moto keeps them, and events that pass a bus."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pytest_sfn import SfnAws
from pytest_sfn.gate.event_bus import deliver_by_moto, delivering, matching, rules_of, schedule_rules, timestamp

ACCOUNT, REGION = "123456789012", "us-east-1"
EVENT = {
    "version": "0",
    "id": "i",
    "detail-type": "T",
    "source": "shop",
    "account": ACCOUNT,
    "time": "2024-01-01T00:00:00Z",
    "region": REGION,
    "resources": [],
    "detail": {"n": 5},
}


def put(events: Any, name: str, pattern: Any = None, **more: Any) -> None:
    if pattern is not None:
        more["EventPattern"] = json.dumps(pattern)
    events.put_rule(Name=name, **more)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ({"source": ["shop"]}, True),
        ({"source": [{"prefix": "sh"}], "detail": {"n": [{"numeric": [">", 4]}]}}, True),
        ({"detail": {"m": [{"exists": False}]}}, True),
        ({"time": [{"prefix": "2024-01-01T"}]}, True),
        ({"source": ["other"]}, False),
    ],
)
def test_matching(pattern: Any, found: bool) -> None:
    with SfnAws() as sfn_aws:
        put(sfn_aws.client("events"), "r", pattern)
        assert [rule.name for rule in matching(ACCOUNT, REGION, EVENT)] == ["r"] * found


def test_a_disabled_rule_and_one_with_a_schedule_match_nothing() -> None:
    with SfnAws() as sfn_aws:
        events = sfn_aws.client("events")
        put(events, "off", {"source": ["shop"]}, State="DISABLED")
        put(events, "hourly", ScheduleExpression="rate(1 hour)")
        assert list(matching(ACCOUNT, REGION, EVENT)) == []
        assert [(region, rule.name) for region, rule in schedule_rules(ACCOUNT)] == [(REGION, "hourly")]
        assert [rule.name for rule in rules_of(ACCOUNT, REGION)] == ["hourly"]
        assert rules_of(ACCOUNT, REGION, "no such bus") == []


def test_delivering_in_place_of_moto() -> None:
    got: list[tuple[str, str, str]] = []
    with SfnAws() as sfn_aws:
        events, logs = sfn_aws.client("events"), sfn_aws.client("logs")
        put(events, "r", {"source": ["shop"]})
        logs.create_log_group(logGroupName="g")
        events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g"}])
        entry = {"Source": "shop", "DetailType": "T", "Detail": "{}", "Time": datetime(2024, 1, 1, tzinfo=UTC)}
        with delivering(lambda rule, target, event: got.append((rule.name, target["Id"], event["time"]))):
            events.put_events(Entries=[entry, {**entry, "Source": "other"}])
        assert got == [("r", "1", "2024-01-01T00:00:00Z")]
        assert logs.filter_log_events(logGroupName="g")["events"] == []


def test_moto_fills_an_archive() -> None:
    with SfnAws() as sfn_aws:
        events = sfn_aws.client("events")
        events.create_archive(ArchiveName="a", EventSourceArn=events.describe_event_bus()["Arn"])
        (rule,) = matching(ACCOUNT, REGION, EVENT)
        now, cluster = datetime(2024, 1, 1, tzinfo=UTC), {"Id": "1", "Arn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"}
        deliver_by_moto(rule, rule.targets[0], EVENT, now)
        assert events.describe_archive(ArchiveName="a")["EventCount"] == 1
        with pytest.raises(NotImplementedError):
            deliver_by_moto(rule, cluster, EVENT, now)


def test_timestamp() -> None:
    assert timestamp(datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "2024-01-01T00:00:00Z"
