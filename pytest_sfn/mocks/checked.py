"""Answers of mocks that AWS could never give: a mock of a state or a Resource, checked when it answers a service task.

The service is known only when the mock answers, since states of several machines may share a mock. The check wraps the
`Delivery` of the task, so it sees what a stub returned as well.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pytest_sfn.errors import JsonValueError, MockError, MockWarning, warn
from pytest_sfn.expressions.values import admit
from pytest_sfn.links import see
from pytest_sfn.names import is_misspelt
from pytest_sfn.services.misfits import answer_misfits
from pytest_sfn.services.operations import operation_of
from pytest_sfn.tasks.request import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.mocks.answers import Delivery
    from pytest_sfn.services.shapes import Misfit
    from pytest_sfn.tasks.functions import Stub as Function
    from pytest_sfn.tasks.request import Request

__all__ = ["LAMBDA_TIMEOUT", "CheckedAnswers", "Validate", "check_validate", "warn_of_lambda_timeout"]

Validate = Literal["strict", "present", "none"]
"""How an answer is checked, as by TestState's `fieldValidationMode`: required members and types; types; not at all."""

_DOCS: Final = see("mocks#answers-aws-could-never-give")


def check_validate(value: Any, where: str) -> Validate:
    """The mode that a user gave.

    Raises:
        MockError: there is no such mode.
    """
    if value == "strict":  # the usual case, and each account comes here
        return "strict"
    for mode in get_args(Validate):
        if isinstance(value, str) and value.lower() == mode:
            return mode  # type: ignore[no-any-return]
    raise MockError(f'{where}: validate is {value!r}\n  fix  it is "strict", "present" or "none"\n  see  {_DOCS}')


class CheckedAnswers:
    """A `Delivery` that refuses answers which the service could not give, and passes on the others.

    Args:
        behind: how an answer reaches Step Functions.
        label: the mock's.
        mode: how answers are checked; never "none".
    """

    __slots__ = ("behind", "label", "mode", "warned")

    def __init__(self, behind: Delivery, label: str, mode: Validate) -> None:
        self.behind = behind
        self.label = label
        self.mode = mode
        self.warned: set[str] = set()

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        self.check(request, value)
        self.behind.returned(request, value, size, depth, after)

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        if value:  # that of submits() without a response says only that the service has taken the task
            self.check(request, value, taken=True)
        self.behind.submitted(request, value, size, depth, after)

    def completed(self, request: Request, value: Any, size: int, depth: int) -> None:
        self.check(request, value)
        self.behind.completed(request, value, size, depth)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        if error not in self.warned:
            self.warned.add(error)
            self._warn(request, error)
        self.behind.failed(request, error, cause, verbatim, after)

    def call(self, request: Request, stub: Function, after: int) -> None:
        checked = _CheckedStub(stub, functools.partial(self.check, request, taken=stub.stays_open))
        self.behind.call(request, checked, after)

    def function_timed_out(self, request: Request, after: int) -> None:
        self.behind.function_timed_out(request, after)

    def check(self, request: Request, value: Any, *, taken: bool = False) -> None:
        """Refuse an answer that the service could not give, and warn of a member whose name is nearly one of the service's.

        Raises:
            MockError: the service could not give it.
        """
        found = answer_misfits(request.resource, value, taken=taken, present=self.mode == "present", unknown=True)
        if not found:
            return
        wrong = [misfit for misfit in found if misfit.kind != "unknown"]
        if wrong:
            raise self._error(request, value, wrong)
        for misfit in found:
            self._warn_of_slip(request, misfit, value)

    def _warn_of_slip(self, request: Request, misfit: Misfit, value: Any) -> None:
        around = _around(misfit, value)
        meant = next((name for name in misfit.known if name not in around and is_misspelt(misfit.name, name)), None)
        if meant is not None and f".{misfit.name}" not in self.warned:
            self.warned.add(f".{misfit.name}")
            what = f"{request.resource.service}:{request.resource.action} never answers; did you mean {meant!r}?"
            warn(f"{place(request)}: {self.label} answers {misfit.where!r}, which {what} See {_DOCS}", kind=MockWarning)

    def _error(self, request: Request, value: Any, found: list[Misfit]) -> MockError:
        state = request.state.name
        first = found[0]
        lines = [
            f"{place(request)}: AWS could never give this answer: {first.whole_text}",
            f"  resource  {request.resource.text}",
            f"  mock      {self.label}",
        ]
        for number, misfit in enumerate(found[:_LISTED]):
            lines.append(f"  {'fields' if number == 0 else '':<8}  {misfit.where or 'the whole'}: {_explain(misfit, value)}")
        if len(found) > _LISTED:
            lines.append(f"            and {len(found) - _LISTED} more")
        weaker = (
            'validate="present" lets required fields be missing'
            if first.kind == "missing"
            else 'validate="none" checks nothing'
        )
        lines += [f"  fix       answer as the service does; {weaker}", f"  see       {_DOCS}"]
        return MockError("\n".join(lines), state=state, candidates=(self.label,))

    def _warn(self, request: Request, error: str) -> None:
        unknown = unknown_error(request.resource, error)
        if unknown:
            where = f"{place(request)}"
            warn(f"{where}: {self.label} raises {error!r}, {unknown}; see {_DOCS}", kind=MockWarning)


_LISTED: Final = 6


def _explain(misfit: Misfit, value: Any) -> str:
    """What is wrong with one field, with the name that was probably meant."""
    if misfit.kind != "missing":
        return f"{misfit.text}{f' ({misfit.expected})' if misfit.kind == 'value' else ''}"
    around = _around(misfit, value)
    names = {name.casefold(): name for name in around if name not in misfit.known} if isinstance(around, dict) else {}
    near = names.get(misfit.name.casefold())
    if near is None:
        return "is missing"
    return f"is missing; did you mean it by '{near}'?"


def _around(misfit: Misfit, value: Any) -> Any:
    """What holds the member that does not fit."""
    for part in misfit.path[:-1]:
        value = value[part]
    return value


def unknown_error(resource: Resource, error: str) -> str | None:
    """Why the service cannot raise that error, and which it can; None if it can, or if its errors are not known."""
    if resource.kind != "service" or resource.pattern == ".waitForTaskToken" or resource.service == "lambda":
        return None
    operation = operation_of(resource)
    if operation is None or operation.can_raise(error):
        return None
    if resource.service == "events" and error == "EventBridge.FailedEntry":
        return None
    return f"which {resource.service}:{resource.action} never does; it can raise {', '.join(operation.errors())}"


LAMBDA_TIMEOUT: Final = "Lambda.Timeout"
"""Many definitions and tests name it, and AWS never reports it."""


def warn_of_lambda_timeout(label: str) -> None:
    """Say of a script that raises `LAMBDA_TIMEOUT` what AWS reports instead."""
    text = "AWS Lambda never reports that: a function's own timeout is Sandbox.Timedout, in older runtimes Lambda.Unknown"
    warn(f"{label} raises {LAMBDA_TIMEOUT!r}; {text}; see {_DOCS}", kind=MockWarning)


class _CheckedStub:
    """A user's function whose answer is checked before it is delivered."""

    __slots__ = ("function", "handler", "stays_open", "with_context")
    application = False

    def __init__(self, stub: Function, check: Callable[[Any], None]) -> None:
        user = stub.function

        @functools.wraps(user, updated=())
        def function(*arguments: Any) -> Any:
            __tracebackhide__ = True
            result = user(*arguments)
            try:
                value = admit(result)[0]
            except JsonValueError:
                return result  # the caller reports it
            check(value)
            return result

        self.function = function
        self.with_context = stub.with_context
        self.stays_open = stub.stays_open
        self.handler = stub.handler
