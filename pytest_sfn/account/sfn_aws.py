"""`SfnAws`: a mocked account whose other services are moto's in-memory AWS.

It is an `SfnMock` that must be opened and closed. While it is open, the gate (`gate/`) answers every boto3 request of this
process, and a service task that no mock answers is sent to moto. The first account that opens loads moto and boto3, once per
process; moto begins empty each time.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.aws_services import AwsServices, OpenAccount, answer_step_functions, dummy_credentials
from pytest_sfn.account.clients import client_for, session_for
from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.gate.gate import GATE
from pytest_sfn.gate.moto import Moto
from pytest_sfn.links import see
from pytest_sfn.tasks.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    from boto3 import Session

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.aws_services import Opened, Schedules, ServingAccount
    from pytest_sfn.account.eventful import Eventful
    from pytest_sfn.account.logs import ExecutionLogs
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.definition import DefinitionLike
    from pytest_sfn.deploy.deployed import Deployed
    from pytest_sfn.engine.run import Run
    from pytest_sfn.gate.call import Answer, Call
    from pytest_sfn.gate.gate import Answerer

__all__ = ["MotoServices", "SfnAws"]

EVENTFUL: Final = frozenset({"cloudformation", "events", "scheduler"})
"""Services that make rules and schedules; an account that has not called them has none."""


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

    def deploy(
        self,
        template: DefinitionLike,
        *,
        parameters: Mapping[str, Any] | None = None,
        logical_ids: Iterable[str] | None = None,
        partial: bool = False,
        substitutions: Mapping[str, Any] | None = None,
        allowed_folders: Sequence[str | PathLike[str]] = (),
    ) -> Deployed[Machine]:
        """Make a template's resources in memory, load its state machines, and run the Python code of its functions.

        Args:
            template, parameters, substitutions, allowed_folders: as for `load`.
            logical_ids: what to make, with what that needs; everything when left out.
            partial: whether to make the rest if something cannot be made.

        Raises:
            DeploymentError: something cannot be made, and `partial` is false; it lists all that, and nothing was made.
            DefinitionError: the template does not exist or cannot be read, or has nothing of a logical id.
        """
        from pytest_sfn.account.deploying import deploy  # for a test that deploys

        return deploy(
            self._moto.account,
            self._moto.client_for,
            template,
            parameters=parameters or {},
            logical_ids=logical_ids,
            partial=partial,
            substitutions=substitutions,
            allowed_folders=allowed_folders,
        )

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
    invocable = True

    def __init__(self, region: str, account: Callable[[], Account]) -> None:
        self.region = region
        self._services = Services(self.client_for)
        self._account = account
        self._open = False
        self._session: Session | None = None
        self._logs: ExecutionLogs | None = None
        self._eventful: Eventful | None = None

    @property
    def services(self) -> Services:
        return self._services

    @property
    def _has_moto(self) -> bool:
        return self._open

    # -- open and closed -----------------------------------------------------------------------------------------------

    def open(self, account: ServingAccount) -> Opened:
        if Moto.running is not None:
            raise PytestSfnError(
                "another account with AWS services is open, and moto has one memory for all\n"
                "  fix  use that account: in a test with the fixture sfn_aws no other SfnAws() can be open around it or in it\n"
                f"  see  {see('services#one-account-at-a-time')}"
            )
        GATE.begin()  # the accounts around this one set their variables first
        with ExitStack() as opened:
            opened.enter_context(self._serving(account))
            return opened.pop_all()

    @contextmanager
    def _serving(self, served: ServingAccount) -> Iterator[None]:
        account = self._account()
        region, refused = account.region, account.broken_by
        settings = {"AWS_DEFAULT_REGION": region, "AWS_REGION": region, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
        with (
            dummy_credentials(settings, ("AWS_ENDPOINT_URL",)),
            Moto(account.account_id) as moto,
            GATE.register(answer := self._one_by_one(moto), refused=refused),
            GATE.register(self._answer_step_functions, service="stepfunctions", refused=refused),
            GATE.register(lambda call: account.lambda_api.answer(call, answer, strict=True), service="lambda", refused=refused),
            closing(_ServedAccount(served)),
        ):
            self._open = True
            try:
                yield
            finally:
                self._services.close()
                self._open, self._session = False, None
                if self._eventful is not None:
                    self._eventful.close()
                    self._eventful = None

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
            self._session = session_for(region)
        return self._session

    # -- what others ask of the services -------------------------------------------------------------------------------

    def client_for(self, service: str, region: str, account: str | None) -> Any:
        """The boto3 client for the account's own calls; only an open account has one, or a call would leave the machine."""
        _ = self.account
        return client_for(service, region, account)

    def has_log_group(self, name: str, region: str) -> bool:
        groups = self.client_for("logs", region, None).describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(group["logGroupName"] == name for group in groups)

    # -- what the gate asks --------------------------------------------------------------------------------------------

    def _answer_step_functions(self, call: Call) -> Answer:
        return answer_step_functions(self.account, call)

    def status_changed(self, run: Run) -> None:
        """An execution has started or ended."""
        if self._eventful is not None:
            self._eventful.events.status_changed(run)

    @property
    def schedules(self) -> Schedules | None:
        """What fires when time passes it; None if there is nothing."""
        return self._eventful.schedules if self._eventful is not None else None

    def _one_by_one(self, moto: Answerer) -> Answerer:
        """Moto's answers; its memory is not made for threads.

        An event that a call causes is delivered within it. moto goes on after each error of the notifications of S3, also after
        one of the test, which the call then raises: it is the line of the test that is to be seen.
        """

        def answer(call: Call) -> Answer | None:
            with TURN.lock:
                world = self._account().world
                broken_before = world.broken
                found = self._see(call) or moto(call)
                if world.broken is not broken_before and world.broken is not None:
                    raise world.broken
                return found

        return answer

    def _see(self, call: Call) -> Answer | None:
        """Prepare for a call that moto answers next; a refusal if AWS refuses it."""
        if call.service == "logs":
            if self._logs is None:
                from pytest_sfn.account.logs import ExecutionLogs

                self._logs = ExecutionLogs(self._account())
            self._logs.write()
        elif call.service in EVENTFUL:
            if self._eventful is None:
                from pytest_sfn.account.eventful import Eventful

                self._eventful = Eventful(self._account(), self.client_for)
            return self._eventful.see(call)
        return None


class _ServedAccount(OpenAccount):
    __slots__ = ()

    def begin(self) -> None:
        """Nothing: its variables are set."""
