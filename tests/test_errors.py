"""The exceptions, as users meet them."""

from __future__ import annotations

import pytest

import pytest_sfn
from pytest_sfn import errors
from pytest_sfn.errors import JsonValueError, MockError, PytestSfnError, StateError, UnknownStateError


def test_every_error_of_the_test_is_public_and_one_of_ours() -> None:
    for name in errors.__all__:
        kind = getattr(errors, name)
        if kind is StateError:
            assert not issubclass(kind, PytestSfnError)  # an ASL error, which no test sees
            continue
        assert getattr(pytest_sfn, name) is kind
        assert kind.__module__ == "pytest_sfn"
        assert issubclass(kind, PytestSfnError) or issubclass(kind, UserWarning)


def test_what_tools_read() -> None:
    missing = MockError("no mock", state="Charge", candidates=["function:charge"])
    assert (missing.state, missing.candidates) == ("Charge", ("function:charge",))
    assert JsonValueError("bad", "$.a").path == "$.a"
    assert isinstance(JsonValueError("bad"), ValueError)


def test_unknown_state_is_a_key_error_without_quotes() -> None:
    assert isinstance(UnknownStateError(), KeyError)
    assert str(UnknownStateError("no state 'A'")) == "no state 'A'"


def test_cause_put_in_place_is_final() -> None:
    error = StateError("States.Timeout", "late", catchable=True, heartbeat=True).with_cause("An error occurred. late")
    assert (error.error, error.cause, error.catchable, error.located, error.heartbeat) == (
        "States.Timeout",
        "An error occurred. late",
        True,
        False,
        True,
    )


def test_public_names_are_loaded_when_asked_for() -> None:
    assert set(pytest_sfn.__all__) <= set(dir(pytest_sfn))
    for name in pytest_sfn.__all__:
        assert getattr(pytest_sfn, name) is not None
    with pytest.raises(AttributeError, match="module 'pytest_sfn' has no attribute 'SfnMok'"):
        pytest_sfn.SfnMok  # noqa: B018
