"""Function signatures such as `<s-nn?:s>`: which arguments a function takes, and what becomes of them.

The arguments are written as a string of one letter each and matched with a regular expression built of the signature,
as the reference does; so the same arguments are let through, filled in from the context, wrapped or refused. What comes
of arguments of the same Python types is remembered: most calls only look it up.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final, NamedTuple

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.values import UNDEFINED, Function, Value

__all__ = ["Signature"]

_ITEM_NAMES: Final = {"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings"}
_REGEX: Final = {"a": "[asnblfom]", "f": "f", "j": "[asnblom]", "x": "[asnblfom]"} | {kind: f"[{kind}m]" for kind in "snblo"}
_SYMBOLS: Final = {
    str: "s",
    bool: "b",
    int: "n",
    float: "n",
    list: "a",
    dict: "o",
    type(None): "l",
    type(UNDEFINED): "m",
}

_EXACT: Final = {"n": frozenset((int, float)), "s": frozenset((str,)), "o": frozenset((dict,)), "a": frozenset((list,))}


def _symbol(value: Value) -> str:
    known = _SYMBOLS.get(value.__class__)
    if known is None:
        kinds = ((Function, "f"), (str, "s"), (list, "a"), (dict, "o"), (float, "n"), (int, "n"))
        known = next((symbol for kind, symbol in kinds if isinstance(value, kind)), "m")
    return known


class _Parameter(NamedTuple):
    kind: str
    regex: str
    context: re.Pattern[str] | None = None
    """What the context value must be to stand in for it."""
    items: str | None = None


class Signature:
    """A signature; it is read when arguments are first checked, since a program uses few functions."""

    __slots__ = ("_known", "_parameters", "_regex", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._parameters: list[_Parameter] | None = None
        self._regex: re.Pattern[str] | None = None
        self._known: dict[tuple[type, ...], list[tuple[int, frozenset[type]]]] = {}
        """For types of arguments that are taken as they are: which of them are lists, of what."""

    def read(self, position: int = 0) -> list[_Parameter]:
        """The parameters.

        Args:
            position: of the signature, for errors.

        Raises:
            JsonataError: S0401 or S0402.
        """
        if self._parameters is None:
            self._parameters = _parse(self.text, position)
        return self._parameters

    def validate(self, args: list[Value], context: Value) -> list[Value]:
        """The arguments to call with.

        Raises:
            JsonataError: T0410, T0411 or T0412.
        """
        types = (*map(type, args),)
        checks = self._known.get(types)
        if checks is not None:
            for index, fitting in checks:
                if not fitting.issuperset(map(type, args[index])):
                    break
            else:
                return args
        validated = self._validate(args, context)
        if checks is None and len(args) < 6 and all(a is b for a, b in zip_longest(args, validated, fillvalue=UNDEFINED)):
            self._remember(types)
        return validated

    def _remember(self, types: tuple[type, ...]) -> None:
        """Remember the types of arguments that were taken as they are, unless more counts than their types."""
        given, missing = self.read()[: len(types)], self.read()[len(types) :]
        items = [(index, parameter.items) for index, parameter in enumerate(given) if parameter.items]
        known = all(issubclass(types[index], list) and kind in _EXACT for index, kind in items)
        if known and all(parameter.regex.endswith("?") and parameter.context is None for parameter in missing):
            self._known[types] = [(index, _EXACT[kind]) for index, kind in items]

    def _validate(self, args: list[Value], context: Value) -> list[Value]:
        parameters = self.read()
        if self._regex is None:
            self._regex = re.compile("".join(f"({parameter.regex})" for parameter in parameters))
        supplied = "".join(map(_symbol, args))
        match = self._regex.fullmatch(supplied)
        if match is None:
            raise self._refusal(args, supplied)
        validated = []
        index = 0
        for parameter, matched in zip(parameters, match.groups(), strict=True):
            if not matched:
                if parameter.context is None:
                    validated.append(args[index] if index < len(args) else UNDEFINED)
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
                        raise JsonataError(
                            "T0412", value=arg, index=index + 1, type=_ITEM_NAMES.get(parameter.items, UNDEFINED)
                        )
                    if kind != "a":
                        arg = [arg]
                validated.append(arg)
                index += 1
        return validated

    def _refusal(self, args: list[Value], supplied: str) -> JsonataError:
        pattern, fitting = "", 0
        for parameter in self.read():
            pattern += parameter.regex
            match = re.match(pattern, supplied)
            if match is None:
                break
            fitting = match.end()
        return JsonataError("T0410", value=args[fitting] if fitting < len(args) else UNDEFINED, index=fitting + 1)


def _items_fit(arg: Value, kind: str, items: str) -> bool:
    if kind != "a":
        return kind == items
    return all(_symbol(item) == items[0] for item in arg)


def _parse(text: str, start: int) -> list[_Parameter]:
    parameters: list[_Parameter] = []
    position = 1
    while position < len(text):
        symbol = text[position]
        if symbol == ":":
            break
        last = parameters[-1] if parameters else None
        if symbol in _REGEX:
            parameters.append(_Parameter(symbol, _REGEX[symbol]))
        elif symbol == "(":
            end = _closing(text, position, "(", ")")
            choice = text[position + 1 : end]
            if "<" in choice:
                raise JsonataError("S0402", start + position, value=choice)
            parameters.append(_Parameter(f"({choice})", f"[{choice}m]"))
            position = end
        elif last is not None and symbol == "-":
            parameters[-1] = last._replace(context=re.compile(last.regex), regex=last.regex + "?")
        elif last is not None and symbol in "?+":
            parameters[-1] = last._replace(regex=last.regex + symbol)
        elif symbol == "<":
            if last is None or last.kind not in ("a", "f"):
                raise JsonataError("S0401", start + position, value=last.kind if last else UNDEFINED)
            end = _closing(text, position, "<", ">")
            parameters[-1] = last._replace(items=text[position + 1 : end])
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
