"""MockConfigFile.json of Step Functions Local, read: the test cases of state machines, and the responses that they name.

    {"StateMachines": {"order": {"TestCases": {"Happy": {"Charge": "Charged"}}}},
     "MockedResponses": {"Charged": {"0": {"Throw": {"Error": "E", "Cause": ""}}, "1-2": {"Return": {"paid": true}}}}}

A test case names the response of each state that is mocked; the keys of a response count the state's invocations in an
execution from 0. Names are case-sensitive. Every mistake of a file is listed with its place; whether a machine has the states
that its test cases name is checked against the loaded machine.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
"""

from __future__ import annotations

import re
from itertools import pairwise
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl import json_text
from pytest_sfn.asl.files import read_text, shown_path
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.source import find_file
from pytest_sfn.asl.text import Substitutions, Text
from pytest_sfn.errors import DefinitionError, Diagnostic, MockError, definition_error
from pytest_sfn.expressions.values import json_type
from pytest_sfn.links import see
from pytest_sfn.names import near, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.errors import Location

__all__ = ["CODE", "Case", "MockConfig", "Outcome", "Response", "find_mock_config", "mock_config_of", "read_mock_config"]

CODE: Final = "INVALID_MOCK_CONFIG"
_MACHINES: Final = "StateMachines"
_CASES: Final = "TestCases"
_RESPONSES: Final = "MockedResponses"
_KEY: Final = re.compile(r"(0|[1-9][0-9]{0,8})(?:-(0|[1-9][0-9]{0,8}))?", re.ASCII)
"""The invocations that an outcome is for: one, or from one to another."""
_MEANT: Final = "did you mean {!r}? "


class Outcome:
    """One outcome of a response: a result, or an error.

    Attributes:
        first, last: the invocations of the state, from 0, that have it.
        result: what the state's task answers.
        error, cause: the error that it fails with; both None for a result.
        pointer: its place in the file.
    """

    __slots__ = ("cause", "error", "first", "last", "location", "pointer", "result")

    def __init__(
        self,
        first: int,
        last: int,
        pointer: str,
        location: Location,
        result: Any = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        self.first = first
        self.last = last
        self.pointer = pointer
        self.location = location
        self.result = result
        self.error = error
        self.cause = cause


class Response:
    """A mocked response: its outcomes in the order of invocations, which do not overlap."""

    __slots__ = ("location", "name", "outcomes")

    def __init__(self, name: str, location: Location, outcomes: list[Outcome]) -> None:
        self.name = name
        self.location = location
        self.outcomes = outcomes


class Case:
    """A test case of a state machine.

    Attributes:
        config: the file that has it.
        machine: the state machine's name in the file.
        states: the response of each state that is mocked.
        pointer: its place in the file.
    """

    __slots__ = ("config", "location", "machine", "name", "pointer", "states")

    def __init__(self, config: MockConfig, machine: str, name: str, pointer: str, states: dict[str, Response]) -> None:
        self.config = config
        self.machine = machine
        self.name = name
        self.pointer = pointer
        self.location = config.location(pointer)
        self.states = states

    def misfits(self, state_machine: StateMachine) -> list[Diagnostic]:
        """The states that the machine does not have; as warnings, those that call nothing, which a response cannot answer."""
        found = []
        reach = state_machine._reach
        for name in self.states:
            if name in reach.tasks:
                continue
            pointer = child(self.pointer, name)
            if (kind := reach.others.get(name)) is not None:
                text = f"'{name}' is a {kind} state, which calls nothing, so its response is never used"
                found.append(self.config.problem(pointer, text, "leave it out", severity="WARNING"))
            else:
                meant = suggest(name, state_machine.states, _MEANT)
                tasks = ", ".join(map(repr, list(reach.tasks)[:20])) or "none"
                text = f"test case '{self.name}': the state machine has no state '{name}'"
                found.append(self.config.problem(pointer, text, f"{meant}its Task states are {tasks}"))
        return found


class MockConfig:
    """One file.

    Attributes:
        text: its text and the name that users see.
        machines: the test cases by machine and name, without those that have mistakes.
        responses: the mocked responses by name, without those that have mistakes.
        problems: the mistakes of the file, as far as the file alone shows them.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.machines: dict[str, dict[str, Case]] = {}
        self.responses: dict[str, Response] = {}
        self.problems: list[Diagnostic] = []
        if not text.text.strip():
            self._problem("", "the file is empty", f'write {{"{_MACHINES}": {{...}}, "{_RESPONSES}": {{...}}}}')
            return
        reading = json_text.read(text, Substitutions(None))
        self.places = reading.places
        if reading.problems:
            self.problems = reading.problems
            return
        self._read(reading.value)

    def location(self, pointer: str) -> Location:
        """The place of a key, or of an element."""
        return self.text.location(self.places.find(pointer) if self.text.text.strip() else 0)

    def problem(self, pointer: str, message: str, hint: str = "", severity: Any = "ERROR") -> Diagnostic:
        """A mistake at a place."""
        place = self.location(pointer)
        return Diagnostic(severity=severity, code=CODE, message=message, pointer=pointer, location=place, hint=hint)

    def error(self, problems: Iterable[Diagnostic]) -> MockError:
        """The error that lists these mistakes."""
        return MockError(f"{definition_error(self.text.name, problems, self.text.text)}\n  see  {see('mock-config#the-file')}")

    def unused(self) -> Iterator[Diagnostic]:
        """Warnings of the responses that no test case names."""
        used = {
            response.name for cases in self.machines.values() for case in cases.values() for response in case.states.values()
        }
        for name in self.responses:
            if name not in used:
                yield self.problem(f"/{child(_RESPONSES, name)}", f"no test case names response '{name}'", severity="WARNING")

    def case(self, machine: str, name: str) -> Case:
        """A test case.

        Raises:
            MockError: the file has no such machine, or the machine no such test case.
        """
        cases = self.machines.get(machine)
        if cases is None:
            known = ", ".join(map(repr, self.machines)) or "none"
            hint = f"{suggest(machine, self.machines, _MEANT)}it has {known}"
            raise self.error([self.problem(f"/{_MACHINES}", f"there is no state machine '{machine}'", hint)])
        if name not in cases:
            hint = f"{suggest(name, cases, _MEANT)}it has {', '.join(map(repr, cases)) or 'none'}"
            problem = f"state machine '{machine}' has no test case '{name}'"
            raise self.error([self.problem(child(f"/{_MACHINES}", machine), problem, hint)])
        return cases[name]

    def _problem(self, pointer: str, message: str, hint: str = "") -> None:
        self.problems.append(self.problem(pointer, message, hint))

    # -- reading -------------------------------------------------------------------------------------------------------

    def _read(self, value: Any) -> None:
        if not self._is_object(value, "", "a mock configuration"):
            return
        self._check_names(value, "", (_MACHINES, _RESPONSES), strict=False)
        responses = value.get(_RESPONSES, {})
        if self._is_object(responses, f"/{_RESPONSES}", _RESPONSES):
            for name, written in responses.items():
                self._read_response(name, written, child(f"/{_RESPONSES}", name))
        machines = value.get(_MACHINES)
        if machines is None and _MACHINES not in value:
            self._problem("", f"{_MACHINES} is missing", f'write {{"{_MACHINES}": {{"<name>": {{"{_CASES}": {{...}}}}}}}}')
        elif self._is_object(machines, f"/{_MACHINES}", _MACHINES):
            known = responses if isinstance(responses, dict) else {}
            for name, written in machines.items():
                self._read_machine(name, written, child(f"/{_MACHINES}", name), known)

    def _read_machine(self, machine: str, written: Any, pointer: str, responses: Mapping[str, Any]) -> None:
        if not self._is_object(written, pointer, f"state machine '{machine}'"):
            return
        self._check_names(written, pointer, (_CASES,), strict=False)
        found = self.machines[machine] = {}
        place = child(pointer, _CASES)
        if _CASES not in written:
            self._problem(pointer, f"state machine '{machine}' has no {_CASES}")
        elif self._is_object(written[_CASES], place, _CASES):
            for name, states in written[_CASES].items():
                case = self._read_case(machine, name, states, child(place, name), responses)
                if case is not None:
                    found[name] = case

    def _read_case(self, machine: str, name: str, written: Any, pointer: str, responses: Mapping[str, Any]) -> Case | None:
        if not self._is_object(written, pointer, f"test case '{name}'"):
            return None
        states: dict[str, Response] = {}
        for state, response in written.items():
            place = child(pointer, state)
            if not isinstance(response, str):
                self._problem(place, f"state '{state}' names a response by its text, not by {_kind(response)}")
            elif response not in responses:
                hint = f"{suggest(response, responses, _MEANT)}it has {', '.join(map(repr, list(responses)[:9])) or 'none'}"
                self._problem(place, f"state '{state}': {_RESPONSES} has no '{response}'", hint)
            elif response in self.responses:
                states[state] = self.responses[response]
        return Case(self, machine, name, pointer, states)

    def _read_response(self, name: str, written: Any, pointer: str) -> None:
        if not self._is_object(written, pointer, f"response '{name}'"):
            return
        if not written:
            self._problem(pointer, f"response '{name}' is empty", 'write {"0": {"Return": ...}}')
        outcomes: list[Outcome] = []
        for key, outcome in written.items():
            place = child(pointer, key)
            numbers = _KEY.fullmatch(key)
            if numbers is None:
                self._problem(place, f"'{key}' is no invocation", 'count from 0: "0" for the first, "1-3" for the next three')
                continue
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            if last < first:
                self._problem(place, f"'{key}' ends before it begins")
                continue
            found = self._read_outcome(first, last, outcome, place)
            if found is not None:
                outcomes.append(found)
        outcomes.sort(key=lambda outcome: outcome.first)
        for before, after in pairwise(outcomes):
            if after.first <= before.last:
                text = f"response '{name}' has invocation {after.first} twice, first in line {before.location.line}"
                self.problems.append(Diagnostic(code=CODE, message=text, pointer=pointer, location=after.location))
        self.responses[name] = Response(name, self.location(pointer), outcomes)

    def _read_outcome(self, first: int, last: int, written: Any, pointer: str) -> Outcome | None:
        if not self._is_object(written, pointer, "an outcome"):
            return None
        self._check_names(written, pointer, ("Return", "Throw"))
        if ("Return" in written) == ("Throw" in written):
            problem = "has both Return and Throw" if "Return" in written else "has neither Return nor Throw"
            self._problem(pointer, f"an outcome {problem}", 'write {"Return": ...} or {"Throw": {"Error": ..., "Cause": ...}}')
            return None
        place = self.location(pointer)
        if "Return" in written:
            return Outcome(first, last, pointer, place, written["Return"])
        thrown, where = written["Throw"], child(pointer, "Throw")
        if not self._is_object(thrown, where, "Throw"):
            return None
        self._check_names(thrown, where, ("Error", "Cause"))
        for field in ("Error", "Cause"):
            if field not in thrown:
                self._problem(where, f"Throw needs Error and Cause, and {field} is missing", f'"{field}": "..."')
            elif not isinstance(thrown[field], str):
                self._problem(child(where, field), f"{field} is text, not {_kind(thrown[field])}")
        error, cause = thrown.get("Error"), thrown.get("Cause")
        if not isinstance(error, str) or not isinstance(cause, str):
            return None
        return Outcome(first, last, pointer, place, None, error, cause)

    def _is_object(self, value: Any, pointer: str, what: str) -> bool:
        if not isinstance(value, dict):
            self._problem(pointer, f"{what} is an object, not {_kind(value)}")
        return isinstance(value, dict)

    def _check_names(self, value: Mapping[str, Any], pointer: str, known: tuple[str, ...], *, strict: bool = True) -> None:
        """Report members that are not known; where others may be there too, only those that look like slips."""
        for name in value:
            if name not in known and (strict or near(name, known)):
                self._problem(
                    child(pointer, name), f"there is no field '{name}' here", suggest(name, known, "did you mean {!r}?")
                )


def _kind(value: Any) -> str:
    return f"a value of the type {json_type(value)}"


# -- files ---------------------------------------------------------------------------------------------------------------


def mock_config_of(text: Text) -> MockConfig:
    """The configuration in a text.

    Raises:
        MockError: it has mistakes; lists them all.
    """
    found = MockConfig(text)
    if found.problems:
        raise found.error(found.problems)
    return found


def find_mock_config(path: str | PathLike[str], directories: Sequence[Path]) -> Path:
    """The file of that path, which is looked for in the directories if it is relative.

    Raises:
        MockError: there is no such file.
    """
    if not isinstance(path, (str, PathLike)) or not isinstance(named := fspath(path), str):
        raise MockError(f"a mock configuration is a path, not {path!r}\n  see  {see('mock-config')}")
    try:
        return find_file(named, directories, "mock configuration")
    except DefinitionError as error:
        raise MockError(f"{error}\n  see  {see('mock-config')}") from None


_read: Final[dict[Path, tuple[tuple[int, int], MockConfig]]] = {}


def read_mock_config(path: Path) -> MockConfig:
    """The configuration in a file; read anew when the file has changed.

    Raises:
        MockError: it cannot be read, or has mistakes; lists them all.
    """
    try:
        status = path.stat()
        stamp = status.st_mtime_ns, status.st_size
        known = _read.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        text = Text(shown_path(path), read_text(path))
    except OSError as error:
        raise MockError(f"{shown_path(path)}: cannot be read: {error.strerror or error}\n  see  {see('mock-config')}") from None
    except DefinitionError as error:
        raise MockError(f"{error}\n  see  {see('mock-config')}") from None
    found = mock_config_of(text)
    _read[path] = stamp, found
    return found
