"""The mock of a missed error path: where there is one, running it takes the path."""

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.coverage.elements import elements
from tests.coverage.taking import collecting, only
from tests.helpers import machine, task

END = {"Type": "Succeed"}


def retry(*names):
    return [{"ErrorEquals": list(names)}]


def catch(*names):
    return {"ErrorEquals": list(names), "Next": "End"}


def mapped(mode, **fields):
    processor = {**machine(Item=task(Retry=retry("A"))), "ProcessorConfig": {"Mode": mode, "ExecutionType": "STANDARD"}}
    if mode == "INLINE":
        del processor["ProcessorConfig"]["ExecutionType"]
    return machine(Each={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "Next": "End", **fields}, End=END)


INSIDE = machine(Deep=task(Retry=retry("A"), Catch=[catch("Kept")], Next="End"), End={"Type": "Pass"})
DEFINITIONS = {
    "task": machine(
        Work=task(
            Retry=[*retry("A", "B"), *retry("States.Timeout"), *retry("States.TaskFailed", "C")],
            Catch=[catch("A"), catch("States.Timeout"), catch("States.HeartbeatTimeout"), catch("States.ALL")],
            TimeoutSeconds=60,
            HeartbeatSeconds=5,
            Next="End",
        ),
        End=END,
    ),
    "inline": mapped("INLINE", Retry=retry("B"), Catch=[catch("A"), catch("States.ALL")]),
    "distributed": mapped("DISTRIBUTED", Catch=[catch("States.ExceedToleratedFailureThreshold"), catch("States.ALL")]),
    "parallel": machine(
        Both={
            "Type": "Parallel",
            "Branches": [
                {
                    **INSIDE,
                    "States": {"Deep": {**INSIDE["States"]["Deep"], "Next": "Last"}, "Last": {"Type": "Pass", "End": True}},
                }
            ],
            "Retry": retry("A"),
            "Catch": [catch("Kept", "A", "B")],
            "Next": "End",
        },
        End=END,
    ),
}
DEFINITIONS["parallel"]["States"]["Both"]["Branches"][0]["States"]["Deep"]["Catch"][0]["Next"] = "Last"

DEFINITIONS["never reported"] = machine(
    Work=task(Retry=retry("Lambda.Timeout"), Catch=[catch("Lambda.Timeout", "A")], Next="End"), End=END
)

NO_MOCK = {  # of a name that an earlier one takes, that only another name can stand for, or that AWS never reports
    "task": {"Work: Catch[2] -> End", "Work: Catch[2] States.HeartbeatTimeout"},
    "inline": set(),
    "distributed": {"Each: Catch[1] -> End", "Each: Catch[1] States.ALL"},
    "parallel": {"Both: Catch[0] Kept"},
    "never reported": {"Work: Retry[0]", "Work: Retry[0] Lambda.Timeout", "Work: Catch[0] Lambda.Timeout"},
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_line_takes_its_path(name):
    machine_ = load(DEFINITIONS[name])
    found = [element for element in elements(machine_) if element.error_path]

    for element in found:
        if element.mock is None:
            continue
        with collecting() as collector:
            sfn_mock = SfnMock()
            sfn_mock.lambda_function("f").returns({})
            eval(element.mock, {"sfn_mock": sfn_mock})
            sfn_mock.load(machine_).run({"items": [1]})
            collector.finish()
        assert element.pointer in only(collector.data()).taken, element
    assert {element.label for element in found if element.mock is None} == NO_MOCK[name]
