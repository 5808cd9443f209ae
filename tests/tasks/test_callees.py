"""What tasks call, as far as their definition says."""

from __future__ import annotations

import pytest

from pytest_sfn.tasks.callees import callee_of
from pytest_sfn.tasks.functions import BareFunction, InvokedFunction, PlainTask
from pytest_sfn.tasks.waiting import WaitingTask
from tests.helpers import arn

INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.mark.parametrize(
    ("resource", "name", "key", "function", "delivery"),
    [
        (arn("f"), None, arn("f"), "f", BareFunction),
        (INVOKE, "f", "lambda:invoke", "f", InvokedFunction),
        (INVOKE, None, "lambda:invoke", None, InvokedFunction),
        (f"{INVOKE}.waitForTaskToken", arn("f"), "lambda:invoke.waitForTaskToken", "f", InvokedFunction),
        ("arn:aws:states:::sns:publish", None, "sns:publish", None, PlainTask),
        ("${Charge}", None, "${Charge}", "Charge", BareFunction),
    ],
)
def test_callee(resource: str, name: str | None, key: str, function: str | None, delivery: type) -> None:
    callee = callee_of(resource, name)
    assert (callee.key, callee.function and callee.function.name, type(callee.delivery)) == (key, function, delivery)
    assert type(callee.plain) is (WaitingTask if "waitForTaskToken" in resource else PlainTask)
