"""Imports point one way: what stands below knows nothing of what stands above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_sfn

PACKAGE = Path(pytest_sfn.__file__).parent
LAYERS = ("errors", "names", "dataflow", "asl", "engine", "tasks", "mocks", "api")
"""From below; all that is not named here stands above."""


def imported(node: ast.AST) -> Iterator[str]:
    """Modules of ours that are imported when the module is, not when a function runs or types are checked."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.ImportFrom) and child.module is not None and child.module.startswith("pytest_sfn"):
            names = [alias.name for alias in child.names] if child.module == "pytest_sfn" else [""]
            yield from (f"{child.module}.{name}".strip(".") for name in names)
        yield from imported(child)


@pytest.mark.parametrize("layer", LAYERS)
def test_layer_imports_only_what_is_below(layer: str) -> None:
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    files = [*PACKAGE.glob(f"{layer}/**/*.py"), *PACKAGE.glob(f"{layer}.py")]
    assert files
    for file in files:
        for name in imported(ast.parse(file.read_text(encoding="utf-8"))):
            assert name.split(".")[1] in allowed, f"{file.relative_to(PACKAGE)} imports {name}"


def test_loaders_need_only_the_language() -> None:
    files = [*PACKAGE.glob("loaders/*.py")]
    assert files
    for file in files:
        for name in imported(ast.parse(file.read_text(encoding="utf-8"))):
            assert name.split(".")[1] in ("errors", "dataflow", "asl", "loaders"), f"{file.name} imports {name}"
