"""Values that say what they are, in place of the text that stands for any text (`guesses.py`).

`{"orderId": "x"}` becomes `{"orderId": "order-1"}`. Values of different names differ, so a test that compares them notices
when a definition mixes them up. They remain guesses: whoever puts them in has to try them.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Literal

from pytest_sfn.coverage.guesses import TIMESTAMP
from pytest_sfn.coverage.python_text import snake_case

__all__ = ["Names", "plausible"]

Names = Literal["none", "texts", "all"]
"""Whether made-up values are put in: none, texts only, as an API demands, or also a number where a price is."""

_ANY_TEXT: Final = re.compile("x+")
_TEXTS: Final = (
    (re.compile(r"(^|_)e?mail(_address)?$"), "user@example.com"),
    (re.compile(r"(^|_)(url|uri|endpoint|link|href)$"), "https://example.com/{}"),
    (re.compile(r"(^|_)(at|time|timestamp|datetime)$"), TIMESTAMP),
    (re.compile(r"(^|_)date$"), TIMESTAMP[:10]),
    (re.compile(r"(^|_)execution_arn$"), "arn:aws:states:us-east-1:123456789012:execution:{}:1"),
    (re.compile(r"(^|_)state_machine_arn$"), "arn:aws:states:us-east-1:123456789012:stateMachine:{}"),
    (re.compile(r"(^|_)(lambda|function)_arn$"), "arn:aws:lambda:us-east-1:123456789012:function:{}"),
    (re.compile(r"(^|_)topic_arn$"), "arn:aws:sns:us-east-1:123456789012:{}"),
    (re.compile(r"(^|_)role_arn$"), "arn:aws:iam::123456789012:role/{}"),
    (re.compile(r"(^|_)(id|uuid|number|no)$"), "{}-1"),
)  # fmt: skip
"""What the name of a text ends with, and the text; `{}` is the name without that ending."""
_VALUES: Final = (
    (re.compile(r"(^|_)(amount|price|total|cost|balance|sum)$"), 100),
    (re.compile(r"(^|_)(count|quantity|qty|attempts?|retries)$"), 2),
    (re.compile(r"(^|_)(ms|millis|milliseconds|seconds|minutes|hours|days|bytes|age)$"), 60),
    (re.compile(r"^(is|has|should|can)_|^(approved|enabled|success|succeeded|valid|available|exists|found)$"), True),
)
"""What the name of a number or boolean ends or begins with, and a value."""
_OWNERLESS: Final = re.compile(r"^(id|uuid|number|no|name|key|value|type|status|state|code|text|arn|description|data|s)$")
"""A name that says little without that of the object which has it."""
_HARD: Final = frozenset({"body", "payload", "data"})
"""Members that only hold others."""


def plausible(value: Any, names: Names, name: str = "", owner: str = "") -> Any:
    """A JSON value in which made-up texts have got values by the names of the members that they are in.

    Args:
        name: of the member that the value is.
        owner: the name of the object or array that has the value.
    """
    if names == "none":
        return value
    if isinstance(value, dict):
        mine = owner if name.lower() in _HARD else name
        return {key: plausible(item, names, key, mine or owner) for key, item in value.items()}
    if isinstance(value, list):
        return [plausible(item, names, _singular(name), owner) for item in value]
    if not isinstance(value, str):
        return value
    if value[:1] in ("{", "["):
        return _inside(value, names, owner)
    return _named(value, names, name, owner) if _ANY_TEXT.fullmatch(value) else value


def _inside(text: str, names: Names, owner: str) -> str:
    """A text that may be JSON, with the values in it."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    made = plausible(found, names, "", owner)
    return text if made == found else json.dumps(made)


def _named(value: str, names: Names, name: str, owner: str) -> Any:
    words = snake_case(name, 40)
    if name == "N":  # of DynamoDB
        return "1"
    if words and _OWNERLESS.match(words) and owner:
        of = snake_case(_singular(owner), 40)
        words = of if name == "S" else f"{of}_{words}" if words != of else words
    if not words:
        return value
    if names == "all":
        for pattern, made in _VALUES:
            if pattern.search(words):
                return made
    text = words.replace("_", "-")
    for pattern, form in _TEXTS:
        if match := pattern.search(words):
            before = words[: match.start()] or match[0].strip("_").removesuffix("_arn")
            text = form.format(before.replace("_", "-"))
            break
    return text if len(text) >= len(value) else text + value[len(text) :]


def _singular(name: str) -> str:
    return re.sub(r"(?<=[a-z])s$", "", re.sub(r"ies$", "y", name)) if not name.endswith("ss") else name
