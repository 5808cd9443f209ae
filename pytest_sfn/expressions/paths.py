"""Paths: where a value is, how it is read, and how a Reference Path is written to.

A path is compiled once, to closures. A *definite* path (names and indexes only) can find one value at most; it is walked
directly, which costs a fifth of a microsecond, and finds `UNDEFINED` where nothing is. Any other path always gives an
array, empty when nothing matches, even if the arrays it names are not there [recorded]; that search is jsonpath-ng's,
with AWS's dialect put in (`path_search.py`), and is loaded with the first such path.

Nothing read is copied and nothing given is changed: writing copies the containers along the path and shares the rest.

https://states-language.net/spec.html#path
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from pytest_sfn.dataclass import dataclass
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.env import Env, ExpressionSyntaxError
from pytest_sfn.expressions.path_parser import Index, Name, Names, Scan, Segment, Union, is_definite, parse_path
from pytest_sfn.expressions.path_readers import Reader, make_reader
from pytest_sfn.expressions.values import DEPTH_LIMIT, UNDEFINED, dumps

__all__ = ["NULL_PATH", "ROOT_PATH", "Path", "Writer", "compile_path", "compile_reference_path", "must_start"]

Writer = Callable[[Any, Any], Any]
"""A value and what to put into it, to the new value."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A compiled path; may be used any number of times, by any thread.

    Attributes:
        text: as written.
        root: `$` (the data), `$$` (the Context Object), or a variable's name without `$`.
        definite: whether it finds one value or `UNDEFINED`; if not, it finds an array, or `UNDEFINED` for an error that AWS
            reports of such a path.
        is_reference: whether it names exactly one place in the data, so that it can be written to.
        reader: `(value of the root) -> value`.
        evaluate: `(data, env) -> value`, from whichever root.
        writer: `(base, new) -> base with new at the path`; only for a Reference Path.
        size_factor: what is found has at most this many times the JSON bytes of the root's value, and two more.
        size_added: bytes that writing adds besides those of the new value.
        depth_added: levels that the new value lies below the base; for reading, 1 if an array is made.
        warnings: things that AWS accepts and that then find nothing.
    """

    text: str
    root: str
    definite: bool
    is_reference: bool
    segments: tuple[Segment, ...]
    reader: Reader
    evaluate: Callable[[Any, Env], Any]
    writer: Writer
    size_factor: int
    size_added: int
    depth_added: int
    warnings: tuple[str, ...] = ()

    def read(self, value: Any) -> Any:
        """The value that the path finds in `value`, the value of its root; `UNDEFINED` if there is none."""
        return self.reader(value)

    def write(self, base: Any, new: Any) -> Any:
        """`base` with `new` at the path; objects that are missing on the way are made.

        Raises:
            StateError: `States.ReferencePathConflict`, if something on the way is no object, or no array with such an
                item. AWS gives this error no "An error occurred while executing the state" [reported, not recorded].
        """
        return self.writer(base, new)

    def explain(self, value: Any) -> str:
        """Why the path finds nothing in `value`, in AWS's words.

        They follow "Invalid path '$.x' : ": `No results for path: $['x']`, or, where it breaks off before the end,
        `Missing property in path $['no']` [both recorded].
        """
        from pytest_sfn.expressions.path_search import explain

        return explain(self.segments, value)

    def is_past_end(self, value: Any) -> bool:
        """Whether its last step is an index past the end of an array that is there; payload templates give null for that."""
        *before, last = self.segments or (None,)
        if not isinstance(last, Index) or last.index < 0:
            return False
        found = make_reader(before)(value)
        return isinstance(found, list) and last.index >= len(found)

    def __repr__(self) -> str:
        return f"Path({self.text!r})"


def compile_path(text: str) -> Path:
    """Compile a path; the same text gives the same object, and `$` always gives `ROOT_PATH`.

    Raises:
        ExpressionSyntaxError: not a path, with the column.
    """
    return ROOT_PATH if text == "$" else _compile(text)


def must_start(text: str) -> None:
    """Raise ExpressionSyntaxError, in AWS's words [reported], for a Reference Path that does not start with `$`."""
    if not text.startswith("$"):
        raise ExpressionSyntaxError("Reference path didn't start with '$'", 0, hint="a path starts with '$'")


def compile_reference_path(text: str) -> Path:
    """Compile a Reference Path, which names exactly one place in the data, so that a result can be written there.

    https://states-language.net/spec.html#ref-paths

    Raises:
        ExpressionSyntaxError: not a path, one that may find several values, or one that starts elsewhere.
    """
    must_start(text)
    path = compile_path(text)
    if path.root != "$":
        what = "the Context Object" if path.root == "$$" else f"the variable ${path.root}"
        raise ExpressionSyntaxError(f"{text} belongs to {what}, which a result cannot be written to")
    if not path.is_reference:
        raise ExpressionSyntaxError(
            f"{text} does not name a single place", hint="use names and indexes only: $.name, $['name'], $.list[0]"
        )
    return path


@lru_cache(maxsize=4096)
def _compile(text: str) -> Path:
    parsed = parse_path(text)
    root, segments = parsed.root, parsed.segments
    definite = is_definite(segments)
    is_reference = root == "$" and definite and all(map(_names_one_place, segments))
    if definite and not any(isinstance(segment, Names) for segment in segments[:-1]):
        reader = make_reader(segments)
    else:
        from pytest_sfn.expressions.path_search import make_search  # 30 ms that most definitions do not need

        reader = make_search(segments, text)
    return Path(
        text,
        root,
        definite,
        is_reference,
        segments,
        reader,
        _make_evaluate(root, reader),
        _make_writer(text, segments) if is_reference else _refuse_write(text),
        1 if definite else _copies(segments),
        sum(6 * len(s.name) + 6 for s in segments if isinstance(s, Name)),
        len(segments) if is_reference else int(not definite),
        parsed.warnings,
    )


def _names_one_place(segment: Segment) -> bool:
    return isinstance(segment, Name) or (isinstance(segment, Index) and segment.index >= 0)


def _copies(segments: Sequence[Segment]) -> int:
    """How often a part of the data can occur in what is found: by a union, or by descending through its parents."""
    copies = 1
    for segment in segments:
        if isinstance(segment, Scan):
            copies *= DEPTH_LIMIT + 1
        elif isinstance(segment, Union):
            copies *= len(segment.indexes)
    return copies


def _make_evaluate(root: str, reader: Reader) -> Callable[[Any, Env], Any]:
    if root == "$":
        return lambda data, _env: reader(data)
    if root == "$$":
        return lambda _data, env: reader(env.context_object())

    def read_variable(_data: Any, env: Env) -> Any:
        value = env.variable(root)
        return value if value is UNDEFINED else reader(value)

    return read_variable


def _conflict(text: str, base: Any) -> StateError:
    cause = f"Unable to apply ReferencePath {text} to input {dumps(base)}"
    return StateError("States.ReferencePathConflict", cause, located=False)


def _refuse_write(text: str) -> Writer:
    def refuse(base: Any, _new: Any) -> Any:
        raise _conflict(text, base)

    return refuse


def _make_writer(text: str, segments: Sequence[Segment]) -> Writer:
    steps = [
        segment.name if isinstance(segment, Name) else segment.index
        for segment in segments
        if isinstance(segment, (Name, Index))
    ]
    if not steps:
        return lambda _base, new: new
    first, *rest = steps
    if not rest and isinstance(first, str):
        name = first

        def write_1(base: Any, new: Any) -> Any:
            if not isinstance(base, dict):
                raise _conflict(text, base)
            return {**base, name: new}

        return write_1

    def write(base: Any, new: Any) -> Any:
        result = holder = _copy_for(steps[0], base, text, base)
        for step, following in pairwise(steps):
            inner = holder.get(step, UNDEFINED) if isinstance(step, str) else holder[step]
            holder[step] = holder = _copy_for(following, {} if inner is UNDEFINED else inner, text, base)
        holder[steps[-1]] = new
        return result

    return write


def _copy_for(step: str | int, container: Any, text: str, base: Any) -> Any:
    """A copy of `container`, into which `step` can be written."""
    if isinstance(step, str):
        if isinstance(container, dict):
            return dict(container)
    elif isinstance(container, list) and step < len(container):
        return list(container)
    raise _conflict(text, base)


ROOT_PATH: Final = _compile("$")
"""`$`: the data itself. The default of every path field; compare with `is`."""

NULL_PATH: Final = Path(
    text="null",
    root="$",
    definite=True,
    is_reference=False,
    segments=(),
    reader=lambda _value: {},
    evaluate=lambda _data, _env: {},
    writer=lambda base, _new: base,
    size_factor=0,
    size_added=0,
    depth_added=0,
)
"""What `null` means in a path field: InputPath and OutputPath read `{}`, ResultPath leaves the input as it is."""
