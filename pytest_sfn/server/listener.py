"""`Listener`: the sockets and threads of the server, by Python's own `http.server`.

Connections stay open for more requests, as SDKs want it: werkzeug's server, which moto brings, closes each after one, so
that a client which makes tens of thousands of calls runs out of ports. A request's body has a Content-Length, and a limit.
"""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from socketserver import TCPServer
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSPreparedRequest

from pytest_sfn.api.wire import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.gate.call import Answer

__all__ = ["Listener"]

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of a request's body: a definition of 1 MB, each of whose characters is escaped, fits."""
IDLE_SECONDS: Final = 300
"""How long an open connection may send nothing."""
LAST_SECONDS: Final = 5
"""How long requests that are being answered have left when the server closes."""


class Listener(ThreadingHTTPServer):
    """Listens on a port and answers requests, each connection in a thread of its own.

    Args:
        host, port: where; port 0 for any that is free.
        answer: makes the answer of a request; called in several threads.

    Raises:
        OSError: the port is in use, or the host is no address of this machine.
    """

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers have the same port

    def __init__(self, host: str, port: int, answer: Callable[[AWSPreparedRequest], Answer]) -> None:
        self.answer = answer
        self.address_family = AF_INET6 if ":" in host else AF_INET
        self._at_work = 0
        self._closing = False
        self._changed = Condition()
        super().__init__((host, port), _Connection)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(0.05,), name="pytest-sfn server", daemon=True)

    def server_bind(self) -> None:
        """As the base class, without a look at the name server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def begin(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def close(self) -> None:
        """Take no requests any more, and let those that are being answered end."""
        self.shutdown()
        with self._changed:
            self._closing = True
            self._changed.wait_for(lambda: not self._at_work, LAST_SECONDS)
        self.server_close()
        self._thread.join()

    def answered(self, request: AWSPreparedRequest) -> Answer:
        """The answer of a request, unless the server is closing."""
        with self._changed:
            if self._closing:
                return refusal(503, "ServiceUnavailable", "the server is closing")
            self._at_work += 1
        try:
            return self.answer(request)
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle of a request is no error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True

    def _respond(self) -> None:
        body = self._body()
        if isinstance(body, bytes):
            request = AWSPreparedRequest(self.command, f"{self.server.url}{self.path}", self.headers, body, stream_output=False)
            self._send(*self.server.answered(request))
        else:
            self.close_connection = True
            self._send(*body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815 - the base class's names

    def _body(self) -> bytes | Answer:
        """The request's body, or the refusal of a request whose body is not read."""
        if "Transfer-Encoding" in self.headers:
            return refusal(411, "MissingContentLength", "the request has no Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal()):
            return refusal(400, "SerializationException", f"Content-Length is {length!r}")
        left = size = int(length)
        if size <= MOST_BYTES:
            return self.rfile.read(size)
        while left > 0 and left > size - 4 * MOST_BYTES and (part := self.rfile.read(min(left, 65_536))):
            left -= len(part)  # a client that still writes would not see the answer
        return refusal(413, "RequestEntityTooLarge", f"the request has {size:,} bytes; {MOST_BYTES:,} are taken")

    def _send(self, status: int, headers: dict[str, Any], body: bytes | str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status, HTTPStatus(status).phrase)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def version_string(self) -> str:
        """The header `Server`."""
        return "pytest-sfn"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""
