"""Lambda's API for boto3 clients: mocks and functions' own code answer Invoke, moto all other operations.

The registry gets a client's request as it gets that of a task (`tasks.request.Request`). But the request belongs to no
execution: no history has it, and its answer cannot come later.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from pytest_sfn.asl.resource import Resource, parse_resource
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.expressions.values import dumps, dumps_spaced, loads
from pytest_sfn.gate.moto_functions import answers_simply
from pytest_sfn.lambda_.handlers import set_aside
from pytest_sfn.lambda_.runtime import version_of
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.tasks.functions import log_result, log_type
from pytest_sfn.tasks.invoke import lambda_refusal, payload_refusal
from pytest_sfn.tasks.runner import Mocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.engine.run import MachineIdentity, World
    from pytest_sfn.errors import Hints, Location
    from pytest_sfn.gate.call import Answer, Call
    from pytest_sfn.gate.gate import Answerer
    from pytest_sfn.lambda_.runtime import CodePlace
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.request import Request

__all__ = ["Caller", "FunctionRequest", "LambdaApi"]


class Caller(NamedTuple):
    """Takes the place of a state in messages."""

    name: str
    pointer: str
    resource: Resource


_CLIENT: Final = Caller("lambda.invoke", "", parse_resource("arn:aws:states:::lambda:invoke"))


_HEADERS: Final = {
    "InvocationType": "X-Amz-Invocation-Type",
    "LogType": "X-Amz-Log-Type",
    "ClientContext": "X-Amz-Client-Context",
    "TenantId": "X-Amz-Tenant-Id",
}
"""Parameters of Invoke that are headers of its request."""


class FunctionRequest:
    """A client's request for a function; it must be answered at once.

    Attributes:
        result: what `lambda:invoke` would give, once it has succeeded.
        delay: virtual microseconds that the answer takes.
    """

    __slots__ = ("answered", "cause", "delay", "error", "machine", "parameters", "result", "sequence", "time", "world")
    state = _CLIENT
    resource = _CLIENT.resource
    field = timeout = heartbeat = token = None
    attempt = 1
    item = ()
    execution = execution_arn = ""

    def __init__(self, world: World, machine: MachineIdentity, sequence: int, parameters: dict[str, Any]) -> None:
        self.world = world
        self.machine = machine
        self.sequence = sequence
        self.parameters = parameters
        self.time = world.scheduler.now
        self.answered = False
        self.result: Any = None
        self.error: str | None = None
        self.cause: str | None = None
        self.delay = 0

    @property
    def open(self) -> bool:
        return not self.answered

    def location(self) -> Location | None:
        """None: a client has no place in a definition."""
        return None

    def request_id(self) -> str:
        return self.world.chance.uuid("invoke")

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        self.answered, self.result, self.delay = True, value, after

    def fail(self, error: str | None, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        self.answered, self.error, self.cause, self.delay = True, error, cause, after

    def raised(self, place: CodePlace) -> None:
        """A client's call is in no execution whose report could show it."""

    def _stays_open(self, *_: object) -> NoReturn:
        raise NotImplementedError("Invoke does not wait")

    never = begin = submitted = later = issue_token = beat = exchanged = _stays_open


class FunctionMocks(Mocks, Protocol):
    """The mocks of functions, and functions' own code."""

    def answers_function(self, request: Request, *, created: bool) -> bool:
        """Whether a mock answers a call of Invoke, or the function's own code; see `Registry`."""

    def is_gone(self, function: FunctionName) -> bool:
        """Whether a function was created through Lambda's API and is deleted, or has no such version or alias."""


class LambdaApi:
    """Answers a client's calls of Lambda, in an account.

    Args:
        mocks: those of the account.
        world: gives the account's clock, which starts again with each scenario of a fault test.
        machine: has the region and account of function names without them.
        broken_by: notes an error of the test, since code under test may swallow it.
    """

    def __init__(
        self,
        mocks: FunctionMocks,
        world: Callable[[], World],
        machine: MachineIdentity,
        broken_by: Callable[[BaseException], None],
    ) -> None:
        self._mocks = mocks
        self._world = world
        self._machine = machine
        self._broken_by = broken_by
        self._requests = 0

    def answer(self, call: Call, moto: Answerer, *, strict: bool) -> Answer | None:
        """Answer a call.

        Args:
            moto: answers all operations but Invoke, and an Invoke of a function that was deleted.
            strict: whether an Invoke that nothing answers is an error of the test; if not, moto answers that too.

        Raises:
            MockError: no mock answers the function, and nothing has created it.
        """
        function, given = _invocation(call)
        if function is None or self._leaves(function, given["Qualifier"], strict):
            return moto(call)
        with TURN, set_aside():
            return self.invoke(function, call.body.decode("utf-8", "replace"), given)

    def _leaves(self, function: str, qualifier: str | None, strict: bool) -> bool:
        """Whether an Invoke is left to moto."""
        parsed = parse_function(function, qualifier)
        if parsed is None:
            return not strict
        parameters = {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
        request = FunctionRequest(self._world(), self._machine, 0, parameters)
        if self._mocks.answers_function(request, created=strict or not answers_simply()):
            return False
        return self._mocks.is_gone(parsed) or not strict

    def invoke(self, function: str, payload: str, given: Mapping[str, str | None]) -> Answer:
        """The answer of Invoke, which the function's mock gives: status, headers and body.

        Args:
            payload: JSON text; none is `{}`.
            given: the other parameters; None for those that are not there.
        """
        others = {name: text for name, text in given.items() if text is not None}
        text = payload or "{}"
        refused = lambda_refusal({"FunctionName": function, **others}) or payload_refusal(text)
        if refused is not None:
            return _refused(*refused)
        event = loads(text)
        sent = payload if event is None or isinstance(event, str) else event
        parameters = {"FunctionName": function, "Payload": sent, **others}
        world = self._world()
        world.check()
        self._requests += 1
        request = FunctionRequest(world, self._machine, -self._requests, parameters)
        try:
            self._mocks.answer(request)
        except BaseException as error:
            self._broken_by(error)
            raise
        if request.delay:
            world.scheduler.pump_until(request.time + request.delay)
        return _answer(request)


def _invocation(call: Call) -> tuple[str | None, dict[str, str | None]]:
    """(the function, the other parameters) of an Invoke; None in place of a function for any other operation."""
    parts = urlsplit(call.url)
    path = parts.path.rstrip("/").split("/")
    if not (call.request.method == "POST" and len(path) == 5 and path[2] == "functions" and path[4] == "invocations"):
        return None, {}
    qualifier = parse_qs(parts.query, keep_blank_values=True).get("Qualifier", [None])[0]
    given = {"Qualifier": qualifier, **{name: call.header(header) or None for name, header in _HEADERS.items()}}
    return unquote(path[3]), given


def _answer(request: FunctionRequest) -> Answer:
    if request.error is not None:
        cause = request.cause or ""
        if cause.startswith("{"):  # of the function
            function = parse_function(request.parameters["FunctionName"], request.parameters.get("Qualifier"))
            version = version_of(function.qualifier if function is not None else None)
            headers = {"X-Amz-Function-Error": "Unhandled", "X-Amz-Executed-Version": version}
            if log_type(request) == "Tail":
                headers["X-Amz-Log-Result"] = log_result(request, request.request_id(), version, request.delay)
            return 200, headers, cause
        return _refused(request.error.removeprefix("Lambda."), cause)
    response = request.result if isinstance(request.result, dict) else {}
    status = response.get("StatusCode", 200)
    if status != 200:  # Event and DryRun
        return status, {}, b""
    headers = {"X-Amz-Executed-Version": response.get("ExecutedVersion", "$LATEST")}
    if "LogResult" in response:
        headers["X-Amz-Log-Result"] = response["LogResult"]
    return 200, headers, dumps_spaced(response.get("Payload"))


def _refused(code: str, message: str) -> Answer:
    return 400, {"x-amzn-ErrorType": code}, dumps({"Type": "User", "Message": message})
