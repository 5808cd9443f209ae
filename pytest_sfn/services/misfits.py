"""Misfits: what in a task's parameters or in a service's answer does not fit the shapes of the service's API.

Answers are checked by the rules of AWS's TestState API (`answer_misfits`). `tasks/checks.py` makes errors of misfits.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.integrations import action_row
from pytest_sfn.expressions.values import dumps
from pytest_sfn.services.http import HTTP_SERVICES, http_misfits
from pytest_sfn.services.operations import operation_of, polling_of
from pytest_sfn.services.shapes import Checker, Misfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.services.shapes import Check

__all__ = ["answer_misfits", "known_members", "misfits", "parameter_check", "runtime_text"]

EARLIER: Final[Mapping[tuple[str, str], tuple[date, Mapping[str, int]]]] = {
    ("lambda", "MemorySize"): (date(2026, 1, 1), {"max": 10_240}),
}
"""(service, shape) to a day and the bounds before it, where Step Functions took up a new bound later than botocore.

botocore 1.41.6 of 2025-12-01 allows 32,768 MB; TestState still refused 10,241 on 2025-12-03 [recorded]. The day is a guess [?].
"""
_TYPES: Final = {"string": "a STRING", "number": "a NUMBER", "boolean": "a BOOLEAN", "array": "an ARRAY", "object": "an OBJECT"}


def misfits(resource: Resource, parameters: Any) -> list[Misfit]:
    """All that is wrong with a task's parameters."""
    check = parameter_check(resource)
    found: list[Misfit] = []
    if check is not None:
        check(parameters, found)
    return found


def answer_misfits(
    resource: Resource,
    answer: Any,
    *,
    taken: bool = False,
    test_state: bool = False,
    present: bool = False,
    unknown: bool = False,
    as_of: date | None = None,
) -> list[Misfit]:
    """Why a service could never give this answer; empty if it could, and where nothing is known of it.

    The rules are those of TestState's `mock.fieldValidationMode` [recorded]: only members that the model has are looked at,
    names are compared to the letter, times and blobs are text, and the result of a `.sync` task is what its polling
    operation gives. The output of a task that waits for a token is anything.

    Args:
        answer: an admitted JSON value.
        taken: whether the service answers it when it takes a task that stays open; else it is the task's result.
        test_state: TestState wants the polling operation's whole answer for a `.sync` task, where the real result is the job
            alone, with its Input and Output as text [reported: https://github.com/boto/boto3/issues/4683], and text for every
            time, where optimized integrations really give a number [recorded].
        present: whether members that must be there may be missing, as in mode PRESENT.
        unknown: whether members that the model does not have are in the list as well, of kind "unknown".
        as_of: the day whose bounds hold; today's when None.
    """
    check = _answer_check(resource, taken, test_state, as_of)
    found: list[Misfit] = []
    if check is not None:
        check(answer, found)
    left_out = {kind for kind, out in (("missing", present), ("unknown", not unknown)) if out}
    return [misfit for misfit in found if misfit.kind not in left_out] if found else found


@lru_cache(maxsize=512)
def _answer_check(resource: Resource, taken: bool, test_state: bool, as_of: date | None) -> Check | None:
    operation = operation_of(resource)
    if operation is None:
        return None
    sdk = operation.integration == "aws-sdk"
    if not taken and resource.pattern == ".waitForTaskToken":
        return None
    if not taken and resource.pattern in (".sync", ".sync:2"):
        return _job_check(resource, test_state)
    bounds = {
        name: limits
        for (service, name), (since, limits) in EARLIER.items()
        if service == operation.service and as_of and as_of < since
    }
    checker = Checker(
        sdk=sdk,
        answer=True,
        time_as_number=not sdk and not test_state,
        free=operation.row.get("any_output", ()),
        bounds=bounds,
    )
    return checker.check_of(operation.output or {})


def _job_check(resource: Resource, test_state: bool) -> Check | None:
    """The check of the result of a `.sync` task: the job's description, or the whole answer of the polling operation."""
    polling = polling_of(resource)
    if polling is None:
        return None
    if test_state:
        return Checker(sdk=False, answer=True).check_of(polling.operation.output_shape or {})
    free = ("Input", "Output") if resource.pattern == ".sync:2" else ()  # JSON there, not its text [recorded]
    checker = Checker(sdk=False, answer=True, time_as_number=True, free=free)
    name = polling.result_name
    job = checker.check_of({name: polling.job_shape} if name else polling.job_shape)
    members = polling.operation.output_shape.members if polling.operation.output_shape is not None else {}
    whole = checker.check_of(polling.operation.output_shape)
    container = next(iter(polling.job_path), "")
    container = container[:1].upper() + container[1:]

    def check(value: Any, found: list[Misfit]) -> None:
        as_polled = container and container != name and isinstance(value, dict) and container in value and members
        (whole if as_polled else job)(value, found)

    return check


@lru_cache(maxsize=512)
def parameter_check(resource: Resource) -> Check | None:
    """A function that appends the misfits of a task's parameters to a list; None if nothing is known of its service."""
    operation = operation_of(resource)
    service, row = resource.service or "", action_row(resource.service or "", resource.action or "")
    if operation is not None:
        shape, sdk = operation.input, operation.integration == "aws-sdk"
    elif resource.kind == "service" and "own_input" in row:
        shape, sdk = row["own_input"], True  # nothing says that these have the small first letters of an API too
    else:
        return None
    if shape is None:  # botocore does not know the operation
        return None
    checker = Checker(sdk=sdk, answer=False, texts=row.get("json", ()), without=row.get("without", ()))
    members = checker.check_of(shape)
    if service not in HTTP_SERVICES and not row.keys() & {"one_of", "must"}:
        return members

    def check(value: Any, found: list[Misfit]) -> None:
        members(value, found)
        if isinstance(value, dict):
            found += _own_rules(row, value)
            if service in HTTP_SERVICES:
                found += http_misfits(service, value)

    return check


def _own_rules(row: dict[str, Any], value: dict[str, Any]) -> Iterator[Misfit]:
    """What an integration's page demands beside members and types. AWS's words for it are not known [?]."""
    for names in row.get("one_of", ()):
        there = [name for name in names if value.get(name) is not None]
        if not there:
            yield Misfit("missing", names[0], known=tuple(names), path=[names[0]])
        elif len(there) > 1:
            refusal = f"There should only be one of the following fields: [{', '.join(there)}]"
            yield Misfit("value", there[0], f"must not stand beside {there[1]}", refusal=refusal, path=[there[0]])
    for path, wanted in row.get("must", {}).items():
        *outer, name = path.split(".")
        holder: Any = value
        for part in outer:
            holder = holder.get(part) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and holder.get(name) not in (wanted, dumps(wanted)):
            missing = f"The field '{name}' is required but was missing"
            refusal = missing if holder.get(name) is None else f"The value for the '{name}' field is not valid"
            where = [*outer, name] if name in holder else outer
            yield Misfit("value", name, f"must have {path} {dumps(wanted)}", refusal=refusal, path=list(where))


def runtime_text(misfit: Misfit) -> str:
    """The misfit as Step Functions writes it, of literal parameters at creation and of computed ones at run time [reported]."""
    if misfit.refusal:
        return misfit.refusal
    if misfit.kind == "unknown":
        return f'The field "{misfit.name}" is not supported by Step Functions'
    if misfit.kind == "missing":
        return f"The field '{misfit.name}' is required but was missing"
    if misfit.kind == "path":
        return f"The value for the field '{misfit.name}' must be a valid JSONPath or a valid intrinsic function call"
    return f"The value for the field '{misfit.name}' must be {_TYPES[misfit.expected]}"


def known_members(names: Sequence[str]) -> str:
    """The members that there are, in a hint."""
    shown = ", ".join(names[:12])
    return f"it has {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
