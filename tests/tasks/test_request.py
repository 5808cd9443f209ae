"""What a task asks, and how messages show it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.tasks.request import input_of, place, shorten
from tests.mocks.asking import INVOKE, Request


@pytest.mark.parametrize(
    ("payload", "event"),
    [({"a": 1}, {"a": 1}), (None, {}), ('{"a": 1}', {"a": 1}), ('"text"', "text"), ("no JSON", "no JSON"), ([], [])],
)
def test_event_of_lambda_invoke(payload: Any, event: Any) -> None:
    request: Any = Request({"FunctionName": "f", "Payload": payload}, resource=INVOKE)
    assert input_of(request) == event


def test_event_of_any_other_task() -> None:
    request: Any = Request({"Payload": 1})
    assert input_of(request) == {"Payload": 1}


def test_place() -> None:
    request: Any = Request()
    assert place(request) == "orders.asl.json:42:7: state 'Charge'"
    request.where = None
    assert place(request) == "machine 'Orders': state 'Charge'"
    request.execution = ""
    assert place(request) == "a boto3 client's Charge"


def test_shortened() -> None:
    assert shorten({"a": "b"}) == '{"a": "b"}'
    assert shorten("x" * 300, 10) == '"xxxxxx...'
    assert shorten({1}) == "{1}"
