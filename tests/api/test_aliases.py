"""Aliases of state machines through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from tests.helpers import machine

ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
PROD = f"{ARN}:PROD"
NOT_FOUND = "ResourceNotFound: Request references a resource that does not exist."


def routed(*weights: int, arn: str = ARN) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": f"{arn}:{n}", "weight": weight} for n, weight in enumerate(weights, 1)]


@pytest.fixture
def versions(call, create) -> str:
    """A machine with two versions, which give their number."""
    create(machine(P={"Type": "Pass", "Result": 1}), publish=True)
    second = json.dumps(machine(P={"Type": "Pass", "Result": 2}))
    call("UpdateStateMachine", stateMachineArn=ARN, definition=second, publish=True)
    return ARN


def test_create_describe_update_delete(account, call, versions) -> None:
    made = {"name": "PROD", "description": "d", "routingConfiguration": routed(100)}
    created = call("CreateStateMachineAlias", **made)
    assert created == {"stateMachineAliasArn": PROD, "creationDate": account.now}
    account.advance(5)
    assert call("CreateStateMachineAlias", **made) == created
    for other in ({"description": "e"}, {"routingConfiguration": routed(50, 50)}):
        assert call("CreateStateMachineAlias", **{**made, **other}) == (
            "ConflictException: Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists."
        )
    described = call("DescribeStateMachineAlias", stateMachineAliasArn=PROD)
    before = created["creationDate"]
    assert described == {
        "stateMachineAliasArn": PROD, **made, "creationDate": before, "updateDate": before,
    }  # fmt: skip

    assert call("UpdateStateMachineAlias", stateMachineAliasArn=PROD, description="") == {"updateDate": account.now}
    call("UpdateStateMachineAlias", stateMachineAliasArn=PROD, routingConfiguration=routed(0, 100))
    described = call("DescribeStateMachineAlias", stateMachineAliasArn=PROD)
    assert (described["description"], described["routingConfiguration"]) == ("", routed(0, 100))
    assert described["updateDate"] == account.now

    assert call("DeleteStateMachineAlias", stateMachineAliasArn=PROD) == {}
    for operation in ("Describe", "Delete"):
        assert call(f"{operation}StateMachineAlias", stateMachineAliasArn=PROD) == NOT_FOUND
    assert call("UpdateStateMachineAlias", stateMachineAliasArn=PROD, description="d") == NOT_FOUND
    assert call("StartExecution", stateMachineArn=PROD).startswith("StateMachineDoesNotExist: ")


def test_list_by_name_by_version_and_in_pages(call, versions) -> None:
    def names(**params: Any) -> list[str]:
        answer = call("ListStateMachineAliases", **{"stateMachineArn": ARN, **params})
        return [each["stateMachineAliasArn"].rpartition(":")[2] for each in answer["stateMachineAliases"]]

    assert names() == []
    for name, weights in (("c", (100,)), ("a", (50, 50)), ("b", (100,))):
        call("CreateStateMachineAlias", name=name, routingConfiguration=routed(*weights))
    assert names() == ["a", "b", "c"]
    assert names(stateMachineArn=f"{ARN}:2") == ["a"]
    first = call("ListStateMachineAliases", stateMachineArn=ARN, maxResults=2)
    assert names(nextToken=first["nextToken"]) == ["c"]
    assert call("ListStateMachineAliases", stateMachineArn=ARN, nextToken="x") == "InvalidToken: Invalid Token: 'Invalid token'"
    assert call("ListStateMachineAliases", stateMachineArn=f"{ARN}:3") == NOT_FOUND
    assert call("ListStateMachineAliases", stateMachineArn=f"{ARN}2").startswith("StateMachineDoesNotExist: ")


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"routingConfiguration": routed(99)}, "ValidationException: Sum of routing configuration weights"),
        ({"routingConfiguration": routed(50, 51)}, "ValidationException: Sum of routing configuration weights"),
        ({"routingConfiguration": routed(50)[:1] * 2}, "ValidationException: "),
        ({"routingConfiguration": [*routed(50), *routed(50, arn=f"{ARN}2")]}, "ValidationException: "),
        ({"routingConfiguration": [{"stateMachineVersionArn": ARN, "weight": 100}]}, "ValidationException: "),
        ({"routingConfiguration": [{"stateMachineVersionArn": "x", "weight": 100}]}, "InvalidArn: "),
        ({"routingConfiguration": routed(100, arn=f"{ARN}2")}, NOT_FOUND),
        ({"routingConfiguration": [{"stateMachineVersionArn": f"{ARN}:3", "weight": 100}]}, NOT_FOUND),
        (
            {"routingConfiguration": routed(101)},
            "ValidationException: 1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' failed to",
        ),
        ({"routingConfiguration": []}, "ValidationException: 1 validation error detected: "),
        (
            {"name": "1"},
            "ValidationException: 1 validation error detected: Value '1' at 'name' failed to satisfy constraint: Member must",
        ),
    ],
)
def test_refused(call, versions, params: dict[str, Any], refusal: str) -> None:
    given = {"name": "PROD", "routingConfiguration": routed(100), **params}
    assert call("CreateStateMachineAlias", **given).startswith(refusal)


def test_update_that_is_refused(call, create, versions, client) -> None:
    create(name="N", publish=True)
    call("CreateStateMachineAlias", name="PROD", routingConfiguration=routed(100))
    other = routed(100, arn=ARN[:-1] + "N")
    assert call("UpdateStateMachineAlias", stateMachineAliasArn=PROD, routingConfiguration=other).startswith("ValidationExc")
    with pytest.raises(client.exceptions.ValidationException) as caught:
        client.update_state_machine_alias(stateMachineAliasArn=PROD)
    assert caught.value.response["reason"] == "MISSING_REQUIRED_PARAMETER"
    with pytest.raises(client.exceptions.ConflictException) as caught:
        client.delete_state_machine_version(stateMachineVersionArn=f"{ARN}:1")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_version_that_aliases_lead_to_is_not_deleted(call, versions) -> None:
    for name in ("PROD", "BETA"):
        call("CreateStateMachineAlias", name=name, routingConfiguration=routed(100))
    assert call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1") == (  # one alias is recorded
        "ConflictException: Version to be deleted must not be referenced by an alias. "
        "Current list of aliases referencing this version: [BETA, PROD]"
    )
    for name in ("PROD", "BETA"):
        call("UpdateStateMachineAlias", stateMachineAliasArn=f"{ARN}:{name}", routingConfiguration=routed(0, 100)[1:])
    assert call("DeleteStateMachineVersion", stateMachineVersionArn=f"{ARN}:1") == {}


def test_too_many_aliases(call, versions, monkeypatch) -> None:
    monkeypatch.setattr("pytest_sfn.api.aliases.MOST_ALIASES", 1)
    first = call("CreateStateMachineAlias", name="a", routingConfiguration=routed(100))
    assert call("CreateStateMachineAlias", name="b", routingConfiguration=routed(100)).startswith("ServiceQuotaExceeded")
    assert call("CreateStateMachineAlias", name="a", routingConfiguration=routed(100)) == first  # [reported]


def test_execution_by_an_alias(call, versions) -> None:
    call("CreateStateMachineAlias", name="PROD", routingConfiguration=routed(0, 100))
    started = call("StartExecution", stateMachineArn=PROD, name="n")["executionArn"]
    described = call("DescribeExecution", executionArn=started)
    assert (described["output"], described["stateMachineArn"]) == ("2", ARN)
    assert (described["stateMachineVersionArn"], described["stateMachineAliasArn"]) == (f"{ARN}:2", PROD)
    for by in (PROD, f"{ARN}:2", ARN):
        (listed,) = call("ListExecutions", stateMachineArn=by)["executions"]
        assert (listed["stateMachineVersionArn"], listed["stateMachineAliasArn"]) == (f"{ARN}:2", PROD)
    assert call("ListExecutions", stateMachineArn=f"{ARN}:1")["executions"] == []
    (event, *_) = call("GetExecutionHistory", executionArn=started)["events"]
    assert event["executionStartedEventDetails"]["stateMachineAliasArn"] == PROD
    shown = call("DescribeStateMachine", stateMachineArn=PROD)
    assert (shown["stateMachineArn"], json.loads(shown["definition"])["States"]["P"]["Result"]) == (PROD, 2)


def outputs(seed: int) -> list[Any]:
    account = SfnMock(seed=seed)
    api = account_of(account).api
    for n in (1, 2):
        definition = json.dumps(machine(P={"Type": "Pass", "Result": n}))
        if n == 1:
            api.call("CreateStateMachine", {"name": "M", "definition": definition, "roleArn": "r", "publish": True})
        else:
            api.call("UpdateStateMachine", {"stateMachineArn": ARN, "definition": definition, "publish": True})
    api.call("CreateStateMachineAlias", {"name": "PROD", "routingConfiguration": routed(80, 20)})
    for _ in range(200):
        api.call("StartExecution", {"stateMachineArn": PROD})
    return [execution.output for execution in account.executions]


def test_weights_are_drawn_by_the_seed() -> None:
    assert outputs(1) == outputs(1) != outputs(2)
    assert 20 <= outputs(1).count(2) <= 60


def test_alias_in_a_task(account, call, versions) -> None:
    call("CreateStateMachineAlias", name="PROD", routingConfiguration=routed(100))
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": PROD},
        "Next": "B",
    }
    describe = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:describeStateMachineAlias",
        "Parameters": {"StateMachineAliasArn": PROD},
        "ResultPath": "$.Alias",
    }
    output = account.load(machine(A=start, B=describe)).run().output
    assert (output["Output"], output["StateMachineAliasArn"]) == ("1", PROD)
    assert output["Alias"]["RoutingConfiguration"] == [{"StateMachineVersionArn": f"{ARN}:1", "Weight": 100}]
    refused = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:deleteStateMachineVersion",
        "Parameters": {"StateMachineVersionArn": f"{ARN}:1"},
    }
    execution = account.load(machine(A=refused)).run()
    assert execution.error == "Sfn.ConflictException"
    assert "(Service: Sfn, Status Code: 409, Request ID: " in execution.cause
