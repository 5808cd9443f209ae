"""What a mock shows of its calls, and its assertions."""

from datetime import UTC, datetime, timedelta
from unittest.mock import ANY, call

import pytest

from pytest_sfn.errors import MockError
from pytest_sfn.mocks.calls import clock, covers, matches
from pytest_sfn.mocks.mock import Mock
from pytest_sfn.mocks.registry import Registry
from tests.mocks.asking import INVOKE, ask


@pytest.fixture
def charge(registry: Registry) -> Mock:
    return registry.lambda_function("charge", return_value=1)


def test_a_call_tells_what_was_asked_when_and_by_whom(registry, charge):
    ask(
        registry,
        {"FunctionName": "charge", "Payload": {"n": 1}},
        resource=INVOKE,
        state="A",
        attempt=2,
        time=7_000_000,
        item=(3,),
    )
    seen = charge.calls[0]
    assert (seen.input, seen.parameters) == ({"n": 1}, {"FunctionName": "charge", "Payload": {"n": 1}})
    assert (seen.state, seen.attempt, seen.item, seen.execution) == ("A", 2, 3, "run-1")
    assert seen.time == timedelta(seconds=7)
    assert seen.timestamp == datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC)
    assert repr(charge.calls) == """[Call(input={"n": 1}, state='A', item=3, attempt=2, time=+00:00:07)]"""


@pytest.mark.parametrize(("item", "shown"), [((), None), ((2,), 2), ((1, 2), (1, 2))])
def test_the_item_is_an_index_or_in_nested_maps_a_tuple(registry, charge, item, shown):
    ask(registry, item=item)
    assert charge.calls[0].item == shown


def test_the_input_is_a_copy_that_the_test_may_keep_and_change(registry, charge):
    sent = {"a": [1]}
    ask(registry, sent)
    charge.calls[0].input["a"].append(2)
    assert charge.calls[0].input == {"a": [1, 2]}
    assert (charge.calls[0].parameters, sent) == ({"a": [1]}, {"a": [1]})


def test_calls_is_a_sequence(registry, charge):
    assert (list(charge.calls), charge.called, charge.call_count) == ([], False, 0)
    for n in range(3):
        ask(registry, n)
    assert ([c.input for c in charge.calls], charge.calls[-1].input, len(charge.calls[1:])) == ([0, 1, 2], 2, 2)
    with pytest.raises(IndexError, match=r"function:charge has 3 calls, there is no calls\[3\]"):
        charge.calls[3]


def test_the_target_shows_the_calls_of_its_narrower_mocks_and_a_script_those_of_its_mock(registry, charge):
    narrow = charge.when(item=1).returns(2)
    script = charge.returns(1)
    for n in range(3):
        ask(registry, n, item=(n,))
    assert [m.call_count for m in (charge, script, narrow)] == [3, 3, 1]
    assert narrow.calls[0].input == 1


@pytest.mark.parametrize(
    ("expected", "actual", "equal", "covered"),
    [
        ({"a": 1}, {"a": 1}, True, True),
        ({"a": 1}, {"a": 1, "b": 2}, False, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, False, True),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}, False, True),
        ([1], [1, 2], False, False),
        ((1, 2), [1, 2], True, True),
        (1, True, False, False),
        (1, 1.0, True, True),
        ({"a": ANY}, {"a": [1]}, True, True),
        ({"a": pytest.approx(0.3)}, {"a": 0.1 + 0.2}, True, True),
        ({"a": None}, {}, False, False),
        ({}, [], False, False),
    ],
)
def test_comparing_is_json_s_down_to_objects_that_compare_themselves(expected, actual, equal, covered):
    assert (matches(expected, actual), covers(expected, actual)) == (equal, covered)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "+00:00:00"), (7_000_000, "+00:00:07"), (90_061_500_000, "+1d 01:01:01.5"), (1, "+00:00:00.000001")],
)
def test_virtual_time_reads_as_a_clock(microseconds, text):
    assert clock(microseconds) == text


BACKWARDS = '\n  input     {"n": 2}\n  input     {"n": 1}'


class TestAssertions:
    @pytest.fixture(autouse=True)
    def two_calls(self, registry, charge):
        ask(registry, {"n": 1})
        ask(registry, {"n": 2}, attempt=2, time=15_000_000, item=(4,))

    story = (
        "it was called 2 times:\n"
        "  1. {\"n\": 1}   state 'Charge', attempt 1, t=+00:00:00\n"
        "  2. {\"n\": 2}   state 'Charge', item 4, attempt 2, t=+00:00:15"
    )

    def test_those_that_hold(self, registry, charge):
        charge.assert_called()
        charge.assert_called_with({"n": 2})
        charge.assert_called_with({"n": ANY}, attempt=2, item=4, time=timedelta(seconds=15), state="Charge")
        charge.assert_any_call({"n": 1})
        charge.assert_has_calls([{"n": 1}, call({"n": 2})])
        charge.assert_has_calls([{"n": 2}, {"n": 1}], any_order=True)
        registry.lambda_function("other").assert_not_called()
        charge.when(item=9).assert_not_called()

    @pytest.mark.parametrize(
        ("check", "message"),
        [
            (lambda m: m.assert_not_called(), "function:charge was expected not to be called, but "),
            (lambda m: m.assert_called_once(), "function:charge was expected to be called once, but "),
            (
                lambda m: m.assert_called_once_with({"n": 2}, attempt=1),
                'function:charge was expected to be called once with\n  input     {"n": 2}\n  attempt   1\nbut ',
            ),
            (
                lambda m: m.assert_called_with({"n": 1}),
                'the last call of function:charge was expected to be with\n  input     {"n": 1}\nbut ',
            ),
            (lambda m: m.assert_called_with({"n": 2}, attempt=1), None),
            (
                lambda m: m.assert_any_call({"n": True}),
                'function:charge was expected to be called with\n  input     {"n": true}\nbut ',
            ),
            (
                lambda m: m.assert_has_calls([{"n": 2}, {"n": 1}]),
                f"function:charge was expected to be called in this order with{BACKWARDS}\nbut ",
            ),
            (lambda m: m.assert_has_calls([{"n": 1}, {"n": 1}], any_order=True), None),
        ],
    )
    def test_those_that_fail_tell_the_calls(self, charge, check, message):
        with pytest.raises(AssertionError) as caught:
            check(charge)
        assert str(caught.value).endswith(self.story)
        if message is not None:
            assert str(caught.value) == message + self.story

    def test_no_call_at_all(self, registry):
        with pytest.raises(AssertionError, match=r"^function:other was expected to be called, but it was not called$"):
            registry.lambda_function("other").assert_called()
        with pytest.raises(AssertionError, match=r"but it was not called$"):
            registry.lambda_function("other").assert_called_once_with(1)

    def test_many_calls_are_cut(self, registry, charge):
        for n in range(100):
            ask(registry, n)
        with pytest.raises(AssertionError, match=r"and 82 more$"):
            charge.assert_not_called()

    def test_an_attribute_that_calls_do_not_have(self, charge):
        with pytest.raises(TypeError, match="a call has no 'itme'; it has attempt, execution, input, item"):
            charge.assert_called_with({"n": 2}, itme=4)


def test_a_call_is_recorded_before_the_stub_runs_and_the_stub_may_look(registry, charge):
    seen = []
    charge.calls(lambda event: seen.append(charge.call_count))
    assert ask(registry) == ("ok", None)
    assert seen == [1]


def test_a_stub_may_ask_the_same_script_again(registry, charge):
    charge.calls(lambda event: ask(registry, event + 1)[1] if event < 3 else "deep", times=4)
    assert ask(registry, 0) == ("ok", "deep")
    with pytest.raises(MockError):
        ask(registry, 0)
