"""What is said of logging, tracing and encryption."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api import ApiError
from pytest_sfn.api.configurations import DEFAULTS, configured

GROUP = "arn:aws:logs:us-east-1:1:log-group:/aws/g:*"
OWNED = {"type": "AWS_OWNED_KEY"}
KEY = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "arn:aws:kms:us-east-1:1:key/k"}


def given(name: str = "M", **params: Any) -> Any:
    return configured(account_of(SfnMock()), "us-east-1", name, params, DEFAULTS)


def logging(*arns: str, **params: Any) -> dict[str, Any]:
    return {**params, "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in arns]}


def test_what_is_left_out_is_filled_in() -> None:
    assert given() == DEFAULTS
    assert given(loggingConfiguration={}, tracingConfiguration={}, encryptionConfiguration=OWNED) == DEFAULTS
    configurations = given(loggingConfiguration=logging(GROUP, level="ALL"), encryptionConfiguration=KEY)
    assert configurations.logging == {**logging(GROUP), "level": "ALL", "includeExecutionData": False}
    assert configurations.encryption == {**KEY, "kmsDataKeyReusePeriodSeconds": 300}


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [  # the first recorded, the others printed by deployments
        ({"level": "ERROR"}, "Must specify exactly one Log Destination."),
        (logging(GROUP, GROUP), "Must specify exactly one Log Destination."),
        ({"destinations": [{}]}, "Must set valid CloudWatch Log Group ARN."),
        ({"destinations": [{"cloudWatchLogsLogGroup": {}}]}, "Must set valid CloudWatch Log Group ARN."),
        (logging("arn:aws:s3:::bucket"), "Provided ARN is not CloudWatch Logs Log Group ARN."),
        (logging(GROUP.removesuffix(":*")), "Log Group ARN must be provided with '*' qualifier."),
    ],
)
def test_logging_that_is_refused(configuration: dict[str, Any], problem: str) -> None:
    with pytest.raises(ApiError) as caught:
        given(loggingConfiguration=configuration)
    assert str(caught.value) == f"InvalidLoggingConfiguration: Invalid Logging Configuration: {problem}"


def test_name_that_logging_does_not_take() -> None:
    assert given("é", loggingConfiguration={}).logging == DEFAULTS.logging
    with pytest.raises(
        ApiError, match=r"Invalid Logging Configuration: .* Value 'é' at 'resourceId' failed to satisfy constraint"
    ):
        given("é", loggingConfiguration=logging(GROUP))


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"type": "CUSTOMER_MANAGED_KMS_KEY"}, "Must set a valid kmsKeyId."),
        ({**OWNED, "kmsKeyId": "k"}, "Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY."),
        (
            {**OWNED, "kmsDataKeyReusePeriodSeconds": 60},
            "Custom kmsDataKeyReusePeriodSeconds is not allowed when selecting AWS_OWNED_KEY.",
        ),
        ({**KEY, "kmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}, "Invalid arn eu-west-1"),
    ],
)
def test_encryption_that_is_refused(configuration: dict[str, Any], problem: str) -> None:
    with pytest.raises(ApiError) as caught:
        given(encryptionConfiguration=configuration)
    assert str(caught.value) == f"InvalidEncryptionConfiguration: Invalid Encryption Configuration: {problem}"


def test_limits_of_the_model(call) -> None:
    refused = call("CreateActivity", name="a", encryptionConfiguration={**KEY, "kmsDataKeyReusePeriodSeconds": 59})
    assert refused.startswith(
        "ValidationException: 1 validation error detected: Value '59' at 'encryptionConfiguration.kmsDataKey"
    )
    refused = call("CreateActivity", name="a", encryptionConfiguration={"type": "MINE"})
    assert "Member must satisfy enum value set: [" in refused
