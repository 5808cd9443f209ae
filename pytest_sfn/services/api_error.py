"""The refusal of a call by an API of AWS. A client raises it, a task of a workflow fails with it."""

from __future__ import annotations

from typing import Final

__all__ = ["ApiError"]

STATUSES: Final = {"ConflictException": 409, "ServiceQuotaExceededException": 402}
"""HTTP statuses other than 400 [documented for Step Functions]."""


class ApiError(Exception):
    """A refusal.

    It is neither an error of the test nor one of the workflow before it reaches the caller: boto3 makes a ClientError of
    it, a task of an SDK integration an error name and its cause.

    Attributes:
        code: as the service names it, `StateMachineDoesNotExist`.
        message: the service's text.
        reason: a member that some refusals have beside their text.
        status: of the HTTP response.
    """

    def __init__(self, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.status = STATUSES.get(code, 400)
