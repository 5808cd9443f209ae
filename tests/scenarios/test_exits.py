"""Values for which each way out of a Choice state is taken."""

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.scenarios.exits import Search, _Finder, exits

OTHER = {"Type": "Succeed"}


def found(choices, default="Other", **fields):
    """The values of each way out, by the index of its rule."""
    choice = {"Type": "Choice", "Choices": [{"Next": "Other", **each} for each in choices], "Default": default, **fields}
    loaded = load({"StartAt": "Ask", "States": {"Ask": choice, "Other": OTHER}})
    return {each.rule: each.values for each in exits(loaded.states["Ask"], choice, Search())}


def at(*steps):
    return ("", steps)


def test_each_rule_and_the_default():
    status = [{"Variable": "$.status", "StringEquals": name} for name in ("NEW", "OLD")]

    assert found(status) == {0: {at("status"): "NEW"}, 1: {at("status"): "OLD"}, None: {at("status"): "OTHER"}}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.n", "NumericGreaterThan": 5}, {at("n"): 6}),
        ({"Variable": "$.n", "NumericLessThan": 5}, {at("n"): 4}),
        ({"Variable": "$.yes", "BooleanEquals": False}, {at("yes"): False}),
        ({"Variable": "$.name", "StringMatches": "*.jpg"}, {at("name"): "x.jpg"}),
        ({"Variable": "$.a", "IsPresent": False}, {}),
        ({"Variable": "$.a.b", "IsNull": True}, {at("a", "b"): None}),
        ({"Not": {"Variable": "$.s", "StringEquals": "NO"}}, {at("s"): "OTHER"}),
        (
            {"And": [{"Variable": "$.n", "NumericGreaterThan": 3}, {"Variable": "$.n", "NumericLessThan": 6}]},
            {at("n"): 4},
        ),
        ({"Variable": "$.n", "NumericLessThanPath": "$.most"}, {at("n"): 1, at("most"): 2}),
        ({"Variable": "$.at", "TimestampGreaterThan": "2030-01-01T00:00:00Z"}, {at("at"): "2100-01-01T00:00:00Z"}),
        ({"Variable": "$$.Execution.Input.kind", "StringEquals": "a"}, {("execution", ("kind",)): "a"}),
        ({"Variable": "$kind", "StringEquals": "a"}, {("kind", ()): "a"}),
    ],
)
def test_a_rule(rule, expected):
    assert found([rule])[0] == expected


def test_values_are_below_the_input_path():
    assert found([{"Variable": "$.s", "StringEquals": "a"}], InputPath="$.order")[0] == {at("order", "s"): "a"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("$states.input.status = 'done'", {at("status"): "done"}),
        ("$states.input.n > 7 and $states.input.n < 9", {at("n"): 8}),
        ("$count($states.input.items) > 2", {at("items"): ["x"] * 3}),
        ("$not($exists($states.input.error))", {}),
        ("$left in ['a', 'b']", {("left", ()): "a"}),
        ("$states.context.Execution.Input.ready", {("execution", ("ready",)): True}),
    ],
)
def test_jsonata(condition, expected):
    assert found([{"Condition": f"{{% {condition} %}}"}], QueryLanguage="JSONata")[0] == expected


def test_a_way_that_nothing_takes():
    never = {"And": [{"Variable": "$.a", "StringEquals": "a"}, {"Variable": "$.a", "StringEquals": "b"}]}

    assert found([never])[0] is None


def test_the_engine_agrees():
    rules = [{"Variable": "$.n", "NumericGreaterThan": 5}, {"Variable": "$.name", "StringMatches": "a*c"}]
    states = {"High": OTHER, "Named": OTHER, "Rest": OTHER}
    choice = {"Type": "Choice", "Choices": [{**rules[0], "Next": "High"}, {**rules[1], "Next": "Named"}], "Default": "Rest"}
    loaded = load({"StartAt": "Ask", "States": {"Ask": choice, **states}})
    with SfnMock() as sfn_mock:
        machine = sfn_mock.load(loaded)
        for way in exits(loaded.states["Ask"], choice, Search()):
            given = {steps[0]: value for (_, steps), value in way.values.items()}
            assert machine.run(given).path == ["Ask", way.target]


@pytest.mark.parametrize(("most", "found"), [({"tries": 3}, [True, False, False, False]), ({"seconds": 0}, [False] * 4)])
def test_the_search_ends_for_all_exits_together(most, found):
    names = [{"Variable": "$.a", "StringEquals": "a", "Next": "End"} for _ in range(3)]
    choice = {"Type": "Choice", "Choices": names, "Default": "End"}
    ask = load({"StartAt": "Ask", "States": {"Ask": choice, "End": OTHER}}).states["Ask"]

    assert [each.values is not None for each in exits(ask, choice, Search(**most))] == found


def test_a_search_that_has_ended_reads_no_rules():
    """Of 5,000 rules each reads all before it."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "a", "Next": "End"}], "Default": "End"}
    ask = load({"StartAt": "Ask", "States": {"Ask": choice, "End": OTHER}}).states["Ask"]
    finder = _Finder(ask, choice, Search(tries=0))
    finder.rules = []

    assert finder.values(0) is None
