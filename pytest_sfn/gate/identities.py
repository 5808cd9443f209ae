"""Names that AWS and moto make of the time or at random, of resources that a template refers to by names of its own."""

from __future__ import annotations

from typing import Any

__all__ = ["identify_secret", "label_stream"]


def identify_secret(account: str, region: str, name: str, arn: str) -> None:
    """Give a secret this ARN, instead of one that ends in six random characters."""
    from moto.secretsmanager.models import secretsmanager_backends

    backend: Any = secretsmanager_backends[account][region]
    backend.secrets[name].arn = arn


def label_stream(account: str, region: str, table: str, label: str) -> None:
    """Give the stream of a table this label, which its ARN ends in, instead of the time."""
    from moto.dynamodb.models import dynamodb_backends

    backend: Any = dynamodb_backends[account][region]
    backend.tables[table].latest_stream_label = label
