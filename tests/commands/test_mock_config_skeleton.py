"""A mock configuration to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.commands.mock_config_skeleton import skeleton
from pytest_sfn.definition import load
from pytest_sfn.errors import PytestSfnError
from tests.helpers import machine, task

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def test_the_happy_path_and_each_error_path(tmp_path: Path) -> None:
    definition = machine(
        A={
            **INVOKE,
            "Next": "Each",
            "Retry": [{"ErrorEquals": ["Card.Declined"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}],
            "ResultPath": None,
        },
        Each={"Type": "Map", "ItemProcessor": machine(B=task("g"))},
        No={"Type": "Fail"},
    )

    made = skeleton(load(definition), "order")

    cases = made["StateMachines"]["order"]["TestCases"]
    assert list(cases) == ["HappyPath", "AFailsWithCardDeclined", "AFailsWithCardDeclined3Times", "AFailsWithSandboxTimedout"]
    assert list(made["MockedResponses"]["B succeeds"]) == ["0-99"]
    (tmp_path / "m.json").write_text(json.dumps(made))
    ends = []
    for case in cases:
        account = SfnMock()
        account.use_mock_config(tmp_path / "m.json", case)
        ends.append(account.load(definition, name="order").run([1, 2]).path)
    assert ends == [["A", "Each"], ["A", "Each"], ["A", "No"], ["A", "No"]]


@pytest.mark.parametrize(
    ("resource", "result"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:f", {"StatusCode": 200, "Payload": {}}),
        ("arn:aws:states:::lambda:invoke", {"StatusCode": 200, "Payload": {}}),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", {}),
        ("arn:aws:states:::http:invoke", {"StatusCode": 200, "ResponseBody": {}}),
        ("arn:aws:states:::dynamodb:getItem", {}),
    ],
)
def test_what_a_task_may_answer(resource: str, result: object) -> None:
    fields = {"FunctionName": "f", "TableName": "t", "Key": {}, "ApiEndpoint": "https://a", "Method": "GET"}
    wanted = {"dynamodb": ("TableName", "Key"), "http": ("ApiEndpoint", "Method")}
    names = next((names for service, names in wanted.items() if service in resource), ("FunctionName",))
    parameters = {name: fields[name] for name in names}
    if "http" in resource:
        parameters["Authentication"] = {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"}
    state = {"Type": "Task", "Resource": resource, "Parameters": parameters}

    assert skeleton(load(machine(A=state)), "m")["MockedResponses"]["A succeeds"] == {"0": {"Return": result}}


def test_a_machine_without_tasks() -> None:
    with pytest.raises(PytestSfnError, match="it has no Task states"):
        skeleton(load(machine(A={"Type": "Pass"})), "m")
