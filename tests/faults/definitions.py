"""Definitions to put faults into, and a run with one."""

from pytest_sfn.account.sfn_mock import account_of

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

MAP = machine(
    Work={
        "Type": "Map",
        "End": True,
        "MaxConcurrency": 2,
        "ItemProcessor": {"StartAt": "T", "States": {"T": task("f", Retry=[retrier("Busy")])}},
    }
)
"""`Busy` is retried twice, item by item."""


def run(account, definition, fault, input=None, **answers):
    """Run a definition with a fault; each answer is that of the function of its name. Gives execution and injection."""
    for name in answers or ("f",):
        account.lambda_function(name).returns(answers.get(name, "done"))
    injection = account_of(account).inject(fault)
    return account.load(definition).run({} if input is None else input), injection
