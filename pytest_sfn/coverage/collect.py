"""From the logs of runs to the elements taken.

Nothing is recorded while a machine runs. The engine names each run that begins to the `Watch` of its account; when a
test ends, one pass over each log that has grown notes which rules were entered and left, which Choice Rules, Retriers and
Catchers answered. They are kept as the engine's own objects and become pointers once, at the end of the session.

A Map Run of very many child executions drops their logs as they end; a watch therefore reads what has ended as soon as
many runs have gathered.
"""

from __future__ import annotations

import weakref
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.coverage.data import CoverageData, Definition, file_name
from pytest_sfn.coverage.metrics import (
    BRANCH_FAILS,
    EXHAUSTED,
    HEARTBEAT,
    ITEM_FAILS,
    MANY_ITEMS,
    NO_ITEMS,
    ONE_ITEM,
    TIMES_OUT,
)
from pytest_sfn.coverage.model import outline
from pytest_sfn.coverage.suggest import matched_name
from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.retry import matches

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.definition import StateMachine
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError

__all__ = ["Collector", "Facts", "Reader", "Watch"]

GATHERED: Final = 1000
"""A watch with that many runs reads those that have ended."""

ENTER, EXIT, CHOICE, RETRY, CATCH, FAILED, ITEMS, ITEM_FAILED, TIMED_OUT = range(9)
CODES: Final = {
    **{f"{kind}StateEntered": ENTER for kind in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
    **{f"{kind}StateExited": EXIT for kind in ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")},
    "choice": CHOICE,
    "retry": RETRY,
    "catch": CATCH,
    "failed": FAILED,
    "MapStateStarted": ITEMS,
    "MapRunStarted": ITEMS,
    "MapIterationFailed": ITEM_FAILED,
    "ExecutionTimedOut": TIMED_OUT,
}


_is_enter: Final = frozenset(kind for kind, code in CODES.items() if code == ENTER).__contains__
_SPECIAL: Final = frozenset(kind for kind, code in CODES.items() if code not in (ENTER, EXIT))


class Facts:
    """What one context did with one machine; the rules are those of its programs.

    Attributes:
        entered: rules of the states entered.
        left: rules of the states left by their Next.
        pointers: everything else taken, by its pointer into the substituted definition.
        unhandled: (pointer of the state, error name) of errors that ended an execution.
    """

    __slots__ = ("entered", "left", "pointers", "unhandled")

    def __init__(self) -> None:
        self.entered: set[StateRule] = set()
        self.left: set[StateRule] = set()
        self.pointers: set[str] = set()
        self.unhandled: set[tuple[str, str]] = set()

    def taken(self) -> set[str]:
        """Everything taken, by its pointer into the substituted definition."""
        entered = {rule.model.pointer for rule in self.entered}
        return self.pointers | entered | {f"{rule.model.pointer}/Next" for rule in self.left}


def _read_smooth(run: Run, facts: Facts) -> bool:
    """Read a log whose states were all left by their Next or ended their branch; False if there is more in it.

    It is what `Reader` does, in a third of its time: coverage is to cost little where executions cost little.
    """
    log = run.log
    kinds = log[::RECORD]
    if run.status != "SUCCEEDED" or run.program.stop_after is not None or not _SPECIAL.isdisjoint(kinds):
        return False
    rules = set(compress(log[4::RECORD], map(_is_enter, kinds)))
    facts.entered |= rules
    facts.left |= rules
    return True


class Reader:
    """Reads one log, and goes on where it was when the log has grown.

    Attributes:
        current: the rule of the state that each strand is in.
        origins: by the strand whose Parallel or Map it failed: where an error began that nobody has taken yet.
    """

    __slots__ = ("at", "current", "origins")

    def __init__(self) -> None:
        self.at = 0
        self.current: dict[Strand, StateRule] = {}
        self.origins: dict[Strand, tuple[StateRule, StateError]] = {}

    def read(self, run: Run, facts: Facts) -> None:
        log, at = run.log, self.at
        self.at = len(log)
        code_of, current, entered, left = CODES.get, self.current, facts.entered, facts.left
        taken: Any = None  # the Choice Rule or Catcher that the next Exited event is due to
        slots = iter(log[at:] if at else log)
        for kind, _, _, strand, a, b in zip(slots, slots, slots, slots, slots, slots, strict=True):
            code = code_of(kind)
            if code is None:
                continue
            if code == ENTER:
                entered.add(a)
                current[strand] = a
            elif code == EXIT:
                rule = a[0] if type(a) is tuple else a
                if taken is None:
                    left.add(rule)
                elif type(taken) is tuple:
                    _chose(run, rule, taken[0], facts)
                elif rule.name != run.program.stop_after:
                    facts.pointers.add(taken)
                taken = None
            elif code == CHOICE:
                taken = (a,)
            elif code == ITEMS:
                _counted(current[strand], b, facts)
            else:
                taken = self._error(code, strand, a, b, facts, taken)
        _stopped(run, facts)

    def _error(self, code: int, strand: Strand, a: Any, b: Any, facts: Facts, taken: Any) -> str | None:
        """A record of something going wrong; gives the Catcher's transition, should it be one."""
        pointers = facts.pointers
        if code == ITEM_FAILED:
            pointers.add(a.model.pointer + ITEM_FAILS)
            return None
        if code == TIMED_OUT:
            pointers.add(TIMES_OUT)
            return None
        rule = self.current.get(strand)
        if rule is None:
            return None
        if b.error == "States.Timeout":
            pointers.add(rule.model.pointer + (HEARTBEAT if b.heartbeat else TIMES_OUT))
        if code == RETRY:
            self.origins.pop(strand, None)
            _took(rule.retriers[a[0]], b, pointers)
            return None
        if b.catchable and type(taken) is not str:  # else it is the failure of a Catcher, which its Retriers never see
            _exhausted(rule, b, pointers)
        if code == CATCH:
            self.origins.pop(strand, None)
            index = matched_name(a.error_equals, b)
            pointers.add(f"{a.pointer}/ErrorEquals/{index}")
            return f"{a.pointer}/Next"
        origin = self.origins.pop(strand, (rule, b))
        body = strand.body
        if body is not None and b.catchable:
            self.origins[body.parent] = origin
            if body.state.model.type == "Parallel":
                pointers.add(body.state.model.pointer + BRANCH_FAILS)
        elif origin[0].model.type != "Fail" and not _is_item(strand.run):
            facts.unhandled.add((origin[0].model.pointer, origin[1].error or ""))
        return None


def _chose(run: Run, rule: Any, index: int | None, facts: Facts) -> None:
    if rule.name != run.program.stop_after:
        model = rule.model
        facts.pointers.add(f"{model.pointer}/Default" if index is None else f"{model.choices[index].pointer}/Next")


def _counted(rule: StateRule, started: Any, facts: Facts) -> None:
    """How many items a Map has: its Started event says so, but of data in S3 only the Map Run that has read them."""
    if isinstance(started, int):
        if getattr(rule.model, "item_reader", None) is not None:
            return
        items = started
    elif started.was_read:
        items = started.length
    else:
        return
    facts.pointers.add(rule.model.pointer + (MANY_ITEMS if items > 1 else ONE_ITEM if items else NO_ITEMS))


def _stopped(run: Run, facts: Facts) -> None:
    """A run that is to stop after a state takes no transition from there."""
    program = run.program
    if program.stop_after is not None:
        facts.left.discard(program.rules[program.stop_after])


def _took(retrier: Any, error: StateError, pointers: set[str]) -> None:
    pointers.add(retrier.pointer)
    pointers.add(f"{retrier.pointer}/ErrorEquals/{matched_name(retrier.error_equals, error)}")


def _exhausted(rule: StateRule, error: StateError, pointers: set[str]) -> None:
    """The error came past the Retriers: the first that names it, if one does, has no attempt left."""
    for retrier in rule.retriers:
        if matches(retrier.error_equals, error):
            _took(retrier, error, pointers)  # one with MaxAttempts 0 is never seen to retry
            pointers.add(retrier.pointer + EXHAUSTED)
            return


def _is_item(run: Run) -> bool:
    """Whether it is a child execution of a distributed Map."""
    return bool(run.items_above)


class Watch:
    """The runs of one account, which are still to be read."""

    __slots__ = ("__weakref__", "account", "collector", "limit", "listed", "readers", "runs")

    def __init__(self, collector: Collector, account: Account) -> None:
        self.collector = collector
        self.account = account
        self.runs: list[Run] = []
        self.readers: dict[Run, Reader] = {}
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
        """The log of a run that has ended will be empty from now on: read it at once."""
        facts = self.collector.facts(self.account.machine_of(run))
        reader = self.readers.pop(run, None)
        if reader is not None or not _read_smooth(run, facts):
            (reader or Reader()).read(run, facts)

    def read(self, *, ended_only: bool = False) -> None:
        """Read what the logs have grown by; runs that have ended are let go."""
        live = []
        for run in self.runs:
            reader: Reader | None
            if run.live:
                live.append(run)
                if ended_only:
                    continue
                reader = self.readers.setdefault(run, Reader())
            else:
                reader = self.readers.pop(run) if run in self.readers else None
            facts = self.collector.facts(self.account.machine_of(run))
            if reader is None:
                if _read_smooth(run, facts):
                    continue
                reader = Reader()
            reader.read(run, facts)
            if run.error is not None and run.status != "ABORTED" and _is_item(run):
                facts.pointers.add(_map_around(run) + ITEM_FAILS)
        self.runs = live


def _map_around(run: Run) -> str:
    """The distributed Map that a child execution belongs to: its main line is the Map's processor."""
    return run.program.model.all_states[run.main.state.name].pointer.rsplit("/", 3)[0]


class Collector:
    """Gathers what a session's executions take.

    Attributes:
        context: the test that runs, or "" when contexts are not wanted.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.context = ""
        self.fresh: list[Watch] = []
        self._waiting: weakref.WeakSet[Watch] = weakref.WeakSet()
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
        for watch in self.fresh:
            for machine in watch.account.machines:
                self._files.add(machine.state_machine)
            watch.read()
            watch.listed = False
            if watch.runs:
                self._waiting.add(watch)
        self.fresh.clear()
        if self._waiting:
            for watch in list(self._waiting):
                watch.read()
                if not watch.runs:
                    self._waiting.discard(watch)

    def data(self) -> CoverageData:
        """Everything gathered so far."""
        data = CoverageData()
        known: dict[tuple[StateMachine, str], tuple[Definition, Any]] = {}
        loaded = [(each, each.name) for each in self._files if each.source.path is not None]
        for state_machine, name in [*loaded, *((machine, name) for machine, name, _ in self._facts)]:
            if (state_machine, name) not in known:
                path = state_machine.source.path
                title = name if path is None else file_name(path, self.root)
                found = outline(state_machine, None if path is None else title)
                known[state_machine, name] = data.add(Definition.of(title, found, state_machine, self.root)), found.identity
        for (state_machine, name, context), facts in self._facts.items():
            definition, identity = known[state_machine, name]
            for pointer in facts.taken():
                definition.take(identity(pointer), context)
            for pointer, error in facts.unhandled:
                definition.leave_unhandled(identity(pointer), error, context)
        return data
