"""The executable form of a state machine: a rule for each state, linked to the rules that follow.

A program holds nothing of a run: no mocks, no clock, no seed. It is made once per definition and shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.model import MapState
from pytest_sfn.engine.bodies import MapRule, ParallelRule
from pytest_sfn.engine.distributed.rule import DistributedMapRule
from pytest_sfn.engine.states import ChoiceRuleSet, FailRule, PassRule, Rule, SucceedRule, TaskRule, WaitRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_sfn.asl.model import State, StateMachineModel, States
    from pytest_sfn.engine.scheduler import Step
    from pytest_sfn.engine.strand import Strand
    from pytest_sfn.errors import Location

__all__ = ["Program"]

RULES: dict[str, type[Rule]] = {
    "Choice": ChoiceRuleSet,
    "Fail": FailRule,
    "Map": MapRule,
    "Parallel": ParallelRule,
    "Pass": PassRule,
    "Succeed": SucceedRule,
    "Task": TaskRule,
    "Wait": WaitRule,
}


class Program:
    """A compiled state machine, or the part of one from `start_at` to `stop_after`.

    Attributes:
        entry: the first state of the main line.
        rules: every state at any depth by name.
        timeout_seconds: the machine's own TimeoutSeconds.
        locate: JSON Pointer to its place in the definition's text, or None for a definition without text.
    """

    def __init__(
        self,
        model: StateMachineModel,
        locate: Callable[[str], Location | None],
        *,
        start_at: str | None = None,
        stop_after: str | None = None,
    ) -> None:
        self.model = model
        self.locate = locate
        self.timeout_seconds = model.timeout_seconds
        self.stop_after = stop_after
        self.end: Step = end_of_strand
        self.rules = {name: rule_of(state)(state, self) for name, state in model.all_states.items()}
        for rule in self.rules.values():
            rule.link()
        if stop_after is not None:
            self.rules[stop_after].next = self.end
        self.entry: Rule = self.rules[start_at or model.states.start_at]

    def target(self, rule: Rule, name: str) -> Step:
        """The step that a transition of `rule` to the state `name` leads to."""
        return self.end if rule.name == self.stop_after else self.rules[name].enter

    def entry_of(self, states: States) -> Rule:
        return self.rules[states.start_at]


def rule_of(state: State) -> type[Rule]:
    if isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        return DistributedMapRule
    return RULES[state.type]


def end_of_strand(strand: Strand) -> None:
    """The last state has exited: the execution succeeds, or the parent hears of it in its turn."""
    if strand.body is None:
        strand.run.succeed(strand)
    else:
        strand.entered = 0  # it is in no state any more, should its siblings fail before the parent hears of it
        strand.run.scheduler.post(strand, strand.body.state.child_done)
