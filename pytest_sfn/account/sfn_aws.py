"""`SfnAws`: a mocked account whose other services are moto's in-memory AWS.

It is an `SfnMock` that must be opened and closed. While it is open, the gate (`gate/`) answers every boto3 request of this
process, and a service task that no mock answers is sent to moto. The first account that opens loads moto and boto3, once per
process; moto begins empty each time.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.aws_services import AwsServices
from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.api.wire import respond
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.gate import GATE
from pytest_sfn.gate.moto import Moto
from pytest_sfn.lambda_.handlers import set_aside
from pytest_sfn.mocks.lambda_api import LambdaApi
from pytest_sfn.tasks.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from boto3 import Session

    from pytest_sfn.account.account import Account
    from pytest_sfn.gate.call import Answer, Call

__all__ = ["MotoServices", "SfnAws"]


class SfnAws(SfnMock):
    """A mocked account with AWS services: the fixture `sfn_aws`, or `with SfnAws() as sfn_aws:` without pytest.

    It takes the arguments of `SfnMock`. A mock answers a task if there is one for it, else moto's service does. A Lambda
    function is answered by its mock or by its own code (`use_handlers`).
    """

    def _aws_services(self, region: str) -> AwsServices:
        self._moto = MotoServices(region, lambda: self._account)
        return self._moto

    @property
    def session(self) -> Session:
        """A boto3 session with the account's region and dummy credentials; always the same one.

        Raises:
            PytestSfnError: the account is not open.
        """
        return self._moto.session

    def client(self, service: str, region_name: str | None = None, **options: Any) -> Any:
        """An ordinary boto3 client, for a test to prepare and check a service.

        Args:
            service: boto3's name: `dynamodb`, `s3`, `sqs`; `stepfunctions` has the machines of this account.
            region_name: the account's region when left out.
            options: other arguments of `boto3.client`.
        """
        return self.session.client(service, region_name=region_name, **options)


class MotoServices(AwsServices):
    """AWS's other services, by moto, for an account in this region; answers what passes the gate while it is open."""

    fixture = "sfn_aws"

    services: Services

    def __init__(self, region: str, account: Callable[[], Account]) -> None:
        self.region = region
        self.services = Services(self._client_for)
        self._account = account
        self._opened: ExitStack | None = None
        self._session: Session | None = None

    # -- open and closed -----------------------------------------------------------------------------------------------

    def open(self) -> None:
        if self._opened is not None:
            raise PytestSfnError("this SfnAws is open already; make another one")
        account = self._account()
        with ExitStack() as opened:
            opened.enter_context(_environment(self.region))
            moto = opened.enter_context(Moto(account.account_id))
            machine = MachineIdentity("boto3", region=account.region, account_id=account.account_id)
            functions = LambdaApi(account.registry, lambda: account.world, machine, account.broken_by)
            answerers = (moto, None), (self._answer_step_functions, "stepfunctions"), (functions, "lambda")
            for answerer, service in answerers:
                opened.enter_context(GATE.register(answerer, service=service, refused=account.broken_by))
            self._opened = opened.pop_all()

    def close(self) -> None:
        opened, self._opened, self._session = self._opened, None, None
        if opened is not None:
            opened.close()

    @property
    def account(self) -> Account:
        """The account that they belong to.

        Raises:
            PytestSfnError: the account is not open.
        """
        if self._opened is None:
            raise PytestSfnError("this SfnAws is not open\n  fix  use the fixture sfn_aws, or: with SfnAws() as sfn_aws:")
        return self._account()

    @property
    def session(self) -> Session:
        """See `SfnAws.session`."""
        region = self.account.region
        if self._session is None:
            self._session = _session(region)
        return self._session

    # -- what others ask of the services -------------------------------------------------------------------------------

    def _client_for(self, service: str, region: str, account: str | None) -> Any:
        """The boto3 client for service tasks; only an account that is open has one, or a call would leave the machine."""
        _ = self.account
        return _client_for(service, region, account)

    def has_log_group(self, name: str) -> bool:
        groups = self._client_for("logs", self.region, None).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(group["logGroupName"] == name for group in groups)

    # -- what the gate asks --------------------------------------------------------------------------------------------

    def _answer_step_functions(self, call: Call) -> Answer:
        with set_aside():
            return respond(self.account.api, call.request)


_FORGOTTEN: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


@contextmanager
def _environment(region: str) -> Iterator[None]:
    """Dummy credentials and the region, for clients that the code under test makes; nothing of the user's own is read."""
    settings = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    names = (*settings, *_FORGOTTEN)
    outside = {name: os.environ[name] for name in names if name in os.environ}
    for name in _FORGOTTEN:
        os.environ.pop(name, None)
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(outside)


def _session(region: str) -> Session:
    import boto3

    return boto3.Session("testing", "testing", "testing", region_name=region)


def _config() -> Any:
    """Step Functions does not ask S3 for checksums when it reads [recorded], and one answer of a service is one attempt."""
    from botocore.config import Config

    return Config(response_checksum_validation="when_required", retries={"total_max_attempts": 1, "mode": "standard"})


_clients: dict[tuple[str, str, str | None], Any] = {}
"""Clients of service tasks, by service, region and account; nobody else has them, so they serve every account in turn."""


def _client_for(service: str, region: str, account: str | None) -> Any:
    key = service, region, account
    client = _clients.get(key)
    if client is None:
        client = _clients[key] = _session(region).client(service, config=_config())
        if account is not None:  # of a role in another account, by the task's Credentials

            def belong(request: Any, **_: Any) -> None:
                request.headers["x-moto-account-id"] = account

            client.meta.events.register("request-created", belong)
    return client
