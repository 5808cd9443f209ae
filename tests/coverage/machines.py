"""Random machines in which branches and items fail together, one after the other, after retries, and by Fail states.

The name of a state begins with its type. No two ways out of a state lead to the same state, so that a history tells which
way was taken. Each state passes its input on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pytest_sfn import Execution, SfnMock
from tests.helpers import arn, machine

INPUT = {"items": [1, 2]}
NAMES = ["States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.Runtime", "Common", "Other"]
REFUSED = "$.items.no"
"""A ResultPath that the input refuses."""


@dataclass
class Played:
    """A definition, and what its functions do.

    Attributes:
        scripts: of each function, which has the name of its Task: errors (None for an answer) and the seconds each takes.
    """

    definition: dict[str, Any]
    scripts: dict[str, list[tuple[str | None, int]]] = field(default_factory=dict)

    def run(self, file: Path | None = None) -> Execution:
        """Run it, of a file that has the definition, or as a dict."""
        account = SfnMock()
        for name, script in self.scripts.items():
            answered: Any = account.lambda_function(name)
            for number, (error, seconds) in enumerate(script):
                times = 1 if number + 1 < len(script) else None
                answered = answered.returns({}, times=times) if error is None else answered.raises(error, times=times)
                answered = answered.takes(seconds)
        return account.load(file or self.definition, name="random").run(INPUT)


@st.composite
def machines(draw: st.DrawFn, *, own_errors: bool = False) -> Played:
    """A machine.

    Args:
        own_errors: each Task and each Fail state has one error, of its own name.
    """
    maker = _Maker(draw, own_errors)
    return Played(maker.states(depth=2), maker.scripts)


class _Maker:
    def __init__(self, draw: st.DrawFn, own_errors: bool) -> None:
        self.draw = draw
        self.own_errors = own_errors
        self.scripts: dict[str, list[tuple[str | None, int]]] = {}
        self.numbers = iter(range(1000))

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def new(self, type_: str) -> str:
        return f"{type_}{next(self.numbers)}"

    def states(self, depth: int) -> dict[str, Any]:
        kinds = ["Task", "Task", "Task", "Fail", "Pass", "Choice"] + ["Parallel", "Map"] * (3 if depth else 0)
        names = [self.new(self.one(*kinds)) for _ in range(self.one(1, 2))]
        found: dict[str, Any] = {}
        for name, following in zip(names, [*names[1:], None], strict=True):
            found[name] = self.state(name, depth, found)
            if name.startswith("Fail"):
                break
            if following is not None:
                found[name]["Default" if name.startswith("Choice") else "Next"] = following
        return {**machine(**found), "StartAt": names[0]}

    def state(self, name: str, depth: int, beside: dict[str, Any]) -> dict[str, Any]:
        type_ = name.rstrip("0123456789")
        if type_ == "Fail":
            return {"Type": "Fail", "Error": name}
        if type_ == "Choice":
            return {"Type": "Choice", "Choices": [self.rule(beside) for _ in range(self.one(1, 2))]}
        if type_ == "Pass":
            return {"Type": "Pass"}
        made = {"Type": type_, "ResultPath": None, **getattr(self, type_.lower())(name, depth)}
        if retriers := self.lists(name):
            made["Retry"] = [{"ErrorEquals": names, "MaxAttempts": self.one(0, 1, 2)} for names in retriers]
        if catchers := self.lists(name):
            made["Catch"] = [
                {"ErrorEquals": names, "Next": self.aside(beside), "ResultPath": self.one(None, None, None, REFUSED)}
                for names in catchers
            ]
        return made

    def rule(self, beside: dict[str, Any]) -> dict[str, Any]:
        return {"Variable": "$.items", "IsPresent": self.one(True, False), "Next": self.aside(beside)}

    def task(self, name: str, depth: int) -> dict[str, Any]:
        errors = [name] if self.own_errors else [name, "Common", "States.Timeout"]
        step = st.tuples(st.sampled_from([None, name, *errors]), st.integers(0, 1))
        self.scripts[name] = self.draw(st.lists(step, min_size=1, max_size=3))
        return {"Resource": arn(name)}

    def parallel(self, name: str, depth: int) -> dict[str, Any]:
        return {"Branches": [self.states(depth - 1) for _ in range(self.one(1, 2, 3))]}

    def map(self, name: str, depth: int) -> dict[str, Any]:
        fields = self.one({}, {"ToleratedFailureCount": 1}, {"MaxConcurrency": 1})
        return {"ItemsPath": "$.items", "ItemSelector": INPUT, "ItemProcessor": self.states(depth - 1), **fields}

    def lists(self, name: str) -> list[list[str]]:
        """Lists of error names; States.ALL alone and last, as AWS wants it."""
        drawn = self.draw(st.lists(st.lists(st.sampled_from([*NAMES, name]), min_size=1, max_size=3), max_size=3))
        found = [[each for each in names if each != "States.ALL"] for names in drawn]
        return [names for names in found if names] + [["States.ALL"]] * any("States.ALL" in names for names in drawn)

    def aside(self, beside: dict[str, Any]) -> str:
        name = self.new(self.one("Pass", "Fail"))
        beside[name] = {"Type": "Pass"} if name.startswith("Pass") else {"Type": "Fail", "Error": name}
        return name
