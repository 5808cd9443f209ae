"""The value after each stage, as the TestState API shows it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.errors import ExecutionError
from tests.helpers import machine, run, task


def stages(execution: Any, state: str = "A") -> dict[str, Any]:
    (visit,) = execution.state(state).visits
    return visit.stages


def test_every_stage_of_a_task() -> None:
    definition = machine(
        A=task(
            InputPath="$.in",
            Parameters={"n.$": "$.n"},
            ResultSelector={"picked.$": "$.a"},
            ResultPath="$.got",
            OutputPath="$.got",
        )
    )
    execution = run(definition, {"in": {"n": 1}}, f=lambda event: {"a": event["n"] + 1, "b": 0})
    visit = execution.state("A").visits[0]
    assert visit.after_input_path == {"n": 1}
    assert visit.after_parameters == {"n": 1}
    assert visit.result == {"a": 2, "b": 0}
    assert visit.after_result_selector == {"picked": 2}
    assert visit.after_result_path == {"in": {"n": 1}, "got": {"picked": 2}}
    assert list(visit.stages) == [
        "after_input_path",
        "after_parameters",
        "result",
        "after_result_selector",
        "after_result_path",
    ]
    assert visit.output == {"picked": 2}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            {"Type": "Pass", "InputPath": "$.a", "Parameters": {"v.$": "$"}, "ResultPath": "$.r"},
            {
                "after_input_path": 1,
                "after_parameters": {"v": 1},
                "after_result_selector": {"v": 1},
                "after_result_path": {"a": 1, "r": {"v": 1}},
            },
        ),
        (
            {"Type": "Pass", "InputPath": "$.a", "Parameters": {"v.$": "$"}, "Result": 5, "ResultPath": "$.r"},
            {"result": 5, "after_result_selector": 5, "after_result_path": {"a": 1, "r": 5}},
        ),
        ({"Type": "Wait", "Seconds": 1, "InputPath": "$.a"}, {"after_input_path": 1}),
        ({"Type": "Succeed", "InputPath": "$.a"}, {"after_input_path": 1}),
        ({"Type": "Fail"}, {"after_input_path": {"a": 1}}),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}"}, {}),
    ],
)
def test_stages_are_those_of_the_test_state_api(state: dict[str, Any], expected: dict[str, Any]) -> None:
    execution = run(machine(A=state), {"a": 1})
    assert stages(execution) == expected
    assert list(stages(execution)) == list(expected)


def test_jsonata_task() -> None:
    ask = task(QueryLanguage="JSONata", Arguments={"n": "{% $states.input.n + 1 %}"}, Output="{% $states.result %}")
    execution = run(machine(A=ask), {"n": 1}, f=lambda event: event["n"])
    assert stages(execution) == {"after_arguments": {"n": 2}, "result": 2}


def test_parallel_and_map() -> None:
    both = {
        "Type": "Parallel",
        "Parameters": {"l.$": "$.l"},
        "Branches": [
            machine(B={"Type": "Pass"}),
            machine(
                C={
                    "Type": "Map",
                    "ItemsPath": "$.l",
                    "ItemProcessor": machine(D={"Type": "Pass", "Result": "d"}),
                    "ResultPath": "$.r",
                }
            ),
        ],
        "ResultSelector": {"first.$": "$[0]"},
    }
    execution = run(machine(A=both), {"l": [1, 2], "x": 0})
    assert stages(execution)["after_parameters"] == {"l": [1, 2]}
    assert stages(execution)["result"] == [{"l": [1, 2]}, {"l": [1, 2], "r": ["d", "d"]}]
    assert stages(execution)["after_result_selector"] == {"first": {"l": [1, 2]}}
    assert stages(execution, "C") == {
        "after_input_path": {"l": [1, 2]},
        "after_items_path": [1, 2],
        "result": ["d", "d"],
        "after_result_selector": ["d", "d"],
        "after_result_path": {"l": [1, 2], "r": ["d", "d"]},
    }


def test_chance_repeats_itself() -> None:
    random = {"id.$": "States.UUID()", "n.$": "States.MathRandom(0, 1000000)"}
    definition = machine(
        A={"Type": "Pass", "Parameters": random, "Next": "B"},
        B=task(ResultSelector=random, ResultPath="$.b", OutputPath="$", Assign={"kept.$": "$"}, Next="C"),
        C={"Type": "Pass", "Parameters": {"b.$": "$.b", "kept.$": "$kept"}},
    )
    execution = run(definition, f=lambda event: {"id": 0, "n": 0})
    a, b, c = (stages(execution, name) for name in "ABC")
    assert a["after_parameters"] == execution.state("A").output
    assert b["after_result_selector"] == execution.state("B").output["b"]
    assert c["after_parameters"] == execution.output
    assert execution.output["b"] == execution.output["kept"]  # drawn once for output and variables
    assert a["after_parameters"]["id"] != b["after_result_selector"]["id"]


def test_jsonata_chance_repeats_itself() -> None:
    draw = {"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [machine(B={"Type": "Pass"})]}
    definition = machine(A={**draw, "Arguments": {"id": "{% $uuid() %}", "n": "{% $random() %}"}})
    execution = run(definition)
    assert stages(execution)["after_arguments"] == execution.state("B").input


def test_variables_and_context_are_those_of_the_visit() -> None:
    look = {"v.$": "$v", "at.$": "$$.State.EnteredTime", "name.$": "$$.State.Name", "item.$": "$$.Map.Item.Value"}
    each = machine(
        A={"Type": "Pass", "Parameters": look, "Assign": {"own.$": "$.item"}, "Next": "W"},
        W={"Type": "Wait", "Seconds": 5, "Next": "B"},
        B={"Type": "Pass", "Parameters": {**look, "own.$": "$own"}},
    )
    definition = machine(
        S={"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
        M={"Type": "Map", "ItemsPath": "$.l", "ItemProcessor": each, "Next": "T"},
        T={"Type": "Pass", "Assign": {"v": 2}},
    )
    execution = run(definition, {"l": ["x", "y"]})
    for name in "AB":
        for visit in execution.state(name).visits:
            assert visit.after_parameters == visit.output
    assert [visit.after_parameters["own"] for visit in execution.state("B").visits] == ["x", "y"]


def test_variables_given_to_run() -> None:
    execution = SfnMock().load(machine(A={"Type": "Pass", "Parameters": {"v.$": "$v"}})).run(variables={"v": [1]})
    assert stages(execution)["after_parameters"] == {"v": [1]}


def test_last_attempt_is_shown() -> None:
    parameters = {"n.$": "$$.State.RetryCount", "id.$": "States.UUID()"}
    ask = task(Parameters=parameters, ResultSelector={"n.$": "$$.State.RetryCount"}, Retry=[{"ErrorEquals": ["States.ALL"]}])

    def fail_once(event: dict[str, Any]) -> str:
        assert isinstance(event["id"], str)
        if event["n"] == 0:
            raise ValueError
        return "ok"

    execution = run(machine(A=ask), f=fail_once)
    assert stages(execution)["after_parameters"]["n"] == 1
    assert stages(execution)["after_result_selector"] == {"n": 1}


def test_values_belong_to_the_user() -> None:
    execution = run(machine(A={"Type": "Pass", "Parameters": {"l.$": "$.l"}}), {"l": [1]})
    before = execution.history
    stages(execution)["after_parameters"]["l"].clear()
    assert execution.history == before
    assert execution.output == {"l": [1]}


def test_asking_draws_nothing_anew() -> None:
    execution = run(machine(A={"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}}))
    before = execution.history, stages(execution)
    execution._story = None  # as after a further event
    assert (execution.history, stages(execution)) == before


def test_stage_that_was_not_reached() -> None:
    execution = run(machine(A=task(ResultSelector={"v.$": "$.no"})), f=lambda event: {})
    visit = execution.state("A").visits[0]
    assert list(visit.stages) == ["after_input_path", "after_parameters", "result"]
    with pytest.raises(ExecutionError) as caught:
        _ = visit.after_result_selector
    assert str(caught.value) == "state 'A' did not get as far as after_result_selector: it failed with States.Runtime"


def test_stage_of_a_task_that_still_runs() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1).takes(5)
    visit = account.load(machine(A=task())).start({"a": 1}).state("A").visits[0]
    assert visit.after_parameters == {"a": 1}
    with pytest.raises(ExecutionError) as caught:
        _ = visit.result
    assert str(caught.value) == "state 'A' did not get as far as result: it is still running"


def test_stage_that_the_state_does_not_have() -> None:
    definition = machine(
        A={"Type": "Wait", "Seconds": 1, "Next": "B"}, B={"Type": "Pass", "QueryLanguage": "JSONata", "Output": 1}
    )
    execution = run(definition)
    with pytest.raises(AttributeError) as caught:
        _ = execution.state("A").visits[0].after_parameters
    assert str(caught.value) == "state 'A', a Wait in JSONPath, has no after_parameters; only after_input_path"
    with pytest.raises(AttributeError) as caught:
        _ = execution.state("B").visits[0].after_arguments
    assert str(caught.value) == "state 'B', a Pass in JSONata, has no after_arguments; only input and output"
