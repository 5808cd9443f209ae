"""Ways to start an execution: with an input, or by an event of the template that gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.coverage.python_text import Keyword
from pytest_sfn.dataclass import dataclass
from pytest_sfn.loaders.event_sources import event_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.account.execution import Execution
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.loaders.event_sources import EventSource

__all__ = ["Start", "event_starts", "plain_start"]

_JSON: Final = ("{", "[", '"')


@dataclass(frozen=True, slots=True)
class Start:
    """The call that starts the execution.

    Attributes:
        method: of the machine.
        arguments: as the call has them.
    """

    method: str
    arguments: tuple[Any, ...]

    def run(self, machine: Any) -> Execution:
        """Do it."""
        named = {each.name: each.value for each in self.arguments if isinstance(each, Keyword)}
        found: Execution = getattr(machine, self.method)(
            *(each for each in self.arguments if not isinstance(each, Keyword)), **named
        )
        return found


def plain_start(value: Any) -> Start:
    """A start with an input."""
    if isinstance(value, str) and value[:1] in _JSON:  # `run` takes no text that looks like JSON
        return Start("run", (Keyword("input_json", json.dumps(value)),))
    return Start("run", () if value == {} else (value,))


def event_starts(machine: StateMachine, value: Any) -> Iterator[Start]:
    """Ways in which something of the template starts an execution with such an input."""
    found = machine._found
    for source in event_sources(found) if found is not None else ():
        yield from _sent(source, value)


def _sent(source: EventSource, value: Any) -> Iterator[Start]:
    """Calls of `run_event` that may give a machine what is in an input."""
    yield Start("run_event", (source.name,))
    if source.kind == "api":
        yield Start("run_event", (source.name, Keyword("body", value)))
    elif source.kind in ("rule", "schedule") and isinstance(value, dict):
        detail, event = value.get("detail"), {name: item for name, item in value.items() if name != "detail"}
        given = [Keyword("detail", detail)] if isinstance(detail, dict) else []
        if given:
            yield Start("run_event", (source.name, *given))
        if event:
            yield Start("run_event", (source.name, *given, Keyword("event", event)))
    elif source.kind == "pipe" and isinstance(value, list) and value and isinstance(value[0], dict):
        yield Start("run_event", (source.name, Keyword("body", value[0].get("body", value[0]))))
