"""What an HTTP task sends, and what becomes of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.tasks.http_message import encode_form, encode_query

CONNECTION = "arn:aws:events:us-east-1:123456789012:connection/Stripe/81210c42"
URL = "https://api.example.com/v1/customers"
GATEWAY = "abc.execute-api.us-east-1.amazonaws.com"


def machine(resource: str = "http:invoke", **parameters: Any) -> dict[str, Any]:
    """A machine of one task; parameters that are None are left out."""
    common: dict[str, Any] = {"ApiEndpoint": GATEWAY, "Method": "GET"}
    if resource == "http:invoke":
        common |= {"ApiEndpoint": URL, "InvocationConfig": {"ConnectionArn": CONNECTION}}
    given = {name: value for name, value in {**common, **parameters}.items() if value is not ...}
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": given, "End": True}
    return {"StartAt": "Call", "States": {"Call": task}}


def sent(sfn_mock: SfnMock, resource: str = "http:invoke", **parameters: Any) -> Any:
    """The request that a task sends."""
    endpoint = sfn_mock.http().responds()
    assert sfn_mock.load(machine(resource, **parameters)).run().succeeded
    return endpoint.calls[0]


# -- the request -------------------------------------------------------------------------------------------------------


def test_request_has_the_headers_that_step_functions_sets(sfn_mock):
    call = sent(sfn_mock, Method="POST", Headers={"X-Id": "7"}, RequestBody={"name": "Ada", "age": 36})
    assert (call.method, call.url, call.body) == ("POST", URL, b'{"name":"Ada","age":36}')
    assert dict(call.headers) == {
        "X-Id": "7",
        "Content-Type": "application/json; charset=UTF-8",
        "Content-Length": "23",
        "Host": "api.example.com",
        "Range": "bytes=0-262144",
        "User-Agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
    }


@pytest.mark.parametrize(
    ("body", "bytes_sent"),
    [(..., b""), (None, b""), ("", b'""'), ("Hello", b'"Hello"'), ([1, 1.50], b"[1,1.5]"), ({}, b"{}"), (False, b"false")],
)
def test_body_is_json(sfn_mock, body, bytes_sent):
    assert sent(sfn_mock, RequestBody=body).body == bytes_sent


@pytest.mark.parametrize(
    ("array_format", "text"),
    [
        ("INDICES", "tag%5B0%5D=a&tag%5B1%5D=b%2Cc&of%5Bthe%5D=day%20one&none="),
        ("REPEAT", "tag=a&tag=b%2Cc&of%5Bthe%5D=day%20one&none="),
        ("COMMAS", "tag=a%2Cb%2Cc&of%5Bthe%5D=day%20one&none="),
        ("BRACKETS", "tag%5B%5D=a&tag%5B%5D=b%2Cc&of%5Bthe%5D=day%20one&none="),
    ],
)
def test_url_encoded_body(sfn_mock, array_format, text):
    transform = {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": array_format}}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = {"tag": ["a", "b,c"], "of": {"the": "day one"}, "none": None}
    call = sent(sfn_mock, Method="POST", RequestBody=body, Transform=transform, Headers=headers)
    assert (call.text, call.headers["Content-Type"]) == (text, "application/x-www-form-urlencoded")
    assert call.request.form["of[the]"] == "day one"


def test_url_encoding_of_what_lies_deeper():
    assert encode_form({"a": [{"b": [1, True]}]}, "INDICES") == "a%5B0%5D%5Bb%5D%5B0%5D=1&a%5B0%5D%5Bb%5D%5B1%5D=true"
    assert encode_form({"a": []}, "COMMAS") == "a="


@pytest.mark.parametrize("transform", [{}, {"RequestBodyEncoding": "NONE"}])
def test_body_without_encoding(sfn_mock, transform):
    assert sent(sfn_mock, RequestBody={"a": [1]}, Transform=transform).text == '{"a":[1]}'


def test_query_parameters_are_appended(sfn_mock):
    query = {"q": "a b&c", "page": 2, "tag": ["x", "y"], "none": None, "on": True}
    call = sent(sfn_mock, ApiEndpoint=f"{URL}?fixed=1#top", QueryParameters=query)
    assert call.url == f"{URL}?fixed=1&q=a%20b%26c&page=2&tag=x&tag=y&on=true"
    assert call.query == {"fixed": "1", "q": "a b&c", "page": "2", "tag": ["x", "y"], "on": "true"}
    assert encode_query({}) == ""


@pytest.mark.parametrize("name", [CONNECTION, "Stripe"])
@pytest.mark.parametrize("holder", ["Authentication", "InvocationConfig"])
def test_connection_is_stronger_than_the_task(sfn_mock, name, holder):
    sfn_mock.connection(name, headers={"x-id": "c", "Authorization": "Basic eA=="}, query={"q": "c"}, body={"mode": "c"})
    given = {"Headers": {"X-Id": "t", "X-Other": "t"}, "QueryParameters": {"q": "t", "r": "t"}}
    connection = {"InvocationConfig": ..., holder: {"ConnectionArn": CONNECTION}}
    call = sent(sfn_mock, RequestBody={"job": 1, "mode": "t"}, **given, **connection)
    assert call.url == f"{URL}?q=c&r=t"
    assert (call.headers["X-ID"], call.headers["X-Other"], call.headers["authorization"]) == ("c", "t", "Basic eA==")
    assert call.json == {"job": 1, "mode": "c"}


def test_connection_named_by_a_placeholder(sfn_mock):
    sfn_mock.connection("Stripe", headers={"X-Key": "k"})
    definition = machine(InvocationConfig={"ConnectionArn": "${Stripe}"})
    endpoint = sfn_mock.http().responds()
    with pytest.warns(match="Stripe"):
        sfn_mock.load(definition).run()
    assert endpoint.calls[0].headers["X-Key"] == "k"


def test_connection_cannot_add_to_text(sfn_mock):
    sfn_mock.connection("Stripe", body={"mode": "c"})
    sfn_mock.http().responds()
    execution = sfn_mock.load(machine(RequestBody="text")).run()
    assert (execution.error, "cannot be merged" in execution.cause) == ("States.Runtime", True)


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({}, f"https://{GATEWAY}"),
        ({"Stage": "dev"}, f"https://{GATEWAY}/dev"),
        ({"Stage": "dev", "Path": "pets/7"}, f"https://{GATEWAY}/dev/pets/7"),
        ({"Path": "/pets"}, f"https://{GATEWAY}/pets"),
        ({"Stage": "dev", "QueryParameters": {"kind": ["cat", "dog"]}}, f"https://{GATEWAY}/dev?kind=cat&kind=dog"),
    ],
)
def test_gateway_url(sfn_mock, parts, url):
    assert sent(sfn_mock, "apigateway:invoke", **parts).url == url


@pytest.mark.parametrize(
    ("resource", "allowed", "text"),
    [
        ("apigateway:invoke", ..., '{"pet":{"price":1},"list":[null,{}]}'),
        ("apigateway:invoke", False, '{"pet":{"price":1},"list":[null,{}]}'),
        ("apigateway:invoke", True, '{"pet":{"price":1,"kind":null},"list":[null,{"a":null}],"none":null}'),
        ("http:invoke", ..., '{"pet":{"price":1,"kind":null},"list":[null,{"a":null}],"none":null}'),
    ],
)
def test_null_values_in_a_body(sfn_mock, resource, allowed, text):
    body = {"pet": {"price": 1, "kind": None}, "list": [None, {"a": None}], "none": None}
    assert sent(sfn_mock, resource, RequestBody=body, AllowNullValues=allowed).text == text


def test_gateway_headers_may_have_several_values(sfn_mock):
    call = sent(sfn_mock, "apigateway:invoke", Headers={"X-Tag": ["a", "b"]}, AuthType="NO_AUTH")
    assert (call.headers.get_list("x-tag"), call.headers["X-Tag"]) == (["a", "b"], "a, b")


def computed(definition):
    """The same with its parameters as the result of an expression."""
    task = definition["States"]["Call"]
    task |= {"QueryLanguage": "JSONata", "Arguments": f"{{% {json.dumps(task.pop('Parameters'))} %}}"}
    return definition


# -- what AWS refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "parameters", "problem"),
    [
        ("http:invoke", {"ApiEndpoint": ...}, "The field 'ApiEndpoint' is required but was missing"),
        ("http:invoke", {"InvocationConfig": {}}, "The field 'ConnectionArn' is required but was missing"),
        ("http:invoke", {"Headers": {"Host": "x"}}, "The 'Headers' field contains unsupported values: [host]"),
        ("apigateway:invoke", {"Headers": {"X": "1"}}, "The value of the field 'Headers' has an invalid format"),
        ("apigateway:invoke", {"AuthType": "BASIC"}, "The value for the 'AuthType' field is not valid"),
    ],
)
def test_parameters_that_are_refused(sfn_mock, resource, parameters, problem):
    """Computed ones; literal ones are refused when the machine is created (tests/services/test_calls.py)."""
    sfn_mock.state("Call").returns({})
    definition = computed(machine(resource, **parameters))
    definition["States"]["Call"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Call"}]
    execution = sfn_mock.load(definition).run()
    assert execution.error == "States.Runtime"
    assert execution.cause.endswith(f"could not be used to start the Task: [{problem}]")
    assert not sfn_mock.state("Call").called
    assert "TaskScheduled" not in {event["type"] for event in execution.history}


def test_a_misspelt_field_is_pointed_at(sfn_mock):
    sfn_mock.state("Call").returns({})
    definition = machine("http:invoke", **{"RequestBdy.$": "$"})
    execution = sfn_mock.load(json.dumps(definition, indent=1)).run()
    assert "<definition>:13:5: http:invoke has no parameter 'RequestBdy'; did you mean 'RequestBody'?" in execution.timeline()


def test_arguments_are_named_so(sfn_mock):
    task = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Arguments": "{% {'Method': 'GET'} %}", "End": True}
    sfn_mock.http().responds()
    execution = sfn_mock.load({"QueryLanguage": "JSONata", "StartAt": "Call", "States": {"Call": task}}).run()
    assert 'The Arguments \'{"Method":"GET"}\' could not be used to start the Task' in execution.cause


# -- the answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "shown"),
    [(b'{"a": [1.50]}', {"a": [1.5]}), (b'"text"', "text"), (b"plain", "plain"), (b"", ""), (b"null", None), (b"{", "{")],
)
@pytest.mark.parametrize("resource", ["http:invoke", "apigateway:invoke"])
def test_result(sfn_mock, resource, body, shown):
    sfn_mock.http().responds(body=body, headers={"Set-Cookie": ["a=1", "b=2"]})
    assert sfn_mock.load(machine(resource)).run().output == {
        "Headers": {"Set-Cookie": ["a=1", "b=2"], "Content-Length": [str(len(body))]},
        "ResponseBody": shown,
        "StatusCode": 200,
        "StatusText": "OK",
    }


@pytest.mark.parametrize(
    ("resource", "status", "text", "error", "cause"),
    [
        ("http:invoke", 404, "no such customer", "States.Http.StatusCode.404", "no such customer"),
        ("http:invoke", 503, None, "States.Http.StatusCode.503", "Service Unavailable"),
        ("http:invoke", 302, "{}", "States.Http.StatusCode.302", "{}"),
        ("apigateway:invoke", 403, '{"message":"Forbidden"}', "ApiGateway.403", '{"message":"Forbidden"}'),
    ],
)
def test_status_that_fails(sfn_mock, resource, status, text, error, cause):
    sfn_mock.http().responds(status, text=text)
    execution = sfn_mock.load(machine(resource)).run()
    assert (execution.error, execution.cause) == (error, cause)


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/png", "video/mp4", "audio/mpeg", "text/plain"])
def test_binary_answer_fails_and_nothing_catches_it(sfn_mock, kind):
    sfn_mock.http().responds(body=b"\x89PNG", headers={"Content-Type": kind})
    definition = machine()
    definition["States"]["Call"]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Call"}]
    assert sfn_mock.load(definition).run().error == "States.Runtime"


def test_charset_of_the_answer(sfn_mock):
    sfn_mock.http().responds(body="Grüße".encode("latin-1"), headers={"Content-Type": 'text/plain; charset="ISO-8859-1"'})
    assert sfn_mock.load(machine()).run().output["ResponseBody"] == "Grüße"


def test_unknown_charset(sfn_mock):
    sfn_mock.http().responds(body=b"x", headers={"Content-Type": "text/plain; charset=klingon"})
    assert sfn_mock.load(machine()).run().error == "States.Runtime"


def test_answer_that_is_too_large(sfn_mock):
    sfn_mock.http().responds(text="x" * 300_000)
    execution = sfn_mock.load(machine()).run()
    assert (execution.error, "http" in execution.cause) == ("States.DataLimitExceeded", True)
