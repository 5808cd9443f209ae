"""Measure what this project promises to stay below, one row of a table each.

    python benchmarks/run.py [--only w1,w5,boto3] [--rounds 5] [--seconds 0.2] [--items 1000000]

Workloads (`w1` to `w6`, workloads.py) are shown as ratios to the same work written by hand with a history, measured in turns
beside it: machines differ and are noisy, ratios are not. The other rows are milliseconds of this machine.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

import coverage_cost  # beside this file, as the others
import distributed_map
import startup
import workloads

from pytest_sfn import SfnAws


class Row(NamedTuple):
    """One thing measured: of workloads the ratio without and with the whole history read."""

    what: str
    found: str
    goal: str


GOALS = {"w1": (0.20, 1.0), "w2": (0.40, 1.0), "w3": (0.35, 1.0), "w4": (0.25, 1.0), "w5": (1.0, 1.3), "w6": (0.8, 1.0)}
LARGE_MAP = 0.25


def speed(name: str) -> Callable[[argparse.Namespace], Iterator[Row]]:
    """The rows of a workload."""

    def rows(options: argparse.Namespace) -> Iterator[Row]:
        for workload in workloads.workloads():
            if workload.name == name:
                taken = workloads.measure(workload, options.rounds, options.seconds)
                base = taken["floor+history"]
                bare, read = GOALS[name]
                goal = LARGE_MAP if len(workload.input.get("items", ())) > 1000 else bare
                found = f"{taken['ours'] / base:.2f}, {taken['ours+history'] / base:.2f} of {base * 1e3:.3f} ms"
                yield Row(f"{name}: {workload.title}; history read", found, f"{goal:.2f}, {read:.1f}")

    return rows


def coverage(options: argparse.Namespace) -> Iterator[Row]:
    for workload in workloads.workloads():
        ratio = coverage_cost.cost(workload, 2 * options.rounds, options.seconds)
        yield Row(f"coverage on, {workload.name}: {workload.title}", f"{ratio:.2f}", "1.10")


def first_mock(options: argparse.Namespace) -> Iterator[Row]:
    found = startup.first(startup.FIRST_SFN_MOCK, 3 * options.rounds)
    yield Row("first SfnMock() of a process that has pytest", f"{found * 1e3:.1f} ms", "25 ms")


def first_jsonata(options: argparse.Namespace) -> Iterator[Row]:
    found = startup.first(startup.FIRST_JSONATA, 3 * options.rounds)
    yield Row("first load of a JSONata definition", f"{found * 1e3:.1f} ms", "8 ms")


def plugin(options: argparse.Namespace) -> Iterator[Row]:
    yield Row("plugin installed, unused", f"{startup.plugin_unused(4 * options.rounds) * 1e3:.1f} ms", "1 ms")


def per_test(options: argparse.Namespace) -> Iterator[Row]:
    found = startup.per_test(options.rounds)
    yield Row("a test of one execution, over an empty one", f"{found * 1e3:.2f} ms", "0.20 ms")


def boto3(options: argparse.Namespace) -> Iterator[Row]:
    """A client of boto3 creates, starts and describes a machine of ten states, each time another."""
    definition, given = json.dumps(workloads.chain().definition), json.dumps(workloads.chain().input)
    numbers = count()
    with SfnAws(quotas=None) as sfn_aws:
        client = sfn_aws.client("stepfunctions")

        def use() -> None:
            role = "arn:aws:iam::123456789012:role/sfn"
            made = client.create_state_machine(name=f"machine-{next(numbers)}", definition=definition, roleArn=role)
            started = client.start_execution(stateMachineArn=made["stateMachineArn"], input=given)
            assert client.describe_execution(executionArn=started["executionArn"])["status"] == "SUCCEEDED"

        use()
        found = workloads.seconds_per_run(use, options.seconds * options.rounds)
    yield Row("create, start, describe through boto3, ten states", f"{found * 1e3:.2f} ms", "1.50 ms")


def distributed(options: argparse.Namespace) -> Iterator[Row]:
    (tenth, _), (taken, memory) = (distributed_map.alone(items) for items in (options.items // 10, options.items))
    found = f"{memory / 2**30:.2f} GiB, {taken:.0f} s; an item {taken / tenth / 10:.2f} times as long as of a tenth of them"
    yield Row(f"distributed Map of {options.items:,} items", found, "1.2 GiB, 1.0")


ROWS: dict[str, Callable[[argparse.Namespace], Iterator[Row]]] = {
    **{name: speed(name) for name in GOALS},
    "coverage": coverage,
    "first": first_mock,
    "jsonata": first_jsonata,
    "plugin": plugin,
    "tests": per_test,
    "boto3": boto3,
    "distributed": distributed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(ROWS), help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="time for one way of running in one round")
    parser.add_argument("--items", type=int, default=1_000_000, help="of the distributed Map")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := set(names) - set(ROWS):
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(ROWS)}")
    print("| what | measured | at most |\n|---|---|---|")
    for name in names:
        for row in ROWS[name](options):
            print(f"| {row.what} | {row.found} | {row.goal} |", flush=True)


if __name__ == "__main__":
    main()
