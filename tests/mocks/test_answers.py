"""The answers that a script is made of, each played to a delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_sfn import SfnMock
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


TIMED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Slow: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: code, Timeout: 10}}
  Other: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: code}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Each
        States:
          Each:
            Type: Map
            MaxConcurrency: 1
            ItemProcessor:
              StartAt: Bare
              States:
                Bare:
                  Type: Task
                  Resource: !GetAtt Slow.Arn
                  Catch: [{ErrorEquals: [Sandbox.Timedout], Next: Invoked}]
                  Next: Invoked
                Invoked:
                  Type: Task
                  Resource: arn:aws:states:::lambda:invoke
                  Parameters: {FunctionName: !Ref Slow, Payload: {}}
                  Catch: [{ErrorEquals: [Sandbox.Timedout], Next: Unlimited}]
                  Next: Unlimited
                Unlimited: {Type: Task, Resource: !GetAtt Other.Arn, End: true}
            End: true
"""


@pytest.mark.parametrize(
    ("answer", "seconds", "stopped"),
    [
        (lambda mock: mock.returns(1).takes(60), 10, True),
        (lambda mock: mock.raises("E").takes(60), 10, True),
        (lambda mock: mock.calls(lambda event: 1).takes(60), 10, True),
        (lambda mock: mock.returns(1).takes(10), 10, False),
        (lambda mock: mock.function_times_out(), 10, True),
        (lambda mock: mock.function_times_out().takes(5), 5, True),
        (lambda mock: mock.calls_handler(timeout_seconds=20).takes(15), 15, False),
        (lambda mock: mock.calls_handler().takes(15), 10, True),
    ],
)
def test_lambda_stops_a_function_after_the_timeout_of_its_template(tmp_path, answer, seconds, stopped):
    (tmp_path / "template.yaml").write_text(TIMED, encoding="utf-8")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context):\n    return 1\n", encoding="utf-8")
    with SfnMock() as sfn_mock:
        answer(sfn_mock.lambda_function("Slow"))
        sfn_mock.lambda_function("Other").returns(1).takes(60)  # the template does not say how long it may take
        execution = sfn_mock.load(tmp_path / "template.yaml").run([1])
        for state in ("Bare", "Invoked"):
            (attempt,) = execution.state(state).attempts
            assert (attempt.error == "Sandbox.Timedout", attempt.ended - attempt.started) == (
                stopped,
                timedelta(seconds=seconds),
            )
        assert execution.succeeded
