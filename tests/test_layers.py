"""Imports point one way: each room imports only rooms above it in the table, lazily and for types as well.

No module imports itself through others, either.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import pytest_sfn

PACKAGE = Path(pytest_sfn.__file__).parent
ROOMS = (
    "dataclass",  # dataclasses whose methods are made when first used
    "callers",  # whose code called; imports nothing of ours
    "errors",  # the exceptions a user can meet, and problems of a definition as values
    "names",  # which names AWS takes, and which one was probably meant
    "settings",  # which values settings of an account and arguments of load may have
    "links",  # where the documentation is
    "defaults",  # what the ini file says of every definition
    "jsonata",  # JSONata 2.0.6 by itself; imports no other room
    "expressions",  # JSON values, paths, payload templates, intrinsic functions, comparisons, JSONata
    "asl",  # the language: text, values with positions, model, the table of integrations
    "services",  # what AWS's service models say; no client, no engine
    "loaders",  # definitions and resources out of templates
    "templates",  # what AWS refuses in a template
    "gate",  # the one place that requests of botocore and connections pass; where moto differs from AWS
    "lambda_",  # Lambda's Python runtime in this process
    "engine",  # clock, strands, the rule of each state type, Retry and Catch, the records of the trace
    "trace",  # what is read from the records: history, visits, inspection, what was taken
    "tasks",  # how a task reaches whoever answers it, and how the answer comes back
    "diagrams",  # pictures of a model and of a trace
    "page",  # what all HTML pages share
    "definition",  # StateMachine and load
    "mocks",  # scripts, the registry, calls
    "report",  # an execution as text
    "viewer",  # an execution as a page
    "faults",  # errors put in front of the mocks
    "api",  # the API of Step Functions
    "deploy",  # a template's resources, made in moto
    "account",  # what a test holds: SfnMock, SfnAws, Machine, Execution
    "server",  # the engine over HTTP
    "targets",  # the same executions at AWS's TestState or an endpoint
    "coverage",  # what no test takes
    "scenarios",  # tests to begin with: a way through a machine, what its states read on the way
    "lint",  # what is wrong before anything runs
    "commands",  # what the shell calls: coverage, draw, lint, serve
    "hooks",  # options, reports, and what pytest calls for coverage, faults, lint, interception and targets
    "plugin",  # fixtures and their settings; imports the rest when a test needs it
    "__main__",
)
"""From below. `pytest_sfn/__init__.py`, which loads public names when they are asked for, belongs to none."""


NAMED = re.compile(r"pytest_sfn\.(\w+(?:\.\w+)+(?=$|:)|\w+(?=:))(?::\w+)?")
"""A text that names a module or something in it. A room alone is only a name: `pytest_sfn.coverage` is one in coverage.py."""


@cache
def modules() -> dict[str, Path]:
    """Every module, by its dotted name below the package; a folder by its `__init__.py`."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts if parts[-1] != "__init__" else parts[:-1])] = file
    del found[""]
    return found


def imported(file: Path) -> Iterator[str]:
    """Modules of ours that a module imports, wherever in it and for whatever, by statement or by a text that names one."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            if node.module == "pytest_sfn" or (node.module or "").startswith("pytest_sfn."):
                for alias in node.names:
                    yield f"{node.module}.{alias.name}".removeprefix("pytest_sfn.")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("pytest_sfn."):
                    yield alias.name.removeprefix("pytest_sfn.")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (named := NAMED.fullmatch(node.value)):
            yield named[1]
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            assert not str(node.values[0].value).startswith("pytest_sfn."), f"{file}: nobody knows what it imports"


@cache
def imports(name: str) -> frozenset[str]:
    """Modules that the named one imports."""
    found = set()
    for target in imported(modules()[name]):
        while target not in modules() and "." in target:
            target = target.rpartition(".")[0]
        if target in modules():
            found.add(target)
    return frozenset(found - {name})


def room(name: str) -> str:
    return name.partition(".")[0]


def test_a_text_that_names_a_module_is_an_import() -> None:
    assert {"coverage.html", "coverage.coverage_py"} <= imports("coverage.reporters")
    assert "commands.draw" in imports("__main__")


def test_every_module_has_a_room() -> None:
    assert {room(name) for name in modules()} == set(ROOMS)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_only_rooms_above_it_in_the_table(name: str) -> None:
    allowed = ROOMS[: ROOMS.index(name) + 1]
    wrong = [
        f"{module} imports {target}"
        for module in modules()
        if room(module) == name
        for target in sorted(imports(module))
        if room(target) not in allowed
    ]
    assert wrong == []


def test_no_module_imports_itself_through_others() -> None:
    assert [" <-> ".join(cycle) for cycle in cycles()] == []


def cycles() -> list[list[str]]:
    """Sets of modules that reach each other (Tarjan's strongly connected components)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for target in imports(name):
            if target not in number:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], number[target])
        if lowest[name] == number[name]:
            component = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(component) > 1:
                found.append(sorted(component))

    for name in modules():
        if name not in number:
            visit(name)
    return found
