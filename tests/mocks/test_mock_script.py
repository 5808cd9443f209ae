"""Scripts: which answer comes when, and what is refused when it is registered."""

import functools
import itertools
from datetime import timedelta
from decimal import Decimal
from unittest.mock import DEFAULT, AsyncMock, MagicMock

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.errors import JsonValueError, MockError, MockWarning
from pytest_sfn.mocks.registry import Registry
from tests.helpers import machine, task
from tests.mocks.asking import Request, ask, values


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (lambda m: m.returns(1), [1, 1, 1]),
        (lambda m: m.returns(1).returns(2), [1, 2, 2]),
        (lambda m: m.returns(1, times=2).returns(2), [1, 1, 2, 2]),
        (lambda m: m.raises("E").returns(2), ["E", 2, 2]),
        (lambda m: m.raises("E", times=2).returns(None), ["E", "E", None]),
        (lambda m: m.returns(1).calls(lambda event: 5).returns(3), [1, 5, 3]),
    ],
)
def test_answers_come_in_order_and_the_last_repeats(registry, charge, script, expected):
    script(charge)
    assert values(registry, len(expected)) == expected


def test_a_last_answer_with_times_runs_out_and_never_falls_through(registry, charge):
    registry.resource("arn:aws:lambda:us-east-1:123456789012:function:charge").returns("fallen through")
    charge.returns(1).returns(2, times=1)
    assert values(registry, 2) == [1, 2]
    with pytest.raises(MockError, match="all answers of function:charge are used"):
        ask(registry)


def test_an_answer_on_the_mock_starts_anew_and_on_the_script_continues(registry, charge):
    first = charge.returns(1)
    assert values(registry, 2) == [1, 1]
    first.returns(2)  # the 1 has been used more than once
    assert values(registry, 2) == [2, 2]
    charge.returns(3)
    assert values(registry, 2) == [3, 3]
    with pytest.raises(MockError, match="a later answer on the mock has replaced this script"):
        first.returns(4)


def test_an_item_and_an_execution_may_have_a_script_of_their_own(registry, charge):
    charge.per_item().raises("E").returns("ok")
    assert [values(registry, 2, item=(i,)) for i in (0, 1)] == [["E", "ok"], ["E", "ok"]]
    assert values(registry, 1, item=(0,), execution=2) == ["E"]
    charge.raises("E").returns("ok").per_execution()
    assert values(registry, 1, item=(0,)) + values(registry, 1, item=(1,)) == ["E", "ok"]
    assert values(registry, 2, execution=2) == ["E", "ok"]
    charge.returns(1, times=1).per_execution()
    assert values(registry, 1) == [1]
    with pytest.raises(MockError, match="all answers of function:charge of this execution are used"):
        ask(registry)


@pytest.mark.parametrize("seconds", [2.5, timedelta(seconds=2.5)])
def test_takes_delays_the_answer_before_it(registry, charge, seconds):
    charge.returns(1).takes(seconds).raises("E")
    request = Request()
    registry.answer(request)
    assert (request.answer, request.after) == (("ok", 1), 2_500_000)
    registry.answer(request)
    assert request.after == 0


def test_what_is_returned_is_copied_at_once(registry, charge):
    value = {"a": [1]}
    charge.returns(value)
    value["a"].append(2)
    assert ask(registry) == ("ok", {"a": [1]})


def test_times_out_never_answers_but_needs_a_timeout(registry, charge):
    charge.times_out()
    assert ask(registry, timeout=1) == ("never",)
    assert ask(registry, heartbeat=1) == ("never",)
    with pytest.raises(MockError) as caught:
        ask(registry)
    assert str(caught.value) == (
        "orders.asl.json:42:7: state 'Charge': times_out() would wait for ever\n"
        "  fix  give the state TimeoutSeconds or HeartbeatSeconds, or use function_times_out() for the timeout of the "
        "Lambda function itself (Sandbox.Timedout)\n"
        "  see  pytest-sfn docs mocks#timeouts (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#timeouts)"
    )


class Callable1:
    def __call__(self, event):
        return "object"

    def method(self, event):
        return "method"


def two(event, context):
    return context.function_name


@pytest.mark.parametrize(
    ("stub", "result"),
    [
        (lambda event: event["n"], 7),
        (lambda event, n=3: n, 3),
        (lambda event, context=None: context.function_name, "charge"),
        (two, "charge"),
        (lambda *args: len(args), 2),
        (functools.partial(lambda extra, event: extra, "partial"), "partial"),
        (Callable1(), "object"),
        (Callable1().method, "method"),
        (MagicMock(return_value="mocked"), "mocked"),
        (len, 1),
    ],
)
def test_a_stub_gets_the_event_and_the_context_if_it_wants_one(registry, charge, stub, result):
    charge.calls(stub)
    assert ask(registry, {"n": 7}) == ("ok", result)


async def coroutine(event):
    return 1


def generator(event):
    yield 1


async def async_generator(event):
    yield 1


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda m: m.calls(coroutine), "coroutine is a coroutine function, which Lambda does not call"),
        (lambda m: m.calls(generator), "generator is a generator function, which Lambda does not call"),
        (lambda m: m.calls(async_generator), "async_generator is an async generator function, which Lambda does not call"),
        (lambda m: m.calls(functools.partial(coroutine)), "is a coroutine function"),
        (lambda m: m.calls(AsyncMock()), "is a coroutine function"),
        (lambda m: m.calls(lambda: 1), "<lambda>() is not a stub"),
        (lambda m: m.calls(lambda a, b, c: 1), "<lambda>(a, b, c) is not a stub"),
        (lambda m: m.calls(lambda a, *, b: 1), "<lambda>(a, *, b) is not a stub"),
        (lambda m: m.calls({"a": 1}), "give a function of (event) or (event, context); a value goes to returns()"),
        (lambda m: m.calls(ValueError), "got the exception ValueError"),
        (lambda m: m.returns(ValueError("x")), "use raises() to let the task fail"),
        (lambda m: m.returns(1, times=0), "got times=0"),
        (lambda m: m.returns(1, times=-1), "got times=-1"),
        (lambda m: m.returns(1, times=True), "got times=True"),
        (lambda m: m.returns(1, times=1.5), "got times=1.5"),
        (lambda m: m.raises(""), "got ''"),
        (lambda m: m.raises(KeyboardInterrupt), "give an error name"),
        (lambda m: m.raises("E", {"a": 1}), "a cause is text"),
        (lambda m: m.raises("E", "a", "b"), "got both cause and raw_cause"),
        (lambda m: m.takes(1), "there is no answer before it"),
        (lambda m: m.returns(1).takes(-1), "got -1"),
        (lambda m: m.returns(1).takes(float("nan")), "got nan"),
        (lambda m: m.returns(1).takes("5"), "got '5'"),
        (lambda m: m.times_out().takes(5), "times_out() never answers"),
        (lambda m: setattr(m, "side_effect", "text"), "a value is return_value"),
        (lambda m: setattr(m, "side_effect", []), "got no answers"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_when_it_is_registered(charge, register, message):
    with pytest.raises(MockError) as caught:
        register(charge)
    assert message in str(caught.value)
    assert str(caught.value).startswith("function:charge.")
    assert charge._script is None or charge._script._answers


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": (1, 2)}, "function:charge.returns(): $.a is a tuple, which JSON does not have; use a list"),
        ([Decimal(1)], "function:charge.returns(): $[0] is a Decimal, which JSON does not have; use int or float"),
        (float("nan"), "function:charge.returns(): $ is nan, which JSON does not have"),
        ({1: 2}, "function:charge.returns(): $ has the key 1; JSON keys are strings"),
    ],
)
def test_a_returned_value_must_be_json(charge, value, message):
    with pytest.raises(JsonValueError) as caught:
        charge.returns(value)
    assert str(caught.value) == message


def test_a_function_is_not_a_value(charge):
    with pytest.raises(JsonValueError, match=r"a function goes to calls\(\)"):
        charge.returns(lambda event: 1)


class TestUnittestMock:
    """`return_value` and `side_effect` mean what they mean in unittest.mock."""

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({"return_value": 1}, [1, 1]),
            ({"side_effect": [1, ValueError("x"), KeyError, 2]}, [1, "ValueError", "KeyError", 2]),
            ({"side_effect": ValueError("x")}, ["ValueError", "ValueError"]),
            ({"side_effect": lambda event: 5}, [5, 5]),
            ({"side_effect": lambda event: DEFAULT, "return_value": 8}, [8, 8]),
            ({"side_effect": [1, DEFAULT], "return_value": 8}, [1, 8]),
            ({"side_effect": itertools.count()}, [0, 1, 2]),
            ({"side_effect": iter([1, ValueError("x")])}, [1, "ValueError"]),
        ],
    )
    def test_as_keywords_and_as_attributes(self, settings, expected):
        registry = Registry()
        registry.lambda_function("charge", **settings)
        assert values(registry, len(expected)) == expected
        if not hasattr(settings.get("side_effect"), "__next__"):
            for name, value in settings.items():
                setattr(registry.lambda_function("charge"), name, value)
            assert values(registry, len(expected)) == expected

    def test_a_list_or_an_iterator_runs_out(self, registry, charge):
        charge.side_effect = [1]
        assert values(registry, 1) == [1]
        with pytest.raises(MockError, match="all answers of function:charge are used"):
            ask(registry)
        charge.side_effect = iter([1])
        assert values(registry, 1) == [1]
        with pytest.raises(MockError, match="function:charge: the side_effect has no more answers"):
            ask(registry)

    def test_none_takes_it_back(self, registry, charge):
        charge.return_value = 1
        charge.side_effect = ValueError
        assert values(registry, 1) == ["ValueError"]
        charge.side_effect = None
        assert (values(registry, 1), charge.return_value, charge.side_effect) == ([1], 1, None)

    def test_a_failing_assert_goes_to_the_test(self, registry, charge):
        charge.side_effect = AssertionError("mine")
        with pytest.raises(AssertionError, match="mine"):
            ask(registry)

    def test_reset_mock_forgets_calls_and_if_asked_the_settings(self, registry, charge):
        charge.return_value = 1
        narrow = charge.when(item=1)
        narrow.return_value = 2
        values(registry, 1, item=(1,))
        charge.reset_mock()
        assert (charge.call_count, narrow.call_count, charge.return_value) == (0, 0, 1)
        charge.reset_mock(return_value=True)
        assert (charge._script, narrow._script) == (None, None)


class TestReplaced:
    """A script that is replaced before anything ran, by the code that has set it."""

    @pytest.mark.parametrize("first", ["returns(1)", "calls(len)", "times_out()", "fails_then_calls('E')"])
    @pytest.mark.parametrize("second", ["raises('E')", "calls(len)", "per_item().returns(1)", "completes(1)"])
    def test_it_warns_at_the_second(self, first, second):
        mock = SfnMock().lambda_function("charge")
        code = compile(f"mock.{first}\n\nmock.{second}", __file__, "exec")
        with pytest.warns(MockWarning) as warned:
            exec(code, {"mock": mock})
        assert (warned[0].filename, warned[0].lineno) == (__file__, 3)
        assert str(warned[0].message) == (
            "function:charge: this replaces the answers set at tests/mocks/test_mock_script.py:1, none of which was used\n"
            "  fix  continue the first script, mock.returns(1).returns(2), or leave it out\n"
            "  see  pytest-sfn docs mocks#answers (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#answers)"
        )

    def test_it_does_not_warn_of_what_was_meant(self):
        account = SfnMock()
        mock = account.lambda_function("f")

        def fixture():
            mock.returns(1)

        fixture()
        mock.raises("E")  # other code overrides
        mock.return_value = 1  # as in unittest.mock
        mock.return_value = 2
        mock.side_effect = [3]
        for n in (1, 2):
            other = account.lambda_function("g")
            other.when(item=n).returns(n)  # each for other calls
        for n in (1, 2, 3):
            account.state("A").returns(n)
            account.load(machine(A=task())).run()  # used, or not needed by this execution
