"""Names of Lambda functions, as definitions and tests write them."""

from __future__ import annotations

import pytest

from pytest_sfn.services.function_names import logical_id_in, names_of, parse_function, parse_known_as

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:charge"


@pytest.mark.parametrize(
    ("text", "name", "qualifier", "account", "region"),
    [
        ("charge", "charge", None, None, None),
        ("charge:live", "charge", "live", None, None),
        ("111122223333:function:charge", "charge", None, "111122223333", None),
        (ARN, "charge", None, "111122223333", "eu-west-1"),
        (f"{ARN}:7", "charge", "7", "111122223333", "eu-west-1"),
        ("${Charge}", "Charge", None, None, None),
        ("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:charge", "charge", None, None, None),
        ("arn:aws:lambda:eu-west-1:111122223333:function:${find}", "find", None, "111122223333", "eu-west-1"),
    ],
)
def test_parts(text, name, qualifier, account, region):
    function = parse_function(text)
    assert function is not None
    assert (function.name, function.qualifier, function.account, function.region) == (name, qualifier, account, region)


@pytest.mark.parametrize("text", ["", "arn:aws:states:::sns:publish", "two words"])
def test_no_function(text):
    assert parse_function(text) is None


def test_a_mock_is_asked_for_what_it_names():
    called = parse_function(f"{ARN}:live")
    assert called is not None

    def asked(text):
        function = parse_function(text)
        assert function is not None
        return function.names(called, "us-east-1", "123456789012")

    assert [asked(text) for text in ("charge", "charge:live", "charge:dev", ARN, ARN.replace("eu-", "us-"))] == [
        True, True, False, True, False,
    ]  # fmt: skip


def test_the_more_is_written_the_higher_the_rank():
    texts = ("charge", "charge:live", "111122223333:function:charge", ARN, f"{ARN}:live")
    functions = [parse_function(text) for text in texts]
    assert sorted(functions, key=lambda function: function.rank) == functions
    assert functions[0].arn("us-east-1", "1") == "arn:aws:lambda:us-east-1:1:function:charge"


@pytest.mark.parametrize(
    ("text", "known"),
    [('module.flow["a b"].charge', True), ("charge[0]", True), ("charge", True), ("charge[x]", False), ("a b", False)],
)
def test_a_name_of_an_instance_of_terraform_is_one_for_tests(text: str, known: bool) -> None:
    function = parse_known_as(text)
    assert (function is not None and (function.name, function.bare)) == (known and (text, True))
    assert (parse_function(text) is not None) == (text == "charge")


@pytest.mark.parametrize(
    ("name", "logical_id"),
    [
        ("shop-ChargeFunction-1A2B3C4D5E6F", "ChargeFunction"),
        ("shop-dev-ChargeFunction8A3B21C0-AbCdEf123456", "ChargeFunction8A3B21C0"),
        ("shop-Charge-1A2B3C4D5E6F7", "Charge"),
        ("shop-Charge-1A2B3C4D5E6", None),
        ("shop-renew-subscription", None),
        ("Order-Process-Notification", None),
        ("Charge-1A2B3C4D5E6F", None),
        ("charge", None),
    ],
)
def test_logical_id_in_a_name(name: str, logical_id: str | None) -> None:
    assert logical_id_in(name) == logical_id


def test_all_names() -> None:
    others = {"charge": ("Charge",), "ChargeF1": ("Charge", "Pay")}
    assert names_of("charge", others) == ("charge", "Charge")
    assert names_of("shop-ChargeF1-1A2B3C4D5E6F", others) == ("shop-ChargeF1-1A2B3C4D5E6F", "ChargeF1", "Charge", "Pay")
    assert names_of("refund", others) == ("refund",)
