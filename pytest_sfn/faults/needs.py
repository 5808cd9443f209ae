"""The Protocols of what faults need of an account, and of its machines and executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import World
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.inject import Injection

__all__ = ["ExecutionT_co", "FaultedAccount", "FaultedExecution", "FaultedMachine"]


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str:
        """As the API shows it."""


class FaultedExecution(Protocol):
    """`account.execution.Execution` fulfils it."""

    @property
    def name(self) -> str:
        """As given to StartExecution, or a UUID."""

    @property
    def machine(self) -> Named:
        """Whose execution it is."""

    @property
    def status(self) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    @property
    def handled(self) -> bool:
        """Whether it ended as its author meant it to."""

    @property
    def error(self) -> str | None:
        """The error name of one that FAILED."""

    @property
    def cause(self) -> str | None:
        """The cause of one that FAILED."""

    @property
    def path(self) -> list[str]:
        """Names of the top-level states in the order entered."""

    def waits_for(self) -> str:
        """What a RUNNING execution waits for, in words."""


ExecutionT_co = TypeVar("ExecutionT_co", bound=FaultedExecution, covariant=True)


class FaultedMachine(Protocol[ExecutionT_co]):
    """`account.machine.Machine` fulfils it."""

    @property
    def name(self) -> str:
        """As the API shows it."""

    @property
    def state_machine(self) -> StateMachine:
        """The loaded definition."""

    @property
    def run(self) -> Callable[..., ExecutionT_co]:
        """Start an execution and run it."""


class FaultedAccount(Protocol):
    """`account.account.Account` fulfils it."""

    @property
    def world(self) -> World:
        """Where executions run now; another one after `rewind`."""

    @property
    def latest(self) -> Sequence[FaultedExecution]:
        """The executions since the account began anew."""

    def rewinding(self) -> Callable[[], None]:
        """Give what starts the account again: AWS's services as now, nothing runs, no fault, scripts at their first answer."""

    def inject(self, fault: Fault) -> Injection:
        """Let a task fail in every execution from now on."""

    def withdraw(self, injection: Injection) -> None:
        """Let a fault be over."""
