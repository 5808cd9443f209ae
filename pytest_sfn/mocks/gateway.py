"""API Gateway in front of a template's functions: a task's request becomes an event, the function's answer a response.

A task of `apigateway:invoke` that no mock answers, and whose endpoint is an API of the template, reaches the function behind
the route: its mock or its own code. What no route takes is left to the error that says so: authorizers, models, mappings and
integrations other than proxies of functions are not looked at.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

from pytest_sfn.expressions.values import admit, dumps
from pytest_sfn.loaders.api_routes import DEFAULT, api_routes
from pytest_sfn.mocks.lambda_api import FunctionRequest
from pytest_sfn.tasks.http import HttpTask
from pytest_sfn.tasks.http_message import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.loaders.api_routes import ApiRoute
    from pytest_sfn.tasks.http_message import HttpRequest
    from pytest_sfn.tasks.request import Request

__all__ = ["function_behind", "functions_behind", "pass_on"]

_REST_TIMEOUT: Final = 29 * 1_000_000
_HTTP_TIMEOUT: Final = 30 * 1_000_000
"""Virtual microseconds that API Gateway waits for a function [documented]."""


class Functions(Protocol):
    """The mocks of functions; `mocks.registry.Registry` fulfils it."""

    @property
    def machines(self) -> Callable[[], Sequence[StateMachine]]:
        """Gives the machines that were loaded."""

    def sent(self, request: Request) -> HttpRequest:
        """The HTTP request that a task sends."""

    def knows(self, request: Request) -> bool:
        """Whether there is any mock for this request."""

    def answer(self, request: Request) -> None:
        """Let the mock of the function answer."""


class _Taken(NamedTuple):
    """A request that a route takes, with its stage, its path without the stage, and the path's parameters."""

    route: ApiRoute
    stage: str
    path: str
    parameters: dict[str, str]


def function_behind(machines: Iterable[StateMachine], sent: HttpRequest) -> str | None:
    """The name of the function that the templates of machines have behind a request; None if there is none."""
    taken = _taken(_routes(machines), sent)
    return None if taken is None else taken.route.function


def functions_behind(machines: Iterable[StateMachine]) -> set[str]:
    """The names of all functions behind APIs of the templates of machines."""
    return {route.function for route in _routes(machines)}


def _routes(machines: Iterable[StateMachine]) -> Iterator[ApiRoute]:
    templates = {id(template): template for machine in machines if (template := machine.template) is not None}
    for template in templates.values():
        yield from api_routes(template)


def pass_on(functions: Functions, request: Request) -> bool:
    """Let the function behind an API of the template answer a task; False if there is none, or nothing answers for it."""
    sent = functions.sent(request)
    taken = _taken(_routes(functions.machines()), sent)
    if taken is None:
        return False
    event = admit(_event_2(request, sent, taken) if taken.route.payload == "2.0" else _event_1(request, sent, taken))[0]
    parameters = {"FunctionName": taken.route.function, "Payload": event}
    asked = FunctionRequest(request.world, request.machine, request.sequence, parameters)
    if not functions.knows(asked):
        return False
    functions.answer(asked)
    response, after = _response(asked, taken.route)
    HttpTask(sent).responded(request, response, after)
    return True


# -- which route -------------------------------------------------------------------------------------------------------


def _taken(routes: Iterable[ApiRoute], sent: HttpRequest) -> _Taken | None:
    api = _ATTRIBUTE.sub("", sent.host.partition(".execute-api.")[0].strip("${}").lower())
    url_path = "/" + sent.url.partition("?")[0].partition("://")[2].partition("/")[2]
    found = [taken for route in routes if route.api.lower() == api for taken in _tries(route, sent, url_path)]
    best = max(found, key=lambda taken: _rank(taken.route), default=None)
    functions = {taken.route.function for taken in found if best is not None and _rank(taken.route) == _rank(best.route)}
    return best if len(functions) == 1 else None  # instances of a Terraform module have APIs of one name


_ATTRIBUTE: Final = re.compile(r"\.(id|api_endpoint)$")
"""In the id of an API that Terraform has not made: the attribute of its resource."""


def _tries(route: ApiRoute, sent: HttpRequest, url_path: str) -> Iterator[_Taken]:
    """The route with the stage that the path begins with, and with the one that is in no path."""
    if route.method not in ("ANY", sent.method):
        return
    first, _, rest = url_path[1:].partition("/")
    if first and (first in route.stages or not route.stages):
        yield from _matched(route, first, f"/{rest}")
    elif DEFAULT in route.stages:
        yield from _matched(route, DEFAULT, url_path)


def _matched(route: ApiRoute, stage: str, path: str) -> Iterator[_Taken]:
    path = path if path == "/" else path.rstrip("/")  # a slash at the end does not count [?]
    if route.path == DEFAULT:
        yield _Taken(route, stage, path, {})
        return
    names = re.findall(r"\{([^{}]+)\}", route.path)
    pattern = "".join(_segment(part) for part in re.split(r"(\{[^{}]+\})", route.path.rstrip("/") or "/"))
    match = re.fullmatch(pattern, path)
    if match is not None:
        values = map(unquote, match.groups())
        yield _Taken(route, stage, path, {name.rstrip("+"): value for name, value in zip(names, values, strict=True)})


def _segment(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return "(.+)" if part.endswith("+}") else "([^/]+)"


def _rank(route: ApiRoute) -> tuple[Any, ...]:
    """Literal parts come before variables, these before `{proxy+}`, that before the default; a method before ANY."""
    parts = [0 if part.endswith("+}") else 1 if part.startswith("{") else 2 for part in route.path.split("/")[1:]]
    return route.path != DEFAULT, parts, route.method != "ANY"


# -- the event ---------------------------------------------------------------------------------------------------------


def _body(sent: HttpRequest) -> tuple[str | None, bool]:
    """The body as text, and whether that is Base64."""
    if not sent.body:
        return None, False
    try:
        return sent.body.decode(), False
    except UnicodeDecodeError:
        return b64encode(sent.body).decode(), True


def _context(request: Request, sent: HttpRequest, taken: _Taken) -> dict[str, Any]:
    """What both formats say of a request."""
    return {
        "accountId": request.machine.account_id,
        "apiId": taken.route.api,
        "domainName": sent.host,
        "domainPrefix": sent.host.partition(".")[0],
        "requestId": request.request_id(),
        "stage": taken.stage,
    }


def _event_1(request: Request, sent: HttpRequest, taken: _Taken) -> dict[str, Any]:
    now, route = request.world.datetime_at(request.world.scheduler.now), taken.route
    headers = {name: sent.headers.get_list(name) for name in sent.headers}
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(sent.query_string, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    body, encoded = _body(sent)
    whole = taken.path if taken.stage == DEFAULT else f"/{taken.stage}{taken.path}"
    http = route.kind == "http"
    context = {
        **_context(request, sent, taken),
        "extendedRequestId": request.request_id(),
        "httpMethod": sent.method,
        "identity": {"sourceIp": "127.0.0.1", "userAgent": sent.headers.get("User-Agent")},
        "path": whole,
        "protocol": "HTTP/1.1",
        "requestTime": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "requestTimeEpoch": int(now.timestamp() * 1000),
        "resourceId": route.path,
        "resourcePath": route.path,
    }
    return {
        **({"version": "1.0"} if http else {}),
        "resource": route.path,
        "path": whole if http else taken.path,
        "httpMethod": sent.method,
        "headers": {name: values[-1] for name, values in headers.items()} or None,
        "multiValueHeaders": headers or None,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": taken.parameters or None,
        "stageVariables": None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": encoded,
    }


def _event_2(request: Request, sent: HttpRequest, taken: _Taken) -> dict[str, Any]:
    now, route = request.world.datetime_at(request.world.scheduler.now), taken.route
    key = DEFAULT if route.path == DEFAULT else f"{route.method} {route.path}"
    path = taken.path if taken.stage == DEFAULT else f"/{taken.stage}{taken.path}"
    query: dict[str, str] = {}
    for name, value in parse_qsl(sent.query_string, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    body, encoded = _body(sent)
    agent = sent.headers.get("User-Agent", "")
    http = {"method": sent.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": agent}
    context = {
        **_context(request, sent, taken),
        "http": http,
        "routeKey": key,
        "time": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        "timeEpoch": int(now.timestamp() * 1000),
    }
    event = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": sent.query_string,
        "headers": {name.lower(): ",".join(sent.headers.get_list(name)) for name in sent.headers},
        "queryStringParameters": query or None,
        "requestContext": context,
        "body": body,
        "pathParameters": taken.parameters or None,
        "isBase64Encoded": encoded,
    }
    return {name: value for name, value in event.items() if value is not None}


# -- the response ------------------------------------------------------------------------------------------------------


def _response(asked: FunctionRequest, route: ApiRoute) -> tuple[HttpResponse, int]:
    """The response, and after how many microseconds it comes."""
    rest = route.kind == "rest"
    limit = _REST_TIMEOUT if rest else _HTTP_TIMEOUT
    if asked.delay > limit:
        message = "Endpoint request timed out" if rest else "Service Unavailable"
        return HttpResponse(504 if rest else 503, json={"message": message}), limit
    payload = asked.result.get("Payload") if asked.error is None and isinstance(asked.result, dict) else None
    response = _proxied(payload, route.payload) if asked.error is None else None
    if response is None:  # malformed, or an error of the function
        message, status = ("Internal server error", 502) if rest else ("Internal Server Error", 500)
        response = HttpResponse(status, json={"message": message})
    return response, asked.delay


def _proxied(payload: Any, format: str) -> HttpResponse | None:
    """The response that a function describes; None if API Gateway does not understand it."""
    if not (isinstance(payload, dict) and "statusCode" in payload):
        if format == "1.0":
            return None
        text = payload if isinstance(payload, str) else dumps(payload)  # 2.0 takes any JSON for a body
        return HttpResponse(200, body=text.encode(), headers={"Content-Type": "application/json"})
    status, body = payload["statusCode"], payload.get("body")
    if format == "2.0" and isinstance(body, (dict, list)):
        body = json.dumps(body)
    if body is not None and not isinstance(body, str):
        return None
    try:
        headers = _headers(payload, format)
        data = b64decode(body or "") if payload.get("isBase64Encoded") is True else (body or "").encode()
        headers = (
            headers
            if any(name.lower() == "content-type" for name in headers)
            else {"Content-Type": "application/json" if format == "1.0" else "text/plain;charset=UTF-8", **headers}
        )
        return HttpResponse(int(status), body=data, headers=headers)
    except (TypeError, ValueError):
        return None


def _headers(payload: dict[str, Any], format: str) -> dict[str, Any]:
    """The headers of a function's answer, with its cookies, which the format 2.0 alone has.

    Raises:
        TypeError: the headers are no object of texts, or of lists of texts.
    """
    single, several = (payload.get(name) or {} for name in ("headers", "multiValueHeaders"))
    cookies = (format == "2.0" and payload.get("cookies")) or []
    if not (isinstance(single, dict) and isinstance(several, dict)):
        raise TypeError
    lists = [list(single.values()), *several.values(), cookies]
    if any(not isinstance(each, list) or any(isinstance(value, _NO_TEXT) for value in each) for each in lists):
        raise TypeError
    return {**single, **several, **({"Set-Cookie": cookies} if cookies else {})}


_NO_TEXT: Final = (dict, list, type(None))
"""What no value of a header may be [?]; numbers and booleans become texts."""
