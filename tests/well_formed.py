"""Says what is wrong with a history of events, whatever definition it comes from.

`problems` knows how AWS writes histories: which event may follow which, by the event that each points back at; that what was
entered is left once, in its own branch or iteration; that an attempt is scheduled, started and ended; which details an event
has. `tests/conformance/test_well_formed.py` holds it against the recordings, so it says nothing of AWS that is not so; what the
recordings do not show (an Aborted event of most states) is only as strict as engine-notes §4 is.

Two things AWS has changed: up to November 2024 an EvaluationFailed pointed at the event before the state's Entered, and a
distributed MapStateExited at MapRunSucceeded. The first has an argument, the second is taken either way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import botocore.loaders
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator

__all__ = ["mistyped", "problems"]

Event = dict[str, Any]

TYPES: Final = ("Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
ENTERED: Final = frozenset(f"{state}StateEntered" for state in TYPES)
EXITED: Final = frozenset(f"{state}StateExited" for state in TYPES if state != "Fail")
ABORTED: Final = frozenset(f"{state}StateAborted" for state in ("Map", "Parallel", "Task", "Wait"))
KINDS: Final = ("Task", "LambdaFunction", "Activity")
SCHEDULED: Final = frozenset(f"{kind}Scheduled" for kind in KINDS)
FAILED: Final = frozenset(f"{kind}{end}" for kind in KINDS for end in ("Failed", "TimedOut"))
FAILURES: Final = FAILED | {"FailStateEntered", "EvaluationFailed", "MapStateFailed", "ParallelStateFailed", "MapRunFailed"}
ENDED: Final = FAILED | {f"{kind}Succeeded" for kind in KINDS}
ENDS: Final = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"})

# Event type to the types it may point back at. Where a type is missing, any event of its branch will do, as the walk has it.
AFTER: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(ENTERED, EXITED | {"ParallelStateStarted", "MapIterationStarted"}),
    **{f"{state}StateExited": frozenset({f"{state}StateEntered"}) for state in ("Choice", "Pass", "Succeed", "Wait")},
    "TaskStateExited": ENDED | {"TaskStateEntered", "EvaluationFailed"},
    "ParallelStateExited": EXITED | {"ParallelStateFailed", "EvaluationFailed", "ExecutionRedriven"},
    "MapStateExited": frozenset({
        "MapIterationSucceeded", "MapIterationFailed", "MapRunSucceeded", "MapRunStarted", "MapRunRedriven", "MapStateStarted",
        "MapStateFailed", "EvaluationFailed", "ExecutionRedriven",
    }),
    **dict.fromkeys(SCHEDULED, FAILED | {"TaskStateEntered", "EvaluationFailed"}),
    **{f"{kind}Started": frozenset({f"{kind}Scheduled"}) for kind in KINDS},
    "TaskSubmitted": frozenset({"TaskStarted"}),
    **{f"{kind}{end}": frozenset({f"{kind}Started", f"{kind}Submitted"}) for kind in KINDS for end in ("Succeeded", "Failed")},
    **{f"{kind}TimedOut": frozenset({f"{kind}Scheduled", f"{kind}Started", f"{kind}Submitted"}) for kind in KINDS},
    "MapRunStarted": frozenset({"MapStateStarted"}),
    **dict.fromkeys(("MapRunSucceeded", "MapRunFailed"), frozenset({"MapRunStarted", "MapRunRedriven"})),
    "MapRunRedriven": frozenset({"ExecutionRedriven"}),
    "ExecutionRedriven": frozenset({"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}),
    "MapIterationSucceeded": EXITED,
    "MapStateSucceeded": frozenset({"MapIterationSucceeded", "MapIterationFailed", "MapRunSucceeded", "MapStateStarted"}),
    "ParallelStateSucceeded": EXITED,
    **dict.fromkeys(("MapStateFailed", "ParallelStateFailed", "MapIterationFailed"), FAILURES),
    **{f"{state}StateStarted": FAILURES | {f"{state}StateEntered"} for state in ("Map", "Parallel")},
    "ExecutionSucceeded": EXITED,
}  # fmt: skip

# Where an execution is redriven: what a branch, an iteration or the main line may go on with.
RESUMED: Final = frozenset({
    *ENTERED, *SCHEDULED, *(f"{state}StateExited" for state in ("Choice", "Pass", "Succeed", "Wait")),
    *(f"{state}State{event}" for state in ("Map", "Parallel") for event in ("Started", "Succeeded")), "MapRunRedriven",
    "ExecutionFailed", *ABORTED,
})  # fmt: skip
LEFT: Final = ("MapStateExited", "ParallelStateExited")  # after a success in the same instant

# Details to the members that they always have; botocore's model says which others there may be.
ALWAYS: Final[dict[str, str]] = {
    "executionStartedEventDetails": "input inputDetails roleArn",
    "executionSucceededEventDetails": "output outputDetails",
    "stateEnteredEventDetails": "name input inputDetails",
    "stateExitedEventDetails": "name output outputDetails",
    "evaluationFailedEventDetails": "cause error state",
    "taskScheduledEventDetails": "parameters region resource resourceType",
    **{f"task{end}EventDetails": "resource resourceType" for end in ("Started", "Failed", "TimedOut")},
    **{f"task{end}EventDetails": "output outputDetails resource resourceType" for end in ("Submitted", "Succeeded")},
    **{f"{kind}ScheduledEventDetails": "input inputDetails resource" for kind in ("lambdaFunction", "activity")},
    **{f"{kind}SucceededEventDetails": "output outputDetails" for kind in ("lambdaFunction", "activity")},
    **{f"mapIteration{end}EventDetails": "index name" for end in ("Started", "Succeeded", "Failed", "Aborted")},
    "mapStateStartedEventDetails": "length",
    "mapRunStartedEventDetails": "mapRunArn",
    "executionRedrivenEventDetails": "redriveCount",
    "mapRunRedrivenEventDetails": "mapRunArn redriveCount",
}
HISTORY_FULL: Final = "reached the maximum number of history events"
TEXTS: Final = ("input", "output", "parameters")


@cache
def history_event() -> Shape:
    """The shape of an event in botocore's model of the API."""
    model = botocore.loaders.Loader().load_service_model("stepfunctions", "service-2")
    return ServiceModel(model).shape_for("HistoryEvent")


def details_of(type: str) -> str | None:
    """The name of the details that events of the type have; None if they have none."""
    kind = "stateEntered" if type in ENTERED else "stateExited" if type in EXITED else type[0].lower() + type[1:]
    name = f"{kind}EventDetails"
    return name if name in history_event().members else None


def mistyped(events: list[Event]) -> list[str]:
    """What is not of the type that botocore's model gives it, in events as boto3 gives them."""
    found = []
    for event in events:
        report = ParamValidator().validate(event, history_event())
        if report.has_errors():
            found.append(f"{event.get('id')}: {report.generate_report()}")
    return found


def problems(events: list[Event], *, ended: bool = True, evaluation_before_entered: bool = False) -> list[str]:
    """What is wrong with the first event of a history with which anything is; nothing if that is so of the whole.

    Args:
        events: oldest first, as `get_execution_history` gives them.
        ended: whether it is that of an execution that has ended.
        evaluation_before_entered: whether an EvaluationFailed points at the event before the state's Entered.
    """
    walk = _Walk(evaluation_before_entered)
    for number, event in enumerate(events, 1):
        where = f"event {event['id']} {event['type']}"
        alone = [f"{where}: {problem}" for problem in _alone(event, number)]
        if alone:
            return walk.found + alone
        before = len(walk.found)
        try:
            walk.take(event)
        except _WrongError as wrong:
            walk.found.append(str(wrong))
        walk.found[before:] = [f"{where}: {problem}" for problem in walk.found[before:]]
        if walk.found:
            return walk.found  # what follows would be read against a state of things that is not known
    if ended and (not events or events[-1]["type"] not in ENDS):
        walk.found.append("nothing ends the execution")
    times = [event["timestamp"] for event in events]
    if times != sorted(times):
        walk.found.append("a time is before that of the event before it")
    return walk.found


def _alone(event: Event, number: int) -> Iterator[str]:
    """What is wrong with an event by itself."""
    if event["id"] != number:
        yield f"the id is not {number}"
    expected = details_of(event["type"])
    given = [key for key in event if key.endswith("EventDetails")]
    if given != ([expected] if expected else []):
        yield f"the details are {given}, not {expected}"
        return
    details = event[expected] if expected else {}
    missing = set(ALWAYS.get(expected or "", "").split()) - set(details)
    unknown = set(details) - set(history_event().members[expected].members) if expected else set()
    if missing or unknown:
        yield f"members {sorted(missing)} are missing, {sorted(unknown)} unknown"
    texts = [details[name] for name in TEXTS if name in details] + list(details.get("assignedVariables", {}).values())
    for text in texts:
        try:
            json.loads(text) if isinstance(text, str) else None
        except ValueError:
            yield f"no JSON: {text[:100]}"


class _WrongError(Exception):
    """An event that cannot be where it is."""


@dataclass(eq=False)
class _Strand:
    """The main line, a branch or an iteration.

    Attributes:
        ended: by an event of its own.
        by: the type of that event.
    """

    parent: _Visit | None
    index: int | None = None
    visit: _Visit | None = None
    last: int = 0
    output: Any = None
    ended: bool = False
    by: str = ""


@dataclass(eq=False)
class _Visit:
    """A state that was entered.

    Attributes:
        strands: those of the latest attempt of a Parallel or Map.
        length: of a Map's latest attempt.
        inside: the last event inside of it from which it ended well.
        left: it was exited.
    """

    name: str
    type: str
    entered: int
    strand: _Strand
    open: bool = True
    body: list[_Strand] | None = None
    length: int = 0
    distributed: bool = False
    inside: int = 0
    left: bool = False
    events: list[int] = field(default_factory=list)


class _Walk:
    """The visits and strands that the events so far make."""

    def __init__(self, evaluation_before_entered: bool) -> None:
        self.found: list[str] = []
        self._early = evaluation_before_entered
        self._events: dict[int, Event] = {}
        self._where: dict[int, tuple[_Strand, _Visit | None]] = {}
        self._main = _Strand(None)
        self._visits: list[_Visit] = []
        self._ended = False
        self._redrives = 0
        self._resumed: list[tuple[_Strand, _Visit | None]] = []

    def take(self, event: Event) -> None:
        number, kind, previous = event["id"], event["type"], event["previousEventId"]
        if self._ended and kind != "ExecutionRedriven":
            raise _WrongError("it comes after the end")
        if previous >= number or (previous and previous not in self._events):
            raise _WrongError(f"it points at {previous}")
        if (number == 1) != (kind == "ExecutionStarted"):
            raise _WrongError("an execution begins with ExecutionStarted, once")
        self._events[number] = event
        before = self._events[previous]["type"] if previous else None
        allowed = AFTER.get(kind)
        if before == "ExecutionRedriven" and kind not in LEFT:
            allowed = frozenset({before} if kind in RESUMED else ())
            self._where[previous] = self._goes_on(event)
        if allowed is not None and before is not None and before not in allowed:
            self.found.append(f"it points at {previous} {before}")
        self._where[number] = _PLACES[_kind(kind)](self, event)
        strand, visit = self._where[number]
        strand.last = number
        if visit is not None:
            visit.events.append(number)
            self._resumed = [place for place in self._resumed if place[1] is not visit]

    def _nearest(self, event: Event, *types: str) -> _Visit:
        """The innermost open state of these types around the event that this one points back at."""
        name = next((details.get("name") for key, details in event.items() if key.endswith("EventDetails")), None)
        strand, visit = self._predecessor(event)
        visit = visit or strand.parent
        while visit is not None:
            if visit.open and visit.type in types and name in (None, visit.name):
                return visit
            visit = visit.strand.parent
        raise _WrongError(f"no open {' or '.join(types)} around event {event['previousEventId']}")

    def _predecessor(self, event: Event) -> tuple[_Strand, _Visit | None]:
        if not event["previousEventId"]:
            raise _WrongError("it points at no event")
        return self._where[event["previousEventId"]]

    def _expect(self, event: Event, id: int) -> None:
        if event["previousEventId"] != id:
            self.found.append(f"it points at {event['previousEventId']}, not at {id}")

    def _same(self, what: str, one: Any, other: Any) -> None:
        if one != other:
            self.found.append(f"{what}: {one!r:.200} and {other!r:.200}")

    def _done(self, strands: list[_Strand]) -> None:
        for strand in strands:
            if strand.visit is None or strand.visit.open or strand.visit.type == "Fail":
                self.found.append(f"a branch or iteration has not come to its end, the last event is {strand.last}")

    # A redrive: what was not left goes on.

    def _take_up(self, strand: _Strand, id: int) -> None:
        """Let a strand be as it was before its end, and all below it."""
        if strand.by == "MapIterationSucceeded":
            return
        strand.ended, visit = False, strand.visit
        if visit is not None and visit.left:
            strand.last = visit.events[-1]
            return  # it had come to its end, which its Map has not seen
        strand.last = id
        if visit is None or visit.type == "Fail":
            strand.visit = None  # which is entered again
            self._resumed.append((strand, None))
            return
        visit.open, visit.inside = True, 0
        visit.events.append(id)
        self._resumed.append((strand, visit))
        for inner in visit.body or ():
            self._take_up(inner, id)

    def _goes_on(self, event: Event) -> tuple[_Strand, _Visit | None]:
        """Where an event happens that points at ExecutionRedriven; of several places the first without an event."""
        kind = event["type"]
        if kind == "ExecutionFailed":
            return self._main, None
        state = next(
            (state for state in TYPES if kind.startswith(f"{state}State")), "Map" if kind == "MapRunRedriven" else "Task"
        )
        name = next((details.get("name") for key, details in event.items() if key.endswith("EventDetails")), None)
        whole = kind.endswith(
            ("StateStarted", "StateSucceeded")
        )  # of a body whose children have all ended well, if there is one
        for place in sorted(self._resumed, key=lambda place: whole and not self._complete(place[1])):
            _, visit = place
            if visit is None or kind in ENTERED:
                fits = visit is None and kind in ENTERED
            else:
                fits = visit.type == state and name in (None, visit.name) and (kind != "MapRunRedriven" or visit.distributed)
                fits = fits and (kind not in ABORTED or (visit.open and not any(map(self._unfinished, visit.body or ()))))
            if fits:
                self._resumed.remove(place)
                return place
        if kind in ENTERED:  # of a branch that was never entered
            around = next(visit for _, visit in reversed(self._resumed) if visit is not None and visit.type == "Parallel")
            strand = _Strand(around, output=event["stateEnteredEventDetails"]["input"], last=event["previousEventId"])
            self._body(around).append(strand)
            return strand, None
        raise _WrongError("nothing can go on with it")

    def _complete(self, visit: _Visit | None) -> bool:
        return visit is not None and all(strand.visit is not None and strand.visit.left for strand in visit.body or ())

    def redriven(self, event: Event) -> tuple[_Strand, _Visit | None]:
        number, self._ended = event["id"], False
        self._expect(event, number - 1)
        self._redrives += 1
        self._same("redrives", event["executionRedrivenEventDetails"]["redriveCount"], self._redrives)
        self._resumed = []
        self._take_up(self._main, number)
        return self._main, None

    # One function for each kind of event: gives where it happens.

    def started(self, event: Event) -> tuple[_Strand, _Visit | None]:
        self._main.output = event["executionStartedEventDetails"]["input"]
        self._expect(event, 0)
        return self._main, None

    def entered(self, event: Event) -> tuple[_Strand, _Visit | None]:
        details, previous = event["stateEnteredEventDetails"], event["previousEventId"]
        if not previous:
            strand = self._main
            if strand.visit is not None:
                raise _WrongError("only the first state points at no event")
        else:
            strand, visit = self._predecessor(event)
            if self._events[previous]["type"] == "ParallelStateStarted":
                assert visit is not None
                strand = _Strand(visit, output=details["input"])
                self._body(visit).append(strand)
            else:
                self._expect(event, strand.last)
            if strand.visit is not None and (strand.visit.open or strand.visit.type in ("Succeed", "Fail")):
                raise _WrongError(f"{strand.visit.name!r} has not been left, or ends its branch")
            if strand.visit is None and strand.index is not None:
                strand.output = details["input"]  # of ItemSelector
        if strand.ended:
            raise _WrongError("its branch or iteration has ended")
        self._same("the input is not the output before", details["input"], strand.output)
        visit = strand.visit = _Visit(details["name"], event["type"][: -len("StateEntered")], event["id"], strand)
        visit.open = visit.type != "Fail"
        self._visits.append(visit)
        return strand, visit

    def _body(self, visit: _Visit) -> list[_Strand]:
        if visit.body is None:
            raise _WrongError(f"{visit.name!r} has not started")
        return visit.body

    def exited(self, event: Event) -> tuple[_Strand, _Visit | None]:
        kind = event["type"][: -len("StateExited")]
        visit = self._nearest_or_failed(event, kind)
        if visit.inside:
            self._expect(event, visit.inside)
        elif not visit.distributed:
            self._expect(event, visit.events[-1])
        visit.open, visit.left = False, True
        visit.strand.output = event["stateExitedEventDetails"]["output"]
        return visit.strand, visit

    def _nearest_or_failed(self, event: Event, type: str) -> _Visit:
        """A Parallel or Map that has failed is left if it catches."""
        _, visit = self._predecessor(event)
        if visit is not None and visit.type == type and visit.strand.visit is visit:
            failed = self._events[visit.events[-1]]["type"] in ("ParallelStateFailed", "MapStateFailed")
            visit.open = visit.open or failed
        return self._nearest(event, type)

    def attempted(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, "Task")
        self._expect(event, visit.events[-1])
        if event["type"] in SCHEDULED:
            visit.inside = 0
        return visit.strand, visit

    def evaluation_failed(self, event: Event) -> tuple[_Strand, _Visit | None]:
        name, previous = event["evaluationFailedEventDetails"]["state"], event["previousEventId"]
        for visit in reversed(self._visits):
            if visit.name == name and visit.strand.visit is visit:
                own = [self._events[each] for each in visit.events]
                first = own[0]["previousEventId"] if self._early else visit.entered
                again = [each["id"] for each in own if each["type"] == "EvaluationFailed"]
                # Where the Output of a Catcher fails, it points at what the body's failure points at.
                failed = [each["previousEventId"] for each in own if each["type"] in ("ParallelStateFailed", "MapStateFailed")]
                if previous in (first, *again, *failed):
                    visit.inside, visit.open = 0, True
                    return visit.strand, visit
        raise _WrongError(f"it points at {previous}, and {name!r} was not entered there")

    def body_started(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, event["type"][: -len("StateStarted")])
        if visit.body is None:
            self._expect(event, visit.events[-1])
        elif event["previousEventId"] == visit.entered:
            raise _WrongError("it has started before")
        else:
            self._given_up(visit, event)
        visit.body, visit.inside = [], 0
        visit.length = event.get("mapStateStartedEventDetails", {}).get("length", 0)
        return visit.strand, visit

    def _given_up(self, visit: _Visit, event: Event) -> None:
        """After the failure of a body nothing in it is open but what failed."""
        failed = self._predecessor(event)[1]
        for strand in visit.body or ():
            inner = strand.visit
            if inner is not None and inner is not failed and self._unfinished(strand):
                self.found.append(f"{inner.name!r} in a branch or iteration is still open, entered at {inner.entered}")
            if inner is not None:
                inner.open = False
            strand.ended = True

    def _unfinished(self, strand: _Strand) -> bool:
        visit = strand.visit
        return visit is not None and visit.open and not self._failed(visit)

    def _failed(self, visit: _Visit) -> bool:
        """Whether the latest event of a visit is a failure, of which its branch or iteration ends."""
        return self._events[visit.events[-1]]["type"] in FAILURES

    def body_failed(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, event["type"][: -len("StateFailed")])
        self._given_up(visit, event)
        visit.open, visit.inside = False, 0
        return visit.strand, visit

    def body_succeeded(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, event["type"][: -len("StateSucceeded")])
        body = self._body(visit)
        if visit.type == "Parallel":
            self._done(body)
        elif not visit.distributed:
            self._same("iterations that have ended, and items", sum(bool(strand.by) for strand in body), visit.length)
        if visit.distributed:
            self._expect(event, visit.events[-1])
            visit.inside = 0
        elif visit.inside:
            raise _WrongError("it has succeeded before")
        elif self._events[event["previousEventId"]]["type"] == "ExecutionRedriven":
            visit.inside = event["previousEventId"]  # its end was not written
        else:
            visit.inside = max((strand.last for strand in body), default=visit.events[-1])
            self._expect(event, visit.inside)
        return visit.strand, visit

    def iteration_started(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, "Map")
        body = self._body(visit)
        strand, _ = self._predecessor(event)
        inside = self._events[strand.last]["previousEventId"]  # of an iteration that has ended
        if event["previousEventId"] != (inside if strand in body and strand.ended else visit.events[-1]):
            self.found.append("it points neither at MapStateStarted nor at the end of an iteration")
        self._same("indexes", event["mapIterationStartedEventDetails"]["index"], len(body))
        strand = _Strand(visit, index=len(body))
        body.append(strand)
        return strand, None

    def iteration_ended(self, event: Event) -> tuple[_Strand, _Visit | None]:
        strand, _ = self._predecessor(event)
        while strand.index is None and strand.parent is not None:
            strand = strand.parent.strand
        details = next(details for key, details in event.items() if key.endswith("EventDetails"))
        if strand.index is None or strand.parent is None or strand.ended:
            raise _WrongError("it points into no iteration that goes on")
        self._same("indexes", details["index"], strand.index)
        self._same("names", details["name"], strand.parent.name)
        self._expect(event, strand.last)
        if event["type"] == "MapIterationSucceeded":
            self._done([strand])
        strand.ended, strand.by = True, event["type"]
        return strand, None

    def map_run(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, "Map")
        self._expect(event, visit.events[-1])
        visit.distributed = True
        return visit.strand, visit

    def aborted(self, event: Event) -> tuple[_Strand, _Visit | None]:
        visit = self._nearest(event, event["type"][: -len("StateAborted")])
        self._given_up(visit, event)
        visit.open = False
        return visit.strand, visit

    def ended(self, event: Event) -> tuple[_Strand, _Visit | None]:
        self._ended = True
        visit = self._main.visit
        if event["type"] == "ExecutionSucceeded":
            self._expect(event, self._main.last)
            self._done([self._main])
            self._same("outputs", event["executionSucceededEventDetails"]["output"], self._main.output)
            self.found += [f"{each.name!r} was entered at {each.entered} and never left" for each in self._visits if each.open]
        elif event["type"] == "ExecutionFailed":
            strand = self._predecessor(event)[0]  # what no Catcher may see ends the execution from within a body
            after = self._events[event["previousEventId"]]["type"]  # of the state itself, when all children had succeeded
            measured = after.endswith("StateSucceeded") and self._events[strand.last]["type"] == "EvaluationFailed"
            if HISTORY_FULL not in event["executionFailedEventDetails"].get("cause", "") and not measured:
                self._expect(event, strand.last)
            while strand.parent is not None:
                if not strand.parent.open or strand not in self._body(strand.parent):
                    raise _WrongError(f"it points into {strand.parent.name!r}, of which that attempt is over")
                strand = strand.parent.strand
        else:
            self._expect(event, 0)
        return self._main, visit


def _kind(type: str) -> str:
    """The row of `_PLACES` for a type."""
    if type in ENTERED:
        return "Entered"
    if type in EXITED:
        return "Exited"
    if type in ABORTED:
        return "Aborted"
    if type in ENDS:
        return "Ended"
    for kind in _PLACES:
        if type == kind or (kind.endswith("*") and type.startswith(kind[:-1])):
            return kind
    raise _WrongError("no type of AWS's")


_PLACES: Final[dict[str, Callable[[_Walk, Event], tuple[_Strand, _Visit | None]]]] = {
    "ExecutionStarted": _Walk.started,
    "Entered": _Walk.entered,
    "Exited": _Walk.exited,
    "Aborted": _Walk.aborted,
    "Ended": _Walk.ended,
    "ExecutionRedriven": _Walk.redriven,
    "EvaluationFailed": _Walk.evaluation_failed,
    **dict.fromkeys(("MapStateStarted", "ParallelStateStarted"), _Walk.body_started),
    **dict.fromkeys(("MapStateFailed", "ParallelStateFailed"), _Walk.body_failed),
    **dict.fromkeys(("MapStateSucceeded", "ParallelStateSucceeded"), _Walk.body_succeeded),
    "MapIterationStarted": _Walk.iteration_started,
    "MapIteration*": _Walk.iteration_ended,
    "MapRun*": _Walk.map_run,
    "Task*": _Walk.attempted,
    "LambdaFunction*": _Walk.attempted,
    "Activity*": _Walk.attempted,
}
