"""Parsing: jsonata-python's parser behind a tokenizer of our own and a few corrections.

The library's grammar and syntax tree are used as they are. What differs from JSONata 2.0.6 is put right here:
`?:` and `??` (2.1) are no operators, unknown operators, unclosed comments and bad escapes have their codes, escaped
surrogate pairs make one character, and regular expressions are JavaScript's, compiled by the `regex` package, which
can stop a pattern that would backtrack for hours.
"""

from __future__ import annotations

import functools
import math
import re
import threading
from typing import Any, NamedTuple

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.library import JException, Parser, Tokenizer
from pytest_sfn.expressions.jsonata.signatures import Signature
from pytest_sfn.expressions.jsonata.strings import stringify
from pytest_sfn.expressions.jsonata.values import NULL, number

__all__ = ["RegexLiteral", "parse"]

_OPERATORS = [name for name in Tokenizer.operators if name not in ("?:", "??") and not name.isalpha()]
_ESCAPES: dict[str, str] = Tokenizer.escapes
_SKIP = re.compile(r"[ \t\n\r\v]*")
_SYMBOL = re.compile("|".join(re.escape(name) for name in sorted(_OPERATORS, key=len, reverse=True)))
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_NAME = re.compile("[^ \t\n\r\v" + "".join(re.escape(name) for name in _OPERATORS if len(name) == 1) + "]*")
_TEXT = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_WORDS = {"true": True, "false": False, "null": NULL}


class _Token(NamedTuple):
    type: str
    value: Any
    position: int


class RegexLiteral:
    """`/pattern/flags`, compiled when it is first used."""

    __slots__ = ("_compiled", "flags", "pattern")

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self._compiled: Any = None

    def compiled(self) -> Any:
        if self._compiled is None:
            self._compiled = _compile(self.pattern, self.flags)
        return self._compiled


_CLASS_ESCAPES = {"d": "0-9", "w": "A-Za-z0-9_"}
_ESCAPE = re.compile(r"x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c[A-Za-z]|k<\w+>|.", re.DOTALL)
_KEPT_ESCAPE = re.compile(r"[DWsSbBfnrtv1-9]|[xu].+")
_QUANTIFIER = re.compile(r"[0-9]+(,[0-9]*)?\}")


@functools.lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> Any:
    r"""JavaScript's pattern in Python's dialect: its escapes only, ASCII `\\d`, `\\w` and `\\b`, `$` at the end only."""
    import regex

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
            escape = match[0]
            members = _CLASS_ESCAPES.get(escape.lower())
            if members is not None and (escape.islower() or not in_class):
                parts.append(members if in_class else f"[{'^' if escape.isupper() else ''}{members}]")
            elif escape in ("b", "B") and not in_class:
                parts.append(f"(?a:\\{escape})")
            elif escape == "0" or (escape[0] == "c" and len(escape) == 2):
                parts.append(f"\\x{ord(escape[-1]) % 32 if escape != '0' else 0:02x}")
            elif escape[0] == "k" and "(?<" in pattern and len(escape) > 1:
                parts.append(f"(?P={escape[2:-1]})")
            else:
                parts.append("\\" + escape if _KEPT_ESCAPE.fullmatch(escape) else regex.escape(escape))
            continue
        if in_class:
            in_class = char != "]"
            parts.append("\\[" if char == "[" else char)
            continue
        if char == "[":
            in_class = True
            if pattern.startswith("^]", position) or pattern.startswith("]", position):  # [^] any character, [] none
                in_class = False
                negated = pattern[position] == "^"
                position += 2 if negated else 1
                char = r"(?s:.)" if negated else r"(?!)"
        elif char == "$" and "m" not in flags:
            char = r"\Z"
        elif char == ".":
            char = "[^\n\r\u2028\u2029]"
        elif char == "{" and not _QUANTIFIER.match(pattern, position):
            char = r"\{"
        parts.append(char)
    options = regex.VERSION0 | (regex.IGNORECASE if "i" in flags else 0) | (regex.MULTILINE if "m" in flags else 0)
    try:
        return regex.compile("".join(parts), options)
    except regex.error as error:
        raise JsonataError("S0301", value=str(error)) from None


class _Lexer:
    """Gives the parser one token at a time. A token's position is where it ends, as in the reference."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def next(self, infix: bool) -> _Token | None:
        """The next token; a `/` starts a regular expression unless an operand came before."""
        text = self.text
        match = _SKIP.match(text, self.position)
        assert match is not None
        self.position = start = match.end()
        while text.startswith("/*", start):
            end = text.find("*/", start + 2)
            if end < 0:
                raise JsonataError("S0106", start)
            match = _SKIP.match(text, end + 2)
            assert match is not None
            self.position = start = match.end()
        if start >= len(text):
            return None
        char = text[start]
        if char == "/" and not infix:
            return self._regex(start + 1)
        match = _SYMBOL.match(text, start)
        if match is not None:
            return self._token("operator", match[0], match.end())
        if char in _TEXT:
            return self._string(char, start + 1)
        match = _NUMBER.match(text, start)
        if match is not None:
            value = float(match[0])
            if not math.isfinite(value):
                raise JsonataError("S0102", start, match[0])
            return self._token("number", number(value), match.end())
        if char == "`":
            end = text.find("`", start + 1)
            if end < 0:
                self.position = len(text)
                raise JsonataError("S0105", len(text))
            return self._token("name", text[start + 1 : end], end + 1)
        match = _NAME.match(text, start)
        assert match is not None
        name = match[0]
        if name.startswith("$"):
            return self._token("variable", name[1:], match.end())
        if name in ("and", "or", "in"):
            return self._token("operator", name, match.end())
        if name in _WORDS:
            return self._token("value", _WORDS[name], match.end())
        return self._token("name", name, match.end())

    def _token(self, kind: str, value: Any, end: int) -> _Token:
        self.position = end
        return _Token(kind, value, end)

    def _string(self, quote: str, position: int) -> _Token:
        text = self.text
        parts = []
        while True:
            match = _TEXT[quote].match(text, position)
            assert match is not None
            parts.append(match[0])
            position = match.end()
            if position >= len(text):
                raise JsonataError("S0101", len(text))
            if text[position] == quote:
                break
            escape = text[position + 1 : position + 2]
            position += 2
            if escape in _ESCAPES:
                parts.append(_ESCAPES[escape])
            elif escape == "u":
                digits = text[position : position + 4]
                if not re.fullmatch("[0-9a-fA-F]+", digits):
                    raise JsonataError("S0104", position - 1)
                parts.append(chr(int(digits, 16)))
                position += 4
            else:
                raise JsonataError("S0103", position - 1, escape)
        value = "".join(parts)
        if not value.isascii():
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return self._token("string", value, position + 1)

    def _escaped(self, position: int) -> bool:
        before = self.text[:position]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1

    def _regex(self, start: int) -> _Token:
        text = self.text
        depth = 0
        position = start
        while position < len(text):
            char = text[position]
            if char == "/" and depth == 0 and not self._escaped(position):
                if position == start:
                    raise JsonataError("S0301", position)
                end = position + 1
                while text[end : end + 1] in ("i", "m"):
                    end += 1
                return self._token("regex", RegexLiteral(text[start:position], text[position + 1 : end]), end)
            if text[position - 1] != "\\":
                depth += (char in "([{") - (char in ")]}")
            position += 1
        raise JsonataError("S0302", len(text))


def _fresh(symbol: Any) -> Any:
    """A node of a symbol's kind; `copy.copy`, which the library uses, takes most of the time of parsing."""
    node = symbol.__class__.__new__(symbol.__class__)
    node.__dict__.update(symbol.__dict__)
    if "prefix" in symbol.__dict__:
        node.prefix = _fresh(symbol.prefix)
    return node


class _Bracket(Parser.InfixFunctionInvocation):  # type: ignore[misc]
    """`(` after an operand: a call, a partial application or the definition of a function."""

    def led(self, left: Any) -> Any:
        parser = self._outer_instance
        self.procedure = left
        self.type = "function"
        self.arguments = []
        while parser.node.id != ")":
            if parser.node.type == "operator" and parser.node.id == "?":
                self.type = "partial"
                self.arguments.append(parser.node)
                parser.advance("?")
            else:
                self.arguments.append(parser.expression(0))
            if parser.node.id != ",":
                break
            parser.advance(",")
            if parser.node.id == ")":
                parser.expression(0)  # nothing after a comma: refused
        parser.advance(")", True)
        if left.type == "name" and left.value in ("function", "λ"):
            for index, argument in enumerate(self.arguments, 1):
                if argument.type != "variable":
                    raise JsonataError("S0208", argument.position, argument.value, value=index)
            self.type = "lambda"
            if parser.node.id == "<":
                self.signature = self._signature(parser)
            parser.advance("{")
            self.body = parser.expression(0)
            parser.advance("}")
        return self

    @staticmethod
    def _signature(parser: Any) -> Signature:
        position = parser.node.position
        text = "<"
        depth = 1
        while depth > 0 and parser.node.id not in ("{", "(end)"):
            token = parser.advance()
            depth += (token.id == "<") - (token.id == ">")
            text += token.value if isinstance(token.value, str) else stringify(token.value)
        parser.advance(">")
        return Signature(text, position)


class _Parser(Parser):  # type: ignore[misc]
    """The library's parser reading from our lexer."""

    source: str
    node: Any
    lexer: Any
    errors: list[Any]
    ancestry: list[Any]

    def __init__(self) -> None:
        super().__init__()
        bracket = self.symbol_table["("]
        bracket.__class__ = _Bracket

    def advance(self, id: str | None = None, infix: bool = False) -> Any:
        node = self.node
        if id is not None and node.id != id:
            code = "S0203" if node.id == "(end)" else "S0202"
            raise JsonataError(code, node.position, node.value, value=id)
        token = self.lexer.next(infix)
        if token is None:
            self.node = self.symbol_table["(end)"]
            self.node.position = len(self.source)
            return self.node
        kind, value, position = token
        if kind == "operator":
            symbol = self.symbol_table.get(value)
            if symbol is None:
                raise JsonataError("S0204", position, value)
        else:
            symbol = self.symbol_table[
                "(name)" if kind in ("name", "variable") else "(regex)" if kind == "regex" else "(literal)"
            ]
        self.node = node = _fresh(symbol)
        node.value = value
        node.type = kind
        node.position = position
        return node

    def expression(self, rbp: int) -> Any:
        """Pratt's loop; the library's, with positions for the nodes it makes anew (`-`, `{`)."""
        token = self.node
        self.advance(None, True)
        left = token.nud()
        left.position = left.position or token.position
        while rbp < self.node.lbp:
            token = self.node
            self.advance(None, False)
            left = token.led(left)
            left.position = left.position or token.position
        return left

    def parse_text(self, text: str) -> Any:
        """The syntax tree of an expression."""
        self.source = text
        self.lexer = _Lexer(text)
        self.node = self.symbol_table["(end)"]
        self.errors = []
        self.ancestor_label = self.ancestor_index = 0
        self.ancestry = []
        self.advance()
        tree = self.expression(0)
        if self.node.id != "(end)":
            raise JsonataError("S0201", self.node.position, self.node.value)
        tree = self.process_ast(tree)
        if tree.type == "parent" or tree.seeking_parent is not None:
            raise JsonataError("S0217", tree.position, tree.type)
        return tree


_local = threading.local()


def parse(text: str) -> Any:
    """The syntax tree of an expression.

    Raises:
        JsonataError: an S0xxx code, with the position and token at fault.
    """
    parser = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = _Parser()
    try:
        return parser.parse_text(text)
    except JException as error:
        token = None if error.error == "S0213" else error.current
        raise JsonataError(error.error, error.location, token, value=error.current) from None
    except RecursionError:
        raise JsonataError("U1001", message="the expression is nested too deep") from None
