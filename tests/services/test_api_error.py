"""What an API answers when it refuses a call."""

from __future__ import annotations

from pytest_sfn.services.api_error import ApiError


def test_a_refusal_has_the_code_and_the_text_of_the_service():
    error = ApiError("StateMachineDoesNotExist", "State Machine Does Not Exist: 'a'")
    assert (error.code, error.message) == ("StateMachineDoesNotExist", "State Machine Does Not Exist: 'a'")
    assert str(error) == "StateMachineDoesNotExist: State Machine Does Not Exist: 'a'"
