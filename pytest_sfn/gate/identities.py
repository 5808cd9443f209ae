"""Names that AWS and moto make of the time or at random, of resources that a template refers to by names of its own."""

from __future__ import annotations

from typing import Any

__all__ = [
    "identify_connection",
    "identify_identity_pool",
    "identify_key",
    "identify_pool",
    "identify_pool_client",
    "identify_secret",
    "label_stream",
]


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


def identify_key(account: str, region: str, made: str, id: str, arn: str) -> None:
    """Give a key of KMS this id and ARN; ciphertexts have the id in them, so it is a UUID, too."""
    from moto.kms.models import kms_backends

    backend: Any = kms_backends[account][region]
    key = backend.keys[id] = backend.keys.pop(made)
    key.id, key.arn = id, arn


def identify_pool(account: str, region: str, made: str, id: str, arn: str) -> None:
    """Give a user pool of Cognito this id and ARN."""
    from moto.cognitoidp.models import cognitoidp_backends

    backend: Any = cognitoidp_backends[account][region]
    pool = backend.user_pools[id] = backend.user_pools.pop(made)
    pool.id, pool.arn = id, arn


def identify_pool_client(account: str, region: str, pool: str, made: str, id: str) -> None:
    """Give a client of a user pool this id."""
    from moto.cognitoidp.models import cognitoidp_backends

    backend: Any = cognitoidp_backends[account][region]
    clients = backend.user_pools[pool].clients
    clients[id] = clients.pop(made)
    clients[id].id = id


def identify_connection(account: str, region: str, kind: str, name: str, arn: str) -> None:
    """Give a connection of EventBridge, or an API destination (`destinations`), this ARN, instead of one with a random end."""
    from moto.events.models import events_backends

    backend: Any = events_backends[account][region]
    getattr(backend, kind)[name].arn = arn


def identify_identity_pool(account: str, region: str, made: str, id: str) -> None:
    """Give an identity pool of Cognito this id."""
    from moto.cognitoidentity.models import cognitoidentity_backends

    backend: Any = cognitoidentity_backends[account][region]
    pool = backend.identity_pools[id] = backend.identity_pools.pop(made)
    pool.identity_pool_id = id
