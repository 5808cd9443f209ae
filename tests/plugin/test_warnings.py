"""Where pytest shows our warnings: at the user's line, never in a package."""

from __future__ import annotations

import re

import pytest

MODULE = """
import boto3

CHARGE = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": True}
PUT = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "t", "Item": {}}}

def test_load(sfn_mock):
    sfn_mock.load({"StartAt": "A", "States": {"A": CHARGE | {"Comment": "${Nobody}"}}})  # warns

def test_lambda_timeout(sfn_mock):
    sfn_mock.lambda_function("charge", side_effect=type("Lambda.Timeout", (Exception,), {}))  # warns
    sfn_mock.lambda_function("refund").raises("Lambda.Timeout")  # warns

def test_error_of_a_service(sfn_mock):
    sfn_mock.state("A").raises("DynamoDB.Nonsense")
    machine = sfn_mock.load({"StartAt": "A", "States": {"A": {**PUT, "End": True}}})
    boto3.client("stepfunctions").start_execution(stateMachineArn=machine.arn)  # warns

def test_mock_config(sfn_mock):
    sfn_mock.use_mock_config("mocks.json", "T")
    sfn_mock.load("order.asl.json").run()  # warns

def test_left_open(sfn_mock):
    sfn_mock.lambda_function("charge").calls_handler("app.handler", root="code")
    sfn_mock.load({"StartAt": "A", "States": {"A": CHARGE}}).run()
"""
MOCKS = """{
"StateMachines": {"order": {"TestCases": {"T": {"Charge": "R", "Ship": "R"}}}},
"MockedResponses": {"R": {"0": {"Return": {}}}}
}"""


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_every_warning_is_shown_at_the_users_line(run, pytester, workers):
    if workers:
        pytest.importorskip("xdist")
    pytester.makefile(".json", mocks=MOCKS)
    app = "import threading\nEVENT = threading.Event()\n"
    app += "def handler(event, context):\n    threading.Thread(target=EVENT.wait, args=(9,), daemon=True).start()\n"
    pytester.mkdir("code").joinpath("app.py").write_text(app)
    result = run(MODULE, "-W", "default", *workers, subprocess=not workers)
    result.assert_outcomes(passed=5, warnings=6)
    shown = re.findall(r"^  (\S+):(\d+): \w+Warning:", result.stdout.str(), re.MULTILINE)
    lines = MODULE.strip().splitlines()
    wanted = [number for number, line in enumerate(lines, 1) if line.endswith("# warns")]
    assert [int(line) for file, line in shown if file.endswith("shown_at_the_users_line.py")] == wanted
    assert [file.rpartition("/")[2] for file, _ in shown if not file.endswith("users_line.py")] == ["app.py"]
