"""Definitions to lint, and the two tests that each of the linter's rules has."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import Settings, lint_source
from pytest_sfn.lint.rules import chosen

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
END = {"Type": "Succeed"}
SELECTED = Settings(chosen(["all"]))

Json = dict[str, Any]


def lint(definition: Any, type: str = "STANDARD") -> list[tuple[str, str]]:
    """(name of the rule, place) of every problem."""
    return [(each.rule.name, each.pointer) for each in lint_source(read_source(definition, loose=True), type, SELECTED)]


def only(states: Json, start: str | None = None, **machine: Any) -> Json:
    return {"StartAt": start or next(iter(states)), "States": states, **machine}


def task(**fields: Any) -> Json:
    """A machine of one Task state, A, that calls a function unless the fields say otherwise."""
    return only({"A": {"Type": "Task", "Resource": FUNCTION, "End": True, **fields}})


def passes(**fields: Any) -> Json:
    return only({"A": {"Type": "Pass", "End": True, **fields}})


def service(resource: str, **parameters: Any) -> Json:
    return task(Resource=f"arn:aws:states:::{resource}", Parameters=parameters)


def retried(*names: str, resource: str = "lambda:invoke", **fields: Any) -> Json:
    definition = (
        service(resource, FunctionName="f") if resource == "lambda:invoke" else task(Resource=f"arn:aws:states:::{resource}")
    )
    definition["States"]["A"] |= {"Retry": [{"ErrorEquals": [name]} for name in names], **fields}
    return definition


def chosen(*rules: Json, default: str | None = None, **fields: Any) -> Json:
    choice = {"Type": "Choice", "Choices": [{"Next": "B", **rule} for rule in rules], **fields}
    return only({"A": choice | ({"Default": default} if default else {}), "B": END})


def in_parallel(states: Json) -> Json:
    return only({"P": {"Type": "Parallel", "Branches": [only(states)], "End": True}})


def writes(writer: Json) -> Json:
    """A distributed Map with that ResultWriter."""
    processor = only({"A": END}) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return only({"M": {"Type": "Map", "ItemProcessor": processor, "ResultWriter": writer, "End": True}})


JSONATA = {"QueryLanguage": "JSONata"}
CHOICE = {"Variable": "$.x", "NumericEquals": 1}
TOKEN = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}
LOOP = {
    "Poll": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun", "ResultPath": None, "Next": "Done?"},
    "Done?": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "End"}], "Default": "Poll"},
    "End": END,
}
ASSIGNED = {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"}
READS = {"Type": "Pass", "Parameters": {"y.$": "$x"}, "End": True}


def faults(rows: list[tuple[str, Json, str]]) -> pytest.MarkDecorator:
    """For a test that takes `rule`, `definition`, `place`: the rule finds a fault there."""
    ids = [f"{row[0]}-{number}" for number, row in enumerate(rows)]
    return pytest.mark.parametrize(("rule", "definition", "place"), rows, ids=ids)


def right(rows: list[tuple[str, Json]]) -> pytest.MarkDecorator:
    """For a test that takes `rule`, `definition`: the rule leaves it alone."""
    ids = [f"{row[0]}-{number}" for number, row in enumerate(rows)]
    return pytest.mark.parametrize(("rule", "definition"), rows, ids=ids)
