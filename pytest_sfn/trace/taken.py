"""The trace read as the parts of a definition that runs took: states, transitions, error names of Retriers and Catchers.

A part is named by its JSON Pointer in the definition after substitutions. An event that only happens while a machine runs
has a name after the pointer, as in `/States/A/Retry/0#exhausted`. States entered and left by their Next are most of the
parts; they are kept as the engine's rules and become pointers once, on demand.

An error name of a Retrier is taken when the Retrier takes an error by it, also one that has no attempt left. An error name
of a Catcher is taken when the state exits by the Catcher: where its Output, ResultPath or Assign fails, nothing was taken.

Coverage reads every run of a session, so this costs little where executions cost little: `read_ended` takes a run that
only went from state to state in one look at the log's slots, and only other runs are read record by record.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.model import MapState
from pytest_sfn.asl.outline import states_around
from pytest_sfn.engine.log import RECORD
from pytest_sfn.engine.record import KINDS
from pytest_sfn.engine.retry import matched_name, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_sfn.asl.model import Catcher, Retrier
    from pytest_sfn.engine.bodies import MapRule
    from pytest_sfn.engine.distributed.map_run import ChildRuns
    from pytest_sfn.engine.run import Run, Strand
    from pytest_sfn.engine.states import StateRule
    from pytest_sfn.errors import StateError

__all__ = ["ASKED", "BRANCH_FAILS", "EXHAUSTED", "HEARTBEAT", "ITEM_FAILS", "MANY_ITEMS", "NO_ITEMS", "NO_RULE_MATCHES"]
__all__ += ["ONE_ITEM", "PASSED_OVER", "TIMES_OUT", "Facts", "FactsReader", "read_ended"]

EXHAUSTED: Final = "#exhausted"
TIMES_OUT: Final = "#times out"
HEARTBEAT: Final = "#heartbeat missed"
NO_ITEMS: Final = "#no items"
ONE_ITEM: Final = "#one item"
MANY_ITEMS: Final = "#many items"
ITEM_FAILS: Final = "#an item fails"
BRANCH_FAILS: Final = "#a branch fails"
NO_RULE_MATCHES: Final = "#no rule matches"
ASKED: Final = "#asked"
"""An error has reached the Retriers and Catchers of a state."""
PASSED_OVER: Final = "#passed over"
"""A Retrier or Catcher was asked and does not name the error."""


class Facts:
    """What runs took of one definition.

    Attributes:
        entered: rules of the states entered.
        left: rules of the states left by their Next.
        pointers: everything else taken, by its pointer.
        unhandled: (pointer of the state where it began, error name) of errors that ended an execution.
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
    if run.status != "SUCCEEDED" or run.program.stop_after is not None or not _is_smooth(kinds):
        return False
    rules = set(compress(log[4::RECORD], map(_is_entry, kinds)))
    facts.entered.update(rules)
    facts.left.update(rules)
    return True


class FactsReader:
    """Reads one run, and goes on where it was when there are more records."""

    __slots__ = ("_at", "_facts", "_leaving", "_run")

    def __init__(self, run: Run) -> None:
        self._run = run
        self._at = 0
        self._facts = Facts()
        self._leaving: str | None = None
        """The transition of the Choice Rule or Default, or the Catcher's name, by which the next state to exit does so."""

    def read(self, facts: Facts) -> None:
        """Add to `facts` what the records since the last time say.

        All are read as slots: a typed record costs as much as what is done with it. The methods that take `a` and `b` give them
        the types that engine/record.py says.
        """
        run, at, self._facts = self._run, self._at, facts
        self._at = len(run.log)
        entered = facts.entered
        slots = iter(run.log[at:] if at else run.log)
        for kind, _, _, strand, a, b in zip(slots, slots, slots, slots, slots, slots, strict=True):
            if kind in _ENTRIES:
                entered.add(a)
            elif kind in _EXITS:
                self._exited(a[0] if type(a) is tuple else a)
            elif kind in _SPECIAL:
                _SPECIAL[kind](self, strand, a, b)
        if run.map_run is not None and run.error is not None and run.status != "ABORTED":
            facts.pointers.add(_map_around(run) + ITEM_FAILS)

    def _exited(self, rule: StateRule) -> None:
        leaving, self._leaving = self._leaving, None
        if rule.name == self._run.program.stop_after and (leaving is None or not rule.catchers):
            return  # the run takes no transition from there
        if leaving is None:
            self._facts.left.add(rule)
        else:
            self._facts.pointers.add(leaving)

    def _choice_taken(self, strand: Strand, rule: StateRule, choice: int | None) -> None:
        pointer = rule.model.pointer
        self._leaving = f"{pointer}/Default" if choice is None else f"{pointer}/Choices/{choice}/Next"

    def _body_started(self, strand: Strand, rule: StateRule, length: int | None) -> None:
        """How many items a Map has; of data in S3 only the Map Run that has read them knows it."""
        if length is not None and isinstance(rule.model, MapState) and rule.model.item_reader is None:
            self._count(rule, length)

    def _map_run_started(self, strand: Strand, rule: StateRule, map_run: ChildRuns) -> None:
        if map_run.was_read:
            self._count(rule, map_run.length)

    def _count(self, rule: StateRule, items: int) -> None:
        name = MANY_ITEMS if items > 1 else ONE_ITEM if items else NO_ITEMS
        self._facts.pointers.add(rule.model.pointer + name)

    def _iteration_failed(self, strand: Strand, rule: MapRule, index: int) -> None:
        self._facts.pointers.add(rule.model.pointer + ITEM_FAILS)

    def _execution_timed_out(self, strand: Strand, failure: tuple[str | None, str | None], _: None) -> None:
        self._facts.pointers.add(TIMES_OUT)

    def _retry_chosen(self, strand: Strand, chosen: tuple[StateRule, int, int], error: StateError) -> None:
        rule = chosen[0]
        self._timed_out(rule, error)
        retrier = self._asked_retriers(rule, error)
        assert retrier is not None
        self._facts.pointers.add(_by_name(retrier, error))

    def _catch_taken(self, strand: Strand, taken: tuple[StateRule, Catcher], error: StateError) -> None:
        rule, catcher = taken
        self._timed_out(rule, error)
        self._came_past(rule, error)
        self._leaving = _by_name(catcher, error)

    def _strand_failed(self, strand: Strand, rule: StateRule, error: StateError) -> None:
        body = strand.body
        leaving, self._leaving = self._leaving, None
        self._timed_out(rule, error)
        if error.site is not None and error.site.pointer == f"{rule.model.pointer}/Choices":
            self._facts.pointers.add(rule.model.pointer + NO_RULE_MATCHES)
        if leaving is None:  # else the fields of a Catcher have failed, which the state's Retriers never see
            self._came_past(rule, error)
        if body is None or not error.catchable:
            self._unhandled(error)
        elif strand.entered and body.state.model.type == "Parallel":
            self._facts.pointers.add(body.state.model.pointer + BRANCH_FAILS)

    def _unhandled(self, error: StateError) -> None:
        """The error ends the run. It keeps the name of the state where it began, whatever Parallels and Maps it has left."""
        if self._run.map_run is None and error.state is not None:
            began = self._run.program.rules[error.state].model
            if began.type != "Fail":
                self._facts.unhandled.add((began.pointer, error.error or ""))

    def _timed_out(self, rule: StateRule, error: StateError) -> None:
        if error.error == "States.Timeout":
            self._facts.pointers.add(rule.model.pointer + (HEARTBEAT if error.heartbeat else TIMES_OUT))

    def _came_past(self, rule: StateRule, error: StateError) -> None:
        """The error came past the Retriers: the first that names it, if one does, has no attempt left. Catchers are next."""
        if not error.catchable:
            return
        retrier = self._asked_retriers(rule, error)
        if retrier is not None:
            self._facts.pointers.add(_by_name(retrier, error))  # one with MaxAttempts 0 is never seen to retry
            self._facts.pointers.add(retrier.pointer + EXHAUSTED)
        self._asked(rule.catchers, error)

    def _asked_retriers(self, rule: StateRule, error: StateError) -> Retrier | Catcher | None:
        self._facts.pointers.add(rule.model.pointer + ASKED)
        return self._asked(rule.retriers, error)

    def _asked(self, takers: Sequence[Retrier] | Sequence[Catcher], error: StateError) -> Retrier | Catcher | None:
        """The first Retrier or Catcher that names the error; those before it were passed over."""
        for taker in takers:
            if matches(taker.error_equals, error):
                return taker
            self._facts.pointers.add(taker.pointer + PASSED_OVER)
        return None


def _by_name(taker: Retrier | Catcher, error: StateError) -> str:
    """The pointer of the name by which a Retrier or Catcher takes an error."""
    return f"{taker.pointer}/ErrorEquals/{matched_name(taker.error_equals, error)}"


def _map_around(run: Run) -> str:
    """The distributed Map that a child execution belongs to: its main line is the Map's processor."""
    return states_around(run.program.model.all_states[run.main.state.name].pointer)[-2]


_Read = Callable[[FactsReader, "Strand", Any, Any], None]
_SPECIAL: Final[dict[str, _Read]] = {
    "choice": FactsReader._choice_taken,
    "MapStateStarted": FactsReader._body_started,
    "MapRunStarted": FactsReader._map_run_started,
    "MapIterationFailed": FactsReader._iteration_failed,
    "ExecutionTimedOut": FactsReader._execution_timed_out,
    "retry": FactsReader._retry_chosen,
    "catch": FactsReader._catch_taken,
    "failed": FactsReader._strand_failed,
}
"""Kinds of records other than a state's entry and exit, and the method that reads each."""
_ENTRIES: Final = frozenset(kind for kind in KINDS if kind.endswith("StateEntered"))
_EXITS: Final = frozenset(kind for kind in KINDS if kind.endswith("StateExited"))
_is_entry: Final = _ENTRIES.__contains__
_is_smooth: Final = frozenset(_SPECIAL).isdisjoint
