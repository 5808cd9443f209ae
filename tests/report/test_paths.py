"""Two paths side by side."""

import pytest

from pytest_sfn.report.paths import compare
from pytest_sfn.trace.visits import StatePath

NAMES = ("Charge", "Pack", "Ship", "Sorry")


@pytest.mark.parametrize(
    ("taken", "expected", "rows"),
    [
        (["Charge", "Pack", "Ship"], ["Charge", "Ship"], ["    0  Charge  Charge", ">   1  Pack    -", "    2  Ship    Ship"]),
        (
            ["Charge", "Ship"],
            ["Charge", "Pack", "Ship"],
            ["    0  Charge  Charge", ">      -       Pack", "    1  Ship    Ship"],
        ),
        (["Charge", "Sorry"], ["Charge", "Ship"], ["    0  Charge  Charge", ">   1  Sorry   Ship"]),
        (["Charge"], [], [">   0  Charge  -"]),
        ([], ["Pack"], [">      -      Pack"]),
        (["Pack"], [3], [">   0  Pack   3"]),
    ],
)
def test_rows(taken, expected, rows):
    first, blank, head, *found = compare(StatePath(taken), expected)

    assert (first, blank) == (f"{taken} == {list(map(str, expected))}", "")
    assert head.split() == ["taken", "expected"]
    assert found == rows


def test_what_is_equal_is_left_out():
    taken = ["Charge", "Pack"] * 50 + ["Ship"]
    expected = ["Charge", "Pack"] * 50 + ["Sorry"]

    short = "['Charge', 'Pack', 'Charge', 'Pack', 'Charge', 'Pack', 'Charge', 'Pack', ...]"
    assert compare(StatePath(taken), expected) == [
        f"{short} == {short}",
        "",
        "       taken   expected",
        "       ... 99 the same",
        "   99  Pack    Pack",
        "> 100  Ship    Sorry",
    ]
    assert len(compare(StatePath(taken), expected, verbose=True)) == 3 + 101


def test_very_long_paths_are_compared_place_by_place():
    taken, expected = ["Charge"] * 20_000, ["Pack"] * 20_001
    lines = compare(StatePath(taken), expected)

    assert len(lines) < 60
    assert lines[-1] == "       ... 19,961 more"


def test_a_name_that_no_state_has():
    assert compare(StatePath(["Charge"], NAMES), ["Chrage"])[-1] == "no state is named 'Chrage'; did you mean 'Charge'?"
    assert compare(StatePath(["Charge"], NAMES), ["Xylophone"])[-1] == "no state is named 'Xylophone'"
    assert compare(StatePath(["Charge"], NAMES), ["Ship"])[-1] == ">   0  Charge  Ship"
