"""HTTP tasks (`http:invoke`) and calls through API Gateway (`apigateway:invoke`): the request they send, the result they get.

A task's parameters and its EventBridge connection become an `HttpRequest`, and an `HttpResponse` becomes the task's result
or its error. This module does not decide which mock answers, and it sends nothing: a mock answers, or the test fails.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import JsonValueError, MockError, StateError, belongs_to_test
from pytest_sfn.expressions.values import admit, dumps, loads
from pytest_sfn.links import see
from pytest_sfn.services.http import CONNECTED_BY, gateway_url
from pytest_sfn.tasks.functions import PlainTask
from pytest_sfn.tasks.http_message import (
    Headers,
    HttpRequest,
    HttpResponse,
    as_response,
    encode_form,
    encode_query,
)
from pytest_sfn.tasks.request import place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.tasks.functions import Stub
    from pytest_sfn.tasks.request import Request

__all__ = ["Connection", "Connections", "HttpTask", "request_sent", "result_of"]

TIMEOUT: Final = 60 * 1_000_000
"""Microseconds after which Step Functions gives up an HTTP task [documented]."""

SOCKET_ERROR: Final = "States.Http.Socket"


# -- connections -------------------------------------------------------------------------------------------------------


class Connection:
    """What an EventBridge connection adds to each request; where both name something, it wins over the task [documented]."""

    __slots__ = ("body", "headers", "query")

    def __init__(
        self, headers: Mapping[str, str] | None, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> None:
        self.headers = dict(headers or {})
        self.query = dict(query or {})
        self.body: dict[str, Any] = admit(dict(body or {}))[0]


NO_CONNECTION: Final = Connection(None, None, None)


class Connections:
    """The connections that a test has described, by ARN or name. Any other adds nothing."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[str, Connection] = {}

    def add(self, name: str, connection: Connection) -> None:
        self._known[name] = connection

    def find(self, parameters: Mapping[str, Any]) -> Connection:
        """The connection that an HTTP task names, by its ARN before its name."""
        arn = _connection_arn(parameters)
        return self._known.get(arn) or self._known.get(_connection_name(arn)) or NO_CONNECTION


def _connection_arn(parameters: Mapping[str, Any]) -> str:
    for field in CONNECTED_BY:
        holder = parameters.get(field)
        if isinstance(holder, dict) and isinstance(holder.get("ConnectionArn"), str):
            return str(holder["ConnectionArn"])
    return ""


def _connection_name(arn: str) -> str:
    """`Stripe` of `arn:aws:events:us-east-1:123456789012:connection/Stripe/<id>` and of `${Stripe}`."""
    _, found, path = arn.partition(":connection/")
    if found:
        return path.partition("/")[0]
    return arn[2:-1].strip() if arn.startswith("${") and arn.endswith("}") else arn


# -- what is sent ------------------------------------------------------------------------------------------------------


def request_sent(request: Request, connections: Connections) -> HttpRequest:
    """The request that a task whose parameters are right sends.

    Raises:
        StateError: its connection adds to a body that is text, which AWS refuses [documented].
    """
    parameters: dict[str, Any] = request.parameters
    if request.resource.service == "apigateway":
        connection = NO_CONNECTION
        endpoint = gateway_url(parameters["ApiEndpoint"], parameters.get("Stage"), parameters.get("Path"))
    else:
        connection, endpoint = connections.find(parameters), parameters["ApiEndpoint"]
    query = encode_query({**(parameters.get("QueryParameters") or {}), **connection.query})
    body = _body(request.resource.service, parameters, connection)
    headers = Headers(parameters.get("Headers"))
    for name, value in connection.headers.items():
        headers[name] = value
    url = endpoint.partition("#")[0]
    if query:
        url += ("&" if "?" in url else "?") + query
    sent = HttpRequest(parameters["Method"], url, headers, body, connection)
    _complete(sent, request)
    return sent


def _complete(sent: HttpRequest, request: Request) -> None:
    """Add the headers that Step Functions sets itself [documented]."""
    headers = sent.headers
    if sent.body:
        headers.setdefault("Content-Type", "application/json; charset=UTF-8")
        headers["Content-Length"] = str(len(sent.body))
    headers["Host"] = sent.host
    if request.resource.service == "http":
        headers["Range"] = "bytes=0-262144"
        headers["User-Agent"] = f"Amazon|StepFunctions|HttpInvoke|{request.machine.region}"


def _body(service: str | None, parameters: dict[str, Any], connection: Connection) -> bytes:
    """The body in the task's encoding.

    A JSON body is the JSON text of any value: text has quotation marks, and null is no body [both recorded, with API Gateway].
    """
    body = parameters.get("RequestBody")
    if service == "apigateway" and parameters.get("AllowNullValues") not in (True, "true"):
        body = _without_nulls(body)
    if connection.body:
        if isinstance(body, str):
            cause = "The request body is a string and cannot be merged with the body parameters of the connection."
            raise StateError("States.Runtime", cause)
        body = {**(body or {}), **connection.body}
    if body is None:
        return b""
    transform = parameters.get("Transform") or {}
    if transform.get("RequestBodyEncoding") == "URL_ENCODED" and isinstance(body, dict):
        array_format = transform.get("RequestEncodingOptions", {}).get("ArrayFormat", "INDICES")
        return encode_form(body, array_format).encode()
    return dumps(body).encode(errors="replace")  # as Java does


def _without_nulls(value: Any) -> Any:
    """A body without the members that are null, which API Gateway gets only with AllowNullValues [documented]."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


# -- what becomes of the answer ----------------------------------------------------------------------------------------


def result_of(response: HttpResponse) -> dict[str, Any]:
    """The task's result: `{"Headers": {name: [text]}, "ResponseBody": JSON or text, "StatusCode": int, "StatusText": str}`.

    A body that is JSON is shown as its value [recorded], any other as text.

    Raises:
        UnicodeDecodeError, LookupError: the body is no text.
    """
    text = response.text
    try:
        body = loads(text)
    except JsonValueError:
        body = text
    return {
        "Headers": {name: response.headers.get_list(name) for name in response.headers},
        "ResponseBody": body,
        "StatusCode": response.status,
        "StatusText": response.phrase,
    }


_UNREADABLE: Final = ("application/octet-stream", "image/", "video/", "audio/")


class HttpTask(PlainTask):
    """How the answer of an endpoint reaches Step Functions.

    Attributes:
        sent: the request.
    """

    __slots__ = ("sent",)

    def __init__(self, sent: HttpRequest) -> None:
        super().__init__(None)
        self.sent = sent

    def responded(self, request: Request, response: HttpResponse, after: int) -> None:
        """The endpoint answers `after` microseconds from now: a result if it is 2xx, else an error with the body as cause."""
        if self._too_late(request, after):
            return
        request.exchanged(self.sent, response)
        kind = response.headers.get("Content-Type", "").lower()
        try:
            if kind.startswith(_UNREADABLE):
                raise LookupError(f"the content type is {kind}")
            result = result_of(response)
        except (UnicodeDecodeError, LookupError) as error:  # [documented], not in which words [?]
            request.fail("States.Runtime", f"The response of the HTTP endpoint cannot be read as text: {error}", after)
            return
        if 200 <= response.status < 300:
            if request.token is None:
                self.returned(request, *admit(result), after)
            else:
                request.submitted(admit(result)[0], after)  # the holder of the token answers
            return
        # API Gateway's cause is the body [recorded]; that of an HTTP task is taken to be so too [?].
        prefix = "ApiGateway" if request.resource.service == "apigateway" else "States.Http.StatusCode"
        request.fail(f"{prefix}.{response.status}", response.text or result["StatusText"], after)

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        """A task with a token is taken: `value` is the body of the response."""
        self.responded(request, HttpResponse(json=value), after)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        if not self._too_late(request, after):
            request.fail(error, cause, after)

    def call(self, request: Request, stub: Stub, after: int) -> None:
        """Let the user's function answer; an OSError is a connection that fails, any other exception an error of the test."""
        try:
            with TURN.lent:
                answer = stub.function(self.sent)
        except OSError as error:
            self.unreachable(request, error, after)
            return
        except Exception as error:
            if belongs_to_test(error):
                raise
            problem = f"raised {type(error).__name__}: {error}"
            advice = "raise an OSError such as ConnectionError if it shall not be reached, return (500, ...) if it shall fail"
            if stub.application:
                advice = "let it answer the request itself, with a status of 500 for instance, if the task shall fail"
            raise self._misuse(request, stub, problem, advice) from (error if _of_user(error) else None)
        try:
            response = as_response(answer)
        except (TypeError, JsonValueError) as error:
            advice = "return a dict or list (JSON), text, bytes, (status, body), (status, body, headers) or a response object"
            raise self._misuse(request, stub, str(error), advice) from None
        self.responded(request, response, after)

    def unreachable(self, request: Request, error: OSError, after: int) -> None:
        """There is no connection. AWS's text for that is not known [?]."""
        gateway = request.resource.service == "apigateway"
        name = f"ApiGateway.{type(error).__name__}" if gateway else SOCKET_ERROR
        self.failed(request, name, str(error) or type(error).__name__, True, after)

    def hangs(self, request: Request) -> None:
        """The endpoint never answers: an HTTP task ends after its sixty seconds, API Gateway's when the state's time is up."""
        if not self._too_late(request, TIMEOUT + 1):
            request.never()

    @staticmethod
    def _too_late(request: Request, after: int) -> bool:
        if request.resource.service != "http" or after <= TIMEOUT:
            return False
        request.fail(SOCKET_ERROR, "The HTTP endpoint did not answer within 60 seconds", TIMEOUT)  # [?] the words
        return True

    @staticmethod
    def _misuse(request: Request, stub: Stub, problem: str, advice: str) -> MockError:
        name = getattr(stub.function, "__qualname__", None) or repr(stub.function)
        state = request.state.name
        what, page = ("application", "#web-applications") if stub.application else ("handler", "#handlers")
        text = f"{place(request)}: {what} {name} {problem}\n  fix  {advice}\n  see  {see(f'http{page}')}"
        return MockError(text, state=state)


def _of_user(error: Exception) -> bool:
    """Whether the user's code raised it, and not the code of ours that calls the application."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is None or not trace.tb_frame.f_globals.get("__name__", "").startswith(f"{__name__.partition('.')[0]}.")
