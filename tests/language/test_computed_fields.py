"""Every field that can hold a Path or an expression, times every kind of value that may come out of it: what then happens.

`computed.SETTINGS` has a machine for each field. `KINDS` says for each kind of field which values it takes and with which
cause it refuses the others; a field that differs is in `EXCEPTIONS`. All else follows: the error is `States.Runtime` in
JSONPath, which nothing catches, and `States.QueryEvaluationError` in JSONata, with an EvaluationFailed event that points at
the state's Entered; a Map or Parallel whose children were not done then has its ...Failed event.

Each line has its source: `rec` a recorded answer of AWS, `meas` measured on AWS and reported, `doc` the developer guide,
`?` a guess from the nearest of these.
"""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import pytest

from pytest_sfn import Execution, SfnMock
from pytest_sfn.asl.fields import ROWS, Field
from tests.helpers import machine
from tests.language.computed import JSONATA, JSONPATH, SETTINGS, Key, Setting

INSTANT = '"2024-01-01T00:00:05Z"'
NUMBERS = "-1 0 1 1.0 1.5 101 1000000000000 1e300"
OTHERS = f'null true "x" "" "5" "1.5" {INSTANT} [] [1,2] {{"k":1}}'
PROGRAMS = "$sum function($x){$x} /a/ {'f':$sum} [$sum] /a/('a')"
"""Expressions that give a function or a regular expression, or have one in what they give."""
COMPUTED = {
    "[1..3]": "[1,2,3]",
    "[1..1]": "[1]",
    "1/0": '"Infinity"',
    "0/0": '"NaN"',
    "[1/0]": '["Infinity"]',
    "{'a':1/0}": '{"a":"Infinity"}',
}
"""Expressions with results that are not quite JSON, and what they become [meas; a range: rec]."""
NOTHING = "missing"
"""The Path or the expression finds nothing."""
BEYOND = "1e400"
"""A number that no arithmetic can go on with. It is tried only where a number is wanted."""

ANY = f"{OTHERS} {NUMBERS}"
ANY_COMPUTED = f"{ANY} {' '.join(COMPUTED)}"


class Fails(NamedTuple):
    """Why a value is refused.

    Attributes:
        cause: with {called} for the field as causes name it, {field} for its own name, {path}, {expression}, {json}, {text}
            (text as it is, other values as JSON), {type} and {seen}.
        error: if it is not that of the language.
        written: the events before the failure, if they are not those of the setting.
        prefixed: whether AWS says before it where the error occurred.
    """

    cause: str
    error: str = ""
    written: str | None = None
    prefixed: bool = True


STALLS = "the execution neither goes on nor fails"


class Line(NamedTuple):
    """What becomes of some values: a `Fails`, or a function that makes of the value what it counts as."""

    values: str
    outcome: Any
    source: str


def same(value: Any) -> Any:
    return value


def bounded(value: Any) -> Any:
    """A number, which the field takes between its bounds."""
    return math.floor(float(value))


BOUNDED = {JSONPATH: 'The {field} field refers to value "{text}" which is {bound}: {path}'}
BOUNDED[JSONATA] = "The {field} field has the value {text} which is {bound}."

IS = "The JSONata expression '{expression}' specified for the field '{called}' "
UNSUPPORTED = Line(PROGRAMS, Fails(IS + "returned an unsupported result type."), "? the words: issue 13 §3, aws-facts §0")
UNDEFINED = Line(NOTHING, Fails(IS + "returned nothing (undefined)."), "rec test_undefined_reference; meas floci #2689")
NO_RESULT = Line(NOTHING, Fails("Invalid path '{path}' : No results for path: $['v']"), "rec test_invalid_jsonpath")
NOT_FOUND = "The JSONPath '{path}' specified for the field '{called}' could not be found in the input '{seen}'"
NOT_THERE = Line(NOTHING, Fails(NOT_FOUND), "rec test_invalid_jsonpath")


def wrong(values: str, expected: str, source: str = "?") -> Line:
    """Results of another type than the field takes [doc: they fail]; the sentence is recorded for Items."""
    cause = f"{IS}returned an unexpected result type. Expected '{expected}', but was '{{type}}' for value: {{json}}"
    return Line(values, Fails(cause), f"doc transforming-data; the words rec test_map_state_items_eval_jsonata_fail; {source}")


def without(values: str, *names: str) -> str:
    return " ".join(value for value in values.split() if value not in names)


def refers(kind: str) -> Fails:
    return Fails('The {field} field refers to value "{text}" which is not a valid ' + kind + ": {path}")


def parsed(text: Any) -> Any:
    return float(text)


TEXTS = f'"x" "" "5" "1.5" {INSTANT}'
NO_TEXTS = without(ANY, *TEXTS.split())
LISTS = "[] [1,2]"
OBJECTS = "{\"k\":1} {'a':1/0}"
DELAY = Fails("Wait state delay is too long.")
NO_INSTANT = "valid ISO-8601 extended offset date-time format string: {path} == {text}"
UNREAD_INSTANT = "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
COULD_NOT = "could not be used to start the Task: "
NO_ROLE = "The Credentials '{{\"RoleArn\":{json}}}' " + COULD_NOT + "[The value for the field 'RoleArn' must be a STRING]"
NO_ROLE_GIVEN = "The Credentials '{json}' " + COULD_NOT + "[The field 'RoleArn' is required but was missing]"
CONFLICT = Fails("Unable to apply ReferencePath {path} to input {seen}", "States.ReferencePathConflict", prefixed=False)
NO_ARGUMENT = (
    "The function '{path}' had the following error: "
    "The JsonPath argument for the field '$.v' could not be found in the input '{seen}'"
)
NO_ARGUMENT_THERE = Line(NOTHING, Fails(NO_ARGUMENT), "meas")
NUMERIC_TEXTS = "? text: rec test_reference_in_map_state; other fields as these"

KINDS: dict[tuple[str, str], list[Line]] = {
    # Paths
    ("read", JSONPATH): [Line(ANY, same, "doc concepts-input-output-filtering"), NO_RESULT],
    ("place", JSONPATH): [
        Line(f'{NOTHING} {{"k":1}}', same, "doc: what is missing on the way is made"),
        Line(without(ANY, '{"k":1}'), CONFLICT, "meas: the words; [reported] without the place"),
    ],
    ("template", JSONPATH): [Line(ANY, same, "doc"), NOT_THERE],
    ("argument", JSONPATH): [Line(ANY, same, "doc"), NO_ARGUMENT_THERE],
    ("compared", JSONPATH): [
        Line(ANY, same, "doc: another type is not equal"),
        Line(NOTHING, Fails("Invalid path '{path}': The choice state's condition path references an invalid value."), "meas"),
    ],
    ("present", JSONPATH): [Line(f"{ANY} {NOTHING}", same, "doc state-choice")],
    ("role", JSONPATH): [
        Line(TEXTS, same, "doc concepts-access-cross-acct-resources"),
        Line(NO_TEXTS, Fails(NO_ROLE), "? as of Parameters, rec test_invoke_with_headers"),
        NOT_THERE,
    ],
    ("integer", JSONPATH): [
        Line('-1 0 1 1.0 101 1000000000000 1e300 "5"', bounded, f"? the bounds are those of literals; {NUMERIC_TEXTS}"),
        Line(
            f'null true "x" "" "1.5" 1.5 {BEYOND} {INSTANT} [] [1,2] {{"k":1}}',
            refers("integer"),
            "rec test_max_concurrency_path[NoNumber], ...tolerated_failure_count_path[...value0], ...max_items_paths[1.5]",
        ),
        NO_RESULT,
    ],
    ("percentage", JSONPATH): [
        Line('0 1 1.0 1.5 "5" "1.5"', parsed, "rec test_map_state_tolerated_failure_percentage_path"),
        Line(
            "-1 101 1000000000000 1e300",
            Fails("ToleratedFailurePercentage must be between 0 and 100."),
            "rec the same [-1] [100.1]",
        ),
        Line(f'null true "x" "" {BEYOND} {INSTANT} [] [1,2] {{"k":1}}', refers("float"), "rec the same [NoNumber]"),
        NO_RESULT,
    ],
    ("seconds", JSONPATH): [
        Line('0 1 1.0 101 "5"', parsed, f"rec test_base_wait_seconds_path; {NUMERIC_TEXTS}"),
        Line("-1", Fails("The {field} parameter references a negative value: {path} == {text}"), "rec the same [-1]"),
        Line(
            f'true "x" "" "1.5" 1.5 {BEYOND} {INSTANT} [] [1,2] {{"k":1}}',
            Fails("The {field} parameter cannot be parsed as a long value: {path} == {text}"),
            "rec the same [1.5] [-1.5]",
        ),
        Line(
            f"null {NOTHING}",
            Fails("The {field} parameter does not reference an input value: {path}"),
            "rec test_partial_log_levels; null ?",
        ),
        Line("1000000000000 1e300", DELAY, "? the words: aws-facts §5"),
    ],
    ("instant", JSONPATH): [
        Line(INSTANT, lambda _: 5, "rec test_wait_timestamp_path"),
        Line(
            without(ANY, "null", INSTANT),
            Fails("The {field} parameter does not reference a " + NO_INSTANT),
            "rec test_wait_timestamp_path; other types ?",
        ),
        Line(f"null {NOTHING}", Fails("The {field} parameter does not reference an input value: {path}"), "? as SecondsPath"),
    ],
    ("text", JSONPATH): [
        Line(TEXTS, same, "rec test_state_fail_path"),
        Line(NO_TEXTS, refers("string"), "? as of numbers"),
        NOT_THERE,
    ],
    ("items", JSONPATH): [
        Line(LISTS, same, "doc"),
        Line(
            without(ANY, *LISTS.split()),
            Fails('Reference path "{path}" must point to array.', prefixed=False),
            "rec test_state_map_context_object",
        ),
        NO_RESULT,
    ],
    # Expressions
    ("value", JSONATA): [
        Line(ANY_COMPUTED, same, "doc transforming-data; Infinity meas floci #2737"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("integer", JSONATA): [
        Line(f"{NUMBERS} {BEYOND}", bounded, "doc: out of range fails; the bounds are those of literals, the words ?"),
        wrong(f"{OTHERS} {' '.join(COMPUTED)}", "number", "doc: TimeoutSeconds"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("percentage", JSONATA): [
        Line("0 1 1.0 1.5", parsed, "doc"),
        Line(
            f"-1 101 1000000000000 1e300 {BEYOND}",
            Fails("ToleratedFailurePercentage must be between 0 and 100."),
            "doc: out of range; words as of the Path, rec",
        ),
        wrong(f"{OTHERS} {' '.join(COMPUTED)}", "number"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("seconds", JSONATA): [
        Line("0 1 1.0 1.5 101", bounded, "? a fraction is rounded down, as arguments are [doc]"),
        Line("-1", Fails("The Seconds field has the value -1 which is less than 0."), "doc: out of range; words ?"),
        Line(f"1000000000000 1e300 {BEYOND}", DELAY, "doc: out of range; words aws-facts §5 ?"),
        wrong(f"{OTHERS} {' '.join(COMPUTED)}", "number"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("instant", JSONATA): [
        Line(INSTANT, lambda _: 5, "rec test_wait_timestamp_jsonata"),
        Line(f"{without(TEXTS, INSTANT)} 1/0 0/0", Fails(UNREAD_INSTANT), "rec the same [NO_T] [NO_Z]"),
        wrong(without(f"{NO_TEXTS} {' '.join(COMPUTED)}", "1/0", "0/0"), "string"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("text", JSONATA): [
        Line(f"{TEXTS} 1/0 0/0", same, "doc state-fail"),
        wrong(without(f"{NO_TEXTS} {' '.join(COMPUTED)}", "1/0", "0/0"), "string"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("items", JSONATA): [
        Line(f"{LISTS} [1..3] [1..1] [1/0]", same, "rec test_map_state_items_eval_jsonata"),
        wrong(without(ANY_COMPUTED, *LISTS.split(), "[1..3]", "[1..1]", "[1/0]"), "array", "rec"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("condition", JSONATA): [
        Line("true", lambda _: ["A", "Z"], "doc"),
        wrong(without(ANY_COMPUTED, "true"), "boolean", "meas: only a boolean is taken"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("role", JSONATA): [
        Line(f"{TEXTS} 1/0 0/0", same, "doc"),
        Line(without(f"{NO_TEXTS} {' '.join(COMPUTED)}", "1/0", "0/0"), Fails(NO_ROLE, "States.Runtime"), "? as in JSONPath"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("roles", JSONATA): [
        Line(OBJECTS, Fails(NO_ROLE_GIVEN, "States.Runtime"), "? as a literal, rec at creation"),
        wrong(without(ANY_COMPUTED, *OBJECTS.split()), "object"),
        UNSUPPORTED,
        UNDEFINED,
    ],
    ("parameters", JSONATA): [
        wrong(without(ANY_COMPUTED, *OBJECTS.split()), "object"),
        UNSUPPORTED,
        UNDEFINED,
    ],
}

RUN_FAILED = "MapStateStarted MapRunStarted MapRunFailed MapStateFailed"
MUST_BE_POSITIVE = Line(
    "-1",
    Fails("field MaxItems must be positive", "States.ItemReaderFailed", RUN_FAILED, prefixed=False),
    "rec test_map_item_reader_csv_max_items_paths[-1]; JSONata ?",
)
PAIRS = "doc state-map-distributed"


def pairs(value: Any) -> Any:
    return [{"Key": key, "Value": item} for key, item in value.items()]


def no_bucket(field: str) -> Line:
    cause = f"The field 'Bucket' of {field} must be a string."
    return Line(OBJECTS, Fails(cause, f"States.{field}Failed", RUN_FAILED, prefixed=False), "?")


NO_PARAMETERS = (
    "The Arguments '{json}' could not be used to start the Task: [The field \"{member}\" is not supported by Step Functions, "
    "The field 'QueueUrl' is required but was missing, The field 'MessageBody' is required but was missing]"
)
EXCEPTIONS: dict[Key, list[Line]] = {
    ("Fail function", "ErrorPath", JSONPATH): [NO_ARGUMENT_THERE],
    ("Fail function", "CausePath", JSONPATH): [NO_ARGUMENT_THERE],
    ("Map", "MaxConcurrencyPath", JSONPATH): [Line("-1", STALLS, "rec test_max_concurrency_path_negative")],
    ("ReaderConfig", "MaxItemsPath", JSONPATH): [MUST_BE_POSITIVE],
    ("ReaderConfig", "MaxItems", JSONATA): [MUST_BE_POSITIVE],
    ("Map distributed", "ItemsPath", JSONPATH): [Line('{"k":1}', pairs, PAIRS)],
    ("Map distributed", "Items", JSONATA): [Line(OBJECTS, pairs, PAIRS)],
    ("ItemReader", "Arguments", JSONATA): [no_bucket("ItemReader")],
    ("ResultWriter", "Arguments", JSONATA): [no_bucket("ResultWriter")],
    ("Task service", "Arguments", JSONATA): [Line(OBJECTS, Fails(NO_PARAMETERS, "States.Runtime"), "meas")],
}


ERRORS = {JSONPATH: "States.Runtime", JSONATA: "States.QueryEvaluationError"}
NOT_CAUGHT = ("States.Runtime", "States.ReferencePathConflict")
"""States.ALL does not take the first [doc, rec test_catch_states_runtime], nor the second [?]."""
CATCHING = ("Task", "Parallel", "Map", "ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter")

# The walk


def takes_expressions(row: Field) -> list[str]:
    """The languages in which a field takes a Path or an expression."""
    if row.kind in ("path", "result path", "path operand", "intrinsic operand", "template", "template operand", "condition"):
        return [row.language] if row.language else [JSONPATH, JSONATA]
    return [JSONATA] if row.expression else []


def test_every_field_has_a_machine() -> None:
    tried = {(place.partition(" ")[0], field, language) for place, field, language in SETTINGS}
    wanted = {(place, row.name, language) for row in ROWS for place in row.places for language in takes_expressions(row)}
    assert wanted - tried == set()


@pytest.mark.parametrize("key", SETTINGS, ids="/".join)
def test_field(key: Key) -> None:
    everything = f"{ANY} {NOTHING}" if key[2] == JSONPATH else f"{ANY_COMPUTED} {PROGRAMS} {NOTHING}"
    assert outcomes(key).keys() - {BEYOND} == set(everything.split())
    found, wanted = {}, {}
    for value, outcome in outcomes(key).items():
        case = Case(SETTINGS[key], key, value)
        execution = start(case)
        found[value], wanted[value] = observed(case, execution, outcome), expected(case, outcome)
    assert found == wanted


@pytest.mark.parametrize("key", [key for key in SETTINGS if key[0].partition(" ")[0] in CATCHING], ids="/".join)
def test_catcher(key: Key) -> None:
    """A Catcher on States.ALL takes every refusal of an evaluation [doc]."""
    setting = SETTINGS[key]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
    states = {**setting.states, "A": {**setting.states["A"], "Catch": catch}, "C": {"Type": "Pass"}}
    found, wanted = {}, {}
    for value, outcome in outcomes(key).items():
        case = Case(setting._replace(states=states), key, value)
        outcome = refusal(case, outcome)
        if isinstance(outcome, Fails):
            found[value] = start(case).path
            wanted[value] = ["A"] if (outcome.error or ERRORS[case.language]) in NOT_CAUGHT else ["A", "C"]
    assert found == wanted


def outcomes(key: Key) -> dict[str, Any]:
    """Each value with what becomes of it."""
    chosen = [*KINDS[SETTINGS[key].kind, key[2]], *EXCEPTIONS.get(key, [])]
    return {value: line.outcome for line in chosen for value in line.values.split()}


class Case(NamedTuple):
    """A value in a field."""

    setting: Setting
    key: Key
    value: str

    @property
    def language(self) -> str:
        return self.key[2]

    @property
    def written_out(self) -> bool:
        """Whether the value is an expression, and not of the input."""
        return self.value in COMPUTED or self.value in PROGRAMS.split()

    @property
    def expression(self) -> str:
        return self.value if self.written_out else "$states.input.v"

    @property
    def input(self) -> str:
        """The execution's input as text, since it may have numbers in several spellings."""
        given = "" if self.value == NOTHING or self.written_out else f'"v":{self.value},'
        return f'{{{given}"items":[1],"three":[1,2,3]}}'

    @property
    def json(self) -> str:
        """The value as JSON text; null where there is none."""
        return COMPUTED.get(self.value, "null" if self.value == NOTHING or self.value in PROGRAMS.split() else self.value)


def start(case: Case) -> Execution:
    mock = SfnMock()
    mock.lambda_function("f", strict=False).calls(lambda event: event)
    mock.resource("sns:publish", strict=False).raises("SNS.InternalErrorException", "c")
    mock.resource("s3:getObject", strict=False).returns({"Body": "[1,2,3]"})
    mock.resource("s3:putObject", strict=False).returns({})
    text = case.setting.path if case.language == JSONPATH else f"{{% {case.expression} %}}"
    definition = json.dumps({"QueryLanguage": case.language, **machine(**case.setting.states)}).replace("@", text)
    return mock.load(definition).run(input_json=case.input)


def observed(case: Case, execution: Execution, outcome: Any) -> Any:
    if outcome == STALLS:
        return execution.status
    if not isinstance(outcome, Fails) and (execution.status == "SUCCEEDED" or case.setting.kind == "text"):
        return accepted(outcome, case.setting.shows(execution)) if case.setting.shows else None
    return execution.error, execution.cause, [shown(event) for event in execution.history[1:]]


def shown(event: dict[str, Any]) -> tuple[Any, ...]:
    """What is compared of an event; of EvaluationFailed all details."""
    details = event.get("evaluationFailedEventDetails", {})
    return (
        event["type"],
        event["previousEventId"],
        *(details.get(name) for name in ("state", "location", "error", "cause") if details),
    )


def expected(case: Case, outcome: Any) -> Any:
    if outcome == STALLS:
        return "RUNNING"
    setting = case.setting
    value = json.loads(case.json)
    outcome = refusal(case, outcome)
    if not isinstance(outcome, Fails):
        return accepted(outcome, setting.effect(outcome(value))) if setting.shows else None
    error = outcome.error or ERRORS[case.language]
    place = "An error occurred while executing the state 'A' (entered at the event id #2). " if outcome.prefixed else ""
    cause = place + told(case, outcome.cause)
    return error, cause, events(case, error, cause, outcome)


def accepted(outcome: Any, value: Any) -> Any:
    """What stays as it is as text, for which 1, 1.0 and true differ."""
    return json.dumps(value) if outcome is same else value


def refusal(case: Case, outcome: Any) -> Any:
    """The outcome; for a number that is not between the bounds of its field the refusal."""
    setting = case.setting
    number = float(json.loads(case.json)) if outcome is bounded else setting.least
    if setting.least <= number <= setting.most:
        return outcome
    bound = f"less than {setting.least}" if number < setting.least else f"greater than {setting.most}"
    return Fails(BOUNDED[case.language].replace("{bound}", bound))


def told(case: Case, cause: str) -> str:
    value = json.loads(case.json)
    types = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return cause.format(
        called=case.setting.called,
        field=case.key[1],
        path=case.setting.path,
        expression=case.expression,
        json=case.json,
        text=value if isinstance(value, str) else case.json,
        type=types[type(value)],
        member=next(iter(value), "") if isinstance(value, dict) else "",
        seen=case.setting.seen(case.input),
    )


def events(case: Case, error: str, cause: str, outcome: Fails) -> list[tuple[Any, ...]]:
    """The history from the second event on: each event points at the one before it, with the exceptions that are here."""
    state = case.setting.states["A"]["Type"]
    written = (case.setting.written if outcome.written is None else outcome.written).split()
    found: list[tuple[Any, ...]] = [(f"{state}StateEntered", 0)] + [(kind, place + 2) for place, kind in enumerate(written)]
    last = len(found) + 1
    joined = bool(written) and written[-1] == f"{state}StateSucceeded"
    if written and written[-1] == "MapIterationStarted":
        last -= 1  # what fails is not the iteration
    if error == "States.QueryEvaluationError":
        found.append(("EvaluationFailed", 2, "A", case.setting.called, error, cause))  # where: rec test_undefined_reference
        if not joined:  # else ExecutionFailed points at ...StateSucceeded [meas]
            last = len(found) + 1
        if state in ("Map", "Parallel") and not joined:
            found.append((f"{state}StateFailed", last))
            last += 1
    return [*found, ("ExecutionFailed", last)]
