"""The parameters of tasks that send an HTTP request: `http:invoke` and `apigateway:invoke`, which no service model describes.

`integrations.json` has their fields and JSON types; this module has what else AWS demands of the values, and its words. AWS
checks literal values when a state machine is created, computed ones when the task starts. Three texts are known:

* `The value of the field 'Headers' has an invalid format`, for JSON of another form [recorded, apigateway];
* `The value for the 'ApiEndpoint' field is not valid` [reported, https://github.com/aws/aws-cdk/issues/30749; for apigateway of
  Step Functions Local, https://github.com/localstack/localstack/issues/3815];
* `The 'Headers' field contains unsupported values: [authorization]` [reported for both,
  https://dev.classmethod.jp/articles/stepfunctions-http-endpoint-unsupported-authorization-header].

Which fields have the first and which the second is known of those named here, of others it is a guess.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from pytest_sfn.expressions.values import dumps, is_number
from pytest_sfn.services.shapes import Misfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CONNECTED_BY", "HTTP_SERVICES", "gateway_url", "http_misfits"]

HTTP_SERVICES: Final = ("http", "apigateway")
"""Services whose tasks send an HTTP request to an endpoint that they name."""
CONNECTED_BY: Final = ("InvocationConfig", "Authentication")
"""The fields that name the EventBridge connection of an HTTP task: one of them."""

_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
_NOT_IN_HTTP: Final = (
    "a-im accept-charset accept-datetime accept-encoding authorization cache-control connection content-encoding content-md5 "
    "date expect forwarded from host http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since "
    "max-forwards origin pragma proxy-authorization referer server te trailer transfer-encoding upgrade via warning"
)
_NOT_IN_GATEWAY: Final = (
    "authorization connection content-md5 expect host max-forwards proxy-authenticate server te transfer-encoding trailer "
    "upgrade via www-authenticate"
)
_FORBIDDEN: Final = {"http": frozenset(_NOT_IN_HTTP.split()), "apigateway": frozenset(_NOT_IN_GATEWAY.split())}
"""Headers that a definition may not set [documented], beside those that begin with one of `_FORBIDDEN_PREFIXES`."""
_FORBIDDEN_PREFIXES: Final = ("x-forwarded", "x-amz")


class _Format(NamedTuple):
    """What AWS demands of a value beyond its JSON type.

    Attributes:
        fits: whether a value that is there fits; values of the wrong type are found before and fit here.
        text: the demand, in lint's words.
        refusal: AWS's words, with {} for the field.
    """

    fits: Callable[[Any], bool]
    text: str
    refusal: str


def _texts(pattern: str, text: str) -> _Format:
    """A text that matches; one with a placeholder may become anything."""

    def fits(value: Any) -> bool:
        if isinstance(value, bool) or is_number(value):
            return True
        if not isinstance(value, str):  # JSON would be sent as its text, which none of these is
            return False
        return "${" in value or re.fullmatch(pattern, value, re.ASCII) is not None  # compiled when first used

    return _Format(fits, text, "The value for the '{}' field is not valid")


def _one_of(*allowed: str) -> _Format:
    return _texts("|".join(allowed), f"must be {', '.join(allowed[:-1])} or {allowed[-1]}")


def _mapping(fits: Callable[[Any], bool], text: str) -> _Format:
    """An object of header or query values."""
    refusal = "The value of the field '{}' has an invalid format"
    return _Format(lambda value: isinstance(value, dict) and all(map(fits, value.values())), text, refusal)


def _is_text(value: Any) -> bool:
    """One value or a list of them; numbers and booleans are sent as their JSON text [?]."""
    return not isinstance(value, dict) and not (isinstance(value, list) and any(isinstance(v, (dict, list)) for v in value))


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and _is_text(value)


_METHOD: Final = _one_of(*_METHODS)
_VALUES: Final = _mapping(_is_text, "must be an object of texts or of arrays of texts")
_LISTS: Final = _mapping(_is_list_of_text, "must be an object of arrays of texts")
_URL: Final = _texts(r"(?i:https)://[^/?#\s]+\S*", "must be an HTTPS URL")
_CONNECTION: Final = _texts(  # as EventBridge's API has it [documented]
    r"arn:aws[a-z-]*:events:[a-z0-9-]*:(\d{12})?:connection/[._A-Za-z0-9-]+/[A-Za-z0-9-]+", "must be the ARN of a connection"
)
_FORMATS: Final[dict[str, dict[tuple[str, ...], _Format]]] = {
    "http": {
        ("ApiEndpoint",): _URL._replace(fits=lambda value: _URL.fits(value) and _is_url(value)),
        ("Method",): _METHOD,
        ("Authentication", "ConnectionArn"): _CONNECTION,
        ("InvocationConfig", "ConnectionArn"): _CONNECTION,
        ("Headers",): _VALUES,
        ("QueryParameters",): _VALUES,
        ("Transform", "RequestBodyEncoding"): _one_of("NONE", "URL_ENCODED"),
        ("Transform", "RequestEncodingOptions", "ArrayFormat"): _one_of("INDICES", "REPEAT", "COMMAS", "BRACKETS"),
    },
    "apigateway": {
        ("ApiEndpoint",): _texts(  # no custom domains [documented]; an API of a template has its name or logical id for its id
            r"[\w-]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?",
            "must be the host name of an API: <API ID>.execute-api.<region>.amazonaws.com",
        ),
        ("Method",): _METHOD,
        ("Headers",): _LISTS,  # [recorded]
        ("QueryParameters",): _LISTS,
        ("AuthType",): _one_of("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY"),
    },
}


def _is_url(value: Any) -> bool:
    try:
        urlsplit(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def http_misfits(service: str, parameters: Any) -> Iterator[Misfit]:
    """What AWS refuses of such a task beside unknown fields, required fields and JSON types."""
    if not isinstance(parameters, dict):
        return
    for path, rule in _FORMATS[service].items():
        value: Any = parameters
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None and not rule.fits(value):
            yield Misfit("value", path[-1], rule.text, refusal=rule.refusal.format(path[-1]), path=list(path))
    headers = parameters.get("Headers")
    names = [name.lower() for name in headers] if isinstance(headers, dict) else []
    unsupported = ", ".join(name for name in names if name in _FORBIDDEN[service] or name.startswith(_FORBIDDEN_PREFIXES))
    if unsupported:
        text, refusal = f"must not have {unsupported}", f"The 'Headers' field contains unsupported values: [{unsupported}]"
        yield Misfit("value", "Headers", text, refusal=refusal, path=["Headers"])


def gateway_url(host: str, stage: Any, path: Any) -> str:
    """The URL that `apigateway:invoke` calls; a stage or a path that is JSON is sent as its text."""
    stage, path = (part if isinstance(part, str) else dumps(part) for part in (stage or "", path or ""))
    parts = (host.strip("/"), stage.strip("/"), path.lstrip("/"))
    return "https://" + "/".join(filter(None, parts))
