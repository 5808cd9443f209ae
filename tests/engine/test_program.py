"""The executable form of a definition, and of a part of one."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.engine.bodies import MapRule, ParallelRule
from pytest_sfn.engine.distributed.rule import DistributedMapRule
from pytest_sfn.engine.states import PassRule
from tests.helpers import machine

MAP = {"Type": "Map", "ItemProcessor": machine(C={"Type": "Pass", "Next": "D"}, D={"Type": "Pass", "Result": "d"})}
BOTH = machine(
    A={"Type": "Parallel", "Branches": [machine(B=MAP)], "Next": "E"},
    E={"Type": "Choice", "Choices": [{"Variable": "$[0]", "IsPresent": True, "Next": "F"}], "Default": "F"},
    F={"Type": "Pass", "Result": "f"},
)


def test_a_rule_for_each_state_at_any_depth() -> None:
    program = load(BOTH)._program()
    assert {name: type(rule) for name, rule in program.rules.items() if name != "E"} == {
        "A": ParallelRule,
        "B": MapRule,
        "C": PassRule,
        "D": PassRule,
        "F": PassRule,
    }
    assert program.entry is program.rules["A"]


def test_distributed_map_has_a_rule_of_its_own() -> None:
    processor = {**MAP["ItemProcessor"], "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}  # type: ignore[dict-item]
    assert type(load(machine(B={**MAP, "ItemProcessor": processor}))._program().entry) is DistributedMapRule


@pytest.mark.parametrize(
    ("start_at", "stop_after", "path", "output"),
    [
        (None, None, ["A", "E", "F"], "f"),
        (None, "E", ["A", "E"], [["d"]]),
        ("E", None, ["E", "F"], "f"),
        ("C", None, ["C", "D"], "d"),
        ("C", "C", ["C"], [0]),
        (None, "C", ["A", "E", "F"], "f"),
        ("A", "A", ["A"], [["d"]]),
    ],
)
def test_part(start_at: str | None, stop_after: str | None, path: list[str], output: object) -> None:
    execution = SfnMock().load(BOTH).run([0], start_at=start_at, stop_after=stop_after)
    assert (execution.path, execution.output) == (path, output)


def test_stopping_below_ends_the_line_there_and_what_is_around_it_goes_on() -> None:
    execution = SfnMock().load(BOTH).run([0, 1], stop_after="C")
    assert [line.path for line in execution.state("B").iterations] == [["C"], ["C"]]
    assert execution.state("A").output == [[0, 1]]
