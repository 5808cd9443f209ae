"""The HTTP that a boto3 client of `stepfunctions` speaks: AWS JSON 1.0, one POST per call.

The operation is in the header `X-Amz-Target`, members are JSON, times are seconds since 1970, and a refusal is
`{"__type": code, "message": text}`, with status 400 but for few. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import UnsupportedError
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

    from pytest_sfn.api.service import Service

__all__ = ["respond"]

CONTENT_TYPE = "application/x-amz-json-1.0"


def respond(api: Service, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
    """Answer a request of a boto3 client: HTTP status, headers, body.

    Raises:
        PytestSfnError: what is an error of the test and not AWS's: an operation that is not served, a task without a mock.
    """
    target = request.headers.get("X-Amz-Target", "")
    if isinstance(target, bytes):
        target = target.decode()
    service, _, operation = target.partition(".")
    if service != "AWSStepFunctions":
        raise UnsupportedError(f"a request to Step Functions with the target {target!r}, which is not an operation of its API")
    body = request.body or b"{}"
    status = 200
    try:
        answer = api.call(operation, json.loads(body))
    except ApiError as refusal:
        status, answer = refusal.status, {"__type": refusal.code, "message": refusal.message}
        if refusal.reason is not None:
            answer["reason"] = refusal.reason
    data = json.dumps(answer, default=_seconds).encode("utf-8")
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(data)),
        "x-amzn-RequestId": api.request_id(),
    }
    return status, headers, data


def _seconds(value: Any) -> float:
    assert isinstance(value, datetime)
    return value.timestamp()
