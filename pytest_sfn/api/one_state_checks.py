"""What TestState refuses before it runs a state: mocks, Context Objects and configurations that do not fit the state.

The texts are recorded, but for those marked [?].
https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, ParallelState, TaskState
from pytest_sfn.errors import JsonValueError, printable
from pytest_sfn.expressions.values import is_number, loads
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.misfits import answer_misfits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pytest_sfn.asl.model import State
    from pytest_sfn.services.shapes import Misfit

__all__ = ["check_failures", "check_mock", "check_state", "context", "json_object", "mocked_result"]

Params = dict[str, Any]
MOCKABLE: Final = ("Task", "Map", "Parallel")
UNMOCKED: Final = (
    "TestState API does not support Map or Parallel states. "
    "Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
)
CONFIGURED: Final = {
    "mapIterationFailureCount": "MapIterationFailureCount",
    "retrierRetryCount": "RetrierRetryCount",
    "errorCausedByState": "ErrorCausedByState",
    "mapItemReaderData": "MapItemReaderData",
}
"""Members of stateConfiguration that need a mock, as the refusal spells them [recorded for the first]."""
CONTEXT: Final = {
    "Execution": {
        "Id": "string", "Input": "any", "Name": "string", "RoleArn": "string", "StartTime": "string", "RedriveCount": "number",
        "RedriveTime": "string",
    },
    "State": {"EnteredTime": "string", "Name": "string", "RetryCount": "number"},
    "StateMachine": {"Id": "string", "Name": "string"},
    "Task": {"Token": "string"},
}  # fmt: skip
"""The fields that a Context Object may have, with their types; `Map` is not among them [recorded]."""
CALLBACKS: Final = (".sync", ".sync:2", ".waitForTaskToken")


def refusal(text: str) -> ApiError:
    return ApiError("ValidationException", text)


def check_mock(mock: Params | None) -> None:
    """A mock has a result or an error, and an error has a name.

    Raises:
        ApiError: ValidationException.
    """
    if mock is None:
        return
    if ("result" in mock) == ("errorOutput" in mock):  # neither of them [?]
        raise refusal("A test mock should have only one of the following fields: [result, errorOutput].")
    if "errorOutput" in mock and mock["errorOutput"].get("error") is None:  # it is required [documented]
        raise refusal("Mocked errorOutput must have an error.")  # [?]


def check_state(state: State, params: Params) -> None:
    """Whether the state can be tested with this call's mock, or without one.

    Raises:
        ApiError: ValidationException, InvalidDefinition.
    """
    if "mock" in params:
        if state.type not in MOCKABLE:
            raise refusal(f"State type '{state.type}' is not supported when a mock is specified")
        if params.get("revealSecrets"):
            raise refusal("TestState does not support RevealSecrets when a mock is specified.")
        return
    for member in params.get("stateConfiguration", {}):
        raise refusal(f"TestState does not support {CONFIGURED[member]} when a mock is not specified.")
    if "context" in params:
        raise refusal("TestState does not support Context when a mock is not specified.")  # [?]
    if isinstance(state, (MapState, ParallelState)):
        raise ApiError("InvalidDefinition", UNMOCKED)
    if isinstance(state, TaskState):
        unsupported = "Activity tasks" if state.resource.kind == "activity" else state.resource.pattern
        if unsupported and (unsupported in CALLBACKS or state.resource.kind == "activity"):
            raise ApiError("InvalidDefinition", f"TestState API does not support {unsupported} without a mock.")  # [?]


def mocked_result(state: State, mock: Params, as_of: date | None) -> Any:
    """The mock's result, which fits the state.

    Args:
        as_of: the day whose API models hold; today's when None.

    Raises:
        ApiError: ValidationException.
    """
    try:
        result = loads(mock["result"])
    except JsonValueError:
        raise refusal("Mocked result must be valid JSON") from None
    if isinstance(state, MapState) and state.result_writer is not None:
        if not isinstance(result, dict):
            raise refusal("Mocked result must be a JSON object.")
    elif isinstance(state, (MapState, ParallelState)):
        if not isinstance(result, list):
            raise refusal("Mocked result must be an array.")
        if isinstance(state, ParallelState) and len(result) != len(state.branches):
            raise refusal("Mocked result must contain the same number of items as number of Parallel branches.")
    elif isinstance(state, TaskState):
        mode = mock.get("fieldValidationMode", "STRICT")
        if mode != "NONE":
            found = answer_misfits(state.resource, result, test_state=True, present=mode == "PRESENT", as_of=as_of)
            if found:
                raise _misfitting(min(found, key=lambda each: each.kind != "missing"))  # those come first [?]
    return result


def _misfitting(misfit: Misfit) -> ApiError:
    """AWS's refusal; a note says where, for the test that makes it in Python."""
    if not misfit.name:
        return refusal("Mocked result must be a JSON object.")  # [?]
    error = refusal(f"Mock result schema validation error: {misfit.whole_text}")
    allowed = f", {misfit.expected}" if misfit.kind == "value" else ""
    error.add_note(printable(f"  where  {misfit.where}{allowed}"))
    return error


def context(state: State, text: str) -> dict[str, Any]:
    """The Context Object of the call.

    Raises:
        ApiError: ValidationException.
    """
    found = json_object(text, "context")
    for section, value in found.items():
        if section not in CONTEXT:
            raise _wrong(f"Field '{section}' is not allowed")
        if section == "Task" and not (isinstance(state, TaskState) and state.resource.pattern in CALLBACKS):
            raise _wrong(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' "
                "service integration pattern"
            )
        if not isinstance(value, dict):
            raise _wrong(f"{section} must be an object")  # [?]
        _check_section(section, value)
    return found


def _check_section(section: str, value: Mapping[str, Any]) -> None:
    kinds = CONTEXT[section]
    for name, item in value.items():
        kind = kinds.get(name)
        if kind is None:
            raise _wrong(f"Field '{name}' is not allowed")
        if (kind == "string" and not isinstance(item, str)) or (kind == "number" and not is_number(item)):
            raise _wrong(f"{section}.{name} must be a {kind}")


def _wrong(text: str) -> ApiError:
    return refusal(f"Invalid Context object provided: {text}")


def json_object(text: str, member: str) -> dict[str, Any]:
    """The JSON object in a member of the call.

    Raises:
        ApiError: ValidationException [?].
    """
    try:
        value = loads(text)
    except JsonValueError:
        value = None
    if isinstance(value, dict):
        return value
    if member == "context":
        raise _wrong("Context object must be a valid JSON object")
    raise refusal(f"Invalid {member} provided: it must be a valid JSON object")


def check_failures(failures: int | None, fields: Mapping[str, Any]) -> None:
    """A Map cannot have more iterations that failed than it has iterations.

    Args:
        fields: what the Map's own fields came to.

    Raises:
        ApiError: ValidationException.
    """
    if failures is not None and failures > fields.get("items", failures):
        raise refusal("Map iteration failure count must be less than or equal to the number of Map iterations")
