"""What AWS demands of the parameters of tasks that send an HTTP request."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.http import gateway_url
from pytest_sfn.services.misfits import misfits, runtime_text

GATEWAY = {"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET"}
CONNECTION = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/Stripe/81210c42-8af1"}
HTTP = {"ApiEndpoint": "https://api.example.com/v1", "Method": "GET", "Authentication": CONNECTION}


def refused(service, parameters):
    """AWS's words for the parameters, beside those that are always right; ... leaves one out."""
    common = HTTP if service == "http" else GATEWAY
    given = {name: value for name, value in {**common, **parameters}.items() if value is not ...}
    return [runtime_text(misfit) for misfit in misfits(parse_resource(f"arn:aws:states:::{service}:invoke"), given)]


@pytest.mark.parametrize(
    ("service", "parameters"),
    [
        ("http", {}),
        ("http", {"Authentication": ..., "InvocationConfig": CONNECTION}),
        ("http", {"Authentication": {"ConnectionArn": "${Stripe}"}, "ApiEndpoint": "${Url}/v1"}),
        ("http", {"ApiEndpoint": "HTTPS://api.example.com:8443/a?b=c#d"}),
        *(("http", {"Method": method}) for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")),
        ("http", {"Headers": {"X-A": "a", "X-B": ["a", "b"], "X-C": 1}, "QueryParameters": {"a": [1, True], "b": None}}),
        ("http", {"Headers": None, "QueryParameters": None, "Transform": None, "RequestBody": None}),
        ("http", {"Transform": {}}),
        ("http", {"Transform": {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": "COMMAS"}}}),
        *(("http", {"RequestBody": body}) for body in ("text", {"a": 1}, [1], 1.5, False)),
        ("apigateway", {"Stage": "prod", "Path": "bills", "RequestBody": {}, "AuthType": "NO_AUTH", "AllowNullValues": True}),
        ("apigateway", {"Headers": {"X-A": ["a", "b"]}, "QueryParameters": {"billId": ["123456"]}}),
        ("apigateway", {"AuthType": "IAM_ROLE"}),
        ("apigateway", {"AuthType": "RESOURCE_POLICY"}),
        ("apigateway", {"ApiEndpoint": "${Api}.execute-api.us-east-1.amazonaws.com"}),
        ("apigateway", {"ApiEndpoint": "0abc.execute-api.cn-north-1.amazonaws.com.cn"}),
        ("apigateway", {"ApiEndpoint": "my-stack_PaymentApi.execute-api.us-east-1.amazonaws.com"}),
    ],
)
def test_parameters_that_aws_takes(service, parameters):
    assert refused(service, parameters) == []


def missing(name):
    return f"The field '{name}' is required but was missing"


def unknown(name):
    return f'The field "{name}" is not supported by Step Functions'


def wrong_type(name, kind="a STRING"):
    return f"The value for the field '{name}' must be {kind}"


def misshapen(name):
    return f"The value of the field '{name}' has an invalid format"


def invalid(name):
    return f"The value for the '{name}' field is not valid"


def unsupported(names):
    return f"The 'Headers' field contains unsupported values: [{names}]"


@pytest.mark.parametrize(
    ("service", "parameters", "text"),
    [
        # recorded or reported
        ("apigateway", {"Headers": {"X": "1"}}, misshapen("Headers")),
        ("apigateway", {"Headers": {"Authorization": ["t"]}}, unsupported("authorization")),
        ("http", {"Headers": {"Authorization": "t"}}, unsupported("authorization")),
        ("http", {"ApiEndpoint": "https:/api.example.com"}, invalid("ApiEndpoint")),
        ("apigateway", {"ApiEndpoint": "api.example.com"}, invalid("ApiEndpoint")),
        # documented, in the words of those above [?]
        ("http", {"ApiEndpoint": ...}, missing("ApiEndpoint")),
        ("http", {"ApiEndpoint": 1}, wrong_type("ApiEndpoint")),
        ("http", {"ApiEndpoint": "http://api.example.com"}, invalid("ApiEndpoint")),
        ("http", {"ApiEndpoint": "api.example.com"}, invalid("ApiEndpoint")),
        ("http", {"ApiEndpoint": "https://[::1/"}, invalid("ApiEndpoint")),
        ("http", {"ApiEndpoint": ""}, invalid("ApiEndpoint")),
        ("http", {"Method": ...}, missing("Method")),
        ("http", {"Method": None}, missing("Method")),
        ("http", {"Method": "FETCH"}, invalid("Method")),
        ("http", {"Method": "get"}, invalid("Method")),
        ("http", {"Method": ["GET"]}, invalid("Method")),
        ("http", {"Method": True}, wrong_type("Method")),
        ("http", {"Authentication": ...}, missing("InvocationConfig")),
        ("http", {"Authentication": {}}, missing("ConnectionArn")),
        ("http", {"Authentication": []}, wrong_type("Authentication", "an OBJECT")),
        ("http", {"Authentication": {**CONNECTION, "Arn": 1}}, unknown("Arn")),
        ("http", {"Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:1:connection/a"}}, invalid("ConnectionArn")),
        (
            "http",
            {"InvocationConfig": CONNECTION},
            "There should only be one of the following fields: [InvocationConfig, Authentication]",
        ),
        ("http", {"Body": 1}, unknown("Body")),
        ("http", {"Stage": "dev"}, unknown("Stage")),
        (
            "http",
            {"Headers": {"X-Amz-Date": "d", "x-forwarded-for": "f", "TE": "t"}},
            unsupported("x-amz-date, x-forwarded-for, te"),
        ),
        ("http", {"Headers": {"X": {}}}, misshapen("Headers")),
        ("http", {"Headers": "X: 1"}, misshapen("Headers")),
        ("http", {"QueryParameters": "a=1"}, misshapen("QueryParameters")),
        ("http", {"QueryParameters": {"a": [[]]}}, misshapen("QueryParameters")),
        ("http", {"Transform": "URL_ENCODED"}, wrong_type("Transform", "an OBJECT")),
        ("http", {"Transform": {"RequestBodyEncoding": "JSON"}}, invalid("RequestBodyEncoding")),
        ("http", {"Transform": {"RequestEncodingOptions": {"ArrayFormat": "NONE"}}}, invalid("ArrayFormat")),
        ("http", {"ApiEndpoint": {"Fn::Sub": "https://${Host}"}}, invalid("ApiEndpoint")),
        ("apigateway", {"Method": ...}, missing("Method")),
        ("apigateway", {"Method": "TRACE"}, invalid("Method")),
        ("apigateway", {"ApiEndpoint": "https://abc.execute-api.us-east-1.amazonaws.com"}, invalid("ApiEndpoint")),
        ("apigateway", {"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com/prod"}, invalid("ApiEndpoint")),
        ("apigateway", {"Transform": {}}, unknown("Transform")),
        ("apigateway", {"Headers": {"Host": ["x"]}}, unsupported("host")),
        ("apigateway", {"QueryParameters": {"a": 1}}, misshapen("QueryParameters")),
        ("apigateway", {"AuthType": "BASIC"}, invalid("AuthType")),
        ("apigateway", {"AuthType": 1}, wrong_type("AuthType")),
        ("apigateway", {"Stage": 1}, wrong_type("Stage")),
        ("apigateway", {"Path": False}, wrong_type("Path")),
        ("apigateway", {"AllowNullValues": 1}, wrong_type("AllowNullValues", "a BOOLEAN")),
    ],
)
def test_parameters_that_aws_refuses(service, parameters, text):
    assert refused(service, parameters) == [text]


def test_url_of_a_gateway():
    assert gateway_url("api.example.com/", "/dev/", "/orders/7") == "https://api.example.com/dev/orders/7"
    assert gateway_url("api.example.com", None, None) == "https://api.example.com"
    assert gateway_url("api.example.com", "dev", {"a": [1]}) == 'https://api.example.com/dev/{"a":[1]}'
