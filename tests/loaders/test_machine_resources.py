"""State machines that are resources: here those of a serverless.yml, whose parts are in files of their own."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines

RESOURCES = """\
service: shop
custom: {wait: 5}
functions: {charge: {handler: app.charge}}
resources:
  - ${file(resources/machines.yml)}
  - Parameters: {Greeting: {Type: String, Default: hello}}
    Conditions: {Never: !Equals [a, b]}
    Resources:
      Inline:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          StateMachineName: inline-${sls:stage}
          Definition:
            StartAt: A
            States:
              A: {Type: Wait, Seconds: "${self:custom.wait}", Next: B}
              B: {Type: Pass, Result: !If [Never, x, !Ref Greeting], End: true}
"""
PART = """\
Resources:
  Order:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: EXPRESS
      DefinitionSubstitutions: {Charge: !GetAtt ChargeLambdaFunction.Arn, Far: !ImportValue far}
      DefinitionString: !Sub |
        {"StartAt": "A", "Comment": "${!Far}", "States": {"A": {"Type": "Task", "Resource": "${!Charge}", "End": true}}}
"""


def test_machines_among_the_resources(write: Any) -> None:
    path = write({"serverless.yml": RESOURCES, "resources/machines.yml": PART})
    order, inline = find_machines(path)
    assert (order.logical_id, order.name, order.type, order.format) == ("Order", "Order", "EXPRESS", "Serverless")
    assert str(order.location).endswith("resources/machines.yml:2:3")
    resource = order.source.value["States"]["A"]["Resource"]
    assert resource == "arn:aws:lambda:us-east-1:123456789012:function:shop-dev-charge"
    (note,) = order.source.notes
    assert "resources/machines.yml:6:80: state machine 'Order': left as written: ${Far} ('far' is exported" in note
    assert (inline.name, str(inline.location)[-18:]) == ("inline-dev", "serverless.yml:9:7")
    assert inline.source.value["States"] == {
        "A": {"Type": "Wait", "Seconds": 5, "Next": "B"},
        "B": {"Type": "Pass", "Result": "hello", "End": True},
    }
    assert str(inline.source.locate("/States/A/Seconds"))[-21:] == "serverless.yml:16:31"


def test_a_mistake_among_the_resources_has_the_place_in_its_own_file(write: Any) -> None:
    part = PART.replace("DefinitionString: !Sub |", "Definitions: |")
    order, _ = find_machines(write({"serverless.yml": RESOURCES, "resources/machines.yml": part}))
    with pytest.raises(DefinitionError, match=r"resources/machines\.yml:2:3: .*'Order': it has no definition"):
        _ = order.source


def test_an_included_file_that_changes_is_read_again(write: Any) -> None:
    part = PART.replace("Far: !ImportValue far", "Far: near")
    path = write({"serverless.yml": RESOURCES, "resources/machines.yml": part})
    assert load(path, logical_id="Order").definition["Comment"] == "near"
    write({"resources/machines.yml": part.replace("near", "far")})
    assert load(path, logical_id="Order").definition["Comment"] == "far"


def test_properties_that_are_elsewhere(machine: Any) -> None:
    text = (
        "Conditions: {Yes: !Equals [a, a]}\nResources:\n  Order:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      Fn::If:\n      - Yes\n      - Name: named\n        DefinitionSubstitutions: {Far: !ImportValue far}\n"
        "        Definition: {StartAt: A, States: {A: {Type: Pass, Comment: '${Far}', End: true}}}\n      - {}\n"
    )
    found = machine(text)
    assert (found.name, str(found.source.locate("/StartAt"))) == ("named", "template.yaml:10:22")
    assert found.source.notes[0].startswith("template.yaml:9:40: state machine 'Order': left as written: ${Far}")


@pytest.mark.parametrize(
    ("value", "message", "fix"),
    [
        ("!ImportValue far", "'far' is exported by another stack", "pass parameters={'far': ...}, or load the definition"),
        ("{'Fn::Transform': {Name: Mine}}", "the macro 'Mine' runs on AWS", "load the definition itself, or the template"),
        (
            "{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: a.yaml}}}",
            "the file that AWS::Include names is not on this disk",
            "load the definition itself, or the template",
        ),
    ],
)
def test_definitions_that_only_a_deployment_knows(machine: Any, value: str, message: str, fix: str) -> None:
    found = machine(
        f"Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties: {{DefinitionString: {value}}}"
    )
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    assert f"template.yaml:4:18: DEFINITION_ELSEWHERE: state machine 'M': DefinitionString: {message}\n" in str(caught.value)
    assert f"fix  {fix}" in str(caught.value)
