"""What the check of literal parameters costs a load: with models of botocore, and with what an earlier run has kept.

    python benchmarks/parameter_check.py [--rounds 5]

Each process imports pytest and loads one definition per service. The first loads one of `lambda:invoke`, which needs no model,
so that what follows is the cost of services alone. Times are of the processor; the least of all rounds is shown.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from typing import Any

CALLS: dict[str, dict[str, Any]] = {
    "sqs:sendMessage": {"QueueUrl": "q", "MessageBody": "b"},
    "dynamodb:putItem": {"TableName": "t", "Item": {}},
    "ecs:runTask.sync": {"TaskDefinition": "t"},
    "aws-sdk:s3:getObject": {"Bucket": "b", "Key": "k"},
    "aws-sdk:ec2:runInstances": {"MinCount": 1, "MaxCount": 1},
}
SCRIPT = """
import json, pathlib, pytest, sys, time
import pytest_sfn
pytest_sfn._cache_folder = (lambda: pathlib.Path(sys.argv[2])) if sys.argv[2] else None

def load(text, parameters):
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{text}", "Parameters": parameters, "End": True}
    start = time.process_time()
    pytest_sfn.load({"StartAt": "A", "States": {"A": task}})
    return time.process_time() - start

load("lambda:invoke", {"FunctionName": "f"})
times = [load(*call) for call in json.loads(sys.argv[1]).items()]
print(json.dumps([times, "botocore" in sys.modules]))
"""


def measure(folder: str, rounds: int) -> tuple[list[float], bool]:
    """Seconds of each call, and whether botocore was imported."""
    found = []
    for _ in range(rounds):
        command = [sys.executable, "-c", SCRIPT, json.dumps(CALLS), folder]
        found.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))  # noqa: S603 - ours
    return [min(times) for times in zip(*(times for times, _ in found), strict=True)], found[-1][1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        models, _ = measure("", rounds)
        measure(folder, 1)
        kept, imported = measure(folder, rounds)
    for name, model, small in zip((*CALLS, "all"), (*models, sum(models)), (*kept, sum(kept)), strict=True):
        print(f"{name:26} model {model * 1e3:6.1f} ms   kept {small * 1e3:5.2f} ms   ratio {small / model:.3f}")
    print(
        f"{'all':26} model {sum(models) * 1e3:6.1f} ms   kept {sum(kept) * 1e3:5.2f} ms   ratio {sum(kept) / sum(models):.3f}"
    )
    print(f"botocore imported in the second run: {imported}")


if __name__ == "__main__":
    main()
