"""What a route asks of the input and of the answers of its tasks."""

import pytest

from pytest_sfn import load
from pytest_sfn.scenarios.flow import Flow
from pytest_sfn.scenarios.routes import Router
from tests.helpers import machine, task

END = {"Type": "Succeed"}


def asked(definition):
    """The input, and the results of tasks."""
    loaded = load(definition)
    flow = Flow(loaded, Router(loaded).route(0, 0))
    return flow.input.value(), {name: node.value() for name, node in flow.results.items()}


def reader(**paths):
    """A task that reads."""
    return {**task(), "Parameters": {f"{name}.$": path for name, path in paths.items()}}


@pytest.mark.parametrize(
    ("fields", "input", "result"),
    [
        ({}, "x", {"id": "x"}),
        ({"ResultPath": "$.done"}, {"id": "x"}, "x"),
        ({"ResultPath": None}, {"id": "x"}, "x"),
        ({"ResultSelector": {"id.$": "$.order.number"}}, "x", {"order": {"number": "x"}}),
        ({"OutputPath": "$.order"}, "x", {"order": {"id": "x"}}),
        ({"ResultSelector": {"id.$": "States.StringToJson($.Body)"}}, "x", {"Body": "{}"}),
    ],
)
def test_what_the_next_state_reads(fields, input, result):
    assert asked(machine(First=task(Next="Read", **fields), Read=reader(id="$.id"))) == (input, {"First": result, "Read": "x"})


def test_a_result_beside_the_input():
    first = task(Next="Read", ResultPath="$.first.result")
    found = asked(machine(First=first, Read=reader(a="$.first.result.a", b="$.b")))

    assert found == ({"b": "x"}, {"First": {"a": "x"}, "Read": "x"})


def test_a_choice_decides_what_a_task_answers():
    rule = {"Variable": "$.status", "StringEquals": "PAID", "Next": "End"}
    ask = {"Type": "Choice", "Choices": [rule], "Default": "Failed"}
    found = asked(machine(Pay=task(Next="Ask"), Ask=ask, End=END, Failed={"Type": "Fail"}))

    assert found == ("x", {"Pay": {"status": "PAID"}})


def test_a_pass_state_in_between():
    between = {"Type": "Pass", "Parameters": {"order": {"id.$": "$.number"}, "kind": "b"}, "Next": "Read"}
    found = asked(machine(First=task(Next="Pass"), Pass=between, Read=reader(id="$.order.id", kind="$.kind")))

    assert found == ("x", {"First": {"number": "x"}, "Read": "x"})


def test_a_text_that_is_taken_apart():
    split = {"Type": "Pass", "Parameters": {"kind.$": "States.ArrayGetItem(States.StringSplit($.key, '/'), 1)"}, "Next": "Ask"}
    rule = {"Variable": "$.kind", "StringEquals": "image", "Next": "End"}
    ask = {"Type": "Choice", "Choices": [rule], "Default": "Failed"}

    assert asked(machine(Split=split, Ask=ask, End=END, Failed={"Type": "Fail"}))[0] == {"key": "x/image"}


def test_items_of_a_map():
    inner = machine(Item={**reader(id="$.id", n="$$.Map.Item.Value.n"), "ResultPath": "$.done"})
    each = {"Type": "Map", "ItemsPath": "$.orders", "ItemProcessor": inner, "Next": "Read"}
    found = asked(machine(List=task(Next="Each"), Each=each, Read=reader(first="$[0].done.price")))

    assert found == ("x", {"List": {"orders": [{"id": "x", "n": "x"}]}, "Item": {"price": "x"}, "Read": "x"})


def test_an_item_selector():
    select = {"order.$": "$$.Map.Item.Value.number", "who.$": "$.user.name"}
    each = {
        "Type": "Map",
        "ItemsPath": "$.orders",
        "ItemSelector": select,
        "ItemProcessor": machine(Item=reader(a="$.order.a")),
    }

    assert asked(machine(Each=each))[0] == {"orders": [{"number": {"a": "x"}}], "user": {"name": "x"}}


def test_branches():
    branches = [machine(One=reader(a="$.a")), machine(Two=reader(b="$.b"))]
    both = {"Type": "Parallel", "Branches": branches, "Next": "Read"}
    found = asked(machine(Both=both, Read=reader(first="$[0].c")))

    assert found == ({"a": "x", "b": "x"}, {"One": {"c": "x"}, "Two": {"c": "x"}, "Read": "x"})


def test_variables():
    first = task(Next="Read", Assign={"order.$": "$.order"}, ResultPath=None)
    found = asked(machine(First=first, Read=reader(id="$order.id", who="$$.Execution.Input.user")))

    assert found == ({"user": "x"}, {"First": {"order": {"id": "x"}}, "Read": "x"})


def test_jsonata():
    call = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    first = {**call, "Assign": {"rate": "{% $states.result.rate %}"}, "Output": "{% $states.result.body %}", "Next": "Read"}
    read = {**call, "Arguments": {"id": "{% $states.input.id %}", "rate": "{% $rate.high %}"}, "End": True}
    found = asked({"QueryLanguage": "JSONata", "StartAt": "First", "States": {"First": first, "Read": read}})

    assert found == ("x", {"First": {"body": {"id": "x"}, "rate": {"high": "x"}}, "Read": "x"})


def test_what_a_map_selects_of_its_items_is_in_them():
    each = {"Type": "Map", "ItemsPath": "$.lines", "ItemSelector": {"sku.$": "$$.Map.Item.Value.sku"}}
    each["ItemProcessor"] = machine(Pick={"Type": "Pass"})

    assert asked(machine(Each=each))[0] == {"lines": [{"sku": "x"}]}
