"""Machines that nobody would write, made from a number: the same on every Python, and with every hash seed.

Hypothesis' strategies (tests/engine/test_properties.py) find small examples of what goes wrong, but their draws change with
its version. Here only `Random.random` is used, whose values Python promises to keep.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from pytest_sfn import Machine, SfnMock
from pytest_sfn.engine.quotas import Quotas
from pytest_sfn.errors import ExecutionError
from tests.helpers import arn

T = TypeVar("T")

QUOTAS = Quotas(payload=3000, history=400, variable=1000, variables=5000, seconds=365 * 86_400)
PATHS = ["$", "$.a", "$.n", "$.l", "$.a.b", "$.l[0]", "$.l[-1:]", "$..a", "$.*", "$.l[?(@.a > 1)]", "$$.State.Name", "$v"]
PLAIN = ["$", "$.a", "$.n", "$.l", "$.o"]
INTRINSICS = [
    "States.UUID()",
    "States.MathRandom(0, 9)",
    "States.MathAdd($.n, 1)",
    "States.Format('{}-{}', $.a, $.n)",
    "States.Array($, $.n)",
    "States.ArrayUnique($.l)",
    "States.JsonToString($)",
    "States.JsonMerge($.o, $.o, false)",
    "States.ArrayPartition($.l, 2)",
    "States.Hash($.a, 'SHA-256')",
    "States.Base64Encode($.a)",
]
EXPRESSIONS = [
    "{% $states.input %}",
    "{% $states.input.n + 1 %}",
    "{% $states.input.l[0] %}",
    "{% $states.context.Execution.Id %}",
    "{% $states.context.State.EnteredTime %}",
    "{% $uuid() & $string($random()) %}",
    "{% $keys($states.input.o) %}",
    "{% $distinct($append($states.input.l, [1, 'a', 1])) %}",
    "{% $merge([$states.input.o, {'z': 1}]) %}",
    "{% $spread($states.input.o) %}",
    "{% $states.input.l{$string($): $count($)} %}",
    "{% $map([1..3], function($i) { {'n': $i} }) %}",
    "{% $sort($states.input.l) %}",
    "{% $shuffle([1..5]) %}",
    "{% $now() %}",
    "{% 1/0 %}",
    "{% $error('no') %}",
    "{% $v %}",
    "{% true %}",
    "{% 'text' %}",
    "{% 2.5 %}",
]
ERRORS = ["States.TaskFailed", "States.Timeout", "ValueError", "E", "States.ALL"]
KINDS = ["Pass", "Pass", "Task", "Task", "Wait"]


@dataclass(frozen=True)
class Generated:
    """A machine, and what its execution meets.

    Attributes:
        script: of the functions f and g: the verb of a mock, its argument, and the seconds it takes.
    """

    seed: int
    definition: dict[str, Any]
    input: Any
    script: list[tuple[str, Any, float]]

    def machine(self) -> Machine:
        """The machine in an account of its own, with its mocks."""
        account = SfnMock(quotas=QUOTAS, seed=self.seed)
        for function in "fg":
            answered: Any = account.lambda_function(function)
            for number, (verb, value, seconds) in enumerate(self.script):
                times = 1 if number + 1 < len(self.script) else None
                answered = getattr(answered, verb)(value, times=times).takes(seconds)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return account.load(self.definition)

    def history(self) -> list[Any]:
        """The history of its execution; why it has none, where it stands still or nests deeper than we go."""
        try:
            execution = self.machine().run(self.input)
        except ExecutionError as error:
            return [str(error)]
        return [*execution.history, execution.output_json]


def generated(seed: int) -> Generated:
    """The machine of that number."""
    made = _Maker(seed)
    language = made.one("JSONPath", "JSONPath", "JSONata")
    definition = made.body(language, 0)
    if language == "JSONata":
        definition["QueryLanguage"] = language
    given = {"a": made.value(), "n": made.number(70), "l": [made.value() for _ in range(made.number(4))], "o": made.object()}
    script = [made.answer() for _ in range(1 + made.number(3))]
    return Generated(seed, definition, given, script)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random
        self.states = 0

    # -- chance --------------------------------------------------------------------------------------------------------

    def number(self, below: int) -> int:
        return int(self.random() * below)

    def one(self, *choices: T) -> T:
        return self.pick(choices)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices))]

    def sometimes(self, fields: dict[str, Callable[[], Any]], chance: float = 0.25) -> dict[str, Any]:
        return {name: make() for name, make in fields.items() if self.random() < chance}

    # -- values --------------------------------------------------------------------------------------------------------

    def value(self, depth: int = 0) -> Any:
        kind = self.number(6 if depth > 1 else 8)
        if kind == 7:
            return self.object(depth + 1)
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.number(4))]
        return (None, True, self.number(1000) - 500, self.number(1000) / 8, "é'\"\n", self.pick("abc"))[kind]

    def object(self, depth: int = 1) -> dict[str, Any]:
        return {self.pick(["a", "b", "é", "z", ". $", "n"]): self.value(depth) for _ in range(self.number(5))}

    def computed(self, depth: int = 0) -> Any:
        kind = self.number(3 if depth > 1 else 5)
        if kind == 3:
            return [self.computed(depth + 1) for _ in range(self.number(3))]
        if kind == 4:
            return {self.pick("xyz"): self.computed(depth + 1) for _ in range(self.number(3))}
        return self.pick(EXPRESSIONS) if kind else self.number(5)

    def payload(self) -> dict[str, Any]:
        return {"x": self.number(9), "y.$": self.pick(PATHS), "z.$": self.pick(INTRINSICS if self.number(2) else PATHS)}

    def answer(self) -> tuple[str, Any, float]:
        if self.number(3) == 0:
            return "raises", self.one("E", "ValueError", "States.TaskFailed"), self.one(0, 0.5)
        return "returns", self.value(), self.one(0, 0.5, 3)

    # -- states --------------------------------------------------------------------------------------------------------

    def body(self, language: str, depth: int) -> dict[str, Any]:
        chain = [f"S{self.states + place}" for place in range(1 + self.number(4 if depth == 0 else 2))]
        self.states += len(chain)
        states = {}
        for name, following in zip(chain, [*chain[1:], None], strict=True):
            own = self.one("JSONPath", "JSONata") if language == "JSONPath" else language
            states[name] = self.state(own, following, chain, depth, language)
            if own != language:
                states[name]["QueryLanguage"] = own
        return {"StartAt": chain[0], "States": states}

    def state(self, language: str, following: str | None, chain: list[str], depth: int, around: str) -> dict[str, Any]:
        kinds = KINDS + (["Choice"] if following else ["Succeed", "Fail"]) + (["Parallel", "Map", "Map"] if depth < 2 else [])
        kind = self.pick(kinds)
        jsonata = language == "JSONata"
        made: dict[str, Any] = {"Type": kind}
        if kind not in ("Succeed", "Fail", "Choice"):
            made |= {"Next": following} if following else {"End": True}
        if kind != "Fail" and jsonata:
            made |= self.sometimes({"Output": self.computed})
        elif kind != "Fail":
            made |= self.sometimes({"InputPath": lambda: self.pick(PLAIN), "OutputPath": lambda: self.pick(PLAIN)}, 0.1)
        if kind not in ("Fail", "Succeed") and depth == 0:  # inner scopes may not assign outer names
            assigned = {"v": lambda: self.pick(EXPRESSIONS)} if jsonata else {"v.$": lambda: self.pick(PATHS)}
            made |= {"Assign": found} if (found := self.sometimes(assigned)) else {}
        if kind in ("Pass", "Task", "Parallel", "Map") and not jsonata:
            made |= self.sometimes({"ResultPath": lambda: self.one(None, "$.r", "$.a", "$.r.s")}, 0.5)
        made |= getattr(self, f"{kind.lower()}_")(jsonata, following, chain, depth, around)
        return made

    def handled(self, jsonata: bool, chain: list[str]) -> dict[str, Any]:
        def retriers() -> list[Any]:
            jitter = self.sometimes({"JitterStrategy": lambda: "FULL", "MaxDelaySeconds": lambda: 60})
            return [{"ErrorEquals": [self.pick(ERRORS[:4])], "MaxAttempts": self.number(4), "BackoffRate": 1.5, **jitter}]

        def catchers() -> list[Any]:
            bound = {"Output": self.computed()} if jsonata else {"ResultPath": self.one("$", "$.e")}
            return [{"ErrorEquals": [self.one("States.ALL", "E")], "Next": self.pick(chain), **bound}]

        made = self.sometimes({"Retry": retriers, "Catch": catchers}, 0.5)
        return made if jsonata else made | self.sometimes({"ResultSelector": self.payload})

    def pass_(self, jsonata: bool, *_: Any) -> dict[str, Any]:
        return {} if jsonata else self.sometimes({"Parameters": self.payload, "Result": self.value})

    def task_(self, jsonata: bool, _: Any, chain: list[str], *__: Any) -> dict[str, Any]:
        fields = {"Arguments": self.computed} if jsonata else {"Parameters": self.payload}
        timeout = {"TimeoutSeconds": lambda: 1 + self.number(20)}
        return {"Resource": arn(self.one("f", "g"))} | self.handled(jsonata, chain) | self.sometimes(fields | timeout)

    def wait_(self, jsonata: bool, *_: Any) -> dict[str, Any]:
        computed = {"Seconds": self.pick(EXPRESSIONS)} if jsonata else {"SecondsPath": "$.n"}
        return self.one({"Seconds": 5}, {"Seconds": 30_000_000}, {"Timestamp": "2024-02-01T00:00:00Z"}, computed)

    def choice_(self, jsonata: bool, following: str, chain: list[str], *_: Any) -> dict[str, Any]:
        rules: list[dict[str, Any]] = [
            {"Variable": self.pick(PLAIN), "IsPresent": True},
            {"Not": {"Variable": "$.n", "NumericLessThan": 5}},
            {"Or": [{"Variable": "$.a", "IsNull": True}, {"Variable": "$.a", "StringMatches": "a*"}]},
        ]
        rule = {"Condition": self.pick(EXPRESSIONS)} if jsonata else self.pick(rules)
        return {"Choices": [{**rule, "Next": self.pick(chain)}], "Default": following}  # backwards, too, until a quota

    def parallel_(self, jsonata: bool, _: Any, chain: list[str], depth: int, around: str) -> dict[str, Any]:
        branches = [self.body(around, depth + 1) for _ in range(1 + self.number(3))]
        fields = {"Arguments": self.computed} if jsonata else {"Parameters": self.payload}
        return {"Branches": branches} | self.handled(jsonata, chain) | self.sometimes(fields)

    def map_(self, jsonata: bool, _: Any, chain: list[str], depth: int, around: str) -> dict[str, Any]:
        made = self.handled(jsonata, chain)
        made["ItemProcessor"] = self.body(around, depth + 1)
        if self.number(4) == 0:
            made["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
            made |= self.sometimes({"ToleratedFailurePercentage": lambda: self.number(101)})
        made["MaxConcurrency"] = self.number(3)
        if jsonata:
            return made | {"Items": self.one("{% $states.input.l %}", "{% [1..3] %}")}
        return made | {"ItemsPath": "$.l"} | self.sometimes({"ItemSelector": self.payload})

    def succeed_(self, *_: Any) -> dict[str, Any]:
        return {}

    def fail_(self, jsonata: bool, *_: Any) -> dict[str, Any]:
        fields = {"Error": lambda: self.pick(EXPRESSIONS)} if jsonata else {"ErrorPath": lambda: "$.a", "Cause": lambda: "é\n"}
        return self.sometimes(fields, 0.6)
