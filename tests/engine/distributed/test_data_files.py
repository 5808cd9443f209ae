"""Data files: which items an object's body holds, and what is wrong with one."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn import SfnMock, UnsupportedError
from pytest_sfn.engine.distributed.data_files import lines_of, rows
from tests.engine.distributed.maps import FIRST_ROW, GIVEN, JSON, JSONL, PARQUET, parquet, read
from tests.helpers import events


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
        (JSON | {"MaxItemsPath": "$.key"}, "[1, 2, 3]", [1]),
        (JSON, '{"x": 1, "y": [2]}', [{"Key": "x", "Value": 1}, {"Key": "y", "Value": [2]}]),
        (JSONL, '{"a": 1}\n\n[2]\n"\u2028"\n', [{"a": 1}, [2], "\u2028"]),
        (JSONL | {"MaxItems": 1}, "1\n2\n", [1]),
    ],
)  # fmt: skip
def test_items(config: dict[str, Any], body: str, items: list[Any]) -> None:
    execution = read(config, {"1": body}, mock=SfnMock(quotas=None))
    assert execution.output == items, execution.cause
    assert execution.map_runs[0]._runs.length == len(items)


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


@given(st.text(st.sampled_from('a,"\r\n\x0b\x85\u2028')))
def test_lines_end_where_csv_files_end_them(text: str) -> None:
    assert list(lines_of(text)) == list(io.StringIO(text, newline=""))


def test_compressed() -> None:
    assert read(JSON, {"k.json.gz": gzip.compress(b"[1]")}).output == [1]
    assert read(JSON, {"k.json.gz": "[1]"}).output == [1]  # text was never compressed
    assert read(JSON, {"k.gz": b"[1]"}).error == "States.ItemReaderFailed"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python can read zstd")
def test_zstd_needs_a_newer_python() -> None:
    with pytest.raises(UnsupportedError, match=r"state 'A': ItemReader: k\.zst is compressed with zstd"):
        read(JSON, {"k.zst": b"x"})


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
