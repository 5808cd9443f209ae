"""What runs took of a definition, element by element."""

import pytest

from pytest_sfn import SfnMock
from tests.coverage.taking import CHOICE, MEND, catch, collecting, ends, fails, mapping, only, retry, taken
from tests.helpers import arn, machine, task


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


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
@pytest.mark.parametrize(("items", "expected"), [([], "no items"), ([1], "one item"), ([1, 2], "many items")])
def test_how_many_items(mode, items, expected):
    assert ends(taken(mapping(mode), items, f=lambda event: event)) == [f"Each#{expected}"]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_a_failed_item(mode):
    found = taken(mapping(mode, Catch=catch("States.ALL", to="Each")), [1], f=fails("A", "B", then=1))

    assert {"Each#an item fails", "Each/Catch/0/Next"} <= set(ends(found))
    assert not any(pointer.startswith("/States/Each/ItemProcessor") for pointer, _ in found.unhandled)


@pytest.mark.parametrize(("body", "expected"), [("[]", "no items"), ("[1]", "one item"), ("[1, 2]", "many items"), ("{", None)])
def test_how_many_items_there_are_in_s3(body, expected):
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
    definition = mapping("DISTRIBUTED", ItemReader={**reader, "Parameters": {"Bucket": "data", "Key": "k"}})

    def prepare(account):
        account.resource("s3:getObject").returns({"Body": body})

    found = ends(taken(definition, prepare=prepare, f=lambda event: event))
    assert [end for end in found if end.endswith(("item", "items"))] == ([f"Each#{expected}"] if expected else [])


def test_an_error_is_told_where_it_began():
    both = {"Type": "Parallel", "Branches": [machine(Left=task()), machine(Right={"Type": "Pass"})]}
    found = taken(machine(Both=both), f=fails("A"))

    assert ends(found) == ["Both#a branch fails"]
    assert found.unhandled == {("/States/Both/Branches/0/States/Left", "A"): {""}}


def test_a_part_of_a_machine_takes_no_transition_out_of_it():
    with collecting() as collector:
        machine_ = SfnMock().load(CHOICE)
        machine_.run_state("One", {})
        machine_.run_state("Ask", {"n": 1})
        collector.finish()

    assert sorted(only(collector.data()).taken) == ["/States/Ask", "/States/One"]
