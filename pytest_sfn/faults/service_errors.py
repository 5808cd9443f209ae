"""The error names of services that are worth a test, as Step Functions reports them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pytest_sfn.services.operations import operation_of

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource

__all__ = ["LAMBDA_ERRORS", "service_errors"]

LAMBDA_ERRORS: Final = (
    "Sandbox.Timedout",
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
)
"""The errors that AWS's guide advises to handle for every function: its timeout, throttling, errors of Lambda itself.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
"""

_OTHER_NAMES: Final = {
    "events": ("EventBridge.FailedEntry",),  # an entry of PutEvents that was not taken [recorded]
    "apigateway": ("ApiGateway.429", "ApiGateway.500"),
    "http": ("States.Http.StatusCode.429", "States.Http.StatusCode.500", "States.Http.Socket"),
}


@lru_cache(maxsize=256)
def service_errors(resource: Resource) -> tuple[str, ...]:
    """Error names of the service that a task calls, in the model's order; those worth testing for Lambda.

    Empty for an activity, and where botocore does not know the service or the operation.
    """
    service = resource.service
    if resource.kind == "lambda" or service == "lambda":
        return LAMBDA_ERRORS
    if service in _OTHER_NAMES:
        return _OTHER_NAMES[service]
    operation = operation_of(resource)
    return () if operation is None else tuple(operation.errors())
