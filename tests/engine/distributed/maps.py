"""Distributed Maps for tests, over the state's data and over objects."""

from __future__ import annotations

import io
from typing import Any

import pytest

from pytest_sfn import Execution, SfnMock
from tests.helpers import machine

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


def parquet(**columns: list[Any]) -> bytes:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def distributed(processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return machine(A={"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, **fields})
