"""Limits as an object."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_sfn import Quotas, SfnMock
from pytest_sfn.engine.quotas import EXPRESS, STANDARD, UNLIMITED
from pytest_sfn.errors import ExecutionError, PytestSfnError
from tests.helpers import machine, task

DAYS = machine(A={"Type": "Wait", "Seconds": 99_999, "Next": "B"}, B={"Type": "Wait", "Seconds": 99_999})


def test_those_of_aws() -> None:
    assert (STANDARD.payload, STANDARD.history, STANDARD.seconds) == (262_144, 25_000, 31_536_000)
    assert (EXPRESS.payload, EXPRESS.seconds) == (262_144, 300)
    assert (STANDARD.variable, STANDARD.variables) == (EXPRESS.variable, EXPRESS.variables) == (262_144, 10_485_760)
    assert Quotas(payload=9) == Quotas(9, 25_000, 262_144, 10_485_760, 31_536_000)
    assert EXPRESS.history == UNLIMITED.history > 10**12


@pytest.mark.parametrize(
    ("quotas", "type_", "seconds"),
    [
        ("aws", "STANDARD", 199_998),
        ("aws", "EXPRESS", 300),
        (None, "EXPRESS", 199_998),
        (Quotas(9, 99, 9, 9, 1000), "EXPRESS", 1000),
    ],
)
def test_which_hold(quotas: object, type_: str, seconds: int) -> None:
    execution = SfnMock(quotas=quotas).load(DAYS, type=type_).run()  # type: ignore[arg-type]
    assert execution.elapsed.total_seconds() == seconds


def test_any_other_is_refused() -> None:
    with pytest.raises(PytestSfnError) as caught:
        SfnMock(quotas="none")  # type: ignore[arg-type]
    assert str(caught.value) == "quotas is 'none'; it is 'aws', None or a Quotas"


def doubling(**fields: object) -> dict[str, object]:
    """A loop without an end of its own, in which the state A doubles its data."""
    never = {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsPresent": True, "Next": "A"}], "Default": "End"}
    return {**machine(A={"Type": "Pass", "Next": "C", **fields}, C=never, End={"Type": "Succeed"}), "StartAt": "S"}


def with_start(definition: dict[str, Any], **state: object) -> dict[str, Any]:
    return {**definition, "States": {**definition["States"], "S": {"Type": "Pass", "Next": "A", **state}}}


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"Parameters": {"n": 1, "a.$": "$", "b.$": "$"}}, "its output"),
        ({"Parameters": {"n": 1, "a.$": "States.Array($.a, $.a)"}}, "its output"),
        ({"Assign": {"x.$": "States.Array($x, $x)"}}, "variable 'x'"),
    ],
)
@pytest.mark.parametrize("history", [sys.maxsize, 25_000])
def test_one_value_has_a_limit_that_is_never_off(fields: dict[str, Any], what: str, history: int) -> None:
    most = sys.maxsize
    account = SfnMock(quotas=Quotas(payload=most, history=history, variable=most, variables=most))
    definition = with_start(doubling(**fields), Parameters={"n": 1, "a": "text"}, Assign={"x": [1]})
    with pytest.raises(ExecutionError) as caught:
        account.load(definition, name="Doubles").run()
    assert str(caught.value) == (
        f"Doubles: state 'A': {what} has more than 268,435,456 bytes of JSON, which is as much as pytest-sfn allows with any "
        "quotas\n  fix  see whether a loop makes its data larger and larger; quotas='aws' ends it as on AWS"
    )


def test_the_same_for_what_a_task_sends_and_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.engine.states.MOST_BYTES", 1_000_000)
    for text, parameters, what in (("x" * 300_000, {"a.$": "$", "b.$": "$"}, "what it sends"), ("x", {}, "its result")):
        account = SfnMock(quotas=None)
        account.lambda_function("f").calls(lambda event: "x" * 1_000_000)
        loaded = account.load(machine(A=task(Parameters=parameters)))
        with pytest.raises(ExecutionError, match=f"state 'A': {what} has more than 1,000,000 bytes of JSON"):
            loaded.run([text] * 2)


COUNTS = machine(
    A={"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "base.$": "$.base"}, "Next": "C"},
    C={"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 40, "Next": "A"}], "Default": "End"},
    End={"Type": "Succeed"},
)


def test_all_that_an_execution_keeps_has_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.engine.run.MOST_BYTES_KEPT", 5_000_000)
    account = SfnMock(quotas=None)
    account.lambda_function("f").calls(lambda event: ["x" * 300_000 + str(len(account.executions))])
    loop = machine(A=task(Next="B"), B={"Type": "Pass", "Next": "A"}, C={"Type": "Succeed"})
    loop["States"]["B"] = {"Type": "Choice", "Choices": [{"Variable": "$[0]", "IsPresent": True, "Next": "A"}], "Default": "C"}
    with pytest.raises(ExecutionError, match=r"state '[AB]': the execution keeps more than 5,000,000 bytes of JSON"):
        account.load(loop).run()
    # What the states share is counted once.
    assert SfnMock(quotas=None).load(COUNTS).run({"n": 0, "base": ["x" * 400_000]}).succeeded


def test_many_small_values_are_counted_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_sfn.engine.run.MOST_BYTES_KEPT", 5_000_000)
    monkeypatch.setattr("pytest_sfn.engine.run.LOOK_EVERY", 1000)
    account = SfnMock(quotas=None)
    account.lambda_function("f").calls(lambda event: {"at": "x" * 30_000 + str(account.now)})
    loop = machine(
        A=task(Next="B"),
        B={"Type": "Choice", "Choices": [{"Variable": "$.at", "IsPresent": True, "Next": "A"}], "Default": "C"},
        C={"Type": "Succeed"},
    )
    with pytest.raises(ExecutionError, match="the execution keeps more than 5,000,000 bytes of JSON"):
        account.load(loop).run()
    assert account.executions[0]._run.event_id == 2000


def test_large_honest_executions_run() -> None:
    account = SfnMock(quotas=None)
    each = {"Type": "Map", "ItemProcessor": machine(P={"Type": "Pass", "Parameters": {"id.$": "$.id", "text": "x" * 50}})}
    execution = account.load(machine(A=each)).run([{"id": number} for number in range(10_000)])
    assert len(execution.output) == 10_000
