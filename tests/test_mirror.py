"""Tests stand where their modules do: the tests of pytest_sfn/a/b.py are in tests/a/test_b.py."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.test_layers import modules

TESTS = Path(__file__).parent


def has_code(file: Path) -> bool:
    """Whether there is anything to test: a function outside of Protocols. Names of types, constants and errors need none."""
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return True
        if not (isinstance(node, ast.ClassDef) and any(ast.unparse(base).startswith("Protocol") for base in node.bases)):
            waiting += ast.iter_child_nodes(node)
    return False


def place_of(name: str) -> Path:
    *rooms, module = name.split(".")
    return TESTS.joinpath(*rooms, f"test_{module.strip('_')}.py")


def test_every_module_has_its_tests() -> None:
    missing = [
        str(place_of(name).relative_to(TESTS))
        for name, file in modules().items()
        if file.name != "__init__.py" and has_code(file) and not place_of(name).exists()
    ]
    assert missing == []
