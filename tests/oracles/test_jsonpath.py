"""JSONPath against the release that AWS reads paths with, Jayway's JsonPath 2.0.0, on random paths.

Runs where a JDK and Debian's package `libjsonpath-java` are installed; `python -m tests.oracles.test_jsonpath COUNT SEED`
prints the differences of a longer run. Two things are AWS's own, not the release's: a search for several values that ends with
an error gives `[]`, and the text after "Current context is:" is not compared, as no recording shows it.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn.expressions.env import ExpressionSyntaxError
from pytest_sfn.expressions.paths import compile_path
from pytest_sfn.expressions.values import UNDEFINED, json_equal

JARS = [
    Path("/usr/share/java", f"{name}.jar") for name in ("json-path-2.0.0", "json-smart", "accessors-smart", "asm", "slf4j-api")
]
SEVERAL = "Multi properties can only be used as path leafs"
Case = tuple[str, Any]
"""A path and a document."""

NAMES = ["a", "b", "c", "key", "with-dash", "é"]
OPERANDS = [
    "@",
    "$.a",
    "1",
    "2.5",
    "-3",
    "'a'",
    "'x'",
    "x",
    "true",
    "null",
    "/x/",
    "/A.*/i",
    "@[0]",
    "@['a','b']",
    '"a"',
    "''",
    "1e0",
]
SCRAPS = ["$", ".", "..", "[", "]", "*", "0", "-1", ":", ",", "'", " ", "?(", ")", "(@.length-1)", '"', "a", "=="]


class Generator:
    """Makes paths, documents that nearly fit them, and texts that are hardly paths."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def case(self) -> Case:
        pick = self.random
        if pick.random() < 0.2:
            return "$" + pick.choice(".[") + "".join(pick.choices(SCRAPS, k=pick.randint(1, 5))), self.value()
        return "$" + "".join(self.step() for _ in range(pick.choice([1, 1, 2, 2, 3, 4]))), self.value()

    def step(self) -> str:
        pick = self.random
        name, other = pick.choices(NAMES, k=2)
        plain = name if name.isalnum() else "a"
        return pick.choice(
            [
                *[f".{plain}", f"['{name}']"] * 4,
                *[f"[{pick.randint(-2, 4)}]", "[*]", ".*", f"..{plain}", "..*"],
                *[
                    f"[{pick.randint(-3, 3)}:{pick.choice(['', '1', '-1', '3'])}]",
                    "[:2]",
                    "[0,1]",
                    "[1 , 5]",
                    "[0..1]",
                    "[(@.length-1)]",
                ],
                *[f"['{name}','{other}']", f"['{name}', '{other}' ]", f"..['{name}']", "..[0]"],
                *[f"[?({self.condition()})]"] * 4,
            ]
        )

    def condition(self) -> str:
        pick = self.random
        compared = [
            pick.choice(["", "", "!"]) + self.operand()
            if pick.random() < 0.2
            else f"{self.operand()} {pick.choice(['==', '!=', '<', '<=', '>', '>=', '=~'])} {self.operand()}"
            for _ in range(pick.choice([1, 1, 1, 2, 3]))
        ]
        return pick.choice([" && ", " || ", "&&"]).join(compared)

    def operand(self) -> str:
        pick = self.random
        return (
            pick.choice(OPERANDS)
            if pick.random() < 0.4
            else "@" + "".join(f"['{pick.choice(NAMES)}']" for _ in range(pick.randint(1, 2)))
        )

    def value(self, depth: int = 0) -> Any:
        pick = self.random
        kind = pick.random()
        if depth > 3 or (depth and kind < 0.35):
            return pick.choice([0, 1, 2.5, -3, True, False, None, "", "a", "x", "null", "true", "1"])
        if kind < 0.6:
            return [self.value(depth + 1) for _ in range(pick.randint(0, 4))]
        return {name: self.value(depth + 1) for name in pick.sample(NAMES, pick.randint(1, 4))}


def theirs(cases: list[Case]) -> list[dict[str, Any]]:
    """The release's answers."""
    lines = [json.dumps({"path": path, "document": json.dumps(document)}) for path, document in cases]
    command = ["java", "-cp", ":".join(map(str, JARS)), str(Path(__file__).with_name("JsonPathPeer.java"))]
    run = subprocess.run(
        command, input="\n".join(lines) + "\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def ours(case: Case) -> tuple[dict[str, Any], bool]:
    """Our answer, and whether the path names one value."""
    text, document = case
    try:
        path = compile_path(text)
    except ExpressionSyntaxError as error:
        return {"refused": error.message}, True
    value = path.read(document)
    return {"error": path.explain(document)} if value is UNDEFINED else {"value": value}, path.definite


def same(answer: dict[str, Any], expected: dict[str, Any], definite: bool) -> bool:
    if "error" in expected and not definite and SEVERAL not in expected["error"]:
        expected = {"value": []}
    if answer.keys() != expected.keys():
        return False
    if "error" in expected:
        return answer["error"].partition("Current context")[0] == expected["error"].partition("Current context")[0]
    return "refused" in answer or json_equal(answer["value"], expected["value"])


def differences(cases: list[Case]) -> list[str]:
    """Where we answer differently."""
    found = []
    for case, expected in zip(cases, theirs(cases), strict=True):
        answer, definite = ours(case)
        if not same(answer, expected, definite):
            found.append(f"{case[0]}\n    document {json.dumps(case[1])}\n    ours     {answer}\n    theirs   {expected}")
    return found


@pytest.mark.skipif(not (JARS[0].is_file() and shutil.which("javac")), reason="needs a JDK and libjsonpath-java")
def test_random_paths() -> None:
    generator = Generator(1)
    found = differences([generator.case() for _ in range(4000)])
    assert len(found) <= 8, "\n".join(found)


def test_the_generator_reaches_every_kind_of_step() -> None:
    generator = Generator(1)
    paths = "\n".join(generator.case()[0] for _ in range(500))
    for kind in (r"\.\.\w", r"\[\?\(", r"=~", r"&&", r"\[\d+:", r"length", r"','", r"!@", r"\*"):
        assert re.search(kind, paths)


if __name__ == "__main__":
    count, seed = map(int, sys.argv[1:3])
    generator = Generator(seed)
    found = differences([generator.case() for _ in range(count)])
    print(*found, f"{count - len(found)} of {count} agree", sep="\n")
