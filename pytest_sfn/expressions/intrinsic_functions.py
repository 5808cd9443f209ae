"""The table of Intrinsic Functions: what each takes, what it does, how large its result can be.

Everything that is particular to a function is its row in `FUNCTIONS`; how calls are parsed, compiled and reported is not
known here. A function gets its arguments already checked and turned into what its row says.

Sources. Names, limits and purpose: the developer guide's page "Intrinsic functions for JSONPath states". What the page
leaves open or says differently from the service is marked: [recorded] an answer of AWS, [measured] reported from AWS by
others, [?] our choice. The measured ones that surprise:

* whole numbers are wanted "rounded to the nearest" by the page; the service cuts the fraction off, and rounds in
  `MathAdd` alone;
* a wrong number of arguments is accepted in a definition and fails when it is run, as a wrong type does;
* `ArrayContains` compares the Java text of values: `true` is found in `["true"]`, and the order of keys matters;
* `ArrayUnique` answers in the order of a Java HashSet; `ArrayGetItem` of an empty array is null;
* `Base64Decode` skips what is not Base64; `Hash` takes any value, by its text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import JsonValueError, UnplacedError
from pytest_sfn.expressions import java
from pytest_sfn.expressions.values import DEPTH_LIMIT, dumps, is_number, loads, measure

if TYPE_CHECKING:
    from pytest_sfn.expressions.env import Env

__all__ = ["FUNCTIONS", "MISCOUNT", "ArgumentsError", "Check", "EvaluationError", "Function", "java_texts", "placeholders"]

Check = Callable[[Any], Any]
"""Gives the value a function works with, or raises `ArgumentsError`."""


class ArgumentsError(Exception):
    """Arguments that a function refuses; the text follows "Invalid arguments in States.X"."""


class EvaluationError(Exception):
    """Any failure of an evaluation; the text is the tail of AWS's cause."""


# --- What parameters accept ---------------------------------------------------------------------------------------------

_TEXT_LIMIT: Final = 10_000
_ITEMS_LIMIT: Final = 1_000
_LONGEST_TEXT: Final = 67_108_864
"""Characters of a text that one function may make: 256 times AWS's payload. Text inside text doubles what is escaped."""


def _any(value: Any) -> Any:
    return value


def _array(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ArgumentsError


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ArgumentsError


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ArgumentsError


def _short_string(value: Any) -> str:
    if isinstance(value, str) and len(value) <= _TEXT_LIMIT:
        return value
    raise ArgumentsError


def _short_text(value: Any) -> str:
    return _short_string(java.text(value))  # [measured: numbers and objects are hashed; ? their exact text]


def _integer(value: Any) -> int:
    """A number without its fraction [measured]; beyond 64 bits [?] none that AWS could hold."""
    if is_number(value) and -(2.0**63) <= value < 2.0**63:
        return int(value)
    raise ArgumentsError


def _rounded_int32(value: Any) -> int:
    """The nearest integer, halves upwards as `Math.round` has it [? halves], within the documented 32 bits."""
    if is_number(value) and -(2.0**32) < value < 2.0**32:
        whole = math.floor(value)
        return _int32(whole + 1 if value - whole >= 0.5 else whole)
    raise ArgumentsError


def _int32(value: int) -> int:
    if -(1 << 31) <= value < 1 << 31:
        return value
    raise ArgumentsError


# --- What the functions do ----------------------------------------------------------------------------------------------


def _partition(items: list[Any], size: int) -> list[list[Any]]:
    if size <= 0:
        raise ArgumentsError
    return [items[start : start + size] for start in range(0, len(items), size)]


def _contains(items: list[Any], wanted: Any) -> bool:
    text = java.text(wanted)
    return any(java.text(item) == text for item in items)


def _range(first: int, last: int, step: int) -> list[int]:
    if step == 0 or (last - first) // step >= _ITEMS_LIMIT:
        raise ArgumentsError
    return list(range(first, last + (1 if step > 0 else -1), step))


def _get_item(items: list[Any], index: int) -> Any:
    if not items:
        return None
    if not 0 <= index < len(items):
        raise ArgumentsError
    return items[index]


def _encode(value: str) -> str:
    from base64 import b64encode

    return b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")


_BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def _decode(value: str) -> str:
    """Decode up to the first `=`, skipping what is not Base64, as the decoder behind AWS seems to do [measured]."""
    from base64 import b64decode

    digits = [char for char in value.partition("=")[0].replace("-", "+").replace("_", "/") if char in _BASE64]
    if len(digits) % 4 == 1:
        digits.pop()  # six bits are no byte
    return b64decode("".join(digits) + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


_ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(value: str, algorithm: str) -> str:
    import hashlib

    if algorithm not in _ALGORITHMS:
        raise ArgumentsError
    return hashlib.new(_ALGORITHMS[algorithm], value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _merge(first: dict[str, Any], second: dict[str, Any], deep: Any) -> dict[str, Any]:
    if deep is True:  # anything but true counts as false [measured]
        raise ArgumentsError
    return {**first, **second}


def _parse(value: str) -> Any:
    if not value.strip():
        return None  # [recorded]
    try:
        parsed = loads(value)
    except JsonValueError:
        raise ArgumentsError from None
    if value.count("[") + value.count("{") > DEPTH_LIMIT and measure(parsed)[1] > DEPTH_LIMIT:
        raise ArgumentsError
    return parsed


def _random(env: Env, start: int, end: int, seed: int | None = None) -> int:
    """A number from `start` up to, not including, `end`; the same one for the same seed.

    AWS's JSONata `$random` is `java.util.Random`'s first double [measured]; that `MathRandom` stretches the same number is
    our choice [?].
    """
    if start >= end:
        raise ArgumentsError
    if seed is None:
        return env.random("intrinsic").randrange(start, end)
    return start + int(java.random_double(seed) * (end - start))


def _split(value: str, delimiters: str) -> list[str]:
    """Split at each of the characters in `delimiters`; nothing between two of them gives no item [recorded]."""
    if not delimiters:
        return [value] if value else []
    value = value.translate(dict.fromkeys(map(ord, delimiters), delimiters[0]))
    return [item for item in value.split(delimiters[0]) if item]


def _uuid(env: Env) -> str:
    from uuid import UUID

    return str(UUID(int=env.random("uuid").getrandbits(128), version=4))


def placeholders(template: str) -> list[str]:
    """The texts around the `{}` of a template, escapes resolved.

    A brace must be escaped or part of `{}`; AWS fails when it runs, not when the definition is created [measured].
    """
    texts, current, at = [], "", 0
    while at < len(template):
        char = template[at]
        if char == "\\" and template[at + 1 : at + 2] in ("'", "{", "}", "\\"):
            char = template[at + 1]
            at += 1
        elif char == "{":
            if template[at + 1 : at + 2] != "}":
                raise EvaluationError("Invalid template in States.Format: matching '}' not found for '{'.")
            texts.append(current)
            char, current = "", ""
            at += 1
        elif char == "}":
            raise EvaluationError("Invalid template in States.Format: matching '{' not found for '}'.")
        current += char
        at += 1
    return [*texts, current]


def java_texts(values: Iterable[Any]) -> list[str]:
    """Each value as `States.Format` shows it.

    Raises:
        UnplacedError: together they are longer than any payload.
    """
    texts: list[str] = []
    left = _LONGEST_TEXT
    for value in values:
        texts.append(java.text(value))
        left -= len(texts[-1])
        if left < 0:
            raise _too_long("Format")
    return texts


def _to_string(value: Any) -> str:
    found = dumps(value)
    if len(found) > _LONGEST_TEXT:
        raise _too_long("JsonToString")
    return found


def _too_long(function: str) -> UnplacedError:
    return UnplacedError(
        f"States.{function} makes a text of more than {_LONGEST_TEXT:,} characters, which is as much as pytest-sfn allows with "
        f"any quotas\n  fix  give it less data, or put fewer calls one inside the other"
    )


MISCOUNT: Final = ": number of arguments do not match the occurrences of {}."


def _format(template: str, *values: Any) -> str:
    texts = placeholders(template)
    if len(texts) != len(values) + 1:
        raise ArgumentsError(MISCOUNT)
    return texts[0] + "".join(shown + text for shown, text in zip(java_texts(values), texts[1:], strict=True))


# --- The table ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table.

    `size` and `factor`: with s the JSON sizes of the arguments, each and a comma, added up, the result has at most
    `size + factor * s` bytes; with factor 0 it does not depend on them. `depth`: levels it may add. `optional`, `rest`:
    further parameters, and any number more. `seeded`: it draws from the Env's streams and gets the Env first.
    """

    run: Callable[..., Any]
    parameters: tuple[Check, ...]
    size: int
    factor: int = 0
    depth: int = 0
    optional: tuple[Check, ...] = ()
    rest: Check | None = None
    seeded: bool = False

    def checks(self, count: int) -> tuple[Check, ...] | None:
        """One check for each of `count` arguments, or None when the function does not take so many."""
        known = self.parameters + self.optional
        if count < len(self.parameters) or (count > len(known) and self.rest is None):
            return None
        return known[:count] + (self.rest or _any,) * (count - len(known))

    def arity(self) -> str:
        least, most = len(self.parameters), len(self.parameters + self.optional)
        count = f"{least} or {most} arguments" if most > least else f"{least} argument{'' if least == 1 else 's'}"
        return f"{count} or more" if self.rest else count


# The factors: text inside text doubles its quotes and backslashes; a character of Base64 is six bits, and a decoded
# control character takes six bytes; "a,b" becomes ["a","b"]; [1,2] becomes [[1],[2]].
FUNCTIONS: Final[dict[str, Function]] = {
    "Array": Function(lambda *items: list(items), (), size=2, factor=1, depth=1, rest=_any),
    "ArrayContains": Function(_contains, (_array, _any), size=5),
    "ArrayGetItem": Function(_get_item, (_array, _integer), size=4, factor=1),
    "ArrayLength": Function(len, (_array,), size=20),
    "ArrayPartition": Function(_partition, (_array, _integer), size=2, factor=2, depth=1),
    "ArrayRange": Function(_range, (_integer, _integer, _integer), size=2 + 21 * _ITEMS_LIMIT, depth=1),
    "ArrayUnique": Function(java.distinct, (_array,), size=0, factor=1),
    "Base64Decode": Function(_decode, (_short_string,), size=2, factor=5),
    "Base64Encode": Function(_encode, (_short_string,), size=6, factor=2),
    "Format": Function(_format, (java.text,), size=2, factor=2, rest=_any),
    "Hash": Function(_hash, (_short_text, _string), size=130),
    "JsonMerge": Function(_merge, (_object, _object, _any), size=0, factor=1),
    "JsonToString": Function(_to_string, (_any,), size=2, factor=2),
    "MathAdd": Function(lambda a, b: _int32(a + b), (_rounded_int32, _rounded_int32), size=11),
    "MathRandom": Function(_random, (_integer, _integer), size=20, optional=(_integer,), seeded=True),
    "StringSplit": Function(_split, (_string, _string), size=2, factor=3, depth=1),
    "StringToJson": Function(_parse, (_string,), size=4, factor=1, depth=DEPTH_LIMIT),
    "UUID": Function(_uuid, (), size=38, seeded=True),
}
