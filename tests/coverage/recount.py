"""What an execution took, counted anew from its definition and its AWS history: nothing of the package is used for it.

Made for the definitions of `machines.py`: Lambda tasks, inline Maps, Choices by IsPresent, all names of states different.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass
class State:
    pointer: str
    value: dict[str, Any]
    holder: str | None


@dataclass
class Recount:
    """Pointers of the elements that count.

    Attributes:
        taken: what surely was taken.
        unsure: what a history does not tell: a Parallel or Map whose attempt failed in the instant in which it was stopped.
        asked: Choice Rules, Retriers and Catchers that surely were asked.
    """

    taken: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)


def states_of(body: dict[str, Any], pointer: str = "", holder: str | None = None) -> Iterator[tuple[str, State]]:
    for name, value in body["States"].items():
        at = f"{pointer}/States/{name}"
        yield name, State(at, value, holder)
        for index, branch in enumerate(value.get("Branches", ())):
            yield from states_of(branch, f"{at}/Branches/{index}", name)
        if "ItemProcessor" in value:
            yield from states_of(value["ItemProcessor"], f"{at}/ItemProcessor", name)


def named(names: list[str], error: str) -> int | None:
    """Index of the name by which a list takes an error."""
    if error in names:
        return names.index(error)
    wild = {"States.ALL"} if error == "States.Timeout" else {"States.ALL", "States.TaskFailed"}
    return next((index for index, name in enumerate(names) if name in wild), None)


def first(rules: list[dict[str, Any]], error: str) -> tuple[int, int] | None:
    """The Retrier or Catcher that takes an error, and the name by which it does."""
    return next(((at, name) for at, each in enumerate(rules) if (name := named(each["ErrorEquals"], error)) is not None), None)


class _Recounting:
    def __init__(self, definition: dict[str, Any], history: list[Event]) -> None:
        self.states = dict(states_of(definition))
        self.events = {event["id"]: event for event in history}
        self.after: dict[int, list[Event]] = {}
        for event in history:
            self.after.setdefault(event["previousEventId"], []).append(event)
        self.found = Recount()

    def before(self, event: Event) -> Event:
        return self.events[event["previousEventId"]]

    def count(self) -> Recount:
        for event in self.events.values():
            type_ = event["type"]
            if type_.endswith("StateEntered"):
                self.entered(self.states[event["stateEnteredEventDetails"]["name"]])
            elif type_.endswith("StateExited"):
                self.exited(event)
            elif type_ == "LambdaFunctionFailed":
                self.failed(self.owner(event), event, past=self.is_past(event))
            elif type_ in ("MapStateFailed", "ParallelStateFailed"):
                self.failed(self.owner(event), event, past=True)
            elif type_ in ("MapStateStarted", "ParallelStateStarted") and not self.before(event)["type"].endswith("Entered"):
                self.failed(self.holder(self.before(event)), event, past=False)
        self.found.unsure -= self.found.taken
        return self.found

    def entered(self, state: State) -> None:
        self.found.taken.add(state.pointer)
        rules = state.value.get("Choices", ())
        if "Default" not in state.value and not any(rule["IsPresent"] for rule in rules):
            self.found.asked.update(f"{state.pointer}/Choices/{index}" for index in range(len(rules)))
        if state.value["Type"] == "Fail":
            self.may_reach(state.holder, state.value["Error"])

    def exited(self, event: Event) -> None:
        state = self.states[event["stateExitedEventDetails"]["name"]]
        value, before = state.value, self.before(event)
        if value["Type"] == "Choice":
            chosen = next((at for at, rule in enumerate(value["Choices"]) if rule["IsPresent"]), None)
            at = "Default" if chosen is None else f"Choices/{chosen}/Next"
            target = value["Default"] if chosen is None else value["Choices"][chosen]["Next"]
            asked = range(len(value["Choices"]) if chosen is None else chosen + 1)
            self.found.asked.update(f"{state.pointer}/Choices/{each}" for each in asked)
        elif before["type"] in ("LambdaFunctionFailed", "MapStateFailed", "ParallelStateFailed"):
            catcher, name = first(value["Catch"], self.error(before)) or (-1, -1)
            at, target = f"Catch/{catcher}/ErrorEquals/{name}", value["Catch"][catcher]["Next"]
        elif "Next" in value:
            at, target = "Next", value["Next"]
        else:
            return
        self.found.taken.add(f"{state.pointer}/{at}")
        for following in self.after.get(event["id"], ()):
            if following["type"].endswith("StateEntered"):
                assert following["stateEnteredEventDetails"]["name"] == target

    def failed(self, name: str, event: Event, *, past: bool) -> None:
        """An attempt of a state has failed; `past` says whether no Retrier took it."""
        state, error = self.states[name], self.error(event)
        retriers, catchers = state.value.get("Retry", []), state.value.get("Catch", [])
        taker = first(retriers, error)
        if taker is not None:
            self.found.taken.add(f"{state.pointer}/Retry/{taker[0]}/ErrorEquals/{taker[1]}")
        self.ask(state, "Retry", retriers, taker)
        if past:
            self.ask(state, "Catch", catchers, first(catchers, error))
        self.may_reach(state.holder, error)

    def may_reach(self, holder: str | None, error: str) -> None:
        while holder is not None:
            around = self.states[holder]
            taker = first(around.value.get("Retry", []), error)
            if taker is not None:
                self.found.unsure.add(f"{around.pointer}/Retry/{taker[0]}/ErrorEquals/{taker[1]}")
            holder = around.holder

    def ask(self, state: State, field_: str, rules: list[dict[str, Any]], taker: tuple[int, int] | None) -> None:
        asked = len(rules) if taker is None else taker[0] + 1
        self.found.asked.update(f"{state.pointer}/{field_}/{index}" for index in range(asked))

    def is_past(self, event: Event) -> bool:
        """Whether a Task's Retriers have no attempt left for its failure."""
        retriers = self.states[self.owner(event)].value.get("Retry", [])
        taker = first(retriers, self.error(event))
        if taker is None:
            return True
        retried, at = 0, event
        while not (at := self.before(at))["type"].endswith("Entered"):
            if at["type"] == "LambdaFunctionFailed":
                retried += first(retriers, self.error(at)) in [(taker[0], name) for name in range(9)]
        return retried >= retriers[taker[0]]["MaxAttempts"]

    def owner(self, event: Event) -> str:
        """The state whose attempt failed with an event."""
        type_ = event["type"]
        if type_ == "MapIterationFailed":
            return str(self.holder(self.before(event)))
        if type_ in ("MapStateFailed", "ParallelStateFailed"):
            return self.holder(self.before(event))
        while not type_.endswith("StateEntered"):
            event = self.before(event)
            type_ = event["type"]
        return str(event["stateEnteredEventDetails"]["name"])

    def holder(self, event: Event) -> str:
        """The Parallel or Map whose attempt failed with the failure inside that an event tells of."""
        if event["type"] == "MapIterationFailed":
            return str(event["mapIterationFailedEventDetails"]["name"])
        holder = self.states[self.owner(event)].holder
        assert holder is not None
        return holder

    def error(self, event: Event) -> str:
        if event["type"] == "LambdaFunctionFailed":
            return str(event["lambdaFunctionFailedEventDetails"]["error"])
        if event["type"] == "FailStateEntered":
            return str(self.states[event["stateEnteredEventDetails"]["name"]].value["Error"])
        return self.error(self.before(event))


def recount(definition: dict[str, Any], history: list[Event]) -> Recount:
    return _Recounting(definition, history).count()
