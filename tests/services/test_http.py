"""The fields of tasks that send an HTTP request."""

from __future__ import annotations

import pytest

from pytest_sfn.services.http import gateway_url, http_misfits


@pytest.mark.parametrize(
    ("service", "parameters", "expected"),
    [
        ("http", {"ApiEndpoint": "e", "Method": "GET", "Authentication": {}}, []),
        ("http", {"ApiEndpoint": "e", "Method": "GET", "InvocationConfig": {}}, []),
        ("http", {"ApiEndpoint": "e", "Method": "GET"}, [("missing", "InvocationConfig")]),
        ("apigateway", {"ApiEndpoint": "e", "Stage": "dev"}, [("missing", "Method")]),
        ("apigateway", {"ApiEndpoint": "e", "Method": "GET", "Transform": {}}, [("unknown", "Transform")]),
    ],
)
def test_fields(service, parameters, expected):
    assert [(misfit.kind, misfit.name) for misfit in http_misfits(service, parameters)] == expected


def test_url_of_a_gateway():
    assert gateway_url("api.example.com/", "/dev/", "/orders/7") == "https://api.example.com/dev/orders/7"
    assert gateway_url("api.example.com", None, None) == "https://api.example.com"
