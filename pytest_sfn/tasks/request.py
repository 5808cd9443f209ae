"""The Protocol of a request, which mocks, services and endpoints answer, and how messages show a request.

A request is a task's attempt, a distributed Map's call to S3 (both made by the engine), or a boto3 client's call of Lambda's
Invoke, which belongs to no execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_sfn.errors import JsonValueError, printable
from pytest_sfn.expressions.values import dumps_spaced, loads
from pytest_sfn.services.reach import invokes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import MachineIdentity, RequestState, World
    from pytest_sfn.errors import Hints, Location
    from pytest_sfn.lambda_.runtime import CodePlace

__all__ = ["Request", "input_of", "place", "shorten"]


class Request(Protocol):
    """A request to answer. Times are virtual microseconds since the account's start."""

    @property
    def state(self) -> RequestState:
        """What makes the request."""

    @property
    def field(self) -> str | None:
        """The field of a Map that makes the request; None for a task."""

    @property
    def resource(self) -> Resource:
        """What it calls."""

    @property
    def parameters(self) -> Any:
        """What is sent. Shared: do not change it."""

    @property
    def item(self) -> tuple[int, ...]:
        """Indexes of the Map iterations around it, outermost first."""

    @property
    def attempt(self) -> int:
        """1 for the first try of a visit."""

    @property
    def time(self) -> int:
        """When the attempt began."""

    @property
    def timeout(self) -> int | None:
        """How long after that it times out; None for never."""

    @property
    def heartbeat(self) -> int | None:
        """How long without a heartbeat it times out; None for never."""

    @property
    def token(self) -> str | None:
        """The Task Token by which it is answered; None unless it waits for one."""

    @property
    def open(self) -> bool:
        """Whether an answer still counts."""

    @property
    def world(self) -> World:
        """The clock of the account and what its runs share."""

    @property
    def machine(self) -> MachineIdentity:
        """The state machine, with the region and the account that names without one belong to."""

    @property
    def execution(self) -> str:
        """Name of the execution; "" where there is none."""

    @property
    def execution_arn(self) -> str:
        """Its ARN; "" where there is none."""

    @property
    def sequence(self) -> int:
        """Number of the execution in order of start, from 1; others have no such number, and their own below it."""

    def location(self) -> Location | None:
        """The place in the definition's text of the state or field that makes the request."""

    def request_id(self) -> str:
        """The next UUID for an answer of the service."""

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        """Answer with an admitted value (`expressions.values.admit` gives the three), `after` a time."""

    def fail(self, error: str | None, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        """Answer with an error name and its cause, `after` a time; None for what there is not."""

    def never(self) -> None:
        """Nobody will answer; only a timeout ends the attempt."""

    def begin(self, worker: str | None = None) -> None:
        """A worker, which may have a name, begins with the task."""

    def submitted(self, output: Any, after: int = 0) -> None:
        """The service has taken the task, `after` a time, and the task stays open."""

    def later(self, after: int, act: Callable[[], None]) -> None:
        """Call `act`, `after` a time, if nothing else has ended the attempt by then."""

    def raised(self, place: CodePlace) -> None:
        """Keep the line of the user's code that raised the exception with which the request is going to fail."""

    def exchanged(self, sent: object, response: object) -> None:
        """Keep what an HTTP task sent and what the endpoint answered."""

    def issue_token(self) -> str:
        """Give it a Task Token, by which others can answer it."""

    def beat(self, after: int = 0) -> None:
        """A heartbeat, `after` a time: its deadline moves."""


def input_of(request: Request) -> Any:
    """What the function gets: the Payload for `lambda:invoke`, else the parameters as they are.

    For a Payload of null, or none, the function gets {}. A Payload that is text is the body of `lambda:invoke`'s request
    unchanged, so the function gets the JSON value of the text; an SDK integration makes JSON of every blob, of text too, so
    the function gets the text [all recorded, the last with S3].
    """
    parameters = request.parameters
    if not invokes(request.state.resource) or not isinstance(parameters, dict):
        return parameters
    payload = parameters.get("Payload")
    if isinstance(payload, str) and request.state.resource.service == "lambda":
        try:
            return loads(payload)
        except JsonValueError:  # Lambda refuses it; a message still wants to show it
            return payload
    return {} if payload is None else payload


def place(request: Request) -> str:
    """What makes the request, and where: `file:line:column`, or the machine's name if it has no file, and the state's name."""
    if not request.execution:
        return f"a boto3 client's {request.state.name}"
    at = request.location() or f"machine '{request.machine.name}'"
    return f"{at}: state '{printable(request.state.name)}'"


def shorten(value: Any, limit: int = 200) -> str:
    """JSON text of a value, or its `repr`, cut to a readable length."""
    try:
        text = dumps_spaced(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
