"""Rules of the state types that the cases of tests/language do not reach."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import Execution
from pytest_sfn.engine.states import is_finite, parse_number, too_large
from pytest_sfn.errors import Site
from tests.helpers import machine, run, task


def test_number_written_as_text() -> None:
    assert [parse_number(text) for text in ("5", "1.5", "1e2", "x", "inf", "nan", "")] == [5, 1.5, 100, None, None, None, None]


def test_finite() -> None:
    assert [is_finite(value) for value in (1, 1.5, float("inf"), True, "1")] == [True, True, False, False, False]


def test_too_large() -> None:
    error = too_large("A", catchable=False)
    assert (error.error, error.catchable, error.located) == ("States.DataLimitExceeded", False, False)


REFERS = "The TimeoutSecondsPath field refers to value"


def cause(execution: Execution) -> str:
    assert execution.error == "States.Runtime"
    assert execution.cause is not None
    return execution.cause.removeprefix("An error occurred while executing the state 'A' (entered at the event id #2). ")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (task(TimeoutSecondsPath="$.word"), f'{REFERS} "w" which is not a valid integer: $.word'),
        (task(TimeoutSecondsPath="$.half"), f'{REFERS} "0.5" which is not a valid integer: $.half'),
        (task(TimeoutSecondsPath="$.zero"), f'{REFERS} "0" which is less than 1: $.zero'),
        (task(TimeoutSecondsPath="$.no"), "Invalid path '$.no' : No results for path: $['no']"),
        ({"Type": "Wait", "SecondsPath": "$.no"}, "The SecondsPath parameter does not reference an input value: $.no"),
        (
            {"Type": "Wait", "SecondsPath": "$.half"},
            "The SecondsPath parameter cannot be parsed as a long value: $.half == 0.5",
        ),
        ({"Type": "Wait", "SecondsPath": "$.minus"}, "The SecondsPath parameter references a negative value: $.minus == -1"),
        ({"Type": "Wait", "SecondsPath": "$.much"}, "Wait state delay is too long."),
        (
            {"Type": "Fail", "ErrorPath": "$.zero"},
            'The ErrorPath field refers to value "0" which is not a valid string: $.zero',
        ),
    ],
)
def test_operand_that_cannot_be_used(state: dict[str, Any], text: str) -> None:
    values = {"word": "w", "half": 0.5, "zero": 0, "minus": -1, "much": 10**8}
    execution = run(machine(A=state), values, f=lambda event: event)
    assert cause(execution) == text

    (field,) = [name for name in state if name.endswith("Path")]
    error = execution._run.main.error
    assert error is not None
    assert (error.state, error.bare_cause) == ("A", text)
    assert error.site == Site(field, f"/States/A/{field}", (), state[field], values)


def test_wait_until_a_time_that_has_passed_takes_none() -> None:
    execution = run(machine(A={"Type": "Wait", "TimestampPath": "$"}), "2023-12-31T23:59:59Z")
    assert (execution.status, execution.elapsed.total_seconds()) == ("SUCCEEDED", 0)


def test_choice_without_a_match_and_default() -> None:
    choices = [{"Variable": "$.zero", "NumericGreaterThan": 0, "Next": "B"}]
    execution = run(machine(A={"Type": "Choice", "Choices": choices}, B={"Type": "Pass"}), {"zero": 0})
    assert cause(execution) == "Failed to transition out of the state. The state does not point to a next state."
