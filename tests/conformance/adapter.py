"""Replays a recorded case through the public API and gives the answers as boto3 would.

A case is a script of calls. Where it only says "this definition, this input", `script` writes the calls out; `Replay`
then makes them one by one on an `SfnMock`, each by its entry in a table of operations. Names and ARNs of the case are
kept, so that later calls that mention them need no translation. The adapter knows operations, never single cases.

An execution is started when the script starts it and gets no further than that instant until somebody asks for its
end: a script that stops it, or deletes its machine, finds it running, as it did on AWS.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any, NoReturn

from pytest_sfn import SfnMock
from pytest_sfn.errors import DefinitionError, DefinitionWarning, PytestSfnError

ACCOUNT, REGION = "111111111111", "us-east-1"
CLOCK = "2024-01-01T00:00:00Z"
INVOKE = "arn:aws:states:::lambda:invoke"
FUNCTION = re.compile(r"(?:(?:arn:[\w-]+:lambda:[\w-]+:)?\d{12}:function:)?(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?")

# Members that AWS introduced later than the oldest recordings were made, whose answers are without them.
INTRODUCED = {
    "redriveCount": "2023-11-15",
    "redriveStatus": "2023-11-15",
    "redriveStatusReason": "2023-11-15",
    "encryptionConfiguration": "2024-07-25",
}

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
    start = datetime.fromisoformat(case.get("recorded_now") or CLOCK)
    # Not closed, as a test's account is: a recorded test may well create a function that it never calls.
    sfn_mock = SfnMock(account_id=ACCOUNT, region=REGION, start_time=start, as_of=_recorded(case))
    replay = Replay(case, sfn_mock)
    replay.register_functions(functions or _shared_functions())
    for step in script(case):
        replay.make(step)
    sfn_mock.check()
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
    if "mock_config" in case:
        raise NotImplementedError("the public API does not read mock configuration files yet")
    if case.get("steps"):
        yield from case["steps"]
        return
    for other in case.get("other_machines") or ():
        yield _creation(other)
    for execution in case.get("executions") or [case]:
        yield _creation(execution)
        kwargs = {"stateMachineArn": execution["state_machine_arn"], "input": _text(execution, "input")}
        yield _call("start_execution", kwargs, response={"executionArn": execution["execution_arn"]})
        for name in execution["matches"]:
            operation = "describe_execution" if "describe" in name else "get_execution_history"
            yield _call(operation, {"executionArn": execution["execution_arn"]}, match=name)


def _creation(machine: Json) -> Json:
    arn = machine["state_machine_arn" if "state_machine_arn" in machine else "arn"]
    kind = machine.get("state_machine_type") or machine.get("type", "STANDARD")
    return _call("create_state_machine", {"name": _tail(arn), "definition": _text(machine, "definition"), "type": kind})


def _call(operation: str, kwargs: Json, **more: Any) -> Json:
    return {"service": "stepfunctions", "operation": operation, "kwargs": kwargs, **more}


def _text(holder: Json, key: str) -> str:
    """The JSON text as it was sent, blanks included."""
    return holder[f"{key}_text"] if f"{key}_text" in holder else json.dumps(holder.get(key))


def _tail(arn: str) -> str:
    return arn.rpartition(":")[2]


class RefusalError(Exception):
    """AWS refuses the call: what boto3 raises as a ClientError."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def answer(self, operation: str, like: object) -> Any:
        """The refusal in the form that the recording has: type and text of the exception, its text, or its response."""
        name = "".join(word.capitalize() for word in operation.split("_"))
        text = f"An error occurred ({self.code}) when calling the {name} operation: {self}"
        if isinstance(like, str):
            return text
        if isinstance(like, dict) and "exception_typename" in like:
            return {"exception_typename": self.code, "exception_value": text}
        return {"Error": {"Code": self.code, "Message": str(self)}, "message": str(self)}


class Replay:
    """One case on its way: the machines and executions that there are by now, by ARN, and what has been answered."""

    def __init__(self, case: Case, sfn_mock: SfnMock) -> None:
        self.case, self.sfn_mock = case, sfn_mock
        self.expected = case["expected"]
        day = _recorded(case)
        self.unknown_then = {
            name for name, introduced in INTRODUCED.items() if day is not None and day.isoformat() < introduced
        }
        self.machines: dict[str, tuple[Any, Json]] = {}  # the machine, and what DescribeStateMachine says
        self.executions: dict[str, Any] = {}
        self.answered: dict[str, Any] = {}

    def make(self, step: Json) -> None:
        """Make one call and keep the answer under the name that the recording has for it."""
        service, operation, name = step["service"], step["operation"], step.get("match")
        if service in SURROUNDINGS:
            return
        method = OPERATIONS.get(operation) if service == "stepfunctions" else None
        if method is None:
            raise NotImplementedError(f"the public API does not serve {service}.{operation} yet")
        try:
            answer = method(self, step["kwargs"], step.get("response") or {})
        except RefusalError as refusal:
            if not step.get("raises"):
                raise
            answer = refusal.answer(operation, self.expected.get(name))
        for match in (name, *step.get("more_matches", ())):
            if match is not None:
                self.answered[match] = DERIVED[match](self) if match in DERIVED else _without(self.unknown_then, answer)

    # The functions of the case answer as recorded; one that it calls and does not list did not exist.

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

    # Operations: (kwargs of the call, the recording's made-up response) -> the response of ours.

    def create_state_machine(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "create_state_machine", {"name", "definition", "roleArn", "type", "loggingConfiguration"})
        try:
            machine = self._load(kwargs)
        except DefinitionError as error:
            problems = ", ".join(f"{d.code}: {d.message} at {d.pointer or '/'}" for d in error.diagnostics)
            raise RefusalError("InvalidDefinition", f"Invalid State Machine Definition: '{problems}'") from error
        now = self.sfn_mock.now
        self._register_absent(kwargs["definition"])
        self.machines[machine.arn] = (
            machine,
            {
                "stateMachineArn": machine.arn,
                "name": kwargs["name"],
                "status": "ACTIVE",
                "definition": kwargs["definition"],
                "roleArn": kwargs.get("roleArn", ""),
                "type": kwargs.get("type", "STANDARD"),
                "creationDate": now,
                "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
                "tracingConfiguration": {"enabled": False},
                "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            },
        )
        return {"stateMachineArn": machine.arn, "creationDate": now}

    def _load(self, kwargs: Json) -> Any:
        options = {"role_arn": kwargs["roleArn"]} if kwargs.get("roleArn") else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DefinitionWarning)  # AWS took the definition without a word
            return self.sfn_mock.load(
                kwargs["definition"], name=kwargs.get("name"), type=kwargs.get("type", "STANDARD"), **options
            )

    def _refuse_extras(self, kwargs: Json, operation: str, served: Iterable[str]) -> None:
        if extras := kwargs.keys() - served:
            raise NotImplementedError(f"the public API does not serve {', '.join(sorted(extras))} of {operation} yet")

    def _machine(self, arn: str) -> tuple[Any, Json]:
        """The machine of that ARN; one that a template deployed is made when it is first asked for."""
        if arn not in self.machines:
            deployed = [e for e in (*self.case.get("executions", ()), self.case) if e.get("state_machine_arn") == arn]
            if not deployed:
                raise NotImplementedError(f"nothing in the case says what {arn} is")
            self.create_state_machine(_creation(deployed[0])["kwargs"], {})
        return self.machines[arn]

    def describe_state_machine(self, kwargs: Json, response: Json) -> Json:
        return self._machine(kwargs["stateMachineArn"])[1]

    def create_activity(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "create_activity", {"name"})
        try:
            arn = self.sfn_mock.create_activity(kwargs["name"])
        except PytestSfnError as error:
            raise RefusalError("InvalidName", f"Invalid Name: '{kwargs['name']}'") from error
        return {"activityArn": arn, "creationDate": self.sfn_mock.now}

    def delete_activity(self, kwargs: Json, response: Json) -> Json:
        self.sfn_mock.delete_activity(kwargs["activityArn"])
        return {}

    def delete_state_machine(self, kwargs: Json, response: Json) -> Json:
        self.machines.pop(kwargs["stateMachineArn"], None)  # what runs goes on
        return {}

    def validate_state_machine_definition(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "validate_state_machine_definition", {"definition", "type"})
        found: list[Json] = []
        try:
            self._load(kwargs)
        except DefinitionError as error:
            found = [
                {"severity": d.severity, "code": d.code, "message": d.message, "location": d.pointer or "/"}
                for d in error.diagnostics
            ]
        failed = any(diagnostic["severity"] == "ERROR" for diagnostic in found)
        return {"result": "FAIL" if failed else "OK", "diagnostics": found, "truncated": False}

    def start_execution(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "start_execution", {"stateMachineArn", "input", "name"})
        machine, _ = self._machine(kwargs["stateMachineArn"])
        name = kwargs.get("name") or _tail(response["executionArn"])
        execution = machine.start(input_json=kwargs.get("input", "{}"), name=name)
        self.executions[response["executionArn"]] = self.executions[execution.arn] = execution
        return {"executionArn": execution.arn, "startDate": execution.describe()["startDate"]}

    def start_sync_execution(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "start_sync_execution", {"stateMachineArn", "input", "name"})
        machine, _ = self._machine(kwargs["stateMachineArn"])
        if machine.type != "EXPRESS":
            raise RefusalError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
        execution = machine.run_sync(input_json=kwargs.get("input", "{}"), name=kwargs.get("name"))
        return execution.describe_sync()

    def _finished(self, kwargs: Json) -> Any:
        """The execution, as far as it comes without anything from outside."""
        return self._execution(kwargs).run()

    def _execution(self, kwargs: Json) -> Any:
        arn = kwargs["executionArn"]
        if arn not in self.executions:
            raise NotImplementedError(f"the public API has no answer for the execution {arn}")
        return self.executions[arn]

    def describe_execution(self, kwargs: Json, response: Json) -> Json:
        return self._finished(kwargs).describe()

    def get_execution_history(self, kwargs: Json, response: Json) -> Json:
        self._refuse_extras(kwargs, "get_execution_history", {"executionArn", "reverseOrder"})
        events = list(self._finished(kwargs).history)
        return {"events": events[::-1] if kwargs.get("reverseOrder") else events}

    def stop_execution(self, kwargs: Json, response: Json) -> Json:
        execution = self._execution(kwargs)
        execution.stop(error=kwargs.get("error"), cause=kwargs.get("cause"))
        return {"stopDate": execution.describe()["stopDate"]}

    # What the recorded tests computed from the answers, by the name they gave it.

    def end_event(self) -> Json:
        """The last event that the execution, an Express one, wrote to CloudWatch Logs."""
        return list(self.executions.values())[-1].run().log_events[-1]

    def cases(self) -> list[Json]:
        runs = {id(execution): execution for execution in self.executions.values()}.values()
        return [{"input": execution.input, "output": execution.output} for execution in runs]


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


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        Replay.create_activity,
        Replay.create_state_machine,
        Replay.delete_activity,
        Replay.delete_state_machine,
        Replay.describe_execution,
        Replay.describe_state_machine,
        Replay.get_execution_history,
        Replay.start_execution,
        Replay.start_sync_execution,
        Replay.stop_execution,
        Replay.validate_state_machine_definition,
    )
}
DERIVED = {"cases": Replay.cases, "end_event": Replay.end_event}
# Calls that only prepare what Step Functions needs on AWS: roles, log groups, helpers of the recorded tests.
SURROUNDINGS = {"_fixture", "_local", "cloudformation", "iam", "logs"}

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
