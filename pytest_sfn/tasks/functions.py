"""AWS Lambda as Step Functions sees it: what a function gets, and how its answer or its exception ends the task.

A task calls a function in one of two ways. A state whose Resource is the function's ARN gets what the function returns;
`arn:aws:states:::lambda:invoke` gets Lambda's API response with the answer in `Payload`. In both, an error of the function
has its class as error name and a JSON cause, with blanks in the former, compact in the latter [recorded].

`lambda_/runtime.py` has what happens inside Lambda.
"""

from __future__ import annotations

import json
import math
import sys
import time
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, Final, Protocol

from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import Hint, JsonValueError, MockError, belongs_to_test, printable
from pytest_sfn.expressions.values import admit, dumps, dumps_spaced, loads, utf8_size
from pytest_sfn.lambda_.runtime import (
    ClientContext,
    InitError,
    LambdaContext,
    MarshalError,
    event_of,
    marshal,
    message_of,
    raised_at,
    stack_trace,
    version_of,
)
from pytest_sfn.links import see
from pytest_sfn.tasks.request import input_of, place, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_sfn.errors import Hints
    from pytest_sfn.lambda_.handlers import Handler
    from pytest_sfn.lambda_.logs import Logged
    from pytest_sfn.services.function_names import FunctionName
    from pytest_sfn.tasks.request import Request

__all__ = [
    "FUNCTION_TIMEOUT_SECONDS",
    "BareFunction",
    "InvokedFunction",
    "PlainTask",
    "Stub",
    "decoded",
    "has_options",
    "http_date",
    "invocation_type",
    "invoke_response",
    "log_result",
    "log_type",
]


DEEP: Final = 3
"""Runs of the loop, one inside a stub of the other, beyond which they are what fills the stack."""
LOG_SIZE: Final = 4096
"""Bytes of a log's end that LogType Tail shows [documented]."""
FUNCTION_TIMEOUT_SECONDS: Final = 3
"""A Lambda function's default timeout."""


class Stub(Protocol):
    """The user's function that replaces one of Lambda's: `f(event)`, or `f(event, context)` if it takes the context.

    `stays_open` is true if the stub's answer does not end a task that can stay open. `handler` is the function's own code if
    the stub runs it, `application` is true if the stub asks a web application.
    """

    @property
    def application(self) -> bool: ...
    @property
    def function(self) -> Callable[..., Any]: ...
    @property
    def with_context(self) -> bool: ...
    @property
    def stays_open(self) -> bool: ...
    def handler(self, request: Request, function: FunctionName | None) -> Handler | None: ...


# -- how an answer reaches Step Functions ------------------------------------------------------------------------------


class Invocation:
    """One call of a stub: the answer, and the errors about the stub itself.

    Attributes:
        handler: the function's own code, if that is what is called.
        logged: what it has logged in this call.
    """

    __slots__ = ("_request_id", "after", "handler", "logged", "request", "stub")

    def __init__(self, request: Request, stub: Stub, after: int, handler: Handler | None = None) -> None:
        self.request = request
        self.stub = stub
        self.after = after
        self.handler = handler
        self.logged: list[Logged] = []
        self._request_id: str | None = None

    @property
    def request_id(self) -> str:
        """Lambda's request id; drawn when first used, since most calls show it nowhere."""
        if self._request_id is None:
            self._request_id = self.request.request_id()
        return self._request_id

    def refuse_unfinished(self, result: Any) -> None:
        """A coroutine or a generator is not an answer: the stub returned without having done anything.

        To Lambda it is one, which it cannot write as JSON.
        """
        kind = type(result).__name__
        if kind in ("coroutine", "generator", "async_generator"):
            close = getattr(result, "close", None)
            if close is not None:
                close()  # else Python warns later, and elsewhere, that it was never awaited
            if self.handler is not None:
                return
            raise self.misuse(f"returned a {kind}, not an answer", "give a plain function that returns the answer")

    def admitted(self, result: Any) -> tuple[Any, int, int]:
        """The return value of a stub that is no Lambda function, as an admitted value."""
        self.refuse_unfinished(result)
        try:
            return admit(result)
        except JsonValueError as error:
            raise self.misuse(f"returned no JSON: {error}", "return what the service's API answers") from None

    def payload_of(self, result: bytes) -> tuple[Any, int, int]:
        """Bytes are the payload as it is [recorded]; only JSON text makes sense to Step Functions."""
        try:
            return admit(loads(result.decode()))
        except (UnicodeDecodeError, JsonValueError) as error:
            advice = "return a dict, a list, text or a number, or bytes that hold JSON text"
            raise self.misuse(f"returned bytes {shorten(result, 60)}: {error}", advice) from None

    def misuse(self, problem: str, advice: str) -> MockError:
        """The error for a stub that is wrong itself; it is an error of the test, not of the function."""
        who = f"stub {getattr(self.stub.function, '__qualname__', None) or repr(self.stub.function)}"
        if self.handler is not None:
            who = f"handler {self.handler.handler} of {self.handler.name}"
        state = self.request.state.name
        text = f"{place(self.request)}: {who} {problem}\n  fix  {advice}\n  see  {see('mocks#stubs')}"
        return MockError(text, state=state)


class PlainTask:
    """A mock of a state or a Resource: its answer is the task's result, its error and cause are the task's.

    Attributes:
        function: the Lambda function that the task calls, None if it calls none.
    """

    __slots__ = ("function",)

    def __init__(self, function: FunctionName | None) -> None:
        self.function = function

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        request.succeed(value, size, depth, after)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        request.fail(error, cause, after)

    def submitted(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        """The service or the worker has taken a task that stays open."""
        request.submitted(value, after)

    def completed(self, request: Request, value: Any, size: int, depth: int) -> None:
        """A task that was taken ends."""
        request.succeed(value, size, depth)

    def call(self, request: Request, stub: Stub, after: int) -> None:
        handler = stub.handler(request, self.function)
        if handler is not None and after > handler.timeout_seconds * 1_000_000:
            self.function_timed_out(request, handler.timeout_seconds * 1_000_000)
            return
        invocation = Invocation(request, stub, after, handler)
        event = event_of(input_of(request))
        try:
            if handler is not None:
                result = self._handled(invocation, handler, event)
            else:
                arguments = (event, self._context(invocation)) if stub.with_context else (event,)
                with TURN.lent:
                    result = stub.function(*arguments)
        except SystemExit as error:
            self.exited(invocation, error.code)
        except InitError as error:
            self.not_started(invocation, error)
        except Exception as error:
            if belongs_to_test(error) and not (handler is not None and isinstance(error, AssertionError)):
                raise
            if isinstance(error, RecursionError) and request.world.scheduler.nested > DEEP:
                raise  # the stack is full of executions, not of this function
            self._note_place(invocation, error)
            self.raised(invocation, error)
        else:
            self.answered(invocation, result)

    @staticmethod
    def _note_place(invocation: Invocation, error: Exception) -> None:
        from pytest_sfn.callers import is_users  # only failing stubs need it

        place = raised_at(error.__traceback__, is_users if invocation.handler is None else invocation.handler.owns)
        if place is not None:
            invocation.request.raised(place)

    def _handled(self, invocation: Invocation, handler: Handler, event: Any) -> Any:
        request = invocation.request
        try:
            return handler.call(event, self._context(invocation), request.world.datetime_at(request.time))
        finally:
            if handler.records:
                invocation.logged = list(handler.records)
                handler.keep_records(request.execution_arn)

    def _context(self, invocation: Invocation) -> LambdaContext:
        request = invocation.request
        machine = request.machine
        arn = self.function.arn(machine.region, machine.account_id) if self.function is not None else ""
        handler, started = invocation.handler, request.world.datetime_at(request.time)
        if handler is None:
            timeout = max(FUNCTION_TIMEOUT_SECONDS * 1000, invocation.after // 1000)
            return LambdaContext(self.function, arn, invocation.request_id, started, timeout)
        timeout, memory = handler.timeout_seconds * 1000, handler.memory_mb
        return LambdaContext(self.function, arn, invocation.request_id, started, timeout, memory, handler.version)

    def answered(self, invocation: Invocation, result: Any) -> None:
        """The stub returned."""
        deliver = self.submitted if invocation.stub.stays_open else self.returned
        deliver(invocation.request, *invocation.admitted(result), invocation.after)

    def raised(self, invocation: Invocation, error: Exception) -> None:
        """The stub raised an exception of the function's own."""
        self.failed(invocation.request, type(error).__name__, message_of(error), False, invocation.after)

    def not_started(self, invocation: Invocation, error: InitError) -> None:
        """The runtime cannot import the handler."""
        invocation.request.fail(error.type, error.message, invocation.after, self._reason(invocation, error))

    @staticmethod
    def _reason(invocation: Invocation, error: InitError) -> Hints | None:
        """The reason as a hint of the execution's report; what no execution called has it printed."""
        if error.reason and not invocation.request.execution:
            sys.stderr.write(printable(f"  {error.reason}\n", "\n"))
        return (lambda: [Hint(error.reason)]) if error.reason else None

    def exited(self, invocation: Invocation, code: object) -> None:
        """The stub ended the process, as Lambda puts it."""
        status = code if isinstance(code, int) else 0 if code is None else 1
        reason = f"with error: exit status {status & 255}" if status else "without providing a reason"
        message = f"RequestId: {invocation.request_id} Error: Runtime exited {reason}"
        self._sandbox_failed(invocation.request, "Runtime.ExitError", message, invocation.after)

    def function_timed_out(self, request: Request, after: int) -> None:
        if self.function is None:
            name = request.state.name
            raise MockError(
                f"{place(request)}: function_times_out() answers a task that calls no Lambda function\n"
                f"  resource  {request.resource.text}\n"
                f"  fix       times_out() lets any task run into its TimeoutSeconds\n"
                f"  see       {see('mocks#timeouts')}",
                state=name,
            )
        text = f"RequestId: {request.request_id()} Error: Task timed out after {after / 1_000_000:.2f} seconds"
        self._sandbox_failed(request, "Sandbox.Timedout", text, after)

    def _sandbox_failed(self, request: Request, error: str, message: str, after: int) -> None:
        """Errors that Lambda reports in the runtime's place; members in this order and compact for every caller."""
        request.fail(error, dumps({"errorType": error, "errorMessage": message}), after)


class BareFunction(PlainTask):
    """A function whose ARN is the state's Resource."""

    __slots__ = ()

    def cause(self, cause: dict[str, Any]) -> str:
        """The JSON text of a function's error."""
        return dumps_spaced(cause)

    def failed(self, request: Request, error: str, cause: str | None, verbatim: bool, after: int) -> None:
        if verbatim or error.startswith(("Lambda.", "Sandbox.", "States.")):
            request.fail(error, cause, after)
        else:
            self._function_failed(request, error, cause or "", request.request_id(), [], after)

    def _function_failed(
        self,
        request: Request,
        error: str,
        message: str,
        request_id: str,
        trace: list[str],
        after: int,
        hints: Hints | None = None,
    ) -> None:
        details = {"errorMessage": message, "errorType": error, "requestId": request_id, "stackTrace": trace}
        request.fail(error, self.cause(details), after, hints)

    def answered(self, invocation: Invocation, result: Any) -> None:
        invocation.refuse_unfinished(result)
        request, after = invocation.request, invocation.after
        if isinstance(result, bytes):
            value, size, depth = invocation.payload_of(result)
        else:
            try:
                value, size, depth = marshal(result)
            except MarshalError as error:
                message = f"Unable to marshal response: {error}"
                self._function_failed(request, "Runtime.MarshalError", message, invocation.request_id, [], after)
                return
            except JsonValueError as error:
                raise invocation.misuse(str(error), "answer with less nesting") from None
        self.delivered(request, invocation, value, size, depth, after)

    def delivered(
        self,
        request: Request,
        invocation: Invocation | None,  # for subclasses that wrap the answer
        value: Any,
        size: int,
        depth: int,
        after: int,
    ) -> None:
        """Lambda has the function's answer; `invocation` is there if a stub gave it."""
        request.succeed(value, size, depth, after)

    def raised(self, invocation: Invocation, error: Exception) -> None:
        if invocation.handler is not None:
            folders = invocation.handler.deployed_at()
        else:
            file = getattr(getattr(invocation.stub.function, "__code__", None), "co_filename", "")
            folders = {file.replace("\\", "/").rpartition("/")[0]: "/var/task"}
        lines = stack_trace(error.__traceback__, folders)
        request, name, text = invocation.request, type(error).__name__, message_of(error)
        look = request.world.hints_of if "botocore.exceptions" in sys.modules else None
        hints = look(error, request.world) if look is not None else None
        if isinstance(error, KeyError) and invocation.handler is not None:
            from pytest_sfn.lambda_.environment import missing_variable  # only failing handlers need it

            if text_of_hint := missing_variable(error, invocation.handler.given):
                hints = lambda: [Hint(text_of_hint)]  # noqa: E731
        self._function_failed(request, name, text, invocation.request_id, lines, invocation.after, hints)

    def not_started(self, invocation: Invocation, error: InitError) -> None:
        request, after = invocation.request, invocation.after
        hints = self._reason(invocation, error)
        self._function_failed(request, error.type, error.message, invocation.request_id, error.trace, after, hints)


class InvokedFunction(BareFunction):
    """A function called through `arn:aws:states:::lambda:invoke`."""

    __slots__ = ()

    def _context(self, invocation: Invocation) -> LambdaContext:
        """The context with what the call gives it; only a synchronous one passes its ClientContext on [documented]."""
        context, parameters = super()._context(invocation), invocation.request.parameters
        if has_options(parameters):
            context.tenant_id = parameters.get("TenantId")
            if parameters.get("ClientContext") is not None and invocation_type(invocation.request) != "Event":
                context.client_context = ClientContext(decoded(parameters["ClientContext"]))
        return context

    def cause(self, cause: dict[str, Any]) -> str:
        return dumps(cause)

    def returned(self, request: Request, value: Any, size: int, depth: int, after: int) -> None:
        self.delivered(request, None, value, size, depth, after)

    submitted = returned  # what the function returns never ends a task that has a token

    def delivered(self, request: Request, invocation: Invocation | None, value: Any, size: int, depth: int, after: int) -> None:
        request_id = request.request_id() if invocation is None else invocation.request_id
        qualifier = self.function.qualifier if self.function is not None else None
        handler = None if invocation is None else invocation.handler
        version: str | None = (handler.version if handler is not None else None) or version_of(qualifier)
        if invocation_type(request) == "Event":  # Lambda answers before the function has run
            value, size, depth, version, after = {}, 2, 1, None, 0
        second = request.world.start_time.timestamp() + (request.time + after) / 1_000_000
        log = None
        if version is not None and log_type(request) == "Tail":
            log = log_result(request, request_id, version, after, [] if invocation is None else invocation.logged)
        result = invoke_response(value, request_id, version, int(second), 202 if version is None else 200, log)
        self.respond(request, result, size + RESPONSE_SIZE, max(depth + 1, 4), after)

    def respond(self, request: Request, response: dict[str, Any], size: int, depth: int, after: int) -> None:
        """Lambda's API has answered."""
        if request.token is not None:
            request.beat(after)  # heartbeats are waited for once the function has returned [documented]
            request.submitted(response, after)  # the holder of the token answers
        else:
            request.succeed(response, size, depth, after)

    def _function_failed(
        self,
        request: Request,
        error: str,
        message: str,
        request_id: str,
        trace: list[str],
        after: int,
        hints: Hints | None = None,
    ) -> None:
        if invocation_type(request) == "Event":
            self.delivered(request, None, None, 5, 0, 0)
        else:
            super()._function_failed(request, error, message, request_id, trace, after, hints)

    def _sandbox_failed(self, request: Request, error: str, message: str, after: int) -> None:
        if invocation_type(request) == "Event":
            self.delivered(request, None, None, 5, 0, 0)
        else:
            super()._sandbox_failed(request, error, message, after)


def log_type(request: Request) -> Any:
    """Whether `lambda:invoke` wants the end of the function's log."""
    parameters = request.parameters
    return parameters.get("LogType") if isinstance(parameters, dict) else None


def has_options(parameters: Mapping[str, Any]) -> bool:
    """Whether a call of Invoke has more than FunctionName and Payload."""
    return len(parameters) - ("Payload" in parameters) > 1


def decoded(client_context: Any) -> Any:
    """The JSON value of a ClientContext.

    Raises:
        ValueError: it is no Base64 of JSON text.
    """
    return json.loads(b64decode(client_context, validate=True))


def log_result(request: Request, request_id: str, version: str, microseconds: int, logged: Sequence[Logged] = ()) -> str:
    """The end of a call's log in Base64: what the function has logged, with the lines that Lambda writes around it."""
    took = max(microseconds / 1000, 1.0)
    report = f"Duration: {took:.2f} ms\tBilled Duration: {math.ceil(took)} ms\tMemory Size: 128 MB\tMax Memory Used: 32 MB\t"
    time = f"{request.world.datetime_at(request.time):%Y-%m-%dT%H:%M:%S.000Z}"
    lines = (
        f"START RequestId: {request_id} Version: {version}",
        *(f"[{record.level}]\t{time}\t{request_id}\t{record.message}" for record in logged),
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\t{report}",
    )
    return b64encode("".join(f"{line}\n" for line in lines).encode(errors="replace")[-LOG_SIZE:]).decode()


def invocation_type(request: Request) -> Any:
    """How `lambda:invoke` calls the function: RequestResponse unless it says otherwise."""
    parameters = request.parameters
    return parameters.get("InvocationType") if isinstance(parameters, dict) else None


RESPONSE_SIZE: Final = 1500
"""UTF-8 bytes that `invoke_response` adds at most."""


def invoke_response(
    payload: Any, request_id: str, version: str | None, second: int, status: int = 200, log: str | None = None
) -> dict[str, Any]:
    """What `lambda:invoke` answers for a payload: Lambda's Invoke response with HTTP metadata, its keys in AWS's order.

    `second` is when, in seconds since 1970. `log` is the end of the log for LogType Tail [recorded]. For the InvocationType
    Event (`status` 202) and DryRun (204) Lambda answers a status code alone [documented], so there is no `version`; that the
    Payload is {} then is a guess [?].
    """
    headers = {
        "Connection": "keep-alive",
        "Content-Length": "0" if version is None else str(utf8_size(dumps_spaced(payload))),
        **({} if version is None else {"Content-Type": "application/json"}),
        "Date": http_date(second),
        **({} if version is None else {"X-Amz-Executed-Version": version}),
        **({} if log is None else {"X-Amz-Log-Result": log}),
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": request_id,
        "X-Amzn-Trace-Id": f"Root=1-{second & 0xFFFFFFFF:08x}-{request_id.replace('-', '')[8:]};Sampled=0",
    }
    return {
        **({} if version is None else {"ExecutedVersion": version}),
        **({} if log is None else {"LogResult": log}),
        "Payload": payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [headers[name]] for name in _HEADER_ORDER if name in headers},
            "HttpHeaders": headers,
            "HttpStatusCode": status,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
        "StatusCode": status,
    }


_HEADER_ORDER: Final = (
    "X-Amz-Log-Result", "X-Amz-Executed-Version", "x-amzn-Remapped-Content-Length", "Connection", "x-amzn-RequestId",
    "Content-Length", "Date", "X-Amzn-Trace-Id", "Content-Type",
)  # fmt: skip


def http_date(second: int) -> str:
    """HTTP's way to write a time, in English whatever the locale."""
    t = time.gmtime(second)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[t.tm_wday]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[t.tm_mon - 1]
    return f"{day}, {t.tm_mday:02d} {month} {t.tm_year:04d} {t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} GMT"
