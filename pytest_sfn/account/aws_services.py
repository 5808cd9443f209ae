"""What an open account does for AWS: it answers Step Functions, and other services if it has some.

An `SfnMock` has none of its own; while the test uses moto's `mock_aws`, its service tasks reach moto. An `SfnAws` has moto's.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.gate.gate import GATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.account.inherited import Inherited
    from pytest_sfn.api.service import Service
    from pytest_sfn.engine.run import Run
    from pytest_sfn.gate.call import Answer, Call, ClientCall, Parsed
    from pytest_sfn.gate.gate import Guard, Network
    from pytest_sfn.mocks.lambda_api import LambdaApi
    from pytest_sfn.tasks.services import Services

__all__ = ["AwsServices", "OpenAccount", "Opened", "Schedules", "ServingAccount", "answer_step_functions", "dummy_credentials"]


class Opened(Protocol):
    """An open account."""

    def close(self) -> None:
        """Undo what opening has done."""


class ServingAccount(Protocol):
    """What an open account asks of its account."""

    region: str
    inherited: Inherited | None

    @property
    def network(self) -> Network:
        """What may leave the machine."""

    @property
    def allows_everything(self) -> bool:
        """Whether everything may leave the machine, from the beginning."""

    def broken_by(self, error: BaseException) -> None:
        """Note an error of the test."""

    def api_in(self, region: str) -> Service:
        """The API of Step Functions in a region."""

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation to a boto3 client; None if there is none."""

    @property
    def lambda_api(self) -> LambdaApi:
        """Lambda's API."""


def answer_step_functions(account: ServingAccount, call: Call) -> Answer:
    """The answer of an account's Step Functions to a client."""
    from pytest_sfn.api.wire import respond
    from pytest_sfn.lambda_.handlers import set_aside

    with TURN, set_aside():
        region = call.region or account.region
        answer = respond(account.api_in(region), call.request)
        if answer[0] != 200 and account.inherited is not None:
            return account.inherited.answer(call, region, answer)
        return answer


def moto_runs() -> bool:
    """Whether a `mock_aws` is open."""
    moto = sys.modules.get("moto.core.models")
    return moto is not None and bool(moto.botocore_stubber.enabled)


class Schedules(Protocol):
    """What fires when virtual time passes it."""

    def pump_until(self, time: int) -> None:
        """Do all that is due up to and including `time`, in virtual microseconds, and fire what time passes."""

    def begin(self) -> None:
        """A `run_until` begins."""

    def pump_next(self) -> bool:
        """Do what is ready, or what comes next of timers and schedules; False when there is nothing."""


class AwsServices:
    """No services but those of a `mock_aws` of the test's own.

    Attributes:
        fixture: the test's name for the account, for messages.
        invocable: whether Lambda's Invoke is answered, by the mocks of functions.
        status_changed: is called when an execution starts or ends; None where nobody asks.
    """

    fixture = "sfn_mock"
    invocable = False
    status_changed: Callable[[Run], None] | None = None

    @property
    def services(self) -> Services | None:
        """Answers the tasks of services that no mock answers; None where there are none."""
        if not self._has_moto:
            return None
        from pytest_sfn.account.clients import client_in_moto
        from pytest_sfn.tasks.services import Services

        return Services(client_in_moto, closing=False)  # when the test's mock_aws ends, nobody tells

    @property
    def _has_moto(self) -> bool:
        return moto_runs()

    def keep(self) -> Callable[[], None]:
        """Keep what the services hold; gives what puts it back, any number of times.

        Raises:
            PytestSfnError: the state of a service cannot be copied.
        """
        if not self._has_moto:
            return lambda: None
        from pytest_sfn.gate.moto_state import keep

        return keep()

    def open(self, account: ServingAccount) -> Opened:
        """Answer requests to AWS from now on, or refuse them."""
        return OpenAccount(account)

    @property
    def schedules(self) -> Schedules | None:
        """What fires when time passes it; None if there is nothing."""
        return None

    def has_log_group(self, name: str, region: str) -> bool:
        """Whether CloudWatch Logs has this log group in a region; without services every log group counts as there."""
        return True


class OpenAccount:
    """An open account without services; it fulfils the gate's `Test`.

    Args:
        account: the account.
        last: whether every other open account comes first.
    """

    __slots__ = ("_account", "_begun", "_guard", "_last")

    def __init__(self, account: ServingAccount, *, last: bool = False) -> None:
        self._account = account
        self._last = last
        self._begun: ExitStack | None = None
        self._guard: Guard | None = None
        GATE.hold_back(self)

    @property
    def guard(self) -> Guard:
        if self._guard is None:
            self._guard = GATE.guard("test", self._account.broken_by, self._account.network)
        return self._guard

    def mocked(self, call: ClientCall) -> Parsed | None:
        return self._account.mocked(call)

    def begin(self) -> None:
        if self._begun is not None:
            return
        self._begun = ExitStack()
        if not self._account.allows_everything:
            known = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
            self._begun.enter_context(dummy_credentials({"AWS_DEFAULT_REGION": known or self._account.region}))
        self._serve(self._begun)

    def _serve(self, until: ExitStack) -> None:
        """Answer clients of Step Functions, and of Lambda while the test's moto runs."""
        refused, last = self._account.broken_by, self._last
        until.enter_context(GATE.register(self._answer, service="stepfunctions", refused=refused, last=last))
        until.enter_context(GATE.register(self._answer_lambda, service="lambda", refused=refused, last=last, when=moto_runs))

    def _answer_lambda(self, call: Call) -> Answer | None:
        from pytest_sfn.gate.moto import Moto

        moto = Moto(Moto.ACCOUNT)
        return self._account.lambda_api.answer(call, lambda call: moto(call) if call.at_aws else None, strict=False)

    def _answer(self, call: Call) -> Answer:
        return answer_step_functions(self._account, call)

    def close(self) -> None:
        GATE.let_go(self)
        if self._begun is not None:
            self._begun.close()


def _encoded(variables: Mapping[str, str]) -> dict[Any, Any]:
    return {os.environ.encodekey(name): os.environ.encodevalue(value) for name, value in variables.items()}


_DUMMIES: Final = _encoded(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)
_FORGOTTEN: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


@contextmanager
def dummy_credentials(settings: Mapping[str, str], forgotten: tuple[str, ...] = ()) -> Iterator[None]:
    """Dummy credentials for clients that the code under test makes; nothing of the user's own is read.

    What other code has changed meanwhile (moto's `mock_aws` has dummies of its own) stays as that code leaves it.

    A setter of `os.environ` takes several microseconds, so this works on the dict inside of it, as lambda_/environment.py does.

    Args:
        settings: more variables to set.
        forgotten: more variables to unset.
    """
    data: dict[Any, Any] = os.environ._data  # type: ignore[attr-defined]
    values = {**dict.fromkeys(map(os.environ.encodekey, _FORGOTTEN + forgotten)), **_DUMMIES, **_encoded(settings)}
    outside = {name: data.get(name) for name in values}
    _put(data, values)
    try:
        yield
    finally:
        _put(data, {name: value for name, value in outside.items() if data.get(name) == values[name]})


def _put(data: dict[Any, Any], values: Mapping[Any, Any]) -> None:
    for name, value in values.items():
        if value is not None:
            data[name] = value
            os.putenv(name, value)
        elif data.pop(name, None) is not None:
            os.unsetenv(name)
