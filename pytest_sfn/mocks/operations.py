"""Mocks of a service's operations, which answer boto3 clients as well as tasks.

`SfnMock.service("account").on("ListRegions")` and `SfnMock.resource("arn:aws:states:::aws-sdk:account:listRegions")` are the
same mock, kept under its Resource. A client's request reaches it by the gate (`gate/elsewhere.py`), with the parameters that
the client sends, before anything else answers but a Stubber of the test. Made by `service(...)`, it also answers the calls
that all other tasks make (`tasks/services.py`): of an optimized integration, of a `.sync` task that polls its job, of a Map
that reads from S3.

An answer may have the spelling of the API or that of the task. An error that the mock raises is a ClientError for a client,
with the code and the HTTP status of the service's model. Clients of Step Functions, and Lambda's Invoke, are never answered
here: an account has machines and functions of its own.
"""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Protocol

from pytest_sfn.asl.integrations import integrations, sdk_service, sdk_services
from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import MockError, MockWarning, warn
from pytest_sfn.expressions.values import admit
from pytest_sfn.lambda_.handlers import set_aside
from pytest_sfn.links import see
from pytest_sfn.mocks.checked import CheckedAnswers
from pytest_sfn.mocks.lambda_api import Caller, FunctionRequest
from pytest_sfn.names import suggest, suggest_actions
from pytest_sfn.services.convert import from_client, to_client, to_sdk
from pytest_sfn.services.operations import action_of, exception_name, operation_of, pascal_case, sdk_name, service_model
from pytest_sfn.services.refusals import refusal
from pytest_sfn.tasks.functions import PlainTask
from pytest_sfn.tasks.jobs import CallError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    from pytest_sfn.engine.run import World
    from pytest_sfn.errors import Location
    from pytest_sfn.gate.call import ClientCall, Parsed
    from pytest_sfn.mocks.checked import Validate
    from pytest_sfn.mocks.mock import Mock
    from pytest_sfn.services.operations import Operation
    from pytest_sfn.tasks.request import Request

__all__ = ["ClientMocks", "OperationTask", "ServiceMocks"]

DOCS: Final = see("mocks#boto3-clients")
STATUSES: Final = {
    "AccessDenied": 403,
    "InternalError": 500,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
    "SlowDown": 503,
}
"""HTTP statuses of errors that services give without a shape in their model [documented as common errors and for S3]."""
_COMMON_ERRORS: Final = """
AccessDenied AccessDeniedException EC2ThrottledException ExpiredToken ExpiredTokenException IncompleteSignature
InternalError InternalFailure InternalServerError InvalidAction InvalidClientTokenId InvalidParameterCombination
InvalidParameterValue InvalidQueryParameter InvalidSignatureException LimitExceededException MalformedHttpRequestException
MalformedQueryString MissingAction MissingAuthenticationToken MissingAuthenticationTokenException MissingParameter
NotAuthorized OptInRequired PriorRequestNotComplete ProvisionedThroughputExceededException RequestAbortedException
RequestEntityTooLargeException RequestExpired RequestLimitExceeded RequestThrottled RequestThrottledException RequestTimeout
RequestTimeoutException SerializationException ServiceUnavailable ServiceUnavailableException SignatureDoesNotMatch SlowDown
ThrottledException Throttling ThrottlingException TooManyRequestsException UnknownOperationException
UnrecognizedClientException ValidationError ValidationException
"""
"""Codes that any service may give, whatever its model says [documented as common errors, and those that clients retry]."""


class OperationMocks(Protocol):
    """The mocks of an account, as this module needs them; `mocks.registry.Registry` fulfils it."""

    region: str
    account: str
    resources: dict[str, Mock]
    operations: frozenset[tuple[str, str]]

    def resource(
        self, arn: str, *, return_value: Any, side_effect: Any, strict: bool | None, validate: Validate | None
    ) -> Mock:
        """The mock of a Resource."""

    def changed(self) -> None:
        """Forget which mocks answer what."""

    def answer_client(self, request: Request, mock: Mock, operation: Operation) -> None:
        """Let the mock of an operation answer a client."""


# -- which mock --------------------------------------------------------------------------------------------------------


class ServiceMocks:
    """The mocks of a service's operations. Made by `sfn_mock.service`."""

    __slots__ = ("_boto3_name", "_registry", "_sdk_name")

    def __init__(self, registry: OperationMocks, service: str) -> None:
        name = sdk_name(service) if isinstance(service, str) else None
        if name is None:
            known = [each for named, (folder, _) in sdk_services().items() if folder for each in (folder, named)]
            hint = suggest(service, known) if isinstance(service, str) else ""
            raise _misuse(f"service({service!r})", f"this is no service of AWS{hint}", "give the name that boto3.client takes")
        if name == "sfn":
            advice = "load machines; tasks alone are mocked with resource(...) or state(...)"
            raise _misuse(f"service({service!r})", "Step Functions is answered by this account", advice)
        self._registry = registry
        self._sdk_name = name
        self._boto3_name = _folder(name)

    def on(
        self,
        operation: str,
        *,
        return_value: Any = ...,
        side_effect: Any = None,
        strict: bool | None = None,
        validate: Literal["strict", "present", "none"] | None = None,
    ) -> Mock:
        """The mock of an operation, for boto3 clients and for tasks `aws-sdk:<service>:<operation>`.

        Args:
            operation: as the API or boto3 spells it: `"ListRegions"` or `"list_regions"`.
            return_value, side_effect, strict, validate: as for `SfnMock.resource`.

        Raises:
            MockError: the service has no such operation.
        """
        call = f"service({self._boto3_name!r}).on({operation!r})"
        if self._sdk_name == "lambda" and _plain(operation) == "invoke":
            raise _misuse(call, "functions have mocks of their own", 'use lambda_function("name")')
        names = _operations(self._boto3_name)
        name = names.get(_plain(operation))
        if name is None:
            hint = suggest_actions(str(operation), names.values())
            advice = "give the operation as the API (GetItem) or boto3 (get_item) has it"
            raise _misuse(call, f"{self._boto3_name} has no such operation{hint}", advice)
        mock = self._registry.resource(
            f"aws-sdk:{self._sdk_name}:{action_of(name)}",
            return_value=return_value,
            side_effect=side_effect,
            strict=strict,
            validate=validate,
        )
        if mock._kind != "service":
            for each in (mock, *mock._narrower):
                each._kind = "service"
                each._label = each._label.replace(mock._label, f"service:{self._boto3_name}:{name}", 1)
            self._registry.operations |= {(self._boto3_name, name)}
            self._registry.changed()
        return mock

    def __repr__(self) -> str:
        return f"<mocks of {self._boto3_name}>"


def _plain(operation: object) -> str:
    return operation.replace("_", "").replace("-", "").lower() if isinstance(operation, str) else ""


def _folder(name: str) -> str:
    row = sdk_service(name)
    assert row is not None
    assert row[0] is not None
    return row[0]


@lru_cache(maxsize=64)
def _operations(folder: str) -> dict[str, str]:
    """The operations of a service, by their names without case and underscores."""
    return {_plain(name): name for name in service_model(folder).operation_names}


def _misuse(call: str, problem: str, advice: str) -> MockError:
    return MockError(f"{call}: {problem}\n  fix  {advice}\n  see  {DOCS}")


# -- how it answers ----------------------------------------------------------------------------------------------------


class OperationTask(PlainTask):
    """The mock of an operation: what it answers is checked, in whichever of the two spellings.

    Args:
        operation: which one.
        checked: checks answers; None for no check.
    """

    __slots__ = ("_checked", "_operation", "_warned")

    def __init__(self, operation: Operation, checked: CheckedAnswers | None) -> None:
        super().__init__(None)
        self._operation = operation
        self._checked = checked
        self._warned: set[str] = set()

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        shape = self._operation.output_shape
        shown = to_sdk(value, shape) if shape is not None else value
        if self._checked is not None:
            self._checked.check(request, shown)
        request.succeed(shown, size, depth, after)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        operation, prefix = self._operation, f"{self._operation.error_prefix}."
        raised = _CLIENT_ERROR.fullmatch(cause or "")
        if raised is not None:  # a ClientError of boto3
            error, cause = raised["code"], raised["message"]
        if error not in self._warned:
            self._warned.add(error)
            _warn_of_misspelt(operation, error)
        if not isinstance(request, OperationRequest) and not error.startswith(("States.", prefix)) and not verbatim:
            code, status = _code_of(operation, error)
            error, cause = refusal(operation, code, cause or "", request.request_id(), request.world.as_of, status=status)
        request.fail(error, cause, after)


_CLIENT_ERROR: Final = re.compile(
    r"An error occurred \((?P<code>\S+)\) when calling the \w+ operation( \([^()]*\))?: (?P<message>.*)", re.DOTALL
)


@lru_cache(maxsize=64)
def _errors(folder: str) -> dict[str, Shape]:
    """The errors of a service by shape, code, and name of the SDK's class."""
    shapes = service_model(folder).error_shapes
    named = {exception_name(pascal_case(shape.name)): shape for shape in shapes}
    return named | {shape.error_code: shape for shape in shapes} | {shape.name: shape for shape in shapes}


def _unprefixed(operation: Operation, error: str) -> str:
    """The error's name without what tasks put before it: `DynamoDb.` of the SDK integration, `DynamoDB.` of the optimized."""
    prefix, dot, name = error.partition(".")
    return name if dot and prefix in {operation.error_prefix, *_optimized_prefixes(operation.service)} else error


@lru_cache(maxsize=64)
def _optimized_prefixes(folder: str) -> frozenset[str]:
    """The prefixes of error names in the optimized integrations of a service."""
    return frozenset(
        table["prefix"]
        for table in integrations().values()
        if folder in (table["service"], *(row.get("service") for row in table["actions"].values()))
    )


def _warn_of_misspelt(operation: Operation, error: str) -> None:
    """Say of an error that the service does not have which of its own may be meant, or which there are.

    Models of older protocols do not have all errors of their service (S3, EC2, SQS): then only a slip is told.
    """
    name, known = _unprefixed(operation, error), _errors(operation.service)
    common = _COMMON_ERRORS.split()
    if name in known or operation.can_raise(f"{operation.error_prefix}.{name}") or name.startswith("States."):
        return
    hint = "" if name in common else suggest(name, known)
    metadata = service_model(operation.service).metadata
    complete = "json" in metadata["protocol"] and "awsQueryCompatible" not in metadata
    if not hint and complete and name not in common:
        own = [shape.error_code for shape in operation.model.error_shapes]
        hint = f"; it can raise {', '.join(own)}" if own else "; its model names none"
    if hint:
        warn(f"{operation.service}.{operation.name} has no error {error!r}{hint}\n  see  {DOCS}", kind=MockWarning)


def _code_of(operation: Operation, error: str) -> tuple[str, int]:
    """The code and the HTTP status of an error, which the test has named as the API or as a task names it."""
    name = _unprefixed(operation, error)
    shape = _errors(operation.service).get(name)
    if shape is None:
        return name, int(name) if name.isdigit() and len(name) == 3 else STATUSES.get(name, 400)
    traits = shape.metadata.get("error", {})
    return shape.error_code, traits.get("httpStatusCode", 500 if shape.metadata.get("fault") else 400)


# -- boto3's clients ---------------------------------------------------------------------------------------------------


class OperationRequest(FunctionRequest):
    """A request for an operation, which must be answered at once; messages name the task that makes it, if one does."""

    __slots__ = ("_task", "attempt", "execution", "execution_arn", "heartbeat", "item", "resource", "state", "timeout")

    def __init__(
        self, world: World, machine: MachineIdentity, sequence: int, parameters: Any, state: Caller, task: Request | None
    ) -> None:
        super().__init__(world, machine, sequence, parameters)
        self.resource = state.resource
        self.state = state if task is None else Caller(task.state.name, task.state.pointer, state.resource)
        asks: Any = FunctionRequest if task is None else task
        self.attempt, self.item = asks.attempt, asks.item
        self.timeout, self.heartbeat = asks.timeout, asks.heartbeat
        self.execution, self.execution_arn = asks.execution, asks.execution_arn
        self._task = task

    def location(self) -> Location | None:
        return None if self._task is None else self._task.location()

    def never(self, *_: object) -> NoReturn:
        """The call has no answer, so the task waits for its timeout, whatever its caller does with the error."""
        assert self._task is not None  # a client's call has no timeout, which `times_out` refuses
        self._task.never()
        raise CallError("", "the call is never answered")


class ClientMocks:
    """Answers the clients of boto3, and the calls that tasks make, in an account.

    Args:
        registry: the account's mocks.
        world: gives the account's clock, which starts again with each scenario of a fault test.
        broken_by: notes an error of the test, since code under test may swallow it.
    """

    def __init__(
        self, registry: OperationMocks, world: Callable[[], World], broken_by: Callable[[BaseException], None]
    ) -> None:
        self._registry = registry
        self._world = world
        self._broken_by = broken_by
        self._requests = 0

    def answer(self, call: ClientCall, task: Request | None = None) -> Parsed | None:
        """The answer of the operation's mock; None if there is none.

        Args:
            task: which makes the call; None for a client.

        Raises:
            MockError: the mock has no answer for this call, or one that the service could never give.
        """
        caller = _caller(call.service, call.operation)
        mock = self._registry.resources.get(caller.resource.text.removeprefix("arn:aws:states:::")) if caller else None
        if caller is None or mock is None:
            return None
        operation = operation_of(caller.resource)
        if operation is None:  # botocore of the client is newer
            return None
        with TURN, set_aside():
            world, registry = self._world(), self._registry
            world.check()
            self._requests += 1
            client = MachineIdentity("boto3", region=call.region or registry.region, account_id=registry.account)
            machine = client if task is None else task.machine
            request = OperationRequest(world, machine, -self._requests, admit(from_client(call.parameters))[0], caller, task)
            try:
                registry.answer_client(request, mock, operation)
            except BaseException as error:
                self._broken_by(error)
                raise
            if request.delay:
                world.scheduler.pump_until(request.time + request.delay)
            return _parsed(request, operation)


@lru_cache(maxsize=512)
def _caller(service: str, operation: str) -> Caller | None:
    """What takes the place of a state in messages; None for what is never answered here."""
    name = sdk_name(service)
    if name is None or name == "sfn" or (name, operation) == ("lambda", "Invoke"):
        return None
    resource = parse_resource(f"arn:aws:states:::aws-sdk:{name}:{action_of(operation)}")
    return Caller(f"{service}.{operation}", "", resource)


def _parsed(request: OperationRequest, operation: Operation) -> Parsed:
    """The status of a response, and what botocore makes of its body."""
    status, parsed = 200, dict[str, Any]()
    if request.error is not None:
        code, status = _code_of(operation, request.error)
        message = request.cause or ""
        if operation.model.http.get("method") == "HEAD":  # an answer without a body
            code, message = (str(status), "Not Found" if status == 404 else message)
        parsed["Error"] = {"Code": code, "Message": message}
    else:
        shape: Any = operation.output_shape
        parsed = to_client(request.result, shape) if shape is not None and isinstance(request.result, dict) else {}
        payload = (getattr(shape, "serialization", None) or {}).get("payload")
        if payload is not None and operation.model.has_streaming_output:
            from botocore.response import StreamingBody

            data = parsed.get(payload, b"")
            parsed[payload] = StreamingBody(io.BytesIO(data), len(data))
    metadata = {"RequestId": request.request_id(), "HTTPStatusCode": status, "HTTPHeaders": {}}
    return status, {**parsed, "ResponseMetadata": metadata}


def checked_task(mock: Mock, operation: Operation, mode: Validate) -> OperationTask:
    """How the mock of an operation answers."""
    task = OperationTask(operation, None)
    return task if mode == "none" else OperationTask(operation, CheckedAnswers(task, mock.label, mode))
