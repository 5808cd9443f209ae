"""From the model of a state machine to its program: a rule for each state, linked to the rules that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.model import MapState
from pytest_sfn.engine.bodies import MapRule, ParallelRule
from pytest_sfn.engine.run import Program
from pytest_sfn.engine.states import ChoiceStateRule, FailRule, PassRule, StateRule, SucceedRule, TaskRule, WaitRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_sfn.asl.model import State, StateMachineModel
    from pytest_sfn.engine.run import Strand
    from pytest_sfn.errors import Location

__all__ = ["compile_program"]

RULES: dict[str, type[StateRule]] = {
    "Choice": ChoiceStateRule,
    "Fail": FailRule,
    "Map": MapRule,
    "Parallel": ParallelRule,
    "Pass": PassRule,
    "Succeed": SucceedRule,
    "Task": TaskRule,
    "Wait": WaitRule,
}


def compile_program(
    model: StateMachineModel,
    locate: Callable[[str], Location | None],
    *,
    start_at: str | None = None,
    stop_after: str | None = None,
    alone: Mapping[str, type[StateRule]] | None = None,
) -> Program:
    """The program of a state machine, or of the part of it from `start_at` to `stop_after`.

    Args:
        locate: JSON Pointer to its place in the definition's text, or None for a definition without text.
        alone: the rules, by state type, that `stop_after` gets instead of the ordinary ones.

    Raises:
        DefinitionError: its TimeoutSeconds is a `${Name}` without a value.
    """
    if model.unfilled is not None:
        model.unfilled(None, None)
    program = Program(model, locate, end_of_strand, stop_after)
    rules = {name: rule_of(state)(state, program) for name, state in model.all_states.items()}
    if alone is not None and stop_after is not None:
        state = model.all_states[stop_after]
        rules[stop_after] = alone.get(state.type, rule_of(state))(state, program)
    program.rules = rules
    for rule in rules.values():
        rule.link()
    if stop_after is not None:
        rules[stop_after].next = program.end
    program.entry = rules[start_at or model.states.start_at]
    return program


def rule_of(state: State) -> type[StateRule]:
    if isinstance(state, MapState) and state.mode == "DISTRIBUTED":
        from pytest_sfn.engine.distributed.rule import DistributedMapRule  # few tests have one

        return DistributedMapRule
    return RULES[state.type]


def end_of_strand(strand: Strand) -> None:
    """The last state has exited: the execution succeeds, or the end is posted to the parent."""
    if strand.body is None:
        strand.run.succeed(strand)
    else:
        strand.entered = 0  # it is in no state any more, if a sibling fails before the parent's step runs
        strand.run.scheduler.post(strand, strand.body.state.child_done)
