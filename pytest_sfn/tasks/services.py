"""Service tasks that are sent to an AWS service: through boto3, whose requests moto answers (see `gate/`).

A task becomes one call: its parameters go out by the operation's input shape, the answer comes back by its output shape
(`convert.py`). An optimized integration adds the HTTP headers of the answer, an `aws-sdk` one does not [recorded]. With
`.waitForTaskToken` the answer goes into TaskSubmitted and the task stays open; `.sync` starts a job and polls it
(`jobs.py`).

Answers are deterministic except for the ids and times that the service makes.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.errors import Hint, JsonValueError, MockError
from pytest_sfn.expressions.values import admit, dumps, loads
from pytest_sfn.gate.call import LACKS, ClientCall, NotServedError
from pytest_sfn.links import see
from pytest_sfn.services.constraints import refusal_of
from pytest_sfn.services.convert import from_api, to_api
from pytest_sfn.services.operations import Operation, operation_of
from pytest_sfn.services.reach import invokes
from pytest_sfn.services.refusals import refusal
from pytest_sfn.tasks.checks import could_not_start
from pytest_sfn.tasks.functions import http_date
from pytest_sfn.tasks.jobs import CallError, run_job
from pytest_sfn.tasks.missing_resources import Refused, missing
from pytest_sfn.tasks.request import place, shorten

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import TaskRequest, World
    from pytest_sfn.errors import Hints
    from pytest_sfn.gate.call import Parsed
    from pytest_sfn.tasks.request import Request

__all__ = ["ClientFor", "Mocked", "Services", "is_call", "no_client"]

ClientFor = Callable[[str, str, str | None], Any]
"""(service, region, account id or None for the account's own) to a boto3 client."""

Mocked = Callable[[ClientCall, "Request"], "Parsed | None"]
"""The answer of the mock of an operation to a call of a task, before the client is asked; None if there is none."""


def no_client(service: str, region: str, account: str | None) -> Any:
    """The client where mocks of operations are all that answers.

    Raises:
        NotServedError: always.
    """
    raise NotServedError(service, "", "", "this test has no AWS services", fix="")


WITHOUT_METADATA: Final = frozenset({"events"})
"""Services whose optimized integration shows the answer without its HTTP headers [recorded]."""


def is_call(resource: Resource) -> bool:
    """Whether a task with this Resource is a call of a service's API; Lambda's Invoke asks mocks and functions' own code."""
    return not invokes(resource) and operation_of(resource) is not None


class Services:
    """Answers service tasks by calling the service.

    Args:
        client_for: gives the boto3 client of a service, region and account; asked for each call.
        closing: whether `close` will be called; if not, hints are looked up at once.
    """

    def __init__(self, client_for: ClientFor, *, closing: bool = True) -> None:
        self._client_for = client_for
        self._closing = closing
        self._refused: deque[_Missing] = deque(maxlen=_LOOKED_UP)

    def close(self) -> None:
        """Look up the hints that no report has asked for yet: a report may be made when the services are gone."""
        while self._refused:
            self._refused.popleft().look_up()

    def takes(self, request: TaskRequest) -> bool:
        """Whether this class answers the task."""
        return is_call(request.resource)

    def start(self, request: TaskRequest, mocked: Mocked = lambda call, request: None) -> None:
        """Call the service, and answer the task with its answer.

        Raises:
            MockError: nothing serves this operation here.
        """
        operation = operation_of(request.resource)
        assert operation is not None
        task = _Task(self, request, mocked)
        if request.resource.pattern in (".sync", ".sync:2"):
            run_job(request, lambda service, name, kwargs: _job_call(task, operation, service, name, kwargs))
            return
        call = _Call(task, operation)
        if (operation.service, operation.name) == ("sqs", "ReceiveMessage"):
            wait = call.kwargs.get("WaitTimeSeconds")
            wait = wait if isinstance(wait, int) and 0 <= wait <= 20 else 0  # SQS refuses another
            _poll(call, request.world.scheduler.now + wait * 1_000_000)
        else:
            call.answer_task()

    def hints(self, call: Refused, world: World) -> Hints:
        """Gives the hint for a refused call: the missing name and those that exist."""
        hint = _Missing(self, call, world)
        if self._closing:
            self._refused.append(hint)
        else:
            hint.look_up()
        return hint

    def client(self, service: str, region: str, account: str | None) -> Any:
        return self._client_for(service, region, account)


_LOOKED_UP: Final = 20
"""How many refused calls are looked up when the services close, the last ones."""


class _Missing:
    """The hint for a refused call, looked up once."""

    __slots__ = ("_call", "_found", "_services", "_world")

    def __init__(self, services: Services, call: Refused, world: World) -> None:
        self._services = services
        self._call = call
        self._world = world
        self._found: list[Hint] | None = None

    def __call__(self) -> list[Hint]:
        return self.look_up()

    def look_up(self) -> list[Hint]:
        if self._found is None:
            call, world = self._call, self._world
            broken = world.broken, world.broken_at
            try:
                text = missing(call, self._services.client(call.service, call.region, call.account))
            except Exception:  # noqa: BLE001 - a report does without
                text = None
            finally:
                world.broken, world.broken_at = broken
            self._found = [] if text is None else [Hint(text)]
        return self._found


@lru_cache(maxsize=128)
def _related(service: str, name: str, prefix: str, service_name: str) -> Operation:
    """The operation that describes a job, with the error names of the one that starts it."""
    return Operation(service, name, "optimized", prefix, service_name)


# -- one call ----------------------------------------------------------------------------------------------------------


class _Task(NamedTuple):
    """A task with what answers its calls."""

    services: Services
    request: TaskRequest
    mocked: Mocked


def _job_call(task: _Task, start: Operation, service: str, name: str, kwargs: Any) -> dict[str, Any]:
    if (service, name) == (start.service, start.name):
        return _Call(task, start, kwargs).answer()
    operation = _related(service, name, start.error_prefix, start.service_name)
    return _Call(task, operation, kwargs).answer(headers=False)


class _Call:
    """One call of a service for a task.

    Attributes:
        parameters: in the definition's spelling.
        kwargs: for the boto3 method; of this call alone.
    """

    __slots__ = ("kwargs", "operation", "parameters", "request", "sdk", "task")

    def __init__(self, task: _Task, operation: Operation, parameters: Any = None) -> None:
        self.task = task
        self.request = request = task.request
        self.operation = operation
        self.sdk = operation.integration == "aws-sdk"
        self.parameters = request.parameters if parameters is None else parameters
        self.kwargs = to_api(operation.sent(self.parameters), operation.input_shape, sdk=self.sdk)
        for name, more in operation.row.get("adds", {}).items():
            self.kwargs[name] = {**(self.kwargs.get(name) or {}), **more}
        if operation.service == "events" and operation.name == "PutEvents" and not self.sdk:
            self._name_sender()
        members = operation.input_shape.members if operation.input_shape is not None and self.sdk else {}
        if operation.service == "s3" and "Body" in self.kwargs and "ContentType" in members:  # an UploadPart has none
            self.kwargs.setdefault("ContentType", "text/plain; charset=UTF-8")  # [recorded]

    def _name_sender(self) -> None:
        """The optimized putEvents adds the sender of an event to its resources [recorded]."""
        run = self.request.run
        entries = self.kwargs.get("Entries")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                entry["Resources"] = [*(entry.get("Resources") or ()), run.machine.arn, run.arn]

    def answer_task(self) -> None:
        try:
            self.deliver(self.answer())
        except CallError as error:
            self.request.fail(error.error, error.cause, hints=error.hints)

    def deliver(self, answer: dict[str, Any]) -> None:
        """Give the service's answer to the task."""
        request = self.request
        if request.resource.pattern == ".waitForTaskToken":
            request.submitted(answer)
        else:
            request.succeed(*admit(answer))

    def answer(self, *, headers: bool = True) -> dict[str, Any]:
        """The service's answer as Step Functions shows it.

        Args:
            headers: whether an optimized integration adds those of the HTTP response.

        Raises:
            CallError: the service reports an error.
            MockError: nothing serves this here.
        """
        row = self.operation.row
        if "looks_up" in row:
            sent = self.operation.sent(self.parameters, self._looked_up(row["looks_up"]))
            self.kwargs = to_api(sent, self.operation.input_shape, sdk=False)
        for name, (source, target) in row.get("stored", {}).items():
            self.kwargs = to_api(self._read(name, source, target), self.operation.input_shape, sdk=False)
        answer = from_api(self._send(), self.operation)
        if self.sdk:
            return answer
        for name in row.get("any_output", ()):
            answer[name] = _parsed(answer.get(name))
        for name, (_, target) in row.get("stored", {}).items():
            self._write(answer, name, target)
        answer = self.operation.shown(self.parameters, answer)
        if answer.get("FailedEntryCount") and self.operation.name == "PutEvents":
            raise CallError("EventBridge.FailedEntry", dumps(answer))  # [recorded]
        return self._with_metadata(answer) if headers and self.operation.service not in WITHOUT_METADATA else answer

    def _looked_up(self, row: dict[str, Any]) -> Any:
        """What a name in the parameters stands for, as the service lists it."""
        start, name = self.operation, self.parameters.get(row["name"])
        lists = _related(start.service, row["operation"], start.error_prefix, start.service_name)
        asked = {"ClusterId": self.parameters.get("ClusterId")}
        among = _Call(self.task, lists, asked).answer(headers=False).get(row["among"], ())
        found = next((each for each in among if each.get("Name") == name), None)
        if found is None:  # AWS's words are not known [?]
            raise CallError(f"{start.error_prefix}.InvalidRequestException", f"There is no {row['name']} {name!r}.")
        return found

    def _read(self, name: str, source: str, target: str) -> dict[str, Any]:
        """The parameters with a member that lies in S3, if they name its place [documented]."""
        place = self.parameters.get(source)
        sent = {field: value for field, value in self.parameters.items() if field not in (source, target)}
        if not isinstance(place, dict):
            return sent
        stored = self._s3("GetObject", place)
        return {"ContentType": stored.get("ContentType"), **sent, name: _parsed(stored.get("Body"))}

    def _write(self, answer: dict[str, Any], name: str, target: str) -> None:
        """Put a member of the answer where the parameters say; the answer has that place instead [documented].

        In which form is not known [?].
        """
        place = self.parameters.get(target)
        if isinstance(place, dict):
            self._s3("PutObject", place, Body=answer.get(name))
            answer[name] = place["S3Uri"]

    def _s3(self, name: str, place: dict[str, Any], **more: Any) -> dict[str, Any]:
        bucket, _, key = str(place["S3Uri"]).removeprefix("s3://").partition("/")
        operation = _related("s3", name, "S3", "Amazon S3")
        return _Call(self.task, operation, {"Bucket": bucket, "Key": key, **more}).answer(headers=False)

    def _send(self) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
        from jmespath.exceptions import JMESPathError

        request, operation = self.request, self.operation
        machine = request.machine
        account = _account_of(request.credentials)
        mocked = self.task.mocked(ClientCall(operation.service, operation.name, self.kwargs, machine.region), request)
        if mocked is not None:
            return self._mocked(*mocked)
        try:
            client = self.task.services.client(operation.service, machine.region, account)
            response: dict[str, Any] = getattr(client, operation.method)(**self.kwargs)
        except ClientError as error:
            details, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            code, name = str(details.get("Code", "")), str(details.get("QueryErrorCode", ""))
            raise self._refused(code, str(details.get("Message", "")), account, status, name) from None
        except ParamValidationError as error:  # botocore's own check; AWS's SDK for Java leaves most of it to the service
            refused = refusal_of(operation.service, operation.input_shape, self.kwargs)
            if refused is not None:
                raise self._refused(*refused, account) from None
            raise CallError("States.Runtime", could_not_start(request, [error.kwargs["report"]])) from None
        except JMESPathError as error:  # botocore looks for names in parameters before it checks them
            raise CallError("States.Runtime", could_not_start(request, [str(error)])) from None
        except UnicodeEncodeError:
            self.kwargs = _encodable(self.kwargs)
            return self._send()
        except BotoCoreError as error:
            raise CallError(f"{operation.error_prefix}.SdkClientException", str(error)) from None
        except NotServedError as error:
            raise _not_served(request, operation, error) from error.__cause__
        return response

    def _mocked(self, status: int, response: dict[str, Any]) -> dict[str, Any]:
        """The answer of a mock, or its error."""
        refused = response.get("Error")
        if refused is None or status < 300:
            return response
        request, code = self.request, str(refused["Code"])
        message, request_id = str(refused["Message"]), request.request_id()
        shown, cause = refusal(self.operation, code, message, request_id, request.world.as_of, status=status)
        raise CallError(shown, cause, code)

    def _refused(self, code: str, message: str, account: str | None, status: int = 400, name: str = "") -> CallError:
        request, operation = self.request, self.operation
        request_id, as_of = request.request_id(), request.world.as_of
        shown, cause = refusal(operation, code, message, request_id, as_of, status=status, name=name)
        call = Refused(operation.service, operation.name, name or code, self.kwargs, request.machine.region, account)
        return CallError(shown, cause, name or code, self.task.services.hints(call, request.world))

    def _with_metadata(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer with the HTTP headers of AWS; members sorted [recorded]."""
        request, operation = self.request, self.operation
        request_id = request.request_id()
        protocol = operation.model.metadata
        if protocol["protocol"] in ("query", "rest-xml", "ec2"):
            content_type, body = "text/xml", _xml(operation, answer, request_id)
        else:
            version = protocol.get("jsonVersion")
            content_type = f"application/x-amz-json-{version}" if version else "application/json"
            body = dumps(answer)
        data = body.encode("utf-8", "surrogatepass")
        second = int(request.world.start_time.timestamp() + request.world.scheduler.now / 1_000_000)
        headers = {"x-amzn-RequestId": request_id, "connection": "keep-alive", "Content-Length": str(len(data))}
        if operation.service == "dynamodb":
            headers = {
                "Server": "Server",
                "Connection": "keep-alive",
                "x-amzn-RequestId": request_id,
                "x-amz-crc32": str(zlib.crc32(data)),
                "Content-Length": str(len(data)),
            }
        headers |= {"Date": http_date(second), "Content-Type": content_type}
        answer["SdkHttpMetadata"] = {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": dict(sorted(headers.items(), key=lambda header: header[0].lower())),
            "HttpStatusCode": 200,
        }
        answer["SdkResponseMetadata"] = {"RequestId": request_id}
        return dict(sorted(answer.items()))


def _poll(call: _Call, deadline: int) -> None:
    """Ask a queue for messages, in each second of virtual time until it has some."""
    request, now = call.request, call.request.world.scheduler.now
    try:
        answer = call.answer()
    except CallError as error:
        request.fail(error.error, error.cause, hints=error.hints)
        return
    if answer.get("Messages") or now >= deadline:
        call.deliver(answer)
        return
    request.later(min(1_000_000, deadline - now), lambda: _poll(call, deadline))


def _encodable(value: Any) -> Any:
    """A value with question marks for the halves of surrogate pairs, as Java encodes them."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value


def _not_served(request: TaskRequest, operation: Operation, error: NotServedError) -> MockError:
    state, resource, fixture = request.state.name, request.resource.text, "sfn_aws" if error.url else "sfn_mock"
    mock = f'{fixture}.state("{state}").returns(...) or {fixture}.resource("{resource}").returns(...)'
    call = f'{fixture}.service("{operation.service}").on("{operation.name}").returns(...)'
    text = (
        f"{place(request)}: no mock answers this task, and {error.reason}\n"
        f"  resource  {resource}\n"
        f"  input     {shorten(request.parameters)}\n"
        f"  request   {operation.service}.{operation.name}{f', {error.url}' * bool(error.url)}\n"
        f"  fix       {error.install_or(mock)}\n"
        f"            or {call}, which answers boto3 clients too\n"
        f"  see       {LACKS if error.url else see('mocks#boto3-clients')}"
    )
    return MockError(text, state=state)


def _parsed(text: Any) -> Any:
    """JSON that a service sent as text; other text as it is."""
    try:
        return loads(text)
    except (JsonValueError, TypeError):
        return text


_account = re.compile(r"arn:[^:]*:iam::(\d{12}):role/").match


def _account_of(credentials: Any) -> str | None:
    """The account of the role that a task assumes, None for the machine's own."""
    role = credentials.get("RoleArn") if isinstance(credentials, dict) else None
    match = _account(role) if isinstance(role, str) else None
    return match[1] if match else None


def _xml(operation: Operation, answer: dict[str, Any], request_id: str) -> str:
    """The body of an answer in XML, as far as its members are plain; for its length."""
    name = operation.name
    members = "".join(f"    <{key}>{value}</{key}>\n" for key, value in answer.items())
    return (
        f'<{name}Response xmlns="{operation.model.metadata.get("xmlNamespace", "")}">\n'
        f"  <{name}Result>\n{members}  </{name}Result>\n"
        f"  <ResponseMetadata>\n    <RequestId>{request_id}</RequestId>\n  </ResponseMetadata>\n</{name}Response>\n"
    )
