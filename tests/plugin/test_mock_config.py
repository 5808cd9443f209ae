"""The marker's mock configuration, and the variable SFN_MOCK_CONFIG."""

import json

import pytest

CONFIG = {
    "StateMachines": {"order": {"TestCases": {"Happy": {"A": "One"}, "Sad": {"A": "Error"}}}},
    "MockedResponses": {"One": {"0": {"Return": 1}}, "Error": {"0": {"Throw": {"Error": "E", "Cause": ""}}}},
}
DEFINITION = {
    "StartAt": "A",
    "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}},
}


@pytest.fixture
def test_with(pytester):
    (pytester.path / "mock.json").write_text(json.dumps(CONFIG))
    (pytester.path / "order.asl.json").write_text(json.dumps(DEFINITION))

    def test_with(code):
        pytester.makepyfile(f"import pytest\n\n{code}")
        return pytester.runpytest("-p", "no:cacheprovider")

    return test_with


def test_the_marker_of_the_class_and_that_of_the_test(test_with):
    result = test_with(
        """
@pytest.mark.sfn("order.asl.json", mock_config="mock.json", test_case="Happy")
class TestOrder:
    def test_happy(self, state_machine):
        assert state_machine.run().output == 1

    @pytest.mark.sfn(test_case="Sad")
    def test_sad(self, state_machine):
        assert state_machine.run().error == "E"

    @pytest.mark.sfn(test_case=None)
    def test_by_arn(self, state_machine, sfn_mock):
        sfn_mock.lambda_function("f").returns(2)
        started = sfn_mock.api.call("StartExecution", {"stateMachineArn": state_machine.arn + "#Happy"})
        assert sfn_mock.executions[0].run().output == 1
        assert state_machine.run().output == 2
"""
    )
    result.assert_outcomes(passed=3)


def test_the_path_is_relative_to_the_test_or_the_rootdir(test_with, pytester):
    pytester.mkdir("below")
    (pytester.path / "below" / "test_it.py").write_text(
        """
import pytest

@pytest.mark.sfn("order.asl.json", mock_config="mock.json", test_case="Happy")
def test_it(state_machine, sfn_mock):
    assert state_machine.run().output == 1
    sfn_mock.use_mock_config("mock.json", test_case="Sad")
    assert state_machine.run().error == "E"
"""
    )
    test_with("").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "lines"),
    [
        ("mock_config='no.json'", ["*mock configuration 'no.json' not found*", "*marker  sfn of test_*"]),
        (
            "mock_config='mock.json', test_case='happy'",
            ["*no state machine has a test case 'happy'*", "*did you mean 'Happy'?*"],
        ),
        ("test_case='Happy'", ["*test case 'Happy': there is no mock configuration*", "*SFN_MOCK_CONFIG*"]),
        ("mock_confg='mock.json'", ["*takes a definition and the keywords *mock_config*not mock_confg*"]),
    ],
)
def test_mistakes(test_with, marker, lines):
    result = test_with(f"@pytest.mark.sfn({marker})\ndef test_it(sfn_mock):\n    pass")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(lines)


def test_the_variable(test_with, monkeypatch):
    monkeypatch.setenv("SFN_MOCK_CONFIG", "mock.json")

    test_with(
        """
@pytest.mark.sfn("order.asl.json", test_case="Happy")
def test_of_marker(state_machine):
    assert state_machine.run().output == 1

@pytest.mark.sfn("order.asl.json")
def test_of_arn(state_machine, sfn_mock):
    started = sfn_mock.api.call("StartExecution", {"stateMachineArn": state_machine.arn + "#Sad"})
    assert sfn_mock.api.call("DescribeExecution", {"executionArn": started["executionArn"]})["error"] == "E"
    sfn_mock.lambda_function("f").returns(2)
    assert state_machine.run().output == 2
"""
    ).assert_outcomes(passed=2)


def test_a_variable_that_names_nothing(test_with, monkeypatch):
    monkeypatch.setenv("SFN_MOCK_CONFIG", "/no/such/mock.json")

    result = test_with(
        """
@pytest.mark.sfn("order.asl.json")
def test_it(state_machine, sfn_mock):
    sfn_mock.lambda_function("f").returns(2)
    assert state_machine.run().output == 2
    sfn_mock.api.call("StartExecution", {"stateMachineArn": state_machine.arn + "#Sad"})
"""
    )
    result.stdout.fnmatch_lines(["*MockError: mock configuration '/no/such/mock.json' not found*"])


SUITE = """
import boto3
import unittest

ROLE = "arn:aws:iam::123456789012:role/r"


class Suite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client = boto3.client("stepfunctions", endpoint_url="http://localhost:8083", region_name="us-east-1")
        with open("order.asl.json") as file:
            definition = file.read()
        cls.arn = cls.client.create_state_machine(name="order", definition=definition, roleArn=ROLE)["stateMachineArn"]

    def ended(self, test_case):
        arn = self.client.start_execution(stateMachineArn=f"{self.arn}#{test_case}")["executionArn"]
        while (described := self.client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            pass
        return described

    def test_happy(self):
        assert self.ended("Happy")["output"] == "1"

    def test_sad(self):
        assert self.ended("Sad")["error"] == "E"
"""


def test_a_suite_for_step_functions_local_runs_unchanged(pytester, test_with, monkeypatch):
    monkeypatch.setenv("SFN_MOCK_CONFIG", "mock.json")
    pytester.makepyfile(test_suite=SUITE)

    pytester.runpytest("-p", "no:cacheprovider", "--sfn-intercept").assert_outcomes(passed=2)


def test_the_marker_of_a_test_without_a_fixture_of_ours(pytester, test_with):
    marked = SUITE.replace("import unittest\n", "import pytest\nimport unittest\n")
    marked = marked.replace("class Suite", "@pytest.mark.sfn(mock_config='mock.json')\nclass Suite")
    pytester.makepyfile(test_suite=marked)

    pytester.runpytest("-p", "no:cacheprovider", "--sfn-intercept").assert_outcomes(passed=2)
