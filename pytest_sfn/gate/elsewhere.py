"""Ways to Step Functions that do not come by botocore's transport, and what they find while it is answered here.

moto answers clients of botocore before their requests reach the gate, so it is kept from those that the gate has an answer for.
Everything else is refused with advice, since it would wait for a host that does not answer: aiobotocore, the HTTP client of
awscrt, and libraries such as requests, known by the header of their request or by the host that they look up. A client of
botocore that was made without credentials, or with some that have expired, signs with dummies.

Each function gives what to replace in a module that is loaded: owner, attribute, and what takes its place. What takes the place
asks the gate each time, so that it does nothing if somebody keeps it for longer.
"""

from __future__ import annotations

import copy
import re
import sys
from _thread import _local as local
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from pytest_sfn.asl.files import shown_line
from pytest_sfn.callers import user_line
from pytest_sfn.gate.call import Call, ClientCall, NotServedError, response
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_sfn.gate.call import Answer, Parsed

__all__ = ["REPLACED"]

Replaced = tuple[Any, str, Any]
OTHER_CLIENTS: Final = see("intercept#clients-that-are-not-boto3s")
_HOST: Final = re.compile(r"(?:.+\.)?(?:sync-)?states(?:-fips)?\.[\w.-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)", re.IGNORECASE)
_TARGET: Final = "AWSStepFunctions."


class Answering(Protocol):
    """The gate as this module needs it."""

    def takes(self, call: Call) -> bool:
        """Whether an answerer is registered for the request."""

    def owns(self, service: str) -> bool:
        """Whether an answerer is registered for just this service, or will be when botocore is loaded."""

    def lets(self, host: str) -> bool:
        """Whether requests to a host may leave, by the test's own leave."""

    def mocked(self, call: ClientCall) -> Parsed | None:
        """The answer of the mock of an operation; None if there is none."""

    def answer(self, call: Call) -> Answer | None:
        """What the answerers give; None if none of them takes the request."""

    def tell(self, service: str, error: NotServedError) -> NotServedError:
        """Pass an error on to the account that answers for the service, and return it."""


def _moto(module: Any, gate: Answering) -> Iterator[Replaced]:
    """The event handler of moto."""
    stubber = module.BotocoreStubber
    answer = stubber.__call__

    def leave_to_gate(own: Any, event_name: str, request: Any, **more: Any) -> Any:
        return None if gate.takes(Call(request)) else answer(own, event_name, request, **more)

    yield stubber, "__call__", leave_to_gate


def _moto_requests(module: Any, gate: Answering) -> Iterator[Replaced]:
    """What answers the library requests in moto's place."""
    response = module.CallbackResponse
    answer = response.get_response

    def get_response(own: Any, request: Any) -> Any:
        call = Call(request)
        if call.service != "lambda" and gate.owns(call.service):
            raise gate.tell(call.service, call.not_served("only boto3 reaches this service here", fix="use a boto3 client"))
        return answer(own, request)

    yield response, "get_response", get_response


OF_TASK: Final = "pytest-sfn-task"
"""In the context of a request: it is made for a task of a workflow, whose mock was looked for before."""
_SENT: Final = "pytest-sfn-sent"
"""In the context of a request: the parameters of the client."""


def _client(module: Any, gate: Answering) -> Iterator[Replaced]:
    """Keeps the parameters of a request, for the mock of its operation."""
    client_class = module.BaseClient
    own = client_class._convert_to_request_dict

    def convert(client: Any, api_params: Any, operation_model: Any, *arguments: Any, **more: Any) -> Any:
        made = own(client, api_params, operation_model, *arguments, **more)
        context = made.get("context")
        if context is not None and OF_TASK not in context:
            context[_SENT] = api_params
        return made

    yield client_class, "_convert_to_request_dict", convert


def _endpoint(module: Any, gate: Answering) -> Iterator[Replaced]:
    """Asks the mock of an operation in place of the service, for each attempt; the pauses between them take no time."""
    endpoint_class = module.Endpoint
    own, own_retry = endpoint_class._do_get_response, endpoint_class._needs_retry
    last = local()

    def get_response(endpoint: Any, request: Any, operation_model: Any, context: Any) -> Any:
        service, operation = operation_model.service_model.service_name, operation_model.name
        if context is not None and _SENT in context:
            answer = gate.mocked(ClientCall(service, operation, context[_SENT], context.get("client_region")))
            last.mocked = answer is not None
            if answer is not None:
                status, parsed = answer
                return (response(request.url, status, {}, b""), parsed), None
        request.operation = service, operation  # for messages
        return own(endpoint, request, operation_model, context)

    def needs_retry(
        endpoint: Any, attempts: int, operation_model: Any, sent: Any, response: Any = None, caught_exception: Any = None
    ) -> bool:
        if not getattr(last, "mocked", False):
            own: bool = own_retry(endpoint, attempts, operation_model, sent, response, caught_exception)
            return own
        event = f"needs-retry.{operation_model.service_model.service_id.hyphenize()}.{operation_model.name}"
        given = {"response": response, "attempts": attempts, "caught_exception": caught_exception, "request_dict": sent}
        answers = endpoint._event_emitter.emit(event, endpoint=endpoint, operation=operation_model, **given)
        seconds = next((answer for _, answer in answers if answer is not None), False)
        return seconds is not False

    yield endpoint_class, "_do_get_response", get_response
    yield endpoint_class, "_needs_retry", needs_retry


def _stacks(module: Any, gate: Answering) -> Iterator[Replaced]:
    """The classes by which moto's CloudFormation makes resources."""
    from pytest_sfn.gate.stacks import NAMES, RESOURCES

    class_of, name_of = module.resource_class_from_type, module.resource_name_property_from_type

    def resource_class(kind: str) -> Any:
        ours = RESOURCES.get(kind) if gate.owns("stepfunctions") else None
        return class_of(kind) if ours is None else ours

    def resource_name(kind: str) -> Any:
        return NAMES[kind] if kind in NAMES and gate.owns("stepfunctions") else name_of(kind)

    yield module, "resource_class_from_type", resource_class
    yield module, "resource_name_property_from_type", resource_name


def _functions(module: Any, gate: Answering) -> Iterator[Replaced]:
    """What runs a function's code for moto, in Docker: for a message of a topic or a queue, a change of a table, a log."""
    function = module.LambdaFunction
    run = function.invoke

    def invoke(own: Any, body: Any, request_headers: Any, response_headers: Any) -> Any:
        if not gate.owns("lambda"):
            return run(own, body, request_headers, response_headers)
        from botocore.awsrequest import AWSPreparedRequest

        url = f"https://lambda.{own.region}.amazonaws.com/2015-03-31/functions/{quote(own.function_arn)}/invocations"
        content = body.encode() if isinstance(body, str) else body
        request = AWSPreparedRequest("POST", url, {**request_headers}, content, stream_output=False)
        answer = gate.answer(Call(request))
        if answer is None:
            return run(own, body, request_headers, response_headers)
        _, headers, payload = answer
        if "X-Amz-Function-Error" in headers:
            response_headers["x-amz-function-error"] = headers["X-Amz-Function-Error"]
        return payload if isinstance(payload, bytes) else payload.encode()

    yield function, "invoke", invoke


def _signers(module: Any, gate: Answering) -> Iterator[Replaced]:
    signer_class = module.RequestSigner
    sign = signer_class.get_auth_instance

    def with_credentials(signer: Any, signing_name: str, *arguments: Any, **more: Any) -> Any:
        if gate.owns("stepfunctions") and (signer._credentials is None or signing_name == "states"):
            from botocore.credentials import Credentials

            signer = copy.copy(signer)
            signer._credentials = Credentials("testing", "testing")
        return sign(signer, signing_name, *arguments, **more)

    yield signer_class, "get_auth_instance", with_credentials


def _aiobotocore(module: Any, gate: Answering) -> Iterator[Replaced]:
    for session in [*vars(module).values()]:
        if isinstance(session, type) and session.__module__ == module.__name__ and "send" in vars(session):
            yield session, "send", _refusing(session.send, gate)  # type: ignore[attr-defined]


def _refusing(own: Callable[..., Any], gate: Answering) -> Any:
    async def send(session: Any, request: Any) -> Any:
        call = Call(request)
        if gate.takes(call) and not gate.lets(call.host):
            raise gate.tell(call.service, call.not_served("aiobotocore is not answered here", fix=_FIX, anchor=OTHER_CLIENTS))
        return await own(session, request)

    return send


def _awscrt(module: Any, gate: Answering) -> Iterator[Replaced]:
    own = module.HttpClientConnection.new

    def new(host_name: str, port: int, *arguments: Any, **more: Any) -> Any:
        _refuse_host(host_name, gate, "the HTTP client of awscrt is not answered here")
        return own(host_name, port, *arguments, **more)

    yield module.HttpClientConnection, "new", staticmethod(new)


def _http_client(module: Any, gate: Answering) -> Iterator[Replaced]:
    """The headers of a request by http.client, urllib3 or requests, before it connects; and any library's look-up of a host."""
    own, look_up = module.HTTPConnection.putheader, module.socket.getaddrinfo

    def putheader(connection: Any, header: Any, *values: Any) -> None:
        if len(header) == len("X-Amz-Target") and values and gate.owns("stepfunctions"):
            value = values[0].decode("latin-1") if isinstance(values[0], bytes) else str(values[0])
            if value.startswith(_TARGET) and not gate.lets(connection.host):
                url = f"http://{connection.host}:{connection.port}"
                raise _refusal(gate, value.removeprefix(_TARGET), url, "only clients of botocore are answered here")
        own(connection, header, *values)

    def getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
        _refuse_host(host, gate, "only clients of botocore are answered here")
        return look_up(host, *arguments, **more)

    yield module.HTTPConnection, "putheader", putheader
    yield module.socket, "getaddrinfo", getaddrinfo


def _refuse_host(host: Any, gate: Answering, reason: str) -> None:
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    if isinstance(name, str) and _HOST.fullmatch(name) and gate.owns("stepfunctions") and not gate.lets(name):
        raise _refusal(gate, "connection", f"https://{name}", reason)


_FIX: Final = "use a client of boto3; or let it pass to a server of yours, with sfn_mock.allow_network(host)"


def _refusal(gate: Answering, operation: str, url: str, reason: str) -> NotServedError:
    at = shown_line(user_line(sys._getframe(2)))
    error = NotServedError("stepfunctions", operation, url, reason, fix=_FIX, anchor=OTHER_CLIENTS, at=at)
    return gate.tell("stepfunctions", error)


REPLACED: Final[dict[str, Callable[[Any, Answering], Iterator[Replaced]]]] = {
    "botocore.client": _client,
    "botocore.endpoint": _endpoint,
    "botocore.signers": _signers,
    "moto.core.botocore_stubber": _moto,
    "moto.core.custom_responses_mock": _moto_requests,
    "moto.awslambda.models": _functions,
    "moto.cloudformation.parsing": _stacks,
    "aiobotocore.httpsession": _aiobotocore,
    "aiobotocore.httpxsession": _aiobotocore,
    "awscrt.http": _awscrt,
    "http.client": _http_client,
}
"""What to replace, by the module that it is in."""
