from __future__ import annotations

import pytest

from pytest_sfn.deploy.nothing import NOTHING, TERRAFORM, is_nothing, is_nothing_of_terraform
from pytest_sfn.deploy.terraform import TYPES


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Serverless::Function", "AWS::CloudWatch::Alarm"),
        *("AWS::ApiGateway::Stage", "AWS::StepFunctions::StateMachine", "Custom::S3AutoDeleteObjects", "AWS::CDK::Metadata"),
        *("AWS::RDS::DBInstance", "AWS::AppSync::GraphQLApi", "AWS::Bedrock::Guardrail", "AWS::SQS::QueueInlinePolicy"),
    ],
)
def test_of_these_nothing_is_made(kind: str) -> None:
    assert is_nothing(kind)


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::AppConfig::Application", "AWS::Timestream::Table", "Custom::Thing", "Custom::CDKBucketDeployment"),
        *("MongoDB::Atlas::Cluster", "Acme::Net::Vpc::MODULE", "AWS::DynamoDB::Table", "AWS::S3::Bucket", ""),
    ],
)
def test_these_are_made_or_told(kind: str) -> None:
    assert not is_nothing(kind)


@pytest.mark.parametrize(
    ("kind", "nothing"),
    [
        *(("aws_iam_role", True), ("random_id", True), ("aws_s3_bucket_policy", True), ("aws_security_group", True)),
        *(("aws_db_instance", True), ("aws_timestreamwrite_table", False), ("aws_appconfig_application", False)),
    ],
)
def test_terraform(kind: str, nothing: bool) -> None:
    assert is_nothing_of_terraform(kind) is nothing
    assert kind not in TYPES


def test_no_beginning_stands_in_the_tables_twice() -> None:
    for beginnings in ([each for types in NOTHING.values() for each in types.split()], TERRAFORM.split()):
        assert len(beginnings) == len(set(beginnings))
        inside = [(each, other) for each in beginnings for other in beginnings if _is_inside(each, other)]
        assert inside == []


def _is_inside(each: str, other: str) -> bool:
    """Whether another beginning says all that this one says."""
    end = "" if "::" in other else "_"
    return each != other and each.startswith(f"{other}{end}")


def test_interfaces_are_no_type() -> None:
    assert not is_nothing("AWS::CloudFormation::Interface")


@pytest.mark.parametrize(
    ("cloudformation", "terraform"),
    [
        ("AWS::Route53::RecordSet", "aws_route53_record"),
        ("AWS::Amplify::App", "aws_amplify_app"),
        ("AWS::AccessAnalyzer::Analyzer", "aws_accessanalyzer_analyzer"),
        ("AWS::RUM::AppMonitor", "aws_rum_app_monitor"),
        ("AWS::Synthetics::Canary", "aws_synthetics_canary"),
        ("AWS::ApplicationInsights::Application", "aws_applicationinsights_application"),
        ("AWS::InternetMonitor::Monitor", "aws_internetmonitor_monitor"),
        ("AWS::SSMIncidents::ResponsePlan", "aws_ssmincidents_response_plan"),
        ("AWS::MediaConvert::Queue", "aws_mediaconvert_queue"),
        ("AWS::EC2::Volume", "aws_ebs_volume"),
        ("AWS::Cognito::UserPoolUICustomizationAttachment", "aws_cognito_user_pool_ui_customization"),
        ("AWS::AppConfig::Application", "aws_appconfig_application"),
        ("AWS::Timestream::Table", "aws_timestreamwrite_table"),
    ],
)
def test_the_tables_agree(cloudformation: str, terraform: str) -> None:
    assert is_nothing(cloudformation) is is_nothing_of_terraform(terraform)
