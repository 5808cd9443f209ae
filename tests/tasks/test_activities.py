"""Activities: tasks that wait for a worker."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.errors import ExecutionError
from tests.helpers import events, machine


@pytest.fixture
def account() -> SfnMock:
    return SfnMock()


@pytest.fixture
def paint(account: SfnMock) -> str:
    return account.create_activity("paint")


def worked(paint: str, **fields: Any) -> dict[str, Any]:
    return machine(A={"Type": "Task", "Resource": paint, **fields})


def test_worker_of_the_test(account: SfnMock, paint: str) -> None:
    loaded = account.load(worked(paint))
    first, second = loaded.start({"n": 1}), loaded.start({"n": 2})
    tasks = [account.get_activity_task(paint, worker_name="Ann") for _ in range(2)]
    assert [task["Input"] for task in tasks] == ['{"n":1}', '{"n":2}']
    account.send_task_failure(tasks[1]["TaskToken"], "NoPaint", "empty")
    account.send_task_success(tasks[0]["TaskToken"], "red")
    assert first.run().output == "red"
    assert (second.run().error, second.cause) == ("NoPaint", "empty")
    assert events(first)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert first.history[3]["activityStartedEventDetails"] == {"workerName": "Ann"}


def test_name_stands_for_the_arn(account: SfnMock, paint: str) -> None:
    execution = account.load(worked(paint)).start()
    account.send_task_success(account.get_activity_task("paint")["TaskToken"], 1)
    assert execution.run().output == 1
    account.delete_activity("paint")
    with pytest.raises(ExecutionError, match="there is no activity"):
        account.get_activity_task(paint)


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize("where", ["us-east-1:123456789012", "${AWS::Region}:${AWS::AccountId}"])
def test_an_activity_named_by_a_placeholder_is_the_one_of_that_name(account: SfnMock, where: str) -> None:
    definition = worked(f"arn:aws:states:{where}:activity:${{Work}}")
    work = account.activity("Work").returns("done")
    assert account.load(definition, name="Mocked").run({"n": 1}).output == "done"
    assert work.calls[0].input == {"n": 1}

    other = SfnMock()
    arn = other.create_activity("Work")
    execution = other.load(definition).start({"n": 2})
    taken = other.get_activity_task(arn)
    assert taken["Input"] == '{"n":2}'
    other.send_task_success(taken["TaskToken"], "by hand")
    assert execution.run().output == "by hand"


def test_poll_that_finds_nothing_takes_a_minute(account: SfnMock, paint: str) -> None:
    before = account.now
    assert account.get_activity_task(paint) == {}
    assert (account.now - before).total_seconds() == 60


def test_poll_waits_for_a_task_that_comes(account: SfnMock, paint: str) -> None:
    later = machine(W={"Type": "Wait", "Seconds": 20, "Next": "A"}, A={"Type": "Task", "Resource": paint})
    account.load(later).start()
    before = account.now
    assert account.get_activity_task(paint)["Input"] == "{}"
    assert (account.now - before).total_seconds() == 20


def test_task_that_timed_out_is_handed_to_nobody(account: SfnMock, paint: str) -> None:
    execution = account.load(worked(paint, TimeoutSeconds=10)).run()
    assert execution.error == "States.Timeout"
    assert account.get_activity_task(paint) == {}


def test_activity_that_is_not_there(account: SfnMock, paint: str) -> None:
    with pytest.raises(ExecutionError, match=r"there is no activity 'arn:x'; create it with sfn_mock\.create_activity"):
        account.get_activity_task("arn:x")
    account.delete_activity(paint)
    assert account.load(worked(paint)).run().error == "States.Runtime"


def test_worker_that_is_a_machine(account: SfnMock, paint: str) -> None:
    poll = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:getActivityTask", "Parameters": {"ActivityArn": paint}}
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$.TaskToken", "Output": {"colour": "green"}},
    }
    worker = account.load(machine(Poll={**poll, "Next": "Answer"}, Answer=answer), name="Worker").start()
    execution = account.load(worked(paint)).run({"n": 1})
    assert execution.output == {"colour": "green"}
    assert worker.run().succeeded
