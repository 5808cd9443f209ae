"""Expressions and inputs: paths, intrinsics and JSONata of any spelling over values of any kind."""

from __future__ import annotations

import json
import warnings
from random import Random
from typing import Any

import pytest

from pytest_sfn import DefinitionError, SfnMock
from pytest_sfn.expressions.intrinsic_functions import FUNCTIONS
from tests.helpers import machine
from tests.hostile.conftest import Meant, Trials
from tests.hostile.mutations import mutated, mutated_text, odd, text_of
from tests.jsonata.runaways import Runaways
from tests.well_formed import mistyped, problems

pytestmark = pytest.mark.slow

PATHS = (
    "$",
    "$.a",
    "$.l[0]",
    "$.l[-1:]",
    "$..a",
    "$..a..a..a",
    "$.l[?(@.a > 1)]",
    "$.l[*].a",
    "$['a','b']",
    "$$",
    "$v.a",
    "$.*",
)
INPUT = {"a": {"a": {"a": 1, "b": [1, 2]}}, "l": [{"a": 1}, {"a": 2}, 3, "x"], "n": 5, "s": "text", "t": "2024-03-01T00:00:00Z"}
JSONATA = ("$states.input", "$.a", "$states.input.l[a > 1]", "$sum([1..9])", "$map($states.input.l, function($x) { $x.a })")
JSONATA += (
    "$merge([$states.input, {'b': 1}])",
    "$states.context.Execution.Id",
    "$parse('{')",
    "$string($states.input)",
    "1/0",
    "$v",
)
OPERATORS = ("NumericLessThan", "StringMatches", "TimestampEqualsPath", "IsPresent", "BooleanEquals", "StringEqualsPath")


def path(random: Random) -> str:
    made = random.choice(PATHS)
    return made if random.randrange(3) else mutated_text(made, random, 2)


def intrinsic(random: Random, depth: int = 0) -> str:
    arguments = []
    for _ in range(random.randrange(4)):
        kind = random.randrange(4)
        if kind == 0 and depth < 3:
            arguments.append(intrinsic(random, depth + 1))
        elif kind == 1:
            arguments.append(path(random))
        else:
            arguments.append(random.choice(("1", "-5", "1.5", "1e400", "9" * 400, "null", "true", "'{} {}'", "'MD5'", "''")))
    made = f"{random.choice(sorted(FUNCTIONS))}({', '.join(arguments)})"
    return made if random.randrange(4) else mutated_text(made, random, 1)


def jsonata(random: Random) -> str:
    kind = random.randrange(4)
    if kind == 0:
        return Runaways(random.randrange(10**9)).expression().replace("$$.", "$states.input.")
    made = random.choice(JSONATA)
    return made if kind == 1 else mutated_text(made, random, 2)


def states(random: Random) -> dict[str, dict[str, Any]]:
    """A machine of one state that evaluates something."""
    kind = random.randrange(6)
    if kind == 0:
        return {"A": {"Type": "Pass", "Parameters": {"x.$": path(random), "y.$": intrinsic(random)}}}
    if kind == 1:
        field = random.choice(("InputPath", "OutputPath", "ResultPath"))
        return {"A": {"Type": "Pass", "Result": odd(random), field: path(random)}}
    if kind == 2:
        rule = {"Variable": path(random), random.choice(OPERATORS): odd(random), "Next": "B"}
        return {"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": {"Type": "Succeed"}}
    if kind == 3:
        wait = {random.choice(("SecondsPath", "TimestampPath")): path(random)}
        return {"A": {"Type": "Wait", **wait}}
    expression = f"{{% {jsonata(random)} %}}"
    if kind == 4:
        return {"A": {"Type": "Wait", "QueryLanguage": "JSONata", random.choice(("Seconds", "Timestamp")): expression}}
    return {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"x": expression}, "Assign": {"v": expression}}}


def evaluate(definition: Any, given: Any, meant: Meant) -> None:
    with meant((definition, given)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            loaded = SfnMock().load(definition)
        except DefinitionError:
            return
        text = given if isinstance(given, str) else text_of(given)
        execution = loaded.run(input_json=text)
        assert problems(execution.history, ended=execution.status != "RUNNING") + mistyped(execution.history) == []


def test_expressions(trials: Trials, meant: Meant) -> None:
    for random in trials(250):
        given = INPUT if random.randrange(3) else mutated(INPUT, random)
        evaluate(machine(**states(random)), given, meant)


INPUTS = (
    "[" * 5000 + "]" * 5000,
    '{"a":' * 900 + "1" + "}" * 900,
    "1e999",
    "-1e999",
    "9" * 5000,
    "NaN",
    "Infinity",
    "-0",
    "1E400",
)
INPUTS += (
    f"1{'0' * 400}",
    '"\\ud800"',
    '"' + "x" * 300_000 + '"',
    "[" + "1," * 100_000 + "1]",
    "",
    " ",
    "nul",
    '{"a": 1, "a": 2}',
)
INPUTS += ('"\ud800"', "\ufeff1", '"\x00"', '"\\u0000"', "[1,]", "1 2", '{"a": 1.0000000000000000000001}')


@pytest.mark.parametrize("given", INPUTS, ids=lambda text: repr(text[:12]))
def test_inputs(given: str, trials: Trials, meant: Meant) -> None:
    for random in trials(8):
        evaluate(machine(**states(random)), given, meant)


def test_python_values(trials: Trials, meant: Meant) -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    values = (float("nan"), float("inf"), 10**400, 10**5000, "\ud800", b"x", {1}, {1: 2}, (1, 2), cycle, object(), 1j, print)
    loaded = SfnMock().load(machine(A={"Type": "Pass"}))
    for random in trials(100):
        value = random.choice(values) if random.randrange(2) else odd(random)
        given = mutated({**INPUT, "n": value}, random) if random.randrange(2) and value is not cycle else value
        with meant(repr(type(value))):
            assert json.loads(loaded.run(given).output_json or "null") is not ...
