"""Values that states ask for."""

from types import SimpleNamespace

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.coverage.samples import Needs
from tests.helpers import machine, task


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, {}),
        ({"Parameters": {"id.$": "$.order.id", "all.$": "$", "literal": "$.no"}}, {"order": {"id": "x"}}),
        ({"InputPath": "$.order", "Parameters": {"id.$": "$.id"}}, {"order": {"id": "x"}}),
        ({"ItemsPath": "$.orders"}, {"orders": []}),
        ({"Parameters": {"n.$": "States.MathAdd($.n, 1)", "t.$": "$.lines[2].text"}}, {"n": 1, "lines": [{"text": "x"}] * 3}),
        ({"TimeoutSecondsPath": "$.limit", "ResultPath": "$.result", "OutputPath": "$.result.id"}, {"limit": 1}),
        ({"Parameters": {"who.$": "$$.Execution.Input.user", "now.$": "$$.State.EnteredTime"}}, {"user": "x"}),
        ({"Parameters": {"a-b.$": "$.a-b", "c.$": "$['d e']"}}, {"a-b": "x", "d e": "x"}),
    ],
)
def test_an_input_has_what_paths_ask_for(state, expected):
    assert Needs.of_state(state, jsonata=False).sample() == expected


def test_parameters_of_a_wrong_type_are_asked_for_as_they_are():
    put = SimpleNamespace(resource=parse_resource("arn:aws:states:::aws-sdk:dynamodb:putItem"))
    written = {"Parameters": {"TableName": [{"a.$": "$.b"}], "Item": {"S.$": "$.c"}, "ReturnValues.$": "$.d"}}

    assert Needs.of_state(written, jsonata=False, task=put).sample() == {"b": "x", "c": {}, "d": "x"}


def test_jsonata_and_variables():
    written = {
        "Arguments": {
            "id": "{% $states.input.order.id %}",
            "sum": "{% $states.input.price * 2 %}",
            "names": "{% $map($states.input.people, function($each) { $each.name }) %}",
            "rate": "{% ($local := 1; $rate.high + $local) %}",
        },
        "Output": "{% $states.result.total %}",
    }
    needs = Needs.of_state(written, jsonata=True)

    assert needs.sample() == {"order": {"id": "x"}, "price": 1, "people": []}
    assert needs.sample_variables() == {"rate": {"high": 1}}
    assert needs.result.value() == {"total": "x"}


def test_objects_that_jsonata_makes_of_items():
    written = {"Output": "{% $states.result.Items.{'id': id.S, 'n': $number(n.N), 'new': true} %}"}

    assert Needs.of_state(written, jsonata=True).result.value() == {"Items": [{"id": {"S": "x"}, "n": {"N": "1"}}]}


def test_a_number_of_dynamodb_is_a_text():
    put = SimpleNamespace(resource=parse_resource("arn:aws:states:::dynamodb:putItem"))
    written = {"Parameters": {"TableName": "t", "Item": {"total": {"N.$": "$.total"}, "name": {"S.$": "$.name"}}}}

    assert Needs.of_state(written, jsonata=False, task=put).sample() == {"total": "1", "name": "x"}


def test_items_have_what_all_states_inside_ask_for():
    inner = {**task(), "Parameters": {"id.$": "$.id", "n.$": "$$.Map.Item.Value.n"}}
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.kind", "StringEquals": "new", "Next": "Item"}], "Default": "Item"}
    written = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(Ask=choice, Item=inner)}
    needs = Needs.of_body(written, jsonata=False, tasks={})

    assert needs.sample(items=True)["items"] == [{"items": [], "kind": "new", "id": "x", "n": "x"}]
