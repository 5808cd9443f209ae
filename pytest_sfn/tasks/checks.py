"""What a service task sends, and what a mock answers it, against the shapes of the service's API.

Parameters are checked before anybody is asked to answer. Three kinds of mistake, answered in three ways:

* An action that the service does not have: AWS refuses the definition [recorded for optimized integrations], so it is an
  error of the definition here as well, when the task first runs; botocore's model is needed to see it.
* What Step Functions finds itself: a member that the API does not have, one that must be there and is not, a value that
  cannot become what the API takes. AWS refuses literal ones at creation and computed ones at run time, with
  `States.Runtime` and "The Parameters '...' could not be used to start the Task: [...]" [reported]. Here both fail at run
  time. The task is not scheduled then [?].
* What the service finds: a required member that is null, or missing further down. It is sent, and the service refuses it
  [recorded for DynamoDB and SQS], with the words that its protocol has for that.

`lambda:invoke` is checked against a table of our own, so that Lambda alone never loads botocore.

Answers are checked by the rules of AWS's TestState API: `answer_misfits`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import DefinitionError, StateError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.services.operations import operation_of, polling_of, unknown_action
from pytest_sfn.services.refusals import refusal
from pytest_sfn.services.shapes import Checker, Misfit
from pytest_sfn.tasks.asked import place
from pytest_sfn.tasks.callees import HTTP_SERVICES

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.requests import TaskRequest
    from pytest_sfn.services.operations import Operation
    from pytest_sfn.services.shapes import Check

__all__ = [
    "answer_misfits", "check_parameters", "could_not_start", "misfits", "nearest_member", "refuse_parameters", "runtime_text",
]  # fmt: skip

_TYPES: Final = {"string": "a STRING", "number": "a NUMBER", "boolean": "a BOOLEAN", "array": "an ARRAY", "object": "an OBJECT"}


def check_parameters(request: TaskRequest) -> None:
    """Refuse what Step Functions itself refuses, before the task is scheduled.

    Raises:
        StateError: `States.Runtime`, which no Retrier or Catcher takes.
        DefinitionError: the service does not have the action.
    """
    resource = request.resource
    check = _check_of(resource)
    if check is None:
        reason = unknown_action(resource)
        if reason is not None:
            raise DefinitionError(
                f"{place(request)}: state '{request.state.name}': {reason}\n"
                f"  resource  {resource.text}\n"
                f"  fix       correct the action, or install a newer botocore if it is new\n"
                f"  see       docs/mocks.md#parameters"
            )
        return
    parameters = request.parameters
    found: list[Misfit] = []
    check(parameters, found)
    if not found and isinstance(parameters, dict):
        return
    texts = [runtime_text(misfit) for misfit in found if not _left_to_service(misfit, parameters)]
    if not isinstance(parameters, dict):
        texts = [f"The value for the field '{_field(request)}' must be an OBJECT"]  # [?]
    if texts:
        raise StateError("States.Runtime", could_not_start(request, texts))


def _field(request: TaskRequest) -> str:
    return "Arguments" if request.state.query_language == "JSONata" else "Parameters"


def could_not_start(request: TaskRequest, problems: list[str]) -> str:
    """The cause with which Step Functions refuses what a task would send [reported]."""
    return f"The {_field(request)} '{dumps(request.parameters)}' could not be used to start the Task: [{', '.join(problems)}]"


def refuse_parameters(request: TaskRequest) -> bool:
    """Answer a task as its service does that misses something it requires; whether it did."""
    resource = request.resource
    check = _check_of(resource)
    if check is None:
        return False
    found: list[Misfit] = []
    check(request.parameters, found)
    missing = [misfit for misfit in found if misfit.kind == "missing"]
    if not missing:
        return False
    operation = operation_of(resource)
    assert operation is not None
    fail_for(request, operation, missing)
    return True


def fail_for(request: TaskRequest, operation: Operation, missing: list[Misfit]) -> None:
    """The service's refusal of a call that misses required members."""
    metadata = operation.model.service_model.metadata
    if "awsQueryCompatible" in metadata or metadata["protocol"] in ("query", "ec2"):
        code, text = "MissingParameter", f"The request must contain the parameter {missing[0].name}."  # [recorded] for SQS
    else:
        code = "ValidationException"
        problems = "; ".join(
            f"Value null at '{_api_path(misfit)}' failed to satisfy constraint: Member must not be null" for misfit in missing
        )
        text = (
            f"{len(missing)} validation error{'s' if len(missing) > 1 else ''} detected: {problems}"  # [recorded] for DynamoDB
        )
    request.fail(*refusal(request, operation, code, text))


def misfits(resource: Resource, parameters: Any) -> list[Misfit]:
    """All that is wrong with a task's parameters; of an HTTP task, which fields it has."""
    if resource.kind == "service" and resource.service in HTTP_SERVICES:
        from pytest_sfn.tasks.http import misfits as http_misfits  # only such tasks need it

        return http_misfits(str(resource.service), parameters if isinstance(parameters, dict) else {})
    check = _check_of(resource)
    found: list[Misfit] = []
    if check is not None:
        check(parameters, found)
    return found


def nearest_member(misfit: Misfit) -> str | None:
    """The member that was probably meant."""
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in misfit.known}
    near = get_close_matches(misfit.name.casefold(), folded, 1)
    return folded[near[0]] if near else None


def answer_misfits(
    resource: Resource, answer: Any, *, taken: bool = False, test_state: bool = False, present: bool = False
) -> list[Misfit]:
    """Why a service could never give this answer; empty if it could, and where nothing is known of it.

    The rules are those of TestState's `mock.fieldValidationMode` [recorded]: only members that the model has are looked at,
    names are compared to the letter, times and blobs are text, and the result of a `.sync` task is what its polling
    operation gives. The output of a task that waits for a token is anything.

    Args:
        answer: an admitted JSON value.
        taken: whether it is what the service answers when it takes a task that stays open, not the task's result.
        test_state: TestState wants text for every time, where optimized integrations really give a number [recorded].
        present: whether members that must be there may be missing, as in mode PRESENT.
    """
    check = _answer_check(resource, taken, test_state)
    found: list[Misfit] = []
    if check is not None:
        check(answer, found)
    return [misfit for misfit in found if misfit.kind != "missing"] if present and found else found


@lru_cache(maxsize=512)
def _answer_check(resource: Resource, taken: bool, test_state: bool) -> Check | None:
    operation = operation_of(resource)
    if operation is None:
        return None
    sdk = operation.integration == "aws-sdk"
    if not taken and resource.pattern == ".waitForTaskToken":
        return None
    if not taken and resource.pattern in (".sync", ".sync:2"):
        return _job_check(resource, test_state)
    checker = Checker(sdk=sdk, answer=True, time_as_number=not sdk and not test_state, free=operation.row.get("any_output", ()))
    return checker.check_of(operation.output or {})


def _job_check(resource: Resource, test_state: bool) -> Check | None:
    """The check of the result of a `.sync` task: the job's description, or the whole answer of the polling operation."""
    polling = polling_of(resource)
    if polling is None:
        return None
    free = ("Input", "Output") if resource.pattern == ".sync:2" else ()  # JSON there, not its text [recorded]
    checker = Checker(sdk=False, answer=True, time_as_number=not test_state, free=free)
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
def _check_of(resource: Resource) -> Check | None:
    operation = operation_of(resource)
    if operation is None:
        return None
    shape = operation.input
    checker = Checker(sdk=operation.integration == "aws-sdk", answer=False, texts=operation.row.get("json", ()))
    return checker.check_of({} if shape is None else shape)


def _left_to_service(misfit: Misfit, parameters: Any) -> bool:
    """Whether Step Functions sends it and lets the service complain: it looks for what must be there on top only [?]."""
    return misfit.kind == "missing" and (len(misfit.path) > 1 or misfit.name in parameters)


def runtime_text(misfit: Misfit) -> str:
    """Step Functions' words [reported]."""
    if misfit.kind == "unknown":
        return f'The field "{misfit.name}" is not supported by Step Functions'
    if misfit.kind == "missing":
        return f"The field '{misfit.name}' is required but was missing"
    return f"The value for the field '{misfit.name}' must be {_TYPES[misfit.expected]}"


def _api_path(misfit: Misfit) -> str:
    """The path as a service writes it: `entries.2.member.id`."""
    parts = (f"{part + 1}.member" if isinstance(part, int) else part[:1].lower() + part[1:] for part in misfit.path)
    return ".".join(parts)
