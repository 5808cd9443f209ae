"""The text of test files for state machines: a conftest with a fixture for each, and a module of tests for each.

Each test is run before its text is given away. One that fails, or for which there is no scenario that ends well, is marked to
be skipped, and says what is to be filled in.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.coverage.analysis import DefinitionCoverage
from pytest_sfn.coverage.chains import Chains
from pytest_sfn.coverage.identity import identified
from pytest_sfn.coverage.python_text import Keyword, Name, about, about_state, assert_equal, snake_case, statement, unused
from pytest_sfn.coverage.suggest import imports, test_function, tests_with
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import printable
from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.scenarios.choices import choice_tests
from pytest_sfn.scenarios.routes import Router
from pytest_sfn.scenarios.scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.coverage.python_text import Chain
    from pytest_sfn.coverage.suggest import SuggestedTests
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.scenarios.scenario import Scenario

__all__ = ["MachineUnderTest", "WrittenModule", "conftest_text", "fixture_of", "module_of", "unique_stem"]

_WIDTH: Final = 88
_LONGEST: Final = 40
"""Letters of a machine in names."""
_NOISE: Final = re.compile(r"^module_|^(state_?machine|step_?functions?)_|(^|_)(state_?machine|step_?functions?|machine|sfn)$")
"""What says of a machine only that it is one."""


@dataclass(frozen=True, slots=True)
class MachineUnderTest:
    """A state machine that gets tests.

    Attributes:
        machine: the machine, loaded as its fixture loads it.
        title: how texts call it.
        loaded: the arguments with which its fixture loads it.
        made_up: whether values of the definition are made up.
        stem: a name that no other machine has, as part of names of files and tests.
        fixture: the name of its fixture.
    """

    machine: StateMachine
    title: str
    loaded: tuple[Any, ...]
    made_up: bool
    stem: str
    fixture: str

    @property
    def file(self) -> str:
        return f"test_{self.stem}.py"


@dataclass(frozen=True, slots=True)
class WrittenModule:
    """The module of one machine's tests.

    Attributes:
        text: of the module.
        tests: how many tests run.
        skipped: why others do not, by the name of the test.
        rest: how many error paths have no test.
    """

    text: str
    tests: int
    skipped: Mapping[str, str]
    rest: int


def unique_stem(title: str, taken: set[str]) -> str:
    """A name for the tests of a machine that none of the others has; it is added to them."""
    words = snake_case(title, len(title) * 2)
    while (shorter := _NOISE.sub("", words)) != words:
        words = shorter
    return unused(snake_case(words, _LONGEST) or "machine", taken)


def fixture_of(stem: str) -> str:
    """The name of the fixture of a machine: an identifier, none of the plugin's own and no test's."""
    if stem == "machine":
        return stem
    return f"{'the_' if stem.startswith('test_') or not stem[0].isalpha() else ''}{stem}_machine"


# -- conftest --------------------------------------------------------------------------------------------------------------


def conftest_text(source: str, machines: Sequence[MachineUnderTest]) -> str:
    """The text of conftest.py.

    Args:
        source: how texts call the file with the machines.
    """
    head = f'"""State machines of {docstring_text(source)}, for the tests in this folder."""\n\nimport pytest\n'
    return "\n\n".join([head, *map(_fixture, machines)])


def _fixture(tested: MachineUnderTest) -> str:
    lines = f'@pytest.fixture\ndef {tested.fixture}(sfn_mock):\n    """{docstring_text(tested.title)}, with no mocks yet."""\n'
    if _calls_python(tested.machine):
        lines += _comment("sfn_mock.use_handlers() runs the Python functions that no mock answers.", 1)
    if tested.made_up:
        lines += _comment("To be filled in: these values of the definition are made up.", 1)
    return lines + statement("return sfn_mock.load", *tested.loaded)


def _calls_python(machine: StateMachine) -> bool:
    """Whether it calls a function of its template that is written in Python."""
    chains, template = Chains(machine), machine.template
    called = {chains.function(task) for task in chains.tasks.values()}
    functions = template.functions if template is not None else []
    return any((each.runtime or "").startswith("python") and not called.isdisjoint(each.names) for each in functions)


def docstring_text(text: str) -> str:
    """A text in a docstring."""
    return printable(text).replace("\\", "/").replace('"', "'")


def _comment(text: str, indent: int = 0) -> str:
    before = "    " * indent + "# "
    lines = textwrap.wrap(printable(text), _WIDTH - len(before), break_on_hyphens=False, break_long_words=False)
    return "".join(f"{before}{line}\n" for line in lines)


# -- tests -----------------------------------------------------------------------------------------------------------------


def module_of(tested: MachineUnderTest, root: Path) -> WrittenModule:
    """The module of a machine's tests.

    Args:
        root: the folder that names of files are relative to, in places.
    """
    router = Router(tested.machine)
    scenario = scenario_of(tested.machine, router)
    coverage = DefinitionCoverage(identified(tested.machine.name, tested.machine, root)[0], tested.title)
    suggested = tests_with(tested.fixture, coverage, tested.machine, scenario.known)
    name = f"test_{tested.stem}_{'succeeds' if scenario.succeeds else 'fails'}"
    tests = {name: _happy(name, tested, scenario)}
    tests |= dict(choice_tests(tested.machine, router, tested.fixture))
    tests |= {test.name: test.code for test in suggested.tests}
    skipped = {name: scenario.problem} if scenario.problem else {}
    for each, code in tests.items():
        if each not in skipped and (problem := _problem(each, code, tested)):
            skipped[each] = problem
    codes = [_skipped(skipped[each]) + code if each in skipped else code for each, code in tests.items()]
    head = f'"""Tests of {docstring_text(tested.title)}.\n\n{_HEAD}"""\n'
    if needed := imports("".join(codes)):
        head += f"\n{needed}"
    rest = _rest(suggested, coverage)
    return WrittenModule("\n\n".join([head, *codes]) + rest, len(tests) - len(skipped), skipped, len(suggested.rest))


_HEAD: Final = """\
The values are made up: they are what the states read, so that each test takes the path
that it is named after. Put values of your own in their place.
"""


def _happy(name: str, tested: MachineUnderTest, scenario: Scenario) -> str:
    mocks = "".join(chain.statement() for chain in scenario.mocks)
    start = statement(f"execution = {tested.fixture}.{scenario.start.method}", *scenario.start.arguments)
    checks = "    assert execution.succeeded\n" if scenario.succeeds else assert_equal("execution.error", scenario.error)
    if scenario.path:
        checks += assert_equal("execution.path", list(scenario.path))
    shown = scenario.shown
    for state, what, value in shown.inside:
        checks += about_state(state, lambda report: assert_equal(what.format(report), value))  # noqa: B023 - called at once
    if shown.elapsed:
        checks += assert_equal("execution.elapsed", Name(_duration(shown.elapsed)))
    if shown.output is not UNDEFINED:
        checks += assert_equal("execution.output", shown.output)
    checks += "".join(_asked(chain, asked) for chain, asked in shown.calls)
    body = "\n".join(filter(None, [mocks, start, checks]))
    return test_function(name, tested.fixture, body)


def _duration(elapsed: timedelta) -> str:
    """In the largest unit that has a whole number."""
    units = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    seconds = elapsed.total_seconds()
    name = next((name for name, length in units.items() if seconds % length == 0), None)
    return f"timedelta({name}={int(seconds // units[name])})" if name else f"timedelta(seconds={seconds!r})"


def _asked(mock: Chain, asked: list[Any]) -> str:
    """What a mock was asked."""
    if len(asked) == 1:
        return mock.then("assert_called_once_with", asked[0]).statement()
    return about("mock", mock.calls[0], lambda name: assert_equal(f"[call.input for call in {name}.calls]", asked))


def _skipped(problem: str) -> str:
    """What is above a test that has to be filled in."""
    return _comment(f"To be filled in: {problem}") + statement(
        "@pytest.mark.skip", Keyword("reason", "to be filled in: see the comment"), indent=0
    )


def _rest(suggested: SuggestedTests, coverage: DefinitionCoverage) -> str:
    if not suggested.rest:
        return ""
    lines = [
        f"{coverage.where(each)}: {each.state}: {each.label}: {suggested.reasons[each.pointer]}" for each in suggested.rest
    ]
    return "\n\n# Error paths without a test:\n" + "".join(map(_comment, lines))


def _problem(name: str, code: str, tested: MachineUnderTest) -> str:
    """Why a test fails; "" if it does not."""
    from unittest.mock import ANY

    import pytest

    names: dict[str, Any] = {"pytest": pytest, "ANY": ANY, "timedelta": timedelta}
    exec(compile(code, f"<{name}>", "exec"), names)  # noqa: S102 - it is our own text
    function = names[name]
    for arguments in _cases(function):
        try:
            with warnings.catch_warnings(), SfnMock() as sfn_mock:
                warnings.simplefilter("ignore")
                given = {"sfn_mock": sfn_mock, tested.fixture: sfn_mock.load(tested.machine), **arguments}
                function(**{each: given[each] for each in function.__code__.co_varnames[: function.__code__.co_argcount]})
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is not one that passes
            return next(iter(str(error).splitlines()), "") or type(error).__name__
    return ""


def _cases(function: Any) -> Iterator[dict[str, Any]]:
    marks = getattr(function, "pytestmark", ())
    for mark in marks:
        names, rows = mark.args
        yield from (dict(zip(names, row, strict=True)) if isinstance(names, tuple) else {names: row} for row in rows)
    if not marks:
        yield {}
