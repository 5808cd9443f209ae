"""What runs took of a definition, element by element."""

import pytest
from hypothesis import given

from pytest_sfn import SfnMock
from pytest_sfn.asl.pointer import resolve
from tests.coverage.machines import REFUSED, machines
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
        (task(Retry=retry("A", "B")), fails("B", then=1), ["Work/Retry/0/ErrorEquals/1"]),
        (
            task(Retry=retry("A", MaxAttempts=0), Catch=catch("States.ALL")),
            fails("A"),
            [
                "Work/Catch/0/ErrorEquals/0",
                "Work/Retry/0#exhausted",
                "Work/Retry/0/ErrorEquals/0",
            ],
        ),
        (task(Catch=catch("States.TaskFailed", "A")), fails("A"), ["Work/Catch/0/ErrorEquals/1"]),
        (task(Catch=catch("States.TaskFailed", "A")), fails("B"), ["Work/Catch/0/ErrorEquals/0"]),
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

    assert ends(found) == []
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

    assert {"Each#an item fails", "Each/Catch/0/ErrorEquals/0"} <= set(ends(found))
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


@pytest.mark.parametrize(("left", "right"), [("First", "Second"), ("First", None), (None, "Second")])
def test_of_branches_that_fail_together_the_first_fails_the_execution(left, right):
    branches = [
        machine(**{name: task(error) if error else {"Type": "Fail", "Error": "Odd"}})
        for name, error in (("A", left), ("B", right))
    ]
    stubs = {error: fails(error) for error in (left, right) if error}
    with collecting() as collector:
        account = SfnMock()
        for name, stub in stubs.items():
            account.lambda_function(name).calls(stub)
        execution = account.load(machine(Both={"Type": "Parallel", "Branches": branches})).run()
        collector.finish()

    expected = {("/States/Both/Branches/0/States/A", "First"): {""}} if execution.error == "First" else {}
    assert only(collector.data()).unhandled == expected
    assert execution.handled is (execution.error == "Odd")


def test_a_tolerated_failure_is_not_where_a_later_error_began():
    each = {"Type": "Map", "ItemProcessor": machine(Item=task("g")), "ToleratedFailureCount": 5, "Next": "Last"}
    found = taken(machine(Each=each, Last=task()), [1], f=fails("Late"), g=fails("Early"))

    assert found.unhandled == {("/States/Last", "Late"): {""}}


@given(machines(own_errors=True))
def test_the_error_that_nobody_handled_is_the_execution_s(played):
    """Each Task and Fail state has an error of its own name, so that the error of the execution says where it began."""
    with collecting() as collector:
        execution = played.run()
        collector.finish()
    unhandled = list(only(collector.data()).unhandled)
    error = execution.error or ""

    assert execution.handled is (execution.succeeded or error.startswith("Fail"))
    if execution.handled:
        assert unhandled == []
        return
    ((pointer, noted),) = unhandled
    assert noted == error
    if error.startswith("States."):  # no Choice Rule matches, or the ResultPath of a Catcher fails
        state = resolve(played.definition, pointer)
        assert state["Type"] == "Choice" or REFUSED in [catcher["ResultPath"] for catcher in state["Catch"]]
    else:
        assert pointer.endswith(f"/{error}")


def raising(error):
    return lambda mock: mock.raises(error)


def silent(mock):
    mock.times_out()


WORK = "/States/Work"
HEARTBEATS = {"TimeoutSeconds": 9, "HeartbeatSeconds": 3}


@pytest.mark.parametrize(
    ("state", "act", "expected", "unhandled"),
    [
        (task(Catch=catch("States.TaskFailed", "A")), raising("A"), ["Catch/0/ErrorEquals/1"], None),
        (task(Catch=catch("States.TaskFailed", "A")), raising("B"), ["Catch/0/ErrorEquals/0"], None),
        (task(Catch=catch("A", "A")), raising("A"), ["Catch/0/ErrorEquals/0"], None),
        (
            task(Catch=catch("States.Timeout", "States.HeartbeatTimeout"), **HEARTBEATS),
            silent,
            ["#heartbeat missed", "Catch/0/ErrorEquals/1"],
            None,
        ),
        (task(Catch=catch("States.Timeout"), **HEARTBEATS), silent, ["#heartbeat missed", "Catch/0/ErrorEquals/0"], None),
        (
            task(Catch=[*catch("States.Timeout"), *catch("States.HeartbeatTimeout")], **HEARTBEATS),
            silent,
            ["#heartbeat missed", "Catch/0/ErrorEquals/0"],
            None,
        ),
        (
            task(Catch=[*catch("States.HeartbeatTimeout"), *catch("States.Timeout")], **HEARTBEATS),
            raising("States.Timeout"),
            ["#times out", "Catch/1/ErrorEquals/0"],
            None,
        ),
        (
            task(Catch=catch("States.Timeout"), TimeoutSeconds=9),
            raising("States.Timeout"),
            ["#times out", "Catch/0/ErrorEquals/0"],
            None,
        ),
        (
            task(Retry=retry("A", MaxAttempts=0), Catch=catch("B")),
            raising("A"),
            ["Retry/0#exhausted", "Retry/0/ErrorEquals/0"],
            "A",
        ),
        (task(Catch=[{**catch("A")[0], "ResultPath": "$.a.b"}]), raising("A"), [], "States.ReferencePathConflict"),
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 2, "Next": "Mend"}]},
            raising("A"),
            ["#no rule matches"],
            "States.Runtime",
        ),
    ],
    ids=[
        "own name beside a wildcard", "wildcard", "name twice", "heartbeat by its name", "heartbeat by States.Timeout",
        "heartbeat by the first list", "mock of States.Timeout beside a heartbeat's name", "mock of States.Timeout",
        "MaxAttempts 0", "ResultPath fails", "no rule matches",
    ],
)  # fmt: skip
def test_what_the_page_says_of_each_case(state, act, expected, unhandled):
    """pytest-sfn docs coverage, "What is counted"."""
    found = taken(machine(Work=state, Mend=MEND), {"a": 1}, prepare=lambda account: act(account.state("Work")))

    assert [end.removeprefix("Work").removeprefix("/") for end in ends(found)] == expected
    assert found.unhandled == ({(WORK, unhandled): {""}} if unhandled else {})


def test_a_run_of_one_state_takes_its_error_paths_and_leaves_it_by_no_transition():
    with collecting() as collector:
        account = SfnMock()
        account.lambda_function("f").raises("A", times=2).returns({})
        loaded = account.load(machine(Work=task(Retry=retry("A", MaxAttempts=1), Catch=catch("A"), Next="Mend"), Mend=MEND))
        loaded.run_state("Work", {})
        loaded.run_state("Work", {})
        collector.finish()

    assert {pointer for pointer, element in only(collector.data()).elements.items() if element.figure} & set(
        only(collector.data()).taken
    ) == {WORK, f"{WORK}/Retry/0/ErrorEquals/0", f"{WORK}/Catch/0/ErrorEquals/0"}
