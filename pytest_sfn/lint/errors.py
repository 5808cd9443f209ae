"""Retry and Catch: names that an earlier Retrier or Catcher takes, and names that are never raised.

The errors of a service are known from its model (`services.operations`), those of Lambda from AWS's documentation and
Lambda's model. Three cases are left alone, since any name is possible there: the errors of a function, the answer to a
task that waits for its token, and the errors that come out of a Parallel or Map.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.engine.retry import error_named, first_match, reached
from pytest_sfn.lint.rules import Problem, found
from pytest_sfn.names import suggest
from pytest_sfn.services.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.lint.definition import LintedDefinition, State
    from pytest_sfn.services.operations import Operation

__all__ = ["check_never_raised", "check_shadowed", "names_of"]


def _named(state: State) -> Iterator[tuple[str, list[list[tuple[str, str]]]]]:
    """("Retry" or "Catch", the names of each Retrier or Catcher with their pointers)."""
    for field in ("Retry", "Catch"):
        lists = []
        for item, pointer in state.objects(field):
            names = item.get("ErrorEquals")
            texts = enumerate(names) if isinstance(names, list) else ()
            lists.append([(name, f"{pointer}/ErrorEquals/{index}") for index, name in texts if isinstance(name, str)])
        if lists:
            yield field, lists


def names_of(state: State) -> Iterator[tuple[str, str]]:
    """Every error name in a state's Retriers and Catchers, with its pointer."""
    for _, lists in _named(state):
        for names in lists:
            yield from names


# Names that an earlier one takes


def check_shadowed(definition: LintedDefinition) -> Iterator[Problem]:
    """Error names for which an earlier Retrier or Catcher of the same list, or an earlier name, takes every error."""
    for state in definition.states:
        for field, lists in _named(state):
            names = [[name for name, _ in each] for each in lists]
            taken = reached(names)
            kind = "Retrier" if field == "Retry" else "Catcher"
            for position, each in enumerate(lists):
                for index, (name, pointer) in enumerate(each):
                    former = None if (position, index) in taken else _former(names, name)
                    if former is not None:
                        said = f"{kind} {former + 1} of the list" if former < position else "the same name before it"
                        yield found("shadowed", pointer, name=name, former=said, on_value=True)


def _former(lists: list[list[str]], name: str) -> int | None:
    """The list that takes what a name stands for; None where AWS does not say whether it does.

    It does not say which errors of Step Functions itself `States.TaskFailed` takes.
    """
    error = error_named(name)
    former = first_match(lists, error)
    if former is None or not name.startswith("States.") or name in lists[former] or error.error in lists[former]:
        return former
    return None


# Names that are never raised


def check_never_raised(definition: LintedDefinition) -> Iterator[Problem]:
    """Error names that the state's resource has no way to raise."""
    for state in definition.states:
        if state.type != "Task" or state.resource is None:
            continue
        for name, pointer in names_of(state):
            if not definition.has_placeholder(name):
                yield from _never(state, state.resource, name, pointer)


_TIMEOUTS: Final = {
    "States.Timeout": ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"),
    "States.HeartbeatTimeout": ("HeartbeatSeconds", "HeartbeatSecondsPath"),
}


def _never(state: State, resource: Resource, name: str, pointer: str) -> Iterator[Problem]:
    if resource.pattern == ".waitForTaskToken" or resource.kind in ("activity", "other"):
        return
    if name in _TIMEOUTS:
        fields = _TIMEOUTS[name]
        if not any(field in state.value for field in fields) and not resource.text.startswith("${"):
            yield found("timeout-never-raised", pointer, name=name, fields=fields[0], on_value=True)
    elif name.startswith("States."):
        return
    elif resource.kind == "lambda" or (resource.service == "lambda" and resource.action == "invoke"):
        if not resource.text.startswith("${"):  # a placeholder may become another resource
            yield from _never_by_lambda(name, pointer)
    else:
        operation = operation_of(resource)
        if operation is not None:
            yield from _never_by_service(resource, operation, name, pointer)


_OF_LAMBDA: Final = frozenset(
    {
        "Lambda.AWSLambdaException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.SdkClientException",
        "Lambda.ServiceException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Sandbox.Timedout",
    }
)
"""https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"""
_LAMBDA_HINTS: Final = {
    "Lambda.Timeout": "a function that times out raises Sandbox.Timedout",
    "Sandbox.Timeout": "a function that times out raises Sandbox.Timedout",
}


def _never_by_lambda(name: str, pointer: str) -> Iterator[Problem]:
    if not name.startswith(("Lambda.", "Sandbox.")) or name in _OF_LAMBDA:
        return
    operation = operation_of(parse_resource("arn:aws:states:::lambda:invoke"))
    known = {*_OF_LAMBDA, *(operation.errors() if operation is not None else ())}
    if name in known or name.startswith("Lambda.EC2"):
        return
    hint = _LAMBDA_HINTS.get(name) or _near(name, sorted(known))
    yield found("error-never-raised", pointer, hint, resource="Lambda", name=name, why="", on_value=True)


_COMMON: Final = re.compile(
    r"(?:AccessDenied|Throttl|TooManyRequests|RequestLimit|SdkClient|ServiceUnavailable|Unavailable|Internal|ServiceException"
    r"|ServerException|Validation|ExpiredToken|RequestExpired|UnrecognizedClient|NotAuthorized|OptInRequired|5\d\d|4\d\d)"
)
"""Errors that a service may answer to any operation, though its model does not list them.

https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and the same page of other services
"""


def _never_by_service(resource: Resource, operation: Operation, name: str, pointer: str) -> Iterator[Problem]:
    its = operation.errors()
    action = f"{resource.service}:{resource.action}"
    prefix, dot, rest = name.rpartition(".")
    if not dot:
        whole = [other for other in its if other.rpartition(".")[2].removesuffix("Exception") == name.removesuffix("Exception")]
        hint = f"did you mean {whole[0]}?" if whole else _near(f"{operation.error_prefix}.{name}", its)
        why = f": its errors begin with '{operation.error_prefix}.'"
        yield found("error-never-raised", pointer, hint, resource=action, name=name, why=why, on_value=True)
    elif prefix != operation.error_prefix:
        hint = _near(f"{operation.error_prefix}.{rest}", its)
        if prefix.lower() == operation.error_prefix.lower():
            hint = f"did you mean {operation.error_prefix}.{rest}?"
        why = f": its errors begin with '{operation.error_prefix}.'"
        yield found("error-never-raised", pointer, hint, resource=action, name=name, why=why, on_value=True)
    elif name not in its and not _COMMON.match(rest) and _lists_errors(its):
        why = ", as the model of its API says"
        yield found("error-never-raised", pointer, _near(name, its), resource=action, name=name, why=why, on_value=True)


def _lists_errors(its: Sequence[str]) -> bool:
    """Whether the model lists errors at all, apart from the one for all others."""
    return len(its) > 2


def _near(name: str, its: Sequence[str]) -> str:
    return suggest(name, its, "did you mean {}?") or f"it raises {', '.join(its[:8])}{', ...' if len(its) > 8 else ''}"
