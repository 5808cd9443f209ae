"""The table from resource type to the function that makes it; and the types of which nothing is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.deploy import buckets, events, messages, settings, streams, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["MAKERS", "NESTED", "NOTHING", "UNDELIVERED", "is_nothing"]

MAKERS: Final[Mapping[str, Callable[[Wanted, Cloud], None]]] = {
    "AWS::Events::EventBus": events.event_bus,
    "AWS::Scheduler::ScheduleGroup": events.schedule_group,
    "AWS::Logs::LogGroup": settings.log_group,
    "AWS::DynamoDB::Table": tables.table,
    "AWS::DynamoDB::GlobalTable": tables.table,
    "AWS::Serverless::SimpleTable": tables.simple_table,
    "AWS::SQS::Queue": messages.queue,
    "AWS::SNS::Topic": messages.topic,
    "AWS::SNS::Subscription": messages.subscription,
    "AWS::S3::Bucket": buckets.bucket,
    "AWS::SecretsManager::Secret": settings.secret,
    "AWS::SSM::Parameter": settings.parameter,
    "AWS::StepFunctions::Activity": settings.activity,
    "AWS::Events::Rule": events.rule,
    "AWS::Scheduler::Schedule": events.schedule,
    "AWS::Kinesis::Stream": streams.stream,
    "AWS::KinesisFirehose::DeliveryStream": streams.delivery_stream,
    "AWS::SES::EmailIdentity": streams.identity,
    "Terraform::Events::Target": events.target,
    "Terraform::S3::Versioning": buckets.versioning,
    "Terraform::S3::Notification": buckets.notification,
    "Terraform::SecretsManager::SecretVersion": settings.secret_value,
}
"""In the order in which they are made.

Those that begin with `Terraform` are parts of a resource of CloudFormation's that Terraform has as resources."""

NOTHING: Final = (
    # who may do what
    *("AWS::IAM::", "AWS::KMS::", "AWS::Lambda::Permission", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"),
    *(
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::Events::EventBusPolicy",
        "AWS::Serverless::Connector",
    ),
    *("AWS::Logs::ResourcePolicy", "AWS::WAFv2::", "AWS::CertificateManager::", "AWS::Signer::", "AWS::AccessAnalyzer::"),
    # functions and machines, which the account has by itself
    *("AWS::Lambda::", "AWS::Serverless::Function", "AWS::Serverless::LayerVersion", "AWS::StepFunctions::"),
    "AWS::Serverless::StateMachine",
    # who watches
    *(
        "AWS::CloudWatch::",
        "AWS::Logs::",
        "AWS::XRay::",
        "AWS::CloudTrail::",
        "AWS::Config::",
        "AWS::Budgets::",
        "AWS::Chatbot::",
    ),
    *("AWS::Events::Archive", "AWS::EventSchemas::", "AWS::Synthetics::", "AWS::ApplicationInsights::", "AWS::RUM::"),
    # the way in from outside
    *("AWS::ApiGateway::", "AWS::ApiGatewayV2::", "AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::CloudFront::"),
    *("AWS::Route53::", "AWS::ElasticLoadBalancing", "AWS::Serverless::WebSocketApi", "AWS::Amplify::"),
    # networks, and jobs that run elsewhere, whose tasks a test mocks
    *("AWS::EC2::", "AWS::ECS::", "AWS::ECR::", "AWS::EKS::", "AWS::Batch::", "AWS::Glue::"),
    *("AWS::Athena::", "AWS::CodeBuild::"),
    *(
        "AWS::CodePipeline::",
        "AWS::CodeDeploy::",
        "AWS::CodeCommit::",
        "AWS::SageMaker::",
        "AWS::EMR",
        "AWS::ApplicationAutoScaling::",
    ),
    *("AWS::AutoScaling::", "AWS::ServiceDiscovery::", "AWS::Events::Connection", "AWS::Events::ApiDestination"),
    *("AWS::LakeFormation::", "AWS::SecretsManager::RotationSchedule", "AWS::SSM::Document"),
    *("AWS::SecretsManager::SecretTargetAttachment", "AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup"),
    *("AWS::RDS::DBClusterParameterGroup", "AWS::ElastiCache::SubnetGroup"),
    # the deployment itself
    *(
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::Interface",
    ),
    *("Custom::S3AutoDeleteObjects", "Custom::LogRetention", "Custom::DeployAssert", "Custom::VpcRestrictDefaultSG"),
    "Custom::CDKBucketDeployment",
)
"""Beginnings of types that a test's code does not need at run time, or that the account has without moto."""

NESTED: Final = "Nested"
"""The type of a nested stack whose template is on this disk; its resources have rows of their own."""

UNDELIVERED: Final[Mapping[str, str]] = {
    "AWS::Lambda::EventSourceMapping": "nothing reads its source and calls the function",
    "AWS::Pipes::Pipe": "nothing goes through it",
}
"""Types that deliver data on AWS and are not made, with the words that say so."""


def is_nothing(type: str) -> bool:
    """Whether nothing is made of a resource, and nothing is said of it."""
    return type == NESTED or (type.startswith(NOTHING) and type not in MAKERS)
