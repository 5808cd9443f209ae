"""Order processing: payment with retries, stock check, shipping."""

from datetime import timedelta

import pytest

ORDER = {"orderId": "42"}


@pytest.fixture
def machine(sfn_mock):
    return sfn_mock.load("order_processing.asl.json")


@pytest.fixture(autouse=True)
def payment(sfn_mock):
    mock = sfn_mock.lambda_function("ProcessPaymentFunction")
    mock.returns({"paid": True})
    return mock


@pytest.fixture(autouse=True)
def inventory(sfn_mock):
    mock = sfn_mock.lambda_function("CheckInventoryFunction")
    mock.returns({"inventoryResult": True})
    return mock


@pytest.fixture(autouse=True)
def shipping(sfn_mock):
    mock = sfn_mock.lambda_function("InitiateShippingFunction")
    mock.returns({"trackingId": "T-1"})
    return mock


def test_happy_path(machine, payment, inventory):
    execution = machine.run(ORDER)

    assert execution.succeeded
    assert execution.path == ["ProcessPayment", "CheckInventory", "InventoryCheckPassed", "InitiateShipping"]
    assert execution.output == {"trackingId": "T-1"}
    payment.assert_called_once_with(ORDER)
    inventory.assert_called_once_with({"paid": True})


def test_payment_recovers_after_two_timeouts(machine, payment):
    payment.raises("Sandbox.Timedout", times=2).returns({"paid": True})

    execution = machine.run(ORDER)

    assert execution.succeeded
    assert execution.state("ProcessPayment").retries == 2
    assert execution.elapsed == timedelta(seconds=15 + 30)  # the backoff, in virtual time


def test_payment_retries_are_exhausted(machine, payment, inventory):
    payment.raises("Sandbox.Timedout")

    execution = machine.run(ORDER)

    assert execution.path == ["ProcessPayment", "PaymentFailureHandler"]
    assert (execution.error, execution.cause) == ("PaymentProcessingError", "Payment processing failed")
    assert [attempt.backoff_seconds for attempt in execution.state("ProcessPayment").attempts] == [15, 30, 60, None]
    inventory.assert_not_called()


def test_out_of_stock(machine, inventory, shipping):
    inventory.returns({"inventoryResult": False})

    execution = machine.run(ORDER)

    assert execution.path == ["ProcessPayment", "CheckInventory", "InventoryCheckPassed", "InventoryFailureHandler"]
    assert execution.error == "InventoryCheckError"
    shipping.assert_not_called()


def test_inventory_service_down(machine, inventory):
    inventory.raises("Lambda.ServiceException", cause="The service encountered an internal error.")

    execution = machine.run(ORDER)

    assert execution.path == ["ProcessPayment", "CheckInventory", "InventoryFailureHandler"]
    assert execution.state("CheckInventory").caught
    assert execution.handled  # it failed, but by a Fail state


@pytest.mark.parametrize(
    ("payment_errors", "in_stock", "last_state", "seconds"),
    [
        pytest.param([], True, "InitiateShipping", 0, id="all is well"),
        pytest.param([], False, "InventoryFailureHandler", 0, id="out of stock"),
        pytest.param(["Sandbox.Timedout"], True, "InitiateShipping", 15, id="one timeout"),
        pytest.param(["Sandbox.Timedout", "States.Timeout"], False, "InventoryFailureHandler", 45, id="two, then no stock"),
        pytest.param(["Sandbox.Timedout"] * 4, True, "PaymentFailureHandler", 105, id="one timeout too many"),
        pytest.param(["CardDeclined"], True, "PaymentFailureHandler", 0, id="not a timeout"),
    ],
)
def test_scenario(machine, payment, inventory, payment_errors, in_stock, last_state, seconds):
    answers = payment
    for error in payment_errors:
        answers = answers.raises(error)
    answers.returns({"paid": True})
    inventory.returns({"inventoryResult": in_stock})

    execution = machine.run(ORDER)

    assert execution.path[-1] == last_state
    assert execution.elapsed == timedelta(seconds=seconds)


@pytest.mark.sfn_faults("order_processing.asl.json")
def test_no_fault_escapes(machine, payment, shipping):
    """Every task with every error it can raise. This test found that no Catcher took the errors of InitiateShipping."""
    execution = machine.run(ORDER)

    assert execution.handled
    assert payment.called or not shipping.called  # no order ships unpaid


def test_retry_on_lambda_timeout_never_fires(sfn_mock, payment):
    """Many published workflows retry on `Lambda.Timeout`, a name that AWS never reports."""
    machine = sfn_mock.load("lambda_timeout_trap.asl.json")
    payment.function_times_out()

    execution = machine.run(ORDER)

    assert execution.path == ["ProcessPayment", "PaymentFailureHandler"]
    assert payment.call_count == 1  # not retried
    assert execution.state("ProcessPayment").error == "Sandbox.Timedout"
    assert "AWS never reports Lambda.Timeout" in execution.timeline()
