"""JSONata against the reference, the npm package `jsonata` 2.0.6, on random expressions.

Runs where `node` is found and the environment variable PYTEST_SFN_NODE_MODULES names a folder `node_modules` that has the
package; `python -m tests.oracles.test_jsonata COUNT SEED [FOLDER]` prints the differences of a longer run; with a folder, of
the expressions in the definitions below it, each with COUNT random values for its variables.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import jsonata
from pytest_sfn.expressions.values import json_equal
from pytest_sfn.jsonata import UNDEFINED, JsonataError, Limits
from tests.oracles.expressions import Generator

Case = tuple[str, Any] | tuple[str, Any, dict[str, Any]]
"""An expression, data, and variables perhaps."""
MODULES = os.environ.get("PYTEST_SFN_NODE_MODULES")


def theirs(cases: list[Case]) -> list[dict[str, Any]]:
    """The reference's answers."""
    peer = Path(__file__).with_name("jsonata_peer.js")
    environment = {**os.environ, "NODE_PATH": MODULES or ""}
    run = subprocess.run(
        ["node", peer], input=json.dumps(cases), env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(run.stdout)
    return answers


def ours(case: Case) -> dict[str, Any]:
    try:
        value = jsonata.compile(case[0])(case[1], *case[2:], limits=Limits(depth=400))
    except JsonataError as error:
        return {"code": error.code}
    return {} if value is UNDEFINED else {"value": value}


CRASHES = ("TypeError", "RangeError", "none")
"""What the reference ends with where it does not look at its arguments; we give a code or a value."""


def same(text: str, a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two answers are the same.

    Of the errors of items that the reference evaluates side by side, it reports the one that happens first by its clock.
    """
    if b.get("code") in CRASHES or ("code" in a and "code" in b and ("[" in text or "{" in text)):
        return True
    return a.get("code") == b.get("code") and json_equal(a.get("value", ...), b.get("value", ...))


def differences(cases: list[Case]) -> list[str]:
    """Where we answer differently."""
    found = []
    for case, expected in zip(cases, theirs(cases), strict=True):
        try:
            answer: dict[str, Any] = ours(case)
        except Exception as error:  # noqa: BLE001 - a crash is a difference like any other
            answer = {"code": f"{type(error).__name__}: {error}"}
        if not same(case[0], answer, expected):
            found.append(f"{case[0]}\n    data   {json.dumps(case[1])}\n    ours   {answer}\n    theirs {expected}")
    return found


@pytest.mark.skipif(not (MODULES and shutil.which("node")), reason="needs node and PYTEST_SFN_NODE_MODULES")
def test_random_expressions() -> None:
    generator = Generator(1)
    cases = [generator.case() for _ in range(4000)]
    found = differences(cases)
    assert len(found) <= len(cases) // 2000, "\n".join(found)


def found_below(folder: Path, count: int, seed: int) -> list[Case]:
    """The expressions of all definitions in a folder, with values for the variables that they read."""
    texts = {text for file in sorted(folder.rglob("*.json")) for text in _EXPRESSION.findall(file.read_text("utf-8"))}
    rnd = random.Random(seed)
    cases: list[Case] = []
    for text in sorted(text for text in texts if not re.search(r"\$(now|millis|random|shuffle|uuid)\b", text)):
        text = json.loads(f'"{text}"')
        names = tuple(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'|\"[^\"]*\"", "", text))))
        for _ in range(count):
            generator = Generator(rnd.randrange(1 << 30), names)
            variables = {name: generator.data(2) for name in re.findall(r"\$([A-Za-z_]\w*)(?!\w*\()", text)}
            variables["states"] = {part: generator.data(3) for part in ("input", "result", "context", "errorOutput")}
            cases.append((text, None, variables))
    return cases


_EXPRESSION = re.compile(r'"\{%((?:[^"\\]|\\.)*)%\}"')

if __name__ == "__main__":
    number, seed = int(sys.argv[1]), int(sys.argv[2])
    made = Generator(seed)
    all_cases = found_below(Path(sys.argv[3]), number, seed) if len(sys.argv) > 3 else [made.case() for _ in range(number)]
    different = differences(all_cases)
    print("\n".join(different))
    print(f"{len(different)} of {len(all_cases)} differ")
