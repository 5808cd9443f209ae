"""What is refused, and where; what binds stronger is seen in the values of tests/jsonata_suite."""

from __future__ import annotations

import pytest

from pytest_sfn.jsonata.errors import JsonataError
from pytest_sfn.jsonata.shaping import parse


@pytest.mark.parametrize(
    ("text", "code", "position", "token"),
    [
        ("1 2", "S0201", 3, 2),
        ("f(1]", "S0202", 4, "]"),
        ("(1", "S0203", 2, "(end)"),
        ("!a", "S0204", 1, "!"),
        ("1 +", "S0207", 3, "(end)"),
        ("function(x){1}", "S0208", 10, "x"),
        ("f(1,)", "S0211", 5, ")"),
        ("1 := 2", "S0212", 1, 1),
        ("a@b", "S0214", 3, "@"),
        ("function($x)<s<n>:n>{1}", "S0401", 15, None),
        ("function($x)<(s<n>):n>{1}", "S0402", 14, None),
    ],
)
def test_refused(text: str, code: str, position: int, token: object) -> None:
    with pytest.raises(JsonataError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.position, caught.value.token) == (code, position, token)


def test_a_text_nested_too_deep() -> None:
    with pytest.raises(JsonataError) as caught:
        parse("(" * 5000)
    assert caught.value.code == "U1001"
