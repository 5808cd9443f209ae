"""Two paths side by side, for an `assert execution.path == [...]` that fails."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pytest_sfn.asl.outline import set_around, states_around
from pytest_sfn.asl.pointer import last
from pytest_sfn.errors import printable
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.trace.visits import StatePath

__all__ = ["compare"]

ALIGNED = 2_000
"""Longer paths are compared place by place: lining them up takes time that grows with the square."""
SHOWN = 40
"""How many rows are shown at most, unless asked for all."""
AROUND = 1
"""How many equal rows are shown around those that differ."""

Row = tuple[str, str, str]
"""(place in the path taken, the state taken, the state expected), "" where there is none."""


def compare(taken: StatePath, expected: Sequence[object], *, verbose: bool = False) -> list[str]:
    """Lines that explain the difference, the first a summary as pytest's own explanations have it.

    Args:
        taken: the execution's path.
        expected: what the test has it compared with.
        verbose: whether rows that are equal are all shown.
    """
    wanted = [name if isinstance(name, str) else repr(name) for name in expected]
    rows = [(place, printable(mine), printable(theirs)) for place, mine, theirs in _rows(list(taken), wanted)]
    lines = [f"{_short(taken)} == {_short(wanted)}", ""]
    width = max(len("taken"), *(len(row[1]) for row in rows)) if rows else len("taken")
    lines.append(f"       {'taken':<{width}}  expected")
    skipped = shown = 0
    for index, (place, mine, theirs) in enumerate(rows):
        near = range(max(0, index - AROUND), min(len(rows), index + AROUND + 1))
        if not verbose and all(rows[i][1] == rows[i][2] for i in near):
            skipped += 1
            continue
        if not verbose and shown == SHOWN:
            lines.append(f"       ... {len(rows) - index:,} more")
            skipped = 0
            break
        shown += 1
        if skipped:
            lines.append(f"       ... {skipped:,} the same")
            skipped = 0
        mark = " " if mine == theirs else ">"
        lines.append(f"{mark} {place:>3}  {mine or '-':<{width}}  {theirs or '-'}")
    if skipped:
        lines.append(f"       ... {skipped:,} the same")
    lines += _strangers(taken, wanted)
    return [printable(line) for line in lines]


def _rows(taken: list[str], expected: list[str]) -> list[Row]:
    if len(taken) + len(expected) > ALIGNED:
        count = max(len(taken), len(expected))
        return [
            (str(i) if i < len(taken) else "", taken[i] if i < len(taken) else "", expected[i] if i < len(expected) else "")
            for i in range(count)
        ]
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, taken, expected, autojunk=False).get_opcodes():
        if tag == "replace":  # a state instead of another: one row for both
            for k in range(max(i2 - i1, j2 - j1)):
                i, j = i1 + k, j1 + k
                rows.append((str(i) if i < i2 else "", taken[i] if i < i2 else "", expected[j] if j < j2 else ""))
            continue
        rows += [(str(i), taken[i], expected[j1 + i - i1] if tag == "equal" else "") for i in range(i1, i2)]
        if tag == "insert":
            rows += [("", "", name) for name in expected[j1:j2]]
    return rows


def _strangers(taken: StatePath, expected: list[str]) -> list[str]:
    """Lines about expected names that no state of the machine has, or a state inside a Map or Parallel."""
    rules = taken._rules
    here = next((set_around(rules[name].model.pointer) for name in taken if name in rules), "")
    lines = []
    for name in dict.fromkeys(expected) if rules else ():
        if name not in rules:
            lines.append(f"no state is named {name!r}{suggest(name, list(rules))}")
            continue
        pointer = rules[name].model.pointer
        around = states_around(pointer)[:-1]
        if around and set_around(pointer) != here:
            holder = last(around[-1])
            kind = rules[holder].model.type
            part = "iterations" if kind == "Map" else "branches"
            lines.append(f"{name!r} is inside {kind} {holder!r}: execution.state({holder!r}).{part}")
    return lines


def _short(path: Sequence[str]) -> str:
    return repr(list(path)) if len(path) <= 8 else f"[{', '.join(map(repr, path[:8]))}, ...]"
