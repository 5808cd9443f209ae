"""Lines of execution: where they are, and what they see of each other."""

from __future__ import annotations

from typing import Any

from pytest_sfn.engine.strand import Visit
from tests.helpers import machine, run, task

SHOW = {"Type": "Pass", "Parameters": {"x.$": "$x"}}


def test_items_are_those_of_all_maps_around() -> None:
    inner = {"Type": "Map", "ItemProcessor": machine(T={"Type": "Parallel", "Branches": [machine(C=task())]})}
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B=inner)}), [[1], [2, 3]], f=lambda event: event)
    assert [visit.strand.items() for visit in execution.state("C").visits] == [(0, 0), (1, 0), (1, 1)]


def test_children_see_the_parents_variables_and_not_each_others() -> None:
    def branch(number: int) -> dict[str, Any]:
        assign = {"Type": "Pass", "Assign": {f"y{number}": number}, "Next": f"Show{number}"}
        show = {"Type": "Pass", "Parameters": {"x.$": "$x", "y.$": f"$y{number}"}}
        return machine(**{f"Assign{number}": assign, f"Show{number}": show})

    both = {"Type": "Parallel", "Branches": [branch(1), branch(2)], "Next": "B"}
    execution = run(machine(A={"Type": "Pass", "Assign": {"x": 0}, "Next": "P"}, P=both, B=SHOW))
    assert execution.state("P").output == [{"x": 0, "y": 1}, {"x": 0, "y": 2}]
    assert execution.output == {"x": 0}
    assert execution._run.main.scope == {"x": 0}


def test_retriers_count_for_themselves() -> None:
    visit = Visit()
    visit.count_retry(1)
    visit.count_retry(1)
    visit.count_retry(0)
    assert [visit.times_retried(index) for index in range(3)] == [1, 2, 0]
    assert visit.retry_count == 3
