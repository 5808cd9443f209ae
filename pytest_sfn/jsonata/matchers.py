"""Regular expressions: JavaScript's, compiled by the `regex` package, which can stop one that would go on for hours."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Final

import regex

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.evaluation import Native, Procedure
from pytest_sfn.jsonata.values import UNDEFINED, Value, units, whole

if TYPE_CHECKING:
    from pytest_sfn.jsonata.evaluation import Evaluation

__all__ = ["Regex"]


class Regex(Procedure):
    """A regular expression as the function it is: text to the first match, which leads to the next.

    Attributes:
        pattern: its text.
        position: where it ends in the expression.
    """

    __slots__ = ("_compiled", "_flags", "pattern", "position")
    arity = 2
    truth = False

    def __init__(self, pattern: str, flags: str, position: int) -> None:
        self.pattern = pattern
        self.position = position
        self._flags = flags
        self._compiled: Any = None

    def search(self, run: Evaluation, text: str, start: int = 0) -> Any:
        """The first match of the `regex` package from an index on, None for none; the text's characters are UTF-16 units.

        Raises:
            JsonataError: S0301, the pattern is none of JavaScript's.
            EvaluationTimeoutError: it takes too long.
        """
        if self._compiled is None:
            self._compiled = _compile(units(self.pattern), self._flags)
        return run.search(self._compiled.search, text, start)

    def call(self, run: Evaluation, args: list[Value], context: Value) -> Value:
        start = args[1] if len(args) > 1 and args[1].__class__ is int else 0  # an index, where `$map` calls it
        if not args or not isinstance(args[0], str):
            return UNDEFINED
        text = units(args[0])
        found = self._find(run, text, start)
        if found is not UNDEFINED:
            run.keep(text)  # `next` holds it
        return found

    def _find(self, run: Evaluation, text: str, start: int) -> Value:
        found = self.search(run, text, start)
        if found is None:
            return UNDEFINED
        end = found.end()
        return {
            "match": whole(found[0]),
            "start": found.start(),
            "end": end,
            "groups": [UNDEFINED if group is None else whole(group) for group in found.groups()],
            "next": Native(lambda run: self._next(run, text, end), None),
        }

    def _next(self, run: Evaluation, text: str, start: int) -> Value:
        if start >= len(text):
            return UNDEFINED
        found = self._find(run, text, start)
        if found is not UNDEFINED and not found["match"]:
            raise JsonataError("D1004", self.position, value=self.pattern)
        return found


_CLASS_ESCAPES: Final = {"d": "0-9", "w": "A-Za-z0-9_"}
_ESCAPE: Final = re.compile(r"x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c[A-Za-z]|k<\w+>|.", re.DOTALL)
_KEPT_ESCAPE: Final = re.compile(r"[DWsSbBfnrtv1-9]|[xu].+")
_QUANTIFIER: Final = re.compile(r"[0-9]+(,[0-9]*)?\}")


@functools.lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> Any:
    options = regex.VERSION0 | (regex.IGNORECASE if "i" in flags else 0) | (regex.MULTILINE if "m" in flags else 0)
    try:
        return regex.compile(_translated(pattern, "m" in flags), options)
    except regex.error as error:
        raise JsonataError("S0301", value=str(error)) from None


def _translated(pattern: str, multiline: bool) -> str:
    r"""JavaScript's pattern in Python's dialect: its escapes only, ASCII `\\d`, `\\w` and `\\b`, `$` at the end only."""
    parts = []
    in_class = False
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char == "\\" and position < len(pattern):
            match = _ESCAPE.match(pattern, position)
            assert match is not None
            position = match.end()
            parts.append(_escaped(match[0], in_class, "(?<" in pattern))
        elif in_class:
            in_class = char != "]"
            parts.append("\\[" if char == "[" else char)
        elif char == "[" and (match := re.compile(r"\^?\]").match(pattern, position)):  # [^] any character, [] none
            parts.append(r"(?s:.)" if match[0] == "^]" else r"(?!)")
            position = match.end()
        elif char == "{" and not _QUANTIFIER.match(pattern, position):
            parts.append(r"\{")
        else:
            in_class = char == "["
            parts.append(r"\Z" if char == "$" and not multiline else "[^\n\r\u2028\u2029]" if char == "." else char)
    return "".join(parts)


def _escaped(escape: str, in_class: bool, named: bool) -> str:
    members = _CLASS_ESCAPES.get(escape.lower())
    if members is not None and (escape.islower() or not in_class):
        return members if in_class else f"[{'^' if escape.isupper() else ''}{members}]"
    if escape in ("b", "B") and not in_class:
        return f"(?a:\\{escape})"
    if escape == "0" or (escape[0] == "c" and len(escape) == 2):
        return f"\\x{ord(escape[-1]) % 32 if escape != '0' else 0:02x}"
    if escape[0] == "k" and named and len(escape) > 1:
        return f"(?P={escape[2:-1]})"
    return "\\" + escape if _KEPT_ESCAPE.fullmatch(escape) else str(regex.escape(escape))
