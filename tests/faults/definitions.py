"""Definitions to put faults into."""

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


def task(name, *, to=None, **fields):
    """A Task state that calls a function, or the service integration whose Resource this is."""
    resource = f"arn:aws:states:::{name}" if ":" in name else ARN + name
    return {"Type": "Task", "Resource": resource, **({"Next": to} if to else {"End": True}), **fields}


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def retrier(*errors, attempts=2):
    return {"ErrorEquals": list(errors), "MaxAttempts": attempts}


def catcher(*errors, to="Handler"):
    return {"ErrorEquals": list(errors), "Next": to}


HANDLER = {"Type": "Fail", "Error": "Handled"}

TWO_TASKS = machine(
    Charge=task("charge", to="Ship", Retry=[retrier("Busy", attempts=3)], Catch=[catcher("CardDeclined")]),
    Ship=task("ship"),
    Handler=HANDLER,
)
"""Charges and ships; `Busy` is retried three times, `CardDeclined` caught, everything else escapes."""
