"""A task asked of the mocks without an engine: the fake has the shape of `tasks.request.Request`."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.errors import Hints, Location
from pytest_sfn.lambda_.runtime import CodePlace
from pytest_sfn.mocks.registry import Registry

CHARGE = "arn:aws:lambda:us-east-1:123456789012:function:charge"
INVOKE = "arn:aws:states:::lambda:invoke"
PUT_ITEM = "arn:aws:states:::dynamodb:putItem"
START = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST_ID = "00000000-0000-4000-8000-000000000001"


class Request:
    """One attempt.

    `answer` becomes ("ok", value), ("failed", error, cause), ("submitted", output) or ("never",); `after` is when, in
    microseconds.
    """

    def __init__(self, parameters: Any = None, *, resource: str = CHARGE, state: str = "Charge", **fields: Any) -> None:
        self.state = SimpleNamespace(name=state, resource=parse_resource(resource), pointer=f"/States/{state}")
        self.resource = self.state.resource
        self.parameters = {} if parameters is None else parameters
        self.sequence: int = fields.pop("execution", 1)
        self.execution, self.execution_arn = f"run-{self.sequence}", f"arn:run-{self.sequence}"
        region, account = fields.pop("region", "us-east-1"), fields.pop("account", "123456789012")
        self.machine = SimpleNamespace(name="Orders", region=region, account_id=account)
        self.world = SimpleNamespace(
            start_time=START, as_of=None, hints_of=None, datetime_at=lambda time: START + timedelta(microseconds=time)
        )
        self.field: str | None = None
        self.attempt, self.item, self.time, self.timeout, self.heartbeat, self.token = 1, (), 0, None, None, None
        self.where = Location("orders.asl.json", 42, 7)
        for name, value in fields.items():
            setattr(self, name, value)
        self.answer: Any = None
        self.after = 0
        self.bounds = (0, 0)

    def location(self) -> Location | None:
        return self.where

    def request_id(self) -> str:
        return REQUEST_ID

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        self.answer, self.after, self.bounds = ("ok", value), after, (size, depth)

    def fail(self, error: str, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        self.answer, self.after = ("failed", error, cause), after

    def submitted(self, output: Any, after: int = 0) -> None:
        self.answer, self.after = ("submitted", output), after

    def raised(self, place: CodePlace) -> None:
        """No report shows it here."""

    def beat(self, after: int = 0) -> None:
        """Nobody waits for heartbeats here."""

    def never(self) -> None:
        self.answer = ("never",)


def ask(registry: Registry, parameters: Any = None, **fields: Any) -> Any:
    """The answer of one attempt."""
    request = Request(parameters, **fields)
    registry.answer(request)
    return request.answer


def values(registry: Registry, count: int, **fields: Any) -> list[Any]:
    """What the next `count` attempts get: the value of a success, the error name of a failure."""
    return [ask(registry, **fields)[1] for _ in range(count)]
