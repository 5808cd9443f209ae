"""The paths in the texts of a definition, JSONPath's and JSONata's, each with a guess at what it leads to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.coverage.guesses import NUMBER, TEXT, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["member_steps", "paths_in"]

_STEP: Final = re.compile(r"\.([A-Za-z_][\w-]*)|\.`([^`]+)`|\[['\"]([^'\"]+)['\"]\]|\.?(\[[\d*:,\s-]+\])|\.\*\*?")
_STEPS_OF_JSONATA: Final = _STEP.pattern.replace("[\\w-]", "\\w")
_JSONPATH: Final = re.compile(rf"(?<![\w$])\$(\$\.(?:Map\.Item\.Value|Execution\.Input)|[A-Za-z_]\w*)?((?:{_STEP.pattern})*)")
_JSONATA: Final = re.compile(rf"(?<![\w$])\$([A-Za-z_]\w*)((?:{_STEPS_OF_JSONATA})*)(?!\w|\s*\(|\s*:=)")
_MEMBER: Final = re.compile(r":\s*(?!(?:true|false|null)\b)(?:\$\w+\(\s*)?([A-Za-z_]\w*(?:\.\w+)*)(?!\w|\s*\()")
_LOCAL: Final = re.compile(r"\$([A-Za-z_]\w*)\s*(?::=|[,)][^{]{0,200}\{)")
"""A variable of a JSONata expression itself: bound, or a parameter of a function."""
_GUESSES: Final[tuple[tuple[str, Any], ...]] = (
    (r"^Payload", {}),
    (
        r"ItemsPath|\bItems\b|ArrayLength|ArrayContains|ArrayPartition|ArrayGetItem|ArrayUnique|\$(count|map|filter|reduce|sort)\(",
        [],
    ),
    (r"Timestamp|\$(toMillis|fromMillis)\(", TIMESTAMP),
    (r"Seconds|MaxConcurrency|MaxItems|MathAdd|MathRandom|ArrayRange|Count|Percentage|\$(sum|round|floor|abs|max|min)\(", 1),
    (r"StringToJson|\$parse\(", "{}"),
    (r"JsonMerge|\$merge\(|\$keys\(", {}),
    (r"\bIsBoolean|\bBoolean", True),
    (r"\bNumeric|\bIsNumeric", 1),
)
"""What is in a field's name or text before a path, and a value for that path."""
_SPLIT: Final = re.compile(r"StringSplit\(|\$split\(")
_SPLITTING: Final = re.compile(r"""\s*,\s*(['"])(.{1,100}?)\1\s*\)(?:(?:\s*,\s*|\[)(\d{1,2}))?""")
"""What follows the path of a text that is split: the separator, and the part that is taken."""
_OPERATOR: Final = re.compile(r"\s*[-+*/<>]")
_BEFORE: Final = 200
_OBJECT: Final = 2_000
"""So many characters are looked at before a path, and of an object that is made of it: a text may have thousands of paths."""


def member_steps(path: Any) -> list[str] | None:
    """The steps of a path into the state's own data; None for one into something else."""
    if path is None:
        return []
    if not isinstance(path, str) or not path.startswith("$") or path.startswith("$$"):
        return None
    return _split(path[1:])


def _split(text: str) -> list[str]:
    """The steps of a path; wildcards are left out, so what follows is asked of the value itself."""
    found = []
    for name, quoted, bracketed, index in _STEP.findall(text):
        digits = re.match(r"\[(\d{1,2})\]", index)
        found.append(f"[{digits[1] if digits else ''}" if index else name or quoted or bracketed)
    return [step for step in found if step]


def paths_in(text: str, field: str, *, jsonata: bool) -> Iterator[tuple[str, list[str], Any]]:
    """Each path in a text: its root ("" for the state's data), its steps, a value of the right type."""
    if jsonata and not text.startswith("{%"):
        return
    local = {*_LOCAL.findall(text), "states"} if jsonata else set()
    line_end = last_join = -1
    for match in (_JSONATA if jsonata else _JSONPATH).finditer(text):
        root, steps, end = match[1] or "", _split(match[2]), match.end()
        if end > line_end:
            line_end = text.find("\n", end) % (len(text) + 1)
            last_join = text.rfind("&", end, line_end)
        before = text[max(match.start() - _BEFORE, 0) : match.start()].rpartition(",")[2]
        before = before[before.rfind("(", 0, max(before.rfind("("), 0)) + 1 :]  # the innermost function
        guess = next((value for words, value in _GUESSES if re.search(words, f"{field[:_BEFORE]} {before}")), TEXT)
        if _SPLIT.search(before) and (split := _SPLITTING.match(text, end)):
            guess = split[2].join([TEXT] * (int(split[3] or 0) + 1))
        if jsonata and end > last_join and _OPERATOR.match(text, end):
            guess = 1
        if root == "states":
            root, steps = _within_states(steps)
            if not root:
                continue
        elif root.startswith("$"):
            root = "item" if "Map" in root else "execution"
        elif root in local or (not root and text.startswith("$", end)):
            continue
        if root or match[0] == "$" or steps:
            yield root, steps, NUMBER if guess == TEXT and steps[-1:] == ["N"] else guess
        if jsonata and text.startswith(".{", end):  # an object of each item
            made = text[end : end + _OBJECT].partition("}")[0]
            yield from (
                (root, [*steps, "[", *name.split(".")], NUMBER if name.endswith(".N") else TEXT)
                for name in _MEMBER.findall(made)
            )


def _within_states(steps: list[str]) -> tuple[str, list[str]]:
    """The root and the steps of a path into JSONata's `$states`; the root is "" where no sample can have it."""
    for root, way in (("execution", ["context", "Execution", "Input"]), ("item", ["context", "Map", "Item", "Value"])):
        if steps[: len(way)] == way:
            return root, steps[len(way) :]
    return (steps[0], steps[1:]) if steps and steps[0] in ("input", "result") else ("", [])
