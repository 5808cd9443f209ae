"""Mocks that nothing called, and those that nothing could ever have called, since their name is misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.errors import MockError
from pytest_sfn.links import see
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.targets import Targets
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.services.reach import Reach

__all__ = ["impossible", "unused"]


def unused(targets: Iterable[Mock], strict: bool = True) -> MockError | None:
    """The error for mocks that have answers and were never called; None if there is none.

    Args:
        strict: whether mocks without a `strict=` of their own must be used.
    """
    mocks = [each for mock in targets for each in (mock, *mock._narrower)]
    uncalled = [mock for mock in mocks if mock._script is not None and not mock._ever_called]
    idle = [each for each in uncalled if (strict if (own := _strictness(each)) is None else own)]
    if not idle:
        return None
    lines = "".join(f"\n  {mock.label}{mock._place}" for mock in idle)
    return MockError(
        f"{_mocks(len(idle))} never called:{lines}\n"
        f"  fix  remove what the test does not need, or pass strict=False for a mock that may stay unused\n"
        f"  see  {see('mocks#unused-mocks')}",
        candidates=[mock.label for mock in idle],
    )


def impossible(targets: Targets, machines: Iterable[StateMachine]) -> MockError | None:
    """The error for mocks that none of these machines could ever call; None if there is none, or no machine.

    A function whose name is computed while the machine runs (`FunctionName.$`) may be any function. Where Lambda's Invoke
    is answered, clients of boto3, rules and schedules may call any function too: then only a name that looks like a slip for
    the name of a function without a mock is an error.
    """
    reaches = [machine._reach for machine in machines]
    if not reaches:
        return None
    problems: list[tuple[Mock, str]] = []
    for name, mock in targets.states.items():
        if not (mock._ever_called or any(name in reach.tasks for reach in reaches)):
            problems.append((mock, _no_task(name, reaches, targets)))
    for function, mock in targets.named():
        if not (mock._ever_called or any(reach.calls(function, targets.region, targets.account) for reach in reaches)):
            meant = _suggest_function(function, reaches, targets)
            if (meant or not targets.invocable) and not _behind_api(function, targets, reaches):
                problems.append((mock, f"no state calls this function{meant}"))
    for http in targets.endpoints:
        if not (http._ever_called or any(http._endpoint.could_take(*each) for reach in reaches for each in reach.endpoints)):
            urls = [url for reach in reaches for _, url in reach.endpoints if url is not None]
            problems.append((http, f"no state sends such a request{suggest(http._endpoint.url or '', urls)}"))
    problems += _no_resource(targets, reaches)
    if not problems:
        return None
    lines = "".join(f"\n  {mock.label}: {problem}{mock._place}" for mock, problem in problems)
    them = "it" if len(problems) == 1 else "them"
    return MockError(
        f"{_mocks(len(problems))} never called, and no loaded machine could call {them}:{lines}\n"
        f"  see  {see('mocks#unused-mocks')}",
        candidates=[mock.label for mock, _ in problems],
    )


def _strictness(mock: Mock) -> bool | None:
    return mock.strict if mock.strict is not None or mock._wider is None else mock._wider.strict


def _behind_api(function: FunctionName, targets: Targets, reaches: list[Reach]) -> bool:
    """Whether an API of the template leads to the function, and a task calls an endpoint."""
    if not any(reach.endpoints for reach in reaches):
        return False
    from pytest_sfn.mocks.gateway import functions_behind

    return bool(functions_behind(targets.machines()) & {function.name, *_other_names(function, targets)})


def _other_names(function: FunctionName, targets: Targets) -> list[str]:
    return [name for name, others in targets.function_names.items() if function.name in others]


def _no_resource(targets: Targets, reaches: list[Reach]) -> Iterator[tuple[Mock, str]]:
    """The mocks of Resources that no machine has. That of an `aws-sdk` operation may be for boto3 clients."""
    for key, mock in targets.resources.items():
        if not (mock._kind == "service" or mock._ever_called or any(key in reach.resources for reach in reaches)):
            meant = suggest(key, [key for reach in reaches for key in reach.resources if key not in targets.resources])
            if meant or not key.startswith("aws-sdk:"):
                yield mock, f"no state has this Resource{meant}"


def _no_task(name: str, reaches: list[Reach], targets: Targets) -> str:
    """What is wrong with the mock of a state that no machine has as a Task."""
    for reach in reaches:
        if name in reach.maps:
            return f"is a Map state; what it reads and writes is mocked with resource({reach.maps[name]!r})"
        if name in reach.others:
            return f"is a {reach.others[name]} state, which calls nothing"
    names = [name for reach in reaches for name in (*reach.tasks, *reach.others) if name not in targets.states]
    return f"no machine has this state{suggest(name, names)}"


def _suggest_function(function: FunctionName, reaches: list[Reach], targets: Targets) -> str:
    """The function that was probably meant: one of the same name or, of those without a mock, one of a similar name."""
    for reach in reaches:
        for each in reach.functions.get(function.name, ()):
            return f"; it is called as {each.text!r}"
    if owners := ambiguous_functions(function.name, targets):
        return f"; {function.name!r} may be {owners}; say which"
    return suggest(function.name, [name for reach in reaches for name in reach.functions if name not in targets.functions])


def ambiguous_functions(name: str, targets: Targets) -> str:
    """The functions of a template that share a name, in words; "" if at most one has it."""
    templates = [template for machine in targets.machines() if (template := machine.template) is not None]
    return " or ".join(next((found for each in templates if (found := each.ambiguous_names.get(name))), ()))


def _mocks(count: int) -> str:
    return "a mock was" if count == 1 else f"{count} mocks were"
