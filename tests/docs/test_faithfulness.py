"""The numbers on the page on faithfulness are those of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "faithfulness.md").read_text(encoding="utf-8")
COMPARED: dict[str, int] = json.loads((ROOT / "tests" / "conformance" / "passing.json").read_text(encoding="utf-8"))


def number(pattern: str) -> int:
    found = re.search(pattern, PAGE)
    assert found is not None
    return int(found[1].replace(",", ""))


def test_recordings_that_agree() -> None:
    assert number(r"\| ([\d,]+) recordings of AWS") == sum(
        COMPARED[kind] for kind in ("execution", "multi", "express_sync", "express_async")
    )
    assert number(r"\| ([\d,]+) recordings of `CreateStateMachine`") == COMPARED["validation"]
    assert number(r"\| ([\d,]+) recordings of scripts of calls") == COMPARED["api"]
    assert number(r"mock configuration\].*?\| ([\d,]+) recordings") == COMPARED["mocked"]
    assert number(r"answers of `TestState`.*?\| ([\d,]+) recordings") == COMPARED["test_state"]
    assert number(r"CloudWatch Logs \| ([\d,]+) recordings") == COMPARED["logs"]


def test_cases_with_a_source() -> None:
    """The page may say less than there is, as cases are added, but not much less."""
    cases = sum(len(json.loads(file.read_text(encoding="utf-8"))) for file in (ROOT / "tests" / "language").glob("*.json"))
    assert 0 <= cases - number(r"more than ([\d,]+) cases") < 100
