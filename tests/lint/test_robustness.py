"""Whatever a definition looks like, the linter reports and never raises."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_sfn.asl.parse import diagnose
from pytest_sfn.asl.source import read_source
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint.linter import lint_refused, lint_source

pytestmark = pytest.mark.slow

JSONPATH = {
    "StartAt": "Get",
    "TimeoutSeconds": 60,
    "States": {
        "Get": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": {"TableName": "t", "Key": {"id": {"S.$": "States.Format('{}', $.id)"}}},
            "Retry": [{"ErrorEquals": ["DynamoDB.X", "States.Timeout"], "MaxAttempts": 2}, {"ErrorEquals": ["States.ALL"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Wait", "ResultPath": "$.error", "Assign": {"e.$": "$.Error"}}],
            "Assign": {"item.$": "$.Item"},
            "Next": "Choose",
        },
        "Choose": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [{"Variable": "$.a", "IsPresent": True}, {"Not": {"Variable": "$item", "StringEquals": "$.x"}}],
                    "Next": "Each",
                }
            ],
            "Default": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}],
            "End": True,
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"v.$": "$$.Map.Item.Value"},
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "b"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "T",
                "States": {
                    "T": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                        "Parameters": {"QueueUrl": "${Q}", "MessageBody": "b"},
                        "End": True,
                    }
                },
            },
            "End": True,
        },
    },
}
JSONATA = {
    "QueryLanguage": "JSONata",
    "Comment": "sfn-lint: ignore=SFN4",
    "StartAt": "Call",
    "States": {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f", "Payload": "{% $states.input.x %}"},
            "Output": {"a.$": "$.b", "c": "{% $states.result ~> $string %}"},
            "Assign": {"n": "{% $n + 1 %}"},
            "Next": "Loop",
        },
        "Loop": {"Type": "Choice", "Choices": [{"Condition": "{% $n > 3 %}", "Next": "End"}], "Default": "Call"},
        "End": {"Type": "Succeed", "Output": "$states.input"},
    },
}

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", "$", "$.", "{% $x", "{% ( %}", "States.Format('", "${Q}", "States.ALL", "arn:aws:states:::", "~/", "\ud800"]
    ),
    st.sampled_from([[], {}, [{}], [[]], [None], {"": None}, {"a.$": 1}, {"Next": "End"}, {"Type": "Map"}, "x" * 90]),
    st.sampled_from(["Pass", "Task", "Choice", "Map", "Parallel", "End", "Get", "JSONata", "JSONPath", "$x", "$$.Task.Token"]),
)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*here, key))
    return found


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A right definition in which some values were exchanged, removed, renamed or doubled."""
    definition = copy.deepcopy(draw(st.sampled_from([JSONPATH, JSONATA])))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(places(definition)[1:] or [()]))
        if not path:
            break
        holder: Any = definition
        for key in path[:-1]:
            holder = holder[key]
        change = draw(st.sampled_from(["set", "remove", "rename", "move"]))
        if change == "set":
            holder[path[-1]] = copy.deepcopy(draw(VALUES))
        elif change == "remove":
            del holder[path[-1]]
        elif change == "rename" and isinstance(holder, dict):
            holder[draw(st.sampled_from(["", "Next", "a/b~c", "${Q}", "x.$", "States"]))] = holder.pop(path[-1])
        elif change == "move" and isinstance(holder, dict):
            holder[path[-1]] = copy.deepcopy(definition)
    return definition


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated(), st.sampled_from(["STANDARD", "EXPRESS"]))
def test_definitions_with_mistakes(definition: Any, type: str) -> None:
    try:
        source = read_source(definition, loose=True)
    except DefinitionError:
        return
    diagnose(source, type)
    for problem in lint_source(source, type):
        assert problem.message
        assert problem.code


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_texts_with_mistakes(data: st.DataObject) -> None:
    text = json.dumps(data.draw(st.sampled_from([JSONPATH, JSONATA])), indent=1)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 8))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", "{", "}", '"', ",", ":", "${Q}", "\\", "{%", "#", "\n"]))
            + text[at + length :]
        )
    try:
        problems = lint_source(read_source(f"{text}\n", loose=True))
    except DefinitionError as error:
        problems = lint_refused(error)
        assert problems
    assert all(problem.location is not None for problem in problems)


@pytest.mark.parametrize("definition", [JSONPATH, JSONATA])
def test_what_is_mutated_is_right_itself(definition: Any) -> None:
    assert [each for each in lint_source(read_source(definition, loose=True)) if each.severity == "error"] == []
