"""Features that an Express state machine may not have.

https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html; the texts are recorded, the trailing
blank included, save that of distributed Map, which is measured (its place is the rule of enums).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.findings import SCHEMA, Finding, Findings
from pytest_sfn.asl.model import MapState, TaskState
from pytest_sfn.asl.pointer import last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.model import State, StateMachineModel
    from pytest_sfn.asl.source import Source
    from pytest_sfn.errors import Diagnostic

__all__ = ["express_findings", "express_problems"]

PATTERNS = {
    ".sync": "Express state machine does not support '.sync' service integration",
    ".sync:2": "Express state machine does not support '.sync' service integration",
    ".waitForTaskToken": "Express state machine does not support '.waitForTaskToken' service integration ",
}
HINT = "make it STANDARD (type='STANDARD', or its type in the template), or use a pattern that does not wait for the service"


def express_problems(model: StateMachineModel, source: Source) -> list[Diagnostic]:
    """Diagnostics of all that keeps a definition from being an Express state machine; empty when nothing does."""
    findings = Findings(source, source.value)
    findings.add(*express_findings(model))
    return findings.diagnostics()


def express_findings(model: StateMachineModel) -> Iterator[Finding]:
    """The same in terms of the definition's values."""
    for state in model.all_states.values():
        for field, message in _problems(state):
            yield Finding(SCHEMA, message, f"{state.pointer}/{field}", HINT, rule="express")


def _problems(state: State) -> Iterator[tuple[str, str]]:
    if isinstance(state, TaskState):
        if state.resource.kind == "activity":
            yield "Resource", "Express state machine does not support Activity ARN"
        elif state.resource.pattern in PATTERNS:
            yield "Resource", PATTERNS[state.resource.pattern]
    elif isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"  # [measured]
        yield f"{last(state.processor.pointer)}/ProcessorConfig/Mode", message
