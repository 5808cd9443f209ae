import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_sfn.definition import load
from pytest_sfn.diagrams.graph import graph_of
from tests.diagrams.machines import ORDER, TASK

pytest.importorskip("fast_sugiyama")
from pytest_sfn.diagrams.layout import arrange


def rectangle(part):
    return part.x, part.y, part.x + part.width, part.y + part.height


def inside(a, b):
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def meet(a, b):
    return a[0] < b[2] - 0.01 and b[0] < a[2] - 0.01 and a[1] < b[3] - 0.01 and b[1] < a[3] - 0.01


def check(picture):
    """Nothing overlaps but what is nested; straight lines keep clear of boxes and labels that are not their own."""
    boxes = [rectangle(box) for box in picture.boxes]
    labels = [rectangle(route.label) for route in picture.routes if route.label is not None]
    page = (0, 0, picture.width, picture.height)
    assert all(inside(part, page) for part in [*boxes, *labels])
    for at, box in enumerate(boxes):
        for other in boxes[:at]:
            assert not meet(box, other) or inside(box, other) or inside(other, box)
    for at, label in enumerate(labels):
        assert not any(meet(label, other) for other in labels[:at])
        assert all(not meet(label, box) or inside(label, box) for box in boxes)
    outlines = {box.node.id: rectangle(box) for box in picture.boxes}
    for route in picture.routes:
        if route.edge is None or route.edge.source == route.edge.target:
            continue
        own = [outlines[route.edge.source], outlines[route.edge.target]]  # of a diamond, the corners are empty
        own += [rectangle(route.label)] if route.label is not None else []
        for (x, y), (to_x, to_y) in zip(route.points[::2], route.points[1::2], strict=True):
            line = (x - 1, min(y, to_y) + 1, to_x + 1, max(y, to_y) - 1)
            assert all(not meet(line, label) for label in labels if label not in own)
            assert all(not meet(line, box) or inside(line, box) for box in boxes if box not in own)


def machine_of(targets, seed):
    """A machine of Tasks and Choices whose transitions go where the numbers say, loops included."""
    names = [f"State {'long name ' * (at % 4)}{at}" for at in range(len(targets))]
    states = {}
    for at, name in enumerate(names):
        first, second = (names[(at + 1 + step) % len(names)] for step in targets[at])
        following = names[(at + 1) % len(names)]
        if (at + seed) % 3 == 0:
            rule = {"Variable": "$.x", "IsPresent": True, "Next": first}
            states[name] = {
                "Type": "Choice",
                "Choices": [rule, {"Variable": "$.y", "IsNull": True, "Next": second}],
                "Default": following,
            }
        else:
            catch = [
                {"ErrorEquals": ["A.VeryLongErrorName", "B"], "Next": first},
                {"ErrorEquals": ["States.ALL"], "Next": second},
            ]
            states[name] = {"Type": "Task", "Resource": TASK, "Catch": catch, "Next": following}
    end = {"Type": "Succeed"}
    states[names[-1]] = {"Type": "Task", "Resource": TASK, "Catch": [{"ErrorEquals": ["X"], "Next": names[0]}], "Next": "End"}
    return load({"StartAt": names[0], "States": {**states, "End": end}})


def test_nested_boxes():
    picture = arrange(graph_of(load(ORDER)))
    check(picture)
    boxes = {box.node.name: rectangle(box) for box in picture.boxes}
    assert inside(boxes["Weigh"], boxes["Parcels"])
    assert inside(boxes["Parcels"], boxes["Ship"])
    assert len(picture.starts) == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=20), st.integers(0, 2))
def test_nothing_overlaps(targets, seed):
    picture = arrange(graph_of(machine_of(targets, seed)))
    check(picture)
    assert picture == arrange(graph_of(machine_of(targets, seed)))


def test_long_lines_are_straight():
    """The Catch edge of the first state passes the others in one column."""
    states = {f"S{at}": {"Type": "Pass", "Next": f"S{at + 1}"} for at in range(1, 6)}
    states["S6"] = {"Type": "Pass", "Next": "Out"}
    start = {"Type": "Task", "Resource": TASK, "Catch": [{"ErrorEquals": ["X"], "Next": "Out"}], "Next": "S1"}
    picture = arrange(graph_of(load({"StartAt": "S0", "States": {"S0": start, **states, "Out": {"Type": "Fail"}}})))
    catch = next(route for route in picture.routes if route.edge is not None and route.edge.kind == "catch")
    assert len({x for x, _ in catch.points[2:-2]}) == 1
