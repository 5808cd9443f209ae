"""The tables of integrations, held against botocore's models."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.integrations import integrations, sdk_services
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.operations import member, operation_of, polling_of, service_model
from tests.asl import sdk_services as generator

ACTIONS = [(service, action) for service, table in integrations().items() for action in table["actions"]]
NO_OPERATION = {("apigateway", "invoke"), ("http", "invoke"), ("eks", "call"), ("eks", "runJob")}


SYNC, TOKEN = {"sync"}, {"waitForTaskToken"}
PATTERNS: dict[str, set[str]] = {
    "apigateway": TOKEN, "athena": SYNC, "batch": SYNC, "bedrock": SYNC | TOKEN, "codebuild": SYNC, "databrew": SYNC,
    "dynamodb": set(), "ecs": SYNC | TOKEN, "eks": SYNC | TOKEN, "elasticmapreduce": SYNC, "emr-containers": SYNC,
    "emr-serverless": SYNC, "events": TOKEN, "glue": SYNC, "http": set(), "lambda": TOKEN, "mediaconvert": SYNC,
    "sagemaker": SYNC, "sns": TOKEN, "sqs": TOKEN, "states": SYNC | TOKEN | {"sync:2"},
}  # fmt: skip
"""By service, from the table of https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html. The page of EKS
says that it has no callback; the table decides."""


def row(service: str, action: str) -> dict[str, Any]:
    found: dict[str, Any] = integrations()[service]["actions"][action]
    return found


def test_patterns_are_those_of_aws_s_overview() -> None:
    found = {service: {each for action in table["actions"].values() for each in action.get("patterns", ())}
             for service, table in integrations().items()}  # fmt: skip
    assert found == PATTERNS


@pytest.mark.parametrize(("service", "action"), ACTIONS)
def test_operations_are_those_of_botocore(service: str, action: str) -> None:
    operation = operation_of(parse_resource(f"arn:aws:states:::{service}:{action}"))
    assert (operation is None) == ((service, action) in NO_OPERATION)
    if operation is None:
        return
    assert operation.name in service_model(operation.service).operation_names
    assert operation.input is not None
    members = operation.input if isinstance(operation.input, dict) else operation.input.members
    names = {name[0].upper() + name[1:] for name in members}
    assert {path.split(".")[0] for path in row(service, action).get("json", ())} <= names


@pytest.mark.parametrize(("service", "action"), [each for each in ACTIONS if "sync" in row(*each).get("patterns", ())])
def test_polling_asks_what_there_is(service: str, action: str) -> None:
    resource = parse_resource(f"arn:aws:states:::{service}:{action}.sync")
    polling, operation = polling_of(resource), operation_of(resource)
    if (service, action) in NO_OPERATION:
        assert polling is None
        return
    assert polling is not None
    assert operation is not None
    table = row(service, action)["polling"]
    asked = polling.operation.input_shape
    assert asked is not None
    assert set(table["parameters"]) <= set(asked.members)
    assert set(asked.required_members) <= set(table["parameters"])
    for source in table["parameters"].values():
        root, *path = (source[0] if isinstance(source, list) else source).split(".")
        shape: Any = operation.input if root == "$parameters" else operation.output
        for part in path:
            own = isinstance(shape, dict)
            members = {name.rstrip("!"): kind for name, kind in shape.items()} if own else getattr(shape, "members", {})
            shape = shape.member if part.isdigit() else member(members, part)
        assert shape is not None
    shape = polling.job_shape
    for part in table["status"].split("."):
        shape = member(shape.members, part)
    if shape.enum:
        assert (polling.succeeded | polling.failed) - {"DELETED"} <= set(shape.enum)


def test_sdk_services_are_those_of_botocore() -> None:
    """When botocore has new ones: `python -m tests.asl.sdk_services`."""
    known = {name: row for name, row in sdk_services().items() if row[0] is not None}
    shared = {name: row for name, row in generator.from_botocore().items() if name in known}  # releases add and end services
    assert shared == {name: known[name] for name in shared}
    assert len(shared) > 300
    assert generator.FILE.read_text(encoding="utf-8") == generator.text(sdk_services())


@pytest.mark.parametrize(
    ("name", "folder", "prefix"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
        ("sfn", "stepfunctions", "Sfn"),
        ("eventbridge", "events", "EventBridge"),
        ("cloudwatchlogs", "logs", "CloudWatchLogs"),
        ("cognitoidentityprovider", "cognito-idp", "CognitoIdentityProvider"),
        ("elasticloadbalancingv2", "elbv2", "ElasticLoadBalancingV2"),
        ("databasemigration", "dms", "DatabaseMigration"),
        ("config", "config", "Config"),
        ("costandusagereport", "cur", "CostAndUsageReport"),
        ("elasticsearch", "es", "Elasticsearch"),
        ("lexmodelbuilding", "lex-models", "LexModelBuilding"),
        ("acmpca", "acm-pca", "AcmPca"),
        ("sesv2", "sesv2", "SesV2"),
        ("iotsitewise", "iotsitewise", "IoTSiteWise"),
        ("iotwireless", "iotwireless", "IotWireless"),
        ("xray", "xray", "XRay"),
        ("fsx", "fsx", "FSx"),
        ("sagemakera2iruntime", "sagemaker-a2i-runtime", "SageMakerA2IRuntime"),
        ("serverlessapplicationrepository", "serverlessrepo", "ServerlessApplicationRepository"),
        ("iotanalytics", None, "IoTAnalytics"),
    ],
)
def test_sdk_service(name: str, folder: str | None, prefix: str) -> None:
    assert sdk_services()[name] == (folder, prefix)
