"""Streams of Kinesis and Firehose, the senders and templates of SES: what moto has under the same words as the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.deploy.wanted import as_object

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["delivery_stream", "identity", "mail_template", "stream"]


_DESTINATIONS: Final = (
    *("S3DestinationConfiguration", "ExtendedS3DestinationConfiguration", "HttpEndpointDestinationConfiguration"),
    "RedshiftDestinationConfiguration",
)


def stream(wanted: Wanted, cloud: Cloud) -> None:
    """A stream of Kinesis."""
    members = wanted.pick("ShardCount", "StreamModeDetails")
    if not members:
        members = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    cloud.call("kinesis", "create_stream", StreamName=wanted.name, **members)


def delivery_stream(wanted: Wanted, cloud: Cloud) -> None:
    """A stream of Firehose; moto delivers to S3. Of another destination, it is where what is not delivered goes."""
    members = wanted.pick("DeliveryStreamType", *_DESTINATIONS)
    if not members.keys() & set(_DESTINATIONS):
        other = next((name for name in wanted.names if name.endswith("DestinationConfiguration")), "S3DestinationConfiguration")
        place = as_object(wanted.need(other), other).get("S3Configuration")
        members["S3DestinationConfiguration"] = as_object(place, "S3Configuration")
        cloud.tell(wanted, f"its records go to the bucket of {other}, and not further", "mock what reads them")
    cloud.call("firehose", "create_delivery_stream", DeliveryStreamName=wanted.name, **members)


def identity(wanted: Wanted, cloud: Cloud) -> None:
    """An address or a domain that may send mail."""
    name = wanted.need("EmailIdentity")
    cloud.call("sesv2", "create_email_identity", EmailIdentity=name)


def mail_template(wanted: Wanted, cloud: Cloud) -> None:
    """A template of mails."""
    cloud.call("ses", "create_template", Template={**wanted.object("Template"), "TemplateName": wanted.name})
