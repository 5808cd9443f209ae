"""Calls of a distributed Map to S3: by mocks with bytes and files, by moto's S3."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest

from pytest_sfn import MockError, SfnMock
from pytest_sfn.account.sfn_aws import SfnAws
from tests.helpers import machine, recover

GET = "arn:aws:states:::s3:getObject"


def reading(resource: str = GET, config: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    reader = {"Resource": resource, "ReaderConfig": config or {"InputType": "JSON"}}
    parameters = parameters or {"Bucket": "data", "Key": "k.gz"}
    processor = machine(B={"Type": "Pass"}) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return machine(A={"Type": "Map", "ItemProcessor": processor, "ItemReader": {**reader, "Parameters": parameters}})


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"[1]", mtime=0),
        bytearray(gzip.compress(b"[1]")),
        io.BytesIO(gzip.compress(b"[1]")),
        io.StringIO("[1]"),
        "[1]",
    ],
)
def test_bodies_that_a_stub_may_give(body: Any) -> None:
    mock = SfnMock()
    mock.resource(GET).calls(lambda event: {"Body": body, "ContentLength": 3})
    assert mock.load(reading()).run().output == [1]


def test_narrower_mocks_and_calls() -> None:
    mock = SfnMock()
    objects = mock.resource("s3:getObject")
    objects.when(input={"Key": "k.gz"}).returns({"Body": "[7]"})
    execution = mock.load(reading()).run()
    assert execution.output == [7]
    (call,) = objects.calls
    assert (call.state, call.parameters, call.execution) == ("A", {"Bucket": "data", "Key": "k.gz"}, execution.name)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (lambda mock: mock.submits({}), "state 'A': "),
        (lambda mock: mock.times_out(), "times_out"),
        (lambda mock: mock.function_times_out(), "function_times_out"),
        (lambda mock: mock.calls(lambda event: {"Body": {1}}), "returned no JSON"),
    ],
)
def test_answers_that_s3_does_not_give(script: Any, problem: str) -> None:
    mock = SfnMock()
    script(mock.resource(GET))
    with pytest.raises(MockError, match=problem):
        mock.load(reading()).run()


@pytest.mark.parametrize("validate", ["strict", "none"])
@pytest.mark.parametrize("way", ["returns", "calls"])
@pytest.mark.parametrize(
    ("action", "answer", "problem"),
    [
        ("getObject", "n\n1\n2\n", "it is text, not an object"),
        ("getObject", {}, "'Body' is missing\n"),
        ("getObject", {"ETag": "1", "body": "n"}, "'Body' is missing; did you mean it by 'body'?\n"),
        ("getObject", {"Body": None}, "'Body' is null, not text or bytes"),
        ("listObjectsV2", [], "it is an array, not an object"),
        ("listObjectsV2", {"Contents": {}}, "'Contents' is an object, not an array"),
        ("listObjectsV2", {"Contents": [{"Key": "a"}, "b"]}, "'Contents[1]' is not an object with a 'Key' that is text"),
    ],
)
def test_answers_that_s3_could_never_give(action: str, answer: Any, problem: str, way: str, validate: Any) -> None:
    mock = SfnMock(validate=validate)
    objects = mock.resource(f"s3:{action}")
    objects.returns(answer) if way == "returns" else objects.calls(lambda event: answer)
    with pytest.raises(MockError) as caught:
        mock.load(reading(f"arn:aws:states:::s3:{action}")).run()
    assert f"state 'A': S3 could never give this answer: {problem}" in str(caught.value)
    assert f"  mock      resource:s3:{action}\n" in str(caught.value)


def test_listing_of_nothing() -> None:
    mock = SfnMock()
    listing = mock.resource("s3:listObjectsV2").returns({}).returns({"KeyCount": 0, "Name": "data"}).returns({"contents": []})
    map_ = mock.load(reading("arn:aws:states:::s3:listObjectsV2", {}))
    assert [map_.run().output, map_.run().output] == [[], []]
    with pytest.raises(MockError, match="'Contents' is missing; did you mean it by 'contents'"):
        map_.run()
    recover(mock)
    listing._mock.validate = "none"
    listing._mock._registry.changed()
    assert map_.run().output == []


def test_moto() -> None:
    lists = {"Bucket": "data", "Prefix": "in/", "MaxKeys": 2}
    with SfnAws() as account:
        s3 = account.client("s3")
        s3.create_bucket(Bucket="data")
        for number in range(5):
            s3.put_object(Bucket="data", Key=f"in/{number}.json", Body=f"[{number}]")
        names = account.load(reading("arn:aws:states:::s3:listObjectsV2", {}, **lists)).run().output
        assert [item["Key"] for item in names] == [f"in/{number}.json" for number in range(5)]
        assert list(names[0]) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]
        assert names[0]["LastModified"] > 1.7e9
        flat = {"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSON"}
        assert account.load(reading("arn:aws:states:::s3:listObjectsV2", flat, **lists)).run().output == [0, 1, 2, 3, 4]
        s3.put_object(Bucket="data", Key="k.gz", Body=gzip.compress(b"[1, 2]", mtime=0))
        assert account.load(reading()).run().output == [1, 2]
        account.resource(GET).returns({"Body": "[3]"})  # a mock comes first
        assert account.load(reading()).run().output == [3]


@pytest.mark.parametrize(
    ("parameters", "cause"),
    [
        ({"Bucket": "nowhere", "Key": "k"}, "The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: "),
        ({"Bucket": "data", "Key": "k"}, "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: "),
        ({"Bucket": "data", "Key": "k", "Colour": "red"}, "Parameter validation failed"),
    ],
)
def test_errors_of_moto(parameters: dict[str, str], cause: str) -> None:
    with SfnAws() as account:
        account.client("s3").create_bucket(Bucket="data")
        execution = account.load(reading(**parameters)).run()
    assert execution.error == "States.ItemReaderFailed"
    assert (execution.cause or "").startswith(cause)


def test_errors_are_the_same_in_each_run() -> None:
    def cause() -> str | None:
        with SfnAws() as account:
            return account.load(reading()).run().cause

    assert cause() == cause()
