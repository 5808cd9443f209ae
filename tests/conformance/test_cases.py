"""Recorded answers of AWS, where they lie beside the project: one test for each case that we claim to agree with.

Every case of these kinds is claimed.
"""

from __future__ import annotations

import json
from functools import cache
from types import ModuleType

import pytest

from tests.conformance import runner

KINDS = {"execution", "express_async", "express_sync", "multi", "validation"}


def claimed() -> list[object]:
    index = runner.SHARED / "index.json"
    if not index.is_file():
        return [pytest.param("", marks=pytest.mark.skip(reason="no recorded answers beside the project"))]
    return [
        pytest.param(
            entry["file"],
            id=entry["id"].partition("/v2/")[2],
        )
        for entry in json.loads(index.read_text(encoding="utf-8"))
        if entry["kind"] in KINDS and entry["provenance"] == "confirmed"
    ]


@cache
def beside(name: str) -> ModuleType:
    return runner.load_beside(runner.SHARED, name)


@pytest.mark.parametrize("file", claimed())
def test_answers_as_aws_does(file: str) -> None:
    case = json.loads((runner.SHARED / file).read_text(encoding="utf-8"))
    outcome = runner.run_case(case, beside("compare"), beside("functions"))
    assert outcome.problems == ()
