"""The rows of one execution."""

from tests.viewer.told import FUNCTION, TASK, Told, loop, mapped


def test_visits_point_at_their_events(account):
    account.lambda_function("charge").returns(7).takes(2)
    told = Told(account.load(TASK).run({"id": 1}))
    (visit,) = told.executions[0]["visits"]
    state, line, entered, left, began, ended, scope, stages = visit
    assert (state, line, entered, left, began, ended, scope) == (0, 0, 2, 6, 0, 2_000_000, -1)
    assert told.event(entered - 1) == {"type": "TaskStateEntered", "name": "Charge", "input": '{"id":1}'}
    assert told.event(left - 1) == {"type": "TaskStateExited", "name": "Charge", "output": '{"id":1,"paid":7}'}
    names, *values = stages
    assert dict(zip(told.data["stages"][names], [told.texts[value] for value in values], strict=True)) == {
        "after_input_path": '{"id":1}',
        "after_parameters": '{"id":1}',
        "result": "7",
        "after_result_selector": "7",
        "after_result_path": '{"id":1,"paid":7}',
    }
    assert [event[2] for event in told.executions[0]["events"]] == [-1, 0, 0, 0, 0, 0, 0]
    assert told.data["machines"][0]["taken"] == {"/States/Charge": 1}


def test_attempts_backoff_and_catchers(account):
    account.lambda_function("charge").raises("Busy", "later").raises("Declined", "no")
    told = Told(account.load(TASK).run({}))
    more = told.executions[0]["visits"][0][8]
    assert more["caught"] == ["Catch[0]", "Refused"]
    assert more["error"] == "Declined"
    first, second = more["attempts"]
    assert (first[0], first[1], first[2], first[4], first[5]) == (0, 0, "Busy", 5.0, 0)
    assert (second[0], second[1], second[2], second[4], second[5]) == (5_000_000, 5_000_000, "Declined", None, None)
    assert '\\"errorMessage\\": \\"no\\"' in told.texts[more["cause"]]
    assert told.data["machines"][0]["taken"] == {
        "/States/Charge": 1, "/States/Charge/Catch/0/Next": 1, "/States/Refused": 1
    }  # fmt: skip
    assert told.executions[0]["failing"] == -1


def test_iterations_are_lines_of_their_map(account):
    account.lambda_function("pick").calls(lambda event: 1 / event)
    task = {"Type": "Task", "Resource": FUNCTION + "pick", "End": True}
    told = Told(account.load(mapped({"Pick": task})).run([1, 0]))
    execution = told.executions[0]
    assert told.visits() == ["All", "Pick", "Pick"]
    assert execution["lines"] == [[-1, 0, 1, 1], [0, 0, 1, 0], [0, 1, 1, 1]]
    assert execution["failing"] == 2
    assert execution["status"] == "FAILED"
    assert execution["error"] == "ZeroDivisionError"
    kinds = {told.event(at)["type"]: event[2] for at, event in enumerate(execution["events"])}
    assert kinds["MapIterationStarted"] == 0
    assert kinds["LambdaFunctionFailed"] == 2


def test_attempts_of_a_map_have_lines_of_their_own(account):
    account.state("Pick").raises("Busy", times=1).returns(1)
    states = {"Pick": {"Type": "Task", "Resource": FUNCTION + "pick", "End": True}}
    told = Told(account.load(mapped(states, Retry=[{"ErrorEquals": ["States.ALL"]}])).run([5]))
    assert told.executions[0]["lines"] == [[-1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 2, 0]]


def test_the_middle_of_a_very_long_history_is_left_out(account):
    execution = account.load(loop(500)).run({})
    told = Told(execution, limit=100)
    (shown,) = told.executions
    assert len(shown["events"]) == 100
    assert shown["gap"] == [50, len(execution.history) - 100]
    assert told.visits()[:2] == ["Zero", "Add"]
    assert told.visits()[-1] == "End"
    assert len(told.visits()) < 60
    assert [visit[0] for visit in shown["visits"]][:3] == [0, 1, 2]


def test_a_visit_that_was_entered_in_the_middle_is_shown_around_others(account):
    whole = mapped({"Last": {"Type": "Pass", "End": True}}, MaxConcurrency=1)
    before = {f"P{number}": {"Type": "Pass", "Next": f"P{number + 1}"} for number in range(9)}
    before["P9"] = {"Type": "Pass", "Next": "All"}
    told = Told(account.load({"StartAt": "P0", "States": {**before, **whole["States"]}}).run([1, 2]), limit=16)
    assert told.visits() == ["P0", "P1", "P2", "P3", "All", "Last"]
    more = told.executions[0]["visits"][4][8]
    assert told.texts[more["input"]] == "[1,2]"


def test_a_visit_with_an_error_has_its_place_and_hints(account):
    def charge(event):
        raise KeyError("x")

    account.lambda_function("charge").calls(charge)
    definition = {
        "StartAt": "Charge",
        "States": {"Charge": {**TASK["States"]["Charge"], "Retry": [{"ErrorEquals": ["keyerror"]}]}},
    }
    del definition["States"]["Charge"]["Catch"]
    more = Told(account.load(definition).run({})).executions[0]["visits"][0][8]
    assert more["error"] == "KeyError"
    assert more["raised"].endswith('in charge: raise KeyError("x")')
    (hint,) = more["hints"]
    assert hint.startswith("Retry[0] of 'Charge' names 'keyerror': ")


def test_the_place_of_a_field_that_failed(account, tmp_path):
    file = tmp_path / "pass.asl.json"
    file.write_text('{"StartAt": "A", "States": {"A": {\n"Type": "Pass",\n"InputPath": "$.missing", "End": true}}}')
    more = Told(account.load(file).run({})).executions[0]["visits"][0][8]
    assert more["at"].endswith("pass.asl.json:3:1")
