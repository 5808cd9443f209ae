"""Hashes of histories: of every test in examples/, of the recorded cases, and of generated machines.

They are the same in every process: `python -m tests.determinism PYTHON...` runs the given interpreters (this one when none is
given), each with two hash seeds, and says which histories differ. The interpreters need the package and what it depends on.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.generated import generated

ROOT = Path(__file__).parents[1]
SEEDS = ("1", "2")
MACHINES = 2000


# -- one process -----------------------------------------------------------------------------------------------------------


def hash_of(value: Any) -> str:
    """Of a JSON value and its order; instants as text."""
    return sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]


def of_generated(count: int) -> Iterator[tuple[str, str]]:
    for seed in range(count):
        yield f"generated {seed}", hash_of(generated(seed).history())


def of_recorded() -> Iterator[tuple[str, str]]:
    """Our answers, whether they agree with the recordings or not; nothing where there are no recordings.

    Cases for which moto answers are left out: its ids and times are of the moment.
    """
    from tests.conformance import services
    from tests.conformance.adapter import answers
    from tests.conformance.runner import SHARED, load_beside, read_cases

    if not SHARED.is_dir():
        return
    functions = load_beside(SHARED, "functions")
    for case in read_cases(SHARED):
        if services.needed(case):
            continue
        try:
            answered: Any = answers(case, functions)
        except Exception as error:  # noqa: BLE001 - a case that cannot be replayed is one everywhere
            answered = type(error).__name__
        yield f"recorded {case['id']}", hash_of(answered)


class Histories:
    """A plugin for pytest: the hash of all histories of each test."""

    def __init__(self) -> None:
        self.accounts: list[Any] = []
        self.found: list[tuple[str, str]] = []

    def watch(self, account: Any) -> Any:
        """The observer of a new account, which observes nothing."""
        self.accounts.append(account)
        return lambda run: None

    def pytest_runtest_teardown(self, item: Any) -> None:
        histories = [execution.history for account in self.accounts for execution in account.executions]
        self.found.append((f"examples {item.nodeid}", hash_of(histories)))
        self.accounts.clear()


def of_examples() -> Iterator[tuple[str, str]]:
    import pytest

    from pytest_sfn.account.account import watching

    plugin = Histories()
    printed = io.StringIO()
    with watching(plugin.watch), contextlib.redirect_stdout(printed):
        status = pytest.main([str(ROOT / "examples"), "-q", "-p", "no:cacheprovider", "-p", "no:randomly"], plugins=[plugin])
    if status != 0:
        raise SystemExit(printed.getvalue())
    yield from plugin.found


def write(machines: int) -> None:
    """Print a line for each history: its name and its hash."""
    for name, found in (*of_examples(), *of_recorded(), *of_generated(machines)):
        print(f"{found} {name}")


# -- several processes -----------------------------------------------------------------------------------------------------


def hashes(pythons: Sequence[str], machines: int) -> dict[str, dict[str, str]]:
    """The hash of each history by its name, for each process: every interpreter with every hash seed, side by side."""
    started = {}
    for python in pythons:
        for seed in SEEDS:
            command = [python, "-m", "tests.determinism", "--write", "--machines", str(machines)]
            environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
            started[f"{python}, hash seed {seed}"] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
            )
    found = {}
    for name, process in started.items():
        printed, complaints = process.communicate()
        if process.returncode:
            raise SystemExit(f"{name}: {complaints or printed}")
        found[name] = {line.partition(" ")[2]: line.partition(" ")[0] for line in printed.splitlines()}
    return found


def differing(found: dict[str, dict[str, str]]) -> list[str]:
    """Names of the histories that are not the same in all processes."""
    first, *others = found.values()
    names = dict.fromkeys(name for each in found.values() for name in each)
    return [name for name in names if any(each.get(name) != first.get(name) for each in others)]


def main(arguments: Sequence[str]) -> int:
    """The command line; returns 1 if histories differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.determinism", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pythons", nargs="*", default=[sys.executable], metavar="PYTHON")
    parser.add_argument("--machines", type=int, default=MACHINES, help="how many machines are generated")
    parser.add_argument("--write", action="store_true", help="print the hashes of this process, and compare nothing")
    chosen = parser.parse_args(arguments)
    if chosen.write:
        write(chosen.machines)
        return 0
    found = hashes(chosen.pythons, chosen.machines)
    different = differing(found)
    for name in different:
        print(f"differs: {name}")
    print(f"{len(next(iter(found.values())))} histories, {len(different)} differ between {'; '.join(found)}")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
