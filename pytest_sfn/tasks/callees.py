"""What tasks call, as far as their definition says: known without running, the same for every account, so kept.

A `Callee` is the business end of one Resource: which mocks may answer it and how an answer reaches Step Functions. A
`Reach` is what all tasks of one definition can call, by which a mock that nothing could ever ask is found out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl.pointer import resolve
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.function_names import FunctionName, parse_function
from pytest_sfn.tasks.asked import INVOKING
from pytest_sfn.tasks.functions import BareFunction, InvokedFunction, PlainTask
from pytest_sfn.tasks.invoke import SdkFunction
from pytest_sfn.tasks.objects import resources_of
from pytest_sfn.tasks.waiting import WaitingTask, waits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import State, TaskState

__all__ = ["HTTP_SERVICES", "Callee", "Reach", "activity_key", "callee_of", "invokes", "resource_key"]


HTTP_SERVICES: Final = ("http", "apigateway")
"""Services whose tasks send an HTTP request to an endpoint that they name."""


class Callee:
    """What a task with a certain Resource calls.

    Attributes:
        key: the Resource as mocks are registered for it.
        keys: that, and what else a mock of the Resource may be registered for: an activity's name.
        function: the Lambda function, if it calls one and its name is known.
        delivery: how an answer of that function's mock reaches Step Functions.
        plain: how the answer of a mock of the state or the Resource does.
    """

    __slots__ = ("delivery", "function", "key", "keys", "plain")

    def __init__(self, resource: str, function: FunctionName | None = None, delivery: PlainTask | None = None) -> None:
        self.key = resource_key(resource)
        parsed = parse_resource(resource)
        self.keys = (self.key, activity_key(parsed.name or "")) if parsed.kind == "activity" else (self.key,)
        self.function = function
        self.plain = WaitingTask(function) if waits(parsed) else PlainTask(function)
        self.delivery = delivery or self.plain


@lru_cache(maxsize=1024)
def callee_of(resource: str, name: str | None = None, qualifier: str | None = None) -> Callee:
    """The callee of a Resource; for `lambda:invoke` with the FunctionName and Qualifier that are sent."""
    parsed = parse_resource(resource)
    if parsed.kind == "lambda":
        function = parse_function(resource)
        return Callee(resource, function, BareFunction(function))
    if parsed.service in INVOKING and parsed.action == "invoke":
        function = parse_function(name, qualifier) if name is not None else None
        return Callee(resource, function, (InvokedFunction if parsed.service == "lambda" else SdkFunction)(function))
    return Callee(resource)


def resource_key(text: str) -> str:
    """What comes after `arn:<partition>:states:::`, else the text itself."""
    _, found, tail = text.partition(":states:::")
    return tail if found else text


def activity_key(name: str) -> str:
    """What mocks of an activity are registered for when they name it without its account and region."""
    return f"activity:{name}"


def invokes(state: TaskState) -> bool:
    """Whether the task calls a function through Lambda's Invoke, which says only at run time which one."""
    return state.resource.action == "invoke" and state.resource.service in INVOKING


class Reach:
    """What the tasks of one definition can call.

    Attributes:
        tasks: names of the Task states.
        others: name to type of the states that call nothing.
        maps: name to the first Resource of the Maps that read items from S3 or write results to it.
        resources: the Resources as mocks are registered for them.
        functions: the functions by their name, and by what else a template knows them by.
        any_function: a function's name is computed while the machine runs, and so it may be any.
        endpoints: (method, URL) of the HTTP requests that are sent; None for what is computed while the machine runs.
    """

    __slots__ = ("any_function", "endpoints", "functions", "maps", "others", "resources", "tasks")

    def __init__(
        self, states: Mapping[str, State], definition: Any, function_names: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.tasks: dict[str, None] = {}  # dicts as sets that keep the definition's order
        self.others: dict[str, str] = {}
        self.maps: dict[str, str] = {}
        self.resources: dict[str, None] = {}
        self.functions: dict[str, list[FunctionName]] = {}
        self.any_function = False
        self.endpoints: list[tuple[str | None, str | None]] = []
        for name, state in states.items():
            called_by_map = [resource_key(text) for text in resources_of(state)]
            if called_by_map:
                self.resources.update(dict.fromkeys(called_by_map))
                self.maps[name] = called_by_map[0]
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
                if task.resource.service in HTTP_SERVICES:
                    self.endpoints.append(_endpoint(task, definition))
            self.resources |= dict.fromkeys(callee.keys)
            if callee.function is not None:
                called = callee.function.name
                for known in (called, *(function_names or {}).get(called, ())):
                    self.functions.setdefault(known, []).append(callee.function)

    def calls(self, function: FunctionName, region: str, account: str) -> bool:
        """Whether a mock of this function could be asked."""
        called = self.functions.get(function.name, ())
        return self.any_function or any(function.names(each, region, account) for each in called)


def _endpoint(task: TaskState, definition: Any) -> tuple[str | None, str | None]:
    """(method, URL) of the request that a task sends; None for what is computed."""
    fields = _arguments(definition, task.pointer)
    url = fields.get("ApiEndpoint")
    if url is not None and task.resource.service == "apigateway":
        from pytest_sfn.tasks.http_message import gateway_url  # only such tasks need it

        computed = any(f"{name}.$" in _fields(definition, task.pointer) for name in ("Stage", "Path"))
        url = None if computed else gateway_url(url, fields.get("Stage"), fields.get("Path"))
    return fields.get("Method"), url


def _arguments(definition: Any, pointer: str) -> dict[str, str]:
    """The fields of a state's Parameters or Arguments that are plain text, not computed."""
    fields = _fields(definition, pointer)
    return {name: text for name, text in fields.items() if isinstance(text, str) and not text.startswith("{%")}


def _fields(definition: Any, pointer: str) -> dict[str, Any]:
    """A state's Parameters or Arguments as they are written, if they have fields."""
    state = resolve(definition, pointer)
    fields = state.get("Parameters") or state.get("Arguments")
    return fields if isinstance(fields, dict) else {}
