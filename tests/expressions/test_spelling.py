"""How arrays and objects of a JSON text are spelled."""

from __future__ import annotations

import pytest

from pytest_sfn.expressions.spelling import spellings
from pytest_sfn.expressions.values import dumps, loads


@pytest.mark.parametrize(
    ("text", "path", "spelled"),
    [
        ("[1, 2]", [], "[1, 2]"),
        ('{"a": [1, {"b" : []}], "c": {}}', ["a"], '[1, {"b" : []}]'),
        ('{"a": [1, {"b" : []}], "c": {}}', ["a", 1], '{"b" : []}'),
        (' {"a":1} ', [], '{"a":1}'),
        ("[1,2]", [], "[1,2]"),
        ('"text"', [], '"text"'),
    ],
)
def test_a_part_is_written_as_it_came(text: str, path: list, spelled: str) -> None:
    value = loads(text)
    part = value
    for step in path:
        part = part[step]
    assert dumps(part, spellings(text, value)) == spelled
    assert dumps({"n": part}, spellings(text, value)) == f'{{"n":{spelled}}}'


def test_a_compact_text_needs_no_spellings() -> None:
    assert spellings('{"a":[1]}', {"a": [1]}) == {}
