"""Near misses: a Retrier or Catcher that did not take an error, although its author plainly meant it to.

AWS takes error names to the letter. What goes wrong in practice is little: the name of the message instead of the
exception's class, another case, another prefix, or a name that AWS never reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.engine.retry import matches
from pytest_sfn.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.model import Catcher, Retrier, State
    from pytest_sfn.engine.story import StateVisit

__all__ = ["hints"]

TIMEOUTS = {"Sandbox.Timedout", "States.Timeout", "Lambda.Unknown"}
NEVER_REPORTED = {
    "Lambda.Timeout": "AWS never reports Lambda.Timeout: a function that runs into its own timeout fails with "
    "Sandbox.Timedout, a task that passes TimeoutSeconds with States.Timeout",
}


def hints(state: State, visit: StateVisit) -> list[str]:
    """What to tell the user about a visit in which an error met Retriers or Catchers that did not take it."""
    rules: list[tuple[str, Retrier | Catcher]] = [
        *((f"Retry[{index}]", retrier) for index, retrier in enumerate(getattr(state, "retry", ()))),
        *((f"Catch[{index}]", catcher) for index, catcher in enumerate(getattr(state, "catch", ()))),
    ]
    found: dict[str, None] = {}
    for error, cause in _errors(visit):
        for place, rule in rules:
            if matches(rule.error_equals, StateError(error, cause)):
                continue
            for name in rule.error_equals:
                advice = _near(name, error, cause)
                if advice is not None:
                    found[f"{place} of {state.name!r} names {name!r}: {advice}"] = None
    return list(found)


def _errors(visit: StateVisit) -> Iterator[tuple[str, str]]:
    for attempt in visit.attempts:
        if attempt.error is not None and attempt.retrier is None:
            yield attempt.error, attempt.cause or ""
    if not visit.attempts and visit.error is not None:
        yield visit.error, visit.cause or ""


def _near(name: str, error: str, cause: str) -> str | None:
    if name in NEVER_REPORTED and error in TIMEOUTS:
        return f"{NEVER_REPORTED[name]}. This error is {error}"
    if name.lower() == error.lower():
        return f"error names are compared to the letter, and this one is {error!r}"
    if name.rpartition(".")[2].lower() == error.rpartition(".")[2].lower():
        return f"the error's whole name is {error!r}, prefix included"
    if len(name) > 3 and name in cause and not name.startswith("States."):
        return (
            f"that text is in the error's message, but its name is {error!r}. "
            f"AWS matches the exception's class name: raise a class named {name.rpartition('.')[2]}, or catch {error!r}"
        )
    return None
