"""Tests that would take the error paths which no test has taken, to paste into a test file.

Paths that one failure takes are in one test, and so are failures that differ in the error alone. `setup` has what several
tests need, so that each test is short. Another part that writes tests (`init`) can take the functions at the end.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from pytest_sfn.asl.outline import states_around, taker_of
from pytest_sfn.asl.pointer import last, resolve, translate
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.failures import Retrying, failures
from pytest_sfn.coverage.metrics import ERROR_PATHS
from pytest_sfn.coverage.python_text import (
    Keyword,
    Name,
    about_state,
    assert_equal,
    call,
    defined,
    exploded,
    fits,
    literal,
    snake_case,
    statement,
    unused,
)
from pytest_sfn.coverage.trials import NO_FAILURE, Stage
from pytest_sfn.coverage.volatile import ANY
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.report.hints import NEVER_REPORTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_sfn.coverage.analysis import DefinitionCoverage
    from pytest_sfn.coverage.data import Definition
    from pytest_sfn.coverage.elements import Element
    from pytest_sfn.coverage.python_text import Chain
    from pytest_sfn.coverage.trials import Known, Scene, Trial
    from pytest_sfn.definition import StateMachine

__all__ = ["SuggestedTest", "SuggestedTests", "imports", "suggested_tests", "test_function", "tests_with"]


@dataclass(frozen=True, slots=True)
class SuggestedTest:
    """A test for a failure that no test has, or for several that differ in the error alone.

    Attributes:
        name: of its function, `test_charge_catches_card_declined`.
        code: the whole function; ends with a line break.
        elements: the missed error paths that it takes, in the order of the text.
        mocks: for each of them the line that makes the failure, for a test that there is; "" where the definition itself fails.
    """

    name: str
    code: str
    elements: tuple[Element, ...]
    mocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestedTests:
    """The tests that one definition lacks.

    Attributes:
        setup: code that the tests need above them: imports, long substitutions; "" for nothing.
        tests: in the order of the text.
        rest: missed error paths for which there is none.
        reasons: why, by the path's pointer.
    """

    setup: str
    tests: tuple[SuggestedTest, ...]
    rest: tuple[Element, ...]
    reasons: Mapping[str, str]

    @property
    def module(self) -> str:
        """All of it as a module; "" if there is no test."""
        return "\n\n".join([*filter(None, [self.setup]), *(test.code for test in self.tests)]) if self.tests else ""

    @property
    def mocks(self) -> dict[str, str]:
        """The line of a mock that takes an error path, by the path's pointer."""
        return {
            element.pointer: mock
            for test in self.tests
            for element, mock in zip(test.elements, test.mocks, strict=True)
            if mock
        }


def suggested_tests(coverage: DefinitionCoverage, root: Path) -> SuggestedTests:
    """The tests for the error paths that no test has taken.

    Each was tried: it takes its paths with the input that it has.

    Args:
        root: the folder that names of files are relative to.
    """
    known = _known.get(coverage)
    if known is None:
        known = _known[coverage] = _made(coverage, root)
    return known


_known: Final[WeakKeyDictionary[DefinitionCoverage, SuggestedTests]] = WeakKeyDictionary()
"""Several reports of one session show the same tests."""


def _made(coverage: DefinitionCoverage, root: Path) -> SuggestedTests:
    missed = coverage.missed_in(ERROR_PATHS)
    if not missed:
        return SuggestedTests("", (), (), {})
    try:
        machine = coverage.load(root)
    except DefinitionError:
        reason = "the definition cannot be loaded by itself"
        return SuggestedTests("", (), tuple(missed), dict.fromkeys((each.pointer for each in missed), reason))
    return _suggested(_Suggester(coverage.definition, machine), missed)


def tests_with(fixture: str, coverage: DefinitionCoverage, machine: StateMachine, known: Known) -> SuggestedTests:
    """As `suggested_tests`, for tests that have the machine from a fixture of theirs.

    Args:
        fixture: its name.
        machine: what it gives, loaded.
        known: what a run of it has shown.
    """
    return _suggested(_Suggester(coverage.definition, machine, fixture, known), coverage.missed_in(ERROR_PATHS))


def _suggested(suggester: _Suggester, missed: list[Element]) -> SuggestedTests:
    tests = tuple(suggester.tests(missed))
    rest = tuple(each for each in missed if each.pointer in suggester.reasons)
    return SuggestedTests(suggester.setup(tests), tests, rest, suggester.reasons)


@dataclass(frozen=True, slots=True)
class _Found:
    """A failure that takes missed error paths of a state.

    Attributes:
        output: whether its test shows the state's output.
    """

    owner: Retrying
    trial: Trial
    elements: tuple[Element, ...]
    output: bool

    @property
    def failing(self) -> Chain | None:
        """What makes the failure, with the error's name as a variable."""
        failing = self.trial.scene.failing
        return None if failing is None else failing.put(self.trial.error, "error")

    @property
    def alike(self) -> tuple[object, ...]:
        """Equal for failures that differ in the error's name alone."""
        scene, trial = self.trial.scene, self.trial
        before = repr((self.failing, scene.state, scene.others, scene.input, scene.variables))
        return (
            self.owner.name,
            taker_of(self.elements[0].pointer),
            before,
            checked(self.owner.name, trial, "error", output=self.output),
        )


class _Suggester:
    """Writes the tests that one definition lacks.

    Args:
        fixture: the one that gives the tests their machine; "" if they load it.
        known: what a run of the machine has shown.
    """

    def __init__(self, definition: Definition, machine: StateMachine, fixture: str = "", known: Known | None = None) -> None:
        self.fixture = fixture
        self.definition = definition
        self.machine = machine
        self.stage = Stage(machine, known)
        found = outline(machine)
        self.identity = found.identity
        self.substituted = {identity: pointer for pointer, identity in found.aliases.items()}
        self.names: set[str] = set()
        self.reasons: dict[str, str] = {}
        self.loaded = loaded(definition, machine)

    def setup(self, tests: tuple[SuggestedTest, ...]) -> str:
        """What the tests need above them."""
        parts = ["import pytest\n"] if any("pytest." in test.code for test in tests) else []
        if self.loaded == [_DEFINITION]:
            parts.append("DEFINITION = ...  # what the tests load\n")
        if _SUBSTITUTIONS in self.loaded:
            parts.append(f"SUBSTITUTIONS = {exploded(self.definition.substitutions, taken=15)}\n")
        return "\n".join(parts)

    def tests(self, missed: list[Element]) -> Iterator[SuggestedTest]:
        for _, group in groupby(self.found(missed), lambda found: found.alike):
            yield self.test(list(group))

    def found(self, missed: list[Element]) -> Iterator[_Found]:
        """A failure for each error path that one takes, state by state."""
        by_owner: dict[str, list[Element]] = {}
        for element in missed:
            by_owner.setdefault(last(states_around(self.pointer(element))[-1]), []).append(element)
        for name, elements in by_owner.items():
            owner = self.machine.states.get(name)
            if isinstance(owner, Retrying):
                yield from self.of_owner(owner, elements)
            else:  # with the substitutions of a report it is another state
                self.reasons.update(dict.fromkeys((each.pointer for each in elements), NO_FAILURE))

    def of_owner(self, owner: Retrying, missed: list[Element]) -> Iterator[_Found]:
        left = {element.pointer: element for element in missed}
        for element in missed:
            if element.pointer not in left:
                continue
            pointer = self.pointer(element)
            trial = self.stage.tried(owner, failures(owner, pointer), pointer)
            if isinstance(trial, str):
                name = resolve(self.machine.definition, pointer)
                self.reasons[element.pointer] = NEVER_REPORTED.get(name, trial)
            else:
                taken = set(map(self.identity, trial.taken))
                elements = tuple(left.pop(pointer) for pointer in list(left) if pointer in taken)
                yield _Found(owner, trial, elements, bool(self.fixture))

    def pointer(self, element: Element) -> str:
        """Where an element is in the substituted definition."""
        return translate(element.pointer, self.substituted)

    def test(self, group: list[_Found]) -> SuggestedTest:
        """One test for failures that differ in the error alone."""
        owner, trial, alone = group[0].owner, group[0].trial, len(group) == 1
        scene = trial.scene
        what = self.error(group[0]).rpartition(".")[2] if alone else "each error"
        verb = "catches" if trial.caught else "retries" if trial.retries else "does_not_retry"
        name = self.name(owner.name, verb, what)
        failing = scene.failing if alone else group[0].failing
        body = "" if failing is None else failing.statement()
        body += "".join(chain.statement() for chain in scene.others)
        body += self.run(scene) + checked(owner.name, trial, "" if alone else "error", output=bool(self.fixture))
        code = "" if alone else parametrized([found.trial.error for found in group])
        code += test_function(name, self.fixture, body, *([] if alone else ["error"]))
        elements = [(element, str(found.trial.mock or "")) for found in group for element in found.elements]
        return SuggestedTest(name, code, tuple(each for each, _ in elements), tuple(line for _, line in elements))

    def error(self, found: _Found) -> str:
        """What the name of a test calls its error."""
        if found.trial.error == "Exception":
            return "any error"
        written = resolve(self.machine.definition, self.pointer(found.elements[0]))
        return "HeartbeatTimeout" if written == "States.HeartbeatTimeout" else found.trial.error

    def run(self, scene: Scene) -> str:
        """The statements that load the machine and run it."""
        arguments: list[Any] = [scene.state] if scene.state else []
        arguments += [scene.input] if scene.input != {} else []
        arguments += [Keyword("variables", scene.variables)] if scene.variables else []
        method = "run_state" if scene.state else "run"
        if self.fixture:
            return statement(f"execution = {self.fixture}.{method}", *arguments)
        whole = f"execution = {call('sfn_mock.load', *self.loaded)}.{method}"
        if fits(call(whole, *arguments)):
            return statement(whole, *arguments)
        return statement("machine = sfn_mock.load", *self.loaded) + statement(f"execution = machine.{method}", *arguments)

    def name(self, state: str, verb: str, what: str) -> str:
        """A name for a test that says what it shows, and that no other has."""
        stem = "_".join(filter(None, ("test", snake_case(state, 34), verb, snake_case(what, 26))))
        return unused(stem, self.names)


_MOST_SHOWN: Final = 200
"""Characters of an output that a test of an error path has."""
_DEFINITION: Final = Name("DEFINITION")
_SUBSTITUTIONS: Final = Keyword("substitutions", Name("SUBSTITUTIONS"))


def loaded(definition: Definition, machine: StateMachine) -> list[Any]:
    """The arguments with which a test loads a machine."""
    if machine.template is not None and definition.template is not None:
        file, logical_id = definition.template
        return [file] if len(machine.template.machines) == 1 else [file, Keyword("logical_id", logical_id)]
    if not definition.is_file:
        return [_DEFINITION]
    return [definition.name, _SUBSTITUTIONS] if definition.substitutions else [definition.name]


def imports(code: str) -> str:
    """The lines that import what code needs; "" for nothing."""
    lines = [line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\b", code)]
    needed = [*lines, *([""] if lines else []), "import pytest"] if "pytest." in code else lines
    return "".join(f"{line}\n" for line in needed)


_IMPORTS: Final = {"timedelta": "from datetime import timedelta", "ANY": "from unittest.mock import ANY"}


def test_function(name: str, fixture: str, body: str, *others: str) -> str:
    """A test; it takes the fixtures that its body has."""
    taken = [each for each in ("sfn_mock", fixture) if each and re.search(rf"\b{each}\b", body)]
    return defined(name, [*taken, *others]) + body


def parametrized(errors: list[str]) -> str:
    return statement("@pytest.mark.parametrize", "error", errors, indent=0)


def checked(owner: str, trial: Trial, error: str, *, output: bool) -> str:
    """The statements that show what became of a failure.

    Args:
        error: a variable that has the error's name; "" for none.
        output: whether the output is shown, which may need an import.
    """
    checks = about_state(owner, lambda report: _shown(report, trial))
    if trial.is_well and trial.retries:
        checks += "    assert execution.succeeded\n"
    if not output or not trial.caught or trial.output is UNDEFINED:
        return checks
    value = _raised(trial.output, trial.error, Name(error)) if error else trial.output
    return checks + assert_equal("execution.output", value) if len(literal(value)) <= _MOST_SHOWN else checks


def _shown(report: str, trial: Trial) -> str:
    """What became of the state itself."""
    if trial.caught:
        return f"    assert {report}.caught\n" + assert_equal(f"{report}.next", trial.next)
    return assert_equal(f"{report}.retries", trial.retries)


def _raised(value: Any, error: str, name: Name) -> Any:
    """A value in which a variable has an error's name."""
    if isinstance(value, dict):
        return {key: _raised(item, error, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_raised(item, error, name) for item in value]
    if not isinstance(value, str) or isinstance(value, Name) or error not in value:
        return value
    return name if value == error else ANY
