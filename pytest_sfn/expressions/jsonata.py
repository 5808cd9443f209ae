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

from pytest_sfn.errors import UnplacedError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError, QueryEvaluationError
from pytest_sfn.expressions.values import UNDEFINED, dumps, json_type
from pytest_sfn.jsonata.errors import JsonataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.errors import Site
    from pytest_sfn.expressions.jsonata_functions import Program

    Evaluate = Callable[[Mapping[str, Any], Env], Any]

__all__ = ["Expression", "compile_jsonata", "expect_type", "field_reader"]

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
        evaluate: `(states, env) -> value`, `UNDEFINED` for nothing. `states` is what is behind `$states`: input, result,
            errorOutput, as far as they exist: JSON values, which are not changed and may be part of the result; `context`
            is asked of `env`, as are variables, clock and random numbers. Raises `QueryEvaluationError` with
            `CODE: message` as cause.
    """

    __slots__ = ("_program", "calls", "evaluate", "states_used", "text", "variables_used")
    evaluate: Evaluate

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._program: Program | None = None
        self.states_used: frozenset[str] = frozenset()
        self.variables_used: frozenset[str] = frozenset()
        self.calls: frozenset[str] = frozenset()
        path = _plain_path(text)
        if path is not None:
            root, *steps = path
            if root == "states":
                self.states_used = _STATES & set(steps[:1]) if steps else _STATES
            else:
                self.variables_used = frozenset({root})
            self.evaluate = _walker(root, steps, self._the_long_way)
        else:
            program = self._compile()
            self.evaluate = program.evaluate
            references = program.references
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

    def _the_long_way(self, states: Mapping[str, Any], env: Env) -> Any:
        if self._program is None:
            self._program = self._compile()
        return self._program.evaluate(states, env)


def _plain_path(text: str) -> tuple[str, ...] | None:
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    path = (match[1], *match[2].split(".")[1:])
    return path if _WORDS.isdisjoint(path[1:]) else None


def _walker(root: str, steps: list[str], otherwise: Evaluate) -> Evaluate:
    """The value of a plain path over objects; what has a list on the way, or is a function, goes the long way."""
    if root == "states" and not steps:
        return otherwise
    part = steps.pop(0) if root == "states" else None

    def walk(states: Mapping[str, Any], env: Env) -> Any:
        if part is None:
            value = env.variable(root)
            if value is UNDEFINED:
                return otherwise(states, env)
        else:
            value = env.context_object() if part == "context" else states.get(part, UNDEFINED)
        for step in steps:
            if value.__class__ is dict:
                value = value.get(step, UNDEFINED)
            elif isinstance(value, list):
                return otherwise(states, env)
            else:
                return UNDEFINED
        return value

    return walk


@functools.lru_cache(maxsize=4096)
def compile_jsonata(text: str) -> Expression:
    """The expression between `{%` and `%}`.

    Raises:
        ExpressionSyntaxError: with AWS's code: `INVALID_JSONATA_EXPRESSION` for what does not parse (newer syntax than
            2.0.6 included), `UNSUPPORTED_JSONATA_EXPRESSION` for `$`, `$$` and bare names where there is no context.
    """
    return Expression(text)


def field_reader(expression: Expression, site: Site) -> Evaluate:
    """The `evaluate` of an expression that stands in a field.

    Args:
        expression: the expression.
        site: the field, with the expression's text. Errors, and undefined, are told in AWS's words about it.
    """
    evaluate = expression.evaluate

    def read(states: Mapping[str, Any], env: Env) -> Any:
        try:
            value = evaluate(states, env)
        except QueryEvaluationError as error:
            raise QueryEvaluationError(_sentence(site) + error.tail, site=site.on(states)) from None
        except UnplacedError as error:
            error.site = site
            raise
        if value is UNDEFINED:
            raise QueryEvaluationError(_sentence(site) + "returned nothing (undefined).", site=site.on(states))
        return value

    return read


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
    start = max(position - len(token), 0)
    return start if token and text.startswith(token, start) else min(position, len(text))
