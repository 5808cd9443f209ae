"""Which executions a page has, and what it says of each."""

import pytest

from pytest_sfn import SfnMock
from tests.viewer.told import TASK, Told, loop, mapped


def test_children_of_tasks_and_of_distributed_maps(account):
    account.load({"StartAt": "In", "States": {"In": {"Type": "Pass", "Result": 3, "End": True}}}, name="child")
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
        "End": True,
    }
    definition = mapped({"Start": start})
    definition["States"]["All"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    told = Told(account.load(definition, name="parent").run([1, 2]))
    shown = [(each["machine"].partition("/")[0], each["family"], each["above"]) for each in told.executions]
    assert shown == [
        ("parent", 0, []),
        ("parent", 0, [0, 0, 0]),
        ("parent", 0, [0, 0, 1]),
        ("child", 1, [1, 0, -1]),
        ("child", 2, [2, 0, -1]),
    ]
    assert told.executions[0]["visits"][0][8]["mapRun"][:4] == ["SUCCEEDED", 2, 0, 2]
    assert told.data["machines"][0]["taken"]["/States/All/ItemProcessor/States/Start"] == 2


def test_executions_for_which_there_is_no_room(account):
    told = Told(*(account.load(loop(3)).run({}) for _ in range(3)), limit=30)
    assert [len(each["events"]) for each in told.executions] == [10, 10, 10]
    task = {"Type": "Pass", "End": True}
    definition = mapped({"Start": task})
    definition["States"]["All"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    told = Told(account.load(definition).run([1, 2, 3]), limit=10)
    assert len(told.executions) + told.data["missing"] == 4
    assert told.data["missing"] > 0


def test_running_stopped_and_broken_executions(account):
    wait = {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 9, "End": True}}}
    execution = account.load(wait).start({})
    told = Told(execution).executions[0]
    assert (told["status"], told["waits"]) == ("RUNNING", execution.waits_for())
    assert told["visits"][0][2:6] == [2, 0, 0, -1]
    execution.stop("Enough", "it <took> long")
    told = Told(execution).executions[0]
    assert (told["status"], told["error"]) == ("ABORTED", "Enough")


def test_a_test_error_is_on_the_page():
    account = SfnMock()
    execution = account.load(TASK).start
    with pytest.raises(Exception, match="no mock answers"):
        execution({})
    (shown,) = account.executions
    told = Told(shown).executions[0]
    assert told["status"] == "stopped by a test error"
    assert "no mock answers" in told["broken"]
    assert told["failing"] == 0


def test_an_express_execution(account):
    account.lambda_function("charge").returns(1)
    told = Told(account.load(TASK, type="EXPRESS").run({}))
    assert (told.executions[0]["type"], told.visits(), len(told.executions[0]["events"])) == ("EXPRESS", ["Charge"], 7)


def test_a_redriven_execution(account):
    account.lambda_function("charge").raises("Broken", times=1).returns(1)
    execution = account.load(TASK).run({})
    account.advance(60)
    execution.redrive()
    told = Told(execution)
    assert told.executions[0]["redriven"] == [60_000_000]
    assert told.executions[0]["failing"] == -1
    assert [len(each) for each in told.executions[0]["visits"][0][8]["attempts"]] == [6, 2]


def test_whose_timeout_ended_it(account):
    wait = {"StartAt": "Hold", "TimeoutSeconds": 5, "States": {"Hold": {"Type": "Wait", "Seconds": 9, "End": True}}}
    told = Told(account.load(wait).run({})).executions[0]
    assert (told["status"], told["ending"]) == ("TIMED_OUT", "TIMED_OUT by the machine's TimeoutSeconds of 5 s")
