"""From executions to the elements taken."""

import json

import pytest

from pytest_sfn import SfnMock
from tests.coverage.taking import CHOICE, collecting, ends, mapping, only, retry, taken
from tests.helpers import machine


def test_child_executions_of_which_the_engine_keeps_no_log():
    """More than a Map Run keeps, and one item alone fails; retried, so that the first Map Run is gone."""
    failed = set()

    def stub(event):
        if event == 1500 and not failed:
            failed.add(event)
            raise RuntimeError
        return event

    definition = mapping("DISTRIBUTED", Retry=retry("States.ALL"), MaxConcurrency=10)
    with collecting() as collector:
        account = SfnMock(quotas=None)
        account.lambda_function("f").calls(stub)
        account.load(definition).run(list(range(1600)))
        (watch,) = collector.fresh
        assert len(watch.runs) < 1600  # memory is given back while it runs
        collector.finish()

    found = only(collector.data())
    assert "/States/Each/ItemProcessor/States/Item" in found.taken
    assert {"Each#an item fails", "Each/Retry/0/ErrorEquals/0"} <= set(ends(found))


def test_what_only_a_late_child_takes(monkeypatch):
    monkeypatch.setattr("pytest_sfn.engine.distributed.rule.KEPT_RUNS", 2)
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Late"}], "Default": "Early"}
    processor = machine(Which=choice, Early={"Type": "Succeed"}, Late={"Type": "Succeed"})
    definition = mapping("DISTRIBUTED")
    definition["States"]["Each"]["ItemProcessor"] |= processor

    assert "/States/Each/ItemProcessor/States/Late" in taken(definition, [1, 2, 3, 3]).taken


def test_child_executions_are_coverage_of_their_own_machine():
    parent = machine(Call={"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {}})
    with collecting() as collector:
        account = SfnMock()
        child = account.load(machine(Child={"Type": "Pass"}), name="child")
        parent["States"]["Call"]["Parameters"] = {"StateMachineArn": child.arn}
        account.load(parent, name="parent").run()
        collector.finish()

    found = {definition.name: sorted(definition.taken) for definition in collector.data().definitions.values()}
    assert found == {"child": ["/States/Child"], "parent": ["/States/Call"]}


def test_contexts_of_an_execution_that_goes_on_in_the_next_test():
    waits = machine(First={"Type": "Wait", "Seconds": 10, "Next": "Second"}, Second={"Type": "Pass"})
    with collecting() as collector:
        collector.context = "test one"
        execution = SfnMock().load(waits).start()
        collector.finish()
        collector.context = "test two"
        execution.advance(10)
        collector.finish()

    assert only(collector.data()).taken == {
        "/States/First": {"test one"},
        "/States/First/Next": {"test two"},
        "/States/Second": {"test two"},
    }


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
def test_one_file_with_two_substitutions_is_one_definition(tmp_path):
    file = tmp_path / "flows" / "work.asl.json"
    file.parent.mkdir()
    states = {"Go ${Stage}": {"Type": "Pass", "Next": "Done"}, "Done": {"Type": "Pass", "Result": "${Stage}", "End": True}}
    file.write_text(json.dumps({"StartAt": "Go ${Stage}", "States": states}), encoding="utf-8")
    with collecting(tmp_path) as collector:
        for stage in ("test", "prod"):
            collector.context = stage
            SfnMock().load(file, substitutions={"Stage": stage}).run()
            collector.finish()

    found = only(collector.data())
    assert found.name == "flows/work.asl.json"
    assert set(found.taken) == {"/States/Go ${Stage}", "/States/Go ${Stage}/Next", "/States/Done"}
    assert all(contexts == {"test", "prod"} for contexts in found.taken.values())


def test_a_file_that_is_loaded_and_never_run_is_reported(tmp_path):
    file = tmp_path / "work.asl.json"
    file.write_text(json.dumps(CHOICE), encoding="utf-8")
    with collecting(tmp_path) as collector:
        SfnMock().load(file)
        collector.finish()

    assert only(collector.data()).taken == {}
