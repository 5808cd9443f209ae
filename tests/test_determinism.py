"""The same histories in every process, and a comparison that would see it if they were not.

Here one Python with two hash seeds; `python -m tests.determinism PYTHON...` compares several.
"""

from __future__ import annotations

import sys

from tests.determinism import MACHINES, differing, hash_of, hashes
from tests.generated import generated


def test_histories_are_the_same_with_every_hash_seed() -> None:
    found = hashes([sys.executable], MACHINES)
    assert len(found) == 2
    assert differing(found) == []
    names = next(iter(found.values()))
    assert sum(name.startswith("generated ") for name in names) == MACHINES
    assert sum(name.startswith("examples ") for name in names) > 20
    assert len(set(names.values())) > MACHINES / 2  # of different machines


def test_a_difference_is_found() -> None:
    same = {"a": "1", "b": "2"}
    assert differing({"x": same, "y": dict(same)}) == []
    assert differing({"x": same, "y": {"a": "1", "b": "3"}, "z": {"a": "1", "c": "4"}}) == ["b", "c"]
    assert hash_of({"a": 1, "b": 2}) != hash_of({"b": 2, "a": 1})


def test_machines_are_made_from_their_number_alone() -> None:
    made = [generated(seed) for seed in range(40)]
    assert made == [generated(seed) for seed in range(40)]
    assert len({hash_of(each.definition) for each in made}) > 35  # small ones may be alike
    assert {kind for each in made for kind in kinds(each.definition)} == {
        *("Pass", "Task", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail"),
    }


def kinds(definition: object) -> set[str]:
    """The types of all states."""
    if isinstance(definition, list):
        return {kind for each in definition for kind in kinds(each)}
    if not isinstance(definition, dict):
        return set()
    inner = {kind for each in definition.values() for kind in kinds(each)}
    states = definition.get("States")
    return inner | {state["Type"] for state in states.values()} if isinstance(states, dict) else inner
