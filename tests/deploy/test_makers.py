from __future__ import annotations

import pytest

from pytest_sfn.deploy.makers import MAKERS, UNDELIVERED, is_nothing


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::CloudWatch::Alarm"),
        *("AWS::ApiGateway::Stage", "AWS::StepFunctions::StateMachine", "Custom::S3AutoDeleteObjects", "AWS::CDK::Metadata"),
    ],
)
def test_of_these_nothing_is_made(kind: str) -> None:
    assert is_nothing(kind)
    assert kind not in MAKERS


@pytest.mark.parametrize(
    "kind", ["AWS::RDS::DBInstance", "AWS::Cognito::UserPool", "Custom::Thing", "AWS::ElastiCache::CacheCluster"]
)
def test_these_cannot_be_made(kind: str) -> None:
    assert not is_nothing(kind)
    assert kind not in MAKERS


def test_a_type_belongs_to_one_group() -> None:
    assert not [kind for kind in MAKERS if is_nothing(kind)]
    assert not set(UNDELIVERED) & set(MAKERS)
