"""A damaged coverage file is called damaged, or is read as what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn.coverage.data import CoverageData, Definition
from pytest_sfn.coverage.elements import Element
from tests.hostile.conftest import Meant, Trials
from tests.hostile.mutations import mutated, mutated_text, text_of

pytestmark = pytest.mark.slow

ELEMENTS = [Element(f"/States/{name}", "state", name, name, 1, 3, "f.asl.json") for name in "AB"]


@pytest.fixture(scope="module")
def text() -> str:
    data = CoverageData()
    definition = Definition("f.asl.json", "0123", ELEMENTS, substitutions={"Arn": "a"})
    definition.take("/States/A", "tests/test_a.py::test_one")
    definition.leave_unhandled("/States/B", "E", "tests/test_a.py::test_two")
    data.add(definition)
    return data.dumps()


def test_damaged_files(text: str, trials: Trials, meant: Meant, tmp_path: Path) -> None:
    path = tmp_path / ".sfn_coverage"
    for random in trials(1000):
        damaged = mutated_text(text, random) if random.randrange(2) else text_of(mutated(json.loads(text), random))
        path.write_bytes(damaged.encode("utf-8", "surrogatepass"))
        with meant(damaged):
            data = CoverageData.read(path)
            again = CoverageData.loads(data.dumps())
            assert again.dumps() == data.dumps()
