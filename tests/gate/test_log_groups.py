"""What AWS's services write by themselves into moto's log groups."""

from __future__ import annotations

from pytest_sfn import SfnAws
from pytest_sfn.gate import log_groups

LONG_AGO = {"timestamp": 0, "message": "long ago"}


def test_a_stream_is_made_and_goes_on() -> None:
    with SfnAws() as sfn_aws:
        logs = sfn_aws.client("logs")
        logs.create_log_group(logGroupName="g")
        for _ in range(2):
            log_groups.write("123456789012", "us-east-1", "g", "s", [LONG_AGO])
        found = logs.get_log_events(logGroupName="g", logStreamName="s")["events"]
        assert [(event["timestamp"], event["message"]) for event in found] == [(0, "long ago")] * 2


def test_without_the_group_nothing_is_written() -> None:
    with SfnAws() as sfn_aws:
        log_groups.write("123456789012", "us-east-1", "g", "s", [LONG_AGO])
        assert sfn_aws.client("logs").describe_log_groups()["logGroups"] == []
