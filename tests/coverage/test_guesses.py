"""What paths ask for at one place."""

import pytest

from pytest_sfn.coverage.guesses import Node


def test_arrays_have_the_items_that_paths_lead_to():
    node = Node()
    node.ask(["lines", "[2", "sku"], "x")
    node.ask(["lines", "[", "n"], 1)

    assert node.value() == {"lines": [{"sku": "x", "n": 1}] * 3}


def test_the_first_guess_that_says_something_stays():
    node = Node()
    for guess in ("x", "PAID", 7):
        node.ask(["status"], guess)

    assert node.value() == {"status": "PAID"}


def test_what_two_ask_for_together():
    one, other = Node(), Node()
    one.ask(["a"], "x")
    other.ask(["a"], 1)
    other.ask(["b", "c"], "x")
    one.add(other)

    assert one.value() == {"a": 1, "b": {"c": "x"}}


@pytest.mark.parametrize(
    "paths",
    [
        [["a", "[99", "[99", "[99", "[99"]],
        [[f"a{number}", "[99", "[99"] for number in range(200)],
        [["a", "[99", f"b{number}"] for number in range(5_000)],
    ],
)
def test_long_arrays_do_not_make_a_value_without_end(paths):
    node = Node()
    for steps in paths:
        node.ask(steps, "x")

    assert parts(node.value()) <= 6_000 + 2 * len(paths)


def test_items_are_put_into_arrays_as_long_as_there_is_room():
    node = Node()
    for number in range(500):
        node.ask([f"a{number}"], [])

    assert parts(node.value([node.value()] * 5)) <= 8_000


def test_a_path_of_the_greatest_length():
    node = Node()
    node.ask(["a"] * 500, "x")

    assert parts(node.value()) == 501


def parts(value):
    """How many parts a value has, without building a list of them."""
    left, count = [value], 0
    while left and count < 100_000:
        value = left.pop()
        count += 1
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return count
