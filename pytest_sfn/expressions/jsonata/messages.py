"""The reference implementation's texts of errors.

The texts come from jsonata-python's catalogue, which carries the reference's with "function" turned into "Object";
here they are put right and their inserts filled in as the reference does: `{{name}}` as JSON, `{{{name}}}` as it is.
"""

from __future__ import annotations

import re

from pytest_sfn.expressions.jsonata.errors import BOUND_CODE, JsonataError
from pytest_sfn.expressions.jsonata.library import JException
from pytest_sfn.expressions.jsonata.strings import number_text, stringify

__all__ = ["message_of"]

_TEXTS = {
    "T1010": "The matcher function argument passed to function {{token}} does not return the correct object structure",
    "D1001": "Number out of range: {{value}}",
    "D1010": "Attempted to access the Javascript object prototype",
    "D3001": "Attempting to invoke string function on Infinity or NaN",
    "S0301": "Empty regular expressions are not allowed",
    BOUND_CODE: "{{{message}}}",
}

_INSERT = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{(\w+)\}\}")


def message_of(error: JsonataError) -> str:
    """The reference's text."""
    template = _TEXTS.get(error.code)
    if template is None:
        template = str(JException.error_codes.get(error.code, error.code)).replace("Object", "function").replace('"', "'")
    return _INSERT.sub(lambda match: _insert(error, match), template)


def _insert(error: JsonataError, match: re.Match[str]) -> str:
    name = match[1] or match[2]
    value = error.token if name == "token" and "token" not in error.values else error.values.get(name)
    if match[1]:
        return str(value)
    if value is None:
        return "undefined"
    return number_text(value) if value.__class__ in (int, float) else stringify(value)
