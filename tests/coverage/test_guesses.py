"""What paths ask for at one place."""

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
