"""ItemReader: which objects a distributed Map reads, and how it fails."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import Any

import pytest

from pytest_sfn import DefinitionError, MockError, SfnMock
from tests.engine.distributed.maps import GET, JSON, LIST, parquet, read, reading
from tests.helpers import events, machine


def test_an_object_was_no_dataset_before_2025() -> None:
    execution = read(JSON, {"1": "{}"}, mock=SfnMock(as_of=date(2025, 1, 1)))
    assert execution.cause == "Attempting to map over non-iterable node."
    assert read(JSON, {"1": "{}"}).output == []


def test_failure_can_be_retried_and_caught() -> None:
    mock = SfnMock()
    mock.resource("s3:getObject").raises("S3.SlowDown", "Reduce your request rate.").returns({"Body": "[1]"})
    retry = [{"ErrorEquals": ["States.ItemReaderFailed"], "IntervalSeconds": 5}]
    execution = mock.load(reading(JSON, Retry=retry)).run({"key": "k"})
    assert (execution.output, execution.state("A").retries, len(execution.map_runs)) == ([1], 1, 2)
    mock.resource("s3:getObject").raises("S3.NoSuchKey", "The specified key does not exist.")
    definition = reading(JSON, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "C"}], Next="C")
    definition["States"]["C"] = {"Type": "Succeed"}
    assert mock.load(definition).run({"key": "k"}).output == {
        "Error": "States.ItemReaderFailed",
        "Cause": "The specified key does not exist.",
    }


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("{}", "The manifest 1 is not valid: it has no 'destinationBucket'"),
        ("3", "The manifest 1 is not valid: "),
    ],
)
def test_malformed_manifests_fail_the_map(body: str, cause: str) -> None:
    execution = read({"InputType": "MANIFEST"}, {"1": body})
    assert execution.error == "States.ItemReaderFailed"
    assert execution.cause is not None
    assert execution.cause.startswith(cause)
    assert events(execution)[2:] == ["MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    assert execution.history[4]["mapRunFailedEventDetails"] == {"error": execution.error, "cause": execution.cause}
    assert execution.map_runs[0].status == "FAILED"


def test_inventory() -> None:
    manifest = {
        "destinationBucket": "arn:aws:s3:::lists",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "d/1.csv.gz"}, {"key": "d/2.csv.gz"}],
    }
    objects = {
        "manifest.json": json.dumps(manifest),
        "d/1.csv.gz": gzip.compress(b'"data","x","1"\n"data","y","2"\n'),
        "d/2.csv.gz": gzip.compress(b'"data","z","3"\n'),
    }
    selector = {"key.$": "$$.Map.Item.Value.Key", "source.$": "$$.Map.Item.Source"}
    mock = SfnMock()
    execution = read({"InputType": "MANIFEST"}, objects, mock=mock, ItemSelector=selector)
    assert execution.output == [
        {"key": "x", "source": "S3://lists/d/1.csv.gz"},
        {"key": "y", "source": "S3://lists/d/1.csv.gz"},
        {"key": "z", "source": "S3://lists/d/2.csv.gz"},
    ]
    assert [call.input["Bucket"] for call in mock.resource(GET).calls] == ["data", "lists", "lists"]


@pytest.mark.parametrize(("kind", "body"), [("CSV", "a\n1\n"), ("JSONL", '{"a": "1"}'), ("PARQUET", None)])
def test_athena(kind: str, body: str | None) -> None:
    data = parquet(a=["1"]) if body is None else body
    config = {"ManifestType": "ATHENA_DATA", "InputType": kind} | ({"CSVHeaderLocation": "FIRST_ROW"} if kind == "CSV" else {})
    objects = {"m.csv": "s3://data/u/1\ns3://data/u/2\n", "u/1": data, "u/2": data}
    assert read(config, objects, MaxConcurrency=1).output == [{"a": "1"}, {"a": "1"}]


def test_list_of_objects_page_by_page() -> None:
    mock = SfnMock()
    tag = '"5d41402a"'
    first = {"Key": "in/a", "ETag": tag, "LastModified": "2026-09-12T03:57:02Z", "Size": 2, "StorageClass": "STANDARD"}
    pages = mock.resource(LIST)
    pages.returns({"Contents": [first], "NextContinuationToken": "t"}).returns({"Contents": [{"Key": "in/b"}]})
    execution = mock.load(reading({}, LIST, ItemSelector={"v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"})).run()
    described = {"Etag": tag, "Key": "in/a", "LastModified": 1789185422.0, "Size": 2, "StorageClass": "STANDARD"}
    assert execution.output == [{"v": described, "s": "S3://data"}, {"v": {"Key": "in/b"}, "s": "S3://data"}]
    assert '"Key":"in/a","LastModified":1.789185422E9,"Size":2' in (execution.output_json or "")
    assert [call.input.get("ContinuationToken") for call in pages.calls] == [None, "t"]


def test_list_without_objects() -> None:
    mock = SfnMock()
    mock.resource(LIST).returns({"KeyCount": 0})
    assert mock.load(reading({}, LIST)).run().output == []


def test_objects_loaded_and_flattened() -> None:
    objects = {"in/": "", "in/1": "[1, 2]", "in/2": "[3]"}
    config = {"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSON"}
    selector = {"n.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "from.$": "$$.Map.Item.Source"}
    assert read(config, objects, LIST, ItemSelector=selector).output == [
        {"n": 1, "i": 0, "from": "S3://data/in/1"},
        {"n": 2, "i": 1, "from": "S3://data/in/1"},
        {"n": 3, "i": 2, "from": "S3://data/in/2"},
    ]
    assert read(config | {"MaxItems": 1}, objects, LIST).output == [1]


def test_manifests_are_not_flattened() -> None:
    execution = read({"Transformation": "LOAD_AND_FLATTEN", "InputType": "MANIFEST"}, {"1": "{}"}, LIST)
    assert execution.cause == "The InputType 'MANIFEST' is not supported here."


def test_jsonata() -> None:
    mock = SfnMock()
    mock.resource(GET).returns({"Body": '{"x": 1}'})
    definition = reading({"InputType": "JSON", "MaxItems": "{% 3 %}"}, QueryLanguage="JSONata")
    state = definition["States"]["A"]
    state["ItemReader"] |= {"Arguments": {"Bucket": "{% $states.input.b %}", "Key": "k"}}
    del state["ItemReader"]["Parameters"]
    state["ItemSelector"] = {"item": "{% $states.context.Map.Item %}"}
    item = {"Index": 0, "Value": 1, "Key": "x", "Source": "S3://data/k"}
    assert mock.load(definition).run({"b": "data"}).output == [{"item": item}]
    mock.resource(GET).assert_called_once_with({"Bucket": "data", "Key": "k"})


def test_computed_bucket_that_is_no_text() -> None:
    mock = SfnMock()
    mock.resource(GET, strict=False).returns({})
    assert mock.load(reading(JSON)).run({"key": 3}).cause == "The field 'Key' of ItemReader must be a string."


def test_arguments_that_are_no_object() -> None:
    definition = reading(JSON, QueryLanguage="JSONata")
    reader = definition["States"]["A"]["ItemReader"]
    del reader["Parameters"]
    reader["Arguments"] = "{% 3 %}"
    execution = SfnMock().load(definition).run()
    assert execution.error == "States.QueryEvaluationError"
    assert execution.cause is not None
    assert execution.cause.endswith("returned an unexpected result type. Expected 'object', but was 'number' for value: 3")


@pytest.mark.parametrize("failing", [False, True])
def test_reading_takes_virtual_time(failing: bool) -> None:
    mock = SfnMock()
    objects = mock.resource(GET)
    script = objects.raises("S3.SlowDown") if failing else objects.returns({"Body": "[1]"})
    script.takes(7)
    execution = mock.load(reading(JSON)).run({"key": "k"})
    assert (execution.failed, execution.elapsed.total_seconds()) == (failing, 7)


def test_nobody_answers(tmp_path: Any) -> None:
    path = tmp_path / "rows.asl.json"
    path.write_text(json.dumps(reading(JSON), indent=1))
    mock = SfnMock()
    with pytest.raises(MockError) as error:
        mock.load(path).run({"key": "k"})
    line = 1 + path.read_text().split('"ItemReader"')[0].count("\n")
    fix = 'sfn_mock.resource("s3:getObject").returns({"Body": "..."})'
    assert str(error.value).splitlines() == [
        f"{path}:{line}:4: state 'A': no mock answers this ItemReader",
        "  resource  arn:aws:states:::s3:getObject    attempt 1, t=+00:00:00",
        '  input     {"Bucket": "data", "Key": "k"}',
        "  mocks     none",
        f"  fix       {fix}, or use the fixture sfn_aws, and it is moto's S3 that answers",
        "  see       pytest-sfn docs distributed-map#mocking-s3 (https://pytest-sfn.readthedocs.io/en/latest/distributed-map.html#mocking-s3)",
    ]


def test_mock_of_the_state_does_not_answer_its_reader() -> None:
    mock = SfnMock()
    mock.state("A").returns([])
    with pytest.raises(MockError, match=r'sfn_mock.state\("A"\) answers nothing here') as error:
        mock.load(reading(JSON)).run({"key": "k"})
    assert "did you mean" not in str(error.value)


def test_resource_that_no_reader_calls() -> None:
    with pytest.raises(DefinitionError, match=r"ItemReader cannot call arn:aws:states:::s3:getObjct; did you mean") as error:
        SfnMock().load(reading(JSON, "arn:aws:states:::s3:getObjct"))
    assert error.value.diagnostics[0].pointer == "/States/A/ItemReader/Resource"


def test_impossible_mocks_know_what_a_map_reads() -> None:
    mock = SfnMock()
    mock.load(reading({"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSON"}, LIST))
    mock.resource(GET).returns({})
    mock.resource("s3:listObjectsV2").returns({})
    mock.close()
    mock.state("A").returns([1])
    with pytest.raises(
        MockError,
        match=r"state:A was never called: this is a Map state; what it reads and writes is mocked with resource\('s3:list",
    ):
        mock.close()


def test_a_list_that_never_ends_is_an_error_of_the_test() -> None:
    account = SfnMock(validate="none")
    account.resource("s3:listObjectsV2").returns({"Contents": [], "IsTruncated": True, "NextContinuationToken": "more"})
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(P={"Type": "Pass"})}
    definition = machine(A={"Type": "Map", "ItemReader": reader, "ItemProcessor": processor})
    with pytest.raises(MockError, match=r"state 'A': ItemReader: the NextContinuationToken 'more' comes again"):
        account.load(definition).run()
