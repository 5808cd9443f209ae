"""JSONata 2.0.6's function library.

One table, `NATIVES`: name, signature, arity, implementation. Where jsonata-python differs from the reference (raw
Python exceptions, `$replace` groups, order of `$sort`, casefolded `$lowercase`, null as undefined, ...) is answered here
by replacing the function, never by patching the library. A missing argument is `None`, JSONata's undefined.
"""

from __future__ import annotations

import functools
import importlib
import math
import re
from typing import TYPE_CHECKING, Any

from pytest_sfn.expressions.jsonata.errors import JsonataError
from pytest_sfn.expressions.jsonata.operators import round_
from pytest_sfn.expressions.jsonata.signatures import Signature
from pytest_sfn.expressions.jsonata.strings import (
    COMPONENT_CHARACTERS,
    URL_CHARACTERS,
    base64_decode,
    base64_encode,
    contains,
    decode_url,
    encode_url,
    join,
    match,
    pad,
    replace,
    shortened,
    split,
    string,
    substring,
    substring_after,
    substring_before,
    trim,
)
from pytest_sfn.expressions.jsonata.values import (
    NULL,
    Function,
    JList,
    deep_equal,
    is_function,
    is_number,
    number,
    sequence,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ARGUMENTS",
    "EVALUATOR",
    "INHERITED",
    "NATIVES",
    "SCOPE",
    "Inherited",
    "Native",
    "append",
    "lookup",
    "merge_sort",
    "native",
]

Evaluator = Any
"""`engine.Evaluator`; it imports this module."""


ARGUMENTS, EVALUATOR, SCOPE = range(3)
"""What an implementation is called with: its arguments; the evaluator first; evaluator, context and scope first."""


class Native(Function):
    """A function implemented in Python.

    Attributes:
        arity: the `length` JavaScript reports for the reference's function: it decides how many of (value, index, whole)
            `$map` and its like hand to a built-in function given by name.
        takes: `ARGUMENTS`, `EVALUATOR` or `SCOPE`.
    """

    __slots__ = ("arity", "implementation", "name", "signature", "takes")

    def __init__(
        self, name: str, signature: Signature | None, arity: int, implementation: Callable[..., Any], takes: int = ARGUMENTS
    ) -> None:
        self.name = name
        self.signature = signature
        self.arity = arity
        self.implementation = implementation
        self.takes = takes

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        if self.takes == SCOPE:
            return self.implementation(ev, context, scope, *args)
        try:
            return self.implementation(*args) if self.takes == ARGUMENTS else self.implementation(ev, *args)
        except (OverflowError, ValueError):  # Infinity or NaN where Python's integers are at work
            if all(math.isfinite(arg) for arg in args if isinstance(arg, float)):
                raise
            raise JsonataError("D1001", value=math.inf) from None


def native(name: str, signature: str, arity: int, implementation: Callable[..., Any], takes: int = ARGUMENTS) -> Native:
    return Native(name, Signature(signature), arity, implementation, takes)


# Numbers

_NUMERAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_RADIX = re.compile(r"0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][01]+")


def to_number(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        if _NUMERAL.fullmatch(value) and math.isfinite(result := float(value)):
            return number(result)
        if _RADIX.fullmatch(value):
            return number(float(int(value, 0)))
    raise JsonataError("D3030", value=value, index=1)


def sum_(values: Any) -> Any:
    if values is None:
        return None
    total: float = 0
    for value in values:  # not sum(): newer Pythons compensate for rounding, JavaScript does not
        total += value
    return number(total)


def average(values: Any) -> Any:
    return number(sum_(values) / len(values)) if values else None


def sqrt(value: Any) -> Any:
    if value is None:
        return None
    if value < 0:
        raise JsonataError("D3060", value=value, index=1)
    return number(math.sqrt(value))


def power(base: Any, exponent: Any) -> Any:
    if base is None:
        return None
    try:
        result = math.pow(base, exponent)
    except (OverflowError, ValueError, TypeError):
        result = math.nan
    if not math.isfinite(result):
        raise JsonataError("D3061", value=base, index=1, exp=exponent)
    return number(result)


# Aggregation, booleans, arrays


def _extreme(values: Any, *, pick: Callable[[Any], Any]) -> Any:
    return pick(values) if values else None


def _boolean(value: Any) -> Any:
    return None if value is None else truth(value) and not is_function(value)


def _not(value: Any) -> Any:
    return None if value is None else not truth(value) or is_function(value)


def append(first: Any, second: Any) -> Any:
    if first is None:
        return second
    if second is None:
        return first
    result = JList(first if isinstance(first, list) else (first,))
    if isinstance(second, list):
        result.extend(second)
    else:
        result.append(second)
    return result


class Inherited(Function):
    """A member that every object of JavaScript has. Transformations refuse them; called, they lead to others."""

    __slots__ = ()

    def call(self, ev: Any, args: list[Any], context: Any, scope: Any) -> Any:
        return self


INHERITED = dict.fromkeys(
    (
        *("constructor", "__proto__", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"),
        *("toString", "valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
    ),
    Inherited(),
)


def lookup(value: Any, key: Any) -> Any:
    """The value of a key; of every member's key, flattened, for an array."""
    if isinstance(value, dict):
        found = value.get(key)
        return INHERITED.get(key) if found is None else found
    if isinstance(value, list):
        result = sequence()
        for item in value:
            found = item.get(key) if item.__class__ is dict else lookup(item, key)
            if found is not None:
                if isinstance(found, list):
                    result.extend(found)
                else:
                    result.append(found)
        return result
    return None


def _each_call(ev: Evaluator, function: Any, value: Any, key: Any, whole: Any) -> Any:
    return ev.invoke(function, [value, key, whole][: max(1, function.arity)] if function is not None else [])


def map_(ev: Evaluator, values: Any, function: Any) -> Any:
    if values is None:
        return None
    results = (_each_call(ev, function, value, index, values) for index, value in enumerate(values))
    return sequence(result for result in results if result is not None)


def filter_(ev: Evaluator, values: Any, function: Any) -> Any:
    if values is None:
        return None
    return sequence(value for index, value in enumerate(values) if truth(_each_call(ev, function, value, index, values)))


def single(ev: Evaluator, values: Any, function: Any = None) -> Any:
    if values is None:
        return None
    found: list[Any] = []
    for index, value in enumerate(values):
        if function is None or truth(_each_call(ev, function, value, index, values)):
            if found:
                raise JsonataError("D3138", index=index)
            found.append(value)
    if not found:
        raise JsonataError("D3139")
    return found[0]


def zip_(*arrays: Any) -> Any:
    return [] if any(array is None for array in arrays) else [list(row) for row in zip(*arrays, strict=False)]


def reduce_(ev: Evaluator, values: Any, function: Any, init: Any = None) -> Any:
    if values is None:
        return None
    if function.arity < 2:
        raise JsonataError("D3050", index=1)
    result, start = (values[0], 1) if init is None and values else (init, 0)
    for index in range(start, len(values)):
        result = ev.invoke(function, [result, values[index], index, values][: function.arity])
    return result


def keys(value: Any) -> Any:
    if isinstance(value, list):
        return sequence(dict.fromkeys(key for item in value for key in keys(item)))
    return sequence(value if isinstance(value, dict) else ())


def spread(value: Any) -> Any:
    if isinstance(value, list):
        result = sequence()
        for item in value:
            result = append(result, spread(item))
        return result
    return sequence({key: item} for key, item in value.items()) if isinstance(value, dict) else value


def merge(objects: Any) -> Any:
    return None if objects is None else {key: item for obj in objects for key, item in (obj or {}).items()}


def reverse(values: Any) -> Any:
    return values if values is None or len(values) <= 1 else values[::-1]


def merge_sort(values: list[Any], swap: Callable[[Any, Any], Any]) -> list[Any]:
    """A stable merge sort that asks only whether the right element goes first.

    The order of elements that compare equal, and what an inconsistent comparator gives, are then the reference's.
    """
    if len(values) <= 1:
        return list(values)
    middle = len(values) // 2
    left, right = merge_sort(values[:middle], swap), merge_sort(values[middle:], swap)
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if swap(left[i], right[j]):
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]


def sort(ev: Evaluator, values: Any, comparator: Any = None) -> Any:
    if values is None or len(values) <= 1:
        return values
    if comparator is not None:
        return merge_sort(values, lambda a, b: ev.invoke(comparator, [a, b]) not in (None, NULL, False, 0, ""))
    if not all(isinstance(value, str) for value in values) and not all(map(is_number, values)):
        raise JsonataError("D3070", value=values, index=1)
    return sorted(values)


def shuffle(ev: Evaluator, values: Any) -> Any:
    if values is None or len(values) <= 1:
        return values
    shuffled = list(values)
    ev.random().shuffle(shuffled)
    return shuffled


def distinct(values: Any) -> Any:
    if not isinstance(values, list) or len(values) <= 1:
        return values
    result = sequence() if isinstance(values, JList) and values.sequence else JList()
    scalars: set[Any] = set()
    others: list[Any] = []
    for value in values:
        if isinstance(value, (list, dict)):
            if any(deep_equal(value, other) for other in others):
                continue
            others.append(value)
        else:
            key = (value.__class__ is bool, value)
            if key in scalars:
                continue
            scalars.add(key)
        result.append(value)
    return result


# Objects, types, errors


def each(ev: Evaluator, obj: Any, function: Any) -> Any:
    if obj is None:
        return None
    results = (_each_call(ev, function, item, key, obj) for key, item in obj.items())
    return sequence(result for result in results if result is not None)


def sift(ev: Evaluator, obj: Any, function: Any = None) -> Any:
    if obj is None:
        return None
    return {key: item for key, item in obj.items() if truth(_each_call(ev, function, item, key, obj))} or None


def type_(value: Any) -> Any:
    if value is None:
        return None
    if value is NULL:
        return "null"
    is_number(value)
    for kind, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array"), (Function, "function")):
        if isinstance(value, kind):
            return name
    return "object"


def error(message: Any = None) -> Any:
    raise JsonataError("D3137", message=message or "$error() function evaluated")


def assert_(condition: Any, message: Any = None) -> Any:
    if not condition:
        raise JsonataError("D3141", message=message or "$assert() statement failed")


def clone(value: Any) -> Any:
    """A copy through JSON text, as in the reference: numbers come out with 15 digits, functions as ""."""
    if isinstance(value, dict):
        return {key: clone(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [NULL if item is None else clone(item) for item in value]
    if isinstance(value, float):
        return number(shortened(value)) if is_number(value) else NULL
    return "" if is_function(value) else value


def eval_(ev: Evaluator, context: Any, scope: Any, source: Any, focus: Any = None) -> Any:
    if source is None:
        return None
    if focus is not None:
        context = focus
        if isinstance(focus, list) and not (isinstance(focus, JList) and focus.sequence):
            context = sequence((focus,))
            context.outer_wrapper = True
    return ev.evaluate_text(source, context, scope)


DATES = "pytest_sfn.expressions.jsonata.dates"
PICTURES = "pytest_sfn.expressions.jsonata.pictures"


def _later(module: str, name: str) -> Callable[..., Any]:
    """A function of a module that few expressions need, imported when it is called."""

    def call(*args: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args)

    return call


_format_millis = _later(DATES, "format_millis")


def _from_millis(millis: Any, picture: Any = None, timezone: Any = None) -> Any:
    return None if millis is None else _format_millis(millis, picture, timezone)


def _now(ev: Evaluator, picture: Any = None, timezone: Any = None) -> Any:
    return _format_millis(ev.millis(), picture, timezone)


def _to_millis(ev: Evaluator, text: Any, picture: Any = None) -> Any:
    return None if text is None else _later(DATES, "parse_millis")(text, picture, ev.millis())


def _numeric(function: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda value: value if value is None or not math.isfinite(value) else number(function(value))


def _text(function: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda value: None if value is None else function(value)


_partial = functools.partial

_Table = tuple[tuple[str, str, int, Any], ...]
_PURE: _Table = (
    ("sum", "<a<n>:n>", 1, sum_),
    ("count", "<a:n>", 1, lambda values: 0 if values is None else len(values)),
    ("max", "<a<n>:n>", 1, _partial(_extreme, pick=max)),
    ("min", "<a<n>:n>", 1, _partial(_extreme, pick=min)),
    ("average", "<a<n>:n>", 1, average),
    ("string", "<x-b?:s>", 1, string),
    ("substring", "<s-nn?:s>", 3, substring),
    ("substringBefore", "<s-s:s>", 2, substring_before),
    ("substringAfter", "<s-s:s>", 2, substring_after),
    ("lowercase", "<s-:s>", 1, _text(str.lower)),
    ("uppercase", "<s-:s>", 1, _text(str.upper)),
    ("length", "<s-:n>", 1, _text(len)),
    ("trim", "<s-:s>", 1, trim),
    ("join", "<a<s>s?:s>", 2, join),
    ("formatNumber", "<n-so?:s>", 3, _later(PICTURES, "format_number")),
    ("formatBase", "<n-n?:s>", 2, _later(PICTURES, "format_base")),
    ("formatInteger", "<n-s:s>", 2, _later(PICTURES, "format_integer")),
    ("parseInteger", "<s-s:n>", 2, _later(PICTURES, "parse_integer")),
    ("number", "<(nsb)-:n>", 1, to_number),
    ("floor", "<n-:n>", 1, _numeric(math.floor)),
    ("ceil", "<n-:n>", 1, _numeric(math.ceil)),
    ("round", "<n-n?:n>", 2, round_),
    ("abs", "<n-:n>", 1, _numeric(abs)),
    ("sqrt", "<n-:n>", 1, sqrt),
    ("power", "<n-n:n>", 2, power),
    ("boolean", "<x-:b>", 1, _boolean),
    ("not", "<x-:b>", 1, _not),
    ("zip", "<a+>", 0, zip_),
    ("keys", "<x-:a<s>>", 1, keys),
    ("lookup", "<x-s:x>", 2, lookup),
    ("append", "<xx:a>", 2, lambda first, second=None: append(first, second)),
    ("exists", "<x:b>", 1, lambda value: value is not None),
    ("spread", "<x-:a<o>>", 1, spread),
    ("merge", "<a<o>:o>", 1, merge),
    ("reverse", "<a:a>", 1, reverse),
    ("error", "<s?:x>", 1, error),
    ("assert", "<bs?:x>", 2, assert_),
    ("type", "<x:s>", 1, type_),
    ("distinct", "<x:x>", 1, distinct),
    ("base64encode", "<s-:s>", 1, base64_encode),
    ("base64decode", "<s-:s>", 1, base64_decode),
    ("encodeUrlComponent", "<s-:s>", 1, _partial(encode_url, safe=COMPONENT_CHARACTERS, name="encodeUrlComponent")),
    ("encodeUrl", "<s-:s>", 1, _partial(encode_url, safe=URL_CHARACTERS, name="encodeUrl")),
    ("decodeUrlComponent", "<s-:s>", 1, _partial(decode_url, kept="", name="decodeUrlComponent")),
    ("decodeUrl", "<s-:s>", 1, _partial(decode_url, kept=";/?:@&=+$,#", name="decodeUrl")),
    ("fromMillis", "<n-s?s?:s>", 3, _from_millis),
    ("clone", "<(oa)-:o>", 1, clone),
)
_RUNNING: _Table = (
    ("pad", "<s-ns?:s>", 3, pad),
    ("match", "<s-f<s:o>n?:a<o>>", 3, match),
    ("contains", "<s-(sf):b>", 2, contains),
    ("replace", "<s-(sf)(sf)n?:s>", 4, replace),
    ("split", "<s-(sf)n?:a<s>>", 3, split),
    ("random", "<:n>", 0, lambda ev: ev.random().random()),
    ("map", "<af>", 2, map_),
    ("filter", "<af>", 2, filter_),
    ("single", "<af?>", 2, single),
    ("reduce", "<afj?:j>", 3, reduce_),
    ("sift", "<o-f?:o>", 2, sift),
    ("each", "<o-f:a>", 2, each),
    ("sort", "<af?:a>", 2, sort),
    ("shuffle", "<a:a>", 1, shuffle),
    ("toMillis", "<s-s?:n>", 2, _to_millis),
    ("now", "<s?s?:s>", 2, _now),
    ("millis", "<:n>", 0, lambda ev: ev.millis()),
)
NATIVES: dict[str, Native] = {
    **{name: native(name, signature, arity, run) for name, signature, arity, run in _PURE},
    **{name: native(name, signature, arity, run, EVALUATOR) for name, signature, arity, run in _RUNNING},
    "eval": native("eval", "<sx?:x>", 2, eval_, takes=SCOPE),
}
