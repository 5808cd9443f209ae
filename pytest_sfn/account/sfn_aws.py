"""`SfnAws`: a mocked account whose other services are moto's in-memory AWS.

It is an `SfnMock` that must be opened and closed. While it is open, the gate (`gate/`) answers every boto3 request of this
process, and a service task that no mock answers is sent to moto. The first account that opens loads moto and boto3, once per
process; moto begins empty each time.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

from pytest_sfn.account.aws_services import AwsServices, OpenAccount, dummy_credentials
from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.api.wire import respond
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.engine.scheduler import TURN
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
    from pytest_sfn.account.aws_services import GuardedAccount, Opened
    from pytest_sfn.gate.call import Answer, Call
    from pytest_sfn.gate.gate import Answerer

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
        self._open = False
        self._session: Session | None = None

    # -- open and closed -----------------------------------------------------------------------------------------------

    def open(self, account: GuardedAccount) -> Opened:
        if Moto.running is not None:
            raise PytestSfnError(
                "another account with AWS services is open, and moto has one memory for all\n"
                "  fix  use that account: in a test with the fixture sfn_aws no other SfnAws() can be open around it or in it\n"
                "  see  docs/services.md#one-account-at-a-time"
            )
        GATE.begin()  # the accounts around this one set their variables first
        with ExitStack() as opened:
            opened.enter_context(self._serving(account))
            return opened.pop_all()

    @contextmanager
    def _serving(self, guarded: GuardedAccount) -> Iterator[None]:
        account = self._account()
        region, refused = account.region, account.broken_by
        settings = {"AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
        machine = MachineIdentity("boto3", region=region, account_id=account.account_id)
        functions = LambdaApi(account.registry, lambda: account.world, machine, account.broken_by)
        with (
            dummy_credentials(settings, ("AWS_ENDPOINT_URL",)),
            Moto(account.account_id) as moto,
            GATE.register(_one_by_one(moto), refused=refused),
            GATE.register(self._answer_step_functions, service="stepfunctions", refused=refused),
            GATE.register(functions, service="lambda", refused=refused),
            closing(_ServedAccount(guarded)),
        ):
            self._open = True
            try:
                yield
            finally:
                self._open, self._session = False, None

    @property
    def account(self) -> Account:
        """The account that they belong to.

        Raises:
            PytestSfnError: the account is not open.
        """
        if not self._open:
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

    def has_log_group(self, name: str, region: str) -> bool:
        groups = self._client_for("logs", region, None).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(group["logGroupName"] == name for group in groups)

    # -- what the gate asks --------------------------------------------------------------------------------------------

    def _answer_step_functions(self, call: Call) -> Answer:
        with TURN, set_aside():
            account = self.account
            return respond(account.api_in(call.region or account.region), call.request)


class _ServedAccount(OpenAccount):
    __slots__ = ()

    def begin(self) -> None:
        """Nothing: its variables are set."""


def _one_by_one(answerer: Answerer) -> Answerer:
    """Moto's memory is not made for threads."""

    def answer(call: Call) -> Answer | None:
        with TURN.lock:
            return answerer(call)

    return answer


def _session(region: str) -> Session:
    import boto3

    return boto3.Session("testing", "testing", "testing", region_name=region)


def _config() -> Any:
    """Step Functions does not ask S3 for checksums when it reads [recorded], and one answer of a service is one attempt."""
    from botocore.config import Config

    return Config(response_checksum_validation="when_required", retries={"total_max_attempts": 1, "mode": "standard"})


_clients: dict[tuple[object, str, str, str | None], Any] = {}
"""Clients of service tasks, by boto3, service, region and account; nobody else has them, so they serve every account in turn.

By boto3, since a run of pytest inside of pytest (pytester) may load it anew: the gate then knows nothing of the old one, whose
clients would go to the network.
"""


def _client_for(service: str, region: str, account: str | None) -> Any:
    key = sys.modules.get("boto3"), service, region, account
    client = _clients.get(key)
    if client is None:
        client = _clients[key] = _session(region).client(service, config=_config())
        if account is not None:  # of a role in another account, by the task's Credentials

            def belong(request: Any, **_: Any) -> None:
                request.headers["x-moto-account-id"] = account

            client.meta.events.register("request-created", belong)
    return client
