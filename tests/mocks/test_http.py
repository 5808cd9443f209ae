"""Mocks of HTTP endpoints, from outside: which answers, with what, and what it shows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from pytest_sfn import HttpRequest, HttpResponse, JsonValueError, MockError, SfnMock, UnknownAttributeError
from pytest_sfn.mocks.http import Endpoint
from pytest_sfn.tasks.http_message import Headers
from tests.helpers import recover

URL = "https://api.example.com/v1/customers"
CONNECTION = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/Stripe/81210c42"}


def machine(resource: str = "http:invoke", state: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    common = {"ApiEndpoint": URL, "Method": "GET", "InvocationConfig": CONNECTION}
    if resource != "http:invoke":
        common = {"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "POST", "Stage": "dev"}
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": {**common, **parameters}, "End": True}
    return {"StartAt": "Call", "States": {"Call": {**task, **(state or {})}}}


def run(sfn_mock: SfnMock, **parameters: Any) -> Any:
    return sfn_mock.load(machine(**parameters)).run({})


def body(sfn_mock: SfnMock, **parameters: Any) -> Any:
    return run(sfn_mock, **parameters).output["ResponseBody"]


# -- which requests a mock takes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "asked", "taken"),
    [
        (None, URL, True),
        (URL, URL, True),
        (URL, f"{URL}?page=2", True),
        (URL, f"{URL}#top", True),
        (URL, f"{URL}/7", False),
        (URL, "https://API.example.com/v1/customers", True),
        (URL, "https://api.example.com/v1/Customers", False),
        ("api.example.com/v1/customers", URL, True),
        ("https://api.example.com", "https://api.example.com/", True),
        ("https://api.example.com/a b", "https://api.example.com/a%20b", True),
        (f"{URL}?page=2", f"{URL}?size=5&page=2", True),
        (f"{URL}?page=2", f"{URL}?page=3", False),
        ("https://api.example.com/*", URL, True),
        ("https://api.example.com/*", "https://api.example.com", True),
        ("https://api.example.com*", URL, True),
        ("https://*.example.com/v1/*", URL, True),
        ("https://*/v1/*/items", "https://x.y/v1/7/items", True),
        ("https://*/v1/*/items", "https://x.y/v1/7/item", False),
        ("/v1/customers", URL, True),
        ("/v1/customers", "${ApiUrl}/v1/customers", True),
        ("/customers", URL, False),
        ("/v1/*", URL, True),
        ("*", URL, True),
        ("https://api.example.com/a\\*", "https://api.example.com/a\\b", True),
        ("https://api.example.com/a\\*", "https://api.example.com/a*", False),
        ("https://api.example.com/" + "*a" * 40 + "*b", "https://api.example.com/" + "a" * 400, False),  # at once
        ("/*/items", "https://x.y/v1/7/items", True),
        ("/items", "https://x.y/v1/items", False),
        ("${ApiUrl}/v1", "${ApiUrl}/v1", True),
        (re.compile(r"https://api\.example\.com/v\d/"), URL, True),
        (re.compile(r".*\?page=\d$"), f"{URL}?page=2", True),
        (re.compile(r"v1"), URL, False),
        (".customers", URL, False),
    ],
)
def test_urls(url, asked, taken):
    endpoint = Endpoint(url, None)
    assert endpoint.takes(HttpRequest("GET", asked, Headers(), b"")) is taken
    assert endpoint.could_take("GET", asked) or not taken


@pytest.mark.parametrize(("method", "taken"), [(None, True), ("POST", True), ("post", True), ("GET", False)])
def test_methods(method, taken):
    assert Endpoint(URL, method).takes(HttpRequest("POST", URL, Headers(), b"")) is taken
    assert Endpoint(URL, method).could_take("POST", None) is taken


def test_same_endpoint_is_the_same_mock(sfn_mock):
    assert sfn_mock.http(URL, "GET") is sfn_mock.http(URL, method="get")
    assert sfn_mock.http(URL) is not sfn_mock.http(URL, "GET")
    assert sfn_mock.http(re.compile("x")) is sfn_mock.http(re.compile("x"))
    assert sfn_mock.http() is not sfn_mock.http("*")
    assert sfn_mock.http(URL, "GET").label == f"http:GET {URL}"


def test_who_says_more_answers(sfn_mock):
    asked = [
        {"url": None},
        {"url": None, "method": "GET"},
        {"url": re.compile("https:")},
        {"url": "https://*"},
        {"url": "https://api.example.com/*"},
        {"url": URL},
        {"url": URL, "method": "GET"},
        {"url": f"{URL}?page=1"},
    ]
    got = []
    for number, each in enumerate(asked):
        sfn_mock.http(**each).responds(json=number)
        got.append(body(sfn_mock, QueryParameters={"page": "1"}))
    assert got == list(range(len(asked)))


def test_state_before_endpoint_before_resource(sfn_mock):
    sfn_mock.resource("http:invoke").returns({"ResponseBody": "resource"})
    assert body(sfn_mock) == "resource"
    sfn_mock.http().responds(text="endpoint")
    assert body(sfn_mock) == "endpoint"
    sfn_mock.state("Call").returns({"ResponseBody": "state"})
    assert body(sfn_mock) == "state"


def test_endpoint_without_answers_is_passed_over(sfn_mock):
    sfn_mock.http(URL)
    sfn_mock.http().responds(text="any")
    assert body(sfn_mock) == "any"


def test_two_that_say_as_much_are_ambiguous(sfn_mock):
    sfn_mock.http(re.compile("https")).responds()
    sfn_mock.http(re.compile("https:")).responds()
    with pytest.raises(MockError, match="more than one mock takes GET https") as e:
        run(sfn_mock)
    assert e.value.candidates == ("http:regex https", "http:regex https:")
    recover(sfn_mock)


@pytest.mark.parametrize(
    ("conditions", "answered"),
    [
        ({"query": {"page": "2"}}, True),
        ({"query": {"page": "3"}}, False),
        ({"headers": {"X-ID": "7"}}, True),
        ({"headers": {"X-ID": "8"}}, False),
        ({"json": {"a": {"b": 1}}}, True),
        ({"json": {"a": {"b": 2}}}, False),
        ({"input": {"Method": "GET"}}, True),
        ({"input": {"Method": "GET"}, "json": {"a": {"b": 2}}}, False),
        ({"input": lambda asked: asked["json"]["c"] == [1]}, True),
        ({"execution": 2}, False),
    ],
)
def test_narrower_mocks(sfn_mock, conditions, answered):
    endpoint = sfn_mock.http(URL).responds(text="wide")
    narrow = endpoint.when(**conditions)
    narrow.responds(text="narrow")
    given = {"QueryParameters": {"page": 2, "q": ""}, "Headers": {"x-id": "7"}, "RequestBody": {"a": {"b": 1}, "c": [1]}}
    assert body(sfn_mock, **given) == ("narrow" if answered else "wide")
    assert (narrow.call_count, endpoint.call_count) == (answered, 1)


def test_condition_on_text(sfn_mock):
    sfn_mock.http().when(input={"text": "a=1"}).responds(text="form")
    encoded = {"RequestBody": {"a": 1}, "Transform": {"RequestBodyEncoding": "URL_ENCODED"}}
    assert body(sfn_mock, **encoded) == "form"


def test_narrower_mock_is_explained(sfn_mock):
    sfn_mock.http(URL).when(query={"page": "1"}).responds()
    with pytest.raises(MockError, match=r"does not fit: \$\.query\.page is \"2\""):
        run(sfn_mock, QueryParameters={"page": "2"})
    recover(sfn_mock)


# -- answers -----------------------------------------------------------------------------------------------------------


def test_answers_in_order_through_a_retrier(sfn_mock):
    endpoint = sfn_mock.http(URL)
    endpoint.responds(503, times=2).responds(json={"id": 7}).takes(2)
    retry = {"Retry": [{"ErrorEquals": ["States.Http.StatusCode.503"], "IntervalSeconds": 1}]}
    execution = run(sfn_mock, state=retry)
    assert execution.output["ResponseBody"] == {"id": 7}
    assert (endpoint.call_count, execution.elapsed) == (3, timedelta(seconds=1 + 2 + 2))


def test_scripted_json_is_a_copy(sfn_mock):
    value = {"items": [1]}
    sfn_mock.http().responds(json=value)
    value["items"].append(2)
    assert body(sfn_mock) == {"items": [1]}


def test_returns_what_a_handler_could(sfn_mock):
    sfn_mock.http().returns((404, {"message": "gone"}))
    execution = run(sfn_mock)
    assert (execution.error, execution.cause) == ("States.Http.StatusCode.404", '{"message":"gone"}')


def test_unittest_mock_manner(sfn_mock):
    endpoint = sfn_mock.http(URL, return_value={"a": 1})
    assert body(sfn_mock) == {"a": 1}
    endpoint.side_effect = [{"b": 2}, ConnectionError("reset"), (500, "down")]
    assert body(sfn_mock) == {"b": 2}
    assert [run(sfn_mock).error for _ in range(2)] == ["States.Http.Socket", "States.Http.StatusCode.500"]
    endpoint.side_effect = lambda request: request.path
    assert body(sfn_mock) == "/v1/customers"


@pytest.mark.parametrize(
    ("answer", "error", "cause", "seconds"),
    [
        (lambda mock: mock.raises("States.Http.Socket", "reset"), "States.Http.Socket", "reset", 0),
        (lambda mock: mock.raises("Events.ConnectionResource.AccessDenied"), "Events.ConnectionResource.AccessDenied", "", 0),
        (lambda mock: mock.raises(ConnectionRefusedError), "States.Http.Socket", "ConnectionRefusedError", 0),
        (lambda mock: mock.raises(TimeoutError("slow")).takes(5), "States.Http.Socket", "slow", 5),
        (lambda mock: mock.responds().takes(61), "States.Http.Socket", None, 60),
        (lambda mock: mock.raises("Late").takes(61), "States.Http.Socket", None, 60),
        (lambda mock: mock.times_out(), "States.Http.Socket", None, 60),
    ],
)
def test_failures(sfn_mock, answer, error, cause, seconds):
    answer(sfn_mock.http(URL))
    execution = run(sfn_mock)
    assert (execution.error, execution.elapsed) == (error, timedelta(seconds=seconds))
    assert cause is None or execution.cause == cause


def test_sixty_seconds_are_just_in_time(sfn_mock):
    sfn_mock.http().responds().takes(60)
    assert run(sfn_mock).elapsed == timedelta(seconds=60)


def test_state_with_less_time_times_out_first(sfn_mock):
    sfn_mock.http().times_out()
    execution = run(sfn_mock, state={"TimeoutSeconds": 10})
    assert (execution.error, execution.elapsed) == ("States.Timeout", timedelta(seconds=10))


def test_gateway_that_never_answers_needs_a_timeout(sfn_mock):
    sfn_mock.http().times_out()
    assert run(sfn_mock, resource="apigateway:invoke", state={"TimeoutSeconds": 90}).error == "States.Timeout"
    with pytest.raises(MockError, match="would wait for ever"):
        run(sfn_mock, resource="apigateway:invoke")
    recover(sfn_mock)


def test_gateway_that_cannot_be_reached(sfn_mock):
    sfn_mock.http().raises(ConnectionError("no route"))
    execution = run(sfn_mock, resource="apigateway:invoke")
    assert (execution.error, execution.cause) == ("ApiGateway.ConnectionError", "no route")


# -- handlers ----------------------------------------------------------------------------------------------------------


def test_handler_gets_the_request(sfn_mock):
    seen = []

    def handler(request):
        seen.append((request.method, request.path, request.query, request.headers["content-type"], request.json))
        return 201, {"id": 7}, {"Location": "/v1/customers/7"}

    sfn_mock.http("https://api.example.com/*").calls(handler)
    output = run(sfn_mock, Method="POST", QueryParameters={"dry": "1"}, RequestBody={"name": "Ada"}).output
    assert seen == [("POST", "/v1/customers", {"dry": "1"}, "application/json; charset=UTF-8", {"name": "Ada"})]
    assert (output["StatusCode"], output["Headers"]["Location"]) == (201, ["/v1/customers/7"])


def test_handler_that_raises_oserror_cannot_be_reached(sfn_mock):
    def handler(_request):
        raise ConnectionResetError("reset by peer")

    sfn_mock.http().calls(handler)
    execution = run(sfn_mock)
    assert (execution.error, execution.cause) == ("States.Http.Socket", "reset by peer")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (AssertionError("no"), AssertionError, "^no$"),
        (ValueError("no"), MockError, "handler raised ValueError: no\n  fix  raise an"),
    ],
)
def test_other_exceptions_belong_to_the_test(sfn_mock, error, kind, message):
    def handler(_request):
        raise error

    sfn_mock.http().calls(handler)
    with pytest.raises(kind, match=message) as caught:
        run(sfn_mock, state={"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Call"}]})
    assert error in (caught.value, caught.value.__cause__)
    recover(sfn_mock)


def test_handler_that_returns_no_response(sfn_mock):
    def handler(_request):
        return None

    sfn_mock.http().calls(handler)
    with pytest.raises(MockError) as caught:
        run(sfn_mock)
    assert str(caught.value).splitlines()[1:] == [
        "  fix  return a dict or list (JSON), text, bytes, (status, body), (status, body, headers) or a response object",
        "  see  pytest-sfn docs http#handlers (https://pytest-sfn.readthedocs.io/en/latest/http.html#handlers)",
    ]
    assert "handler test_handler_that_returns_no_response.<locals>.handler returned None, which is not a response" in str(
        caught.value
    )
    recover(sfn_mock)


# -- API Gateway -------------------------------------------------------------------------------------------------------


def events(execution: Any) -> list[str]:
    return [event["type"] for event in execution.history if event["type"].startswith("Task")]


def test_gateway_with_a_token(sfn_mock):
    endpoint = sfn_mock.http(method="POST").responds(202, json={"queued": True})
    token = {"TaskToken.$": "States.Array($$.Task.Token)"}
    execution = run(sfn_mock, resource="apigateway:invoke.waitForTaskToken", Headers=token)
    assert execution.status == "RUNNING"
    sfn_mock.send_task_success(endpoint.calls[0].headers["TaskToken"], {"approved": True})
    assert execution.run().output == {"approved": True}
    submitted = next(event for event in execution.history if event["type"] == "TaskSubmitted")
    assert '"ResponseBody":{"queued":true}' in submitted["taskSubmittedEventDetails"]["output"]


def test_gateway_with_a_token_fails_by_its_status(sfn_mock):
    sfn_mock.http().responds(500, text="down")
    token = {"TaskToken.$": "States.Array($$.Task.Token)"}
    assert run(sfn_mock, resource="apigateway:invoke.waitForTaskToken", Headers=token).error == "ApiGateway.500"


def test_gateway_with_a_token_that_is_sent_later(sfn_mock):
    sfn_mock.http().responds(json={}).takes(1).completes({"approved": True}, after=3600)
    token = {"TaskToken.$": "States.Array($$.Task.Token)"}
    execution = run(sfn_mock, resource="apigateway:invoke.waitForTaskToken", Headers=token)
    assert (execution.output, execution.elapsed) == ({"approved": True}, timedelta(seconds=3601))
    assert events(execution)[-3:] == ["TaskSubmitted", "TaskSucceeded", "TaskStateExited"]


# -- what a mock shows -------------------------------------------------------------------------------------------------


def test_calls(sfn_mock):
    endpoint = sfn_mock.http(URL).responds()
    run(sfn_mock, Method="POST", QueryParameters={"q": "1"}, Headers={"X-Id": "7"}, RequestBody={"a": [1]})
    (call,) = endpoint.calls
    assert (call.method, call.url, call.path, call.query) == ("POST", f"{URL}?q=1", "/v1/customers", {"q": "1"})
    assert (call.headers["x-id"], call.body, call.text, call.json) == ("7", b'{"a":[1]}', '{"a":[1]}', {"a": [1]})
    assert (call.state, call.attempt, call.input["RequestBody"]) == ("Call", 1, {"a": [1]})
    assert repr(call) == f"Call(POST {URL}?q=1, state='Call', attempt=1)"
    assert endpoint.calls[0] is call
    endpoint.assert_called_once_with(method="POST", json={"a": [1]}, query={"q": "1"})
    with pytest.raises(AssertionError, match="was expected to be with"):
        endpoint.assert_called_with(json={"a": [2]})
    with pytest.raises(TypeError, match="a call has no 'verb'; it has attempt, body, execution, headers"):
        endpoint.assert_called_with(verb="POST")


def test_connection_shows_in_calls(sfn_mock):
    sfn_mock.connection("Stripe", headers={"Authorization": "Bearer k"})
    endpoint = sfn_mock.http().responds()
    execution = run(sfn_mock)
    assert endpoint.calls[0].headers["Authorization"] == "Bearer k"
    assert "Bearer k" not in str(execution.history)


# -- errors of the test ------------------------------------------------------------------------------------------------


def test_no_mock_answers():
    sfn_mock = SfnMock()
    sfn_mock.http("https://api.example.com/v2/customers").responds()
    with pytest.raises(MockError) as caught:
        run(sfn_mock, QueryParameters={"page": "1"})
    assert str(caught.value).splitlines()[3:] == [
        "  mocks     http:https://api.example.com/v2/customers  not called yet",
        f"  fix       did you mean '{URL}' instead of 'https://api.example.com/v2/customers'?",
        f'            sfn_mock.http("{URL}", "GET").responds(json=...)',
        "  see       pytest-sfn docs http#which-mock-answers (https://pytest-sfn.readthedocs.io/en/latest/http.html#which-mock-answers)",
    ]


def test_no_mock_for_that_method():
    sfn_mock = SfnMock()
    sfn_mock.http(URL, "POST").responds()
    with pytest.raises(MockError, match=f"did you mean 'GET' instead of http:POST {URL}\\?"):
        run(sfn_mock)


def test_no_mock_at_all(sfn_mock):
    with pytest.raises(MockError, match=r'fix       sfn_mock\.http\("https://abc\.execute-api.*/dev", "POST"\)\.responds'):
        run(sfn_mock, resource="apigateway:invoke")
    recover(sfn_mock)


def test_secrets_are_not_shown():
    sfn_mock = SfnMock()
    sfn_mock.redact("$.key")
    sfn_mock.connection("Stripe", query={"token": "t0ps3cret"})
    definition = machine()
    parameters = definition["States"]["Call"]["Parameters"]
    parameters["ApiEndpoint.$"] = "States.Format('https://api.example.com/{}', $.key)"
    del parameters["ApiEndpoint"]
    with pytest.raises(MockError) as caught:
        sfn_mock.load(definition).run({"key": "k3y-of-mine"})
    assert "api.example.com/" in str(caught.value)
    assert not re.search("k3y-of-mine|t0ps3cret", str(caught.value))


def test_used_up(sfn_mock):
    sfn_mock.http(URL).responds(times=1)
    sfn_mock.http().responds()
    run(sfn_mock)
    with pytest.raises(MockError, match=f"all answers of http:{URL} are used"):
        run(sfn_mock)
    recover(sfn_mock)


@pytest.mark.parametrize(
    ("endpoint", "possible"),
    [
        ({"url": URL}, True),
        ({"url": "https://api.example.com/v2/*"}, False),
        ({"url": URL, "method": "PUT"}, False),
        ({"url": re.compile("never")}, True),
        ({}, True),
    ],
)
def test_endpoint_that_nothing_calls(endpoint, possible):
    sfn_mock = SfnMock()
    sfn_mock.http(**endpoint).responds()
    sfn_mock.load(machine())
    if possible:
        sfn_mock.close()
    else:
        with pytest.raises(MockError, match="no state sends such a request"):
            sfn_mock.close()


@pytest.mark.parametrize(
    ("parameters", "possible"),
    [({"Path": "pets"}, True), ({"Path": "cats"}, False), ({"Path.$": "$.path"}, True), ({"Stage": "prod"}, False)],
)
def test_gateway_that_nothing_calls(parameters, possible):
    sfn_mock = SfnMock()
    sfn_mock.http("https://abc.execute-api.us-east-1.amazonaws.com/dev/pets").responds()
    sfn_mock.load(machine("apigateway:invoke", **parameters))
    if possible:
        sfn_mock.close()
    else:
        with pytest.raises(MockError, match="no state sends such a request"):
            sfn_mock.close()


def test_computed_endpoint_may_be_any():
    sfn_mock = SfnMock()
    sfn_mock.http("https://elsewhere.example.com/").responds()
    definition = machine()
    definition["States"]["Call"]["Parameters"]["ApiEndpoint.$"] = "$.url"
    del definition["States"]["Call"]["Parameters"]["ApiEndpoint"]
    sfn_mock.load(definition)
    sfn_mock.close()


class Coroutines:
    async def handler(self, request):
        return {}


@pytest.mark.parametrize(
    ("misuse", "problem"),
    [
        (lambda m: m.http(7), "http(7): this is not a URL"),
        (lambda m: m.http(""), "http(''): this is not a URL"),
        (lambda m: m.http(method=7), "http(method=7): this is not a method"),
        (lambda m: m.http().responds(99), "the status is 99, not a number from 100 to 599"),
        (lambda m: m.http().responds(json=1, text="1"), "there is more than one of json, text and body"),
        (lambda m: m.http().responds(times=0), "got times=0"),
        (lambda m: m.http().returns(None), "got None, which is not a response\n  fix  write responds(json=None) to send JSON"),
        (lambda m: m.http().raises(ValueError), "which no endpoint raises"),
        (lambda m: m.http().calls({}), "got {}"),
        (lambda m: m.http().calls(lambda: 1), "does not take one argument"),
        (lambda m: m.http().calls(Coroutines().handler), "is not a plain function"),
        (lambda m: m.http().serves(lambda request: {}), "which is not a web application"),
        (lambda m: m.http().serves("app:app"), "which is not a web application"),
        (lambda m: m.http().when(input=bool, query={}), "got a function beside query, headers or json"),
        (lambda m: m.http().when(), "it names no condition"),
    ],
)
def test_misuse(sfn_mock, misuse, problem):
    with pytest.raises(MockError, match=re.escape(problem)):
        misuse(sfn_mock)


@pytest.mark.parametrize("answer", [lambda m: m.responds(json={1, 2}), lambda m: m.returns({"a": {1}})])
def test_what_is_no_json(sfn_mock, answer):
    with pytest.raises(JsonValueError, match=r"^http:any URL\.re(sponds|turns)\(\): "):
        answer(sfn_mock.http())


def test_response_object_of_ours(sfn_mock):
    sfn_mock.http().calls(lambda _request: HttpResponse(207, json=[], headers={"X": "y"}, reason="Some"))
    output = run(sfn_mock).output
    assert (output["StatusCode"], output["StatusText"], output["Headers"]["X"]) == (207, "Some", ["y"])


@pytest.mark.parametrize("verb", ["responds", "serves"])
def test_responses_are_for_endpoints(sfn_mock, verb):
    for answering in (sfn_mock.lambda_function("f"), sfn_mock.state("A").returns(1)):
        with pytest.raises(UnknownAttributeError) as caught:
            getattr(answering, verb)(200)
        assert str(caught.value).startswith(f"{answering.label}.{verb}(): only the mock of an endpoint answers with HTTP")
        assert f'sfn_mock.http("https://...").{verb}(...)' in str(caught.value)
    with pytest.raises(AttributeError, match=r"^'Mock' object has no attribute 'respond'"):
        sfn_mock.lambda_function("f").respond(200)
