"""Definitions run under a collector, without pytest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_sfn import SfnMock
from pytest_sfn.account.account import watching
from pytest_sfn.coverage.collect import Collector
from pytest_sfn.coverage.data import CoverageData, Definition
from tests.helpers import machine, task


@contextmanager
def collecting(root: Path | None = None) -> Iterator[Collector]:
    """Watch every account made within."""
    collector = Collector(root or Path.cwd())
    with watching(collector.watch):
        yield collector


def taken(definition: dict[str, Any], input: Any = None, *, prepare=lambda account: None, **stubs: Any) -> Definition:
    """What one run takes; each stub answers the function of its name."""
    with collecting() as collector:
        account = SfnMock(quotas=None)
        for name, stub in stubs.items():
            account.lambda_function(name).calls(stub)
        prepare(account)
        account.load(definition).run({} if input is None else input)
        collector.finish()
    return only(collector.data())


def only(data: CoverageData) -> Definition:
    (definition,) = data.definitions.values()
    return definition


def fails(*errors: str, then: Any = None):
    """A stub that raises each of these errors once, then answers; an empty `then` repeats the last for ever."""
    left = list(errors)

    def stub(event: Any) -> Any:
        if left:
            name = left.pop(0) if len(left) > 1 or then is not None else left[0]
            raise type(name, (Exception,), {})
        return then

    return stub


def retry(*names, **fields):
    return [{"ErrorEquals": list(names), **fields}]


def catch(*names, to="Mend"):
    return [{"ErrorEquals": list(names), "Next": to}]


MEND = {"Type": "Pass"}
CHOICE = machine(
    Ask={
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": n, "Next": "One" if n == 1 else "Two"} for n in (1, 2)],
        "Default": "Other",
    },
    One={"Type": "Pass", "Next": "Two"},
    Two={"Type": "Succeed"},
    Other={"Type": "Fail", "Error": "Odd"},
)


def ends(definition):
    """The ends of the pointers taken that have to do with errors."""
    return sorted(
        pointer.removeprefix("/States/")
        for pointer in definition.taken
        if any(s in pointer for s in ("Retry", "Catch", "#")) and definition.elements[pointer].kind != "asked"
    )


def mapping(mode, **fields):
    processor = {**machine(Item=task()), "ProcessorConfig": {"Mode": mode}}
    if mode == "DISTRIBUTED":
        processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    return machine(Each={"Type": "Map", "ItemProcessor": processor, **fields})
