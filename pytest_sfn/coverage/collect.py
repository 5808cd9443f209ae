"""Gathers what the runs of a session took of their definitions, test by test.

Nothing is recorded while a machine runs. The engine names each run that begins to the `Watch` of its account; when a
test ends, the trace of each run that has gone on is read (trace/taken.py). The engine's own objects become pointers once,
at the end of the session.

A Map Run of very many child executions drops their logs as they end, and many runs would need much memory; so a watch
reads what has ended as soon as many runs have gathered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from weakref import ref

from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.identity import identified
from pytest_sfn.trace.taken import Facts, FactsReader, read_ended

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.coverage.data import Definition
    from pytest_sfn.coverage.elements import Outline
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run

__all__ = ["Collector", "Watch"]

GATHERED: Final = 1000
"""A watch with that many runs reads those that have ended."""


class Watch:
    """The runs of one account, which are still to be read."""

    __slots__ = ("__weakref__", "account", "collector", "limit", "listed", "readers", "runs")

    def __init__(self, collector: Collector, account: Account) -> None:
        self.collector = collector
        self.account = account
        self.runs: list[Run] = []
        self.readers: dict[Run, FactsReader] = {}
        self.limit = GATHERED
        self.listed = True

    def __call__(self, run: Run) -> None:
        """A run begins."""
        if not self.listed:
            self.listed = True
            self.collector.fresh.append(self)
        self.runs.append(run)
        if len(self.runs) > self.limit:
            self.read(ended_only=True)
            self.limit = GATHERED + 2 * len(self.runs)

    def forgotten(self, run: Run) -> None:
        """Read a run that has ended; its log may be empty from now on."""
        facts = self.collector.facts(self.account.machine_of(run))
        reader = self.readers.pop(run, None)
        if reader is None:
            read_ended(run, facts)
        else:
            reader.read(facts)

    def read(self, *, ended_only: bool = False) -> bool:
        """Read what the logs have grown by; runs that have ended are let go. Whether there are others."""
        live = []
        for run in self.runs:
            if not run.live:
                self.forgotten(run)
                continue
            live.append(run)
            if not ended_only:
                if run not in self.readers:
                    self.readers[run] = FactsReader(run)
                self.readers[run].read(self.collector.facts(self.account.machine_of(run)))
        self.runs = live
        return bool(live)


class Collector:
    """Gathers what a session's executions take.

    Attributes:
        context: the test that runs, or "" when contexts are not wanted.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.context = ""
        self.fresh: list[Watch] = []
        self._waiting: list[ref[Watch]] = []
        self._files: set[StateMachine] = set()
        self._facts: dict[tuple[StateMachine, str, str], Facts] = {}

    def watch(self, account: Account) -> Watch:
        """Make the observer of a new account; the engine calls it for each run that begins."""
        watch = Watch(self, account)
        self.fresh.append(watch)
        return watch

    def facts(self, machine: Machine) -> Facts:
        key = (machine.state_machine, machine.name, self.context)
        facts = self._facts.get(key)
        if facts is None:
            facts = self._facts[key] = Facts()
        return facts

    def finish(self) -> None:
        """The test is over: read what it did, under its context."""
        waiting = [each for each in self._waiting if (watch := each()) is not None and not watch.listed and watch.read()]
        for watch in self.fresh:
            for machine in watch.account.machines:
                self._files.add(machine.state_machine)
            watch.listed = False
            if watch.read():
                waiting.append(ref(watch))
        self.fresh.clear()
        self._waiting = waiting

    def data(self) -> CoverageData:
        """Everything gathered so far."""
        data = CoverageData()
        known: dict[tuple[StateMachine, str], tuple[Definition, Outline]] = {}
        loaded = [(each, each.name) for each in self._files if each._source.path is not None]
        for state_machine, name in [*loaded, *((machine, name) for machine, name, _ in self._facts)]:
            if (state_machine, name) not in known:
                definition, found = identified(name, state_machine, self.root)
                known[state_machine, name] = data.add(definition), found
        for (state_machine, name, context), facts in self._facts.items():
            definition, found = known[state_machine, name]
            for pointer in facts.taken():
                definition.take(found.identity(pointer), context)
            for pointer, error in facts.unhandled:
                definition.leave_unhandled(found.identity(pointer), error, context)
        return data
