"""Error names that a service can answer a task with, as Step Functions reports them.

The operations' errors are those of botocore's service models, which are read (not botocore's clients) the first time that
a task with a service integration is enumerated. How Step Functions spells them is recorded for some services only; the
two rules below follow from those:

* `aws-sdk:` integrations use the names of AWS's Java SDK 2: `DynamoDb.ConditionalCheckFailedException`, and
  `DynamoDb.DynamoDbException` for errors that have no class of their own;
* optimized integrations use those of its Java SDK 1: `DynamoDB.ConditionalCheckFailedException`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

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
"""What AWS's guide tells to be ready for, whatever the function does: its timeout, throttling, Lambda's own trouble.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
"""

_HTTP_ERRORS: Final = ("States.Http.StatusCode.429", "States.Http.StatusCode.500", "States.Http.Socket")
_OTHER_NAMES: Final = {
    "events": ("EventBridge.FailedEntry",),  # an entry of PutEvents that was not taken [recorded]
    "apigateway": ("ApiGateway.429", "ApiGateway.500"),
    "http": _HTTP_ERRORS,
}
_GENERIC: Final = {  # [recorded]; of the other services it is not known for certain
    "DynamoDB": "AmazonDynamoDBException",
    "SQS": "AmazonSQSException",
    "Glue": "AWSGlueException",
}

_DIRECTORIES: Final = {
    "applicationdiscoveryservice": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "costandusagereportservice": "cur",
    "costexplorer": "ce",
    "databasemigrationservice": "dms",
    "directoryservice": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearchservice": "es",
    "elasticmapreduce": "emr",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuildingservice": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntimeservice": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplaceentitlementservice": "marketplace-entitlement",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
    "states": "stepfunctions",
}
"""Services whose directory in botocore is named otherwise than they are in a Resource."""


@lru_cache(maxsize=256)
def service_errors(resource: Resource) -> tuple[str, ...]:
    """Error names of the service that a task calls, in the model's order; those worth testing for Lambda.

    Empty for an activity, and where botocore does not know the service or the operation.
    """
    service = resource.service
    if resource.kind == "lambda" or service == "lambda":
        return LAMBDA_ERRORS
    if resource.kind != "service" or not service or not resource.action:
        return ()
    if service in _OTHER_NAMES:
        return _OTHER_NAMES[service]
    through_sdk = service.startswith("aws-sdk:")
    model = _model(service.removeprefix("aws-sdk:"))
    if model is None:
        return ()
    operation = next((each for name, each in model["operations"].items() if name.lower() == resource.action.lower()), None)
    shapes = [error["shape"] for error in operation.get("errors", ())] if operation is not None else []
    service_id: str = model["metadata"]["serviceId"]
    if through_sdk:
        prefix = pascal_case(service_id)
        names = [exception_name(pascal_case(shape)) for shape in shapes]
        if operation is not None:
            names.append(f"{prefix}Exception")
    else:
        prefix = "StepFunctions" if service_id == "SFN" else service_id.replace(" ", "")
        names = [exception_name(shape) for shape in shapes]
        if operation is not None and prefix in _GENERIC:
            names.append(_GENERIC[prefix])
    return tuple(dict.fromkeys(f"{prefix}.{name}" for name in names))


def _model(service: str) -> dict[str, Any] | None:
    """The botocore model of a service as a Resource names it; None if there is none."""
    from botocore.loaders import Loader

    loader = Loader()
    plain = service.replace("-", "").lower()
    wanted = _DIRECTORIES.get(plain)
    for directory in loader.list_available_services("service-2"):
        if directory == wanted or (wanted is None and directory.replace("-", "") == plain):
            model: dict[str, Any] = loader.load_service_model(directory, "service-2")
            return model
    return None


def exception_name(shape: str) -> str:
    """Class of an error in the SDK: `NoSuchBucket` and `DbFault` get the ending that `...Exception` has already."""
    return shape if shape.endswith("Exception") else f"{shape.removesuffix('Fault')}Exception"


_WORDS: Final = re.compile(
    r"(?<=[A-Z])(?=v[0-9])|(?<=[a-z])(?=[A-Z][A-Za-z0-9])|(?<=[A-Z])(?=[A-Z](?!v[0-9])[a-z])|(?<=[0-9])(?=[A-Za-z])"
)
"""Where one word of a name ends and the next begins: SES|v2, Dynamo|DB, DB|Instance, EC2|Throttled; IoT is one word."""


def pascal_case(name: str) -> str:
    """Each word with one capital: `DynamoDB` is DynamoDb, `ACM PCA` AcmPca, `SESv2` SesV2, `IoT` Iot."""
    return "".join(word.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name) for word in _WORDS.split(part))
