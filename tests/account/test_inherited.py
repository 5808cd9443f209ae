"""What the account of a test has of the account of the session."""

from __future__ import annotations

import json

import boto3
import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.inherited import LASTING
from pytest_sfn.account.interception import Interception
from pytest_sfn.api.service import OPERATIONS

ROLE = "arn:aws:iam::123456789012:role/states"
NAP = json.dumps({"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 60, "End": True}}})
DOZE = json.dumps({"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 5, "End": True}}})


@pytest.fixture
def client():
    return boto3.Session("mine", "mine", region_name="us-east-1").client("stepfunctions", endpoint_url="http://localhost:8083")


@pytest.fixture
def interception():
    interception = Interception(SfnMock())
    yield interception
    interception.close()


def create(client, name="Nap"):
    return client.create_state_machine(name=name, definition=NAP, roleArn=ROLE)["stateMachineArn"]


def names(client):
    return [each["name"] for each in client.list_state_machines()["stateMachines"]]


def test_what_lasts_of_the_operations_that_are_served() -> None:
    lasting = {name for name in OPERATIONS if name.startswith(("Create", "Update", "Publish", "Delete", "Tag", "Untag"))}
    assert lasting <= LASTING | {"UpdateMapRun"}


def test_a_test_begins_with_the_machines_and_activities_of_the_session(interception, client) -> None:
    arn = create(client)
    client.create_activity(name="paint")
    for _ in range(2):
        interception.begin_test(SfnMock)
        assert names(client) == ["Nap"]
        assert len(client.list_activities()["activities"]) == 1
        client.update_state_machine(stateMachineArn=arn, definition=DOZE)
        assert client.describe_state_machine(stateMachineArn=arn)["definition"] == DOZE
        client.delete_state_machine(stateMachineArn=arn)
        create(client, "Own")
        assert names(client) == ["Own"]
        interception.end_test()
    assert names(client) == ["Nap"]


def test_mocks_of_the_test_answer_machines_of_the_session(interception, client) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": True}
    definition = json.dumps({"StartAt": "Charge", "States": {"Charge": task}})
    arn = client.create_state_machine(name="Order", definition=definition, roleArn=ROLE)["stateMachineArn"]
    interception.begin_test(SfnMock)
    sfn_mock = interception.mock_of_test()
    sfn_mock.lambda_function("charge").returns({"paid": True})
    started = client.start_execution(stateMachineArn=arn)["executionArn"]
    assert client.describe_execution(executionArn=started)["status"] == "RUNNING"
    assert client.describe_execution(executionArn=started)["output"] == '{"paid":true}'
    assert [each.status for each in sfn_mock.executions] == ["SUCCEEDED"]


def test_executions_of_the_session_are_there_for_a_test(interception, client) -> None:
    arn = create(client)
    started = client.start_execution(stateMachineArn=arn)["executionArn"]
    interception.begin_test(SfnMock)
    statuses = [client.describe_execution(executionArn=started)["status"] for _ in range(3)]
    assert statuses == ["RUNNING", "RUNNING", "SUCCEEDED"]
    assert len(client.get_execution_history(executionArn=started)["events"]) == 4
    assert client.list_executions(stateMachineArn=arn)["executions"] == []
    with pytest.raises(client.exceptions.ExecutionDoesNotExist, match=r"Execution Does Not Exist: '.*:Nap:none'"):
        client.describe_execution(executionArn=f"{arn.replace('stateMachine', 'execution')}:none")


def test_tokens_of_the_session_are_answered_in_a_test(interception, client) -> None:
    activity = client.create_activity(name="paint")["activityArn"]
    definition = json.dumps({"StartAt": "Paint", "States": {"Paint": {"Type": "Task", "Resource": activity, "End": True}}})
    arn = client.create_state_machine(name="Paint", definition=definition, roleArn=ROLE)["stateMachineArn"]
    started = client.start_execution(stateMachineArn=arn)["executionArn"]
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    interception.begin_test(SfnMock)
    client.send_task_success(taskToken=token, output="1")
    assert client.describe_execution(executionArn=started)["status"] == "SUCCEEDED"


def test_what_the_test_has_made_otherwise_stays(interception, client) -> None:
    interception.begin_test(SfnMock)
    arn = create(client)
    interception.enter()
    client.create_state_machine(name="Nap", definition=DOZE, roleArn=ROLE)
    client.create_activity(name="paint")
    interception.leave()
    assert client.describe_state_machine(stateMachineArn=arn)["definition"] == NAP
    assert len(client.list_activities()["activities"]) == 1


def test_a_refusal_of_the_tests_own_account_is_final(interception, client) -> None:
    arn = create(client)
    interception.begin_test(SfnMock)
    with pytest.raises(client.exceptions.StateMachineAlreadyExists):
        client.create_state_machine(name="Nap", definition=DOZE, roleArn=ROLE)
    own = create(client, "Own")
    client.start_execution(stateMachineArn=own, name="first", input="1")
    with pytest.raises(client.exceptions.ExecutionAlreadyExists):
        client.start_execution(stateMachineArn=own, name="first", input="2")
    with pytest.raises(client.exceptions.InvalidToken):
        client.list_state_machines(nextToken="none")
    client.delete_state_machine(stateMachineArn=arn)
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "orders"}])
    with pytest.raises(client.exceptions.InvalidDefinition):
        client.create_state_machine(name="Bad", definition="{}", roleArn=ROLE)
    interception.end_test()
    assert names(client) == ["Nap"]
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == []
