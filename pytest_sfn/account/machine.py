"""`Machine`: a state machine bound to an account, which makes it runnable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.account.execution import Execution, unknown_state
from pytest_sfn.engine.run import Run
from pytest_sfn.errors import ExecutionError, JsonValueError, PytestSfnError, UnknownStateError
from pytest_sfn.expressions.values import UNDEFINED, admit, dumps, loads, measure
from pytest_sfn.names import check_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import MachineIdentity, Strand
    from pytest_sfn.faults.cases import FaultCase

__all__ = ["Machine"]


class Machine:
    """A state machine of the mocked account: what `sfn_mock.load` gives.

    Attributes:
        state_machine: the loaded definition.
        name, arn: as the API shows them.
        type: STANDARD or EXPRESS.
    """

    def __init__(self, account: SfnMock, state_machine: StateMachine, name: str, type: str, role_arn: str | None) -> None:
        self._account = account
        self.state_machine = state_machine
        self.type = type
        self.identity = account.machine_identity(name, role_arn, express=type == "EXPRESS")

    @property
    def name(self) -> str:
        return self.identity.name

    @property
    def arn(self) -> str:
        return self.identity.arn

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
            input_json: the input as JSON text instead, passed through as it is spelled, as StartExecution does.
            name: the execution's name; a UUID, the same in every run of the test, when left out.
            start_at: the state to begin with, at any depth, instead of StartAt.
            stop_after: the state after which the line that it is in ends, with that state's output. At the top that is
                the execution, which succeeds; below, the branch or iteration, and what is around it goes on.
            variables: workflow variables to begin with, name to JSON value.

        Raises:
            JsonValueError: the input is not JSON, or larger than AWS takes.
            MockError: a task that no mock answers, a script that is used up.
        """
        return self.start(
            input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
        ).run()

    def run_sync(self, input: Any = UNDEFINED, *, input_json: str | None = None, name: str | None = None) -> Execution:
        """What StartSyncExecution does, for an EXPRESS machine; `Execution.describe_sync` is its answer.

        Raises:
            ExecutionError: the machine is STANDARD, which AWS refuses.
        """
        if self.type != "EXPRESS":
            raise ExecutionError(f"machine {self.name!r} is STANDARD; StartSyncExecution takes type='EXPRESS' only")
        execution = self._begin(input, input_json=input_json, name=name, synchronous=True)
        return execution.run()

    def run_state(self, name: str, input: Any = UNDEFINED, *, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run one state, at any depth, with `input` as its input; its Retriers count, a Catcher ends the execution."""
        return self.run(input, start_at=name, stop_after=name, variables=variables)

    def faults(
        self,
        input: Any = UNDEFINED,
        *,
        tasks: Iterable[str] | None = None,
        errors: Iterable[str] | None = None,
        extra: Iterable[str] = (),
        pairs: bool = False,
        **arguments: Any,
    ) -> list[FaultCase]:
        """What can go wrong with a scenario that works: each task that it reaches, with each error that it can raise.

        The scenario is run once without faults. Each case's `run()` then runs it with one fault, on a fresh account: the
        clock at its start, all mocks at their first answer, no calls recorded.

        Args:
            input: as for `run`.
            tasks: names of the tasks that fail; all that the scenario reaches when left out.
            errors: these error names instead of those that each task can raise.
            extra: error names in addition to those.
            pairs: whether two faults come together as well: a fault, and one of a task that is reached after it struck.
            arguments: others of `run`.

        Raises:
            ExecutionError: the run without faults does not end well or reaches no such task, or an execution still runs.
            PytestSfnError: the definition has no such task, or none at all.
        """
        from pytest_sfn.faults.cases import fault_cases

        return fault_cases(self, {"input": input, **arguments}, tasks=tasks, errors=errors, extra=extra, pairs=pairs)

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
        """Start an execution, do all that is due at once, and hand it to the test. Arguments as for `run`."""
        execution = self._begin(
            input, input_json=input_json, name=name, start_at=start_at, stop_after=stop_after, variables=variables
        )
        self._account.engine.scheduler.pump_instant()
        return execution

    def to_mermaid(self) -> str:
        """See `StateMachine.to_mermaid`."""
        return self.state_machine.to_mermaid()

    def to_svg(self) -> str:
        """See `StateMachine.to_svg`."""
        return self.state_machine.to_svg()

    def _begin(
        self,
        input: Any,
        *,
        input_json: str | None = None,
        name: str | None = None,
        start_at: str | None = None,
        stop_after: str | None = None,
        variables: Mapping[str, Any] | None = None,
        parent: Strand | None = None,
        synchronous: bool = False,
        identity: MachineIdentity | None = None,
    ) -> Execution:
        """Start an execution of which nothing runs yet."""
        account = self._account
        account.check()
        for state in (start_at, stop_after):
            if state is not None:
                self._known(state)
        text: str | None = None
        if input_json is not None:
            if input is not UNDEFINED:
                raise PytestSfnError("give `input` or `input_json`, not both")
            value, text = loads(input_json), input_json
        else:
            value = {} if input is UNDEFINED else input
            if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
                raise JsonValueError(
                    "the input is a str that looks like JSON text; pass the value itself, or the text as input_json=..."
                )
        try:
            value, size, depth = admit(value)
        except JsonValueError as error:
            raise JsonValueError(f"the input is not JSON: {error}", error.path) from None
        if name is not None:
            check_name("an execution", name)
        quotas = account.quotas_for(self.type)
        if size > quotas.payload:
            size, depth = measure(value)
            if size > quotas.payload:
                raise JsonValueError(
                    f"the input has {size:,} bytes of JSON; AWS takes {quotas.payload:,} "
                    "(@pytest.mark.sfn(quotas=None) lifts this)"
                )
        run = Run(account.engine, self.state_machine.program(start_at, stop_after), identity or self.identity, quotas, name)
        if text is not None and isinstance(value, (dict, list)) and text != dumps(value):
            run.texts = {id(value): (value, text)}
        scope = admit(variables)[0] if variables else None
        execution = Execution(run, self)
        account.executions.append(execution)
        run.parent = parent
        run.synchronous = synchronous
        run.begin(value, size, depth, scope)
        return execution

    def _known(self, state: str) -> None:
        if state not in self.state_machine.states:
            raise UnknownStateError(unknown_state(state, self.state_machine))

    def __repr__(self) -> str:
        count = len(self.state_machine.states)
        return f"<Machine {self.name!r}: {count} state{'s' * (count != 1)}>"
