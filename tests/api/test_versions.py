"""Versions of state machines through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import WAIT
from tests.helpers import machine

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
PASS = json.dumps(machine(P={"Type": "Pass", "Result": 2}))


def numbers(call: Any, **params: Any) -> list[str]:
    return [each["stateMachineVersionArn"] for each in call("ListStateMachineVersions", stateMachineArn=ARN, **params)[
        "stateMachineVersions"
    ]]  # fmt: skip


def test_publish_describe_list_delete(account, call, create) -> None:
    create()
    account.advance(5)
    first = call("PublishStateMachineVersion", stateMachineArn=ARN, description="one")
    assert first == {"stateMachineVersionArn": f"{ARN}:1", "creationDate": account.now}
    assert call("PublishStateMachineVersion", stateMachineArn=ARN, description="another") == first  # [documented]
    second = call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS, publish=True, versionDescription="two")
    assert second["stateMachineVersionArn"] == f"{ARN}:2"
    assert numbers(call) == [f"{ARN}:2", f"{ARN}:1"]

    described = call("DescribeStateMachine", stateMachineArn=f"{ARN}:1")
    assert (json.loads(described["definition"]), described["description"]) == (WAIT, "one")
    assert (described["stateMachineArn"], described["creationDate"]) == (f"{ARN}:1", first["creationDate"])
    assert "revisionId" not in described
    described = call("DescribeStateMachine", stateMachineArn=f"{ARN}:2")
    assert (described["definition"], described["description"]) == (PASS, "two")
    assert described["revisionId"] == second["revisionId"]
    assert "description" not in call("DescribeStateMachine", stateMachineArn=ARN)

    assert call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:2") == {}
    assert call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:2") == {}
    assert numbers(call) == [f"{ARN}:1"]
    assert call("PublishStateMachineVersion", stateMachineArn=ARN)["stateMachineVersionArn"] == f"{ARN}:3"  # [recorded]


def test_list_in_pages(call, create) -> None:
    create(publish=True)
    for n in range(3):
        definition = json.dumps(machine(P={"Type": "Pass", "Result": n}))
        call("UpdateStateMachine", stateMachineArn=ARN, definition=definition, publish=True)
    first = call("ListStateMachineVersions", stateMachineArn=ARN, maxResults=3)
    assert len(first["stateMachineVersions"]) == 3
    assert numbers(call, nextToken=first["nextToken"]) == [f"{ARN}:1"]


def test_creation_publishes_and_is_idempotent_with_it(call, create) -> None:
    definition = json.dumps(WAIT)
    role = "arn:aws:iam::111111111111:role/r"
    made = {"name": "M", "definition": definition, "publish": True, "versionDescription": "first"}
    once = call("CreateStateMachine", **made, roleArn=role)
    assert once["stateMachineVersionArn"] == f"{ARN}:1"
    assert call("CreateStateMachine", **made, roleArn="other", tags=[{"key": "k", "value": "v"}]) == once
    assert call("DescribeStateMachine", stateMachineArn=ARN)["roleArn"] == role
    assert call("ListTagsForResource", resourceArn=ARN) == {"tags": []}
    exists = f"StateMachineAlreadyExists: State Machine Already Exists: '{ARN}'"
    for other in (
        {"publish": False, "versionDescription": None},
        {"versionDescription": "second"},
        {"tracingConfiguration": {"enabled": True}},
        {"type": "EXPRESS"},
    ):
        params = {name: value for name, value in {**made, **other}.items() if value is not None}
        assert call("CreateStateMachine", **params, roleArn=role) == exists


@pytest.mark.parametrize(
    ("operation", "params", "refusal"),
    [
        ("PublishStateMachineVersion", {"stateMachineArn": "x"}, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"),
        (  # as recorded for UpdateStateMachine
            "PublishStateMachineVersion",
            {"stateMachineArn": f"{ARN}:1"},
            f"StateMachineDoesNotExist: State Machine Does Not Exist: '{ARN}:1'",
        ),
        ("ListStateMachineVersions", {"stateMachineArn": f"{ARN}2"}, "StateMachineDoesNotExist: "),
        ("DescribeStateMachine", {"stateMachineArn": f"{ARN}:2"}, "StateMachineDoesNotExist: "),
        ("StartExecution", {"stateMachineArn": f"{ARN}:2"}, "StateMachineDoesNotExist: "),
        ("ListExecutions", {"stateMachineArn": f"{ARN}:2"}, "StateMachineDoesNotExist: "),
        ("UpdateStateMachine", {"stateMachineArn": f"{ARN}:1", "definition": PASS}, "StateMachineDoesNotExist: "),
        ("DeleteStateMachineVersion", {"stateMachineVersionArn": ARN}, "InvalidArn: "),
        (
            "UpdateStateMachine",
            {"stateMachineArn": ARN, "definition": PASS, "versionDescription": "d"},
            "ValidationException: Version description can only be set when publish is true",
        ),
        ("UpdateStateMachine", {"stateMachineArn": ARN, "publish": True}, "MissingRequiredParameter: "),
        (
            "PublishStateMachineVersion",
            {"stateMachineArn": ARN, "revisionId": "r"},
            "ConflictException: Failed to publish the State Machine version for revision r. The current State Machine rev",
        ),
    ],
)
def test_refused(call, create, operation: str, params: dict[str, Any], refusal: str) -> None:
    create(publish=True)
    assert call(operation, **params).startswith(refusal)


def test_revision_that_a_version_is_published_of(call, create) -> None:
    create()
    assert call("PublishStateMachineVersion", stateMachineArn=ARN, revisionId="INITIAL")["stateMachineVersionArn"] == f"{ARN}:1"
    revision = call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS)["revisionId"]
    published = call("PublishStateMachineVersion", stateMachineArn=ARN, revisionId=revision)
    assert published["stateMachineVersionArn"] == f"{ARN}:2"
    assert call("PublishStateMachineVersion", stateMachineArn=ARN, revisionId="INITIAL").startswith("ConflictException: ")


def test_execution_of_a_version(account, call, create) -> None:
    create(publish=True)
    call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS, publish=True)
    old = call("StartExecution", stateMachineArn=f"{ARN}:1", name="old")["executionArn"]
    new = call("StartExecution", stateMachineArn=f"{ARN}:2", name="new")["executionArn"]
    plain = call("StartExecution", stateMachineArn=ARN, name="plain")["executionArn"]
    assert old == f"{ARN.replace('stateMachine', 'execution')}:old"
    assert [execution.path for execution in account.executions] == [["W"], ["P"], ["P"]]

    described = call("DescribeExecution", executionArn=old)
    assert (described["stateMachineArn"], described["stateMachineVersionArn"]) == (ARN, f"{ARN}:1")
    assert "stateMachineAliasArn" not in described
    assert "stateMachineVersionArn" not in call("DescribeExecution", executionArn=plain)  # [recorded]
    (event, *_) = call("GetExecutionHistory", executionArn=new)["events"]
    assert event["executionStartedEventDetails"]["stateMachineVersionArn"] == f"{ARN}:2"
    of = call("DescribeStateMachineForExecution", executionArn=old)
    assert (json.loads(of["definition"]), of["stateMachineArn"]) == (WAIT, ARN)
    assert call("DescribeStateMachineForExecution", executionArn=new)["definition"] == PASS

    listed = call("ListExecutions", stateMachineArn=f"{ARN}:1")["executions"]
    assert [(each["name"], each["stateMachineVersionArn"]) for each in listed] == [("old", f"{ARN}:1")]
    assert len(call("ListExecutions", stateMachineArn=ARN)["executions"]) == 3

    # a name is used up in all versions
    assert call("StartExecution", stateMachineArn=f"{ARN}:2", name="old")["executionArn"] == old
    assert call("StartExecution", stateMachineArn=ARN, name="new").startswith("ExecutionAlreadyExists: ")

    call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1")
    assert account.executions[0].run().output == "done"


def test_too_many_versions_leave_the_machine_as_it_is(account, call, create, monkeypatch) -> None:
    monkeypatch.setattr("pytest_sfn.api.entries.MOST_VERSIONS", 1)
    create(publish=True)
    refused = call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS, publish=True)
    assert refused.startswith("ServiceQuotaExceededException: ")
    assert json.loads(call("DescribeStateMachine", stateMachineArn=ARN)["definition"]) == WAIT
    published = call("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(WAIT), publish=True)
    assert published == {"updateDate": account.now, "stateMachineVersionArn": f"{ARN}:1"}
    call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1")
    assert (
        call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS, publish=True)["stateMachineVersionArn"] == f"{ARN}:2"
    )


def test_express_version_in_a_task(account, call, create) -> None:
    express = create(machine(P={"Type": "Pass", "Result": 1}), name="E", type="EXPRESS", publish=True)
    call("UpdateStateMachine", stateMachineArn=express, definition=PASS)
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        "Parameters": {"StateMachineArn": f"{express}:1"},
    }
    execution = account.load(machine(A=start)).run()
    assert (execution.output["Output"], "StateMachineVersionArn" in execution.output) == ("1", False)


def test_version_as_a_nested_execution(account, call, create) -> None:
    create(machine(P={"Type": "Pass", "Result": 1}), publish=True)
    call("UpdateStateMachine", stateMachineArn=ARN, definition=PASS)
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": f"{ARN}:1"},
    }
    execution = account.load(machine(A=start)).run()
    assert (execution.output["Output"], execution.output["StateMachineVersionArn"]) == (1, f"{ARN}:1")
