"""One call of a distributed Map to S3, from request to answer."""

from __future__ import annotations

from typing import Any

from pytest_sfn import SfnMock
from tests.engine.distributed.maps import GET, JSON, reading


def test_a_request_looks_to_mocks_like_a_task() -> None:
    mock = SfnMock()
    mock.resource(GET).returns({"Body": "[1]"})
    execution = mock.load(reading(JSON)).run({"key": "k"})
    (call,) = mock.resource(GET).calls
    assert (call.state, call.input, call.attempt, call.execution) == ("A", {"Bucket": "data", "Key": "k"}, 1, execution.name)


def test_each_retry_of_the_map_is_an_attempt_of_the_request() -> None:
    mock = SfnMock()
    mock.resource(GET).raises("S3.SlowDown").returns({"Body": "[1]"})
    definition = reading(JSON, Retry=[{"ErrorEquals": ["States.ItemReaderFailed"]}])
    assert mock.load(definition).run({"key": "k"}).succeeded
    assert [call.attempt for call in mock.resource(GET).calls] == [1, 2]


def test_the_map_fails_with_the_error_of_the_field_and_the_cause_of_the_api() -> None:
    mock = SfnMock()
    answers: Any = mock.resource(GET)
    answers.raises("S3.NoSuchKey", "The specified key does not exist.").raises("S3.NoSuchBucket")
    machine = mock.load(reading(JSON))
    failed = [machine.run({"key": "k"}) for _ in range(2)]
    assert [(each.error, each.cause) for each in failed] == [
        ("States.ItemReaderFailed", "The specified key does not exist."),
        ("States.ItemReaderFailed", "S3.NoSuchBucket"),
    ]
