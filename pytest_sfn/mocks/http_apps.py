"""WSGI and ASGI applications as handlers of requests: called in this process, with no server and no socket between.

An ASGI application runs in an event loop of its own for each request; inside of a test that is asynchronous itself, whose
loop is running, in a thread of its own. Its lifespan events are not sent. What an application raises goes to the test.

PEP 3333; https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from pytest_sfn.tasks.http_message import HttpResponse

if TYPE_CHECKING:
    from pytest_sfn.tasks.http_message import HttpRequest

__all__ = ["handler_of", "run_coroutine"]

Handler = Callable[["HttpRequest"], HttpResponse]


def handler_of(app: Any, root_path: str = "") -> Handler | None:
    """The handler that asks the application; None if it is none."""
    root = "/" + root_path.strip("/") if root_path.strip("/") else ""
    asynchronous = _is_coroutine_function(app)
    if not asynchronous and not _takes(app, 2):
        asynchronous = _takes(app, 3)
        if not asynchronous:
            return None

    def handler(request: HttpRequest) -> HttpResponse:
        return run_coroutine(_ask_asgi(app, request, root)) if asynchronous else _ask_wsgi(app, request, root)

    handler.__qualname__ = getattr(app, "__qualname__", None) or repr(app)
    return handler


def _is_coroutine_function(app: Any) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(type(app), "__call__", None))  # noqa: B004


def _takes(app: Any, count: int) -> bool:
    if not callable(app) or (isinstance(app, type)):
        return False
    try:
        inspect.signature(app, follow_wrapped=False).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def _paths(request: HttpRequest, root: str) -> tuple[str, str]:
    """(the beginning that the application is mounted at, the rest)."""
    path = request.path
    if root and (path == root or path.startswith(f"{root}/")):
        return root, path[len(root) :]
    return "", path


# -- WSGI --------------------------------------------------------------------------------------------------------------


def _ask_wsgi(app: Any, request: HttpRequest, root: str) -> HttpResponse:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written = io.BytesIO()

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        if exc_info is not None and started:
            started.clear()  # nothing has left this process yet, so an error page may still replace the answer
        started.append((status, headers))
        return written.write

    chunks = app(_environ(request, root), start_response)
    try:
        for chunk in chunks:
            written.write(chunk)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if not started:
        raise TypeError("the WSGI application has not called start_response")
    status, headers = started[-1]
    code, _, reason = status.partition(" ")
    return HttpResponse(int(code), body=written.getvalue(), headers=headers, reason=reason)


def _environ(request: HttpRequest, root: str) -> dict[str, Any]:
    parts = urlsplit(request.url)
    name, _, port = request.host.partition(":")
    mounted, path = _paths(request, root)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": _latin(mounted),
        "PATH_INFO": _latin(path),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("80" if parts.scheme == "http" else "443"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for header, value in request.headers.items():
        key = header.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _latin(text: str) -> str:
    """Text as WSGI has it: its UTF-8 bytes, each as one character."""
    return text.encode().decode("latin-1")


# -- ASGI --------------------------------------------------------------------------------------------------------------


async def _ask_asgi(app: Any, request: HttpRequest, root: str) -> HttpResponse:
    start: dict[str, Any] = {}
    body = bytearray()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(_scope(request, root), receive, send)
    if not start:
        raise TypeError("the ASGI application has sent no response")
    headers = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in start.get("headers", ())]
    return HttpResponse(start["status"], body=bytes(body), headers=headers)


def _scope(request: HttpRequest, root: str) -> dict[str, Any]:
    parts = urlsplit(request.url)
    name, _, port = request.host.partition(":")
    mounted, _ = _paths(request, root)
    lines = request.headers.items_list()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": request.path,  # with root_path, as the specification has it since 2.3
        "raw_path": quote(request.path, safe="/%~:@!$&'()*+,;=").encode(),
        "query_string": parts.query.encode(),
        "root_path": mounted,
        "headers": [(header.lower().encode("latin-1"), value.encode("latin-1", "replace")) for header, value in lines],
        "client": ("127.0.0.1", 0),
        "server": (name, int(port) if port.isdecimal() else 443),
        "state": {},
    }


def run_coroutine(coroutine: Coroutine[Any, Any, HttpResponse]) -> HttpResponse:
    """Run a coroutine to its end, whether or not a loop is running here."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(coroutine)
    import threading
    from contextvars import copy_context

    outcome: list[Any] = [None, None]

    def work() -> None:
        try:
            outcome[0] = _run(coroutine)
        except BaseException as error:  # noqa: BLE001 - raised again where the test can see it
            outcome[1] = error

    thread = threading.Thread(target=copy_context().run, args=(work,), name="pytest-sfn-asgi")
    thread.start()
    thread.join()
    if outcome[1] is not None:
        raise outcome[1]
    response: HttpResponse = outcome[0]
    return response


def _run(coroutine: Coroutine[Any, Any, HttpResponse]) -> HttpResponse:
    import asyncio

    # With a factory the runner leaves the thread's own event loop, which belongs to the test, as it is.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(coroutine)
