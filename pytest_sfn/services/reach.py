"""What the tasks of a definition can call: functions, Resources, endpoints, as far as the text of the definition shows.

Mocks are registered under the keys that this module makes. So a mock that no task could ever reach is found without a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, TaskState
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.services.function_names import names_of, parse_function
from pytest_sfn.services.http import HTTP_SERVICES, gateway_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.asl.model import State
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.services.function_names import FunctionName

__all__ = ["INVOKING", "Reach", "activity_key", "function_called", "invokes", "keys_of", "resource_key"]

INVOKING: Final = ("lambda", "aws-sdk:lambda")
"""Services whose action `invoke` calls a Lambda function that the parameters name."""
GET_OBJECT: Final = "arn:aws:states:::s3:getObject"


def resource_key(text: str) -> str:
    """The part after `arn:<partition>:states:::`, else the text itself."""
    _, found, tail = text.partition(":states:::")
    return tail if found else text


def activity_key(name: str) -> str:
    """The key of mocks that name an activity without its account and region."""
    return f"activity:{name}"


def keys_of(resource: Resource) -> tuple[str, ...]:
    """The keys of mocks of this Resource: the Resource, and an activity's name alone."""
    key = resource_key(resource.text)
    return (key, activity_key(resource.name or "")) if resource.kind == "activity" else (key,)


def invokes(resource: Resource) -> bool:
    """Whether it calls a function through Lambda's Invoke; the parameters name the function."""
    return resource.action == "invoke" and resource.service in INVOKING


def function_called(resource: Resource, name: str | None = None, qualifier: str | None = None) -> FunctionName | None:
    """The Lambda function that a Resource calls; None if it calls none, or one that is not known.

    Args:
        name, qualifier: FunctionName and Qualifier of the parameters, for Lambda's Invoke.
    """
    if resource.kind == "lambda":
        return parse_function(resource.text)
    return parse_function(name, qualifier) if invokes(resource) and name is not None else None


def resources_of(state: State) -> list[str]:
    """The Resources that a Map calls for its own data: those of ItemReader and ResultWriter."""
    if not isinstance(state, MapState):
        return []
    reader, writer = state.item_reader, state.result_writer
    found = []
    if reader is not None:
        found.append(reader.resource.text)
        if reader.reader_config.get("Transformation") == "LOAD_AND_FLATTEN":
            found.append(GET_OBJECT)
    if writer is not None and writer.resource is not None:
        found.append(writer.resource.text)
    return found


class Reach:
    """What the tasks of one definition can call.

    Attributes:
        tasks: names of the Task states.
        others: name to type of the states that call nothing.
        maps: name to the first Resource of the Maps that read items from S3 or write results to it.
        resources: the Resources as mocks are registered for them.
        functions: the functions by their name, and by their other names in a template.
        any_function: a function's name is computed while the machine runs, so it may be any function.
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
            if not isinstance(state, TaskState):
                self.others[name] = state.type
                continue
            self.tasks[name] = None
            resource = state.resource
            self.resources |= dict.fromkeys(keys_of(resource))
            arguments = _arguments(definition, state.pointer) if invokes(resource) else {}
            function = function_called(resource, arguments.get("FunctionName"), arguments.get("Qualifier"))
            if function is not None:
                for known in names_of(function.name, function_names or {}):
                    self.functions.setdefault(known, []).append(function)
            elif invokes(resource):
                self.any_function = True
            elif resource.service in HTTP_SERVICES:
                self.endpoints.append(_endpoint(state, definition))

    def calls(self, function: FunctionName, region: str, account: str) -> bool:
        """Whether a task could call this function."""
        called = self.functions.get(function.name, ())
        if self.any_function or (function.bare and called):
            return True
        return any(function.names(each, region, account) for each in called)


def _endpoint(task: TaskState, definition: Any) -> tuple[str | None, str | None]:
    """(method, URL) of the request that a task sends; None for what is computed."""
    fields = _arguments(definition, task.pointer)
    url = fields.get("ApiEndpoint")
    if url is not None and task.resource.service == "apigateway":
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
