"""What recorded tests asked of other services than Step Functions, asked of moto.

They prepared tables, queues and buckets, and afterwards looked at what a workflow had left there. A test that read task
tokens from a queue is recorded with a made-up message; here it is the one that is really in the queue.
"""

from __future__ import annotations

import json
from typing import Any

from pytest_sfn import SfnAws, SfnMock

SURROUNDINGS = {"_fixture", "_local", "apigateway", "cloudformation", "iam"}
"""Calls that only prepare what Step Functions needs on AWS: roles, APIs, helpers of the recorded tests."""
FABRICATED = "fabricated-task-token"

Json = dict[str, Any]


def needed(case: Json) -> bool:
    """Whether a case calls services that moto has; the others are quicker without."""
    if case["kind"] == "test_state":
        return False
    calls = (*(case.get("setup") or ()), *(case.get("steps") or ()))
    prepared = {step["service"] for step in calls} - {"stepfunctions"}
    return bool({need for need in case.get("needs") or () if need != "apigateway"} | prepared - SURROUNDINGS)


class Services:
    """The services of one case."""

    def __init__(self, account: SfnMock) -> None:
        self._account = account
        self._queues: list[str] = []
        self._log_groups: list[str] = []

    def _client(self, service: str) -> Any:
        assert isinstance(self._account, SfnAws)
        return self._account.client(service)

    def call(self, service: str, operation: str, kwargs: Json) -> Any:
        """The answer of boto3; a body that is a stream is read."""
        answer = getattr(self._client(service), operation)(**kwargs)
        if "Body" in answer:
            answer["Body"] = answer["Body"].read().decode()
        if (service, operation) == ("logs", "create_log_group"):
            self._log_groups.append(kwargs["logGroupName"])
        if (service, operation) == ("logs", "delete_log_group"):
            self._log_groups.remove(kwargs["logGroupName"])
        if (service, operation) == ("sqs", "create_queue"):
            self._queues.append(answer["QueueUrl"])
        return answer

    def messages(self) -> list[Any]:
        """The JSON of the messages in the queues; they stay there."""
        found: list[Any] = []
        sqs = self._client("sqs")
        for url in self._queues:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            found += [json.loads(message["Body"]) for message in answer.get("Messages", ())]
        return found

    def logged(self) -> list[Json]:
        """The JSON of what executions have logged, in the order of their events."""
        found: list[Json] = []
        for group in self._log_groups:
            pages = self._client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
            found += [json.loads(event["message"]) for page in pages for event in page["events"]]
        return sorted(found, key=lambda event: (event["execution_arn"], int(event["id"])))

    def output_for(self, token: str, output: str) -> str:
        """The output sent with a token: if it was a message from a queue, that which has the token."""
        if FABRICATED not in output:
            return output
        return next((json.dumps(body) for body in self.messages() if body.get("TaskToken") == token), output)
