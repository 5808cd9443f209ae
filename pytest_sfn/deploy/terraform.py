"""Terraform's resources, as CloudFormation would have them: from `.tf` files as far as they are known, or from a plan.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.deploy.nothing import NOTHING_OF_TERRAFORM, is_nothing_of_terraform
from pytest_sfn.deploy.wanted import Known, Lack, Wanted
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import loads
from pytest_sfn.loaders.terraform_attributes import MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_sfn.loaders.terraform_resources import TerraformResource

__all__ = ["TYPES", "TerraformResources"]


class TerraformResources:
    """The resources of a Terraform template.

    Args:
        resources: as the loader gives them.

    Attributes:
        undelivered: nothing; what reaches nobody has a type of its own.
    """

    def __init__(self, resources: Sequence[TerraformResource]) -> None:
        self._resources = resources
        self.undelivered: list[Lack] = []

    def wanted(self) -> Iterator[Wanted]:
        """Those that are of AWS and that a test may need, in the order of the text."""
        addresses = {each.address for each in self._resources}
        several: dict[str, set[str]] = {}  # by `count` or `for_each`
        for address in addresses:
            several.setdefault(_INDEX.sub("", address), set()).add(address)
        for resource in self._resources:
            kind, convert = TYPES.get(resource.type, (resource.type, _as_it_is))
            if resource.type not in TYPES and is_nothing_of_terraform(resource.type):
                kind = NOTHING_OF_TERRAFORM
            values = _Values(resource)
            made = convert(values)
            needs = {
                each
                for need in resource.needs
                for each in ((need,) if need in addresses else several.get(_INDEX.sub("", need), ()))
            }
            found = Known(_given(made), resource.location, dict(resource.unknown))  # a copy, since machines begin anew
            wanted = Wanted(
                resource.address,
                kind,
                found,
                name=resource.name,
                ref=resource.attribute("id") or resource.name,
                attribute=resource.attribute,
                needs=needs - {resource.address},
                uses=None if resource.type in TYPES and resource.type != MACHINE else set(),
                said=resource.type,
            )
            yield wanted
            if resource.type == MACHINE and values.get("publish") in (True, "true"):
                version = _version(resource)
                wanted.needs.add(version.logical_id)
                yield version


def _version(machine: TerraformResource) -> Wanted:
    """The version that `publish = true` makes of a machine."""
    return Wanted(
        f"{machine.address}.version",
        "AWS::StepFunctions::StateMachineVersion",
        Known({"StateMachineArn": machine.attribute("arn")}, machine.location, {}),
        name=machine.name,
        ref=machine.attribute("state_machine_version_arn") or "",
        attribute=machine.attribute,
        needs=set(),
        said=machine.type,
    )


_INDEX: Final = re.compile(r"""\[(?:\d+|"(?:[^"\\]|\\.)*")\]$""")
"""Of a resource itself, not of the modules around it."""


class _Values:
    """Attributes and blocks of one resource."""

    def __init__(self, resource: TerraformResource) -> None:
        self._resource = resource

    def get(self, name: str) -> Any:
        """An attribute; None if there is none."""
        found = self._resource.value(name)
        return None if found == "" else found

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """The blocks of a type, or the objects of an attribute."""
        return self._resource.blocks(name)

    def block(self, name: str) -> dict[str, Any]:
        """The only block of a type, {} if there is none."""
        found = self.blocks(name)
        return found[0] if found else {}

    def pick(self, **names: str) -> dict[str, Any]:
        """CloudFormation's properties by the names of attributes."""
        return {name: self.get(attribute) for name, attribute in names.items()}


def _picked(**names: str) -> Callable[[_Values], dict[str, Any]]:
    """Makes the properties of which each is an attribute under another name."""
    return lambda values: values.pick(**names)


def _as_it_is(values: _Values) -> dict[str, Any]:
    return {}


def _json(value: Any) -> Any:
    """A document that is a text, as the object that it is; what is no JSON stays as it is."""
    try:
        return loads(value) if isinstance(value, str) else value
    except JsonValueError:
        return value


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def _first(given: Any) -> dict[str, Any]:
    """The only block of a type inside of another one, {} if there is none."""
    return given[0] if isinstance(given, list) and given and isinstance(given[0], dict) else {}


def _camel(given: Mapping[str, Any]) -> dict[str, Any]:
    """An object with CloudFormation's names: `input_template` is `InputTemplate`."""
    return {"".join(part.title() for part in name.split("_")): value for name, value in _given(given).items()}


# -- of each type ------------------------------------------------------------------------------------------------------


def _table(values: _Values) -> dict[str, Any]:
    stream = {"StreamViewType": values.get("stream_view_type")} if values.get("stream_enabled") in (True, "true") else None
    expiry = values.block("ttl")
    return {
        "KeySchema": _keys(values.get("hash_key"), values.get("range_key")),
        "AttributeDefinitions": [
            {"AttributeName": each.get("name"), "AttributeType": each.get("type")} for each in values.blocks("attribute")
        ],
        "GlobalSecondaryIndexes": [_index(each) for each in values.blocks("global_secondary_index")] or None,
        "LocalSecondaryIndexes": [
            _index({**each, "hash_key": values.get("hash_key")}) for each in values.blocks("local_secondary_index")
        ]
        or None,
        "StreamSpecification": stream,
        "TimeToLiveSpecification": {"AttributeName": expiry.get("attribute_name"), "Enabled": expiry.get("enabled", True)}
        if expiry
        else None,
    }


def _keys(hash_key: Any, range_key: Any) -> list[dict[str, Any]]:
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else keys


def _index(given: Mapping[str, Any]) -> dict[str, Any]:
    keys = [_camel(each) for each in given.get("key_schema") or ()]
    projection = {"ProjectionType": given.get("projection_type"), "NonKeyAttributes": given.get("non_key_attributes")}
    return {
        "IndexName": given.get("name"),
        "KeySchema": keys or _keys(given.get("hash_key"), given.get("range_key")),
        "Projection": {name: value for name, value in projection.items() if value},
    }


def _queue(values: _Values) -> dict[str, Any]:
    same = values.pick(
        ContentBasedDeduplication="content_based_deduplication",
        DeduplicationScope="deduplication_scope",
        DelaySeconds="delay_seconds",
        FifoQueue="fifo_queue",
        FifoThroughputLimit="fifo_throughput_limit",
        MaximumMessageSize="max_message_size",
        MessageRetentionPeriod="message_retention_seconds",
        ReceiveMessageWaitTimeSeconds="receive_wait_time_seconds",
        VisibilityTimeout="visibility_timeout_seconds",
    )
    return {**same, "RedrivePolicy": _json(values.get("redrive_policy"))}


def _rule(values: _Values) -> dict[str, Any]:
    enabled = values.get("is_enabled")
    state = values.get("state") or (None if enabled is None else "ENABLED" if enabled in (True, "true") else "DISABLED")
    same = values.pick(ScheduleExpression="schedule_expression", EventBusName="event_bus_name", EventPattern="event_pattern")
    return {**same, "State": state}


def _rule_target(values: _Values) -> dict[str, Any]:
    transformer = values.block("input_transformer")
    aim = {
        "Arn": values.get("arn"),
        "Id": values.get("target_id") or "terraform",
        "Input": values.get("input"),
        "InputPath": values.get("input_path"),
        "InputTransformer": {
            "InputPathsMap": transformer.get("input_paths") or {},
            "InputTemplate": transformer.get("input_template"),
        }
        if transformer
        else None,
        "DeadLetterConfig": _camel(values.block("dead_letter_config")) or None,
        "SqsParameters": _camel(values.block("sqs_target")) or None,
    }
    same = values.pick(Rule="rule", EventBusName="event_bus_name")
    return {**same, "Target": _given(aim)}


def _schedule(values: _Values) -> dict[str, Any]:
    target = values.block("target")
    aim = {"Arn": target.get("arn"), "RoleArn": target.get("role_arn"), "Input": target.get("input")}
    window = values.block("flexible_time_window")
    same = values.pick(
        ScheduleExpression="schedule_expression",
        ScheduleExpressionTimezone="schedule_expression_timezone",
        StartDate="start_date",
        EndDate="end_date",
        GroupName="group_name",
        State="state",
    )
    return {
        **same,
        "FlexibleTimeWindow": _camel(window) or None,
        "Target": _given(aim),
    }


def _stream(values: _Values) -> dict[str, Any]:
    return {**values.pick(ShardCount="shard_count"), "StreamModeDetails": _camel(values.block("stream_mode_details")) or None}


def _parameter(values: _Values) -> dict[str, Any]:
    return {**values.pick(Type="type", Value="value"), "Value": values.get("value") or values.get("insecure_value")}


def _versioning(values: _Values) -> dict[str, Any]:
    return {**values.pick(Bucket="bucket"), "Status": values.block("versioning_configuration").get("status")}


def _notification(values: _Values) -> dict[str, Any]:
    sent = {
        f"{thing.title()}Configurations": [
            {thing.title(): each.get(f"{thing}_arn"), "Event": event, "Filter": _filter(each)}
            for each in values.blocks(thing)
            for event in each.get("events") or ()
        ]
        for thing in ("queue", "topic")
    }
    sent["LambdaConfigurations"] = values.blocks("lambda_function")
    bridge = {"EventBridgeConfiguration": {"EventBridgeEnabled": values.get("eventbridge") in (True, "true")}}
    return {**values.pick(Bucket="bucket"), "NotificationConfiguration": {**sent, **bridge}}


def _filter(given: Mapping[str, Any]) -> dict[str, Any] | None:
    rules = [{"Name": name, "Value": given[f"filter_{name}"]} for name in ("prefix", "suffix") if given.get(f"filter_{name}")]
    return {"S3Key": {"Rules": rules}} if rules else None


def _item(values: _Values) -> dict[str, Any]:
    return {**values.pick(TableName="table_name"), "Item": _json(values.get("item"))}


def _alias_of_machine(values: _Values) -> dict[str, Any]:
    return {"RoutingConfiguration": [_camel(each) for each in values.blocks("routing_configuration")]}


def _catalogued(values: _Values) -> dict[str, Any]:
    storage = values.block("storage_descriptor")
    columns = [_camel(each) for each in storage.get("columns") or ()]
    described = {"Columns": columns, "Location": storage.get("location"), **_camel({"parameters": storage.get("parameters")})}
    table = {
        **values.pick(TableType="table_type", Parameters="parameters"),
        "StorageDescriptor": _given(described),
        "PartitionKeys": [_camel(each) for each in values.blocks("partition_keys")],
    }
    return {**values.pick(DatabaseName="database_name"), "TableInput": _given(table)}


def _delivery_stream(values: _Values) -> dict[str, Any]:
    bucket = values.block("extended_s3_configuration")
    if not bucket:
        others = (values.block(f"{each}_configuration") for each in ("opensearch", "redshift", "http_endpoint", "splunk"))
        bucket = next((found for each in others if (found := _first(each.get("s3_configuration")))), {})
    names = {"RoleARN": "role_arn", "BucketARN": "bucket_arn", "Prefix": "prefix", "CompressionFormat": "compression_format"}
    return {"ExtendedS3DestinationConfiguration": _given({name: bucket.get(each) for name, each in names.items()})}


def _pool(values: _Values) -> dict[str, Any]:
    policy = values.block("password_policy")
    schema = [
        {"Name": each.get("name"), "AttributeDataType": each.get("attribute_data_type"), **_camel(_flags(each))}
        for each in values.blocks("schema")
    ]
    return {
        **values.pick(
            AutoVerifiedAttributes="auto_verified_attributes",
            AliasAttributes="alias_attributes",
            UsernameAttributes="username_attributes",
            MfaConfiguration="mfa_configuration",
        ),
        "Policies": {"PasswordPolicy": _camel(policy)} if policy else None,
        "Schema": schema or None,
        "LambdaConfig": values.block("lambda_config") or None,
    }


def _flags(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given.get(name) for name in ("mutable", "required")}


def _identity(values: _Values) -> dict[str, Any]:
    return {"EmailIdentity": values.get("email") or values.get("email_identity") or values.get("domain")}


def _mail_template(values: _Values) -> dict[str, Any]:
    return {"Template": _given(values.pick(SubjectPart="subject", TextPart="text", HtmlPart="html"))}


TYPES: Final[Mapping[str, tuple[str, Callable[[_Values], dict[str, Any]]]]] = {
    "aws_dynamodb_table": ("AWS::DynamoDB::Table", _table),
    "aws_dynamodb_table_item": ("Terraform::DynamoDB::Item", _item),
    "aws_sqs_queue": ("AWS::SQS::Queue", _queue),
    "aws_sns_topic": (
        "AWS::SNS::Topic",
        _picked(DisplayName="display_name", FifoTopic="fifo_topic", ContentBasedDeduplication="content_based_deduplication"),
    ),
    "aws_sns_topic_subscription": (
        "AWS::SNS::Subscription",
        _picked(
            TopicArn="topic_arn",
            Protocol="protocol",
            Endpoint="endpoint",
            FilterPolicy="filter_policy",
            FilterPolicyScope="filter_policy_scope",
            RawMessageDelivery="raw_message_delivery",
        ),
    ),
    "aws_s3_bucket": ("AWS::S3::Bucket", _as_it_is),
    "aws_s3_object": ("Terraform::S3::Object", _picked(Bucket="bucket", Key="key", Content="content")),
    "aws_s3_bucket_object": ("Terraform::S3::Object", _picked(Bucket="bucket", Key="key", Content="content")),
    "aws_s3_bucket_versioning": ("Terraform::S3::Versioning", _versioning),
    "aws_s3_bucket_notification": ("Terraform::S3::Notification", _notification),
    "aws_secretsmanager_secret": ("AWS::SecretsManager::Secret", _as_it_is),
    "aws_secretsmanager_secret_version": (
        "Terraform::SecretsManager::SecretVersion",
        _picked(SecretId="secret_id", SecretString="secret_string"),
    ),
    "aws_ssm_parameter": ("AWS::SSM::Parameter", _parameter),
    "aws_cloudwatch_event_bus": ("AWS::Events::EventBus", _as_it_is),
    "aws_cloudwatch_event_rule": ("AWS::Events::Rule", _rule),
    "aws_cloudwatch_event_target": ("Terraform::Events::Target", _rule_target),
    "aws_cloudwatch_log_group": ("AWS::Logs::LogGroup", _as_it_is),
    "aws_scheduler_schedule": ("AWS::Scheduler::Schedule", _schedule),
    "aws_scheduler_schedule_group": ("AWS::Scheduler::ScheduleGroup", _as_it_is),
    "aws_sfn_activity": ("AWS::StepFunctions::Activity", _as_it_is),
    "aws_kinesis_stream": ("AWS::Kinesis::Stream", _stream),
    "aws_kinesis_firehose_delivery_stream": ("AWS::KinesisFirehose::DeliveryStream", _delivery_stream),
    "aws_kms_key": ("AWS::KMS::Key", _as_it_is),
    "aws_kms_alias": ("AWS::KMS::Alias", _picked(TargetKeyId="target_key_id")),
    MACHINE: ("AWS::StepFunctions::StateMachine", _as_it_is),
    "aws_sfn_alias": ("AWS::StepFunctions::StateMachineAlias", _alias_of_machine),
    "aws_cloudwatch_event_connection": ("AWS::Events::Connection", _picked(AuthorizationType="authorization_type")),
    "aws_cloudwatch_event_api_destination": (
        "AWS::Events::ApiDestination",
        _picked(
            ConnectionArn="connection_arn",
            HttpMethod="http_method",
            InvocationEndpoint="invocation_endpoint",
            InvocationRateLimitPerSecond="invocation_rate_limit_per_second",
        ),
    ),
    "aws_glue_catalog_database": ("AWS::Glue::Database", _as_it_is),
    "aws_glue_catalog_table": ("AWS::Glue::Table", _catalogued),
    "aws_cognito_user_pool": ("AWS::Cognito::UserPool", _pool),
    "aws_cognito_user_pool_client": (
        "AWS::Cognito::UserPoolClient",
        _picked(
            UserPoolId="user_pool_id",
            GenerateSecret="generate_secret",
            ExplicitAuthFlows="explicit_auth_flows",
            CallbackURLs="callback_urls",
            LogoutURLs="logout_urls",
            AllowedOAuthFlows="allowed_oauth_flows",
            AllowedOAuthScopes="allowed_oauth_scopes",
            SupportedIdentityProviders="supported_identity_providers",
        ),
    ),
    "aws_cognito_identity_pool": (
        "AWS::Cognito::IdentityPool",
        _picked(AllowUnauthenticatedIdentities="allow_unauthenticated_identities"),
    ),
    "aws_cognito_user_group": (
        "AWS::Cognito::UserPoolGroup",
        _picked(UserPoolId="user_pool_id", Description="description", Precedence="precedence"),
    ),
    "aws_cognito_user_pool_domain": (
        "AWS::Cognito::UserPoolDomain",
        _picked(UserPoolId="user_pool_id"),
    ),
    "aws_cognito_user": (
        "AWS::Cognito::UserPoolUser",
        _picked(UserPoolId="user_pool_id"),
    ),
    "aws_ses_email_identity": ("AWS::SES::EmailIdentity", _identity),
    "aws_sesv2_email_identity": ("AWS::SES::EmailIdentity", _identity),
    "aws_ses_template": ("AWS::SES::Template", _mail_template),
    "aws_ses_configuration_set": ("AWS::SES::ConfigurationSet", _as_it_is),
    "aws_sesv2_configuration_set": ("AWS::SES::ConfigurationSet", _as_it_is),
    "aws_ses_domain_identity": ("AWS::SES::EmailIdentity", _identity),
    "aws_cognito_user_in_group": (
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        _picked(UserPoolId="user_pool_id", Username="username", GroupName="group_name"),
    ),
    "aws_sqs_queue_redrive_policy": (
        "Terraform::SQS::RedrivePolicy",
        _picked(QueueUrl="queue_url", RedrivePolicy="redrive_policy"),
    ),
    "aws_lambda_function_event_invoke_config": ("AWS::Lambda::EventInvokeConfig", _as_it_is),
    "aws_lambda_invocation": ("Terraform::Lambda::Invocation", _as_it_is),
    "aws_s3_bucket_replication_configuration": ("Terraform::S3::Replication", _as_it_is),
    "aws_s3_object_copy": ("Terraform::S3::Object", _picked(Bucket="bucket", Key="key")),
    "aws_iot_topic_rule": ("AWS::IoT::TopicRule", _as_it_is),
    "aws_ses_receipt_rule": ("AWS::SES::ReceiptRule", _as_it_is),
    "aws_cloudwatch_log_subscription_filter": ("AWS::Logs::SubscriptionFilter", _as_it_is),
    "aws_lambda_event_source_mapping": ("AWS::Lambda::EventSourceMapping", _as_it_is),
    "aws_pipes_pipe": ("AWS::Pipes::Pipe", _as_it_is),
}
"""The type of CloudFormation's, and what makes its properties."""
