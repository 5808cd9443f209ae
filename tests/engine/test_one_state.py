"""One state alone: what differs from an execution. Its answers, as the API gives them, are in tests/api/test_one_state.py."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from tests.helpers import machine

TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}
ERROR = {"errorOutput": {"error": "Boom", "cause": "it broke"}}


def test_a_retrier_waits_for_nothing_and_no_virtual_time_passes() -> None:
    with SfnMock() as sfn_mock:
        tried = sfn_mock.load(machine(A={**TASK, "Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 30}]}))
        before = sfn_mock.now
        assert sfn_mock.test_state(tried, "A", mock=ERROR).status == "RETRIABLE"
        assert sfn_mock.now == before


def test_other_executions_are_answered_by_the_mocks_meanwhile() -> None:
    with SfnMock() as sfn_mock:
        both = sfn_mock.load(machine(W={"Type": "Wait", "Seconds": 5, "Next": "A"}, A=TASK))
        function = sfn_mock.lambda_function("f").returns("mock")
        other = both.start()
        assert sfn_mock.test_state(both, "W").status == "SUCCEEDED"  # five seconds pass for all
        assert sfn_mock.test_state(both, "A", mock={"result": "given"}).output == "given"
        assert (other.run().output, function.call_count) == ("mock", 1)


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_iterations_do_not_run(mode: str) -> None:
    inner = {"ProcessorConfig": {"Mode": mode}, "StartAt": "I", "States": {"I": {**TASK, "End": True}}}
    if mode == "DISTRIBUTED":
        inner["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    state: dict[str, Any] = {"Type": "Map", "ItemProcessor": inner, "ItemSelector": {"v.$": "$$.Map.Item.Value"}}
    with SfnMock() as sfn_mock:
        tried = sfn_mock.load(machine(M=state))
        for context in (None, {"Execution": {"Name": "e"}}):  # a Context Object that is given cannot have Map
            found = sfn_mock.test_state(tried, "M", [1, 2], mock={"result": ["a", "b"]}, context=context)
            assert (found.output, found.inspection["afterItemSelector"]) == (["a", "b"], [{"v": 1}, {"v": 2}])
        assert sfn_mock.executions == []


def test_branches_do_not_run() -> None:
    branch = {"StartAt": "I", "States": {"I": {**TASK, "End": True}}}
    with SfnMock() as sfn_mock:
        found = sfn_mock.test_state(
            sfn_mock.load(machine(P={"Type": "Parallel", "Branches": [branch]})), "P", mock={"result": [7]}
        )
        assert found.output == [7]


READER = {
    "Type": "Map",
    "ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 3},
        "Parameters": {"Bucket": "b", "Key": "k"},
    },
    "ItemBatcher": {"MaxItemsPerBatch": 2},
    "ItemSelector": {"n.$": "$$.Map.Item.Value.n"},
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": {"Type": "Pass", "End": True}},
    },
}


def test_what_a_reader_reads_is_given() -> None:
    with SfnMock() as sfn_mock:
        found = sfn_mock.test_state(
            sfn_mock.load(machine(M=READER)), "M", mock={"result": []}, map_item_reader_data="n\n1\n2\n3\n4\n"
        )
    assert found.inspection["afterItemSelector"] == [{"n": "1"}, {"n": "2"}, {"n": "3"}]
    assert [len(batch["Items"]) for batch in found.inspection["afterItemBatcher"]] == [2, 1]
    assert found.output == []


def test_a_given_context_object_is_the_whole_one() -> None:
    state = {**TASK, "Parameters": {"c.$": "$$"}}
    with SfnMock() as sfn_mock:
        found = sfn_mock.test_state(
            sfn_mock.load(machine(A=state)), "A", mock={"result": 1}, context={"Execution": {"Name": "n"}}
        )
    assert found.inspection["afterParameters"] == {"c": {"Execution": {"Name": "n"}}}
