"""Values with which a state can run: what its paths ask for.

Only the definition is known, so the values are guesses: a path in a field that takes numbers leads to a number, a path in
parameters of a service to what the service's API takes there, most others to a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.outline import INNER_FIELDS
from pytest_sfn.coverage.answers import example, is_sdk
from pytest_sfn.coverage.guesses import NUMBER, TEXT, TIMESTAMP, Node
from pytest_sfn.coverage.paths import member_steps, paths_in
from pytest_sfn.services.operations import operation_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.model import TaskState

__all__ = ["Needs"]

_NO_PATHS: Final = frozenset({"Type", "Comment", "Next", "Resource", "ResultPath", "Catch", "Retry"})
"""Fields that read nothing of a state's data."""


class Needs:
    """What the fields of states ask for.

    Attributes:
        input, result: of the state; of states inside of another, all are in `input`.
        item: of the Map around the state.
        execution: of the execution, as the Context Object has it.
        variables: those that the state reads, by name.
    """

    def __init__(self) -> None:
        self.input = Node()
        self.result = Node()
        self.item = Node()
        self.execution = Node()
        self.variables: dict[str, Node] = {}

    @classmethod
    def of_state(cls, written: Mapping[str, Any], *, jsonata: bool, task: TaskState | None = None) -> Needs:
        """What the state itself asks for.

        Args:
            written: the state as the definition has it.
            task: the state, if it is a Task.
        """
        needs = cls()
        needs._add(written, jsonata=jsonata, task=task)
        return needs

    @classmethod
    def of_body(cls, written: Mapping[str, Any], *, jsonata: bool, tasks: Mapping[str, TaskState]) -> Needs:
        """What a state and all states inside it ask for, from whichever input or result, as if these were one value."""
        needs = cls()
        for name, state, its_jsonata in _within("", written, jsonata):
            needs._add(state, jsonata=its_jsonata, task=tasks.get(name))
        needs.input.add(needs.result)
        return needs

    def sample(self, *, items: int = 0) -> Any:
        """An input with what was asked for; its arrays have so many items, each with everything too."""
        whole = Node()  # no input of a Task has the item; in a body items have all that its input has
        for node in (self.input, self.item, self.execution):
            whole.add(node)
        found = whole.value()
        found = {} if found == TEXT else found
        return whole.value([found] * items) if items and whole.members else found

    def sample_variables(self) -> dict[str, Any]:
        return {name: node.value() for name, node in self.variables.items()}

    def _add(self, written: Mapping[str, Any], *, jsonata: bool, task: TaskState | None) -> None:
        input_path = member_steps(written.get("InputPath"))
        result_path = member_steps(written.get("ResultPath")) if "ResultPath" in written else []
        operation = operation_of(task.resource) if task is not None else None
        for field, value in written.items():
            if field in INNER_FIELDS or field in _NO_PATHS:
                continue
            shape = operation.input if operation is not None and field in ("Parameters", "Arguments") else None
            for text, near, kind in _texts(value, field, shape):
                for root, steps, guess in paths_in(text, near, jsonata=jsonata):
                    above = [] if root == "input" or field in ("InputPath", "OutputPath") else input_path
                    if isinstance(kind, _Compared):
                        guess = kind.value
                    elif kind is not None and operation is not None and not near.startswith("Payload"):
                        guess = NUMBER if near.removesuffix(".$") == "N" else example(kind, sdk=is_sdk(operation))
                    if root in ("item", "execution"):
                        (self.item if root == "item" else self.execution).ask(steps, guess)
                    elif root not in ("", "input", "result"):
                        self.variables.setdefault(root, Node()).ask(steps, guess)
                    elif root == "result" or field == "ResultSelector" or (field == "Assign" and not root and task is not None):
                        self.result.ask(steps, guess)
                    elif field == "OutputPath" and result_path is not None and steps[: len(result_path)] == result_path:
                        self.result.ask(steps[len(result_path) :], guess)
                    elif above is not None:  # else the paths lead into the Context Object
                        self.input.ask(above + steps, guess)


def _within(name: str, written: Mapping[str, Any], jsonata: bool) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """A state and all states inside it, with whether each is in JSONata."""
    jsonata = written.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
    yield name, written, jsonata
    for field in INNER_FIELDS & written.keys():
        bodies = written[field] if isinstance(written[field], list) else [written[field]]
        for body in bodies:
            for inner, state in body.get("States", {}).items():
                yield from _within(inner, state, jsonata)


def _texts(value: Any, field: str, shape: Any) -> Iterator[tuple[str, str, Any]]:
    """Each text that may hold a path, with the name of the member that it is in and the shape that a service has for it."""
    if isinstance(value, str):
        if field.endswith((".$", "Path", "Variable")) or value.startswith("{%"):
            yield value, field, shape
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, field, shape.member if getattr(shape, "type_name", "") == "list" else None)
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = _Compared(value) if name == "Variable" else _member(shape, name.removesuffix(".$"))
            yield from _texts(item, name, inner)


class _Compared:
    """A Choice Rule of JSONPath, in place of a shape: the value that its Variable is compared with."""

    def __init__(self, rule: Mapping[str, Any]) -> None:
        operator = next((key for key in rule if key.startswith(("String", "Numeric", "Boolean", "Timestamp", "Is"))), "")
        self.value = _IS.get(operator, TEXT if operator.endswith("Path") or not operator else rule[operator])


_IS: Final[Mapping[str, Any]] = {
    "IsPresent": TEXT, "IsString": TEXT, "IsNull": None, "IsBoolean": True, "IsNumeric": 1, "IsTimestamp": TIMESTAMP,
}  # fmt: skip


def _member(shape: Any, name: str) -> Any:
    """The shape of a member, whose first letter may be large or small; None if nothing is known of it."""
    if isinstance(shape, dict):
        members: Mapping[str, Any] = {key.rstrip("!"): kind for key, kind in shape.items()}
    elif shape is None or isinstance(shape, str) or shape.type_name not in ("structure", "map"):
        return None
    elif shape.type_name == "map":
        return shape.value
    else:
        members = {} if shape.is_document_type else shape.members
    return next((kind for key, kind in members.items() if key.lower() == name.lower()), None)
