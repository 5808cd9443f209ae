"""The error name and cause with which Step Functions shows that a service has refused a call.

Services are called through AWS's two Java SDKs, and each has its own texts [recorded]: `DynamoDb.ResourceNotFoundException`
and "... (Service: DynamoDb, Status Code: 400, Request ID: ...)" for `aws-sdk`, `DynamoDB.ResourceNotFoundException` and "...
(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ...; Proxy: null)" for an
optimized integration. A code without a class of its own in the SDK has the service's general one.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pytest_sfn.services.operations import exception_name, pascal_case, service_model

if TYPE_CHECKING:
    from pytest_sfn.services.operations import Operation

__all__ = ["detected", "null", "refusal", "told"]

ATTEMPTS_SINCE: Final = date(2025, 6, 1)
"""From then on the cause of an `aws-sdk` error ends in "(SDK Attempt Count: 1)".

Recorded without on 2025-01-22, with on 2025-11-06."""


def refusal(
    operation: Operation,
    code: str,
    message: str,
    request_id: str,
    as_of: date | None = None,
    *,
    status: int = 400,
    name: str = "",
) -> tuple[str, str]:
    """(error name, cause) of a call that the service refused with this code, text and HTTP status.

    Args:
        request_id: of the service's answer.
        as_of: the day on which AWS shows it; today's when None.
        name: of the error in the service's model, where the code is an older one (`AWS.SimpleQueueService.NonExistentQueue`).
    """
    shapes = _error_shapes(operation.service)
    shape = shapes.get(code) or shapes.get(name)
    if operation.service == "s3" and code.isdigit():  # an answer without a body, for which botocore makes a code and a text
        shape, message = _WITHOUT_BODY.get((operation.name, code)), ""
    return told(operation, shape, code, message or "null", request_id, as_of, status)  # "null" as Java writes none


def told(
    operation: Operation,
    shape: str | None,
    code: str,
    message: str,
    request_id: str,
    as_of: date | None = None,
    status: int = 400,
) -> tuple[str, str]:
    """The same, where the shape of the error is known; None for a code without one. Reads no model."""
    prefix, service = operation.error_prefix, operation.service_name
    if operation.integration == "aws-sdk":
        error = exception_name(pascal_case(shape)) if shape else f"{prefix}Exception"
        more = f", Extended Request ID: {_extended_id(request_id)}" if operation.service == "s3" else ""
        about = f"(Service: {service}, Status Code: {status}, Request ID: {request_id}{more})"
        if as_of is None or as_of >= ATTEMPTS_SINCE:
            about += " (SDK Attempt Count: 1)"
    else:
        error = exception_name(shape) if shape else f"{service.removesuffix('v2')}Exception"
        about = f"(Service: {service}; Status Code: {status}; Error Code: {code}; Request ID: {request_id}; Proxy: null)"
    return f"{prefix}.{error}", f"{message} {about}"


def detected(found: list[str]) -> str:
    """The text for all breaches of a call [recorded]."""
    return f"{len(found)} validation error{'s' * (len(found) > 1)} detected: {'; '.join(found)}"


def null(at: str) -> str:
    """The breach of a required member that is missing [recorded for DynamoDB]."""
    return f"Value null at '{at}' failed to satisfy constraint: Member must not be null"


_WITHOUT_BODY: Final = {("HeadObject", "404"): "NoSuchKey", ("HeadBucket", "404"): "NoSuchBucket"}
"""The classes that AWS's SDK for Java gives to answers that name none (aws/aws-sdk-java-v2#544, #1983)."""


@lru_cache(maxsize=64)
def _error_shapes(service: str) -> dict[str, str]:
    """The errors of a service that have a class in the SDK: code, or name of the shape, to the shape's name."""
    shapes: dict[str, str] = {}
    for shape in service_model(service).error_shapes:
        shapes[shape.name] = shapes[shape.error_code] = shape.name
    return shapes


def _extended_id(request_id: str) -> str:
    """S3's second id, made from the first."""
    return b64encode((request_id * 2).encode()[:57]).decode()
