"""Streams of Kinesis and Firehose, the senders of SES: what moto has under the same words as the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["delivery_stream", "identity", "stream"]


def stream(wanted: Wanted, cloud: Cloud) -> None:
    """A stream of Kinesis."""
    members = wanted.pick("ShardCount", "StreamModeDetails")
    if not members:
        members = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    cloud.call("kinesis", "create_stream", StreamName=wanted.name, **members)
    cloud.undo("kinesis", "delete_stream", StreamName=wanted.name)


def delivery_stream(wanted: Wanted, cloud: Cloud) -> None:
    """A stream of Firehose; moto delivers to S3."""
    members = wanted.pick(
        *("DeliveryStreamType", "S3DestinationConfiguration", "ExtendedS3DestinationConfiguration"),
        *("HttpEndpointDestinationConfiguration", "RedshiftDestinationConfiguration"),
    )
    cloud.call("firehose", "create_delivery_stream", DeliveryStreamName=wanted.name, **members)
    cloud.undo("firehose", "delete_delivery_stream", DeliveryStreamName=wanted.name)


def identity(wanted: Wanted, cloud: Cloud) -> None:
    """An address or a domain that may send mail."""
    name = wanted.need("EmailIdentity")
    cloud.call("sesv2", "create_email_identity", EmailIdentity=name)
    cloud.undo("sesv2", "delete_email_identity", EmailIdentity=name)
