"""Function signatures such as `<s-nn?:s>`: which arguments a function takes, and what becomes of them.

The arguments are written as a string of one letter each and matched with a regular expression built of the signature,
as the reference does; so the same arguments are let through, filled in from the context, wrapped or refused.
Replaces jsonata-python's, which takes null for undefined and leaves the function's name out of its errors.
"""

from __future__ import annotations

import re
from typing import Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.values import NULL, Function

__all__ = ["Signature"]

_ITEM_NAMES = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
_REGEX = {"a": "[asnblfom]", "f": "f", "j": "[asnblom]", "x": "[asnblfom]"} | {kind: f"[{kind}m]" for kind in "snblo"}
_SYMBOLS = {str: "s", bool: "b", int: "n", float: "n", list: "a", dict: "o", type(None): "m", type(NULL): "l"}


def _symbol(value: Any) -> str:
    known = _SYMBOLS.get(value.__class__)
    if known is not None:
        return known
    if isinstance(value, Function):
        return "f"
    for base in (str, list, dict, float, int):
        if isinstance(value, base):
            return _SYMBOLS[base]
    return "m"


class _Parameter:
    __slots__ = ("context", "items", "kind", "regex")

    def __init__(self, kind: str, regex: str) -> None:
        self.kind = kind
        self.regex = regex
        self.context: re.Pattern[str] | None = None
        self.items: str | None = None


class Signature:
    """A signature; it is read when arguments are first checked, since a program uses few functions."""

    __slots__ = ("_accepted", "_parameters", "_regex", "text")

    def __init__(self, text: str, position: int | None = None) -> None:
        """The signature `text`; `position` is where it stands if it must be read at once, for its errors."""
        self.text = text
        self._parameters: list[_Parameter] = [] if position is None else _parse(text, position)
        self._regex: re.Pattern[str] | None = None
        self._accepted: dict[str, tuple[str, ...] | None] = {}

    def _match(self, supplied: str) -> tuple[str, ...] | None:
        if self._regex is None:
            self._parameters = _parse(self.text)
            self._regex = re.compile("".join(f"({parameter.regex})" for parameter in self._parameters))
        match = self._regex.fullmatch(supplied)
        groups = None if match is None else match.groups()
        if len(supplied) < 10:
            self._accepted[supplied] = groups
        return groups

    def validate(self, args: list[Any], context: Any) -> list[Any]:
        """The arguments to call with, or T0410, T0411, T0412."""
        supplied = "".join(map(_symbol, args))
        try:
            groups = self._accepted[supplied]
        except KeyError:
            groups = self._match(supplied)
        if groups is None:
            raise self._refusal(args, supplied)
        validated = []
        index = 0
        for parameter, matched in zip(self._parameters, groups, strict=True):
            if not matched:
                if parameter.context is None:
                    validated.append(args[index] if index < len(args) else None)
                    index += 1
                elif parameter.context.fullmatch(_symbol(context)):
                    validated.append(context)
                else:
                    raise JsonataError("T0411", value=context, index=index + 1)
                continue
            for kind in matched:
                arg = args[index]
                if parameter.kind == "a" and kind != "m":
                    if parameter.items is not None and not _items_fit(arg, kind, parameter.items):
                        raise JsonataError("T0412", value=arg, index=index + 1, type=_ITEM_NAMES.get(parameter.items))
                    if kind != "a":
                        arg = [arg]
                validated.append(arg)
                index += 1
        return validated

    def _refusal(self, args: list[Any], supplied: str) -> JsonataError:
        pattern, fitting = "", 0
        for parameter in self._parameters:
            pattern += parameter.regex
            match = re.match(pattern, supplied)
            if match is None:
                break
            fitting = match.end()
        return JsonataError("T0410", value=args[fitting] if fitting < len(args) else None, index=fitting + 1)


def _items_fit(arg: Any, kind: str, items: str) -> bool:
    if kind != "a":
        return kind == items
    return all(_symbol(item) == items[0] for item in arg)


def _parse(text: str, start: int = 0) -> list[_Parameter]:
    parameters: list[_Parameter] = []
    position = 1
    while position < len(text):
        symbol = text[position]
        if symbol == ":":
            break
        if symbol in _REGEX:
            parameters.append(_Parameter(symbol, _REGEX[symbol]))
        elif symbol == "(":
            end = _closing(text, position, "(", ")")
            choice = text[position + 1 : end]
            if "<" in choice:
                raise JsonataError("S0402", start + position, value=choice)
            parameters.append(_Parameter(f"({choice})", f"[{choice}m]"))
            position = end
        elif parameters and symbol == "-":
            parameters[-1].context = re.compile(parameters[-1].regex)
            parameters[-1].regex += "?"
        elif parameters and symbol in "?+":
            parameters[-1].regex += symbol
        elif symbol == "<":
            if not parameters or parameters[-1].kind not in ("a", "f"):
                raise JsonataError("S0401", start + position, value=parameters[-1].kind if parameters else None)
            end = _closing(text, position, "<", ">")
            parameters[-1].items = text[position + 1 : end]
            position = end
        position += 1
    return parameters


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    depth = 0
    for position in range(start, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == closing:
            depth -= 1
            if depth == 0:
                return position
    return len(text)
