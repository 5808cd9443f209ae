"""Each rule: a definition that it finds fault with, where, and one that it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import Settings, lint_source
from pytest_sfn.lint.rules import BY_NAME, RULES, codes

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
END = {"Type": "Succeed"}
SELECTED = Settings(select=codes("all")[0])

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

FAULTS = [
    ("unknown-code", passes(Comment="sfn-lint: ignore=SFN999"), "/States/A/Comment"),
    ("schema", passes(Retry=[]), "/States/A/Retry"),
    ("schema", passes(Next="A"), "/States/A/End"),
    ("missing-target", only({"A": {"Type": "Pass", "Next": "B"}, "C": END}), "/States/A/Next"),
    ("no-end", only({"A": {"Type": "Pass", "Next": "A"}}), "/States"),
    ("duplicate-state-name", in_parallel({"P": END}), "/States/P/Branches[0]/States/P"),
    ("state-name", only({"A" * 81: END}), f"/States/{'A' * 81}"),
    ("label", only({"M": {"Type": "Map", "Label": "a b", "ItemProcessor": only({"A": END}), "End": True}}), "/States/M/Label"),
    ("expression-syntax", passes(InputPath="$."), "/States/A/InputPath"),
    ("expression-syntax", passes(Parameters={"a.$": "States.Nope()"}), "/States/A/Parameters/a.$"),
    ("expression-syntax", passes(Output="{% 1 + %}", **JSONATA), "/States/A/Output"),
    ("jsonata-reference", passes(Output="{% $states.result %}", **JSONATA), "/States/A/Output"),
    ("unknown-resource", service("dynamodb:query"), "/States/A/Resource"),
    (
        "states-all",
        task(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]),
        "/States/A/Retry[0]/ErrorEquals[0]",
    ),
    ("variable-name", passes(Assign={"a-b": 1}), "/States/A/Assign/a-b"),
    ("unreachable-state", only({"A": END, "B": END}), "/States/B"),
    (
        "unreachable-cycle",
        only({"A": END, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}),
        "/States/B",
    ),
    ("choice-without-default", chosen(CHOICE), "/States/A"),
    ("choice-without-default", chosen({"Condition": "{% $states.input.x %}"}, **JSONATA), "/States/A"),
    (
        "no-way-out",
        only(
            {
                "A": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "B"}], "Default": "W"},
                "W": {"Type": "Wait", "Seconds": 1, "Next": "V"},
                "V": {"Type": "Pass", "Next": "W"},
                "B": END,
            }
        ),
        "/States/W",
    ),
    (
        "busy-loop",
        only({"A": {"Type": "Pass", "Next": "C"}, "C": {**LOOP["Done?"], "Default": "A"}, "End": END}),
        "/States/A",
    ),
    ("polling-without-wait", only(LOOP), "/States/Poll"),
    ("shadowed", retried("E", "E"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("shadowed", retried("States.TaskFailed", "Lambda.Unknown"), "/States/A/Retry[1]/ErrorEquals[0]"),
    ("unknown-error-name", retried("States.Timeouts"), "/States/A/Retry[0]/ErrorEquals[0]"),
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
    ("forgotten-path", passes(Parameters={"a": "$.b"}), "/States/A/Parameters/a"),
    ("forgotten-path", passes(Parameters={"a": ["$.b"]}), "/States/A/Parameters/a[0]"),
    ("forgotten-path", passes(Parameters={"a": "States.UUID()"}), "/States/A/Parameters/a"),
    ("forgotten-path", passes(Result={"a": "$.b"}), "/States/A/Result/a"),
    ("forgotten-path", chosen({"Variable": "$.x", "StringEquals": "$.y"}, default="B"), "/States/A/Choices[0]/StringEquals"),
    ("no-expression", passes(Output=" {% 1 %}", **JSONATA), "/States/A/Output"),
    ("no-expression", passes(Output={"a": "$states.input.x"}, **JSONATA), "/States/A/Output/a"),
    ("path-key-in-jsonata", passes(Output={"a.$": "$.x"}, **JSONATA), "/States/A/Output/a.$"),
    ("questionable-expression", passes(Parameters={"a.$": "States.UUID(1)"}), "/States/A/Parameters"),
    ("questionable-expression", passes(Parameters={"a.$": "States.MathAdd(1, '2')"}), "/States/A/Parameters"),
    ("missing-substitution", only({"W": {"Type": "Wait", "Seconds": "${Seconds}", "End": True}}), "/States/W/Seconds"),
    ("unassigned-variable", only({"B": READS}), "/States/B/Parameters/y.$"),
    (
        "unassigned-variable",
        only(
            {"P": {"Type": "Parallel", "Branches": [only({"A": {**ASSIGNED, "Next": "C"}, "C": END})], "Next": "B"}, "B": READS}
        ),
        "/States/B/Parameters/y.$",
    ),
    ("possibly-unassigned-variable", passes(Output="{% $x %}", **JSONATA), "/States/A/Output"),
    (
        "possibly-unassigned-variable",
        only({"C": {"Type": "Choice", "Choices": [{**CHOICE, "Next": "A"}], "Default": "B"}, "A": ASSIGNED, "B": READS}),
        "/States/B/Parameters/y.$",
    ),
    (
        "variable-reused-around",
        only(
            {
                "P": {
                    "Type": "Parallel",
                    "Assign": {"x": 1},
                    "Branches": [only({"A": {**ASSIGNED, "Next": "C"}, "C": END})],
                    "End": True,
                }
            }
        ),
        "/States/P/Branches[0]/States/A/Assign/x",
    ),
    ("resource-no-arn", task(Resource="Charge"), "/States/A/Resource"),
    ("unknown-service", service("aws-sdk:dynamo:getItem"), "/States/A/Resource"),
    ("unknown-action", service("aws-sdk:dynamodb:getItems"), "/States/A/Resource"),
    ("unknown-parameter", service("sqs:sendMessage", QueueUrl="u", MessageBody="b", Body="b"), "/States/A/Parameters/Body"),
    ("missing-parameter", service("sqs:sendMessage", **{"MessageBody.$": "$"}), "/States/A/Parameters"),
    (
        "parameter-type",
        service("sqs:sendMessage", QueueUrl="u", MessageBody="b", DelaySeconds={"a": 1}),
        "/States/A/Parameters/DelaySeconds",
    ),
    ("result-writer", writes({}), "/States/M/ResultWriter"),
    ("result-writer", writes({"WriterConfig": {"Transformation": "NONE"}}), "/States/M/ResultWriter/WriterConfig"),
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


@pytest.mark.parametrize(("rule", "definition", "place"), FAULTS, ids=[f"{row[0]}-{n}" for n, row in enumerate(FAULTS)])
def test_finds(rule: str, definition: Json, place: str) -> None:
    assert (rule, place) in lint(definition)


CLEAN = [
    ("unknown-code", passes(Comment="sfn-lint: ignore=SFN203, forgotten-path,SFN4,all")),
    ("unreachable-state", only({"A": {"Type": "Pass", "Next": "${B}"}, "C": END})),
    ("missing-target", only({"A": {"Type": "Pass", "Next": "B"}, "${B}": END})),
    ("no-end", only({"A": {"Type": "Pass", "Next": "${B}"}})),
    ("schema", passes(Type="${Type}")),
    ("schema", only({"W": {"Type": "Wait", "Seconds": "${Seconds}", "End": True}})),
    ("schema", only({"C": {"Type": "Choice", "Choices": "${Rules}", "Default": "A"}, "A": END})),
    ("expression-syntax", passes(Output="{% ${Text} %}", **JSONATA)),
    ("choice-without-default", chosen(CHOICE, default="B")),
    ("choice-without-default", chosen(CHOICE, {"Not": CHOICE})),
    ("choice-without-default", chosen({"Variable": "$.x", "IsPresent": True}, {"Variable": "$.x", "IsPresent": False})),
    (
        "choice-without-default",
        chosen({"Variable": "$.x", "NumericGreaterThan": 1}, {"Variable": "$.x", "NumericLessThanEquals": 1}),
    ),
    ("choice-without-default", chosen({"Condition": "{% $states.input.x %}"}, {"Condition": "{% true %}"}, **JSONATA)),
    (
        "no-way-out",
        only({"W": {"Type": "Wait", "Seconds": 1, "Next": "C"}, "C": {**LOOP["Done?"], "Default": "W"}, "End": END}),
    ),
    (
        "no-way-out",
        only(
            {"T": {"Type": "Task", "Resource": FUNCTION, "Next": "T", "Catch": [{"ErrorEquals": ["E"], "Next": "B"}]}, "B": END}
        ),
    ),
    (
        "busy-loop",
        only({"A": {"Type": "Pass", "Parameters": {"n": 1}, "Next": "C"}, "C": {**LOOP["Done?"], "Default": "A"}, "End": END}),
    ),
    (
        "busy-loop",
        only(
            {
                "C": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $millis() > 5 %}", "Next": "B"}],
                    "Default": "C",
                    **JSONATA,
                },
                "B": END,
            }
        ),
    ),
    (
        "polling-without-wait",
        only(LOOP | {"Done?": {**LOOP["Done?"], "Default": "W"}, "W": {"Type": "Wait", "Seconds": 5, "Next": "Poll"}}),
    ),
    ("polling-without-wait", only(LOOP | {"Poll": {**LOOP["Poll"], "Parameters": {"NextToken.$": "$.token"}}})),
    ("shadowed", retried("E", "F", "States.ALL")),
    ("shadowed", retried("States.TaskFailed", "States.Timeout", TimeoutSeconds=5)),
    (
        "unknown-error-name",
        only({"P": in_parallel({"F": {"Type": "Fail", "Error": "States.Mine"}})["States"]["P"]} | {"E": END}),
    ),
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
    ("forgotten-path", passes(Parameters={"a.$": "$.b", "c": "$5.00", "ItemsPath": "$.d", "e": "States of the Union"})),
    ("no-expression", passes(Output={"a": "{% $states.input %}", "b": "50 %"}, **JSONATA)),
    ("questionable-expression", passes(Parameters={"a.$": "States.MathAdd(1, $.b)"})),
    ("unassigned-variable", only({"A": ASSIGNED, "B": READS})),
    ("possibly-unassigned-variable", only({"A": ASSIGNED, "B": READS})),
    ("possibly-unassigned-variable", passes(Output="{% ($x := 1; $map([1], function($v) { $v + $x })) %}", **JSONATA)),
    ("possibly-unassigned-variable", passes(Output="{% $exists($x) ? $x : $map([1], $string) %}", **JSONATA)),
    (
        "possibly-unassigned-variable",
        only(
            {
                "T": {
                    "Type": "Task",
                    "Resource": FUNCTION,
                    "Assign": {"x": 1},
                    "Catch": [{"ErrorEquals": ["E"], "Assign": {"x": 2}, "Next": "B"}],
                    "Next": "B",
                },
                "B": READS,
            }
        ),
    ),
    (
        "unassigned-variable",
        only({"A": {**ASSIGNED, "Next": "P"}, "P": in_parallel({"B": READS})["States"]["P"]}),
    ),
    ("unknown-service", service("aws-sdk:lookoutvision:startModel")),
    ("unknown-action", service("aws-sdk:dynamodb:getItem", TableName="t", Key={})),
    ("unknown-action", service("aws-sdk:${Service}:getItem")),
    ("unknown-parameter", service("lambda:invoke", **{"FunctionName.$": "$.f", "Payload": {"anything": 1}})),
    ("missing-parameter", service("sqs:sendMessage", **{"QueueUrl.$": "$.u", "MessageBody.$": "$.b"})),
    ("missing-parameter", service("sqs:sendMessage", **{"${Field}": "b"})),
    ("missing-parameter", task(Resource="arn:aws:states:::sqs:sendMessage")),
    ("result-writer", writes({"WriterConfig": {"OutputType": "JSON", "Transformation": "NONE"}})),
    ("result-writer", writes({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}})),
    ("parameter-type", service("dynamodb:putItem", TableName="t", Item={"id": "plain"})),
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
    ("fails-by-retrying", task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 25_000}])),
]


@pytest.mark.parametrize(("rule", "definition"), CLEAN, ids=[f"{row[0]}-{n}" for n, row in enumerate(CLEAN)])
def test_leaves_alone(rule: str, definition: Json) -> None:
    assert rule not in [name for name, _ in lint(definition)]


def test_express() -> None:
    definition = only(
        {
            "W": {"Type": "Wait", "Seconds": 301, "Next": "A"},
            "A": task()["States"]["A"] | {"Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}},
        }
    )

    assert lint(definition, "EXPRESS") == [("express", "/States/A/Resource"), ("wait-too-long", "/States/W/Seconds")]
    assert lint(definition) == []


ELSEWHERE = {
    "unreadable", "duplicate-key", "too-deeply-nested", "definition-not-found", "not-looked-at", "unused-substitution",
    "unresolved-substitution", "unknown-reference", "questionable-reference", "machine-name", "express", "message-as-error",
}  # fmt: skip


def test_every_rule_is_tried() -> None:
    assert {rule for rule, _, _ in FAULTS} == BY_NAME.keys() - ELSEWHERE


def test_rules_are_in_order_and_have_names_of_their_own() -> None:
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    assert len(BY_NAME) == len(RULES)
