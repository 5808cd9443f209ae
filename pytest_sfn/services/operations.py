"""The API operation behind a service task: its name, its shapes, its errors, and what `.sync` polls.

A Resource names a service and an action as Step Functions calls them; botocore's service model has the rest. The data files
of `asl/integrations.py` lead from one to the other. A model of botocore is read when a shape is first needed, once per
process and service; no client is made.

Step Functions takes an `aws-sdk:` integration through AWS's Java SDK 2 and most optimized ones through its Java SDK 1, and
so their error names differ [recorded]: `DynamoDb.ConditionalCheckFailedException`, with `DynamoDb.DynamoDbException` for an
error that has no class of its own; `DynamoDB.ConditionalCheckFailedException` and `DynamoDB.AmazonDynamoDBException`.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.asl.integrations import integrations, sdk_service, sdk_services
from pytest_sfn.names import suggest_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.services.parameters import KeptShape, Parameters

__all__ = [
    "Operation",
    "Polling",
    "action_of",
    "exception_name",
    "member",
    "operation_of",
    "pascal_case",
    "polling_of",
    "sdk_name",
    "sdk_prefix",
    "service_model",
    "unknown_action",
]


class Operation:
    """An operation of a service's API.

    Attributes:
        service: the service's folder in botocore and its boto3 client (`dynamodb`, `stepfunctions`).
        name: the operation as the API has it (`PutItem`).
        integration: how Step Functions calls it.
        error_prefix: the part before the dot in its error names.
        service_name: what the cause of an error calls the service (`(Service: AmazonSQS; ...`).
        row: its row in `integrations.json`; empty for `aws-sdk`.
    """

    def __init__(
        self,
        service: str,
        name: str,
        integration: Literal["aws-sdk", "optimized"],
        error_prefix: str,
        service_name: str | None = None,
        row: Mapping[str, Any] | None = None,
    ) -> None:
        self.service = service
        self.name = name
        self.integration = integration
        self.error_prefix = error_prefix
        self.service_name = service_name or error_prefix
        self.row: Mapping[str, Any] = row or {}

    @cached_property
    def method(self) -> str:
        """The method of a boto3 client that calls it (`put_item`)."""
        from botocore import xform_name

        method: str = xform_name(self.name)
        return method

    @cached_property
    def model(self) -> OperationModel:
        """The model of the operation, from botocore."""
        return service_model(self.service).operation_model(self.name)

    @property
    def input_shape(self) -> StructureShape | None:
        """The shape of its parameters; None if it takes none."""
        return self.model.input_shape

    @property
    def output_shape(self) -> StructureShape | None:
        """The shape of its answer; None if it gives none."""
        return self.model.output_shape

    @property
    def input(self) -> Any:
        """The parameters that Step Functions takes for it: their shape, or the integration's own table of members.

        {} if it takes none; None if botocore does not know it. Where an earlier run has read the model, this does not.
        """
        own: dict[str, Any] | None = self.row.get("own_input")
        if own is not None:
            return _own(own, lambda name: self._known_shape(name) or self._shape(name))
        known = _parameters(self.service, self.name)
        return None if known is None else known.shape or {}

    @property
    def output(self) -> Any:
        """The result that Step Functions gives of it: its shape, or the integration's own table."""
        own: dict[str, Any] | None = self.row.get("own_output")
        return self.output_shape if own is None else _own(own, self._shape)

    def sent(self, parameters: Any, found: Any = None) -> Any:
        """What the API is sent for a task's parameters, in the definition's spelling; `found` is what was looked up."""
        sends = self.row.get("sends")
        return parameters if sends is None else _fill(sends, {"$parameters": parameters, "$found": found})

    def shown(self, parameters: Any, answer: dict[str, Any]) -> dict[str, Any]:
        """The result of the task for an answer of the API in the definition's spelling."""
        answers = self.row.get("answers")
        if answers is None:
            return answer
        made = _fill(answers, {"$parameters": parameters, "$response": answer})
        return {name: value for name, value in made.items() if value is not None}

    def _known_shape(self, name: str) -> KeptShape | None:
        known = _parameters(self.service, self.name)
        return None if known is None else known.shape_named(name)

    def _shape(self, kind: str) -> Shape:
        return service_model(self.service).shape_for(kind)

    @cached_property
    def _errors(self) -> list[str]:
        shapes = [shape.name for shape in self.model.error_shapes]
        if self.integration == "aws-sdk":
            names = [exception_name(pascal_case(shape)) for shape in shapes]
            generic = [f"{self.error_prefix}Exception"]
        else:
            names = [exception_name(shape) for shape in shapes]
            generic = [_GENERIC.get(self.error_prefix) or f"{self.service_name}Exception"]
        return [f"{self.error_prefix}.{name}" for name in dict.fromkeys([*names, *generic])]

    def errors(self) -> list[str]:
        """Its error names as Step Functions reports them, in the model's order; the last is that for all other errors."""
        return list(self._errors)

    def can_raise(self, error: str) -> bool:
        """Whether a task that calls it can end with that error name.

        The SDK knows an error by its code, whatever operation it comes from, and so those of the whole service count.
        """
        prefix, _, name = error.partition(".")
        if prefix == "States" or name == "SdkClientException":
            return True
        if prefix != self.error_prefix:
            return False
        return name in self._service_errors or re.fullmatch(_GENERIC_NAME, name) is not None

    @cached_property
    def _service_errors(self) -> frozenset[str]:
        shapes = [shape.name for shape in self.model.service_model.error_shapes]
        if self.integration == "aws-sdk":
            return frozenset([f"{self.error_prefix}Exception", *(exception_name(pascal_case(shape)) for shape in shapes)])
        return frozenset(exception_name(shape) for shape in shapes)

    def __repr__(self) -> str:
        return f"<Operation {self.service}:{self.name} ({self.integration})>"


class Polling:
    """How `.sync` polls a job until it has ended, from the table of integrations.

    Attributes:
        operation: the operation that describes the job.
        succeeded: statuses with which it has ended well.
        failed: statuses with which it has failed.
        gone: the error code that means the same as success, for a job that deletes something; else None.
        every: seconds between two polls, until when, and between two later ones; None where no page says it.
    """

    def __init__(self, operation: Operation, row: Mapping[str, Any]) -> None:
        self.operation = operation
        self._parameters: Mapping[str, Any] = row["parameters"]
        self._job: str = row.get("job", "")
        self._result: str = row.get("result", "")
        self._status: str = row["status"]
        self.succeeded = frozenset(row["succeeded"])
        self.failed = frozenset(row["failed"])
        self._exit_codes: str = row.get("exit_codes", "")
        self.gone: str | None = row.get("gone")
        self.every: tuple[int, int, int] | None = tuple(row["every"]) if "every" in row else None

    def parameters(self, parameters: Any, response: Any) -> dict[str, Any]:
        """The keyword arguments of the polling call.

        Args:
            parameters: of the task, spelled as in the definition or as in botocore.
            response: the service's answer to the start, in either spelling.
        """
        roots = {"$parameters": parameters, "$response": response}
        made = {name: _fill(value, roots) for name, value in self._parameters.items()}
        return {name: value for name, value in made.items() if value is not None}

    def job(self, answer: Any) -> Any:
        """The job's description in an answer of the polling operation; None if it is not there."""
        return _walk(answer, self._job)

    def answer(self, description: Any) -> Any:
        """The polling operation's answer with this description, which may be that answer, the job or the task's result."""
        if isinstance(self.job(description), dict):
            return description
        job = description.get(self._result, description) if isinstance(description, dict) else description
        for part in reversed(self._job.split(".") if self._job else ()):
            job = [job] if part.isdigit() else {part: job}
        return job

    def status(self, answer: Any) -> str | None:
        """The job's status in an answer of the polling operation."""
        status = _walk(self.job(answer), self._status)
        return status if isinstance(status, str) else None

    def outcome(self, answer: Any) -> Literal["running", "succeeded", "failed"]:
        """Whether the job has succeeded, failed or goes on.

        A task of ECS has but one last status; it has failed if a container did not end with exit code 0 [?].
        """
        status = self.status(answer)
        if status in self.succeeded and self._exit_codes:
            members, code = self._exit_codes.split(".")
            containers = _walk(self.job(answer), members) or []
            ended = isinstance(containers, list) and all(_walk(each, code) == 0 for each in containers)
            return "succeeded" if ended else "failed"
        return "succeeded" if status in self.succeeded else "failed" if status in self.failed else "running"

    def result(self, answer: Any) -> Any:
        """The task's result: the job's description, for some services under one name (`{"Build": ...}`)."""
        job = self.job(answer)
        return {self._result: job} if self._result else job

    @cached_property
    def job_shape(self) -> Shape | None:
        """The shape of the job's description."""
        shape: Any = self.operation.output_shape
        for part in self.job_path:
            shape = shape.member if part.isdigit() else member(shape.members, part)
        found: Shape | None = shape
        return found

    @property
    def status_path(self) -> list[str]:
        """The path of the status in a job's description."""
        return self._status.split(".")

    @property
    def job_path(self) -> list[str]:
        """The path of the job's description in an answer of the polling operation; empty if it is the answer."""
        return self._job.split(".") if self._job else []

    @property
    def result_name(self) -> str:
        """The one name that the task's result has the job's description under; "" if there is none."""
        return self._result


def operation_of(resource: Resource) -> Operation | None:
    """The operation that a service task calls.

    None for a Resource that is no service, for an unknown service or action, and for actions that are no single operation
    of an API (`http:invoke`, `apigateway:invoke`, `eks:call`, `eks:runJob`).
    """
    if resource.kind != "service" or not resource.service or not resource.action:
        return None
    return _operation(resource.service, resource.action)


def polling_of(resource: Resource) -> Polling | None:
    """How a `.sync` task polls; None for other patterns and for actions without a row in the table."""
    if resource.kind != "service" or resource.pattern not in (".sync", ".sync:2"):
        return None
    return _polling(resource.service or "", resource.action or "")


def unknown_action(resource: Resource) -> str | None:
    """Why AWS would not recognize an `aws-sdk` integration's action, with the nearest name; None if it would.

    Reads the service's model. What the optimized integrations have is known without: `asl.resource.unrecognized`.
    """
    service, action = resource.service or "", resource.action or ""
    if resource.kind != "service" or not service.startswith("aws-sdk:") or "${" in service + action:
        return None
    folder, _ = sdk_service(service.removeprefix("aws-sdk:")) or (None, None)
    if folder is None or _parameters(folder, action) is not None:
        return None
    from botocore.exceptions import DataNotFoundError

    try:
        names = service_model(folder).operation_names
    except DataNotFoundError:  # botocore is older than the service
        return None
    return f"{service} has no action {action}{suggest_actions(action, {name[0].lower() + name[1:]: None for name in names})}"


@lru_cache(maxsize=512)
def _operation(service: str, action: str) -> Operation | None:
    if service.startswith("aws-sdk:"):
        folder, prefix = sdk_service(service.removeprefix("aws-sdk:")) or (None, None)
        known = _parameters(folder, action) if folder else None
        if folder is None or known is None:
            return None
        prefix = prefix or sdk_prefix(service_model(folder).metadata["serviceId"])
        return Operation(folder, known.operation, "aws-sdk", prefix)
    table = integrations().get(service)
    row = table["actions"].get(action) if table else None
    if table is None or row is None or row["operation"] is None:
        return None
    return Operation(
        row.get("service", table["service"]), row["operation"], "optimized", table["prefix"], table["service_name"], row
    )


@lru_cache(maxsize=128)
def _polling(service: str, action: str) -> Polling | None:
    table = integrations().get(service)
    row = table["actions"].get(action, {}).get("polling") if table else None
    if table is None or row is None:
        return None
    return Polling(Operation(table["service"], row["operation"], "optimized", table["prefix"], table["service_name"]), row)


@lru_cache(maxsize=64)
def sdk_name(service: str) -> str | None:
    """What `aws-sdk:` integrations call a service, which has boto3's name or that one; None if there is none."""
    named = next((name for name, (folder, _) in sdk_services().items() if folder == service), service.replace("-", ""))
    row = sdk_service(named)
    return None if row is None or row[0] is None else named


def action_of(operation: str) -> str:
    """An operation of an API as a Resource has it: `PutItem` is `putItem`."""
    return operation[:1].lower() + operation[1:]


@lru_cache(maxsize=64)
def service_model(service: str) -> ServiceModel:
    """The model of a service, from botocore, without a client or a session."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _parameters(service: str, operation: str) -> Parameters | None:
    """What an operation takes; None if botocore does not know it."""
    from pytest_sfn.services.parameters import parameters_of

    return parameters_of(service, operation, service_model)


def _own(table: Mapping[str, Any], shape_named: Callable[[str], Any]) -> dict[str, Any]:
    """An integration's own table of members, with the shapes that it names."""
    return {name: shape_named(kind) if isinstance(kind, str) and kind not in _JSON else kind for name, kind in table.items()}


_JSON: Final = ("any", "string", "number", "boolean", "array", "object")


# -- names -------------------------------------------------------------------------------------------------------------

_GENERIC: Final = {  # [recorded]; others have the service's name before "Exception", as SQS and Glue [recorded] have
    "DynamoDB": "AmazonDynamoDBException",
}
"""The error of an optimized integration that has no class of its own, by prefix."""
_GENERIC_NAME: Final = r"(?:Amazon|AWS)[A-Za-z0-9]*Exception"


def exception_name(shape: str) -> str:
    """Class of an error in the SDK: `NoSuchBucket` and `DbFault` get the ending that `...Exception` has already."""
    return shape if shape.endswith("Exception") else f"{shape.removesuffix('Fault')}Exception"


_WORDS: Final = r"(?<=[A-Z])(?=v[0-9])|(?<=[a-z])(?=[A-Z][A-Za-z0-9])|(?<=[A-Z])(?=[A-Z](?!v[0-9])[a-z])|(?<=[0-9])(?=[A-Za-z])"
"""Where one word of a name ends and the next begins: SES|v2, Dynamo|DB, DB|Instance, EC2|Throttled; IoT is one word."""


def pascal_case(name: str) -> str:
    """Each word with one capital: `DynamoDB` is DynamoDb, `ACM PCA` AcmPca, `SESv2` SesV2, `IoT` Iot."""
    return "".join(word.capitalize() for part in re.split(r"[^A-Za-z0-9]+", name) for word in re.split(_WORDS, part))


def sdk_prefix(service_id: str) -> str:
    """What AWS's Java SDK 2 calls the service with that `serviceId`: `Config Service` is Config, `SESv2` SesV2.

    A Resource has the same name in lower case.
    """
    name = pascal_case(service_id)
    for start in ("Amazon", "Aws"):
        name = name.removeprefix(start)
    return name.removesuffix("Service")


# -- values in two spellings -------------------------------------------------------------------------------------------


def member(value: Mapping[str, Any], name: str) -> Any:
    """A member whose first letter may be large or small: botocore has `jobId` where a definition has `JobId`."""
    found = value.get(name)
    if found is None and name:
        found = value.get(name[0].swapcase() + name[1:])
    return found


def _walk(value: Any, path: str) -> Any:
    for part in path.split(".") if path else ():
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        elif isinstance(value, dict):
            value = member(value, part)
        else:
            return None
    return value


def _fill(value: Any, roots: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_fill(each, roots) for each in value]
    if isinstance(value, dict):
        inside = _fill(value[""], roots) if "" in value else None
        made = {name: _fill(each, roots) for name, each in value.items() if name}
        return {**inside, **made} if isinstance(inside, dict) else made
    root, _, path = value.partition(".")
    return _walk(roots[root], path) if root in roots else value
