"""ResultWriter: what is written where, and what the state's result is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import Execution, MockError, SfnMock
from tests.helpers import events, machine

PUT = "arn:aws:states:::s3:putObject"
EXPORT = {"Resource": PUT, "Parameters": {"Bucket": "out", "Prefix": "jobs"}}


def writing(writer: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Map whose child succeeds with its input, and fails with Bad for "bad"."""
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "StringEquals": "bad", "Next": "F"}],
        "Default": "P",
    }
    fail = {"Type": "Fail", "Error": "Bad", "Cause": "as told"}
    processor = machine(C=choice, P={"Type": "Pass"}, F=fail)
    processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return machine(A={"Type": "Map", "Label": "jobs", "ItemProcessor": processor, "ResultWriter": writer, **fields})


def write(writer: dict[str, Any], items: list[Any], **fields: Any) -> tuple[Execution, dict[str, Any]]:
    """The execution, and the objects that were written: name of the file to its text."""
    mock = SfnMock()
    put = mock.resource(PUT, strict=False)
    put.returns({})
    execution = mock.load(writing(writer, **fields), name="m").run(items)
    files = {call.input["Key"].rpartition("/")[2]: call.input["Body"] for call in put.calls}
    return execution, files


def test_files_and_manifest() -> None:
    execution, files = write(EXPORT, [1, "bad", {"x": "ü"}], ToleratedFailureCount=1)
    (map_run,) = execution.map_runs
    folder = f"jobs/{map_run.arn.rpartition(':')[2]}"
    assert execution.output == {
        "MapRunArn": map_run.arn,
        "ResultWriterDetails": {"Bucket": "out", "Key": f"{folder}/manifest.json"},
    }
    assert list(files) == ["FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"]
    assert json.loads(files["manifest.json"]) == {
        "DestinationBucket": "out",
        "MapRunArn": map_run.arn,
        "ResultFiles": {
            "FAILED": [{"Key": f"{folder}/FAILED_0.json", "Size": len(files["FAILED_0.json"])}],
            "PENDING": [],
            "SUCCEEDED": [{"Key": f"{folder}/SUCCEEDED_0.json", "Size": len(files["SUCCEEDED_0.json"].encode())}],
        },
    }
    first, failed, _ = map_run._runs.runs
    assert json.loads(files["SUCCEEDED_0.json"])[0] == {
        "ExecutionArn": first.arn,
        "Input": "1",
        "InputDetails": {"Included": True},
        "Name": first.name,
        "Output": "1",
        "OutputDetails": {"Included": True},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StartDate": "2024-01-01T00:00:00.000Z",
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m/jobs",
        "Status": "SUCCEEDED",
        "StopDate": "2024-01-01T00:00:00.000Z",
    }
    (record,) = json.loads(files["FAILED_0.json"])
    shown = ("Cause", "Error", "ExecutionArn", "Input", "RedriveStatus", "Status")
    assert [record[key] for key in shown] == ["as told", "Bad", failed.arn, '"bad"', "REDRIVABLE_BY_MAP_RUN", "FAILED"]
    assert (map_run.item_counts["resultsWritten"], map_run.status) == (3, "SUCCEEDED")


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"Transformation": "COMPACT"}, '[[1,2],{"a":3}]'),
        ({"Transformation": "FLATTEN"}, '[1,2,{"a":3}]'),
        ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, '1\n2\n{"a":3}'),
    ],
)
def test_transformations(config: dict[str, Any], text: str) -> None:
    items = [[1, 2], {"a": 3}]
    assert write(EXPORT | {"WriterConfig": config}, items)[1]["SUCCEEDED_0.json"] == text
    execution, files = write({"WriterConfig": config}, items)  # nothing is exported, the state has it as its result
    assert execution.output == (text if config.get("OutputType") == "JSONL" else json.loads(text))
    assert files == {}


def test_records_as_the_result() -> None:
    (record,) = write({"WriterConfig": {"Transformation": "NONE"}}, [7])[0].output
    assert (record["Input"], record["Output"], record["Status"]) == ("7", "7", "SUCCEEDED")


def test_output_is_compact_unless_told_otherwise() -> None:
    assert write({"WriterConfig": {"OutputType": "JSON"}}, [[1], 2])[0].output == [[1], 2]


def test_too_many_failures_leave_items_pending() -> None:
    execution, files = write(EXPORT, [1, "bad", 3, 4], MaxConcurrency=1)
    assert execution.error == "States.ExceedToleratedFailureThreshold"
    assert list(files) == ["FAILED_0.json", "PENDING_0.json", "SUCCEEDED_0.json", "manifest.json"]
    assert [record["Input"] for record in json.loads(files["PENDING_0.json"])] == ["3", "4"]
    assert execution.map_runs[0].item_counts["pending"] == 2


def test_pending_batches_count_as_one_execution_each() -> None:
    definition = writing(EXPORT, MaxConcurrency=1, ItemBatcher={"MaxItemsPerBatch": 2})
    definition["States"]["A"]["ItemProcessor"] |= machine(F={"Type": "Fail"})
    mock = SfnMock()
    mock.resource(PUT).returns({})
    (map_run,) = mock.load(definition).run([1] * 5).map_runs
    assert (map_run.execution_counts["pending"], map_run.item_counts["pending"]) == (2, 3)


@pytest.mark.parametrize(("prefix", "start"), [({"Prefix": "a/b"}, "a/b/"), ({"Prefix": "a/"}, "a/"), ({}, "")])
def test_prefix(prefix: dict[str, str], start: str) -> None:
    execution, _ = write({"Resource": PUT, "Parameters": {"Bucket": "out", **prefix}}, [1])
    key = execution.output["ResultWriterDetails"]["Key"]
    assert key == f"{start}{execution.map_runs[0]._runs.id}/manifest.json"


def test_jsonata() -> None:
    writer = {"Resource": PUT, "Arguments": {"Bucket": "{% $states.input.bucket %}"}}
    definition = writing(writer, QueryLanguage="JSONata", Items="{% $states.input.items %}")
    mock = SfnMock()
    mock.resource(PUT).returns({})
    execution = mock.load(definition).run({"bucket": "b", "items": [1]})
    assert execution.output["ResultWriterDetails"]["Bucket"] == "b", execution.cause


def test_writing_fails() -> None:
    mock = SfnMock()
    mock.resource(PUT).raises("S3.NoSuchBucket", "The specified bucket does not exist").returns({}).takes(2)
    retry = [{"ErrorEquals": ["States.ResultWriterFailed"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    execution = mock.load(writing(EXPORT, Retry=retry)).run([1])
    assert execution.succeeded
    assert [map_run.status for map_run in execution.map_runs] == ["FAILED", "SUCCEEDED"]
    assert execution.elapsed.total_seconds() == 5  # a second of backoff, two files of two seconds
    mock.resource(PUT).raises("S3.NoSuchBucket", "The specified bucket does not exist")
    execution = mock.load(writing(EXPORT)).run([1])
    assert (execution.error, execution.cause) == ("States.ResultWriterFailed", "The specified bucket does not exist")
    assert events(execution)[3:6] == ["MapRunStarted", "MapRunFailed", "MapStateFailed"]


@pytest.mark.parametrize(
    ("parameters", "name"), [({"Bucket.$": "$[0]"}, "Bucket"), ({"Bucket": "b", "Prefix.$": "$[0]"}, "Prefix")]
)
def test_computed_places_that_are_no_text(parameters: dict[str, str], name: str) -> None:
    execution, _ = write({"Resource": PUT, "Parameters": parameters}, [1])
    assert execution.cause == f"The field '{name}' of ResultWriter must be a string."


def test_nobody_answers() -> None:
    with pytest.raises(MockError, match=r"state 'A': no mock answers this ResultWriter"):
        SfnMock().load(writing(EXPORT)).run([1])
