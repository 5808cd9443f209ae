"""The rules that no single field can break: transitions, reachability, exclusive fields, names, variables.

The parser reads each object by the table in `fields` and calls the checks below with what it has read. A check gives
`Finding`s; it never raises and builds nothing. Texts marked [recorded] or [reported] are AWS's, the others are ours.
Rules about probable mistakes are warnings, since AWS accepts such definitions.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal

from pytest_sfn.asl.fields import FIELDS, LANGUAGES, STATE_TYPES
from pytest_sfn.asl.findings import SCHEMA, Finding
from pytest_sfn.asl.outline import innermost_state, set_around
from pytest_sfn.asl.pointer import child, parent
from pytest_sfn.asl.resource import Resource, unfamiliar, unrecognized, unrecognized_object_call
from pytest_sfn.dataclass import dataclass
from pytest_sfn.names import Suggester, suggest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = [
    "TIMESTAMP_HINT",
    "StateSet",
    "check_credentials",
    "check_error_names",
    "check_exclusive",
    "check_label",
    "check_labels",
    "check_resource",
    "check_state_name",
    "check_state_sets",
    "check_states_used",
    "check_template",
    "check_variables",
    "explain_unknown_field",
    "not_recognized",
]

TIMESTAMP_HINT: Final = "write it as 2016-03-14T01:59:00Z"
_TRANSITION: Final = "MISSING_TRANSITION_TARGET"


@dataclass(slots=True)
class StateSet:
    """One set of states: the machine's own, a branch, an item processor.

    Attributes:
        pointer: JSON Pointer of the object that has StartAt and States.
        outer: the set whose variables are visible here; None at the top and in a distributed Map.
        states: JSON Pointer of each state, by name.
        targets: every transition: (state or None for StartAt, target, JSON Pointer of the field).
        terminal: whether some state ends the execution of these states.
        assigned: the variables assigned here: (name, JSON Pointer of its key in the Assign, of its state).
        doubtful: a state could not be read well enough to know where it leads.
    """

    pointer: str
    outer: StateSet | None = None
    states: dict[str, str] = field(default_factory=dict)
    targets: list[tuple[str | None, str, str]] = field(default_factory=list)
    terminal: bool = False
    assigned: list[tuple[str, str, str]] = field(default_factory=list)
    doubtful: bool = False


# Transitions


def check_state_sets(state_sets: Iterable[StateSet]) -> Iterator[Finding]:
    """Targets that do not exist, states without a way in, sets of states without an end.

    As AWS does it [reported]: every dangling target is named, whatever its field, as a missing 'Next' target; a set of
    states without a terminal state is not searched for unreachable ones; unreachable is a state that no transition
    names, so that a detached cycle passes (we warn of it).
    """
    places = _places(state_sets := list(state_sets))
    suggest_here = Suggester()
    for state_set in state_sets:
        for _, target, pointer in state_set.targets:
            if target not in state_set.states and state_set.states:
                yield Finding(
                    _TRANSITION,
                    f"Missing 'Next' target: {target}",
                    pointer,
                    _elsewhere(target, state_set, places, suggest_here),
                    on_value=True,
                )
    for state_set in state_sets:
        if state_set.doubtful or not state_set.states:
            continue
        if not state_set.terminal:
            hint = 'give the last state "End": true, or let it lead to a Succeed or Fail state'
            where = state_set.pointer or None  # AWS gives no location for the machine's own states
            yield Finding("MISSING_END_STATE", "Workflow has no terminal state", where, hint, at=f"{state_set.pointer}/States")
            continue
        named = {target for _, target, _ in state_set.targets}
        reached = _reached(state_set)
        for name, pointer in state_set.states.items():
            if name not in named:
                hint = "lead to it with Next, Default, Choices or Catch, or remove it"
                yield Finding(_TRANSITION, f'State "{name}" is not reachable.', pointer, hint, rule="unreachable-state")
            elif name not in reached and reached:
                message = f'State "{name}" cannot be reached from StartAt, only from states that are not reached either'
                yield Finding("UNREACHABLE_STATE", message, pointer, severity="WARNING")


def _places(state_sets: list[StateSet]) -> dict[str, str]:
    return {name: pointer for state_set in state_sets for name, pointer in state_set.states.items()}


def _elsewhere(target: str, state_set: StateSet, places: Mapping[str, str], suggest: Suggester) -> str:
    """A hint for a target that is not in its set of states."""
    hint = suggest(target, state_set.states, "did you mean {!r}?")
    if hint or target not in places:
        return hint or f"the states here are {_listing(state_set.states)}"
    around = innermost_state(set_around(places[target]))
    where = "among the machine's own states" if around is None else f"inside of '{around}'"
    return f"'{target}' is {where}; a transition cannot lead into or out of a branch or an item processor"


def _listing(names: Collection[str], most: int = 8) -> str:
    shown = [f"'{name}'" for name in islice(names, most)]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")


def _reached(state_set: StateSet) -> set[str]:
    """The states reachable from StartAt; empty if StartAt leads nowhere."""
    edges: dict[str | None, list[str]] = {}
    for state, target, _ in state_set.targets:
        if target in state_set.states:
            edges.setdefault(state, []).append(target)
    reached: set[str] = set()
    waiting = edges.get(None, [])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += edges.get(name, [])
    return reached


# Fields

_EXACTLY_ONE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Task": (("Next", "End"),),
    "Pass": (("Next", "End"),),
    "Wait": (("Next", "End"), ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")),  # in AWS's order [measured]
    "Parallel": (("Next", "End"),),
    "Map": (("Next", "End"), ("ItemProcessor", "Iterator")),
}


def _alternatives(place: str, language: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Fields of which an object has one, and whether it must have it.

    Those that set the same attribute, such as a literal and its Path, exclude each other.
    """
    known = {row.name: row.attribute for row in FIELDS[place].values() if row.language in (None, language)}
    needed = [tuple(name for name in names if name in known) for names in _EXACTLY_ONE.get(place, ())]
    by_attribute: dict[str, list[str]] = {}
    for name, attribute in known.items():
        if attribute is not None and not any(name in names for names in needed):
            by_attribute.setdefault(attribute, []).append(name)
    return (*((tuple(names), False) for names in by_attribute.values() if len(names) > 1), *((names, True) for names in needed))


_ALTERNATIVES: Final = {(place, language): _alternatives(place, language) for place in FIELDS for language in LANGUAGES}


def check_exclusive(place: str, value: Mapping[str, Any], pointer: str, language: str) -> Iterator[Finding]:
    """Fields of which an object may have only one, or must have exactly one; those of the other language do not count."""
    for names, needed in _ALTERNATIVES[place, language]:
        present = [name for name in names if name in value and not (name == "End" and value[name] is False)]
        if len(present) > 1:  # AWS lists the fields that the object may have, not those that it has [measured]
            message = f"There should only be one of the following fields: [{', '.join(names)}]"
            yield Finding(SCHEMA, message, pointer, f"remove {' or '.join(present)}", at=child(pointer, present[1]))
        elif needed and not present:
            message = f"This object should have only one of the following fields: [{', '.join(names)}]"
            yield Finding(SCHEMA, message, pointer, _MISSING_HINTS.get(names[0], ""))


_MISSING_HINTS: Final = {
    "Next": 'name the state that follows in "Next", or write "End": true',
    "ItemProcessor": 'write "ItemProcessor": {"StartAt": ..., "States": {...}}',
}


def check_together(place: str, value: Mapping[str, Any], pointer: str, language: str) -> Iterator[Finding]:
    """Fields of a Map's objects that want another one beside them, or exclude it."""
    if place == "ProcessorConfig":
        if value.get("Mode") == "DISTRIBUTED" and "ExecutionType" not in value:
            yield Finding(SCHEMA, "These fields are required: [ExecutionType]", pointer, '"STANDARD" or "EXPRESS"')
        elif value.get("Mode", "INLINE") == "INLINE" and "ExecutionType" in value:  # [two sources]
            hint = 'remove it, or write "Mode": "DISTRIBUTED"'
            yield Finding(SCHEMA, "Field 'ExecutionType' is not supported", pointer, hint, at=child(pointer, "ExecutionType"))
    elif place == "ResultWriter" and "Resource" in value:
        sent = "Arguments" if language == "JSONata" else "Parameters"
        if sent not in value:  # [reported for Arguments]
            yield Finding(SCHEMA, f"These fields are required: [{sent}]", pointer)
    elif place == "ReaderConfig":
        yield from _check_csv(value, pointer)


def _check_csv(config: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    kind = config.get("InputType")
    if kind == "CSV" and "CSVHeaderLocation" not in config:
        hint = 'write "FIRST_ROW", or "GIVEN" and the names in CSVHeaders'
        yield Finding(SCHEMA, "The field 'CSVHeaderLocation' is required", pointer, hint)
    elif kind in ("JSON", "JSONL", "PARQUET"):  # [measured for CSVHeaderLocation with JSON]
        for name in [name for name in config if name.startswith("CSV") and name in FIELDS["ReaderConfig"]]:
            hint = f"{name} is for files of the InputType CSV"
            yield Finding(SCHEMA, f"Field '{name}' is not supported", pointer, hint, at=child(pointer, name))
    elif config.get("CSVHeaderLocation") == "GIVEN" and "CSVHeaders" not in config:
        yield Finding(SCHEMA, "These fields are required: [CSVHeaders]", pointer, "list the names of the columns there")


def explain_unknown_field(place: str, name: str, language: str) -> str:
    """What was probably meant by a field that `place` does not have."""
    if name.startswith("Fn::"):
        return f"CloudFormation evaluates {name} while it deploys; load the definition that it makes"
    known = [row.name for row in FIELDS[place].values() if row.language in (None, language)]
    hint = suggest(name, known, "did you mean {!r}?")
    if hint:
        return hint
    elsewhere = ["the machine" if other == "StateMachine" else other for other, rows in FIELDS.items() if name in rows]
    if elsewhere:
        kind = "state" if place in STATE_TYPES else ""
        return f"{name} belongs to {_listing_plain(elsewhere)}, not to a {place} {kind}".rstrip()
    return f"{place} has {', '.join(known)}"


def _listing_plain(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def check_template(value: Any, pointer: str) -> Iterator[Finding]:
    """Keys that a payload template would make twice: `name` beside `name.$`."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key.endswith(".$") and key[:-2] in value:
                message = f"The field '{key[:-2]}' is given twice, as '{key[:-2]}' and as '{key}'"
                yield Finding(SCHEMA, message, pointer, "remove one of the two", at=child(pointer, key))
            if isinstance(item, (dict, list)):
                yield from check_template(item, child(pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield from check_template(item, f"{pointer}/{index}")


# Errors

_RESERVED_ERRORS: Final = frozenset(
    {
        "States.ALL",
        "States.BranchFailed",
        "States.DataLimitExceeded",
        "States.ExceedToleratedFailureThreshold",
        "States.HeartbeatTimeout",
        "States.IntrinsicFailure",
        "States.ItemReaderFailed",
        "States.NoChoiceMatched",
        "States.ParameterPathFailure",
        "States.Permissions",
        "States.QueryEvaluationError",
        "States.ResultPathMatchFailure",
        "States.ResultWriterFailed",
        "States.Runtime",
        "States.TaskFailed",
        "States.Timeout",
    }
)


def check_error_names(lists: list[tuple[list[Any], str]]) -> Iterator[Finding]:
    """The ErrorEquals of all Retriers, or of all Catchers, of a state: (names, JSON Pointer), in their order."""
    for position, (names, pointer) in enumerate(lists):
        for index, name in enumerate(names):
            where = f"{pointer}/{index}"
            if name == "States.ALL" and (len(names) > 1 or position < len(lists) - 1):  # [reported]
                hint = "give it a Retrier or Catcher of its own, the last of the list"
                message = "States.ALL must appear alone and at end of list"
                yield Finding(SCHEMA, message, where, hint, on_value=True, rule="states-all")
            elif isinstance(name, str) and name.startswith("States.") and name not in _RESERVED_ERRORS | _HTTP.keys():
                if _HTTP_STATUS.fullmatch(name):
                    continue
                hint = suggest(name, sorted(_RESERVED_ERRORS), "did you mean {!r}?")
                message = f"'{name}' is none of the error names that begin with 'States.'; it will never match"
                yield Finding("UNKNOWN_ERROR_NAME", message, where, hint, on_value=True, severity="WARNING")


_HTTP: Final = {"States.Http.Socket": None}
_HTTP_STATUS: Final = re.compile(r"States\.Http\.StatusCode\.\d{3}")


# Names

_TOO_LONG: Final = "exceeds the {}-character limit allowed by the service"
"""How AWS's texts about names that are too long end [measured]; the whole text is known of a state's name only [reported]."""
_LABEL: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f?*<>{}\[\]:;,\\|^~$#%&`\"]+")


def check_state_name(name: str, pointer: str) -> Iterator[Finding]:
    if not name:
        yield Finding("INVALID_STATE_NAME", "Invalid State name: a name has 1 to 80 characters", pointer)  # [?]
    elif len(name) > 80:
        yield Finding("INVALID_STATE_NAME", f"Invalid State name: State '{name}' {_TOO_LONG.format(80)}", pointer)


def check_label(label: str, pointer: str) -> Iterator[Finding]:
    if len(label) > 40:
        yield Finding(
            "INVALID_LABEL_NAME", f"Invalid Label name: Label '{label}' {_TOO_LONG.format(40)}", pointer, on_value=True
        )
    elif not _LABEL.fullmatch(label):
        message = 'A Label has neither blanks nor any of ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` "'
        yield Finding("INVALID_LABEL_NAME", message, pointer, on_value=True)


def check_labels(labels: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Labels of all Map states, each with its JSON Pointer: they are unique in a definition."""
    labels = list(labels)
    counts = Counter(label for label, _ in labels)
    for label, pointer in labels:
        if counts[label] > 1:
            yield Finding(
                "DUPLICATE_LABEL_NAME", f"Duplicate Label name: {label}", pointer, "give each Map its own", on_value=True
            )


# Variables

_VARIABLE: Final = "INVALID_VARIABLE_NAME"
_VARIABLE_LENGTH: Final = 80


def check_variables(state_sets: Iterable[StateSet]) -> Iterator[Finding]:
    """Names that Assign may not use: malformed, reserved, or assigned in an outer scope.

    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
    """
    for state_set in state_sets:
        for name, where, _ in state_set.assigned:
            yield from _check_variable(name, state_set, parent(where), where)


def _check_variable(name: str, state_set: StateSet, pointer: str, where: str) -> Iterator[Finding]:
    if len(name) > _VARIABLE_LENGTH:
        message = f"Invalid variable name '{name}': the variable name {_TOO_LONG.format(_VARIABLE_LENGTH)}"  # [?]
        yield Finding(_VARIABLE, message, pointer, at=where, rule="variable-name")
    elif not name.isidentifier():
        hint = "letters, digits and _ only, not beginning with a digit"
        if "." in name or "[" in name:
            hint = "assign the whole variable; its parts cannot be assigned"
        message = f"Invalid variable name '{name}': the variable name contains invalid characters."  # [measured]
        yield Finding(_VARIABLE, message, pointer, hint, at=where, rule="variable-name")
    elif name == "states":  # [measured]
        message = "Cannot assign to reserved variable '$states'."
        yield Finding("RESERVED_VARIABLE_NAME", message, pointer, at=where, rule="variable-name")
    else:
        yield from _check_collision(name, state_set, pointer, where)


def _check_collision(name: str, state_set: StateSet, pointer: str, where: str) -> Iterator[Finding]:
    """The same name assigned in an outer scope, which AWS prohibits [documented].

    Only a warning if it is the state around this scope that assigns it: that happens when the scope has ended.
    """
    outer = state_set.outer
    while outer is not None:
        states = [state for other, _, state in outer.assigned if other == name]
        if states:
            around = all(state_set.pointer.startswith(f"{state}/") for state in states)
            message = f"The variable '{name}' is assigned in an outer scope too, which an inner scope cannot change"
            hint = "give one of the two another name"
            severity: Literal["ERROR", "WARNING"] = "WARNING" if around else "ERROR"
            rule = "variable-reused-around" if around else "variable-name"
            yield Finding(SCHEMA, message, pointer, hint, at=where, severity=severity, rule=rule)
            return
        outer = outer.outer


_RESULT_FIELDS: Final = ("Output", "Assign")


def check_states_used(names: Iterable[str], pointer: str, field_path: str, type_: str) -> Iterator[Finding]:
    """The parts of `$states` that an expression reads where they do not exist.

    `result` is there in Output and Assign of Task, Parallel and Map, `errorOutput` in those of a Catcher [documented];
    AWS refuses the rest when a definition is created [reported]. An expression whose reads cannot be found out names
    all four parts and passes.
    """
    names = set(names)
    if len(names) == len(_STATES):
        return
    in_catcher = field_path.startswith("Catch[")
    place = field_path.split("/")[1 if in_catcher else 0].partition("[")[0]
    if "errorOutput" in names and not (in_catcher and place in _RESULT_FIELDS):
        yield _no_part("errorOutput", "Output and Assign of a Catcher", pointer)
    if "result" in names and (in_catcher or place not in _RESULT_FIELDS or type_ not in ("Task", "Parallel", "Map")):
        yield _no_part("result", "Output and Assign of a Task, Parallel or Map state", pointer)


_STATES: Final = ("input", "result", "errorOutput", "context")


def _no_part(name: str, where: str, pointer: str) -> Finding:
    message = f"Reference to '$states.{name}' is not supported in this field."
    return Finding("UNSUPPORTED_JSONATA_EXPRESSION", message, pointer, f"it exists in {where} only", on_value=True)


# Resources


def check_resource(resource: Resource, pointer: str) -> Iterator[Finding]:
    """Resources that AWS refuses.

    AWS refuses any text that is no ARN too; here that is a warning, which the linter shows, since definitions are tested
    before they have ARNs.
    """
    message = "Value is not a valid resource ARN"  # [reported]
    if resource.kind == "other" and _OURS.match(resource.text):
        hint = "an ARN of Lambda or Step Functions has another form"
        yield Finding(SCHEMA, message, pointer, hint, on_value=True, rule="unknown-resource")
    elif resource.kind == "other" or (resource.kind == "lambda" and not resource.text.startswith(("arn:", "${"))):
        yield Finding(SCHEMA, message, pointer, on_value=True, severity="WARNING", rule="resource-no-arn")
    reason = unrecognized(resource)
    if reason is not None:
        yield not_recognized(resource, pointer, reason)
    elif (doubt := unfamiliar(resource)) is not None:
        yield Finding(SCHEMA, message, pointer, doubt, on_value=True, severity="WARNING", rule="unknown-resource")


def check_credentials(task: Mapping[str, Any], resource: Resource | None, pointer: str) -> Iterator[Finding]:
    """Credentials of a Task whose Resource takes none."""
    if "Credentials" in task and resource is not None and resource.kind == "activity":  # [measured]
        message = "The field 'Credentials' is not supported for activities"
        yield Finding(SCHEMA, message, f"{pointer}/Credentials", "a worker brings credentials of its own")


def check_object_resource(field: str, resource: Resource, pointer: str) -> Iterator[Finding]:
    """Resources that an ItemReader or a ResultWriter cannot call; measured for an ItemReader."""
    reason = unrecognized_object_call(field, resource)
    if reason is not None:
        message = "The field 'Resource' does not match any of the allowed values"
        yield Finding(SCHEMA, message, pointer, reason, on_value=True, rule="unknown-resource")


def not_recognized(resource: Resource, pointer: str, reason: str) -> Finding:
    """AWS's refusal of a Resource that it does not know."""
    message = (  # [recorded]
        f"The resource provided {resource.text} is not recognized. "
        "The value is not a valid resource ARN, or the resource is not available in this region."
    )
    return Finding(SCHEMA, message, pointer, reason, on_value=True, rule="unknown-resource")


_OURS: Final = re.compile(r"arn:[^:]*:(?:lambda|states):")
