"""Mocks that nothing called, and those that nothing could ever have called, since their name is misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_sfn.errors import MockError
from pytest_sfn.links import see
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.mocks.targets import Targets
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.services.reach import Reach

__all__ = ["impossible", "uncallable", "unused"]


class _Problem(NamedTuple):
    """Why no task of the loaded machines could call a mock.

    Attributes:
        text: the reason, in words, with the name that may be meant.
        certain: whether nothing but a task could call it, or its name is misspelt.
    """

    mock: Mock
    text: str
    certain: bool = True


def unused(targets: Targets, strict: bool = True) -> MockError | None:
    """The error for mocks that have answers and were never called; None if there is none.

    Args:
        strict: whether mocks without a `strict=` of their own must be used.
    """
    mocks = [each for mock in targets for each in (mock, *mock._narrower)]
    uncalled = [mock for mock in mocks if mock._script is not None and not mock._ever_called]
    idle = [each for each in uncalled if (strict if (own := _strictness(each)) is None else own)]
    if not idle:
        return None
    problems = {problem.mock: problem.text for problem in _problems(targets)}
    return _error(
        [(mock, problems.get(mock, "")) for mock in idle],
        "  fix  remove what the test does not need, or pass strict=False for a mock that may stay unused\n",
    )


def impossible(targets: Targets, machines: Iterable[StateMachine] | None = None) -> MockError | None:
    """The error for mocks that none of these machines could ever call; None if there is none, or no machine.

    A function whose name is computed while the machine runs (`FunctionName.$`) may be any function. Where Lambda's Invoke
    is answered, clients of boto3, rules and schedules may call any function too: then only a name that looks like a slip for
    the name of a function that no mock answers is an error.

    Args:
        machines: those of the account unless given.
    """
    problems = [(problem.mock, problem.text) for problem in _problems(targets, machines) if problem.certain]
    return _error(problems) if problems else None


def uncallable(targets: Targets) -> str:
    """Mocks that were not called, and that no task could call, a line for each; "" if there is none.

    They may explain why a test has failed. Where something else than a task could call a mock it is among them, too.
    """
    return "\n".join(f"{mock.label}: {text}{mock._place}" for mock, text, _ in _problems(targets))


def _error(problems: Sequence[tuple[Mock, str]], fix: str = "") -> MockError:
    """The error for mocks with a problem each, in words. The first line names them: pytest's short summary shows it alone."""
    labels = [mock.label for mock, _ in problems]
    lines = [(f": {text}" if text else "") + mock._place for mock, text in problems]
    if len(problems) == 1:
        said = f"mock {labels[0]} was never called{lines[0]}"
    else:
        listed = "".join(f"\n  {label}{line}" for label, line in zip(labels, lines, strict=True))
        said = f"{len(labels)} mocks were never called: {', '.join(labels)}{listed}"
    return MockError(f"{said}\n{fix}  see  {see('mocks#unused-mocks')}", candidates=labels)


def _problems(targets: Targets, machines: Iterable[StateMachine] | None = None) -> Iterator[_Problem]:
    """The mocks that were not called and that no task of these machines could call; none without a machine."""
    reaches = [machine._reach for machine in (targets.machines() if machines is None else machines)]
    if not reaches:
        return
    for find in (_no_state, _no_call, _no_endpoint, _no_resource):
        yield from find(targets, reaches)


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


def _no_state(targets: Targets, reaches: list[Reach]) -> Iterator[_Problem]:
    """The mocks of states that no machine has as Tasks."""
    for name, mock in targets.states.items():
        if not (mock._ever_called or any(name in reach.tasks for reach in reaches)):
            yield _Problem(mock, _no_task(name, reaches, targets))


def _no_call(targets: Targets, reaches: list[Reach]) -> Iterator[_Problem]:
    """The mocks of functions that no task calls."""
    for function, mock in targets.named():
        if mock._ever_called or any(reach.calls(function, targets.region, targets.account) for reach in reaches):
            continue
        if not _behind_api(function, targets, reaches):
            meant = _suggest_function(function, reaches, targets)
            certain = bool(meant) or not targets.invocable
            meant = meant or _longer_names(function.name, reaches, targets)
            yield _Problem(mock, f"no state calls this function{meant}", certain)


def _no_endpoint(targets: Targets, reaches: list[Reach]) -> Iterator[_Problem]:
    """The mocks of requests that no task sends."""
    for http in targets.endpoints:
        if not (http._ever_called or any(http._endpoint.could_take(*each) for reach in reaches for each in reach.endpoints)):
            urls = [url for reach in reaches for _, url in reach.endpoints if url is not None]
            yield _Problem(http, f"no state sends such a request{suggest(http._endpoint.url or '', urls)}")


def _no_resource(targets: Targets, reaches: list[Reach]) -> Iterator[_Problem]:
    """The mocks of Resources that no machine has. That of an `aws-sdk` operation may be for boto3 clients."""
    for key, mock in targets.resources.items():
        if not (mock._kind == "service" or mock._ever_called or any(key in reach.resources for reach in reaches)):
            meant = suggest(key, [key for reach in reaches for key in reach.resources if key not in targets.resources])
            yield _Problem(mock, f"no state has this Resource{meant}", bool(meant) or not key.startswith("aws-sdk:"))


def _no_task(name: str, reaches: list[Reach], targets: Targets) -> str:
    """What is wrong with the mock of a state that no machine has as a Task."""
    for reach in reaches:
        if name in reach.maps:
            return f"this is a Map state; what it reads and writes is mocked with resource({reach.maps[name]!r})"
        if name in reach.others:
            return f"this is a {reach.others[name]} state, which calls nothing"
    names = [name for reach in reaches for name in (*reach.tasks, *reach.others) if name not in targets.states]
    return f"no machine has this state{suggest(name, names)}"


def _suggest_function(function: FunctionName, reaches: list[Reach], targets: Targets) -> str:
    """The function that was probably meant: one of the same name or, of those that no mock answers, one of a similar name."""
    for reach in reaches:
        for each in reach.functions.get(function.name, ()):
            return f"; it is called as {each.text!r}"
    if owners := ambiguous_functions(function.name, targets):
        return f"; {function.name!r} may be {owners}; say which"
    return suggest(function.name, _unanswered(function, reaches, targets))


def _longer_names(name: str, reaches: list[Reach], targets: Targets) -> str:
    """The functions whose names contain the name, in words; "" if none does."""
    longer = [each for each in _unanswered(None, reaches, targets) if name.casefold() in each.casefold()]
    return f"; did you mean {' or '.join(map(repr, longer[:3]))}?" if longer else ""


def _unanswered(function: FunctionName | None, reaches: list[Reach], targets: Targets) -> list[str]:
    """The functions that a misspelt name may mean: those that can be called and that no mock answers.

    Args:
        function: the name; if some function has it, although no state calls that, it is not misspelt.
    """
    names = dict.fromkeys(name for reach in reaches for name in reach.functions)
    if targets.invocable:
        known = targets.functions_known()
        if function is not None and function.name in known:
            return []
        names |= known
    answered = {
        name
        for name, namesakes in targets.functions.items()
        if any(mock._script is not None or mock._narrower for _, mock in namesakes)
    }
    for alike in ((name, *others) for name, others in targets.function_names.items()):
        if not answered.isdisjoint(alike):
            answered.update(alike)
    return [name for name in names if name not in answered]


def ambiguous_functions(name: str, targets: Targets) -> str:
    """The functions of a template that share a name, in words; "" if at most one has it."""
    templates = [template for machine in targets.machines() if (template := machine.template) is not None]
    return " or ".join(next((found for each in templates if (found := each.ambiguous_names.get(name))), ()))
