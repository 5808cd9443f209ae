"""Tests that a definition lacks: missed error paths of one failure come together."""

from pytest_sfn import load
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import CoverageData, Definition
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.suggest import suggested_tests
from tests.helpers import machine, task


def suggested(definition, root):
    loaded = load(definition)
    data = CoverageData()
    data.add(Definition.of("flow", outline(loaded), loaded))
    (coverage,) = analyse(data, root).definitions
    return suggested_tests(coverage, root)


def test_paths_of_one_failure_are_one_test(tmp_path):
    retry = [{"ErrorEquals": ["A", "B"]}]
    found = suggested(machine(Work=task(Retry=retry)), tmp_path)

    assert [[element.label for element in test.elements] for test in found.tests] == [
        ["Work: Retry[0]", "Work: Retry[0] A"],
        ["Work: Retry[0] B"],
    ]
    assert found.rest == ()
    for test in found.tests:
        assert test.mock in test.code
        compile(test.code, "test", "exec")


def test_paths_that_no_failure_takes_are_the_rest(tmp_path):
    found = suggested(machine(Work=task(Retry=[{"ErrorEquals": ["Lambda.Timeout"]}])), tmp_path)

    assert [element.label for element in found.rest] == ["Work: Retry[0]", "Work: Retry[0] Lambda.Timeout"]
