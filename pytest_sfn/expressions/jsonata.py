"""JSONata as Step Functions speaks it, on top of the plain language (`pytest_sfn.jsonata`).

What AWS adds: `$states` and the workflow's variables, `$partition $range $hash $random(seed) $uuid $parse`, the virtual
clock. What it refuses: `$`, `$$` and bare names where there is no context (when the definition is created), `$eval`
(T1006 when called), anything newer than 2.0.6. What it bounds: depth 100 and memory [measured on AWS, floci issue 2737].
Errors are `States.QueryEvaluationError` in AWS's sentences.

Most expressions in real workflows are plain paths such as `$states.input.order.id`. These are read by walking the
dicts, without JSONata and without its import; what has an array on the way goes the long way.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from pytest_sfn.errors import ExecutionError, Site, StateError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError
from pytest_sfn.expressions.values import UNDEFINED, dumps, json_type
from pytest_sfn.jsonata.errors import EvaluationTimeoutError, JsonataError, LimitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.expressions.jsonata_functions import Program

__all__ = ["Expression", "QueryEvaluationError", "compile_jsonata", "evaluate_field", "expect_type"]

_PLAIN = re.compile(r"\s*\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)\s*", re.ASCII)
_WORDS = {"and", "or", "in", "true", "false", "null", "function"}
_STATES = frozenset({"input", "result", "errorOutput", "context"})


class Expression:
    """A compiled expression, made by `compile_jsonata`; shared and never changed.

    Attributes:
        text: the text between the markers, without the blanks around it: what AWS quotes.
        states_used: which of `input`, `result`, `errorOutput`, `context` it reads of `$states` (all if it cannot be told).
        variables_used: the names of other variables it reads that it does not assign itself, functions included.
        calls: the names of variables it calls (`$sum(...)`), a subset of `variables_used`.
    """

    __slots__ = ("_path", "_program", "calls", "states_used", "text", "variables_used")

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._program: Program | None = None
        self._path = _plain_path(text)
        self.calls: frozenset[str] = frozenset()
        if self._path is not None:
            root, *steps = self._path
            states = root == "states"
            self.states_used = (_STATES & set(steps[:1]) if steps else _STATES) if states else frozenset()
            self.variables_used = frozenset() if states else frozenset({root})
        else:
            self._program = self._compile()
            references = self._program.references
            self.states_used = frozenset(references.states)
            self.variables_used = frozenset(references.variables)
            self.calls = frozenset(references.calls)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def _compile(self) -> Program:
        from pytest_sfn.expressions.jsonata_functions import Program  # only what is more than a plain path loads it
        from pytest_sfn.expressions.jsonata_names import TopLevelReferenceError

        try:
            return Program(self.text)
        except JsonataError as error:
            raise ExpressionSyntaxError(error.message, _column(error, self.text), code="INVALID_JSONATA_EXPRESSION") from None
        except TopLevelReferenceError as error:
            raise ExpressionSyntaxError(
                f"Reference to '{error.name}' at the top level is not supported.",
                max(error.position - len(error.name), 0),
                code="UNSUPPORTED_JSONATA_EXPRESSION",
            ) from None

    def evaluate(self, states: Mapping[str, Any], env: Env) -> Any:
        """The value, or `UNDEFINED`.

        Args:
            states: what is behind `$states`: input, result, errorOutput, as far as they exist. JSON values, which are
                not changed and may be part of the result. `context` is asked of `env` where the expression reads it.
            env: variables, clock, random numbers, Context Object.

        Raises:
            QueryEvaluationError: with `CODE: message` as cause.
        """
        found = self._walk(states, env)
        return self._run(states, env) if found is _HARD else found

    def _walk(self, states: Mapping[str, Any], env: Env) -> Any:
        """The value of a plain path over dicts; `_HARD` for everything else."""
        path = self._path
        if path is None:
            return _HARD
        root = path[0]
        if root == "states":
            if len(path) == 1:
                return _HARD
            name = path[1]
            value = env.context_object() if name == "context" else states.get(name, UNDEFINED)
            steps = path[2:]
        else:
            value = env.variable(root)
            if value is UNDEFINED:
                return _HARD
            steps = path[1:]
        for step in steps:
            if value.__class__ is dict:
                value = value.get(step, UNDEFINED)
            elif isinstance(value, list):
                return _HARD
            else:
                return UNDEFINED
        return value

    def _run(self, states: Mapping[str, Any], env: Env) -> Any:
        if self._program is None:
            self._program = self._compile()
        try:
            return self._program.evaluate(states, env)
        except LimitError as error:
            raise QueryEvaluationError(error.message, f"threw an error during evaluation: {error.message}") from None
        except JsonataError as error:
            raise QueryEvaluationError(str(error), f"threw an error during evaluation. {error}") from None
        except EvaluationTimeoutError as error:
            raise ExecutionError(
                f"the JSONata expression {self.text!r} was still being evaluated after {error.seconds:g} seconds of real time; "
                "a regular expression in it probably tries one way after the other to match"
            ) from None


class QueryEvaluationError(StateError):
    """`States.QueryEvaluationError`.

    Attributes:
        tail: how AWS's sentence about the expression and its field goes on.
    """

    def __init__(self, cause: str, tail: str = "", *, site: Site | None = None) -> None:
        super().__init__("States.QueryEvaluationError", cause, catchable=True, evaluation=True, site=site)
        self.tail = tail


_HARD: Any = object()


def _plain_path(text: str) -> tuple[str, ...] | None:
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    path = (match[1], *match[2].split(".")[1:])
    return path if _WORDS.isdisjoint(path[1:]) else None


@functools.lru_cache(maxsize=4096)
def compile_jsonata(text: str) -> Expression:
    """The expression between `{%` and `%}`.

    Raises:
        ExpressionSyntaxError: with AWS's code: `INVALID_JSONATA_EXPRESSION` for what does not parse (newer syntax than
            2.0.6 included), `UNSUPPORTED_JSONATA_EXPRESSION` for `$`, `$$` and bare names where there is no context.
    """
    return Expression(text)


def evaluate_field(expression: Expression, states: Mapping[str, Any], env: Env, site: Site) -> Any:
    """The value of an expression that stands in a field.

    Args:
        expression: the expression.
        states: as for `Expression.evaluate`.
        env: as for `Expression.evaluate`.
        site: the field, with the expression's text.

    Raises:
        QueryEvaluationError: in AWS's words, for an error and for undefined.
    """
    value = expression._walk(states, env)
    if value is _HARD:
        try:
            value = expression._run(states, env)
        except QueryEvaluationError as error:
            raise QueryEvaluationError(_sentence(site) + error.tail, site=site.on(states)) from None
    if value is UNDEFINED:
        raise QueryEvaluationError(_sentence(site) + "returned nothing (undefined).", site=site.on(states))
    return value


def _sentence(site: Site) -> str:
    return f"The JSONata expression '{site.text}' specified for the field '{site.field}' "


def expect_type(value: Any, expected: str, site: Site) -> Any:
    """`value`, if its JSON type is the expected one (`array`, `boolean`, `number`, `string`, `object`, `null`).

    Raises:
        QueryEvaluationError: in AWS's words otherwise.
    """
    actual = json_type(value)
    if actual == expected:
        return value
    raise QueryEvaluationError(
        f"{_sentence(site)}returned an unexpected result type. "
        f"Expected '{expected}', but was '{actual}' for value: {dumps(value)}",
        site=site.on(value),
    )


def _column(error: JsonataError, text: str) -> int | None:
    """Where the token at fault begins; JSONata's positions are where it ends."""
    position = error.position
    if position is None or position < 0:
        return None
    token = str(error.token) if isinstance(error.token, (str, int, float)) else ""
    start = position - len(token)
    return start if token and text.startswith(token, max(start, 0)) else min(position, len(text))
