"""Hints for a failed visit, above all near misses: a Retrier or Catcher whose author meant it to take the error.

AWS compares error names exactly. In practice the mistakes are few: the definition names the message instead of the
exception's class, or the name has another case, another prefix or a slip, or AWS never reports it.

Other hints of a failure: those that its error carries, the field whose path found nothing, a mock that answers with one
Payload too many or too few.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import TaskState
from pytest_sfn.asl.pointer import child, is_inside, pointer_of
from pytest_sfn.engine.retry import matches
from pytest_sfn.names import is_misspelt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pytest_sfn.asl.model import Catcher, Retrier, State
    from pytest_sfn.errors import Location, Site, StateError
    from pytest_sfn.trace.visits import Visit

__all__ = ["error_hints", "failed_field", "hints", "hints_of", "payload_hints", "retrier_of"]
__all__ += ["unanswered_hints"]

TIMEOUTS: Final = {
    "Sandbox.Timedout": "the function ran into its own timeout",
    "Lambda.Unknown": "older runtimes report a function's own timeout by this name",
    "States.Timeout": "the task passed its TimeoutSeconds or missed a heartbeat",
}
NEVER_REPORTED: Final = {
    "Lambda.Timeout": "AWS never reports Lambda.Timeout: a function that runs into its own timeout fails with "
    "Sandbox.Timedout, a task that passes TimeoutSeconds with States.Timeout",
}


LOOKED_AT: Final = 200
"""How many visits are looked at for what may explain a path that finds nothing."""


def hints_of(visit: Visit, states: Mapping[str, State], locate: Callable[[str], Location | None]) -> Iterator[str]:
    """All hints about a visit.

    Args:
        states: of its machine, by name.
        locate: gives the place of a JSON Pointer in the definition's text.
    """
    yield from error_hints(visit, locate)
    yield from hints(states[visit.name], visit)
    yield from unanswered_hints(visit)
    if failed_field(visit) is not None:
        yield from payload_hints(visit, visit._visits.all[:LOOKED_AT], states)


def hints(state: State, visit: Visit) -> list[str]:
    """Hints about the Retriers and Catchers that did not take an error of a visit."""
    rules = _rules(state)
    if not rules:
        return []
    found: dict[str, None] = {}
    catchers = child(state.pointer, "Catch")
    for failure in _failures(visit):
        if failure.site is not None and is_inside(failure.site.pointer, catchers):
            continue  # a Catcher's own field: no Retrier and no Catcher of the state sees that
        error, cause = failure.error or "", failure.cause or ""
        provided = {place[:5] for place, rule in rules if error in rule.error_equals}  # Retry, Catch
        for place, rule in rules:
            if matches(rule.error_equals, failure):
                if not visit.caught and error == "States.Runtime":
                    found[f"{place} of {state.name!r} does not take States.Runtime: AWS ends the execution with it"] = None
                continue
            for name in () if place[:5] in provided else rule.error_equals:
                advice = _near(name, error, cause, caught=place.startswith("Catch"))
                if advice is not None:
                    found[f"{place} of {state.name!r} names {name!r}: {advice}"] = None
    return list(found) or _uncaught(state, visit)


def _uncaught(state: State, visit: Visit) -> list[str]:
    """What the Catchers of a state take, if they do not take the error that ended the execution."""
    failure, names = visit._failure, [name for catcher in getattr(state, "catch", ()) for name in catcher.error_equals]
    if not names or visit.caught or failure is None or failure.hints is not None or not failure.catchable:
        return []
    if failure.error != visit._visits.run.error:
        return []
    return [f"no Catcher of {state.name!r} takes {failure.error}; Catch names {', '.join(dict.fromkeys(names))}"]


def error_hints(visit: Visit, locate: Callable[[str], Location | None]) -> Iterator[str]:
    """The hints that the errors of a visit carry, each with the place of the member that it is about.

    Args:
        locate: gives the place of a JSON Pointer in the definition's text.
    """
    for failure in _failures(visit):
        for hint in failure.hints() if failure.hints is not None else ():
            where = _member(failure.site, hint.path, locate) if failure.site is not None else None
            yield f"{where}: {hint.text}" if where else hint.text


def _member(site: Site, path: Sequence[str | int], locate: Callable[[str], Location | None]) -> Location | None:
    """The place of the innermost member below a field that the text has; in a template its name may end in `.$`."""
    pointer = pointer_of(site)
    place = locate(pointer)
    for part in path:
        names = [part, f"{part}.$"] if isinstance(part, str) else [part]
        inner = next((child(pointer, name) for name in names if locate(child(pointer, name)) != place), None)
        if inner is None:
            break
        pointer, place = inner, locate(inner)
    return place


def failed_field(visit: Visit) -> Site | None:
    """The field of the state itself that ended a visit; None if no field did, or that of a state inside."""
    failure = visit._failure
    return failure.site if failure is not None and failure.state == visit.name else None


def payload_hints(visit: Visit, visits: Iterable[Visit], states: Mapping[str, State]) -> list[str]:
    """Hints for a field that found nothing: the answer to `lambda:invoke` has one Payload too many, or none.

    Args:
        visit: one in which a path or an expression failed.
        visits: those that may have made what it looked into.
    """
    site = failed_field(visit)
    if site is None or not site.text:
        return []
    for name in dict.fromkeys(each.name for each in visits if _invokes(states[each.name])):
        result = next(each for each in visits if each.name == name).stages.get("result")
        if not isinstance(result, dict):
            continue
        inner = result.get("Payload")
        if isinstance(inner, dict) and "Payload" in inner and "SdkHttpMetadata" in result:
            got = "a Payload inside a Payload"
        elif "Payload" in site.text and "Payload" not in result:
            got = "an answer without Payload"
        elif (field := _inside(site.text, result)) is not None:
            return [f"{name!r} calls lambda:invoke, whose answer has what the function returned in Payload: Payload.{field}"]
        else:
            continue
        return [f"{name!r} got {got}: {_PAYLOAD}"]
    return []


def _inside(text: str, result: dict[str, Any]) -> str | None:
    """The field that a path or an expression looks for beside Payload, and that is inside of it; None if it does not."""
    inner = result.get("Payload")
    if not isinstance(inner, dict) or "Payload" in text:
        return None
    found = re.match(r"\W*\$(?:states\.(?:input|result))?\.(\w+)", text)
    return found[1] if found is not None and found[1] in inner and found[1] not in result else None


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


def unanswered_hints(visit: Visit) -> list[str]:
    """How to answer a task that waited until a timeout ended it, and with it the state, also where a Catcher took that."""
    request = visit.attempts[-1]._expired if visit.attempts else None
    if request is None or request.answered:
        return []
    name, activity = repr(visit.name), repr(request.resource.name)
    if request.resource.kind == "activity":
        by_mock = f"no worker answered {name}: let it be a mock, activity({activity}).returns(output)"
        by_test = f"get_activity_task({activity}) and send_task_success(token, output)"
    elif request.resource.pattern == ".waitForTaskToken":
        by_mock = f"nobody answered the token of {name}: let the mock do it, with .completes(output) after its answer"
        by_test = f"start(), then send_task_success(execution.task_token({name}), output)"
    else:
        return []
    return [f"{by_mock}, or the test: {by_test}"]


def retrier_of(state: State, failure: StateError) -> int | None:
    """Index of the Retrier that names an error, used up or not; None if there is none."""
    rules = enumerate(getattr(state, "retry", ()))
    return next((index for index, rule in rules if matches(rule.error_equals, failure)), None)


def _rules(state: State) -> list[tuple[str, Retrier | Catcher]]:
    return [
        *((f"Retry[{index}]", retrier) for index, retrier in enumerate(getattr(state, "retry", ()))),
        *((f"Catch[{index}]", catcher) for index, catcher in enumerate(getattr(state, "catch", ()))),
    ]


def _failures(visit: Visit) -> Iterable[StateError]:
    """The errors that retries did not remove, each name and cause once."""
    failures = [*(attempt._failure for attempt in visit.attempts if attempt.backoff_seconds is None), visit._failure]
    return {(each.error, each.cause): each for each in failures if each is not None and each.error is not None}.values()


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
    if is_misspelt(name, error):
        return f"this error is {error!r}; is one of the two misspelt?"
    return None
