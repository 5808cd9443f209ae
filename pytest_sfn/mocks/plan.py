"""Which targets one task has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_sfn.mocks.answers import Delivery
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.services.function_names import FunctionName

__all__ = ["Plan"]


class Plan:
    """The targets of one task, in the order in which they are tried.

    Attributes:
        only: the target, if there is just one and it has no narrower mocks; else None.
        function: the Lambda function that the task calls, if any.
        invokes: whether it does so through `lambda:invoke`.
        handled: the mock that records calls of the function's own code, and its delivery; None if only mocks answer.
        own: how an answer of the function reaches Step Functions, whoever gives it.
        limit: virtual microseconds after which Lambda stops the function; None where no template says it, 0 until this was
            looked up.
    """

    __slots__ = ("delivery", "function", "handled", "invokes", "limit", "only", "own", "targets")

    def __init__(
        self,
        targets: list[tuple[Mock, Delivery]],
        function: FunctionName | None,
        *,
        invokes: bool,
        handled: tuple[Mock, Delivery] | None = None,
        own: Delivery | None = None,
    ) -> None:
        self.own = own
        self.targets = targets
        self.function = function
        self.invokes = invokes
        self.handled = handled
        self.limit: int | None = 0
        self.only: Mock | None = None
        self.delivery: Delivery | None = None
        if handled is not None and all(mock._script is None and not mock._narrower for mock, _ in targets):
            self.only, self.delivery = handled
        elif len(targets) == 1:
            mock, delivery = targets[0]
            if mock._script is not None and not mock._narrower:
                self.only, self.delivery = mock, delivery
