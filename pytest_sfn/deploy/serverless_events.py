"""What the Serverless Framework and its plugin make of the `events` of a function or a state machine: rules, topics, buckets.

https://www.serverless.com/framework/docs/providers/aws/events/event-bridge
https://www.serverless.com/framework/docs/providers/aws/events/schedule
https://www.serverless.com/framework/docs/providers/aws/events/sns
https://www.serverless.com/framework/docs/providers/aws/events/s3
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNSENT", "rules_of", "source_of"]

UNSENT: Final = frozenset(
    (
        *("sqs", "sns", "s3", "stream", "kafka", "msk", "activemq", "rabbitmq"),
        *("cognitoUserPool", "iot", "cloudwatchLog"),
    )
)
"""Events of which nothing reaches the function here."""

_RENAMED: Final = {
    "pattern": "EventPattern",
    "event": "EventPattern",
    "schedule": "ScheduleExpression",
    "rate": "ScheduleExpression",
    "eventBus": "EventBusName",
    "eventBusName": "EventBusName",
    "name": "Name",
}
_INPUT: Final = {"input": "Input", "inputPath": "InputPath", "inputTransformer": "InputTransformer"}


def rules_of(arn: str, kind: str, given: Any) -> list[dict[str, Any]]:
    """The properties of the rules that an event makes; none if it makes none."""
    if kind not in ("schedule", "eventBridge", "cloudwatchEvent"):
        return []
    said: Mapping[str, Any] = given if isinstance(given, dict) else {"rate": given}
    made = {_RENAMED[name]: value for name, value in said.items() if name in _RENAMED}
    if said.get("enabled") is not None:
        made["State"] = "ENABLED" if said["enabled"] in (True, "true") else "DISABLED"
    target = {"Arn": arn, "Id": "serverless", **{_INPUT[name]: value for name, value in said.items() if name in _INPUT}}
    if isinstance(target.get("InputTransformer"), dict):
        target["InputTransformer"] = {
            f"{name[:1].upper()}{name[1:]}": each for name, each in target["InputTransformer"].items()
        }
    expressions = made.pop("ScheduleExpression", None)
    if expressions is None:
        return [{**made, "Targets": [target]}]
    each = expressions if isinstance(expressions, list) else [expressions]
    return [{**made, "ScheduleExpression": expression, "Targets": [target]} for expression in each]


def source_of(kind: str, given: Any) -> tuple[str, str, dict[str, Any]] | None:
    """(logical id, type, properties) of the topic or the bucket that an event makes; None if it is there otherwise."""
    said: Mapping[str, Any] = given if isinstance(given, dict) else {"topicName": given, "bucket": given}
    topic, bucket = said.get("topicName"), said.get("bucket")
    if kind == "sns" and isinstance(topic, str) and not topic.startswith("arn:") and "arn" not in said:
        return f"SNSTopic{_camel(topic)}", "AWS::SNS::Topic", {"TopicName": topic}
    if kind == "s3" and isinstance(bucket, str) and said.get("existing") not in (True, "true"):
        return f"S3Bucket{_camel(bucket)}", "AWS::S3::Bucket", {"BucketName": bucket}
    return None


def _camel(name: str) -> str:
    return "".join(f"{part[:1].upper()}{part[1:]}" for part in re.split(r"[^0-9A-Za-z]+", name))
