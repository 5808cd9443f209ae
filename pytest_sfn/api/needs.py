"""The Protocols of what the API needs of its account, and of that account's machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.one_state import Given, OneStateRun
    from pytest_sfn.engine.quotas import Quotas
    from pytest_sfn.engine.run import MachineIdentity, Run, Strand, World
    from pytest_sfn.tasks.activities import Activities

__all__ = ["ApiAccount", "ApiMachine"]


class ApiMachine(Protocol):
    """`account.machine.Machine` fulfils it; `_begin` has its underscore since users see that class."""

    @property
    def name(self) -> str:
        """Its name, the last part of its ARN."""

    @property
    def arn(self) -> str:
        """Its own ARN."""

    @property
    def type(self) -> str:
        """STANDARD or EXPRESS."""

    @property
    def role_arn(self) -> str:
        """The role that it runs with."""

    @property
    def state_machine(self) -> StateMachine:
        """The loaded definition."""

    def _begin(
        self,
        *,
        input_json: str,
        name: str | None,
        parent: Strand | None,
        synchronous: bool,
        identity: MachineIdentity,
        test_case: str | None,
    ) -> Run:
        """Start an execution of which nothing runs yet, under that test case of the mock configuration in use."""


class ApiAccount(Protocol):
    """`account.account.Account` fulfils it."""

    @property
    def region(self) -> str:
        """Of what the test itself makes."""

    @property
    def account_id(self) -> str:
        """Of the ARNs made here."""

    @property
    def world(self) -> World:
        """Where executions run now; another one after the account began anew."""

    @property
    def now(self) -> datetime:
        """The virtual time."""

    @property
    def activities(self) -> Activities:
        """Those that were created."""

    @property
    def machines(self) -> Sequence[ApiMachine]:
        """Every machine loaded, in order."""

    @property
    def runs(self) -> Sequence[Run]:
        """Every execution started, in order."""

    @property
    def mock_config(self) -> object | None:
        """The mock configuration in use; None for none."""

    @property
    def since(self) -> int:
        """How many executions had been started when the account last began anew."""

    def check(self) -> None:
        """Raise again the test error that broke the account, if one did."""

    def broken_by(self, error: BaseException) -> None:
        """Note a test error, which code under test may swallow."""

    def load(
        self,
        source: str,
        *,
        name: str | None = None,
        type: Literal["STANDARD", "EXPRESS"] | None = None,
        role_arn: str | None = None,
        region: str | None = None,
    ) -> ApiMachine:
        """Load a definition, given as text."""

    def begin_one_state(
        self, region: str, state_machine: StateMachine, name: str, given: Given, value: Any, variables: Mapping[str, Any]
    ) -> OneStateRun:
        """Start the run of one state; nothing of it runs yet, and no list of executions shows it."""

    def machine_of(self, run: Run) -> ApiMachine:
        """The machine whose definition a run belongs to."""

    def logical_ids(self, arn: str) -> Iterable[str]:
        """What templates call the state machine of this ARN."""

    def quotas_of(self, type: str) -> Quotas:
        """The limits of an execution of a machine of this type."""

    def has_log_group(self, name: str, region: str) -> bool:
        """Whether CloudWatch Logs has this log group in a region."""

    def create_activity(self, name: str, region: str) -> str:
        """Make an activity, and give its ARN."""
