"""The workloads: a definition with its input and functions, and the same work written by hand.

Every workload runs four ways. `floor` is plain Python that does what the states say, with no engine; `floor+history` also
keeps one dict per event, inputs and outputs in it as JSON text, which is the least that any engine with AWS's history must
do; `ours` is an account, its mocks and one execution whose history nobody reads; `ours+history` reads it all.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest_sfn
from pytest_sfn import SfnMock

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
Json = Any
dumps = json.JSONEncoder(separators=(",", ":")).encode


class Failed(Exception):  # noqa: N818 - an answer of a function, with the error name as its text
    """An answer of a scripted function that is an error, or a Fail state; its text is the error name."""


class Functions:
    """Scripted answers by function: each once, the last for ever."""

    def __init__(self, scripts: dict[str, list[Json]]) -> None:
        self.scripts = {name: iter(answers) for name, answers in scripts.items()}
        self.last: dict[str, Json] = {}

    def __call__(self, name: str) -> Json:
        answer = self.last[name] = next(self.scripts[name], self.last.get(name))
        if isinstance(answer, Failed):
            raise Failed(str(answer))  # a new one: a traceback grows with each raise of the old
        return answer


class Silence:
    """What happens by hand, where nobody keeps a history."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions

    def event(self, kind: str, **details: Json) -> None:
        pass

    def enter(self, kind: str, name: str, value: Json) -> Json:
        return value

    def exit(self, kind: str, name: str, value: Json) -> Json:
        return value

    def call(self, function: str, value: Json) -> Json:
        return self.functions(function)


class History(Silence):
    """Appends one dict per event as AWS has it, values in it as text."""

    def __init__(self, functions: Functions) -> None:
        super().__init__(functions)
        self.events: list[dict[str, Json]] = []
        self.now = time.time()

    def event(self, kind: str, **details: Json) -> None:
        number = len(self.events)
        self.events.append({"timestamp": self.now, "type": kind, "id": number + 1, "previousEventId": number, **details})

    def enter(self, kind: str, name: str, value: Json) -> Json:
        text = dumps(value)
        details = {"name": name, "input": text, "inputDetails": {"truncated": False}}
        self.event(f"{kind}StateEntered", stateEnteredEventDetails=details)
        return json.loads(text)  # a state's input is its own

    def exit(self, kind: str, name: str, value: Json) -> Json:
        details = {"name": name, "output": dumps(value), "outputDetails": {"truncated": False}}
        self.event(f"{kind}StateExited", stateExitedEventDetails=details)
        return value

    def call(self, function: str, value: Json) -> Json:
        scheduled = {"resource": function, "input": dumps(value), "inputDetails": {"truncated": False}}
        self.event("LambdaFunctionScheduled", lambdaFunctionScheduledEventDetails=scheduled)
        self.event("LambdaFunctionStarted")
        try:
            output = self.functions(function)
        except Failed as error:
            self.event("LambdaFunctionFailed", lambdaFunctionFailedEventDetails={"error": str(error), "cause": ""})
            raise
        succeeded = {"output": dumps(output), "outputDetails": {"truncated": False}}
        self.event("LambdaFunctionSucceeded", lambdaFunctionSucceededEventDetails=succeeded)
        return output


@dataclass(frozen=True, slots=True)
class Workload:
    """A definition with its input and functions, and the same work by hand."""

    name: str
    title: str
    states: dict[str, Json]
    input: Json
    by_hand: Callable[[Json, Silence], Json]
    scripts: dict[str, list[Json]] = field(default_factory=dict)
    language: str = "JSONPath"

    @property
    def definition(self) -> dict[str, Json]:
        return {"QueryLanguage": self.language, "StartAt": next(iter(self.states)), "States": self.states}


def task(function: str, **more: Json) -> dict[str, Json]:
    """A Task state that calls the function."""
    return {"Type": "Task", "Resource": ARN + function, **more}


def linked(states: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """The states one after the other."""
    names = list(states)
    for name, following in pairwise(names):
        states[name]["Next"] = following
    states[names[-1]]["End"] = True
    return states


def chain() -> Workload:
    """Ten Pass states, each adding a field made of others."""
    names = [f"Step{i}" for i in range(10)]
    parts = {"n.$": "$.order.qty", "id.$": "$.order.id"}
    states = linked(
        {name: {"Type": "Pass", "Parameters": {**parts, "k": k}, "ResultPath": f"$.{name}"} for k, name in enumerate(names)}
    )

    def by_hand(value: Json, log: Silence) -> Json:
        for k, name in enumerate(names):
            value = log.enter("Pass", name, value)
            order = value["order"]
            value = log.exit("Pass", name, {**value, name: {"n": order["qty"], "id": order["id"], "k": k}})
        return value

    given = {"order": {"id": "o-1", "qty": 3, "lines": [{"a": 1}, {"a": 2}]}, "customer": {"id": "c-9", "name": "Ada"}}
    return Workload("w1", "ten Pass states", states, given, by_hand)


def order() -> Workload:
    """An order whose first task is retried twice, and whose payment fails and is caught; it ends in a Fail state."""
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 15, "MaxAttempts": 3, "BackoffRate": 2}]
    catch = [{"ErrorEquals": ["CardDeclined"], "ResultPath": "$.error", "Next": "Release"}]
    available = {
        "And": [
            {"Variable": "$.stock.available", "BooleanEquals": True},
            {"Variable": "$.order.total", "NumericGreaterThan": 0},
        ],
        "Next": "Price",
    }
    new = {"id.$": "$.id", "lines.$": "$.lines", "total.$": "$.total", "source": "web"}
    states = {
        "Read": {"Type": "Pass", "Parameters": new, "ResultPath": "$.order", "Next": "Reserve"},
        "Reserve": task("reserve", ResultPath="$.stock", Retry=retry, Next="Decide"),
        "Decide": {"Type": "Choice", "Choices": [available], "Default": "SoldOut"},
        "Price": task("price", ResultPath="$.price", Next="Charge"),
        "Charge": task("charge", ResultPath="$.charge", Catch=catch, Next="Ship"),
        "Ship": task("ship", End=True),
        "Release": task("release", ResultPath="$.release", Next="Mark"),
        "Mark": {"Type": "Pass", "Parameters": {"id.$": "$.order.id"}, "ResultPath": "$.final", "Next": "NotPaid"},
        "NotPaid": {"Type": "Fail", "Error": "NotPaid", "Cause": "The card was declined."},
        "SoldOut": {"Type": "Fail", "Error": "SoldOut"},
    }
    scripts = {
        "reserve": [Failed("Busy"), Failed("Busy"), {"available": True}],
        "price": [{"amount": 42}],
        "charge": [Failed("CardDeclined")],
        "release": [{"released": True}],
        "ship": [{"parcel": "P-1"}],
    }

    def by_hand(value: Json, log: Silence) -> Json:
        value = log.enter("Pass", "Read", value)
        new = {"id": value["id"], "lines": value["lines"], "total": value["total"], "source": "web"}
        value = log.enter("Task", "Reserve", log.exit("Pass", "Read", {**value, "order": new}))
        for attempt in range(4):
            try:
                value = {**value, "stock": log.call("reserve", value)}
                break
            except Failed:
                if attempt == 3:
                    raise
        value = log.enter("Choice", "Decide", log.exit("Task", "Reserve", value))
        if not (value["stock"]["available"] is True and value["order"]["total"] > 0):
            raise Failed("SoldOut")
        value = log.enter("Task", "Price", log.exit("Choice", "Decide", value))
        value = {**value, "price": log.call("price", value)}
        value = log.enter("Task", "Charge", log.exit("Task", "Price", value))
        try:
            value = {**value, "charge": log.call("charge", value)}
        except Failed as error:
            value = {**value, "error": {"Error": str(error), "Cause": ""}}
        else:
            return log.call("ship", value)
        value = log.enter("Task", "Release", log.exit("Task", "Charge", value))
        value = {**value, "release": log.call("release", value)}
        value = log.enter("Pass", "Mark", log.exit("Task", "Release", value))
        value = {**value, "final": {"id": value["order"]["id"]}}
        log.enter("Fail", "NotPaid", log.exit("Pass", "Mark", value))
        raise Failed("NotPaid")

    given = {"id": "o-1", "lines": [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}], "total": 42, "customer": {"id": "c-9"}}
    return Workload("w2", "order: two retries, a catch", states, given, by_hand, scripts)


def fan_out(items: int) -> Workload:
    """A Map of a Pass with an intrinsic function, and a Task."""
    label = {"label.$": "States.Format('{}-{}', $.sku, $.qty)", "id.$": "$.id"}
    body = linked({"Label": {"Type": "Pass", "Parameters": label}, "Price": task("price", ResultPath="$.price")})
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Label", "States": body}
    states = {"Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True}}

    def by_hand(value: Json, log: Silence) -> Json:
        value = log.enter("Map", "Each", value)
        log.event("MapStateStarted", mapStateStartedEventDetails={"length": len(value["items"])})
        results = []
        for index, item in enumerate(value["items"]):
            log.event("MapIterationStarted", mapIterationStartedEventDetails={"name": "Each", "index": index})
            item = log.enter("Pass", "Label", item)
            item = log.exit("Pass", "Label", {"label": "{}-{}".format(item["sku"], item["qty"]), "id": item["id"]})
            item = log.enter("Task", "Price", item)
            results.append(log.exit("Task", "Price", {**item, "price": log.call("price", item)}))
            log.event("MapIterationSucceeded", mapIterationSucceededEventDetails={"name": "Each", "index": index})
        log.event("MapStateSucceeded")
        return log.exit("Map", "Each", results)

    given = {"items": [{"id": i, "sku": f"sku-{i}", "qty": 1 + i % 7} for i in range(items)]}
    return Workload("w3", f"Map of {items:,} items", states, given, by_hand, {"price": [{"amount": 7}]})


def parallel() -> Workload:
    """Five branches of five Pass states."""
    branches = [
        linked(
            {
                f"B{b}S{i}": {"Type": "Pass", "Parameters": {"b": b, "i": i, "qty.$": "$.order.qty"}, "ResultPath": f"$.s{i}"}
                for i in range(5)
            }
        )
        for b in range(5)
    ]
    bodies = [{"StartAt": next(iter(branch)), "States": branch} for branch in branches]
    states = {"All": {"Type": "Parallel", "Branches": bodies, "End": True}}

    def by_hand(value: Json, log: Silence) -> Json:
        value = log.enter("Parallel", "All", value)
        log.event("ParallelStateStarted")
        results = []
        for b in range(5):
            each = value
            for i in range(5):
                each = log.enter("Pass", f"B{b}S{i}", each)
                each = log.exit("Pass", f"B{b}S{i}", {**each, f"s{i}": {"b": b, "i": i, "qty": each["order"]["qty"]}})
            results.append(each)
        log.event("ParallelStateSucceeded")
        return log.exit("Parallel", "All", results)

    return Workload("w4", "Parallel, five branches of five", states, {"order": {"id": "o-1", "qty": 3}}, by_hand)


def jsonata() -> Workload:
    """Four Pass states and a Choice whose fields are JSONata."""

    def output(**fields: str) -> dict[str, Json]:
        return {"Type": "Pass", "Output": {name: f"{{% {text} %}}" for name, text in fields.items()}}

    lines, name = "$states.input.lines", "$states.input.id"
    steps = {
        "Lines": output(lines="$states.input.items[qty > 1].{'sku': sku, 'cost': qty * price}", id=name),
        "Total": output(lines=lines, total=f"$sum({lines}.cost)", id=name),
        "Tax": output(skus=f"$join({lines}.sku, ',')", gross="$round($states.input.total * 1.2, 2)", id=name),
        "Label": output(
            size="$states.input.gross > 10 ? 'big' : 'small'",
            skus="$states.input.skus",
            label=f"$uppercase({name}) & '-' & $states.input.skus",
        ),
    }
    big = "{% $states.input.size = 'big' and $contains($states.input.skus, 'b') %}"
    decide = {"Type": "Choice", "Choices": [{"Condition": big, "Next": "Done"}], "Default": "Small"}
    states = {**linked(steps), "Decide": decide}
    del steps["Label"]["End"]
    steps["Label"]["Next"] = "Decide"
    states |= {"Done": {"Type": "Succeed"}, "Small": {"Type": "Fail", "Error": "Small"}}

    def by_hand(value: Json, log: Silence) -> Json:
        value = log.enter("Pass", "Lines", value)
        lines = [{"sku": each["sku"], "cost": each["qty"] * each["price"]} for each in value["items"] if each["qty"] > 1]
        value = log.enter("Pass", "Total", log.exit("Pass", "Lines", {"lines": lines, "id": value["id"]}))
        total = sum(line["cost"] for line in value["lines"])
        value = log.exit("Pass", "Total", {"lines": value["lines"], "total": total, "id": value["id"]})
        value = log.enter("Pass", "Tax", value)
        skus, gross = ",".join(line["sku"] for line in value["lines"]), round(value["total"] * 1.2, 2)
        value = log.enter("Pass", "Label", log.exit("Pass", "Tax", {"skus": skus, "gross": gross, "id": value["id"]}))
        size, label = "big" if value["gross"] > 10 else "small", value["id"].upper() + "-" + value["skus"]
        value = log.exit("Pass", "Label", {"size": size, "skus": value["skus"], "label": label})
        value = log.enter("Choice", "Decide", value)
        if not (value["size"] == "big" and "b" in value["skus"]):
            raise Failed("Small")
        value = log.enter("Succeed", "Done", log.exit("Choice", "Decide", value))
        return log.exit("Succeed", "Done", value)

    items = [{"sku": "a", "qty": 1, "price": 5}, {"sku": "b", "qty": 2, "price": 5}, {"sku": "c", "qty": 4, "price": 2}]
    return Workload("w5", "JSONata, four Pass and a Choice", states, {"id": "o-1", "items": items}, by_hand, language="JSONata")


def wait() -> Workload:
    """An hour's Wait and a Pass: in virtual time they should cost no more than any other states."""
    states = linked({"Sleep": {"Type": "Wait", "Seconds": 3600}, "Done": {"Type": "Pass"}})

    def by_hand(value: Json, log: Silence) -> Json:
        value = log.exit("Wait", "Sleep", log.enter("Wait", "Sleep", value))
        return log.exit("Pass", "Done", log.enter("Pass", "Done", value))

    return Workload("w6", "Wait of an hour", states, {"id": 7}, by_hand)


def workloads() -> list[Workload]:
    """All, the Map small and large."""
    return [chain(), order(), fan_out(100), fan_out(10_000), parallel(), jsonata(), wait()]


def floor(workload: Workload, *, history: bool) -> Json:
    """The work by hand; the output, or the error's name."""
    log = (History if history else Silence)(Functions(workload.scripts))
    log.event("ExecutionStarted", executionStartedEventDetails={"input": dumps(workload.input) if history else None})
    try:
        output = workload.by_hand(workload.input, log)
    except Failed as error:
        log.event("ExecutionFailed", executionFailedEventDetails={"error": str(error)})
        return str(error)
    log.event("ExecutionSucceeded", executionSucceededEventDetails={"output": dumps(output) if history else None})
    return output


def ours(workload: Workload, machine: pytest_sfn.StateMachine, *, history: bool) -> Json:
    """A mocked account, its mocks and one execution, as a test has them; the output, or the error's name."""
    with SfnMock(quotas=None) as sfn_mock:  # 10,000 items are more than AWS allows
        for function, answers in workload.scripts.items():
            script: Any = sfn_mock.lambda_function(function)
            for position, answer in enumerate(answers, 1):
                times = None if position == len(answers) else 1
                if isinstance(answer, Failed):
                    script = script.raises(str(answer), times=times)
                else:
                    script = script.returns(answer, times=times)
        execution = sfn_mock.load(machine).run(workload.input)
        if history:
            len(execution.history)
        return execution.output if execution.status == "SUCCEEDED" else execution.error


def seconds_per_run(run: Callable[[], object], seconds: float) -> float:
    """Median time of one run, repeated for about so many seconds: of the processor, since others use the machine too."""
    times = []
    end = time.process_time() + seconds
    while not times or time.process_time() < end:
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def measure(workload: Workload, rounds: int, seconds: float) -> dict[str, float]:
    """Seconds per run by way of running; the ways take turns in every round, and the median over rounds counts."""
    machine = pytest_sfn.load(workload.definition)
    ways: dict[str, Callable[[], Json]] = {
        "floor": lambda: floor(workload, history=False),
        "floor+history": lambda: floor(workload, history=True),
        "ours": lambda: ours(workload, machine, history=False),
        "ours+history": lambda: ours(workload, machine, history=True),
    }
    expected = ways["floor"]()
    for way, run in ways.items():
        if (output := run()) != expected:
            raise SystemExit(f"{workload.name}: {way} gives {output!r:.200}, the floor {expected!r:.200}")
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, run in ways.items():
            taken[way].append(seconds_per_run(run, seconds))
    return {way: statistics.median(times) for way, times in taken.items()}
