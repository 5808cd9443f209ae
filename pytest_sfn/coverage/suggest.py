"""Tests that would take the error paths which no test has taken, to paste into a test file.

Paths that one failure takes are in one test. `setup` has what several tests need, so that each test is short.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_sfn.coverage.metrics import ERROR_PATHS
from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import printable

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.coverage.analysis import DefinitionCoverage
    from pytest_sfn.coverage.elements import Element

__all__ = ["SuggestedTest", "SuggestedTests", "suggested_tests"]


@dataclass(frozen=True, slots=True)
class SuggestedTest:
    """A test for a failure that no test has.

    Attributes:
        name: of its function, `test_charge_catches_card_declined`.
        mock: the line that makes the failure.
        code: the whole function; ends with a line break.
        elements: the missed error paths that it takes, in the order of the text.
    """

    name: str
    mock: str
    code: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class SuggestedTests:
    """The tests that one definition lacks.

    Attributes:
        setup: code that the tests need above them, such as long substitutions; "" for nothing.
        tests: in the order of the text.
        rest: missed error paths that no failure of a task takes.
    """

    setup: str
    tests: tuple[SuggestedTest, ...]
    rest: tuple[Element, ...]


def suggested_tests(coverage: DefinitionCoverage, root: Path) -> SuggestedTests:
    """The tests for the error paths that no test has taken, paths of the same failure together.

    Args:
        root: the folder that names of files are relative to.
    """
    groups: dict[str, list[Element]] = {}
    rest = []
    for element in coverage.missed_in(ERROR_PATHS):
        if element.mock is None:
            rest.append(element)
        else:
            groups.setdefault(element.mock, []).append(element)
    definition = coverage.definition
    source = f'"{definition.name}"' if definition.is_file else "DEFINITION"
    setup, given = "", ""
    if definition.substitutions:
        setup, given = f"SUBSTITUTIONS = {definition.substitutions!r}\n", ", substitutions=SUBSTITUTIONS"
    tests = []
    for mock, elements in groups.items():
        name = re.sub(r"\W+", "_", elements[0].label).strip("_").lower()
        where = printable(elements[0].state)
        code = (
            f"def test_{name}(sfn_mock):\n"
            f"    {mock}\n"
            f"    execution = sfn_mock.load({source}{given}).run({{}})  # an input that leads to {where}\n"
            f"    assert execution.handled\n"
        )
        tests.append(SuggestedTest(f"test_{name}", mock, code, tuple(elements)))
    return SuggestedTests(setup, tuple(tests), tuple(rest))
