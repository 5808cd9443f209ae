"""Lambda's Invoke as an `aws-sdk` integration, and as a dry run; `functions.py` has `lambda:invoke`.

`aws-sdk:lambda:invoke` gives what the API answers: `Payload` is text, and a function that failed is no failed task: the
answer has `FunctionError`, and the error is the Payload [documented]. Errors of the Lambda service fail the task.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.values import admit, dumps_spaced
from pytest_sfn.tasks.functions import InvokedFunction, invocation_type, invoke_response

if TYPE_CHECKING:
    from pytest_sfn.errors import Hints
    from pytest_sfn.tasks.request import Request

__all__ = ["SdkFunction", "answer_dry_run"]


class SdkFunction(InvokedFunction):
    """A function called through `arn:aws:states:::aws-sdk:lambda:invoke`."""

    __slots__ = ()

    def respond(self, request: Request, response: dict[str, Any], size: int, depth: int, after: int) -> None:
        status = response["StatusCode"]
        self._respond(request, {"ExecutedVersion": response["ExecutedVersion"]}, response["Payload"], status, after)

    def _respond(self, request: Request, fields: dict[str, Any], payload: Any, status: int, after: int) -> None:
        text = dumps_spaced(payload) if status == 200 else ""
        answer = {**(fields if status == 200 else {}), "Payload": text, "StatusCode": status}
        super().respond(request, *admit(answer), after)

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
        self._report(request, details, after)

    def _sandbox_failed(self, request: Request, error: str, message: str, after: int) -> None:
        self._report(request, {"errorType": error, "errorMessage": message}, after)

    def _report(self, request: Request, details: dict[str, Any], after: int) -> None:
        fields = {"ExecutedVersion": "$LATEST", "FunctionError": "Unhandled"}
        event = invocation_type(request) == "Event"
        self._respond(request, fields, details, 202 if event else 200, 0 if event else after)


def answer_dry_run(request: Request) -> bool:
    """Answer a task whose InvocationType is DryRun, which calls no function; False for any other InvocationType."""
    if invocation_type(request) != "DryRun":
        return False
    if request.resource.service == "lambda":
        second = int(request.world.datetime_at(request.time).timestamp())
        answer = invoke_response({}, request.request_id(), "$LATEST", second, 204)
    else:
        answer = {"Payload": "", "StatusCode": 204}
    request.succeed(*admit(answer))
    return True
