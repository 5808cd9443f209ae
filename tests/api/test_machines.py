"""State machines and definitions through the API."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import WAIT
from tests.helpers import machine

PASS = machine(P={"Type": "Pass"})
INVALID = "InvalidDefinition: Invalid State Machine Definition: "
ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:M"


def test_created_machine_is_one_of_the_account(account, call, create) -> None:
    assert create() == ARN
    assert account.machines[0].run({}).output == "done"
    described = call("DescribeStateMachine", stateMachineArn=ARN)
    assert {name: described[name] for name in ("name", "status", "type", "roleArn")} == {
        "name": "M",
        "status": "ACTIVE",
        "type": "STANDARD",
        "roleArn": "arn:aws:iam::111111111111:role/r",
    }
    assert json.loads(described["definition"]) == WAIT
    assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert "definition" not in call("DescribeStateMachine", stateMachineArn=ARN, includedData="METADATA_ONLY")


def test_loaded_machine_is_one_of_the_api(account, call) -> None:
    account.load(WAIT, name="M")
    assert json.loads(call("DescribeStateMachine", stateMachineArn=ARN)["definition"]) == WAIT
    (listed,) = call("ListStateMachines")["stateMachines"]
    assert listed["stateMachineArn"] == ARN
    assert call("StartExecution", stateMachineArn=ARN)["executionArn"].startswith(ARN.replace("stateMachine", "execution"))


def test_same_machine_once_more_and_another_of_that_name(call, create) -> None:
    assert create() == create()
    text = json.dumps(WAIT, indent=1)
    assert call("CreateStateMachine", name="M", definition=text, roleArn="r") == (
        f"StateMachineAlreadyExists: State Machine Already Exists: '{ARN}'"
    )


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"name": "a b"}, "InvalidName: Invalid Name: 'a b'"),
        ({"definition": "no"}, f"{INVALID}'INVALID_JSON_DESCRIPTION: "),
        ({"definition": "[]"}, f"{INVALID}'INVALID_JSON_DESCRIPTION: "),
        ({"definition": "StartAt: A\nStates: {A: {Type: Succeed}}"}, "InvalidDefinition: "),  # the API takes no YAML
        (
            {"definition": '{"StartAt": "A"}'},
            f"{INVALID}'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
        ),
        (
            {"definition": json.dumps(machine(A={"Type": "Pass", "Next": "A"}))},  # measured: floci issue 2735
            f"{INVALID}'MISSING_END_STATE: Workflow has no terminal state at null'",
        ),
        (
            {"loggingConfiguration": {"level": "ALL"}},
            "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            {"versionDescription": "first"},
            "ValidationException: Version description can only be set when publish is true",
        ),
    ],
)
def test_refused(call, params, refusal) -> None:
    given = {"name": "M", "definition": json.dumps(PASS), "roleArn": "r", **params}
    assert call("CreateStateMachine", **given).startswith(refusal)


def test_update_leaves_what_runs(account, call, create) -> None:
    create()
    started = call("StartExecution", stateMachineArn=ARN, name="old")["executionArn"]
    updated = call("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(PASS))
    assert call("StartExecution", stateMachineArn=ARN, name="new")
    account.advance(60)
    assert [execution.path for execution in account.executions] == [["W", "P"], ["P"]]
    described = call("DescribeStateMachine", stateMachineArn=ARN)
    assert (json.loads(described["definition"]), described["revisionId"]) == (PASS, updated["revisionId"])
    before = call("DescribeStateMachineForExecution", executionArn=started)
    assert json.loads(before["definition"]) == WAIT
    again = call("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(PASS))
    assert again["revisionId"] == updated["revisionId"]
    assert call("UpdateStateMachine", stateMachineArn=ARN).startswith("MissingRequiredParameter")


def test_update_that_changes_nothing_makes_no_revision(account, call, create) -> None:
    create()
    assert call("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(WAIT)) == {"updateDate": account.now}
    assert len(account.machines) == 1
    assert "revisionId" not in call("DescribeStateMachine", stateMachineArn=ARN)


GONE = f"StateMachineDoesNotExist: State Machine Does Not Exist: '{ARN}'"


def test_delete(account, call, create) -> None:
    create(publish=True)
    route = [{"stateMachineVersionArn": f"{ARN}:1", "weight": 100}]
    call("CreateStateMachineAlias", name="PROD", routingConfiguration=route)
    assert call("DeleteStateMachine", stateMachineArn=ARN) == {}
    assert call("DeleteStateMachine", stateMachineArn=ARN) == {}
    assert call("StartExecution", stateMachineArn=ARN) == call("DescribeStateMachine", stateMachineArn=ARN) == GONE
    assert call("ListStateMachines")["stateMachines"] == []
    assert call("StartExecution", stateMachineArn=f"{ARN}:PROD").startswith("StateMachineDoesNotExist: ")
    create()
    assert call("ListStateMachineVersions", stateMachineArn=ARN)["stateMachineVersions"] == []
    assert call("PublishStateMachineVersion", stateMachineArn=ARN)["stateMachineVersionArn"] == f"{ARN}:1"


def test_delete_ends_what_runs_at_its_next_state(account, call, create) -> None:
    create()
    started = call("StartExecution", stateMachineArn=ARN)["executionArn"]
    call("DeleteStateMachine", stateMachineArn=ARN)
    assert call("DescribeStateMachine", stateMachineArn=ARN)["status"] == "DELETING"
    deleting = f"StateMachineDeleting: State Machine is being deleted: '{ARN}'"
    assert call("StartExecution", stateMachineArn=ARN) == deleting
    assert call("CreateStateMachine", name="M", definition=json.dumps(PASS), roleArn="r") == deleting
    assert call("UpdateStateMachine", stateMachineArn=ARN, definition=json.dumps(PASS)) == deleting
    assert call("PublishStateMachineVersion", stateMachineArn=ARN) == deleting
    assert [each["name"] for each in call("ListStateMachines")["stateMachines"]] == ["M"]
    while call("DescribeStateMachine", stateMachineArn=ARN) != GONE:  # as terraform waits
        assert account.now.minute == 0
    described = call("DescribeExecution", executionArn=started)
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"] == "State machine M has been deleted."
    assert account.executions[0].path == ["W"]


def test_stop_lets_a_deleted_machine_go(account, call, create) -> None:
    create()
    call("StartExecution", stateMachineArn=ARN)
    call("DeleteStateMachine", stateMachineArn=ARN)
    (running,) = call("ListExecutions", stateMachineArn=ARN, statusFilter="RUNNING")["executions"]
    call("StopExecution", executionArn=running["executionArn"])
    assert call("DescribeStateMachine", stateMachineArn=ARN) == GONE
    assert create(PASS) == ARN


def test_delete_leaves_executions_of_an_express_machine(account, call, create) -> None:
    create(type="EXPRESS")
    call("StartExecution", stateMachineArn=ARN)
    call("DeleteStateMachine", stateMachineArn=ARN)
    assert call("DescribeStateMachine", stateMachineArn=ARN) == GONE
    account.advance(60)
    assert account.executions[0].output == "done"


@pytest.mark.parametrize("operation", ["Describe", "Delete", "Update"])
def test_arn_of_a_distributed_map_is_refused(client, create, operation: str) -> None:
    create()
    with pytest.raises(client.exceptions.ValidationException) as caught:
        getattr(client, f"{operation.lower()}_state_machine")(stateMachineArn=f"{ARN}/label")
    assert caught.value.response["reason"] == "API_DOES_NOT_SUPPORT_LABELED_ARNS"


def test_configurations_are_shown_and_updated(account, call, create) -> None:
    key = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/k"}
    create(tracingConfiguration={}, encryptionConfiguration=key)
    described = call("DescribeStateMachine", stateMachineArn=ARN)
    assert described["tracingConfiguration"] == {"enabled": False}
    assert described["encryptionConfiguration"] == {**key, "kmsDataKeyReusePeriodSeconds": 300}
    created = account.now
    account.advance(1)
    owned = {"type": "AWS_OWNED_KEY"}
    updated = call(
        "UpdateStateMachine",
        stateMachineArn=ARN,
        tracingConfiguration={"enabled": True},
        encryptionConfiguration=owned,
        roleArn="arn:aws:iam::111111111111:role/other",
    )
    described = call("DescribeStateMachine", stateMachineArn=ARN)
    assert (described["tracingConfiguration"], described["encryptionConfiguration"]) == ({"enabled": True}, owned)
    assert (described["revisionId"], described["creationDate"]) == (updated["revisionId"], created)
    assert (described["roleArn"], json.loads(described["definition"])) == ("arn:aws:iam::111111111111:role/other", WAIT)


def test_list_by_name_in_pages(call, create) -> None:
    for name in ("b", "a", "c"):
        create(name=name)
    first = call("ListStateMachines", maxResults=2)
    second = call("ListStateMachines", maxResults=2, nextToken=first["nextToken"])
    assert [each["name"] for each in [*first["stateMachines"], *second["stateMachines"]]] == ["a", "b", "c"]
    assert "nextToken" not in second


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::1234:role/r", "arn:aws:iam::123456789012:user/u", "arn:aws:iam::123456789012:role/", "arn:aws"]
)
def test_role_that_is_none(call, create, arn) -> None:
    machine = create()
    for operation, params in (
        ("CreateStateMachine", {"name": "N", "definition": json.dumps(WAIT)}),
        ("UpdateStateMachine", {"stateMachineArn": machine}),
    ):
        assert call(operation, **params, roleArn=arn) == f"InvalidArn: Invalid Role Arn: '{arn}'"
