"""`machine.faults(...)`."""

from datetime import timedelta

import pytest

from pytest_sfn import ExecutionError, MockError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.faults.service_errors import LAMBDA_ERRORS
from tests.faults.definitions import TWO_TASKS, catcher, machine, retrier, task


@pytest.fixture
def account():
    with SfnMock() as account:
        yield account


@pytest.fixture
def shop(account):
    account.lambda_function("charge").returns({"id": 1}, times=1)
    account.lambda_function("ship").returns({"sent": True}, times=1)
    return account.load(TWO_TASKS)


def test_every_fault_of_what_is_reached(shop):
    cases = shop.faults({"order": 7}, errors=["Busy"])

    assert [str(case) for case in cases] == ["Charge raises Busy", "Charge raises Busy x4", "Ship raises Busy"]
    assert [(case.task, case.error, case.times) for case in cases][1] == ("Charge", "Busy", 4)
    assert [case.run().status for case in cases] == ["SUCCEEDED", "FAILED", "FAILED"]
    assert len(shop.faults(every=True)) == 19


def test_one_fault_stands_for_those_that_the_same_retriers_and_catcher_take(shop):
    cases = shop.faults()

    assert [str(case) for case in cases] == [
        "Charge raises Busy",
        "Charge raises Busy x4",
        "Charge raises CardDeclined",
        "Charge raises Sandbox.Timedout (+7 alike)",
        "Ship raises Sandbox.Timedout (+7 alike)",
    ]
    assert cases[3].alike == (*LAMBDA_ERRORS[1:], "States.Timeout", "States.TaskFailed", "Unexpected.Error")
    assert cases[3].run().error == "Sandbox.Timedout"


def test_each_case_begins_anew(account, shop):
    cases = shop.faults({"order": 7}, errors=["Busy"])
    retried, exhausted, _ = cases
    charge = account.lambda_function("charge")

    first = retried.run()
    assert (charge.call_count, account.now - first.start_time) == (1, timedelta(seconds=1))
    exhausted.run()
    assert charge.call_count == 0
    again = retried.run()
    assert charge.call_count == 1
    assert again.history == first.history


def test_the_test_may_go_on_without_faults(account, shop):
    shop.faults(errors=["Busy"])[2].run()
    account.lambda_function("charge").returns({})
    account.lambda_function("ship").returns({})

    assert shop.run().succeeded


def test_narrower_and_per_item_scripts_are_rewound(account):
    items = {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "T", "States": {"T": task("f", Retry=[retrier("E")])}}}
    mock = account.lambda_function("f")
    mock.returns("a", times=1).per_item()
    mock.when(item=1).returns("b", times=1)
    works = account.load(machine(M=items))

    assert [case.run().output for case in works.faults([1, 2], errors=["E"])[:1] * 2] == [["a", "b"], ["a", "b"]]


def test_executions_are_kept_for_reports(account, shop):
    before = shop.run()
    case = shop.faults(errors=["A"])[0]
    execution = case.run()

    assert account.executions[0] is before
    assert account.executions[-1] is execution
    assert account_of(account).latest == [execution]


def test_only_what_the_scenario_reaches(account):
    definition = machine(
        Which={"Type": "Choice", "Choices": [{"Variable": "$.a", "BooleanEquals": True, "Next": "A"}], "Default": "B"},
        A=task("a"),
        B=task("b"),
    )
    account.lambda_function("a").returns({})
    branching = account.load(definition)

    assert {case.task for case in branching.faults({"a": True})} == {"A"}
    with pytest.raises(ExecutionError) as caught:
        branching.faults({"a": True}, tasks=["B"])
    assert str(caught.value).startswith("StateMachine: the run without faults never reaches task 'B'; it reaches 'A'\n")


def test_other_arguments_of_run(account, shop):
    case = shop.faults({"x": 1}, name="order-1", start_at="Ship", errors=["E"])[0]

    assert str(case) == "Ship raises E"
    assert case.run().name == "order-1"


def test_pairs_are_of_what_is_reached_after(account):
    definition = machine(
        A=task("a", to="C", Catch=[catcher("E", to="Undo")]), Undo=task("undo"), C=task("c", Retry=[retrier("E", attempts=1)])
    )
    for name in ("a", "undo", "c"):
        account.lambda_function(name).returns({})
    cases = account.load(definition).faults(errors=["E", "F"], pairs=True)

    assert [str(case) for case in cases if case.fault.also] == [
        "A raises E and Undo raises E",
    ]
    assert all(not account_of(account).injections[-1].missed for case in cases if case.run())


def test_handlers_without_a_mock_are_found_case_by_case(account):
    handler = machine(A=task("a", Catch=[catcher("E", to="Undo")]), Undo=task("undo"))
    account.lambda_function("a").returns({})
    broken, fine = account.load(handler).faults(errors=["E", "F"])

    with pytest.raises(MockError, match="state 'Undo': no mock answers this task"):
        broken.run()
    assert fine.run().error == "F"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            machine(A=task("a", to="Handler"), Handler={"Type": "Pass", "InputPath": "$.no", "End": True}),
            "faults are tried on a scenario that works, and this one ends FAILED with States.Runtime",
        ),
        (
            machine(A=task("lambda:invoke.waitForTaskToken", Parameters={"FunctionName": "a", "Payload": {}})),
            "and this one is RUNNING: state 'A' waits for its task token",
        ),
        (
            machine(
                C={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "A"}], "Default": "S"},
                S={"Type": "Succeed"},
                A=task("a"),
            ),
            "the run without faults reaches no task",
        ),
    ],
    ids=["fails", "waits", "no task"],
)
def test_scenarios_that_do_not_work(account, definition, message):
    account.lambda_function("a").returns({})

    with pytest.raises(ExecutionError, match=message):
        account.load(definition).faults()


def test_not_beside_an_execution_that_runs(account, shop):
    account.lambda_function("charge").returns({}).takes(5)
    waiting = shop.start()

    with pytest.raises(ExecutionError, match=r"is still RUNNING: task 'Charge' waits for an answer"):
        shop.faults()
    waiting.stop()
    assert shop.faults()


TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
SAVE_AND_SHIP = machine(
    Save=task("dynamodb:putItem", to="Ship", Parameters={"TableName": "orders", "Item": {"id": {"S.$": "$.id"}}}),
    Ship=task("ship"),
)


def test_services_are_as_they_were_for_each_case(sfn_aws):
    dynamodb = sfn_aws.client("dynamodb")
    dynamodb.create_table(**TABLE)
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "before"}})
    sfn_aws.lambda_function("ship").returns({})
    cases = sfn_aws.load(SAVE_AND_SHIP).faults({"id": "7"}, errors=["Busy"])

    assert dynamodb.scan(TableName="orders")["Count"] == 1  # the run without faults has saved nothing
    for case, count in [*zip(cases, (1, 2), strict=True)] * 2:
        case.run()
        assert dynamodb.scan(TableName="orders")["Count"] == count, case


def test_services_of_the_tests_own_moto(account):
    import boto3
    from moto import mock_aws

    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(**TABLE)
        account.lambda_function("ship").returns({})
        cases = account.load(SAVE_AND_SHIP).faults({"id": "7"}, errors=["Busy"])
        found = [case.run() and dynamodb.scan(TableName="orders")["Count"] for case in cases * 2]

    assert found == [0, 1, 0, 1]
