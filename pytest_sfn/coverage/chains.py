"""Mocks as the text of calls: those that the tests of one machine have, and a way to make them.

The mock of a task is as short as it is clear: that of its function or activity if no other task calls it, else the state's.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState, TaskState
from pytest_sfn.asl.pointer import resolve
from pytest_sfn.coverage.answers import answer_of
from pytest_sfn.coverage.plausible import plausible
from pytest_sfn.coverage.python_text import Chain
from pytest_sfn.services.reach import function_called, invokes, resource_key

if TYPE_CHECKING:
    from pytest_sfn.account.sfn_mock import SfnMock
    from pytest_sfn.coverage.plausible import Names
    from pytest_sfn.definition import StateMachine

__all__ = ["FUNCTION", "Chains", "called", "of_resource", "of_s3"]

FUNCTION: Final = "sfn_mock.lambda_function"


class Chains:
    """The mocks of a machine's tasks.

    Args:
        machine: the definition.
    """

    def __init__(self, machine: StateMachine) -> None:
        self.machine = machine
        self.tasks = {name: state for name, state in machine.states.items() if isinstance(state, TaskState)}
        self._callers = Counter(map(self._called_by, self.tasks.values()))
        self._targets = {name: self._target_of(state) for name, state in self.tasks.items()}

    def mock(self, task: TaskState) -> Chain:
        """The mock of a task, without an answer."""
        function, name = self._targets[task.name]
        return Chain(((function, (name,)),))

    def of_function(self, task: TaskState) -> bool:
        """Whether it is the mock of a function."""
        return self._targets[task.name][0] == FUNCTION

    def answered(self, mock: Chain, task: TaskState, wanted: Any, names: Names = "none") -> Chain:
        """A mock that lets a task succeed.

        Args:
            wanted: what is read of the result.
        """
        waits = task.resource.pattern == ".waitForTaskToken"
        answer = answer_of(task, wanted, of_function=self.of_function(task))
        free = waits or self.of_function(task) or task.resource.kind in ("lambda", "activity")
        names = names if free or names == "none" else "texts"  # an API has types
        return mock.then("completes" if waits else "returns", plausible(answer, names))

    def function(self, task: TaskState) -> str | None:
        """The name of the function that a task calls, if the definition has it."""
        fields = resolve(self.machine.definition, task.pointer)
        fields = fields.get("Parameters") or fields.get("Arguments") or {}
        name = fields.get("FunctionName") if invokes(task.resource) and isinstance(fields, dict) else None
        if name is not None and (not isinstance(name, str) or name.startswith("{%")):
            return None
        function = function_called(task.resource, name)
        if function is None:
            return None
        template = self.machine.template
        others = template.function_names.get(function.name, ()) if template is not None else ()
        return others[0] if others else function.name

    def _target_of(self, task: TaskState) -> tuple[str, str]:
        """A method of `sfn_mock`, and its argument."""
        resource, name = task.resource, self.function(task)
        if self._callers[self._called_by(task)] == 1:
            if resource.kind == "activity" and resource.name:
                return "sfn_mock.activity", resource.name
            if name is not None and "${" not in name:
                return FUNCTION, name
        return "sfn_mock.state", task.name

    def _called_by(self, task: TaskState) -> str:
        return self.function(task) or task.resource.text


def of_resource(text: str) -> Chain:
    """The mock of a Resource."""
    return Chain((("sfn_mock.resource", (resource_key(text),)),))


def of_s3(state: MapState, resource: str, item: Any, items: int) -> Any:
    """S3's answer to a Map.

    Args:
        item: an item that its states can work with.
        items: how many there are.
    """
    if resource.endswith(":putObject"):
        return {}
    if resource.endswith(":listObjectsV2"):
        return {"Contents": [{"Key": "x", "Size": 1, "ETag": '"x"', "LastModified": 1, "StorageClass": "STANDARD"}]}
    assert state.item_reader is not None
    config, item = state.item_reader.reader_config, item or {"id": "x"}
    if config.get("InputType") == "CSV":
        headers = config.get("CSVHeaders") or list(item)
        rows = [headers, *[["x"] * len(headers)] * items]
        return {"Body": "".join(f"{','.join(map(str, row))}\n" for row in rows)}
    lines = [json.dumps(item)] * items
    return {"Body": "\n".join(lines) if config.get("InputType") == "JSONL" else f"[{', '.join(lines)}]"}


def called(sfn_mock: SfnMock, chain: Chain | None) -> Any:
    """Do what the text of a chain does; gives what its first call gives, the mock."""
    found: Any = sfn_mock
    mock = None
    for function, arguments in chain.calls if chain is not None else ():
        found = getattr(found, function.removeprefix("sfn_mock."))(*arguments)
        mock = mock or found
    return mock
