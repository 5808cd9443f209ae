"""Lambda's Invoke as an SDK integration, asynchronously and as a dry run: mocks of functions answer as Lambda does."""

import json
from base64 import b64decode, b64encode

import pytest

from pytest_sfn import SfnMock
from tests.helpers import events, machine

INVOKE = "arn:aws:states:::lambda:invoke"
SDK = "arn:aws:states:::aws-sdk:lambda:invoke"


@pytest.fixture
def account():
    return SfnMock()


def run(account, resource, **parameters):
    sent = {"FunctionName": "f", "Payload": {"n": 1}, **parameters}
    return account.load(machine(A={"Type": "Task", "Resource": resource, "Parameters": sent})).run()


def brief(execution):
    """(StatusCode, Payload, FunctionError) of the answer."""
    output = execution.output
    return output["StatusCode"], output["Payload"], output.get("FunctionError")


def test_sdk_answer_has_the_payload_as_text(account):
    function = account.lambda_function("f")
    function.calls(lambda event: {"got": event})
    execution = run(account, SDK)
    assert execution.output == {"ExecutedVersion": "$LATEST", "Payload": '{"got": {"n": 1}}', "StatusCode": 200}
    function.assert_called_once_with({"n": 1})


@pytest.mark.parametrize(
    ("payload", "invoked", "sdk"),
    [
        ({"n": 1}, {"n": 1}, {"n": 1}),
        (None, {}, {}),
        ('{"n": 1}', {"n": 1}, '{"n": 1}'),
        ('"text"', "text", '"text"'),
        ("text", "refused", "text"),
        (7, "refused", 7),
    ],
)
def test_what_becomes_of_the_payload(account, payload, invoked, sdk):
    function = account.lambda_function("f").returns(None)
    run(account, SDK, Payload=payload)
    sent = {"FunctionName": "f", "Payload.$": "$.sent"}  # computed: AWS refuses a literal number when the machine is created
    computed = account.load(machine(A={"Type": "Task", "Resource": INVOKE, "Parameters": sent}))
    assert computed.run({"sent": payload}).succeeded == (invoked != "refused")
    assert [call.input for call in function.calls] == [sdk, *([] if invoked == "refused" else [invoked])]


@pytest.mark.parametrize(
    ("script", "payload"),
    [
        (lambda m: m.raises("Declined", "no"), '"errorMessage": "no", "errorType": "Declined"'),
        (lambda m: m.calls(lambda event: 1 / 0), '"errorType": "ZeroDivisionError"'),
        (lambda m: m.function_times_out(), '"errorType": "Sandbox.Timedout"'),
    ],
)
def test_function_that_fails_does_not_fail_the_sdk_s_task(account, script, payload):
    script(account.lambda_function("f"))
    status, text, error = brief(run(account, SDK))
    assert (status, error) == (200, "Unhandled")
    assert payload in text


@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_error_of_the_lambda_service_fails_the_task(account, resource):
    account.lambda_function("f").raises("Lambda.TooManyRequestsException", "slow down")
    assert run(account, resource).error == "Lambda.TooManyRequestsException"


@pytest.mark.parametrize(("resource", "payload"), [(INVOKE, {}), (SDK, "")])
@pytest.mark.parametrize(
    "script",
    [
        lambda m: m.returns({"late": True}).takes(60),
        lambda m: m.raises("Declined"),
        lambda m: m.calls(lambda event: 1 / 0),
        lambda m: m.function_times_out(),
    ],
)
def test_event_is_accepted_at_once_whatever_becomes_of_it(account, resource, payload, script):
    function = account.lambda_function("f")
    script(function)
    execution = run(account, resource, InvocationType="Event")
    assert (brief(execution), execution.elapsed.seconds) == ((202, payload, None), 0)
    function.assert_called_once_with({"n": 1})


@pytest.mark.parametrize(("resource", "payload"), [(INVOKE, {}), (SDK, "")])
def test_dry_run_calls_nothing(account, resource, payload):
    function = account.lambda_function("f")
    function.returns(1)
    assert brief(run(account, resource, InvocationType="DryRun")) == (204, payload, None)
    function.assert_not_called()


def test_sdk_s_callback(account):
    account.lambda_function("f").returns({"sent": True}).completes("yes", after=5)
    execution = run(account, f"{SDK}.waitForTaskToken")
    assert (execution.output, execution.elapsed.seconds, events(execution)[4]) == ("yes", 5, "TaskSubmitted")


def test_mock_of_a_function_that_only_the_sdk_calls_is_possible(account):
    account.lambda_function("f").returns(1)
    account.lambda_function("g").returns(1)
    account.load(machine(A={"Type": "Task", "Resource": SDK, "Parameters": {"FunctionName.$": "$.name"}}))
    account.close()


# -- the other parameters ----------------------------------------------------------------------------------------------

CLIENT_CONTEXT = {
    "custom": {"tier": "gold"},
    "env": {"locale": "de"},
    "client": {"app_title": "Till", "installation_id": "i-1"},
}


def encoded(value):
    return b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_the_context_has_the_client_context(account, resource):
    def handler(event, context):
        given = context.client_context
        return [given.custom, given.env, given.client.app_title, given.client.installation_id, given.client.app_version_code]

    account.lambda_function("f").calls(handler)
    payload = brief(run(account, resource, ClientContext=encoded(CLIENT_CONTEXT)))[1]
    answer = payload if resource == INVOKE else json.loads(payload)
    assert answer == [{"tier": "gold"}, {"locale": "de"}, "Till", "i-1", None]


@pytest.mark.parametrize(
    ("parameters", "seen"),
    [
        ({}, (None, None)),
        ({"ClientContext": None, "Qualifier": "7"}, (None, None)),
        ({"ClientContext": encoded({}), "TenantId": "t-1"}, ((None, None, None), "t-1")),
        ({"ClientContext": encoded(CLIENT_CONTEXT), "InvocationType": "Event"}, (None, None)),  # [documented]
    ],
)
def test_what_the_context_has_of_the_caller(account, parameters, seen):
    found = []

    def handler(event, context):
        given = context.client_context
        found.append((given and (given.custom, given.env, given.client), context.tenant_id))

    account.lambda_function("f").calls(handler)
    assert run(account, INVOKE, **parameters).succeeded
    assert found == [seen]


def constraint(name, value, text):
    return f"Value '{value}' at '{name}' failed to satisfy constraint: Member must {text}"


KINDS = "satisfy enum value set: [DryRun, RequestResponse, Event]"
REFUSED = [
    (
        {"InvocationType": "Sync"},
        "ValidationException",
        f"1 validation error detected: {constraint('invocationType', 'Sync', KINDS)}",
    ),
    (
        {"LogType": "Head", "InvocationType": "event"},
        "ValidationException",
        "2 validation errors detected: "
        + "; ".join(
            (
                constraint("invocationType", "event", KINDS),
                constraint("logType", "Head", "satisfy enum value set: [None, Tail]"),
            )
        ),
    ),
    (
        {"Qualifier": "v 1"},
        "ValidationException",
        "1 validation error detected: "
        + constraint("qualifier", "v 1", "satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)"),
    ),
    (
        {"Qualifier": ""},
        "ValidationException",
        "1 validation error detected: " + constraint("qualifier", "", "have length greater than or equal to 1"),
    ),
    (
        {"FunctionName": "f:1", "Qualifier": "2"},
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    ),
    *(
        (
            {"ClientContext": text},
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
        for text in ("string", "{}", encoded([1]), encoded("text"), encoded({})[:-1])
    ),
]


@pytest.mark.parametrize(("parameters", "code", "text"), REFUSED)
@pytest.mark.parametrize("kind", ["mock", "dry run"])
def test_calls_that_lambda_refuses(account, parameters, code, text, kind):
    function = account.lambda_function("f").returns(1)
    more = {"InvocationType": "DryRun"} if kind == "dry run" and "InvocationType" not in parameters else {}
    execution = run(account, INVOKE, **parameters, **more)
    shown = "AWSLambdaException" if code == "ValidationException" else code
    assert execution.error == f"Lambda.{shown}"
    assert execution.cause.startswith(f"{text} (Service: AWSLambda; Status Code: 400; Error Code: {code}; Request ID: ")
    assert not function.called


@pytest.mark.parametrize(("parameters", "code", "text"), REFUSED)
def test_calls_that_lambda_refuses_to_the_sdk(account, parameters, code, text):
    function = account.lambda_function("f").returns(1)
    execution = run(account, SDK, **parameters)
    assert execution.error == ("Lambda.LambdaException" if code == "ValidationException" else f"Lambda.{code}")
    assert execution.cause.startswith(f"{text} (Service: Lambda, Status Code: 400, Request ID: ")
    assert not function.called


@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_parameters_count_without_a_payload_too(account, resource):
    account.lambda_function("f").calls(lambda event, context: context.client_context.custom)

    def load(**parameters):
        return account.load(
            machine(A={"Type": "Task", "Resource": resource, "Parameters": {"FunctionName": "f", **parameters}})
        )

    assert load(LogType="Head").run().failed
    payload = load(ClientContext=encoded({"custom": 1})).run().output["Payload"]
    assert payload == (1 if resource == INVOKE else "1")


@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_a_name_that_no_function_can_have(account, resource):
    account.lambda_function("f").returns(1)
    execution = run(account, resource, FunctionName="no name")
    assert "Value 'no name' at 'functionName' failed to satisfy constraint: Member must satisfy regular" in execution.cause


@pytest.mark.parametrize(
    ("name", "qualifier", "version"),
    [
        ("f", ..., "$LATEST"),
        ("f:7", ..., "7"),
        ("f", "7", "7"),
        ("f:7", "7", "7"),
        ("f", "$LATEST", "$LATEST"),
        ("123456789012:function:f:live", ..., "1"),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", "7", "7"),
        ("arn:aws:lambda:us-east-1:123456789012:function:f:7", ..., "7"),
    ],
)
@pytest.mark.parametrize("resource", [INVOKE, SDK])
def test_names_and_versions(account, resource, name, qualifier, version):
    account.lambda_function("f").returns(1)
    parameters = {"FunctionName": name, **({} if qualifier is ... else {"Qualifier": qualifier})}
    assert run(account, resource, **parameters).output["ExecutedVersion"] == version


@pytest.mark.parametrize("kind", ["Event", "DryRun"])
def test_a_status_code_alone(account, kind):
    account.lambda_function("f").returns(1)
    output = run(account, INVOKE, InvocationType=kind, LogType="Tail").output
    assert set(output) == {"Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"}
    headers = output["SdkHttpMetadata"]["HttpHeaders"]
    assert not headers.keys() & {"X-Amz-Executed-Version", "X-Amz-Log-Result", "Content-Type"}


@pytest.mark.parametrize(
    ("script", "error"), [(lambda m: m.returns(1), None), (lambda m: m.calls(lambda event: 1 / 0), "Unhandled")]
)
def test_the_sdk_shows_the_log_and_the_version(account, script, error):
    script(account.lambda_function("f"))
    output = run(account, SDK, LogType="Tail", Qualifier="7").output
    assert (output["ExecutedVersion"], output.get("FunctionError")) == ("7", error)
    assert b64decode(output["LogResult"]).startswith(b"START RequestId: ")


def test_a_callback_s_heartbeats_are_waited_for_once_the_function_has_returned(account):
    account.lambda_function("f").returns(None).takes(8)
    task = {
        "Type": "Task",
        "Resource": f"{INVOKE}.waitForTaskToken",
        "Parameters": {"FunctionName": "f"},
        "HeartbeatSeconds": 5,
    }
    execution = account.load(machine(A=task)).run()
    assert (execution.error, execution.elapsed.seconds) == ("States.Timeout", 13)
    assert [event for event in events(execution) if event.startswith("Task")][3:] == ["TaskSubmitted", "TaskTimedOut"]


def test_the_log_has_what_the_handler_has_logged(account, tmp_path):
    code = (
        "import logging\n\n\ndef handler(event, context):\n    logging.warning('low on %s', event['item'])\n    return 'done'\n"
    )
    (tmp_path / "app.py").write_text(code)
    account.lambda_function("f").calls_handler(handler="app.handler", root=tmp_path)
    output = run(account, INVOKE, Payload={"item": "tea"}, LogType="Tail").output
    lines = b64decode(output["LogResult"]).decode().splitlines()
    request_id = output["SdkResponseMetadata"]["RequestId"]
    assert [line.split("\t")[0] for line in lines] == [
        f"START RequestId: {request_id} Version: $LATEST",
        "[WARNING]",
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}",
    ]
    assert lines[1].endswith(f"\t{request_id}\tlow on tea")
