"""Trials of failures: what they take, and with how little."""

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.failures import Failure
from pytest_sfn.coverage.python_text import Chain
from pytest_sfn.coverage.trials import NO_FAILURE, Known, Stage
from pytest_sfn.coverage.volatile import ANY
from tests.helpers import machine, task

CATCH = {"Catch": [{"ErrorEquals": ["A"], "Next": "End"}], "Next": "End"}
TAKEN = "/States/Work/Catch/0/ErrorEquals/0"
END = {"Type": "Succeed"}


def tried(definition, state="Work", error="A", once=False):
    loaded = load(definition)
    task_ = loaded.states[state]
    return Stage(loaded).tried(loaded.states["Work"], [Failure(task_, error, once)], TAKEN)


def test_the_input_has_only_what_the_state_needs():
    needs = {"id.$": "$.order.id", "all.$": "$"}
    trial = tried(machine(Work={**task(**CATCH), "Parameters": needs, "OutputPath": "$.other"}, End=END))

    assert (trial.scene.state, trial.scene.input, trial.scene.variables) == ("Work", {"order": {"id": "order-1"}}, None)
    assert (trial.caught, trial.retries, trial.error) == (True, 0, "A")
    assert TAKEN in trial.taken


def test_a_state_that_another_has_to_prepare_runs_within_it():
    inner = {**task(), "Parameters": {"n.$": "$$.Map.Item.Value.n"}, "Catch": [{"ErrorEquals": ["A"], "Next": "End"}]}
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(Work=inner, End=END)}
    loaded = load(machine(Each=each))
    work = loaded.states["Work"]
    trial = Stage(loaded).tried(work, [Failure(work, "A")], f"{work.pointer}/Catch/0/ErrorEquals/0")

    assert (trial.scene.state, trial.scene.input) == ("Each", {"items": [{"n": "n"}]})


def test_what_is_called_beside_the_failure_has_mocks_and_nothing_else():
    late = machine(Wait={"Type": "Wait", "Seconds": 9, "Next": "Late"}, Late=task("three"))
    branches = [machine(One=task("one")), machine(Two=task("two")), late]
    trial = tried(machine(Work={"Type": "Parallel", "Branches": branches, **CATCH}, End=END), state="One")

    assert list(map(str, trial.scene.others)) == ['sfn_mock.lambda_function("two").returns({})']


def set_before(**state):
    branch = machine(One={**task(), "Resource": "arn:aws:states:::lambda:invoke"})
    branch["States"]["One"]["Arguments"] = {"FunctionName": "f", "Payload": "{% $id %}"}
    around = {"Parallel": {"Branches": [branch]}, "Map": {"Items": [1], "ItemProcessor": branch}}[state["Type"]]
    work = {**state, **around, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "End"}
    return {"QueryLanguage": "JSONata", **machine(Work=work, End=END)}


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_the_error_that_is_taken_is_that_of_the_failure(kind):
    """Not that of an undefined variable, for which the task would never be called."""
    trial = tried(set_before(Type=kind), state="One")

    assert (trial.error, list(trial.scene.variables)) == ("A", ["id"])


def test_a_task_that_is_not_called_does_not_fail():
    work = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "End"}
    work |= {
        "Arguments": {"FunctionName": "f", "Payload": "{% $id %}"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}],
    }
    trial = tried({"QueryLanguage": "JSONata", **machine(Work=work, End=END)})

    assert (trial.error, list(trial.scene.variables)) == ("A", ["id"])


def test_a_fail_state_inside_may_rename_the_failure():
    inner = machine(One=task(Catch=[{"ErrorEquals": ["A"], "Next": "No"}]), No={"Type": "Fail", "Error": "A"})
    work = {"Type": "Parallel", "Branches": [inner], **CATCH}

    assert tried(machine(Work=work, End=END), state="One").error == "A"


def test_no_trial_where_an_earlier_name_takes_the_error():
    assert tried(machine(Work=task(**CATCH), End=END), error="B") == NO_FAILURE


def test_a_retrier_without_end_hides_the_catcher():
    retrying = task(Retry=[{"ErrorEquals": ["A"], "MaxAttempts": 99_999_999, "IntervalSeconds": 1}], **CATCH)

    assert tried(machine(Work=retrying, End=END)) == NO_FAILURE


def test_a_map_that_tolerates_failures_has_so_many_items():
    processor = {**machine(Item=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    work = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ToleratedFailureCount": 2}
    work |= {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "End"}

    assert tried(machine(Work=work, End=END), state="Item").scene.input == {"items": [{}, {}, {}]}


def test_what_a_map_reads_from_s3_is_there():
    processor = {**machine(Item={**task(), "Parameters": {"id.$": "$.id"}})}
    processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
    for kind in ("JSON", "JSONL", "CSV"):
        config = {"InputType": kind, **({"CSVHeaderLocation": "FIRST_ROW"} if kind == "CSV" else {})}
        work = {"Type": "Map", "ItemReader": {**reader, "ReaderConfig": config}, "ItemProcessor": processor}
        work |= {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "End"}
        (other,) = tried(machine(Work=work, End=END), state="Item").scene.others

        assert str(other).startswith('sfn_mock.resource("s3:getObject").returns({"Body": ')


def test_after_a_retry_all_is_well_if_that_can_be():
    """With no variable the Output would fail, and the Catcher take that."""
    work = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Output": "{% $rate * 2 %}"}
    work |= {"Retry": [{"ErrorEquals": ["A"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "End"}
    loaded = load({"QueryLanguage": "JSONata", **machine(Work=work, End=END)})
    owner = loaded.states["Work"]
    trial = Stage(loaded).tried(owner, [Failure(owner, "A", True)], "/States/Work/Retry/0/ErrorEquals/0")

    assert (trial.retries, trial.is_well, trial.scene.variables) == (1, True, {"rate": 1})


def test_what_is_known_of_a_run_is_tried_first():
    work = {"Type": "Parallel", "Branches": [machine(One=task("one", Next="Two"), Two=task("two"))], **CATCH}
    work["Branches"][0]["States"]["Two"]["Parameters"] = {"id.$": "$.id"}
    loaded = load(machine(Work=work, End=END))
    answers = {"One": Chain((("sfn_mock.lambda_function", ("one",)), ("returns", ({"id": 7},))))}
    failures = [Failure(loaded.states["Two"], "A")]

    assert Stage(loaded).tried(loaded.states["Work"], failures, TAKEN).startswith("not tried")
    known = Stage(loaded, Known(answers)).tried(loaded.states["Work"], failures, TAKEN)
    assert list(map(str, known.scene.others)) == ['sfn_mock.lambda_function("one").returns({"id": 7})']


def test_the_output_of_a_caught_error():
    trial = tried(machine(Work=task(**CATCH), End=END))

    assert (trial.next, trial.output) == ("End", {"Error": "A", "Cause": ANY})


def test_a_map_that_cannot_write_has_read_before():
    s3 = "arn:aws:states:::s3:{}"
    processor = {**machine(Item=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    work = {"Type": "Map", "ItemProcessor": processor, "Next": "End"}
    work["ItemReader"] = {"Resource": s3.format("getObject"), "Parameters": {"Bucket": "b", "Key": "k"}}
    work["ItemReader"]["ReaderConfig"] = {"InputType": "JSON"}
    work["ResultWriter"] = {"Resource": s3.format("putObject"), "Parameters": {"Bucket": "b", "Prefix": "p"}}
    work["Catch"] = [{"ErrorEquals": ["States.ResultWriterFailed"], "Next": "End"}]
    loaded = load(machine(Work=work, End=END))
    owner = loaded.states["Work"]
    trial = Stage(loaded).tried(owner, [Failure(owner, "S3.AccessDeniedException", field="result_writer")], TAKEN)

    assert str(trial.scene.failing) == 'sfn_mock.resource("s3:putObject").raises("S3.AccessDeniedException")'
    assert [str(each).partition(".returns")[0] for each in trial.scene.others] == [
        'sfn_mock.lambda_function("f")',
        'sfn_mock.resource("s3:getObject")',
    ]
