"""`machine.faults(input)`: the faults that a working scenario can meet, ready to be run one by one.

Each run has a fresh account: the clock at its start, the same seed, no execution before it, AWS's services (moto) as they were
when the test asked for the cases, and every mock's script at its first answer with no calls recorded. So a case gives the
result of a separate test, whatever ran before it, and `mock.calls` in the loop's body are those of the case. State inside a
stub of the test (a counter, an iterator) is not reset.

The faults are those of the tasks that the fault-free run reached, in the definition's order. Pairs join a fault with those
of the tasks that were reached after it struck, so both always happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from pytest_sfn.errors import ExecutionError, MockError
from pytest_sfn.faults.enumerate import faults_by_task, pairs_of, representatives, singles, task_names
from pytest_sfn.faults.inject import Injection
from pytest_sfn.faults.needs import ExecutionT_co
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_sfn.engine.run import TaskRequest, TaskRunner
    from pytest_sfn.faults.fault import Fault
    from pytest_sfn.faults.needs import FaultedAccount, FaultedExecution, FaultedMachine

__all__ = ["FaultCase", "fault_cases"]


class FaultCase(Generic[ExecutionT_co]):
    """A scenario with one fault in it. Its text is the fault's.

    Attributes:
        fault: the task that fails, and its error.
        machine: the machine that runs.
    """

    __slots__ = ("_account", "_arguments", "_rewind", "fault", "machine")

    def __init__(
        self,
        fault: Fault,
        account: FaultedAccount,
        rewind: Callable[[], None],
        machine: FaultedMachine[ExecutionT_co],
        arguments: Mapping[str, Any],
    ) -> None:
        self.fault = fault
        self.machine = machine
        self._account = account
        self._rewind = rewind
        self._arguments = arguments

    @property
    def task(self) -> str:
        """Name of the state that fails."""
        return self.fault.task

    @property
    def error(self) -> str:
        """The error name of the failure."""
        return self.fault.error

    @property
    def alike(self) -> tuple[str, ...]:
        """Other error names of the task that the same Retriers and Catcher take, for which this one stands."""
        return self.fault.alike

    @property
    def times(self) -> int:
        """How many calls fail."""
        return self.fault.times

    def run(self) -> ExecutionT_co:
        """Run the scenario with the fault on a fresh account; every call does so anew.

        Raises:
            MockError: the fault leads to a task that no mock answers.
        """
        account = self._account
        self._rewind()
        injection = account.inject(self.fault)
        try:
            return self.machine.run(**self._arguments)
        finally:
            if not any(_runs(each) for each in account.latest):
                account.withdraw(injection)  # what the test runs next is another scenario

    def __str__(self) -> str:
        return str(self.fault)

    def __repr__(self) -> str:
        return f"<FaultCase {self.fault}>"


def _runs(execution: FaultedExecution) -> bool:
    return execution.status == "RUNNING"


def fault_cases(
    account: FaultedAccount,
    machine: FaultedMachine[ExecutionT_co],
    arguments: Mapping[str, Any],
    *,
    tasks: Iterable[str] | None = None,
    errors: Iterable[str] | None = None,
    extra: Iterable[str] = (),
    every: bool = False,
    pairs: bool = False,
) -> list[FaultCase[ExecutionT_co]]:
    """What `Machine.faults` gives; `arguments` are those of `Machine.run`."""
    for execution in account.latest:
        if _runs(execution):
            raise ExecutionError(
                f"machine.faults runs each fault on a fresh account, and execution {execution.name!r} of "
                f"{execution.machine.name!r} is still RUNNING: {execution.waits_for()}\n"
                f"  fix  let it end first, or use the marker sfn_faults, which runs the whole test once for each fault\n"
                f"  see  {see('faults')}"
            )
    known = task_names(machine.state_machine)
    chosen = None if tasks is None else [tasks] if isinstance(tasks, str) else list(tasks)
    by_task = faults_by_task(machine.state_machine, tasks=chosen, errors=errors, extra=extra)
    rewind = account.rewinding()
    rewind()
    reached = _reached(account, machine, arguments, known)
    for name in chosen or ():
        if name not in reached and not pairs:  # as the second of a pair it may be reached
            raise ExecutionError(
                f"{machine.name}: the run without faults never reaches task {name!r}; "
                f"it reaches {', '.join(map(repr, reached)) or 'no task at all'}\n  see  {see('faults')}"
            )
    by_task = {name: faults for name, faults in by_task.items() if pairs or name in reached}
    of_reached = {name: each for name, each in by_task.items() if name in reached}
    faults = singles(of_reached, every=every or errors is not None, extra=extra)
    if not faults:
        why = "the run without faults reaches no task, so none can fail"
        raise ExecutionError(f"{machine.name}: {why}\n  see  {see('faults')}")
    if pairs:
        faults += _pairs(
            account, rewind, machine, arguments, {name: representatives(each) for name, each in by_task.items()}, reached
        )
    rewind()
    return [FaultCase(fault, account, rewind, machine, arguments) for fault in faults]


def _reached(
    account: FaultedAccount, machine: FaultedMachine[FaultedExecution], arguments: Mapping[str, Any], known: list[str]
) -> list[str]:
    """The tasks that the fault-free run reaches, in the definition's order; it must work."""
    seen = account.world.runner = _Seen(account.world.runner)
    execution = machine.run(**arguments)
    if not execution.handled:
        ended = f"is RUNNING: {execution.waits_for()}" if _runs(execution) else f"ends {execution.status}"
        because = f" with {execution.error}: {execution.cause}" if execution.error else ""
        raise ExecutionError(
            f"{machine.name}: faults are tried on a scenario that works, and this one {ended}{because}\n"
            f"  path  {' -> '.join(execution.path)}\n"
            f"  see   {see('faults')}"
        )
    names = {request.state.name for request in seen.requests}
    return [name for name in known if name in names]


def _pairs(
    account: FaultedAccount,
    rewind: Callable[[], None],
    machine: FaultedMachine[FaultedExecution],
    arguments: Mapping[str, Any],
    by_task: Mapping[str, list[Fault]],
    reached: list[str],
) -> list[Fault]:
    """Faults joined with those of each task that is reached after they struck."""
    found: dict[frozenset[Fault], Fault] = {}
    for name in by_task:
        for fault in by_task[name] if name in reached else ():
            rewind()
            injection = Injection(fault, account.world.runner)
            seen = injection.behind = _Seen(injection.behind, injection)
            account.world.runner = injection
            try:
                machine.run(**arguments)
            except MockError:  # running the case reports it
                continue
            later = {request.state.name for request in seen.requests}
            for other in by_task:
                if other != name and other in later:
                    for pair in pairs_of([fault], by_task[other]):
                        found.setdefault(frozenset(pair._parts), pair)
    return list(found.values())


class _Seen:
    """A task runner that notes the tasks that it passes on; with an injection only those after its fault."""

    __slots__ = ("behind", "injection", "requests")

    def __init__(self, behind: TaskRunner, injection: Injection | None = None) -> None:
        self.behind = behind
        self.injection = injection
        self.requests: list[TaskRequest] = []

    def check(self, request: TaskRequest) -> None:
        self.behind.check(request)

    def start(self, request: TaskRequest) -> None:
        if self.injection is None or not self.injection.missed:
            self.requests.append(request)
        self.behind.start(request)
