"""The x of vertices: distances, middles, straight lines."""

import pytest

from pytest_sfn.diagrams.columns import columns, spread


def test_columns_keep_their_distance():
    x = columns([[0], [1, 2], [3]], {1: [0], 2: [0], 3: [1, 2]}, {0: 10, 1: 100, 2: 40, 3: 10}, [], 20)
    assert x[2] - x[1] >= 90
    assert x[0] == x[3]
    assert x[1] <= x[0] <= x[2]


@pytest.mark.parametrize(
    ("wanted", "placed"),
    [
        ([], []),
        ([50], [50]),
        ([-5], [0]),
        ([50, 50], [45, 55]),
        ([0, 1, 99], [0, 10, 99]),
        ([50] * 21, [5 * at for at in range(21)]),
    ],
)
def test_spread(wanted, placed):
    assert spread(wanted, 0, 100, 10) == placed


def test_a_long_edge_is_straight():
    x = columns(
        [[0], [1, 2], [3, 4], [5]], {1: [0], 2: [0], 3: [1], 4: [2], 5: [3, 4]}, dict.fromkeys(range(6), 10), [2, 4], 20
    )
    assert x[2] == x[4]
