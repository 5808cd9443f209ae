"""Tables of DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.gate.identities import label_stream

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["item", "simple_table", "table"]

_TYPES: Final = {"String": "S", "Number": "N", "Binary": "B"}


def table(wanted: Wanted, cloud: Cloud) -> None:
    """A table with its keys, indexes, stream and time to live. Its throughput is without bounds, as everything is in moto."""
    members = wanted.pick("KeySchema", "AttributeDefinitions", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "TableClass")
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if name in members:
            indexes = wanted.objects(name)
            members[name] = [{key: each[key] for key in each if key != "ProvisionedThroughput"} for each in indexes]
    for need in ("KeySchema", "AttributeDefinitions"):
        wanted.need(need)
    stream = wanted.object("StreamSpecification")
    if stream:
        members["StreamSpecification"] = {"StreamViewType": "NEW_AND_OLD_IMAGES", **stream, "StreamEnabled": True}
    _make(wanted, cloud, members)
    if stream:
        label_stream(cloud.account, cloud.region, wanted.name, str(wanted.attribute("StreamArn")).rpartition("/")[2])
    expiry = wanted.object("TimeToLiveSpecification")
    if expiry and expiry.get("Enabled") not in (False, "false"):
        cloud.call(
            "dynamodb",
            "update_time_to_live",
            TableName=wanted.name,
            TimeToLiveSpecification={"AttributeName": expiry.get("AttributeName"), "Enabled": True},
        )


def simple_table(wanted: Wanted, cloud: Cloud) -> None:
    """SAM's table with one key, `id` unless it says otherwise."""
    key = wanted.object("PrimaryKey")
    name, kind = key.get("Name", "id"), str(key.get("Type", "String"))
    definitions = [{"AttributeName": name, "AttributeType": _TYPES.get(kind, kind)}]
    _make(
        wanted,
        cloud,
        {"KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "AttributeDefinitions": definitions},
    )


def item(wanted: Wanted, cloud: Cloud) -> None:
    """An item of a table, which Terraform has as a resource; it goes with its table."""
    cloud.call("dynamodb", "put_item", TableName=wanted.need("TableName"), Item=wanted.object("Item"))


def _make(wanted: Wanted, cloud: Cloud, members: dict[str, Any]) -> None:
    cloud.call("dynamodb", "create_table", TableName=wanted.name, BillingMode="PAY_PER_REQUEST", **members)
