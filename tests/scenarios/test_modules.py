"""The text of test files."""

import ast
import warnings
from pathlib import Path

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.account.account import Account
from pytest_sfn.coverage.python_text import Keyword
from pytest_sfn.scenarios.modules import MachineUnderTest, conftest_text, fixture_of, module_of, unique_stem
from tests.helpers import machine, task

END = {"Type": "Succeed"}


def subject(definition, *loaded, title="Order of template.yaml"):
    return MachineUnderTest(load(definition), title, loaded or ("../template.yaml",), False, "order", "order_machine")


@pytest.mark.parametrize(
    ("titles", "stems", "fixtures"),
    [
        (["OrderStateMachine"], ["order"], ["order_machine"]),
        (["StateMachine", "machine"], ["machine", "machine_2"], ["machine", "machine_2_machine"]),
        (["Order", "order", "ORDER"], ["order", "order_2", "order_3"], ["order_machine", "order_2_machine", "order_3_machine"]),
        (["StateMachineOrder", "module.order_step_function"], ["order", "order_2"], ["order_machine", "order_2_machine"]),
        (
            ["reallyquitealongnameforastateStateMachine"],
            ["reallyquitealongnameforastate"],
            ["reallyquitealongnameforastate_machine"],
        ),
        (["TestOrders"], ["test_orders"], ["the_test_orders_machine"]),
        (["2fa"], ["2fa"], ["the_2fa_machine"]),
        (["取引", "../x", "²"], ["取引", "x", "2"], ["取引_machine", "x_machine", "the_2_machine"]),
    ],
)
def test_names(titles, stems, fixtures):
    taken = set()
    found = [unique_stem(title, taken) for title in titles]

    assert found == stems
    assert list(map(fixture_of, found)) == fixtures
    assert all(map(str.isidentifier, fixtures))


def test_a_module():
    pay = {**task("pay", Next="Ship"), "Parameters": {"id.$": "$.orderId"}}
    pay |= {"Retry": [{"ErrorEquals": ["Busy", "Slow"]}], "Catch": [{"ErrorEquals": ["Declined"], "Next": "End"}]}
    found = module_of(subject(machine(Pay=pay, Ship=task("ship", Next="End"), End=END)), Path())

    assert (found.tests, found.skipped, found.rest) == (3, {}, 0)
    assert (
        found.text
        == '''\
"""Tests of Order of template.yaml.

The values are made up: they are what the states read, so that each test takes the path
that it is named after. Put values of your own in their place.
"""

from unittest.mock import ANY

import pytest


def test_order_succeeds(sfn_mock, order_machine):
    sfn_mock.lambda_function("pay").returns({})
    sfn_mock.lambda_function("ship").returns({})

    execution = order_machine.run({"orderId": "order-1"})

    assert execution.succeeded
    assert execution.path == ["Pay", "Ship", "End"]
    assert execution.output == {}
    sfn_mock.lambda_function("pay").assert_called_once_with({"id": "order-1"})


@pytest.mark.parametrize("error", ["Busy", "Slow"])
def test_pay_retries_each_error(sfn_mock, order_machine, error):
    sfn_mock.lambda_function("pay").raises(error).returns({})
    execution = order_machine.run_state("Pay", {"orderId": "order-1"})
    assert execution.state("Pay").retries == 1
    assert execution.succeeded


def test_pay_catches_declined(sfn_mock, order_machine):
    sfn_mock.lambda_function("pay").raises("Declined")
    execution = order_machine.run_state("Pay", {"orderId": "order-1"})
    assert execution.state("Pay").caught
    assert execution.state("Pay").next == "End"
    assert execution.output == {"Error": "Declined", "Cause": ANY}
'''
    )


def test_a_machine_that_only_fails():
    found = module_of(subject(machine(Failed={"Type": "Fail", "Error": "No"})), Path())

    assert (
        'def test_order_fails(order_machine):\n    execution = order_machine.run()\n\n    assert execution.error == "No"\n'
        in (found.text)
    )


def test_what_has_to_be_filled_in_is_skipped_and_says_why():
    found = module_of(subject(machine(Read={"Type": "Pass", "Parameters": {"a.$": "$$.Nothing.here"}})), Path())

    assert list(found.skipped) == ["test_order_succeeds"]
    assert "# To be filled in: Read: States.Runtime: An error occurred" in found.text
    assert (
        '@pytest.mark.skip(reason="to be filled in: see the comment")\ndef test_order_succeeds(order_machine):\n' in found.text
    )


def test_error_paths_without_a_test():
    found = module_of(subject(machine(Work=task(Catch=[{"ErrorEquals": ["Lambda.Timeout"], "Next": "End"}]), End=END)), Path())

    assert found.rest == 1
    assert found.text.partition("\n\n# Error paths without a test:\n")[2].startswith("# Order of template.yaml: Work: ")


def test_a_conftest():
    loaded = ("../template.yaml", Keyword("logical_id", "Order"))
    found = conftest_text("template.yaml", [subject(machine(End=END), *loaded)])

    assert (
        found
        == '''\
"""State machines of template.yaml, for the tests in this folder."""

import pytest


@pytest.fixture
def order_machine(sfn_mock):
    """Order of template.yaml, with no mocks yet."""
    return sfn_mock.load("../template.yaml", logical_id="Order")
'''
    )


def texts_of(name):
    """The files for a machine that has a name wherever a name can be."""
    catch = [{"ErrorEquals": [name], "Next": "End"}, {"ErrorEquals": ["Lambda.Timeout"], "Next": "End"}]
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": name, "Next": "End"}], "Default": "End"}
    call = task("f", Catch=catch, Parameters={name: name, f"{name}2.$": "$.x"}, Next="Ask")
    unknown = {"Type": "Pass", "Parameters": {"a.$": f"$$['{name}']"}}
    states = {f"{name} call": call, "Ask": ask | {"Default": f"{name} unknown"}, f"{name} unknown": unknown, "End": END}
    tested = subject(machine(**states), f"../{name}", Keyword("substitutions", {name: name}), title=name)
    return [conftest_text(name, [tested]), module_of(tested, Path()).text]


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''", "\\", '\\"', '\\\\"""'])
@pytest.mark.parametrize("end", ["\n\r\f\x85\u2028", ""])
def test_names_of_machines_do_no_harm(quote, end):
    name = f"a{quote}{end}harm(){end}raise SystemExit{end}{quote}{{}}#"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [ast.parse(text) for text in texts_of(name)]

    for module, plain in zip(found, [ast.parse(text) for text in texts_of("plain")], strict=True):
        assert [type(each) for each in module.body] == [type(each) for each in plain.body]
        assert isinstance(module.body[0].value, ast.Constant)
        assert {type(each) for each in module.body[1:]} <= {ast.Import, ast.ImportFrom, ast.FunctionDef}
        inside = [each for function in module.body if isinstance(function, ast.FunctionDef) for each in function.body]
        assert {type(each) for each in inside} <= {ast.Expr, ast.Assign, ast.Assert, ast.Return}
        assert not {"harm", "SystemExit"} & {each.id for each in ast.walk(module) if isinstance(each, ast.Name)}


def test_a_mock_that_is_asked_more_than_once():
    each = {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": machine(Pick=task("pick"))}
    lines = {"Type": "Pass", "Result": {"lines": [{"n": 1}, {"n": 2}]}, "Next": "Each"}
    text = module_of(subject(machine(Lines=lines, Each=each)), Path()).text

    expected = """\
    assert [call.input for call in sfn_mock.lambda_function("pick").calls] == [
        {"n": 1},
        {"n": 2},
    ]
"""
    assert expected in text


@pytest.mark.parametrize(("seconds", "shown"), [(1, "seconds=1"), (90, "seconds=90"), (7200, "hours=2"), (86400, "days=1")])
def test_time_that_passes(seconds, shown):
    text = module_of(subject(machine(Wait={"Type": "Wait", "Seconds": seconds})), Path()).text

    assert "from datetime import timedelta\n" in text
    assert f"    assert execution.elapsed == timedelta({shown})\n" in text


def test_errors_that_share_a_test_share_its_output():
    work = task(Catch=[{"ErrorEquals": ["A", "B"], "ResultPath": "$.error", "Next": "End"}], Next="End")
    text = module_of(subject(machine(Work=work, End=END)), Path()).text

    assert '    assert execution.output == {"error": {"Error": error, "Cause": ANY}}\n' in text


def test_every_account_is_closed(monkeypatch):
    opened, released = [], []
    make, release = SfnMock.__init__, Account.release
    monkeypatch.setattr(SfnMock, "__init__", lambda self, **named: (make(self, **named), opened.append(self._account))[0])
    monkeypatch.setattr(Account, "release", lambda self: (release(self), released.append(self))[0])
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "b", "Next": "End"}], "Default": "Work"}
    module_of(subject(machine(Ask=ask, Work=task(Catch=[{"ErrorEquals": ["A"], "Next": "End"}]), End=END)), Path())

    assert len(opened) > 5
    assert set(map(id, opened)) == set(map(id, released))
