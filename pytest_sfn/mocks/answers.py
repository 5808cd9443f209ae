"""The answers of a script: a value, an error, a function of the test, no answer at all.

An answer does not know how a target answers Step Functions; the `Delivery` that gets it does (a bare function ARN,
`lambda:invoke`, any other service). Most answers end the task. After `Taken` the task stays open until the answer's `End` or
an answer to its token, whichever is first; heartbeats keep it alive meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import admit
from pytest_sfn.links import see
from pytest_sfn.tasks.functions import FUNCTION_TIMEOUT_SECONDS
from pytest_sfn.tasks.request import place
from pytest_sfn.tasks.waiting import waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.lambda_.handlers import Handler
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.functions import Stub as Function
    from pytest_sfn.tasks.request import Request

__all__ = [
    "MICROSECONDS",
    "Answer",
    "CallsHandler",
    "Completes",
    "CompletesWithError",
    "Delivery",
    "End",
    "FunctionTimesOut",
    "Raises",
    "Returns",
    "Stub",
    "Taken",
    "TimesOut",
]

MICROSECONDS: Final = 1_000_000


class Delivery(Protocol):
    """How the target of a mock passes an answer to Step Functions. `after` is in virtual microseconds."""

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        """The target answers with an admitted value (`expressions.values.admit` gives the three)."""

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        """The target fails; with `verbatim` Step Functions gets the cause unchanged."""

    def call(self, request: Request, stub: Function, after: int) -> None:
        """The user's function decides."""

    def function_timed_out(self, request: Request, after: int) -> None:
        """Lambda stops the function after that time."""

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        """The target has taken the task with an admitted value as response; the task stays open."""

    def completed(self, request: Request, value: Any, size: int, depth: int) -> None:
        """A task that was taken ends with an admitted value."""


class Answer:
    """One entry of a script.

    Attributes:
        times: how often it answers; None: once, or for ever when it is the last.
        takes: virtual microseconds between the task's start and the answer.
        runs_stub: whether it runs a function of the test.
    """

    __slots__ = ("takes", "times")
    runs_stub = False

    def __init__(self, times: int | None) -> None:
        self.times = times
        self.takes = 0

    def play(self, request: Request, delivery: Delivery) -> None:
        raise NotImplementedError

    def exceeds(self, limit: int) -> bool:
        """Whether Lambda stops the function before the answer is there, after `limit` virtual microseconds."""
        return self.takes > limit


class Returns(Answer):
    __slots__ = ("depth", "size", "value")

    def __init__(self, value: Any, times: int | None) -> None:
        self.times = times
        self.takes = 0
        self.value, self.size, self.depth = admit(value)

    def play(self, request: Request, delivery: Delivery) -> None:
        delivery.returned(request, self.value, self.size, self.depth, self.takes)


class Raises(Answer):
    __slots__ = ("cause", "error", "verbatim")

    def __init__(self, error: str, cause: str | None, verbatim: bool, times: int | None) -> None:
        self.times = times
        self.takes = 0
        self.error = error
        self.cause = cause
        self.verbatim = verbatim

    def play(self, request: Request, delivery: Delivery) -> None:
        delivery.failed(request, self.error, self.cause, self.verbatim, self.takes)


class Stub(Answer):
    """A user's function and whether it wants Lambda's context object beside the event."""

    __slots__ = ("function", "with_context")
    runs_stub = True
    stays_open = False
    application = False

    def __init__(self, function: Callable[..., Any], with_context: bool, times: int | None) -> None:
        super().__init__(times)
        self.function = function
        self.with_context = with_context

    def play(self, request: Request, delivery: Delivery) -> None:
        delivery.call(request, self, self.takes)

    def handler(self, request: Request, function: FunctionName | None) -> Handler | None:
        """The function's own code, if it answers."""
        return None


class Application(Stub):
    """A web application, as the function of requests that asks it."""

    __slots__ = ()
    application = True


class CallsHandler(Stub):
    """A function's own code, found when it is called: by then the templates are loaded.

    Args:
        find: gives the handler that a task of a function calls.
    """

    __slots__ = ("_find",)
    runs_stub = False

    def __init__(self, find: Callable[[Request, FunctionName | None], Handler], times: int | None) -> None:
        super().__init__(_nothing, True, times)
        self._find = find

    def handler(self, request: Request, function: FunctionName | None) -> Handler:
        return self._find(request, function)

    def exceeds(self, limit: int) -> bool:
        """The handler has its own timeout, which the test may have set."""
        return False


def _nothing(event: Any, context: Any) -> None:
    """Takes the place of a stub's function; the handler is called instead."""


class TimesOut(Answer):
    __slots__ = ()

    def play(self, request: Request, delivery: Delivery) -> None:  # no delivery gets it
        if request.timeout is None and request.heartbeat is None:
            fix = "use function_times_out() for the timeout of the Lambda function itself (Sandbox.Timedout)"
            if request.execution:
                fix = f"give the state TimeoutSeconds or HeartbeatSeconds, or {fix}"
            raise MockError(
                f"{place(request)}: times_out() would wait for ever\n  fix  {fix}\n  see  {see('mocks#timeouts')}",
                state=request.state.name,
            )
        request.never()


class FunctionTimesOut(Answer):
    __slots__ = ()

    def __init__(self, times: int | None) -> None:
        super().__init__(times)
        self.takes = FUNCTION_TIMEOUT_SECONDS * MICROSECONDS

    def play(self, request: Request, delivery: Delivery) -> None:
        delivery.function_timed_out(request, self.takes)

    def exceeds(self, limit: int) -> bool:
        """It takes the function's own time unless the test has said a shorter one."""
        return self.takes > limit or self.takes == FUNCTION_TIMEOUT_SECONDS * MICROSECONDS


# -- tasks that stay open ------------------------------------------------------------------------------------------------


class End:
    """How a task that was taken ends, `after` virtual microseconds later, unless something else has ended it by then."""

    __slots__ = ("after",)

    def __init__(self, after: int) -> None:
        self.after = after

    def play(self, request: Request, delivery: Delivery) -> None:
        raise NotImplementedError


class Completes(End):
    __slots__ = ("depth", "size", "value")

    def __init__(self, output: Any, after: int) -> None:
        super().__init__(after)
        self.value, self.size, self.depth = admit(output)

    def play(self, request: Request, delivery: Delivery) -> None:
        delivery.completed(request, self.value, self.size, self.depth)


class CompletesWithError(End):
    __slots__ = ("cause", "error")

    def __init__(self, error: str, cause: str | None, after: int) -> None:
        super().__init__(after)
        self.error = error
        self.cause = cause

    def play(self, request: Request, delivery: Delivery) -> None:
        request.fail(self.error, self.cause)


class Taken(Answer):
    """The service takes the task, and the answer does not end it.

    Attributes:
        what: the service's response, or the function that makes it.
        every: virtual microseconds between heartbeats, from when it is taken; None for none.
        end: how the task ends; None if this script does not end it.
    """

    __slots__ = ("end", "every", "what")
    stays_open = True
    application = False

    def __init__(self, what: Returns | Stub) -> None:
        super().__init__(what.times)
        self.takes = what.takes
        self.what = what
        self.every: int | None = None
        self.end: End | None = None

    @property
    def runs_stub(self) -> bool:  # type: ignore[override]
        return self.what.runs_stub

    @property
    def function(self) -> Callable[..., Any]:
        assert isinstance(self.what, Stub)
        return self.what.function

    @property
    def with_context(self) -> bool:
        assert isinstance(self.what, Stub)
        return self.what.with_context

    def handler(self, request: Request, function: FunctionName | None) -> Handler | None:
        assert isinstance(self.what, Stub)
        return self.what.handler(request, function)

    def play(self, request: Request, delivery: Delivery) -> None:
        if not waits(request.resource):
            raise self._misplaced(request)
        what, end = self.what, self.end
        if isinstance(what, Returns):
            delivery.submitted(request, what.value, what.size, what.depth, self.takes)
        else:
            delivery.call(request, self, self.takes)
        if self.every is not None and request.heartbeat is not None:
            self._beat(request, self.takes, self.every)
        if end is not None:
            request.later(self.takes + end.after, lambda: end.play(request, delivery))

    def exceeds(self, limit: int) -> bool:
        return not isinstance(self.what, CallsHandler) and super().exceeds(limit)

    def _beat(self, request: Request, taken: int, every: int) -> None:
        """Set the timer of the next heartbeat; those of a task that has ended are stale."""
        if self.end is None and request.timeout is None:
            raise self._error(
                request,
                "heartbeats() would go on for ever",
                "say how the task ends, with .completes(output, after=seconds), or give the state TimeoutSeconds",
            )

        def beat() -> None:
            request.beat()
            request.later(every, beat)

        request.later(taken + every, beat)

    def _misplaced(self, request: Request) -> MockError:
        verb = "submits()" if self.end is None and self.every is None else "heartbeats()" if self.end is None else "completes()"
        return self._error(
            request,
            f"{verb} cannot answer a task that does not stay open",
            "use returns() or raises(), with takes(seconds) for the time that passes; only a Resource with .waitForTaskToken "
            "or .sync, or an activity, is taken first and ends later",
        )

    @staticmethod
    def _error(request: Request, problem: str, advice: str) -> MockError:
        name = request.state.name
        text = f"{place(request)}: {problem}\n  resource  {request.resource.text}\n  fix       {advice}\n"
        return MockError(f"{text}  see       {see('mocks#callbacks')}", state=name)
