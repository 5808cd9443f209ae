"""What a template makes of itself is bounded, and told with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_sfn.definition import load_template
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.budget import Budget, weight
from pytest_sfn.loaders.template import FoundMachine
from tests.loaders.conftest import DONE, Write, machine_of

Machine = Callable[..., FoundMachine]


def test_steps_and_characters() -> None:
    budget = Budget()
    assert budget.step(10) == ""
    assert not budget.spent
    assert budget.step(64 * 1024 * 1024) == "resolving this makes texts of more than 67,108,864 characters"
    assert budget.spent
    assert Budget().step(steps=1_000_001) == "resolving this takes more than 1,000,000 steps"


def test_the_weight_of_a_value_is_that_of_its_parts() -> None:
    assert weight("four", 100) == 4
    assert weight(None, 100) == 1
    assert weight([], 100) == 32
    assert weight(["four", 1], 100) == 32 * 3 + 4
    assert weight({"key": "four"}, 100) == 32 * 2 + 3 + 4


def test_a_part_that_occurs_often_weighs_each_time() -> None:
    value: list[Any] = ["x"]
    for _ in range(60):
        value = [value, value]
    assert weight(value, 10_000) >= 10_000


def sam(definition: str, more: str = "") -> str:
    machine = "  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
    return f"{more}\nResources:\n{machine}      DefinitionString: {definition}"


@pytest.mark.parametrize(
    "definition",
    [
        f"!Sub '{'${P}' * 8000}'",
        f"!Join [!Ref P, [{'a,' * 8000}]]",
        f"!Join ['', [{'!FindInMap [a, b, c],' * 8000}]]",
    ],
)
def test_texts_of_cloudformation(machine: Machine, definition: str) -> None:
    text = "x" * 10_000
    more = f"Parameters: {{P: {{Type: String, Default: {text}}}}}\nMappings: {{a: {{b: {{c: {text}}}}}}}"
    with pytest.raises(DefinitionError, match=r"^template.yaml:\d+:\d+: INVALID_TEMPLATE: resolving this makes texts of more"):
        _ = machine(sam(definition, more)).source


def test_texts_of_serverless(machine: Machine) -> None:
    text = (
        "service: s\ncustom: {a: '" + "${file(b.txt)}" * 8000 + "'}\n"
        "stepFunctions: {stateMachines: {m: {definition: '${self:custom.a}'}}}"
    )
    with pytest.raises(DefinitionError, match=r"^serverless.yml:2:\d+: INVALID_TEMPLATE: resolving this makes texts of more"):
        _ = machine({"serverless.yml": text, "b.txt": "x" * 10_000}).source


LOCALS = 'locals {\n  l0 = "x"\n' + "".join(f'  l{i + 1} = "${{local.l{i}}}${{local.l{i}}}"\n' for i in range(20)) + "}\n"


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("jsonencode([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]])", "takes more than"),
        (f'"{"%{ for a in range(1000) }" * 3}{"%{ endfor }" * 3}"', "resolving this"),
        ('join("", [for a in range(1000) : local.l20])', "makes texts of more than"),
        ("join(local.l20, range(1000))", "join(...) cannot be computed: it is too large"),
        ('replace(local.l20, "x", local.l20)', "replace(...) cannot be computed: it is too large"),
        ('replace(local.l20, "/x/", local.l20)', "replace(...) cannot be computed: it is too large"),
        (f'format("{"%9v" * 5000}", range(1000)...)', "format(...) cannot be computed: it is too large"),
    ],
)  # fmt: skip
def test_terraform(machine: Machine, monkeypatch: pytest.MonkeyPatch, expression: str, problem: str) -> None:
    monkeypatch.setattr("pytest_sfn.loaders.budget._STEPS", 20_000)  # a twentieth of a second
    with pytest.raises(DefinitionError) as caught:
        _ = machine({"main.tf": LOCALS + machine_of(f"  definition = {expression}")}).source
    first = str(caught.value).splitlines()[0]
    assert first.startswith("main.tf:")
    assert problem in first


def test_a_value_that_is_read_whole(machine: Machine) -> None:
    chain = "".join(f"  l{i + 1} = [local.l{i}, local.l{i}]\n" for i in range(40))
    body = machine_of("  definition = jsonencode({ Comment = local.l40 == local.l40 })")
    (note,) = machine({"main.tf": f"locals {{\n  l0 = []\n{chain}}}\n{body}"}).source.notes
    assert "left as written: ${text} (it is too large)" in note


def test_numbers_without_end(machine: Machine) -> None:
    chain = "".join(f"  l{i + 1} = local.l{i} * local.l{i}\n" for i in range(40))
    body = machine_of("  definition = jsonencode({ Comment = local.l40 })")
    (note,) = machine({"main.tf": f"locals {{\n  l0 = 10\n{chain}}}\n{body}"}).source.notes
    assert "left as written: ${expression} ('local.l8 * local.l8' cannot be computed)" in note


def test_modules_that_call_themselves(machine: Machine) -> None:
    calls = "".join(f'module "step{i}" {{\n  source = "./."\n}}\n' for i in range(12))
    with pytest.raises(
        DefinitionError, match=r"^main.tf:\d+:1: INVALID_TEMPLATE: resolving this takes more than 1,000,000 steps"
    ):
        machine({"main.tf": calls + machine_of("  definition = jsonencode({})")})


def conditions(function: str, last: str, depth: int = 60) -> str:
    lines = [f"  C{i}: {{{function}: [{{Condition: C{i + 1}}}, {{Condition: C{i + 1}}}]}}" for i in range(depth)]
    return "\n".join(["Conditions:", *lines, f"  C{depth}: {last}"])


def test_conditions_of_conditions(machine: Machine) -> None:
    found = machine(sam(f"!If [C0, '{DONE}', x]", conditions("Fn::And", "!Equals [a, a]", 40)))
    assert found.source.value["StartAt"] == "Done"
    assert found.source.notes == ()


def test_what_a_condition_does_not_know_is_told_each_time(machine: Machine) -> None:
    more = "Parameters: {P: {Type: String}}\n" + conditions("Fn::Or", "!Equals [!Ref P, a]", 1)
    note, guess = machine(sam(f"!If [C0, '{DONE.replace('Done', '${C1}${P}')}', x]", more)).source.notes
    assert "the condition 'C0' holds (the parameter 'P' has no default), so it is taken for true" in guess
    assert "${C1} (whether the condition 'C1' holds is not known; taken for true)" in note
    assert "${P} (the parameter 'P' has no default)" in note


def test_a_circle_of_conditions(machine: Machine) -> None:
    note, guess = machine(
        sam(f"!If [C0, '{DONE.replace('Done', '${C1}')}', x]", conditions("Fn::Or", "{Condition: C1}", 2))
    ).source.notes
    assert guess.endswith("the condition 'C0' holds, so it is taken for true; pass parameters={'C0': ...}")
    assert "(the condition C1 refers to itself: C1 -> C2 -> C1; taken for true)" in note


def test_circles_of_serverless(machine: Machine) -> None:
    text = (
        "service: s\ncustom: {a: '${self:custom.b}', b: '${file(c.yml):x}'}\n"
        "stepFunctions: {stateMachines: {m: {definition: '${self:custom.a}'}}}"
    )
    with pytest.raises(
        DefinitionError, match=r"self:custom.a refers to itself: self:custom.a -> self:custom.b -> .* -> self:custom.a"
    ):
        _ = machine({"serverless.yml": text, "c.yml": "x: ${self:custom.a}"}).source


def test_a_circle_of_locals(machine: Machine) -> None:
    text = 'locals {\n  a = "${local.b}x"\n  b = "${local.a}y"\n}\n' + machine_of("  definition = local.a")
    with pytest.raises(DefinitionError, match=r"it is made of itself: local.a -> local.b -> local.a"):
        _ = machine({"main.tf": text}).source


def test_names_that_lead_deeper_than_the_stack(machine: Machine) -> None:
    def queue(number: int) -> str:
        name = f"!Ref Q{number + 1}" if number < 45 else "x"
        return f"  Q{number}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {nested(name, 20)}}}}}"

    def nested(value: str, depth: int) -> str:
        return value if depth == 0 else f"{{'Fn::Join': ['', [{nested(value, depth - 1)}]]}}"

    queues = "\n".join(map(queue, range(46)))
    found = machine(f"Resources:\n{queues}\n{sam('!Ref Q0').partition('Resources:')[2]}")
    with pytest.raises(DefinitionError, match=r"^template.yaml:"):
        _ = found.source


def test_no_value_as_json(machine: Machine) -> None:
    definition = "!Join ['', ['" + DONE[:-1] + ", \"Comment\": \"', {'Fn::ToJsonString': !Ref 'AWS::NoValue'}, '\"}']]"
    assert machine(sam(definition)).source.value["Comment"] == ""


def test_nested_stacks_that_double(write: Write) -> None:
    stack = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t%d.yaml}}"
    files = {
        f"t{number}.yaml": f"Resources:\n  A: {stack % (number + 1)}\n  B: {stack % (number + 1)}\n" for number in range(14)
    }
    path = write({**files, "t14.yaml": "Resources: {Q: {Type: AWS::SQS::Queue}}\n"}).parent / "t0.yaml"
    with pytest.raises(DefinitionError, match="takes more than 1,000,000 steps"):
        _ = load_template(path).functions


def test_nested_stacks_that_lead_too_deep(write: Write) -> None:
    stack = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t%d.yaml}}"
    write({f"t{number}.yaml": f"Resources:\n  A: {stack % (number + 1)}\n" for number in range(60)})
    path = write({"t60.yaml": "Resources: {Q: {Type: AWS::SQS::Queue}}\n"}).parent / "t0.yaml"
    with pytest.raises(DefinitionError, match=r"^t50.yaml:2:3: INVALID_TEMPLATE: stacks are nested more than 50 deep"):
        _ = load_template(path).functions
