"""Secrets that no report shows.

A path names a secret (`$.card.number`), but the secret does not stay there: Parameters move it, causes quote it, paths
rename it. So the values at the named paths, in all that the executions read, sent and got, are hidden wherever they occur.
A short value (`1`, `US`) would hide half of every text; it is hidden only where it is a whole JSON value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine import record as r
from pytest_sfn.engine.record import Records
from pytest_sfn.errors import printable
from pytest_sfn.expressions.paths import compile_path
from pytest_sfn.expressions.values import UNDEFINED
from pytest_sfn.tasks.request import input_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_sfn.engine.run import Run
    from pytest_sfn.expressions.paths import Path

__all__ = ["HIDDEN", "Redaction"]

HIDDEN: Final = "[redacted]"
SHORT: Final = 4
"""Below this length a secret is not looked for inside of texts."""
FEW: Final = 20
"""Beginnings of secrets are looked for one after the other where there are no more."""


class Redaction:
    """What `SfnMock.redact` has named, and the values found there so far; without paths nothing is hidden.

    Args:
        runs: the executions whose values are looked at; more may come.

    Attributes:
        paths: as compiled.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.paths: list[Path] = []
        self._runs = runs
        self._records: dict[Run, Records] = {}
        self._leaves: set[str | int | float] = set()
        self._texts: dict[str, dict[int, set[str]]] = {}
        """What is looked for in texts, by its first `SHORT` characters and its length: of thousands few are compared."""

    def add(self, paths: Iterable[str]) -> None:
        self.paths += map(compile_path, paths)
        self._records.clear()

    def value(self, value: Any) -> Any:
        """A copy without the secrets; those at the named paths of this very value are secrets too."""
        if not self.paths:
            return value
        self._learn()
        self._find(value)
        return self._hide(value)

    def text(self, text: str) -> str:
        """A text without the secrets."""
        if not self.paths:
            return text
        self._learn()
        return self._hide_in(text)

    def _hide(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._hide_in(key): self._hide(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._hide(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        if value in self._leaves:
            return HIDDEN
        if isinstance(value, str):
            return self._hide_in(value)
        return value

    def _hide_in(self, text: str) -> str:
        if not any(start in text for start in self._texts) if len(self._texts) < FEW else not self._texts:
            return text
        parts: list[str] = []
        done = 0
        for at in range(len(text) - SHORT + 1):
            end = self._end(text, at)
            if end <= done:
                continue
            if at >= done:  # else it overlaps with the secret before it
                parts += text[done:at], HIDDEN
            done = end
        return "".join([*parts, text[done:]])

    def _end(self, text: str, at: int) -> int:
        """Where the longest secret ends that begins there; 0 if none does."""
        spelled = self._texts.get(text[at : at + SHORT])
        if spelled is None:
            return 0
        return max((at + size for size, texts in spelled.items() if text[at : at + size] in texts), default=0)

    def _learn(self) -> None:
        """Look for secrets in what the executions have recorded since the last time."""
        for run in self._runs:
            if run not in self._records:
                self._records[run] = Records(run)
            for record in self._records[run].new():
                for value in _values(record):
                    self._find(value)

    def _find(self, value: Any) -> None:
        if not isinstance(value, (dict, list)):
            return
        for path in self.paths:
            found = path.read(value)
            for leaf in _leaves(found) if found is not UNDEFINED else ():
                if leaf not in self._leaves:
                    self._leaves.add(leaf)
                    for spelling in _spellings(leaf):
                        self._texts.setdefault(spelling[:SHORT], {}).setdefault(len(spelling), set()).add(spelling)


def _values(record: r.Record) -> tuple[Any, ...]:
    """The values of a record; most kinds have none."""
    match record:
        case r.ExecutionStarted(input=value, variables=variables) | r.StateExited(output=value, variables=variables):
            return value, variables, *(variables or {}).values()
        case r.StateEntered(input=value) | r.ExecutionSucceeded(output=value):
            return (value,)
        case r.TaskScheduled(request=request):
            return request.parameters, input_of(request)
        case r.TaskSubmitted(output=value) | r.TaskSucceeded(result=value):
            return (value,)
        case _:
            return ()


def _leaves(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool) and value != "":
        yield value


def _spellings(leaf: str | float) -> Iterator[str]:
    """The text itself, and as messages and JSON text spell it, also in JSON text inside of JSON text."""
    text = leaf if isinstance(leaf, str) else json.dumps(leaf)
    if len(text) < SHORT:
        return
    yield printable(text)
    yield printable(text, "\n\t")
    for _ in range(3):
        yield text
        for ascii_only in (True, False):
            yield json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        text = json.dumps(text, ensure_ascii=False)[1:-1]
