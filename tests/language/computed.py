"""Every field of the table of fields that can hold a Path or an expression, in a machine that shows what becomes of its value.

A `Setting` is the field in a state: `@` marks the place that the Path or the expression takes. `test_computed_fields.py`
says what comes out for each value.
"""

from __future__ import annotations

import json
from math import ceil, inf
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_sfn.expressions.comparisons import OPERATORS
from tests.helpers import arn, machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn import Execution

__all__ = ["JSONATA", "JSONPATH", "SETTINGS", "Key", "Setting"]

JSONPATH, JSONATA = "JSONPath", "JSONata"
Key = tuple[str, str, str]
"""(the place as in the table of fields, with a word of ours behind it where a field is tried twice; the field; the language)"""


class Setting(NamedTuple):
    """A field in a machine.

    Attributes:
        kind: the row of `KINDS` that says what the field takes.
        states: the machine's states.
        shows: what an execution shows of a value that was accepted; None if all that shows is that it goes on.
        effect: what that is for an accepted value.
        written: the events between the state's Entered and the failure.
        path: the Path, which leads to the value.
        called: the field as causes name it; its own name by default.
        seen: the data that the Path looks into, as text, made of that of the execution's input.
        least, most: the bounds of a number.
    """

    kind: str
    states: dict[str, Any]
    shows: Callable[[Execution], Any] | None
    effect: Callable[[Any], Any]
    written: str
    path: str
    called: str
    seen: Callable[[str], str]
    least: float
    most: float


SETTINGS: dict[Key, Setting] = {}


def output(execution: Execution) -> Any:
    return execution.output


def same(value: Any) -> Any:
    return value


def setting(
    key: str,
    kind: str,
    state: dict[str, Any],
    shows: Callable[[Execution], Any] | None = output,
    written: str = "",
    *,
    effect: Callable[[Any], Any] = same,
    path: str = "$.v",
    called: str = "",
    seen: Callable[[str], str] = same,
    least: float = 0,
    most: float = inf,
) -> None:
    """Note a field; `key` is "JSONPath Task/InputPath"."""
    language, place, field = key.partition(" ")[0], *key.partition(" ")[2].split("/")
    states = {"A": state} if state["Type"] in ("Fail", "Succeed") else {"A": state, "Z": {"Type": "Pass"}}
    if "Choices" not in state and "Z" in states:
        state.setdefault("Next", "Z")
    SETTINGS[place, field, language] = Setting(kind, states, shows, effect, written, path, called or field, seen, least, most)


# What an execution shows


def first(execution: Execution) -> Any:
    return execution.output[0]


def member(*way: str | int) -> Callable[[Execution], Any]:
    """What is there in the output."""

    def shows(execution: Execution) -> Any:
        found = execution.output
        for step in way:
            found = found[step]
        return found

    return shows


def members(execution: Execution) -> Any:
    return sorted(execution.output["v"])


def in_history(name: str) -> Callable[[Execution], Any]:
    """The first such member of an event's details."""

    def shows(execution: Execution) -> Any:
        details = [item for event in execution.history for item in event.values() if isinstance(item, dict)]
        return next(item[name] for item in details if name in item)

    return shows


def assigned(execution: Execution) -> Any:
    return json.loads(in_history("assignedVariables")(execution)["a"])


def role(execution: Execution) -> Any:
    return in_history("taskCredentials")(execution)["roleArn"]


def map_run(name: str) -> Callable[[Execution], Any]:
    return lambda execution: execution.map_runs[0].describe()[name]


def children(execution: Execution) -> Any:
    return map_run("executionCounts")(execution)["total"]


def items(execution: Execution) -> Any:
    return map_run("itemCounts")(execution)["total"]


def elapsed(execution: Execution) -> Any:
    return execution.elapsed.total_seconds()


def sent_to(resource: str, name: str) -> Callable[[Execution], Any]:
    return lambda execution: execution.machine._account.registry.resource(resource).calls[0].input[name]


# States

GET, PUT = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:putObject"
PROCESSOR = machine(B={"Type": "Pass"})
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **PROCESSOR}
PASS, SUCCEED, WAIT = {"Type": "Pass"}, {"Type": "Succeed"}, {"Type": "Wait", "Seconds": 0}
TASK = {"Type": "Task", "Resource": arn("f")}
PUBLISHED = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "m"}
FAILING = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish"}
SERVICE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
PARALLEL = {"Type": "Parallel", "Branches": [PROCESSOR]}
ONE, THREE = {"ItemsPath": "$$.Execution.Input.items"}, {"ItemsPath": "$$.Execution.Input.three"}
RULE = {"Variable": "$$.State.Name", "IsPresent": True, "Next": "Z"}
CATCH = {"ErrorEquals": ["States.ALL"], "Next": "Z"}
CALLED = "LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded"
RAISED = "TaskScheduled TaskStarted TaskFailed"
JOINED = "ParallelStateStarted PassStateEntered PassStateExited ParallelStateSucceeded"
ITERATED = "MapStateStarted MapIterationStarted PassStateEntered PassStateExited MapIterationSucceeded MapStateSucceeded"


def inline(**fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": PROCESSOR, **fields}


def distributed(**fields: Any) -> dict[str, Any]:
    return {"Type": "Map", "ItemProcessor": DISTRIBUTED, **fields}


def choice(rule: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [rule], "Default": "Z", **fields}


def reader(config: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"ItemReader": {"Resource": GET, "ReaderConfig": {"InputType": "JSON", **config}, **parameters}}


BUCKET = {"Bucket": "b", "Key": "k"}
LIST = [1, 2, 3]
COUNT = len(LIST)

# JSONPath: InputPath, OutputPath, ResultPath

PLAIN = {"Task": TASK, "Pass": PASS, "Wait": WAIT, "Succeed": SUCCEED, "Choice": choice(RULE)}
for place, state in PLAIN.items():
    setting(f"JSONPath {place}/InputPath", "read", {**state, "InputPath": "@"})
    setting(f"JSONPath {place}/OutputPath", "read", {**state, "OutputPath": "@"}, written=CALLED if place == "Task" else "")
setting("JSONPath Parallel/InputPath", "read", {**PARALLEL, "InputPath": "@"}, first)
setting("JSONPath Parallel/OutputPath", "read", {**PARALLEL, "ResultPath": None, "OutputPath": "@"}, written=JOINED)
setting("JSONPath Map/InputPath", "read", inline(**ONE, InputPath="@", ItemSelector={"a": 1}), effect=lambda _: [{"a": 1}])
setting("JSONPath Map/OutputPath", "read", inline(**ONE, ResultPath=None, OutputPath="@"), written=ITERATED)
WRITTEN: dict[str, Any] = {"path": "$.v.x", "effect": lambda value: sorted([*(value or ()), "x"])}
setting("JSONPath Task/ResultPath", "place", {**TASK, "ResultPath": "@"}, members, CALLED, **WRITTEN)
setting("JSONPath Pass/ResultPath", "place", {**PASS, "ResultPath": "@"}, members, **WRITTEN)
setting("JSONPath Parallel/ResultPath", "place", {**PARALLEL, "ResultPath": "@"}, members, JOINED, **WRITTEN)
setting("JSONPath Map/ResultPath", "place", inline(**ONE, ResultPath="@"), members, ITERATED, **WRITTEN)
CAUGHT = {**FAILING, "Parameters": PUBLISHED, "Catch": [{**CATCH, "ResultPath": "@"}]}
setting("JSONPath Catcher/ResultPath", "place", CAUGHT, members, RAISED, **WRITTEN)

# JSONPath: payload templates

A = {"a.$": "@"}
FIRST = {"path": "$[0].v", "seen": lambda text: f"[{text}]"}
for place in ("Task", "Pass", "Wait", "Choice"):
    written = CALLED if place == "Task" else ""
    setting(f"JSONPath {place}/Assign", "template", {**PLAIN[place], "Assign": A}, assigned, written, called="a.$")
setting("JSONPath Parallel/Assign", "template", {**PARALLEL, "Assign": A}, assigned, JOINED, called="a.$", **FIRST)
WHOLE = {**ONE, "ItemSelector": {"v.$": "$"}}
DEEP = {"path": "$[0].v.v", "seen": lambda text: f'[{{"v":{text}}}]', "called": "a.$"}
setting("JSONPath Map/Assign", "template", inline(**WHOLE, Assign=A), assigned, ITERATED, **DEEP)
setting("JSONPath ChoiceRule/Assign", "template", choice({**RULE, "Assign": A}), assigned, called="a.$")
CONTEXT = {
    "path": "$$.Execution.Input.v",
    "seen": lambda _: '{"Error":"SNS.InternalErrorException","Cause":"c"}',
    "called": "a.$",
}
CAUGHT = {**FAILING, "Parameters": PUBLISHED, "Catch": [{**CATCH, "Assign": A}]}
setting("JSONPath Catcher/Assign", "template", CAUGHT, assigned, RAISED, **CONTEXT)
setting("JSONPath Task/Parameters", "template", {**TASK, "Parameters": A}, member("a"), called="a.$")
setting("JSONPath Pass/Parameters", "template", {**PASS, "Parameters": A}, member("a"), called="a.$")
setting(
    "JSONPath Pass function/Parameters",
    "argument",
    {**PASS, "Parameters": A},
    member("a", 0),
    path="States.Array($.v)",
)
setting("JSONPath Parallel/Parameters", "template", {**PARALLEL, "Parameters": A}, member(0, "a"), called="a.$")
for name in ("Parameters", "ItemSelector"):
    state = inline(**ONE, **{name: A})
    setting(f"JSONPath Map/{name}", "template", state, member(0, "a"), "MapStateStarted MapIterationStarted", called="a.$")
setting("JSONPath Task/ResultSelector", "template", {**TASK, "ResultSelector": A}, member("a"), CALLED, called="a.$")
setting(
    "JSONPath Parallel/ResultSelector",
    "template",
    {**PARALLEL, "ResultSelector": A},
    member("a"),
    JOINED,
    called="a.$",
    **FIRST,
)
setting("JSONPath Map/ResultSelector", "template", inline(**WHOLE, ResultSelector=A), member("a"), ITERATED, **DEEP)
ROLE = {"RoleArn.$": "@"}
setting("JSONPath Task/Credentials", "role", {**TASK, "Credentials": ROLE}, role, called="RoleArn.$")
READS = distributed(**reader({}, Parameters={**BUCKET, **A}))
setting("JSONPath ItemReader/Parameters", "template", READS, sent_to("s3:getObject", "a"), called="a.$")
BATCHES = distributed(**ONE, ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": A})
shows = member(0, "BatchInput", "a")
setting("JSONPath ItemBatcher/BatchInput", "template", BATCHES, shows, "MapStateStarted", called="a.$")
WRITES = distributed(**ONE, ResultWriter={"Resource": PUT, "Parameters": {"Bucket": "b", "Prefix": "p", **A}})
setting("JSONPath ResultWriter/Parameters", "template", WRITES, None, "MapStateStarted", called="a.$")

# JSONPath: what a field whose name ends in Path takes; JSONata: the field without

for field, most in (("TimeoutSeconds", 99_999_999), ("HeartbeatSeconds", 99_999_999)):
    shows = in_history("timeoutInSeconds" if field == "TimeoutSeconds" else "heartbeatInSeconds")
    state = {**SERVICE, "Parameters": {"FunctionName": "f"}, f"{field}Path": "@"}
    setting(f"JSONPath Task/{field}Path", "integer", state, shows, least=1, most=most)
    state = {**SERVICE, "Arguments": {"FunctionName": "f"}, field: "@"}
    setting(f"JSONata Task/{field}", "integer", state, shows, least=1, most=most)
setting("JSONPath Wait/SecondsPath", "seconds", {"Type": "Wait", "SecondsPath": "@"}, elapsed)
setting("JSONata Wait/Seconds", "seconds", {"Type": "Wait", "Seconds": "@"}, elapsed)
setting("JSONPath Wait/TimestampPath", "instant", {"Type": "Wait", "TimestampPath": "@"}, elapsed)
setting("JSONata Wait/Timestamp", "instant", {"Type": "Wait", "Timestamp": "@"}, elapsed)
for field, shown in (("Error", lambda execution: execution.error), ("Cause", lambda execution: execution.cause)):
    state, function = {"Type": "Fail", f"{field}Path": "@"}, "States.ArrayGetItem(States.Array($.v), 0)"
    setting(f"JSONPath Fail/{field}Path", "text", state, shown)
    setting(f"JSONPath Fail function/{field}Path", "text", state, shown, path=function)
    setting(f"JSONata Fail/{field}", "text", {"Type": "Fail", field: "@"}, shown)
for place, state in (("Map", inline), ("Map distributed", distributed)):
    run = place == "Map distributed"
    setting(f"JSONPath {place}/ItemsPath", "items", state(ItemsPath="@"))
    setting(f"JSONata {place}/Items", "items", state(Items="@"))
    started = "MapStateStarted"
    shows = map_run("maxConcurrency") if run else None
    setting(f"JSONPath {place}/MaxConcurrencyPath", "integer", state(**ONE, MaxConcurrencyPath="@"), shows, most=99_999_999)
    setting(f"JSONata {place}/MaxConcurrency", "integer", state(Items=LIST, MaxConcurrency="@"), shows, most=99_999_999)
    shows = map_run("toleratedFailureCount") if run else None
    field, most = "ToleratedFailureCount", 2**63 - 1
    setting(f"JSONPath {place}/{field}Path", "integer", state(**ONE, **{f"{field}Path": "@"}), shows, started, most=most)
    setting(f"JSONata {place}/{field}", "integer", state(Items=LIST, **{field: "@"}), shows, started, most=most)
    shows = map_run("toleratedFailurePercentage") if run else None
    field = "ToleratedFailurePercentage"
    setting(f"JSONPath {place}/{field}Path", "percentage", state(**ONE, **{f"{field}Path": "@"}), shows, started)
    setting(f"JSONata {place}/{field}", "percentage", state(Items=LIST, **{field: "@"}), shows, started)


def limited(most: int) -> int:
    return min(most or COUNT, COUNT)


MOST: dict[str, Any] = {"written": "MapStateStarted", "most": 100_000_000}
state = distributed(**reader({"MaxItemsPath": "@"}, Parameters=BUCKET))
setting("JSONPath ReaderConfig/MaxItemsPath", "integer", state, items, effect=limited, **MOST)
state, called = distributed(**reader({"MaxItems": "@"}, Arguments=BUCKET)), "ItemReader/ReaderConfig/MaxItems"
setting("JSONata ReaderConfig/MaxItems", "integer", state, items, effect=limited, called=called, **MOST)
for field, bounds, batches in (
    ("MaxItemsPerBatch", MOST, lambda most: ceil(COUNT / (most or COUNT))),
    ("MaxInputBytesPerBatch", {**MOST, "least": 1, "most": 262_144}, lambda most: COUNT if most < 100 else 1),
):
    state = distributed(**THREE, ItemBatcher={f"{field}Path": "@"})
    setting(f"JSONPath ItemBatcher/{field}Path", "integer", state, children, effect=batches, **bounds)
    state = distributed(Items=LIST, ItemBatcher={field: "@"})
    setting(f"JSONata ItemBatcher/{field}", "integer", state, children, effect=batches, called=f"ItemBatcher/{field}", **bounds)

# JSONata: what takes any JSON value

ALWAYS = {"Condition": True, "Next": "Z"}
WORK = {"Task": CALLED, "Parallel": JOINED, "Map": ITERATED}
for place, state in (*PLAIN.items(), ("Parallel", PARALLEL), ("Map", inline(Items=[1]))):
    base = choice({"Condition": False, "Next": "Z"}) if place == "Choice" else state
    written = WORK.get(place, "")
    setting(f"JSONata {place}/Output", "value", {**base, "Output": "@"}, written=written)
    if place != "Succeed":
        setting(f"JSONata {place}/Assign", "value", {**base, "Assign": {"a": "@"}}, assigned, written, called="Assign/a")
for field, value, shows, called in (("Output", "@", output, "Output"), ("Assign", {"a": "@"}, assigned, "Assign/a")):
    rule, catcher = choice({**ALWAYS, field: value}), {**FAILING, "Arguments": PUBLISHED, "Catch": [{**CATCH, field: value}]}
    setting(f"JSONata ChoiceRule/{field}", "value", rule, shows, called=f"Choices[0]/{called}")
    setting(f"JSONata Catcher/{field}", "value", catcher, shows, RAISED, called=f"Catch[0]/{called}")
setting("JSONata Task/Arguments", "value", {**TASK, "Arguments": "@"})
setting("JSONata Parallel/Arguments", "value", {**PARALLEL, "Arguments": "@"}, first)
setting("JSONata Map/ItemSelector", "value", inline(Items=[1], ItemSelector="@"), first, "MapStateStarted MapIterationStarted")
RUN = "MapStateStarted MapRunStarted MapRunFailed"
setting("JSONata Map distributed/ItemSelector", "value", distributed(Items=[1], ItemSelector="@"), first, RUN)
BATCHES = distributed(Items=[1], ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": "@"})
shows, called = member(0, "BatchInput"), "ItemBatcher/BatchInput"
setting("JSONata ItemBatcher/BatchInput", "value", BATCHES, shows, "MapStateStarted", called=called)
READS = distributed(**reader({}, Arguments={**BUCKET, "a": "@"}))
setting("JSONata ItemReader member/Arguments", "value", READS, sent_to("s3:getObject", "a"), called="ItemReader/Arguments/a")
WRITES = distributed(Items=[1], ResultWriter={"Resource": PUT, "Arguments": {"Bucket": "b", "Prefix": "p", "a": "@"}})
called = "ResultWriter/Arguments/a"
setting("JSONata ResultWriter member/Arguments", "value", WRITES, None, "MapStateStarted", called=called)

# JSONata: what takes values of one type

state = {"Type": "Choice", "Choices": [{"Condition": "@", "Next": "Z"}]}
setting(
    "JSONata ChoiceRule/Condition", "condition", state, lambda execution: list(execution.path), called="Choices[0]/Condition"
)
setting(
    "JSONata Task member/Credentials", "role", {**TASK, "Credentials": {"RoleArn": "@"}}, role, called="Credentials/RoleArn"
)
setting("JSONata Task/Credentials", "roles", {**TASK, "Credentials": "@"}, role)
READS = distributed(**reader({}, Arguments="@"))
setting("JSONata ItemReader/Arguments", "parameters", READS, None, called="ItemReader/Arguments")
WRITES = distributed(Items=[1], ResultWriter={"Resource": PUT, "Arguments": "@"})
setting("JSONata ResultWriter/Arguments", "parameters", WRITES, None, "MapStateStarted", called="ResultWriter/Arguments")
state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": "@"}
setting("JSONata Task service/Arguments", "parameters", state, None)

# Choice Rules in JSONPath, whose fields are those of `comparisons`

for operator in OPERATORS:
    if operator.endswith("Path"):
        setting(
            f"JSONPath ChoiceRule/{operator}",
            "compared",
            choice({"Variable": "$$.State.Name", operator: "@", "Next": "Z"}),
            None,
        )
setting("JSONPath ChoiceRule/Variable", "compared", choice({"Variable": "@", "StringEquals": "x", "Next": "Z"}), None)
setting("JSONPath ChoiceRule presence/Variable", "present", choice({"Variable": "@", "IsPresent": True, "Next": "Z"}), None)
