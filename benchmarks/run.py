"""How much the interpreter costs, beside the same work written by hand.

    python benchmarks/run.py [--rounds 5] [--seconds 0.2] [--only NAME] [--items 100,1000]

Every workload runs four ways: `floor` is plain Python that does what the states say, with no engine; `floor+history`
also keeps one small dict per event with inputs and outputs as JSON text, which is the least that any engine with AWS's
history must do; `ours` is an `SfnMock`, its mocks and one run whose history nobody reads; `ours+history` reads it all.
The ways take turns in every round, and the median over rounds is shown: machines are noisy, ratios (to `floor+history`)
are not. Results of the four are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest_sfn
from pytest_sfn import SfnMock

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
Json = Any


class Failed(Exception):  # noqa: N818 - an answer of a function, with the error name as its text
    """An answer of a scripted function that is an error; its text is the error name."""


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
    """Stands for a history that nobody keeps."""

    def __call__(self, event: str, **details: Json) -> None:
        pass


class History:
    """Appends one dict per event, JSON values in it as text."""

    def __init__(self) -> None:
        self.events: list[dict[str, Json]] = []

    def __call__(self, event: str, **details: Json) -> None:
        for key in ("input", "output"):
            if key in details:
                details[key] = json.dumps(details[key], separators=(",", ":"))
        self.events.append({"id": len(self.events) + 1, "type": event, "details": details})


Log = Silence | History


@dataclass(frozen=True, slots=True)
class Workload:
    """A definition with its input and functions, and the same work by hand."""

    name: str
    states: dict[str, Json]
    input: Json
    scripts: dict[str, list[Json]]
    by_hand: Callable[[Json, Functions, Log], Json]

    @property
    def definition(self) -> dict[str, Json]:
        return {"StartAt": next(iter(self.states)), "States": self.states}


def task(function: str, **more: Json) -> dict[str, Json]:
    """A Task state that calls the function."""
    return {"Type": "Task", "Resource": ARN + function, **more}


def chain(length: int) -> Workload:
    """Pass states one after the other, each adding a field."""
    names = [f"Step{i}" for i in range(length)]
    states: dict[str, Json] = {
        name: {"Type": "Pass", "Result": i, "ResultPath": f"$.{name}", "Next": f"Step{i + 1}"} for i, name in enumerate(names)
    }
    del states[names[-1]]["Next"]
    states[names[-1]]["End"] = True

    def by_hand(value: Json, functions: Functions, log: Log) -> Json:
        for i, name in enumerate(names):
            log("PassStateEntered", name=name, input=value)
            value = {**value, name: i}
            log("PassStateExited", name=name, output=value)
        return value

    return Workload(f"pass x{length}", states, {"id": 7}, {}, by_hand)


def call(name: str, function: str, value: Json, functions: Functions, log: Log, attempts: int = 1) -> Json:
    """A Task by hand: retried up to `attempts` times in all."""
    log("TaskStateEntered", name=name, input=value)
    for attempt in range(1, attempts + 1):
        log("LambdaFunctionScheduled", resource=ARN + function, input=value)
        log("LambdaFunctionStarted")
        try:
            result = functions(function)
        except Failed as error:
            log("LambdaFunctionFailed", error=str(error))
            if attempt == attempts:
                raise
            continue
        log("LambdaFunctionSucceeded", output=result)
        log("TaskStateExited", name=name, output=result)
        return result
    raise AssertionError("unreachable")


def order() -> Workload:
    """Three tasks and a decision; the first fails twice and is retried."""
    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 3, "BackoffRate": 2}]
    states = {
        "Charge": task("charge", Retry=retry, Next="Reserve"),
        "Reserve": task("reserve", Next="Decide"),
        "Decide": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.available", "BooleanEquals": True, "Next": "Ship"}],
            "Default": "SoldOut",
        },
        "Ship": task("ship", End=True),
        "SoldOut": {"Type": "Fail", "Error": "SoldOut"},
    }
    scripts = {
        "charge": [Failed("Busy"), Failed("Busy"), {"charged": 12}],
        "reserve": [{"available": True}],
        "ship": [{"parcel": "P-1"}],
    }

    def by_hand(value: Json, functions: Functions, log: Log) -> Json:
        value = call("Charge", "charge", value, functions, log, attempts=4)
        value = call("Reserve", "reserve", value, functions, log)
        log("ChoiceStateEntered", name="Decide", input=value)
        if value["available"] is not True:
            raise Failed("SoldOut")
        log("ChoiceStateExited", name="Decide", output=value)
        return call("Ship", "ship", value, functions, log)

    return Workload("order with retries", states, {"order": 42, "lines": [1, 2, 3]}, scripts, by_hand)


def fan_out(items: int) -> Workload:
    """A Map with one task per item."""
    body = {"StartAt": "Work", "States": {"Work": task("work", End=True)}}
    states = {"All": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 10, "ItemProcessor": body, "End": True}}

    def by_hand(value: Json, functions: Functions, log: Log) -> Json:
        log("MapStateEntered", name="All", input=value)
        log("MapStateStarted", length=len(value["items"]))
        results = []
        for index, item in enumerate(value["items"]):
            log("MapIterationStarted", name="All", index=index)
            results.append(call("Work", "work", item, functions, log))
            log("MapIterationSucceeded", name="All", index=index)
        log("MapStateSucceeded")
        log("MapStateExited", name="All", output=results)
        return results

    given = {"items": [{"id": i, "name": f"item {i}"} for i in range(items)]}
    return Workload(f"map of {items}", states, given, {"work": [{"done": True}]}, by_hand)


def parallel() -> Workload:
    """Three branches of one task each."""
    names = ["Mail", "Bill", "Track"]
    branches = [{"StartAt": name, "States": {name: task(name.lower(), End=True)}} for name in names]
    states = {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}

    def by_hand(value: Json, functions: Functions, log: Log) -> Json:
        log("ParallelStateEntered", name="Both", input=value)
        log("ParallelStateStarted")
        results = [call(name, name.lower(), value, functions, log) for name in names]
        log("ParallelStateSucceeded")
        log("ParallelStateExited", name="Both", output=results)
        return results

    return Workload("parallel of 3", states, {"order": 42}, {name.lower(): [{name: True}] for name in names}, by_hand)


def wait() -> Workload:
    """A day's Wait: in virtual time it should cost no more than any other state."""

    def by_hand(value: Json, functions: Functions, log: Log) -> Json:
        log("WaitStateEntered", name="Sleep", input=value)
        log("WaitStateExited", name="Sleep", output=value)
        return value

    return Workload("wait a day", {"Sleep": {"Type": "Wait", "Seconds": 86_400, "End": True}}, {"id": 7}, {}, by_hand)


def floor(workload: Workload, *, history: bool) -> Json:
    """The work by hand, JSON text in and out as the service has it."""
    log: Log = History() if history else Silence()
    value = json.loads(json.dumps(workload.input)) if history else workload.input
    log("ExecutionStarted", input=value)
    output = workload.by_hand(value, Functions(workload.scripts), log)
    log("ExecutionSucceeded", output=output)
    return output


def ours(workload: Workload, machine: pytest_sfn.StateMachine, *, history: bool) -> Json:
    """A mocked account, its mocks and one run, as a test has them."""
    with SfnMock(quotas=None) as sfn_mock:
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
            list(execution.history)
        return execution.output


def seconds_per_run(run: Callable[[], Json], seconds: float) -> float:
    """Median time of one run, repeated for about so many seconds."""
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(workload: Workload, rounds: int, seconds: float) -> dict[str, float]:
    """Seconds per run by way of running; the ways take turns."""
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


def main() -> None:
    """Measure and print one line per workload."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="time for one way of running in one round")
    parser.add_argument("--only", default="", help="only workloads with this text in their name")
    parser.add_argument("--items", default="100,1000", help="sizes of the Map")
    options = parser.parse_args()

    sizes = [int(size) for size in options.items.split(",")]
    print("| workload | floor+history ms | floor | ours | ours+history |")
    print("|---|---|---|---|---|")
    for workload in [chain(20), order(), *map(fan_out, sizes), parallel(), wait()]:
        if options.only in workload.name:
            taken = measure(workload, options.rounds, options.seconds)
            base = taken["floor+history"]
            ratios = " | ".join(f"{taken[way] / base:.2f}" for way in ("floor", "ours", "ours+history"))
            print(f"| {workload.name} | {base * 1e3:.4f} | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
