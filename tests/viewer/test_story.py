from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.viewer.story import Story
from pytest_sfn.viewer.values import Values

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
TASK: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": FUNCTION + "charge",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}],
            "ResultPath": "$.paid",
            "End": True,
        },
        "Refused": {"Type": "Pass", "End": True},
    },
}


def loop(times: int) -> dict[str, Any]:
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Zero",
        "States": {
            "Zero": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Add"},
            "Add": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "More?"},
            "More?": {"Type": "Choice", "Choices": [{"Condition": f"{{% $n < {times} %}}", "Next": "Add"}], "Default": "End"},
            "End": {"Type": "Succeed"},
        },
    }


def mapped(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"StartAt": next(iter(states)), "States": states}
    return {"StartAt": "All", "States": {"All": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}}


class Told:
    """What a story says of executions, with values in place of their numbers."""

    def __init__(self, *executions: Any, limit: int = 25_000) -> None:
        self.values = Values(executions[0]._account.redaction)
        self.story = Story(executions, executions[0]._account, self.values, limit)
        self.data = self.story.data()
        self.texts = self.values.lines()[0].split("\n")
        self.executions = self.data["executions"]

    def scope(self, number: int) -> dict[str, int]:
        if number < 0:
            return {}
        above, added = self.data["scopes"][number]
        return {**self.scope(above), **added}

    def visits(self, number: int = 0) -> list[str]:
        execution = self.executions[number]
        states = self.data["machines"][execution["family"]]["states"]
        return [states[visit[0]][0] for visit in execution["visits"]]

    def event(self, at: int, number: int = 0) -> dict[str, Any]:
        kind, _, _, *own = self.executions[number]["events"][at]
        name, _, shape = self.data["kinds"][kind]
        rest = iter(own)
        found = {"type": name}
        for member, how, constant in shape:
            found[member] = constant if how == "constant" else next(rest)
            if how == "value":
                found[member] = self.texts[found[member]]
        return found


@pytest.fixture
def account() -> Any:
    with SfnMock() as made:
        yield made


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


def test_variables_are_those_before_each_state(account):
    told = Told(account.load(loop(3)).run({}))
    scopes = [visit[6] for visit in told.executions[0]["visits"]]
    named = [told.scope(scope) for scope in scopes]
    numbers = [told.texts[each["n"]] if each else None for each in named]
    assert numbers == [None, "0", "1", "1", "2", "2", "3", "3"]
    assert told.data["machines"][0]["taken"]["/States/More?/Choices/0/Next"] == 2
    assert told.data["machines"][0]["taken"]["/States/More?/Default"] == 1


def test_scopes_of_a_long_loop_say_what_they_add(account):
    definition = loop(50)
    definition["States"]["Zero"]["Assign"] |= {f"v{number}": "same" for number in range(100)}
    told = Told(account.load(definition).run({}))
    assert len(told.scope(told.executions[0]["visits"][-1][6])) == 101
    assert sum(len(added) for _, added in told.data["scopes"]) == 101 + 50


def test_variables_of_branches_are_their_own(account):
    def branch(name):
        assign = {"Type": "Pass", "Assign": {name: 1}, "Next": f"{name}2"}
        return {"StartAt": f"{name}1", "States": {f"{name}1": assign, f"{name}2": {"Type": "Pass", "End": True}}}

    both = {"Type": "Parallel", "Branches": [branch("a"), branch("b")], "End": True}
    told = Told(account.load({"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": both}}).run({}))
    scopes = {name: told.scope(visit[6]) for name, visit in zip(told.visits(), told.executions[0]["visits"], strict=True)}
    assert {name: list(scope) for name, scope in scopes.items()} == {"P": [], "a1": [], "b1": [], "a2": ["a"], "b2": ["b"]}


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


def test_children_of_tasks_and_of_distributed_maps(account):
    account.load({"StartAt": "In", "States": {"In": {"Type": "Pass", "Result": 3, "End": True}}}, name="child")
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"},
        "End": True,
    }
    definition = mapped({"Start": start})
    definition["States"]["All"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    told = Told(account.load(definition, name="parent").run([1, 2]))
    shown = [(each["machine"].partition("/")[0], each["family"], each["above"]) for each in told.executions]
    assert shown == [
        ("parent", 0, []),
        ("parent", 0, [0, 0, 0]),
        ("parent", 0, [0, 0, 1]),
        ("child", 1, [1, 0, -1]),
        ("child", 2, [2, 0, -1]),
    ]
    assert told.executions[0]["visits"][0][8]["mapRun"][:4] == ["SUCCEEDED", 2, 0, 2]
    assert told.data["machines"][0]["taken"]["/States/All/ItemProcessor/States/Start"] == 2


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


def test_executions_for_which_there_is_no_room(account):
    told = Told(*(account.load(loop(3)).run({}) for _ in range(3)), limit=30)
    assert [len(each["events"]) for each in told.executions] == [10, 10, 10]
    task = {"Type": "Pass", "End": True}
    definition = mapped({"Start": task})
    definition["States"]["All"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    told = Told(account.load(definition).run([1, 2, 3]), limit=10)
    assert len(told.executions) + told.data["missing"] == 4
    assert told.data["missing"] > 0


def test_running_stopped_and_broken_executions(account):
    wait = {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 9, "End": True}}}
    execution = account.load(wait).start({})
    told = Told(execution).executions[0]
    assert (told["status"], told["waits"]) == ("RUNNING", execution.waits_for())
    assert told["visits"][0][2:6] == [2, 0, 0, -1]
    execution.stop("Enough", "it <took> long")
    told = Told(execution).executions[0]
    assert (told["status"], told["error"]) == ("ABORTED", "Enough")


def test_a_test_error_is_on_the_page():
    account = SfnMock()
    execution = account.load(TASK).start
    with pytest.raises(Exception, match="no mock answers"):
        execution({})
    (shown,) = account.executions
    told = Told(shown).executions[0]
    assert told["status"] == "stopped by a test error"
    assert "no mock answers" in told["broken"]
    assert told["failing"] == 0


def test_secrets_are_hidden_everywhere(account):
    account.redact("$.card")
    account.lambda_function("charge").raises("Declined", "card 4111-1111 is stolen")
    execution = account.load(TASK).run({"card": "4111-1111"})
    told = Told(execution)
    assert "4111" not in "".join(told.texts) + repr(told.data)
    assert "[redacted]" in "".join(told.texts)


def test_an_express_execution(account):
    account.lambda_function("charge").returns(1)
    told = Told(account.load(TASK, type="EXPRESS").run({}))
    assert (told.executions[0]["type"], told.visits(), len(told.executions[0]["events"])) == ("EXPRESS", ["Charge"], 7)


def test_a_redriven_execution(account):
    account.lambda_function("charge").raises("Broken", times=1).returns(1)
    execution = account.load(TASK).run({})
    account.advance(60)
    execution.redrive()
    told = Told(execution)
    assert told.executions[0]["redriven"] == [60_000_000]
    assert told.executions[0]["failing"] == -1
    assert [len(each) for each in told.executions[0]["visits"][0][8]["attempts"]] == [6, 2]


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


def test_whose_timeout_ended_it(account):
    wait = {"StartAt": "Hold", "TimeoutSeconds": 5, "States": {"Hold": {"Type": "Wait", "Seconds": 9, "End": True}}}
    told = Told(account.load(wait).run({})).executions[0]
    assert (told["status"], told["ending"]) == ("TIMED_OUT", "TIMED_OUT by the machine's TimeoutSeconds of 5 s")
