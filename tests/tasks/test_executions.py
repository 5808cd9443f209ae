"""Tasks that call Step Functions itself."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from pytest_sfn import Execution, MockError, SfnMock
from tests.helpers import events, machine, task

CHILD = "arn:aws:states:us-east-1:123456789012:stateMachine:Child"


def parent(pattern: str, service: str = "states", **parameters: Any) -> dict[str, Any]:
    resource = f"arn:aws:states:::{service}:startExecution{pattern}"
    return machine(A={"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": CHILD, **parameters}})


@pytest.fixture
def account() -> SfnMock:
    account = SfnMock()
    account.lambda_function("f").calls(lambda event: {"got": event}).takes(5)
    account.load(machine(C=task()), name="Child")
    return account


def run(account: SfnMock, definition: dict[str, Any]) -> Execution:
    return account.load(definition, name="Parent").run()


def test_request_response_goes_on_at_once(account: SfnMock) -> None:
    execution = run(account, parent("", Input={"x": 1}, Name="n"))
    assert execution.elapsed.total_seconds() == 0
    assert execution.output["ExecutionArn"] == "arn:aws:states:us-east-1:123456789012:execution:Child:n"
    assert execution.output["StartDate"] == 1_704_067_200_000
    (child,) = execution.children
    assert child.run().output == {"got": {"x": 1}}


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize(
    "arn",
    [
        "${Child}",
        "arn:aws:states:us-east-1:123456789012:stateMachine:${Child}",
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${Child}",
    ],
)
def test_a_machine_named_by_a_placeholder_is_the_one_of_that_name(account: SfnMock, arn: str) -> None:
    execution = run(account, parent(".sync:2", Input={"x": 1}, StateMachineArn=arn))
    assert execution.output["StateMachineArn"] == CHILD
    resource = "arn:aws:states:::aws-sdk:sfn:describeStateMachine"
    described = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": arn}}
    assert run(account, machine(D=described)).output["Name"] == "Child"


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize("arn", ["${Ship}", "arn:aws:states:us-east-1:123456789012:stateMachine:${Ship}"])
def test_a_machine_named_by_a_placeholder_is_the_one_of_that_logical_id(account: SfnMock, arn: str) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    properties = {"Name": "shop-ship", "Definition": definition}
    template = {"Resources": {"Ship": {"Type": "AWS::Serverless::StateMachine", "Properties": properties}}}
    account.load({"Transform": "AWS::Serverless-2016-10-31", **template})
    execution = run(account, parent(".sync:2", Input={"x": 1}, StateMachineArn=arn))
    assert execution.output["Name"] == execution.children[0].name
    assert execution.output["StateMachineArn"].endswith(":stateMachine:shop-ship")


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize(
    ("arn", "fix"),
    [
        ("${Chld}", """did you mean 'Child'? Otherwise sfn_mock.load(..., name="Chld"), or"""),
        (CHILD.replace("Child", "${Stage}-child"), "give a value to each ${...}: substitutions={...}, or"),
    ],
)
def test_no_machine_for_a_placeholder(arn: str, fix: str) -> None:
    account = SfnMock()
    account.load(machine(C=task()), name="Child")
    with pytest.raises(MockError) as caught:
        run(account, parent("", StateMachineArn=arn))
    assert f"fix       {fix}" in str(caught.value)


@pytest.mark.parametrize(("pattern", "output"), [(".sync", '{"got":{"x":1}}'), (".sync:2", {"got": {"x": 1}})])
def test_sync_waits_and_brings_the_description(account: SfnMock, pattern: str, output: Any) -> None:
    execution = run(account, parent(pattern, Input={"x": 1}))
    assert execution.elapsed.total_seconds() == 5
    assert (execution.output["Status"], execution.output["Output"]) == ("SUCCEEDED", output)
    assert "TaskSubmitted" in events(execution)


def test_failure_of_the_child_is_the_cause(account: SfnMock) -> None:
    account.lambda_function("f").raises("Bad", raw_cause="c")
    execution = run(account, parent(".sync:2"))
    assert execution.error == "States.TaskFailed"
    cause = json.loads(execution.cause or "")
    assert (cause["Error"], cause["Cause"], cause["Status"]) == ("Bad", "c", "FAILED")


def test_sdk_integration_has_no_http_metadata(account: SfnMock) -> None:
    execution = run(account, parent("", "aws-sdk:sfn", Input='{"x":1}'))
    assert list(execution.output) == ["ExecutionArn", "StartDate"]
    assert execution.children[0].input == {"x": 1}


def test_machine_answers_the_token_of_another() -> None:
    account = SfnMock()
    account.lambda_function("ask").returns(None)
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
    }
    execution = account.load(machine(A=waiting)).run()
    token = account.lambda_function("ask").calls[0].input["token"]
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$", "Output": {"approved": True}},
    }
    answering = account.load(machine(A=answer))
    assert answering.run(token).output == {}
    assert execution.run().output == {"approved": True}
    assert answering.run("unknown").error == "Sfn.InvalidTokenException"


def test_child_is_in_the_account_and_region_it_was_addressed_in(account: SfnMock) -> None:
    elsewhere = "arn:aws:states:eu-west-1:999999999999:stateMachine:Child"
    execution = run(account, parent(".sync:2", StateMachineArn=elsewhere, Name="n"))
    assert execution.output["StateMachineArn"] == elsewhere
    assert execution.output["ExecutionArn"] == "arn:aws:states:eu-west-1:999999999999:execution:Child:n"


@pytest.mark.parametrize(
    ("as_of", "fields"),
    [(None, {"RedriveCount", "RedriveStatus", "RedriveStatusReason"}), (date(2023, 1, 1), set())],
)
def test_description_says_of_redrive_what_its_day_knew(as_of: date | None, fields: set[str]) -> None:
    account = SfnMock(as_of=as_of)
    account.load(machine(C={"Type": "Pass"}), name="Child")
    assert {name for name in run(account, parent(".sync")).output if name.startswith("Redrive")} == fields


def test_machine_that_is_not_loaded_is_an_error_of_the_test(account: SfnMock) -> None:
    with pytest.raises(MockError) as caught:
        run(account, parent(".sync", StateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:Other"))
    assert str(caught.value) == (
        "machine 'Parent': state 'A': no mock answers this task, and no machine is loaded that it could start\n"
        "  resource  arn:aws:states:::states:startExecution.sync\n"
        "  machine   arn:aws:states:us-east-1:123456789012:stateMachine:Other\n"
        "  loaded    arn:aws:states:us-east-1:123456789012:stateMachine:Child, "
        "arn:aws:states:us-east-1:123456789012:stateMachine:Parent\n"
        '  fix       sfn_mock.load(..., name="Other"), or a mock: sfn_mock.state("A").returns(...)\n'
        "  see       pytest-sfn docs running#nested-executions (https://pytest-sfn.readthedocs.io/en/latest/running.html#nested-executions)"
    )


def test_machine_that_is_not_loaded_by_that_name(account: SfnMock) -> None:
    with pytest.raises(MockError, match=r"fix       did you mean 'Child'\? Otherwise sfn_mock\.load"):
        run(account, parent(".sync", StateMachineArn=CHILD.replace("Child", "Chld")))


@pytest.mark.parametrize("qualifier", ["1", "PROD"])
def test_version_that_no_test_has_made_is_an_error_of_the_test(account: SfnMock, qualifier: str) -> None:
    with pytest.raises(
        MockError, match=rf"fix       make its version or alias '{qualifier}' \(pytest-sfn docs api#versions-and-aliases "
    ):
        run(account, parent("", StateMachineArn=f"{CHILD}:{qualifier}"))


def test_version_that_is_not_there_any_more_is_an_error_of_the_workflow(account: SfnMock) -> None:
    version = account.api.call("PublishStateMachineVersion", {"stateMachineArn": CHILD})["stateMachineVersionArn"]
    assert run(account, parent("", StateMachineArn=version)).succeeded
    account.api.call("DeleteStateMachineVersion", {"stateMachineVersionArn": version})
    execution = run(account, parent("", StateMachineArn=version))
    assert execution.error == "StepFunctions.StateMachineDoesNotExistException"


def test_machine_that_was_deleted_is_an_error_of_the_workflow(account: SfnMock) -> None:
    account.api.call("DeleteStateMachine", {"stateMachineArn": CHILD})
    execution = run(account, parent(""))
    assert execution.error == "StepFunctions.StateMachineDoesNotExistException"
    assert (execution.cause or "").startswith(f"State Machine Does Not Exist: '{CHILD}' (Service: AWSStepFunctions; ")


def test_machine_that_was_never_there_may_be_deleted_to_say_so(account: SfnMock) -> None:
    arn = CHILD.replace("Child", "Other")
    account.api.call("DeleteStateMachine", {"stateMachineArn": arn})
    assert run(account, parent("", StateMachineArn=arn)).error == "StepFunctions.StateMachineDoesNotExistException"
    account.load(machine(C={"Type": "Pass"}), name="Other")
    assert run(account, parent("", StateMachineArn=arn)).succeeded


def test_name_that_is_used_up(account: SfnMock) -> None:
    start = parent("", Name="n")["States"]["A"]
    del start["End"]
    two = machine(A={**start, "ResultPath": None, "Next": "W"}, W={"Type": "Wait", "Seconds": 9, "Next": "B"}, B=start)
    execution = run(account, two)
    assert execution.error == "StepFunctions.ExecutionAlreadyExistsException"
    assert len(execution.children) == 1


def test_child_stops_with_its_parent(account: SfnMock) -> None:
    execution = account.load(parent(".sync:2"), name="Parent").start()
    execution.advance(1).stop()
    assert [child.status for child in execution.children] == ["ABORTED"]
    assert [event["type"] for event in execution.history][-1] == "ExecutionAborted"


def test_child_stops_when_a_sibling_branch_fails(account: SfnMock) -> None:
    failing = machine(W={"Type": "Wait", "Seconds": 1, "Next": "F"}, F={"Type": "Fail", "Error": "X"})
    execution = run(account, machine(P={"Type": "Parallel", "Branches": [parent(".sync"), failing]}))
    assert (execution.error, [child.status for child in execution.children]) == ("X", ["ABORTED"])


def test_child_outlives_a_task_that_timed_out(account: SfnMock) -> None:
    definition = parent(".sync")
    definition["States"]["A"]["TimeoutSeconds"] = 2
    execution = run(account, definition)
    assert (execution.error, execution.children[0].status) == ("States.Timeout", "RUNNING")


def test_child_that_answers_the_token(account: SfnMock) -> None:
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$.token", "Output": {"ok": True}},
    }
    account.load(machine(A=answer), name="Answering")
    definition = parent(".waitForTaskToken", StateMachineArn="Answering", Input={"token.$": "$$.Task.Token"})
    execution = run(account, definition)
    assert execution.output == {"ok": True}
    assert "TaskSubmitted" in events(execution)


def test_express_child_runs_to_its_end_within_the_task(account: SfnMock) -> None:
    account.load(machine(C=task()), name="Quick", type="EXPRESS")
    start = {"StateMachineArn": CHILD.replace("Child", "Quick"), "Input": {"x": 1}}
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution", "Parameters": start}
    execution = run(account, machine(A=state))
    assert execution.elapsed.total_seconds() == 5
    assert execution.output["Output"] == '{"got":{"x":1}}'
    assert execution.output["StartDate"] == "2024-01-01T00:00:00Z"


def test_children_stand_in_the_timeline_and_at_their_visit(account: SfnMock) -> None:
    execution = run(account, parent(".sync", Name="n"))
    assert execution.state("A").visits[0].children == execution.children
    assert "execution n of Child: SUCCEEDED" in execution.timeline()


@pytest.mark.parametrize(
    ("action", "parameters", "error", "cause"),
    [
        ("sendTaskHeartbeat", {"TaskToken": {"a": []}}, "Sfn.InvalidTokenException", "Invalid Token: 'Invalid token' ("),
        ("stopExecution", {"ExecutionArn": ["x"]}, "Sfn.InvalidArnException", "Invalid Arn: 'Invalid ARN prefix: [\"x\"]' ("),
        (
            "describeExecution",
            {"ExecutionArn": "a" * 300},
            "Sfn.ValidationException",
            "1 validation error detected: Value 'aaa",
        ),
        (
            "listStateMachines",
            {"MaxResults": 1.5},
            "States.Runtime",
            "The Parameters '{\"MaxResults\":1.5}' could not be used to start the Task: [",
        ),
    ],
)
def test_values_of_other_types(account: SfnMock, action: str, parameters: Any, error: str, cause: str) -> None:
    """JSON becomes text where the API wants text, as for any other service."""
    call = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:sfn:{action}", "Parameters": parameters}
    execution = run(account, machine(A=call))
    assert execution.error == error
    assert str(execution.cause).startswith(cause)


def test_a_redriven_parent_starts_another_child() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).returns("done")
    account.load(machine(A=task("f")), name="Child")
    execution = run(account, parent(".sync:2"))
    assert execution.error == "States.TaskFailed"
    execution.redrive()
    first, second = execution.children
    assert (first.status, second.output) == ("FAILED", "done")
    assert execution.output["ExecutionArn"] == second.arn


def test_a_redriven_parent_whose_child_has_a_name_of_its_own_cannot_start_it_again() -> None:
    account = SfnMock()
    account.load(machine(C={"Type": "Fail", "Error": "E"}), name="Child")
    execution = run(account, parent(".sync:2", Name="n"))
    assert execution.redrive().error == "StepFunctions.ExecutionAlreadyExistsException"
    assert execution.children[0].redrive().status == "FAILED"
