"""Retry and Catch: names that are taken before, names that never come."""

from __future__ import annotations

from tests.lint.definitions import Json, faults, lint, retried, right, task

FAULTS = [
    ("shadowed", retried("E", "E"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("shadowed", retried("States.TaskFailed", "Lambda.Unknown"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("shadowed", retried("States.TaskFailed", "States.TaskFailed"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("shadowed", retried("States.Timeout", "States.HeartbeatTimeout"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("shadowed", task(Retry=[{"ErrorEquals": ["E", "E"]}]), "/States/A/Retry[0]/ErrorEquals[1]"),
    ("error-never-raised", retried("Lambda.Timeout"), "/States/A/Retry[0]/ErrorEquals[0]"),
    (
        "error-never-raised",
        retried("DynamoDb.ResourceNotFoundException", resource="dynamodb:getItem"),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    (
        "error-never-raised",
        retried("DynamoDB.ResourceNotFoundException", resource="aws-sdk:dynamodb:getItem"),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    (
        "error-never-raised",
        retried("ConditionalCheckFailedException", resource="aws-sdk:dynamodb:putItem"),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    (
        "error-never-raised",
        retried("DynamoDb.ConditionalCheckFailedException", resource="aws-sdk:dynamodb:getItem"),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    ("error-never-raised", retried("Lambda.Unknown", resource="sqs:sendMessage"), "/States/A/Retry[0]/ErrorEquals[0]"),
    ("timeout-never-raised", retried("States.Timeout"), "/States/A/Retry[0]/ErrorEquals[0]"),
]
CLEAN = [
    ("shadowed", retried("E", "F", "States.ALL")),
    ("shadowed", retried("States.TaskFailed", "States.Timeout", TimeoutSeconds=5)),
    ("shadowed", retried("States.TaskFailed", "States.Permissions", "States.ALL")),
    ("shadowed", retried("States.Runtime", "States.ALL")),
    (
        "error-never-raised",
        retried("Sandbox.Timedout", "Lambda.TooManyRequestsException", "MyError", "Lambda.KMSDisabledException"),
    ),
    ("error-never-raised", retried("DynamoDB.ResourceNotFoundException", resource="dynamodb:getItem")),
    (
        "error-never-raised",
        retried("DynamoDb.ThrottlingException", "DynamoDb.DynamoDbException", resource="aws-sdk:dynamodb:getItem"),
    ),
    ("error-never-raised", retried("Anything", resource="sqs:sendMessage.waitForTaskToken")),
    ("error-never-raised", task(Resource="${Function}", Retry=[{"ErrorEquals": ["Lambda.Timeout"]}])),
    ("timeout-never-raised", retried("States.Timeout", TimeoutSeconds=5)),
]


@faults(FAULTS)
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


@right(CLEAN)
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]
