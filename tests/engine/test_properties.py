"""What holds for every machine, whatever is in it: found by Hypothesis, in machines that nobody would write."""

from __future__ import annotations

import copy
import json
import warnings
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_sfn import SfnMock
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import DefinitionError, ExecutionError
from tests.helpers import arn, machine

pytestmark = pytest.mark.slow

QUICK = settings(
    max_examples=120,
    deadline=timedelta(seconds=5),  # virtual years must not take real time; the first example also imports
    derandomize=True,  # the suite must not fail for somebody who changed nothing
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
QUOTAS = Quotas(payload=3000, history=400, variable=1000, variables=5000, seconds=365 * 86_400)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcé'. $"), inner, max_size=3),
    max_leaves=8,
)
inputs = json_values | st.fixed_dictionaries(
    {"a": json_values, "n": st.integers(-2, 70), "l": st.lists(json_values, max_size=4), "t": st.just("2024-03-01T00:00:00Z")}
)

paths = st.sampled_from(
    [
        "$",
        "$.a",
        "$.n",
        "$.l",
        "$.a.b",
        "$.l[0]",
        "$.l[-1:]",
        "$..a",
        "$.l[?(@.a > 1)]",
        "$$",
        "$$.State.Name",
        "$v",
        "$$.Map.Item.Value",
    ]
)
simple_paths = st.sampled_from(["$", "$.a", "$.n", "$.l", "$.a.b", "$.l[0]"])
written = st.sampled_from([None, "$", "$.a", "$.r", "$.r.s", "$.a.b", "$.l[0]"])
intrinsics = st.sampled_from(
    [
        "States.UUID()",
        "States.MathRandom(0, 9)",
        "States.MathAdd($.n, 1)",
        "States.Format('{}-{}', $.a, $.n)",
        "States.Array($, $.n)",
        "States.JsonToString($)",
        "States.StringToJson($.a)",
        "States.ArrayPartition($.l, 2)",
        "States.ArrayRange(0, $.n, 3)",
        "States.Hash($.a, 'MD5')",
    ]
)
payloads = st.dictionaries(st.sampled_from(["x", "y.$", "z.$"]), st.none(), min_size=1).flatmap(
    lambda keys: st.fixed_dictionaries(
        {
            key: paths | intrinsics if key.endswith("$") else json_values.filter(lambda v: not isinstance(v, (dict, list)))
            for key in keys
        }
    )
)
expressions = st.sampled_from(
    [
        "{% $states.input %}",
        "{% $states.input.n + 1 %}",
        "{% $states.input.l %}",
        "{% $states.input.n > 3 %}",
        "{% $states.input.a.b %}",
        "{% $states.context.State.Name %}",
        "{% $v %}",
        "{% $uuid() & $string($random()) %}",
        "{% $map([1..3], function($i) { {'n': $i, 'l': [$i, $i]} }) %}",
        "{% $sum($states.input.l) %}",
        "{% 1/0 %}",
        "{% $error('no') %}",
        "{% {'deeper': $states.input} %}",
        "{% true %}",
        "{% 'text' %}",
        "{% -1 %}",
        "{% 2.5 %}",
        "{% null %}",
    ]
)
computed = st.recursive(
    expressions | st.integers(0, 5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=3,
)
error_names = st.lists(
    st.sampled_from(["States.TaskFailed", "States.Timeout", "ValueError", "E", "States.Runtime"]), min_size=1, max_size=2
)


def sometimes(draw: Any, **fields: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Each field, or not."""
    return {name: draw(strategy) for name, strategy in fields.items() if draw(st.integers(0, 3)) == 0}


class Names:
    """Hands out names of states, and knows the language of the whole machine, which those inside of states inherit."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"S{self.count}"


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    language = draw(st.sampled_from(["JSONPath", "JSONPath", "JSONata"]))
    made = body(draw, Names(language), depth=0)
    if language == "JSONata":
        made["QueryLanguage"] = language
    return {**made, **sometimes(draw, TimeoutSeconds=st.integers(1, 1000))}


def body(draw: Any, names: Names, depth: int) -> dict[str, Any]:
    chain = [names() for _ in range(draw(st.integers(1, 4 if depth == 0 else 2)))]
    states = {}
    for place, name in enumerate(chain):
        following = chain[place + 1] if place + 1 < len(chain) else None
        own = draw(st.sampled_from(["JSONPath", "JSONata"])) if names.language == "JSONPath" else names.language
        states[name] = state(draw, names, own, following, chain, depth)
        if own != names.language:
            states[name]["QueryLanguage"] = own
    return {"StartAt": chain[0], "States": states}


def state(draw: Any, names: Names, language: str, following: str | None, chain: list[str], depth: int) -> dict[str, Any]:
    kinds = ["Pass", "Task", "Task", "Wait"] + (["Choice"] if following else ["Succeed", "Fail"])
    if depth < 2:
        kinds += ["Parallel", "Map", "Map"]
    kind = draw(st.sampled_from(kinds))
    ata = language == "JSONata"
    made: dict[str, Any] = {"Type": kind}
    if kind not in ("Succeed", "Fail", "Choice"):
        made |= {"Next": following} if following else {"End": True}
    if kind != "Fail":
        made |= (
            sometimes(draw, Output=computed)
            if ata
            else sometimes(draw, InputPath=simple_paths | st.none(), OutputPath=simple_paths | st.none())
        )
    if (
        kind not in ("Fail", "Succeed") and depth == 0 and draw(st.integers(0, 2)) == 0
    ):  # inner scopes may not assign outer names
        made["Assign"] = {"v": draw(expressions)} if ata else {"v.$": draw(paths)}
    if kind in ("Pass", "Task", "Parallel", "Map") and not ata:
        made |= sometimes(draw, ResultPath=written)
    MAKERS[kind](draw, names, made, ata, following, chain, depth)
    return made


def make_pass(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    if not ata:
        made |= sometimes(draw, Parameters=payloads, Result=json_values)


def handled(draw: Any, made: dict[str, Any], ata: bool, chain: list[str]) -> None:
    """ResultSelector, Retry and Catch."""
    if not ata:
        made |= sometimes(draw, ResultSelector=payloads)
    retrier = st.fixed_dictionaries(
        {"ErrorEquals": error_names, "IntervalSeconds": st.integers(1, 50), "MaxAttempts": st.integers(0, 3)},
        optional={"JitterStrategy": st.just("FULL"), "BackoffRate": st.floats(1, 3), "MaxDelaySeconds": st.integers(51, 100)},
    )
    made |= sometimes(draw, Retry=st.lists(retrier, min_size=1, max_size=2))
    if draw(st.booleans()):
        catcher = {"ErrorEquals": ["States.ALL"], "Next": draw(st.sampled_from(chain))}
        made["Catch"] = [catcher | (sometimes(draw, Output=computed) if ata else sometimes(draw, ResultPath=written))]


def make_task(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    made["Resource"] = draw(st.sampled_from([arn("f"), arn("g")]))
    handled(draw, made, ata, chain)
    seconds = st.integers(1, 20)
    if ata:
        made |= sometimes(draw, Arguments=computed, TimeoutSeconds=seconds | expressions)
    else:
        made |= sometimes(draw, Parameters=payloads, TimeoutSeconds=seconds)
        if "TimeoutSeconds" not in made:
            made |= sometimes(draw, TimeoutSecondsPath=simple_paths)


def make_wait(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    waits: list[dict[str, Any]] = [{"Seconds": 5}, {"Seconds": 30_000_000}, {"Timestamp": "2024-02-01T00:00:00Z"}]
    if ata:
        waits += [{"Seconds": draw(expressions)}, {"Timestamp": "{% $states.input.t %}"}]
    else:
        waits += [{"SecondsPath": draw(simple_paths)}, {"TimestampPath": draw(st.sampled_from(["$.t", "$.a"]))}]
    made |= draw(st.sampled_from(waits))


def make_choice(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    rules: list[dict[str, Any]] = (
        [{"Condition": draw(expressions)}]
        if ata
        else [
            {"Variable": draw(paths.filter(lambda path: ".." not in path and "[" not in path)), "IsPresent": True},
            {"Not": {"Variable": "$.n", "NumericLessThan": 5}},
            {"Or": [{"Variable": "$.a", "IsNull": True}, {"Variable": "$.a", "StringEqualsPath": "$.t"}]},
        ]
    )
    target = draw(st.sampled_from(chain))  # backwards, too: then the quota of events ends it
    made["Choices"] = [{**draw(st.sampled_from(rules)), "Next": target}]
    made["Default"] = following


def make_parallel(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    made["Branches"] = [body(draw, names, depth + 1) for _ in range(draw(st.integers(1, 3)))]
    handled(draw, made, ata, chain)
    made |= sometimes(draw, Arguments=computed) if ata else sometimes(draw, Parameters=payloads)


def make_map(
    draw: Any, names: Names, made: dict[str, Any], ata: bool, following: str | None, chain: list[str], depth: int
) -> None:
    made["ItemProcessor"] = body(draw, names, depth + 1)
    if draw(st.integers(0, 3)) == 0:
        made["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
        made |= sometimes(draw, ToleratedFailurePercentage=st.integers(0, 100))
    handled(draw, made, ata, chain)
    if ata:
        made |= sometimes(
            draw, Items=expressions, MaxConcurrency=st.integers(0, 3), ItemSelector=st.fixed_dictionaries({"i": expressions})
        )
    else:
        made |= sometimes(draw, ItemsPath=simple_paths, MaxConcurrency=st.integers(0, 3), ItemSelector=payloads)


MAKERS = {
    "Pass": make_pass,
    "Task": make_task,
    "Wait": make_wait,
    "Choice": make_choice,
    "Parallel": make_parallel,
    "Map": make_map,
    "Succeed": lambda *_: None,
    "Fail": lambda draw, names, made, ata, *_: made.update(
        sometimes(draw, Error=expressions, Cause=expressions)
        if ata
        else sometimes(draw, ErrorPath=simple_paths, Cause=st.text(max_size=3))
    ),
}

answers = st.lists(
    st.one_of(
        st.tuples(st.just("returns"), json_values, st.sampled_from([0, 0.5, 3])),
        st.tuples(st.just("raises"), st.sampled_from(["E", "ValueError", "States.TaskFailed"]), st.sampled_from([0, 0.5])),
        st.tuples(st.just("returns"), st.just("x" * 3000), st.just(0)),
    ),
    min_size=1,
    max_size=4,
)


def prepare(definition: dict[str, Any], script: list[tuple[str, Any, float]], seed: int) -> Any:
    account = SfnMock(quotas=QUOTAS, seed=seed)
    for function in "fg":
        answered: Any = account.lambda_function(function)
        for number, (kind, value, seconds) in enumerate(script):
            times = 1 if number + 1 < len(script) else None
            answered = getattr(answered, kind)(value, times=times).takes(seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return account.load(definition)


def run_to_the_end(definition: dict[str, Any], input: Any, script: list[tuple[str, Any, float]], seed: int = 0) -> Any:
    """The execution, or None where it stands still or nests deeper than we go."""
    loaded = prepare(definition, script, seed)
    try:
        return loaded.run(input)
    except ExecutionError as error:
        assert "nested deeper than" in str(error)
        return None


@QUICK
@given(definitions(), inputs, answers)
def test_any_machine_runs_to_an_end_the_same_way_each_time(definition: Any, input: Any, script: Any) -> None:
    before = copy.deepcopy((definition, input))
    execution = run_to_the_end(definition, input, script)
    assert (definition, input) == before
    if execution is None:
        return
    assert execution.status in ("SUCCEEDED", "FAILED", "TIMED_OUT")
    history = execution.history
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert all(event["previousEventId"] < event["id"] for event in history)
    assert len(history) <= QUOTAS.history
    assert [event["timestamp"] for event in history] == sorted(event["timestamp"] for event in history)
    assert execution.timeline()
    for name in execution.machine.state_machine.states:
        for visit in execution.state(name).visits:
            assert isinstance(visit.stages, dict)
            assert repr(visit)
    assert run_to_the_end(definition, input, script).history == history


@QUICK
@given(json_values)
def test_any_value_goes_through_unchanged(value: Any) -> None:
    definition = machine(
        A={"Type": "Pass", "Next": "B"},
        B={"Type": "Parallel", "Branches": [machine(C={"Type": "Wait", "Seconds": 1})], "Next": "D"},
        D={"Type": "Map", "ItemProcessor": machine(E={"Type": "Pass", "QueryLanguage": "JSONata"}), "Next": "F"},
        F={"Type": "Task", "Resource": arn("f"), "Next": "G"},
        G={"Type": "Succeed", "OutputPath": "$[0]"},
    )
    account = SfnMock()
    account.lambda_function("f").calls(lambda event: event)
    text = json.dumps(value, ensure_ascii=False)
    execution = account.load(definition).run(input_json=text)
    assert json.dumps(execution.output, ensure_ascii=False) == text
    assert json.loads(execution.output_json or "") == value


RICH = machine(
    P={
        "Type": "Pass",
        "Parameters": {"a.$": "States.Format('{}', $.n)", "n.$": "$.n", "l.$": "$.l"},
        "Assign": {"v.$": "$.n"},
        "Next": "C",
    },
    C={
        "Type": "Choice",
        "Choices": [{"And": [{"Variable": "$.n", "IsPresent": True}, {"Variable": "$.n", "NumericLessThan": 5}], "Next": "W"}],
        "Default": "T",
    },
    W={"Type": "Wait", "SecondsPath": "$.n", "Next": "T"},
    T={
        "Type": "Task",
        "Resource": arn("f"),
        "TimeoutSeconds": 10,
        "ResultPath": "$.r",
        "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 1, "BackoffRate": 1.5}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "M"}],
        "Next": "M",
    },
    M={
        "Type": "Map",
        "ItemsPath": "$.l",
        "MaxConcurrency": 2,
        "ItemSelector": {"i.$": "$$.Map.Item.Value"},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, **machine(MP={"Type": "Pass"})},
        "ResultPath": "$.m",
        "Next": "X",
    },
    X={
        "Type": "Parallel",
        "QueryLanguage": "JSONata",
        "Arguments": {"n": "{% $string($states.input.n) %}"},
        "Branches": [machine(B1={"Type": "Pass"}), machine(B2={"Type": "Fail", "Error": "F", "CausePath": "$.n"})],
        "Catch": [{"ErrorEquals": ["F"], "Output": "{% $states.errorOutput %}", "Next": "S"}],
        "Output": "{% $states.result[0] %}",
        "Next": "S",
    },
    S={"Type": "Succeed"},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(item, (*path, key))
    return found


junk = (
    json_values
    | expressions
    | paths
    | st.sampled_from(["S", "T", "MP", "Nowhere", "Task", "Pass", "JSONata", "${X}", {}, [], 1e400, -1])
)


def test_the_definition_that_is_changed_runs() -> None:
    execution = run_to_the_end(RICH, {"n": 3, "l": [1, 2]}, [("raises", "E", 0), ("returns", 1, 0)])
    assert list(execution.path) == ["P", "C", "W", "T", "M", "X", "S"]
    assert execution.output == {"Error": "F", "Cause": "3"}


@settings(QUICK, max_examples=300)
@given(st.data())
def test_any_change_of_a_definition_is_loaded_or_refused(data: Any) -> None:
    definition = copy.deepcopy(RICH)
    for _ in range(data.draw(st.integers(1, 3))):
        spots = places(definition)[1:]
        if not spots:
            break
        *above, key = data.draw(st.sampled_from(spots))
        holder: Any = definition
        for step in above:
            holder = holder[step]
        change = data.draw(st.sampled_from(["delete", "replace", "rename"]))
        if change == "delete":
            del holder[key]
        elif change == "replace" or not isinstance(holder, dict):
            holder[key] = data.draw(junk)
        else:
            holder[data.draw(st.sampled_from(["Next", "End", "Type", "Result", "Output", "Items", "Foo", "x.$", "Catch"]))] = (
                holder.pop(key)
            )
    text = json.dumps(definition).replace("Infinity", "1e400")
    account = SfnMock(quotas=QUOTAS)
    account.lambda_function("f").raises("E", times=1).returns({"ok": True})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = account.load(text)
    except DefinitionError as error:
        assert error.diagnostics
        assert all(diagnostic.location is not None for diagnostic in error.diagnostics)
        return
    if arn("f") in text and "${X}" not in text:
        run_one(loaded)


def run_one(loaded: Any) -> None:
    try:
        assert loaded.run({"n": 3, "l": [1, 2], "a": {"b": 1}}).history
    except ExecutionError as error:
        assert "nested deeper than" in str(error)
