"""The mocked account: settings, loading, and what it says at the end of a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import ExecutionError, MockError, PytestSfnError, TaskTokenError
from tests.helpers import arn, machine, task

if TYPE_CHECKING:
    from collections.abc import Callable

PASS = machine(A={"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime", "id.$": "States.UUID()"}})


def test_settings() -> None:
    start = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    account = SfnMock(start_time=start.replace(tzinfo=None), region="eu-west-1", account_id="111111111111")
    execution = account.load(PASS, name="M", role_arn="arn:aws:iam::1:role/r").run(name="n")
    assert execution.output["at"] == "2030-05-06T07:08:09.000Z"
    assert execution.arn == "arn:aws:states:eu-west-1:111111111111:execution:M:n"
    assert execution.history[0]["executionStartedEventDetails"]["roleArn"] == "arn:aws:iam::1:role/r"
    assert account.now == start


def test_the_start_is_in_utc() -> None:
    zone = timezone(timedelta(hours=2))
    account = SfnMock(start_time=datetime(2030, 1, 1, tzinfo=zone))
    assert account.load(PASS).run().output["at"] == "2029-12-31T22:00:00.000Z"
    with pytest.raises(PytestSfnError, match=r"in UTC it is outside of the years 1 to 9999"):
        SfnMock(start_time=datetime.min.replace(tzinfo=zone))


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [
        (float("inf"), "virtual time passes by a number of seconds: advance(inf)"),
        (float("nan"), "virtual time passes by a number of seconds: advance(nan)"),
        (-1, "virtual time does not go back: advance(-1)"),
        (10**15, "virtual time ends with the year 9999\n  fix  let the account start earlier (start_time)"),
        (timedelta.max, "virtual time ends with the year 9999\n  fix  let the account start earlier (start_time)"),
    ],
)
def test_how_far_virtual_time_goes(seconds: Any, problem: str) -> None:
    account = SfnMock()
    with pytest.raises(ExecutionError) as caught:
        account.advance(seconds)
    assert str(caught.value) == problem
    account.advance(1)


def test_seed_decides_what_is_random() -> None:
    def draw(seed: int) -> Any:
        return SfnMock(seed=seed).load(PASS).run().output["id"]

    assert draw(1) == draw(1) != draw(2)


def test_quotas_of_your_own_hold_for_child_executions_too() -> None:
    quotas = Quotas(payload=100, history=10, variable=100, variables=100, seconds=60)
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **machine(D={"Type": "Wait", "Seconds": 90}),
        },
    }
    execution = SfnMock(quotas=quotas).load(machine(Each=each)).run([1])
    assert (execution.error, execution.elapsed.total_seconds()) == ("States.ExceedToleratedFailureThreshold", 60)


def test_one_target_has_one_mock() -> None:
    account = SfnMock()
    assert account.lambda_function("f") is account.lambda_function("f")
    assert account.state("A") is account.state("A")
    assert account.resource(arn("f")) is account.resource(arn("f"))


def test_arguments_of_a_target_reach_its_mock() -> None:
    account = SfnMock()
    function = account.lambda_function("f", return_value=1, strict=True)
    assert (function.return_value, function.strict) == (1, True)
    for mock in (
        account.state("A", validate="none", strict=False),
        account.resource("sns:publish", validate="none", strict=False),
    ):
        assert (mock.validate, mock.strict) == ("none", False)
    assert account.activity("paint", side_effect=[1], strict=True).strict
    assert account.http("/", return_value="text").return_value == "text"


@pytest.mark.parametrize(
    ("call", "method"),
    [
        (lambda account: account.lambda_function("f", retrun_value=1), "SfnMock.lambda_function"),
        (lambda account: account.state("A", retrun_value=1), "SfnMock.state"),
        (lambda account: account.resource("sns:publish", retrun_value=1), "SfnMock.resource"),
        (lambda account: account.activity("paint", retrun_value=1), "SfnMock.activity"),
        (lambda account: account.http("/", retrun_value=1), "SfnMock.http"),
        (lambda account: account.state("A").returns(1).when(retrun_value=1), "Script.when"),
        (lambda account: account.state("A").when(retrun_value=1), "Mock.when"),
        (lambda account: account.state("A").returns(1, retrun_value=1), "Mock.returns"),
        (lambda account: account.state("A").assert_called_once(retrun_value=1), "Mock.assert_called_once"),
        (lambda account: account.http("/").responds().when(retrun_value=1), "HttpScript.when"),
        (lambda account: account.http("/").submits(retrun_value=1), "HttpMock.submits"),
    ],
)
def test_misspelt_argument_names_the_public_method(call: Callable[[SfnMock], object], method: str) -> None:
    with pytest.raises(TypeError) as caught:
        call(SfnMock())
    assert str(caught.value).startswith(f"{method}() got an unexpected keyword argument 'retrun_value'")
    assert len(caught.traceback) == 2  # this test and the call in its lambda


def test_unknown_token() -> None:
    with pytest.raises(TaskTokenError) as caught:
        SfnMock().send_task_success("nope", 1)
    assert caught.value.code == "InvalidToken"
    assert str(caught.value) == (
        "InvalidToken: Invalid Token: 'Invalid token'\n  no task has the token 'nope'; 0 tokens were handed out\n"
        "  see  pytest-sfn docs mocks#callbacks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#callbacks)"
    )


def test_error_of_the_test_is_raised_wherever_it_goes_on() -> None:
    account = SfnMock()
    loaded = account.load(machine(A=task()))
    with pytest.raises(MockError) as first:
        loaded.run()
    for go_on in (loaded.run, lambda: account.advance(1), account.close, account_of(account).check):
        with pytest.raises(MockError) as again:
            go_on()
        assert again.value is first.value


def test_context_manager_closes_unless_the_test_has_failed() -> None:
    def use(body: Any) -> None:
        with SfnMock() as account:
            account.lambda_function("g").returns(1)  # nothing could ever call it
            body(account.load(machine(A=task())))

    with pytest.raises(MockError):
        use(lambda loaded: None)
    with pytest.raises(ZeroDivisionError):
        use(lambda loaded: 1 / 0)


def test_text() -> None:
    account = SfnMock()
    account.load(PASS).run()
    assert repr(account) == "<SfnMock at 2024-01-01 00:00:00: 1 machine, 1 execution>"


def test_calls_are_forgotten_and_scripts_go_on():
    with SfnMock(strict=True) as sfn_mock:
        wide = sfn_mock.lambda_function("f").returns(1).returns(2)
        narrow = sfn_mock.lambda_function("f").when(input={"n": 1}).returns("one")
        loaded = sfn_mock.load(machine(A=task("f")))
        assert [loaded.run(value).output for value in ({}, {"n": 1})] == [1, "one"]

        sfn_mock.reset_calls()

        assert (wide.call_count, narrow.call_count) == (0, 0)
        sfn_mock.lambda_function("f").assert_not_called()
        assert loaded.run().output == 2
        assert wide.call_count == 1  # and the narrower one, called before, is not unused at the end
