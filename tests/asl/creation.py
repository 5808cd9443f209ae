"""What AWS says to every field with every kind of value when a state machine is created, and where that is known from.

The tables are an oracle of their own: they repeat what `pytest_sfn.asl.fields` says instead of reading it, so that a field
that is added there fails a test until it has a row here.

Sources, in the last column of each row:
    rec     recorded on AWS, a case of the conformance suite
    meas    measured on AWS and reported in public: the rules `pf-sfn-*` of the project cdk-preflight, which deployments
            and ValidateStateMachineDefinition printed in 2026-09; issues 2735, 2968, 3733 of floci-io/floci; cfn-lint
            issues 4075 to 4085; aws-cdk issues 10530, 33396, 33831
    doc     the Step Functions developer guide, or the specification (https://states-language.net)
    rule    follows from a measured or recorded answer to a sibling
    ours    AWS is known to answer otherwise, and the reason is given
    ?       a guess
"""

from __future__ import annotations

from typing import Any

__all__ = ["COMPANIONS", "GROUPS", "KINDS", "OPERATORS", "ROWS", "VALUES"]

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "negative": -1,
    "zero": 0,
    "one": 1,
    "1.0": 1.0,
    "fraction": 1.5,
    "huge": 10**30,
    "numeral": "5",
    "empty": "",
    "text": "x",
    "time": "2016-03-14T01:59:00Z",
    "expression": "{% 1 %}",
    "unclosed": "{% 1",
    "path": "$.a",
    "context": "$$.a",
    "variable": "$a",
    "many": "$.a[*]",
    "function": "States.UUID()",
    "[]": [],
    "[text]": ["x"],
    "[number]": [1],
    "{}": {},
    "{name}": {"x": 1},
    "{path}": {"x.$": "$.a"},
    "{no path}": {"x.$": "x"},
}
"""Every field gets each of these."""

STRINGS = "numeral, empty, text, time, expression, unclosed, path, context, variable, many, function"
OBJECTS = "{}, {name}, {path}, {no path}"
UNCLOSED = "JSONata string must start with {% and end with %}"
NO_PATH = "Value must be a valid JSONPath."
NO_REFERENCE = "Value is not a Reference Path"
NO_TEMPLATE = "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call"
REQUIRED = "These fields are required: "

KINDS: dict[str, list[tuple[str, str, str]]] = {
    # Values, answer, source. The first line of a kind that names a value holds; `*` names all. An answer is `ok` or texts,
    # joined by ` && `, each with its place after ` @`: `^` is the object that has the field, others go on from the field's
    # own place, which is meant where there is none. `{}` are the row's arguments, `{0}` the first; `bounds` answers by them.
    "anything": [("*", "ok", "doc")],
    "comment": [(STRINGS, "ok", "doc"), ("*", "ok", "?")],
    "string": [(STRINGS, "ok", "doc"), ("*", "Expected value of type String", "rule")],
    "boolean": [
        ("true", "ok", "doc"),
        ("false", "This object should have only one of the following fields: [Next, End] @^", "meas"),
        ("*", "Expected value of type Boolean", "rule"),
    ],
    "integer": [("negative, zero, one, huge", "bounds", "meas"), ("*", "Expected value of type Integer", "meas")],
    "number": [
        ("negative, zero, one, 1.0, fraction, huge", "bounds", "meas"),
        ("*", "Expected value of type Number", "?"),
    ],
    "enum": [
        (STRINGS, "Value should be one of the following: [{}]", "meas"),
        ("*", "Expected value of type String", "meas"),
    ],
    "type": [
        (STRINGS, "The field 'Type' should have one of these values: [{}]", "meas"),
        ("*", "Expected value of type String", "?"),
    ],
    "flag": [("true, false", "ok", "doc"), ("*", "Expected value of type Boolean", "rule")],
    "any number": [
        ("negative, zero, one, 1.0, fraction, huge", "ok", "doc"),
        ("*", "Expected value of type Number", "?"),
    ],
    "strings": [
        ("[text]", "ok", "doc"),
        ("[]", "Value cannot be empty", "meas"),
        ("[number]", "Expected value of type String @[0]", "rule"),
        ("*", "Expected value of type Array", "rule"),
    ],
    "timestamp": [
        ("time", "ok", "doc"),
        (STRINGS, "String does not match RFC3339 timestamp", "rec"),
        ("*", "Expected value of type String", "rule"),
    ],
    "target": [
        (STRINGS, "MISSING_TRANSITION_TARGET: Missing 'Next' target: {value}", "meas"),
        ("*", "Expected value of type String", "rule"),
    ],
    "resource": [
        (STRINGS, "ok", "ours"),  # AWS: no ARN is refused [rec]. Definitions are tested before they have ARNs; a warning here
        ("*", "Expected value of type String", "rule"),
    ],
    "s3 call": [
        (STRINGS, "The field 'Resource' does not match any of the allowed values", "meas"),
        ("*", "Expected value of type String", "rule"),
    ],
    "label": [
        ("numeral, text, function", "ok", "doc"),
        (STRINGS, 'INVALID_LABEL_NAME: A Label has neither blanks nor any of ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` "', "?"),
        ("*", "Expected value of type String", "rule"),
    ],
    # Paths
    "path": [
        ("null", "ok", "doc"),
        ("path, context, variable, many", "ok", "doc"),
        (STRINGS, NO_PATH, "meas"),
        ("*", "Expected value of type String", "rule"),
    ],
    "result path": [
        ("null, path", "ok", "doc"),
        ("context", f"{NO_REFERENCE}: $$.a belongs to the Context Object, which a result cannot be written to", "?"),
        ("variable", f"{NO_REFERENCE}: $a belongs to the variable $a, which a result cannot be written to", "?"),
        ("many", f"{NO_REFERENCE}: $.a[*] does not name a single place", "?"),
        (STRINGS, f"{NO_REFERENCE}: Reference path didn't start with '$'", "rule"),
        ("*", "Expected value of type String", "rule"),
    ],
    "number path": [
        ("path, variable", "ok", "rec"),
        ("context", NO_REFERENCE, "meas"),
        ("many", f"{NO_REFERENCE}: it may find several values", "?"),
        (STRINGS, NO_PATH, "rule"),
        ("*", "Expected value of type String", "rule"),
    ],
    "items path": [
        ("path, context, variable", "ok", "rec"),
        ("many", f"{NO_REFERENCE}: it may find several values", "?"),
        (STRINGS, NO_PATH, "rule"),
        ("*", "Expected value of type String", "rule"),
    ],
    "text path": [
        ("path, variable, function", "ok", "rec"),
        ("context", "ok", "?"),
        ("many", f"{NO_REFERENCE}: it may find several values", "?"),
        (STRINGS, NO_PATH, "rule"),
        ("*", "Expected value of type String", "rule"),
    ],
    "operand path": [
        ("path, variable", "ok", "doc"),
        ("context", "ok", "doc"),
        ("many", "ok", "?"),
        (STRINGS, f"{NO_REFERENCE}: Reference path didn't start with '$'", "meas"),
        ("*", "Expected value of type String", "rule"),
    ],
    # Templates
    "payload": [
        ("{}, {name}, {path}", "ok", "doc"),
        ("{no path}", NO_TEMPLATE, "meas"),
        ("*", "ok", "?"),  # the specification wants an object
    ],
    "payload variables": [
        ("{}, {name}, {path}", "ok", "doc"),
        ("{no path}", NO_TEMPLATE, "meas"),
        ("*", "Expected value of type Object", "rule"),
    ],
    "payload credentials": [
        ("{no path}", f"The field 'RoleArn' is required but was missing && {NO_TEMPLATE}", "rule"),
        (OBJECTS, "The field 'RoleArn' is required but was missing", "rec"),
        ("*", "Expected value of type Object", "rule"),
    ],
    "jsonata": [("unclosed", UNCLOSED, "meas"), ("*", "ok", "rec")],
    "jsonata items": [("unclosed", UNCLOSED, "meas"), ("expression, [], [text], [number]", "ok", "rec"), ("*", "ok", "?")],
    "jsonata variables": [
        ("{}, {name}", "ok", "doc"),
        (
            "{path}, {no path}",
            "INVALID_VARIABLE_NAME: Invalid variable name 'x.$': the variable name contains invalid characters.",
            "rule",
        ),
        ("*", "Expected value of type Object", "rule"),
    ],
    "jsonata credentials": [
        ("expression", "ok", "doc"),
        ("unclosed", "Expected value of type Object", "?"),
        (OBJECTS, "The field 'RoleArn' is required but was missing", "rec"),
        ("*", "Expected value of type Object", "rule"),
    ],
    "condition": [
        ("true, false", "ok", "rec"),
        ("expression", "ok", "doc"),
        ("unclosed", UNCLOSED, "meas"),
        (STRINGS, UNCLOSED, "?"),
        ("*", "Expected value of type String", "?"),
    ],
    # Objects inside
    "states": [
        ("{}", "Value cannot be empty", "?"),
        ("{name}", "Expected value of type Object @/x", "rule"),
        (OBJECTS, "Expected value of type Object @/x.$", "rule"),
        ("*", "Expected value of type Object", "rule"),
    ],
    "list": [  # {0}: what an empty one gets
        ("[]", "{0}", "meas"),
        ("[text], [number]", "Expected value of type Object @[0]", "rule"),
        ("*", "Expected value of type Array", "rule"),
    ],
    "object": [  # {0}: the fields that it must have
        ("{}", "{required}", "meas"),
        ("{name}", "Field 'x' is not supported && {required}", "meas"),
        (OBJECTS, "Field 'x.$' is not supported && {required}", "meas"),
        ("*", "Expected value of type Object", "rule"),
    ],
}

_STEPS = "Task Pass Wait Parallel Map"
_STATES = "Task Pass Choice Wait Succeed Fail Parallel Map"
_TYPES = "Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map"
_FLOWS = "Task Pass Choice Wait Succeed Parallel Map"
_SETS = "StateMachine Branch ItemProcessor"
_INNER = "Retrier Catcher ChoiceRule ItemReader ReaderConfig ItemBatcher ResultWriter WriterConfig ProcessorConfig"

ROWS: list[tuple[str, str, str, str]] = [
    # places, fields, what they hold, source of the bounds and lists. `!` after a name: the object must have the field.
    # `{%`: in JSONata an expression may stand there. `JSONPath` and `JSONata`: only this language has it, or holds this.
    (_SETS, "States!", "states", "rec"),
    (_SETS, "StartAt!", "target", "rec"),
    (f"{_SETS} {_STATES} {_INNER}", "Comment", "comment", "doc"),
    ("StateMachine", "Version", "enum: 1.0", "meas"),
    (f"StateMachine {_STATES}", "QueryLanguage", "enum: JSONPath, JSONata", "meas"),
    ("StateMachine", "TimeoutSeconds", "integer: 0, 99999999", "meas"),
    ("ItemProcessor", "ProcessorConfig", "object", "rule"),
    ("ProcessorConfig", "Mode", "enum: INLINE, DISTRIBUTED", "doc"),
    ("ProcessorConfig", "ExecutionType", "enum: STANDARD, EXPRESS", "meas"),
    # States
    (_STATES, "Type!", f"type: {_TYPES}", "meas"),
    (_STEPS, "Next", "target", "meas"),
    (_STEPS, "End", "boolean", "meas"),
    (_FLOWS, "InputPath OutputPath", "JSONPath path", "meas"),
    (f"{_FLOWS} ChoiceRule Catcher", "Output", "JSONata jsonata", "rec"),
    ("Task Pass Choice Wait Parallel Map ChoiceRule Catcher", "Assign", "JSONPath payload variables", "doc"),
    ("Task Pass Choice Wait Parallel Map ChoiceRule Catcher", "Assign", "JSONata jsonata variables", "doc"),
    ("Task Pass Parallel Map ItemReader ResultWriter", "Parameters", "JSONPath payload", "doc"),
    ("Task Parallel Map", "ResultSelector", "JSONPath payload", "doc"),
    ("Task Parallel ItemReader ResultWriter", "Arguments", "JSONata jsonata", "doc"),
    ("Task Pass Parallel Map Catcher", "ResultPath", "JSONPath result path", "doc"),
    ("Task Parallel Map", "Retry Catch", "list: ok", "?"),
    # Retry and Catch
    ("Retrier Catcher", "ErrorEquals!", "strings", "meas"),
    ("Retrier", "IntervalSeconds MaxAttempts", "integer: 0, 99999999", "meas"),  # IntervalSeconds' maximum: doc
    ("Retrier", "BackoffRate", "number: 1.0, ", "meas"),
    ("Retrier", "MaxDelaySeconds", "integer: 1, 31622400", "meas"),
    ("Retrier", "JitterStrategy", "enum: NONE, FULL", "meas"),
    ("Catcher ChoiceRule", "Next!", "target", "meas"),
    # Task
    ("Task", "Resource!", "resource", "rec"),
    ("Task", "TimeoutSeconds HeartbeatSeconds", "integer {%: 1, 99999999", "meas"),
    ("Task", "TimeoutSecondsPath HeartbeatSecondsPath", "JSONPath number path", "rule"),
    ("Task", "Credentials", "JSONPath payload credentials", "rec"),
    ("Task", "Credentials", "JSONata jsonata credentials", "rec"),
    # Pass, Choice, Wait, Fail, Parallel
    ("Pass", "Result", "JSONPath anything", "doc"),
    ("Choice", "Choices!", "list: Value cannot be empty", "meas"),
    ("Choice", "Default", "target", "rule"),
    ("ChoiceRule", "Condition!", "JSONata condition", "rec"),
    ("Wait", "Seconds", "integer {%: 0, 99999999", "meas"),
    ("Wait", "Timestamp", "timestamp {%", "rec"),
    ("Wait", "SecondsPath TimestampPath", "JSONPath number path", "rule"),
    ("Fail", "Error Cause", "string {%", "doc"),
    ("Fail", "ErrorPath CausePath", "JSONPath text path", "rec"),
    ("Parallel", "Branches!", "list: Value cannot be empty", "rec"),
    # Map
    ("Map", "ItemProcessor Iterator", "object: States, StartAt", "rec"),
    ("Map", "Items", "JSONata jsonata items", "doc"),
    ("Map", "ItemsPath", "JSONPath items path", "rec"),
    ("Map", "ItemSelector", "JSONPath payload", "doc"),
    ("Map", "ItemSelector", "JSONata jsonata", "doc"),
    ("Map", "MaxConcurrency", "integer {%: 0, 99999999", "meas"),  # the maximum: ?
    ("Map", "ToleratedFailureCount", "integer {%: 0, ", "meas"),  # no maximum: ?
    ("Map", "ToleratedFailurePercentage", "number {%: 0.0, 100.0", "meas"),
    ("Map", "MaxConcurrencyPath ToleratedFailureCountPath ToleratedFailurePercentagePath", "JSONPath number path", "meas"),
    ("Map", "Label", "label", "doc"),
    ("Map", "ItemReader", "object: Resource", "rule"),
    ("Map", "ItemBatcher ResultWriter", "object", "rule"),
    # Objects of a distributed Map
    ("ItemReader", "Resource!", "s3 call", "meas"),
    ("ResultWriter", "Resource", "s3 call", "rule"),
    ("ItemReader", "ReaderConfig", "object", "rule"),
    ("ReaderConfig", "InputType", "enum: CSV, JSON, JSONL, PARQUET, MANIFEST", "doc"),
    ("ReaderConfig", "Transformation", "enum: NONE, LOAD_AND_FLATTEN", "doc"),
    ("ReaderConfig", "ManifestType", "enum: ATHENA_DATA, S3_INVENTORY", "doc"),
    ("ReaderConfig", "CSVDelimiter", "enum: COMMA, PIPE, SEMICOLON, SPACE, TAB", "doc"),
    ("ReaderConfig", "CSVHeaderLocation", "enum: FIRST_ROW, GIVEN", "doc"),
    ("ReaderConfig", "CSVHeaders", "strings", "rule"),
    ("ReaderConfig", "ItemsPointer", "string", "?"),
    ("ReaderConfig", "MaxItems", "integer {%: 0, 100000000", "meas"),
    ("ItemBatcher", "MaxItemsPerBatch", "integer {%: 0, 100000000", "meas"),  # the maximum: ?
    ("ItemBatcher", "MaxInputBytesPerBatch", "integer {%: 1, 262144", "doc"),
    ("ReaderConfig", "MaxItemsPath", "JSONPath number path", "meas"),
    ("ItemBatcher", "MaxItemsPerBatchPath MaxInputBytesPerBatchPath", "JSONPath number path", "meas"),
    ("ItemBatcher", "BatchInput", "JSONPath payload", "doc"),
    ("ItemBatcher", "BatchInput", "JSONata jsonata", "doc"),
    ("ResultWriter", "WriterConfig", "object", "rule"),
    ("WriterConfig", "OutputType", "enum: JSON, JSONL", "doc"),
    ("WriterConfig", "Transformation", "enum: NONE, COMPACT, FLATTEN", "doc"),
]

OPERATORS: list[tuple[str, str]] = [
    # which fields of a Choice rule in JSONPath, what they hold; a field has the first line that fits
    ("Variable|.*Path", "operand path"),
    ("String.*", "string"),
    ("Numeric.*", "any number"),
    ("Timestamp.*", "timestamp"),
    ("Boolean.*|Is.*", "flag"),
]

GROUPS: list[tuple[str, str, str, str]] = [
    # places, fields in the order in which AWS lists them, how many of them an object has, source
    (_STEPS, "Next End", "one", "meas"),
    ("Wait", "SecondsPath Seconds TimestampPath Timestamp", "one", "meas"),
    ("Map", "ItemProcessor Iterator", "one", "meas"),
    ("Task", "TimeoutSeconds TimeoutSecondsPath", "at most one", "meas"),
    ("Task", "HeartbeatSeconds HeartbeatSecondsPath", "at most one", "meas"),
    ("Fail", "Error ErrorPath", "at most one", "meas"),
    ("Fail", "Cause CausePath", "at most one", "meas"),
    ("Map", "MaxConcurrency MaxConcurrencyPath", "at most one", "meas"),
    ("Map", "ToleratedFailureCount ToleratedFailureCountPath", "at most one", "meas"),
    ("Map", "ToleratedFailurePercentage ToleratedFailurePercentagePath", "at most one", "meas"),
    ("Map", "ItemSelector Parameters", "at most one", "?"),
    ("ReaderConfig", "MaxItems MaxItemsPath", "at most one", "meas"),
    ("ItemBatcher", "MaxItemsPerBatch MaxItemsPerBatchPath", "at most one", "meas"),
    ("ItemBatcher", "MaxInputBytesPerBatch MaxInputBytesPerBatchPath", "at most one", "meas"),
]
"""All pairs of fields that an object may not have both of; fields of the other language do not count."""

_ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:a"
_WRITER = "arn:aws:states:::s3:putObject"

COMPANIONS: list[tuple[str, str, dict[str, Any], str, str]] = [
    # place, language, the object, answer (` @` the field's place below the object; the object itself if there is none), source
    ("ProcessorConfig", "JSONPath", {}, "ok", "doc"),
    ("ProcessorConfig", "JSONPath", {"Mode": "INLINE"}, "ok", "doc"),
    ("ProcessorConfig", "JSONPath", {"Mode": "DISTRIBUTED"}, f"{REQUIRED}[ExecutionType]", "meas"),
    ("ProcessorConfig", "JSONPath", {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "ok", "meas"),
    (
        "ProcessorConfig",
        "JSONPath",
        {"Mode": "INLINE", "ExecutionType": "STANDARD"},
        "Field 'ExecutionType' is not supported",
        "meas",
    ),
    ("ProcessorConfig", "JSONPath", {"ExecutionType": "STANDARD"}, "Field 'ExecutionType' is not supported", "rule"),
    ("ReaderConfig", "JSONPath", {"InputType": "CSV"}, "The field 'CSVHeaderLocation' is required", "meas"),
    ("ReaderConfig", "JSONPath", {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}, f"{REQUIRED}[CSVHeaders]", "meas"),
    ("ReaderConfig", "JSONPath", {"CSVHeaderLocation": "GIVEN"}, f"{REQUIRED}[CSVHeaders]", "rule"),
    ("ReaderConfig", "JSONPath", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "ok", "doc"),
    ("ReaderConfig", "JSONPath", {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a"]}, "ok", "doc"),
    *[
        ("ReaderConfig", "JSONPath", {"InputType": kind, name: value}, f"Field '{name}' is not supported", source)
        for kind, name, value, source in (
            ("JSON", "CSVHeaderLocation", "FIRST_ROW", "meas"),
            ("JSON", "CSVHeaders", ["a"], "rule"),
            ("JSON", "CSVDelimiter", "TAB", "rule"),
            ("JSONL", "CSVHeaderLocation", "FIRST_ROW", "?"),
            ("PARQUET", "CSVHeaderLocation", "FIRST_ROW", "?"),
        )
    ],
    ("ResultWriter", "JSONPath", {}, "ok", "meas"),  # the run fails, and the developer guide says that it cannot be empty
    ("ResultWriter", "JSONPath", {"WriterConfig": {"OutputType": "JSON"}}, "ok", "doc"),
    ("ResultWriter", "JSONPath", {"Resource": _WRITER, "Parameters": {}}, "ok", "doc"),
    ("ResultWriter", "JSONPath", {"Resource": _WRITER}, f"{REQUIRED}[Parameters]", "rule"),
    ("ResultWriter", "JSONata", {"Resource": _WRITER}, f"{REQUIRED}[Arguments]", "meas"),
    (
        "Task",
        "JSONPath",
        {"Type": "Task", "Resource": _ACTIVITY, "Credentials": {"RoleArn": "r"}, "End": True},
        "The field 'Credentials' is not supported for activities @/Credentials",
        "meas",
    ),
    ("Pass", "JSONPath", {"Type": "Pass", "End": False, "Next": "N"}, "ok", "meas"),
    ("ChoiceRule", "JSONPath", {"Condition": "{% true %}", "Next": "N"}, "LANGUAGE Condition JSONata", "meas"),
]
