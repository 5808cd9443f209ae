"""The rules that the Serverless Framework and its plugin make of the `events` of a function or a state machine.

https://www.serverless.com/framework/docs/providers/aws/events/event-bridge
https://www.serverless.com/framework/docs/providers/aws/events/schedule
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNSENT", "rules_of"]

UNSENT: Final = frozenset(("sqs", "sns", "s3", "stream", "kafka", "msk", "activemq", "rabbitmq"))
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
