"""Tests of Choice states."""

import pytest

from pytest_sfn import load
from pytest_sfn.scenarios.choices import choice_tests
from pytest_sfn.scenarios.routes import Router
from tests.helpers import machine

END = {"Type": "Succeed"}


def codes(definition):
    loaded = load(definition)
    return dict(choice_tests(loaded, Router(loaded), "order_machine"))


def choice(*rules, default="End", **fields):
    return {"Type": "Choice", "Choices": list(rules), "Default": default, **fields}


def test_an_input_for_each_way_out():
    rules = [{"Variable": "$.status", "StringEquals": each, "Next": "Paid"} for each in ("PAID", "FREE")]

    assert codes(machine(**{"Is paid?": choice(*rules)}, Paid=END, End=END)) == {
        "test_is_paid_follows_each_rule": """\
@pytest.mark.parametrize(
    ("data", "chosen"),
    [
        ({"status": "PAID"}, "Paid"),
        ({"status": "FREE"}, "Paid"),
        ({"status": "OTHER"}, "End"),
    ],
)
def test_is_paid_follows_each_rule(order_machine, data, chosen):
    execution = order_machine.run_state("Is paid?", data)
    assert execution.state("Is paid?").next == chosen
"""
    }


def test_variables_have_a_column():
    rule = {"Variable": "$kind", "StringEquals": "a", "Next": "Big"}
    (code,) = codes(machine(Ask=choice(rule), Big=END, End=END)).values()

    assert '    ("data", "variables", "chosen"),\n    [({}, {"kind": "a"}, "Big"), ({}, {"kind": "other"}, "End")],\n' in code
    assert 'run_state("Ask", data, variables=variables)' in code


def test_states_with_names_that_are_alike_have_tests_of_their_own():
    rule = {"Variable": "$.a", "IsPresent": True, "Next": "End"}

    assert [*codes(machine(**{"A b": choice(rule, default="a_b"), "a_b": choice(rule, default="Big")}, Big=END, End=END))] == [
        "test_a_b_follows_each_rule",
        "test_a_b_follows_each_rule_2",
    ]


@pytest.mark.parametrize(("path", "target"), [("$$.Execution.Input.a", "Big"), ("$.a", "End")])
def test_nothing_where_only_one_target_is_known(path, target):
    rule = {"Variable": path, "StringEquals": "a", "Next": target}

    assert codes(machine(Ask=choice(rule), Big=END, End=END) if target == "Big" else machine(Ask=choice(rule), End=END)) == {}
