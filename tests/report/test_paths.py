"""Two paths side by side."""

import pytest

from pytest_sfn.report.paths import compare
from pytest_sfn.trace.visits import StatePath
from tests.helpers import machine, run

ORDER = machine(
    Charge={"Type": "Pass", "Next": "EachOrder"},
    EachOrder={
        "Type": "Map",
        "ItemProcessor": machine(
            Price={"Type": "Pass", "Next": "Both"}, Both={"Type": "Parallel", "Branches": [machine(Ship={"Type": "Pass"})]}
        ),
    },
)


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
    path = run(ORDER, [1]).path
    assert compare(path, ["Chrage"])[-1] == "no state is named 'Chrage'; did you mean 'Charge'?"
    assert compare(path, ["Xylophone"])[-1] == "no state is named 'Xylophone'"
    assert compare(path, ["EachOrder", "Charge"])[-1].split() == [">", "1", "EachOrder", "-"]


def test_a_name_of_a_state_inside_another():
    execution = run(ORDER, [1])
    price = "'Price' is inside Map 'EachOrder': execution.state('EachOrder').iterations"
    ship = "'Ship' is inside Parallel 'Both': execution.state('Both').branches"
    assert compare(execution.path, ["Charge", "EachOrder", "Price", "Ship"])[-2:] == [price, ship]

    iteration = execution.state("EachOrder").iterations[0].path
    assert compare(iteration, ["Price", "Ship"])[-1] == ship
    assert not any("inside" in line for line in compare(iteration, ["Both", "Price", "Charge"]))
