"""The HTTP request and response of a task as TestState shows them."""

from __future__ import annotations

from pytest_sfn.api.exchange import request_shown, response_shown
from pytest_sfn.tasks.http import Connection
from pytest_sfn.tasks.http_message import Headers, HttpRequest, HttpResponse

ADDED = Connection({"Authorization": "s3cret"}, {"key": "k"}, {"token": "t"})
SENT = HttpRequest(
    "POST", "https://x.example/a?q=1&key=k", Headers({"A": "1", "authorization": "s3cret"}), b'{"a":1,"token":"t"}', ADDED
)


def test_what_a_connection_added_is_left_out_unless_asked_for() -> None:
    assert request_shown(SENT, reveal=False) == {
        "protocol": "https",
        "method": "POST",
        "url": "https://x.example/a?q=1",
        "headers": "[A: 1]",
        "body": '{"a":1}',
    }
    assert request_shown(SENT, reveal=True) == {
        "protocol": "https",
        "method": "POST",
        "url": "https://x.example/a?q=1&key=k",
        "headers": "[A: 1, authorization: s3cret]",
        "body": '{"a":1,"token":"t"}',
    }


def test_response() -> None:
    shown = response_shown(SENT, HttpResponse(404, text="no", headers={"X": ["1", "2"]}))
    assert (shown["statusCode"], shown["statusMessage"], shown["body"]) == ("404", "Not Found", "no")
    assert shown["headers"].startswith("[X: 1, X: 2")
