"""HTTP messages as a test sees them: the request that a task sends, the response that answers it, and their encodings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pytest_sfn.expressions.values import admit, dumps, loads, release

__all__ = ["Headers", "HttpRequest", "HttpResponse", "as_response", "encode_form", "encode_query"]


class Headers(MutableMapping[str, str]):
    """Headers by name, where upper and lower case are the same. Several values of a name are joined by commas.

    Args:
        given: name to value or list of values, or (name, value) pairs, in which a name may be repeated.
    """

    __slots__ = ("_items",)

    def __init__(self, given: Mapping[str, Any] | Iterable[tuple[str, str]] | None = None) -> None:
        self._items: dict[str, tuple[str, list[str]]] = {}
        for name, value in given.items() if isinstance(given, Mapping) else given or ():
            known = self._items.setdefault(name.lower(), (name, []))[1]
            known += [_text(item) for item in (value if isinstance(value, (list, tuple)) else [value]) if item is not None]

    def get_list(self, name: str) -> list[str]:
        """All values of a header, in order; [] if there is none."""
        return list(self._items.get(name.lower(), ("", []))[1])

    def items_list(self) -> list[tuple[str, str]]:
        """(name, value) of each line."""
        return [(name, value) for name, values in self._items.values() for value in values]

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._items[name.lower()][1])

    def __setitem__(self, name: str, value: str) -> None:
        self._items[name.lower()] = (name, [value])

    def __delitem__(self, name: str) -> None:
        del self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


class _Message:
    __slots__ = ()
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, in the charset of Content-Type, else UTF-8."""
        charset = "utf-8"
        for part in self.headers.get("Content-Type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                charset = value.strip().strip('"')
        return self.body.decode(charset)

    @property
    def json(self) -> Any:
        """The body's JSON value, a copy.

        Raises:
            JsonValueError: the body is not JSON.
        """
        return release(loads(self.text))


class Added(Protocol):
    """What a connection adds to a request: headers, query parameters and members of the body, by name."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def query(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> Mapping[str, Any]: ...


class HttpRequest(_Message):
    """A request as Step Functions sends it.

    Attributes:
        method: `GET`, `POST`, ...
        url: with the query.
        headers: by name; upper and lower case are the same.
        body: bytes; b"" if there is none. `text` and `json` decode it.
        added: what its EventBridge connection added, None without one.
    """

    __slots__ = ("added", "body", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Headers, body: bytes, added: Added | None = None) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.added = added

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """Host with its port, if the URL has one."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def path(self) -> str:
        """Path without percent signs: `/customers/a b`."""
        return unquote(urlsplit(self.url).path) or "/"

    @property
    def query_string(self) -> str:
        """The text after the `?`, as sent."""
        return urlsplit(self.url).query

    @property
    def query(self) -> dict[str, str | list[str]]:
        """Query parameters by name; a list for a repeated parameter."""
        found: dict[str, str | list[str]] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True):
            there = found.get(name)
            found[name] = value if there is None else [*(there if isinstance(there, list) else [there]), value]
        return found

    @property
    def form(self) -> dict[str, str]:
        """Fields of a URL-encoded body by name; names such as `order[0]` are not parsed further."""
        return dict(parse_qsl(self.text, keep_blank_values=True))

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method} {self.url}>"


class HttpResponse(_Message):
    """An answer of an endpoint; a handler may return one.

    Args:
        status: from 100 to 599.
        json: value of the body, sent as JSON; give one of json, text and body, or none.
        text, body: the body as text or bytes.
        headers: name to value or list of values; Content-Type and Content-Length are added if missing.
        reason: the status in words; the usual ones when left out.

    Raises:
        JsonValueError: `json` is not JSON.
        TypeError: another argument has a wrong type or value.
    """

    __slots__ = ("body", "headers", "reason", "status")

    def __init__(
        self,
        status: int = 200,
        *,
        json: Any = ...,
        text: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, Any] | Iterable[tuple[str, str]] | None = None,
        reason: str = "",
    ) -> None:
        if type(status) is not int or not 100 <= status <= 599:
            raise TypeError(f"the status is {status!r}, not a number from 100 to 599")
        if (json is not ...) + (text is not None) + (body is not None) > 1:
            raise TypeError("there is more than one of json, text and body")
        kind = None
        if json is not ...:
            body, kind = dumps(admit(json)[0]).encode(errors="replace"), "application/json"
        elif text is not None:
            if not isinstance(text, str):
                raise TypeError(f"the text is {text!r}, not a str")
            body, kind = text.encode(), "text/plain; charset=utf-8"
        self.status = status
        self.reason = reason
        self.body = bytes(body or b"")
        self.headers = Headers(headers)
        if kind is not None:
            self.headers.setdefault("Content-Type", kind)
        self.headers.setdefault("Content-Length", str(len(self.body)))

    def __repr__(self) -> str:
        return f"<HttpResponse {self.status}>"

    @property
    def phrase(self) -> str:
        """The status in words."""
        return self.reason or (HTTPStatus(self.status).phrase if self.status in HTTPStatus._value2member_map_ else "")


def as_response(answer: Any) -> HttpResponse:
    """The response for a handler's return value.

    A dict or list is sent as JSON, str and bytes are the body, (status, body) and (status, body, headers) set the other parts,
    and the response objects of requests, httpx, Flask, Django and Starlette are used as they are.

    Raises:
        TypeError: the value is none of these.
        JsonValueError: the value contains something that is not JSON.
    """
    if isinstance(answer, HttpResponse):
        return answer
    if isinstance(answer, tuple) and 2 <= len(answer) <= 3 and type(answer[0]) is int:
        status, body, *more = answer
        headers = more[0] if more else None
        if body is None:
            return HttpResponse(status, headers=headers)
        if isinstance(body, str):
            return HttpResponse(status, text=body, headers=headers)
        if isinstance(body, (bytes, bytearray)):
            return HttpResponse(status, body=bytes(body), headers=headers)
        return HttpResponse(status, json=body, headers=headers)
    if isinstance(answer, (dict, list, str, bytes)):
        return as_response((200, answer))
    status = getattr(answer, "status_code", None)
    if type(status) is int and hasattr(answer, "headers"):
        return HttpResponse(status, body=_content(answer), headers=_lines(answer.headers), reason=_reason(answer))
    raise TypeError(f"returned {answer!r}, which is not a response")


def _content(response: Any) -> bytes:
    """The body of a foreign response object."""
    if hasattr(response, "get_data"):  # Werkzeug, Flask
        return bytes(response.get_data())
    for name in ("content", "body"):  # requests, httpx, Django; Starlette
        found = getattr(response, name, None)
        if isinstance(found, (bytes, bytearray, memoryview)):
            return bytes(found)
    raise TypeError(f"returned {response!r}, whose body cannot be read")


def _lines(headers: Any) -> list[tuple[str, str]]:
    items = headers.multi_items() if hasattr(headers, "multi_items") else headers.items()  # httpx, Starlette: all lines
    return [(str(name), str(value)) for name, value in items]


def _reason(response: Any) -> str:
    found = getattr(response, "reason", None) or getattr(response, "reason_phrase", None)
    return found if isinstance(found, str) else ""


# -- what is sent, as text ---------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    """Text as it is, anything else as JSON text."""
    return value if isinstance(value, str) else dumps(value)


def encode_query(parameters: Mapping[str, Any]) -> str:
    """`a=1&b=x%20y`; a list repeats its name, null is left out [?]."""
    lists = [(name, value if isinstance(value, list) else [value]) for name, value in parameters.items()]
    return _join((name, _text(item)) for name, items in lists for item in items if item is not None)


def encode_form(body: Mapping[str, Any], array_format: str) -> str:
    """A body with `RequestBodyEncoding` URL_ENCODED: fields of objects as `a[b]`, arrays as `ArrayFormat` says [documented]."""
    return _join(pair for name, value in body.items() for pair in _flat(name, value, _ARRAYS[array_format]))


_ARRAYS: Final = {"INDICES": "[{}]", "BRACKETS": "[]", "REPEAT": "", "COMMAS": None}


def _flat(name: str, value: Any, suffix: str | None) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}[{key}]", item, suffix)
    elif isinstance(value, list) and suffix is None:
        yield name, ",".join(_text(item) for item in value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _flat(name + suffix.format(index), item, suffix)  # type: ignore[union-attr]
    else:
        yield name, "" if value is None else _text(value)


def _join(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
