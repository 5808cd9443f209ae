"""The parameters of a service task that AWS refuses, with the error and the text of the refusal.

Parameters are checked before any mock or service gets the task. There are two kinds of mistakes:

* What Step Functions finds itself: an unknown member, a required member that is missing, a value that cannot be converted
  to the API's type. AWS refuses literal ones at creation (`services.calls`) and computed ones at run time, with
  `States.Runtime` and "The Parameters '...' could not be used to start the Task: [...]" [reported]. The task is not
  scheduled then [?].
* What the service finds: a required member that is null, or missing further down. The call is sent, and the service refuses
  it [recorded for DynamoDB and SQS], with the text of its protocol.

`lambda:invoke` is checked against a table of our own, so that Lambda alone never loads botocore.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_sfn.defaults import defaults
from pytest_sfn.errors import Hint, Site, StateError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.names import suggest
from pytest_sfn.services.http import HTTP_SERVICES
from pytest_sfn.services.misfits import known_members, misfits, parameter_check, runtime_text
from pytest_sfn.services.operations import operation_of
from pytest_sfn.services.refusals import detected, null, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import TaskRequest
    from pytest_sfn.services.operations import Operation
    from pytest_sfn.services.shapes import Misfit
    from pytest_sfn.tasks.request import Request

__all__ = ["check_parameters", "could_not_start", "refuse_parameters", "refused_parameters"]


def check_parameters(request: TaskRequest) -> None:
    """Refuse what Step Functions itself refuses, before the task is scheduled.

    Raises:
        StateError: `States.Runtime`, which no Retrier or Catcher takes.
    """
    check = parameter_check(request.resource)
    if check is None:
        return
    parameters = request.parameters
    template = request.state.parameters
    if not isinstance(parameters, dict) and template is not None and request.state.query_language == "JSONata":
        raise template.wrong_type("object", parameters)  # a type that the field does not accept [doc]
    found: list[Misfit] = []
    check(parameters, found)
    if not isinstance(parameters, dict):
        raise refused_parameters(request, [f"The value for the field '{_field(request)}' must be an OBJECT"])  # [?]
    texts = [runtime_text(misfit) for misfit in found if _is_refused(request.resource, misfit, parameters)]
    if texts:
        raise refused_parameters(request, texts)


def _field(request: TaskRequest) -> str:
    return "Arguments" if request.state.query_language == "JSONata" else "Parameters"


def could_not_start(request: TaskRequest, problems: list[str]) -> str:
    """The cause with which Step Functions refuses what a task would send [reported]."""
    return f"The {_field(request)} '{dumps(request.parameters)}' could not be used to start the Task: [{', '.join(problems)}]"


def refused_parameters(request: TaskRequest, problems: list[str]) -> StateError:
    """The error of a task that Step Functions does not start."""
    field, parameters = _field(request), request.parameters
    site = Site(field, f"{request.state.pointer}/{field}", (), "", parameters)
    hints = partial(parameter_hints, request.resource, parameters)
    return StateError("States.Runtime", could_not_start(request, problems), site=site, hints=hints)


def parameter_hints(resource: Resource, parameters: Any) -> Iterator[Hint]:
    """Each parameter that does not fit, with the name that was probably meant."""
    called = f"{resource.service}:{resource.action}"
    for misfit in misfits(resource, parameters):
        if misfit.kind == "unknown":
            hint = suggest(misfit.name, misfit.known, "did you mean {!r}?") or known_members(misfit.known)
            text = f"{called} has no parameter {misfit.where!r}; {hint}"
        elif misfit.kind == "missing":
            text = f"{called} requires the parameter {misfit.where!r}"
        elif misfit.kind == "path":
            text = f"{misfit.where!r} still ends in .$ when the template is resolved"
        else:
            text = f"the parameter {misfit.where!r} of {called} {misfit.text}"
        yield Hint(text, tuple(misfit.path))


def refuse_parameters(request: Request) -> bool:
    """Fail a task as its service does when a required member is missing; False when none is."""
    resource = request.resource
    check = parameter_check(resource)
    if check is None:
        return False
    found: list[Misfit] = []
    check(request.parameters, found)
    missing = [misfit for misfit in found if misfit.kind == "missing"]
    if not missing:
        return False
    operation = operation_of(resource)
    if operation is None:
        return False  # there is no service that would refuse it
    fail_for(request, operation, missing)
    return True


def fail_for(request: Request, operation: Operation, missing: list[Misfit]) -> None:
    """The service's refusal of a call without some required members."""
    from pytest_sfn.services.constraints import SERVICES  # most tests never come here

    metadata = operation.model.service_model.metadata
    row = SERVICES.get(operation.service)
    if row is None and ("awsQueryCompatible" in metadata or metadata["protocol"] in ("query", "ec2")):
        code, text = "MissingParameter", f"The request must contain the parameter {missing[0].name}."  # [recorded] for SQS
    else:
        code = row.code if row is not None else "ValidationException"
        text = detected([null(_api_path(misfit)) for misfit in missing])
    request.fail(*refusal(operation, code, text, request.request_id(), request.world.as_of))


def _is_refused(resource: Resource, misfit: Misfit, parameters: Any) -> bool:
    """Whether Step Functions finds it, or leaves it to the service: it looks for required members at the top level only [?]."""
    if defaults.parameter_check == "warning" and misfit.kind != "path":  # botocore may be older than the service
        return resource.service in HTTP_SERVICES and misfit.kind != "unknown"  # without the others there is no request
    if misfit.kind != "missing" or operation_of(resource) is None:
        return True
    return len(misfit.path) == 1 and misfit.name not in parameters


def _api_path(misfit: Misfit) -> str:
    """The path as a service writes it: `entries.2.member.id`."""
    parts = (f"{part + 1}.member" if isinstance(part, int) else part[:1].lower() + part[1:] for part in misfit.path)
    return ".".join(parts)
