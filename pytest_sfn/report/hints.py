"""Near misses: a Retrier or Catcher that did not take an error, although its author plainly meant it to.

AWS takes error names to the letter. What goes wrong in practice is little: the name is that of the message instead of the
exception's class, another case, another prefix, misspelt, or one that AWS never reports.

And what else a failure's own text leads to: the parameters that were refused, the field whose path found nothing, a mock
that answers with one Payload too many or too few.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import TaskState
from pytest_sfn.asl.outline import INNER_FIELDS
from pytest_sfn.asl.pointer import child, resolve
from pytest_sfn.engine.retry import matches
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.values import loads
from pytest_sfn.names import near, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.model import Catcher, Retrier, State
    from pytest_sfn.errors import Location
    from pytest_sfn.trace.visits import Attempt, StateVisit

__all__ = ["failed_field", "handler_hints", "hints", "parameter_hints", "payload_hints", "retrier_of", "service_hints"]

TIMEOUTS: Final = {
    "Sandbox.Timedout": "the function ran into its own timeout",
    "Lambda.Unknown": "older runtimes report a function's own timeout by this name",
    "States.Timeout": "the task passed its TimeoutSeconds or missed a heartbeat",
}
NEVER_REPORTED: Final = {
    "Lambda.Timeout": "AWS never reports Lambda.Timeout: a function that runs into its own timeout fails with "
    "Sandbox.Timedout, a task that passes TimeoutSeconds with States.Timeout",
}
ALIKE: Final = 0.85


def hints(state: State, visit: StateVisit) -> list[str]:
    """What to tell the user about a visit in which an error met Retriers or Catchers that did not take it."""
    rules = _rules(state)
    if not rules:
        return []
    found: dict[str, None] = {}
    for error, cause in dict.fromkeys(_errors(visit)):
        provided = {place[:5] for place, rule in rules if error in rule.error_equals}  # Retry, Catch
        for place, rule in rules:
            if matches(rule.error_equals, StateError(error, cause)):
                if not visit.caught and error == "States.Runtime":
                    found[f"{place} of {state.name!r} does not take States.Runtime: AWS ends the execution with it"] = None
                continue
            for name in () if place[:5] in provided else rule.error_equals:
                advice = _near(name, error, cause, caught=place.startswith("Catch"))
                if advice is not None:
                    found[f"{place} of {state.name!r} names {name!r}: {advice}"] = None
    return list(found)


def handler_hints(visit: StateVisit, told: Mapping[str, str]) -> list[str]:
    """Why the code of functions could not be imported.

    Args:
        told: the reasons, by the request id in the error's cause.
    """
    causes = [cause for error, cause in _errors(visit) if error.startswith("Runtime.")] if told else []
    return [reason for request, reason in told.items() if any(request in cause for cause in causes)]


def service_hints(visit: StateVisit, missing: Callable[[str], str | None]) -> list[str]:
    """What services did not find.

    Args:
        missing: gives that for an error's cause, None if it has nothing to say.
    """
    causes = dict.fromkeys(cause for _, cause in _errors(visit) if cause)
    return [text for cause in causes if (text := missing(cause)) is not None]


def parameter_hints(state: State, visit: StateVisit, locate: Callable[[str], Location | None]) -> list[str]:
    """Where the parameters stand that Step Functions refused, and the names that were probably meant.

    Args:
        locate: gives the place of a JSON Pointer in the definition's text.
    """
    refusal = _REFUSAL.search(visit.cause or "")
    if refusal is None or not isinstance(state, TaskState):
        return []
    from pytest_sfn.services.misfits import misfits

    field, parameters = refusal[1], loads(refusal[2])
    called = f"{state.resource.service}:{state.resource.action}"
    found = []
    for misfit in misfits(state.resource, parameters):
        where = _place(f"{state.pointer}/{field}", misfit.path, locate)
        if misfit.kind == "unknown":
            hint = suggest(misfit.name, misfit.known, "did you mean {!r}?") or _known(misfit.known)
            text = f"{called} has no parameter {misfit.where!r}; {hint}"
        elif misfit.kind == "missing":
            text = f"{called} requires the parameter {misfit.where!r}"
        else:
            text = f"the parameter {misfit.where!r} of {called} {misfit.text}"
        found.append(f"{where}: {text}" if where else text)
    return found


_REFUSAL: Final = re.compile(r"The (Parameters|Arguments) '(.*)' could not be used to start the Task: \[", re.DOTALL)


def _place(pointer: str, path: Sequence[str | int], locate: Callable[[str], Location | None]) -> Location | None:
    """The place of the innermost member that the text has; in a template its name may end in `.$`."""
    place = locate(pointer)
    for part in path:
        names = [part, f"{part}.$"] if isinstance(part, str) else [part]
        inner = next((child(pointer, name) for name in names if locate(child(pointer, name)) != place), None)
        if inner is None:
            break
        pointer, place = inner, locate(inner)
    return place


# -- paths and expressions -------------------------------------------------------------------------------------------------

_FIELD: Final = re.compile(
    r"The JSONPath '(?P<path>.*?)' specified for the field '(?P<name>[^']*)' could not be found"
    r"|The JSONata expression '(?P<expression>.*)' specified for the field '(?P<field>[^']*)'"
    r"|The (?P<only>\w+) parameter does not reference an input value"
    r"|Invalid path '(?P<invalid>.*?)' ?:"
    r"|The function '(?P<function>.*)' had the following error",
    re.DOTALL,
)
"""How causes name a path or an expression that failed, and its field if they do."""


def failed_field(state: State, cause: str, definition: Any, locate: Callable[[str], Location | None]) -> Location | None:
    """Where the path or the expression stands that a cause speaks of; None if it speaks of none, or several are alike."""
    found = _FIELD.search(cause)
    if found is None:
        return None
    field = found["field"] or found["only"]
    if field is not None:
        return _place(state.pointer, field.split("/"), locate)
    text = next(text for text in (found["path"], found["invalid"], found["function"]) if text is not None)
    leaves = _leaves(resolve(definition, state.pointer), text, state.pointer)
    places = [pointer for pointer, name in leaves if found["name"] in (None, name)]
    return locate(places[0]) if len(places) == 1 else None


def _leaves(value: Any, text: str, pointer: str, name: str = "") -> Iterator[tuple[str, str]]:
    """(JSON Pointer, name) of each member of a state that is this text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in INNER_FIELDS:
                yield from _leaves(inner, text, child(pointer, key), key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, text, child(pointer, index), name)
    elif value == text:
        yield pointer, name


def payload_hints(visit: StateVisit, visits: Iterable[StateVisit], states: Mapping[str, State]) -> list[str]:
    """Why there is no such field: what answered `lambda:invoke` has one Payload too many, or none.

    Args:
        visit: one in which a path or an expression failed.
        visits: those that may have made what it looked into.
    """
    found = _FIELD.search(visit.cause or "")
    if found is None:
        return []
    looked_for = any("Payload" in (found[group] or "") for group in ("path", "expression", "invalid", "function"))
    for name in dict.fromkeys(each.name for each in visits if _invokes(states[each.name])):
        result = next(each for each in visits if each.name == name).stages.get("result")
        if not isinstance(result, dict):
            continue
        inner = result.get("Payload")
        if isinstance(inner, dict) and "Payload" in inner and "SdkHttpMetadata" in result:
            got = "a Payload inside a Payload"
        elif looked_for and "Payload" not in result:
            got = "an answer without Payload"
        else:
            continue
        return [f"{name!r} got {got}: {_PAYLOAD}"]
    return []


_PAYLOAD: Final = (
    "lambda_function(...) answers what the function returns, and the Payload around it is made here; "
    "state(...) answers the whole, Payload included"
)


def _invokes(state: State) -> bool:
    return isinstance(state, TaskState) and (state.resource.service, state.resource.action, state.resource.pattern) == (
        "lambda",
        "invoke",
        "REQUEST_RESPONSE",
    )


def _known(names: Sequence[str]) -> str:
    shown = ", ".join(names[:12])
    return f"it has {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def retrier_of(state: State, attempt: Attempt) -> int | None:
    """Index of the Retrier whose business an attempt's error is, used up or not; None if there is none."""
    error = StateError(attempt.error, attempt.cause)
    rules = enumerate(getattr(state, "retry", ()))
    return next((index for index, rule in rules if matches(rule.error_equals, error)), None)


def _rules(state: State) -> list[tuple[str, Retrier | Catcher]]:
    return [
        *((f"Retry[{index}]", retrier) for index, retrier in enumerate(getattr(state, "retry", ()))),
        *((f"Catch[{index}]", catcher) for index, catcher in enumerate(getattr(state, "catch", ()))),
    ]


def _errors(visit: StateVisit) -> Iterator[tuple[str, str]]:
    for attempt in visit.attempts:
        if attempt.error is not None and attempt.backoff_seconds is None:
            yield attempt.error, attempt.cause or ""
    if visit.error is not None:
        yield visit.error, visit.cause or ""


def _near(name: str, error: str, cause: str, *, caught: bool) -> str | None:
    """Why `name` does not take `error`, if it looks as if it should."""
    last, errors_last = name.rpartition(".")[2], error.rpartition(".")[2]
    if name in NEVER_REPORTED and error in TIMEOUTS:
        return f"{NEVER_REPORTED[name]}. This error is {error}"
    if name in TIMEOUTS and error in TIMEOUTS:
        return f"another kind of timeout. This error is {error}: {TIMEOUTS[error]}"
    if name == "States.TaskFailed" and error == "States.Timeout":
        return "it takes every error but States.Timeout, which is this error"
    if name.lower() == error.lower():
        return f"error names must match exactly, and this error is {error!r}"
    if last.lower() == errors_last.lower():
        return f"the error's whole name is {error!r}, prefix included"
    if name.startswith("States."):
        return None
    if len(last) > 3 and re.search(rf"(?<!\w){re.escape(last)}(?!\w)", cause):
        verb = "catch" if caught else "retry"
        return (
            f"that text is in the error's message, but its name is {error!r}. "
            f"AWS matches the exception's class name: raise a class named {last}, or {verb} {error!r}"
        )
    if near(name, [error], cutoff=ALIKE):
        return f"this error is {error!r}; is one of the two misspelt?"
    return None
