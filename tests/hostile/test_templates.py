"""Templates with mistakes, in their text and in their tree: refused with a place, or read."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytest_sfn import DefinitionError
from pytest_sfn.lint.find import lint_file
from pytest_sfn.loaders.formats import find_machines
from tests.hostile.conftest import Meant, Trials
from tests.hostile.corpus import FOLDER, ROOT
from tests.hostile.mutations import mutated, mutated_text, text_of

pytestmark = pytest.mark.slow

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": True}}}
SAM = (ROOT / "examples" / "sam_application" / "template.yaml").read_text(encoding="utf-8")
CLOUDFORMATION = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Stage: {Type: String, Default: dev}}
Mappings: {M: {dev: {N: 3}}}
Conditions: {IsDev: !Equals [!Ref Stage, dev], Not: !Not [{Condition: IsDev}]}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub "f-${Stage}", Handler: a.b, Code: {ZipFile: "x = 1"}}}
  M:
    Type: AWS::StepFunctions::StateMachine
    Condition: IsDev
    Properties:
      StateMachineType: !If [IsDev, STANDARD, EXPRESS]
      DefinitionString: !Sub
        - '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "TimeoutSeconds": ${N}, "End": true}}}'
        - {F: !GetAtt F.Arn, N: !FindInMap [M, !Ref Stage, N]}
"""
SERVERLESS = """\
service: s
custom:
  name: ${self:service}-m
  n: &n 5
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
functions: {f: {handler: a.b}}
stepFunctions:
  stateMachines:
    m:
      name: ${self:custom.name}
      definition:
        StartAt: A
        States: {A: {Type: Task, Resource: !GetAtt F.Arn, TimeoutSeconds: *n, End: true}}
"""
TERRAFORM = """\
variable "name" { default = "m" }
locals {
  steps = [for s in ["a", "b"] : upper(s)]
  more  = { for k, v in { a = 1 } : k => v if v > 0 }
}
resource "aws_sfn_state_machine" "m" {
  name       = "${var.name}-x"
  definition = <<-EOF
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "Comment": "${join(",", local.steps)}", "End": true}}}
  EOF
}
resource "aws_sfn_state_machine" "n" {
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Wait", Seconds = 1 + 2 * 3, End = true } } })
}
"""
BEFORE, _, AFTER = json.dumps(DEFINITION).partition("${F}")
CDK = {
    "Resources": {
        "M": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionString": {"Fn::Join": ["", [BEFORE, {"Ref": "F"}, AFTER]]}},
            "Metadata": {"aws:cdk:path": "S/M/Resource"},
        },
        "F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": {"Fn::Sub": "b-${AWS::Region}"}}}},
    },
}
STEPS = """\
StartAt: A
States:
  A: &a
    Type: Pass
    Result: |
      text
    Next: B
  B: {<<: *a, Next: C}
  C: {Type: Succeed}
"""
TEXTS = {
    "template.yaml": [SAM, CLOUDFORMATION],
    "serverless.yml": [SERVERLESS],
    "main.tf": [TERRAFORM],
    "S.template.json": [json.dumps(CDK)],
    "a.asl.yaml": [STEPS],
}


def test_what_is_mutated_is_right_itself(tmp_path: Path) -> None:
    for name, texts in TEXTS.items():
        for text in texts:
            path = tmp_path / name
            path.write_text(text, encoding="utf-8")
            assert [each for machine in lint_file(path) for each in machine.problems if each.rule.name == "unreadable"] == []


def of_people() -> list[tuple[str, str]]:
    """(name, text) of the corpus's templates."""
    folder = FOLDER.parent / "templates"
    rows = json.loads((folder / "index.json").read_text(encoding="utf-8")) if folder.is_dir() else []
    paths = [folder / row["file"] for row in rows]
    return [(path.name, path.read_text(encoding="utf-8")) for path in paths if path.stat().st_size < 40_000]


def read(path: Path, text: str, meant: Meant) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with meant((path.name, text)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for machine in lint_file(path):
            assert all(each.location for each in machine.problems if each.severity == "error"), machine
        try:
            find_machines(path)
        except DefinitionError as error:
            assert str(error)


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str, trials: Trials, meant: Meant, tmp_path: Path) -> None:
    for random in trials(80):
        read(tmp_path / name, mutated_text(random.choice(TEXTS[name]), random), meant)


def test_texts_of_people(trials: Trials, meant: Meant, tmp_path: Path) -> None:
    texts = of_people() or [(name, text) for name, texts in TEXTS.items() for text in texts]
    for random in trials(60):
        name, text = random.choice(texts)
        read(tmp_path / name, mutated_text(text, random), meant)


def tree(random: Random) -> Any:
    return mutated(CDK if random.randrange(2) else {**CDK, "Conditions": {"C": {"Fn::Not": [{"Condition": "C"}]}}}, random, 4)


def test_trees(trials: Trials, meant: Meant, tmp_path: Path) -> None:
    for random in trials(200):
        read(tmp_path / "S.template.json", text_of(tree(random)), meant)
