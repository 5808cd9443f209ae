"""The mock of one target, and its narrower mocks.

A *target* is a Lambda function, a state or a Resource; the registry keeps one `Mock` for each. `.when(...)` gives a
narrower mock of the same target with a script and calls of its own. A target's mock shows every call of the target that
it or a narrower one answered.

One condition is narrower than another if it demands all that the other demands and more. Of the narrower mocks that
fit a call the one narrower than all the others answers; if there is no such one the test is ambiguous, and that is an
error, for any choice would hide something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import release
from pytest_sfn.mocks.calls import Inspecting, covers
from pytest_sfn.mocks.script import Answering, Script
from pytest_sfn.tasks.asked import input_of, shorten

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.mocks.calls import Call
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.handlers import Handlers
    from pytest_sfn.mocks.registry import Registry

__all__ = ["Condition", "Mock"]

Kind = Literal["state", "function", "resource", "activity", "http"]


class Condition:
    """What `.when(...)` demands of a call; None where it demands nothing.

    Attributes:
        input: expected fields (JSON, partial at every depth) or a predicate of the input; `...` for any.
        item: Map indexes, innermost last; as many as given are compared, from the innermost outwards.
        execution: an execution's name, its number in order of start (from 1), or the Execution itself.
    """

    __slots__ = ("execution", "input", "item")

    def __init__(self, input: Any, item: tuple[int, ...] | None, execution: Any) -> None:
        self.input = input
        self.item = item
        self.execution = execution

    def admits(self, request: TaskRequest, asked: Callable[[TaskRequest], Any] = input_of) -> bool:
        """Whether the call is one of those meant; `asked` gives what conditions on the input look at."""
        if self.item is not None and request.item[-len(self.item) :] != self.item:
            return False
        if self.execution is not None and not _is_execution(self.execution, request):
            return False
        if self.input is ...:
            return True
        value = asked(request)
        return bool(self.input(release(value))) if callable(self.input) else covers(self.input, value)

    def demands(self, other: Condition) -> bool:
        """Whether it demands everything that `other` does."""
        if other.item is not None and (self.item is None or self.item[-len(other.item) :] != other.item):
            return False
        if other.execution is not None and self.execution != other.execution:
            return False
        if other.input is ...:
            return True
        if callable(other.input) or callable(self.input):
            return self.input is other.input
        return self.input is not ... and covers(other.input, self.input)

    def same(self, other: Condition) -> bool:
        return self.demands(other) and other.demands(self)

    def __str__(self) -> str:
        parts = []
        if self.input is not ...:
            predicate = getattr(self.input, "__qualname__", None) if callable(self.input) else None
            parts.append(f"input={predicate or shorten(self.input, 80)}")
        if self.item is not None:
            parts.append(f"item={self.item if len(self.item) > 1 else self.item[0]}")
        if self.execution is not None:
            parts.append(f"execution={self.execution!r}")
        return ", ".join(parts)


def _is_execution(wanted: Any, request: TaskRequest) -> bool:
    run = request.run
    if isinstance(wanted, str):
        return run.name == wanted
    return run.sequence == wanted if isinstance(wanted, int) else run.facade is wanted


class Mock(Answering, Inspecting):
    """The answers and the calls of one target. Made by `sfn_mock.lambda_function`, `.state`, `.resource` and `.when`.

    Attributes:
        strict: whether it is an error if nothing calls it; None: as the test's `sfn_strict` says.
        validate: what is checked of answers for a service; None: as the test's `sfn_validate` says.
    """

    __slots__ = (
        "_label", "_records", "_registry", "_return_value", "_side_effect", "_views", "condition", "kind", "narrower",
        "script", "strict", "validate", "wider",
    )  # fmt: skip

    def __init__(
        self, registry: Registry, kind: Kind, label: str, wider: Mock | None = None, condition: Condition | None = None
    ) -> None:
        self._registry = registry
        self._label = label
        self._records: list[TaskRequest] = []
        self._views: dict[int, Call] | None = None
        self._return_value: Any = ...
        self._side_effect: Any = None
        self.kind: Kind = kind
        self.wider = wider
        self.condition = condition
        self.narrower: list[Mock] = []
        self.script: Script | None = None
        self.strict: bool | None = None
        self.validate: Validate | None = None

    def when(
        self,
        *,
        input: Any = ...,
        item: int | tuple[int, ...] | None = None,
        execution: Any = None,
    ) -> Mock:
        """The mock of those calls only; the same object for the same conditions.

        Args:
            input: expected fields of the input, at every depth (others may be there too), or a function of the input.
            item: index of the Map item; for nested Maps a tuple, outermost first, or the innermost index alone.
            execution: name of an execution, its number in order of start (from 1), or the Execution.
        """
        if input is ... and item is None and execution is None:
            raise self._misuse("it names no condition", "give input=, item= or execution=")
        indexes = item if isinstance(item, tuple) else None if item is None else (item,)
        if indexes is not None and not (indexes and all(type(i) is int and i >= 0 for i in indexes)):
            raise self._misuse(f"got item={item!r}", "give the index of the Map item, from 0, or a tuple of them")
        if isinstance(execution, bool) or (isinstance(execution, int) and execution < 1):
            raise self._misuse(f"got execution={execution!r}", "executions are numbered from 1")
        condition = Condition(input if callable(input) else _copy(input), indexes, execution)
        if self.condition is not None:
            condition = self._joined(self.condition, condition)
        target = self if self.wider is None else self.wider
        for mock in target.narrower:
            if mock.condition is not None and mock.condition.same(condition):
                return mock
        mock = type(self)(self._registry, self.kind, f"{target.label} when {condition}", target, condition)
        target.narrower.append(mock)
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
        """How messages name it, e.g. `function:charge`."""
        return self._label

    @property
    def records(self) -> list[TaskRequest]:
        return self._records

    @property
    def called(self) -> bool:
        return bool(self._records)

    @property
    def views(self) -> dict[int, Call]:
        if self._views is None:
            self._views = {}
        return self._views

    @property
    def return_value(self) -> Any:
        """As in unittest.mock: set it to answer every call with that value. None if it was not set."""
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
        if effect is not None:
            self._new_script()._side_effect(effect, value, value is not ...)
        elif value is not ...:
            self.returns(value)
        else:
            self.script = None
            self._registry.changed()
        self._return_value, self._side_effect = value, effect

    def takes(self, seconds: float | timedelta) -> Script:
        """Let the last answer so far take that long in virtual time."""
        return (self.script or self._new_script()).takes(seconds)

    def per_item(self) -> Script:
        """Give each Map item of each execution its own copy of the script; answers called on the result start a new one."""
        if self.script is not None:
            self.script.per_item()
        return self._new_script("item")

    def per_execution(self) -> Script:
        """Give each execution its own copy of the script; answers called on the result start a new one."""
        if self.script is not None:
            self.script.per_execution()
        return self._new_script("execution")

    def reset_mock(self, *, return_value: bool = False, side_effect: bool = False) -> None:
        """Forget the calls; with `return_value` or `side_effect`, as in unittest.mock, what those had set too."""
        self._records.clear()
        self._views = None
        for mock in self.narrower:
            mock.reset_mock(return_value=return_value, side_effect=side_effect)
        value = ... if return_value else self._return_value
        effect = None if side_effect else self._side_effect
        if value is not self._return_value or effect is not self._side_effect:
            self._set_effects(value, effect)

    def record(self, request: TaskRequest) -> None:
        """Keep the call, here and at the target's mock."""
        self._records.append(request)
        if self.wider is not None:
            self.wider._records.append(request)

    def usage(self) -> str:
        """How much of it is used, for messages: `used 2 of 2 answers`, `called 3 times`, `not called yet`."""
        if self.script is None:
            if self._records and not self.narrower:
                return f"runs its own code, called {'once' if self.call_count == 1 else f'{self.call_count:,} times'}"
            return "no answers of its own" if self.narrower else "has no answers yet"
        count, total = len(self._records) - sum(len(mock._records) for mock in self.narrower), self.script.total
        if count == 0:
            return "not called yet"
        if total is None or self.script.scope is not None:
            return f"called {'once' if count == 1 else f'{count:,} times'}"
        return f"used {min(self.script.drawn, total)} of {total} answer{'' if total == 1 else 's'}"

    def __repr__(self) -> str:
        return f"<mock {self.label}: {self.usage()}>"

    def asked(self, request: TaskRequest) -> Any:
        """What the target was asked, as `.when(input=...)` looks at it."""
        return input_of(request)

    @property
    def _handlers(self) -> Handlers:
        """What runs functions' own code in its account.

        Raises:
            MockError: this is no mock of a function.
        """
        handlers = self._registry.own_code() if self.kind == "function" else None
        if handlers is None:
            text = f"{self.label}.calls_handler(): only a function has a handler\n"
            raise MockError(f'{text}  fix  use sfn_mock.lambda_function("...")\n  see  docs/handlers.md#one-function')
        return handlers

    def _new_script(self, scope: str | None = None) -> Script:
        return Script(self, scope)

    def _script_to_extend(self) -> Script:
        return self._new_script()

    def _install(self, script: Script) -> None:
        """Make this the script in force."""
        self.script = script
        self._return_value, self._side_effect = ..., None
        self._registry.changed()

    def _misuse(self, problem: str, advice: str) -> MockError:
        text = f"{self.label}.when(): {problem}\n  fix  {advice}\n  see  docs/mocks.md#narrower-mocks"
        return MockError(text, candidates=(self.label,))


def _copy(value: Any) -> Any:
    """A copy of expected fields; what is no container may be anything that compares itself, such as unittest.mock.ANY."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, (list, tuple)) else value
