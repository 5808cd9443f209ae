"""The story of an execution in text, whole."""

import json
from pathlib import Path
from textwrap import dedent, indent

import pytest

from pytest_sfn import ExecutionError, MockError, SfnMock
from pytest_sfn.asl.files import shown_path
from pytest_sfn.jsonata import Limits
from pytest_sfn.report.timeline import brief, message
from tests.helpers import arn

HERE = shown_path(Path(__file__))
MAP = {"Type": "Map", "ItemsPath": "$.items"}


def task(function, **fields):
    return {"Type": "Task", "Resource": arn(function), **fields}


def machine(**states):
    """Each state leads to the one after it, unless it says or is something else; the last one ends."""
    linked = {}
    for (name, state), following in zip(states.items(), [*list(states)[1:], None], strict=True):
        ends = state["Type"] in ("Choice", "Succeed", "Fail") or "Next" in state or "End" in state
        linked[name] = state if ends else {**state, **({"Next": following} if following else {"End": True})}
    return {"StartAt": next(iter(states)), "States": linked}


def told(definition, input=None, *, width=120, limit=None, quotas="aws", **answers):
    """The timeline of a run in which each function answers with what `answers` has: a value, an error, or a stub."""
    mock = SfnMock(quotas=quotas)
    for name, answer in answers.items():
        function = mock.lambda_function(name)
        if callable(answer) and not isinstance(answer, type):
            answer(function)
        else:
            function.returns(answer)
    execution = mock.load(definition, name="demo").run({} if input is None else input)
    return execution.timeline(width=width, limit=limit)


def lines(text, keep=0):
    return indent(dedent(text).strip("\n"), " " * keep)


def test_success():
    definition = machine(
        Check=task("check", ResultPath="$.stock"),
        Enough={
            "Type": "Choice",
            "Choices": [{"Variable": "$.stock", "NumericGreaterThan": 0, "Next": "Pause"}],
            "Default": "Sorry",
        },
        Pause={"Type": "Wait", "Seconds": 90},
        Ship=task("ship", End=True),
        Sorry={"Type": "Fail"},
    )

    assert told(definition, {"id": 1}, check=3, ship=lambda f: f.returns("sent").takes(2.5)) == lines("""
        demo: SUCCEEDED after 1 min 32.5 s of virtual time
          input   {"id": 1}
          +00:00:00  Check   Task    $.stock = 3
          +00:00:00  Enough  Choice  Choices[0] -> Pause
          +00:00:00  Pause   Wait    waited 1 min 30 s
          +00:01:30  Ship    Task    took 2.5 s; output "sent"
          output  "sent"
        """)


def test_attempts_and_catch():
    definition = machine(
        Charge=task(
            "charge",
            Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10, "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["Other"], "Next": "Sorry"}, {"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        ),
        Sorry={"Type": "Fail", "Error": "Declined", "Cause": "no money"},
    )

    assert told(definition, charge=lambda f: f.raises("Busy", "try later")) == lines("""
        demo: FAILED after 10 s of virtual time
          input   {}
          +00:00:00  Charge  Task  attempt 1: Busy: try later; Retry[0] waits 10 s
          +00:00:10                attempt 2: Busy: try later; Retry[0] is used up
                                   Catch[1] -> Sorry
          +00:00:10  Sorry   Fail  Declined: no money
          error   Declined
          cause   no money
          at      state 'Sorry'
        """)


def test_attempt_that_succeeds():
    definition = machine(Charge=task("charge", Retry=[{"ErrorEquals": ["Busy"]}]))

    assert told(definition, charge=lambda f: f.raises("Busy").returns({})) == lines("""
        demo: SUCCEEDED after 1 s of virtual time
          input   {}
          +00:00:00  Charge  Task  attempt 1: Busy; Retry[0] waits 1 s
          +00:00:01                attempt 2: ok; output {}
          output  {}
        """)


def test_very_many_attempts():
    definition = machine(Charge=task("charge", Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 99, "BackoffRate": 1}]))
    story = told(definition, charge=lambda f: f.raises("Busy")).splitlines()

    assert len(story) == 2 + (4 + 1 + 3) + 3
    assert story[6] == "                           ... 93 attempts left out ..."
    assert story[9] == "  +00:01:39                attempt 100: Busy; Retry[0] is used up"


def test_place_in_the_file(tmp_path):
    file = tmp_path / "demo.asl.json"
    file.write_text('{"StartAt": "A",\n "States": {\n  "A": {"Type": "Fail", "Error": "No"}}}', encoding="utf-8")
    story = SfnMock().load(file).run().timeline()

    assert story.splitlines()[-1].endswith("demo.asl.json:3:3: state 'A'")


def test_error_inside_of_parallel_and_map():
    inner = machine(Do=task("do"), Done={"Type": "Succeed"})
    definition = machine(
        Both={
            "Type": "Parallel",
            "Branches": [machine(Each={**MAP, "ItemProcessor": inner}), machine(Pause={"Type": "Wait", "Seconds": 5})],
        },
    )

    def do(function):
        function.returns(1)
        function.when(item=1).raises("Bad", "no good")

    assert told(definition, {"items": [7, 8]}, do=do) == lines("""
        demo: FAILED
          input   {"items": [7, 8]}
          +00:00:00  Both          Parallel  Bad: no good
                       branch 0
          +00:00:00      Each      Map       2 items, 1 failed; Bad: no good
                           item 0
          +00:00:00          Do    Task      output 1
          +00:00:00          Done  Succeed
                           item 1
          +00:00:00          Do    Task      Bad: no good
                       branch 1
          +00:00:00      Pause     Wait      stopped
          error   Bad
          cause   no good   (errorMessage of the JSON cause)
          at      state 'Do'
        """)


def test_thousands_of_items():
    item = machine(
        Do=task(
            "do",
            Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
            Catch=[{"ErrorEquals": ["Bad"], "Next": "Note"}],
        ),
        Note={"Type": "Pass", "Result": None},
    )
    definition = machine(Each={**MAP, "ItemProcessor": item, "ResultPath": None})

    def do(function):
        function.returns(1)
        function.when(item=17).raises("Busy", times=1).returns(2)
        function.when(item=4000).raises("Bad", "no good")

    mock = SfnMock(quotas=None)
    do(mock.lambda_function("do"))
    execution = mock.load(definition, name="demo").run({"items": list(range(10_000))})
    assert execution.succeeded
    assert execution.timeline(width=80) == lines("""
        demo: SUCCEEDED after 1 s of virtual time
          input   {"items": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …
          +00:00:00  Each      Map   10,000 items; took 1 s
                       item 0
          +00:00:00      Do    Task  output 1
          +00:00:00      Note  Pass  output null
                       item 17
          +00:00:00      Do    Task  attempt 1: Busy; Retry[0] waits 1 s
          +00:00:01                  attempt 2: ok; output 2
          +00:00:01      Note  Pass  output null
                       item 4000
          +00:00:00      Do    Task  Bad: no good
                                     Catch[0] -> Note
          +00:00:00      Note  Pass  output null
                       ... 9,997 more items ...
          output  {"items": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …
        """)


def test_failing_items_one_for_each_error():
    each = {**MAP, "ItemProcessor": machine(Do=task("do")), "ToleratedFailurePercentage": 100, "ResultPath": None}
    story = told(machine(Each=each), {"items": [*range(20), 0]}, do=lambda f: f.calls(lambda n: 1 // n if n != 9 else {}["x"]))
    raised = [line for line in story.splitlines() if line.lstrip().startswith(f"raised {HERE}:")]

    assert len(raised) == 2
    assert [line for line in story.splitlines()[2:-1] if line not in raised] == lines(
        """
          +00:00:00  Each    Map   21 items, 3 failed
                       item 0
          +00:00:00      Do  Task  ZeroDivisionError: integer division or modulo by zero
                       item 1
          +00:00:00      Do  Task
                       item 9
          +00:00:00      Do  Task  KeyError: 'x'
                       ... 18 more items ...
        """,
        keep=2,
    ).splitlines()


def test_a_long_loop_keeps_its_beginning_and_its_end():
    definition = machine(
        Ask={"Type": "Pass"},
        Again={
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Ask",
        },
        Done={"Type": "Succeed"},
    )

    assert told(definition, {"done": False}, limit=8) == lines("""
        demo: FAILED
          input   {"done": false}
          +00:00:00  Ask    Pass
          +00:00:00  Again  Choice  Default -> Ask
          +00:00:00  Ask    Pass
          +00:00:00  Again  Choice  Default -> Ask
                     ... 12,492 states left out ...
          +00:00:00  Ask    Pass
          +00:00:00  Again  Choice  Default -> Ask
          +00:00:00  Ask    Pass    States.Runtime: The execution reached the maximum number of history events (25000).
          error   States.Runtime
          cause   The execution reached the maximum number of history events (25000).
          at      state 'Ask'
          hint    the execution goes round, 6,249 times: Ask -> Again -> Ask; give the loop a way out
        """)


def test_timed_out_and_aborted_and_running():
    mock = SfnMock()
    definition = {"TimeoutSeconds": 20, **machine(Pause={"Type": "Wait", "Seconds": 50})}
    demo = mock.load(definition, name="demo")
    running = demo.start()
    assert running.timeline() == lines("""
        demo: RUNNING
          input   {}
          +00:00:00  Pause  Wait  not finished
          waits   state 'Pause' waits for virtual time to pass
        """)
    assert demo.run().timeline() == lines("""
        demo: TIMED_OUT after 20 s of virtual time
          input   {}
          +00:00:00  Pause  Wait  stopped
          error   (none); the machine's TimeoutSeconds of 20 s ended it
          at      state 'Pause'
        """)
    aborted = demo.start()
    aborted.stop("Enough", "of this")
    assert aborted.timeline() == lines("""
        demo: ABORTED
          input   {}
          +00:00:00  Pause  Wait  stopped
          error   Enough
          cause   of this
          at      state 'Pause'
        """)


def test_fail_without_a_name_and_stopped_before_a_retry():
    assert told(machine(No={"Type": "Fail"})) == lines("""
        demo: FAILED
          input   {}
          +00:00:00  No  Fail  failed without an error name
          error   (none)
          at      state 'No'
        """)
    mock = SfnMock()
    mock.lambda_function("f").raises("Busy")
    execution = mock.load(machine(A=task("f", Retry=[{"ErrorEquals": ["Busy"]}])), name="demo").start().stop()
    assert execution.timeline().splitlines()[2:4] == [
        "  +00:00:00  A  Task  Busy; Retry[0] waits 1 s",
        "                      stopped, before attempt 2",
    ]


def test_test_error():
    mock = SfnMock()
    demo = mock.load(machine(Each={**MAP, "ItemProcessor": machine(Do=task("do"))}), name="demo")
    with pytest.raises(MockError):
        demo.run({"items": [5]})

    assert mock.executions[0].timeline() == lines("""
        demo: stopped by a test error
          input   {"items": [5]}
          +00:00:00  Each    Map   1 item
                       item 0
          +00:00:00      Do  Task  the test error below
          error   MockError: no mock answers this task
          at      state 'Do'
          task    arn:aws:lambda:us-east-1:123456789012:function:do, attempt 1, item 0
          sent    5
        """)


def test_distributed_map_tells_of_its_child_executions():
    each = {**MAP, "ItemProcessor": machine(Do=task("do"))}
    each["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    definition = machine(Pause={"Type": "Wait", "Seconds": 5}, Each=each)

    def divide(n):
        return 1 / n

    raised = f"raised  {HERE}:{divide.__code__.co_firstlineno + 1} in divide: return 1 / n"
    assert told(definition, {"items": [1, 0]}, do=lambda f: f.calls(divide)).replace(raised, "RAISED") == lines("""
        demo: FAILED after 5 s of virtual time
          input   {"items": [1, 0]}
          +00:00:00  Pause   Wait  waited 5 s
          +00:00:05  Each    Map   2 items, 1 failed; States.ExceedToleratedFailureThreshold: The specified tolerated failure t…
                       item 0
          +00:00:05      Do  Task  output 1.0
                       item 1
          +00:00:05      Do  Task  ZeroDivisionError: division by zero
          error   States.ExceedToleratedFailureThreshold
          cause   The specified tolerated failure threshold was exceeded
          RAISED
          at      state 'Do'
        """)


def test_rows_are_cut_at_the_width_and_hints_are_not():
    definition = machine(A=task("f", Retry=[{"ErrorEquals": ["CardDeclined"]}]))
    story = told(definition, {"x": "y" * 200}, width=60, f=lambda f: f.raises("Exception", "CardDeclined " + "z" * 2000))
    *rows, cause, _, hint = story.splitlines()

    assert {len(row) for row in rows[1:3]} == {60}
    assert len(cause) < 700
    assert hint == (
        "  hint    Retry[0] of 'A' names 'CardDeclined': that text is in the error's message, but its name is 'Exception'. "
        "AWS matches the exception's class name: raise a class named CardDeclined, or retry 'Exception'"
    )


def test_a_value_that_is_passed_on_is_not_told():
    definition = machine(
        Same={"Type": "Pass"},
        More={"Type": "Pass", "Result": [1], "ResultPath": "$.b"},
        Other={"Type": "Pass", "Result": [1]},
        Back={"Type": "Pass", "Result": [1]},
    )

    assert told(definition, {"a": {}}) == lines("""
        demo: SUCCEEDED
          input   {"a": {}}
          +00:00:00  Same   Pass
          +00:00:00  More   Pass  $.b = [1]
          +00:00:00  Other  Pass  output [1]
          +00:00:00  Back   Pass  output [1]
          output  [1]
        """)


def test_what_a_nested_result_path_changes():
    definition = machine(
        Charge=task("charge", ResultPath="$.order.payment.result"),
        Ship=task("ship", ResultPath="$.order.items[1].sent"),
        Check=task("check"),
    )
    order = {"id": "7" * 120, "items": [{"sku": "a"}, {"sku": "b"}], "payment": {"card": "visa"}}

    shown = told(definition, {"order": order}, charge={"ok": True}, ship=3, check=lambda f: f.calls(checked))

    assert [line.strip() for line in shown.splitlines()[2:5]] == [
        '+00:00:00  Charge  Task  $.order.payment.result = {"ok": true}',
        "+00:00:00  Ship    Task  $.order.items[1].sent = 3",
        '+00:00:00  Check   Task  $.order.items[0].checked = true, $.order.status = "checked"',
    ]


def checked(event):
    """A function that answers with a changed copy of its event, as most do."""
    event["order"]["status"] = "checked"
    event["order"]["items"][0]["checked"] = True
    return event


def test_variables_that_states_assign():
    definition = machine(
        Count={"Type": "Pass", "Assign": {"count.$": "States.MathAdd($.n, 1)", "note": "x" * 80}},
        Charge=task(
            "charge",
            Assign={"paid": True},
            Catch=[{"ErrorEquals": ["Declined"], "Next": "Sorry", "ResultPath": None, "Assign": {"error.$": "$.Error"}}],
        ),
        Sorry={"Type": "Wait", "Seconds": 5, "Assign": {"waited": True}},
    )

    shown = told(definition, {"n": 1}, width=100, charge=lambda f: f.raises("Declined"))

    assert shown == lines("""
        demo: SUCCEEDED after 5 s of virtual time
          input   {"n": 1}
          +00:00:00  Count   Pass  $count = 2, $note = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
          +00:00:00  Charge  Task  Declined
                                   Catch[0] -> Sorry
                                   $error = "Declined"
          +00:00:00  Sorry   Wait  waited 5 s
                                   $waited = true
          output  {"n": 1}
    """)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ('{"errorMessage": "no", "errorType": "X"}', "no"),
        ('{"errorMessage": 3}', '{"errorMessage": 3}'),
        ('{"other": 1}', '{"other": 1}'),
        ("{no JSON", "{no JSON"),
        ("plain", "plain"),
    ],
)
def test_message(cause, text):
    assert message(cause) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, None, True], "b": {}}, '{"a": [1, 2.5, null, true], "b": {}}'),
        ("é\n", '"é\\n"'),
        (list(range(1000)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
        ("x" * 1_000_000, '"' + "x" * 38 + "…"),
    ],
)
def test_brief(value, text):
    assert brief(value, 40) == text


def test_data_flow_of_a_state_that_failed_on_it(sfn_mock):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:price",
        "InputPath": "$.order",
        "Parameters": {"id.$": "$.id"},
        "ResultSelector": {"amount.$": "$.amount"},
        "End": True,
    }
    sfn_mock.lambda_function("price").returns({"price": 7})
    execution = sfn_mock.load({"StartAt": "Price", "States": {"Price": task}}).run({"order": {"id": 4, "sku": "a"}})

    stages = [line for line in execution.timeline().splitlines() if line.startswith("  data")]
    assert stages == [
        '  data    after_input_path       {"id": 4, "sku": "a"}',
        '  data    after_parameters       {"id": 4}',
        '  data    result                 {"price": 7}',
    ]


FAILS = {"StartAt": "X", "States": {"X": {"Type": "Pass", "Parameters": {"b": {"c.$": "$.no"}}, "End": True}}}
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
WAITS = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": True}}}


@pytest.mark.parametrize(
    "state",
    [
        FAILS["States"]["X"],
        {"Type": "Parallel", "Branches": [WAITS, FAILS], "End": True},
        {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": FAILS, "End": True},
        {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": FAILS, "ToleratedFailureCount": 3, "End": True},
        {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {**FAILS, "ProcessorConfig": DISTRIBUTED}, "End": True},
        {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {
                "StartAt": "M",
                "States": {"M": {"Type": "Parallel", "Branches": [WAITS, FAILS], "End": True}},
                "ProcessorConfig": DISTRIBUTED,
            },
            "End": True,
        },
    ],
    ids=["main line", "Parallel", "Map", "tolerant Map", "distributed Map", "Parallel in a distributed Map"],
)
def test_the_field_that_failed_is_shown_wherever_it_is(state):
    text = json.dumps({"StartAt": "A", "States": {"A": state}}, indent=1)
    shown = SfnMock().load(text).run({"items": [{"yes": 1}]}).timeline().splitlines()

    lines = text.splitlines()
    line = next(number for number, each in enumerate(lines, 1) if '"c.$"' in each)
    column = lines[line - 1].index('"c.$"') + 1
    name = "X" if "Parameters" not in state else "A"
    assert f"  at      <definition>:{line}:{column}: state '{name}', Parameters/b/c.$" in shown
    data = '{"yes": 1}' if state["Type"] == "Map" else '{"items": [{"yes": 1}]}'
    assert f"  data    after_input_path       {data}" in shown


NO = "{% $states.input.no.thing + 1 %}"
PASS_FAILS = {"Type": "Pass", "Output": NO}


@pytest.mark.parametrize(
    ("state", "input"),
    [
        (PASS_FAILS, '{"n": [5, "x"]}'),
        ({"Type": "Choice", "Choices": [{"Condition": NO, "Next": "B"}], "Default": "B"}, '{"n": [5, "x"]}'),
        ({"Type": "Wait", "Seconds": NO}, '{"n": [5, "x"]}'),
        (task("f", Arguments=NO), '{"n": [5, "x"]}'),
        ({"Type": "Map", "Items": NO, "ItemProcessor": WAITS}, '{"n": [5, "x"]}'),
        ({"Type": "Parallel", "Branches": [WAITS, machine(X=PASS_FAILS)]}, '{"n": [5, "x"]}'),
        ({"Type": "Map", "Items": "{% $states.input.n %}", "ItemProcessor": machine(X=PASS_FAILS)}, "5"),
    ],
    ids=["Pass", "Choice", "Wait", "Task", "Items", "branch", "iteration"],
)
def test_the_input_of_a_state_that_failed_before_its_first_stage(state, input):
    definition = {"QueryLanguage": "JSONata", **machine(A=state, B={"Type": "Succeed"})}
    execution = SfnMock().load(definition).run({"n": [5, "x"]})
    for shown in (execution.timeline(), execution.timeline(stages={"A", "X"})):
        data = [line for line in shown.splitlines() if line.startswith("  data")]
        assert data == [f"  data    input                  {input}"]


def test_the_input_of_a_state_whose_input_path_failed():
    shown = told(machine(A={"Type": "Pass", "InputPath": "$.no"}), {"a": 1})
    assert '  data    input                  {"a": 1}' in shown.splitlines()


def test_after_a_stage_a_jsonata_state_shows_its_stages():
    state = task("f", Output="{% $states.result + 'x' %}", End=True)
    text = told({"QueryLanguage": "JSONata", **machine(A=state)}, {"a": 1}, f=5)
    assert [line.split() for line in text.splitlines() if line.startswith("  data")] == [
        ["data", "after_arguments", '{"a":', "1}"],
        ["data", "result", "5"],
    ]


def test_a_failure_that_a_map_tolerates_is_not_what_ended_the_execution():
    each = {"StartAt": "X", "States": {"X": {"Type": "Fail", "Error": "Odd"}}}
    states = {
        "A": {"Type": "Map", "ItemProcessor": each, "ToleratedFailureCount": 3, "Next": "B"},
        "B": {"Type": "Pass", "InputPath": "$.no", "End": True},
    }
    shown = SfnMock().load({"StartAt": "A", "States": states}).run([1, 2]).timeline()

    assert "  at      state 'B', InputPath" in shown.splitlines()


def test_data_flow_of_a_state_that_is_asked_for(sfn_mock):
    states = {"Pick": {"Type": "Pass", "InputPath": "$.a", "End": True}}
    execution = sfn_mock.load({"StartAt": "Pick", "States": states}).run({"a": [1]})

    assert "after_input_path" not in execution.timeline()
    shown = execution.timeline(stages={"Pick"})
    assert "\n               after_input_path       [1]\n" in shown
    assert execution.timeline(stages=True) == shown


def test_where_a_stub_raised_whose_error_a_catcher_took(sfn_mock):
    def stub(event):
        raise KeyError("x")

    sfn_mock.lambda_function("charge").calls(stub)
    caught = task("charge", Catch=[{"ErrorEquals": ["KeyError"], "Next": "Sorry"}], End=True)
    execution = sfn_mock.load(machine(Charge=caught, Sorry={"Type": "Pass"})).run({})

    line = stub.__code__.co_firstlineno + 1
    assert [row.strip() for row in execution.timeline().splitlines()[2:5]] == [
        "+00:00:00  Charge  Task  KeyError: 'x'",
        f'raised {HERE}:{line} in stub: raise KeyError("x")',
        "Catch[0] -> Sorry",
    ]


@pytest.mark.parametrize(
    "state", [{"Type": "Parallel", "Branches": [machine(T=task("f"))]}, MAP | {"ItemProcessor": machine(T=task("f"))}]
)
def test_where_a_stub_raised_whose_error_the_state_around_takes(sfn_mock, state):
    sfn_mock.lambda_function("f").calls(lambda event: {}["x"])
    caught = {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}
    story = sfn_mock.load(machine(P=caught, B={"Type": "Pass"})).run({"items": [1]}).timeline()
    ended = sfn_mock.load(machine(P=state)).run({"items": [1]}).timeline()

    assert [line.split(":")[0].strip() for line in story.splitlines() if "raised" in line] == [f"raised {HERE}"]
    assert [line.split(":")[0] for line in ended.splitlines() if "raised" in line] == [f"  raised  {HERE}"]


def test_a_fail_state_that_passes_an_error_on_says_where_it_began(sfn_mock):
    def stub(event):
        raise KeyError("x")

    line = stub.__code__.co_firstlineno + 1
    sfn_mock.lambda_function("f").calls(stub)
    around = {"Type": "Parallel", "Branches": [machine(T=task("f"))], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}]}
    passed_on = {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause"}
    told = [
        sfn_mock.load(machine(P=around, Note={"Type": "Pass"}, End=end)).run().timeline().splitlines()[-3:]
        for end in (passed_on, {"Type": "Fail", "Error": "Other"})
    ]

    assert told[0] == [f'  raised  {HERE}:{line} in stub: raise KeyError("x")', "  at      state 'End'", "  began   state 'T'"]
    assert told[1][1:] == ["  error   Other", "  at      state 'End'"]


def test_one_ellipsis_where_a_part_of_a_row_that_is_cut_was_cut_already():
    assert [brief("a" * length, 6) for length in (4, 5)] == ['"aaaa"', '"aaaa…']
    people = [{"name": "Ann"}, {"name": "Bob"}, {"name": "Cy"}]
    assign = {"Type": "Pass", "Assign": {"loanId": "L-7", "amount": 5000, "applicants": people, "limit": 1}}
    for length in range(1, 25):
        story = told({"QueryLanguage": "JSONata", **machine(**{"P" * length: assign})})
        assert "……" not in story
        assert all(len(line) <= 120 for line in story.splitlines())


def test_where_a_stub_raised(sfn_mock):
    def stub(event):
        return event["amount"] + 1

    sfn_mock.lambda_function("do").calls(stub)
    task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:do", "End": True}
    shown = sfn_mock.load({"StartAt": "Do", "States": {"Do": task}}).run({"amount": "1"}).timeline()

    line = stub.__code__.co_firstlineno + 1
    assert f'\n  raised  {HERE}:{line} in stub: return event["amount"] + 1\n' in shown


def test_a_stub_that_failed_in_a_library_raised_in_its_own_line(sfn_mock):
    def stub(event):
        return json.loads(event["text"])

    do = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "t", "Key": {"id": {"S": "1"}}},
    }
    branch = {"StartAt": "Do", "States": {"Do": {**do, "End": True}}}
    each = {"Type": "Map", "ItemProcessor": {**branch, "ProcessorConfig": DISTRIBUTED}, "End": True}
    sfn_mock.state("Do").calls(lambda event: stub({"text": "{"}))
    shown = sfn_mock.load({"StartAt": "Each", "States": {"Each": each}}).run([1]).timeline()

    line = stub.__code__.co_firstlineno + 1
    assert f'\n  raised  {HERE}:{line} in stub: return json.loads(event["text"])\n' in shown


def test_a_library_that_is_the_stub_itself_is_not_named(sfn_mock):
    sfn_mock.lambda_function("do").calls(json.loads)
    shown = sfn_mock.load(machine(Do=task("do"))).run({}).timeline()

    assert "error   TypeError" in shown
    assert "raised" not in shown


def test_a_retry_or_a_field_that_fails_after_it_is_not_what_a_stub_raised(sfn_mock):
    def stub(event):
        raise KeyError("x")

    sfn_mock.lambda_function("do").calls(stub, times=1).returns({})
    do = task("do", Retry=[{"ErrorEquals": ["KeyError"]}], OutputPath="$.no")
    shown = sfn_mock.load(machine(Do=do)).run({}).timeline()

    assert "attempt 1: KeyError" in shown
    assert "raised" not in shown


def test_lines_of_a_cause_stay_lines():
    account = SfnMock()
    account.lambda_function("f").raises("Invalid", "2 errors\n\n  id: missing\r\n\tname: \x1b[1mtoo long\n")
    timeline = account.load(machine(A=task("f"))).run().timeline()
    assert "Invalid: 2 errors\\nid: missing\\nname: \\x1b[1mtoo long" in timeline
    end = timeline[timeline.index("  error ") :]
    assert end.splitlines()[1:5] == [
        "  cause   2 errors   (errorMessage of the JSON cause)",
        "            id: missing",
        "              name: \\x1b[1mtoo long",
        "  at      state 'A'",
    ]


def test_long_cause_is_cut():
    account = SfnMock()
    account.lambda_function("f").raises("Invalid", "line\n" * 1000)
    rows = account.load(machine(A=task("f"))).run().timeline().splitlines()
    assert rows.count("          line") == 19
    assert "          …" in rows


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Pass", "Parameters": {"a": [{"p.$": "$..a..a..a..a"}]}}, "Parameters/a[0]/p.$"),
        ({"Type": "Pass", "Parameters": {"p.$": "States.ArrayLength($..a..a..a..a)"}}, "Parameters/p.$"),
        ({"Type": "Pass", "InputPath": "$..a..a..a..a"}, "InputPath"),
        ({"Type": "Choice", "Choices": [{"Variable": "$..a..a..a..a", "IsNull": True, "Next": "B"}]}, "Choices[0]/Variable"),
        (
            {"Type": "Choice", "Choices": [{"Condition": "{% $contains($states.input.x, /(a|aa)+$/) %}", "Next": "B"}]},
            "Choices[0]/Condition",
        ),
    ],
)
def test_the_field_of_an_expression_that_takes_too_long(state, field, monkeypatch):
    monkeypatch.setattr("pytest_sfn.expressions.jsonata_functions.LIMITS", Limits(searching=0.01))
    nested = {}
    for _ in range(30):
        nested = {"a": nested, "b": [{"a": 1}] * 20, "x": "a" * 60 + "b"}
    language = "JSONata" if "Condition" in field else "JSONPath"
    text = json.dumps(machine(A={**state, "QueryLanguage": language}, B={"Type": "Succeed"}))
    mock = SfnMock()
    with pytest.raises(ExecutionError, match=r"^<definition>:1:\d+: state 'A', ") as caught:
        mock.load(text).run(nested)

    assert f": state 'A', {field}: the " in str(caught.value)
    column = int(str(caught.value).split(":")[2])
    assert text[column - 1 :].startswith(f'"{field.rpartition("/")[2]}"')
    assert f"\n  at      <definition>:1:{column}: state 'A', {field}" in mock.executions[0].timeline()
