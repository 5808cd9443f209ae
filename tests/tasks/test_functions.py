"""Lambda as Step Functions sees it: events, contexts, answers, errors and their causes."""

import bdb
import collections
import enum
import json
import subprocess
import sys
import unittest
from base64 import b64decode
from datetime import datetime
from decimal import Decimal

import pytest

from pytest_sfn.errors import InternalError, MockError
from pytest_sfn.expressions.values import DEPTH_LIMIT, NumberText, dumps, loads, measure
from pytest_sfn.mocks.registry import Registry
from pytest_sfn.tasks.activities import Activities
from pytest_sfn.tasks.runner import MockTaskRunner
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM, REQUEST_ID, Request, ask

INVOKED = {"resource": INVOKE, "parameters": {"FunctionName": "charge", "Payload": {"n": 1}}}
WAYS = pytest.mark.parametrize("way", [{}, INVOKED], ids=["bare", "invoke"])


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def charge(registry):
    return registry.lambda_function("charge")


def failure(registry, **fields):
    kind, error, cause = ask(registry, **fields)
    assert kind == "failed"
    return error, cause


def result(registry, **fields):
    kind, value = ask(registry, **fields)
    assert kind == "ok"
    return value["Payload"] if fields else value


# -- the result --------------------------------------------------------------------------------------------------------


def test_a_bare_function_gives_what_it_returns(registry, charge):
    charge.returns({"paid": True})
    assert ask(registry) == ("ok", {"paid": True})


def test_lambda_invoke_wraps_it_as_the_api_does(registry, charge):
    charge.returns({"paid": True}).takes(61)
    request = Request(**INVOKED)
    registry.answer(request)
    kind, value = request.answer
    headers = {
        "Connection": "keep-alive",
        "Content-Length": "14",
        "Content-Type": "application/json",
        "Date": "Thu, 01 Jan 2026 00:01:01 GMT",
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": REQUEST_ID,
        "X-Amzn-Trace-Id": "Root=1-6955b93d-000040008000000000000001;Sampled=0",
    }
    assert (kind, request.after) == ("ok", 61_000_000)
    assert value == {
        "ExecutedVersion": "$LATEST",
        "Payload": {"paid": True},
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [text] for name, text in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": REQUEST_ID},
        "StatusCode": 200,
    }
    assert list(value) == sorted(value)
    size, depth = measure(value)
    assert size <= request.bounds[0]
    assert depth == request.bounds[1]


@pytest.mark.parametrize(("qualifier", "version"), [("7", "7"), ("live", "1"), ("$LATEST", "$LATEST")])
def test_the_version_that_ran(registry, charge, qualifier, version):
    charge.returns(1)
    assert ask(registry, {"FunctionName": f"charge:{qualifier}"}, resource=INVOKE)[1]["ExecutedVersion"] == version


@pytest.mark.parametrize("target", ["state", "resource"])
def test_a_state_or_a_resource_gives_the_whole_result(registry, target):
    mock = registry.state("Charge") if target == "state" else registry.resource(INVOKE)
    mock.returns({"Payload": 1}).calls(lambda event: {"seen": event}).raises("E", "why").raises("E", None)
    assert [ask(registry, **INVOKED) for _ in range(4)] == [
        ("ok", {"Payload": 1}),
        ("ok", {"seen": {"n": 1}}),
        ("failed", "E", "why"),
        ("failed", "E", None),
    ]


def test_the_answer_of_a_callback_is_not_the_function_s(registry, charge):
    charge.returns(1)
    kind, output = ask(registry, {"FunctionName": "charge"}, resource=f"{INVOKE}.waitForTaskToken", token="t")
    assert (kind, output["Payload"], output["StatusCode"]) == ("submitted", 1, 200)


# -- errors ------------------------------------------------------------------------------------------------------------

SCRIPTED = {"errorMessage": "no money", "errorType": "Declined", "requestId": REQUEST_ID, "stackTrace": []}


def test_a_function_s_own_error_has_lambda_s_json_cause(registry, charge):
    charge.raises("Declined", "no money")
    assert failure(registry) == ("Declined", json.dumps(SCRIPTED))
    assert failure(registry, **INVOKED) == ("Declined", dumps(SCRIPTED))


class DeclinedError(Exception):
    pass


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("Lambda.TooManyRequestsException", "slow down"), ("Lambda.TooManyRequestsException", "slow down")),
        (("Sandbox.Timedout",), ("Sandbox.Timedout", "")),
        (("States.Timeout", None), ("States.Timeout", None)),
        (("Declined", "", "raw"), ("Declined", "raw")),
    ],
)
@WAYS
def test_errors_of_the_service_and_raw_causes_stay_as_they_are(registry, charge, way, arguments, expected):
    charge.raises(*arguments)
    assert failure(registry, **way) == expected


@pytest.mark.parametrize(
    ("error", "message"), [(DeclinedError, ""), (DeclinedError("no money"), "no money"), (KeyError("x"), "'x'")]
)
def test_an_exception_gives_its_class_name_and_text(registry, charge, error, message):
    charge.raises(error)
    name, cause = failure(registry)
    assert name == (error.__name__ if isinstance(error, type) else type(error).__name__)
    assert json.loads(cause)["errorMessage"] == message


def handler(event, context):
    return charge_card(event)


def charge_card(event):
    raise DeclinedError("no money")


@WAYS
def test_an_exception_in_a_stub_is_the_function_s_error_with_its_stack(registry, charge, way):
    charge.calls(handler)
    first = handler.__code__.co_firstlineno
    name, cause = failure(registry, **way)
    assert name == "DeclinedError"
    assert json.loads(cause) == {
        "errorMessage": "no money",
        "errorType": "DeclinedError",
        "requestId": REQUEST_ID,
        "stackTrace": [
            f'  File "/var/task/test_functions.py", line {first + 1}, in handler\n    return charge_card(event)\n',
            f'  File "/var/task/test_functions.py", line {first + 5}, in charge_card\n    raise DeclinedError("no money")\n',
        ],
    }
    assert (json.dumps if not way else dumps)(json.loads(cause)) == cause


def parses(event):
    return json.loads("{")


def test_a_stack_names_no_place_of_this_machine(registry, charge):
    charge.calls(parses)
    stack = json.loads(failure(registry)[1])["stackTrace"]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert [frame.split('"')[1].rpartition("/")[0] for frame in stack[:2]] == ["/var/task", f"/var/lang/lib/{version}/json"]


def test_an_exception_in_the_stub_of_a_state_is_its_name_and_text(registry):
    registry.state("Charge").calls(handler)
    assert failure(registry) == ("DeclinedError", "no money")


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError


def test_an_exception_without_a_text(registry, charge):
    charge.side_effect = lambda event: (_ for _ in ()).throw(UnprintableError())
    assert json.loads(failure(registry)[1])["errorMessage"] == "<unprintable UnprintableError object>"


def raising(error):
    def stub(event):
        raise error

    return stub


@pytest.mark.parametrize(
    "error",
    [
        AssertionError("mine"),
        pytest.fail.Exception("mine"),
        pytest.skip.Exception("mine"),
        pytest.xfail.Exception("mine"),
        pytest.exit.Exception("mine"),
        KeyboardInterrupt("mine"),
        GeneratorExit("mine"),
        unittest.SkipTest("mine"),
        bdb.BdbQuit("mine"),
        MockError("mine"),
        InternalError("mine"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("target", ["charge", "Charge"])
def test_what_belongs_to_the_test_passes_through(registry, target, error):
    mock = registry.lambda_function(target) if target == "charge" else registry.state(target)
    mock.calls(raising(error))
    with pytest.raises(type(error)) as caught:
        ask(registry)
    assert caught.value is error


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "with error: exit status 1"),
        (-1, "with error: exit status 255"),
        ("text", "with error: exit status 1"),
        (0, "without providing a reason"),
        (None, "without providing a reason"),
    ],
)
@WAYS
def test_sys_exit_is_what_lambda_makes_of_it(registry, charge, way, code, reason):
    charge.calls(lambda event: sys.exit(code))
    message = f"RequestId: {REQUEST_ID} Error: Runtime exited {reason}"
    assert failure(registry, **way) == ("Runtime.ExitError", dumps({"errorType": "Runtime.ExitError", "errorMessage": message}))


@pytest.mark.parametrize(("seconds", "text"), [(None, "3.00"), (1.5, "1.50"), (900, "900.00")])
@WAYS
def test_a_function_s_own_timeout(registry, charge, way, seconds, text):
    script = charge.function_times_out()
    if seconds is not None:
        script.takes(seconds)
    request = Request(**way)
    registry.answer(request)
    message = f"RequestId: {REQUEST_ID} Error: Task timed out after {text} seconds"
    assert request.answer == ("failed", "Sandbox.Timedout", dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}))
    assert request.after == (3 if seconds is None else seconds) * 1_000_000


def test_only_a_function_has_a_function_s_timeout(registry):
    registry.state("Charge").function_times_out()
    assert ask(registry)[1] == "Sandbox.Timedout"
    with pytest.raises(MockError, match=r"function_times_out\(\) answers a task that calls no Lambda function"):
        ask(registry, resource=PUT_ITEM)


# -- what a handler gets -----------------------------------------------------------------------------------------------


@WAYS
def test_the_event_is_a_copy(registry, charge, way):
    sent = {"FunctionName": "charge", "Payload": {"n": [1]}} if way else {"n": [1]}
    charge.calls(lambda event: event["n"].append(2))
    ask(registry, sent, **({"resource": INVOKE} if way else {}))
    assert sent == ({"FunctionName": "charge", "Payload": {"n": [1]}} if way else {"n": [1]})
    assert charge.calls[0].input == {"n": [1]}


@pytest.mark.parametrize(
    ("parameters", "event"),
    [
        ({}, {}),
        ({"Payload": None}, {}),
        ({"Payload": []}, []),
        ({"Payload": "0.0"}, 0.0),
        ({"Payload": "true"}, True),
        ({"Payload": '{"a": 1}'}, {"a": 1}),
        ({"Payload": '"text"'}, "text"),
    ],
)
def test_the_payload_of_lambda_invoke(registry, charge, parameters, event):
    """As recorded: null is none, and text is the request's body as it stands."""
    charge.calls(lambda event: event)
    assert dumps(ask(registry, {"FunctionName": "charge", **parameters}, resource=INVOKE)[1]["Payload"]) == dumps(event)
    assert charge.calls[0].input == event


def test_lambda_refuses_text_that_is_not_json_without_calling_the_function(registry, charge):
    charge.returns(1)
    sent = {"FunctionName": "charge", "Payload": "hello world"}
    kind, name, cause = ask(registry, sent, resource=INVOKE)
    assert (kind, name, charge.called) == ("failed", "Lambda.InvalidRequestContentException", False)
    assert "Unrecognized token 'hello': was expecting" in cause
    registry.state("Charge").returns({"Payload": "mocked"})
    assert ask(registry, sent, resource=INVOKE) == ("ok", {"Payload": "mocked"})
    assert registry.state("Charge").calls[0].input == "hello world"


def test_numbers_reach_a_handler_as_json_loads_makes_them(registry, charge):
    seen = []
    charge.calls(lambda event: seen.append(event) or event)
    answer = ask(registry, loads("[1.10, 1e5, -0, 1, 0.5, 1000000000000000000000]"))[1]
    assert [type(n) for n in seen[0]] == [float, float, int, int, float, int]
    assert dumps(answer) == "[1.1,100000.0,0,1,0.5,1000000000000000000000]"


def test_the_context_is_lambda_s(registry, charge):
    seen = []
    charge.calls(lambda event, context: seen.append(context)).takes(10)
    ask(registry, resource=f"{CHARGE}:live", time=86_400_000_000)
    context = seen[0]
    assert {name: value for name, value in vars(context).items() if not name.startswith("_") and name != "identity"} == {
        "aws_request_id": REQUEST_ID,
        "function_name": "charge",
        "function_version": "1",
        "invoked_function_arn": f"{CHARGE}:live",
        "memory_limit_in_mb": "128",
        "log_group_name": "/aws/lambda/charge",
        "log_stream_name": "2026/01/02/[1]00000000000000000000000000000000",
        "client_context": None,
        "tenant_id": None,
    }
    assert (context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id) == (None, None)
    assert repr(context) == f"LambdaContext(function_name='charge', aws_request_id='{REQUEST_ID}')"


def test_a_handler_that_works_until_its_time_is_up_comes_to_an_end(registry, charge):
    def work(event, context):
        rounds = 0
        while context.get_remaining_time_in_millis() > 1000:
            rounds += 1
        return rounds

    charge.calls(work)
    assert ask(registry) == ("ok", 2000)
    charge.calls(work).takes(10)
    assert ask(registry) == ("ok", 9000)


def test_the_arn_of_a_function_called_by_name_is_completed(registry):
    registry.lambda_function("charge").calls(lambda event, context: context.invoked_function_arn)
    assert (
        result(registry, region="eu-west-1", account="111111111111", **INVOKED)
        == "arn:aws:lambda:eu-west-1:111111111111:function:charge"
    )


# -- what a handler gives back -----------------------------------------------------------------------------------------


class Color(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


Point = collections.namedtuple("Point", "x y")  # noqa: PYI024 - what handlers have


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((1, (2,)), "[1,[2]]"),
        ({1: "a", None: "b", False: "c", 1.5: "d"}, '{"1":"a","null":"b","false":"c","1.5":"d"}'),
        ({2: {3: 4}}, '{"2":{"3":4}}'),
        (Point(1, 2), '{"x":1,"y":2}'),
        ([Decimal("1.10"), Decimal(5), Decimal("1E+2")], "[1.10,5,1E+2]"),
        ([Color.RED, Size.BIG], '["red",3]'),
        (collections.OrderedDict(a=1), '{"a":1}'),
        (b'{"a": 1.10}', '{"a":1.10}'),
        (b'"HelloWorld!"', '"HelloWorld!"'),
        (None, "null"),
        (10**30, "1" + "0" * 30),
        ("\ud800", '"\ud800"'),
    ],
)
@WAYS
def test_a_handler_s_answer_is_encoded_as_lambda_s_runtime_does(registry, charge, way, value, text):
    charge.calls(lambda event: value)
    assert dumps(result(registry, **way)) == text


def test_bounds_of_an_answer_hold(registry, charge):
    request = Request()
    charge.calls(lambda event: {"a": [1, {"ü": None}, (Decimal("1.5"), "\x00")], 7: True})
    registry.answer(request)
    size, depth = measure(request.answer[1])
    assert size <= request.bounds[0]
    assert depth == request.bounds[1] == 3


circle: list = []
circle.append({"a": circle})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        ({"a": [datetime(2026, 1, 1)]}, "Object of type datetime is not JSON serializable"),  # noqa: DTZ001
        ([b"x"], "Object of type bytes is not JSON serializable"),
        ({(1, 2): 3}, "keys must be str, int, float, bool or None, not tuple"),
        ({"a": float("nan")}, "Out of range float values are not JSON compliant: nan"),
        ([float("-inf")], "Out of range float values are not JSON compliant: -inf"),
        (Decimal("NaN"), "Out of range float values are not JSON compliant: NaN"),
        (circle, "Circular reference detected"),
    ],
)
@WAYS
def test_what_is_not_json_is_a_marshal_error(registry, charge, way, value, reason):
    charge.calls(lambda event: value)
    name, cause = failure(registry, **way)
    assert name == "Runtime.MarshalError"
    assert json.loads(cause) == {
        "errorMessage": f"Unable to marshal response: {reason}",
        "errorType": "Runtime.MarshalError",
        "requestId": REQUEST_ID,
        "stackTrace": [],
    }


def nested(levels):
    value: list = []
    for _ in range(levels - 1):
        value = [value]
    return value


async def coroutine():
    return 1


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        (lambda event: coroutine(), "<lambda> returned a coroutine, not an answer"),
        (lambda event: (n for n in "ab"), "<lambda> returned a generator, not an answer"),
        (lambda event: b"{", "<lambda> returned bytes b'{': not JSON"),
        (lambda event: b"\xff", "returned bytes b'\\xff'"),
        (lambda event: nested(DEPTH_LIMIT + 1), "nested deeper than 400 levels"),
    ],
)
def test_a_stub_that_the_test_got_wrong(registry, charge, stub, message):
    charge.calls(stub)
    with pytest.raises(MockError) as caught:
        ask(registry)
    assert message in str(caught.value)
    assert str(caught.value).startswith("orders.asl.json:42:7: state 'Charge': stub ")


def test_the_stub_of_a_state_must_give_json(registry):
    registry.state("Charge").calls(lambda event: {"a": {1}})
    with pytest.raises(MockError, match=r"returned no JSON: \$.a is a set, which JSON does not have; use a list"):
        ask(registry)


def test_what_a_stub_returned_may_be_changed_later(registry, charge):
    kept = {"a": []}
    charge.calls(lambda event: kept)
    answer = ask(registry)
    kept["a"].append(1)
    assert answer == ("ok", {"a": []})


def test_a_spelled_number_of_a_scripted_answer_stays(registry, charge):
    charge.returns({"n": NumberText("1.10")})
    assert dumps(ask(registry)[1]) == '{"n":1.10}'


# -- the runner --------------------------------------------------------------------------------------------------------


def test_the_runner_asks_the_registry(registry, charge):
    charge.returns(1)
    request = Request()
    runner = MockTaskRunner(registry, lambda *_: None, Activities())
    runner.start(request)
    assert request.answer == ("ok", 1)
    assert repr(runner) == "<MockTaskRunner of 1 mocks>"


def test_importing_the_mocks_imports_no_test_framework():
    code = "import sys, pytest_sfn.tasks.runner, pytest_sfn.mocks.registry as r\n"
    code += "def make():\n    r.Registry().lambda_function('x').returns(1)\nmake()\n"  # as deep as an account calls it
    code += "print({'pytest', 'unittest', 'boto3', 'random', 'uuid', 'traceback'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_the_end_of_the_log_is_in_the_answer_that_asks_for_it(registry):
    """Recorded: LogType Tail."""
    registry.lambda_function("charge").returns({})
    answer = ask(registry, {"FunctionName": "charge", "LogType": "Tail"}, resource=INVOKE)[1]
    log = b64decode(answer["LogResult"]).decode()
    assert [line.partition(" ")[0] for line in log.splitlines()] == ["START", "END", "REPORT"]
    assert answer["SdkHttpMetadata"]["AllHttpHeaders"]["X-Amz-Log-Result"] == [answer["LogResult"]]
    assert answer["SdkHttpMetadata"]["HttpHeaders"]["X-Amz-Log-Result"] == answer["LogResult"]
