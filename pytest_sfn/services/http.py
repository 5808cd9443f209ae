"""The fields of tasks that send an HTTP request: `http:invoke` and `apigateway:invoke`, which no service model describes.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
"""

from __future__ import annotations

from typing import Any, Final

from pytest_sfn.services.shapes import Misfit

__all__ = ["CONNECTED_BY", "FIELDS", "HTTP_SERVICES", "gateway_url", "http_misfits"]

HTTP_SERVICES: Final = ("http", "apigateway")
"""Services whose tasks send an HTTP request to an endpoint that they name."""
CONNECTED_BY: Final = ("InvocationConfig", "Authentication")
"""The fields that name the EventBridge connection of an HTTP task: one of them."""
FIELDS: Final = {
    "http": (
        "ApiEndpoint", "Method", "Authentication", "InvocationConfig", "Headers", "QueryParameters", "RequestBody", "Transform",
    ),
    "apigateway": (
        "ApiEndpoint", "Method", "Headers", "Stage", "Path", "QueryParameters", "RequestBody", "AllowNullValues", "AuthType",
    ),
}  # fmt: skip


def http_misfits(service: str, parameters: dict[str, Any]) -> list[Misfit]:
    """Unknown and missing fields of such a task."""
    known = FIELDS[service]
    unknown = [Misfit("unknown", name, known=known, path=[name]) for name in parameters if name not in known]
    required = [name for name in ("ApiEndpoint", "Method") if name not in parameters]
    if service == "http" and not any(name in parameters for name in CONNECTED_BY):
        required.append(CONNECTED_BY[0])
    return [*unknown, *(Misfit("missing", name, known=known, path=[name]) for name in required)]


def gateway_url(host: str, stage: str | None, path: str | None) -> str:
    """The URL that `apigateway:invoke` calls."""
    parts = (host.strip("/"), (stage or "").strip("/"), (path or "").lstrip("/"))
    return "https://" + "/".join(filter(None, parts))
