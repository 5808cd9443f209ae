"""What loading and linting cost.

    python benchmarks/lint_cost.py [--states 200] [--rounds 15]

A definition of Task, Choice, Pass and Wait states with Retriers, Catchers and payloads is read and linted from its text,
right and with one fault (whose line and column have to be found); and the same as a definition of JSONata. The first run of
a process, which compiles every expression and imports what it needs, and the median of the others are shown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import lint_source

RETRY = [{"ErrorEquals": ["Lambda.ServiceException", "Lambda.SdkClientException"], "IntervalSeconds": 2, "MaxAttempts": 6}]


def states(count: int, *, jsonata: bool) -> dict[str, Any]:
    """States in a row, of four kinds in turn."""
    made: dict[str, Any] = {}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": f"State{count - 1}"}]
    for number in range(count):
        following = {"Next": f"State{number + 1}"} if number < count - 1 else {"End": True}
        kind = number % 4
        if kind == 0:
            payload: Any = {"order.$": f"$.order{number}", "execution": {"id.$": "$$.Execution.Id"}}
            if jsonata:
                payload = {"order": f"{{% $states.input.order{number} %}}", "execution": "{% $states.context.Execution.Id %}"}
            sent = {"FunctionName": f"f{number}", "Payload": payload}
            state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": RETRY, "Catch": catch}
            state["Arguments" if jsonata else "Parameters"] = sent
        elif kind == 1:
            rule: dict[str, Any] = {"Variable": f"$.x{number}", "NumericGreaterThan": 3}
            if jsonata:
                rule = {"Condition": f"{{% $states.input.x{number} > 3 %}}"}
            state = {"Type": "Choice", "Choices": [rule | {"Next": f"State{number + 1}"}], "Default": f"State{number + 1}"}
            following = {}
        elif kind == 2:
            state = {"Type": "Pass", "Parameters": {"text.$": f"States.Format('{{}}', $.q{number})"}, "ResultPath": "$.p"}
            if jsonata:
                state = {"Type": "Pass", "Output": {"text": f"{{% $string($states.input.q{number}) & '!' %}}"}}
        else:
            state = {"Type": "Wait", "Seconds": 5}
        made[f"State{number}"] = state | following
    return made


def measure(name: str, definition: dict[str, Any], rounds: int) -> None:
    """Print milliseconds of the first run, and of the median one."""
    text = json.dumps(definition, indent=2)
    times = []
    found = 0
    for _ in range(rounds):
        start = time.perf_counter()
        found = len(lint_source(read_source(text, loose=True)))
        times.append(1000 * (time.perf_counter() - start))
    lines = text.count("\n") + 1
    print(f"{name:24}{lines:6} lines{found:4} found   first {times[0]:6.1f} ms   median {statistics.median(times):6.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description="What loading and linting cost.")
    parser.add_argument("--states", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    for jsonata in (False, True):
        made = states(chosen.states, jsonata=jsonata)
        language = "JSONata" if jsonata else "JSONPath"
        definition = {"QueryLanguage": language, "StartAt": "State0", "States": made}
        measure(language, definition, chosen.rounds)
        made["State3"] = {**made["State3"], "Seconds": 100_000_000 - 1}
        measure(f"{language}, a fault", definition, chosen.rounds)


if __name__ == "__main__":
    main()
