from __future__ import annotations

from pytest_sfn.loaders.machine_resources import MachineResources
from pytest_sfn.templates.sheet import Sheet, transforms_of
from tests.templates.helpers import template


def test_calls_have_their_places() -> None:
    found = template("Conditions: {C: !Not [!Condition D]}\nResources: {A: {Type: T, Properties: {X: !Join ['', [!Ref B]]}}}")
    assert isinstance(found, MachineResources)

    assert [(each.function, each.at) for each in Sheet(found).calls] == [
        ("Fn::Not", "/Conditions/C/Fn::Not"),
        ("Condition", "/Conditions/C/Fn::Not/0/Condition"),
        ("Fn::Join", "/Resources/A/Properties/X/Fn::Join"),
        ("Ref", "/Resources/A/Properties/X/Fn::Join/1/0/Ref"),
    ]


def test_transforms() -> None:
    assert transforms_of({}) == []
    assert transforms_of({"Transform": "A"}) == ["A"]
    assert transforms_of({"Transform": ["A", {"Name": "B"}]}) == ["A", "{'Name': 'B'}"]
