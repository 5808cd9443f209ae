"""From text to syntax tree, first part: a Pratt parser, which knows what binds stronger than what.

Its *forms* are what is written; `shaping` makes the syntax tree of them, in which steps of a path stand one after the
other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.lexer import Lexer, Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.jsonata.signatures import Signature
    from pytest_sfn.jsonata.values import Value

__all__ = ["Form", "parse_forms"]


class Form:
    """What is written: a token with its operands.

    Attributes:
        kind: the token's kind for a terminal; else what the operator makes of its operands.
        value: the token's value.
        position: where the token ends.
        parts: the operands.
        pairs: members of an object: key and value; keys of an order-by clause: whether descending, and expression.
        signature: of a lambda.
        keep: whether `[]` follows.
    """

    __slots__ = ("keep", "kind", "pairs", "parts", "position", "signature", "value")

    def __init__(self, kind: str, value: Value, position: int, parts: list[Form]) -> None:
        self.kind = kind
        self.value = value
        self.position = position
        self.parts = parts
        self.pairs: list[tuple[Form, Form]] = []
        self.signature: Signature | None = None
        self.keep = False


def parse_forms(text: str) -> Form:
    """The forms of a whole text.

    Raises:
        JsonataError: an S0xxx code, with position and token.
    """
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)
        self.token = self.lexer.next(True)
        self.check(self.token)

    def whole(self) -> Form:
        form = self.expression(0)
        if self.token.kind != "end":
            raise JsonataError("S0201", self.token.position, self.token.value)
        return form

    def check(self, token: Token) -> None:
        if token.kind == "operator" and token.value in ("!", "~"):
            raise JsonataError("S0204", token.position, token.value)

    def advance(self, operand: bool = True) -> Token:
        """The current token, which is left behind; `operand` says whether one may begin after it."""
        token = self.token
        self.token = self.lexer.next(operand)
        self.check(self.token)
        return token

    def expect(self, id: str, operand: bool = True) -> None:
        token = self.token
        if token.id != id:
            raise JsonataError("S0203" if token.kind == "end" else "S0202", token.position, token.value, value=id)
        self.advance(operand)

    def expression(self, power: int) -> Form:
        """What follows, up to an operator that does not bind stronger than `power`."""
        token = self.advance(operand=False)
        if token.kind == "operator":
            prefix = _PREFIX.get(token.value)
            if prefix is None:
                raise JsonataError("S0211", token.position, token.value)
            left = prefix(self, token)
        elif token.kind == "end":
            raise JsonataError("S0207", token.position, token.value)
        else:
            left = Form(token.kind, token.value, token.position, [])
        while power < _POWERS.get(self.token.id, 0):
            token = self.advance()
            left = _INFIX.get(token.value, _Parser.binary)(self, token, left)
        return left

    # Operators before an operand

    def terminal(self, token: Token) -> Form:
        return Form(token.value, token.value, token.position, [])

    def word(self, token: Token) -> Form:
        """`and`, `or` and `in` where no operator can be are names."""
        return Form("name", token.value, token.position, [])

    def minus(self, token: Token) -> Form:
        return Form("negate", "-", token.position, [self.expression(70)])

    def block(self, token: Token) -> Form:
        parts = []
        while self.token.id != ")":
            parts.append(self.expression(0))
            if self.token.id != ";":
                break
            self.advance()
        self.expect(")", operand=False)
        return Form("block", "(", token.position, parts)

    def array(self, token: Token) -> Form:
        parts = []
        if self.token.id != "]":
            while True:
                item = self.expression(0)
                if self.token.id == "..":
                    dots = self.advance()
                    item = Form("binary", "..", dots.position, [item, self.expression(0)])
                parts.append(item)
                if self.token.id != ",":
                    break
                self.advance()
        self.expect("]", operand=False)
        return Form("array", "[", token.position, parts)

    def members(self, form: Form) -> Form:
        if self.token.id != "}":
            while True:
                key = self.expression(0)
                self.expect(":")
                form.pairs.append((key, self.expression(0)))
                if self.token.id != ",":
                    break
                self.advance()
        self.expect("}", operand=False)
        return form

    def object(self, token: Token) -> Form:
        return self.members(Form("object", "{", token.position, []))

    def transform(self, token: Token) -> Form:
        parts = [self.expression(0)]
        self.expect("|")
        parts.append(self.expression(0))
        if self.token.id == ",":
            self.advance()
            parts.append(self.expression(0))
        self.expect("|")
        return Form("transform", "|", token.position, parts)

    # Operators after an operand

    def binary(self, token: Token, left: Form) -> Form:
        return Form("binary", token.value, token.position, [left, self.expression(_POWERS[token.value])])

    def bind(self, token: Token, left: Form) -> Form:
        if left.kind != "variable":
            raise JsonataError("S0212", left.position, left.value)
        return Form("bind", ":=", token.position, [left, self.expression(_POWERS[":="] - 1)])

    def condition(self, token: Token, left: Form) -> Form:
        parts = [left, self.expression(0)]
        if self.token.id == ":":
            self.advance()
            parts.append(self.expression(0))
        return Form("condition", "?", token.position, parts)

    def bracket(self, token: Token, left: Form) -> Form:
        if self.token.id == "]":
            step = left
            while step.kind == "binary" and step.value == "[":
                step = step.parts[0]
            step.keep = True
            self.advance()
            return left
        form = Form("binary", "[", token.position, [left, self.expression(0)])
        self.expect("]", operand=False)
        return form

    def group(self, token: Token, left: Form) -> Form:
        return self.members(Form("group", "{", token.position, [left]))

    def sort(self, token: Token, left: Form) -> Form:
        self.expect("(")
        form = Form("sort", "^", token.position, [left])
        while True:
            order = self.advance() if self.token.id in ("<", ">") else token
            form.pairs.append((Form("", order.value == ">", 0, []), self.expression(0)))
            if self.token.id != ",":
                break
            self.advance()
        self.expect(")")
        return form

    def mark(self, token: Token, left: Form) -> Form:
        """`@$name` and `#$name`."""
        variable = self.expression(_POWERS[token.value])
        if variable.kind != "variable":
            raise JsonataError("S0214", variable.position, token.value)
        return Form(token.value, variable.value, token.position, [left])

    def call(self, token: Token, left: Form) -> Form:
        form = Form("call", "(", token.position, [left])
        while self.token.id != ")" or len(form.parts) > 1:
            if self.token.id == "?":
                form.kind = "partial"
                form.parts.append(self.terminal(self.advance()))
            else:
                form.parts.append(self.expression(0))
            if self.token.id != ",":
                break
            self.advance()
        self.expect(")", operand=False)
        if left.kind == "name" and left.value in ("function", "λ"):
            self.function(form)
        return form

    def function(self, form: Form) -> None:
        """The rest of a function's definition, after its parameters."""
        form.kind = "lambda"
        for index, parameter in enumerate(form.parts[1:], 1):
            if parameter.kind != "variable":
                raise JsonataError("S0208", parameter.position, parameter.value, value=index)
        if self.token.id == "<":
            form.signature = self.signature()
        self.expect("{")
        form.parts.append(self.expression(0))
        self.expect("}")

    def signature(self) -> Signature:
        from pytest_sfn.jsonata.signatures import Signature  # few expressions define one

        position = self.token.position
        text = "<"
        depth = 1
        while depth > 0 and self.token.id not in ("{", "(end)"):
            self.advance()
            depth += (self.token.id == "<") - (self.token.id == ">")
            text += str(self.token.value)
        self.expect(">")
        signature = Signature(text)
        signature.read(position)
        return signature


_PREFIX: Final[dict[str, Callable[[_Parser, Token], Form]]] = {
    **dict.fromkeys(("*", "**", "%"), _Parser.terminal),
    **dict.fromkeys(("and", "or", "in"), _Parser.word),
    "-": _Parser.minus,
    "(": _Parser.block,
    "[": _Parser.array,
    "{": _Parser.object,
    "|": _Parser.transform,
}
_INFIX: Final[dict[str, Callable[[_Parser, Token, Form], Form]]] = {
    ":=": _Parser.bind,
    "?": _Parser.condition,
    "[": _Parser.bracket,
    "{": _Parser.group,
    "^": _Parser.sort,
    "@": _Parser.mark,
    "#": _Parser.mark,
    "(": _Parser.call,
}
_POWERS: Final = {
    **dict.fromkeys(("(", "[", "@", "#"), 80),
    ".": 75,
    "{": 70,
    **dict.fromkeys(("*", "/", "%"), 60),
    **dict.fromkeys(("+", "-", "&"), 50),
    **dict.fromkeys(("=", "!=", "<", ">", "<=", ">=", "in", "~>", "^"), 40),
    "and": 30,
    "or": 25,
    "?": 20,
    ":=": 10,
}
"""How strong an operator between two operands binds."""
