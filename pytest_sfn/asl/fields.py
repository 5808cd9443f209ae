"""The fields of the Amazon States Language: which objects have each, in which query language, and what it holds.

There is one table, `ROWS`. The parser reads from it how to read a field, and diagnostics what would be allowed.
A *place* is the kind of object that has fields: the eight state types, and the objects around and inside of them. The
rules that concern several fields at once are in `validate`.

Sources: https://states-language.net/spec.html, https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
and its pages on each state type; where AWS accepts other than the specification says, AWS wins.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BOUNDS", "FIELDS", "LANGUAGES", "ROWS", "STATE_TYPES", "Field", "Kind", "Place", "required"]

STATE_TYPES: Final = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")

Place = str
"""A state type, `StateMachine`, `Branch`, `ItemProcessor`, `ProcessorConfig`, `Retrier`, `Catcher`, `ChoiceRule`,
`ItemReader`, `ReaderConfig`, `ItemBatcher`, `ResultWriter` or `WriterConfig`."""

Kind = Literal[
    "json",  # anything, unchanged
    "comment",  # anything, ignored
    "string",
    "boolean",
    "integer",
    "number",
    "enum",
    "strings",  # a list of strings
    "timestamp",  # RFC 3339
    "target",  # the name of a state in the same States
    "resource",
    "path",  # a JSONPath, or null for none
    "result path",  # a Reference Path to write to, or null
    "path operand",  # a JSONPath whose value the field without `Path` would hold
    "intrinsic operand",  # the same, or an intrinsic function
    "template",  # JSON with expressions inside, in the state's query language
    "template operand",  # the same, kept with the field's name
    "condition",  # JSONata that gives a boolean, or a boolean
    "states",
    "branches",
    "processor",
    "retriers",
    "catchers",
    "choices",
    "object",  # an object of the place named like the field
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A row of the table.

    Attributes:
        places: the objects that may have it.
        language: the only query language that has it, None for both.
        required: whether it must be there, in that language.
        expression: whether it may be JSONata instead of a constant.
        attribute: the attribute of the model that takes the value; None if it is used otherwise.
        least, most: bounds of a number.
        values: what an enum may be.
    """

    name: str
    kind: Kind
    places: tuple[Place, ...]
    language: Literal["JSONPath", "JSONata"] | None = None
    required: bool = False
    expression: bool = False
    attribute: str | None = None
    least: float | None = None
    most: float | None = None
    values: tuple[str, ...] = ()


_JSONPATH: Final = "JSONPath"
_JSONATA: Final = "JSONata"
LANGUAGES: Final = (_JSONPATH, _JSONATA)
_LONGEST: Final = 99_999_999
"""The largest number of seconds, attempts and the like [reported: `Maximum value is 99999999`]."""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _row(
    name: str,
    kind: Kind,
    places: str,
    language: Literal["JSONPath", "JSONata"] | None = None,
    *,
    required: bool = False,
    expression: bool = False,
    attribute: str | None = "",
    least: float | None = None,
    most: float | None = None,
    values: str = "",
) -> Field:
    if attribute == "":  # the field's own name; one that ends in `Path` sets the attribute of the field without `Path`
        attribute = _snake(name.removesuffix("Path") if kind in ("path operand", "intrinsic operand") else name)
    return Field(
        name=name,
        kind=kind,
        places=tuple(places.split()),
        language=language,
        required=required,
        expression=expression,
        attribute=attribute,
        least=least,
        most=most,
        values=tuple(values.split()),
    )


_STEP = "Task Pass Wait Parallel Map"  # the states that go on to a next one
_ALL_STATES = " ".join(STATE_TYPES)
_SETS = "StateMachine Branch ItemProcessor"
_INNER = "Retrier Catcher ChoiceRule ItemReader ReaderConfig ItemBatcher ResultWriter WriterConfig ProcessorConfig"

ROWS: Final[tuple[Field, ...]] = (
    # A set of states
    _row("States", "states", _SETS, required=True),
    _row("StartAt", "target", _SETS, required=True),
    _row("Comment", "comment", f"{_SETS} {_ALL_STATES}"),
    _row("Comment", "comment", _INNER, attribute=None),
    _row("Version", "enum", "StateMachine", values="1.0"),
    _row("QueryLanguage", "enum", f"StateMachine {_ALL_STATES}", attribute=None, values="JSONPath JSONata"),
    _row("TimeoutSeconds", "integer", "StateMachine", least=0, most=_LONGEST),
    _row("ProcessorConfig", "object", "ItemProcessor"),
    _row("Mode", "enum", "ProcessorConfig", values="INLINE DISTRIBUTED"),
    _row("ExecutionType", "enum", "ProcessorConfig", values="STANDARD EXPRESS"),
    # What several state types have
    _row("Type", "string", _ALL_STATES, attribute=None, required=True),
    _row("Next", "target", _STEP),
    _row("End", "boolean", _STEP, attribute=None),
    _row("InputPath", "path", "Task Pass Choice Wait Succeed Parallel Map", _JSONPATH),
    _row("OutputPath", "path", "Task Pass Choice Wait Succeed Parallel Map", _JSONPATH),
    _row("Output", "template", "Task Pass Choice Wait Succeed Parallel Map ChoiceRule Catcher", _JSONATA),
    _row("Assign", "template", "Task Pass Choice Wait Parallel Map ChoiceRule Catcher"),
    _row("Parameters", "template", "Task Pass Parallel", _JSONPATH),
    _row("Arguments", "template", "Task Parallel", _JSONATA, attribute="parameters"),
    _row("ResultSelector", "template", "Task Parallel Map", _JSONPATH),
    _row("ResultPath", "result path", "Task Pass Parallel Map Catcher", _JSONPATH),
    _row("Retry", "retriers", "Task Parallel Map"),
    _row("Catch", "catchers", "Task Parallel Map"),
    # Retry and Catch
    _row("ErrorEquals", "strings", "Retrier Catcher", required=True),
    _row("IntervalSeconds", "integer", "Retrier", least=0, most=_LONGEST),
    _row("MaxAttempts", "integer", "Retrier", least=0, most=_LONGEST),
    _row("BackoffRate", "number", "Retrier", least=1),
    _row("MaxDelaySeconds", "integer", "Retrier", least=1, most=31_622_400),
    _row("JitterStrategy", "enum", "Retrier", values="NONE FULL"),
    _row("Next", "target", "Catcher ChoiceRule", required=True),
    # Task
    _row("Resource", "resource", "Task", required=True),
    _row("TimeoutSeconds", "integer", "Task", expression=True, least=1, most=_LONGEST),
    _row("TimeoutSecondsPath", "path operand", "Task", _JSONPATH),
    _row("HeartbeatSeconds", "integer", "Task", expression=True, least=1, most=_LONGEST),
    _row("HeartbeatSecondsPath", "path operand", "Task", _JSONPATH),
    _row("Credentials", "template", "Task"),
    # Pass
    _row("Result", "json", "Pass", _JSONPATH),
    # Choice; the operators of a JSONPath rule are those of expressions.comparisons
    _row("Choices", "choices", "Choice", required=True),
    _row("Default", "target", "Choice"),
    _row("Condition", "condition", "ChoiceRule", _JSONATA, required=True),
    # Wait
    _row("Seconds", "integer", "Wait", expression=True, least=0, most=_LONGEST),
    _row("SecondsPath", "path operand", "Wait", _JSONPATH),
    _row("Timestamp", "timestamp", "Wait", expression=True),
    _row("TimestampPath", "path operand", "Wait", _JSONPATH),
    # Fail
    _row("Error", "string", "Fail", expression=True),
    _row("ErrorPath", "intrinsic operand", "Fail", _JSONPATH),
    _row("Cause", "string", "Fail", expression=True),
    _row("CausePath", "intrinsic operand", "Fail", _JSONPATH),
    # Parallel
    _row("Branches", "branches", "Parallel", required=True),
    # Map
    _row("ItemProcessor", "processor", "Map", attribute="processor"),
    _row("Iterator", "processor", "Map", attribute="processor"),
    _row("Items", "template operand", "Map", _JSONATA),
    _row("ItemsPath", "path operand", "Map", _JSONPATH),
    _row("ItemSelector", "template", "Map"),
    _row("Parameters", "template", "Map", _JSONPATH, attribute="item_selector"),
    _row("MaxConcurrency", "integer", "Map", expression=True, least=0, most=_LONGEST),
    _row("MaxConcurrencyPath", "path operand", "Map", _JSONPATH),
    _row("ToleratedFailureCount", "integer", "Map", expression=True, least=0),
    _row("ToleratedFailureCountPath", "path operand", "Map", _JSONPATH),
    _row("ToleratedFailurePercentage", "number", "Map", expression=True, least=0, most=100),
    _row("ToleratedFailurePercentagePath", "path operand", "Map", _JSONPATH),
    _row("Label", "string", "Map"),
    _row("ItemReader", "object", "Map"),
    _row("ItemBatcher", "object", "Map"),
    _row("ResultWriter", "object", "Map"),
    # ItemReader
    _row("Resource", "resource", "ItemReader", required=True),
    _row("Parameters", "template", "ItemReader ResultWriter", _JSONPATH),
    _row("Arguments", "template", "ItemReader", _JSONATA, attribute="parameters"),
    _row("ReaderConfig", "object", "ItemReader"),
    _row("InputType", "enum", "ReaderConfig", attribute=None, values="CSV JSON JSONL PARQUET MANIFEST"),
    _row("Transformation", "enum", "ReaderConfig", attribute=None, values="NONE LOAD_AND_FLATTEN"),
    _row("ManifestType", "enum", "ReaderConfig", attribute=None, values="ATHENA_DATA S3_INVENTORY"),
    _row("CSVDelimiter", "enum", "ReaderConfig", attribute=None, values="COMMA PIPE SEMICOLON SPACE TAB"),
    _row("CSVHeaderLocation", "enum", "ReaderConfig", attribute=None, values="FIRST_ROW GIVEN"),
    _row("CSVHeaders", "strings", "ReaderConfig", attribute=None),
    _row("ItemsPointer", "string", "ReaderConfig", attribute=None),
    _row("MaxItems", "integer", "ReaderConfig", expression=True, least=0, most=100_000_000),
    _row("MaxItemsPath", "path operand", "ReaderConfig", _JSONPATH),
    # ItemBatcher
    _row("MaxItemsPerBatch", "integer", "ItemBatcher", expression=True, least=0, most=100_000_000),
    _row("MaxItemsPerBatchPath", "path operand", "ItemBatcher", _JSONPATH),
    _row("MaxInputBytesPerBatch", "integer", "ItemBatcher", expression=True, least=1, most=262_144),
    _row("MaxInputBytesPerBatchPath", "path operand", "ItemBatcher", _JSONPATH),
    _row("BatchInput", "template", "ItemBatcher"),
    # ResultWriter; AWS lets it be empty, but with a Resource wants Arguments [reported] or Parameters beside it
    _row("Resource", "resource", "ResultWriter"),
    _row("Arguments", "template", "ResultWriter", _JSONATA, attribute="parameters"),
    _row("WriterConfig", "object", "ResultWriter", attribute=None),
    _row("OutputType", "enum", "WriterConfig", attribute=None, values="JSON JSONL"),
    _row("Transformation", "enum", "WriterConfig", attribute=None, values="NONE COMPACT FLATTEN"),
)


def _by_place() -> Mapping[Place, Mapping[str, Field]]:
    table: dict[Place, dict[str, Field]] = {}
    for row in ROWS:
        for place in row.places:
            table.setdefault(place, {})[row.name] = row
    return table


FIELDS: Final = _by_place()
"""The fields that each place may have, by name."""


BOUNDS: Final = {row.name: (row.least or 0, row.most) for row in ROWS if row.expression and row.kind in ("integer", "number")}
"""The least and the most that a number may be which is computed when a state runs; None for no most."""


def _required(place: Place, language: str) -> tuple[str, ...]:
    return tuple(row.name for row in FIELDS[place].values() if row.required and row.language in (None, language))


_REQUIRED: Final = {(place, language): _required(place, language) for place in FIELDS for language in LANGUAGES}


def required(place: Place, language: str) -> tuple[str, ...]:
    """Names of the fields that `place` must have, in the order in which AWS lists them."""
    return _REQUIRED[place, language]
