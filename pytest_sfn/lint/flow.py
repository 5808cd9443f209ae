"""The way through the states: circles without an end, polling without a Wait, Choices that may match nothing.

The checks look at transitions, not at data: a circle counts as endless only if no state on it could change the values that
its Choice compares.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.lint.rules import Problem, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_sfn.lint.definition import LintedDefinition, State, StateSet

__all__ = ["check_choices", "check_circles"]


def check_choices(definition: LintedDefinition) -> Iterator[Problem]:
    """Choices without Default whose rules may all fail to match."""
    for state in definition.states:
        if state.type == "Choice" and "Default" not in state.value and isinstance(state.value.get("Choices"), list):
            rules = [rule for rule, _ in state.objects("Choices")]
            if rules and not _match_everything(rules, state.language):
                yield found("choice-without-default", state.pointer)


_OPPOSED = {
    "NumericGreaterThan": "NumericLessThanEquals",
    "NumericLessThan": "NumericGreaterThanEquals",
    "StringGreaterThan": "StringLessThanEquals",
    "StringLessThan": "StringGreaterThanEquals",
    "TimestampGreaterThan": "TimestampLessThanEquals",
    "TimestampLessThan": "TimestampGreaterThanEquals",
}
_OPPOSITES: Final = _OPPOSED | {f"{one}Path": f"{other}Path" for one, other in _OPPOSED.items()}
_NO_COMPARISON: Final = frozenset({"Next", "Assign", "Output", "Comment"})


def _match_everything(rules: list[Mapping[str, Any]], language: str) -> bool:
    """Whether one of two rules matches any data: `A` and not `A`, true and false, greater and not."""
    if language == "JSONata":
        conditions = [rule.get("Condition") for rule in rules]
        texts = {re.sub(r"\s", "", text[2:-2]) for text in conditions if isinstance(text, str)}
        return True in conditions or "true" in texts or any(f"$not({text})" in texts for text in texts)
    tests = [{name: part for name, part in rule.items() if name not in _NO_COMPARISON} for rule in rules]
    kept = {json.dumps(test, sort_keys=True) for test in tests}
    return any(json.dumps(other, sort_keys=True) in kept for test in tests for other in _negations(test))


def _negations(test: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield {"Not": test}
    for name, operand in test.items():
        if isinstance(operand, bool):
            yield {**test, name: not operand}
        elif name in _OPPOSITES:
            yield {other: part for other, part in test.items() if other != name} | {_OPPOSITES[name]: operand}


def check_circles(definition: LintedDefinition) -> Iterator[Problem]:
    """Circles that never end, that change nothing, and that poll without a Wait."""
    for state_set in definition.state_sets:
        if not state_set.complete or not state_set.start or any(map(definition.has_placeholder, state_set.states)):
            continue
        yield from _without_way_out(definition, state_set)
        reported: set[str] = set()
        for circle in _circles(state_set, _idle):
            reported.update(circle)
            yield found("busy-loop", state_set.states[circle[0]].pointer, names=_listing(circle))
        for circle in _circles(state_set, lambda state: _idle(state) or _reads(state)):
            polling = next((name for name in circle if _reads(state_set.states[name])), None)
            if polling is not None and not reported.intersection(circle) and not _turns_pages(state_set, circle):
                state = state_set.states[polling]
                action = f"{state.resource.service}:{state.resource.action}" if state.resource else polling
                yield found("polling-without-wait", state.pointer, action=action)


def _without_way_out(definition: LintedDefinition, state_set: StateSet) -> Iterator[Problem]:
    if not any(state.ends for state in state_set.states.values()):
        return  # the parser reports it
    for circle in _circles(state_set, lambda _: True):
        inside = frozenset(circle)
        edges = [edge for name in circle for edge in state_set.states[name].edges]
        if any(state_set.states[name].ends for name in circle) or not all(edge.target in inside for edge in edges):
            continue
        if not any(definition.has_placeholder(edge.target) for edge in edges):
            yield found("no-way-out", state_set.states[circle[0]].pointer, names=_listing(circle))


_NO_CHANGE: Final = frozenset({"Type", "Comment", "Next", "QueryLanguage", "Choices", "Default"})
_RULE_CHANGES: Final = ("Assign", "Output")
_TELLS_TIME: Final = re.compile(r"\$\$|context|\$(?:now|millis|random|uuid)\b")


def _idle(state: State) -> bool:
    """Whether the state passes its input on unchanged, and decides by nothing else."""
    if state.type not in ("Pass", "Choice") or not state.value.keys() <= _NO_CHANGE:
        return False
    if any(name in rule for rule, _ in state.objects("Choices") for name in _RULE_CHANGES):
        return False
    return not any(_TELLS_TIME.search(expression.text) for expression in state.expressions)


def _reads(state: State) -> bool:
    """Whether the state only reads from a service: a status, say, without waiting for it."""
    resource = state.resource
    if resource is None or resource.kind != "service" or resource.pattern != "REQUEST_RESPONSE" or not resource.action:
        return False
    return resource.action.startswith(("describe", "get", "batchGet"))


_PAGES: Final = re.compile(r"token|marker|cursor|startkey|offset|page", re.IGNORECASE)


def _turns_pages(state_set: StateSet, circle: Iterable[str]) -> bool:
    """Whether the circle reads page after page instead of the same again."""
    return any(_PAGES.search(json.dumps(state_set.states[name].value)) for name in circle)


def _circles(state_set: StateSet, keep: Callable[[State], bool]) -> list[list[str]]:
    """The circles among the states that are reached and kept, each in the order of the definition.

    States belong to one circle if each can be reached from the other (a strongly connected component).
    """
    kept = [name for name, state in state_set.states.items() if name in state_set.reached and keep(state)]
    among = frozenset(kept)
    following = {name: [other for other in state_set.successors(name) if other in among] for name in kept}
    order = _finished(kept, following)
    before: dict[str, list[str]] = {name: [] for name in kept}
    for name, others in following.items():
        for other in others:
            before[other].append(name)
    circles, seen = [], set()
    for start in reversed(order):
        if start in seen:
            continue
        members, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                members.add(name)
                waiting += before[name]
        if len(members) > 1 or start in following[start]:
            circles.append([name for name in kept if name in members])
    return circles


def _finished(names: Iterable[str], following: Mapping[str, list[str]]) -> list[str]:
    """The names in the order in which a depth-first search leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for start in names:
        stack = [(start, iter(following[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            name, others = stack[-1]
            for other in others:
                if other not in seen:
                    seen.add(other)
                    stack.append((other, iter(following[other])))
                    break
            else:
                stack.pop()
                order.append(name)
    return order


def _listing(names: list[str], most: int = 5) -> str:
    shown = [f"'{name}'" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
