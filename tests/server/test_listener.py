from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Event, Thread

import pytest
from botocore.awsrequest import AWSPreparedRequest

from pytest_sfn.gate.call import Answer
from pytest_sfn.server import listener as module
from pytest_sfn.server.listener import Listener


def echo(request: AWSPreparedRequest) -> Answer:
    said = {"method": request.method, "url": request.url, "body": request.body.decode(), "x": request.headers.get("x-y")}
    return 200, {"Content-Type": "application/json"}, json.dumps(said)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener("127.0.0.1", 0, echo)
    listener.begin()
    yield listener
    listener.close()


@pytest.fixture
def connection(listener: Listener) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", listener.server_port, timeout=60)
    yield connection
    connection.close()


def raw(listener: Listener, text: str) -> str:
    """All that comes for a request, until the connection is closed."""
    with socket.create_connection(("127.0.0.1", listener.server_port), timeout=60) as client:
        client.sendall(text.encode())
        return b"".join(iter(lambda: client.recv(65_536), b"")).decode()


def test_request_and_answer(listener, connection):
    connection.request("POST", "/a?b", b"hello", {"X-Y": "z"})
    response = connection.getresponse()
    assert json.loads(response.read()) == {"method": "POST", "url": f"{listener.url}/a?b", "body": "hello", "x": "z"}
    assert (response.status, response.getheader("Server"), response.getheader("Connection")) == (200, "pytest-sfn", None)


def test_connection_serves_many_requests(connection):
    for number in range(3):
        connection.request("POST", "/", str(number).encode())
        assert json.loads(connection.getresponse().read())["body"] == str(number)
        assert connection.sock is not None


def test_head_has_no_body(connection):
    connection.request("HEAD", "/")
    response = connection.getresponse()
    assert int(response.getheader("Content-Length")) > 0
    assert response.read() == b""


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ("Transfer-Encoding: chunked", "411 Length Required", "MissingContentLength"),
        ("Content-Length: -1", "400 Bad Request", "SerializationException"),
        ("Content-Length: 1_0", "400 Bad Request", "SerializationException"),
        ("Content-Length: \u0661", "400 Bad Request", "SerializationException"),
    ],
)
def test_body_of_unknown_length(listener, headers, status, code):
    answer = raw(listener, f"POST / HTTP/1.1\r\nHost: h\r\n{headers}\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status}\r\n")
    assert "Connection: close" in answer
    assert json.loads(answer.partition("\r\n\r\n")[2])["__type"] == code


def test_large_body_is_refused(listener, connection, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1_000_000)
    connection.request("POST", "/", b"x" * 1_000_000)
    assert connection.getresponse().read()
    for size in (1_000_001, 3_000_000):
        connection.request("POST", "/", b"x" * size)
        response = connection.getresponse()
        assert (response.status, response.getheader("Connection")) == (413, "close")
        assert json.loads(response.read())["message"] == f"the request has {size:,} bytes; 1,000,000 are taken"


def test_what_is_no_http(listener):
    assert "400" in raw(listener, "hello\r\n\r\n")


def test_client_that_goes_away_is_no_error(listener, connection, capsys):
    with socket.create_connection(("127.0.0.1", listener.server_port)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    assert capsys.readouterr().err == ""


def test_second_one_on_the_same_port(listener):
    with pytest.raises(OSError, match="in use"):
        Listener("127.0.0.1", listener.server_port, echo)


def test_port_is_free_again():
    first = Listener("127.0.0.1", 0, echo)
    first.begin()
    first.close()
    second = Listener("127.0.0.1", first.server_port, echo)
    second.begin()
    second.close()


def test_request_that_is_being_answered_ends(listener, connection):
    begun, go_on = Event(), Event()

    def slow(request: AWSPreparedRequest) -> Answer:
        begun.set()
        assert go_on.wait(60)
        return echo(request)

    listener.answer = slow
    connection.request("POST", "/", b"last")
    assert begun.wait(60)
    closing = Thread(target=listener.close)
    closing.start()
    go_on.set()
    assert json.loads(connection.getresponse().read())["body"] == "last"
    closing.join()
    connection.request("POST", "/", b"too late")  # on the connection that is open still
    assert connection.getresponse().status == 503
