"""Values with which a state can run: what its paths ask for, and answers that its service could give.

Only the definition is known, so the values are guesses: a path in a field that takes numbers leads to a number, a path in
parameters of a service to what the service's API takes there, most others to a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.outline import INNER_FIELDS
from pytest_sfn.services.convert import member_name
from pytest_sfn.services.operations import operation_of, polling_of
from pytest_sfn.services.reach import invokes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_sfn.asl.model import TaskState
    from pytest_sfn.services.operations import Operation, Polling

__all__ = ["TEXT", "TIMESTAMP", "Needs", "Node", "answer_of", "member_steps", "paths_in"]

TEXT: Final = "x"
TIMESTAMP: Final = "2024-01-01T00:00:00Z"
"""When the clock of an account starts, so that a Wait until then takes no time."""
_NUMBER: Final = "1"
"""A number as DynamoDB has it, a text in a member N."""
_DEEPEST: Final = 8
"""Levels of a service's answer."""


_NO_PATHS: Final = frozenset({"Type", "Comment", "Next", "Resource", "ResultPath", "Catch", "Retry"})
"""Fields that read nothing of a state's data."""


class Node:
    """What paths ask for at one place."""

    __slots__ = ("guess", "item", "length", "members")

    def __init__(self) -> None:
        self.guess: Any = TEXT
        self.length = 1
        self.members: dict[str, Node] = {}
        self.item: Node | None = None

    def at(self, steps: list[str]) -> Node:
        """The node that a path leads to; "[2" is an item of an array, of which all are alike."""
        node = self
        for step in steps:
            if step[0] == "[":
                node.length = max(node.length, int(step[1:] or 0) + 1)
                node.item = node.item or Node()
                node = node.item
            else:
                node = node.members.setdefault(step, Node())
        return node

    def ask(self, steps: list[str], guess: Any) -> None:
        node = self.at(steps)
        if node.guess == TEXT:
            node.guess = guess

    def add(self, other: Node) -> None:
        """Ask for what another node asks for as well."""
        self.guess = other.guess if self.guess == TEXT else self.guess
        for name, member in other.members.items():
            self.members.setdefault(name, Node()).add(member)
        if other.item is not None:
            self.length = max(self.length, other.length)
            self.item = self.item or Node()
            self.item.add(other.item)

    def value(self, items: list[Any] | None = None) -> Any:
        """JSON that has what was asked for; `items` are in arrays of which no path says what is in them."""
        if self.item is not None:
            inner = Node()
            inner.add(self.item)
            inner.members |= self.members
            return [inner.value(items)] * self.length
        if self.members:
            return {name: member.value(items) for name, member in self.members.items()}
        return items if self.guess == [] and items else self.guess


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
                    if isinstance(kind, _Compared):
                        guess = kind.value
                    elif kind is not None and operation is not None and not near.startswith("Payload"):
                        guess = _NUMBER if near.removesuffix(".$") == "N" else example(kind, sdk=_is_sdk(operation))
                    if root in ("item", "execution"):
                        (self.item if root == "item" else self.execution).ask(steps, guess)
                    elif root not in ("", "input", "result"):
                        self.variables.setdefault(root, Node()).ask(steps, guess)
                    elif root == "result" or field == "ResultSelector" or (field == "Assign" and not root and task is not None):
                        self.result.ask(steps, guess)
                    elif field == "OutputPath" and result_path is not None and steps[: len(result_path)] == result_path:
                        self.result.ask(steps[len(result_path) :], guess)
                    elif root == "input" or field in ("InputPath", "OutputPath") or input_path is None:
                        self.input.ask(steps, guess)
                    else:
                        self.input.ask(input_path + steps, guess)


def _within(name: str, written: Mapping[str, Any], jsonata: bool) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """A state and all states inside it, with whether each is in JSONata."""
    jsonata = written.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
    yield name, written, jsonata
    for field in INNER_FIELDS & written.keys():
        bodies = written[field] if isinstance(written[field], list) else [written[field]]
        for body in bodies:
            for inner, state in body.get("States", {}).items():
                yield from _within(inner, state, jsonata)


# -- paths -----------------------------------------------------------------------------------------------------------------

_STEP: Final = re.compile(r"\.([A-Za-z_][\w-]*)|\.`([^`]+)`|\[['\"]([^'\"]+)['\"]\]|\.?(\[[\d*:,\s-]+\])|\.\*\*?")
_STEPS_OF_JSONATA: Final = _STEP.pattern.replace("[\\w-]", "\\w")
_JSONPATH: Final = re.compile(rf"(?<![\w$])\$(\$\.(?:Map\.Item\.Value|Execution\.Input)|[A-Za-z_]\w*)?((?:{_STEP.pattern})*)")
_JSONATA: Final = re.compile(rf"(?<![\w$])\$([A-Za-z_]\w*)((?:{_STEPS_OF_JSONATA})*)(?!\w|\s*\(|\s*:=)")
_MEMBER: Final = re.compile(r":\s*(?!(?:true|false|null)\b)(?:\$\w+\(\s*)?([A-Za-z_]\w*(?:\.\w+)*)(?!\w|\s*\()")
_LOCAL: Final = re.compile(r"\$([A-Za-z_]\w*)\s*(?::=|[,)][^{]*\{)")
"""A variable of a JSONata expression itself: bound, or a parameter of a function."""
_GUESSES: Final[tuple[tuple[str, Any], ...]] = (
    (r"^Payload", {}),
    (
        r"ItemsPath|\bItems\b|ArrayLength|ArrayContains|ArrayPartition|ArrayGetItem|ArrayUnique|\$(count|map|filter|reduce|sort)\(",
        [],
    ),
    (r"Timestamp|\$(toMillis|fromMillis)\(", TIMESTAMP),
    (r"Seconds|MaxConcurrency|MaxItems|MathAdd|MathRandom|ArrayRange|Count|Percentage|\$(sum|round|floor|abs|max|min)\(", 1),
    (r"StringToJson|\$parse\(", "{}"),
    (r"JsonMerge|\$merge\(|\$keys\(", {}),
    (r"\bIsBoolean|\bBoolean", True),
    (r"\bNumeric|\bIsNumeric", 1),
)
"""What is in a field's name or text before a path, and a value for that path."""
_SPLIT: Final = re.compile(r"StringSplit\(|\$split\(")
_SPLITTING: Final = re.compile(r"""\s*,\s*(['"])(.+?)\1\s*\)(?:(?:\s*,\s*|\[)(\d{1,2}))?""")
"""What follows the path of a text that is split: the separator, and the part that is taken."""


def member_steps(path: Any) -> list[str] | None:
    """The steps of a path into the state's own data; None for one into something else."""
    if path is None:
        return []
    if not isinstance(path, str) or not path.startswith("$") or path.startswith("$$"):
        return None
    return _split(path[1:])


def _split(text: str) -> list[str]:
    """The steps of a path; wildcards are left out, so what follows is asked of the value itself."""
    found = []
    for name, quoted, bracketed, index in _STEP.findall(text):
        digits = re.match(r"\[(\d{1,2})\]", index)
        found.append(f"[{digits[1] if digits else ''}" if index else name or quoted or bracketed)
    return [step for step in found if step]


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


def paths_in(text: str, field: str, *, jsonata: bool) -> Iterator[tuple[str, list[str], Any]]:
    """Each path in a text: its root ("" for the state's data), its steps, a value of the right type."""
    if jsonata and not text.startswith("{%"):
        return
    local = {*_LOCAL.findall(text), "states"} if jsonata else set()
    for match in (_JSONATA if jsonata else _JSONPATH).finditer(text):
        root, steps = match[1] or "", _split(match[2])
        before = text[: match.start()].rpartition(",")[2]
        before = before[before.rfind("(", 0, max(before.rfind("("), 0)) + 1 :]  # the innermost function
        guess = next((value for words, value in _GUESSES if re.search(words, f"{field} {before}")), TEXT)
        if _SPLIT.search(before) and (split := _SPLITTING.match(text, match.end())):
            guess = split[2].join([TEXT] * (int(split[3] or 0) + 1))
        if jsonata and re.match(r"\s*[-+*/<>](?!.*&)", text[match.end() :]):
            guess = 1
        if root == "states":
            root, steps = _within_states(steps)
            if not root:
                continue
        elif root.startswith("$"):
            root = "item" if "Map" in root else "execution"
        elif root in local or (not root and text[match.end() : match.end() + 1] == "$"):
            continue
        if root or match[0] == "$" or steps:
            yield root, steps, _NUMBER if guess == TEXT and steps[-1:] == ["N"] else guess
        if jsonata and text.startswith(".{", match.end()):  # an object of each item
            made = text[match.end() : text.find("}", match.end())]
            yield from (
                (root, [*steps, "[", *name.split(".")], _NUMBER if name.endswith(".N") else TEXT)
                for name in _MEMBER.findall(made)
            )


def _within_states(steps: list[str]) -> tuple[str, list[str]]:
    """The root and the steps of a path into JSONata's `$states`; the root is "" where no sample can have it."""
    for root, way in (("execution", ["context", "Execution", "Input"]), ("item", ["context", "Map", "Item", "Value"])):
        if steps[: len(way)] == way:
            return root, steps[len(way) :]
    return (steps[0], steps[1:]) if steps and steps[0] in ("input", "result") else ("", [])


# -- shapes of services ------------------------------------------------------------------------------------------------------

_SCALARS: Final[Mapping[str, Any]] = {
    "boolean": True, "timestamp": TIMESTAMP, "integer": 1, "long": 1, "float": 1, "double": 1, "number": 1, "bigdecimal": 1,
    "biginteger": 1, "short": 1, "array": [], "object": {}, "any": {},
}  # fmt: skip


def _is_sdk(operation: Operation) -> bool:
    return operation.integration == "aws-sdk"


def example(shape: Any, *, sdk: bool, depth: int = 0) -> Any:
    """The least value that a shape takes.

    Args:
        shape: botocore's, or an integration's own table.
        sdk: whether members are spelled as in an `aws-sdk` integration.
    """
    if isinstance(shape, dict):
        return {name[:-1]: example(kind, sdk=sdk, depth=depth + 1) for name, kind in shape.items() if name.endswith("!")}
    if isinstance(shape, str):
        return _SCALARS.get(shape, TEXT)
    kind = shape.type_name
    if kind == "structure":
        if depth > _DEEPEST or shape.is_document_type:
            return {}
        required = [name for name in shape.required_members if name in shape.members]
        return {member_name(name, sdk=sdk): example(shape.members[name], sdk=sdk, depth=depth + 1) for name in required}
    if kind in ("list", "map"):
        return [] if kind == "list" else {}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    value, least = _SCALARS.get(kind, TEXT), shape.metadata.get("min", 1)
    if kind in ("string", "blob"):
        return TEXT * least
    return max(value, least) if type(value) is int else value


def fitted(value: Any, shape: Any, *, sdk: bool) -> Any:
    """A value with what a shape demands; members that the shape knows get its types."""
    if shape is None or isinstance(shape, str):
        return value if shape in (None, "any", "object") else _SCALARS.get(shape, TEXT)
    least = example(shape, sdk=sdk)
    if isinstance(shape, dict):
        known = {name.rstrip("!"): kind for name, kind in shape.items()}
    elif shape.type_name == "structure" and not shape.is_document_type:
        known = {member_name(name, sdk=sdk): kind for name, kind in shape.members.items()}
    elif shape.type_name == "list":
        return [fitted(item, shape.member, sdk=sdk) for item in value] if isinstance(value, list) else least
    elif shape.type_name == "map":
        return {name: fitted(item, shape.value, sdk=sdk) for name, item in value.items()} if isinstance(value, dict) else least
    else:
        return value if shape.type_name == "structure" else _scalar(shape, value, least)
    if not isinstance(value, dict):
        return least
    return least | {name: fitted(item, known.get(name), sdk=sdk) for name, item in value.items()}


def _scalar(shape: Any, value: Any, least: Any) -> Any:
    """The value that somebody reads or compares, if a scalar of a service can be that."""
    if value == TEXT or type(value) is not type(least):
        return least
    names = getattr(shape, "enum", None)
    if not names or value in names:
        return value
    return next(filter(_DONE.search, names), least)  # one that is compared with others: often what comes after a wait


_DONE: Final = re.compile(r"(?i)^(succe|complete|available|active|ready|finished|done)")


def answer_of(task: TaskState, wanted: Any, *, of_function: bool) -> Any:
    """An answer to a task that has what was asked of its result.

    Args:
        wanted: what the definition reads of the result.
        of_function: whether the mock is that of the function that the task calls.
    """
    resource = task.resource
    wanted = {} if wanted == TEXT else wanted
    if resource.pattern == ".waitForTaskToken" or resource.kind in ("lambda", "activity"):
        return wanted
    if invokes(resource) and of_function:
        payload = wanted.get("Payload", {}) if isinstance(wanted, dict) else {}
        return {} if payload == TEXT else payload
    polling = polling_of(resource)
    if polling is not None:
        return _finished(polling, wanted, free=resource.pattern == ".sync:2")
    operation = operation_of(resource)
    if operation is None:
        return wanted
    answer = fitted(wanted, operation.output or {}, sdk=_is_sdk(operation))
    if resource.service == "bedrock" and isinstance(wanted, dict) and "Body" in wanted:
        answer["Body"] = wanted["Body"]  # of a model's answer, Step Functions gives the JSON in it
    return answer


def _finished(polling: Polling, wanted: Any, *, free: bool) -> Any:
    """The description of a job that has succeeded; with `free`, its Input and Output are any JSON."""
    extra: dict[str, Any] = {}
    if polling.result_name and isinstance(wanted, dict):
        extra = {name: value for name, value in wanted.items() if name != polling.result_name}
        wanted = wanted.get(polling.result_name, {})
    job = fitted(wanted, polling.job_shape, sdk=False)
    if free and isinstance(wanted, dict):
        job |= {name: wanted[name] for name in ("Input", "Output") if name in wanted}
    *outer, last = (member_name(name, sdk=False) for name in polling.status_path)
    holder = job
    for name in outer:
        holder = holder.setdefault(name, {})
    holder[last] = min(polling.succeeded)
    return {**extra, polling.result_name: job} if polling.result_name else job
