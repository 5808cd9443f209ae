"""What the tasks of a definition can call."""

from __future__ import annotations

from pytest_sfn import load
from pytest_sfn.services.function_names import parse_function
from pytest_sfn.services.reach import resource_key
from tests.helpers import arn, machine, task

INVOKE = "arn:aws:states:::lambda:invoke"


def test_key_is_the_same_in_every_partition() -> None:
    assert resource_key("arn:aws-cn:states:::sns:publish") == resource_key("sns:publish") == "sns:publish"


def test_reach() -> None:
    invoked = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "g", "Qualifier": "live"}}
    reach = load(machine(A=task(Next="B"), B={**invoked, "Next": "C"}, C={"Type": "Pass"}))._reach
    assert (list(reach.tasks), reach.others) == (["A", "B"], {"C": "Pass"})
    assert list(reach.resources) == [arn("f"), "lambda:invoke"]
    assert (list(reach.functions), reach.any_function) == (["f", "g"], False)

    def reached(name: str) -> bool:
        function = parse_function(name)
        assert function is not None
        return reach.calls(function, "us-east-1", "123456789012")

    assert [reached(name) for name in ("f", arn("f"), "g", "g:live", "g:1", "h", arn("f").replace("us-", "eu-"))] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip


def test_computed_name_may_be_any_function() -> None:
    computed = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName.$": "$.name"}}
    function = parse_function("h")
    assert function is not None
    assert load(machine(A=computed))._reach.calls(function, "us-east-1", "123456789012")
