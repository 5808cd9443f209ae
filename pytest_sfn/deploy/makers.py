"""The table from resource type to the function that makes it, and the types that deliver data, which nothing does here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.deploy import buckets, events, keys, messages, settings, streams, tables, users, versions
from pytest_sfn.deploy.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["AFTER_MACHINES", "MAKERS", "NESTED", "UNDELIVERED", "UNEVALUATED"]

_POOL: Final = ("UserPoolId",)

MAKERS: Final[Mapping[str, Callable[[Wanted, Cloud], None]]] = {
    "AWS::KMS::Key": keys.key,
    "AWS::KMS::Alias": keys.alias,
    "AWS::Events::EventBus": Plain("events", "create_event_bus"),
    "AWS::Events::Connection": events.connection,
    "AWS::Events::ApiDestination": events.api_destination,
    "AWS::Scheduler::ScheduleGroup": Plain("scheduler", "create_schedule_group"),
    "AWS::Logs::LogGroup": Plain("logs", "create_log_group", "logGroupName"),
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
    "AWS::Cognito::UserPool": users.pool,
    "AWS::Cognito::UserPoolClient": users.client,
    "AWS::Cognito::UserPoolGroup": Plain("cognito-idp", "create_group", "GroupName", _POOL, ("Description", "Precedence")),
    "AWS::Cognito::UserPoolUser": users.user,
    "AWS::Cognito::UserPoolUserToGroupAttachment": users.member,
    "AWS::Cognito::IdentityPool": users.identity_pool,
    "AWS::Cognito::UserPoolDomain": Plain("cognito-idp", "create_user_pool_domain", "Domain", _POOL),
    "AWS::Cognito::UserPoolResourceServer": Plain(
        "cognito-idp", "create_resource_server", "Identifier", ("UserPoolId", "Name"), ("Scopes",)
    ),
    "AWS::Glue::Database": settings.database,
    "AWS::Glue::Table": settings.catalogued,
    "AWS::Events::Rule": events.rule,
    "AWS::Scheduler::Schedule": events.schedule,
    "AWS::Kinesis::Stream": streams.stream,
    "AWS::KinesisFirehose::DeliveryStream": streams.delivery_stream,
    "AWS::SES::EmailIdentity": streams.identity,
    "AWS::SES::Template": streams.mail_template,
    "AWS::SES::ConfigurationSet": Plain("sesv2", "create_configuration_set", "ConfigurationSetName"),
    "Custom::S3BucketNotifications": buckets.cdk_notification,
    "Terraform::Events::Target": events.target,
    "Terraform::DynamoDB::Item": tables.item,
    "Terraform::S3::Object": buckets.object_,
    "Terraform::SQS::RedrivePolicy": messages.redrive,
    "Terraform::S3::Versioning": buckets.versioning,
    "Terraform::S3::Notification": buckets.notification,
    "Terraform::SecretsManager::SecretVersion": settings.secret_value,
}
"""In the order in which they are made.

Those that begin with `Terraform` are parts of a resource of CloudFormation's that Terraform has as resources."""

AFTER_MACHINES: Final[Mapping[str, Callable[[Wanted, Cloud], None]]] = {
    "AWS::StepFunctions::StateMachineVersion": versions.version,
    "AWS::StepFunctions::StateMachineAlias": versions.alias,
}
"""What is made when the machines are loaded, in this order."""

NESTED: Final = "Nested"
"""The type of a nested stack whose template is on this disk; its resources have rows of their own."""

UNEVALUATED: Final[Mapping[str, str]] = {"Fn::ForEach": "a loop", "Fn::Transform": "a macro"}
"""What stands for resources that nobody knows here, with our word for it."""

UNDELIVERED: Final[Mapping[str, str]] = {
    "AWS::Lambda::EventSourceMapping": "nothing reads its source and calls the function",
    "AWS::Pipes::Pipe": "nothing goes through it",
    "AWS::IoT::TopicRule": "no message of a device reaches it",
    "AWS::SES::ReceiptRule": "no mail reaches it",
    "AWS::Logs::SubscriptionFilter": "no line of the log reaches it",
    "AWS::Lambda::EventInvokeConfig": "no result of the function is sent on, and no event is tried again",
    "Terraform::Lambda::Invocation": "nothing calls the function when it is deployed",
    "Terraform::S3::Replication": "no object reaches the other bucket",
}
"""Types that deliver data on AWS and are not made, with the words that say so."""
