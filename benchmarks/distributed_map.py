"""What an item of a distributed Map costs, from a thousand items to a hundred thousand.

    python benchmarks/distributed_map.py [--items 1000,10000,100000] [--rounds 3] [--memory]

The rows of a CSV file that a mock of S3 gives, each a child execution with one Task, whose function is a stub. `by hand` is
the same in plain Python: csv.DictReader, the stub, and per row a dict of what an execution is, with input and output as
JSON text. The ways take turns; shown are the medians, and how the cost of an item grows. With --memory, Python's peak of
allocations per item instead (measuring it makes everything slower, so no times).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest_sfn
from pytest_sfn import SfnMock

DEFINITION = {
    "StartAt": "Rows",
    "States": {
        "Rows": {
            "Type": "Map",
            "MaxConcurrency": 1000,
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "data", "Key": "rows.csv"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Row",
                "States": {
                    "Row": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:row", "End": True}
                },
            },
            "End": True,
        }
    },
}


def row(event: dict[str, str]) -> dict[str, Any]:
    return {"id": int(event["id"]), "total": int(event["amount"]) * 2}


def rows(count: int) -> str:
    return "id,name,amount\n" + "".join(f"{i},item {i},{i % 7}\n" for i in range(count))


def ours(machine: pytest_sfn.StateMachine, text: str) -> Any:
    sfn_mock = SfnMock(quotas=None)
    sfn_mock.resource("s3:getObject").returns({"Body": text})
    sfn_mock.lambda_function("row").calls(row)
    return sfn_mock.load(machine).run()


def by_hand(text: str) -> Any:
    executions = []
    for number, event in enumerate(csv.DictReader(io.StringIO(text))):
        output = row(event)
        executions.append(
            {"name": number, "status": "SUCCEEDED", "input": json.dumps(event), "output": json.dumps(output), "value": output}
        )
    return executions


def seconds(run: Callable[..., Any], *arguments: Any) -> float:
    start = time.perf_counter()
    run(*arguments)
    return time.perf_counter() - start


def peak(run: Callable[..., Any], *arguments: Any) -> float:
    tracemalloc.start()
    kept = run(*arguments)
    found = float(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    del kept
    return found


ALONE = """
import resource, sys
import distributed_map as d
machine, text = d.pytest_sfn.load(d.DEFINITION), d.rows(int(sys.argv[1]))
taken = d.seconds(d.ours, machine, text)
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def alone(count: int) -> tuple[float, float]:
    """Seconds, and the most bytes that a process of its own had in use."""
    command = [sys.executable, "-c", ALONE, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)  # noqa: S603
    taken, memory = map(float, done.stdout.split())
    return taken, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", default="1000,10000,100000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    machine = pytest_sfn.load(DEFINITION)
    first = None
    print(f"{'items':>8}  {'by hand':>10}  {'ours':>10}  {'ratio':>6}  growth of ours per item")
    for count in map(int, options.items.split(",")):
        text = rows(count)
        assert ours(machine, text).output == [each["value"] for each in by_hand(text)]
        if options.memory:
            hand, mine, unit = peak(by_hand, text), peak(ours, machine, text), "B"
        else:
            pairs = [(seconds(by_hand, text), seconds(ours, machine, text)) for _ in range(options.rounds)]
            hand, mine = (statistics.median(column) * 1e6 for column in zip(*pairs, strict=True))
            unit = "us"
        first = first or mine / count
        shown = f"{hand / count:>7.1f} {unit:<2}  {mine / count:>7.1f} {unit:<2}  {mine / hand:>6.1f}"
        print(f"{count:>8}  {shown}  {mine / count / first:.2f}", flush=True)


if __name__ == "__main__":
    main()
