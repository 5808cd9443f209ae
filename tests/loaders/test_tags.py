"""YAML with CloudFormation's short tags."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.tags import read_with_tags


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: !Ref Table", {"a": {"Ref": "Table"}}),
        ("a: !Condition IsDev", {"a": {"Condition": "IsDev"}}),
        ("a: !GetAtt Table.Arn", {"a": {"Fn::GetAtt": "Table.Arn"}}),
        ("a: !Sub [x, {b: !Ref C}]", {"a": {"Fn::Sub": ["x", {"b": {"Ref": "C"}}]}}),
        ("a: !Sub 12", {"a": {"Fn::Sub": "12"}}),
        ("a: !!str 12", {"a": "12"}),
        ("- !Join\n  - ','\n  - [!Ref A, !If [B, c, d]]", [{"Fn::Join": [",", [{"Ref": "A"}, {"Fn::If": ["B", "c", "d"]}]]}]),
    ],
)
def test_tags_in_their_long_form(text: str, value: Any) -> None:
    reading = read_with_tags(Text("template.yaml", text))
    assert (reading.value, reading.problems) == (value, [])


def test_places_inside_a_tag() -> None:
    text = "a: !Sub\n  - x\n  - b: !Ref C\n"
    places = read_with_tags(Text("template.yaml", text)).places
    assert text[places.find("/a/Fn::Sub/0", value=True) :].startswith("x")
    assert text[places.find("/a/Fn::Sub/1/b") :].startswith("b: ")
    assert text[places.find("/a/Fn::Sub/1/b/Ref", value=True) :].startswith("!Ref C")
