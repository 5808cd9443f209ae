"""The answers that a script is made of, each played to a delivery."""

from __future__ import annotations

import pytest

from pytest_sfn.errors import MockError
from pytest_sfn.expressions.values import admit
from pytest_sfn.mocks.answers import Completes, FunctionTimesOut, Raises, Returns, Stub, Taken, TimesOut
from tests.mocks.asking import Request

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


class Delivery:
    """Keeps what it is asked to deliver."""

    def __init__(self):
        self.said = []

    def __getattr__(self, name):
        return lambda request, *more: self.said.append((name, *more))


def played(answer, **fields):
    delivery = Delivery()
    answer.play(Request(**fields), delivery)
    return delivery.said


def test_each_answer_says_one_thing():
    stub = Stub(len, False, None)
    assert played(Returns({"a": 1}, None)) == [("returned", {"a": 1}, *admit({"a": 1})[1:], 0)]
    assert played(Raises("E", "c", True, None)) == [("failed", "E", "c", True, 0)]
    assert played(stub) == [("call", stub, 0)]
    assert played(FunctionTimesOut(None)) == [("function_timed_out", 3_000_000)]


def test_a_value_is_copied_when_the_answer_is_made():
    value = {"a": []}
    answer = Returns(value, None)
    value["a"].append(1)
    assert answer.value == {"a": []}


def test_never_answering_needs_a_timeout():
    request = Request(timeout=5)
    TimesOut(None).play(request, Delivery())
    assert request.answer == ("never",)
    with pytest.raises(MockError, match=r"state 'Charge': times_out\(\) would wait for ever"):
        played(TimesOut(None))


def test_only_a_task_that_stays_open_is_taken():
    assert played(Taken(Returns({}, None)), resource=TOKEN) == [("submitted", {}, 2, 1, 0)]
    taken = Taken(Stub(len, False, None))
    assert (taken.runs_stub, taken.stays_open) == (True, True)
    assert played(taken, resource=TOKEN) == [("call", taken, 0)]
    with pytest.raises(MockError, match=r"submits\(\) cannot answer a task that does not stay open"):
        played(Taken(Returns({}, None)))
    taken.end = Completes({}, 0)
    with pytest.raises(MockError, match=r"completes\(\) cannot answer"):
        played(taken)
