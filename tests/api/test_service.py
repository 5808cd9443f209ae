"""What reading does to virtual time, what is not served, and the API in several regions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import ExecutionError, MockError, UnsupportedError
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api import ApiError
from pytest_sfn.api.service import OPERATIONS
from pytest_sfn.services.operations import service_model
from tests.api.conftest import WAIT
from tests.helpers import machine, run

ROLE = "arn:aws:iam::123456789012:role/r"
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}


def test_loop_that_polls_comes_to_the_end(account, call, started) -> None:
    polls = 0
    while call("DescribeExecution", executionArn=started)["status"] == "RUNNING":
        polls += 1
    assert polls <= 2
    assert account.now.minute == 1
    described = call("DescribeExecution", executionArn=started)
    assert (described["input"], described["output"]) == ('{"a": 1}', '"done"')
    assert "input" not in call("DescribeExecution", executionArn=started, includedData="METADATA_ONLY")


@pytest.mark.parametrize("other", ["ListStateMachines", "ListActivities"])
def test_loop_that_reads_other_things_too_comes_to_the_end(account, call, started, other) -> None:
    polls = 0
    while call("DescribeExecution", executionArn=started)["status"] == "RUNNING":
        call(other)
        polls += 1
        assert polls <= 2


@pytest.mark.parametrize("read", ["DescribeExecution", "GetExecutionHistory"])
def test_one_read_leaves_the_clock_alone(account, call, started, read) -> None:
    call(read, executionArn=started)
    assert account.now.minute == 0
    call("StopExecution", executionArn=started, error="E", cause="c")
    described = call("DescribeExecution", executionArn=started)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "E", "c")


def test_what_changes_in_between_is_something_new_to_show(account, call, arn, started) -> None:
    call("DescribeExecution", executionArn=started)
    call("StartExecution", stateMachineArn=arn)
    call("DescribeExecution", executionArn=started)
    assert account.now.minute == 0


def test_polling_for_what_never_comes_is_an_error_of_the_test(account, call, create) -> None:
    account.lambda_function("ask").returns(None)
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask"},
    }
    started = call("StartExecution", stateMachineArn=create(machine(A=waits)), name="n")["executionArn"]

    def poll() -> None:
        while call("DescribeExecution", executionArn=started)["status"] == "RUNNING":
            pass

    with pytest.raises(ExecutionError, match=r"(?s)DescribeExecution was called 100 times in a row.*waits for .*'A'"):
        poll()
    with pytest.raises(ExecutionError):  # and stays one, should something have caught it
        account.close()


def test_read_by_a_task_leaves_the_clock_alone(account, create) -> None:
    other = account.load(WAIT, name="Other")
    other.start(name="x")
    read = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
        "Parameters": {"StateMachineArn": other.arn, "StatusFilter": "RUNNING"},
    }
    execution = run(machine(A={**read, "Next": "B"}, B=read), account=account)
    assert execution.elapsed.total_seconds() == 0
    assert [(each["Name"], each["StartDate"]) for each in execution.output["Executions"]] == [("x", "2024-01-01T00:00:00Z")]


@pytest.mark.parametrize(
    ("operation", "params", "problem"),
    [
        ("StartExecutions", {}, "StartExecutions is not served; did you mean StartExecution?"),
        (
            "StartExecution",
            {"stateMachineARN": "arn:x"},
            "StartExecution has no member stateMachineARN; did you mean stateMachineArn?",
        ),
    ],
)
def test_what_is_not_served_is_an_error_of_the_test(account, call, operation, params, problem) -> None:
    with pytest.raises(UnsupportedError) as caught:
        call(operation, **params)
    assert str(caught.value).startswith(f"the API of Step Functions: {problem}\n")
    with pytest.raises(UnsupportedError):  # which stays one, should something have caught it
        account_of(account).check()


def test_operations_are_those_of_the_model() -> None:
    every = set(service_model("stepfunctions").operation_names)
    assert every == OPERATIONS.keys()


REQUIRED = {
    "name": "q",
    "tags": [],
    "tagKeys": [],
    "definition": json.dumps(machine(P={"Type": "Pass"})),
    "maxConcurrency": 1,
    "routingConfiguration": [{"stateMachineVersionArn": "x", "weight": 100}],
}


@pytest.mark.parametrize(
    ("text", "problem"),
    [  # the first is recorded for many operations, the last for DescribeExecution
        ("x", "Invalid ARN prefix: x"),
        ("arn:aws:s3:::b", "Invalid ARN: arn:aws:s3:::b"),
        ("arn:aws:states:us-east-1:1:other:M", "Resource type not valid in this context: other"),
    ],
)
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_operation_refuses_what_is_no_arn_of_its_kind(call, operation: str, text: str, problem: str) -> None:
    members = service_model("stepfunctions").operation_model(operation).input_shape.members
    named = {name: text for name in members if name.endswith("Arn") and name != "roleArn"}
    if named:
        given = {name: value for name, value in REQUIRED.items() if name in members}
        assert call(operation, **given, **named) == f"InvalidArn: Invalid Arn: '{problem}'"


# -- two regions -------------------------------------------------------------------------------------------------------

EU = "arn:aws:states:eu-west-1:123456789012"
US = "arn:aws:states:us-east-1:123456789012"


@pytest.fixture
def there(account) -> Any:
    """Calls the API in eu-west-1: the answer, or the refusal."""
    api = account_of(account).api_in("eu-west-1")

    def call(operation: str, **params: Any) -> Any:
        try:
            return api.call(operation, params)
        except ApiError as refusal:
            return str(refusal)

    return call


def calling(action: str, **parameters: Any) -> dict[str, Any]:
    resource = f"arn:aws:states:::aws-sdk:sfn:{action}"
    return machine(A={"Type": "Task", "Resource": resource, "Parameters": parameters})


def made(call: Any, definition: dict[str, Any], name: str) -> str:
    arn: str = call("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE)["stateMachineArn"]
    return arn


@pytest.mark.parametrize("word", ["Execution", "StateMachine", "Activity", "MapRun"])
def test_arn_of_another_region_is_refused(call, word: str) -> None:
    name = word[:1].lower() + word[1:]
    refused = call(f"Describe{word}", **{f"{name}Arn": f"{EU}:{name}:M"})
    assert refused == "InvalidArn: Invalid Arn: 'Invalid region: eu-west-1'"


def test_activities_of_two_regions_do_not_meet(account, call, there) -> None:
    here = call("CreateActivity", name="a")["activityArn"]
    assert there("CreateActivity", name="a")["activityArn"] == f"{EU}:activity:a"
    assert [each["activityArn"] for each in call("ListActivities")["activities"]] == [here]
    assert [each["activityArn"] for each in there("ListActivities")["activities"]] == [f"{EU}:activity:a"]
    assert call("GetActivityTask", activityArn=f"{EU}:activity:a").startswith("InvalidArn: ")
    worker = account.load(calling("getActivityTask", ActivityArn=f"{EU}:activity:a"))
    assert worker.run().error == "Sfn.ActivityDoesNotExistException"

    arn = made(there, machine(A={"Type": "Task", "Resource": f"{EU}:activity:a"}), "W")
    there("StartExecution", stateMachineArn=arn, input='{"n":1}')
    assert there("GetActivityTask", activityArn=f"{EU}:activity:a")["input"] == '{"n":1}'
    with pytest.raises(MockError, match="no mock answers"):  # its region has no such activity
        account.load(machine(A={"Type": "Task", "Resource": f"{EU}:activity:a"})).run()


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        ("startExecution", {"StateMachineArn": f"{US}:stateMachine:Child"}, "Sfn.InvalidArnException"),
        ("describeStateMachine", {"StateMachineArn": f"{US}:stateMachine:Child"}, "Sfn.InvalidArnException"),
        ("startExecution", {"StateMachineArn": f"{EU}:stateMachine:Child"}, None),
    ],
)
def test_task_calls_the_region_of_its_machine(account, there, action, parameters, error) -> None:
    account.load(WAIT, name="Child")
    made(there, WAIT, "Child")
    parent = made(there, calling(action, **parameters), "Parent")
    there("StartExecution", stateMachineArn=parent, name="n")
    execution = account.executions[0].run()
    assert execution.error == error
    if error is None:
        assert [child.machine.arn for child in execution.children] == [f"{EU}:stateMachine:Child"]


def test_machine_of_the_test_does_not_reach_what_another_region_has(account, there) -> None:
    """It reaches what the test has loaded, by an ARN of wherever it is deployed."""
    started = there("StartExecution", stateMachineArn=made(there, WAIT, "Other"), name="n")["executionArn"]
    described = account.load(calling("describeExecution", ExecutionArn=started))
    assert described.run().error == "Sfn.ExecutionDoesNotExistException"
    parent = account.load(calling("startExecution", StateMachineArn=f"{EU}:stateMachine:Other"))
    with pytest.raises(MockError, match="no machine is loaded that it could start"):
        parent.run()


def test_execution_that_a_task_starts_elsewhere_is_known_there(account, call, there) -> None:
    account.load(WAIT, name="Child")
    account.load(calling("startExecution", StateMachineArn=f"{EU}:stateMachine:Child", Name="n"), name="Parent").run()
    assert there("DescribeExecution", executionArn=f"{EU}:execution:Child:n")["status"] == "RUNNING"
    assert account.load(calling("describeExecution", ExecutionArn=f"{EU}:execution:Child:n")).run().status == "SUCCEEDED"


def test_map_runs_of_two_regions_do_not_meet(account, call, there) -> None:
    mapping = {"Type": "Map", "ItemProcessor": {**machine(P={"Type": "Pass"}), "ProcessorConfig": DISTRIBUTED}}
    started = there("StartExecution", stateMachineArn=made(there, machine(M=mapping), "M"), input="[1]")["executionArn"]
    (found,) = there("ListMapRuns", executionArn=started)["mapRuns"]
    assert found["mapRunArn"].startswith(f"{EU}:mapRun:M/")
    assert there("DescribeMapRun", mapRunArn=found["mapRunArn"])["itemCounts"]["total"] == 1
    assert account.load(calling("describeMapRun", MapRunArn=found["mapRunArn"])).run().error == "Sfn.ResourceNotFoundException"


def test_regions_begin_anew_with_their_account(account, there) -> None:
    arn = made(there, WAIT, "M")
    started = there("StartExecution", stateMachineArn=arn)["executionArn"]
    account_of(account).rewind()
    assert there("DescribeExecution", executionArn=started).startswith("ExecutionDoesNotExist: ")
    assert there("DescribeStateMachine", stateMachineArn=arn)["name"] == "M"


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_arns_have_the_partition_of_their_region(account, region: str, partition: str) -> None:
    api = account_of(account).api_in(region)
    created = api.call("CreateActivity", {"name": "a"})
    assert created["activityArn"] == f"arn:{partition}:states:{region}:123456789012:activity:a"
