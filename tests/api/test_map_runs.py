"""Map Runs and their child executions through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.distributed.maps import distributed
from tests.helpers import machine, task


def test_map_runs_and_their_children(account, call, create) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(P={"Type": "Pass"})}
    arn = create(machine(A={"Type": "Map", "Label": "L", "ItemProcessor": processor}))
    started = call("StartExecution", stateMachineArn=arn, name="n", input="[1, 2]")["executionArn"]
    (map_run,) = call("ListMapRuns", executionArn=started)["mapRuns"]
    assert map_run["executionArn"] == started
    described = call("DescribeMapRun", mapRunArn=map_run["mapRunArn"])
    assert (described["status"], described["itemCounts"]["succeeded"]) == ("SUCCEEDED", 2)
    children = call("ListExecutions", mapRunArn=map_run["mapRunArn"])["executions"]
    assert [child["status"] for child in children] == ["SUCCEEDED", "SUCCEEDED"]
    child = call("DescribeExecution", executionArn=children[0]["executionArn"])
    assert (child["output"], child["mapRunArn"]) == ("2", map_run["mapRunArn"])
    of = call("DescribeStateMachineForExecution", executionArn=children[0]["executionArn"])
    assert (json.loads(of["definition"])["StartAt"], of["label"]) == ("A", "L")


@pytest.fixture
def slow(account, call) -> Any:
    """Start a Map Run of six items that take ten seconds each, of which the first two fail; gives its ARN."""
    account.lambda_function("f").returns(1).takes(10)
    account.lambda_function("f").when(item=0).raises("Bad").takes(10)
    account.lambda_function("f").when(item=1).raises("Bad").takes(10)

    def start(**fields: Any) -> str:
        execution = account.load(distributed(machine(B=task()), **{"ToleratedFailureCount": 6, **fields})).start([0] * 6)
        return execution.map_runs[0].arn

    return start


def test_map_runs_in_pages(account, call) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    first = {"Type": "Map", "Label": "one", "ItemProcessor": {**processor, **machine(P={"Type": "Pass"})}, "Next": "B"}
    second = {"Type": "Map", "Label": "two", "ItemProcessor": {**processor, **machine(Q={"Type": "Pass"})}}
    execution = account.load(machine(A=first, B=second)).run([1])
    page = call("ListMapRuns", executionArn=execution.arn, maxResults=1)
    assert "/two:" in page["mapRuns"][0]["mapRunArn"]
    rest = call("ListMapRuns", executionArn=execution.arn, nextToken=page["nextToken"])
    assert ["/one:" in each["mapRunArn"] for each in rest["mapRuns"]] == [True]
    assert "nextToken" not in rest


def test_update_of_concurrency_takes_effect_at_once(account, call, slow) -> None:
    arn = slow(MaxConcurrency=1)
    assert call("UpdateMapRun", mapRunArn=arn, maxConcurrency=5) == {}
    described = call("DescribeMapRun", mapRunArn=arn)
    assert (described["maxConcurrency"], described["itemCounts"]["running"]) == (5, 5)
    call("UpdateMapRun", mapRunArn=arn, maxConcurrency=1)
    account.advance(10)
    assert call("DescribeMapRun", mapRunArn=arn)["itemCounts"]["running"] == 1
    assert account.executions[0].run().elapsed.total_seconds() == 20


def test_update_of_tolerated_failures(account, call, slow) -> None:
    arn = slow(ToleratedFailureCount=0)
    call("UpdateMapRun", mapRunArn=arn, toleratedFailureCount=2, toleratedFailurePercentage=50)
    described = call("DescribeMapRun", mapRunArn=arn)
    assert (described["toleratedFailureCount"], described["toleratedFailurePercentage"]) == (2, 50)
    assert account.executions[0].run().succeeded

    arn = slow(MaxConcurrency=2)
    account.advance(10)
    assert call("DescribeMapRun", mapRunArn=arn)["itemCounts"]["failed"] == 2
    call("UpdateMapRun", mapRunArn=arn, toleratedFailureCount=1)
    assert account.executions[1].run().error == "States.ExceedToleratedFailureThreshold"
    assert account.executions[1].elapsed.total_seconds() == 10


def test_update_of_a_map_run_that_is_redriven(account, call, slow) -> None:
    arn = slow(ToleratedFailureCount=0, MaxConcurrency=1)
    execution = account.executions[0].run()
    assert execution.error == "States.ExceedToleratedFailureThreshold"
    call("RedriveExecution", executionArn=execution.arn)
    call("UpdateMapRun", mapRunArn=arn, maxConcurrency=6, toleratedFailureCount=2)
    assert call("DescribeMapRun", mapRunArn=arn)["itemCounts"]["running"] == 6
    assert execution.run().succeeded


def test_update_by_a_task(account, call, slow) -> None:
    arn = slow()
    update = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:updateMapRun",
        "Parameters": {"MapRunArn": arn, "MaxConcurrency": 3, "ToleratedFailurePercentage": 10.5},
    }
    assert account.load(machine(A=update)).run().output == {}
    assert call("DescribeMapRun", mapRunArn=arn)["toleratedFailurePercentage"] == 10.5


@pytest.mark.parametrize(
    ("params", "reason"),
    [({}, "MISSING_REQUIRED_PARAMETER"), ({"maxConcurrency": 1}, "CANNOT_UPDATE_COMPLETED_MAP_RUN")],
)
def test_update_that_is_refused(account, client, slow, params: dict[str, int], reason: str) -> None:
    arn = slow()
    account.executions[0].run()
    with pytest.raises(client.exceptions.ValidationException) as caught:
        client.update_map_run(mapRunArn=arn, **params)
    assert caught.value.response["reason"] == reason
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.update_map_run(mapRunArn=f"{arn}0", maxConcurrency=1)
