"""Services, actions and parameters against the models of AWS."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.defaults import defaults
from pytest_sfn.lint.linter import lint_source
from tests.lint.definitions import Json, faults, lint, right, service, task, writes

FAULTS = [
    ("unknown-service", service("aws-sdk:dynamo:getItem"), "/States/A/Resource"),
    ("unknown-action", service("aws-sdk:dynamodb:getItems"), "/States/A/Resource"),
    ("unknown-parameter", service("sqs:sendMessage", QueueUrl="u", MessageBody="b", Body="b"), "/States/A/Parameters/Body"),
    ("missing-parameter", service("sqs:sendMessage", **{"MessageBody.$": "$"}), "/States/A/Parameters"),
    (
        "parameter-type",
        service("sqs:sendMessage", QueueUrl="u", MessageBody="b", DelaySeconds={"a": 1}),
        "/States/A/Parameters/DelaySeconds",
    ),
    ("parameter-type", service("elasticmapreduce:createCluster", Name="n", Instances={"KeepJobFlowAliveWhenNoSteps": False}),
     "/States/A/Parameters/Instances/KeepJobFlowAliveWhenNoSteps"),
    ("unknown-parameter", service("lambda:invoke", FunctionName="f", **{"TaskToken.$": "$"}),
     "/States/A/Parameters/TaskToken.$"),
    ("no-parameters", task(Resource="arn:aws:states:::sqs:sendMessage"), "/States/A/Resource"),
    ("result-writer", writes({}), "/States/M/ResultWriter"),
    ("result-writer", writes({"WriterConfig": {"Transformation": "NONE"}}), "/States/M/ResultWriter/WriterConfig"),
]  # fmt: skip
CLEAN = [
    ("unknown-service", service("aws-sdk:lookoutvision:startModel")),
    ("unknown-action", service("aws-sdk:dynamodb:getItem", TableName="t", Key={})),
    ("unknown-action", service("aws-sdk:${Service}:getItem")),
    ("unknown-parameter", service("lambda:invoke", **{"FunctionName.$": "$.f", "Payload": {"anything": 1}})),
    ("missing-parameter", service("sqs:sendMessage", **{"QueueUrl.$": "$.u", "MessageBody.$": "$.b"})),
    ("missing-parameter", service("sqs:sendMessage", **{"${Field}": "b"})),
    ("missing-parameter", task(Resource="arn:aws:states:::sqs:sendMessage")),
    ("result-writer", writes({"WriterConfig": {"OutputType": "JSON", "Transformation": "NONE"}})),
    ("no-parameters", service("aws-sdk:s3:listBuckets")),
    ("no-parameters", task()),
    ("result-writer", writes({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}})),
    ("parameter-type", service("dynamodb:putItem", TableName="t", Item={"id": "plain"})),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]


def test_where_botocore_is_older_the_ini_setting_makes_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    source = read_source(service("sqs:sendMessage", QueueUrl="u", MessageBody="b", Body="b"))
    assert [each.severity for each in lint_source(source)] == ["error"]
    monkeypatch.setattr(defaults, "parameter_check", "warning")
    assert [(each.rule.name, each.severity) for each in lint_source(source)] == [("unknown-parameter", "warning")]
