"""Each test that the page on reliability names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_named_tests_exist() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    assert len(named) > 40
    assert len(named) == page.count("::")
    assert [(file, name) for file, name in named if name not in functions(ROOT / file)] == []


def test_each_promise_names_one() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    assert [row for row in rows if not NAMED.search(row.split("|")[-2])] == []
