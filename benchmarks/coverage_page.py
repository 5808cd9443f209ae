"""What a page of coverage's HTML report costs.

    python benchmarks/coverage_page.py [--states 4 12 21 55 200] [--tests 12]

Seconds of the processor for the whole report of one definition, its layout in it, and its size. In the definition every
fourth state is a Choice or a Parallel with a Map inside, the others are tasks with a Retrier and two Catchers, which no test
takes; half of the states are taken by all tests.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest_sfn
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.html import html
from pytest_sfn.coverage.identity import identified
from pytest_sfn.diagrams.svg import to_svg

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def definition(size: int) -> dict[str, Any]:
    """A machine of about so many states."""
    states: dict[str, dict[str, Any]] = {}
    count = 2
    while count < size:
        number = len(states)
        after = f"Step{number + 1}"
        if number % 8 == 3:
            rules = [{"Variable": "$.amount", "NumericGreaterThan": 100, "Next": after}]
            state: dict[str, Any] = {"Type": "Choice", "Choices": rules, "Default": "Failed"}
            count += 1
        elif number % 8 == 7:
            work = {"Type": "Task", "Resource": FUNCTION, "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": True}
            each = {
                "Type": "Map",
                "ItemProcessor": {"StartAt": f"Work{number}", "States": {f"Work{number}": work}},
                "End": True,
            }
            rest = {"Type": "Pass", "End": True}
            branches = [
                {"StartAt": f"Each{number}", "States": {f"Each{number}": each}},
                {"StartAt": f"Rest{number}", "States": {f"Rest{number}": rest}},
            ]
            state = {"Type": "Parallel", "Branches": branches, "Next": after}
            count += 4
        else:
            retry = [{"ErrorEquals": ["Lambda.ServiceException", "Lambda.TooManyRequestsException"]}]
            catch = [{"ErrorEquals": ["Invalid"], "Next": after}, {"ErrorEquals": ["States.ALL"], "Next": "Failed"}]
            state = {"Type": "Task", "Resource": FUNCTION, "Retry": retry, "Catch": catch, "Next": after}
            count += 1
        states[f"Step{number}"] = state
    return {"StartAt": "Step0", "States": {**states, f"Step{len(states)}": {"Type": "Succeed"}, "Failed": {"Type": "Fail"}}}


def cost(size: int, tests: int) -> tuple[float, float, int]:
    """Seconds of the report, seconds of the layout, bytes of the page."""
    machine = pytest_sfn.load(definition(size))
    data = CoverageData()
    found = data.add(identified("machine", machine, Path.cwd())[0])
    for element in [element for element in found.sorted_elements() if element.kind == "state"][::2]:
        for test in range(tests):
            found.take(element.pointer, f"tests/test_machine.py::test_{test}")
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        html(analyse(data, Path(folder)), Path(folder))
        report = time.process_time() - start
        written = (Path(folder) / "machines" / "machine.html").stat().st_size
    start = time.process_time()
    to_svg(machine)
    return report, time.process_time() - start, written


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--states", type=int, nargs="+", default=[4, 12, 21, 55, 200])
    parser.add_argument("--tests", type=int, default=12)
    options = parser.parse_args()

    cost(4, 1)  # imports
    print("| states | report | of it layout | page |\n|---|---|---|---|")
    for size in options.states:
        report, layout, written = cost(size, options.tests)
        print(f"| {size} | {report:.3f} s | {layout:.3f} s | {written:,} bytes |", flush=True)


if __name__ == "__main__":
    main()
