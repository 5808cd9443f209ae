"""Tasks that stay open once they are taken, and what a mock of a state says of them."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.resource import parse_resource
from pytest_sfn.tasks.waiting import WaitingTask, waits
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM, Request

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


@pytest.mark.parametrize(
    ("resource", "stays_open"),
    [
        (CHARGE, False),
        (INVOKE, False),
        (PUT_ITEM, False),
        (f"{INVOKE}.waitForTaskToken", True),
        ("arn:aws:states:::batch:submitJob.sync", True),
        ("arn:aws:states:us-east-1:123456789012:activity:paint", True),
    ],
)
def test_which_tasks_stay_open(resource, stays_open):
    assert waits(parse_resource(resource)) is stays_open


class Recording(Request):
    """Everything that is said to the request, in order; what is due later happens at once."""

    def __init__(self, **fields):
        super().__init__(resource=TOKEN, **fields)
        self.said = []
        self.open = True

    def submitted(self, output, after=0):
        self.said.append(("submitted", output))

    def later(self, after, act):
        self.said.append(("later", after))
        act()

    def succeed(self, value, size, depth, after=0):
        self.said.append(("succeeded", value))

    def fail(self, error, cause, after=0, hints=None):
        self.said.append(("failed", error))


def test_a_mock_that_answers_has_taken_the_task_before():
    request = Recording()
    WaitingTask(None).returned(request, {"a": 1}, 8, 1, 5)
    assert request.said == [("submitted", {}), ("later", 5), ("succeeded", {"a": 1})]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Declined", [("submitted", {}), ("later", 0), ("failed", "Declined")]),
        ("SQS.QueueDoesNotExistException", [("later", 0), ("failed", "SQS.QueueDoesNotExistException")]),
    ],
)
def test_an_error_of_the_service_itself_has_taken_nothing(error, said):
    request = Recording()
    WaitingTask(None).failed(request, error, "", False, 0)
    assert request.said == said
