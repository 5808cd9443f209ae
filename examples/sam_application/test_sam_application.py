"""A whole SAM application in one process: its state machine, the code of its functions, its tables."""

from datetime import timedelta

import pytest

from pytest_sfn import Fault

ORDER = {
    "orderId": "42",
    "lines": [{"sku": "apple", "quantity": 3, "cents": 2000}, {"sku": "pear", "quantity": 2, "cents": 3000}],
}


@pytest.fixture(autouse=True)
def dynamodb(sfn_aws, machine):
    """The application's tables, which the fixture `machine` has created, with ten pieces of each fruit."""
    dynamodb = sfn_aws.client("dynamodb")
    for sku in ("apple", "pear"):
        dynamodb.put_item(TableName="stock", Item={"sku": {"S": sku}, "quantity": {"N": "10"}})
    return dynamodb


def stock_of(dynamodb, sku):
    return dynamodb.get_item(TableName="stock", Key={"sku": {"S": sku}})["Item"]["quantity"]["N"]


def test_order_is_reserved_priced_and_written_down(sfn_aws, machine, dynamodb):
    execution = machine.run(ORDER)

    assert execution.path == ["Reserve", "Price", "Write"]
    assert execution.output["price"] == {"total": 12852}  # 120.00, less 10 %, and 19 % VAT
    assert stock_of(dynamodb, "apple") == "7"
    (written,) = dynamodb.scan(TableName="orders")["Items"]
    assert written == {"id": {"S": "42"}, "total": {"N": "12852"}, "state": {"S": "ACCEPTED"}}
    sfn_aws.lambda_function("PriceFunction").assert_called_once_with({"lines": ORDER["lines"]})


def test_nothing_is_written_if_the_stock_is_too_small(machine, dynamodb):
    lines = [{"sku": "pear", "quantity": 1, "cents": 100}, {"sku": "apple", "quantity": 11, "cents": 100}]

    execution = machine.run({"orderId": "43", "lines": lines})

    assert execution.path == ["Reserve", "SoldOut"]
    assert execution.error == "SoldOut"
    assert '"errorMessage": "apple"' in execution.cause
    assert stock_of(dynamodb, "pear") == "10"
    assert dynamodb.scan(TableName="orders")["Count"] == 0


def test_throttled_function_is_retried(sfn_aws, machine, dynamodb):
    reserve = sfn_aws.lambda_function("ReserveFunction")
    reserve.fails_then_calls("Lambda.TooManyRequestsException", times=2)

    execution = machine.run(ORDER)

    assert execution.succeeded
    assert execution.state("Reserve").retries == 2
    assert execution.elapsed == timedelta(seconds=15)
    assert stock_of(dynamodb, "pear") == "8"  # once only


def test_mock_in_place_of_one_function(sfn_aws, machine):
    sfn_aws.lambda_function("PriceFunction").returns({"total": 1})

    assert machine.run(ORDER).output["price"] == {"total": 1}


def test_function_that_never_answers_in_time(sfn_aws, machine, dynamodb):
    sfn_aws.inject(Fault("Reserve", "Sandbox.Timedout", times=3))

    execution = machine.run(ORDER)

    assert (execution.error, execution.state("Reserve").retries) == ("Sandbox.Timedout", 2)
    assert stock_of(dynamodb, "apple") == "10"


def test_order_that_costs_nothing_is_a_bug(machine):
    execution = machine.run({"orderId": "44", "lines": [{"sku": "apple", "quantity": 1, "cents": 0}]})

    assert (execution.error, execution.path) == ("AssertionError", ["Reserve", "Price"])
