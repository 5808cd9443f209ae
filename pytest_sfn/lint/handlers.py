"""Error names of a state machine that the Python code of its functions has only as a message.

Lambda reports the name of the exception's class. So `raise Exception("PaymentFailed")` is the error `Exception`, and a
Catcher for `PaymentFailed` never matches. A name counts as such a mistake only if the function's code raises an exception
with exactly that text, and no class, variable or attribute anywhere in the code has that name. Code is read, never run.
"""

from __future__ import annotations

import ast
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.files import read_bytes
from pytest_sfn.errors import DefinitionError
from pytest_sfn.lint.errors import names_of
from pytest_sfn.lint.rules import Problem, found
from pytest_sfn.loaders.project import Project
from pytest_sfn.services.function_names import parse_function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_sfn.lint.definition import LintedDefinition, State
    from pytest_sfn.loaders.functions import FunctionResource
    from pytest_sfn.loaders.template import Template

__all__ = ["SKIPPED", "Code", "check_handlers"]

SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv", "build", "dist"})
"""Folders of tools, in which nobody writes; nor in those whose names begin with a dot."""
_MOST_FILES: Final = 200
_MOST_FOLDERS: Final = 1000
_LONGEST: Final = 1_000_000


def check_handlers(definition: LintedDefinition, template: Template, code: Code) -> Iterator[Problem]:
    """Error names that a function's code has only as a message."""
    for state in definition.states:
        names = list(names_of(state))
        function = _function_of(state, template) if names else None
        if function is None:
            continue
        messages = code.messages(function)
        for name, pointer in names:
            if name in messages:
                yield found("message-as-error", pointer, on_value=True, name=name, type=messages[name])


def _function_of(state: State, template: Template) -> FunctionResource | None:
    resource = state.resource
    if resource is None:
        return None
    text = resource.text if resource.kind == "lambda" else None
    if resource.service == "lambda" and resource.action == "invoke" and isinstance(state.payload, dict):
        text = state.payload.get("FunctionName")
    if not isinstance(text, str):
        return None
    plain = text.removesuffix(":$LATEST")
    names = {plain, parsed.name} if "${" in text and (parsed := parse_function(plain)) else {plain}
    return next((each for each in template.functions if plain == each.arn or names.intersection(each.names)), None)


class Code:
    """The code of functions; each folder is read once, however many functions and machines share it.

    Args:
        allowed_folders: where links in a folder may lead besides its project.
    """

    def __init__(self, allowed_folders: Sequence[Path] = ()) -> None:
        self._allowed_folders = allowed_folders
        self._known: dict[Path | str, dict[str, str]] = {}

    def messages(self, function: FunctionResource) -> dict[str, str]:
        """Messages of exceptions that are not the name of anything, each with the class that is raised."""
        where = function.code if function.code_text is None else function.code_text
        if where is None:
            return {}
        if where not in self._known:
            self._known[where] = _messages([where] if isinstance(where, str) else self._files(where))
        return self._known[where]

    def _files(self, folder: Path) -> Iterator[str]:
        """The text of each of the folder's Python files, as far as the limits."""
        project = Project(folder, self._allowed_folders)
        left = _MOST_FILES
        for number, (where, folders, names) in enumerate(os.walk(folder)):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
            for name in sorted(names):
                path = Path(where, name)
                if name.endswith(".py") and not (path.is_symlink() and project.refusal(path)):
                    left -= 1
                    try:
                        yield read_bytes(path, _LONGEST).decode()
                    except (DefinitionError, UnicodeDecodeError):
                        continue
            if left <= 0 or number >= _MOST_FOLDERS:
                return


def _messages(files: Iterable[str]) -> dict[str, str]:
    named: set[str] = set()
    messages: dict[str, str] = {}
    for text in files:
        names, raised = _read(text)
        named |= names
        messages |= raised
    return {message: type_ for message, type_ in messages.items() if message not in named}


def _read(text: str) -> tuple[set[str], dict[str, str]]:
    """(every name in the code, {message of an exception: its class})."""
    names: set[str] = set()
    raised: dict[str, str] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that Python does not know
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):  # Python's own limits of nesting among them
        return names, raised
    for node in _nodes(tree):
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
    return names, raised


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """A node and all below, in any order; three times as fast as `ast.walk`."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST)]
