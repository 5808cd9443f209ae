"""Error names of a state machine that the Python code of its functions has only as a message.

Lambda reports the name of the exception's class. So `raise Exception("PaymentFailed")` is the error `Exception`, and a
Catcher for `PaymentFailed` never matches. A name counts as such a mistake only if the function's code raises an exception
with exactly that text, and no class, variable or attribute anywhere in the code has that name. Code is read, never run.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_sfn.lint.errors import names_of
from pytest_sfn.lint.rules import Problem, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytest_sfn.lint.definition import LintedDefinition, State
    from pytest_sfn.loaders.functions import FunctionResource

__all__ = ["check_handlers"]

_MOST_FILES = 200


def check_handlers(definition: LintedDefinition, functions: Sequence[FunctionResource]) -> Iterator[Problem]:
    """Error names that a function's code has only as a message."""
    for state in definition.states:
        function = _function_of(state, functions)
        if function is None:
            continue
        messages = _messages(function)
        for name, pointer in names_of(state):
            if name in messages:
                yield found("message-as-error", pointer, on_value=True, name=name, type=messages[name])


def _function_of(state: State, functions: Sequence[FunctionResource]) -> FunctionResource | None:
    resource = state.resource
    if resource is None:
        return None
    text = resource.text if resource.kind == "lambda" else None
    if resource.service == "lambda" and resource.action == "invoke" and isinstance(state.payload, dict):
        text = state.payload.get("FunctionName")
    if not isinstance(text, str):
        return None
    plain = text.removesuffix(":$LATEST")
    return next((each for each in functions if plain == each.arn or plain in each.names), None)


def _messages(function: FunctionResource) -> dict[str, str]:
    """Messages of exceptions that are not the name of anything, each with the class that is raised."""
    if function.code_text is not None:
        files = [function.code_text]
    elif function.code is not None and function.code.is_dir():
        files = _files(function.code)
    else:
        return {}
    named: set[str] = set()
    messages: dict[str, str] = {}
    for text in files:
        names, raised = _read(text)
        named |= names
        messages |= raised
    return {message: type_ for message, type_ in messages.items() if message not in named}


def _files(folder: Path) -> list[str]:
    found_ = []
    for path in sorted(folder.rglob("*.py"))[:_MOST_FILES]:
        try:
            found_.append(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    return found_


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[frozenset[str], dict[str, str]]:
    """(every name in the code, {message of an exception: its class})."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset(), {}
    names: set[str] = set()
    raised: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.alias):
            names |= {node.name.rpartition(".")[2], node.asname or ""}
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            first = node.exc.args[0] if node.exc.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                raised[first.value] = node.exc.func.id
    return frozenset(names), raised
