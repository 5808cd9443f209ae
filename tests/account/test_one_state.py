"""`SfnMock.test_state`: AWS's TestState in Python values."""

from __future__ import annotations

import json

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.api import ApiError
from pytest_sfn.errors import ExecutionError, PytestSfnError, UnknownStateError
from tests.helpers import machine

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
    "Retry": [{"ErrorEquals": ["Slow"], "MaxAttempts": 2, "IntervalSeconds": 3}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "ResultPath": "$.error"}],
    "Next": "B",
}
MACHINE = machine(A=TASK, B={"Type": "Pass", "Assign": {"seen.$": "$.n"}})


def failing(error: str) -> dict:
    return {"errorOutput": {"error": error, "cause": "c"}}


@pytest.mark.parametrize(
    ("mock", "retries", "status", "following", "error", "details"),
    [
        ({"result": {"ok": True}}, None, "SUCCEEDED", "B", None, None),
        (failing("Slow"), None, "RETRIABLE", None, "Slow", {"retryIndex": 0, "retryBackoffIntervalSeconds": 3}),
        (failing("Slow"), 1, "RETRIABLE", None, "Slow", {"retryIndex": 0, "retryBackoffIntervalSeconds": 6}),
        (failing("Slow"), 2, "CAUGHT_ERROR", "B", "Slow", {"retryIndex": 0, "catchIndex": 0}),
        (failing("Other"), None, "CAUGHT_ERROR", "B", "Other", {"catchIndex": 0}),
        (failing("States.Runtime"), None, "FAILED", None, "States.Runtime", None),
    ],
)
def test_status(sfn_mock, mock, retries, status, following, error, details) -> None:
    found = sfn_mock.test_state(sfn_mock.load(MACHINE), "A", {"n": 1}, mock=mock, retry_count=retries)
    assert (found.status, found.next_state, found.error) == (status, following, error)
    assert found.inspection.get("errorDetails") == details


def test_without_a_mock_the_account_answers(sfn_mock) -> None:
    function = sfn_mock.lambda_function("f").returns({"ok": 1})
    found = sfn_mock.test_state(sfn_mock.load(MACHINE), "A", {"n": 1})
    assert (found.output, function.calls[0].input, sfn_mock.executions) == ({"ok": 1}, {"n": 1}, [])


def test_variables(sfn_mock) -> None:
    found = sfn_mock.test_state(sfn_mock.load(MACHINE), "B", {"n": 5}, variables={"old": 1})
    assert found.inspection["variables"] == {"old": 1, "seen": 5}


def test_one_state_is_a_definition_too(sfn_mock) -> None:
    assert sfn_mock.test_state({"Type": "Pass", "Result": 3, "Next": "Elsewhere"}).output == 3
    found = sfn_mock.test_state('{"Type": "Succeed"}', input=[1])
    assert (found.state, found.output, found.next_state) == ("StateName", [1], None)
    assert repr(found) == "<StateTest 'StateName': SUCCEEDED>"


def test_mistakes_of_the_test_say_what_to_do(sfn_mock) -> None:
    loaded = sfn_mock.load(MACHINE)
    with pytest.raises(UnknownStateError, match="no state 'a'; did you mean 'A'"):
        sfn_mock.test_state(loaded, "a")
    with pytest.raises(PytestSfnError, match=r"mock is 3; it is a dict"):
        sfn_mock.test_state(loaded, "A", mock=3)
    with pytest.raises(ApiError, match="State type 'Pass' is not supported when a mock is specified") as refused:
        sfn_mock.test_state(loaded, "B", mock={"result": 1})
    assert refused.value.__notes__ == [
        "  state  'B' of StateMachine\n  see    pytest-sfn docs api#teststate (https://pytest-sfn.readthedocs.io/en/latest/api.html#teststate)"
    ]
    with pytest.raises(ExecutionError, match="state 'A' has no output: it is RETRIABLE with Slow: c"):
        _ = sfn_mock.test_state(loaded, "A", mock=failing("Slow")).output


@pytest.mark.parametrize("of", [lambda text: text, json.loads, lambda text: load(json.loads(text))])
def test_a_whole_machine_needs_the_name_of_a_state(sfn_mock, of) -> None:
    with pytest.raises(UnknownStateError, match="which state of StateMachine is tested"):
        sfn_mock.test_state(of(json.dumps(MACHINE)))


def test_a_refused_mock_says_where(sfn_mock) -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:kms:encrypt", "Arguments": {"KeyId": "k", "Plaintext": "p"}}
    with pytest.raises(ApiError, match="Field 'EncryptionAlgorithm' is not an expected value") as refused:
        sfn_mock.test_state({**state, "QueryLanguage": "JSONata", "End": True}, mock={"result": {"EncryptionAlgorithm": "AES"}})
    assert refused.value.__notes__[0].startswith("  where  EncryptionAlgorithm, SYMMETRIC_DEFAULT, RSAES_OAEP_SHA_1")


def test_coverage_counts_the_state_of_a_loaded_machine(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it="""
        def test_it(sfn_mock):
            machine = sfn_mock.load({"StartAt": "A", "States": {
                "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
                      "Catch": [{"ErrorEquals": ["X"], "Next": "B"}], "Next": "B"}, "B": {"Type": "Succeed"}}})
            sfn_mock.test_state(machine, "A", mock={"errorOutput": {"error": "X", "cause": ""}})
            sfn_mock.test_state({"Type": "Pass", "End": True})
        """
    )
    pytester.makeini("[pytest]\nsfn_cov_report = json")
    result = pytester.runpytest("--sfn-cov", "--sfn-cov-report=json:cov.json", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    report = (pytester.path / "cov.json").read_text()
    assert '"StateName"' not in report
    assert "/States/A/Catch/0" in report


def test_another_region() -> None:
    with SfnMock(region="eu-west-1") as sfn_mock:
        state = {"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id"}, "End": True}
        assert sfn_mock.test_state(state).output["id"].startswith("arn:aws:states:eu-west-1:123456789012:express:")
