"""What the account of a test has of the account of the session, where code makes state machines outside of tests.

The session's account notes each call that makes, changes or deletes something that stays. The account of a test begins with
what these calls make, so that a test's changes are its own, and its mocks answer the executions that it starts. An execution
that was started outside of tests runs in the session's account, which answers what a test asks about it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from pytest_sfn.api.wire import respond
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from pytest_sfn.api.service import Service
    from pytest_sfn.gate.call import Answer, Call

__all__ = ["Inherited", "Made"]

LASTING: Final = frozenset(
    f"{verb}{thing}"
    for verb in ("Create", "Update", "Publish", "Delete", "Tag", "Untag")
    for thing in ("StateMachine", "StateMachineVersion", "StateMachineAlias", "Activity", "Resource")
)
"""Operations whose effect the account of a test begins with."""
ABSENT: Final = ("ExecutionDoesNotExist", "InvalidToken", "ResourceNotFound", "TaskDoesNotExist")
"""Refusals of what may be in the session's account."""


class AccountWithApi(Protocol):
    """Both kinds of account here."""

    def api_in(self, region: str) -> Service:
        """The API of Step Functions in a region."""


class _Lasting(NamedTuple):
    region: str
    operation: str
    members: dict[str, Any]


class Made:
    """What was made in the account of the session.

    Args:
        account: that account.
    """

    def __init__(self, account: AccountWithApi) -> None:
        self.account = account
        self.calls: list[_Lasting] = []

    def note(self, call: Call, region: str) -> None:
        """Note a call that the session's account has answered."""
        if call.operation in LASTING:
            self.calls.append(_Lasting(region, call.operation, json.loads(call.body)))


class Inherited:
    """What one test's account has of it.

    Args:
        made: what the session's account has.
    """

    __slots__ = ("_made", "_taken")

    def __init__(self, made: Made) -> None:
        self._made = made
        self._taken = 0

    def take(self, account: AccountWithApi) -> None:
        """Make in a test's account what has been made since the last time; what the test has made otherwise stays."""
        calls = self._made.calls[self._taken :]
        self._taken += len(calls)
        for call in calls:
            with suppress(ApiError):
                account.api_in(call.region).call(call.operation, call.members)

    def answer(self, call: Call, region: str, refused: Answer) -> Answer:
        """The session's answer to a call about an execution that the test's account does not have; `refused` if it has none.

        Args:
            refused: the answer of the test's account. Any refusal but that of an absent execution is final.
        """
        if call.operation in LASTING or not _absent(refused):
            return refused
        answer = respond(self._made.account.api_in(region), call.request)
        return refused if _absent(answer) else answer


def _absent(answer: Answer) -> bool:
    return answer[0] != 200 and json.loads(answer[2])["__type"] in ABSENT
