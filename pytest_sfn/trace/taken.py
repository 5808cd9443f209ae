"""The trace read as what runs took of a definition: states, transitions, Retriers, Catchers, error names.

Everything is named by its JSON Pointer in the definition after substitutions. What only happens while a machine runs has
a name after the pointer, as in `/States/A/Retry/0#exhausted`. States entered and left by their Next, which are most of
it, are kept as the engine's rules and become pointers once, when somebody asks for them.

Coverage reads every run of a session, so this costs little where executions cost little: `read_ended` takes a run that
only went from state to state in one look at the log's slots, and only other runs are read record by record.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState
from pytest_sfn.engine import record as r
from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.record import KINDS, Records
from pytest_sfn.engine.retry import matched_name, matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.asl.model import Retrier
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError

__all__ = ["BRANCH_FAILS", "EXHAUSTED", "HEARTBEAT", "ITEM_FAILS", "MANY_ITEMS", "NO_ITEMS", "ONE_ITEM", "TIMES_OUT"]
__all__ += ["Facts", "FactsReader", "read_ended"]

EXHAUSTED: Final = "#exhausted"
TIMES_OUT: Final = "#times out"
HEARTBEAT: Final = "#heartbeat missed"
NO_ITEMS: Final = "#no items"
ONE_ITEM: Final = "#one item"
MANY_ITEMS: Final = "#many items"
ITEM_FAILS: Final = "#an item fails"
BRANCH_FAILS: Final = "#a branch fails"


class Facts:
    """What runs took of one definition.

    Attributes:
        entered: rules of the states entered.
        left: rules of the states left by their Next.
        pointers: everything else taken, by its pointer.
        unhandled: (pointer of the state, error name) of errors that ended an execution.
    """

    __slots__ = ("entered", "left", "pointers", "unhandled")

    def __init__(self) -> None:
        self.entered: set[StateRule] = set()
        self.left: set[StateRule] = set()
        self.pointers: set[str] = set()
        self.unhandled: set[tuple[str, str]] = set()

    def taken(self) -> set[str]:
        """Everything taken, by its pointer."""
        entered = {rule.model.pointer for rule in self.entered}
        return self.pointers | entered | {f"{rule.model.pointer}/Next" for rule in self.left}


def read_ended(run: Run, facts: Facts) -> None:
    """Read a run that has ended, from its first record on."""
    if not _read_smooth(run, facts):
        FactsReader(run).read(facts)


def _read_smooth(run: Run, facts: Facts) -> bool:
    """Read a run whose states were all left by their Next or ended their branch; False if there is more in it.

    It finds what `FactsReader` would, in a tenth of its time. Only of Maps, which count their items, it reads records.
    """
    log = run.log
    kinds = log[::RECORD]
    if run.status != "SUCCEEDED" or run.program.stop_after is not None or not _SPECIAL.isdisjoint(kinds):
        return False
    if "MapStateStarted" in kinds:
        FactsReader(run).read(facts, _MAPS)
    rules = set(compress(log[4::RECORD], map(_is_enter, kinds)))
    facts.entered |= rules
    facts.left |= rules
    return True


class FactsReader:
    """Reads one run, and goes on where it was when there are more records."""

    __slots__ = ("_current", "_facts", "_leaving", "_origins", "_records", "_run")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._records = Records(run)
        self._facts = Facts()
        self._current: dict[Strand, StateRule] = {}
        self._origins: dict[Strand, r.StrandFailed] = {}
        """By the strand whose Parallel or Map it failed: where an error began that nobody has taken yet."""
        self._leaving: str | None = None
        """The transition of the Choice Rule, Default or Catcher by which the next state to exit does so."""

    def read(self, facts: Facts, kinds: frozenset[str] | None = None) -> None:
        """Add to `facts` what the records since the last time say, of all kinds when `kinds` is None."""
        self._facts = facts
        for record in self._records.new(kinds or _READ):
            READERS[type(record)](self, record)
        run = self._run
        if run.map_run is not None and run.error is not None and run.status != "ABORTED":
            facts.pointers.add(_map_around(run) + ITEM_FAILS)

    def _entered(self, record: r.StateEntered) -> None:
        self._facts.entered.add(record.rule)
        self._current[record.strand] = record.rule

    def _exited(self, record: r.StateExited) -> None:
        leaving, self._leaving = self._leaving, None
        if record.rule.name == self._run.program.stop_after:
            return  # the run takes no transition from there
        if leaving is None:
            self._facts.left.add(record.rule)
        else:
            self._facts.pointers.add(leaving)

    def _choice_taken(self, record: r.ChoiceTaken) -> None:
        pointer, choice = self._current[record.strand].model.pointer, record.choice
        self._leaving = f"{pointer}/Default" if choice is None else f"{pointer}/Choices/{choice}/Next"

    def _body_started(self, record: r.BodyStarted) -> None:
        """How many items a Map has; of data in S3 only the Map Run that has read them knows it."""
        model = record.rule.model
        if record.length is not None and isinstance(model, MapState) and model.item_reader is None:
            self._count(record.rule, record.length)

    def _map_run_started(self, record: r.MapRunStarted) -> None:
        if record.map_run.was_read:
            self._count(self._current[record.strand], record.map_run.length)

    def _count(self, rule: StateRule, items: int) -> None:
        name = MANY_ITEMS if items > 1 else ONE_ITEM if items else NO_ITEMS
        self._facts.pointers.add(rule.model.pointer + name)

    def _iteration_ended(self, record: r.IterationEnded) -> None:
        if record.kind == "MapIterationFailed":
            self._facts.pointers.add(record.rule.model.pointer + ITEM_FAILS)

    def _execution_failed(self, record: r.ExecutionFailed) -> None:
        if record.kind == "ExecutionTimedOut":
            self._facts.pointers.add(TIMES_OUT)

    def _retry_chosen(self, record: r.RetryChosen) -> None:
        rule = self._current[record.strand]
        self._origins.pop(record.strand, None)
        self._timed_out(rule, record.error)
        self._took(rule.retriers[record.retrier], record.error)

    def _catch_taken(self, record: r.CatchTaken) -> None:
        rule, catcher = self._current[record.strand], record.catcher
        self._origins.pop(record.strand, None)
        self._timed_out(rule, record.error)
        self._exhausted(rule, record.error)
        self._facts.pointers.add(f"{catcher.pointer}/ErrorEquals/{matched_name(catcher.error_equals, record.error)}")
        self._leaving = f"{catcher.pointer}/Next"

    def _strand_failed(self, record: r.StrandFailed) -> None:
        strand, error = record.strand, record.error
        rule = self._current.get(strand)
        leaving, self._leaving = self._leaving, None
        if rule is None:
            return  # before its first state was entered
        self._timed_out(rule, error)
        if leaving is None:  # else the fields of a Catcher have failed, which the state's Retriers never see
            self._exhausted(rule, error)
        origin = self._origins.pop(strand, record)
        body = strand.body
        if body is not None and error.catchable:
            self._origins[body.parent] = origin
            if body.state.model.type == "Parallel":
                self._facts.pointers.add(body.state.model.pointer + BRANCH_FAILS)
            return
        began = self._current[origin.strand].model
        if began.type != "Fail" and self._run.map_run is None:
            self._facts.unhandled.add((began.pointer, origin.error.error or ""))

    def _timed_out(self, rule: StateRule, error: StateError) -> None:
        if error.error == "States.Timeout":
            self._facts.pointers.add(rule.model.pointer + (HEARTBEAT if error.heartbeat else TIMES_OUT))

    def _took(self, retrier: Retrier, error: StateError) -> None:
        self._facts.pointers.add(retrier.pointer)
        self._facts.pointers.add(f"{retrier.pointer}/ErrorEquals/{matched_name(retrier.error_equals, error)}")

    def _exhausted(self, rule: StateRule, error: StateError) -> None:
        """The error came past the Retriers: the first that names it, if one does, has no attempt left."""
        if not error.catchable:
            return
        for retrier in rule.retriers:
            if matches(retrier.error_equals, error):
                self._took(retrier, error)  # one with MaxAttempts 0 is never seen to retry
                self._facts.pointers.add(retrier.pointer + EXHAUSTED)
                return


def _map_around(run: Run) -> str:
    """The distributed Map that a child execution belongs to: its main line is the Map's processor."""
    return run.program.model.all_states[run.main.state.name].pointer.rsplit("/", 3)[0]


READERS: Final[dict[type[r.Record], Callable[[FactsReader, Any], None]]] = {
    r.StateEntered: FactsReader._entered,
    r.StateExited: FactsReader._exited,
    r.ChoiceTaken: FactsReader._choice_taken,
    r.BodyStarted: FactsReader._body_started,
    r.MapRunStarted: FactsReader._map_run_started,
    r.IterationEnded: FactsReader._iteration_ended,
    r.ExecutionFailed: FactsReader._execution_failed,
    r.RetryChosen: FactsReader._retry_chosen,
    r.CatchTaken: FactsReader._catch_taken,
    r.StrandFailed: FactsReader._strand_failed,
}
"""What each kind of record says of what was taken; the others say nothing."""

_READ: Final = frozenset(kind for kind, (made, _) in KINDS.items() if made in READERS)
_is_enter: Final = frozenset(kind for kind, (made, _) in KINDS.items() if made is r.StateEntered).__contains__
_SPECIAL: Final = frozenset(
    kind
    for kind, (made, _) in KINDS.items()
    if made in READERS
    and made not in (r.StateEntered, r.StateExited)
    and kind not in ("ParallelStateStarted", "MapStateStarted", "MapIterationSucceeded", "MapIterationAborted")
)
"""Kinds of records that say which transition was taken, or that something failed."""
_MAPS: Final = frozenset({"MapStateStarted"})
