"""Time and quotas."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import lint_source
from tests.lint.definitions import JSONATA, SELECTED, TOKEN, Json, faults, lint, only, passes, right, task

FAULTS = [
    (
        "callback-without-timeout",
        task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters=TOKEN),
        "/States/A",
    ),
    ("callback-without-timeout", task(Resource="arn:aws:states:us-east-1:123456789012:activity:a"), "/States/A"),
    (
        "token-not-passed",
        task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters={"FunctionName": "f"}, TimeoutSeconds=5),
        "/States/A/Parameters",
    ),
    ("heartbeat-beyond-timeout", task(TimeoutSeconds=5, HeartbeatSeconds=5), "/States/A/HeartbeatSeconds"),
    ("payload-too-large", passes(Result="x" * 262_145), "/States/A/Result"),
    ("wait-too-long", only({"W": {"Type": "Wait", "Seconds": 31_536_001, "End": True}}), "/States/W/Seconds"),
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 30_000}]), "/States/A/Retry[0]/MaxAttempts"),
]
CLEAN = [
    (
        "callback-without-timeout",
        task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters=TOKEN, HeartbeatSeconds=5),
    ),
    (
        "callback-without-timeout",
        task(Resource="arn:aws:states:us-east-1:123456789012:activity:a") | {"TimeoutSeconds": 60},
    ),
    ("token-not-passed", task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters=TOKEN)),
    (
        "token-not-passed",
        task(
            Resource="arn:aws:states:::lambda:invoke.waitForTaskToken",
            Arguments={"Payload": "{% $states.context %}"},
            **JSONATA,
        ),
    ),
    ("heartbeat-beyond-timeout", task(TimeoutSeconds=6, HeartbeatSeconds=5)),
    ("payload-too-large", passes(Result="x" * 200_000)),
    ("wait-too-long", only({"W": {"Type": "Wait", "Seconds": 31_536_000, "End": True}})),
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 24}])),
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 25, "JitterStrategy": "FULL"}])),
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 8_000, "MaxDelaySeconds": 3_600}])),
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 8_333, "BackoffRate": 1}])),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]


DOUBLING = "their waits fill the {} of an execution after {} retries"
FILLING = "each writes 3 events, and the history of an execution has 25,000 at most"


@pytest.mark.parametrize(
    ("retrier", "kind", "why", "hint"),
    [
        ({"MaxAttempts": 25}, "STANDARD", DOUBLING.format("one year", 24), "use fewer attempts, or MaxDelaySeconds"),
        ({"MaxAttempts": 99_999_999}, "STANDARD", DOUBLING.format("one year", 24), "use fewer attempts, or MaxDelaySeconds"),
        (
            {"MaxAttempts": 99_999_999, "IntervalSeconds": 86_400, "BackoffRate": 1},
            "STANDARD",
            DOUBLING.format("one year", 365),
            "use fewer attempts, or MaxDelaySeconds",
        ),
        ({"MaxAttempts": 8_334, "BackoffRate": 1}, "STANDARD", FILLING, "use fewer attempts with longer waits"),
        ({"MaxAttempts": 30_000, "MaxDelaySeconds": 60}, "STANDARD", FILLING, "use fewer attempts with longer waits"),
        ({"MaxAttempts": 9}, "EXPRESS", DOUBLING.format("five minutes", 8), "use fewer attempts, or MaxDelaySeconds"),
    ],
)
def test_attempts_count_with_their_backoff(retrier: Json, kind: Any, why: str, hint: str) -> None:
    source = read_source(task(Retry=[{"ErrorEquals": ["E"], **retrier}]), loose=True)
    found = [(each.message, each.hint) for each in lint_source(source, kind, SELECTED)]
    assert found == [(f"MaxAttempts {retrier['MaxAttempts']:,} cannot all be made: {why}", hint)]


def test_express() -> None:
    definition = only(
        {
            "W": {"Type": "Wait", "Seconds": 301, "Next": "A"},
            "A": task()["States"]["A"] | {"Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}},
        }
    )

    assert lint(definition, "EXPRESS") == [("express", "/States/A/Resource"), ("wait-too-long", "/States/W/Seconds")]
    assert lint(definition) == []
