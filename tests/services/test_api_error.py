"""What an API answers when it refuses a call."""

from __future__ import annotations

from pytest_sfn.services.api_error import ApiError


def test_a_refusal_has_the_code_and_the_text_of_the_service():
    error = ApiError("StateMachineDoesNotExist", "State Machine Does Not Exist: 'a'")
    assert (error.code, error.message) == ("StateMachineDoesNotExist", "State Machine Does Not Exist: 'a'")
    assert str(error) == "StateMachineDoesNotExist: State Machine Does Not Exist: 'a'"
    assert (error.reason, error.status) == (None, 400)


def test_some_have_a_reason_or_another_status():
    assert ApiError("ValidationException", "text", reason="MISSING_REQUIRED_PARAMETER").reason == "MISSING_REQUIRED_PARAMETER"
    assert [ApiError(code, "").status for code in ("ConflictException", "ServiceQuotaExceededException")] == [409, 402]
