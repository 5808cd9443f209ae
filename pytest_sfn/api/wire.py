"""The HTTP that clients of Step Functions speak: AWS JSON 1.0, one POST per call.

The operation is in the header `X-Amz-Target`, members are JSON, times are seconds since 1970, and a refusal is
`{"__type": code, "message": text}`, with status 400 but for few. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pytest_sfn.errors import UnsupportedError
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.operations import service_model

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

    from pytest_sfn.api.service import Service
    from pytest_sfn.gate.call import Answer

__all__ = ["refusal", "respond"]

CONTENT_TYPE = "application/x-amz-json-1.0"


def respond(api: Service, request: AWSPreparedRequest) -> Answer:
    """Answer a request of a client: HTTP status, headers, body.

    Raises:
        PytestSfnError: what is an error of the test and not AWS's: an operation that is not served, a task without a mock.
    """
    target = request.headers.get("X-Amz-Target", "")
    if isinstance(target, bytes):
        target = target.decode()
    service, _, operation = target.partition(".")
    if service != "AWSStepFunctions":
        raise UnsupportedError(f"a request to Step Functions with the target {target!r}, which is not an operation of its API")
    status = 200
    try:
        answer = api.call(operation, _members(operation, request.body or b"{}"))
    except ApiError as refused:
        status, answer = refused.status, {"__type": refused.code, "message": refused.message}
        if refused.reason is not None:
            answer["reason"] = refused.reason
    return _answer(status, answer, api.request_id())


def refusal(status: int, code: str, message: str) -> Answer:
    """The answer to a request that comes to no operation."""
    return _answer(status, {"__type": code, "message": message}, str(uuid4()))


def _members(operation: str, body: str | bytes) -> dict[str, Any]:
    """The members of a call. As AWS does, null is taken for a member that is not there, and unknown ones are passed over.

    Raises:
        ApiError: SerializationException, the body is not a JSON object.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException", f"the body is not JSON: {error}") from None  # [?] the words, of both
    if not isinstance(given, dict):
        raise ApiError("SerializationException", "the body is JSON, but no object")
    model = service_model("stepfunctions")
    if operation in model.operation_names:
        known = model.operation_model(operation).input_shape.members
        return {name: value for name, value in given.items() if value is not None and name in known}
    return given


def _answer(status: int, answer: dict[str, Any], request_id: str) -> Answer:
    data = json.dumps(answer, default=_seconds).encode("utf-8")
    return status, {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(data)), "x-amzn-RequestId": request_id}, data


def _seconds(value: Any) -> float:
    assert isinstance(value, datetime)
    return value.timestamp()
