"""Reading, running and counting the cases; see the package's docstring for their format."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_sfn import jsonata
from pytest_sfn.expressions.values import json_equal
from pytest_sfn.jsonata import UNDEFINED, JsonataError, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HERE", "Case", "check", "read_cases", "run"]

HERE = Path(__file__).parent


@dataclass
class Case:
    """One case: its id `group/file` (with `_n` for the nth of a list), its folder, and what the file says."""

    id: str
    folder: Path
    content: dict[str, Any]

    @property
    def code(self) -> str | None:
        """The error code expected, None if a value is."""
        code: str | None = self.content.get("code") or (self.content.get("error") or {}).get("code")
        return code

    def expression(self) -> str:
        """The text of the expression."""
        if "expr" in self.content:
            return str(self.content["expr"])
        return (self.folder / str(self.content["expr-file"])).read_text("utf-8")

    def data(self) -> Any:
        """The document, `UNDEFINED` for none."""
        if "data" in self.content:
            return self.content["data"]
        name = self.content.get("dataset")
        if name is None:
            return UNDEFINED
        return json.loads((self.folder.parent.parent / "datasets" / f"{name}.json").read_text("utf-8"))


def read_cases(folder: Path) -> Iterator[Case]:
    """All cases below a folder that has `groups/` in it, in order of their names."""
    for path in sorted((folder / "groups").glob("*/*.json")):
        content = json.loads(path.read_text("utf-8"))
        name = f"{path.parent.name}/{path.stem}"
        if isinstance(content, list):
            for index, item in enumerate(content):
                yield Case(f"{name}_{index}", path.parent, item)
        else:
            yield Case(name, path.parent, content)


def _evaluate(case: Case) -> Any:
    content = case.content
    limits = Limits(depth=content.get("depth", 1000), bytes=1 << 28, value=1 << 28)  # two cases count ten million numbers
    return jsonata.compile(case.expression())(case.data(), content.get("bindings") or {}, limits=limits)


class WrongToken(str):  # noqa: SLOT000 - a message with a mark
    """What is wrong where the code is right and only the token at fault is another."""


def check(case: Case) -> str | None:
    """What is wrong with our answer, None if nothing is."""
    content = case.content
    try:
        result = _evaluate(case)
    except JsonataError as error:
        if error.code != case.code:
            return f"{error}, expected {case.code or 'a value'}"
        if "token" in content and error.token != content["token"]:
            return WrongToken(f"token {error.token!r}, expected {content['token']!r}")
        return None
    if case.code:
        return f"{_show(result)}, expected {case.code}"
    if content.get("undefinedResult"):
        return None if result is UNDEFINED else f"{_show(result)}, expected undefined"
    expected = content.get("result")
    if result is not UNDEFINED and (json_equal(result, expected) or (content.get("unordered") and _same(result, expected))):
        return None
    return f"{_show(result)}, expected {_show(expected)}"


def _same(result: Any, expected: Any) -> bool:
    if not isinstance(result, list) or len(result) != len(expected):
        return False
    left = list(expected)
    for item in result:
        match = next((index for index, other in enumerate(left) if json_equal(item, other)), None)
        if match is None:
            return False
        del left[match]
    return True


def _show(value: Any) -> str:
    return "undefined" if value is UNDEFINED else json.dumps(value)[:200]


@dataclass
class Count:
    """Of one kind of cases: how many passed, and what was wrong with the others."""

    passed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, wrong: str | None) -> None:
        """Count one case."""
        if wrong is None:
            self.passed += 1
        else:
            self.failed.append((name, wrong))

    def __str__(self) -> str:
        total = self.passed + len(self.failed)
        return f"{self.passed}/{total} ({100 * self.passed / total:.2f} %)" if total else "none"


def run(folder: Path, verbose: bool) -> int:
    """Run all cases below a folder and print the count; the number of failed ones."""
    counts = {"values": Count(), "error codes": Count()}
    tokens = Count()
    for case in read_cases(folder):
        count = counts["error codes" if case.code else "values"]
        try:
            wrong = check(case)
        except Exception as error:  # noqa: BLE001 - a crash is a failed case like any other
            wrong = f"{type(error).__name__}: {error}"
        if "token" in case.content:
            tokens.add(case.id, wrong)
        if isinstance(wrong, WrongToken):
            if verbose:
                print(f"{case.id}: {wrong} (the code is right)")
            wrong = None
        count.add(case.id, wrong)
        if wrong is None:
            continue
        print(f"{case.id}: {wrong}" if verbose else case.id)
    for kind, count in counts.items():
        print(f"{kind}: {count}")
    print(f"tokens of errors, counted apart: {tokens}")
    passed = sum(count.passed for count in counts.values())
    failed = sum(len(count.failed) for count in counts.values())
    print(f"{passed} passed, {failed} failed")
    return failed
