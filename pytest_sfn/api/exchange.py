"""The HTTP request and response of a task as TestState shows them; what a connection added is left out unless asked for.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionDataRequest.html; how headers are written in one
text is not recorded [?].
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pytest_sfn.expressions.values import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_sfn.tasks.http_message import Headers, HttpRequest, HttpResponse

__all__ = ["request_shown", "response_shown"]


def request_shown(sent: HttpRequest, *, reveal: bool) -> dict[str, str]:
    """The members of InspectionDataRequest.

    Args:
        reveal: whether headers, query parameters and members of the body that the connection added are shown.
    """
    secret = None if reveal else sent.added
    url, body, names = sent.url, sent.body.decode(errors="replace"), set()
    if secret is not None:
        names = {name.lower() for name in secret.headers}
        parts = urlsplit(url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in secret.query]
        url = urlunsplit(parts._replace(query=urlencode(query)))
        if secret.body and body.startswith("{"):
            body = dumps({name: value for name, value in loads(body).items() if name not in secret.body})
    found = {"protocol": sent.scheme, "method": sent.method, "url": url, "headers": _headers(sent.headers, names)}
    return {**found, "body": body} if body else found


def response_shown(sent: HttpRequest, response: HttpResponse) -> dict[str, str]:
    """The members of InspectionDataResponse."""
    return {
        "protocol": sent.scheme,
        "statusCode": str(response.status),
        "statusMessage": response.phrase,
        "headers": _headers(response.headers, ()),
        "body": response.body.decode(errors="replace"),
    }


def _headers(headers: Headers, hidden: Iterable[str]) -> str:
    shown = [f"{name}: {value}" for name in headers if name.lower() not in hidden for value in headers.get_list(name)]
    return f"[{', '.join(shown)}]"
