"""Terraform's templates: `${expression}`, `%{ if }`, `%{ for }` in quoted texts, heredocs and files.

The text is cut into parts once. Each part keeps its offset, so that a place in the rendered text is found in the original.

https://developer.hashicorp.com/terraform/language/expressions/strings
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.loaders.hcl_values import Piece, Rendered, boolean_of, pairs_of, text_of, unescape
from pytest_sfn.loaders.intrinsics import Placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.text import Text
    from pytest_sfn.errors import DefinitionError

__all__ = ["parts_of", "render"]

_mark = re.compile(r"\$\$\{|%%\{|\$\{|%\{").search
_string_or_brace = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL).finditer
_for: Final = re.compile(r"for\s+([\w-]+)\s*(?:,\s*([\w-]+)\s*)?\s+in\s+(.*)", re.DOTALL)
_word = re.compile(r"[ \t]*(?:\r?\n[ \t]*)?").match

_MOST_PIECES: Final = 200_000

Part = tuple[str, int, int]
"""(kind, begin, end): `text`, `escape` or `expression` or a directive (`if`, `else`, `endif`, `for`, `endfor`)."""


class Evaluator(Protocol):
    """Evaluates the expressions of a template; `hcl.Evaluator` fulfils it."""

    @property
    def text(self) -> Text:
        """The file."""

    def expression(self, begin: int, end: int) -> Any:
        """The value of the expression written between two offsets."""

    def bound(self, names: Mapping[str, Any]) -> Evaluator:
        """The same with some names more."""

    def misshapen(self, offset: int, why: str) -> DefinitionError:
        """The error of a template whose parts do not fit together."""


def render(evaluator: Evaluator, begin: int, end: int, *, quoted: bool = False, trim: bool = False) -> Any:
    """The text between two offsets of the evaluator's file, rendered.

    Returns:
        a `Rendered`; or the value itself of a text that is one `${...}` and nothing else.

    Raises:
        OverflowError: it is larger than a definition can be.
    """
    parts = list(parts_of(evaluator.text.text, begin, end))
    if len(parts) == 1 and parts[0][0] == "expression":
        return evaluator.expression(parts[0][1], parts[0][2])
    _check(evaluator, parts)
    pieces = _Renderer(evaluator, parts, quoted=quoted).all()
    if trim:
        pieces = _trimmed(pieces)
    return Rendered.of(pieces or [Piece("", evaluator.text, begin)])


def _check(evaluator: Evaluator, parts: list[Part]) -> None:
    """Raises DefinitionError if a directive has no end."""
    waiting: list[Part] = []
    for part in parts:
        if part[0] in ("if", "for"):
            waiting.append(part)
        elif part[0] in ("endif", "endfor") and waiting:
            kind, *_ = waiting.pop()
            if part[0] != f"end{kind}":
                raise evaluator.misshapen(part[1], f"%{{ {part[0]} }} ends a %{{ {kind} }}; write %{{ end{kind} }}")
    for kind, begin, _ in waiting:
        raise evaluator.misshapen(begin, f"%{{ {kind} }} has no %{{ end{kind} }}")


def parts_of(text: str, begin: int, end: int) -> Iterator[Part]:
    """The parts of the template between two offsets."""
    position = begin
    while position < end:
        mark = _mark(text, position, end)
        if mark is None:
            break
        if mark.start() > position:
            yield "text", position, mark.start()
        if len(mark[0]) == 3:  # $${ is a literal ${
            yield "escape", mark.start(), mark.end()
            position = mark.end()
            continue
        close = _closing(text, mark.end(), end)
        inner, stop = mark.end(), close
        stripped_before = text[inner : inner + 1] == "~"
        stripped_after = text[stop - 1 : stop] == "~"
        inner, stop = inner + stripped_before, stop - stripped_after
        if mark[0] == "${":
            yield "expression", inner, stop
        else:
            word = re.match(r"\s*(\w*)", text[inner:stop])
            yield (word[1] if word else ""), inner, stop
        position = close + 1
        if stripped_after:
            blank = _word(text, position, end)
            position = blank.end() if blank else position
    if position < end:
        yield "text", position, end


def _closing(text: str, begin: int, end: int) -> int:
    """The offset of the brace that closes."""
    depth = 0
    for match in _string_or_brace(text, begin, end):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            if depth == 0:
                return match.start()
            depth -= 1
    return end


class _Renderer:
    def __init__(self, evaluator: Evaluator, parts: list[Part], *, quoted: bool) -> None:
        self.evaluator = evaluator
        self.parts = parts
        self.quoted = quoted
        self.next = 0

    def all(self) -> list[Piece]:
        pieces: list[Piece] = []
        while self.next < len(self.parts):
            pieces += self.until(self.evaluator)
            self.next += 1  # an `endif` too many
        return pieces

    def until(self, evaluator: Evaluator | None) -> list[Piece]:
        """The parts up to the end of the directive around them; without an evaluator they are passed over."""
        pieces: list[Piece] = []
        while self.next < len(self.parts):
            kind, begin, end = self.parts[self.next]
            if kind in ("else", "endif", "endfor"):
                return pieces
            self.next += 1
            if kind == "if":
                pieces += self.branch(evaluator, begin, end)
            elif kind == "for":
                pieces += self.loop(evaluator, begin, end)
            elif evaluator is not None:
                pieces += self.piece(evaluator, kind, begin, end)
        return pieces

    def piece(self, evaluator: Evaluator, kind: str, begin: int, end: int) -> list[Piece]:
        text = evaluator.text
        source = text.text[begin:end]
        if kind == "text":
            if self.quoted and "\\" in source:
                return [Piece(unescape(source), text, begin, literal=False)]
            return [Piece(source, text, begin)]
        if kind == "escape":
            return [Piece(source[1:], text, begin, literal=False)]
        found = evaluator.expression(begin, end)
        if isinstance(found, Rendered) and len(found) > 200:  # a whole definition, or a part of one: its own places
            return list(found.pieces)
        return [Piece(text_of(found), text, begin - 2, literal=False)]

    def branch(self, evaluator: Evaluator | None, begin: int, end: int) -> list[Piece]:
        condition = None
        if evaluator is not None:
            word = evaluator.text.text.index("if", begin) + 2
            condition = boolean_of(evaluator.expression(word, end))
        taken = evaluator if condition is not False else None
        pieces = self.until(taken)
        if self.next < len(self.parts) and self.parts[self.next][0] == "else":
            self.next += 1
            pieces += self.until(evaluator if condition is False else None)
        self.next += 1
        return pieces

    def loop(self, evaluator: Evaluator | None, begin: int, end: int) -> list[Piece]:
        match = _for.match(evaluator.text.text[begin:end].strip()) if evaluator is not None else None
        first = self.next
        pieces: list[Piece] = []
        if evaluator is not None and match is not None:
            offset = evaluator.text.text.index(match[3], begin)
            collection = evaluator.expression(offset, offset + len(match[3].rstrip()))
            for key, value in () if isinstance(collection, Placeholder) else pairs_of(collection):
                names = {match[1]: key, match[2]: value} if match[2] else {match[1]: value}
                self.next = first
                pieces += self.until(evaluator.bound(names))
                if len(pieces) > _MOST_PIECES:
                    raise OverflowError
        self.next = first
        self.until(None)
        self.next += 1
        return pieces


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """A heredoc of the form `<<-`: without the indentation that all its lines share."""
    lines = re.findall(r"^([ \t]*)\S", "".join(piece.text for piece in pieces), re.MULTILINE)
    indent = min(map(len, lines), default=0)
    if not indent:
        return pieces
    trimmed: list[Piece] = []
    fresh = True  # at the begin of a line
    for piece in pieces:
        offset = piece.offset
        for line in piece.text.splitlines(keepends=True) or [""]:
            blank = min(len(line) - len(line.lstrip(" \t")), indent) if fresh else 0
            trimmed.append(Piece(line[blank:], piece.source, offset + blank if piece.literal else piece.offset, piece.literal))
            offset += len(line)
            fresh = line.endswith("\n")
    return trimmed
