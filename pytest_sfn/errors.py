"""The exceptions a user of pytest-sfn can meet, and the one that carries an ASL error.

Three kinds of error exist and are never mixed:

* errors of the *test* (no mock answers, unreadable file, bad marker): `PytestSfnError` and its children;
* errors of the *workflow*: `StateError`, raised inside the interpreter and turned into an ASL error of the execution;
* bugs of ours: `InternalError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.asl.diagnostics import Diagnostic

__all__ = [
    "DefinitionError",
    "DefinitionWarning",
    "ExecutionError",
    "InternalError",
    "JsonValueError",
    "MockError",
    "MockWarning",
    "PytestSfnError",
    "StateError",
    "TaskTokenError",
    "UnknownAttributeError",
    "UnknownStateError",
    "UnsupportedError",
]


class PytestSfnError(Exception):
    """Base of every error this package raises on purpose."""


class DefinitionError(PytestSfnError):
    """A definition cannot be used: not found, not readable, or refused.

    Attributes:
        diagnostics: every problem found, each with code, message, location and hint; empty when there is no text to
            point into (the file does not exist, for instance).
    """

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class DefinitionWarning(UserWarning):
    """Something in a definition that is probably not meant, such as a substitution without a value."""


class MockError(PytestSfnError):
    """A mock is missing, exhausted, unused or could never be called. Always an error of the test, never of the workflow.

    Attributes:
        state: name of the state concerned, or None.
        candidates: names of the mocks that were there or would have been near.
    """

    def __init__(self, message: str, *, state: str | None = None, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.state = state
        self.candidates = tuple(candidates)


class MockWarning(PytestSfnError, UserWarning):  # noqa: N818 - an error only where the user makes errors of warnings
    """A mock says something that AWS never does, such as an error name that the service does not have.

    It is an error of the test where warnings are errors.
    """


class ExecutionError(PytestSfnError):
    """An execution cannot do what the test asks of it.

    For instance: it has no output yet, it ended before the state that `run_until` waited for, or it loops for ever.
    """


class TaskTokenError(ExecutionError):
    """A Task Token with which nobody waits, or no longer; says which task it belongs to and what became of it.

    Attributes:
        code: AWS's name of the error, `InvalidToken`, `TaskTimedOut` or `TaskDoesNotExist`.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class JsonValueError(PytestSfnError, ValueError):
    """A Python value that cannot stand for JSON was given as input or as an answer.

    Attributes:
        path: where in the value, as a JSONPath such as `$.items[3].price`.
    """

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class UnknownAttributeError(PytestSfnError, AttributeError):
    """An object is asked for what only another kind of it has, such as the iterations of a state that is no Map."""


class UnknownStateError(PytestSfnError, KeyError):
    """A test names a state that the definition does not have."""

    __str__ = Exception.__str__  # KeyError's would put the message in quotes


class UnsupportedError(PytestSfnError):
    """The definition is valid on AWS, but this version of pytest-sfn cannot run that part of it."""


class InternalError(PytestSfnError):
    """A bug in pytest-sfn. Please report it with the text of the message."""


class StateError(Exception):
    """An ASL error, raised by a rule of the language and caught by the interpreter's loop alone.

    Attributes:
        error: the error name, e.g. `States.Runtime`; None for a Fail state without one.
        cause: human-readable text; None when AWS gives none.
        catchable: whether the state's Retriers and Catchers may see it. The name alone does not decide:
            `States.DataLimitExceeded` of a task is caught, that of a Pass state ends the execution.
        located: whether the interpreter puts AWS's "An error occurred while executing the state ..." before the cause.
        evaluation: for a failure that AWS records as an EvaluationFailed event, the field concerned, as AWS names it
            (`Output/total`), or "" where AWS names none; None for any other error.
        heartbeat: whether a missed heartbeat caused it; AWS reports `States.Timeout` but matches either name.
    """

    def __init__(
        self,
        error: str | None,
        cause: str | None = None,
        *,
        catchable: bool = False,
        located: bool = True,
        evaluation: str | None = None,
        heartbeat: bool = False,
    ) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.catchable = catchable
        self.located = located
        self.evaluation = evaluation
        self.heartbeat = heartbeat

    def with_cause(self, cause: str) -> StateError:
        """The same error with another text, which is final."""
        return StateError(
            self.error, cause, catchable=self.catchable, located=False, evaluation=self.evaluation, heartbeat=self.heartbeat
        )


for _name in __all__:
    if _name != "StateError":
        globals()[_name].__module__ = "pytest_sfn"  # where users import it from, and what their reports show
