"""Payment with notifications, run with the real Python handlers of its Lambda functions."""

import payment_handlers
import pytest

ORDER = {
    "orderId": "42",
    "customer": "ann@example.com",
    "amount": 30,
    "card": {"limit": 100},
    "items": [{"sku": "tea", "quantity": 2}, {"sku": "cup", "quantity": 1}],
}


@pytest.fixture
def machine(sfn_mock):
    sfn_mock.lambda_function("ProcessPayment").calls(payment_handlers.process_payment)
    sfn_mock.lambda_function("UpdateInventory").calls(payment_handlers.update_inventory)
    sfn_mock.lambda_function("NotifyPaymentSuccess").calls(payment_handlers.notify_payment_success)
    sfn_mock.lambda_function("NotifyPaymentFailure").calls(payment_handlers.notify_payment_failure)
    return sfn_mock.load("payment_notifications.asl.json")


def test_customer_hears_of_the_payment(machine):
    execution = machine.run(ORDER)

    assert execution.path == ["ProcessPayment", "UpdateInventory", "NotifyPaymentSuccess"]
    assert execution.state("UpdateInventory").output["inventory"] == {"reserved": 3}
    assert execution.output == {"to": "ann@example.com", "text": "Order 42 is paid: charge-42"}


def test_customer_hears_of_a_declined_card(machine):
    execution = machine.run({**ORDER, "amount": 500})

    assert execution.path == ["ProcessPayment", "NotifyPaymentFailure"]
    assert execution.state("ProcessPayment").error == "PaymentFailedError"
    assert execution.output["text"] == "Order 42 could not be paid: card declined: 500 is over the limit"


def test_function_gets_only_what_it_needs(sfn_mock, machine):
    machine.run(ORDER)

    sfn_mock.lambda_function("UpdateInventory").assert_called_once_with(ORDER["items"])


def test_who_is_charged_hears_of_it(sfn_mock, machine):
    """For every fault. This test found that a customer was not told of the charge when the stock update failed."""
    payment = sfn_mock.lambda_function("ProcessPayment")
    notification = sfn_mock.lambda_function("NotifyPaymentSuccess")

    for case in machine.faults(ORDER, tasks=["ProcessPayment", "UpdateInventory"]):
        case.run()
        assert notification.called == payment.called, case


def test_error_name_in_the_message_is_not_caught(sfn_mock, machine):
    """`raise Exception("PaymentFailedError")` has the error name `Exception`: the Catcher never fires."""
    sfn_mock.lambda_function("ProcessPayment").calls(payment_handlers.process_payment_carelessly)

    execution = machine.run({**ORDER, "amount": 500})

    assert execution.failed
    assert execution.error == "Exception"
    assert execution.path == ["ProcessPayment"]
    assert "raise a class named PaymentFailedError" in execution.timeline()
