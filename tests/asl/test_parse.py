"""Definitions to models: what each field becomes, and what is said of fields that are not what they may be."""

import copy
import json
import random
import warnings
from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from operator import attrgetter
from typing import Any

import pytest

from pytest_sfn.asl import model
from pytest_sfn.asl.fields import FIELDS, ROWS, required
from pytest_sfn.asl.model import Constant, PathOperand, StateMachineModel, TemplateOperand
from pytest_sfn.asl.parse import aws_refusal_message, diagnose, parse, parse_state, told_by_aws
from pytest_sfn.asl.source import Source, read_source
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning, Diagnostic
from pytest_sfn.expressions.paths import NULL_PATH, ROOT_PATH
from tests.expressions.environment import StubEnv

LAMBDA = "arn:aws:states:::lambda:invoke"
STARTS = "a path starts with '$', an intrinsic function with 'States.'"
NO_PATH = "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call at {}"
NO_REFERENCE = "Value is not a Reference Path"
UNWRITABLE = "which a result cannot be written to at /States/A/ResultPath"
LANGUAGE = "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage at {}"
ONE_SELECTOR = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
SCHEMA = "SCHEMA_VALIDATION_FAILED"
BODY = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
JSONATA = {"QueryLanguage": "JSONata"}


def source_of(definition: Any) -> Source:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of placeholders without a value, which test_source looks at
        return read_source(definition)


def machine_of(state: dict[str, Any], /, *more: str, **top: Any) -> dict[str, Any]:
    """A machine of the state `A` and further Succeed states."""
    return {"StartAt": "A", "States": {"A": state, **{name: {"Type": "Succeed"} for name in more}}, **top}


def parsed(definition: dict[str, Any]) -> StateMachineModel:
    return parse(source_of(definition))


def problems(definition: dict[str, Any], severity: str = "ERROR", machine_type: str = "STANDARD") -> list[Diagnostic]:
    return [item for item in diagnose(source_of(definition), machine_type) if item.severity == severity]


def told(found: Iterable[Diagnostic]) -> list[str]:
    return [f"{item.message} at {item.pointer}" for item in found]


# The table


def test_every_row_of_the_table_has_an_attribute_of_the_model() -> None:
    classes = {name: getattr(model, f"{name}State") for name in FIELDS if hasattr(model, f"{name}State")}
    classes |= {
        name: getattr(model, name) for name in ("Retrier", "Catcher", "ChoiceRule", "ItemReader", "ItemBatcher", "ResultWriter")
    }
    by_hand = {"processor_config", "reader_config"}
    checked = 0
    for place, cls in classes.items():
        attributes = {field.name for field in dataclass_fields(cls)}
        for row in FIELDS[place].values():
            assert row.attribute is None or row.attribute in attributes | by_hand, (place, row.name)
            checked += 1
    assert checked > 100
    assert len({(row.name, place) for row in ROWS for place in row.places}) == sum(len(row.places) for row in ROWS)


def test_required_fields_in_the_order_of_aws() -> None:
    assert required("StateMachine", "JSONPath") == ("States", "StartAt")
    assert required("ChoiceRule", "JSONata") == ("Next", "Condition")
    assert required("ChoiceRule", "JSONPath") == ("Next",)


# Models


def attribute(state: dict[str, Any], name: str, **top: Any) -> Any:
    return attrgetter(name)(parsed(machine_of(state, "N", "M", **top)).states.states["A"])


TASK = {"Type": "Task", "Resource": LAMBDA, "Next": "N", "Catch": [{"ErrorEquals": ["E"], "Next": "M"}]}
PASS = {"Type": "Pass", "Next": "N"}
CHOICE = {"Type": "Choice", "Default": "M", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "N"}]}
WAIT = {"Type": "Wait", "Next": "N"}
MAP = {"Type": "Map", "ItemProcessor": BODY, "Next": "N"}


def with_m(state: dict[str, Any]) -> dict[str, Any]:
    """The state with some way to M, so that nothing is unreachable."""
    if state["Type"] in ("Map", "Parallel", "Task"):
        return {"Catch": [{"ErrorEquals": ["E"], "Next": "M"}], **state}
    return {"Type": "Parallel", "Branches": [BODY], "Next": "M"} if state["Type"] == "Fail" else state


@pytest.mark.parametrize(
    ("state", "name", "expected"),
    [
        (TASK, "next", "N"),
        (TASK, "type", "Task"),
        (TASK, "pointer", "/States/A"),
        (TASK, "query_language", "JSONPath"),
        (TASK, "input_path", ROOT_PATH),
        (TASK, "parameters", None),
        (TASK, "timeout_seconds", None),
        (TASK, "resource.action", "invoke"),
        (TASK | {"InputPath": None}, "input_path", NULL_PATH),
        (TASK | {"ResultPath": None}, "result_path", NULL_PATH),
        (TASK | {"ResultPath": "$.a.b"}, "result_path.text", "$.a.b"),
        (TASK | {"TimeoutSeconds": 5}, "timeout_seconds", Constant("TimeoutSeconds", 5)),
        (TASK | {"TimeoutSecondsPath": "$.t"}, "timeout_seconds.path.text", "$.t"),
        (
            TASK | {"Retry": [{"ErrorEquals": ["E"]}]},
            "retry",
            (model.Retrier(error_equals=("E",), pointer="/States/A/Retry/0"),),
        ),
        (
            TASK
            | {
                "Retry": [
                    {
                        "ErrorEquals": ["E", "F"],
                        "IntervalSeconds": 2,
                        "MaxAttempts": 0,
                        "BackoffRate": 1.5,
                        "MaxDelaySeconds": 9,
                        "JitterStrategy": "FULL",
                    }
                ]
            },
            "retry",
            (
                model.Retrier(
                    error_equals=("E", "F"),
                    interval_seconds=2,
                    max_attempts=0,
                    backoff_rate=1.5,
                    max_delay_seconds=9,
                    jitter_strategy="FULL",
                    pointer="/States/A/Retry/0",
                ),
            ),
        ),
        (TASK | {"Retry": []}, "retry", ()),
        (TASK, "catch", (model.Catcher(error_equals=("E",), next="M", pointer="/States/A/Catch/0"),)),
        (CHOICE, "default", "M"),
        (CHOICE, "next", None),
        (MAP, "mode", "INLINE"),
        (MAP, "processor.start_at", "B"),
        (MAP, "processor.pointer", "/States/A/ItemProcessor"),
        (MAP | {"MaxConcurrency": 3}, "max_concurrency", Constant("MaxConcurrency", 3)),
        (MAP | {"ItemsPath": "$.list"}, "items.site.field", "ItemsPath"),
        ({"Type": "Map", "Iterator": BODY, "Next": "N"}, "processor.start_at", "B"),
    ],
)
def test_attributes(state: dict[str, Any], name: str, expected: Any) -> None:
    assert attribute(with_m(state), name) == expected


def test_pass_knows_null_from_nothing() -> None:
    for state, expected in (({}, (None, False)), ({"Result": None}, (None, True)), ({"Result": [1]}, ([1], True))):
        read: Any = parsed(machine_of({"Type": "Pass", "End": True, **state})).states.states["A"]
        assert (read.result, read.has_result) == expected


def test_a_whole_machine() -> None:
    branch = {"StartAt": "B1", "States": {"B1": {"Type": "Pass", "End": True}}, "Comment": "inner"}
    definition = machine_of(
        {"Type": "Parallel", "Branches": [branch], "End": True}, Comment="outer", Version="1.0", TimeoutSeconds=9
    )
    read = parsed(definition)
    assert (read.comment, read.version, read.timeout_seconds, read.states.start_at) == ("outer", "1.0", 9, "A")
    assert set(read.all_states) == {"A", "B1"}
    parallel: Any = read.states.states["A"]
    assert (parallel.branches[0].comment, parallel.branches[0].pointer, parallel.next) == (
        "inner",
        "/States/A/Branches/0",
        None,
    )
    assert parallel.branches[0].states["B1"] is read.all_states["B1"]


def test_expressions_are_compiled() -> None:
    task: Any = parsed(machine_of({"Type": "Task", "Resource": LAMBDA, "Parameters": {"a.$": "$.b"}, "End": True})).all_states[
        "A"
    ]
    assert task.parameters.evaluate({"b": 1}, None) == {"a": 1}
    choice: Any = parsed(machine_of(CHOICE, "N", "M")).all_states["A"]
    assert [choice.choices[0].condition({"a": value}, None) for value in (None, 1)] == [True, False]
    fail: Any = parsed(machine_of({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"})).all_states[
        "A"
    ]
    assert isinstance(fail.error, PathOperand)
    assert fail.error.path.text == "$.e"
    assert fail.cause.template.evaluate({"c": "x"}, None) == "x!"


def test_jsonata_and_constants_beside_it() -> None:
    state = {
        "Type": "Map",
        "Items": "{% $states.input.list %}",
        "MaxConcurrency": "{% 1 + 1 %}",
        "ToleratedFailureCount": 1,
        "ItemSelector": {"a": "{% $states.input.a %}"},
        "ItemProcessor": BODY,
        "Output": "{% $states.result %}",
        "End": True,
    }
    read: Any = parsed(machine_of(state, **JSONATA)).all_states["A"]
    assert isinstance(read.items, TemplateOperand)
    assert read.items.template.evaluate({"input": {"list": [1]}}, None) == [1]
    assert (read.items.site.field, read.max_concurrency.site.field) == ("Items", "MaxConcurrency")
    assert read.tolerated_failure_count == Constant("ToleratedFailureCount", 1)
    assert read.item_selector.evaluate({"input": {"a": 2}}, None) == {"a": 2}
    assert read.output.evaluate({"result": 3}, None) == 3


def test_jsonata_conditions() -> None:
    rules = [
        {"Condition": False, "Next": "N"},
        {"Condition": "{% $states.input.a = 1 %}", "Next": "N", "Output": "{% $states.input.b %}", "Assign": {"v": 1}},
    ]
    choice: Any = parsed(machine_of({"Type": "Choice", "Choices": rules, "Default": "N"}, "N", **JSONATA)).all_states["A"]
    assert [rule.condition({"input": {"a": 1}}, StubEnv()) for rule in choice.choices] == [False, True]
    assert choice.choices[1].output.evaluate({"input": {"b": 2}}, None) == 2


def test_a_distributed_map() -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 9},
    }
    state = {
        "Type": "Map",
        "ItemReader": reader | {"Parameters": {"Bucket": "b", "Key.$": "$.k"}},
        "ItemBatcher": {"MaxItemsPerBatch": 5, "BatchInput": {"x.$": "$.x"}},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b"},
            "WriterConfig": {"OutputType": "JSONL"},
        },
        "Label": "items",
        "ToleratedFailurePercentagePath": "$.p",
        "ItemProcessor": BODY | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
        "End": True,
    }
    read: Any = parsed(machine_of(state)).all_states["A"]
    assert (read.mode, read.execution_type, read.label) == ("DISTRIBUTED", "EXPRESS", "items")
    assert (read.item_reader.reader_config["InputType"], read.item_reader.max_items) == ("CSV", Constant("MaxItems", 9))
    assert read.item_reader.parameters.evaluate({"k": 1}, None) == {"Bucket": "b", "Key": 1}
    assert read.item_batcher.max_items_per_batch == Constant("MaxItemsPerBatch", 5)
    assert read.item_batcher.batch_input.evaluate({"x": 1}, None) == {"x": 1}
    assert read.result_writer.writer_config == {"OutputType": "JSONL"}
    assert read.tolerated_failure_percentage.path.text == "$.p"


@pytest.mark.parametrize(
    ("top", "own", "inner", "expected"),
    [
        ({}, {}, {}, ("JSONPath", "JSONPath")),
        (JSONATA, {}, {}, ("JSONata", "JSONata")),
        ({}, JSONATA, {}, ("JSONata", "JSONPath")),  # a Map's language is not that of its states [reported]
        ({"QueryLanguage": "JSONPath"}, JSONATA, JSONATA, ("JSONata", "JSONata")),
    ],
)
def test_the_language_of_a_state(top: Any, own: Any, inner: Any, expected: tuple[str, str]) -> None:
    body = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True, **inner}}}
    read = parsed(machine_of({"Type": "Map", "ItemProcessor": body, "End": True, **own}, **top))
    assert (read.all_states["A"].query_language, read.all_states["B"].query_language) == expected


# Refusals


TYPES = (
    "The field 'Type' should have one of these values: "
    "[Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map] at /States/A/Type"
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        # recorded or reported texts
        ({"Type": "Pass", "End": True, "TimeoutSeconds": 1}, ["Field 'TimeoutSeconds' is not supported at /States/A"]),
        ({"Type": "Task", "End": True}, ["These fields are required: [Resource] at /States/A"]),
        ({"Type": "Parallel", "Branches": [], "End": True}, ["Value cannot be empty at /States/A/Branches"]),
        ({"Type": "Wait", "Seconds": "5", "End": True}, ["Expected value of type Integer at /States/A/Seconds"]),
        ({"Type": "Wait", "Seconds": 10**16, "End": True}, ["Maximum value is 99999999 at /States/A/Seconds"]),
        (
            {"Type": "Wait", "Timestamp": "2016-03-14 01:59", "End": True},
            ["String does not match RFC3339 timestamp at /States/A/Timestamp"],
        ),
        ({"Type": "Pass", "InputPath": "a", "End": True}, ["Value must be a valid JSONPath. at /States/A/InputPath"]),
        (
            {"Type": "Pass", "Parameters": {"a": {"b.$": "c"}}, "End": True},
            [NO_PATH.format("b.$", "/States/A/Parameters/a")],
        ),
        (
            {"Type": "Task", "Resource": LAMBDA, "Credentials": {}, "End": True},
            ["The field 'RoleArn' is required but was missing at /States/A/Credentials"],
        ),
        (
            {"Type": "Pass", "Output": 1, "End": True},
            [LANGUAGE.format("JSONPath", "Output", "JSONata", "/States/A")],
        ),
        (
            {"Type": "Pass", "End": True, **JSONATA, "Output": {"v": ["{% phone %}"]}},
            ["Reference to 'phone' at the top level is not supported. at /States/A/Output/v[0]"],
        ),
        ({"Type": "Pass", "End": True, **JSONATA, "Output": "{% 1 + %}"}, ["Unexpected end of expression at /States/A/Output"]),
        # ours
        ({"Type": "Tsk", "End": True}, [TYPES]),
        ({"Type": ["Task"], "End": True}, ["Expected value of type String at /States/A/Type"]),
        ({"End": True}, ["These fields are required: [Type] at /States/A"]),
        ([], ["Expected value of type Object at /States/A"]),
        ({"Type": "Pass", "End": "true"}, ["Expected value of type Boolean at /States/A/End"]),
        ({"Type": "Wait", "Seconds": 1.5, "End": True}, ["Expected value of type Integer at /States/A/Seconds"]),
        ({"Type": "Wait", "Seconds": True, "End": True}, ["Expected value of type Integer at /States/A/Seconds"]),
        ({"Type": "Wait", "Seconds": -1, "End": True}, ["Minimum value is 0 at /States/A/Seconds"]),
        (
            {"Type": "Wait", "SecondsPath": "$.a[*]", "End": True},
            ["Value is not a Reference Path: it may find several values at /States/A/SecondsPath"],
        ),
        (
            {"Type": "Pass", "ResultPath": "$$.a", "End": True},
            [f"{NO_REFERENCE}: $$.a belongs to the Context Object, {UNWRITABLE}"],
        ),
        (
            {"Type": "Pass", "ResultPath": "$v", "End": True},
            [f"{NO_REFERENCE}: $v belongs to the variable $v, {UNWRITABLE}"],
        ),
        ({"Type": "Pass", "ResultPath": 1, "End": True}, ["Expected value of type String at /States/A/ResultPath"]),
        ({"Type": "Pass", "Assign": [], "End": True}, ["Expected value of type Object at /States/A/Assign"]),
        (
            {"Type": "Task", "Resource": LAMBDA, "Credentials": None, "End": True},
            ["Expected value of type Object at /States/A/Credentials"],
        ),
        ({"Type": "Task", "Resource": LAMBDA, "Retry": {}, "End": True}, ["Expected value of type Array at /States/A/Retry"]),
        (
            {
                "Type": "Task",
                "Resource": LAMBDA,
                "Retry": [{"ErrorEquals": [], "BackoffRate": 0.5, "JitterStrategy": "full"}],
                "End": True,
            },
            [
                "Value cannot be empty at /States/A/Retry[0]/ErrorEquals",
                "Minimum value is 1.0 at /States/A/Retry[0]/BackoffRate",
                "Value should be one of the following: [NONE, FULL] at /States/A/Retry[0]/JitterStrategy",
            ],
        ),
        ({"Type": "Map", "ItemProcessor": [], "End": True}, ["Expected value of type Object at /States/A/ItemProcessor"]),
        (
            {"Type": "Map", "ItemProcessor": BODY | {"QueryLanguage": "JSONata"}, "End": True},
            ["Field 'QueryLanguage' is not supported at /States/A/ItemProcessor"],
        ),
        (
            {"Type": "Map", "ItemProcessor": BODY | {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}, "End": True},
            ["These fields are required: [ExecutionType] at /States/A/ItemProcessor/ProcessorConfig"],
        ),
        (
            {
                "Type": "Map",
                "ItemProcessor": BODY,
                "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"},
                "End": True,
                **JSONATA,
            },
            ["These fields are required: [Arguments] at /States/A/ResultWriter"],
        ),
    ],
)
def test_a_wrong_state(state: Any, expected: list[str]) -> None:
    assert told(problems(machine_of(state))) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.a"}, ["A Choice rule needs a comparison operator at /States/A/Choices[0]"]),
        ({"IsNull": True}, [f"{ONE_SELECTOR} at /States/A/Choices[0]"]),
        (
            {"Variable": "$.a", "IsNull": True, "IsString": False},
            ["There should only be one of the following fields: [IsNull, IsString] at /States/A/Choices[0]"],
        ),
        ({"Variable": "$.a", "NumericEquals": "1"}, ["Expected value of type Number at /States/A/Choices[0]/NumericEquals"]),
        ({"Variable": "$.a", "IsNull": 1}, ["Expected value of type Boolean at /States/A/Choices[0]/IsNull"]),
        (
            {"Variable": "$.a", "StringEqualsPath": 1},
            ["Expected value of type String at /States/A/Choices[0]/StringEqualsPath"],
        ),
        (
            {"Variable": "$.a", "TimestampLessThan": "now"},
            ["String does not match RFC3339 timestamp at /States/A/Choices[0]/TimestampLessThan"],
        ),
        ({"And": []}, ["Value cannot be empty at /States/A/Choices[0]/And"]),
        ({"Not": []}, ["Expected value of type Object at /States/A/Choices[0]/Not"]),
        (
            {"Or": [{"Not": {"Variable": "$.a", "StringEqual": "x"}}]},
            ["Field 'StringEqual' is not supported at /States/A/Choices[0]/Or[0]/Not"],
        ),
        (
            {"And": [{"Variable": "$.a", "IsNull": True, "Next": "N"}]},
            ["Field 'Next' is not supported at /States/A/Choices[0]/And[0]"],
        ),
        (
            {"Not": {"Variable": "a", "IsNull": True}},
            ["Value is not a Reference Path: Reference path didn't start with '$' at /States/A/Choices[0]/Not/Variable"],
        ),
        (
            {"Condition": "{% true %}"},
            [LANGUAGE.format("JSONPath", "Condition", "JSONata", "/States/A/Choices[0]")],
        ),
    ],
)
def test_a_wrong_choice_rule(rule: dict[str, Any], expected: list[str]) -> None:
    assert told(problems(machine_of({"Type": "Choice", "Choices": [rule | {"Next": "N"}]}, "N"))) == expected


def test_a_jsonpath_rule_in_jsonata() -> None:
    definition = machine_of({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "N"}]}, "N", **JSONATA)
    at = "/States/A/Choices[0]"
    assert told(problems(definition)) == [
        LANGUAGE.format("JSONata", "Variable", "JSONPath", at),
        LANGUAGE.format("JSONata", "IsNull", "JSONPath", at),
        f"These fields are required: [Condition] at {at}",
    ]


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ({"Type": "Pass", "End": "yes"}, "write true"),
        ({"Type": "Pass", "End": "Off"}, "write false"),
        ({"Type": "Pass", "End": "x"}, ""),
        ({"Type": "Pass", "end": True}, "did you mean 'End'?"),
        ({"Type": "Tsk", "End": True}, "did you mean 'Task'?"),
        ({"Type": "Lambda", "End": True}, "the state types are Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map"),
        ({"Type": "Wait", "Second": 1, "End": True}, "did you mean 'Seconds'?"),
        (
            {"Type": "Pass", "Resource": LAMBDA, "End": True},
            "Resource belongs to Task, ItemReader and ResultWriter, not to a Pass state",
        ),
        ({"Type": "Succeed", "Retry": []}, "Retry belongs to Task, Parallel and Map, not to a Succeed state"),
        ({"Type": "Wait", "Seconds": "$.s", "End": True}, "a path goes into the field whose name ends in Path"),
        (
            {"Type": "Pass", "Parameters": {"a.$": "c"}, "End": True},
            f"{STARTS}; column 1 of the expression; leave the .$ out of a.$ for plain text",
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:::sqs:send", "End": True},
            "the optimized integration of sqs has no action send; write aws-sdk:sqs:send to call the API itself",
        ),
    ],
)
def test_hints(state: dict[str, Any], hint: str) -> None:
    assert problems(machine_of(state))[0].hint == hint


def test_a_version_that_yaml_reads_as_a_number() -> None:
    text = "StartAt: A\nVersion: 1.0\nStates:\n  A:\n    Type: Succeed\n"
    with pytest.raises(DefinitionError, match="Expected value of type String") as caught:
        parse(read_source(text))
    [problem] = caught.value.diagnostics
    assert (str(problem.location), problem.hint) == ("<definition>:2:10", 'write "1.0", in quotes')


def test_the_error_lists_everything_in_the_order_of_the_text() -> None:
    text = """{
  "StartAt": "Chrge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "TimeoutSecond": 5,
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"""
    with pytest.raises(DefinitionError) as caught:
        parse(read_source(text))
    assert str(caught.value).splitlines() == [
        "<definition> has 3 problems",
        "<definition>:2:14: MISSING_TRANSITION_TARGET: Missing 'Next' target: Chrge",
        '    2 |   "StartAt": "Chrge",',
        "      |              ^",
        "  fix  did you mean 'Charge'?",
        "<definition>:4:5: state 'Charge': MISSING_TRANSITION_TARGET: State \"Charge\" is not reachable.",
        '    4 |     "Charge": {',
        "      |     ^",
        "  fix  lead to it with Next, Default, Choices or Catch, or remove it",
        "<definition>:7:7: state 'Charge': SCHEMA_VALIDATION_FAILED: Field 'TimeoutSecond' is not supported",
        '    7 |       "TimeoutSecond": 5,',
        "      |       ^",
        "  fix  did you mean 'TimeoutSeconds'?",
    ]
    assert [item.pointer for item in caught.value.diagnostics] == ["/StartAt", "/States/Charge", "/States/Charge"]


def test_what_aws_answers() -> None:
    start = "Invalid State Machine Definition: "
    dangling = {"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "c"}, "b": {"Type": "Pass", "End": True}}}
    assert aws_refusal_message(problems(dangling)) == (  # reported: localstack issue 11978
        f"{start}'MISSING_TRANSITION_TARGET: Missing 'Next' target: c at /States/a/Next, "
        'MISSING_TRANSITION_TARGET: State "b" is not reachable. at /States/b\''
    )
    loop = {"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "a"}}}
    assert aws_refusal_message(problems(loop)) == f"{start}'MISSING_END_STATE: Workflow has no terminal state at null'"
    nowhere = {"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "NOPE"}}}  # the order is measured: floci PR 2786
    assert [(each.code, each.pointer) for each in told_by_aws(problems(nowhere))] == [
        ("MISSING_TRANSITION_TARGET", "/States/a/Next"),
        ("MISSING_END_STATE", ""),
    ]
    assert aws_refusal_message(problems({})) == f"{start}'{SCHEMA}: These fields are required: [States, StartAt] at /'"
    half = {"StartAt": "a", "States": {"a": {"Type": "Pass"}}, "Comments": ""}
    assert aws_refusal_message(problems(half)).count("Workflow has no terminal state") == 0


def test_one_state_alone() -> None:
    state: Any = parse_state(source_of({"Type": "Pass", "Result": 1, "Next": "Elsewhere"})).all_states["StateName"]
    assert (state.name, state.result, state.next) == ("StateName", 1, "Elsewhere")
    with pytest.raises(DefinitionError) as caught:
        parse_state(read_source('{"Type": "Pass",\n "Resultpath": "$"}'))
    assert [item.pointer for item in caught.value.diagnostics] == ["/States/StateName"] * 2
    assert [str(item.location) for item in caught.value.diagnostics] == ["<definition>:1:1", "<definition>:2:2"]


# Placeholders without a value


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ({"Type": "Wait", "Seconds": "${N}", "End": True}, "seconds.template.evaluate"),
        ({"Type": "Wait", "Timestamp": "${T}", "End": True}, "timestamp.template.evaluate"),
        ({"Type": "Pass", "Parameters": {"a.$": "${P}"}, "End": True}, "parameters.evaluate"),
        ({"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": "${N}", "Next": "N"}]}, "choices"),
    ],
)
def test_a_placeholder_where_a_value_is_needed_loads_but_does_not_run(state: dict[str, Any], name: str) -> None:
    more = ["N"] if state["Type"] == "Choice" else []
    definition = machine_of(state, *more)
    assert [item.code for item in problems(definition, "WARNING")] == ["MISSING_SUBSTITUTION"]
    found: Any = attrgetter(name)(parsed(definition).all_states["A"])
    run = found[0].condition if name == "choices" else found
    with pytest.raises(DefinitionError, match=r"pass substitutions=\{'[NTP]': ...\}"):
        run({}, None)


NO_VALUE = "has no value, and the definition cannot be run without it"
OUTSIDE = "write ${N} outside of quotes, within which it stays text"


@pytest.mark.parametrize(
    ("text", "given", "told"),
    [
        ('"${N}"', {}, f"6:14: state 'A': ${{N}} {NO_VALUE}; {OUTSIDE}, and pass substitutions={{'N': ...}}"),
        ('"${N}"', {"N": 5}, f"Expected value of type Integer\n  fix  {OUTSIDE}"),
        ("${N}", {"N": 5}, ""),
        ('"$.n"', {"N": 5}, "fix  a path goes into the field whose name ends in Path"),
    ],
)
def test_a_number_that_is_a_placeholder_is_told_with_its_place(text: str, given: dict[str, Any], told: str) -> None:
    lines = ["{", '"StartAt": "A",', '"Comment": "${N}",', '"States": {"A": {', '"Type": "Wait",', f'  "Seconds": {text},']
    definition = "\n".join([*lines, '"End": true}}}'])
    source = read_source(definition, substitutions=given)
    try:
        parse(source)
        found = "\n".join(source.notes)
    except DefinitionError as error:
        found = "\n".join(line for line in str(error).splitlines() if "|" not in line)
    assert told in found
    assert bool(told) == bool(found)


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ('"Type": "Pass", "End": "${N}"', "Expected value of type Boolean", f"{OUTSIDE}, and pass"),
        ('"Type": "Parallel", "Branches": "${N}", "End": true', "Expected value of type Array", f"{OUTSIDE}, and pass"),
        ('"Type": "Parallel", "Branches": [], "Catch": "${N}"', "Expected value of type Array", f"{OUTSIDE}, and pass"),
        ('"Type": "Pass", "Next": "${N}"', "Missing 'Next' target: ${N}", "pass"),
        ('"Type": "${N}", "End": true', "The field 'Type' should have", "pass"),
        ('"Type": "Pass", "InputPath": "${N}", "End": true', "Value must be a valid JSONPath", "pass"),
    ],
)
def test_a_placeholder_that_is_refused_says_how_to_fill_it(fields: str, message: str, hint: str) -> None:
    text = f'{{"StartAt": "A", "States": {{"A": {{{fields}}}, "B": {{"Type": "Succeed"}}}}}}'
    with pytest.raises(DefinitionError) as caught:
        parse(read_source(text))
    (hint_of_it,) = [each.hint for each in caught.value.diagnostics if each.message.startswith(message)]
    assert hint_of_it == f"${{N}} has no value; {hint} substitutions={{'N': ...}}"


def test_a_value_that_is_put_into_quotes_is_refused_with_what_to_write() -> None:
    text = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": "${N}"}}}'
    with pytest.raises(DefinitionError, match=r"fix  write \$\{N} outside of quotes, within which it stays text$"):
        parse(read_source(text, substitutions={"N": True}))


def test_the_placeholders_of_a_cached_definition_are_told_again() -> None:
    text = '{"StartAt": "A", "TimeoutSeconds": "${N}", "States": {"A": {"Type": "Succeed"}}}'
    told = []
    for _ in range(2):
        with pytest.warns(DefinitionWarning) as warned:
            load(text)
        told.append([str(each.message) for each in warned])
    assert told[0] == told[1]
    (told_of,) = told[0]
    assert told_of.startswith("<definition>:1:36: ${N} has no value")


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_a_retrier_falls_back_to_the_default() -> None:
    state = {"Type": "Task", "Resource": "${Fn}", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": "${N}"}], "End": True}
    read: Any = parsed(machine_of(state)).all_states["A"]
    assert (read.retry[0].max_attempts, read.resource.function_name) == (3, "Fn")


@pytest.mark.parametrize(
    "value",
    [{"Fn::GetAtt": ["Charge", "Arn"]}, {"Fn::GetAtt": "Charge.Arn"}, {"Fn::Sub": "${Charge.Arn}"}, {"Ref": "Charge.Arn"}],
)
def test_a_resource_written_as_in_a_template(value: Any) -> None:
    read: Any = parsed(machine_of({"Type": "Task", "Resource": value, "End": True})).all_states["A"]
    assert read.resource.text == "${Charge.Arn}"


# Odd input


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> dict[str, Any]:
        state: dict[str, Any] = {"Type": "Pass", "End": True}
        for level in range(depth):
            state = {"Type": "Parallel", "Branches": [{"StartAt": f"S{level}", "States": {f"S{level}": state}}], "End": True}
        return machine_of(state)

    assert len(parsed(nested(30)).all_states) == 31
    assert [item.code for item in problems(nested(40))] == ["TOO_DEEPLY_NESTED"]


def test_a_rule_nested_deep() -> None:
    def rule(depth: int) -> dict[str, Any]:
        inner: dict[str, Any] = {"Variable": "$.a", "IsNull": True}
        for _ in range(depth):
            inner = {"Not": inner}
        return machine_of({"Type": "Choice", "Choices": [inner | {"Next": "N"}]}, "N")

    read: Any = parsed(rule(50)).all_states["A"]
    assert read.choices[0].condition({"a": None}, None)
    assert [item.code for item in problems(rule(90))] == [SCHEMA]


def test_a_template_nested_deep_is_read_or_refused() -> None:
    value = json.loads("[" * 390 + "]" * 390)
    found = problems(machine_of({"Type": "Pass", "Parameters": value, "End": True}))
    assert [item.pointer for item in found] == ["/States/A/Parameters"] * len(found)


def test_a_state_whose_name_has_slashes_and_tildes() -> None:
    definition = {"StartAt": "a/b~c", "States": {"a/b~c": {"Type": "Pass", "End": 1}}}
    [problem] = problems(definition)
    assert (problem.state, problem.pointer) == ("a/b~c", "/States/a/b~c/End")
    definition["States"]["a/b~c"]["End"] = True  # type: ignore[index]
    assert parsed(definition).states.states["a/b~c"].pointer == "/States/a~1b~0c"


KITCHEN_SINK = {
    "StartAt": "Task",
    "TimeoutSeconds": 60,
    "States": {
        "Task": {
            "Type": "Task",
            "Resource": LAMBDA,
            "Parameters": {
                "FunctionName": "f",
                "Payload": {"a.$": "States.Format('{}', $.a)", "b": [{"c.$": "$$.Execution.Id"}]},
            },
            "ResultSelector": {"r.$": "$.Payload"},
            "ResultPath": "$.r",
            "TimeoutSecondsPath": "$.t",
            "Assign": {"v.$": "$.r"},
            "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.5}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Choice"}],
            "Next": "Map",
        },
        "Map": {
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": "{% $states.input.list %}",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Wait",
                "States": {"Wait": {"Type": "Wait", "Timestamp": "2016-03-14T01:59:00Z", "End": True}},
            },
            "Output": {"o": "{% $states.result %}"},
            "Next": "Choice",
        },
        "Choice": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [{"Variable": "$.a", "IsPresent": True}, {"Not": {"Variable": "$.a", "NumericEquals": 1}}],
                    "Next": "Fail",
                }
            ],
            "Default": "Parallel",
        },
        "Parallel": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "Result": 1, "End": True}}}],
            "End": True,
        },
        "Fail": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"},
    },
}
ODD_VALUES = (
    None,
    1,
    -1.5,
    True,
    "",
    "x",
    "$",
    "$.a[?(",
    "{% 1 %}",
    "{% ( %}",
    "${X}",
    "States.Format(",
    [],
    {},
    [1],
    [{}],
    {"Type": "Pass"},
    "States.ALL",
)


def mutate(value: Any, chance: random.Random) -> Any:
    """A copy of the value in which one part has been replaced, removed or renamed."""
    value = copy.deepcopy(value)
    holders: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            holders += [(holder, key) for key in keys]
            waiting += [holder[key] for key in keys]
    holder, key = chance.choice(holders)
    what = chance.choice(("replace", "replace", "remove", "rename"))
    if what == "replace" or isinstance(holder, list):
        holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    elif what == "remove":
        del holder[key]
    else:
        holder[f"{key}s"] = holder.pop(key)
    return value


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_a_mutated_definition_is_loaded_or_refused_with_a_place() -> None:
    assert problems(KITCHEN_SINK) == []
    outcomes = {True: 0, False: 0}
    for seed in range(500):
        source = source_of(json.dumps(mutate(KITCHEN_SINK, random.Random(seed)), indent=1))
        found = diagnose(source)
        assert all(item.location is not None for item in found)
        right = not any(item.severity == "ERROR" for item in found)
        outcomes[right] += 1
        try:
            parse(source)
        except DefinitionError as error:
            assert not right, seed
            assert len(error.diagnostics) == sum(item.severity == "ERROR" for item in found)
        else:
            assert right, seed
    assert min(outcomes.values()) > 50


def test_text_around_an_expression_is_warned_of():
    states = '{"A": {"Type": "Pass", "Output": "x {% $states.input %}", "End": true}}'
    text = f'{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {states}}}'
    parse(source := read_source(text))
    (note,) = source.notes
    message = "This is text, not an expression: an expression begins with {% and ends with %}, with nothing around"
    assert note == f"<definition>:1:89: state 'A': {message}"
