"""Replays a recorded case through the public API and gives the answers as boto3 would.

A case is a script of calls. Where it only says "this definition, this input", `script` writes the calls out; `Replay`
then makes them one by one with a boto3 client, which an `SfnMock` answers. Names of the case are kept; where our answer has
another ARN or token than the recording, later calls are made with ours. The adapter knows operations, never single cases.

An execution is started when the script starts it and gets no further than that instant until somebody asks for its
end: a script that stops it, or deletes its machine, finds it running, as it did on AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ClientError

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api.wire import respond
from pytest_sfn.asl.text import Text
from pytest_sfn.errors import UnsupportedError
from pytest_sfn.loaders.formats import read_template
from tests.conformance import apigateway, mocked, services

ACCOUNT, REGION = "111111111111", "us-east-1"
CLOCK = "2024-01-01T00:00:00Z"
INVOKE = "arn:aws:states:::lambda:invoke"
MADE_UP = re.compile(r"arn:|fabricated-|[0-9a-f]{8}-[0-9a-f]{4}-")
FUNCTION = re.compile(r"(?:(?:arn:[\w-]+:lambda:[\w-]+:)?\d{12}:function:)?(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?")

# Members that AWS introduced later than the oldest recordings were made, whose answers are without them.
INTRODUCED = {
    "redriveCount": "2023-11-15",
    "redriveStatus": "2023-11-15",
    "redriveStatusReason": "2023-11-15",
    "encryptionConfiguration": "2024-07-25",
}

MACHINE = re.compile(rf"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:[\w-]+(?![\w/:-])")

Case = dict[str, Any]
Json = dict[str, Any]


def answers(case: Case, functions: ModuleType | None = None) -> dict[str, Any]:
    """What boto3 would have answered, by the names in `case["expected"]`.

    Args:
        case: one recorded case.
        functions: the module with its Lambda functions by behaviour, and in DURATIONS the seconds they took; the one in
            `../shared/conformance` when left out.

    Raises:
        NotImplementedError: the case needs an operation that the public API does not serve.
    """
    if "mock_config" not in case:
        return _answers(case, functions, None)
    real = {name: value for name, value in case.items() if name not in ("mock_config", "mocked")}
    with TemporaryDirectory() as folder:
        config = Path(folder, "MockConfigFile.json")
        config.write_text(json.dumps(case["mock_config"]), encoding="utf-8")
        return mocked.completed(_answers(mocked.under_test_cases(case), functions, config), _answers(real, functions, None))


def _answers(case: Case, functions: ModuleType | None, mock_config: Path | None) -> dict[str, Any]:
    start = datetime.fromisoformat(case.get("recorded_now") or CLOCK)
    kind = SfnAws if services.needed(case) else SfnMock
    # Not closed, as a test's account is: a recorded test may well create a function that it never calls.
    sfn_mock = kind(account_id=ACCOUNT, region=REGION, start_time=start, as_of=_recorded(case))
    account_of(sfn_mock).open()
    try:
        if mock_config is not None:
            sfn_mock.use_mock_config(mock_config)
        replay = Replay(case, sfn_mock)
        functions = functions or _shared_functions()
        replay.register_functions(functions)
        apigateway.serve(case, sfn_mock, functions)
        for step in script(case):
            replay.make(step)
        account_of(sfn_mock).check()
    finally:
        account_of(sfn_mock).release()
    return replay.answered


def _shared_functions() -> ModuleType:
    from tests.conformance.runner import SHARED, load_beside  # the runner imports this module

    return load_beside(SHARED, "functions")


def _recorded(case: Case) -> date | None:
    """The day on which the case was recorded; AWS's answers have changed over the years."""
    text = case.get("recorded")
    return datetime.strptime(text[:10], "%d-%m-%Y").date() if text else None  # noqa: DTZ007 - only the day counts


def script(case: Case) -> Iterator[Json]:
    """The calls of the case: those recorded, or those that its definition and input stand for."""
    if case.get("steps"):
        yield from case["steps"]
        return
    yield from (step for step in case.get("setup") or () if step["service"] not in SURROUNDINGS)
    for other in case.get("other_machines") or ():
        yield _creation(other)
    for driver in case.get("drivers") or ():
        yield _creation(driver)
        yield _start(driver)
    for execution in case.get("executions") or [case]:
        yield _creation(execution)
        yield _start(execution)
        for name in execution["matches"]:
            operation = "describe_execution" if "describe" in name else "get_execution_history"
            yield _call(operation, {"executionArn": execution["execution_arn"]}, match=name)


def _creation(machine: Json) -> Json:
    arn = machine["state_machine_arn" if "state_machine_arn" in machine else "arn"]
    name = _tail(arn).partition("#")[0]  # without the test case of a mock configuration
    kind = machine.get("state_machine_type") or machine.get("type", "STANDARD")
    return _call("create_state_machine", {"name": name, "definition": _text(machine, "definition"), "type": kind})


def _start(execution: Json) -> Json:
    kwargs = {"stateMachineArn": execution["state_machine_arn"], "input": _text(execution, "input")}
    return _call("start_execution", kwargs, response={"executionArn": execution["execution_arn"]})


def _call(operation: str, kwargs: Json, **more: Any) -> Json:
    return {"service": "stepfunctions", "operation": operation, "kwargs": kwargs, **more}


def _text(holder: Json, key: str) -> str:
    """The JSON text as it was sent, blanks included."""
    return holder[f"{key}_text"] if f"{key}_text" in holder else json.dumps(holder.get(key))


def _tail(arn: str) -> str:
    return arn.rpartition(":")[2]


def refusal(error: Exception, like: object) -> Any:
    """A refusal in the form that the recording has: type and text of the exception, its text, or its response."""
    if isinstance(like, str):
        return str(error)
    if isinstance(like, dict) and "exception_typename" in like:
        return {"exception_typename": type(error).__name__, "exception_value": str(error)}
    return getattr(error, "response", {"message": str(error)})


class Replay:
    """One case on its way: the machines and executions that there are by now, by ARN, and what has been answered."""

    def __init__(self, case: Case, sfn_mock: SfnMock) -> None:
        self.case, self.sfn_mock = case, sfn_mock
        self.expected = case["expected"]
        day = _recorded(case)
        self.unknown_then = {
            name for name, introduced in INTRODUCED.items() if day is not None and day.isoformat() < introduced
        }
        self.made_up: dict[str, str] = {}  # ARNs, ids, tokens and hosts of the recording: ours
        self.next_tokens: dict[str, str] = {}  # the last one of each operation
        for placeholder in re.findall(r"<api-endpoint:\d+>", json.dumps(case)):
            self.made_up[placeholder] = f"api{placeholder[14:-1]}.execute-api.{REGION}.amazonaws.com"
        self.put_off: list[Json] = []
        self.services = services.Services(sfn_mock)
        self.answered: dict[str, Any] = {}

    def make(self, step: Json) -> None:
        """Make one call and keep the answer under the name that the recording has for it."""
        service, operation, name = step["service"], step["operation"], step.get("match")
        if operation == "create_stack":
            self._deploy_stack(step["kwargs"]["TemplateBody"])
        if service in SURROUNDINGS:
            return
        if service != "stepfunctions" and not isinstance(self.sfn_mock, SfnAws):
            raise NotImplementedError(f"the public API does not serve {service}.{operation} yet")
        if "taskToken" in step["kwargs"] and not self._waiting():
            self.put_off.append(step)  # the recorded test made it in a thread of its own, once there was a token
            return
        answer = self._answer(step)
        for match in (name, *step.get("more_matches", ())):
            if match is not None:
                self.answered[match] = self._computed(match, step, answer)
        if operation == "start_execution":
            while self.put_off and self._waiting():
                self.make(self.put_off.pop(0))

    def _computed(self, match: str, step: Json, answer: Any) -> Any:
        """What the recorded test computed from the answer, or the answer itself."""
        if match.startswith(LOGGED) and step.get("match_of") == "derived":  # of one execution; there may be several
            return self.logged(_replaced(step["kwargs"], self.made_up).get("executionArn"))
        return DERIVED[match](self) if match in DERIVED else self._as_recorded(match, answer)

    def _as_recorded(self, match: str, answer: Any) -> Any:
        """The answer in the form that the recording has: of a list of resources, the list may be all of it."""
        if isinstance(self.expected.get(match), list) and isinstance(answer, dict):
            answer = _listed(answer)
        answer = _without(self.unknown_then, answer)
        return answer if isinstance(answer, dict) and "events" in answer else _opened(answer)

    def _answer(self, step: Json) -> Any:
        """What we answer to a call, or how we refuse it where the recording has a refusal, too."""
        service, operation = step["service"], step["operation"]
        kwargs = self._prepared(operation, step)
        try:
            if service == "stepfunctions":
                answer = _call_api(self.sfn_mock, operation, kwargs)
            else:
                answer = self.services.call(service, operation, kwargs)
        except (BotoCoreError, ClientError) as error:
            if not step.get("raises"):
                raise
            return refusal(error, self.expected.get(step.get("match")))
        except UnsupportedError as error:
            raise NotImplementedError(str(error)) from error
        self._follow_pages(step, kwargs, answer)
        if "account" not in step:  # what another account has is ours too, but keeps its ARN there
            self._learn(step.get("response"), answer)
        return answer

    def _follow_pages(self, step: Json, kwargs: Json, answer: Any) -> None:
        """Add the pages that the recorded test had collected under one name, and keep the token of the last one."""
        collected = self.expected.get(step.get("match"))
        while isinstance(collected, list) and "nextToken" in answer and len(_listed(answer)) < len(collected):
            more = {**kwargs, "nextToken": answer.pop("nextToken")}
            following = _call_api(self.sfn_mock, step["operation"], more)
            _listed(answer).extend(_listed(following))
            answer |= {key: value for key, value in following.items() if key == "nextToken"}
        if isinstance(answer, dict) and "nextToken" in answer:
            self.next_tokens[step["operation"]] = answer["nextToken"]

    def _prepared(self, operation: str, step: Json) -> Json:
        """The call's members with our ARNs and tokens in them, once all is there that the call wants."""
        kwargs: Json = _replaced(step["kwargs"], self.made_up)
        if operation == "create_state_machine":
            self._register_absent(kwargs["definition"])
            self._delete_absent(kwargs["definition"])
            kwargs.setdefault("roleArn", f"arn:aws:iam::{ACCOUNT}:role/StepFunctionsRole")
        if kwargs.get("nextToken", "").startswith("fabricated-"):  # of an answer that the recording has not whole
            kwargs["nextToken"] = self.next_tokens.get(operation, kwargs["nextToken"])
        if "stateMachineArn" in kwargs:
            self._deploy(kwargs["stateMachineArn"])
        if operation == "start_execution":
            self._delete_absent(kwargs.get("input", ""))
        if operation == "start_execution" and "name" not in kwargs:
            kwargs["name"] = _tail((step.get("response") or {}).get("executionArn", "unnamed"))  # later calls may mention it
        if "taskToken" in kwargs:
            kwargs["taskToken"] = token = self._waiting()
            if token is not None and "output" in kwargs:
                kwargs["output"] = self.services.output_for(token, kwargs["output"])
        if operation in READS:  # the recorded test had waited until there was no more to come
            for execution in list(self.sfn_mock.executions):
                execution.run()
        return kwargs

    def _waiting(self) -> str | None:
        """The token that has waited longest; the recording has one text for all tokens."""
        return next((token for token, request in account_of(self.sfn_mock).world.tokens.items() if request.open), None)

    def _learn(self, recorded: Any, answer: Any) -> None:
        """What the recording calls by a made-up text, and we by another."""
        if isinstance(recorded, dict) and isinstance(answer, dict):
            for key, value in recorded.items():
                self._learn(value, answer.get(key))
        elif isinstance(recorded, str) and isinstance(answer, str) and MADE_UP.match(recorded):
            self.made_up[recorded] = answer

    def _deploy_stack(self, template: str) -> None:
        """Make the machines of a CloudFormation template."""
        stack = read_template(Text("template", template), None)
        for found in stack.machines if stack is not None else ():
            definition = json.dumps(found.source.value)
            self.make(_call("create_state_machine", {"name": found.name, "definition": definition, "type": found.type}))

    def _deploy(self, arn: str) -> None:
        """Make the machine of that ARN if a template had deployed it."""
        if any(step["operation"] == "create_state_machine" for step in self.case.get("steps") or ()):
            return
        for each in (*self.case.get("executions", ()), self.case):
            if each.get("state_machine_arn") == arn and arn not in (machine.arn for machine in self.sfn_mock.machines):
                self.make(_creation(each))

    # The functions of the case answer as recorded; one that it calls and does not list, or a machine, did not exist.

    def register_functions(self, functions: ModuleType) -> None:
        for function in self.case.get("functions") or ():
            answer = self.sfn_mock.lambda_function(function["name"]).calls(getattr(functions, function["behaviour"]))
            if function["behaviour"] in functions.DURATIONS:
                answer.takes(functions.DURATIONS[function["behaviour"]])

    def _register_absent(self, definition: str) -> None:
        if INVOKE in definition:  # asked only if no function mock answers; which function it is shows at run time
            self.sfn_mock.resource(INVOKE).calls(_no_such_function)
        listed = {function["name"] for function in self.case.get("functions") or ()}
        for arn in re.findall(r'"(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[^"]+)"', definition):
            if arn.split(":")[6] not in listed:
                self.sfn_mock.lambda_function(arn).raises(NOT_FOUND, raw_cause=_not_found(arn))

    def _delete_absent(self, text: str) -> None:
        """A machine that the text names and that is not there by now did not exist, unless the case creates it later."""
        there = {machine.arn for machine in self.sfn_mock.machines}
        for arn in set(MACHINE.findall(text)) - there:
            _call_api(self.sfn_mock, "delete_state_machine", {"stateMachineArn": arn})

    # What the recorded tests computed from the answers, by the name they gave it.

    def end_event(self) -> Json:
        """The last event that the execution, an Express one, wrote to CloudWatch Logs."""
        return self.logged()[-1]

    def logged(self, execution_arn: str | None = None) -> list[Json]:
        """What an execution, or all of them, wrote to CloudWatch Logs."""
        for execution in list(self.sfn_mock.executions):
            execution.run()
        return [event for event in self.services.logged() if execution_arn in (None, event["execution_arn"])]

    def cases(self) -> list[Json]:
        return [{"input": execution.input, "output": execution.output} for execution in self.sfn_mock.executions]

    def messages(self) -> list[Json]:
        """What is in the queues at the end."""
        return self.services.messages()


@cache
def _client() -> Any:
    """A boto3 client of Step Functions whose requests the account answers that the present case has."""
    client = boto3.client("stepfunctions", region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")
    client.meta.events.register_first("before-send.stepfunctions", _respond)
    return client


_accounts: list[SfnMock] = []


def _respond(request: Any, **_: Any) -> Any:
    status, headers, body = respond(account_of(_accounts[-1]).api, request)
    raw = SimpleNamespace(stream=lambda **_: iter([body]))
    return AWSResponse(request.url, status, headers, raw)


def _call_api(sfn_mock: SfnMock, operation: str, kwargs: Json) -> Any:
    _accounts[:] = [sfn_mock]
    return getattr(_client(), operation)(**kwargs)


def _replaced(value: Any, texts: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, texts) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, texts) for item in value]
    if isinstance(value, str):
        for made_up, ours in texts.items():
            value = value.replace(made_up, ours)
    return value


def _listed(answer: Json) -> Any:
    """The list in the answer of an operation that lists things."""
    return next((value for value in answer.values() if isinstance(value, list)), answer)


def _opened(answer: Any) -> Any:
    """The answer with JSON text of objects opened, once, as the recording has it."""
    if isinstance(answer, dict):
        return {key: _opened(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [_opened(value) for value in answer]
    if isinstance(answer, str) and answer.startswith("{"):
        with suppress(ValueError):
            return json.loads(answer)
    return answer


def _without(names: set[str], answer: Any) -> Any:
    """The answer without members of these names, in the JSON text in it neither."""
    if not names:
        return answer
    if isinstance(answer, dict):
        return {key: _without(names, value) for key, value in answer.items() if key not in names}
    if isinstance(answer, list):
        return [_without(names, value) for value in answer]
    if isinstance(answer, str) and any(f'"{name}":' in answer for name in names):
        return json.dumps(_without(names, json.loads(answer)), separators=(",", ":"))
    return answer


READS = {"describe_execution", "get_execution_history", "list_executions"}
LOGGED = "logged_execution_events"
DERIVED = {
    "cases": Replay.cases,
    "end_event": Replay.end_event,
    "messages": Replay.messages,
    "stepfunctions_events": Replay.messages,
}
# Calls that only prepare what Step Functions needs on AWS: roles, log groups, helpers of the recorded tests.
SURROUNDINGS = services.SURROUNDINGS

NOT_FOUND = "Lambda.ResourceNotFoundException"
_NotFound = type(NOT_FOUND, (Exception,), {})


def _no_such_function(_event: Any, context: Any) -> NoReturn:
    raise _NotFound(_not_found(context.invoked_function_arn))


def _not_found(function: str) -> str:
    """What Lambda says of a function that does not exist."""
    parts = FUNCTION.fullmatch(function)
    name, qualifier = (parts["name"], parts["qualifier"] or "$LATEST") if parts else (function, "$LATEST")
    return (
        f"Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:{qualifier} (Service: AWSLambda; "
        "Status Code: 404; Error Code: ResourceNotFoundException; "
        "Request ID: 00000000-0000-0000-0000-000000000000; Proxy: null)"
    )
