"""A mock configuration as pytest code: each test case a test whose scripts answer as its responses do.

With a definition each test is run here before it is written, so that it can say how the execution ends. A state that the
test case does not mock answers `{}` there, and so in the code.
"""

from __future__ import annotations

import json
import re
import warnings
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.asl.model import TaskState
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
_INDENT: Final = 4
_WIDTH: Final = 90
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

    def call(self, name: str) -> str:
        """The expression that loads it."""
        logical_id = f", logical_id={_literal(self.logical_id)}" if self.logical_id is not None else ""
        return f"sfn_mock.load({_literal(self.path)}{logical_id}, name={_literal(name)})"


def to_python(config: MockConfig, loaded: Mapping[str, Loaded]) -> str:
    """The code of a test module.

    Args:
        loaded: the machines whose definitions are known, by their names in the configuration.

    Raises:
        PytestSfnError: a result cannot be written as Python code.
    """
    tests: dict[str, list[str]] = {}
    for machine, cases in config.machines.items():
        for case in cases.values():
            name = base = _name(f"test_{machine}_{case.name}")
            number = 2
            while name in tests:
                name, number = f"{base}_{number}", number + 1
            tests[name] = list(_test(case, loaded.get(machine)))
    skips = any(lines[0].startswith("@") for lines in tests.values())
    parts = [f'"""The test cases of {_comment(config.text.name)}."""\n']
    parts += ["import pytest\n"] if skips else []
    for name, lines in tests.items():
        decorators = [line for line in lines if line.startswith("@")]
        body = [f"{' ' * _INDENT}{line}".rstrip() for line in lines if not line.startswith("@")]
        parts.append("\n".join(["", *decorators, f"def {name}(sfn_mock):", *body, ""]))
    return "\n".join(parts)


def _test(case: Case, loaded: Loaded | None) -> Iterator[str]:
    if loaded is None:
        for state, response in case.states.items():
            yield from _registration(state, _answers(response, bare=False))
        yield f'# machine = sfn_mock.load("{_comment(case.machine)}.asl.json")'
        yield "# assert machine.run({}).succeeded"
        if not case.states:
            yield "pass"
        return
    trial = _Trial(case, loaded)
    if trial.problem is not None:
        yield f"@pytest.mark.skip(reason={_literal(trial.problem)})"
    yield f"machine = {loaded.call(case.machine)}"
    for state, answers in trial.scripts.items():
        comment = "  # the test case does not mock it" if state not in case.states else ""
        *lines, last = _registration(state, answers)
        yield from (*lines, last + comment)
    yield from (f"# {_comment(state)}: the definition has no such Task state" for state in trial.strangers)
    yield ""
    yield "execution = machine.run({})  # the configuration does not say with what input"
    yield ""
    yield from _assertions(trial.execution) if trial.execution is not None else ("assert execution.succeeded",)


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


def _registration(state: str, answers: list[_Answer]) -> list[str]:
    """The lines that register a script; every answer but the last is given once without `times`."""
    calls = []
    for number, (verb, arguments, times) in enumerate(answers, 1):
        shown = [_literal(argument, _INDENT + len(verb)) for argument in arguments]
        if times > 1 or (times and number == len(answers)):
            shown.append(f"times={times}")
        calls.append(f".{verb}({', '.join(shown)})")
    mock = f'sfn_mock.state({_literal(state)}, validate="none")'
    if len(calls) < 2:
        return f"{mock}{''.join(calls)}".split("\n")
    inner = "\n".join((mock, *calls)).replace("\n", f"\n{' ' * _INDENT}")
    return ["(", *f"{' ' * _INDENT}{inner}".split("\n"), ")"]


def _assertions(execution: Execution) -> Iterator[str]:
    yield f"assert execution.status == {_literal(execution.status)}"
    if len(execution.path) <= _LONGEST_PATH:
        yield from f"assert execution.path == {_literal(list(execution.path), 24)}".split("\n")
    if execution.status == "SUCCEEDED" and admit(execution.output)[2] <= _DEEPEST:
        yield from f"assert execution.output == {_literal(execution.output, 26)}".split("\n")
    elif execution.status == "FAILED":
        yield f"assert execution.error == {_literal(execution.error)}"


def _literal(value: Any, before: int = 0, indent: int = 0) -> str:
    """A JSON value as Python writes it, on lines of its own if it is long.

    Args:
        before: how many characters stand before it on its line.
        indent: of that line.
    """
    line = _on_one_line(value)
    if not isinstance(value, (dict, list)) or not value or len(line) + before <= _WIDTH:
        return line
    names = [f"{_on_one_line(name)}: " for name in value] if isinstance(value, dict) else [""] * len(value)
    items = list(value.values()) if isinstance(value, dict) else value
    inner = indent + _INDENT
    lines = (
        f"{' ' * inner}{name}{_literal(item, inner + len(name), inner)},\n" for name, item in zip(names, items, strict=True)
    )
    return f"{line[0]}\n{''.join(lines)}{' ' * indent}{line[-1]}"


def _on_one_line(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # of text, JSON's spelling is one of Python's too
    if isinstance(value, list):
        return f"[{', '.join(map(_on_one_line, value))}]"
    if isinstance(value, dict):
        members = (f"{_on_one_line(name)}: {_on_one_line(item)}" for name, item in value.items())
        return f"{{{', '.join(members)}}}"
    return repr(value)


def _name(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII).lower()


def _comment(text: str) -> str:
    """A text that ends neither a comment nor a docstring."""
    return re.sub(r"[^\x20-\x7e]|\"|\\", "_", text)
