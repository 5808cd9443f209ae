"""Buckets of S3, with versions and with the notifications that moto sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.deploy.wanted import as_object, as_objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["bucket", "cdk_notification", "notification", "object_", "versioning"]

_UNSENT: Final = ("none of its events reaches a function", "call the function as S3 would")
_SENDS: Final = {"Queue": "QueueArn", "Topic": "TopicArn"}


def bucket(wanted: Wanted, cloud: Cloud) -> None:
    """A bucket; in `us-east-1` S3 wants no place for it."""
    place = {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}} if cloud.region != "us-east-1" else {}
    cloud.call("s3", "create_bucket", Bucket=wanted.name, **place)
    _keep_versions(cloud, wanted.name, wanted.object("VersioningConfiguration").get("Status"))
    _notify(wanted, cloud, wanted.name)


def versioning(wanted: Wanted, cloud: Cloud) -> None:
    """Whether a bucket keeps versions, which Terraform has as a resource of its own."""
    _keep_versions(cloud, wanted.need("Bucket"), wanted.get("Status"))


def notification(wanted: Wanted, cloud: Cloud) -> None:
    """What a bucket sends, which Terraform has as a resource of its own."""
    _notify(wanted, cloud, wanted.need("Bucket"))


def cdk_notification(wanted: Wanted, cloud: Cloud) -> None:
    """What a bucket sends, which the CDK has as a custom resource, in the words of the API."""
    given = dict(wanted.object("NotificationConfiguration"))
    if given.pop("LambdaFunctionConfigurations", None):
        cloud.tell(wanted, *_UNSENT)
    cloud.call("s3", "put_bucket_notification_configuration", Bucket=wanted.need("BucketName"), NotificationConfiguration=given)


def object_(wanted: Wanted, cloud: Cloud) -> None:
    """An object in a bucket, which Terraform has as a resource, if its content is in the template."""
    content = wanted.get("Content")
    if content is None:
        cloud.tell(wanted, "its file is not put into the bucket", "put it there in the test")
        return
    members = {"Bucket": wanted.need("Bucket"), "Key": wanted.need("Key")}
    cloud.call("s3", "put_object", Body=content, **members)


def _keep_versions(cloud: Cloud, bucket: str, versions: str | None) -> None:
    if versions in ("Enabled", "Suspended"):
        cloud.call("s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": versions})


def _notify(wanted: Wanted, cloud: Cloud, bucket: str) -> None:
    given = wanted.object("NotificationConfiguration")
    if given.get("LambdaConfigurations"):
        cloud.tell(wanted, *_UNSENT)
    notifications = _notifications(given)
    if notifications:
        cloud.call("s3", "put_bucket_notification_configuration", Bucket=bucket, NotificationConfiguration=notifications)


def _notifications(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the API has for a NotificationConfiguration, functions aside, which moto does not call."""
    made: dict[str, Any] = {}
    for thing, arn in _SENDS.items():
        sent = [
            {arn: each.get(thing), "Events": [each.get("Event")], "Filter": _filter(each.get("Filter"))}
            for each in as_objects(given.get(f"{thing}Configurations"), f"{thing}Configurations")
        ]
        if sent:
            made[f"{thing}Configurations"] = [{name: value for name, value in each.items() if value} for each in sent]
    bridge = given.get("EventBridgeConfiguration")
    if bridge is not None and as_object(bridge, "EventBridgeConfiguration").get("EventBridgeEnabled") not in (False, "false"):
        made["EventBridgeConfiguration"] = {}
    return made


def _filter(given: Any) -> dict[str, Any] | None:
    rules = as_object(as_object(given, "Filter").get("S3Key"), "S3Key").get("Rules")
    return {"Key": {"FilterRules": rules}} if rules else None
