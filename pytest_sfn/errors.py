"""The exceptions a user of pytest-sfn can meet, the one that carries an ASL error, and problems of a definition as values.

Three kinds of error exist and are never mixed:

* errors of the *test* (no mock answers, unreadable file, bad marker): `PytestSfnError` and its children;
* errors of the *workflow*: `StateError`, raised inside the interpreter and turned into an ASL error of the execution; its
  `Site` says which field of which state failed on what;
* bugs of ours: `InternalError`.

A reader or the parser collects `Diagnostic`s and raises one `definition_error` that lists them all, in the order of the
text. `warn` is for what is probably not meant but works.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Absent",
    "DefinitionError",
    "DefinitionWarning",
    "Diagnostic",
    "ExecutionError",
    "Hint",
    "Hints",
    "InternalError",
    "JsonValueError",
    "Lacking",
    "Location",
    "MockError",
    "MockWarning",
    "PytestSfnError",
    "Site",
    "StateError",
    "TaskTokenError",
    "UnknownAttributeError",
    "UnknownStateError",
    "UnsupportedError",
    "belongs_to_test",
    "definition_error",
    "excerpt",
    "printable",
    "split_lines",
    "warn",
]


_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, line ends, marks that turn the direction of writing, and halves of a surrogate pair."""

_COMMAND: Final = r"(?m:^)([^\S\n]*):(?=:)|#(?=#(?:vso|teamcity)?\[)"
"""`::` where a line begins, blanks aside (GitHub); `##[`, `##vso[` and `##teamcity[` anywhere (GitHub, Azure, TeamCity)."""


def printable(text: str, keep: str = "") -> str:
    """A text that a user or a file gave, safe in a terminal and in a CI's log: what is not printable is escaped.

    Names, causes and paths pass here before they go into a message: a line break begins no line of its own, and no
    sequence moves the cursor, sets the window's title or makes a link. What a CI service would run as a command loses its
    first sign.

    Args:
        keep: characters that stay: a line break, in a text that has lines.
    """
    if not text.isprintable():  # it nearly always is; much faster than the pattern
        text = _UNPRINTABLE.sub(lambda found: found[0] if found[0] in keep else repr(found[0])[1:-1], text)
    if "::" in text or "##" in text:
        text = re.sub(_COMMAND, lambda found: f"{found[1] or ''}\\x{ord(found[0][-1]):02x}", text)
    return text


class PytestSfnError(Exception):
    """Base of every error this package raises on purpose."""

    def __str__(self) -> str:
        return printable(Exception.__str__(self), "\n\t")  # KeyError's would put the message in quotes


class DefinitionError(PytestSfnError):
    """A definition cannot be used: not found, not readable, or refused.

    Attributes:
        diagnostics: all problems, each with code, message, location and hint; empty if there is no text, for instance
            because the file does not exist.
    """

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class DeploymentError(PytestSfnError):
    """A template cannot be deployed as a whole, so nothing of it was.

    Attributes:
        lacking: what cannot be made, each with `location`, `logical_id`, `type`, `why` and `fix`.
    """

    def __init__(self, message: str, lacking: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.lacking = lacking


class DefinitionWarning(UserWarning):
    """Something in a definition that is probably not meant, such as a substitution without a value."""

    __str__ = PytestSfnError.__str__


class MockError(PytestSfnError):
    """A mock is missing, exhausted, unused or could never be called. Always an error of the test, never of the workflow.

    Attributes:
        state: name of the state concerned, or None.
        candidates: names of the existing mocks, or of near targets.
    """

    def __init__(self, message: str, *, state: str | None = None, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.state = state
        self.candidates = tuple(candidates)


class MockWarning(PytestSfnError, UserWarning):  # noqa: N818 - an error only where the user makes errors of warnings
    """A mock answers as AWS never does, for instance with an error name that the service does not have.

    It fails the test if the test treats warnings as errors.
    """


class ExecutionError(PytestSfnError):
    """An execution cannot do what the test asks of it.

    For instance: it has no output yet, it ended before the state that `run_until` waited for, or it loops for ever.
    """


class TaskTokenError(ExecutionError):
    """No task waits with this task token, or no longer; says which task the token belongs to and how that task ended.

    Attributes:
        code: AWS's name of the error, `InvalidToken`, `TaskTimedOut` or `TaskDoesNotExist`.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class JsonValueError(PytestSfnError, ValueError):
    """An input or an answer is a Python value that is not JSON.

    Attributes:
        path: the place in the value, as a JSONPath such as `$.items[3].price`.
    """

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class UnknownAttributeError(PytestSfnError, AttributeError):
    """A test reads an attribute that only other kinds of the object have, such as the iterations of a state that is no Map."""


class Absent:
    """In a class body, an attribute that its objects do not have: reading it raises an `UnknownAttributeError`.

    `__getattr__` could say the same, but every other attribute of such objects would be five times slower to read.

    Args:
        explain: the message, for an object and the attribute's name.
    """

    __slots__ = ("_explain", "_name")

    def __init__(self, explain: Callable[[Any, str], str]) -> None:
        self._explain = explain

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute {self._name!r}", name=self._name, obj=owner)
        raise UnknownAttributeError(self._explain(instance, self._name))


class Lacking:
    """Base of a class with `Absent` attributes: `dir` leaves them out."""

    __slots__ = ()

    def __dir__(self) -> Iterable[str]:
        classes = type(self).__mro__
        found = {name: next((vars(each)[name] for each in classes if name in vars(each)), None) for name in super().__dir__()}
        return [name for name, value in found.items() if not isinstance(value, Absent)]


class UnknownStateError(PytestSfnError, KeyError):
    """A test names a state that the definition does not have."""


class UnsupportedError(PytestSfnError):
    """The definition is valid on AWS, but this version of pytest-sfn cannot run a part of it."""


class UnplacedError(PytestSfnError):
    """An error of the test, raised by code that knows no states; the engine puts the place and the state before its message.

    Attributes:
        kind: the class of the error that the test gets.
        site: the field whose expression raised it; None where that is not known.
    """

    def __init__(self, message: str, kind: type[PytestSfnError] = ExecutionError) -> None:
        super().__init__(message)
        self.kind = kind
        self.site: Site | None = None


class InternalError(PytestSfnError):
    """A bug in pytest-sfn. Please report it with the text of the message."""


@dataclass(frozen=True, slots=True)
class Site:
    """A field of a state, as a constant of the compiled definition; in an error, with the value that the field failed on.

    Attributes:
        field: as AWS names it in causes: `InputPath`, `total.$`, `Output/items[0]`.
        pointer: JSON Pointer of the state's member in the definition, `/States/Charge/Parameters`.
        path: names and indexes that lead from there to the field, in a template or a Choice Rule.
        text: the path or the expression in the field, "" if there is none.
        value: what the path or the expression looked into; the parameters for a task that was refused because of them.
    """

    field: str
    pointer: str = ""
    path: tuple[str | int, ...] = ()
    text: str = ""
    value: Any = None

    def on(self, value: Any) -> Site:
        """The site of a failure on `value`."""
        return Site(self.field, self.pointer, self.path, self.text, value)


class Hint(NamedTuple):
    """What AWS's cause does not say of an error.

    Attributes:
        path: names and indexes that lead from the field of the error's site to the member concerned.
    """

    text: str
    path: tuple[str | int, ...] = ()


Hints = Callable[[], Iterable[Hint]]
"""Gives the hints for an error; called by reports alone, so it may take its time."""


class StateError(Exception):
    """An ASL error, raised by a rule of the language and caught by the interpreter's loop alone.

    Attributes:
        error: the error name, e.g. `States.Runtime`; None for a Fail state without one.
        cause: human-readable text; None when AWS gives none.
        catchable: whether the state's Retriers and Catchers may see it. The name alone does not decide:
            `States.DataLimitExceeded` of a task is caught, that of a Pass state ends the execution.
        located: whether the interpreter puts AWS's "An error occurred while executing the state ..." before the cause.
        evaluation: whether AWS records it as an EvaluationFailed event, which names the site's field.
        heartbeat: whether a missed heartbeat caused it; AWS reports `States.Timeout` but matches either name.
        site: the field that failed; None for the error of a function, a service or a Fail state.
        state: name of the state that failed, None until the loop has met the error. The error of a Parallel or Map keeps
            the name of the state inside.
        bare_cause: the cause without AWS's words about where it happened.
        hints: what AWS does not say of it, None if that is nothing.
    """

    __slots__ = (
        "bare_cause", "catchable", "cause", "error", "evaluation", "heartbeat", "hints", "located", "site", "state",
    )  # fmt: skip

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        catchable: bool = False,
        located: bool = True,
        evaluation: bool = False,
        heartbeat: bool = False,
        site: Site | None = None,
        hints: Hints | None = None,
    ) -> None:
        # `args` are set by `__new__`; to have them set again would take a third of the time.
        self.error = error
        self.cause = self.bare_cause = cause
        self.catchable = catchable
        self.located = located
        self.evaluation = evaluation
        self.heartbeat = heartbeat
        self.site = site
        self.state: str | None = None
        self.hints = hints

    def with_cause(self, cause: str) -> StateError:
        """The same error with another text, which is final."""
        return self._again(cause, catchable=self.catchable, evaluation=self.evaluation, heartbeat=self.heartbeat)

    def of_body(self) -> StateError:
        """The error of a Parallel or Map in which this one ended a branch or an iteration."""
        return self._again(self.cause, catchable=True)

    def _again(self, cause: str | None, *, catchable: bool, evaluation: bool = False, heartbeat: bool = False) -> StateError:
        again = StateError(
            self.error,
            cause,
            catchable=catchable,
            located=False,
            evaluation=evaluation,
            heartbeat=heartbeat,
            site=self.site,
            hints=self.hints,
        )
        again.state, again.bare_cause = self.state, self.bare_cause
        return again


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the text as the user wrote it; line and column start at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{printable(self.file)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem of a definition.

    Attributes:
        code: AWS's code where AWS has one (`SCHEMA_VALIDATION_FAILED`), ours otherwise (`DUPLICATE_KEY`).
        message: AWS's words where known, without the code and the location.
        pointer: AWS's notation of the place, `/States/Charge/Next`; "" where AWS names none.
        state: the innermost state's name, or None above the states.
        location: file, line and column, None for a definition given as a dict.
        hint: how to mend it, or the empty string.
        rule: what it is about, where the code says too little: the name of a rule of `pytest-sfn lint`.
        subject: for a MISSING_SUBSTITUTION of a `${Name}`, the name; else the empty string.
    """

    severity: Literal["ERROR", "WARNING"] = "ERROR"
    code: str
    message: str
    pointer: str
    state: str | None = None
    location: Location | None = None
    hint: str = ""
    rule: str = ""
    subject: str = ""


def belongs_to_test(error: BaseException) -> bool:
    """Whether an exception out of the user's code is for the test: a failing assert, an error of ours, pytest.exit, a
    debugger's quit, a skip.

    (pytest.fail, skip and xfail are no `Exception`s and need no mention.) Looked up by name, so that nothing is imported
    that the test does not use.
    """
    if isinstance(error, (AssertionError, PytestSfnError)):
        return True
    for module, name in (("_pytest.outcomes", "Exit"), ("unittest.case", "SkipTest"), ("bdb", "BdbQuit")):
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return True
    return False


def definition_error(name: str | None, diagnostics: Iterable[Diagnostic], text: str | None = None) -> DefinitionError:
    """The one error that lists every problem of a definition, in the order of its text.

    Args:
        name: the file as shown to users, None for a definition given as a dict.
        diagnostics: at least one; those without a location come last.
        text: the definition's text; with it each problem shows the line concerned and a caret.
    """
    found = sorted(diagnostics, key=_position)
    lines = split_lines(text) if text is not None else []
    parts = [_describe(item, name, lines) for item in found]
    if len(parts) > 1:
        parts.insert(0, f"{printable(name or 'the definition')} has {len(parts)} problems")
    return DefinitionError("\n".join(parts), found)


def _position(diagnostic: Diagnostic) -> tuple[float, float]:
    location = diagnostic.location
    return (location.line, location.column) if location else (float("inf"), 0)


def _describe(item: Diagnostic, name: str | None, lines: list[str]) -> str:
    place = str(item.location) if item.location else printable(f"{name or 'definition'} at {item.pointer or '/'}")
    severity = "warning: " if item.severity == "WARNING" else ""
    state = f"state '{printable(item.state)}': " if item.state is not None else ""
    parts = [f"{place}: {severity}{state}{item.code}: {printable(item.message)}"]
    if item.location and item.location.file == name and item.location.line <= len(lines):  # a part may be of another file
        parts += excerpt(lines[item.location.line - 1], item.location)
    if item.hint:
        parts.append(f"  fix  {printable(item.hint)}")
    return "\n".join(parts)


_WIDTH = 100


def excerpt(line: str, location: Location) -> list[str]:
    """The line with a caret below; of a long line (a minified definition) only what stands around the column."""
    column = location.column - 1
    start = max(0, column - _WIDTH // 2) if len(line) > _WIDTH else 0
    # Blanks for tabs and control characters, or the caret would not stand below its column.
    shown = _UNPRINTABLE.sub(" ", re.sub(r"[^\S ]", " ", line[start : start + _WIDTH])).rstrip()
    cut = "..." if start else ""
    margin = f"{location.line:>5} | "
    return [f"{margin}{cut}{shown}", " " * 6 + "| " + " " * (column - start + len(cut)) + "^"]


def split_lines(text: str) -> list[str]:
    """The lines of a text, as editors count them."""
    return re.split(r"\r\n|\r|\n", text)


def warn(*lines: str, kind: type[Warning] = DefinitionWarning, file: str = "sys") -> None:
    """Issue a warning at the user's line that caused it.

    Args:
        lines: of its text.
        file: at which to issue it where no line of the user's is on the stack, as when a fixture ends.
    """
    __tracebackhide__ = True
    from pytest_sfn.callers import user_frame  # for a warning alone

    text = "\n".join(map(printable, lines))
    frame = user_frame(sys._getframe(1))
    while frame is not None and frame.f_code.co_filename == "<string>":  # no file; with it a worker of pytest-xdist starts, too
        frame = user_frame(frame.f_back)
    if frame is None:
        warnings.warn_explicit(text, kind, file, 1)
        return
    names = frame.f_globals
    registry = names.setdefault("__warningregistry__", {})
    warnings.warn_explicit(text, kind, frame.f_code.co_filename, frame.f_lineno, names.get("__name__", "<string>"), registry)


for _kind in list(globals().values()):
    if isinstance(_kind, type) and issubclass(_kind, (PytestSfnError, DefinitionWarning)):
        _kind.__module__ = "pytest_sfn"  # where users import it from, and what their reports show
