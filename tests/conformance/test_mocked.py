"""What a mocked history is given of the other one."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.mocked import completed, under_test_cases


def history(*outputs: Any, kind: str = "TaskSucceeded") -> dict[str, Any]:
    return {"events": [{"id": 1, "type": kind, "taskSucceededEventDetails": {"output": json.dumps(each)}} for each in outputs]}


def outputs(answers: dict[str, Any]) -> list[Any]:
    return [json.loads(event["taskSucceededEventDetails"]["output"]) for event in answers["h"]["events"]]


def test_members_that_only_a_service_adds() -> None:
    mocked, real = history({"a": [{"b": 1}], "c": None}), history({"a": [{"b": 2, "id": 3}], "c": 4, "d": 5})

    assert outputs(completed({"h": mocked}, {"h": real})) == [{"a": [{"b": 1, "id": 3}], "c": None, "d": 5}]


def test_what_differs_stays() -> None:
    assert outputs(completed({"h": history([1])}, {"h": history([1, 2])})) == [[1]]
    assert outputs(completed({"h": history({})}, {"h": history({"a": 1}, kind="TaskFailed")})) == [{}]
    assert outputs(completed({"h": history({})}, {"h": history({"a": 1}, {})})) == [{}]


def test_the_executions_of_a_case() -> None:
    case = {"kind": "mocked", "matches": ["h"], "drivers": [1], "mocked": [{"input": 1}]}

    assert under_test_cases(case) == {
        "kind": "mocked",
        "matches": ["h"],
        "mocked": [{"input": 1}],
        "executions": [{"input": 1, "matches": ["h"]}],
    }
