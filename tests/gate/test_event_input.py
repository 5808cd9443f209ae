"""What a target of an EventBridge rule is sent."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.gate.event_input import found_at, target_input

EVENT = {
    "version": "0",
    "detail-type": "Order",
    "source": "shop",
    "detail": {"id": 7, "text": 'say "hi"', "tags": ["a", "b"], "lines": [{"n": 1}, {"n": 2}], "none": None},
}
RESERVED = {"aws.events.rule-name": "orders", "aws.events.rule-arn": "arn:r"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", EVENT),
        ("$.detail.id", 7),
        ("$.detail-type", "Order"),
        ("$.detail.tags[1]", "b"),
        ("$.detail.lines[*].n", [1, 2]),
        ("$.detail['id']", 7),
        ("$.detail.none", None),
        ("$.detail.tags[2]", UNDEFINED),
        ("$.detail.id.x", UNDEFINED),
        ("$.none", UNDEFINED),
        ("detail", UNDEFINED),
        ("$.detail..id", UNDEFINED),
    ],
)
def test_paths(path: str, value: Any) -> None:
    assert found_at(path, EVENT) == value


def transformed(template: str, **paths: str) -> str:
    target = {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
    return target_input(target, EVENT, RESERVED)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({"Input": '{"constant": 1}'}, '{"constant": 1}'),
        ({"InputPath": "$.detail.tags"}, '["a","b"]'),
        ({"InputPath": "$.nothing"}, "null"),
        ({}, '{"version":"0","detail-type":"Order","source":"shop",'),
    ],
)
def test_without_a_transformer(target: dict[str, Any], text: str) -> None:
    assert target_input(target, EVENT, RESERVED).startswith(text)


@pytest.mark.parametrize(
    ("template", "paths", "text"),
    [
        ('{"id": <id>, "who": <who>}', {"id": "$.detail.id", "who": "$.source"}, '{"id": 7, "who": "shop"}'),
        ('{"text": "<id> from <who>"}', {"id": "$.detail.id", "who": "$.source"}, '{"text": "7 from shop"}'),
        ('{"all": <tags>}', {"tags": "$.detail.tags"}, '{"all": ["a","b"]}'),
        ('{"a": <text>, "b": "<text>"}', {"text": "$.detail.text"}, r'{"a": "say \"hi\"", "b": "say \"hi\""}'),
        ('"Order <id>"', {"id": "$.detail.id"}, '"Order 7"'),
        ('"Order <id>"\n"by <who>"', {"id": "$.detail.id", "who": "$.source"}, '"Order 7"\n"by shop"'),
        ('{"none": <none>, "text": "-<none>-"}', {"none": "$.nothing"}, '{"none": null, "text": "--"}'),
        ('{"rule": <aws.events.rule-name>}', {}, '{"rule": "orders"}'),
        ('"<aws.events.rule-arn>"', {}, '"arn:r"'),
        ("<aws.events.event>", {}, '{"version":"0","detail-type":"Order","source":"shop"}'),
        ('{"unknown": "<unknown>"}', {}, '{"unknown": "<unknown>"}'),
    ],
)
def test_a_template(template: str, paths: dict[str, str], text: str) -> None:
    assert transformed(template, **paths) == text


def test_the_whole_event_in_a_template() -> None:
    assert transformed("<aws.events.event.json>") == target_input({}, EVENT, RESERVED)
