"""Through boto3 on loopback."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from pytest_sfn import SfnMock
from pytest_sfn.server.server import Server
from tests.helpers import machine, task
from tests.server.test_real_time import StillClock

ROLE = "arn:aws:iam::123456789012:role/r"
DAY = machine(A={"Type": "Wait", "Seconds": 86_400, "Next": "B"}, B=task("ship"))


def finished(client, arn, **start):
    execution = client.start_execution(stateMachineArn=arn, **start)["executionArn"]
    while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        pass
    return described


def create(client, definition=DAY, name="m", type="STANDARD"):
    return client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE, type=type)["stateMachineArn"]


def test_virtual_time(serve, client_of, sfn):
    sfn.lambda_function("ship").returns({"shipped": True})
    client = client_of(serve())
    described = finished(client, create(client), input='{"order": 1}')
    assert described["output"] == '{"shipped":true}'
    assert described["stopDate"] - described["startDate"] == timedelta(days=1)


def test_real_time(serve, client_of, sfn):
    sfn.lambda_function("ship").returns({"shipped": True})
    client = client_of(serve(clock=StillClock()))
    described = finished(client, create(client))
    assert described["stopDate"] - described["startDate"] == timedelta(days=1)
    sync = client.start_sync_execution(
        stateMachineArn=create(client, machine(A={"Type": "Wait", "Seconds": 60}), "x", "EXPRESS")
    )
    assert (sync["status"], sync["stopDate"] - sync["startDate"]) == ("SUCCEEDED", timedelta(minutes=1))


def test_refusals_are_the_clients_own_exceptions(serve, client_of):
    client = client_of(serve())
    with pytest.raises(client.exceptions.StateMachineDoesNotExist) as refused:
        client.start_execution(stateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:no")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(client.exceptions.InvalidDefinition):
        client.create_state_machine(name="m", definition="{}", roleArn=ROLE)


def test_machines_of_the_account_and_of_regions(serve, client_of, sfn):
    sfn.load(DAY, name="Loaded")
    server = serve()
    assert [each["name"] for each in client_of(server).list_state_machines()["stateMachines"]] == ["Loaded"]
    ireland = client_of(server, "eu-west-1")
    assert create(ireland).startswith("arn:aws:states:eu-west-1:")
    assert len(ireland.list_state_machines()["stateMachines"]) == 1


def test_many_threads_at_once(serve, client_of, sfn):
    sfn.lambda_function("ship").calls(lambda event: event)
    client = client_of(serve(keep=1_000))
    arn = create(client)
    with ThreadPoolExecutor(16) as threads:
        outputs = list(threads.map(lambda n: finished(client, arn, input=str(n), name=f"e{n}")["output"], range(64)))
    assert outputs == [str(number) for number in range(64)]


def test_closed_server_leaves_nothing(client_of):
    with Server(SfnMock(), port=0) as server:
        client = client_of(server)
        assert client.list_activities()["activities"] == []
    client.close()
    with pytest.raises(EndpointConnectionError):
        client_of(server).list_activities()
