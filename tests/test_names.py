"""Names that AWS takes and refuses, and names that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.names import check_name, is_misspelt, is_slip, misspelt, near, suggest, suggest_actions


@pytest.mark.parametrize("name", ["a", "order-42_x.y", "größe", "n" * 80])
def test_name_that_aws_takes(name: str) -> None:
    assert check_name("an execution", name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "the name of an execution has 1 to 80 characters, and '' has 0"),
        ("n" * 81, f"the name of an execution has 1 to 80 characters, and '{'n' * 40}' has 81"),
        ("a b", "the name of an execution may not contain ' ', as 'a b' does"),
        ("a/b", "the name of an execution may not contain '/', as 'a/b' does"),
        ("a\x7f", "the name of an execution may not contain '\\x7f', as 'a\\x7f' does"),
    ],
)
def test_name_that_aws_refuses(name: str, text: str) -> None:
    with pytest.raises(PytestSfnError) as caught:
        check_name("an execution", name)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("name", "candidates", "found"),
    [
        ("ChargeCrad", ["Refund", "ChargeCard"], ["ChargeCard"]),
        ("chargecard", ["ChargeCards", "ChargeCard", "CHARGECARD"], ["ChargeCard", "CHARGECARD"]),
        ("chargecart", ["ChargeCard", "CHARGECARDS"], ["ChargeCard", "CHARGECARDS"]),
        ("Order1", ["Order2", "Order3", "Order4", "Order5"], ["Order5", "Order4", "Order3"]),
        ("ChargeFunction", ["ShipFunction"], []),
        ("Evn", ["Env"], ["Env"]),
        ("Bx", ["A", "B"], ["B"]),
        ("F", ["Fn"], []),
        ("f", ["F"], ["F"]),
        ("", ["a"], []),
        ("a", [], []),
    ],
)
def test_near_names(name: str, candidates: list[str], found: list[str]) -> None:
    assert near(name, candidates) == found


def test_actions_may_differ_in_the_verb_and_names_of_errors_in_little() -> None:
    assert suggest_actions("getItem", ["putItem", "listTables"]) == "; did you mean putItem?"
    assert suggest_actions("getObjekt", ["putObject", "getObject"]) == "; did you mean getObject or putObject?"
    assert suggest_actions("frobnicate", ["getObject"]) == ""
    assert is_misspelt("PaymentFailError", "PaymentFailedError")
    assert not is_misspelt("PaymentError", "ShipmentError")


def test_suggestion_in_words() -> None:
    assert suggest("shp", ["ship"]) == "; did you mean 'ship'?"
    assert suggest("shp", ["ship"], "did you mean {}?") == "did you mean ship?"
    assert suggest("{x}", ["x", "y"]) == ""


def test_few_and_short_texts_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []  # lengths of the texts that difflib is given

    def compare(wanted: str, candidates: Iterable[str], *limits: float) -> list[str]:
        compared.append((len(wanted), len(listed := list(candidates))))
        compared.extend((len(each), 1) for each in listed if len(each) > 200)
        return listed[:1]

    monkeypatch.setattr("difflib.get_close_matches", compare)
    near("Stete99999", [f"State{number:05}" for number in range(20_000)])
    near("S" * 5_000, [f"{number:04}{'S' * 5_000}" for number in range(2_000)])
    assert compared == [(10, 500), (200, 500)]


def test_of_long_names_the_beginning_counts() -> None:
    assert near("a" * 300 + "b", ["a" * 300 + "B"]) == ["a" * 300 + "B"]


@pytest.mark.parametrize(
    ("name", "other", "slip"),
    [
        ("Enviroment", "Environment", True),
        ("Timeuot", "Timeout", True),
        ("Nmae", "Name", True),
        ("Nam", "Type", False),
        ("orders", "order", True),
        ("orders_b", "orders_a", False),
        ("orders-b", "orders-c", False),
        ("OrdersA", "OrdersB", False),
        ("src2", "src1", False),
        ("DomainNameV3", "DomainName", False),
        ("same-a", "same-a", True),
    ],
)
def test_slips_are_letters_and_what_is_counted_is_none(name: str, other: str, slip: bool) -> None:
    assert is_slip(name, other) is slip


def test_the_name_that_is_misspelt() -> None:
    assert misspelt("timeout", ["Timeouts", "Timeout"]) == "Timeout"
    assert misspelt("FunctionArn", ["FunctionUrl"]) == "FunctionUrl"
    assert misspelt("FunctionArn", ["FunctionUrl"], 1) == ""
