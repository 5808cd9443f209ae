"""Which Retrier or Catcher answers, and how long a retry waits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn import DefinitionError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.asl.model import Catcher, Retrier
from pytest_sfn.engine.retry import LONGEST_SECONDS, backoff, choose_catcher, choose_retrier, matched_name, matches, reached
from pytest_sfn.engine.run import Attempts
from pytest_sfn.errors import StateError
from tests.helpers import machine


class Chance:
    def random(self, purpose: str) -> random.Random:
        assert purpose == "jitter"
        return random.Random(1)


@pytest.mark.parametrize(
    ("pattern", "error", "taken"),
    [
        ("States.ALL", "Anything", True),
        ("States.TaskFailed", "Anything", True),
        ("States.TaskFailed", "States.DataLimitExceeded", True),
        ("States.TaskFailed", "States.Timeout", False),
        ("CardDeclined", "CardDeclined", True),
        ("CardDeclined", "carddeclined", False),
        ("States.HeartbeatTimeout", "States.Timeout", False),
    ],
)
def test_match(pattern: str, error: str, taken: bool) -> None:
    assert matches(["Other", pattern], StateError(error)) is taken


def test_missed_heartbeat_matches_both_names() -> None:
    error = StateError("States.Timeout", heartbeat=True)
    assert matches(["States.HeartbeatTimeout"], error)
    assert matches(["States.Timeout"], error)


def test_exhausted_retrier_gives_way_to_no_other() -> None:
    retriers = [Retrier(error_equals=("A",), max_attempts=1), Retrier(error_equals=("States.ALL",), max_attempts=0)]
    attempts = Attempts()
    assert choose_retrier(retriers, StateError("A"), attempts) == 0
    attempts.count_retry(0)
    assert choose_retrier(retriers, StateError("A"), attempts) is None
    assert choose_retrier(retriers, StateError("B"), attempts) is None
    assert attempts.retry_count == 1


def test_first_catcher_that_matches() -> None:
    catchers = [Catcher(error_equals=("A",), next="X"), Catcher(error_equals=("States.ALL",), next="Y")]
    assert [getattr(choose_catcher(catchers[:n], StateError(e)), "next", None) for n, e in ((2, "A"), (2, "B"), (1, "B"))] == [
        "X",
        "Y",
        None,
    ]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, [1, 2, 4]),
        ({"interval_seconds": 15, "backoff_rate": 1.5}, [15, 22.5, 33.75]),
        ({"interval_seconds": 10, "backoff_rate": 3, "max_delay_seconds": 60}, [10, 30, 60]),
        ({"interval_seconds": 99_999_999, "backoff_rate": 1e300}, [99_999_999, LONGEST_SECONDS, LONGEST_SECONDS]),
    ],
)
def test_backoff(fields: dict[str, float], seconds: list[float]) -> None:
    retrier = Retrier(error_equals=("A",), **fields)  # type: ignore[arg-type]
    assert [backoff(retrier, n, Chance()) / 1_000_000 for n in range(3)] == seconds


def test_jitter_comes_after_the_cap() -> None:
    retrier = Retrier(error_equals=("A",), interval_seconds=100, max_delay_seconds=10, jitter_strategy="FULL")
    assert backoff(retrier, 0, Chance()) == round(10 * random.Random(1).random() * 1_000_000)


FAILING = "{% $error('x') %}"


@pytest.mark.parametrize(
    ("field", "payload"),
    [
        ("MaxAttempts", {}),
        ("IntervalSeconds", {}),
        ("BackoffRate", {}),
        ("MaxDelaySeconds", {}),
        ("JitterStrategy", {}),
        ("MaxAttempts", FAILING),  # the error is the state's own
    ],
)
@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_placeholder_among_the_numbers_of_the_retrier_that_takes_the_error(field: str, payload: object) -> None:
    call = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": payload},
        "Retry": [{"ErrorEquals": ["Other"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], field: "${N}"}],
    }
    account = SfnMock()
    function = account.lambda_function("f")
    loaded = account.load(machine(A=call))
    if payload == {}:
        function.returns(1)
        assert loaded.run().succeeded
        function.raises("E")
    with pytest.raises(DefinitionError, match=rf"at /States/A/Retry\[1\]/{field}: state 'A': MISSING_SUBSTITUTION: \$\{{N\}}"):
        loaded.run()
    with pytest.raises(DefinitionError):  # which stays one, should something have caught it
        account_of(account).check()


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_placeholder_as_the_timeout_of_the_machine() -> None:
    loaded = SfnMock().load({**machine(P={"Type": "Pass"}), "TimeoutSeconds": "${N}"})
    with pytest.raises(DefinitionError, match=r"at /TimeoutSeconds: MISSING_SUBSTITUTION: \$\{N\} has no value"):
        loaded.run()


NAMES = ["States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.Runtime", "A", "B"]


@given(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), max_size=3))
def test_the_names_that_are_reached_are_those_by_which_errors_are_taken(lists: list[list[str]]) -> None:
    """Every error that AWS may report, against every list; `C` stands for errors that no list names."""
    errors = [StateError(name) for name in ("A", "B", "C", "States.Timeout")]
    taken = set()
    for error in (*errors, StateError("States.Timeout", heartbeat=True)):
        for position, names in enumerate(lists):
            if matches(names, error):
                taken.add((position, matched_name(names, error)))
                break
    assert reached(lists) == taken
