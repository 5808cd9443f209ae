"""`--sfn-target=endpoint`: the machines of a test run at an endpoint, and their executions are read from AWS's history.

Account, machine and execution are those of every test, with what an endpoint does in place of the engine. What it cannot do
skips the test with a reason of reasons.py. A machine is created when it first runs, under a name of its own, and deleted
at the end.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Self
from uuid import uuid4

from pytest_sfn.account.account import Account
from pytest_sfn.account.execution import Execution
from pytest_sfn.account.machine import Machine
from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.dataclass import dataclass
from pytest_sfn.engine.quotas import UNLIMITED
from pytest_sfn.engine.run import MachineIdentity, Run
from pytest_sfn.errors import ExecutionError, PytestSfnError
from pytest_sfn.expressions.values import UNDEFINED, dumps
from pytest_sfn.links import see
from pytest_sfn.mocks.http import HttpMock, HttpScript
from pytest_sfn.mocks.mock import Mock, Script
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.targets.history import read_history
from pytest_sfn.targets.reasons import skip
from pytest_sfn.trace.visits import Visit, Visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.definition import DefinitionLike, StateMachine
    from pytest_sfn.targets.client import Client

__all__ = ["EndpointMock", "Settings", "endpoint_mock"]

NAME_LENGTH: Final = 80
FIRST_POLL, LONGEST_POLL = 0.02, 2.0
"""Seconds between two looks at an execution: each is half as long again as the one before."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options say.

    Attributes:
        client: calls the endpoint.
        role_arn: of the role that machines run with; None for that of the machine.
        timeout: the longest that an execution may take, in seconds.
        ignore_mocks: whether a mock is no reason to skip its test.
    """

    client: Client
    role_arn: str | None
    timeout: float
    ignore_mocks: bool


def _skips(reason: str) -> Any:
    """A method that skips the test."""

    def method(*_: Any, **__: Any) -> NoReturn:
        __tracebackhide__ = True
        skip(reason)

    return method


# -- mocks -----------------------------------------------------------------------------------------------------------------


class IgnoredMock:
    """A mock, or a script, whose answers nobody gives: the endpoint's own functions answer."""

    KNOWN: Final = frozenset(name for kind in (Mock, Script, HttpMock, HttpScript) for name in dir(kind) if name[0] != "_")

    def __getattr__(self, name: str) -> Any:
        if name == "calls":  # the calls of a mock, and the method that registers a stub
            return IgnoredCalls()
        if name not in self.KNOWN:
            raise AttributeError(f"a mock has no {name}")
        if name.startswith(("call_", "called", "assert_", "mock_")):
            skip("calls")
        return lambda *_, **__: self

    def __setattr__(self, name: str, value: object) -> None:
        """Ignore `return_value` and `side_effect`."""


class IgnoredCalls(IgnoredMock):
    """`mock.calls`: a method that registers a stub; as a list it says what an endpoint does not."""

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, *_: Any, **__: Any) -> IgnoredMock:
        return IgnoredMock()

    __getitem__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = _skips("calls")


# -- the account -----------------------------------------------------------------------------------------------------------


class EndpointAccount(Account):
    """An account whose machines run at an endpoint."""

    settings: Settings

    def load(self, source: DefinitionLike | StateMachine, **arguments: Any) -> Machine:
        """Load a machine; it is created when it first runs."""
        loaded = super().load(source, **arguments)
        self.machines[-1] = machine = EndpointMachine(self, loaded.state_machine, loaded._identity)
        return machine

    def executed(
        self, machine: EndpointMachine, run: Run, described: dict[str, Any], events: list[dict[str, Any]]
    ) -> Execution:
        """Take an execution into the account."""
        execution = EndpointExecution(run, machine, self, described, events)
        self._machine_of[run] = machine
        self._execution_of[run] = execution
        self.runs.append(run)
        self.executions.append(execution)
        return execution

    def open(self) -> None:
        """Refuse nothing: the test's own clients may prepare the endpoint."""

    def release(self) -> None:
        """Delete the machines, whether the test passed or failed."""
        super().release()
        for machine in self.machines:
            if isinstance(machine, EndpointMachine):
                machine.delete()

    advance = _skips("time")
    inject = _skips("faults")
    fault_cases = _skips("faults")
    use_mock_config = _skips("mocks")
    waiting = _skips("outside")


class EndpointMock(SfnMock):
    """`sfn_mock` of a run with `--sfn-target=endpoint`; `endpoint_mock` makes its class."""

    _account: EndpointAccount
    _kind = EndpointAccount
    _settings: ClassVar[Settings]

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._account.settings = self._settings

    def _ignored(self, *_: Any, **__: Any) -> Any:
        """A mock in a run that ignores mocks."""
        __tracebackhide__ = True
        if not self._settings.ignore_mocks:
            skip("mocks")
        return IgnoredMock()

    lambda_function = state = resource = service = activity = http = _ignored
    connection = use_mock_config = _skips("mocks")
    use_handlers = _skips("handlers")
    test_state = _skips("one-state")
    create_activity = delete_activity = get_activity_task = _skips("outside")
    send_task_success = send_task_failure = send_task_heartbeat = _skips("outside")
    api = property(_skips("api"))
    now = property(_skips("time"))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._settings.client.url}>"


def endpoint_mock(settings: Settings) -> type[EndpointMock]:
    """The class of accounts at an endpoint, which take the arguments of `SfnMock`."""
    return type("EndpointMock", (EndpointMock,), {"_settings": settings})


# -- machines and executions -----------------------------------------------------------------------------------------------


class EndpointMachine(Machine):
    """A machine that runs at an endpoint.

    Attributes:
        there: its ARN at the endpoint, None as long as it has not run.
    """

    _account: EndpointAccount
    there: str | None = None

    def run(
        self,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Execution:
        """Start an execution and wait for its end.

        Raises:
            ExecutionError: the endpoint refuses the machine or the execution, or it takes too long.
        """
        if start_at is not None or stop_after is not None:
            skip("part")
        if variables:
            skip("variables")
        if self.type == "EXPRESS":
            skip("express")
        text = input_json if input_json is not None else dumps({} if input is UNDEFINED else input)
        try:
            arn = self._call(
                "start_execution", stateMachineArn=self._created(), input=text, **({} if name is None else {"name": name})
            )["executionArn"]
            return self._read(arn, self._ended(arn))
        except ApiError as refusal:
            raise ExecutionError(
                f"machine {self.name!r}: {self._account.settings.client.url} refuses it\n"
                f"  reason  {refusal}\n"
                f"  see     {see('targets#endpoint')}"
            ) from None

    run_state = _skips("part")
    start = _skips("time")
    run_sync = _skips("express")
    faults = _skips("faults")

    def _call(self, method: str, **members: Any) -> dict[str, Any]:
        return self._account.settings.client.call(method, **members)

    def _created(self) -> str:
        """The ARN of the machine at the endpoint, which has it from now on."""
        if self.there is None:
            unique = f"-{uuid4().hex[:12]}"
            self.there = self._call(
                "create_state_machine",
                name=self.name[: NAME_LENGTH - len(unique)] + unique,
                definition=dumps(self.state_machine.definition),
                roleArn=self._account.settings.role_arn or self.role_arn,
            )["stateMachineArn"]
        return self.there

    def _ended(self, arn: str) -> dict[str, Any]:
        """DescribeExecution's answer once the execution has ended.

        Raises:
            ExecutionError: it has not in time; it is stopped.
        """
        pause, limit = FIRST_POLL, self._account.settings.timeout
        end = monotonic() + limit
        while (described := self._call("describe_execution", executionArn=arn))["status"] in ("RUNNING", "PENDING_REDRIVE"):
            if monotonic() > end:
                self._call("stop_execution", executionArn=arn, cause="pytest-sfn waits no longer")
                raise ExecutionError(
                    f"machine {self.name!r}: its execution still ran after {limit:g} seconds, and was stopped\n"
                    f"  execution  {arn}\n"
                    f"  fix        let what it waits for happen, or raise --sfn-target-timeout\n"
                    f"  see        {see('targets#endpoint')}"
                )
            sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL)
        return described

    def _read(self, arn: str, described: dict[str, Any]) -> Execution:
        """The execution, with the trace that its history gives."""
        events: list[dict[str, Any]] = []
        page: dict[str, Any] = {}
        while not events or "nextToken" in page:
            following = {"nextToken": page["nextToken"]} if page else {}
            page = self._call("get_execution_history", executionArn=arn, maxResults=1000, **following)
            events += page["events"]
        _, _, _, region, account_id, _, name, execution = arn.split(":")
        identity = MachineIdentity(name, region, account_id, self._account.settings.role_arn or self.role_arn)
        run = Run(self._account.world, self.state_machine._program(), identity, UNLIMITED, execution)
        read_history(run, events)
        return self._account.executed(self, run, described, events)

    def delete(self) -> None:
        """Delete the machine at the endpoint; one that is not there any more is deleted already."""
        if self.there is not None:
            arn, self.there = self.there, None
            try:
                self._call("delete_state_machine", stateMachineArn=arn)
            except (ApiError, PytestSfnError):  # the test has its outcome
                return


class EndpointExecution(Execution):
    """An execution that has ended at an endpoint."""

    def __init__(
        self, run: Run, machine: Machine, account: Account, described: dict[str, Any], events: list[dict[str, Any]]
    ) -> None:
        super().__init__(run, machine, account)
        self._described = described
        self._events = events

    @property
    def output_json(self) -> str | None:
        """The output as the endpoint spells it; None if the execution did not succeed."""
        output: str | None = self._described.get("output")
        return output

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as the endpoint has them."""
        return self._events

    def describe(self) -> dict[str, Any]:
        """The endpoint's answer of `describe_execution`."""
        return {name: value for name, value in self._described.items() if name != "ResponseMetadata"}

    def run(self) -> Self:
        """Nothing is left to run."""
        return self

    def _told(self) -> Visits:
        if self._visits is None:
            self._visits = EndpointVisits(self._run)
        return self._visits

    children = map_runs = property(_skips("children"))
    log_events = property(_skips("api"))
    describe_sync = _skips("express")
    redrive = _skips("redrive")
    advance = run_until = stop = _skips("time")
    send_task_success = send_task_failure = send_task_heartbeat = task_token = _skips("outside")


class EndpointVisit(Visit):
    """A visit of a state, as far as a history has it."""

    __slots__ = ()

    stages = property(_skips("stages"))
    after_input_path = after_items_path = after_parameters = after_arguments = stages
    result = after_result_selector = after_result_path = stages
    children = map_run = property(_skips("children"))

    @property
    def iterations(self) -> list[Any]:
        """Iterations of an inline Map; those of a distributed one are executions of their own."""
        if getattr(self._rule.model, "mode", "") == "DISTRIBUTED":
            skip("children")
        return super().iterations


class EndpointVisits(Visits):
    """The visits of an execution at an endpoint."""

    visit = EndpointVisit
    has_stages = False
