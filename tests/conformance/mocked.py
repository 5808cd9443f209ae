"""Cases of kind `mocked`: executions that ran on AWS, and the same executions under a test case of a mock configuration.

What AWS recorded holds for both, except that a mocked response has only what its author wrote into it: not the request ids,
the version of a function or the answer of a service that waits for a token. So both run here, and a mocked history is given
with those members of the other one that it does not have itself. Each value and each event of the mocked execution counts.
"""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]


def under_test_cases(case: Json) -> Json:
    """The case of the executions that run under test cases. Nothing needs to answer their tokens from outside."""
    real = case.get("executions") or [case]
    executions = [{**entry, "matches": one["matches"]} for entry, one in zip(case["mocked"], real, strict=True)]
    return {**{name: case[name] for name in case if name not in ("drivers", "steps")}, "executions": executions}


def completed(mocked: Json, real: Json) -> Json:
    """The answers of the mocked executions, each history with what only a service adds."""
    return {name: _history(answer, real[name]) if _is_history(answer) else answer for name, answer in mocked.items()}


def _is_history(answer: Any) -> bool:
    return isinstance(answer, dict) and "events" in answer


def _history(mocked: Json, real: Json) -> Json:
    if not _is_history(real) or [e["type"] for e in mocked["events"]] != [e["type"] for e in real["events"]]:
        return mocked
    pairs = zip(mocked["events"], real["events"], strict=True)
    return {**mocked, "events": [_event(event, other) for event, other in pairs]}


def _event(mocked: Json, real: Json) -> Json:
    return {
        name: {field: _text(value, real.get(name, {}).get(field)) for field, value in details.items()}
        if name.endswith("EventDetails")
        else details
        for name, details in mocked.items()
    }


def _text(mocked: Any, real: Any) -> Any:
    """JSON text with the members that it lacks."""
    if not isinstance(mocked, str) or not isinstance(real, str):
        return mocked
    try:
        return json.dumps(_value(json.loads(mocked), json.loads(real)), separators=(",", ":"))
    except ValueError:
        return mocked


def _value(mocked: Any, real: Any) -> Any:
    if isinstance(mocked, dict) and isinstance(real, dict):
        return {**real, **{name: _value(value, real.get(name)) for name, value in mocked.items()}}
    if isinstance(mocked, list) and isinstance(real, list) and len(mocked) == len(real):
        return [_value(*pair) for pair in zip(mocked, real, strict=True)]
    return mocked
