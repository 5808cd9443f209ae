"""The one boto3 client that leaves this process: of Step Functions, for a run with `--sfn-target`.

It is made when pytest begins, with the user's own credentials, and its requests go past the gate, which is for
the code under test. A call waits until the rate allows it, and botocore repeats one that is throttled.
"""

from __future__ import annotations

import os
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.gate import GATE
from pytest_sfn.links import see
from pytest_sfn.services.api_error import ApiError

__all__ = ["Client"]

ATTEMPTS: Final = 10
"""How often botocore tries a call; the last waits are of 20 seconds each."""
NO_ANSWER: Final = (
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "ThrottlingException",
    "UnrecognizedClientException",
    "UnknownOperationException",
)
"""Codes that say nothing of the state or the machine: the call itself was not allowed, or is not known there."""


class Client:
    """Calls Step Functions at an endpoint, or at AWS.

    Args:
        target: the option's value, for messages.
        endpoint_url: None for AWS itself.
        region: None for that of the environment or the profile.
        profile: a name in the user's configuration, or None.
        rate: the most calls in a second; None for no limit.

    Raises:
        PytestSfnError: there is no such profile, or no region.
    """

    def __init__(self, target: str, endpoint_url: str | None, region: str | None, profile: str | None, rate: float | None):
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        self.target = target
        self._interval = 1 / rate if rate else 0.0
        self._free = 0.0
        self._broken: str | None = None
        config = Config(
            inject_host_prefix=endpoint_url is None,  # `sync-localhost` is no host
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            user_agent_extra="pytest-sfn",
        )
        keys = (
            {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"} if _needs_none(endpoint_url, profile) else {}
        )
        try:
            session = boto3.Session(profile_name=profile, region_name=region, **keys)
            self._client: Any = session.client("stepfunctions", endpoint_url=endpoint_url, config=config)
        except BotoCoreError as error:
            raise PytestSfnError(f"--sfn-target={target}: {error}\n  see  {see('targets#where')}") from None
        self.url: str = self._client.meta.endpoint_url
        self.region: str = self._client.meta.region_name

    def call(self, method: str, **members: Any) -> dict[str, Any]:
        """Make a call.

        Args:
            method: as boto3 names it.

        Raises:
            ApiError: Step Functions refuses the call.
            PytestSfnError: no answer came, now or at an earlier call.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        if self._broken is not None:
            raise PytestSfnError(self._broken)
        self._wait()
        try:
            with GATE.stand_aside():
                answer: dict[str, Any] = getattr(self._client, method)(**members)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            if code not in NO_ANSWER:
                raise ApiError(code, message) from None
            raise self._no_answer(f"{code}: {message}") from None
        except BotoCoreError as error:
            raise self._no_answer(str(error)) from None
        return answer

    def _no_answer(self, reason: str) -> PytestSfnError:
        """The error of this call, and of all calls that follow: each would take as long to fail."""
        self._broken = (
            f"--sfn-target={self.target}: no answer of {self.url}\n"
            f"  reason  {reason}\n"
            f"  fix     see to the endpoint, the credentials and what they allow, or leave out --sfn-target\n"
            f"  see     {see('targets#where')}"
        )
        return PytestSfnError(self._broken)

    def _wait(self) -> None:
        if self._interval:
            now = monotonic()
            if now < self._free:
                sleep(self._free - now)
            self._free = max(now, self._free) + self._interval


def _needs_none(endpoint_url: str | None, profile: str | None) -> bool:
    """Whether the client signs with dummy keys: to this machine, where the user names none."""
    host = urlsplit(endpoint_url or "").hostname or ""
    named = profile or os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_PROFILE")
    return not named and (host in ("localhost", "::1") or host.startswith("127."))
