"""HTTP messages as a test sees them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_sfn import HttpResponse
from pytest_sfn.tasks.http_message import Headers, HttpRequest, as_response


def test_headers_are_the_same_in_upper_and_lower_case():
    headers = Headers([("A", "1"), ("b", "2"), ("a", "3")])
    assert headers["a"] == "1, 3"
    assert headers.items_list() == [("A", "1"), ("A", "3"), ("b", "2")]
    headers["B"] = "4"
    del headers["A"]
    assert (dict(headers), headers.get_list("x")) == ({"B": "4"}, [])
    assert repr(headers) == "Headers({'B': '4'})"


def test_parts_of_a_request():
    request = HttpRequest("GET", "https://u@Api.example.com:8443/a%20b?x=1&x=2&y=", Headers(), b"")
    assert (request.scheme, request.host, request.path) == ("https", "Api.example.com:8443", "/a b")
    assert (request.query_string, request.query) == ("x=1&x=2&y=", {"x": ["1", "2"], "y": ""})
    assert repr(request) == "<HttpRequest GET https://u@Api.example.com:8443/a%20b?x=1&x=2&y=>"


def foreign(**fields: Any) -> Any:
    """A response object of another library."""
    return SimpleNamespace(**{"status_code": 201, "headers": {"Content-Type": "application/json"}, **fields})


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        ({"a": 1}, 200, '{"a":1}'),
        ([1], 200, "[1]"),
        ("text", 200, "text"),
        (b"bytes", 200, "bytes"),
        ((404, None), 404, ""),
        ((404, "gone"), 404, "gone"),
        ((404, {"a": None}, {"X": "y"}), 404, '{"a":null}'),
        ((200, 5), 200, "5"),
        (HttpResponse(418, text="tea"), 418, "tea"),
        (foreign(content=b"{}"), 201, "{}"),
        (foreign(body=b"{}"), 201, "{}"),
        (foreign(get_data=lambda: b"{}", reason="Created"), 201, "{}"),
        (foreign(content=b"{}", headers=SimpleNamespace(multi_items=lambda: [("A", "1")])), 201, "{}"),
    ],
)
def test_answers_of_handlers(answer, status, text):
    response = as_response(answer)
    assert (response.status, response.text) == (status, text)


@pytest.mark.parametrize("answer", [None, 5, (1,), (True, "x"), (999, "x"), object(), foreign(), foreign(content="text")])
def test_what_is_no_answer(answer):
    with pytest.raises(TypeError):
        as_response(answer)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"status": 42}, "the status is 42, not a number from 100 to 599"),
        ({"json": {}, "text": ""}, "there is more than one of json, text and body"),
        ({"text": b"x"}, "the text is b'x', not a str"),
    ],
)
def test_responses_that_cannot_be(arguments, problem):
    with pytest.raises(TypeError, match=re.escape(problem)):
        HttpResponse(**arguments)
