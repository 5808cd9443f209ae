"""A mock configuration as pytest code, which passes as it is written."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from typing import Any

import pytest

# Imported here, or each run of pytest inside of this process would import it anew.
import pytest_sfn.trace.visits  # noqa: F401
from pytest_sfn.__main__ import main
from tests.helpers import machine, task

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
ORDER = machine(
    Charge={**INVOKE, "Retry": [{"ErrorEquals": ["E"]}], "Next": "Ship"},
    Ship=task("ship", Next="Each"),
    Each={"Type": "Map", "ItemProcessor": machine(Note={**INVOKE, "Resource": "arn:aws:states:::aws-sdk:lambda:invoke"})},
)
LONG = {f"field{number}": 'text " \\ \u2028 é' * 3 for number in range(4)}
CASES = {
    "Happy path": {"Charge": "Charged", "Ship": "Shipped", "Note": "Noted"},
    "happy-path": {"Charge": "Charged", "Ship": "Shipped", "Note": "Noted"},
    "Declined": {"Charge": "Declined"},
    "Partly": {"Charge": "Charged"},
    "Gap": {"Charge": "Gap"},
    "Stranger": {"Charge": "Declined", "Chrge": "Charged"},
    "Exhausted": {"Charge": "Charged", "Ship": "Shipped", "Note": "Charged"},
}
RESPONSES = {
    "Charged": {"0": {"Throw": {"Error": "E", "Cause": "c"}}, "1": {"Return": LONG}},
    "Declined": {"0-3": {"Throw": {"Error": "E", "Cause": 'no "card"\n'}}},
    "Shipped": {"0": {"Return": {"StatusCode": 200, "Payload": [1, None, True]}}},
    "Noted": {"0-2": {"Return": {}}},
    "Gap": {"1": {"Return": {}}},
}


@pytest.fixture
def written(pytester: pytest.Pytester) -> Any:
    """The code for test cases, which pytest then runs."""

    def written(*definitions: str, config: Any = None) -> str:
        config = config or {"StateMachines": {"order": {"TestCases": CASES}}, "MockedResponses": RESPONSES}
        (pytester.path / "order.asl.json").write_text(json.dumps(ORDER), encoding="utf-8")
        (pytester.path / "m.json").write_text(json.dumps(config), encoding="utf-8")
        assert main(["mock-config", "to-python", "m.json", *definitions, "-o", "test_it.py"]) == 0
        return (pytester.path / "test_it.py").read_text(encoding="utf-8")

    return written


def test_it_passes_as_it_is_written(written: Any, pytester: pytest.Pytester) -> None:
    code = written("order.asl.json")

    result = pytester.runpytest("-p", "no:cacheprovider", "-o", "sfn_strict=false")
    result.assert_outcomes(passed=6, skipped=1)
    assert re.findall(r"^def (\w+)", code, re.MULTILINE) == [
        "test_order_happy_path",
        "test_order_happy_path_2",
        "test_order_declined",
        "test_order_partly",
        "test_order_gap",
        "test_order_stranger",
        "test_order_exhausted",
    ]
    assert "    # Chrge: the definition has no such Task state\n" in code
    assert '    # the test case does not mock this one:\n    sfn_mock.state("Ship", validate="none").returns({})\n' in code
    assert all(len(line) <= 120 for line in code.splitlines() if "reason=" not in line)


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_it_is_formatted_as_ruff_does(written: Any, pytester: pytest.Pytester) -> None:
    written("order.asl.json")

    assert pytester.run(sys.executable, "-m", "ruff", "format", "--isolated", "--check", "test_it.py").ret == 0
    assert pytester.run(sys.executable, "-m", "ruff", "check", "--isolated", "test_it.py").ret == 0


def test_a_small_one(written: Any) -> None:
    responses = {"C": {"0": {"Throw": {"Error": "E", "Cause": ""}}, "1": {"Return": 1}}, "S": {"0": {"Return": []}}}
    case = {"StateMachines": {"order": {"TestCases": {"Happy": {"Charge": "C", "Ship": "S"}}}}, "MockedResponses": responses}

    assert written("order.asl.json", config=case) == (
        '"""The test cases of m.json."""\n'
        "\n"
        "\n"
        "def test_order_happy(sfn_mock):\n"
        '    machine = sfn_mock.load("order.asl.json", name="order")\n'
        '    sfn_mock.state("Charge", validate="none").raises("E", "").returns(1, times=1)\n'
        '    sfn_mock.state("Ship", validate="none").returns([], times=1)\n'
        "\n"
        "    execution = machine.run({})  # the configuration does not say with what input\n"
        "\n"
        '    assert execution.status == "SUCCEEDED"\n'
        '    assert execution.path == ["Charge", "Ship", "Each"]\n'
        "    assert execution.output == []\n"
    )


def test_without_a_definition_the_mocks_are_there(written: Any, pytester: pytest.Pytester) -> None:
    code = written()

    assert '    # machine = sfn_mock.load("order.asl.json")\n' in code
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=7)


def test_a_machine_of_a_template(written: Any, pytester: pytest.Pytester) -> None:
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": ORDER}}
    (pytester.path / "template.json").write_text(json.dumps({"Resources": {"order": resource, "other": resource}}))

    assert 'sfn_mock.load("template.json", logical_id="order", name="order")' in written("template.json")
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=6, skipped=1)


def test_what_is_too_deep_for_python(capsys: pytest.CaptureFixture[str], pytester: pytest.Pytester) -> None:
    value: Any = 1
    for _ in range(150):
        value = [value]
    case = {"StateMachines": {"order": {"TestCases": {"Deep": {"Charge": "R"}}}}}
    config = {**case, "MockedResponses": {"R": {"0": {"Return": value}}}}
    (pytester.path / "deep.json").write_text(json.dumps(config), encoding="utf-8")

    assert main(["mock-config", "to-python", "deep.json"]) == 2
    assert "deep.json:1:" in (error := capsys.readouterr().err)
    assert "the result is nested too deep to be written as Python code" in error
