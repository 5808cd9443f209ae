"""Mocks of HTTP endpoints: the requests that each matches, and the answers that only they have.

An `Endpoint` is a URL and a method; each may be left open. If several match a request, the most specific one answers: a
whole URL before one with `*`, that before a regular expression, that before any URL; then the longer text; then one with
a method before one without. `.when(...)` narrows a mock further, as for other targets.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, cast, overload
from urllib.parse import parse_qsl, unquote

from pytest_sfn.errors import JsonValueError, MockError, printable
from pytest_sfn.expressions.comparisons import compile_wildcard
from pytest_sfn.links import see
from pytest_sfn.mocks.answers import Application, Stub, TimesOut
from pytest_sfn.mocks.calls import Call, Calls
from pytest_sfn.mocks.condition import ANY_CALL, Condition
from pytest_sfn.mocks.mock import Answering, Kind, Mock, Registrar, Script
from pytest_sfn.tasks.http_message import HttpResponse, as_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

    from pytest_sfn.mocks.answers import Answer, Delivery
    from pytest_sfn.tasks.http import HttpTask
    from pytest_sfn.tasks.http_message import Headers, HttpRequest
    from pytest_sfn.tasks.request import Request

__all__ = ["Endpoint", "HttpCall", "HttpCalls", "HttpMock", "HttpScript"]

# -- endpoints ---------------------------------------------------------------------------------------------------------


class Endpoint:
    """The requests that a mock of an endpoint matches.

    Args:
        url: a whole URL; one with `*` for any text; a path on any host; a compiled regular expression, matched from the
            URL's beginning as `re.match` does; None for any. Text without `https://` begins with the host. A request must
            have the query parameters of the text, and may have others.
        method: None for any.

    Attributes:
        key: equal for two ways to write the same endpoint.
        rank: higher for a more specific endpoint.
        label: how messages name it.
    """

    __slots__ = ("_matches", "_query", "_regex", "key", "label", "method", "rank", "url")

    def __init__(self, url: str | re.Pattern[str] | None, method: str | None) -> None:
        if not (url is None or isinstance(url, re.Pattern) or (isinstance(url, str) and url)):
            advice = 'give text ("https://api.example.com/*") or a compiled pattern'
            raise _misuse(f"http({url!r})", "this is not a URL", advice)
        if not (method is None or (isinstance(method, str) and method.isalpha())):
            raise _misuse(f"http(method={method!r})", "this is not a method", 'give its name, such as method="POST"')
        self.method = method.upper() if method else None
        self._query: list[tuple[str, str]] = []
        self._regex = url if isinstance(url, re.Pattern) else None
        self._matches: Callable[[str], bool] | None = None
        self.url: str | None = None
        weight = 0
        if self._regex is not None:
            self.url, weight = f"regex {self._regex.pattern}", 1_000
        elif isinstance(url, str):
            whole, _, query = url.partition("?")
            self._query = parse_qsl(query, keep_blank_values=True)
            whole = _normal(whole)
            self._matches = _pattern(whole)
            self.url, weight = url, (10_000 if "*" in whole else 100_000) + len(whole.replace("*", "")) + len(query)
        self.rank = (weight, self.method is not None)
        self.key = (self._regex, self.url, self.method)
        self.label = "http:" + " ".join(filter(None, (self.method, self.url or "any URL")))

    def takes(self, sent: HttpRequest) -> bool:
        """Whether the endpoint matches this request."""
        if self.method not in (None, sent.method):
            return False
        if self._regex is not None:
            return self._regex.match(sent.url) is not None
        if self._matches is None:
            return True
        there = parse_qsl(sent.query_string, keep_blank_values=True)
        return self._takes_url(sent.url) and all(pair in there for pair in self._query)

    def could_take(self, method: str | None, url: str | None) -> bool:
        """Whether the endpoint could match a request with this method and URL; None for a part known only at run time."""
        if None not in (self.method, method) and self.method != method:
            return False
        # A regular expression may ask for a query that is computed.
        return url is None or self._matches is None or self._takes_url(url)

    def _takes_url(self, url: str) -> bool:
        assert self._matches is not None
        return self._matches(_normal(re.split("[?#]", url, maxsplit=1)[0]))


def _normal(url: str) -> str:
    """A URL without query, in a normal form for comparisons."""
    scheme, found, rest = url.partition("://")
    if not found:
        scheme, rest = "https", url
    host, slash, path = rest.partition("/")
    if not slash and host.endswith("*"):
        return f"{scheme.lower()}://{host.lower()}"
    return f"{scheme.lower()}://{host.lower()}/{unquote(path)}"


def _pattern(url: str) -> Callable[[str], bool]:
    """Whether a normal URL matches one with `*`; one without a host matches whichever host."""
    whichever = url.startswith("https:///")
    matches = compile_wildcard((url.removeprefix("https://") if whichever else url).replace("\\", "\\\\"))
    if not whichever:
        return matches
    return lambda text: matches("/" + text.partition("://")[2].partition("/")[2])


# -- calls ----------------------------------------------------------------------------------------------


class HttpCall(Call):
    """One request that reached a mock: a `Call` with the request's parts."""

    __slots__ = ("request",)

    def __init__(self, request: Request, sent: HttpRequest) -> None:
        super().__init__(request)
        self.request = sent

    @property
    def method(self) -> str:
        """The HTTP method, `"POST"`."""
        return self.request.method

    @property
    def url(self) -> str:
        """The URL with the query, as sent."""
        return self.request.url

    @property
    def path(self) -> str:
        """The path of the URL, without the query."""
        return self.request.path

    @property
    def query(self) -> dict[str, str | list[str]]:
        """Query parameters by name; a list for a repeated parameter."""
        return self.request.query

    @property
    def headers(self) -> Headers:
        """Headers by name; upper and lower case are the same."""
        return self.request.headers

    @property
    def body(self) -> bytes:
        """The body's bytes as sent; `text` and `json` decode them."""
        return self.request.body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.request.text

    @property
    def json(self) -> Any:
        """The body's JSON value.

        Raises:
            JsonValueError: the body is not JSON.
        """
        return self.request.json

    def __repr__(self) -> str:
        return printable(f"Call({self.method} {self.url}, state={self.state!r}, attempt={self.attempt})")


class HttpCalls(Calls[Script]):
    """All requests of a mock, oldest first. As a method, `mock.calls(handler, times=None)` adds a handler to the answers."""

    __slots__ = ()

    def __call__(self, stub: Callable[..., Any], times: int | None = None) -> HttpScript:
        """Answer with the return value of a function of the `HttpRequest`.

        Args:
            stub: returns a dict or list (JSON), text, bytes, (status, body), (status, body, headers) or a response object.
                An OSError fails the connection; any other exception, a failing assert too, fails the test.
            times: how often; None for once, or for ever if it is the script's last answer.
        """
        return cast("HttpScript", super().__call__(stub, times))

    @overload  # type: ignore[override]
    def __getitem__(self, index: int) -> HttpCall: ...
    @overload
    def __getitem__(self, index: slice) -> list[HttpCall]: ...
    def __getitem__(self, index: int | slice) -> HttpCall | list[HttpCall]:
        return cast("HttpCall | list[HttpCall]", super().__getitem__(index))

    def __iter__(self) -> Iterator[HttpCall]:
        return (self[i] for i in range(len(self)))


# -- answers -----------------------------------------------------------------------------------------------------------


def _answer(response: HttpResponse, times: int | None) -> Stub:
    """A scripted response is a handler that returns the same response for every request."""
    return Stub(lambda _request: response, False, times)


class Hangs(TimesOut):
    __slots__ = ()

    def play(self, request: Request, delivery: Delivery) -> None:
        if request.resource.service == "http":
            cast("HttpTask", delivery).hangs(request)
        else:
            super().play(request, delivery)


class HttpAnswering(Answering):
    """The answers that a mock and a script of an endpoint both have as methods. Each returns the script."""

    __slots__ = ()

    def _script_to_extend(self) -> HttpScript:
        raise NotImplementedError

    def when(
        self,
        *,
        input: Any = ...,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = ...,
        item: int | tuple[int, ...] | None = None,
        execution: Any = None,
    ) -> HttpMock:
        """The mock of those requests only; the same object for the same conditions.

        Args:
            input: expected fields of the task's parameters, or a function of those and of `query`, `headers` (names in lower
                case) and `json` (or `text`), all in one dict.
            query: expected query parameters; others may be there too.
            headers: expected headers, upper and lower case being the same; others may be there too.
            json: expected value of the body, whose objects may have more fields, at every depth.
            item, execution: as for other mocks.
        """
        fields: dict[str, Any] = {}
        if query is not None:
            fields["query"] = dict(query)
        if headers is not None:
            fields["headers"] = {name.lower(): value for name, value in headers.items()}
        if json is not ...:
            fields["json"] = json
        if fields and callable(input):
            advice = "look at the query, the headers and the body in the function"
            raise _misuse(f"{self._whole_mock().label}.when()", "got a function beside query, headers or json", advice)
        if fields:
            fields = {**({} if input is ... else input), **fields}
        return cast("HttpMock", super().when(input=fields or input, item=item, execution=execution))

    def responds(
        self,
        status: int = 200,
        *,
        json: Any = ...,
        text: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, Any] | None = None,
        times: int | None = None,
    ) -> HttpScript:
        """Answer with a response. A status other than 2xx fails the task, with `States.Http.StatusCode.<status>`.

        Args:
            status: from 100 to 599.
            json: value of the body, sent as JSON; copied at once. Give one of json, text and body, or none.
            text, body: the body as text or bytes.
            headers: name to value or list of values; Content-Type and Content-Length are added if missing.
            times: how often; None for once, or for ever if it is the script's last answer.

        Raises:
            JsonValueError: `json` is not JSON.
        """
        script = self._script_to_extend()
        try:
            response = HttpResponse(status, json=json, text=text, body=body, headers=headers)
        except TypeError as error:
            raise _misuse(f"{script.label}.responds()", str(error), "responds(status, json=..., headers=...)") from None
        except JsonValueError as error:
            raise JsonValueError(f"{script.label}.responds(): json: {error}", error.path) from None
        return script._add_http(_answer(response, script._checked("responds", times)))

    def returns(self, value: Any, times: int | None = None) -> HttpScript:
        """Answer with any return value of a handler: a dict or list (JSON), text, (status, body), or a response object."""
        script = self._script_to_extend()
        try:
            response = as_response(value)
        except TypeError:
            problem = f"got {value!r}, which is not a response"
            raise _misuse(f"{script.label}.returns()", problem, f"write responds(json={value!r}) to send JSON") from None
        except JsonValueError as error:
            raise JsonValueError(f"{script.label}.returns(): {error}", error.path) from None
        return script._add_http(_answer(response, script._checked("returns", times)))

    def raises(
        self,
        error: str | BaseException | type[BaseException],
        cause: str | None = "",
        raw_cause: str | None = None,
        times: int | None = None,
    ) -> HttpScript:
        """Fail with an error name, such as `States.Http.Socket` or `Events.ConnectionResource.AccessDenied`.

        Args:
            error: the error name; or an OSError such as ConnectionError, for a connection that fails.
            cause, raw_cause: the cause; both mean the same here, and neither is changed.
            times: as in `responds`.
        """
        script = self._script_to_extend()
        kind = error if isinstance(error, type) else type(error)
        if issubclass(kind, OSError):

            def fail(_request: HttpRequest) -> None:
                raise cast("OSError", error)

            return script._add_http(Stub(fail, False, script._checked("raises", times)))
        if issubclass(kind, Exception):
            advice = 'give an error name ("States.Http.Socket"), an OSError, or responds(500) for a failure of the endpoint'
            raise _misuse(f"{script.label}.raises()", f"got {error!r}, which no endpoint raises", advice)
        return cast("HttpScript", super().raises(error, cause, raw_cause, times))

    def times_out(self, times: int | None = None) -> HttpScript:
        """Never answer: `States.Http.Socket` after sixty seconds, or States.Timeout if the state's timeout is shorter.

        A task of API Gateway ends only by its TimeoutSeconds.
        """
        script = self._script_to_extend()
        return script._add_http(Hangs(script._checked("times_out", times)))

    def serves(self, app: Callable[..., Any], *, root_path: str = "", times: int | None = None) -> HttpScript:
        """Answer with the response of a web application: WSGI (Flask, Django, ...) or ASGI (Starlette, FastAPI, ...).

        Args:
            app: the application; called in this process, without server and without lifespan events. Its exceptions fail the
                test.
            root_path: the part of the path before the application's own, such as API Gateway's `/dev`.
            times: as in `responds`.
        """
        from pytest_sfn.mocks.http_apps import handler_of

        script = self._script_to_extend()
        handler = handler_of(app, root_path)
        if handler is None:
            advice = "give a WSGI callable of (environ, start_response) or an ASGI one of (scope, receive, send)"
            raise _misuse(f"{script.label}.serves()", f"got {app!r}, which is not a web application", advice)
        return script._add_http(Application(handler, False, script._checked("serves", times)))

    def _add_stub(self, stub: Callable[..., Any], times: int | None) -> HttpScript:
        """What calling `.calls` does: the stub is a handler of one `HttpRequest`."""
        import inspect

        script = self._script_to_extend()
        advice = "give a function of the request"
        if not callable(stub) or (isinstance(stub, type) and issubclass(stub, BaseException)):
            raise _misuse(f"{script.label}.calls()", f"got {stub!r}", f"{advice}; a response goes to responds()")
        unfinished = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
        if any(test(stub) for test in unfinished):
            advice += "; an application goes to serves()"
            raise _misuse(f"{script.label}.calls()", f"{stub!r} is not a plain function", advice)
        try:
            inspect.signature(stub).bind(None)
        except TypeError:
            raise _misuse(f"{script.label}.calls()", f"{stub!r} does not take one argument", advice) from None
        except ValueError:  # some builtins have no signature
            pass
        return script._add_http(Stub(stub, False, script._checked("calls", times)))


class HttpScript(HttpAnswering, Script):
    """A chain of answers of an endpoint."""

    __slots__ = ()
    _mock: HttpMock
    _call_type = HttpCall

    @property
    def calls(self) -> HttpCalls:
        """The requests so far; `calls(handler)` lets a function answer."""
        return HttpCalls(self)

    def _view(self, request: Request) -> Call:
        return self._mock._view(request)

    def _script_to_extend(self) -> HttpScript:
        return cast("HttpScript", Script._script_to_extend(self))

    def _add_http(self, answer: Answer) -> HttpScript:
        self._add(answer)
        return self

    def _checked(self, verb: str, times: int | None) -> int | None:
        if times is not None and (type(times) is not int or times < 1):
            raise _misuse(f"{self.label}.{verb}()", f"got times={times!r}", "times is a whole number, 1 or more")
        return times


class HttpMock(HttpAnswering, Mock):
    """The answers and the calls of one endpoint. Made by `sfn_mock.http` and `.when`."""

    __slots__ = ("_endpoint",)
    _endpoint: Endpoint  # of a target's mock; the narrower ones are found through it
    _call_type = HttpCall

    def __init__(
        self,
        registry: Registrar,
        kind: Kind,
        label: str,
        wider: Mock | None = None,
        condition: Condition = ANY_CALL,
        *,
        endpoint: Endpoint | None = None,
    ) -> None:
        super().__init__(registry, kind, label, wider, condition)
        frame = sys._getframe(3 if wider is None else 4)
        self._made = frame.f_code, frame.f_lasti
        if endpoint is not None:
            self._endpoint = endpoint

    @property
    def calls(self) -> HttpCalls:
        """The requests so far; `calls(handler)` lets a function answer."""
        return HttpCalls(self)

    def takes(self, seconds: float | timedelta) -> HttpScript:
        """Let the last answer so far take that long in virtual time; over sixty seconds it is `States.Http.Socket`."""
        return cast("HttpScript", super().takes(seconds))

    def per_item(self) -> HttpScript:
        """Give each Map item of each execution its own copy of the script; answers called on the result start a new one."""
        return cast("HttpScript", super().per_item())

    def per_execution(self) -> HttpScript:
        """Give each execution its own copy of the script; answers called on the result start a new one."""
        return cast("HttpScript", super().per_execution())

    def _view(self, request: Request) -> HttpCall:
        return HttpCall(request, self._registry.sent(request))

    def _asked(self, request: Request) -> Any:
        """The parameters and, in lower case, what they become."""
        sent = self._registry.sent(request)
        value = {**request.parameters, "query": sent.query, "headers": {n.lower(): v for n, v in sent.headers.items()}}
        try:
            value["json"] = sent.json
        except (JsonValueError, UnicodeDecodeError):
            value["text"] = sent.body.decode(errors="replace")
        return value

    def _script_to_extend(self) -> HttpScript:
        return HttpScript(self)

    def _new_script(self, scope: str | None = None) -> HttpScript:
        return HttpScript(self, scope)


def _misuse(call: str, problem: str, advice: str) -> MockError:
    return MockError(f"{call}: {problem}\n  fix  {advice}\n  see  {see('http#answers')}")
