"""What Lambda's Invoke takes and refuses, and its answer as an `aws-sdk` integration; `functions.py` has `lambda:invoke`.

`aws-sdk:lambda:invoke` gives what the API answers: `Payload` is text, and a function that failed is no failed task: the
answer has `FunctionError`, and the error is the Payload [documented]. Errors of the Lambda service fail the task.

Step Functions passes all parameters but their names and JSON types on unchanged, so it is Lambda that refuses their values.
Lambda's texts are reported ones (`_refusal`, `_constraints`); how Step Functions wraps them is recorded for other errors.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import admit, dumps, dumps_spaced, loads
from pytest_sfn.lambda_.runtime import version_of
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import detected, told
from pytest_sfn.tasks.functions import (
    InvokedFunction,
    decoded,
    has_options,
    invocation_type,
    invoke_response,
    log_result,
    log_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.errors import Hints
    from pytest_sfn.tasks.request import Request

__all__ = [
    "SdkFunction",
    "answer_dry_run",
    "lambda_refusal",
    "payload_refusal",
    "refuse_invocation",
    "refuse_missing",
    "refuse_name",
]


# -- what Lambda refuses -----------------------------------------------------------------------------------------------

_NAME: Final = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)"
    r"(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
_QUALIFIER: Final = r"(|[a-zA-Z0-9$_-]+)"
_PATTERNS: Final = {"FunctionName": _NAME, "Qualifier": _QUALIFIER}
_ENUMS: Final = {"InvocationType": ("DryRun", "RequestResponse", "Event"), "LogType": ("None", "Tail")}
_LENGTHS: Final = {"FunctionName": (1, 170), "Qualifier": (1, 128)}
"""What the API demands [documented]; its texts, and the order of the first enum, are reported:
https://github.com/ex-aws/ex_aws/pull/442"""


def _constraints(parameters: Mapping[str, Any]) -> Iterator[str]:
    """What is not as Lambda's API demands, in its words."""
    for name in ("FunctionName", "Qualifier", "InvocationType", "LogType"):
        value = parameters.get(name)
        if value is None or (isinstance(value, str) and "${" in value):
            continue
        text = value if isinstance(value, str) else dumps(value)
        demands: list[str] = []
        if name in _ENUMS and text not in _ENUMS[name]:
            demands.append(f"Member must satisfy enum value set: [{', '.join(_ENUMS[name])}]")
        least, most = _LENGTHS.get(name, (0, len(text)))
        if len(text) < least:
            demands.append(f"Member must have length greater than or equal to {least}")
        if len(text) > most:
            demands.append(f"Member must have length less than or equal to {most}")
        if name in _PATTERNS and len(text) >= least and re.fullmatch(_PATTERNS[name], text, re.ASCII) is None:
            demands.append(f"Member must satisfy regular expression pattern: {_PATTERNS[name]}")
        member = name[0].lower() + name[1:]
        yield from (f"Value '{text}' at '{member}' failed to satisfy constraint: {demand}" for demand in demands)


def lambda_refusal(parameters: Mapping[str, Any]) -> tuple[str, str] | None:
    """The code and text with which Lambda refuses a call before it looks for the function; None if it does not."""
    problems = list(_constraints(parameters))
    if problems:
        return "ValidationException", detected(problems)
    function, qualifier = parse_function(str(parameters.get("FunctionName"))), parameters.get("Qualifier")
    if function is not None and qualifier is not None and function.qualifier not in (None, qualifier):
        text = "The derived qualifier from the function name does not match the specified qualifier."  # [reported]
        return "InvalidParameterValueException", text
    client_context = parameters.get("ClientContext")
    if client_context is not None and not _is_object(client_context):
        # https://github.com/boto/boto3/issues/2153 [reported]
        return "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."
    return None


def _is_object(client_context: Any) -> bool:
    try:
        return isinstance(decoded(client_context), dict)
    except (TypeError, ValueError):
        return False


def payload_refusal(payload: str) -> tuple[str, str] | None:
    """The code and text with which Lambda refuses a Payload that is no JSON; None for JSON.

    `lambda:invoke` passes text on unchanged [recorded].
    """
    try:
        loads(payload)
    except JsonValueError:
        token = next(iter(payload.split(maxsplit=1)), "")
        text = (
            "Could not parse request body into json: Could not parse payload into json: "
            f"Unrecognized token '{token}': was expecting (JSON String, Number, Array, Object or token 'null', "
            "'true' or 'false')"
        )
        return "InvalidRequestContentException", text
    return None


def refuse_invocation(request: Request) -> bool:
    """Fail the task as Lambda does if it refuses the call; False if it takes it."""
    parameters = request.parameters
    payload = parameters.get("Payload")
    refused = lambda_refusal(parameters) if has_options(parameters) else None
    if refused is None and isinstance(payload, str) and request.resource.service == "lambda":
        refused = payload_refusal(payload)
    return refused is not None and _refuse(request, *refused)


def refuse_name(request: Request) -> bool:
    """Fail the task as Lambda does if what it calls cannot be the name of a function; False if it can."""
    refused = lambda_refusal({"FunctionName": request.parameters.get("FunctionName")})
    return refused is not None and _refuse(request, *refused)


def refuse_missing(request: Request, arn: str) -> None:
    """Fail the task as Lambda does for a function, a version or an alias that is not there [?]."""
    operation = operation_of(request.resource) or operation_of(parse_resource("arn:aws:states:::lambda:invoke"))
    assert operation is not None
    code = "ResourceNotFoundException"
    text = f"Function not found: {arn}"
    request.fail(*told(operation, code, code, text, request.request_id(), request.world.as_of, 404))


def _refuse(request: Request, code: str, text: str) -> bool:
    operation = operation_of(request.resource)
    assert operation is not None
    shape = None if code == "ValidationException" else code
    request.fail(*told(operation, shape, code, text, request.request_id(), request.world.as_of))
    return True


# -- the answer as an `aws-sdk` integration ----------------------------------------------------------------------------


class SdkFunction(InvokedFunction):
    """A function called through `arn:aws:states:::aws-sdk:lambda:invoke`."""

    __slots__ = ()

    def respond(self, request: Request, response: dict[str, Any], size: int, depth: int, after: int) -> None:
        names = response.keys() & {"ExecutedVersion", "LogResult"}
        fields = {name: item for name, item in response.items() if name in names}
        self._respond(request, fields, response["Payload"], response["StatusCode"], after)

    def _respond(self, request: Request, fields: dict[str, Any], payload: Any, status: int, after: int) -> None:
        text = dumps_spaced(payload) if status == 200 else ""
        super().respond(request, *admit({**fields, "Payload": text, "StatusCode": status}), after)

    def _function_failed(
        self,
        request: Request,
        error: str,
        message: str,
        request_id: str,
        trace: list[str],
        after: int,
        hints: Hints | None = None,
    ) -> None:
        details = {"errorMessage": message, "errorType": error, "requestId": request_id, "stackTrace": trace}
        self._report(request, details, request_id, after)

    def _sandbox_failed(self, request: Request, error: str, message: str, after: int) -> None:
        self._report(request, {"errorType": error, "errorMessage": message}, request.request_id(), after)

    def _report(self, request: Request, details: dict[str, Any], request_id: str, after: int) -> None:
        if invocation_type(request) == "Event":
            self._respond(request, {}, None, 202, 0)
            return
        version = version_of(self.function.qualifier if self.function is not None else None)
        fields = {"ExecutedVersion": version, "FunctionError": "Unhandled"}
        if log_type(request) == "Tail":
            fields["LogResult"] = log_result(request, request_id, version, after)
        self._respond(request, fields, details, 200, after)


def answer_dry_run(request: Request) -> bool:
    """Answer a task whose InvocationType is DryRun, which calls no function; False for any other InvocationType."""
    if invocation_type(request) != "DryRun":
        return False
    if request.resource.service == "lambda":
        second = int(request.world.datetime_at(request.time).timestamp())
        answer = invoke_response({}, request.request_id(), None, second, 204)
    else:
        answer = {"Payload": "", "StatusCode": 204}
    request.succeed(*admit(answer))
    return True
