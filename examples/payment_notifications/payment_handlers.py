"""The Lambda functions of the workflow, as they are deployed."""

import json


class PaymentFailedError(Exception):
    """The card was declined. Lambda reports the name of the class, and the workflow's Catcher names it."""


def process_payment(event, context):
    if event["amount"] > event["card"]["limit"]:
        raise PaymentFailedError(f"card declined: {event['amount']} is over the limit")
    return {"chargeId": f"charge-{event['orderId']}"}


def process_payment_carelessly(event, context):
    """A common mistake: the message has the error's name, so Lambda reports the class, `Exception`."""
    if event["amount"] > event["card"]["limit"]:
        raise Exception("PaymentFailedError")
    return {"chargeId": f"charge-{event['orderId']}"}


def update_inventory(items, context):
    return {"reserved": sum(item["quantity"] for item in items)}


def notify_payment_success(event, context):
    return {"to": event["customer"], "text": f"Order {event['orderId']} is paid: {event['payment']['chargeId']}"}


def notify_payment_failure(event, context):
    reason = json.loads(event["error"]["Cause"])["errorMessage"]
    return {"to": event["customer"], "text": f"Order {event['orderId']} could not be paid: {reason}"}
