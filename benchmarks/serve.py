"""How many requests a second `pytest-sfn serve` answers, and whether it grows.

    python benchmarks/serve.py [--requests 20000] [--threads 1] [--definitions 1]

Clients of boto3 create a machine of ten states, start it and describe its execution, over and over; then the same calls are
made in process, through a client of `sfn_aws`. The server is a process of its own; its memory is shown at ten points.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3

from pytest_sfn import SfnAws

ROLE = "arn:aws:iam::123456789012:role/r"


def definition(number: int) -> str:
    states: dict[str, Any] = {
        f"S{n}": {"Type": "Pass", "Parameters": {"machine": number, "n.$": "$.n"}, "Next": f"S{n + 1}"} for n in range(9)
    }
    return json.dumps({"StartAt": "S0", "States": {**states, "S9": {"Type": "Succeed"}}})


def work(client: Any, number: int) -> None:
    """Three requests."""
    machine = client.create_state_machine(name=f"m{number}", definition=definition(number), roleArn=ROLE)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input='{"n": 1}')["executionArn"]
    assert client.describe_execution(executionArn=execution)["status"] == "SUCCEEDED"


def requests_a_second(client: Any, requests: int, threads: int, definitions: int) -> float:
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda n: work(client, n % definitions), range(requests // 3)))
    return requests / (time.perf_counter() - start)


def memory(process: int) -> float:
    """MB of a process; 0 where there is no /proc."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6
    except OSError:
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--definitions", type=int, default=1, help="so many machines, each with a definition of its own")
    options = parser.parse_args()

    session = boto3.Session("testing", "testing", region_name="us-east-1")
    command = [sys.executable, "-m", "pytest_sfn", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        assert server.stdout is not None
        client = session.client("stepfunctions", endpoint_url=server.stdout.readline().split()[-1])
        requests_a_second(client, 300, options.threads, options.definitions)
        for tenth in range(1, 11):
            speed = requests_a_second(client, options.requests // 10, options.threads, options.definitions)
            done = options.requests // 10 * tenth
            print(f"{done:7,} requests: {speed:5.0f} a second, {memory(server.pid):6.1f} MB")
        server.terminate()
    with SfnAws() as sfn_aws:
        client = sfn_aws.client("stepfunctions")
        requests_a_second(client, 300, 1, options.definitions)
        print(f"in process: {requests_a_second(client, 1_500, 1, options.definitions):5.0f} calls a second")


if __name__ == "__main__":
    main()
