"""What a task calls, and which class makes the task's end of an answer. The same for every account, so it is cached."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.services.reach import function_called, invokes, keys_of
from pytest_sfn.tasks.functions import BareFunction, InvokedFunction, PlainTask
from pytest_sfn.tasks.invoke import SdkFunction
from pytest_sfn.tasks.waiting import WaitingTask, waits

if TYPE_CHECKING:
    from pytest_sfn.asl.resource import Resource

__all__ = ["Callee", "callee_of"]


class Callee:
    """What a task with a certain Resource calls.

    Attributes:
        key: the Resource as mocks are registered for it.
        keys: that key, and others that a mock of the Resource may be registered under, such as an activity's name.
        function: the Lambda function, if it calls one and its name is known.
        delivery: how an answer of that function's mock reaches Step Functions.
        plain: how an answer of a mock of the state or the Resource reaches Step Functions.
    """

    __slots__ = ("delivery", "function", "key", "keys", "plain")

    def __init__(self, resource: Resource, name: str | None, qualifier: str | None) -> None:
        self.keys = keys_of(resource)
        self.key = self.keys[0]
        self.function = function = function_called(resource, name, qualifier)
        self.plain = WaitingTask(function) if waits(resource) else PlainTask(function)
        self.delivery = self.plain
        if resource.kind == "lambda":
            self.delivery = BareFunction(function)
        elif invokes(resource):
            self.delivery = InvokedFunction(function) if resource.service == "lambda" else SdkFunction(function)


@lru_cache(maxsize=1024)
def callee_of(resource: str, name: str | None = None, qualifier: str | None = None) -> Callee:
    """The callee of a Resource; for `lambda:invoke` with the FunctionName and Qualifier that are sent."""
    return Callee(parse_resource(resource), name, qualifier)
