"""The comparison of a test's executions with TestState."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn import PytestSfnError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.targets.client import Client
from pytest_sfn.targets.teststate import Comparison, TestState
from tests.helpers import machine, run, task
from tests.targets.loopback import Endpoint

ORDER = machine(
    Charge=task("charge", Retry=[{"ErrorEquals": ["Busy"]}], ResultPath="$.paid", Next="Big"),
    Big={"Type": "Choice", "Choices": [{"Variable": "$.paid", "NumericGreaterThan": 9, "Next": "Done"}], "Default": "Small"},
    Small={"Type": "Fail", "Error": "TooSmall"},
    Done={"Type": "Succeed"},
)


def ask(endpoint: Endpoint, visits: int = 10, role_arn: str | None = None) -> TestState:
    return TestState(Client("teststate", endpoint.url, "us-east-1", None, None), visits, role_arn)


def compare(test_state: TestState, account: SfnMock) -> Comparison:
    inside = account_of(account)
    return test_state.compare(inside, inside.runs)


def ordered(*answers: int) -> SfnMock:
    account = SfnMock()
    charge: Any = account.lambda_function("charge").raises("Busy", times=1)
    for answer in answers:
        charge = charge.returns(answer)
    return account


def test_our_own_answers_are_equal(endpoint: Endpoint) -> None:
    account = ordered(5, 50)
    order = account.load(ORDER)
    order.run()
    order.run()

    found = compare(ask(endpoint), account)

    assert (found.equal, found.differences, found.left_out) == (7, [], {})


def test_the_same_question_is_sent_once(endpoint: Endpoint) -> None:
    test_state = ask(endpoint)
    for _ in range(2):
        account = ordered(50)
        run(ORDER, account=account)
        assert compare(test_state, account).equal == 4

    assert [members["stateName"] for _, members in endpoint.calls] == ["Charge", "Charge", "Big", "Done"]


def test_of_many_visits_of_one_state_some_are_compared(endpoint: Endpoint) -> None:
    items = machine(A={"Type": "Map", "ItemProcessor": machine(B={"Type": "Pass"})})
    account = SfnMock()
    run(items, list(range(7)), account=account)

    found = compare(ask(endpoint, visits=3), account)

    assert (found.equal, found.left_out) == (4, {"visits": 4})
    assert compare(ask(endpoint, visits=0), account).equal == 8


def test_a_difference_names_the_place_and_both_values(endpoint: Endpoint) -> None:
    def alter(_: str, members: dict[str, Any], answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if members["stateName"] == "Done":
            answer["output"] = '{"paid": 51}'
        if members["stateName"] == "Big":
            answer["nextState"] = "Small"
        return 200, answer

    endpoint.alter = alter
    account = ordered(50)
    order = account.load(json.dumps(ORDER, indent=2), name="order")
    order.run()

    found = compare(ask(endpoint), account)

    assert found.text("http://there") == (
        "<definition>:17:5: state 'Big': TestState answers differently\n"
        '  input      {"paid":50}\n'
        "  nextState  Done here, Small there\n"
        "<definition>:32:5: state 'Done': TestState answers differently\n"
        '  input      {"paid":50}\n'
        '  output     {"paid":50} here, {"paid":51} there\n'
        "  asked      http://there\n"
        "  see        pytest-sfn docs targets#teststate (https://pytest-sfn.readthedocs.io/en/latest/targets.html#teststate)"
    )


def test_of_many_differences_the_first_are_shown() -> None:
    found = Comparison()
    found.differences = [f"difference {number}" for number in range(12)]

    assert found.text("there").splitlines()[-3:] == [
        "and 2 more",
        "  asked      there",
        "  see        pytest-sfn docs targets#teststate (https://pytest-sfn.readthedocs.io/en/latest/targets.html#teststate)",
    ]


def test_a_mock_that_aws_refuses_is_a_difference(endpoint: Endpoint) -> None:
    account = SfnMock(validate="none")
    account.state("A").returns({"Body": 7, "ETag": True})
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
    run(machine(A=state), account=account)

    assert compare(ask(endpoint), account).equal == 1
    account_of(account).registry.validate = "strict"
    (difference,) = compare(ask(endpoint), account).differences
    assert difference.splitlines()[-1] == (
        "  status     SUCCEEDED here, refused, ValidationException: "
        "Mock result schema validation error: Field 'Body' must be a string there"
    )


def test_a_caught_error_of_the_states_own_is_equal_though_executions_say_where_it_was(endpoint: Endpoint) -> None:
    inner = machine(B={"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.no %}"})
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
    account = SfnMock()
    states = {"A": {"Type": "Parallel", "Branches": [inner], "Catch": catch, "Next": "C"}, "C": {"Type": "Succeed"}}
    execution = run(machine(**states), account=account)

    assert "entered at the event id #" in execution.output["Cause"]
    assert (compare(ask(endpoint), account).differences, compare(ask(endpoint), account).equal) == ([], 3)


def test_a_placeholder_in_place_of_a_resource_becomes_a_function(endpoint: Endpoint) -> None:
    account = SfnMock()
    account.lambda_function("Charge").returns(1)
    with pytest.warns(match="no substitution for"):
        order = account.load(machine(A={"Type": "Task", "Resource": "${Charge}"}))
    order.run()

    compare(ask(endpoint), account)

    definition = json.loads(endpoint.calls[0][1]["definition"])
    assert definition["States"]["A"]["Resource"] == "arn:aws:lambda:us-east-1:123456789012:function:Charge"


def test_the_children_of_a_map_run_are_compared(endpoint: Endpoint) -> None:
    processor = {**machine(B={"Type": "Pass"}), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    account = SfnMock()
    run(machine(A={"Type": "Map", "ItemProcessor": processor}), [1, 2], account=account)

    found = compare(ask(endpoint, role_arn="arn:aws:iam::123456789012:role/mine"), account)

    assert (found.equal, found.differences) == (3, [])
    assert {members["roleArn"] for _, members in endpoint.calls} == {"arn:aws:iam::123456789012:role/mine"}


def test_a_redriven_execution_is_compared_from_where_it_went_on(endpoint: Endpoint) -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=3).returns(1)
    account.lambda_function("g").returns({"n": 2})
    retry = [{"ErrorEquals": ["E"], "MaxAttempts": 1}]
    inside = {"A": task("f", Retry=retry, Parameters={"n.$": "$$.Execution.RedriveCount"}, Next="D"), "D": {"Type": "Pass"}}
    branches = [machine(**inside), machine(C=task("g"))]
    execution = run(machine(P={"Type": "Parallel", "Branches": branches}), account=account)

    assert execution.redrive().output == [1, {"n": 2}]
    found = compare(ask(endpoint), account)

    assert (found.equal, found.differences) == (8, [])


def test_a_redriven_map_run_brings_what_all_its_children_brought(endpoint: Endpoint) -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", times=1).calls(lambda event: event)
    processor = {**machine(B=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    execution = run(machine(A={"Type": "Map", "ItemProcessor": processor}), [1, 2], account=account)

    assert execution.redrive().output == [1, 2]
    assert compare(ask(endpoint), account).differences == []


def test_no_answer_ends_the_comparison(endpoint: Endpoint) -> None:
    endpoint.alter = lambda *_: (400, {"__type": "UnrecognizedClientException", "message": "no such key"})
    account = SfnMock()
    run(machine(A={"Type": "Pass"}), account=account)

    with pytest.raises(PytestSfnError, match="reason  UnrecognizedClientException: no such key"):
        compare(ask(endpoint), account)
