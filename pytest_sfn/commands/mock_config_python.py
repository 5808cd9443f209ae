"""A mock configuration as pytest code: each test case a test whose scripts answer as its responses do.

With a definition each test is run here before it is written, so that it can say how the execution ends. A state that the
test case does not mock answers `{}` there, and so in the code.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.asl.model import TaskState
from pytest_sfn.coverage.python_text import Chain, Keyword, assert_equal, defined, snake_case, statement, unused
from pytest_sfn.errors import MockError, PytestSfnError
from pytest_sfn.expressions.values import admit
from pytest_sfn.mocks.mock_config_answers import is_invoke_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.mock_config import Case, MockConfig, Response

__all__ = ["Loaded", "to_python"]

_LONGEST_PATH: Final = 30
_LONGEST_NAME: Final = 80
_DEEPEST: Final = 90
"""Brackets in brackets that are written; Python reads 200 at most, and the line around a value has some."""
_Answer = tuple[str, tuple[Any, ...], int]
"""A verb of a script, its arguments and `times`."""


class Loaded:
    """A state machine, and how the code loads it.

    Attributes:
        path: as the code names its file.
        logical_id: which machine of a template.
    """

    def __init__(self, state_machine: StateMachine, path: str, logical_id: str | None) -> None:
        self.state_machine = state_machine
        self.path = path
        self.logical_id = logical_id

    def statement(self, name: str) -> str:
        """The statement that loads it."""
        logical_id = [Keyword("logical_id", self.logical_id)] if self.logical_id is not None else []
        return statement("machine = sfn_mock.load", self.path, *logical_id, Keyword("name", name))


def to_python(config: MockConfig, loaded: Mapping[str, Loaded]) -> str:
    """The code of a test module.

    Args:
        loaded: the machines whose definitions are known, by their names in the configuration.

    Raises:
        PytestSfnError: a result cannot be written as Python code.
    """
    names: set[str] = set()
    tests = []
    for machine, cases in config.machines.items():
        for case in cases.values():
            name = unused(f"test_{snake_case(f'{machine}_{case.name}', _LONGEST_NAME)}", names)
            tests.append("".join(_test(name, case, loaded.get(machine))))
    head = f'"""The test cases of {_comment(config.text.name)}."""\n'
    head += "\nimport pytest\n" if any(test.startswith("@") for test in tests) else ""
    return "\n\n".join([head, *tests])


def _test(name: str, case: Case, loaded: Loaded | None) -> Iterator[str]:
    if loaded is None:
        yield defined(name, ["sfn_mock"])
        for state, response in case.states.items():
            yield _script(state, _answers(response, bare=False)).statement()
        yield f'    # machine = sfn_mock.load("{_comment(case.machine)}.asl.json")\n'
        yield "    # assert machine.run({}).succeeded\n"
        if not case.states:
            yield "    pass\n"
        return
    trial = _Trial(case, loaded)
    if trial.problem is not None:
        yield statement("@pytest.mark.skip", Keyword("reason", trial.problem), indent=0)
    yield defined(name, ["sfn_mock"])
    yield loaded.statement(case.machine)
    for state, answers in trial.scripts.items():
        if state not in case.states:
            yield "    # the test case does not mock this one:\n"
        yield _script(state, answers).statement()
    yield from (f"    # {_comment(state)}: the definition has no such Task state\n" for state in trial.strangers)
    yield "\n    execution = machine.run({})  # the configuration does not say with what input\n\n"
    yield from _assertions(trial.execution) if trial.execution is not None else ("    assert execution.succeeded\n",)


class _Trial:
    """One run of a test case with the scripts that the code will have.

    Attributes:
        scripts: the answers of each state, those that the test case does not mock included.
        strangers: states of the test case that the machine does not have as tasks.
        execution: how it ended.
        problem: why it did not, if so.
    """

    def __init__(self, case: Case, loaded: Loaded) -> None:
        self._loaded = loaded
        self._name = case.machine
        states = loaded.state_machine.states
        tasks = {name: state.resource for name, state in states.items() if isinstance(state, TaskState)}
        self.strangers = [state for state in case.states if state not in tasks]
        self.scripts: dict[str, list[_Answer]] = {
            state: _answers(response, bare=tasks[state].kind == "lambda")
            for state, response in case.states.items()
            if state in tasks
        }
        self.execution: Execution | None = None
        self.problem: str | None = None
        for _ in range(len(tasks) + 1):
            missing = self._run()
            if missing is None:
                break
            self.scripts[missing] = [("returns", ({},), 0)]

    def _run(self) -> str | None:
        """Run it; gives the state that nothing answered, if that is why it stopped."""
        sfn_mock = SfnMock()  # nothing to close: no test depends on what it finds
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            machine = sfn_mock.load(self._loaded.state_machine, name=self._name)
            for state, answers in self.scripts.items():
                _register(sfn_mock.state(state, validate="none"), answers)
            try:
                self.execution = machine.run({})
            except PytestSfnError as error:
                if isinstance(error, MockError) and error.state is not None and error.state not in self.scripts:
                    return error.state
                self.problem = str(error).partition("\n")[0]
        return None


def _answers(response: Response, *, bare: bool) -> list[_Answer]:
    """The script of a response; `bare` for a function whose ARN is the state's Resource."""
    found: list[_Answer] = []
    index = 0
    for outcome in response.outcomes:
        if outcome.first > index:
            cause = f"the response has no outcome for invocation {index}"
            found.append(("raises", ("States.Runtime", cause), outcome.first - index))
        times = outcome.last - outcome.first + 1
        if outcome.error is not None:
            found.append(("raises", (outcome.error, outcome.cause), times))
        else:
            if admit(outcome.result)[2] > _DEEPEST:
                raise PytestSfnError(f"{outcome.location}: the result is nested too deep to be written as Python code")
            payload = bare and is_invoke_response(outcome.result)
            found.append(("returns", (outcome.result["Payload"] if payload else outcome.result,), times))
        index = outcome.last + 1
    return found


def _register(mock: Mock, answers: list[_Answer]) -> None:
    script: Any = mock
    for verb, arguments, times in answers:
        script = getattr(script, verb)(*arguments, times=times or None)


def _script(state: str, answers: list[_Answer]) -> Chain:
    """The calls that register a script; every answer but the last is given once without `times`."""
    chain = Chain((("sfn_mock.state", (state, Keyword("validate", "none"))),))
    for number, (verb, arguments, times) in enumerate(answers, 1):
        shown = [Keyword("times", times)] if times > 1 or (times and number == len(answers)) else []
        chain = chain.then(verb, *arguments, *shown)
    return chain


def _assertions(execution: Execution) -> Iterator[str]:
    yield assert_equal("execution.status", execution.status)
    if len(execution.path) <= _LONGEST_PATH:
        yield assert_equal("execution.path", list(execution.path))
    if execution.status == "SUCCEEDED" and admit(execution.output)[2] <= _DEEPEST:
        yield assert_equal("execution.output", execution.output)
    elif execution.status == "FAILED":
        yield assert_equal("execution.error", execution.error)


def _comment(text: str) -> str:
    """A text that ends neither a comment nor a docstring."""
    return re.sub(r"[^\x20-\x7e]|\"|\\", "_", text)
