"""Payload Templates: JSON with expressions in it, compiled to closures that build the value.

In JSONPath a key that ends in `.$` holds a path, a Context Object path, a variable or an Intrinsic Function; in JSONata
every string `{% ... %}` at any depth is an expression. A compiled template builds new objects and arrays only where
something below them is computed: constants are shared by reference, and a template without expressions is one constant.

A template knows, before it runs, how large and how deep its value can become, so that limits cost an addition instead
of a serialisation. The bounds are generous: an over-estimate only makes the engine measure exactly. A value computed by
JSONata cannot be bounded beforehand; the engine computes its bounds.

https://states-language.net/spec.html#payload-template
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pytest_sfn.errors import Site, StateError, UnplacedError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError
from pytest_sfn.expressions.paths import Path, compile_path
from pytest_sfn.expressions.values import UNDEFINED, dumps, json_type, measure

__all__ = [
    "PayloadTemplate",
    "compile_expression",
    "compile_jsonata_template",
    "compile_payload_template",
    "jsonata_source",
    "not_found",
]

Evaluate = Callable[[Any, Env], Any]


class PayloadTemplate:
    """A compiled template; may be evaluated any number of times, by any thread.

    Attributes:
        evaluate: `(data, env) -> value`. `data` is the input (JSONPath) or the `$states` mapping (JSONata); it is not
            changed, and the value may share parts with it. Raises `StateError`.
        constant: whether there is no expression in it; `evaluate` then always gives the same object.
        size_const, size_factor: the value's JSON text has at most `size_const + size_factor * n` UTF-8 bytes, where n is
            the size of `data`, plus those of the Context Object and all variables where they are used. Only for JSONPath.
        depth_const: the value nests at most this many levels deeper than the deepest of those. Only for JSONPath.
        uses_context: whether it reads the Context Object.
        uses_variables: whether it reads variables.
        warnings: what AWS accepts but will fail or find nothing when it runs.
    """

    __slots__ = (
        "_expect",
        "constant",
        "depth_const",
        "evaluate",
        "size_const",
        "size_factor",
        "uses_context",
        "uses_variables",
        "warnings",
    )

    def __init__(
        self,
        evaluate: Evaluate,
        *,
        constant: bool = False,
        size_const: int = 0,
        size_factor: int = 0,
        depth_const: int = 0,
        uses_context: bool = False,
        uses_variables: bool = False,
        warnings: tuple[str, ...] = (),
        expect: Callable[[Any, str], Any] | None = None,
    ) -> None:
        self.evaluate = evaluate
        self.constant = constant
        self.size_const = size_const
        self.size_factor = size_factor
        self.depth_const = depth_const
        self.uses_context = uses_context
        self.uses_variables = uses_variables
        self.warnings = warnings
        self._expect = expect

    def wrong_type(self, expected: str, value: Any) -> StateError:
        """The error for a template that is one JSONata expression and gave `value`, which is no `expected`."""
        try:
            if self._expect is not None:
                self._expect(value, expected)
        except StateError as error:
            return error
        return StateError("States.Runtime", f"Expected '{expected}', but was '{json_type(value)}' for value: {dumps(value)}")


def compile_payload_template(value: Any, field: str, pointer: str = "") -> PayloadTemplate:
    """Compile a JSONPath template, such as the value of Parameters or ResultSelector.

    Args:
        value: the field's value; shared by what the template builds, so it must not be changed afterwards.
        field: the field's name, for a value that is itself no object.
        pointer: JSON Pointer of the field in the definition.

    Raises:
        ExpressionSyntaxError: a `.$` key without a valid path or intrinsic; `path` leads to it, `others` are the rest.
    """
    return _Compiler(_payload_member, field, pointer).compile(value)


def compile_expression(site: Site) -> PayloadTemplate:
    """Compile a single path or intrinsic, such as the value of ErrorPath.

    Raises:
        ExpressionSyntaxError: neither.
    """
    if not site.text.startswith("States."):
        return _compile_path(compile_path(site.text), site)
    from pytest_sfn.expressions.intrinsics import compile_intrinsic  # most definitions have none

    intrinsic = compile_intrinsic(site.text)
    return PayloadTemplate(
        intrinsic.at(site),
        size_const=intrinsic.size_const,
        size_factor=intrinsic.size_factor,
        depth_const=intrinsic.depth_const,
        uses_context=intrinsic.uses_context,
        uses_variables=intrinsic.uses_variables,
        warnings=intrinsic.warnings,
    )


def compile_jsonata_template(value: Any, field: str, pointer: str = "") -> PayloadTemplate:
    """Compile a JSONata template, such as the value of Arguments or Output.

    Args:
        value: the field's value; shared by what the template builds, so it must not be changed afterwards.
        field: the field as AWS names it in causes, relative to the state: `Output`, `Choices[0]/Assign`. Inside of it
            keys follow a slash and items are in brackets: `Output/a/b[0][1]` [recorded].
        pointer: JSON Pointer of the field in the definition.

    Raises:
        ExpressionSyntaxError: an expression that does not compile; `path` leads to it, `others` are the rest.
    """
    return _Compiler(_jsonata_member, field, pointer).compile(value)


UNCLOSED: Final = "JSONata string must start with {% and end with %}"
"""AWS's text about a string that begins as an expression and is none [measured]."""


def is_expression(value: Any) -> bool:
    """Whether a value is meant as a JSONata expression: AWS takes any text so that begins with `{%`."""
    return isinstance(value, str) and value.startswith("{%")


def jsonata_source(value: Any) -> str | None:
    """The expression between `{%` and `%}`; None for any other value. Nothing may be outside the markers."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4:
        return value[2:-2]
    return None


SiteOf = Callable[[str, str], Site]
"""What causes call a member, and the text of its expression, to the member's site."""

Member = Callable[[str | None, Any, str, SiteOf], tuple[str | None, PayloadTemplate] | None]
"""The seam between the languages: (key, value, place, ...) to (the key it makes, template), if the member is an expression."""


def _payload_member(key: str | None, value: Any, _place: str, site: SiteOf) -> tuple[str | None, PayloadTemplate] | None:
    if key is None or not key.endswith(".$"):
        return None
    if not isinstance(value, str):
        raise ExpressionSyntaxError(f"a key that ends in .$ holds a path or an intrinsic function, as text; {key} does not")
    if not value.startswith(("$", "States.")):
        raise ExpressionSyntaxError(
            "a path starts with '$', an intrinsic function with 'States.'", 0, hint=f"leave the .$ out of {key} for plain text"
        )
    return key[:-2], compile_expression(site(key, value))


def _jsonata_member(key: str | None, value: Any, place: str, site: SiteOf) -> tuple[str | None, PayloadTemplate] | None:
    source = jsonata_source(value)
    if source is None:
        return None
    from pytest_sfn.expressions.jsonata import compile_jsonata, expect_type, field_reader  # only JSONata loads it

    expression = compile_jsonata(source)
    at = site(place, expression.text)
    return key, PayloadTemplate(
        field_reader(expression, at),
        uses_context="context" in expression.states_used,
        uses_variables=bool(expression.variables_used),
        expect=lambda value, expected: expect_type(value, expected, at),
    )


class _Compiler:
    """Walks a template's value, with the path to where it is; one error does not hide the next."""

    def __init__(self, member: Member, field: str, pointer: str) -> None:
        self.member = member
        self.field = field
        self.pointer = pointer
        self.path: list[str | int] = []
        self.errors: list[ExpressionSyntaxError] = []

    def compile(self, value: Any) -> PayloadTemplate:
        try:
            template = self.part(None, value, self.field)[1]
        except RecursionError:
            raise ExpressionSyntaxError(f"{self.field} is nested too deep") from None
        if self.errors:
            first, *others = self.errors
            first.others = tuple(others)
            raise first
        return template

    def part(self, key: str | None, value: Any, place: str) -> tuple[str | None, PayloadTemplate]:
        """The key that a member of the template makes, and its template."""
        try:
            found = self.member(key, value, place, self.site)
        except ExpressionSyntaxError as error:
            # A copy: compiled expressions are cached, and a cache may give the same error to several places.
            located = ExpressionSyntaxError(error.message, error.column, code=error.code, hint=error.hint)
            located.path = list(self.path)
            self.errors.append(located)
            return key, _constant(None)
        if found is not None:
            return found
        if isinstance(value, dict):
            return key, self.object(value, place)
        if isinstance(value, list):
            return key, self.array(value, place)
        return key, _constant(value)

    def site(self, field: str, text: str) -> Site:
        return Site(field, self.pointer, tuple(self.path), text)

    def child(self, key: str | int, value: Any, place: str) -> tuple[str | None, PayloadTemplate]:
        self.path.append(key)
        part = self.part(key if isinstance(key, str) else None, value, place)
        self.path.pop()
        return part

    def object(self, value: dict[str, Any], place: str) -> PayloadTemplate:
        parts: dict[str, PayloadTemplate] = {}
        for key, item in value.items():
            made, template = self.child(key, item, f"{place}/{key}")
            assert made is not None
            parts[made] = template
        if all(part.constant for part in parts.values()) and len(parts) == len(value):
            return _constant(value)
        # All keys in order, those that are computed as null: copying this and filling them in is the quickest way.
        skeleton = {key: part.evaluate(None, _NO_ENV) if part.constant else None for key, part in parts.items()}
        computed = tuple((key, part.evaluate) for key, part in parts.items() if not part.constant)
        return _container(_build_object(skeleton, computed), list(parts.values()), sum(6 * len(key) + 4 for key in parts))

    def array(self, value: list[Any], place: str) -> PayloadTemplate:
        parts = [self.child(index, item, f"{place}[{index}]")[1] for index, item in enumerate(value)]
        if all(part.constant for part in parts):
            return _constant(value)
        items = [part.evaluate for part in parts]
        return _container(lambda data, env: [item(data, env) for item in items], parts, len(parts))


def _build_object(skeleton: dict[str, Any], computed: tuple[tuple[str, Evaluate], ...]) -> Evaluate:
    if len(computed) == 1:
        ((only, compute_only),) = computed

        def build_1(data: Any, env: Env) -> dict[str, Any]:
            result = skeleton.copy()
            result[only] = compute_only(data, env)
            return result

        return build_1

    def build(data: Any, env: Env) -> dict[str, Any]:
        result = skeleton.copy()
        for key, compute in computed:
            result[key] = compute(data, env)
        return result

    return build


_NO_ENV: Any = None
"""A constant asks nothing."""


def _constant(value: Any) -> PayloadTemplate:
    size, depth = measure(value)
    return PayloadTemplate(lambda _data, _env: value, constant=True, size_const=size, depth_const=depth)


def _container(evaluate: Evaluate, parts: list[PayloadTemplate], own_size: int) -> PayloadTemplate:
    return PayloadTemplate(
        evaluate,
        size_const=2 + own_size + sum(part.size_const for part in parts),
        size_factor=sum(part.size_factor for part in parts),
        depth_const=1 + max(part.depth_const for part in parts),
        uses_context=any(part.uses_context for part in parts),
        uses_variables=any(part.uses_variables for part in parts),
        warnings=tuple(warning for part in parts for warning in part.warnings),
    )


def not_found(site: Site, value: Any) -> StateError:
    """AWS's error for a path in a template or in ErrorPath that finds nothing in `value`."""
    shown = dumps(value)
    cause = f"The JSONPath '{site.text}' specified for the field '{site.field}' could not be found in the input '{shown}'"
    return StateError("States.Runtime", cause, site=site.on(value))


def _compile_path(path: Path, site: Site) -> PayloadTemplate:
    root, reader, find, past_end = path.root, path.reader, path.evaluate, path.is_past_end

    def missing(data: Any) -> StateError:
        if data is None and root == "$":
            cause = "Unable to apply Path transformation to null or empty input."
            return StateError("States.Runtime", cause, site=site.on(data))
        return not_found(site, data)

    evaluate: Evaluate
    if root == "$":

        def evaluate(data: Any, _env: Env) -> Any:
            try:
                value = reader(data)
            except UnplacedError as error:
                error.site = site
                raise
            if value is UNDEFINED or data is None:  # AWS reads nothing of null, not even `$` [reported with the cause text]
                if past_end(data):
                    return None  # [measured]
                raise missing(data)
            return value
    else:

        def evaluate(data: Any, env: Env) -> Any:
            value = find(data, env)
            if value is UNDEFINED:
                raise missing(data)
            return value

    return PayloadTemplate(
        evaluate,
        size_const=4 if path.definite else 2,  # null, where an index is past the end
        size_factor=path.size_factor,
        depth_const=0 if path.definite else 1,
        uses_context=root == "$$",
        uses_variables=root not in ("$", "$$"),
        warnings=path.warnings,
    )
