"""`Machine`: a state machine bound to an account, which makes it runnable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.account.execution import unknown_state
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import ExecutionError, UnknownStateError
from pytest_sfn.expressions.values import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import MachineIdentity, Run, Strand
    from pytest_sfn.faults.cases import FaultCase

__all__ = ["Machine"]


class MachineAccount(Protocol):
    """The part of its account that a machine needs."""

    def begin(
        self,
        machine: Machine,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
        parent: Strand | None = None,
        synchronous: bool = False,
        identity: MachineIdentity | None = None,
        test_case: str | None = None,
    ) -> Run:
        """Start an execution of which nothing runs yet."""

    def execution_of(self, run: Run) -> Execution:
        """The execution of a run."""

    def event_input(
        self,
        machine: Machine,
        source: str,
        *,
        detail: Mapping[str, Any] | None,
        event: Mapping[str, Any] | None,
        body: Any,
    ) -> str:
        """The input that an event source of the machine's template would give; see `Machine.run_event`."""

    def fault_cases(
        self,
        machine: Machine,
        arguments: Mapping[str, Any],
        *,
        tasks: Iterable[str] | None,
        errors: Iterable[str] | None,
        extra: Iterable[str],
        every: bool,
        pairs: bool,
    ) -> list[FaultCase[Execution]]:
        """The faults that a scenario can meet; see `Machine.faults`."""


class Machine:
    """A state machine that `sfn_mock.load` has bound to the mocked account.

    Attributes:
        state_machine: the loaded definition.
        name, arn: as the API shows them.
    """

    def __init__(self, account: MachineAccount, state_machine: StateMachine, identity: MachineIdentity) -> None:
        self._account = account
        self._identity = identity
        self.state_machine = state_machine

    @property
    def name(self) -> str:
        """The machine's name in its ARN and in those of its executions."""
        return self._identity.name

    @property
    def arn(self) -> str:
        """The machine's ARN."""
        return self._identity.arn

    @property
    def role_arn(self) -> str:
        """The machine's role, in the Context Object and the history."""
        return self._identity.role_arn

    @property
    def type(self) -> str:
        """STANDARD or EXPRESS."""
        return "EXPRESS" if self._identity.express else "STANDARD"

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
        """Start an execution and run it to its end, or until only an outside answer can move it.

        Args:
            input: a JSON value; `{}` when left out.
            input_json: the input as JSON text instead; its spelling is kept, as StartExecution does.
            name: the execution's name; when left out a UUID, the same in every run of the test.
            start_at: the state to begin with, at any depth, instead of StartAt.
            stop_after: the last state, at any depth. The execution then succeeds with this state's output; if the state is
                in a branch or iteration, that ends, and the Parallel or Map goes on.
            variables: workflow variables at the start, name to JSON value.

        Raises:
            JsonValueError: the input is not JSON, or larger than AWS accepts.
            MockError: no mock answers a task, or a script has no answers left.
        """
        with TURN:
            return self._start(
                input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
            )._continue()

    def run_event(
        self,
        source: str,
        *,
        detail: Mapping[str, Any] | None = None,
        event: Mapping[str, Any] | None = None,
        body: Any = UNDEFINED,
        name: str | None = None,
    ) -> Execution:
        """Run an execution with the input that a rule, schedule, pipe or API of the machine's template would give it.

        Args:
            source: logical id or name of a rule, schedule or pipe, or the key of an event in SAM's `Events`.
            detail: members of the event's detail; the others are made so that the rule's pattern matches.
            event: other members of the event, such as `source` or `resources`; of a pipe those of its record.
            body: the JSON of a request to an API, or of a message that a pipe reads.
            name: the execution's name, as for `run`.

        Raises:
            PytestSfnError: nothing of that name starts the machine, or the event would not match the rule's pattern.
            JsonValueError: the input is not JSON, so that AWS would start nothing.
        """
        with TURN:
            text = self._account.event_input(self, source, detail=detail, event=event, body=body)
        return self.run(input_json=text, name=name)

    def run_sync(self, input: Any = UNDEFINED, *, input_json: str | None = None, name: str | None = None) -> Execution:
        """Run an EXPRESS machine as StartSyncExecution does; `Execution.describe_sync` is the API's answer.

        Raises:
            ExecutionError: the machine is STANDARD, which AWS refuses.
        """
        if self.type != "EXPRESS":
            raise ExecutionError(f"machine {self.name!r} is STANDARD; StartSyncExecution takes type='EXPRESS' only")
        with TURN:
            run = self._account.begin(self, input, input_json=input_json, name=name, synchronous=True)
            return self._account.execution_of(run)._continue()

    def run_state(self, name: str, input: Any = UNDEFINED, *, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run one state, at any depth, with `input` as its input and with its Retriers; a Catcher ends the execution."""
        return self.run(input, start_at=name, stop_after=name, variables=variables)

    def faults(
        self,
        input: Any = UNDEFINED,
        *,
        tasks: Iterable[str] | None = None,
        errors: Iterable[str] | None = None,
        extra: Iterable[str] = (),
        every: bool = False,
        pairs: bool = False,
        **arguments: Any,
    ) -> list[FaultCase[Execution]]:
        """A case for each fault of a scenario that works: each task that it reaches, with each error that it can raise.

        Of the errors of a task that the same Retriers and Catcher take, one stands for all: `case.alike` names the others.
        The scenario runs once without faults. The `run()` of a case then runs it with one fault, on a fresh account: the
        clock at its start, all mocks at their first answer, no calls recorded, AWS's services (moto) as they are now.

        Args:
            input: as for `run`.
            tasks: names of the tasks that fail; when left out, all tasks that the scenario reaches.
            errors: these error names instead of those that each task can raise.
            extra: additional error names.
            every: a case for each error, not one for all that are alike. Those in `errors` and `extra` always have one.
            pairs: add cases of two faults, the second in a task that is reached after the first fault.
            arguments: other arguments of `run`.

        Raises:
            ExecutionError: the run without faults fails, does not end or reaches no such task, or an execution still runs.
            PytestSfnError: the definition has no such task, or none at all.
        """
        scenario = {"input": input, **arguments}
        with TURN:
            return self._account.fault_cases(self, scenario, tasks=tasks, errors=errors, extra=extra, every=every, pairs=pairs)

    def start(
        self,
        input: Any = UNDEFINED,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Execution:
        """Start an execution, run everything that is due at once, and return it. Arguments as for `run`."""
        with TURN:
            return self._start(
                input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
            )

    def _start(
        self,
        input: Any,
        *,
        input_json: str | None,
        name: str | None,
        start_at: str | None,
        stop_after: str | None,
        variables: Mapping[str, Any] | None,
    ) -> Execution:
        if start_at is not None or stop_after is not None:
            for state in (start_at, stop_after):
                if state is not None and state not in self.state_machine.states:
                    raise UnknownStateError(unknown_state(state, self.state_machine))
        run = self._account.begin(
            self,
            input,
            input_json=input_json,
            name=name,
            start_at=start_at,
            stop_after=stop_after,
            variables=variables,
        )
        run.scheduler.pump_instant()
        return self._account.execution_of(run)

    def to_mermaid(self) -> str:
        """See `StateMachine.to_mermaid`."""
        return self.state_machine.to_mermaid()

    def to_svg(self) -> str:
        """See `StateMachine.to_svg`."""
        return self.state_machine.to_svg()

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
        """Start an execution for the API of Step Functions; nothing of it runs yet."""
        return self._account.begin(
            self,
            input_json=input_json,
            name=name,
            parent=parent,
            synchronous=synchronous,
            identity=identity,
            test_case=test_case,
        )

    def __repr__(self) -> str:
        count = len(self.state_machine.states)
        return f"<Machine {self.name!r}: {count} state{'s' * (count != 1)}>"
