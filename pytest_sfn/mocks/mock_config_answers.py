"""The mocks that a test case of a mock configuration stands for, and which executions run under one.

An execution begins under a test case if its caller names one (`...stateMachine:order#Happy`), or if the account's test case is
one of its machine. Each state that the test case names then has a mock of its own, whose script each execution begins anew;
child executions of Map Runs share the script of theirs. The registry asks it first, so all other states are answered as
they are without a configuration.

Answers are those of Step Functions Local: a response is the task's whole result, whatever the service could answer, and a task
that waits (`.sync`, `.waitForTaskToken`) ends at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.definition import settled_directories
from pytest_sfn.engine.run import TaskRequest
from pytest_sfn.errors import Hint, MockError, MockWarning, warn
from pytest_sfn.expressions.values import admit
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import Answer, Raises, Returns
from pytest_sfn.mocks.mock import Mock, Script
from pytest_sfn.mocks.mock_config import find_mock_config, read_mock_config
from pytest_sfn.mocks.plan import Plan
from pytest_sfn.names import suggest
from pytest_sfn.tasks.callees import callee_of
from pytest_sfn.tasks.waiting import WaitingTask, waits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from os import PathLike

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run
    from pytest_sfn.errors import Location
    from pytest_sfn.mocks.answers import Delivery
    from pytest_sfn.mocks.mock import Registrar
    from pytest_sfn.mocks.mock_config import Case, MockConfig, Response
    from pytest_sfn.tasks.request import Request

__all__ = ["MockConfigs", "is_invoke_response", "outcomes_of"]

MOCK_CONFIG: Final = "SFN_MOCK_CONFIG"
"""The variable with the path of a mock configuration, as Step Functions Local has it."""
_INVOKE_MEMBERS: Final = frozenset({"ExecutedVersion", "FunctionError", "LogResult", "Payload", "StatusCode"})


def is_invoke_response(value: Any) -> bool:
    """Whether a value has the form of the answer of Lambda's Invoke."""
    return isinstance(value, dict) and {"Payload", "StatusCode"} <= value.keys() <= _INVOKE_MEMBERS


# -- scripts -----------------------------------------------------------------------------------------------------------


class _Missing(Answer):
    """An invocation for which the response has no outcome: it ends the execution [as Step Functions Local]."""

    __slots__ = ("first", "response")

    def __init__(self, response: Response, first: int, times: int | None) -> None:
        super().__init__(times)
        self.response = response
        self.first = first

    def play(self, request: Request, delivery: Delivery) -> None:
        response = self.response
        cause = f"The mocked response '{response.name}' has no outcome for invocation {self.first}"
        if self.times != 1:
            cause += " and those after it" if self.times is None else f" to {self.first + self.times - 1}"
        text = f"{response.location}: '{response.name}' ends before, and state '{request.state.name}' was invoked again"
        request.fail("States.Runtime", cause, hints=lambda: [Hint(text)])


def outcomes_of(response: Response) -> Iterator[tuple[Answer, Location]]:
    """The answers of a response, in order, each with its place; gaps between them and what comes after the last included."""
    index = 0
    for outcome in response.outcomes:
        if outcome.first > index:
            yield _Missing(response, index, outcome.first - index), response.location
        times = outcome.last - outcome.first + 1
        if outcome.error is None:
            yield Returns(outcome.result, times), outcome.location
        else:
            yield Raises(outcome.error, outcome.cause, True, times), outcome.location
        index = outcome.last + 1
    yield _Missing(response, index, None), response.location


class _CaseScript(Script):
    """The script of a response: each execution, with its Map Runs, has its own cursor."""

    __slots__ = ("_places",)

    def __init__(self, mock: Mock, response: Response) -> None:
        super().__init__(mock, "execution")
        self._places: dict[Answer, Location] = {}
        for answer, place in outcomes_of(response):
            self._places[answer] = place
            self._add(answer)

    def _draw(self, request: Request) -> Answer | None:
        answer = super()._draw(request)
        if answer is not None:
            assert isinstance(request, TaskRequest)
            request.run.note("answered", request.strand, str(self._places[answer]))
        return answer

    def _owner_of_cursor(self, request: Request) -> Any:
        assert isinstance(request, TaskRequest)
        return request.run.whole

    def forget(self, kept: set[Run]) -> None:
        """Forget where the executions are that are not among those kept."""
        if self._cursors is not None:
            self._cursors = {run: cursor for run, cursor in self._cursors.items() if run in kept}


class _CaseMock(Mock):
    """The mock of one state under one test case."""

    __slots__ = ("_location", "responding")

    def __init__(self, registry: Registrar, case: Case, state: str, response: Response) -> None:
        super().__init__(registry, "state", f"state:{state} of test case '{case.name}'")
        self._location = response.location
        self.responding = _CaseScript(self, response)

    @property
    def _place(self) -> str:
        return f" ({self._location})"


class _LocalTask(WaitingTask):
    """A response is the result of the task. A task that waits is taken and ends at once."""

    __slots__ = ()

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        # Lambda's answer, of which the task gets the Payload [recorded]; that any other is the result itself is a guess [?].
        if request.resource.kind == "lambda" and is_invoke_response(value):
            value, size, depth = admit(value["Payload"])
        if waits(request.resource):
            super().returned(request, value, size, depth, after)
        else:
            request.succeed(value, size, depth, after)

    def completed(self, request: Request, value: Any, size: int, depth: int) -> None:
        request.succeed(value, size, depth)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        if waits(request.resource):
            super().failed(request, error, cause, verbatim, after)
        else:
            request.fail(error, cause, after)


# -- executions --------------------------------------------------------------------------------------------------------


class MockConfigs:
    """The mock configuration of an account, and the executions that run under its test cases.

    Args:
        registry: the account's mocks.
    """

    def __init__(self, registry: Registrar) -> None:
        self._registry = registry
        self._path: Path | None = None
        self._config: MockConfig | None = None
        self._test_case: str | None = None
        self._mocks: dict[Case, dict[str, _CaseMock]] = {}
        self._checked: set[tuple[Case, StateMachine]] = set()
        self._running: dict[Run, Case] = {}

    @property
    def config(self) -> MockConfig | None:
        """The file in use, by the test or by the variable SFN_MOCK_CONFIG, as it is now; None for none."""
        path, named = self._path, os.environ.get(MOCK_CONFIG)
        if path is None and not named:
            return None
        return read_mock_config(path or find_mock_config(named or "", [*settled_directories(), Path.cwd()]))

    def use(self, path: str | PathLike[str] | None, test_case: str | None, directories: Sequence[Path]) -> None:
        """Let a test case of a file be that of all executions from now on; None for only those that name one.

        Args:
            path: None for the file in use.
            directories: where a relative path is looked for.

        Raises:
            MockError: there is no file, it has mistakes, or no machine of it has the test case.
        """
        before = self._path
        self._path = before if path is None else find_mock_config(path, directories)
        try:
            self._config, self._test_case = self._having(test_case), test_case
        except MockError:
            self._path = before
            raise

    def _having(self, test_case: str | None) -> MockConfig:
        """The file in use, which has the test case."""
        config = self.config
        if config is None:
            raise MockError(
                f"test case {test_case!r}: there is no mock configuration\n"
                f'  fix  name its file: use_mock_config("MockConfigFile.json", {test_case!r}), or in {MOCK_CONFIG}\n'
                f"  see  {see('mock-config')}"
            )
        cases = list(dict.fromkeys(name for cases in config.machines.values() for name in cases))
        if test_case is not None and test_case not in cases:
            hint = f"{suggest(test_case, cases, 'did you mean {!r}? ')}it has {', '.join(map(repr, cases)) or 'none'}"
            raise config.error([config.problem("/StateMachines", f"no state machine has a test case '{test_case}'", hint)])
        return config

    def choose(self, names: Sequence[str], state_machine: StateMachine, test_case: str | None) -> Case | None:
        """The test case under which an execution runs: the one that its caller names, else that of the account.

        Args:
            names: the machine's, and those that it has in templates.
            test_case: the one that the caller names; None if it names none.

        Raises:
            MockError: the file has no such machine or test case, or the machine does not have its states.
        """
        account_case = self._test_case
        if test_case is None and account_case is None:
            return None
        config = self.config
        if config is None:
            return None
        if test_case is not None:
            case = config.case(next((each for each in names if each in config.machines), names[0]), test_case)
        else:
            having = (cases for each in names if account_case in (cases := config.machines.get(each, {})))
            found = next(having, None)
            if found is None or account_case is None:
                return None
            case = found[account_case]
        self._check(case, state_machine)
        return case

    def _check(self, case: Case, state_machine: StateMachine) -> None:
        if (case, state_machine) in self._checked:
            return
        problems = case.misfits(state_machine)
        errors = [problem for problem in problems if problem.severity == "ERROR"]
        if errors:
            raise case.config.error(errors)
        for problem in problems:
            warn(f"{problem.location}: {problem.message}; see {see('mock-config')}", kind=MockWarning)
        self._checked.add((case, state_machine))

    def begin(self, run: Run, case: Case) -> None:
        """Let an execution run under a test case."""
        if case not in self._mocks:
            mocks = {state: _CaseMock(self._registry, case, state, response) for state, response in case.states.items()}
            self._mocks[case] = mocks
        self._running[run] = case

    def case_of(self, request: Request) -> Case | None:
        """The test case under which a task runs."""
        return self._running.get(request.run.whole) if isinstance(request, TaskRequest) else None

    def plan(self, request: Request) -> Plan | None:
        """The only target of a task whose state the test case names; None for any other."""
        case = self.case_of(request)
        mock = self._mocks[case].get(request.state.name) if case is not None else None
        if mock is None:
            return None
        callee = callee_of(request.state.resource.text)
        return Plan([(mock, _LocalTask(callee.function))], callee.function, invokes=False)

    def note(self, request: Request) -> str | None:
        """What to do about a task that nothing answers: where a test case could name its state, or has none of its machine."""
        case = self.case_of(request)
        if case is not None:
            return f"or name the state in test case '{case.name}': {case.location}"
        if self._config is None or self._test_case is None or not request.execution:
            return None
        cases = self._config.machines.get(request.machine.name)
        if cases is None:
            meant = suggest(request.machine.name, self._config.machines)
            return f"or load the machine by its name in {self._config.text.name}, which has no '{request.machine.name}'{meant}"
        return f"or give '{request.machine.name}' a test case '{self._test_case}' in {self._config.text.name}"

    def check(self, names: Collection[str]) -> None:
        """Check at the end of a test that an execution could have run under the account's test case.

        Args:
            names: those of the machines that were loaded, in templates too.

        Raises:
            MockError: no machine has that test case.
        """
        config, test_case = self._config, self._test_case
        if config is None or test_case is None or self._mocks or not names:
            return
        having = [machine for machine, cases in config.machines.items() if test_case in cases]
        if set(having).isdisjoint(names):
            meant = "".join(suggest(machine, names) for machine in having[:1])
            raise MockError(
                f"{config.text.name}: no execution ran under test case '{test_case}': it is one of "
                f"{', '.join(map(repr, having))}, and no loaded machine has that name{meant}\n"
                f"  fix  sfn_mock.load(..., name={having[0]!r})\n"
                f"  see  {see('mock-config#which-machine')}"
            )

    def rewind(self) -> None:
        """Forget the executions; the scripts are the registry's to rewind."""
        self._running.clear()

    def forget(self, kept: set[Run]) -> None:
        """Forget all executions but those kept, and the test cases that none of them runs under."""
        self._running = {run: case for run, case in self._running.items() if run in kept}
        cases = set(self._running.values())
        self._mocks = {case: mocks for case, mocks in self._mocks.items() if case in cases}
        self._checked = {pair for pair in self._checked if pair[0] in cases}
        for mocks in self._mocks.values():
            for mock in mocks.values():
                mock.responding.forget(kept)

    def __iter__(self) -> Iterator[Mock]:
        """The mocks of all test cases in use."""
        return (mock for mocks in self._mocks.values() for mock in mocks.values())
