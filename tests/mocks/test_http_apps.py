"""WSGI and ASGI applications as mocks of endpoints."""

from __future__ import annotations

import asyncio
import functools

import pytest

from pytest_sfn import MockError
from tests.helpers import recover
from tests.mocks.test_http import URL, body, run


def wsgi(environ, start_response):
    names = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME", "CONTENT_TYPE", "HTTP_X_ID")
    start_response("201 Made", [("Content-Type", "text/plain"), ("X-A", "1"), ("X-A", "2")])
    yield " ".join(f"{name}={environ.get(name)}" for name in names).encode()
    yield b" " + environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))


def test_wsgi(sfn_mock):
    sfn_mock.http(URL).serves(wsgi)
    asked = {"QueryParameters": {"q": "ä"}, "Headers": {"X-Id": "7"}, "RequestBody": {"a": 1}}
    output = run(sfn_mock, Method="POST", **asked).output
    assert output["ResponseBody"] == (
        "REQUEST_METHOD=POST SCRIPT_NAME= PATH_INFO=/v1/customers QUERY_STRING=q=%C3%A4 SERVER_NAME=api.example.com "
        'CONTENT_TYPE=application/json; charset=UTF-8 HTTP_X_ID=7 {"a":1}'
    )
    assert (output["StatusCode"], output["StatusText"], output["Headers"]["X-A"]) == (201, "Made", ["1", "2"])


def test_wsgi_below_a_root_path(sfn_mock):
    sfn_mock.http().serves(wsgi, root_path="/v1/")
    assert "SCRIPT_NAME=/v1 PATH_INFO=/customers " in body(sfn_mock)


def test_wsgi_that_changes_its_mind_and_is_closed(sfn_mock):
    closed = []

    class Chunks(list):
        def close(self):
            closed.append(True)

    def app(_environ, start_response):
        start_response("200 OK", [])
        write = start_response("500 Oops", [], (ValueError, ValueError(), None))
        write(b"first ")
        return Chunks([b"second"])

    sfn_mock.http().serves(app)
    assert run(sfn_mock).cause == "first second"
    assert closed == [True]


def test_framework_in_wsgi(sfn_mock):
    wrappers = pytest.importorskip("werkzeug.wrappers")

    @wrappers.Request.application
    def app(request):
        return wrappers.Response(f"{request.method} {request.url} {request.json}", status=202)

    sfn_mock.http().serves(app)
    output = run(sfn_mock, Method="PUT", QueryParameters={"a": "1"}, RequestBody=[1]).output
    assert (output["StatusCode"], output["ResponseBody"]) == (202, f"PUT {URL}?a=1 [1]")
    sfn_mock.http().calls(lambda _request: wrappers.Response("{}", mimetype="application/json"))
    assert body(sfn_mock) == {}


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.sleep(0)
    message = await receive()
    assert (await receive())["type"] == "http.disconnect"
    names = ("method", "scheme", "path", "raw_path", "root_path", "query_string", "server")
    text = " ".join(f"{name}={scope[name]}" for name in names) + f" {dict(scope['headers'])[b'x-id']} "
    await send({"type": "http.response.start", "status": 201, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": message["body"]})


class AsgiClass:
    """As Starlette's and FastAPI's applications are made."""

    async def __call__(self, scope, receive, send):
        await asgi(scope, receive, send)


@pytest.mark.parametrize("app", [asgi, AsgiClass(), functools.partial(asgi), lambda s, r, e: asgi(s, r, e)])  # noqa: PLW0108
def test_asgi(sfn_mock, app):
    sfn_mock.http().serves(app, root_path="v1")
    asked = {"QueryParameters": {"q": "1"}, "Headers": {"X-Id": "7"}, "RequestBody": {"a": 1}}
    output = run(sfn_mock, ApiEndpoint=f"{URL}/a%20b", Method="POST", **asked).output
    assert output["StatusCode"] == 201
    assert output["ResponseBody"] == (
        "method=POST scheme=https path=/v1/customers/a b raw_path=b'/v1/customers/a%20b' root_path=/v1 "
        "query_string=b'q=1' server=('api.example.com', 443) b'7' {\"a\":1}"
    )


def test_asgi_inside_of_a_running_loop(sfn_mock):
    sfn_mock.http().serves(asgi)

    async def test():
        return body(sfn_mock, Headers={"X-Id": "7"})

    assert "method=GET" in asyncio.run(test())


@pytest.mark.parametrize("running", [False, True])
def test_what_an_application_raises_goes_to_the_test(sfn_mock, running):
    async def app(scope, receive, send):
        pytest.fail("the application's own assertion")

    async def test():
        return run(sfn_mock)

    sfn_mock.http().serves(app)
    with pytest.raises(pytest.fail.Exception, match="own assertion"):
        asyncio.run(test()) if running else run(sfn_mock)
    recover(sfn_mock)


@pytest.mark.parametrize("app", [lambda environ, start_response: [], lambda scope, receive, send: asyncio.sleep(0)])
def test_application_that_does_not_answer(sfn_mock, app):
    sfn_mock.http().serves(app)
    with pytest.raises(
        MockError, match=r"application .*<lambda> raised TypeError: the .SGI .* has (not called|sent no)"
    ) as caught:
        run(sfn_mock)
    assert str(caught.value).splitlines()[1:] == [
        "  fix  let it answer the request itself, with a status of 500 for instance, if the task shall fail",
        "  see  pytest-sfn docs http#web-applications (https://pytest-sfn.readthedocs.io/en/latest/http.html#web-applications)",
    ]
    recover(sfn_mock)


def test_gateway_serves_an_application_below_its_stage(sfn_mock):
    endpoint = sfn_mock.http("https://*.execute-api.us-east-1.amazonaws.com/dev/*", "POST")
    endpoint.serves(wsgi, root_path="/dev")
    assert "PATH_INFO=/pets" in body(sfn_mock, resource="apigateway:invoke", Path="pets")
