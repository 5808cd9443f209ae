"""What tasks call, as far as their definition says: known without running, the same for every account, so kept.

A `Callee` is the business end of one Resource: which mocks may answer it and how an answer reaches Step Functions. A
`Reach` is what all tasks of one definition can call, by which a mock that nothing could ever ask is found out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.tasks.lambda_ import BareFunction, FunctionName, InvokedFunction, PlainTask, parse_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import State, TaskState

__all__ = ["Callee", "Reach", "callee_of", "invokes", "resource_key"]


class Callee:
    """What a task with a certain Resource calls.

    Attributes:
        key: the Resource as mocks are registered for it.
        function: the Lambda function, if it calls one and its name is known.
        delivery: how an answer of that function's mock reaches Step Functions.
        plain: how the answer of a mock of the state or the Resource does.
    """

    __slots__ = ("delivery", "function", "key", "plain")

    def __init__(self, key: str, function: FunctionName | None, delivery: PlainTask) -> None:
        self.key = key
        self.function = function
        self.delivery = delivery
        self.plain = PlainTask(function)


@lru_cache(maxsize=1024)
def callee_of(resource: str, name: str | None = None, qualifier: str | None = None) -> Callee:
    """The callee of a Resource; for `lambda:invoke` with the FunctionName and Qualifier that are sent."""
    parsed = parse_resource(resource)
    key = resource_key(resource)
    if parsed.kind == "lambda":
        function = parse_function(resource)
        return Callee(key, function, BareFunction(function))
    if parsed.service == "lambda" and parsed.action == "invoke":
        function = parse_function(name, qualifier) if name is not None else None
        return Callee(key, function, InvokedFunction(function))
    return Callee(key, None, PlainTask(None))


def resource_key(text: str) -> str:
    """What comes after `arn:<partition>:states:::`, else the text itself."""
    _, found, tail = text.partition(":states:::")
    return tail if found else text


def invokes(state: TaskState) -> bool:
    """Whether the task calls a function through `lambda:invoke`, which says only at run time which one."""
    return state.resource.service == "lambda" and state.resource.action == "invoke"


class Reach:
    """What the tasks of one definition can call.

    Attributes:
        tasks: names of the Task states.
        others: name to type of the states that call nothing.
        resources: the Resources as mocks are registered for them.
        functions: the functions by their name.
        any_function: a function's name is computed while the machine runs, and so it may be any.
    """

    __slots__ = ("any_function", "functions", "others", "resources", "tasks")

    def __init__(self, states: Mapping[str, State], definition: Any) -> None:
        self.tasks: dict[str, None] = {}  # dicts as sets that keep the definition's order
        self.others: dict[str, str] = {}
        self.resources: dict[str, None] = {}
        self.functions: dict[str, list[FunctionName]] = {}
        self.any_function = False
        for name, state in states.items():
            if state.type != "Task":
                self.others[name] = state.type
                continue
            task = cast("TaskState", state)
            self.tasks[name] = None
            if invokes(task):
                arguments = _arguments(definition, task.pointer)
                callee = callee_of(task.resource.text, arguments.get("FunctionName"), arguments.get("Qualifier"))
                self.any_function |= callee.function is None
            else:
                callee = callee_of(task.resource.text)
            self.resources[callee.key] = None
            if callee.function is not None:
                self.functions.setdefault(callee.function.name, []).append(callee.function)

    def calls(self, function: FunctionName, region: str, account: str) -> bool:
        """Whether a mock of this function could be asked."""
        called = self.functions.get(function.name, ())
        return self.any_function or any(function.names(each, region, account) for each in called)


def _arguments(definition: Any, pointer: str) -> dict[str, str]:
    """The fields of a state's Parameters or Arguments that are plain text, not computed."""
    state = definition
    for part in pointer.split("/")[1:]:
        state = state[int(part) if isinstance(state, list) else part.replace("~1", "/").replace("~0", "~")]
    fields = state.get("Parameters") or state.get("Arguments")
    if not isinstance(fields, dict):
        return {}
    return {name: text for name, text in fields.items() if isinstance(text, str) and not text.startswith("{%")}
