import pytest

from pytest_sfn import Fault, PytestSfnError, load
from pytest_sfn.faults.enumerate import enumerate_faults
from pytest_sfn.faults.service_errors import LAMBDA_ERRORS
from tests.faults.definitions import HANDLER, TWO_TASKS, catcher, machine, retrier, task

ALWAYS = [*LAMBDA_ERRORS, "States.Timeout", "States.TaskFailed", "Unexpected.Error"]


def texts(definition, **options):
    return [str(fault) for fault in enumerate_faults(load(definition), **options)]


def errors(definition, name="T"):
    faults = enumerate_faults(load(definition), tasks=[name], every=True)
    return list(dict.fromkeys(fault.error for fault in faults))


def one(handler=True, **fields):
    return machine(T=task("f", **fields), **({"Handler": HANDLER} if handler else {}))


def around(kind, inner, **fields):
    body = {"StartAt": "T", "States": inner["States"]}
    inside = {"Branches": [body]} if kind == "Parallel" else {"ItemProcessor": body}
    return machine(Outer={"Type": kind, "End": True, **inside, **fields}, Handler=HANDLER)


def test_each_error_of_each_task_once_and_often_enough():
    found = texts(TWO_TASKS, every=True)

    assert found[:4] == [
        "Charge raises Busy",
        "Charge raises Busy x4",
        "Charge raises CardDeclined",
        "Charge raises Sandbox.Timedout",
    ]
    assert found[-8:] == [f"Ship raises {error}" for error in ALWAYS]
    assert len(found) == len(set(found)) == 11 + 8
    assert found == texts(TWO_TASKS, every=True)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Catch": [catcher("A", "B"), catcher("States.ALL")], "Retry": [retrier("B", "C")]}, ["B", "C", "A"]),
        ({"Retry": [retrier("States.Runtime", "States.BranchFailed", "Lambda.Timeout")]}, []),
        ({"Retry": [retrier("States.HeartbeatTimeout")]}, []),
        ({"Retry": [retrier("States.HeartbeatTimeout")], "HeartbeatSeconds": 5}, ["States.HeartbeatTimeout"]),
        ({"Retry": [retrier("States.Permissions", "Lambda.Unknown")]}, ["States.Permissions", "Lambda.Unknown"]),
    ],
    ids=["named", "not of tasks", "no heartbeat", "heartbeat", "of tasks"],
)  # fmt: skip
def test_names_of_retriers_and_catchers(fields, named):
    definition = one("Catch" in fields, **fields)

    assert errors(definition) == [*named, *ALWAYS]


def test_an_error_that_nobody_named_is_really_named_by_nobody():
    assert errors(one(Catch=[catcher("Unexpected.Error")]))[-1] == "Unexpected.Error_"


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_names_of_what_is_around(kind):
    inner = one(False, Retry=[retrier("Busy", attempts=1)])

    assert errors(around(kind, inner, Catch=[catcher("Lost")]))[:2] == ["Busy", "Lost"]


def test_a_name_around_that_cannot_get_there_is_left_out():
    inner = one(Catch=[catcher("States.ALL")])
    del around("Parallel", inner)["States"]["Handler"]
    outer = around("Parallel", inner, Retry=[retrier("Lost")])
    outer["States"].pop("Handler")

    assert errors(outer) == ALWAYS


@pytest.mark.parametrize(
    ("definition", "error", "times"),
    [
        (one(False, Retry=[retrier("E", attempts=5)]), "E", [1, 6]),
        (one(False, Retry=[retrier("E", attempts=0), retrier("States.ALL")]), "E", [1]),
        (one(False, Retry=[retrier("States.ALL", attempts=1)]), "Unexpected.Error", [1, 2]),
        (one(False, Retry=[retrier("States.TaskFailed", attempts=1)]), "States.Timeout", [1]),
        (one(False, Retry=[retrier("E", attempts=99_999_999)]), "E", [1, 10_000]),
        (one(False, Retry=[retrier("States.HeartbeatTimeout")], HeartbeatSeconds=5), "States.Timeout", [1, 3]),
        (one(False, Retry=[retrier("States.HeartbeatTimeout")], TimeoutSeconds=5), "States.Timeout", [1]),
        (around("Parallel", one(False, Retry=[retrier("E")]), Retry=[retrier("E", attempts=1)]), "E", [1, 3, 6]),
        (around("Map", one(False), Retry=[retrier("E", attempts=1)]), "E", [1, 2]),
    ],
    ids=["own", "never retried", "all", "not by TaskFailed", "for ever", "heartbeat", "no heartbeat", "both", "around"],
)
def test_how_often(definition, error, times):
    if "Outer" in definition["States"]:
        definition["States"].pop("Handler", None)

    assert [fault.times for fault in enumerate_faults(load(definition), errors=[error])] == times


@pytest.mark.parametrize(("tolerated", "times"), [(1, [1]), (0, [1, 3])])
def test_a_tolerant_map_keeps_an_item_to_itself(tolerated, times):
    definition = around("Map", one(False), Retry=[retrier("E")])
    definition["States"].pop("Handler")
    outer = definition["States"]["Outer"]
    outer["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    outer["ToleratedFailureCount"] = tolerated

    assert [fault.times for fault in enumerate_faults(load(definition), errors=["E"])] == times


def test_choosing():
    assert texts(TWO_TASKS, tasks=["Ship"], errors=["A"], extra=["B"]) == ["Ship raises A", "Ship raises B"]
    assert texts(TWO_TASKS, tasks="Charge", errors=["Busy"]) == ["Charge raises Busy", "Charge raises Busy x4"]


CHOICE = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.Error", "StringEquals": "Sandbox.Timedout", "Next": "Handler"}],
    "Default": "Handler",
}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (
            TWO_TASKS,
            [*(f"Charge {e}" for e in ("Busy", "Busy x4", "CardDeclined", "Sandbox.Timedout +7")), "Ship Sandbox.Timedout +7"],
        ),
        (one(Catch=[catcher("States.ALL")]), ["T Sandbox.Timedout +7"]),
        (one(Catch=[catcher("States.TaskFailed"), catcher("States.ALL")]), ["T States.TaskFailed +6", "T States.Timeout"]),
        (one(Catch=[catcher("A"), catcher("B", "C"), catcher("States.ALL")]), ["T A", "T B +1", "T Sandbox.Timedout +7"]),
        (
            one(Retry=[retrier("A"), retrier("B")], Catch=[catcher("States.ALL")]),
            ["T A", "T A x3", "T B", "T B x3", "T Sandbox.Timedout +7"],
        ),
        (
            machine(T=task("f", Catch=[catcher("States.ALL", to="Which")]), Which=CHOICE, Handler=HANDLER),
            ["T Sandbox.Timedout", "T Lambda.TooManyRequestsException +6"],
        ),
    ],
    ids=["two tasks", "all", "not by TaskFailed", "catchers", "retriers", "a Choice tells them apart"],
)  # fmt: skip
def test_one_fault_of_each_route(definition, expected):
    found = enumerate_faults(load(definition))

    short = [str(fault).replace(" raises ", " ").replace("(", "").replace(" alike)", "") for fault in found]
    assert short == expected
    together = [error for fault in found for error in (fault.error, *fault.alike)]
    assert set(together) == {fault.error for fault in enumerate_faults(load(definition), every=True)}


def test_errors_that_the_user_names_are_all_faults():
    assert texts(one(False), errors=["A", "B"]) == ["T raises A", "T raises B"]
    assert texts(one(False), extra=["A", "B"]) == ["T raises Sandbox.Timedout (+7 alike)", "T raises A", "T raises B"]
    assert texts(one(False), extra="A") == ["T raises Sandbox.Timedout (+7 alike)", "T raises A"]


def test_pairs_have_one_error_of_each_route():
    found = texts(TWO_TASKS, pairs=True)

    assert [text for text in found if " and " in text] == [
        "Charge raises Busy and Ship raises Sandbox.Timedout",
        "Charge raises Busy x4 and Ship raises Sandbox.Timedout",
        "Charge raises CardDeclined and Ship raises Sandbox.Timedout",
        "Charge raises Sandbox.Timedout and Ship raises Sandbox.Timedout",
    ]


@pytest.mark.parametrize(
    ("definition", "options", "message"),
    [
        (machine(P={"Type": "Pass", "End": True}), {}, "the definition has no Task states, so no task can fail"),
        (TWO_TASKS, {"tasks": ["Chrage"]}, "there is no Task state 'Chrage'; did you mean 'Charge'?"),
        (TWO_TASKS, {"tasks": ["Handler"]}, "there is no Task state 'Handler'; its tasks are 'Charge', 'Ship'"),
        (TWO_TASKS, {"errors": [""]}, "errors=['']: '' is not a name"),
    ],
)
def test_mistakes(definition, options, message):
    with pytest.raises(PytestSfnError) as caught:
        enumerate_faults(load(definition), **options)

    assert message in str(caught.value)


@pytest.mark.parametrize("wrong", [("", "E", 1), ("T", None, 1), ("T", "E", 0), ("T", "E", True)])
def test_no_fault(wrong):
    with pytest.raises(PytestSfnError):
        Fault(*wrong)


def test_parts():
    both = Fault("A", "E", 2, Fault("B", "F"))

    assert str(both) == "A raises E x2 and B raises F"
    assert both._parts == (Fault("A", "E", 2), Fault("B", "F"))
