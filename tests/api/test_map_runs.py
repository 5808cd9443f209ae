"""Map Runs and their child executions through the API."""

from __future__ import annotations

import json

from tests.helpers import machine


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
