"""What can be applied besides the built-in functions: lambdas, regular expressions, partial applications, chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.functions import EVALUATOR, Native
from pytest_sfn.expressions.jsonata.values import Function

if TYPE_CHECKING:
    from pytest_sfn.expressions.jsonata.syntax import RegexLiteral

__all__ = ["HOLE", "Chain", "Lambda", "Partial", "Regex"]

HOLE: Any = object()
"""The argument `?`."""


class Lambda(Function):
    """`function($a){...}` with the context and scope it was written in; a *thunk* is a postponed tail call."""

    __slots__ = ("arity", "body", "context", "parameters", "scope", "signature", "thunk")

    def __init__(self, expr: Any, context: Any, scope: Any) -> None:
        self.parameters = [parameter.value for parameter in expr.arguments]
        self.arity = len(self.parameters)
        self.signature = expr.signature
        self.body = expr.body
        self.thunk = expr.thunk
        self.context = context
        self.scope = scope

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        bindings = dict.fromkeys(self.parameters)
        bindings.update(zip(self.parameters, args, strict=False))
        return ev.eval(self.body, self.context, ev.create_frame(self.scope, bindings))


class Regex(Function):
    """A regular expression as the function it is: text to the first match, which leads to the next."""

    __slots__ = ("literal", "position")
    arity = 2
    truth = False

    def __init__(self, literal: RegexLiteral, position: int) -> None:
        self.literal = literal
        self.position = position

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        start = args[1] if len(args) > 1 and args[1].__class__ is int else 0  # an index, where `$map` calls it
        return self._find(ev, args[0], start) if args else None

    def _find(self, ev: Any, text: Any, start: int = 0) -> Any:
        if not isinstance(text, str):
            return None
        found = ev.search(self.literal, text, start)
        if found is None:
            return None
        end = found.end()
        return {
            "match": found[0],
            "start": found.start(),
            "end": end,
            "groups": list(found.groups()),
            "next": Native("next", None, 0, lambda ev: self._next(ev, text, end), EVALUATOR),
        }

    def _next(self, ev: Any, text: str, start: int) -> Any:
        if start >= len(text):
            return None
        found = self._find(ev, text, start)
        if found is not None and not found["match"]:
            raise JsonataError("D1004", self.position, value=self.literal.pattern)
        return found


class Partial(Function):
    """A function some of whose arguments are given; the others are its parameters."""

    __slots__ = ("args", "arity", "function")

    def __init__(self, function: Any, args: list[Any]) -> None:
        self.function = function
        self.args = args
        self.arity = sum(arg is HOLE for arg in args)

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        given = iter(args)
        filled = [next(given, None) if arg is HOLE else arg for arg in self.args]
        if self.function.__class__ is Lambda:  # whose signature no longer counts
            return self.function.call(ev, filled, context, scope)
        filled += [None] * (self.function.arity - len(filled))
        return ev.invoke(self.function, filled)


class Chain(Function):
    """`$f ~> $g`."""

    __slots__ = ("first", "second")
    arity = 1

    def __init__(self, first: Any, second: Any) -> None:
        self.first = first
        self.second = second

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        return ev.invoke(self.second, [ev.invoke(self.first, args[:1] or [None])])
