"""What coverage costs.

    python benchmarks/coverage_cost.py [--rounds 9] [--seconds 0.1] [--tests 5000]

First the workloads with and without it: one run is an account, its mocks and one execution, and with coverage
the pass over its log when the test ends. The ways take turns, and the median of the rounds' ratios is shown; `contexts`
keeps every run under a context of its own, as `--sfn-cov-context=test` does. Then the data of very many tests: what two
workers send is read, merged, written and reported.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

from workloads import Workload, order, ours, seconds_per_run, workloads  # beside this file

import pytest_sfn
from pytest_sfn.account.account import watching
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.collect import Collector
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.reporters import term_missing


def cost(workload: Workload, rounds: int, seconds: float, *, contexts: bool = False) -> float:
    """The median ratio of runs with coverage to runs without."""
    machine = pytest_sfn.load(workload.definition)
    numbers = count()

    def run() -> object:
        return ours(workload, machine, history=False)

    def measured() -> None:
        if contexts:
            collector.context = f"test_{next(numbers)}"
        run()
        collector.finish()

    ratios = []
    for _ in range(rounds):
        collector = Collector(Path.cwd())
        without = seconds_per_run(run, seconds)
        with watching(collector.watch):
            ratios.append(seconds_per_run(measured, seconds) / without)
        assert collector.data().definitions
    return statistics.median(ratios)


def many_tests(tests: int) -> dict[str, float]:
    """Seconds to read and merge what two workers send, and to write and report it."""
    workload = order()
    machines = [pytest_sfn.load(workload.definition | {"Comment": f"number {number}"}) for number in range(50)]
    texts = []
    for worker in range(2):
        collector = Collector(Path.cwd())
        with watching(collector.watch):
            for test in range(tests):
                collector.context = f"tests/test_orders_{test % 100}.py::test_order[{worker}-{test}]"
                ours(workload, machines[test % len(machines)], history=False)
                collector.finish()
        texts.append(collector.data().dumps())
    taken = {}
    start = time.perf_counter()
    data = CoverageData()
    for text in texts:
        data.merge(CoverageData.loads(text))
    taken["read and merge"] = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        data.update(Path(folder, "coverage"))
        taken["write"] = time.perf_counter() - start
    start = time.perf_counter()
    term_missing(analyse(data, Path.cwd()))
    taken["report"] = time.perf_counter() - start
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1, help="time for one way of running in one round")
    parser.add_argument("--tests", type=int, default=5000, help="tests of each worker")
    options = parser.parse_args()

    print("| workload | with coverage | with contexts |\n|---|---|---|")
    for workload in workloads():
        ratios = [cost(workload, options.rounds, options.seconds, contexts=contexts) for contexts in (False, True)]
        print(f"| {workload.name}: {workload.title} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)
    taken = many_tests(options.tests)
    print(f"\n2 x {options.tests} tests: " + ", ".join(f"{what} {seconds:.2f} s" for what, seconds in taken.items()))


if __name__ == "__main__":
    main()
