"""Which mock answers, and what is said when none does."""

from types import SimpleNamespace

import pytest

from pytest_sfn.errors import MockError
from pytest_sfn.mocks.registry import Registry
from tests.mocks.asking import CHARGE, INVOKE, Request, ask


def error(registry: Registry, parameters=None, **fields) -> str:
    with pytest.raises(MockError) as caught:
        ask(registry, parameters, **fields)
    assert caught.value.state == fields.get("state", "Charge")
    return str(caught.value)


# -- names of functions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("registered", "asked", "answers"),
    [
        ("charge", CHARGE, True),
        ("charge", f"{CHARGE}:live", True),
        ("charge", f"{CHARGE}:$LATEST", True),
        ("charge", "arn:aws-cn:lambda:cn-north-1:999999999999:function:charge", True),
        ("charge", "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:charge", True),
        ("charge", "123456789012:function:charge", True),
        ("charge", "charge", True),
        ("charge:live", f"{CHARGE}:live", True),
        ("charge:live", CHARGE, False),
        ("charge:$LATEST", CHARGE, True),
        ("charge:$LATEST", f"{CHARGE}:live", False),
        (CHARGE, CHARGE, True),
        (CHARGE, f"{CHARGE}:live", True),
        (CHARGE, "charge", True),
        (CHARGE, "arn:aws:lambda:eu-west-1:123456789012:function:charge", False),
        ("123456789012:function:charge", CHARGE, True),
        ("999999999999:function:charge", CHARGE, False),
        ("function:charge", CHARGE, True),
        ("Charge", "${Charge}", True),
        ("${Charge}", "${Charge}", True),
        ("charge", CHARGE.replace("charge", "${charge}"), True),
        ("${charge}", CHARGE.replace("charge", "${charge}"), True),
        (CHARGE.replace("charge", "${charge}"), CHARGE.replace("charge", "${charge}"), True),
        ("charge", CHARGE.replace("charge", "${charge}:${alias}"), True),
        ("charge:alias", CHARGE.replace("charge", "${charge}:${alias}"), True),
        ("charge", CHARGE.replace("charge", "${stage}-charge"), False),
        ("charge", "arn:aws:lambda:us-east-1:123456789012:function:charge2", False),
    ],
)
def test_a_function_is_found_by_name_arn_or_partial_arn(registry, registered, asked, answers):
    registry.lambda_function(registered).returns(1)
    if answers:
        assert ask(registry, resource=asked) == ("ok", 1)
        assert ask(registry, {"FunctionName": asked}, resource=INVOKE)[1]["Payload"] == 1
    else:
        assert "no mock answers this task" in error(registry, resource=asked)


def test_the_qualifier_of_lambda_invoke_may_stand_beside_the_name(registry):
    registry.lambda_function("charge").returns("any")
    registry.lambda_function("charge:live").returns("live")
    asked = {"FunctionName": "charge", "Qualifier": "live"}, {"FunctionName": "charge", "Qualifier": "test"}
    assert [ask(registry, each, resource=INVOKE)[1]["Payload"] for each in asked] == ["live", "any"]


# -- order -------------------------------------------------------------------------------------------------------------

PAINT = "arn:aws:states:us-east-1:123456789012:activity:paint"
WIDENING = [
    lambda r: r.state("Charge").when(input={"n": 1}),
    lambda r: r.state("Charge"),
    lambda r: r.lambda_function(f"{CHARGE}:live").when(input={"n": 1}),
    lambda r: r.lambda_function(f"{CHARGE}:live"),
    lambda r: r.lambda_function(CHARGE),
    lambda r: r.lambda_function("123456789012:function:charge"),
    lambda r: r.lambda_function("charge:live"),
    lambda r: r.lambda_function("charge").when(item=1),
    lambda r: r.lambda_function("charge"),
    lambda r: r.resource(f"{CHARGE}:live"),
]


@pytest.mark.parametrize("first", range(len(WIDENING)))
def test_the_narrower_target_answers_whatever_the_order_of_registration(registry, first):
    for index in reversed(range(first, len(WIDENING))):
        WIDENING[index](registry).returns(index)
        assert ask(registry, {"n": 1}, resource=f"{CHARGE}:live", item=(1,)) == ("ok", index)
    for index in range(first, len(WIDENING)):
        WIDENING[index](registry).returns(index)
    assert ask(registry, {"n": 1}, resource=f"{CHARGE}:live", item=(1,)) == ("ok", first)


def test_a_target_without_answers_is_passed_over(registry):
    registry.state("Charge")
    registry.lambda_function("charge").when(item=5).returns(5)
    registry.resource(CHARGE).returns("resource")
    assert ask(registry) == ("ok", "resource")
    assert ask(registry, item=(5,)) == ("ok", 5)


@pytest.mark.parametrize(
    ("condition", "fields", "fits"),
    [
        ({"item": 1}, {"item": (1,)}, True),
        ({"item": 1}, {"item": (0, 1)}, True),
        ({"item": (0, 1)}, {"item": (0, 1)}, True),
        ({"item": (1, 1)}, {"item": (0, 1)}, False),
        ({"item": 0}, {"item": ()}, False),
        ({"execution": 2}, {"execution": 2}, True),
        ({"execution": 2}, {"execution": 1}, False),
        ({"execution": "run-2"}, {"execution": 2}, True),
        ({"input": {"a": {"b": 1}}}, {"parameters": {"a": {"b": 1, "c": 2}}}, True),
        ({"input": {"a": {"b": 1}}}, {"parameters": {"a": {"b": True}}}, False),
        ({"input": lambda value: value["a"] > 1}, {"parameters": {"a": 2}}, True),
        ({"input": lambda value: value["a"] > 1}, {"parameters": {"a": 1}}, False),
        ({"input": None}, {"parameters": None}, False),
        ({"input": 5}, {"parameters": 5}, True),
        ({"input": {"p": 1}}, {"parameters": {"FunctionName": "charge", "Payload": {"p": 1}}, "resource": INVOKE}, True),
    ],
)
def test_conditions_of_a_narrower_mock(registry, condition, fields, fits):
    registry.state("Charge", validate="none").returns("wide")
    registry.state("Charge").when(**condition).returns("narrow")
    assert ask(registry, **fields) == ("ok", "narrow" if fits else "wide")


def test_an_execution_itself_is_a_condition(registry):
    execution = SimpleNamespace(arn="arn:run-7")
    registry.lambda_function("charge", return_value=1).when(execution=execution).returns(2)
    assert (ask(registry, execution=7), ask(registry)) == (("ok", 2), ("ok", 1))


def test_a_predicate_may_not_change_the_input(registry):
    registry.state("Charge").when(input=lambda value: value.pop("a")).returns(1)
    sent = {"a": 1}
    assert ask(registry, sent) == ("ok", 1)
    assert sent == {"a": 1}


def test_the_same_conditions_are_the_same_mock_so_a_test_overrides_its_fixture(registry):
    mock = registry.state("Charge")
    assert (
        mock.when(input={"a": [1]}, item=2)
        is mock.when(item=(2,), input={"a": [1]})
        is mock.when(item=2).when(input={"a": [1]})
    )
    assert mock.when(input={"a": 1}) is not mock.when(input={"a": True})


@pytest.mark.parametrize(
    ("one", "other", "call"),
    [
        ({"input": {"a": 1}}, {"input": {"a": 1, "b": 2}}, {"parameters": {"a": 1, "b": 2}}),
        ({"item": 1}, {"item": 1, "input": {"a": 1}}, {"parameters": {"a": 1}, "item": (1,)}),
        ({"item": 1}, {"item": (0, 1)}, {"item": (0, 1)}),
        ({"execution": 1}, {"execution": 1, "item": 1}, {"item": (1,)}),
    ],
)
def test_the_narrowest_of_several_fitting_mocks_answers(registry, one, other, call):
    registry.state("Charge").when(**other).returns("narrowest")
    registry.state("Charge").when(**one).returns("narrow")
    assert ask(registry, **call) == ("ok", "narrowest")


def test_registering_between_calls_counts(registry):
    registry.resource(CHARGE).returns("resource")
    assert ask(registry) == ("ok", "resource")
    registry.lambda_function("charge").returns("function")
    assert ask(registry) == ("ok", "function")
    registry.lambda_function("charge").when(item=0).returns("item")
    assert (ask(registry, item=(0,)), ask(registry)) == (("ok", "item"), ("ok", "function"))


# -- explanations ------------------------------------------------------------------------------------------------------


def test_a_function_name_that_is_no_text_calls_no_function(registry):
    registry.lambda_function("charge").returns(1)
    assert "no mock answers" in error(registry, {"FunctionName": 5}, resource=INVOKE)
    registry.state("Charge").returns({"Payload": 1})
    assert ask(registry, {"FunctionName": 5}, resource=INVOKE) == ("ok", {"Payload": 1})


def test_repr_tells_the_use(registry):
    mock = registry.lambda_function("charge")
    assert repr(mock) == "<mock function:charge: has no answers yet>"
    script = mock.returns(1)
    assert repr(script) == "<script of <mock function:charge: not called yet>>"
    ask(registry)
    assert repr(mock) == "<mock function:charge: called once>"


# -- the end of a test -------------------------------------------------------------------------------------------------


def test_every_attempt_is_looked_up_once(registry):
    """The plan is kept: only narrowed mocks are asked again."""
    asked = []
    registry.lambda_function("charge").returns(1)
    registry.lambda_function("charge").when(input=asked.append).returns(2)
    request = Request({"n": 1})
    for _ in range(3):
        registry.answer(request)
    assert asked == [{"n": 1}] * 3
    assert len(registry._plans) == 1
