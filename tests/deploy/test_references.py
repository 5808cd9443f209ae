from __future__ import annotations

from pytest_sfn.deploy.references import references


def test_every_way_to_refer_to_something() -> None:
    node = {
        "DependsOn": ["A", "B"],
        "Properties": {
            "x": {"Ref": "C"},
            "y": [{"Fn::GetAtt": ["D", "Arn"]}, {"Fn::GetAtt": "E.Arn"}],
            "z": {"Fn::Sub": "arn:${F.Arn}-${ G }-${!H}"},
            "w": {"Fn::Sub": ["${I}", {"I": {"Ref": "J"}}]},
        },
    }

    assert {"A", "B", "C", "D", "E", "F", "G", "J"} <= set(references(node))
    assert "H" not in set(references(node))


def test_what_is_misused_refers_to_nothing() -> None:
    assert [*references({"Ref": ["A"], "Fn::GetAtt": [{"Ref": "B"}], "DependsOn": {"Ref": 3}})] == ["B"]
