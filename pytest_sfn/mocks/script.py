"""Scripted answers: what a mock says, in which order, how often, and how long each answer takes.

A `Script` is a list of answers. They are drawn in order, each once or `times` times; the last one answers for ever
unless it has `times`. Drawing moves a cursor before anything else happens, so a stub may run the same script again from
inside. `.per_item()` and `.per_execution()` give each Map item or execution a cursor of its own over the same answers.

All that can be checked is checked when the answer is registered: a value is copied and must be JSON, a stub must be a
plain function of one or two arguments. The answers themselves are in answers.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from pytest_sfn.errors import JsonValueError, MockError, UnknownAttributeError
from pytest_sfn.expressions.values import is_number
from pytest_sfn.mocks.answers import (
    DOCS,
    MICROSECONDS,
    CallsHandler,
    Completes,
    CompletesWithError,
    FunctionTimesOut,
    Raises,
    Returns,
    Stub,
    Taken,
    TimesOut,
)
from pytest_sfn.mocks.calls import Inspecting
from pytest_sfn.mocks.checked import warn_of_lambda_timeout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.mocks.answers import Answer, End
    from pytest_sfn.mocks.calls import Call
    from pytest_sfn.mocks.mock import Mock

__all__ = ["MICROSECONDS", "Answering", "Script"]


# -- scripts -----------------------------------------------------------------------------------------------------------


class Answering:
    """The verbs that a mock and a script have in common. Each returns the script, so that answers can be chained."""

    __slots__ = ()

    def _script_to_extend(self) -> Script:
        raise NotImplementedError

    if not TYPE_CHECKING:  # to a type checker, an attribute that is not there shall stay an error

        def __getattr__(self, name: str) -> NoReturn:
            """Tell who wants to answer a request where that is done."""
            if name in ("responds", "serves"):
                raise UnknownAttributeError(
                    f"{self.label}.{name}(): only the mock of an endpoint answers with HTTP responses\n"
                    f'  fix  use sfn_mock.http("https://...").{name}(...) for an HTTP task or API Gateway, returns(...) or '
                    f"calls(...) here\n  see  docs/http.md#answers"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

    def returns(self, value: Any, times: int | None = None) -> Script:
        """Answer with `value`.

        Args:
            value: what the function returns; for a mock of a state or a Resource the task's whole result. Copied now.
            times: how often; None: once, or for ever if it is the script's last answer.

        Raises:
            JsonValueError: `value` is not JSON.
        """
        script = self._script_to_extend()
        if isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException)):
            _refuse(script, "returns", f"got the exception {value!r}", "use raises() to let the task fail")
        try:
            answer = Returns(value, _times(script, "returns", times))
        except JsonValueError as error:
            advice = "; a function goes to calls()" if callable(value) else ""
            raise JsonValueError(f"{script.label}.returns(): {error}{advice}", error.path) from None
        return script._add(answer)

    def raises(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        raw_cause: str | None = None,
        times: int | None = None,
    ) -> Script:
        """Fail with an error name.

        Args:
            error: the error name as ErrorEquals matches it, or an exception (its class name; its text is the cause).
            cause: of a function's own error, the `errorMessage` in Lambda's JSON cause; kept as it is for errors of the
                Lambda service (`Lambda.*`, `Sandbox.*`, `States.*`) and for those of a state or a Resource.
            raw_cause: the cause as Step Functions shall see it, whatever the error.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        error, cause = _error(script, "raises", error, cause)
        warn_of_lambda_timeout(error, script.label, stacklevel=2)
        if raw_cause is not None and cause:
            _refuse(script, "raises", "got both cause and raw_cause", "raw_cause is the whole cause; leave cause out")
        text = _cause(script, "raises", cause if raw_cause is None else raw_cause)
        return script._add(Raises(error, text, raw_cause is not None, _times(script, "raises", times)))

    def times_out(self, times: int | None = None) -> Script:
        """Never answer: the task ends by its TimeoutSeconds or HeartbeatSeconds with `States.Timeout`."""
        script = self._script_to_extend()
        return script._add(TimesOut(_times(script, "times_out", times)))

    def submits(self, response: Any = ..., times: int | None = None) -> Script:
        """Let the service take the task, and no more: the task stays open until whoever has the token answers, or times out.

        For tasks with `.waitForTaskToken` or `.sync` and for activities (there a worker takes it).

        Args:
            response: what the service answers, `{}` when left out; for a mock of a function what that returns. A function
                makes it of the task's input.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        number = _times(script, "submits", times)
        if callable(response):
            return script._add(Taken(Stub(response, _wants_context(script, response), number)))
        try:
            return script._add(Taken(Returns({} if response is ... else response, number)))
        except JsonValueError as error:
            raise JsonValueError(f"{script.label}.submits(): {error}", error.path) from None

    def completes(self, output: Any, after: float | timedelta = 0, times: int | None = None) -> Script:
        """Let the task that the answer before this took (`submits`, or else `returns` or `calls`) end with `output`.

        What the answer before says is then what the service answered. Without one that can be continued, the service
        answers `{}`.

        Args:
            output: as SendTaskSuccess sends it; for `.sync` the job's last description.
            after: virtual seconds from when it was taken; an answer, a timeout or a missing heartbeat may come before.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        try:
            end = Completes(output, _microseconds(script, "completes", after))
        except JsonValueError as error:
            raise JsonValueError(f"{script.label}.completes(): {error}", error.path) from None
        return script._end("completes", end, times)

    def completes_with_error(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        after: float | timedelta = 0,
        times: int | None = None,
    ) -> Script:
        """Let the task that the answer before this took fail, as SendTaskFailure does. Arguments as for `completes`."""
        script = self._script_to_extend()
        name, text = _error(script, "completes_with_error", error, cause)
        text = _cause(script, "completes_with_error", text)
        end = CompletesWithError(name, text, _microseconds(script, "completes_with_error", after))
        return script._end("completes_with_error", end, times)

    def heartbeats(self, every: float | timedelta) -> Script:
        """Let a heartbeat come every so many virtual seconds while the task that the answer before this took is open."""
        script = self._script_to_extend()
        microseconds = _microseconds(script, "heartbeats", every)
        if not microseconds:
            _refuse(script, "heartbeats", f"got every={every!r}", "give a number of seconds, more than 0", "callbacks")
        script._taken(None).every = microseconds
        return script

    def function_times_out(self, times: int | None = None) -> Script:
        """Let Lambda stop the function: error `Sandbox.Timedout` after its timeout of 3 s, or of `.takes(seconds)`."""
        script = self._script_to_extend()
        return script._add(FunctionTimesOut(_times(script, "function_times_out", times)))

    def calls_handler(
        self,
        handler: str | None = None,
        *,
        root: str | PathLike[str] | None = None,
        layers: Iterable[str | PathLike[str]] = (),
        environment: Mapping[str, str] | None = None,
        timeout_seconds: int | None = None,
        freeze_time: bool | None = None,
        times: int | None = None,
    ) -> Script:
        """Run the function's own Python code, in this process, as Lambda does. For mocks of functions.

        What is not given here, the function's template says.

        Args:
            handler: `"app.handler"`, as Lambda writes it, or a file and a function of it, `"src/order/app.py:handler"`.
            root: the folder or zip archive with the code; a file's own folder when left out.
            layers: folders or zip archives with more code, beside the template's layers.
            environment: environment variables, beside the template's, and stronger than those.
            timeout_seconds: the function's timeout; an answer that `.takes(...)` longer is `Sandbox.Timedout`.
            freeze_time: show the handler the virtual time (needs time-machine or freezegun).
            times: as in `returns`.

        Raises:
            MockError: a file is not there. Whether the function's code can run here shows when it is called.
        """
        script = self._script_to_extend()
        handlers = script._mock._handlers
        chosen = handlers.choose(
            handler,
            root=root,
            layers=layers,
            environment=environment,
            timeout_seconds=timeout_seconds,
            freeze_time=freeze_time,
        )
        return script._add(CallsHandler(handlers, chosen, _times(script, "calls_handler", times)))

    def fails_then_calls(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        raw_cause: str | None = None,
        times: int = 1,
        **handler: Any,
    ) -> Script:
        """Fail with an error name `times` times, and from then on run the function's own code.

        Args:
            error, cause, raw_cause, times: as for `raises`.
            handler: as for `calls_handler`.
        """
        return self.raises(error, cause, raw_cause, times).calls_handler(**handler)

    def _add_stub(self, stub: Callable[..., Any], times: int | None) -> Script:
        """What calling `.calls` does."""
        script = self._script_to_extend()
        return script._add(Stub(stub, _wants_context(script, stub), _times(script, "calls", times)))

    def _side_effect(self, effect: Any, return_value: Any, has_return_value: bool) -> Script:
        """What `side_effect=` means in unittest.mock, with `return_value` for those of its answers that are DEFAULT."""
        script = self._script_to_extend()
        if isinstance(effect, BaseException) or (isinstance(effect, type) and issubclass(effect, BaseException)):
            return script._raise(effect)
        if callable(effect):
            with_context = _wants_context(script, effect)
            value = Returns(return_value, None).value if has_return_value else None
            return script._add(Stub(_with_default(effect, value) if has_return_value else effect, with_context, None))
        if isinstance(effect, (str, bytes, dict)) or not isinstance(effect, Iterable):
            advice = "give an exception, a function or a list of answers; a value is return_value"
            _refuse(script, "side_effect", f"got {effect!r}", advice)
        if not isinstance(effect, (list, tuple)):
            return script._add(Stub(_pull(script.label, iter(effect)), False, None))
        if not effect:
            _refuse(script, "side_effect", "got no answers", "put at least one into the list")
        for each in effect:
            if isinstance(each, BaseException) or (isinstance(each, type) and issubclass(each, BaseException)):
                script._raise(each, times=1)
            else:
                script.returns(return_value if has_return_value and _is_default(each) else each, times=1)
        return script


class Script(Answering, Inspecting):
    """A chain of answers. What it shows of calls (`calls`, `call_count`, the assertions) is its mock's."""

    __slots__ = ("_cursor", "_cursors", "_mock", "answers", "scope")

    def __init__(self, mock: Mock, scope: str | None = None) -> None:
        self._mock = mock
        self.scope = scope
        self._cursor = [0, 0]
        self._cursors: dict[Any, list[int]] | None = None
        self.answers: list[Answer] = []

    @property
    def label(self) -> str:
        return self._mock.label

    @property
    def records(self) -> list[TaskRequest]:
        return self._mock.records

    @property
    def views(self) -> dict[int, Call]:
        return self._mock.views

    def when(self, **conditions: Any) -> Mock:
        """The mock's `when`."""
        return self._mock.when(**conditions)

    def draw(self, request: TaskRequest) -> Answer | None:
        """The next answer; None when the script is used up."""
        cursor = self._cursor if self.scope is None else self._cursor_of(request)
        answers = self.answers
        index = cursor[0]
        last = len(answers) - 1
        while index <= last:
            answer = answers[index]
            limit = answer.times or index < last  # neither: the last one repeats for ever
            if not limit or cursor[1] < limit:
                cursor[1] += 1
                return answer
            cursor[0] = index = index + 1
            cursor[1] = 0
        return None

    def rewind(self) -> None:
        """Begin anew with the first answer."""
        self._cursor[:] = 0, 0
        self._cursors = None

    def _cursor_of(self, request: TaskRequest) -> list[int]:
        key = (request.run.sequence, request.item) if self.scope == "item" else request.run.sequence
        if self._cursors is None:
            self._cursors = {}
        return self._cursors.setdefault(key, [0, 0])

    @property
    def total(self) -> int | None:
        """How many answers there are (for each item or execution); None when the last one repeats for ever."""
        if self.answers and self.answers[-1].times is None:
            return None
        return sum(answer.times or 1 for answer in self.answers)

    @property
    def drawn(self) -> int:
        """How many answers were drawn from the script that all share."""
        index, used = self._cursor
        return sum(answer.times or 1 for answer in self.answers[:index]) + used

    def takes(self, seconds: float | timedelta) -> Self:
        """Let the answer before this take that long in virtual time; the task starts, its answer comes later."""
        microseconds = _microseconds(self, "takes", seconds)
        if not self.answers:
            _refuse(self, "takes", "there is no answer before it", "write .returns(...).takes(5)")
        last = self.answers[-1]
        if isinstance(last, TimesOut):
            _refuse(self, "takes", "times_out() never answers", "the state's TimeoutSeconds says when the task ends")
        if isinstance(last, Taken) and last.end is not None:
            _refuse(self, "takes", "it is said already when the task ends", "write .completes(output, after=5)", "callbacks")
        last.takes = microseconds
        return self

    def per_item(self) -> Self:
        """Give each Map item of each execution its own copy of the script."""
        self.scope = "item"
        return self

    def per_execution(self) -> Self:
        """Give each execution its own copy of the script."""
        self.scope = "execution"
        return self

    def __repr__(self) -> str:
        return f"<script of {self._mock!r}>"

    def _script_to_extend(self) -> Script:
        if self.answers and self._mock.script is not self:
            _refuse(self, "script", "a later answer on the mock has replaced this script", "continue the new one")
        return self

    def _add(self, answer: Answer) -> Script:
        if not self.answers:
            self._mock._install(self)
        self.answers.append(answer)
        return self

    def _taken(self, times: int | None) -> Taken:
        """The last answer, if it can be continued, as one that leaves the task open; else a new one that does."""
        last = self.answers[-1] if self.answers else None
        if isinstance(last, Taken) and last.end is None:
            taken = last
        elif isinstance(last, (Returns, Stub)):
            self.answers[-1] = taken = Taken(last)
        else:
            taken = Taken(Returns({}, times))
            self._add(taken)
        return taken

    def _end(self, verb: str, end: End, times: int | None) -> Script:
        times = _times(self, verb, times)
        taken = self._taken(times)
        if times is not None and taken.times not in (None, times):
            advice = "the two are one answer; say it once"
            _refuse(self, verb, f"got times={times}, and the answer before has times={taken.times}", advice, "callbacks")
        taken.times = taken.times if times is None else times
        taken.end = end
        return self

    def _raise(self, error: BaseException | type[BaseException], times: int | None = None) -> Script:
        """Raise as a stub would: what is no error of the function (a failing assert, pytest.fail) goes to the test."""
        kind = error if isinstance(error, type) else type(error)
        if issubclass(kind, Exception) and not issubclass(kind, AssertionError):
            return self.raises(error, times=times)

        def stub(_event: Any) -> NoReturn:
            raise error

        return self._add(Stub(stub, False, times))


# -- checks at registration --------------------------------------------------------------------------------------------


def _refuse(script: Script, verb: str, problem: str, advice: str, anchor: str = "answers") -> NoReturn:
    raise MockError(f"{script.label}.{verb}: {problem}\n  fix  {advice}\n  see  {DOCS}#{anchor}", candidates=(script.label,))


def _error(
    script: Script, verb: str, error: str | BaseException | type[BaseException], cause: str | None
) -> tuple[str, str | None]:
    """Error name and cause, of an exception too."""
    if isinstance(error, type) and issubclass(error, Exception):
        return error.__name__, cause
    if isinstance(error, Exception):
        return type(error).__name__, cause or str(error)
    if not isinstance(error, str) or not error:
        _refuse(script, verb, f"got {error!r}", 'give an error name ("CardDeclined") or an Exception')
    return error, cause


def _cause(script: Script, verb: str, cause: Any) -> str | None:
    if cause is not None and not isinstance(cause, str):
        advice = "a cause is text; for JSON give " + ("raw_cause=json.dumps(...)" if verb == "raises" else "json.dumps(...)")
        _refuse(script, verb, f"got the cause {cause!r}", advice)
    return cause


def _microseconds(script: Script, verb: str, seconds: float | timedelta) -> int:
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if not is_number(seconds) or not 0 <= seconds < 1e12:
        _refuse(script, verb, f"got {seconds!r}", "give a number of seconds, 0 or more, or a timedelta")
    return round(seconds * MICROSECONDS)


def _times(script: Script, verb: str, times: int | None) -> int | None:
    if times is not None and (type(times) is not int or times < 1):
        advice = "times is a whole number, 1 or more; leave it out to repeat the last answer"
        _refuse(script, verb, f"got times={times!r}", advice)
    return times


def _wants_context(script: Script, stub: Callable[..., Any]) -> bool:
    """Whether the stub is `f(event, context)`, after making sure that it is that or `f(event)`.

    An optional second parameter gets the context only under a name that says so: in `lambda event, i=i: ...` it is a
    variable of the test.
    """
    import inspect  # slow to import, and only stubs need it

    if isinstance(stub, type) and issubclass(stub, BaseException):
        _refuse(script, "calls", f"got the exception {stub.__name__}", "use raises()")
    if not callable(stub):
        _refuse(script, "calls", f"got {stub!r}", "give a function of (event) or (event, context); a value goes to returns()")
    for kind, test in _NO_STUBS:
        if getattr(inspect, test)(stub) or getattr(inspect, test)(type(stub).__call__):
            _refuse(script, "calls", f"{_name(stub)} is {kind}, which Lambda does not call", "give a plain function")
    try:
        parameters = inspect.signature(stub).parameters.values()
    except (ValueError, TypeError):  # some builtins have no signature
        return False
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty]
    rest = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    missing = [p.name for p in parameters if p.kind == p.KEYWORD_ONLY and p.default is p.empty]
    if missing or len(required) > 2 or not (positional or rest):
        problem = f"{_name(stub)}{inspect.signature(stub)} is no stub"
        _refuse(script, "calls", problem, "give a function of (event) or (event, context)")
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


def _is_default(value: object) -> bool:
    """Whether it is unittest.mock.DEFAULT. Who holds that has imported the module; we need not."""
    module = sys.modules.get("unittest.mock")
    return module is not None and value is module.DEFAULT


def _with_default(effect: Callable[..., Any], default: Any) -> Callable[..., Any]:
    def stub(*args: Any) -> Any:
        result = effect(*args)
        return default if _is_default(result) else result

    return stub


def _pull(label: str, answers: Any) -> Callable[[Any], Any]:
    """A stub that gives the next of an iterator's values, or raises it if it is an exception."""

    def stub(_event: Any) -> Any:
        try:
            value = next(answers)
        except StopIteration:
            raise MockError(f"{label}: the side_effect has no more answers\n  see  {DOCS}#unittest-mock") from None
        if isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException)):
            raise value
        return value

    return stub
