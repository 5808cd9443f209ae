"""A server on loopback, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.config import Config

from pytest_sfn import SfnMock
from pytest_sfn.server.server import Server


@pytest.fixture
def sfn() -> SfnMock:
    return SfnMock()


@pytest.fixture
def serve(sfn: SfnMock) -> Iterator[Callable[..., Server]]:
    """Starts servers of the account, on any port that is free."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(Server(sfn, port=0, **options))


@pytest.fixture
def client_of() -> Callable[..., Any]:
    """Makes boto3 clients of a server."""
    import boto3

    def client_of(server: Server, region: str = "us-east-1") -> Any:
        config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, max_pool_connections=20)
        session = boto3.Session("testing", "testing", region_name=region)
        return session.client("stepfunctions", endpoint_url=server.url, config=config)

    return client_of
