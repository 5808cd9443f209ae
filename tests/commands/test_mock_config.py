"""`pytest-sfn mock-config ...`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.__main__ import main
from tests.helpers import machine, task

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
ORDER = machine(Charge={**INVOKE, "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}], "Next": "Ship"}, Ship=task("ship"))
CONFIG = {
    "StateMachines": {"order": {"TestCases": {"Happy": {"Charge": "Charged", "Ship": "Shipped"}}}},
    "MockedResponses": {"Charged": {"0": {"Return": {"StatusCode": 200}}}, "Shipped": {"0": {"Return": 2}}},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "order.asl.json", ORDER)
    write(tmp_path, "MockConfigFile.json", CONFIG)
    return tmp_path


def write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value, indent=1), encoding="utf-8")


def run(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str]:
    status = main(["mock-config", *arguments])
    out, err = capsysbinary.readouterr()
    return status, (out + err).decode()


@pytest.mark.usefixtures("folder")
def test_a_configuration_without_mistakes(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    found = run(capsysbinary, "check", "MockConfigFile.json", "order.asl.json")

    assert found == (0, "MockConfigFile.json: 1 state machine, 1 test case, 2 responses: no mistakes\n")


def test_all_mistakes_are_listed(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    cases = {"Happy": {"charge": "Charged", "Ship": "shipped"}}
    write(folder, "MockConfigFile.json", {**CONFIG, "StateMachines": {"order": {"TestCases": cases}}})

    status, shown = run(capsysbinary, "check", "MockConfigFile.json", "order.asl.json")

    assert status == 1
    assert [line.split(": ", 1) for line in shown.splitlines() if line.startswith("MockConfigFile.json:")] == [
        [
            "MockConfigFile.json:6:6",
            "INVALID_MOCK_CONFIG: test case 'Happy': the state machine has no state 'charge'",
        ],
        ["MockConfigFile.json:7:6", "INVALID_MOCK_CONFIG: state 'Ship': MockedResponses has no 'shipped'"],
        ["MockConfigFile.json:20:3", "warning: INVALID_MOCK_CONFIG: no test case names response 'Shipped'"],
    ]
    assert "did you mean 'Charge'?" in shown


def test_answers_that_aws_could_never_give_are_warned_of(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    put = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}}
    outcomes = {"0": {"Return": {"MessageId": 1}}, "1": {"Throw": {"Error": "SQS.Nope", "Cause": ""}}, "2": {"Return": {}}}
    cases = {"One": {"Put": "Odd"}, "Two": {"Put": "Odd"}}
    write(folder, "m.json", {"StateMachines": {"put": {"TestCases": cases}}, "MockedResponses": {"Odd": outcomes}})
    write(folder, "put.asl.json", machine(Put=put))

    status, shown = run(capsysbinary, "check", "m.json", "put.asl.json")

    assert status == 0
    places = [line for line in shown.splitlines() if line.startswith("m.json:")]
    warning = "warning: INVALID_MOCK_CONFIG: state 'Put':"
    assert places[0] == f"m.json:16:4: {warning} AWS could never give this answer: Field 'MessageId' must be a string"
    assert places[1].startswith(f"m.json:21:4: {warning} it throws 'SQS.Nope', which sqs:sendMessage never does")
    assert len(places) == 3  # the last says what there is


def test_machines_of_a_template_are_paired_by_name(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": ORDER}}
    write(folder, "template.json", {"Resources": {"order": resource, "orders": resource}})

    status, shown = run(capsysbinary, "check", "MockConfigFile.json", "template.json")

    assert status == 1
    assert "MockConfigFile.json:2:2: INVALID_MOCK_CONFIG: there is no state machine 'orders'" in shown
    assert "fix  did you mean 'order'? it has 'order'" in shown


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    status, shown = run(capsysbinary, "check", "MockConfigFil.json")

    assert status == 2
    assert "mock-config: mock configuration 'MockConfigFil.json' not found" in shown
    assert "did you mean" in shown


@pytest.mark.usefixtures("folder")
def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["mock-config"])
    assert "usage: pytest-sfn mock-config" in capsys.readouterr().err


def test_python_code_and_where_it_cannot_be_written(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (folder / "tests").mkdir()

    assert run(capsysbinary, "to-python", "MockConfigFile.json", "order.asl.json", "-o", "tests/test_order.py") == (0, "")
    assert 'sfn_mock.load("../order.asl.json", name="order")' in (folder / "tests/test_order.py").read_text(encoding="utf-8")
    status, shown = run(capsysbinary, "to-python", "MockConfigFile.json", "-o", "no/folder.py")
    assert (status, "folder.py: cannot be written" in shown) == (2, True)


def test_a_skeleton_has_no_mistakes(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capsysbinary, "from-machine", "order.asl.json", "-o", "new.json") == (0, "")

    assert run(capsysbinary, "check", "new.json", "order.asl.json")[0] == 0
    config = json.loads((folder / "new.json").read_text(encoding="utf-8"))
    assert list(config["StateMachines"]) == ["order"]
    status, shown = run(capsysbinary, "from-machine", "order.asl.json", "--name", "other")
    assert (status, list(json.loads(shown)["StateMachines"])) == (0, ["other"])


def test_a_definition_has_no_logical_id(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capsysbinary, "from-machine", "order.asl.json", "--logical-id", "Order") == (
        2,
        "pytest-sfn mock-config: order.asl.json: this is a definition itself, no template\n  fix  leave out --logical-id\n",
    )


def test_a_template_with_several_machines_needs_a_name(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": ORDER}}
    write(folder, "template.json", {"Resources": {"A": resource, "B": resource}})

    status, shown = run(capsysbinary, "from-machine", "template.json")
    assert (status, "name one state machine with --logical-id" in shown, "A, B" in shown) == (2, True, True)
    status, shown = run(capsysbinary, "from-machine", "template.json", "--logical-id", "B")
    assert (status, list(json.loads(shown)["StateMachines"])) == (0, ["B"])


def test_a_test_case_of_a_history(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    account.lambda_function("ship").returns(2)
    history = account.load(ORDER).run().history
    (folder / "history.json").write_text(json.dumps({"events": history}, default=str), encoding="utf-8")

    status, shown = run(capsysbinary, "from-history", "history.json", "--machine", "order", "--test-case", "Mine")

    assert status == 0
    assert json.loads(shown)["StateMachines"] == {
        "order": {"TestCases": {"Mine": {"Charge": "Mine.Charge", "Ship": "Mine.Ship"}}}
    }


@pytest.mark.parametrize(("text", "message"), [("{", "this is no JSON"), ("{}", "this is no history"), ("[" * 9999, "no JSON")])
def test_what_is_no_history(folder: Path, capsysbinary: pytest.CaptureFixture[bytes], text: str, message: str) -> None:
    (folder / "history.json").write_text(text, encoding="utf-8")

    status, shown = run(capsysbinary, "from-history", "history.json")

    assert (status, f"mock-config: history.json: {message}" in shown or message in shown) == (2, True)
