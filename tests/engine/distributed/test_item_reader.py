"""ItemReader: which items a distributed Map finds in which objects, and how it fails."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn import DefinitionError, Execution, MockError, SfnMock, UnsupportedError
from pytest_sfn.engine.distributed.data_files import rows
from tests.helpers import events, machine

GET, LIST = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"
FIRST_ROW = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
GIVEN = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}
JSON, JSONL, PARQUET = {"InputType": "JSON"}, {"InputType": "JSONL"}, {"InputType": "PARQUET"}


def reading(config: dict[str, Any], resource: str = GET, **fields: Any) -> dict[str, Any]:
    reader = {"Resource": resource, "ReaderConfig": config, "Parameters": {"Bucket": "data", "Key.$": "$.key"}}
    if resource == LIST:
        reader["Parameters"] = {"Bucket": "data", "Prefix": "in/"}
    processor = machine(B={"Type": "Pass"}) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return machine(A={"Type": "Map", "ItemProcessor": processor, "ItemReader": reader, **fields})


def read(config: dict[str, Any], objects: dict[str, Any], resource: str = GET, *, mock: Any = None, **fields: Any) -> Execution:
    """Run a Map over objects by key; the execution's output is its items."""
    mock = mock or SfnMock()
    mock.resource("s3:getObject", strict=False).calls(lambda event: {"Body": objects[event["Key"]]})
    if resource == LIST:
        found = [{"Key": key, "Size": len(body)} for key, body in objects.items()]
        mock.resource(LIST).returns({"Contents": found})
    return mock.load(reading(config, resource, **fields)).run({"key": next(iter(objects))})


@pytest.mark.parametrize(
    ("config", "body", "items"),
    [
        (FIRST_ROW, "a,b\n1,2\n3,4\n", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (FIRST_ROW, "a,b\r\n1,2\r\n\r\n3,4", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (FIRST_ROW, "a,b\n1\n1,2,3\n   \n", [{"a": "1", "b": ""}, {"a": "1", "b": "2"}, {"a": "   ", "b": ""}]),
        (FIRST_ROW, 'a,b\n"x,y","1\n2"\n"say ""hi""",\'q\'\n', [{"a": "x,y", "b": "1\n2"}, {"a": 'say "hi"', "b": "'q'"}]),
        (FIRST_ROW, "a\nx\u2028y\x0bz\n", [{"a": "x\u2028y\x0bz"}]),
        (FIRST_ROW, f"a\n{'x' * 200_000}\n", [{"a": "x" * 200_000}]),
        (FIRST_ROW, "a,b\n", []),
        (FIRST_ROW, "", []),
        (GIVEN | {"CSVHeaders": ["a", "b"]}, "1,2\n", [{"a": "1", "b": "2"}]),
        (GIVEN | {"CSVHeaders": ["a"], "CSVDelimiter": "PIPE"}, "1,2|3\n", [{"a": "1,2"}]),
        (FIRST_ROW | {"CSVDelimiter": "SEMICOLON"}, "a;b\n1;2\n", [{"a": "1", "b": "2"}]),
        (FIRST_ROW | {"CSVDelimiter": "SPACE"}, "a b\n1 2\n", [{"a": "1", "b": "2"}]),
        (FIRST_ROW | {"CSVDelimiter": "TAB"}, "a\tb\n1\t2\n", [{"a": "1", "b": "2"}]),
        (JSON, '[1, {"a": 2}, null]', [1, {"a": 2}, None]),
        (JSON, "[]", []),
        (JSON | {"ItemsPointer": "/a/b~1c/1"}, '{"a": {"b/c": [0, [7, 8]]}}', [7, 8]),
        (JSON | {"ItemsPointer": ""}, "[1]", [1]),
        (JSON | {"MaxItems": 2}, "[1, 2, 3]", [1, 2]),
        (JSON | {"MaxItems": 0}, "[1, 2, 3]", [1, 2, 3]),
        (JSON | {"MaxItems": 9}, "[1, 2, 3]", [1, 2, 3]),
        (JSON | {"MaxItemsPath": "$$.Execution.Input.key"}, "[1, 2, 3]", [1]),
        (JSON, '{"x": 1, "y": [2]}', [{"Key": "x", "Value": 1}, {"Key": "y", "Value": [2]}]),
        (JSONL, '{"a": 1}\n\n[2]\n"\u2028"\n', [{"a": 1}, [2], "\u2028"]),
        (JSONL | {"MaxItems": 1}, "1\n2\n", [1]),
    ],
)  # fmt: skip
def test_items(config: dict[str, Any], body: str, items: list[Any]) -> None:
    execution = read(config, {"1": body}, mock=SfnMock(quotas=None))
    assert execution.output == items, execution.cause
    assert execution.map_runs[0].length == len(items)


def test_fields_of_a_row_are_in_the_order_of_a_hash_map() -> None:
    assert [list(row) for row in read(FIRST_ROW, {"1": "0,True,{}\n1,2,3\n"}).output] == [["0", "{}", "True"]]  # [recorded]


@pytest.mark.parametrize(
    ("config", "body", "cause"),
    [
        (FIRST_ROW, "a,a\n1,2\n", "CSV headers cannot contain duplicates."),
        (GIVEN | {"CSVHeaders": ["a", "a"]}, "1,2\n", "CSV headers cannot contain duplicates."),
        (FIRST_ROW, 'a\n"x"y\n', "Line 2 is not valid CSV: ',' expected after '\"'"),
        (JSON, "3", "Attempting to map over non-iterable node."),
        (JSON | {"ItemsPointer": "/a"}, '{"a": "x"}', "Attempting to map over non-iterable node."),
        (JSON | {"ItemsPointer": "/b"}, '{"a": []}', "The ItemsPointer '/b' does not exist in the object."),
        (JSON, "[1", "The object cannot be read: not JSON: "),
        (JSONL, "1\n{\n", "Line 2 cannot be read: not JSON: "),
        (PARQUET, "PAR", "The object is not a valid Parquet file: "),
        ({"InputType": "MANIFEST"}, "{}", "The manifest 1 is not valid: it has no 'destinationBucket'"),
        ({"InputType": "MANIFEST"}, "3", "The manifest 1 is not valid: "),
    ],
)
def test_malformed_files_fail_the_map(config: dict[str, Any], body: str, cause: str) -> None:
    if config is PARQUET:
        pytest.importorskip("pyarrow")
    execution = read(config, {"1": body})
    assert execution.error == "States.ItemReaderFailed"
    assert execution.cause is not None
    assert execution.cause.startswith(cause)
    assert events(execution)[2:] == ["MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    assert execution.history[4]["mapRunFailedEventDetails"] == {"error": execution.error, "cause": execution.cause}
    assert execution.map_runs[0].status == "FAILED"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(
    st.lists(TEXTS, min_size=1, max_size=4, unique=True).flatmap(
        lambda headers: st.tuples(st.just(headers), st.lists(st.lists(TEXTS, min_size=len(headers), max_size=len(headers))))
    )
)
def test_what_a_csv_writer_writes_is_read_again(table: tuple[list[str], list[list[str]]]) -> None:
    headers, lines = table
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([headers, *lines])
    assert list(rows(file.getvalue(), ",", None)) == [dict(zip(headers, line, strict=True)) for line in lines]


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


def test_compressed() -> None:
    assert read(JSON, {"k.json.gz": gzip.compress(b"[1]")}).output == [1]
    assert read(JSON, {"k.json.gz": "[1]"}).output == [1]  # text was never compressed
    assert read(JSON, {"k.gz": b"[1]"}).error == "States.ItemReaderFailed"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python can read zstd")
def test_zstd_needs_a_newer_python() -> None:
    with pytest.raises(UnsupportedError, match=r"state 'A': ItemReader: k\.zst is compressed with zstd"):
        read(JSON, {"k.zst": b"x"})


def parquet(**columns: list[Any]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_parquet() -> None:
    body = parquet(n=[1, 2], day=[date(2024, 1, 2), None], raw=[b"\xff", b""], x=[0.5, float("nan")], tags=[["a"], []])
    assert read(PARQUET, {"k": body}).output == [
        {"n": 1, "day": "2024-01-02", "raw": base64.b64encode(b"\xff").decode(), "x": 0.5, "tags": ["a"]},
        {"n": 2, "day": None, "raw": "", "x": None, "tags": []},
    ]


def test_parquet_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UnsupportedError, match=r"pip install 'pytest-sfn\[parquet\]'"):
        read(PARQUET, {"k": b""})


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
    described = {"Etag": tag, "LastModified": 1789185422.0, "Key": "in/a", "Size": 2, "StorageClass": "STANDARD"}
    assert execution.output == [{"v": described, "s": "S3://data"}, {"v": {"Key": "in/b"}, "s": "S3://data"}]
    assert '"LastModified":1.789185422E9' in (execution.output_json or "")
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
    assert SfnMock().load(definition).run().cause == "The field 'Bucket' of ItemReader must be a string."


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
        "  see       docs/distributed-map.md#mocking-s3",
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
    with pytest.raises(MockError, match=r"state:A: is a Map state; what it reads and writes is mocked with resource\('s3:list"):
        mock.close()
