"""boto3 clients for the service tasks of workflows.

Nobody else has them, so they serve every account in turn. While an `SfnAws` is open its gate answers them; a test's own
`mock_aws` does not correct moto's answers, so they ask moto as the gate would.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pytest_sfn.gate.call import Call, response
from pytest_sfn.gate.elsewhere import OF_TASK
from pytest_sfn.gate.moto import Moto

if TYPE_CHECKING:
    from boto3 import Session

__all__ = ["client_for", "client_in_moto", "session_for"]


def session_for(region: str) -> Session:
    """A boto3 session with dummy credentials."""
    import boto3

    return boto3.Session("testing", "testing", "testing", region_name=region)


def _config() -> Any:
    """Step Functions does not ask S3 for checksums when it reads [recorded], and one answer of a service is one attempt."""
    from botocore.config import Config

    return Config(response_checksum_validation="when_required", retries={"total_max_attempts": 1, "mode": "standard"})


_clients: dict[tuple[object, str, str, str | None, bool], Any] = {}
"""By boto3, service, region, account, and whether moto answers without an `SfnAws`.

By boto3, since a run of pytest inside of pytest (pytester) may load it anew: the gate then knows nothing of the old one, whose
clients would go to the network.
"""


def client_for(service: str, region: str, account: str | None) -> Any:
    """The client of a service, region and account, which the gate answers."""
    return _client(service, region, account, own_moto=False)


def client_in_moto(service: str, region: str, account: str | None) -> Any:
    """The same in a `mock_aws` of the test's own."""
    return _client(service, region, account, own_moto=True)


def _client(service: str, region: str, account: str | None, *, own_moto: bool) -> Any:
    key = sys.modules.get("boto3"), service, region, account, own_moto
    client = _clients.get(key)
    if client is None:
        client = _clients[key] = session_for(region).client(service, config=_config())
        client.meta.events.register("provide-client-params", _mark)
        if account is not None:  # of a role in another account, by the task's Credentials

            def belong(request: Any, **_: Any) -> None:
                request.headers["x-moto-account-id"] = account

            client.meta.events.register("request-created", belong)
        if own_moto:
            client.meta.events.register_first("before-send", _ask_moto)
    return client


def _mark(context: dict[str, Any], **_: Any) -> None:
    """The mock of a task answers before its call is made, so that of the operation need not be asked."""
    context[OF_TASK] = True


def _ask_moto(request: Any, **_: Any) -> Any:
    """A handler that answers before moto's own."""
    call = Call(request)
    return response(call.url, *Moto(Moto.ACCOUNT)(call))
