"""Our own API of Step Functions on a port of this machine, as an endpoint for the tests of targets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.wire import respond

__all__ = ["Endpoint", "serving"]


class Endpoint:
    """An endpoint.

    Attributes:
        url: where it is.
        account: whose machines and mocks it has.
        calls: the operations that were called, with their members, in order.
        keys: the access key that signed each call.
        alter: changes an answer before it is sent; called with the operation, its members and the answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.account = SfnMock()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.keys: list[str] = []
        self.alter: Callable[[str, dict[str, Any], dict[str, Any]], tuple[int, dict[str, Any]]] | None = None

    def answer(self, request: Any) -> tuple[int, bytes]:
        operation = request.headers["X-Amz-Target"].partition(".")[2]
        self.keys.append(request.headers["Authorization"].partition("Credential=")[2].partition("/")[0])
        self.calls.append((operation, json.loads(request.body)))
        status, _, data = respond(account_of(self.account).api_in("us-east-1"), request)
        if self.alter is not None:
            status, found = self.alter(operation, json.loads(request.body), json.loads(data))
            data = json.dumps(found).encode()
        return status, data


@contextmanager
def serving() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, data = endpoint.answer(SimpleNamespace(headers=self.headers, body=body))
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing: a test's output is the test's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        endpoint.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()
