"""The seam between rules and query languages: both give bounds that hold, and change nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock, load
from pytest_sfn.engine.run import Run, Strand
from pytest_sfn.engine.stages import JsonataStages, JsonpathStages, make_stages, quoted
from pytest_sfn.errors import ExecutionError
from pytest_sfn.expressions.values import admit, measure
from tests.helpers import machine, run, task

VALUE = {"a": {"b": [1, 2.5, "ä"]}, "c": None}


def strand_of(execution: Run, value: Any) -> Strand:
    return Strand(execution, None, 0, execution.program.entry, *admit(value))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"InputPath": "$.a", "OutputPath": "$.b"},
        {"InputPath": None},
        {"Parameters": {"x.$": "$.a.b[*]", "y": "text"}},
        {"ResultPath": "$.a.new", "ResultSelector": {"r.$": "$", "twice.$": "$"}},
        {"ResultPath": None, "OutputPath": None},
        {"Parameters": {"context.$": "$$"}, "OutputPath": "$.c"},
    ],
)
def test_bounds_hold(fields: dict[str, Any]) -> None:
    execution = run(machine(A={"Type": "Pass"}))._run
    stages = make_stages(load(machine(A=task(**fields))).states["A"])
    assert isinstance(stages, JsonpathStages)
    strand = strand_of(execution, {**VALUE, "b": 1} if "OutputPath" in fields else VALUE)
    before = admit(strand.value)[0]
    data = stages.input(strand)
    sent = stages.arguments(strand, data)
    result = admit({"n": [1], "b": 1, "c": 2})
    for value, size, depth in (data, sent, stages.output(strand, data, result)):
        exact_size, exact_depth = measure(value)
        assert size >= exact_size
        assert depth >= exact_depth
    assert strand.value == before


def test_jsonata_has_its_own() -> None:
    state = {**task(Arguments={"x": "{% $states.input.a %}"}, Output="{% $states.result %}"), "QueryLanguage": "JSONata"}
    stages = make_stages(load(machine(A=state)).states["A"])
    assert isinstance(stages, JsonataStages)
    strand = strand_of(run(machine(A={"Type": "Pass"}))._run, VALUE)
    data = stages.input(strand)
    assert stages.arguments(strand, data)[0] == {"x": VALUE["a"]}
    value, size, depth = stages.output(strand, data, ([1], 3, 1))
    assert (value, size >= 3, depth >= 1) == ([1], True, True)
    assert stages.assign(strand, data, None) is None


def test_values_inside_causes() -> None:
    assert [quoted(value) for value in ("text", {"a": 1}, None)] == ["text", '{"a":1}', "null"]


def test_a_path_that_takes_too_much_names_its_field(tmp_path: Path) -> None:
    value: Any = {"x": 1}
    for _ in range(300):
        value = {"a": value}
    file = tmp_path / "deep.asl.json"
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    branches = [machine(T={"Type": "Pass", "Parameters": {"found.$": "$..a..a..a..a"}})]
    definition = machine(A={"Type": "Parallel", "Branches": branches, "Catch": catch}, B={"Type": "Succeed"})
    file.write_text(json.dumps(definition, indent=1))
    with pytest.raises(ExecutionError) as caught:
        SfnMock().load(file).run(value)
    message = str(caught.value).replace(str(tmp_path), "").lstrip("/\\")
    assert message == (
        "deep.asl.json:13:9: state 'T', Parameters/found.$: the path '$..a..a..a..a' takes more than 1,000,000 steps\n"
        "  fix  name more of the way to the value ($.a.b instead of $..b), or give the test less data"
    )


def test_a_path_of_many_results_is_measured_and_not_written() -> None:
    value: Any = {"x": "y" * 1000}
    for _ in range(100):
        value = {"a": value}
    assert run(machine(A={"Type": "Pass", "InputPath": "$..a..a"}), value).error == "States.DataLimitExceeded"
    fields = {f"f{number}.$": "$$.Execution.Input.x" for number in range(1000)}
    assert run(machine(A={"Type": "Pass", "Parameters": fields}), {"x": "y" * 100_000}).error == "States.DataLimitExceeded"
