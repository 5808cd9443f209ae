"""Terraform's resources, as CloudFormation would have them: from `.tf` files as far as they are known, or from a plan.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.deploy.wanted import Known, Lack, Wanted
from pytest_sfn.errors import JsonValueError
from pytest_sfn.expressions.values import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pytest_sfn.loaders.terraform_resources import TerraformResource

__all__ = ["TYPES", "TerraformResources", "is_nothing"]


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
        several: dict[str, set[str]] = {}  # by `count` or `for_each`
        for resource in self._resources:
            several.setdefault(_INDEX.sub("", resource.address), set()).add(resource.address)
        for resource in self._resources:
            kind, convert = TYPES.get(resource.type, (resource.type, _as_it_is))
            if is_nothing(resource.type):
                kind = "AWS::IAM::Role"  # the table of makers has nothing for it
            made = convert(_Values(resource))
            found = Known(_given(made), resource.location, dict(resource.unknown))  # a copy, since machines begin anew
            yield Wanted(
                resource.address,
                kind,
                found,
                name=resource.name,
                ref=resource.attribute("id") or resource.name,
                attribute=resource.attribute,
                needs={each for need in resource.needs for each in several.get(_INDEX.sub("", need), ())},
                said=resource.type,
            )


_INDEX: Final = re.compile(r"\[[^\]]*\]")


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
    projection = {"ProjectionType": given.get("projection_type"), "NonKeyAttributes": given.get("non_key_attributes")}
    return {
        "IndexName": given.get("name"),
        "KeySchema": _keys(given.get("hash_key"), given.get("range_key")),
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


def _topic(values: _Values) -> dict[str, Any]:
    return values.pick(
        DisplayName="display_name", FifoTopic="fifo_topic", ContentBasedDeduplication="content_based_deduplication"
    )


def _subscription(values: _Values) -> dict[str, Any]:
    return values.pick(
        TopicArn="topic_arn",
        Protocol="protocol",
        Endpoint="endpoint",
        FilterPolicy="filter_policy",
        FilterPolicyScope="filter_policy_scope",
        RawMessageDelivery="raw_message_delivery",
    )


def _secret_version(values: _Values) -> dict[str, Any]:
    return values.pick(SecretId="secret_id", SecretString="secret_string")


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


TYPES: Final[Mapping[str, tuple[str, Callable[[_Values], dict[str, Any]]]]] = {
    "aws_dynamodb_table": ("AWS::DynamoDB::Table", _table),
    "aws_sqs_queue": ("AWS::SQS::Queue", _queue),
    "aws_sns_topic": ("AWS::SNS::Topic", _topic),
    "aws_sns_topic_subscription": ("AWS::SNS::Subscription", _subscription),
    "aws_s3_bucket": ("AWS::S3::Bucket", _as_it_is),
    "aws_s3_bucket_versioning": ("Terraform::S3::Versioning", _versioning),
    "aws_s3_bucket_notification": ("Terraform::S3::Notification", _notification),
    "aws_secretsmanager_secret": ("AWS::SecretsManager::Secret", _as_it_is),
    "aws_secretsmanager_secret_version": ("Terraform::SecretsManager::SecretVersion", _secret_version),
    "aws_ssm_parameter": ("AWS::SSM::Parameter", _parameter),
    "aws_cloudwatch_event_bus": ("AWS::Events::EventBus", _as_it_is),
    "aws_cloudwatch_event_rule": ("AWS::Events::Rule", _rule),
    "aws_cloudwatch_event_target": ("Terraform::Events::Target", _rule_target),
    "aws_cloudwatch_log_group": ("AWS::Logs::LogGroup", _as_it_is),
    "aws_scheduler_schedule": ("AWS::Scheduler::Schedule", _schedule),
    "aws_scheduler_schedule_group": ("AWS::Scheduler::ScheduleGroup", _as_it_is),
    "aws_sfn_activity": ("AWS::StepFunctions::Activity", _as_it_is),
    "aws_kinesis_stream": ("AWS::Kinesis::Stream", _stream),
    "aws_lambda_event_source_mapping": ("AWS::Lambda::EventSourceMapping", _as_it_is),
    "aws_pipes_pipe": ("AWS::Pipes::Pipe", _as_it_is),
}
"""The type of CloudFormation's, and what makes its properties."""

_NOTHING: Final = (
    *("iam", "lambda", "sfn", "api_gateway", "apigatewayv2", "cloudwatch_log", "cloudwatch_metric", "cloudwatch_dashboard"),
    *("cloudwatch_composite", "cloudwatch_event_api", "cloudwatch_event_archive", "cloudwatch_event_connection"),
    *("cloudwatch_event_permission", "security_group", "vpc", "subnet", "route", "internet_gateway", "nat_gateway", "eip"),
    *(
        "network",
        "default",
        "instance",
        "key_pair",
        "launch",
        "ecs",
        "ecr",
        "eks",
        "emr",
        "batch",
        "glue",
        "athena",
        "sagemaker",
    ),
    *("codebuild", "codepipeline", "codecommit", "codedeploy", "kms", "acm", "lb", "alb", "cloudfront", "wafv2", "xray", "ec2"),
    *("cloudtrail", "config", "budgets", "flow_log", "appautoscaling", "autoscaling", "s3_bucket", "s3_object", "sqs_queue"),
    *("sns_topic", "secretsmanager_secret", "db_subnet_group", "db_parameter_group", "lakeformation", "service_discovery"),
    *("ssm_document", "resourcegroups", "signer", "availability"),
)
_IS_NOTHING: Final = re.compile(f"(?!aws_)|aws_(?:{'|'.join(_NOTHING)})(?:_|$)")


def is_nothing(type: str) -> bool:
    """Whether nothing is made of a resource: it is not of AWS, or a test's code does not need it at run time."""
    return type not in TYPES and _IS_NOTHING.match(type) is not None
