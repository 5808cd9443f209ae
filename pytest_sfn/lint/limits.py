"""Time and quotas: tasks that may wait for ever, and numbers beyond the limits of an execution.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import json
import re
from math import inf
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from pytest_sfn.expressions.values import is_number
from pytest_sfn.lint.rules import Problem, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.lint.definition import LintedDefinition, State

__all__ = ["check_limits", "check_waiting"]

_LONGEST: Final = {"STANDARD": (31_536_000, "one year"), "EXPRESS": (300, "five minutes")}
_EVENTS: Final = 25_000
_EVENTS_OF_ATTEMPT: Final = 3
"""Scheduled, started, failed."""
_BYTES: Final = 262_144
_TIMEOUTS: Final = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")
_TOKEN: Final = re.compile(
    r"\$\$(?:\.Task(?:\.Token)?|\[)?(?![\w.])|\$states\.context(?:\.Task(?:\.Token)?)?(?![\w.])|\$states(?![\w.])"
)


def check_waiting(definition: LintedDefinition) -> Iterator[Problem]:
    """Tasks that wait for an answer from outside: how long, and who could give it."""
    limited = "TimeoutSeconds" in definition.value
    for state in definition.states:
        resource = state.resource
        if resource is None:
            continue
        callback = resource.pattern == ".waitForTaskToken"
        if (callback or resource.kind == "activity") and not limited and not any(name in state.value for name in _TIMEOUTS):
            yield found("callback-without-timeout", state.pointer)
        payload = state.payload
        if callback and isinstance(payload, dict) and not _gives_token(definition, payload):
            token = "$$.Task.Token" if state.language == "JSONPath" else "$states.context.Task.Token"
            pointer = f"{state.pointer}/{state.payload_field}"
            yield found("token-not-passed", pointer, token=token, field=state.payload_field)


def _gives_token(definition: LintedDefinition, payload: Any) -> bool:
    """Whether a payload has the token, or may have it; a payload that passes the whole input on does not count."""
    text = json.dumps(payload)
    found = _TOKEN.search(text) or re.search(r"\.\$\": \"\$\w", text)
    return found is not None or definition.has_placeholder(text)


def check_limits(definition: LintedDefinition) -> Iterator[Problem]:
    """Constants beyond what AWS lets an execution do."""
    most, shown = _LONGEST[definition.type]
    kind = definition.type.capitalize()
    for state in definition.states:
        value = state.value
        seconds = value.get("Seconds")
        if state.type == "Wait" and _is_whole(seconds) and seconds > most:
            yield found("wait-too-long", f"{state.pointer}/Seconds", on_value=True, seconds=seconds, kind=kind, most=shown)
        heartbeat, timeout = value.get("HeartbeatSeconds"), value.get("TimeoutSeconds")
        if state.type == "Task" and _is_whole(heartbeat) and _is_whole(timeout) and heartbeat >= timeout:
            yield found(
                "heartbeat-beyond-timeout",
                f"{state.pointer}/HeartbeatSeconds",
                on_value=True,
                heartbeat=heartbeat,
                timeout=timeout,
            )
        for retrier, pointer in state.objects("Retry"):
            attempts = retrier.get("MaxAttempts")
            if _is_whole(attempts) and (ending := _ends_retrying(retrier, attempts, state, definition)) is not None:
                why, hint = ending
                yield found("fails-by-retrying", f"{pointer}/MaxAttempts", hint, on_value=True, attempts=attempts, why=why)
        yield from _large(state)


def _ends_retrying(
    retrier: Mapping[str, Any], attempts: int, state: State, definition: LintedDefinition
) -> tuple[str, str] | None:
    """Why an execution ends before a Retrier has made all its attempts, and how to mend it; None if it does not.

    Its waits may fill the time of the execution; if they are short, the attempts fill its history.
    """
    most, shown = _LONGEST[definition.type]
    events = _EVENTS_OF_ATTEMPT if state.type == "Task" else 1
    retries = _retries_within(most, retrier, min(attempts, _EVENTS))
    if definition.type == "STANDARD" and retries * events > _EVENTS:
        each = f"each writes {events} events" if events > 1 else "each writes an event"
        return f"{each}, and the history of an execution has {_EVENTS:,} at most", "use fewer attempts with longer waits"
    if retries < min(attempts, _EVENTS):
        return (
            f"their waits fill the {shown} of an execution after {retries:,} retries",
            "use fewer attempts, or MaxDelaySeconds",
        )
    return None


def _retries_within(seconds: float, retrier: Mapping[str, Any], attempts: int) -> int:
    """How many retries a Retrier makes in a time; waits with jitter count half, their average."""
    interval, rate, longest = (
        retrier.get(name, default) for name, default in (("IntervalSeconds", 1), ("BackoffRate", 2), ("MaxDelaySeconds", inf))
    )
    if not (is_number(interval) and is_number(rate) and is_number(longest)):
        return attempts
    share = 0.5 if retrier.get("JitterStrategy") == "FULL" else 1
    wait = float(interval)
    for retry in range(attempts):
        seconds -= min(wait, longest) * share
        if seconds < 0:
            return retry
        wait *= rate
    return attempts


def _is_whole(value: Any) -> TypeGuard[int]:
    return is_number(value) and isinstance(value, int)


def _large(state: State) -> Iterator[Problem]:
    for field in ("Result", "Parameters", "Arguments", "Output"):
        if field in state.value and (field != "Result" or state.type == "Pass"):
            size = _size(state.value[field])
            if size > _BYTES:
                yield found("payload-too-large", f"{state.pointer}/{field}", field=field, size=size)


def _size(value: Any) -> int:
    """Bytes of the constants in a value, a lower bound for the value that a template makes; 0 if any of it is computed."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if len(text) * 4 <= _BYTES:
        return 0
    if "{%" in text or '.$"' in text:
        return 0  # computed
    return len(text.encode("utf-8", "replace"))
