"""The mock of one target: its script of answers, and its narrower mocks.

A *target* is a Lambda function, a state, a Resource or an endpoint; the registry keeps one `Mock` for each. `.when(...)`
gives a narrower mock of the same target with a script and calls of its own. A target's mock shows every call of the target
that it or a narrower one answered.

Of the narrower mocks that fit a call, the one that is narrower than all others answers. If there is none, the test is
ambiguous: an error of the test, since any choice could hide a mistake.

A `Script` is a list of answers. They are drawn in order, each once or `times` times; the last one answers for ever
unless it has `times`. Drawing moves a cursor before anything else happens, so a stub may run the same script again from
inside. `.per_item()` and `.per_execution()` give each Map item or execution a cursor of its own over the same answers.

Arguments are checked when the answer is registered (`arguments.py`). The answers themselves are in `answers.py`. What registers
takes the lock of the turn, so threads may use one mock; the engine draws answers within its turn.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import update_wrapper
from itertools import islice
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Protocol, Self

from pytest_sfn.asl.files import shown_path
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import Absent, JsonValueError, Lacking, MockError, MockWarning, printable, warn
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import (
    Completes,
    CompletesWithError,
    FunctionTimesOut,
    Raises,
    Returns,
    Stub,
    Taken,
    TimesOut,
)
from pytest_sfn.mocks.arguments import (
    cause_of,
    error_of,
    is_default,
    is_exception,
    microseconds_of,
    pull,
    refuse,
    times_of,
    wants_context,
    with_default,
)
from pytest_sfn.mocks.calls import Inspecting
from pytest_sfn.mocks.checked import LAMBDA_TIMEOUT, warn_of_lambda_timeout
from pytest_sfn.mocks.condition import ANY_CALL, Condition
from pytest_sfn.tasks.request import input_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta
    from os import PathLike
    from types import CodeType

    from pytest_sfn.engine.run import Run
    from pytest_sfn.mocks.answers import Answer, End
    from pytest_sfn.mocks.calls import Call
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.tasks.http_message import HttpRequest
    from pytest_sfn.tasks.request import Request

__all__ = ["Answering", "Kind", "Mock", "Registrar", "Script"]

Kind = Literal["state", "function", "resource", "service", "activity", "http"]


class Registrar(Protocol):
    """The part of the registry that a mock needs."""

    def changed(self) -> None:
        """Forget the plans, since something was registered."""

    def own_code(self) -> Handlers | None:
        """Runs functions' own code."""

    def sent(self, request: Request) -> HttpRequest:
        """The HTTP request that a task sends."""

    def others(self, mock: Mock) -> dict[str, int]:
        """Those that answered in place of a mock, in words, and how often each did."""

    @property
    def runs(self) -> Callable[[], Sequence[Run]]:
        """Gives the executions so far."""


# -- scripts -----------------------------------------------------------------------------------------------------------


def _only_of_endpoints(mock: Mock | Script, verb: str) -> str:
    """Why a mock that is not an endpoint's has no HTTP answers."""
    return (
        f"{mock.label}.{verb}(): only the mock of an endpoint answers with HTTP responses\n"
        f'  fix  use sfn_mock.http("https://...").{verb}(...) for an HTTP task or API Gateway, returns(...) or '
        f"calls(...) here\n  see  {see('http#answers')}"
    )


class Answering(Lacking):
    """The answers that a mock and a script both have as methods. Each returns the script, so answers can be chained."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Give a public class methods of its own: a wrong argument's message names `Mock.returns`, not `Answering.returns`."""
        super().__init_subclass__()
        if not issubclass(cls, Inspecting):  # a base, as this one
            return
        for name in dir(cls):
            method = getattr(cls, name, None)
            if isinstance(method, FunctionType) and name[0] != "_" and name not in vars(cls):
                own = FunctionType(method.__code__, method.__globals__, name, method.__defaults__, method.__closure__)
                update_wrapper(own, method)
                own.__kwdefaults__, own.__qualname__ = method.__kwdefaults__, f"{cls.__name__}.{name}"
                setattr(cls, name, own)

    def _script_to_extend(self) -> Script:
        raise NotImplementedError

    def _whole_mock(self) -> Mock:
        raise NotImplementedError

    def when(
        self,
        *,
        input: Any = ...,
        item: int | tuple[int, ...] | None = None,
        execution: Any = None,
    ) -> Mock:
        """The mock of only those calls that meet the conditions; always the same object for the same conditions.

        Args:
            input: expected fields of the input, at every depth (it may have others too), or a function of the input.
            item: index of the Map item; for nested Maps a tuple, outermost first, or the innermost index alone.
            execution: name of an execution, its number in order of start (from 1), or the Execution.
        """
        return self._whole_mock()._narrow(input, item, execution)

    if not TYPE_CHECKING:  # to a type checker, an attribute that is not there shall stay an error
        responds = Absent(_only_of_endpoints)
        serves = Absent(_only_of_endpoints)

    def returns(self, value: Any, times: int | None = None) -> Script:
        """Answer with `value`.

        Args:
            value: the function's return value; for a mock of a state or a Resource the task's whole result. Copied at once.
            times: how often; None for once, or for ever if it is the script's last answer.

        Raises:
            JsonValueError: `value` is not JSON.
        """
        script = self._script_to_extend()
        if isinstance(value, (BaseException, type)) and is_exception(value):
            refuse(script._label, "returns", f"got the exception {value!r}", "use raises() to let the task fail")
        try:
            answer = Returns(value, None if times is None else times_of(script._label, "returns", times))
        except JsonValueError as error:
            advice = "; a function goes to calls()" if callable(value) else ""
            raise JsonValueError(f"{script._label}.returns(): {error}{advice}", error.path) from None
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
            error: the error name as ErrorEquals matches it, or an exception (its class name is the error name, its text the
                cause).
            cause: the `errorMessage` in Lambda's JSON cause of a function's own error; unchanged for errors of the Lambda
                service (`Lambda.*`, `Sandbox.*`, `States.*`) and of a state or a Resource.
            raw_cause: the whole cause, never changed.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        error, cause = error_of(script._label, "raises", error, cause)
        if error == LAMBDA_TIMEOUT and not script._raises(error):
            warn_of_lambda_timeout(script._label)
        if raw_cause is not None and cause:
            refuse(script._label, "raises", "got both cause and raw_cause", "raw_cause is the whole cause; leave cause out")
        text = cause_of(script._label, "raises", cause if raw_cause is None else raw_cause)
        times = None if times is None else times_of(script._label, "raises", times)
        return script._add(Raises(error, text, raw_cause is not None, times))

    def times_out(self, times: int | None = None) -> Script:
        """Never answer: the task ends by its TimeoutSeconds or HeartbeatSeconds with `States.Timeout`."""
        script = self._script_to_extend()
        return script._add(TimesOut(times_of(script._label, "times_out", times)))

    def submits(self, response: Any = ..., times: int | None = None) -> Script:
        """Accept the request and leave the task open: an answer to its token ends the task, or a timeout.

        For tasks with `.waitForTaskToken` or `.sync`, and for activities, where a worker takes the task.

        Args:
            response: the service's response, `{}` when left out; for a mock of a function its return value. It may be a
                function of the task's input.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        number = times_of(script._label, "submits", times)
        if callable(response):
            return script._add(Taken(Stub(response, wants_context(script._label, response), number)))
        try:
            return script._add(Taken(Returns({} if response is ... else response, number)))
        except JsonValueError as error:
            raise JsonValueError(f"{script._label}.submits(): {error}", error.path) from None

    def completes(self, output: Any, after: float | timedelta = 0, times: int | None = None) -> Script:
        """End the task of the preceding `submits`, `returns` or `calls` with `output`.

        The value of the preceding answer is then the service's response. If no preceding answer leaves a task open, this
        is an answer by itself, with the response `{}`.

        Args:
            output: the output of SendTaskSuccess; for `.sync` the description of the finished job.
            after: virtual seconds after the preceding answer; another answer, a timeout or a missed heartbeat may come first.
            times: as in `returns`.
        """
        script = self._script_to_extend()
        try:
            end = Completes(output, microseconds_of(script._label, "completes", after))
        except JsonValueError as error:
            raise JsonValueError(f"{script._label}.completes(): {error}", error.path) from None
        return script._end("completes", end, times)

    def completes_with_error(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        after: float | timedelta = 0,
        times: int | None = None,
    ) -> Script:
        """Fail the task of the preceding answer, as SendTaskFailure does. Arguments as for `completes`."""
        script = self._script_to_extend()
        name, text = error_of(script._label, "completes_with_error", error, cause)
        text = cause_of(script._label, "completes_with_error", text)
        end = CompletesWithError(name, text, microseconds_of(script._label, "completes_with_error", after))
        return script._end("completes_with_error", end, times)

    def heartbeats(self, every: float | timedelta) -> Script:
        """Send a heartbeat every `every` virtual seconds while the task of the preceding answer is open."""
        script = self._script_to_extend()
        microseconds = microseconds_of(script._label, "heartbeats", every)
        if not microseconds:
            refuse(script._label, "heartbeats", f"got every={every!r}", "give a number of seconds, more than 0", "callbacks")
        script._taken(None).every = microseconds
        return script

    def function_times_out(self, times: int | None = None) -> Script:
        """Fail as Lambda does when it stops a function: `Sandbox.Timedout` after 3 s, or after `.takes(seconds)`."""
        script = self._script_to_extend()
        return script._add(FunctionTimesOut(times_of(script._label, "function_times_out", times)))

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
        """Run the function's own Python code in this process, as Lambda does. For mocks of functions.

        The function's template supplies the arguments that are left out.

        Args:
            handler: `"app.handler"`, as Lambda writes it, or a file and a function in it, `"src/order/app.py:handler"`.
            root: the folder or zip archive with the code; a file's own folder when left out.
            layers: folders or zip archives with more code, beside the template's layers.
            environment: environment variables; they win over those of the template.
            timeout_seconds: the function's timeout; an answer that `.takes(...)` longer fails with `Sandbox.Timedout`.
            freeze_time: show the handler the virtual time (needs time-machine or freezegun).
            times: as in `returns`.

        Raises:
            MockError: a file does not exist. Code that cannot run here is reported at the first call.
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
        return script._add(handlers.calling(chosen, times_of(script._label, "calls_handler", times)))

    def fails_then_calls(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        raw_cause: str | None = None,
        times: int = 1,
        *,
        handler: str | None = None,
        root: str | PathLike[str] | None = None,
        layers: Iterable[str | PathLike[str]] = (),
        environment: Mapping[str, str] | None = None,
        timeout_seconds: int | None = None,
        freeze_time: bool | None = None,
    ) -> Script:
        """Fail with an error name `times` times, then run the function's own code.

        Args:
            error, cause, raw_cause, times: as for `raises`.
            handler, root, layers, environment, timeout_seconds, freeze_time: as for `calls_handler`.
        """
        return self.raises(error, cause, raw_cause, times).calls_handler(
            handler,
            root=root,
            layers=layers,
            environment=environment,
            timeout_seconds=timeout_seconds,
            freeze_time=freeze_time,
        )

    def _add_stub(self, stub: Callable[..., Any], times: int | None) -> Script:
        """What calling `.calls` does."""
        script = self._script_to_extend()
        return script._add(Stub(stub, wants_context(script._label, stub), times_of(script._label, "calls", times)))

    def _side_effect(self, effect: Any, return_value: Any, has_return_value: bool) -> Script:
        """What `side_effect=` means in unittest.mock, with `return_value` for those of its answers that are DEFAULT."""
        script = self._script_to_extend()
        if is_exception(effect):
            return script._raise(effect)
        if callable(effect):
            with_context = wants_context(script._label, effect)
            value = Returns(return_value, None).value if has_return_value else None
            return script._add(Stub(with_default(effect, value) if has_return_value else effect, with_context, None))
        if isinstance(effect, (str, bytes, dict)) or not isinstance(effect, Iterable):
            advice = "give an exception, a function or a list of answers; a value is return_value"
            refuse(script._label, "side_effect", f"got {effect!r}", advice)
        if not isinstance(effect, (list, tuple)):
            return script._add(Stub(pull(script._label, iter(effect)), False, None))
        if not effect:
            refuse(script._label, "side_effect", "got no answers", "put at least one into the list")
        for each in effect:
            if is_exception(each):
                script._raise(each, times=1)
            else:
                script.returns(return_value if has_return_value and is_default(each) else each, times=1)
        return script


_BEGIN: Final = (0, 0)
"""A cursor at the start of a script: the index of an answer, and how often it was drawn."""


class Script(Answering, Inspecting["Script"]):
    """A chain of answers. Its `calls`, `call_count` and assertions are those of its mock."""

    __slots__ = ("_answers", "_cursor", "_cursors", "_label", "_mock", "_scope", "_set_by")
    _set_by: tuple[CodeType, int]  # whose code, and where in it, since it is in force

    def __init__(self, mock: Mock, scope: str | None = None) -> None:
        self._mock = mock
        self._label = mock._label
        self._scope = scope
        self._cursor = _BEGIN
        self._cursors: dict[Any, tuple[int, int]] | None = None
        self._answers: list[Answer] = []

    @property
    def label(self) -> str:
        """Its name in messages, e.g. `function:charge`."""
        return self._label

    def _whole_mock(self) -> Mock:
        return self._mock

    @property
    def _records(self) -> list[Request]:
        return self._mock._records

    @property
    def _views(self) -> dict[int, Call]:
        return self._mock._views

    def _others(self) -> dict[str, int]:
        return self._mock._others()

    @property
    def _of_state(self) -> bool:
        return self._mock._of_state

    def _draw(self, request: Request) -> Answer | None:
        """The next answer; None when the script is used up."""
        key = None if self._scope is None else self._owner_of_cursor(request)
        cursors = self._cursors
        if cursors is None and key is not None:
            cursors = self._cursors = {}
        index, used = self._cursor if cursors is None or key is None else cursors.get(key, _BEGIN)
        for answer in self._answers[index:] if index else self._answers:
            times = answer.times
            if used < (times or 1) or (times is None and answer is self._answers[-1]):  # the last one repeats for ever
                if cursors is None or key is None:
                    self._cursor = index, used + 1
                else:
                    cursors[key] = index, used + 1
                return answer
            index += 1
            used = 0
        return None

    def _rewind(self) -> None:
        """Begin anew with the first answer."""
        self._cursor = _BEGIN
        self._cursors = None

    def _owner_of_cursor(self, request: Request) -> Any:
        """What has a cursor of its own: an execution, or an item of one."""
        return (request.sequence, request.item) if self._scope == "item" else request.sequence

    def _raises(self, error: str) -> bool:
        """Whether one of its answers is that error."""
        return any(isinstance(answer, Raises) and answer.error == error for answer in self._answers)

    @property
    def _total(self) -> int | None:
        """How many answers there are (for each item or execution); None when the last one repeats for ever."""
        if self._answers and self._answers[-1].times is None:
            return None
        return sum(answer.times or 1 for answer in self._answers)

    @property
    def _drawn(self) -> int:
        """How many answers were drawn from the script that all share."""
        index, used = self._cursor
        return sum(answer.times or 1 for answer in self._answers[:index]) + used

    def takes(self, seconds: float | timedelta) -> Self:
        """Delay the preceding answer by `seconds` of virtual time after the task's start."""
        microseconds = microseconds_of(self.label, "takes", seconds)
        if not self._answers:
            refuse(self.label, "takes", "there is no answer before it", "write .returns(...).takes(5)")
        last = self._answers[-1]
        if isinstance(last, TimesOut):
            refuse(self.label, "takes", "times_out() never answers", "the state's TimeoutSeconds says when the task ends")
        if isinstance(last, Taken) and last.end is not None:
            advice = "write .completes(output, after=5)"
            refuse(self.label, "takes", "the answer has its end already", advice, "callbacks")
        last.takes = microseconds
        return self

    def per_item(self) -> Self:
        """Give each Map item of each execution its own copy of the script."""
        self._scope = "item"
        return self

    def per_execution(self) -> Self:
        """Give each execution its own copy of the script."""
        self._scope = "execution"
        return self

    def __repr__(self) -> str:
        return f"<script of {self._mock!r}>"

    def _script_to_extend(self) -> Script:
        if self._answers and self._mock._script is not self:
            refuse(self.label, "script", "a later answer on the mock has replaced this script", "continue the new one")
        return self

    def _add(self, answer: Answer) -> Script:
        if not self._answers:
            self._mock._install(self)
        self._answers.append(answer)
        return self

    def _taken(self, times: int | None) -> Taken:
        """The last answer, if it can be continued, as one that leaves the task open; else a new one that does."""
        last = self._answers[-1] if self._answers else None
        if isinstance(last, Taken) and last.end is None:
            taken = last
        elif isinstance(last, (Returns, Stub)):
            self._answers[-1] = taken = Taken(last)
        else:
            taken = Taken(Returns({}, times))
            self._add(taken)
        return taken

    def _end(self, verb: str, end: End, times: int | None) -> Script:
        times = times_of(self.label, verb, times)
        with TURN.lock:
            taken = self._taken(times)
            if times is not None and taken.times not in (None, times):
                problem = f"got times={times}, and the answer before has times={taken.times}"
                refuse(self.label, verb, problem, "both belong to one answer; give times once", "callbacks")
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


# -- mocks ----------------------------------------------------------------------------------------------------------------


class Mock(Answering, Inspecting[Script]):
    """The answers and the calls of one target. Made by `sfn_mock.lambda_function`, `.state`, `.resource` and `.when`.

    Attributes:
        strict: whether the test fails if nothing calls the mock; None for the test's `sfn_strict`.
        validate: how answers for a service are checked; None for the test's `sfn_validate`.
    """

    __slots__ = (
        "_called_before",
        "_condition",
        "_kind",
        "_label",
        "_made",
        "_narrower",
        "_records",
        "_registry",
        "_return_value",
        "_script",
        "_side_effect",
        "_views",
        "_wider",
        "strict",
        "validate",
    )  # fmt: skip

    def __init__(
        self, registry: Registrar, kind: Kind, label: str, wider: Mock | None = None, condition: Condition = ANY_CALL
    ) -> None:
        self._registry = registry
        self._label = label
        frame = sys._getframe(3)  # of what calls SfnMock, or `when`; to look further would cost
        self._made = frame.f_code, frame.f_lasti
        self._records: list[Request] = []
        self._called_before = False
        self._views: dict[int, Call] = {}
        self._return_value: Any = ...
        self._side_effect: Any = None
        self._kind: Kind = kind
        self._wider = wider
        self._condition = condition
        self._narrower: tuple[Mock, ...] = ()
        self._script: Script | None = None
        self.strict: bool | None = None
        self.validate: Validate | None = None

    def _whole_mock(self) -> Mock:
        return self

    def _narrow(self, input: Any, item: int | tuple[int, ...] | None, execution: Any) -> Mock:
        if input is ... and item is None and execution is None:
            raise self._misuse("it names no condition", "give input=, item= or execution=")
        indexes = item if isinstance(item, tuple) else None if item is None else (item,)
        if indexes is not None and not (indexes and all(type(i) is int and i >= 0 for i in indexes)):
            raise self._misuse(f"got item={item!r}", "give the index of the Map item, from 0, or a tuple of them")
        if isinstance(execution, bool) or (isinstance(execution, int) and execution < 1):
            raise self._misuse(f"got execution={execution!r}", "executions are numbered from 1")
        condition = self._joined(self._condition, Condition(input if callable(input) else _copy(input), indexes, execution))
        target = self if self._wider is None else self._wider
        with TURN.lock:
            for mock in target._narrower:
                if mock._condition.same(condition):
                    return mock
            mock = type(self)(self._registry, self._kind, f"{target.label} when {condition}", target, condition)
            target._narrower += (mock,)
            self._registry.changed()
            return mock

    def _joined(self, a: Condition, b: Condition) -> Condition:
        """Both conditions in one."""
        both = [
            name
            for name, nothing in (("input", ...), ("item", None), ("execution", None))
            if getattr(a, name) is not nothing and getattr(b, name) is not nothing
        ]
        if both:
            raise self._misuse(f"{both[0]} is there already", "name all conditions in one when(...)")
        return Condition(b.input if a.input is ... else a.input, a.item or b.item, a.execution or b.execution)

    @property
    def label(self) -> str:
        """Its name in messages, e.g. `function:charge`."""
        return self._label

    @property
    def _place(self) -> str:
        """` (made at file:line)` of the test; "" if that is not known."""
        line = _line(*self._made)
        return f" (made at {line})" if line else ""

    @property
    def return_value(self) -> Any:
        """As in unittest.mock: the value that answers every call. None if it was not set."""
        return None if self._return_value is ... else self._return_value

    @return_value.setter
    def return_value(self, value: Any) -> None:
        self._set_effects(value, self._side_effect)

    @property
    def side_effect(self) -> Any:
        """As in unittest.mock: an exception, a list of answers and exceptions, or a function whose result is the answer."""
        return self._side_effect

    @side_effect.setter
    def side_effect(self, effect: Any) -> None:
        self._set_effects(self._return_value, effect)

    def _set_effects(self, value: Any, effect: Any) -> None:
        with TURN.lock:
            self._script = None  # to set it again is no mistake
            if effect is not None:
                self._new_script()._side_effect(effect, value, value is not ...)
            elif value is not ...:
                self.returns(value)
            else:
                self._registry.changed()
            self._return_value, self._side_effect = value, effect

    def takes(self, seconds: float | timedelta) -> Script:
        """Delay the last answer so far by `seconds` of virtual time."""
        return (self._script or self._new_script()).takes(seconds)

    def per_item(self) -> Script:
        """Give each Map item of each execution its own copy of the script; answers called on the result start a new one."""
        if self._script is not None:
            self._script.per_item()
        return self._new_script("item")

    def per_execution(self) -> Script:
        """Give each execution its own copy of the script; answers called on the result start a new one."""
        if self._script is not None:
            self._script.per_execution()
        return self._new_script("execution")

    def reset_mock(self, *, return_value: bool = False, side_effect: bool = False) -> None:
        """Forget the calls and, as in unittest.mock, with `return_value` or `side_effect` what these attributes set."""
        with TURN.lock:
            self._called_before = self._ever_called
            self._records.clear()
            self._views = {}
            for mock in self._narrower:
                mock.reset_mock(return_value=return_value, side_effect=side_effect)
            value = ... if return_value else self._return_value
            effect = None if side_effect else self._side_effect
            if value is not self._return_value or effect is not self._side_effect:
                self._set_effects(value, effect)

    @property
    def _ever_called(self) -> bool:
        """Whether anything called it, also before its calls were forgotten."""
        return bool(self._records) or self._called_before

    def _forget(self) -> None:
        """Forget all calls but the last, which shows that there were some."""
        del self._records[:-1]
        self._views = {}

    def _usage(self) -> str:
        """How many answers are used, for messages: `used 2 of 2 answers`, `called 3 times`, `not called yet`."""
        if self._script is None:
            if self._records and not self._narrower:
                return f"runs its own code, called {'once' if self.call_count == 1 else f'{self.call_count:,} times'}"
            return "no answers of its own" if self._narrower else "has no answers yet"
        count, total = len(self._records) - sum(len(mock._records) for mock in self._narrower), self._script._total
        if count == 0:
            return "not called yet"
        if total is None or self._script._scope is not None:
            return f"called {'once' if count == 1 else f'{count:,} times'}"
        return f"used {min(self._script._drawn, total)} of {total} answer{'' if total == 1 else 's'}"

    def __repr__(self) -> str:
        return printable(f"<mock {self.label}: {self._usage()}>")

    def _asked(self, request: Request) -> Any:
        """The value that the conditions of `.when(input=...)` are compared with."""
        return input_of(request)

    @property
    def _handlers(self) -> Handlers:
        """Runs functions' own code in its account.

        Raises:
            MockError: this is no mock of a function.
        """
        handlers = self._registry.own_code() if self._kind == "function" else None
        if handlers is None:
            text = f"{self.label}.calls_handler(): only a function has a handler\n"
            raise MockError(f'{text}  fix  use sfn_mock.lambda_function("...")\n  see  {see("handlers#one-function")}')
        return handlers

    def _new_script(self, scope: str | None = None) -> Script:
        return Script(self, scope)

    def _script_to_extend(self) -> Script:
        return Script(self)

    def _install(self, script: Script) -> None:
        """Make this the script in force; another code's may be replaced, such as a fixture's."""
        frame = sys._getframe(3)
        while frame.f_code.co_filename.startswith(_PACKAGE) and frame.f_back is not None:
            frame = frame.f_back
        script._set_by = frame.f_code, frame.f_lasti
        before = self._script
        if before is not None and before._set_by[0] is frame.f_code:
            self._warn_of_dropped(before)
        self._script = script
        self._return_value, self._side_effect = ..., None
        self._registry.changed()

    def _warn_of_dropped(self, script: Script) -> None:
        """Warn of a script that is replaced before anything ran, by the code that has set it."""
        if not self._records and not self._registry.runs():
            warn(
                f"{self.label}: this replaces the answers set at {_line(*script._set_by)}, none of which was used",
                "  fix  continue the first script, mock.returns(1).returns(2), or leave it out",
                f"  see  {see('mocks#answers')}",
                kind=MockWarning,
            )

    def _others(self) -> dict[str, int]:
        return self._registry.others(self)

    @property
    def _of_state(self) -> bool:
        return self._kind == "state"

    def _misuse(self, problem: str, advice: str) -> MockError:
        text = f"{self.label}.when(): {problem}\n  fix  {advice}\n  see  {see('mocks#narrower-mocks')}"
        return MockError(text, candidates=(self.label,))


_PACKAGE: Final = f"{Path(__file__).parents[1]}{os.sep}"


def _line(code: CodeType, at: int) -> str:
    """`file:line` of the user's code; "" for other code."""
    from pytest_sfn.callers import is_users  # for a message alone

    if not is_users(code.co_filename):
        return ""
    return f"{shown_path(Path(code.co_filename))}:{next(islice(code.co_positions(), at // 2, None))[0]}"


def _copy(value: Any) -> Any:
    """A copy of expected fields; what is no container may be anything that compares itself, such as unittest.mock.ANY."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, (list, tuple)) else value
