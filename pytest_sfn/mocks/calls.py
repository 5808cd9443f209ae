"""The calls of a mock, and assertions like those of unittest.mock.

The records are the engine's own requests, kept in a list in their order; a `Call` is made from a record when a test reads
it. Values are compared as JSON (`True` is not 1), except objects with their own comparison: unittest.mock.ANY,
pytest.approx and similar objects work at every depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from pytest_sfn.errors import printable
from pytest_sfn.expressions.values import json_equal, release
from pytest_sfn.tasks.request import input_of, shorten

if TYPE_CHECKING:
    from pytest_sfn.tasks.request import Request

__all__ = ["Call", "Calls", "Inspecting", "clock", "covers", "matches"]

Script_co = TypeVar("Script_co", covariant=True)
"""The script that a stub is added to."""


def matches(expected: Any, actual: Any) -> bool:
    """Whether a JSON value is what a test expects."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and len(expected) == len(actual) and covers(expected, actual, matches)
    return covers(expected, actual, matches)


def covers(expected: Any, actual: Any, below: Callable[[Any, Any], bool] | None = None) -> bool:
    """Whether `actual` has all that `expected` names: the fields of objects at every depth may be fewer there."""
    below = below or covers
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(k in actual and below(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, (list, tuple)):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(below, expected, actual))
    if expected is None or isinstance(expected, (str, int, float)):
        return json_equal(expected, actual)
    return bool(expected == actual)


def clock(microseconds: int) -> str:
    """Virtual time as people read it: `+1d 00:00:07`, days and a fraction only where there are any."""
    seconds, fraction = divmod(microseconds, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    text = f"+{f'{days}d ' if days else ''}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


class Call:
    """One attempt that reached a mock."""

    __slots__ = ("_input", "_parameters", "_request")

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def input(self) -> Any:
        """The function's event: for `lambda:invoke` the Payload, else the same as `parameters`. A copy."""
        try:
            return self._input
        except AttributeError:
            self._input: Any = release(input_of(self._request))
            return self._input

    @property
    def parameters(self) -> Any:
        """The whole request of the state, e.g. `{"FunctionName": ..., "Payload": ...}`. A copy."""
        try:
            return self._parameters
        except AttributeError:
            self._parameters: Any = release(self._request.parameters)
            return self._parameters

    @property
    def token(self) -> str | None:
        """The task token that an answer needs; None unless the task waits for one."""
        return self._request.token

    @property
    def state(self) -> str:
        """Name of the state that called."""
        return self._request.state.name

    @property
    def item(self) -> int | tuple[int, ...] | None:
        """Index of the Map item; a tuple, outermost first, in nested Maps; None outside Maps."""
        items = self._request.item
        return items if len(items) > 1 else items[0] if items else None

    @property
    def attempt(self) -> int:
        """1 for the first try, 2 for the first retry."""
        return self._request.attempt

    @property
    def execution(self) -> str:
        """Name of the execution."""
        return self._request.execution

    @property
    def time(self) -> timedelta:
        """Virtual time of the call since the account's start."""
        return timedelta(microseconds=self._request.time)

    @property
    def timestamp(self) -> datetime:
        """Virtual time of the call as a time of day, in UTC."""
        return self._request.world.datetime_at(self._request.time)

    def __repr__(self) -> str:
        item = "" if self.item is None else f", item={self.item}"
        when = clock(self._request.time)
        return printable(f"Call(input={shorten(self.input)}, state={self.state!r}{item}, attempt={self.attempt}, time={when})")


class Calls(Sequence[Call], Generic[Script_co]):
    """All calls of a mock, oldest first. As a method, `mock.calls(stub, times=None)` adds a stub to the mock's answers."""

    __slots__ = ("_owner",)

    def __init__(self, owner: Inspecting[Script_co]) -> None:
        self._owner = owner

    def __call__(self, stub: Callable[..., Any], times: int | None = None) -> Script_co:
        """Answer with the return value of a function.

        Args:
            stub: `f(event)` or `f(event, context)`, as Lambda calls it, with a copy of the event. An exception of the
                stub is the function's error, but a failing assert, pytest.fail and KeyboardInterrupt end the test.
            times: how often; None for once, or for ever if it is the script's last answer.
        """
        return self._owner._add_stub(stub, times)

    def __len__(self) -> int:
        return len(self._owner._records)

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> list[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | list[Call]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        try:
            request = self._owner._records[index]
        except IndexError:
            raise IndexError(_shown(f"{self._owner.label} has {_count(len(self))}, there is no calls[{index}]")) from None
        return self._owner._views.get(id(request)) or self._owner._views.setdefault(id(request), self._owner._view(request))

    def __iter__(self) -> Iterator[Call]:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == len(self) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


class Inspecting(Generic[Script_co]):
    """The calls and assertions that a mock and a script both have."""

    __slots__ = ()
    _call_type: ClassVar[type[Call]] = Call

    @property
    def label(self) -> str:
        """Its name in messages, e.g. `function:charge`."""
        raise NotImplementedError

    @property
    def _records(self) -> list[Request]:
        raise NotImplementedError

    @property
    def _views(self) -> dict[int, Call]:
        """The `Call` objects made so far, by id of the record."""
        raise NotImplementedError

    def _add_stub(self, stub: Callable[..., Any], times: int | None) -> Script_co:
        raise NotImplementedError

    def _view(self, request: Request) -> Call:
        """The `Call` to show for a record."""
        return Call(request)

    @property
    def calls(self) -> Calls[Script_co]:
        """The calls so far; `calls(stub)` answers with a function of yours."""
        return Calls(self)

    @property
    def call_count(self) -> int:
        """How many attempts reached the mock so far."""
        return len(self._records)

    @property
    def called(self) -> bool:
        """Whether any attempt reached the mock so far."""
        return bool(self._records)

    def _others(self) -> dict[str, int]:
        """The names of those that answered its tasks instead of it, and how often each did."""
        return {}

    @property
    def _of_state(self) -> bool:
        """Whether it is for a state."""
        return False

    def assert_called(self) -> None:
        """Raise AssertionError unless there was a call."""
        __tracebackhide__ = True
        if not self._records:
            raise AssertionError(_shown(f"{self.label} was expected to be called, but {self._story()}"))

    def assert_not_called(self) -> None:
        """Raise AssertionError if there was a call; for the mock of a state, also if another answered a task of the state."""
        __tracebackhide__ = True
        if self._records:
            raise AssertionError(_shown(f"{self.label} was expected not to be called, but {self._story()}"))
        if self._of_state and (others := self._answered_by()):
            raise AssertionError(
                _shown(
                    f"{self.label} was expected not to be called, but the state was entered: {others}\n"
                    "  fix  leave it out if the state may be entered; `assert not mock.called` asks about this mock alone"
                )
            )

    def assert_called_once(self) -> None:
        """Raise AssertionError unless there was exactly one call."""
        __tracebackhide__ = True
        if len(self._records) != 1:
            raise AssertionError(_shown(f"{self.label} was expected to be called once, but {self._story()}"))

    def assert_called_with(self, input: Any = ..., /, **fields: Any) -> None:
        """Raise AssertionError unless the last call was with this input.

        Args:
            input: the whole input; any input when left out.
            fields: other attributes of `Call` to compare: parameters, state, item, attempt, execution, time.
        """
        __tracebackhide__ = True
        expected = _Expected(input, fields, self._call_type)
        if not self._records or not expected.met_by(self.calls[-1]):
            raise AssertionError(
                _shown(f"the last call of {self.label} was expected to be with{expected}\nbut {self._story()}")
            )

    def assert_called_once_with(self, input: Any = ..., /, **fields: Any) -> None:
        """Raise AssertionError unless there was exactly one call, and with this input. Arguments as in `assert_called_with`."""
        __tracebackhide__ = True
        expected = _Expected(input, fields, self._call_type)
        if len(self._records) != 1 or not expected.met_by(self.calls[0]):
            raise AssertionError(_shown(f"{self.label} was expected to be called once with{expected}\nbut {self._story()}"))

    def assert_any_call(self, input: Any = ..., /, **fields: Any) -> None:
        """Raise AssertionError unless some call was with this input. Arguments as in `assert_called_with`."""
        __tracebackhide__ = True
        expected = _Expected(input, fields, self._call_type)
        if not any(map(expected.met_by, self.calls)):
            raise AssertionError(_shown(f"{self.label} was expected to be called with{expected}\nbut {self._story()}"))

    def assert_has_calls(self, calls: Sequence[Any], any_order: bool = False) -> None:
        """Raise AssertionError unless there were calls with these inputs, one directly after the other.

        Args:
            calls: inputs (or unittest.mock.call objects).
            any_order: accept any order, with other calls between.
        """
        __tracebackhide__ = True
        wanted = [_Expected(*_unpack(each), self._call_type) for each in calls]
        made = list(self.calls)
        if any_order:
            left = list(made)
            for each in wanted:
                found = next((call for call in left if each.met_by(call)), None)
                if found is None:
                    raise AssertionError(_shown(f"{self.label} was expected to be called with{each}\nbut {self._story()}"))
                left.remove(found)
            return
        for start in range(len(made) - len(wanted) + 1):
            if all(each.met_by(call) for each, call in zip(wanted, made[start:], strict=False)):
                return
        listed = "".join(map(str, wanted))
        raise AssertionError(_shown(f"{self.label} was expected to be called in this order with{listed}\nbut {self._story()}"))

    def _story(self) -> str:
        calls = list(self.calls[:20])
        lines = [
            f"\n  {number}. {shorten(call.input)}   state {call.state!r}"
            f"{'' if call.item is None else f', item {call.item}'}, attempt {call.attempt}, t={clock(call._request.time)}"
            for number, call in enumerate(calls, 1)
        ]
        more = f"\n  and {len(self._records) - len(calls):,} more" if len(self._records) > len(calls) else ""
        if calls:
            return f"it was called {_often(len(self._records))}:{''.join(lines)}{more}"
        others = self._answered_by()
        return f"it was not called: {others}" if others else "it was not called"

    def _answered_by(self) -> str:
        """A clause for messages: who answered its tasks instead of it; empty if nobody did."""
        others = [f"{name} ({_often(count)})" for name, count in self._others().items()]
        return f"its tasks were answered by {', '.join(others)}" if others else ""


def _shown(text: str) -> str:
    return printable(text, "\n")


class _Expected:
    __slots__ = ("fields",)

    def __init__(self, input: Any, fields: dict[str, Any], kind: type[Call]) -> None:
        for name in fields:
            if name.startswith("_") or name not in dir(kind):
                known = ", ".join(n for n in dir(kind) if not n.startswith("_"))
                raise TypeError(f"a call has no {name!r}; it has {known}")
        self.fields = fields if input is ... else {"input": input, **fields}

    def met_by(self, call: Call) -> bool:
        return all(_same(value, getattr(call, name)) for name, value in self.fields.items())

    def __str__(self) -> str:
        return "".join(f"\n  {name:10}{shorten(value)}" for name, value in self.fields.items()) or " anything"


def _same(expected: Any, actual: Any) -> bool:
    return expected == actual if isinstance(actual, (tuple, datetime, timedelta)) else matches(expected, actual)


def _unpack(expected: Any) -> tuple[Any, dict[str, Any]]:
    if type(expected).__name__ == "_Call" and isinstance(expected, tuple):  # unittest.mock.call(...)
        *_, positional, named = expected
        return positional[0] if positional else ..., dict(named)
    return expected, {}


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _count(count: int) -> str:
    return "no calls" if count == 0 else "one call" if count == 1 else f"{count:,} calls"
