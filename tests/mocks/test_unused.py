"""Mocks that nothing called, and those that nothing could ever have called."""

from inspect import currentframe

import pytest

from pytest_sfn import SfnAws, SfnMock, load
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.registry import Registry
from pytest_sfn.mocks.unused import impossible, uncallable, unused
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM, ask


def machine(**tasks):
    """A state machine with these Task states inside a Map, one after the other, and a Pass state `Done`."""
    names = [*tasks, "Done"]
    states = {
        name: {"Type": "Task", "Next": after, **task} for (name, task), after in zip(tasks.items(), names[1:], strict=True)
    }
    inside = {"StartAt": names[0], "States": {**states, "Done": {"Type": "Pass", "End": True}}}
    return load({"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": inside, "End": True}}})


COMPUTED = {"Resource": INVOKE, "Parameters": {"FunctionName.$": "$.f"}}


MACHINE = machine(
    Charge={"Resource": CHARGE},
    Save={"Resource": PUT_ITEM, "Parameters": {"TableName": "t", "Item": {}}},
    Refund={"Resource": INVOKE, "Parameters": {"FunctionName": "refund", "Payload.$": "$"}},
    Notify={"Resource": INVOKE, "QueryLanguage": "JSONata", "Arguments": {"FunctionName": "notify", "Qualifier": "live"}},
)


@pytest.mark.parametrize(
    ("register", "problem"),
    [
        (lambda r: r.lambda_function("charge"), None),
        (lambda r: r.lambda_function("refund:$LATEST"), None),
        (lambda r: r.lambda_function("notify:live"), None),
        (lambda r: r.lambda_function("refnud"), "function:refnud: no state calls this function; did you mean 'refund'?"),
        (
            lambda r: r.lambda_function("charge:live"),
            f"function:charge:live: no state calls this function; it is called as '{CHARGE}'",
        ),
        (lambda r: r.state("Charge"), None),
        (lambda r: r.state("charge"), "state:charge: no machine has this state; did you mean 'Charge'?"),
        (lambda r: r.state("Nonsense"), "state:Nonsense: no machine has this state"),
        (lambda r: r.state("Done"), "state:Done: this is a Pass state, which calls nothing"),
        (lambda r: r.resource(PUT_ITEM), None),
        (
            lambda r: r.resource("dynamodb:getItem"),
            "resource:dynamodb:getItem: no state has this Resource; did you mean 'dynamodb:putItem'?",
        ),
    ],
)
def test_a_mock_that_no_machine_could_call(registry, register, problem):
    register(registry)
    made = f" (made at tests/mocks/test_unused.py:{currentframe().f_lineno - 1})"
    found = impossible(registry, [MACHINE])
    expected = problem and (
        f"mock {problem.replace(': ', ' was never called: ', 1)}{made}\n"
        "  see  pytest-sfn docs mocks#unused-mocks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#unused-mocks)"
    )
    assert (str(found) if found else None) == expected
    assert impossible(registry, []) is None


def test_a_computed_function_name_may_be_any(registry):
    registry.lambda_function("nonsense")
    assert impossible(registry, [MACHINE]) is not None
    assert impossible(registry, [MACHINE, machine(A=COMPUTED)]) is None
    jsonata = {"Resource": INVOKE, "QueryLanguage": "JSONata", "Arguments": {"FunctionName": "{% 'x' %}"}}
    assert impossible(registry, [machine(A=jsonata)]) is None


def test_unused_mocks_are_errors_only_where_somebody_says_so(registry):
    registry.lambda_function("used").returns(1)
    registry.lambda_function("unused").returns(1)
    registry.lambda_function("unused").when(item=1).returns(1)
    made = f" (made at tests/mocks/test_unused.py:{currentframe().f_lineno - 1})"
    registry.lambda_function("optional", strict=False).returns(1)
    registry.lambda_function("looked-at")
    ask(registry, resource="used")
    assert str(unused(registry)) == (
        f"2 mocks were never called: function:unused, function:unused when item=1\n"
        f"  function:unused\n  function:unused when item=1{made}\n"
        "  fix  remove what the test does not need, or pass strict=False for a mock that may stay unused\n"
        "  see  pytest-sfn docs mocks#unused-mocks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#unused-mocks)"
    )
    assert unused(registry, strict=False) is None
    registry.lambda_function("needed", strict=True).returns(1)
    assert unused(registry, strict=False).candidates == ("function:needed",)


def test_place_is_the_line_of_the_test_that_made_the_mock():
    account = SfnMock()
    for register in (
        lambda: account.lambda_function("f"),
        lambda: account.state("S").when(item=1),
        lambda: account.resource("sns:publish"),
        lambda: account.activity("a"),
        lambda: account.http("https://example.com/"),
        lambda: account.http("https://example.com/").when(query={"a": "b"}),
    ):
        mock = register()
        mock.returns({})
        place = f"tests/mocks/test_unused.py:{register.__code__.co_firstlineno}"
        text = str(unused(account_of(account).registry))
        assert any(f"{mock.label}{said} (made at {place})\n" in text for said in ("", " was never called"))


def test_check_raises_what_is_wrong_at_the_end():
    registry = Registry(machines=lambda: [MACHINE])
    registry.lambda_function("charge").returns(1)
    registry.check()
    with pytest.raises(MockError, match=r"^mock function:charge was never called\n"):
        registry.check(strict=True)
    registry.lambda_function("nonsense")
    with pytest.raises(MockError, match=r"^mock function:nonsense was never called: no state calls this function"):
        registry.check()


def test_where_invoke_is_answered_only_a_slip_is_impossible():
    """A client of boto3, a rule or a schedule may call any function there."""
    registry = Registry(invocable=True)
    registry.lambda_function("audit")
    assert impossible(registry, [MACHINE]) is None
    registry.lambda_function("refnud")
    assert impossible(registry, [MACHINE]).candidates == ("function:refnud",)
    registry.lambda_function("refund").returns(1)
    assert impossible(registry, [MACHINE]) is None, "nothing is left that it may be a slip for"


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Handler: app.handler, CodeUri: code}}
Resources:
  ExtractFunction: {Type: AWS::Serverless::Function}
  EnrichFunction: {Type: AWS::Serverless::Function}
  EnrichAllFunction: {Type: AWS::Serverless::Function}
  NotifyFunction: {Type: AWS::Serverless::Function}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Extract
        States:
          Extract: {Type: Task, Resource: !GetAtt ExtractFunction.Arn, Next: Enrich}
          Enrich: {Type: Task, Resource: !GetAtt EnrichFunction.Arn, End: true}
"""


@pytest.mark.parametrize(
    ("name", "meant", "certain"),
    [
        ("ExtractFuncton", "did you mean 'ExtractFunction'?", True),  # that the nearest of two is meant
        ("enrichfunction", "did you mean 'EnrichFunction'?", True),
        ("NotifyFuncton", "did you mean 'NotifyFunction'?", True),  # which rules and clients may call
        ("Enrich", "did you mean 'EnrichFunction' or 'EnrichAllFunction'?", False),
        ("EnrichAllFunction", "no state calls this function", False),  # whose name is right
        ("Audit", "no state calls this function", False),
    ],
)
def test_functions_that_their_own_code_answers_may_be_meant(tmp_path, name, meant, certain):
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
    with SfnAws() as account:
        machine = account.load(tmp_path / "template.yaml")
        account.use_handlers()
        account.lambda_function(name).raises("Boom")
        assert machine.run().succeeded
        registry = account_of(account).registry
        assert uncallable(registry).partition(" (made at ")[0].endswith(meant)
        error = impossible(registry)
        assert (meant in str(error)) if certain else error is None
        assert meant in str(unused(registry))
        registry.functions.clear()


@pytest.mark.parametrize(
    ("register", "near"),
    [
        (lambda r, name: r.lambda_function(name).returns(1), ("refnud", "refund")),
        (lambda r, name: r.state(name), ("charge", "Charge")),
        (lambda r, name: r.resource(name), ("dynamodb:getItem", PUT_ITEM)),
    ],
)
def test_what_has_a_mock_of_its_own_was_not_meant(registry, register, near):
    register(registry, near[0])
    assert "did you mean" in str(impossible(registry, [MACHINE]))
    register(registry, near[1])
    assert "did you mean" not in str(impossible(registry, [MACHINE]))


def test_a_definition_that_teststate_was_given_counts():
    task = {"Type": "Task", "Resource": CHARGE}
    given = load({"StartAt": "Charge", "States": {"Charge": {**task, "Next": "Refund"}, "Refund": {**task, "End": True}}})
    with SfnMock() as account:
        account.load({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
        account.state("Charge").returns(1)
        account.state("Refund").returns(2)
        assert account.test_state(given, "Charge").output == 1
