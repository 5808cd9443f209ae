"""Suggested tests, run as if somebody had pasted them into a test file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock, StateMachine
from pytest_sfn.coverage.analysis import DefinitionCoverage
from pytest_sfn.coverage.identity import identified
from pytest_sfn.coverage.suggest import SuggestedTest, SuggestedTests, suggested_tests
from tests.coverage.taking import collecting

__all__ = ["coverage_of", "pasted", "suggested"]


def coverage_of(machine: StateMachine, root: Path = Path()) -> DefinitionCoverage:
    """The coverage of a definition of which no test has taken anything."""
    coverage = DefinitionCoverage(identified("flow", machine, root)[0], "flow")
    coverage.load = lambda root: machine
    return coverage


def suggested(machine: StateMachine) -> SuggestedTests:
    return suggested_tests(coverage_of(machine), Path())


def pasted(test: SuggestedTest, machine: StateMachine, setup: str = "") -> set[str]:
    """Run a suggested test; gives the elements that it takes. What it warns of is an error."""
    names: dict[str, Any] = {"pytest": pytest, "DEFINITION": machine}
    exec(test.code, names)
    function = names[test.name]
    calls = [{"error": error} for mark in getattr(function, "pytestmark", ()) for error in mark.args[1]] or [{}]
    taken: set[str] = set()
    for arguments in calls:
        with collecting() as collector, warnings.catch_warnings():
            warnings.simplefilter("error")
            with SfnMock() as sfn_mock:
                function(sfn_mock=sfn_mock, **arguments)
            collector.finish()
        for definition in collector.data().definitions.values():
            taken |= definition.taken.keys()
    return taken
