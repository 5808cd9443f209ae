"""A JSONata expression at work: `$states`, the workflow's variables, JSONata's functions and those that AWS adds.

Arguments that must be whole numbers are cut towards zero. What AWS answers to arguments that make no sense was
measured in part: `$partition(a, -1)` raises, the others here give undefined [?].
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import JsonValueError, UnplacedError
from pytest_sfn.expressions.env import QueryEvaluationError
from pytest_sfn.expressions.jsonata_names import References
from pytest_sfn.expressions.values import loads
from pytest_sfn.jsonata import UNDEFINED, EvaluationTimeoutError, JsonataError, LimitError, Limits
from pytest_sfn.jsonata.evaluation import Evaluation, Native
from pytest_sfn.jsonata.expression import Expression
from pytest_sfn.jsonata.library import FUNCTIONS
from pytest_sfn.jsonata.natives import native
from pytest_sfn.jsonata.values import Sequence, as_double, number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from pytest_sfn.expressions.env import Env
    from pytest_sfn.jsonata.values import Function

__all__ = ["FUNCTION_NAMES", "LIMITS", "Program"]

LIMITS: Final = Limits(depth=100, value=873_782 * 8)
"""AWS accepts `[1..873782]` and a nesting near 100, and no more [measured, floci issue 2737]; its time is not known."""


class Names(Evaluation):
    """An evaluation that knows the workflow's variables, the virtual clock, and the functions that AWS has.

    Attributes:
        env: where they come from.
    """

    __slots__ = ("env",)
    env: Env
    whole_in_full = True  # 2^63 is "9223372036854776000" on AWS [measured, floci PR 2683]

    def get(self, name: str) -> Any:
        """A variable of the workflow, or a function; AWS has no `$eval`."""
        value = self.env.variable(name)
        return _function(name) if value is UNDEFINED else value

    def clock(self) -> int:
        """The virtual time, in milliseconds since 1970."""
        return math.floor(self.env.now().timestamp() * 1000)

    def random(self) -> Random:
        """What `$random` and `$shuffle` draw from."""
        return self.env.random("jsonata")

    def no_json(self, function: Function) -> Any:
        """A result that is a function or a regex, or has one in it, is refused: the words are AWS's, but not recorded [?]."""
        raise QueryEvaluationError("unsupported result type", "returned an unsupported result type.")


class Program:
    """A compiled expression of the plain language, and what it refers to.

    Raises:
        JsonataError: it does not parse.
        TopLevelReferenceError: it refers to a context that is not there.
    """

    __slots__ = ("_context", "_expression", "references")

    def __init__(self, text: str) -> None:
        self._expression = Expression(text)
        self.references = References(self._expression.tree)
        self._context = "context" in self.references.states

    def evaluate(self, states: Mapping[str, Any], env: Env) -> Any:
        """The value, or `UNDEFINED`; see `jsonata.Expression`.

        Raises:
            QueryEvaluationError: the evaluation failed.
            UnplacedError: it takes too long.
        """
        run = Names(LIMITS)
        run.env = env
        frame = run.root(UNDEFINED)
        frame["states"] = {**states, "context": env.context_object()} if self._context else states
        try:
            return self._expression.evaluate(UNDEFINED, frame)
        except LimitError as error:
            raise QueryEvaluationError(error.message, f"threw an error during evaluation: {error.message}") from None
        except JsonataError as error:
            raise QueryEvaluationError(str(error), f"threw an error during evaluation. {error}") from None
        except EvaluationTimeoutError as error:
            raise UnplacedError(
                f"the JSONata expression {self._expression.text!r} was still being evaluated after {error.seconds:g} seconds "
                "of processor time; a regular expression in it probably tries one way after the other to match"
            ) from None


def _whole(value: float) -> int:
    value = as_double(value)
    return math.trunc(value) if math.isfinite(value) else 0


def _partition(run: Evaluation, values: Any, size: Any) -> Any:
    if size is UNDEFINED:
        return UNDEFINED
    size = _whole(size)
    if size < 0:
        raise JsonataError("T0410", value=size, index=2)
    if size == 0:
        return UNDEFINED
    run.hold(8 * len(values) + 24 * (len(values) // size))
    run.step(len(values) // size)
    return [values[at : at + size] for at in range(0, len(values), size)]


def _range(run: Evaluation, first: Any, last: Any, step: Any) -> Any:
    """From first to last, which is included when a step lands on it."""
    if UNDEFINED in (first, last, step) or _whole(step) == 0:
        return UNDEFINED
    first, last, step = _whole(first), _whole(last), _whole(step)
    steps = range(first, last + (1 if step > 0 else -1), step)
    size = max(0, (last - first) // step + 1)  # `len` has no room for all that can be asked for
    run.hold(8 * size)
    run.step(size >> 3)
    return Sequence(steps)


_ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(run: Evaluation, text: Any, algorithm: Any) -> Any:
    """The hash in hex; names of algorithms are exact."""
    if algorithm not in _ALGORITHMS:
        return UNDEFINED
    import hashlib

    run.scan(text)
    return hashlib.new(_ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _random(run: Evaluation, seed: Any = UNDEFINED) -> Any:
    if seed is UNDEFINED:
        return run.random().random()
    from pytest_sfn.expressions.java import random_double

    return random_double(_whole(seed))


def _uuid(run: Names) -> str:
    from uuid import UUID

    return str(UUID(int=run.env.random("uuid").getrandbits(128), version=4))


def _parse(run: Evaluation, text: Any) -> Any:
    """The value of JSON text. Beyond 64 bits a whole number is a double [measured, floci PR 2683]."""
    run.scan(text)
    try:
        value = loads(text)
    except JsonValueError:
        return UNDEFINED
    return _doubles(value) if _LONG.search(text) else value


_LONG: Final = re.compile(r"\d{19}")


def _doubles(value: Any) -> Any:
    """The same value with whole numbers beyond 64 bits as doubles."""
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    return number(as_double(value)) if isinstance(value, int) and not -(2**63) <= value < 2**63 else value


def _base64_decode(run: Names, text: Any) -> Any:
    """`$base64decode`, which on AWS dies of what is no Base64 [measured: `!!!`, floci issue 2736; which else is a guess]."""
    if text is not UNDEFINED and not _BASE64.fullmatch(text):
        message = f"threw an internal error during evaluation. {_uuid(run)}"
        raise QueryEvaluationError(message, message)
    from pytest_sfn.jsonata.library.encoding import base64_decode  # seldom used

    return base64_decode(run, text)


_BASE64: Final = re.compile("[A-Za-z0-9+/]*={0,2}")


_ADDED: Final = {
    "partition": Native(_partition, "<an:a<a>>"),
    "range": Native(_range, "<nnn:a<n>>"),
    "hash": Native(_hash, "<ss:s>"),
    "random": Native(_random, "<n?:n>", arity=0, takes_nothing=True),
    "uuid": Native(_uuid, "<:s>", arity=0),
    "parse": Native(_parse, "<s-:x>"),
    "base64decode": Native(_base64_decode, "<s-:s>"),
}
FUNCTION_NAMES: Final = frozenset(FUNCTIONS) - {"eval"} | frozenset(_ADDED)


@functools.cache
def _function(name: str) -> Any:
    if name in _ADDED:
        return _ADDED[name]
    return native(name) if name in FUNCTION_NAMES else UNDEFINED
