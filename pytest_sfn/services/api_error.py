"""The refusal of a call by an API of AWS. A client raises it, a task of a workflow fails with it."""

from __future__ import annotations

__all__ = ["ApiError"]


class ApiError(Exception):
    """A refusal, with HTTP status 400.

    It is neither an error of the test nor one of the workflow before it reaches the caller: boto3 makes a ClientError of
    it, a task of an SDK integration an error name and its cause.

    Attributes:
        code: as the service names it, `StateMachineDoesNotExist`.
        message: the service's text.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
