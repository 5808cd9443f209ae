"""What a fault does to an execution, and what the summary says of it."""

from datetime import timedelta

import pytest

from pytest_sfn import Fault, MockError, PytestSfnError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.faults.outcome import outcome
from tests.faults.definitions import MAP, TWO_TASKS, machine, run, task


def test_mocks_are_not_disturbed(account):
    charge = account.lambda_function("charge")
    charge.returns({"id": 1}, times=1)
    account.lambda_function("ship").calls(lambda event: event)
    account.inject(Fault("Charge", "Busy", 3))

    execution = account.load(TWO_TASKS).run({"order": 7})

    assert execution.output == {"id": 1}
    assert execution.state("Charge").retries == 3
    charge.assert_called_once_with({"order": 7})  # what the fault answered did not get there


def test_each_execution_meets_it(account):
    account.lambda_function("charge").returns({})
    account.lambda_function("ship").returns({})
    account.inject(Fault("Charge", "Busy"))
    machine = account.load(TWO_TASKS)

    assert [machine.run().state("Charge").retries for _ in range(2)] == [1, 1]


def test_one_item_of_a_map_meets_it(account):
    execution, injection = run(account, MAP, Fault("T", "Busy", 2), [1, 2, 3])

    assert [visit.retries for visit in execution.state("T").visits] == [2, 0, 0]
    assert outcome(injection)["took"] == "Retry[0]"


def attempts(account, fault, **fields):
    execution, _ = run(account, machine(T=task("f", **fields)), fault)
    return [(attempt.error, attempt.ended - attempt.started) for attempt in execution.state("T").attempts], execution


@pytest.mark.parametrize(
    ("error", "fields", "reported", "seconds"),
    [
        ("States.Timeout", {}, "States.Timeout", 0),
        ("States.Timeout", {"TimeoutSeconds": 7}, "States.Timeout", 7),
        ("States.Timeout", {"TimeoutSeconds": 9, "HeartbeatSeconds": 2}, "States.Timeout", 9),
        ("States.Timeout", {"HeartbeatSeconds": 2}, "States.Timeout", 2),
        ("States.HeartbeatTimeout", {"TimeoutSeconds": 9, "HeartbeatSeconds": 2}, "States.Timeout", 2),
        ("Sandbox.Timedout", {}, "Sandbox.Timedout", 3),
        ("Sandbox.Timedout", {"TimeoutSeconds": 2}, "Sandbox.Timedout", 2),
        ("Lambda.ServiceException", {"TimeoutSeconds": 2}, "Lambda.ServiceException", 0),
    ],
)
def test_as_the_task_would_meet_it(account, error, fields, reported, seconds):
    assert attempts(account, Fault("T", error), **fields)[0] == [(reported, timedelta(seconds=seconds))]


def test_cause_of_a_function_is_that_of_lambda(account):
    definition = machine(
        T=task("lambda:invoke", Parameters={"FunctionName": "f"}, Catch=[{"ErrorEquals": ["E"], "Next": "Told"}]),
        Told={"Type": "Pass", "Parameters": {"cause.$": "States.StringToJson($.Cause)"}, "End": True},
    )
    execution, _ = run(account, definition, Fault("T", "E"))

    assert execution.output["cause"]["errorType"] == "E"
    assert execution.output["cause"]["errorMessage"] == "Injected by pytest-sfn"


def test_a_service_fails_with_the_plain_cause(account):
    account.resource("sns:publish").returns({})
    account.inject(Fault("T", "SNS.NotFoundException"))

    execution = account.load(machine(T=task("sns:publish", Parameters={"Message": "m"}))).run()

    assert (execution.error, execution.cause) == ("SNS.NotFoundException", "Injected by pytest-sfn")


def test_an_activity(account):
    arn = account.create_activity("pack")
    account.inject(Fault("T", "Broken"))

    execution = account.load(machine(T={"Type": "Task", "Resource": arn, "End": True})).run()

    assert execution.error == "Broken"
    assert [event["type"] for event in execution.history][2:5] == ["ActivityScheduled", "ActivityStarted", "ActivityFailed"]


def test_same_fault_same_history():
    def history():
        with SfnMock() as account:
            return run(account, MAP, Fault("T", "Busy", 3), [1, 2, 3])[0].history

    assert history() == history()


def test_mocks_that_a_fault_keeps_from_being_called_are_no_mistake():
    with SfnMock(strict=True) as account:
        run(account, TWO_TASKS, Fault("Charge", "CardDeclined"), charge={}, ship={})


def test_what_is_no_fault(account):
    with pytest.raises(PytestSfnError, match=r'^inject takes a Fault, such as Fault\("Charge", "States.Timeout", times=2\)'):
        account.inject("Charge")


@pytest.mark.parametrize(
    ("fault", "problems"),
    [
        (
            Fault("Chargee", "Busy"),
            ["Chargee raises Busy: no Task state 'Chargee' in any loaded machine; did you mean 'Charge'?"],
        ),
        (
            Fault("Handler", "Busy", 2),
            ["Handler raises Busy x2: no Task state 'Handler' in any loaded machine; it is a Fail state"],
        ),
        (Fault("Charge", "Busy", also=Fault("Zzz", "X")), ["Zzz raises X: no Task state 'Zzz' in any loaded machine"]),
        (Fault("Ship", "Lost"), []),
    ],
    ids=str,
)
def test_a_fault_that_no_machine_can_meet(fault, problems):
    account = SfnMock()
    run(account, TWO_TASKS, fault, charge={}, ship={})

    if not problems:
        account.close()
        return
    with pytest.raises(MockError) as caught:
        account.close()
    assert str(caught.value).splitlines() == [
        "a fault never struck, and no loaded machine could meet it:",
        *(f"  {problem}" for problem in problems),
        "  see  pytest-sfn docs faults#one-fault-by-hand (https://pytest-sfn.readthedocs.io/en/latest/faults.html#one-fault-by-hand)",
    ]


def test_faults_that_no_machine_can_meet_in_order():
    account = SfnMock()
    account.inject(Fault("Y", "Busy"))
    account.close()  # without a machine nothing is known
    run(account, TWO_TASKS, Fault("Z", "Busy"), charge={}, ship={})

    with pytest.raises(MockError, match=r"^2 faults never struck, and no loaded machine could meet them:\n  Y .*\n  Z "):
        account.close()


def test_the_fault_of_a_marker_goes_from_under_one_by_hand(account):
    inside = account_of(account)
    account.lambda_function("charge").returns({})
    account.lambda_function("ship").returns({})
    shop = account.load(TWO_TASKS)
    inside.meet(Fault("Charge", "Marked"))
    account.inject(Fault("Ship", "ByHand"))

    assert shop.run().error == "Marked"
    inside.part()
    assert shop.run().error == "ByHand"


def test_the_fault_of_a_marker_that_is_injected_by_hand_too_strikes_once(account):
    inside = account_of(account)
    account.lambda_function("charge").returns({})
    account.lambda_function("ship").returns({})
    fault = Fault("Charge", "Busy", 3)
    met = inside.meet(fault)

    assert inside.inject(fault) is met
    assert account.load(TWO_TASKS).run().state("Charge").retries == 3
    assert inside.inject(Fault("Charge", "Busy", 3)) is not met
