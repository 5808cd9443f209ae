"""Definitions that people wrote, each with an input and answers of its tasks that let it get far.

The input and every answer are one object, which has what the definition's paths ask for: `sample` reads them and guesses the
types, by the Choice Rules and by the fields that hold the paths. Nothing here knows a single definition.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

from pytest_sfn import DefinitionError, SfnMock, StateMachine, load
from pytest_sfn.asl.model import TaskState
from tests.corpus.runner import without_json5

__all__ = ["DEFINITIONS", "FOLDER", "bind", "machine_of", "sample"]

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT.parent / "shared" / "aslcorpus" / "definitions"
EXAMPLES: Final = sorted((ROOT / "examples").rglob("*.asl.json"))
_index: list[dict[str, Any]] = json.loads((FOLDER / "index.json").read_text(encoding="utf-8")) if FOLDER.is_dir() else []
DEFINITIONS: Final[list[Path]] = [*EXAMPLES, *(FOLDER / row["file"] for row in _index)]


def machine_of(path: Path) -> StateMachine | None:
    """The definition, loaded; None if it is refused. What it is to be substituted with is 1, where that has to be a number."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(:\s*)\$\{\w+\}(?=\s*[,}\n])", r"\g<1>1", text)  # outside of quotes
    text = re.sub(r'("\w*(?:Seconds|MaxConcurrency|MaxAttempts|MaxItems)":\s*)"\$\{\w+\}"', r"\g<1>1", text)
    text = "".join(without_json5(text)) if path.suffix == ".json5" else text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return load(text)
        except DefinitionError:
            return None


def bind(account: SfnMock, machine: StateMachine, answer: Any) -> None:
    """Make mocks for all that the machine calls: each task gives the answer."""
    for task in machine.states.values():
        if isinstance(task, TaskState):
            mock = account.state(task.name, validate="none")
            if task.resource.pattern.startswith(".sync"):
                mock.submits().completes(answer, after=5)
            elif task.resource.pattern == ".waitForTaskToken" or task.resource.kind == "activity":
                mock.submits().completes(answer, after=1)
            else:
                mock.returns(answer)
    text = json.dumps(machine.definition)
    if '"ItemReader"' in text:
        entries = [{"Key": key, "Size": 1, "ETag": '"e"', "LastModified": 1, "StorageClass": "STANDARD"} for key in "ab"]
        account.resource("s3:listObjectsV2", validate="none").returns({"Contents": entries})
        account.resource("s3:getObject", validate="none").returns(
            {"Body": "a,b\n1,2\n" if '"CSV"' in text else '[{"a": 1}, 2]'}
        )
    if '"ResultWriter"' in text:
        account.resource("s3:putObject", validate="none").returns({})


PATH: Final = re.compile(r"\$(?:states\.(?:input|result|errorOutput))?((?:\.[A-Za-z_]\w*|\[['\"][\w-]+['\"]\]|\[[\d*:]+\])+)")
STEP: Final = re.compile(r"\.(\w+)|\[['\"]([\w-]+)['\"]\]|(\[[\d*:]+\])")
GUESSES: Final[list[tuple[str, Any]]] = [
    (r"ItemsPath|Items|ArrayLength|ArrayContains|ArrayPartition|ArrayGetItem|ArrayUnique", []),
    (r"Timestamp", "2024-02-01T00:00:00Z"),
    (r"Seconds|MaxConcurrency|MaxItems|MathAdd|MathRandom|ArrayRange|Count|Percentage", 2),
    (r"StringToJson", '{"a": 1}'),
    (r"", "x"),
]
"""What is in a field's name or text, and a value for a path in it."""


def sample(machine: StateMachine, seed: int = 0) -> dict[str, Any]:
    """An object with a value for every path in the definition; another seed takes other sides of its Choices."""
    random = Random(seed)
    flat: dict[str, Any] = {}
    for steps, value in _paths(machine.definition, ""):
        _put(flat, steps, random.choice(OTHERS) if seed and random.random() < 0.2 else value)
    item = _filled(flat, flat, 0)
    return _filled(flat, item, 2) if len(json.dumps(item)) < 5000 else item


OTHERS: Final = (None, True, False, 0, 1, -1, 1.5, "", "x", "true", [], {}, "2030-01-01T00:00:00Z")


def _paths(value: Any, field: str) -> Iterator[tuple[list[str], Any]]:
    """Each path in the definition, as its steps, with a value that is probably of the right type."""
    if isinstance(value, dict):
        operator = next((key for key in value if key.startswith(("String", "Numeric", "Boolean", "Timestamp", "Is"))), None)
        if isinstance(value.get("Variable"), str) and operator is not None:
            for match in PATH.finditer(value["Variable"]):
                yield STEP.findall(match[1]), _compared(operator, value[operator])
        for key, item in value.items():
            if key != "Variable":
                yield from _paths(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, field)
    elif isinstance(value, str):
        guessed = next(guess for words, guess in GUESSES if re.search(words, f"{field} {value}"))
        yield from ((STEP.findall(match[1]), guessed) for match in PATH.finditer(value))


def _compared(operator: str, operand: Any) -> Any:
    if operator.startswith("Is"):
        return {"IsNull": None, "IsBoolean": True, "IsNumeric": 1, "IsTimestamp": "2024-02-01T00:00:00Z"}.get(operator, "x")
    return "x" if operator.endswith("Path") else operand


def _put(holder: dict[str, Any], steps: list[tuple[str, str, str]], value: Any) -> None:
    """Put the value at the path; what an index leads into becomes an array, and the steps behind it are of its items."""
    names = []
    for name, quoted, index in steps:
        if index:
            value = []
            break
        names.append(name or quoted)
    for name in names[:-1]:
        inner = holder.get(name)
        if not isinstance(inner, dict):
            inner = holder[name] = {}
        holder = inner
    if names and not isinstance(holder.get(names[-1]), (dict, list)):
        holder[names[-1]] = value


def _filled(value: Any, item: Any, depth: int) -> Any:
    """The value with that item in each empty array."""
    if isinstance(value, dict):
        return {key: _filled(inner, item, depth) for key, inner in value.items()}
    return [item, item] if value == [] and depth else value
