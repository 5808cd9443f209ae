"""From executions to the elements taken."""

import json

import pytest

from pytest_sfn import SfnMock
from tests.coverage.taking import collecting, fails, only, taken
from tests.helpers import arn, machine, task


def retry(*names, **fields):
    return [{"ErrorEquals": list(names), **fields}]


def catch(*names, to="Mend"):
    return [{"ErrorEquals": list(names), "Next": to}]


MEND = {"Type": "Pass"}
CHOICE = machine(
    Ask={
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": n, "Next": "One" if n == 1 else "Two"} for n in (1, 2)],
        "Default": "Other",
    },
    One={"Type": "Pass", "Next": "Two"},
    Two={"Type": "Succeed"},
    Other={"Type": "Fail", "Error": "Odd"},
)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, ["Ask", "Ask/Choices/0/Next", "One", "One/Next", "Two"]),
        (2, ["Ask", "Ask/Choices/1/Next", "Two"]),
        (3, ["Ask", "Ask/Default", "Other"]),
    ],
)
def test_states_and_transitions(n, expected):
    found = taken(CHOICE, {"n": n})

    assert sorted(found.taken) == [f"/States/{end}" for end in expected]
    assert not found.unhandled  # a Fail state is the author's own end


def ends(definition):
    """The ends of the pointers taken that have to do with errors."""
    return sorted(
        pointer.removeprefix("/States/") for pointer in definition.taken if any(s in pointer for s in ("Retry", "Catch", "#"))
    )


@pytest.mark.parametrize(
    ("state", "stub", "expected"),
    [
        (task(Retry=retry("A", "B")), fails("B", then=1), ["Work/Retry/0", "Work/Retry/0/ErrorEquals/1"]),
        (
            task(Retry=retry("A", MaxAttempts=0), Catch=catch("States.ALL")),
            fails("A"),
            [
                "Work/Catch/0/ErrorEquals/0",
                "Work/Catch/0/Next",
                "Work/Retry/0",
                "Work/Retry/0#exhausted",
                "Work/Retry/0/ErrorEquals/0",
            ],
        ),
        (task(Catch=catch("States.TaskFailed", "A")), fails("A"), ["Work/Catch/0/ErrorEquals/1", "Work/Catch/0/Next"]),
        (task(Catch=catch("States.TaskFailed", "A")), fails("B"), ["Work/Catch/0/ErrorEquals/0", "Work/Catch/0/Next"]),
        (task(Retry=retry("A"), Catch=catch("A")), fails("B"), []),
    ],
)
def test_error_paths(state, stub, expected):
    states = {"Work": state, "Mend": MEND} if "Catch" in state else {"Work": state}

    assert ends(taken(machine(**states), f=stub)) == expected


def test_a_catcher_whose_own_output_fails_takes_no_transition_and_exhausts_nothing():
    state = {
        "Type": "Task",
        "Resource": arn("f"),
        "QueryLanguage": "JSONata",
        "End": True,
        "Retry": retry("States.QueryEvaluationError"),
        "Catch": [{"ErrorEquals": ["A"], "Output": "{% $undefined %}", "Next": "Mend"}],
    }
    found = taken(machine(Work=state, Mend=MEND), f=fails("A"))

    assert ends(found) == ["Work/Catch/0/ErrorEquals/0"]
    assert found.unhandled == {("/States/Work", "States.QueryEvaluationError"): {""}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"TimeoutSeconds": 9}, ["Work#times out"]), ({"TimeoutSeconds": 9, "HeartbeatSeconds": 3}, ["Work#heartbeat missed"])],
)
def test_timeouts(fields, expected):
    wait = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True, **fields}
    wait["Parameters"] = {"QueueUrl": "q", "MessageBody": "m"}
    found = taken(machine(Work=wait), prepare=lambda account: account.state("Work").times_out())

    assert ends(found) == expected
    assert found.unhandled == {("/States/Work", "States.Timeout"): {""}}


def test_a_machine_that_times_out():
    definition = {**machine(Sleep={"Type": "Wait", "Seconds": 60}), "TimeoutSeconds": 5}

    assert "#times out" in taken(definition).taken


def mapping(mode, **fields):
    processor = {**machine(Item=task()), "ProcessorConfig": {"Mode": mode}}
    if mode == "DISTRIBUTED":
        processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    return machine(Each={"Type": "Map", "ItemProcessor": processor, **fields})


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
@pytest.mark.parametrize(("items", "expected"), [([], "no items"), ([1], "one item"), ([1, 2], "many items")])
def test_how_many_items(mode, items, expected):
    assert ends(taken(mapping(mode), items, f=lambda event: event)) == [f"Each#{expected}"]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_a_failed_item(mode):
    found = taken(mapping(mode, Catch=catch("States.ALL", to="Each")), [1], f=fails("A", "B", then=1))

    assert {"Each#an item fails", "Each/Catch/0/Next"} <= set(ends(found))
    assert not any(pointer.startswith("/States/Each/ItemProcessor") for pointer, _ in found.unhandled)


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
    assert {"Each#an item fails", "Each/Retry/0"} <= set(ends(found))


@pytest.mark.parametrize(("body", "expected"), [("[]", "no items"), ("[1]", "one item"), ("[1, 2]", "many items"), ("{", None)])
def test_how_many_items_there_are_in_s3(body, expected):
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
    definition = mapping("DISTRIBUTED", ItemReader={**reader, "Parameters": {"Bucket": "data", "Key": "k"}})

    def prepare(account):
        account.resource("s3:getObject").returns({"Body": body})

    found = ends(taken(definition, prepare=prepare, f=lambda event: event))
    assert [end for end in found if end.endswith(("item", "items"))] == ([f"Each#{expected}"] if expected else [])


def test_what_only_a_late_child_takes(monkeypatch):
    monkeypatch.setattr("pytest_sfn.engine.distributed.rule.KEPT_RUNS", 2)
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Late"}], "Default": "Early"}
    processor = machine(Which=choice, Early={"Type": "Succeed"}, Late={"Type": "Succeed"})
    definition = mapping("DISTRIBUTED")
    definition["States"]["Each"]["ItemProcessor"] |= processor

    assert "/States/Each/ItemProcessor/States/Late" in taken(definition, [1, 2, 3, 3]).taken


def test_an_error_is_told_where_it_began():
    both = {"Type": "Parallel", "Branches": [machine(Left=task()), machine(Right={"Type": "Pass"})]}
    found = taken(machine(Both=both), f=fails("A"))

    assert ends(found) == ["Both#a branch fails"]
    assert found.unhandled == {("/States/Both/Branches/0/States/Left", "A"): {""}}


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


def test_a_part_of_a_machine_takes_no_transition_out_of_it():
    with collecting() as collector:
        machine_ = SfnMock().load(CHOICE)
        machine_.run_state("One", {})
        machine_.run_state("Ask", {"n": 1})
        collector.finish()

    assert sorted(only(collector.data()).taken) == ["/States/Ask", "/States/One"]


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
