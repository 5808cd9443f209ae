"""Checks the arguments of a mock's methods when a test calls them, and makes the errors for misuse.

`label` is the mock's, for messages.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeGuard

from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import is_number
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "cause_of", "error_of", "is_default", "is_exception", "microseconds_of", "pull", "refuse", "times_of", "wants_context",
    "with_default",
]  # fmt: skip


def is_exception(value: object) -> TypeGuard[BaseException | type[BaseException]]:
    """Whether it is an exception or a class of exceptions."""
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


def refuse(label: str, verb: str, problem: str, advice: str, anchor: str = "answers") -> NoReturn:
    """Raise the error for a method that is misused."""
    raise MockError(f"{label}.{verb}: {problem}\n  fix  {advice}\n  see  {see(f'mocks#{anchor}')}", candidates=(label,))


def shown(value: object) -> str:
    """A wrong argument as a message shows it."""
    try:
        return repr(value)
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deep to be shown"


def error_of(
    label: str, verb: str, error: str | BaseException | type[BaseException], cause: str | None
) -> tuple[str, str | None]:
    """Error name and cause, of an exception too."""
    if isinstance(error, type) and issubclass(error, Exception):
        return error.__name__, cause
    if isinstance(error, Exception):
        return type(error).__name__, cause or str(error)
    if not isinstance(error, str) or not error:
        refuse(label, verb, f"got {shown(error)}", 'give an error name ("CardDeclined") or an Exception')
    return error, cause


def cause_of(label: str, verb: str, cause: Any) -> str | None:
    """A cause, which is text or nothing."""
    if cause is not None and not isinstance(cause, str):
        advice = "a cause is text; for JSON give " + ("raw_cause=json.dumps(...)" if verb == "raises" else "json.dumps(...)")
        refuse(label, verb, f"got the cause {shown(cause)}", advice)
    return cause


def microseconds_of(label: str, verb: str, seconds: float | timedelta) -> int:
    """A span of virtual time."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if not is_number(seconds) or not 0 <= seconds < 1e12:
        refuse(label, verb, f"got {shown(seconds)}", "give a number of seconds, 0 or more, or a timedelta")
    return round(seconds * MICROSECONDS)


def times_of(label: str, verb: str, times: int | None) -> int | None:
    """How often an answer is given."""
    if times is not None and (type(times) is not int or times < 1):
        advice = "times is a whole number, 1 or more; leave it out to repeat the last answer"
        refuse(label, verb, f"got times={shown(times)}", advice)
    return times


def wants_context(label: str, stub: Callable[..., Any]) -> bool:
    """Whether the stub is `f(event, context)`, after making sure that it is that or `f(event)`.

    An optional second parameter gets the context only under a name that says so: in `lambda event, i=i: ...` it is a
    variable of the test.
    """
    import inspect  # slow to import, and only stubs need it

    if isinstance(stub, type) and issubclass(stub, BaseException):
        refuse(label, "calls", f"got the exception {stub.__name__}", "use raises()")
    if not callable(stub):
        refuse(
            label, "calls", f"got {shown(stub)}", "give a function of (event) or (event, context); a value goes to returns()"
        )
    for kind, test in _NO_STUBS:
        if getattr(inspect, test)(stub) or getattr(inspect, test)(type(stub).__call__):
            refuse(label, "calls", f"{_name(stub)} is {kind}, which Lambda does not call", "give a plain function")
    try:
        parameters = inspect.signature(stub).parameters.values()
    except (ValueError, TypeError):  # some builtins have no signature
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty]
    rest = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    missing = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY and p.default is p.empty]
    if missing or len(required) > 2 or not (positional or rest):
        problem = f"{_name(stub)}{inspect.signature(stub)} is not a stub"
        refuse(label, "calls", problem, "give a function of (event) or (event, context)")
    if len(required) == 2 or rest:
        return True
    return len(positional) > 1 and positional[1].name.strip("_") in ("context", "ctx", "lambda_context")


_NO_STUBS: Final = (
    ("a coroutine function", "iscoroutinefunction"),
    ("an async generator function", "isasyncgenfunction"),
    ("a generator function", "isgeneratorfunction"),
)


def _name(stub: object) -> str:
    return getattr(stub, "__qualname__", None) or repr(stub)


def is_default(value: object) -> bool:
    """Whether it is unittest.mock.DEFAULT. A test that has it has imported its module, so this one need not."""
    module = sys.modules.get("unittest.mock")
    return module is not None and value is module.DEFAULT


def with_default(effect: Callable[..., Any], default: Any) -> Callable[..., Any]:
    """A stub that answers `default` where the effect answers DEFAULT."""

    def stub(*args: Any) -> Any:
        result = effect(*args)
        return default if is_default(result) else result

    return stub


def pull(label: str, answers: Any) -> Callable[[Any], Any]:
    """A stub that gives the next of an iterator's values, or raises it if it is an exception."""

    def stub(_event: Any) -> Any:
        try:
            value = next(answers)
        except StopIteration:
            raise MockError(f"{label}: the side_effect has no more answers\n  see  {see('mocks#unittest-mock')}") from None
        if is_exception(value):
            raise value
        return value

    return stub
