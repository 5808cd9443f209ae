"""Keys of KMS and their aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.gate.identities import identify_key

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["alias", "key"]


def key(wanted: Wanted, cloud: Cloud) -> None:
    """A key; whoever calls may use it, whatever its policy says."""
    cloud.refuse_another("kms", "describe_key", KeyId=wanted.ref)
    members = wanted.pick("KeySpec", "KeyUsage")
    made = cloud.call("kms", "create_key", **members)["KeyMetadata"]["KeyId"]
    identify_key(cloud.account, cloud.region, made, wanted.ref, str(wanted.attribute("Arn")))


def alias(wanted: Wanted, cloud: Cloud) -> None:
    """Another name of a key."""
    cloud.call("kms", "create_alias", AliasName=wanted.name, TargetKeyId=wanted.need("TargetKeyId"))
