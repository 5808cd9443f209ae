"""moto in the place of a server on this machine that does not run: LocalStack, for a suite that was written for it.

Clients of such a suite have an endpoint of their own, `http://localhost:4566`. What listens there answers them; if nothing
does, moto answers from then on to the end of the run, with one memory for all tests, as the server had. Workflows reach the
same services.
"""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from pytest_sfn.account.clients import client_in_moto
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.gate.gate import GATE
from pytest_sfn.gate.moto import Moto
from pytest_sfn.services.operations import service_model

if TYPE_CHECKING:
    from pytest_sfn.gate.call import Answer, Call

__all__ = ["LocalServices"]


class LocalServices:
    """Answers requests to servers on this machine that do not run.

    Args:
        region: of requests that are signed for none.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._running: ExitStack | None = None

    def __call__(self, call: Call) -> Answer:
        with TURN.lock:
            if self._running is None:
                self._running = _moto()
                Moto.around = True
            _send_to_aws(call, call.region or self._region)
            if (call.service, call.operation) == ("lambda", "CreateFunction"):
                _make_role(call)
            return GATE.answer(call) or Moto(Moto.ACCOUNT)(call)

    def close(self) -> None:
        """End moto, if it runs."""
        if self._running is not None:
            self._running.close()
            Moto.around = False


def _moto() -> ExitStack:
    """Start moto; gives what ends it."""
    from moto import mock_aws

    running, mock = ExitStack(), mock_aws()
    mock.start()
    running.callback(mock.stop)
    return running


def _send_to_aws(call: Call, region: str) -> None:
    """Give a request the URL that it has at AWS, by which moto knows its service."""
    parts = urlsplit(call.url)
    name: str = service_model(call.service).endpoint_prefix
    host = parts.hostname or ""
    bucket = next((host.removesuffix(end) for end in _LOCAL if host.endswith(end)), "") if name == "s3" else ""
    host = f"{bucket}{'.' * bool(bucket)}{name}.{'' if name in _GLOBAL else f'{region}.'}amazonaws.com"
    call.request.url = call.url = parts._replace(scheme="https", netloc=host).geturl()


_LOCAL: Final = (".s3.localhost.localstack.cloud", ".localhost")
"""What comes after the bucket in hosts of S3."""
_GLOBAL: Final = ("cloudfront", "iam", "route53", "organizations")


def _make_role(call: Call) -> None:
    """Make the role of a function that is created: moto looks for it in the function's account, LocalStack does not."""
    members: dict[str, Any] = json.loads(call.body)
    name = str(members.get("Role", "")).rpartition("/")[2]
    if not name:
        return
    iam = client_in_moto("iam", "us-east-1", None)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    members["Role"] = iam.get_role(RoleName=name)["Role"]["Arn"]
    call.request.body = json.dumps(members).encode()
