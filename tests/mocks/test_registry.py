"""Which mock answers, and what is said when none does."""

from types import SimpleNamespace

import pytest

from pytest_sfn import load
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.registry import Registry
from pytest_sfn.mocks.unused import impossible, unused
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM, Request, ask


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


@pytest.mark.parametrize(
    "name", ["charge", "function:charge", "charge:live", CHARGE, f"{CHARGE}:live", "123456789012:function:charge"]
)
def test_the_same_target_is_the_same_mock(registry, name):
    assert registry.lambda_function(name) is registry.lambda_function(name)
    assert registry.state(name) is registry.state(name) is not registry.lambda_function(name)


def test_two_ways_to_write_a_target(registry):
    assert registry.lambda_function("function:charge") is registry.lambda_function("charge")
    assert registry.resource("dynamodb:putItem") is registry.resource(PUT_ITEM)
    assert registry.lambda_function(CHARGE) is not registry.lambda_function("charge")


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda r: r.lambda_function(""), "lambda_function(''): this is not a Lambda function"),
        (lambda r: r.lambda_function(5), "lambda_function(5): this is not a Lambda function"),
        (lambda r: r.lambda_function(INVOKE), f'mocked with resource("{INVOKE}")'),
        (lambda r: r.state(None), "state(None): this is not the name of a state"),
        (lambda r: r.resource(""), "resource(''): this is not a Resource"),
        (lambda r: r.state("A").when(), "state:A.when(): it names no condition"),
        (lambda r: r.state("A").when(item=-1), "got item=-1"),
        (lambda r: r.state("A").when(item=True), "got item=True"),
        (lambda r: r.state("A").when(item=()), "got item=()"),
        (lambda r: r.state("A").when(execution=0), "executions are numbered from 1"),
        (lambda r: r.state("A").when(item=1).when(item=2), "item is there already"),
    ],
)
def test_what_is_no_target(registry, register, message):
    with pytest.raises(MockError) as caught:
        register(registry)
    assert message in str(caught.value)


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


def test_two_equally_narrow_mocks_are_ambiguous(registry):
    registry.state("Charge").when(item=1).returns(1)
    registry.state("Charge").when(input={"a": 1}).returns(2)
    assert error(registry, {"a": 1, "b": 2}, item=(1,)) == (
        "orders.asl.json:42:7: state 'Charge': ambiguous, more than one mock answers this task\n"
        f"  resource  {CHARGE}    attempt 1, item 1, t=+00:00:00\n"
        '  input     {"a": 1, "b": 2}\n'
        "  mocks     state:Charge when item=1\n"
        '            state:Charge when input={"a": 1}\n'
        "  fix       make one of them narrower than the others, with all their conditions and one more\n"
        "  see       docs/mocks.md#ambiguous-mocks"
    )


def test_a_predicate_that_raises_is_an_error_of_the_test(registry):
    registry.state("Charge").when(input=lambda value: value["x"]).returns(1)
    assert "<lambda>: the predicate raised KeyError: 'x'\n  input  {}" in error(registry, {})


def test_registering_between_calls_counts(registry):
    registry.resource(CHARGE).returns("resource")
    assert ask(registry) == ("ok", "resource")
    registry.lambda_function("charge").returns("function")
    assert ask(registry) == ("ok", "function")
    registry.lambda_function("charge").when(item=0).returns("item")
    assert (ask(registry, item=(0,)), ask(registry)) == (("ok", "item"), ("ok", "function"))


# -- explanations ------------------------------------------------------------------------------------------------------


def test_nobody_answers(registry):
    registry.lambda_function("refund").returns(1)
    assert error(registry, {"orderId": 7}, attempt=3, time=7_000_000) == (
        "orders.asl.json:42:7: state 'Charge': no mock answers this task\n"
        f"  resource  {CHARGE}    attempt 3, t=+00:00:07\n"
        '  input     {"orderId": 7}\n'
        "  mocks     function:refund  not called yet\n"
        '  fix       sfn_mock.lambda_function("charge").returns(...)\n'
        "  see       docs/mocks.md#which-mock-answers"
    )


def test_the_answers_are_used_up(registry):
    registry.lambda_function("refund").returns(1)
    registry.lambda_function("charge").raises("E").returns(1, times=1)
    ask(registry), ask(registry)
    assert error(registry, {"orderId": 7}, attempt=3, time=7_000_000) == (
        "orders.asl.json:42:7: state 'Charge': no mock answers this task: all answers of function:charge are used\n"
        f"  resource  {CHARGE}    attempt 3, t=+00:00:07\n"
        '  input     {"orderId": 7}\n'
        "  mocks     function:charge  used 2 of 2 answers\n"
        "            function:refund  not called yet\n"
        "  fix       add a third answer to function:charge, or let the last one repeat\n"
        "  see       docs/mocks.md#repeating-the-last-answer"
    )


def test_without_a_file_the_machine_is_named_and_long_inputs_are_cut(registry):
    text = error(registry, {"text": "x" * 1000}, where=None)
    assert text.startswith("machine 'Orders': state 'Charge': ")
    assert "  mocks     none\n" in text
    assert max(map(len, text.splitlines())) < 220


@pytest.mark.parametrize(
    ("register", "fields", "expected"),
    [
        (lambda r: r.lambda_function("chrage").returns(1), {}, "did you mean 'charge' instead of 'chrage'?"),
        (lambda r: r.lambda_function("CHARGE").returns(1), {}, "did you mean 'charge' instead of 'CHARGE'?"),
        (lambda r: r.state("Chargee").returns(1), {}, "did you mean 'Charge' instead of 'Chargee'?"),
        (
            lambda r: r.lambda_function("charge:live").returns(1),
            {},
            f"did you mean '{CHARGE}' instead of function:charge:live?",
        ),
        (
            lambda r: r.resource("dynamodb:getItem").returns(1),
            {"resource": PUT_ITEM},
            "did you mean 'dynamodb:putItem' instead of 'dynamodb:getItem'?",
        ),
        (
            lambda r: r.activity("pant").returns(1),
            {"resource": PAINT},
            "did you mean 'activity:paint' instead of 'activity:pant'?",
        ),
        (
            lambda r: None,
            {"resource": "lambda:invoke"},
            "or correct the Resource: did you mean arn:aws:states:::lambda:invoke?",
        ),
        (
            lambda r: None,
            {"resource": "arn:aws:states:::foo:bar"},
            "or correct the Resource: no optimized integration named foo",
        ),
        (lambda r: None, {"resource": "arn:aws:sqs:::send"}, "or correct the Resource: it names no function, integration or"),
        (lambda r: None, {"resource": PAINT}, 'fix       sfn_mock.activity("paint").returns(...)'),
        (lambda r: r.lambda_function("charge"), {}, "function:charge has no answers yet; add some: sfn_mock.lambda_function"),
        (
            lambda r: None,
            {"resource": PUT_ITEM},
            f'sfn_mock.state("Charge").returns(...) or sfn_mock.resource("{PUT_ITEM}").returns(...)',
        ),
        (
            lambda r: r.state("Charge").when(item=1).returns(1),
            {"item": (0,)},
            "state:Charge when item=1 does not fit: this is item 0",
        ),
        (lambda r: r.state("Charge").when(item=1).returns(1), {}, "does not fit: this is not inside a Map"),
        (lambda r: r.state("Charge").when(execution=2).returns(1), {}, "does not fit: this is execution 'run-1', number 1"),
        (lambda r: r.state("Charge").when(input=bool).returns(1), {}, "when input=bool does not fit: the predicate says no"),
        (
            lambda r: r.state("Charge").when(input={"order": {"id": 1}}).returns(1),
            {"parameters": {"order": {"id": 2}}},
            "does not fit: $.order.id is 2",
        ),
        (
            lambda r: r.state("Charge").when(input={"orderId": 1}).returns(1),
            {"parameters": {"orderID": 1}},
            "does not fit: there is no $.orderId; did you mean 'orderID'?",
        ),
    ],
)
def test_near_misses_are_named(registry, register, fields, expected):
    register(registry)
    assert expected in error(registry, **fields)


def test_a_mock_that_was_called_is_no_slip(registry):
    get_item = PUT_ITEM.replace("put", "get")
    registry.resource(get_item).returns({})
    assert "did you mean" in error(registry, resource=PUT_ITEM)
    ask(registry, {"TableName": "t", "Key": {}}, resource=get_item)
    assert "did you mean" not in error(registry, resource=PUT_ITEM)


def test_a_function_name_that_is_no_text_calls_no_function(registry):
    registry.lambda_function("charge").returns(1)
    assert "no mock answers" in error(registry, {"FunctionName": 5}, resource=INVOKE)
    registry.state("Charge").returns({"Payload": 1})
    assert ask(registry, {"FunctionName": 5}, resource=INVOKE) == ("ok", {"Payload": 1})


def test_secrets_are_hidden_in_messages():
    registry = Registry(redact=lambda value: {**value, "card": "***"})
    registry.state("Charge").when(input={"card": "4112"}).returns(1)
    text = error(registry, {"card": "4111"})
    assert '"card": "***"' in text
    assert "4111" not in text


def test_many_mocks_are_cut(registry):
    for n in range(20):
        registry.lambda_function(f"other{n}")
    assert "            and 8 more\n" in error(registry)


def test_repr_tells_the_use(registry):
    mock = registry.lambda_function("charge")
    assert repr(mock) == "<mock function:charge: has no answers yet>"
    script = mock.returns(1)
    assert repr(script) == "<script of <mock function:charge: not called yet>>"
    ask(registry)
    assert repr(mock) == "<mock function:charge: called once>"


# -- the end of a test -------------------------------------------------------------------------------------------------


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
    Save={"Resource": PUT_ITEM},
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
        (lambda r: r.state("Done"), "state:Done: is a Pass state, which calls nothing"),
        (lambda r: r.resource(PUT_ITEM), None),
        (
            lambda r: r.resource("dynamodb:getItem"),
            "resource:dynamodb:getItem: no state has this Resource; did you mean 'dynamodb:putItem'?",
        ),
    ],
)
def test_a_mock_that_no_machine_could_call(registry, register, problem):
    register(registry)
    found = impossible(registry, [MACHINE])
    expected = problem and (
        f"a mock was never called, and no loaded machine could call it:\n  {problem}\n  see  docs/mocks.md#unused-mocks"
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
    registry.lambda_function("optional", strict=False).returns(1)
    registry.lambda_function("looked-at")
    ask(registry, resource="used")
    assert str(unused(registry)) == (
        "2 mocks were never called:\n  function:unused\n  function:unused when item=1\n"
        "  fix  remove what the test does not need, or pass strict=False for a mock that may stay unused\n"
        "  see  docs/mocks.md#unused-mocks"
    )
    assert unused(registry, strict=False) is None
    registry.lambda_function("needed", strict=True).returns(1)
    assert unused(registry, strict=False).candidates == ("function:needed",)


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


def test_check_raises_what_is_wrong_at_the_end(registry):
    machines = [MACHINE]
    registry.lambda_function("charge").returns(1)
    registry.check(machines)
    with pytest.raises(MockError, match=r"^a mock was never called:"):
        registry.check(machines, strict=True)
    registry.lambda_function("nonsense")
    with pytest.raises(MockError, match="no loaded machine could call"):
        registry.check(machines)
