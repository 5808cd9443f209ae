"""Intrinsic Functions (`States.Format(...)` and the rest), compiled to closures.

`compile_intrinsic` parses once (`intrinsic_parser.py`) and builds one closure for each call out of its row in the table
(`intrinsic_functions.py`); evaluating is calling the outermost. `States.Format` with a literal template is compiled
further, since it is most of what people write.

A failure is `States.Runtime`, which no Catcher sees: `The function '<the whole expression>' had the following error: `
and then `Invalid arguments in States.X`, or `The JsonPath argument for the field '$.x' could not be found in the input
'...'` (reported from AWS by several; none is among the recorded answers).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import Site, StateError, UnplacedError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError
from pytest_sfn.expressions.intrinsic_functions import (
    FUNCTIONS,
    MISCOUNT,
    ArgumentsError,
    Check,
    EvaluationError,
    Function,
    java_texts,
    placeholders,
)
from pytest_sfn.expressions.intrinsic_parser import Call, Literal, PathArgument, parse_intrinsic
from pytest_sfn.expressions.path_parser import Name
from pytest_sfn.expressions.values import UNDEFINED, dumps, utf8_size

if TYPE_CHECKING:
    from pytest_sfn.expressions.paths import Path

__all__ = ["Intrinsic", "compile_intrinsic"]

Evaluate = Callable[[Any, Env], Any]

MANY: Final = 64
"""Arguments of `States.Format` above which the length of the text is counted while it is made."""


@dataclass(frozen=True, slots=True, eq=False)
class Intrinsic:
    """A compiled Intrinsic Function expression; may be evaluated any number of times, by any thread.

    Attributes:
        text: the expression as written; causes quote it.
        inner: `(data, env) -> value`; the value may share parts with `data`. Raises `EvaluationError`.
        paths: every path in it, in order.
        uses_context, uses_variables: whether a path starts at `$$`, or at a variable.
        size_const, size_factor: the JSON text of a result has at most `size_const + size_factor * n` UTF-8 bytes, where n
            is the size of `data`, plus those of the Context Object and all variables where they are used.
        depth_const: a result nests at most `depth_const` levels deeper than the deepest of those.
        warnings: what AWS accepts in a definition and what then fails or finds nothing whenever it runs.
    """

    text: str
    inner: Evaluate
    paths: tuple[Path, ...]
    uses_context: bool
    uses_variables: bool
    size_const: int
    size_factor: int
    depth_const: int
    warnings: tuple[str, ...]

    def at(self, site: Site) -> Evaluate:
        """The expression at its place in a definition; raises `StateError("States.Runtime", ...)`, not catchable."""
        inner, text = self.inner, self.text

        def evaluate(data: Any, env: Env) -> Any:
            try:
                return inner(data, env)
            except EvaluationError as failure:
                cause = f"The function '{text}' had the following error: {failure}"
                raise StateError("States.Runtime", cause, site=site.on(data)) from None
            except UnplacedError as error:
                error.site = site
                raise

        return evaluate


@lru_cache(maxsize=1024)
def compile_intrinsic(text: str) -> Intrinsic:
    """Compile an Intrinsic Function expression.

    Raises:
        ExpressionSyntaxError: not a call, an unknown function, a path or a string that AWS refuses. AWS's own text for all
            of these names only the field: "... must be a valid JSONPath or a valid intrinsic function call".
    """
    compiler = _Compiler()
    part = compiler.call(parse_intrinsic(text))
    roots = {path.root for path in compiler.paths}
    return Intrinsic(
        text,
        part.evaluate,
        tuple(compiler.paths),
        "$$" in roots,
        bool(roots - {"$", "$$"}),
        part.size_const,
        part.size_factor,
        part.depth_const,
        tuple(compiler.warnings),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A compiled argument or call, with its bounds as `Intrinsic` has them; `path` for a path that starts at `$`."""

    evaluate: Evaluate
    size_const: int
    size_factor: int
    depth_const: int
    path: Path | None = None


class _Compiler:
    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.paths: list[Path] = []

    def call(self, call: Call) -> _Part:
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise ExpressionSyntaxError(f"there is no intrinsic function 'States.{call.name}'", call.column)
        parts = [self.argument(argument) for argument in call.arguments]
        checks = function.checks(len(parts))
        if checks is None:
            self.warnings.append(
                f"column {call.column + 1}: States.{call.name} takes {function.arity()}, not {len(parts)}; "
                "AWS accepts the definition and fails when it runs"
            )
        else:
            self.literals(call, checks)
        evaluate = _literal_format(call, parts) if call.name == "Format" else None
        if evaluate is None:
            evaluate = _general(call, function, checks, parts)
        return _Part(
            evaluate,
            function.size + function.factor * sum(part.size_const + 1 for part in parts),
            function.factor * sum(part.size_factor for part in parts),
            function.depth + max((part.depth_const for part in parts), default=0),
        )

    def literals(self, call: Call, checks: tuple[Check, ...]) -> None:
        """Warn of constant arguments that the function refuses whenever it runs."""
        for position, (argument, check) in enumerate(zip(call.arguments, checks, strict=True), 1):
            if isinstance(argument, Literal):
                try:
                    check(argument.value)
                except ArgumentsError:
                    self.warnings.append(
                        f"column {call.column + 1}: States.{call.name} does not take {dumps(argument.value)} as argument "
                        f"{position}; AWS accepts the definition and fails when it runs"
                    )

    def argument(self, argument: Call | Literal | PathArgument) -> _Part:
        if isinstance(argument, Call):
            return self.call(argument)
        if isinstance(argument, Literal):
            value = argument.value
            return _Part(lambda _data, _env: value, utf8_size(dumps(value)), 0, 0)
        path = argument.path
        self.paths.append(path)
        self.warnings += path.warnings
        plain = path if path.root == "$" else None
        if path.definite:
            return _Part(_read(path), 0, 1, 0, plain)
        return _Part(_read(path), 2, path.size_factor, 1, plain)


def _read(path: Path) -> Evaluate:
    text = path.text

    def missing(data: Any) -> EvaluationError:
        shown = dumps(data)
        return EvaluationError(f"The JsonPath argument for the field '{text}' could not be found in the input '{shown}'")

    if path.root == "$":
        reader = path.reader

        def read(data: Any, _env: Env) -> Any:
            value = reader(data)
            if value is UNDEFINED:
                raise missing(data)
            return value

        return read
    find = path.evaluate

    def read_elsewhere(data: Any, env: Env) -> Any:
        value = find(data, env)
        if value is UNDEFINED:
            raise missing(data)
        return value

    return read_elsewhere


def _general(call: Call, function: Function, checks: tuple[Check, ...] | None, parts: list[_Part]) -> Evaluate:
    run, seeded = function.run, function.seeded
    refusal = f"Invalid arguments in States.{call.name}"
    if checks is None:

        def refuse(_data: Any, _env: Env) -> Any:
            raise EvaluationError(refusal)

        return refuse
    arguments = _arguments(call, parts)

    def evaluate(data: Any, env: Env) -> Any:
        values = [argument(data, env) for argument in arguments]
        try:
            checked = [check(value) for check, value in zip(checks, values, strict=True)]
            return run(env, *checked) if seeded else run(*checked)
        except ArgumentsError as invalid:
            raise EvaluationError(f"{refusal}{invalid}") from None

    return evaluate


def _literal_format(call: Call, parts: list[_Part]) -> Evaluate | None:
    """`States.Format` whose template is a literal: cut up now, so that only the values are left to be put in."""
    template = call.arguments[0] if call.arguments else None
    if not isinstance(template, Literal) or template.raw is None:
        return None
    try:
        texts = placeholders(template.raw)
    except EvaluationError as failure:
        cause = str(failure)
    else:
        cause = "" if len(texts) == len(parts) else f"Invalid arguments in States.Format{MISCOUNT}"
    arguments = _arguments(call, parts)[1:]
    if cause:

        def fail(data: Any, env: Env) -> Any:
            for argument in arguments:
                argument(data, env)
            raise EvaluationError(cause)

        return fail
    pattern = "%s".join(text.replace("%", "%%") for text in texts)

    def evaluate(data: Any, env: Env) -> str:
        return pattern % tuple(java_texts([argument(data, env) for argument in arguments]))

    paths = [part.path for part in parts[1:] if part.path is not None]
    if len(paths) < len(arguments):
        return evaluate
    read_all = _reader_of_all(paths)
    few = len(paths) <= MANY

    def evaluate_plain(data: Any, env: Env) -> str:
        values = read_all(data)
        for value in values:
            if (cls := type(value)) is not str and cls is not int:
                return evaluate(data, env)
        return pattern % values if few else evaluate(data, env)

    return evaluate_plain


def _reader_of_all(paths: list[Path]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads paths from `$` together: several plain names in one call, for most arguments are such."""
    names = [
        path.segments[0].name
        for path in paths
        if path.definite and len(path.segments) == 1 and isinstance(path.segments[0], Name)
    ]
    if len(names) == len(paths) > 1:
        pick: Callable[[Any], tuple[Any, ...]] = itemgetter(*names)

        def read_names(data: Any) -> tuple[Any, ...]:
            try:
                return pick(data)
            except (KeyError, TypeError):
                return (UNDEFINED,)

        return read_names
    readers = [path.reader for path in paths]
    return lambda data: tuple([reader(data) for reader in readers])


def _arguments(call: Call, parts: list[_Part]) -> list[Evaluate]:
    """The arguments' closures. What `StringToJson` answers, `States.Format` prints as JSON, quotes and all [measured]."""
    found = [part.evaluate for part in parts]
    if call.name == "Format":
        for index, argument in enumerate(call.arguments[1:], 1):
            if isinstance(argument, Call) and argument.name == "StringToJson":
                found[index] = _as_json(found[index])
    return found


def _as_json(evaluate: Evaluate) -> Evaluate:
    return lambda data, env: dumps(evaluate(data, env))
