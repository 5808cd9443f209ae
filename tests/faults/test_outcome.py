"""Who took a fault, and how the execution ended."""

import pytest

from pytest_sfn import Fault
from pytest_sfn.faults.outcome import outcome
from tests.faults.definitions import HANDLER, MAP, TWO_TASKS, catcher, machine, retrier, run, task


@pytest.mark.parametrize(
    ("fault", "path", "took", "ended"),
    [
        (Fault("Charge", "Busy"), ["Charge", "Ship"], "Retry[0]", "SUCCEEDED"),
        (Fault("Charge", "Busy", 4), ["Charge"], "Retry[0]", "FAILED Busy"),
        (Fault("Charge", "CardDeclined"), ["Charge", "Handler"], "Catch[0] -> Handler", "FAILED Handled"),
        (Fault("Charge", "Other"), ["Charge"], "", "FAILED Other"),
        (Fault("Ship", "Other"), ["Charge", "Ship"], "", "FAILED Other"),
        (Fault("Charge", "Busy", 2, Fault("Ship", "Lost")), ["Charge", "Ship"], "Retry[0]; nothing", "FAILED Lost"),
    ],
    ids=str,
)
def test_who_takes_it(account, fault, path, took, ended):
    execution, injection = run(account, TWO_TASKS, fault, charge={}, ship={})
    row = outcome(injection)

    assert execution.path == path
    assert (row["fault"], row["took"], row["ended"]) == (str(fault), took, ended)
    assert row["escaped"] is not execution.handled
    assert [len(requests) for _, requests in injection.answered] == [part.times for part in fault._parts]


def test_never_reached(account):
    _, injection = run(account, TWO_TASKS, Fault("Ship", "Lost", also=Fault("Charge", "Other")), charge={}, ship={})

    assert injection.missed == [Fault("Ship", "Lost")]
    assert outcome(injection)["ended"] == ""


def distributed(**fields):
    processor = MAP["States"]["Work"]["ItemProcessor"] | {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    }
    work = MAP["States"]["Work"] | {"ItemProcessor": processor, **fields}
    return machine(Work=work, Handler={"Type": "Pass", "End": True})


def test_child_executions_of_a_map_run_are_part_of_it(account):
    definition = distributed(Catch=[catcher("States.ALL")])
    execution, injection = run(account, definition, Fault("T", "Busy", 3), [1, 2])

    assert execution.path == ["Work", "Handler"]
    assert outcome(injection)["took"] == "Retry[0], Catch[0] of Work -> Handler"


def test_tolerated(account):
    definition = distributed(ToleratedFailureCount=1)
    del definition["States"]["Handler"]
    execution, injection = run(account, definition, Fault("T", "Other"), [1, 2])

    assert execution.succeeded
    assert outcome(injection)["took"] == "tolerated by Work"


def test_a_parallel_that_retries_and_catches(account):
    branch = {"StartAt": "T", "States": {"T": task("f")}}
    outer = {"Type": "Parallel", "Branches": [branch], "End": True, "Retry": [retrier("E")], "Catch": [catcher("E")]}
    execution, injection = run(account, machine(Both=outer, Handler=HANDLER), Fault("T", "E", 3))

    assert execution.handled
    assert outcome(injection)["took"] == "Retry[0] of Both, Catch[0] of Both -> Handler"


def test_a_machine_started_by_a_task(account):
    parent = machine(
        Start={
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "child", "Input": {}},
            "Catch": [catcher("States.TaskFailed")],
            "End": True,
        },
        Handler=HANDLER,
    )
    account.load(machine(T=task("f")), name="child")
    execution, injection = run(account, parent, Fault("T", "E"))

    assert execution.handled
    assert outcome(injection)["took"] == "Catch[0] of Start -> Handler"

    direct, injection = run(account, parent, Fault("Start", "E"))
    assert direct.state("Start").error == "E"
    assert not direct.children  # the fault stands before what the task would start
