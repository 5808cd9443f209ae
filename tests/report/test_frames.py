"""Which frames of a traceback are left out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import boto3
import pytest

from pytest_sfn import InternalError, MockError, NotServedError, SfnMock
from pytest_sfn.asl.pointer import parent
from pytest_sfn.report.frames import hidden, leave_out_between
from tests.helpers import machine, task


def raised(act: Callable[[], object]) -> pytest.ExceptionInfo[BaseException]:
    with pytest.raises(BaseException) as caught:
        act()
    return caught


def run_without_a_mock() -> None:
    SfnMock().load(machine(A=task())).run()


def run_with(error: BaseException) -> Callable[[], object]:
    """A run whose stub raises something that belongs to the test."""

    def stub(event: object) -> None:
        raise error

    account = SfnMock()
    account.lambda_function("f").calls(stub)
    return account.load(machine(A=task())).run


def test_frames_of_ours_are_hidden_of_what_the_user_is_to_read() -> None:
    assert hidden(raised(run_without_a_mock))
    assert hidden(raised(run_with(AssertionError("no"))))
    assert hidden(raised(lambda: SfnMock().api.call("DescribeExecution", {"executionArn": "x"})))


def test_a_bug_shows_them() -> None:
    def bug() -> None:
        raise InternalError("oops")

    assert not hidden(raised(bug))
    assert not hidden(None)
    assert not hidden(raised(lambda: parent(None)))  # type: ignore[arg-type] - ours raises AttributeError


def test_what_was_raised_elsewhere_only_passed_through() -> None:
    assert hidden(raised(run_with(KeyboardInterrupt())))


def test_frames_of_the_library_between_two_of_ours_are_left_out() -> None:
    @contextlib.contextmanager
    def outside() -> Iterator[None]:
        yield

    def act() -> None:
        with outside():
            run_without_a_mock()

    caught = raised(act)
    assert isinstance(caught.value, MockError)
    before = len(caught.traceback)
    leave_out_between(caught)
    assert len(caught.traceback) <= before
    assert not any(entry.path == contextlib.__file__ for entry in caught.traceback)


def test_frames_of_a_client_that_lead_to_ours_are_left_out() -> None:
    def act() -> None:
        client = boto3.client("sqs", region_name="us-east-1")
        with SfnMock():
            client.list_queues()

    caught = raised(act)
    assert isinstance(caught.value, NotServedError)
    leave_out_between(caught)
    names = {entry.frame.code.path.name for entry in caught.traceback}
    assert "test_frames.py" in names
    assert not names & {"client.py", "endpoint.py", "context.py"}


def test_frames_of_a_client_that_lead_to_code_of_the_users_stay() -> None:
    def act() -> None:
        client = boto3.client("sqs", region_name="us-east-1")
        client.meta.events.register("before-call", lambda **_: run_without_a_mock())
        client.list_queues()

    caught = raised(act)
    leave_out_between(caught)
    assert "client.py" in [entry.frame.code.path.name for entry in caught.traceback]
