"""How the arrays and objects of a JSON text are spelled, blanks included: AWS shows as it came what it only passes on."""

from __future__ import annotations

import json
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from pytest_sfn.expressions.values import Texts

__all__ = ["spellings"]


class _Spelled(json.JSONDecoder):
    """Keeps the text of every array and object that it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[int, str] = {}
        self.parse_array = self._keeping(JSONArray)
        self.parse_object = self._keeping(JSONObject)
        self.scan_once = py_make_scanner(self)

    def _keeping(self, parse: Any) -> Any:
        def parse_and_keep(at: tuple[str, int], *more: Any) -> tuple[Any, int]:
            text, start = at
            value, end = parse(at, *more)
            self.texts[id(value)] = text[start - 1 : end]
            return value, end

        return parse_and_keep


def spellings(text: str, value: Any) -> Texts:
    """For `dumps`: the text of each array and object in a value that was read from a JSON text; {} where it is compact."""
    if not isinstance(value, (dict, list)) or text == dumps(value):
        return {}
    decoder = _Spelled()
    found: dict[int, tuple[Any, str]] = {}
    waiting = [(value, decoder.decode(text))]
    while waiting:
        ours, read = waiting.pop()
        if isinstance(read, (dict, list)):
            found[id(ours)] = ours, decoder.texts[id(read)]
            keys = read if isinstance(read, dict) else range(len(read))
            waiting += ((ours[key], read[key]) for key in keys)
    return found
