"""The calls of a distributed Map to S3: to read an object, to list a bucket, to write an object.

An ItemReader or ResultWriter is no Task: its calls leave no events, and the Map waits for their answers. An
`ObjectRequest` is one such call. It looks to mocks as a `TaskRequest` does, so that a mock of the Resource answers both;
it must be answered before `ObjectStore.call` returns. The virtual time that answers take adds up, and the Map waits for
the sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.run import Request
from pytest_sfn.errors import StateError, printable

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.errors import Hints

__all__ = ["ObjectField", "ObjectRequest", "place_of"]


class ObjectField:
    """An ItemReader or ResultWriter with one Resource that it calls: for an ObjectRequest what the Task is for a TaskRequest.

    Attributes:
        name: of the Map state.
        field: `ItemReader` or `ResultWriter`.
        error: the error name with which the Map fails when a call does.
        pointer: of the field in the definition.
    """

    __slots__ = ("error", "field", "name", "pointer", "resource")
    type = "Map"

    def __init__(self, name: str, field: str, pointer: str, resource: Resource) -> None:
        self.name = name
        self.field = field
        self.error = f"States.{field}Failed"
        self.pointer = pointer
        self.resource = resource


def place_of(strand: Strand, field: ObjectField) -> str:
    """The place of the field in the definition, for a message of an error of the test."""
    place = strand.run.program.locate(field.pointer) or f"machine '{strand.run.machine.name}'"
    return f"{place}: state '{printable(field.name)}'"


class ObjectRequest(Request):
    """One call to S3.

    Attributes:
        state: the field that calls.
        parameters: of the API's operation: `{"Bucket": str, "Key": str, ...}`.
        result: what the API answers, with `Body` as str or bytes, once it has succeeded.
        delay: virtual microseconds that the answer takes.
    """

    __slots__ = (
        "answered", "attempt", "cause", "delay", "error", "hints", "parameters", "result", "run", "state", "strand", "time",
    )  # fmt: skip
    timeout = heartbeat = token = credentials = None

    def __init__(self, strand: Strand, state: ObjectField, parameters: Any) -> None:
        run = strand.run
        self.run: Run = run
        self.strand = strand
        self.state: ObjectField = state
        self.parameters = parameters
        self.attempt = 1 + (strand.attempts.retry_count if strand.attempts is not None else 0)
        self.time = run.scheduler.now
        self.answered = False
        self.result: Any = None
        self.error: str | None = None
        self.cause: str | None = None
        self.hints: Hints | None = None
        self.delay = 0

    @property
    def field(self) -> str:
        return self.state.field

    @property
    def open(self) -> bool:
        return not self.answered

    def succeed(self, value: Any, size: int, depth: int, after: int = 0) -> None:
        """Answer with what the API gives. Size and nesting do not count: S3's objects are larger than payloads."""
        if not self.answered:
            self.answered = True
            self.result, self.delay = value, after

    def fail(self, error: str | None, cause: str | None, after: int = 0, hints: Hints | None = None) -> None:
        if not self.answered:
            self.answered = True
            self.error, self.cause, self.delay, self.hints = error, cause, after, hints

    def send(self) -> Any:
        """Have the call answered.

        Raises:
            StateError: the API failed; the Map fails with the error of its field and the API's cause.
        """
        store = self.run.world.store
        assert store is not None
        self.run.scheduler.caller = self.strand
        store.call(self)
        assert self.answered
        if self.error is not None:
            cause = self.cause or self.error
            raise StateError(self.state.error, cause, catchable=True, located=False, hints=self.hints)
        return self.result
