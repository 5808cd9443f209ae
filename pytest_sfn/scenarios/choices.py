"""Tests of Choice states: to which state each rule leads, and Default."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.account.sfn_mock import SfnMock
from pytest_sfn.asl.model import ChoiceState
from pytest_sfn.coverage.guesses import Node
from pytest_sfn.coverage.plausible import plausible
from pytest_sfn.coverage.python_text import Name, about_state, assert_equal, snake_case, statement, unused
from pytest_sfn.coverage.suggest import test_function
from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.coverage.plausible import Names
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.scenarios.exits import Exit
    from pytest_sfn.scenarios.routes import Router

__all__ = ["choice_tests"]

_NOT_GIVEN: Final = frozenset({"item", "execution"})
"""What a state that runs by itself does not have."""
_NAMES: Final[tuple[Names, ...]] = ("all", "texts", "none")
_Row = tuple[Any, dict[str, Any], str]
"""An input, variables, and the state to which they lead."""


def choice_tests(machine: StateMachine, router: Router, fixture: str) -> Iterator[tuple[str, str]]:
    """The name and the code of a test for each Choice state that is known to lead to two states.

    Args:
        fixture: gives the tests their machine.
    """
    taken: set[str] = set()
    for state in machine.states.values():
        if isinstance(state, ChoiceState):
            rows = [*_rows(machine, state, router.exits(state))]
            if len({target for *_, target in rows}) > 1:
                yield _test(state.name, rows, fixture, taken)


def _rows(machine: StateMachine, choice: ChoiceState, exits: list[Exit]) -> Iterator[_Row]:
    """For each way out an input that takes it, tried."""
    for way in exits:
        nodes: dict[str, Node] = {}
        for (root, steps), value in (way.values or {}).items():
            nodes.setdefault(root, Node()).at([*steps]).guess = value
        if way.values is None or nodes.keys() & _NOT_GIVEN:
            continue
        found = {root: node.value() for root, node in nodes.items()}
        for names in _NAMES:
            data, *others = (plausible(value, names, root) for root, value in ({"": {}} | found).items())
            variables = dict(zip([root for root in found if root], others, strict=True))
            if _leads_to(machine, choice.name, data, variables) == (way.target, way.rule):
                yield data, variables, way.target
                break


def _leads_to(machine: StateMachine, name: str, data: Any, variables: dict[str, Any]) -> tuple[str | None, int | None] | None:
    with warnings.catch_warnings(), suppress(PytestSfnError), SfnMock() as sfn_mock:
        warnings.simplefilter("ignore")
        report = sfn_mock.load(machine).run_state(name, data, variables=variables or None).state(name)
        return report.next, report.choice
    return None


def _test(state: str, rows: list[_Row], fixture: str, taken: set[str]) -> tuple[str, str]:
    name = unused(f"test_{snake_case(state, 40) or 'choice'}_follows_each_rule", taken)
    needed = any(variables for _, variables, _ in rows)
    columns = ("data", *(["variables"] if needed else []), "chosen")
    table = [(data, *([variables] if needed else []), target) for data, variables, target in rows]
    code = statement("@pytest.mark.parametrize", columns, table, indent=0)
    arguments = [Name("data"), *([Name("variables=variables")] if needed else [])]
    body = statement(f"execution = {fixture}.run_state", state, *arguments)
    body += about_state(state, lambda report: assert_equal(f"{report}.next", Name("chosen")))
    return name, code + test_function(name, fixture, body, *columns)
