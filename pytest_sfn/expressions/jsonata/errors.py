"""Coded errors of JSONata, with the reference implementation's texts.

The texts come from jsonata-python's catalogue, which carries the reference's with "function" turned into "Object";
here they are put right and their inserts filled in as the reference does: `{{name}}` as JSON, `{{{name}}}` as it is.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["BOUND_CODE", "MEMORY", "STACK", "TIME", "JsonataError"]

BOUND_CODE = "U1001"
"""The reference's code for an evaluation stopped from outside. AWS prints its texts without a code."""

STACK = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
TIME = "Expression evaluation timeout: Check for infinite loop"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"

_TEXTS = {
    "T1010": "The matcher function argument passed to function {{token}} does not return the correct object structure",
    "D1001": "Number out of range: {{value}}",
    "D1010": "Attempted to access the Javascript object prototype",
    "D3001": "Attempting to invoke string function on Infinity or NaN",
    "S0301": "Empty regular expressions are not allowed",
    BOUND_CODE: "{{{message}}}",
}

_INSERT = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")


class JsonataError(Exception):
    """An error of an expression.

    Attributes:
        code: the reference's code, e.g. `T2001`.
        position: characters up to the end of the token at fault, or None.
        token: the operator or function concerned, or None.
        values: what else the message quotes, in JSONata's own values.
    """

    def __init__(self, code: str, position: int | None = None, token: Any = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self.token = token
        self.values = values

    @property
    def message(self) -> str:
        """The reference's text."""
        template = _TEXTS.get(self.code)
        if template is None:
            from jsonata.jexception import JException

            template = str(JException.error_codes.get(self.code, self.code)).replace("Object", "function").replace('"', "'")
        return _INSERT.sub(self._insert, template)

    def _insert(self, match: re.Match[str]) -> str:
        name = match[1] or match[2]
        value = self.token if name == "token" and "token" not in self.values else self.values.get(name)
        if match[1]:
            return str(value)
        from pytest_sfn.expressions.jsonata.strings import number_text, stringify

        if value is None:
            return "undefined"
        return number_text(value) if value.__class__ in (int, float) else stringify(value)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
