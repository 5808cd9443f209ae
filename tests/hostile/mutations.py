"""Changes of right values and texts into wrong ones."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any, Final

__all__ = ["ODD", "a_deep_value", "mutated", "mutated_text", "odd", "text_of"]

ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2, 1.5, -0.0, 10**9, 10**20, -(10**400), 1e308, float("inf"), float("nan")),
    *("", " ", "$", "$.", "$$", "$x", "$nope[*]", "$..a..a..a", "$.a[", "$['a", "{%", "{% ( %}", "{% $x %}", "{% $states %}"),
    *("States.Format('", "States.MathAdd($.a, 1)", "${Q}", "${", "\ud800", "\x00", "\u2028", "é😀", "x" * 90, "x" * 5000),
    *("States.ALL", "arn:aws:states:::", "arn:aws:states:::lambda:invoke", "arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
    *("~/", "a/b~c", "Pass", "Task", "Choice", "Map", "Parallel", "JSONata", "JSONPath", "STANDARD", "2030-01-01T00:00:00Z"),
    *([], {}, [{}], [[]], [None], {"": None}, {"a.$": 1}, {"a.$": "$.b"}, {"Next": "End"}, {"Type": "Map"}, {"Ref": "A"}),
    *({"Fn::If": ["A", 1, 2]}, {"Fn::Sub": "${A}"}, {"Fn::GetAtt": "A"}, {"Fn::Join": []}, {"Fn::Select": [9, []]}),
)
KEYS: Final = (
    *("", "Next", "End", "Type", "Result", "Output", "Items", "Foo", "x.$", "Catch", "a/b~c", "${Q}", "States", "\ud800"),
)
SCRAPS: Final = (
    *("", "{", "}", "[", "]", '"', "'", ",", ":", "${Q}", "\\", "{%", "#", "\n", "\t", "&a ", "*a", "!Ref ", "- ", "\x00"),
    *("\ud800", "1e999", "<<", "|", "<<EOT\n", "é", "\r", "%", "/*", "//", "null", "9" * 5000),
)


def odd(random: Random) -> Any:
    """A value that nobody expects."""
    return copy.deepcopy(random.choice(ODD))


def a_deep_value(random: Random) -> Any:
    """Brackets in brackets."""
    value: Any = 1
    for _ in range(random.choice((20, 300, 3000))):
        value = [value] if random.randrange(2) else {"a": value}
    return value


def mutated(value: Any, random: Random, times: int = 3) -> Any:
    """The value with up to so many places in it exchanged, deleted, renamed, doubled or made to hold other parts."""
    value = copy.deepcopy(value)
    for _ in range(random.randint(1, times)):
        places = list(_places(value))
        if not places:
            break
        holder, key = random.choice(places)
        change = random.choice(("set", "set", "delete", "rename", "double", "move"))
        if change == "set":
            holder[key] = odd(random)
        elif change == "delete":
            del holder[key]
        elif change == "move":
            other, where = random.choice(places)
            holder[key] = copy.deepcopy(other[where])
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[random.choice(KEYS)] = holder.pop(key) if change == "rename" else copy.deepcopy(holder[key])
    if random.randrange(40) == 0 and (places := list(_places(value))):
        holder, key = random.choice(places)
        holder[key] = a_deep_value(random)  # last, since copies of it are beyond Python
    return value


def text_of(value: Any, indent: int | None = None) -> str:
    """As JSON; what is too deep for Python's writer becomes brackets, no less deep."""
    try:
        return json.dumps(value, indent=indent).replace("Infinity", "1e999")
    except RecursionError:
        return '{"StartAt": ' + "[" * 3000 + "]" * 3000 + "}"


def _places(value: Any) -> Any:
    """(holder, key or index) of every part of a JSON value; the deepest parts of a very deep one are left out."""
    waiting = [(value, 0)]
    while waiting:
        holder, depth = waiting.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for key, inner in list(items):
            yield holder, key
            if depth < 60:
                waiting.append((inner, depth + 1))


def mutated_text(text: str, random: Random, times: int = 3) -> str:
    """The text with up to so many places in it exchanged, deleted, doubled or cut off."""
    for _ in range(random.randint(1, times)):
        at = random.randint(0, len(text))
        end = min(len(text), at + random.choice((0, 0, 1, 1, 8, 80)))
        change = random.randrange(8)
        if change == 0:
            text = text[:at]
        elif change == 1:
            text = text[:end] + text[at:]
        elif change == 2:
            text = text[:at] + "[" * random.choice((3, 200, 20_000)) + text[end:]
        else:
            text = text[:at] + random.choice(SCRAPS) + text[end:]
    return text
