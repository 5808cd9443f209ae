"""Ways in which an interpreter that shares its values and reads its log lazily goes wrong without anybody noticing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.expressions import values
from tests.conformance import runner
from tests.engine.frozen import changed, watch
from tests.helpers import events, machine, run, task, world

ROOT = Path(__file__).parents[2]
FAN_OUT = machine(
    Fan={
        "Type": "Parallel",
        "Branches": [
            machine(
                Each={
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemSelector": {"n.$": "$$.Map.Item.Value", "id.$": "States.UUID()"},
                    "MaxConcurrency": 2,
                    "ItemProcessor": machine(
                        Work=task(
                            Retry=[{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}],
                            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Note", "ResultPath": "$.error"}],
                        ),
                        Note={"Type": "Pass"},
                    ),
                    "ResultPath": "$.done",
                }
            ),
            machine(Nap={"Type": "Wait", "Seconds": 2, "Next": "Look"}, Look={"Type": "Pass", "Parameters": {"all.$": "$$"}}),
        ],
        "ResultSelector": {"both.$": "$", "random.$": "States.MathRandom(0, 1000)"},
        "Assign": {"kept.$": "$.both"},
    }
)


def flaky(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if event["n"] % 3 == 0:
        raise ValueError(event["n"])
    return {"seen": event}


def fan_out(account: SfnMock) -> Any:
    account.lambda_function("f").calls(flaky).takes(0.5)
    return account.load(FAN_OUT).start({"items": [0, 1, 2, 3, 4, 5, 6]})


# Values are never changed, not even by ourselves.


def recorded_cases() -> list[object]:
    index = runner.SHARED / "index.json"
    if not index.is_file():
        return [pytest.param("", marks=pytest.mark.skip(reason="no recorded answers beside the project"))]
    entries = json.loads(index.read_text(encoding="utf-8"))
    return sorted({entry["file"].split("/")[1] for entry in entries if entry["kind"] in ("execution", "multi")})


@pytest.mark.parametrize("folder", recorded_cases())
def test_no_recorded_case_changes_a_value_that_entered(folder: str) -> None:
    compare, functions = runner.load_beside(runner.SHARED, "compare"), runner.load_beside(runner.SHARED, "functions")
    for case in runner.read_cases(runner.SHARED / "cases" / folder):
        if case["kind"] not in ("execution", "multi"):
            continue
        before = runner.run_case(case, compare, functions)
        with watch(freezing="JSONata" not in json.dumps(case)) as entered:
            outcome = runner.run_case(case, compare, functions)
        assert (case["id"], outcome.problems) == (case["id"], before.problems)
        assert changed(entered) == []


def test_values_that_entered_are_not_changed() -> None:
    with watch() as entered:
        execution = fan_out(SfnMock()).run()
    assert execution.succeeded
    assert changed(entered) == []


def test_what_the_test_does_to_values_it_was_given_changes_nothing() -> None:
    untouched = fan_out(SfnMock()).run().history
    account = SfnMock()
    given = {"items": [0, 1, 2, 3, 4, 5, 6]}
    account.lambda_function("f").calls(flaky).takes(0.5)
    execution = account.load(FAN_OUT).start(given)
    given["items"].clear()
    execution.run()
    execution.output.clear()
    execution.input["items"].append(1)
    for call in account.lambda_function("f").calls:
        call.input.clear()
    for visit in execution.state("Work").visits:
        visit.input.clear()
        visit.output["seen"] = None
    execution.describe().clear()
    assert execution.history == untouched


def test_stub_gets_a_copy_of_its_own_each_time() -> None:
    seen = []

    def spoil(event: dict[str, Any], context: Any) -> dict[str, Any]:
        seen.append(dict(event))
        event["spoilt"] = True
        raise ValueError

    retried = machine(A=task(Retry=[{"ErrorEquals": ["ValueError"], "MaxAttempts": 1}]))
    execution = run(retried, {"a": 1}, f=spoil)
    assert seen == [{"a": 1}, {"a": 1}]
    scheduled = [
        event["lambdaFunctionScheduledEventDetails"] for event in execution.history if event["type"].endswith("Scheduled")
    ]
    assert [details["input"] for details in scheduled] == ['{"a":1}', '{"a":1}']


def test_returned_value_is_copied_when_it_is_registered() -> None:
    account, answer = SfnMock(), {"list": [1]}
    account.lambda_function("f").returns(answer)
    answer["list"].append(2)
    assert account.load(machine(A=task())).run().output == {"list": [1]}


# One history, however and whenever it is read.


def test_history_read_after_every_step_is_the_history_read_at_the_end() -> None:
    account = SfnMock()
    stepped = fan_out(account)
    scheduler = world(account).scheduler
    early = [stepped.history]
    scheduler.pause = lambda: early.append(stepped.history) or False  # asked after every step
    while scheduler.pump_next():
        pass
    late = fan_out(SfnMock()).run().history
    assert len(early) > 50
    assert stepped.history == late
    assert all(history == late[: len(history)] for history in early)


def test_same_seed_same_history_under_any_hash_seed() -> None:
    program = (
        "import hashlib; from pytest_sfn import SfnMock; from tests.engine.test_tripwires import fan_out\n"
        "account = SfnMock(seed={seed}); e = fan_out(account).run()\n"
        "print(hashlib.sha256(repr((e.history, e.describe(), e.timeline())).encode()).hexdigest())"
    )

    def digest(seed: int, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", program.format(seed=seed)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest(1, "1") == digest(1, "2")
    assert digest(1, "1") != digest(2, "1")


def test_nothing_is_rendered_before_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    account = SfnMock()
    account.lambda_function("f").calls(lambda event, context: {"n": event["n"]})
    definition = machine(
        Each={
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": machine(
                Work=task(Next="Pick"),
                Pick={
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Keep"}],
                    "Default": "Keep",
                },
                Keep={"Type": "Pass", "Parameters": {"kept.$": "$.n"}, "ResultPath": "$.sub"},
            ),
            "ResultPath": "$.results",
            "Next": "Nap",
        },
        Nap={"Type": "Wait", "Seconds": 5},
    )
    loaded = account.load(definition)
    rendered = []

    def counting(render: Callable[..., str]) -> Callable[..., str]:
        def counted(value: Any, *args: Any, **kwargs: Any) -> str:
            rendered.append(value)
            return render(value, *args, **kwargs)

        return counted

    encoder = values.encoder
    replaced = {values.dumps: counting(values.dumps), encoder: lambda texts=None: counting(encoder(texts))}
    for name, module in list(sys.modules.items()):
        if name.startswith("pytest_sfn"):
            for function, counted in replaced.items():
                if getattr(module, function.__name__, None) is function:
                    monkeypatch.setattr(module, function.__name__, counted)
    execution = loaded.run({"items": [{"n": n} for n in range(20)]})
    assert execution.succeeded
    assert rendered == []
    assert execution.history
    assert rendered


# Ends that come in the middle of something.


def test_parallel_enters_every_branch_before_one_fails() -> None:
    branches = [machine(Bad={"Type": "Fail", "Error": "E"}), machine(Slow={"Type": "Wait", "Seconds": 60})]
    execution = run(machine(Both={"Type": "Parallel", "Branches": branches}))
    assert events(execution) == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "FailStateEntered",
        "WaitStateEntered",
        "WaitStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert (execution.error, execution.elapsed.total_seconds()) == ("E", 0)


def test_branch_that_is_done_is_in_no_state_to_abort() -> None:
    branches = [machine(Good=task()), machine(Bad={"Type": "Fail", "Error": "E"})]
    execution = run(machine(Both={"Type": "Parallel", "Branches": branches}), f=lambda event: 1)
    assert events(execution)[3:] == [
        "TaskStateEntered",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "FailStateEntered",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


def test_retry_of_a_map_whose_siblings_are_mid_task() -> None:
    account = SfnMock()
    work = account.lambda_function("f")
    calls: list[int] = []

    def answer(event: int) -> int:
        calls.append(event)
        if calls == [0, 1]:
            raise KeyError("only once")
        return event * 10

    work.calls(answer).takes(5)
    each = {
        "Type": "Map",
        "ItemProcessor": machine(Work=task()),
        "Retry": [{"ErrorEquals": ["KeyError"], "IntervalSeconds": 1}],
        "MaxConcurrency": 2,
    }
    execution = account.load(machine(Each=each)).run([0, 1, 2])
    # At 5 s item 0 is done and item 2 begins; then item 1 fails, and after a backoff of 1 s all begin again.
    assert (execution.output, execution.elapsed.total_seconds()) == ([0, 10, 20], 16)
    assert calls == [0, 1, 2, 0, 1, 2]
    kinds = events(execution)
    assert (kinds.count("MapStateStarted"), kinds.count("MapStateFailed"), kinds.count("MapStateExited")) == (2, 0, 1)
    assert [kind for kind in kinds if "Abort" in kind or kind == "MapIterationFailed"] == [
        "MapIterationFailed",
        "TaskStateAborted",
        "MapIterationAborted",
    ]
    assert [line.index for line in execution.state("Each").iterations] == [0, 1, 2]


def test_late_answer_of_a_stopped_sibling_is_dropped() -> None:
    account = SfnMock()
    account.lambda_function("slow").returns("late").takes(10)
    branches = [machine(Slow=task("slow")), machine(Nap={"Type": "Wait", "Seconds": 1, "Next": "Bad"}, Bad={"Type": "Fail"})]
    both = {
        "Type": "Parallel",
        "Branches": branches,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Rest"}],
        "Next": "Rest",
    }
    execution = account.load(machine(Both=both, Rest={"Type": "Wait", "Seconds": 60})).run()
    assert (execution.succeeded, execution.elapsed.total_seconds()) == (True, 61)
    assert "LambdaFunctionSucceeded" not in events(execution)


# User code that runs in the middle of a step.


def test_stub_that_starts_another_machine() -> None:
    account = SfnMock()
    inner = account.load(machine(Nap={"Type": "Wait", "Seconds": 30, "Next": "Work"}, Work=task("inner")), name="Inner")
    account.lambda_function("inner").returns({"inner": True})
    account.lambda_function("f").calls(lambda event: inner.run(event).output)
    execution = account.load(machine(Call=task(TimeoutSeconds=60, ResultPath="$.got")), name="Outer").run({"a": 1})
    assert execution.output == {"a": 1, "got": {"inner": True}}
    assert [e.machine.name for e in account.executions] == ["Outer", "Inner"]
    assert execution.elapsed.total_seconds() == 30


def test_task_times_out_while_its_stub_runs_another_machine() -> None:
    account = SfnMock()
    inner = account.load(machine(Nap={"Type": "Wait", "Seconds": 30}))
    account.lambda_function("f").calls(lambda event: inner.run().output)
    execution = account.load(machine(Call=task(TimeoutSeconds=10))).run()
    assert (execution.error, execution.elapsed.total_seconds()) == ("States.Timeout", 10)
    assert [e.status for e in account.executions] == ["FAILED", "SUCCEEDED"]


def test_stub_may_run_another_machine_while_run_until_is_on() -> None:
    account = SfnMock()
    inner = account.load(machine(Nap={"Type": "Wait", "Seconds": 5}))
    account.lambda_function("f").calls(lambda event: inner.run().status)
    branches = [machine(Call=task()), machine(Here={"Type": "Pass"})]
    definition = machine(Wait={"Type": "Wait", "Seconds": 1, "Next": "Both"}, Both={"Type": "Parallel", "Branches": branches})
    execution = account.load(definition).start().run_until("Here")  # entered while the stub's machine is pumped
    assert execution.run().output == ["SUCCEEDED", {}]


SWALLOWING = machine(
    Both={
        "Type": "Parallel",
        "Branches": [
            machine(
                Each={
                    "Type": "Map",
                    "ItemProcessor": machine(
                        Work=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Over"}]), Over={"Type": "Pass"}
                    ),
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Out"}],
                },
                Out={"Type": "Pass"},
            )
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Away"}],
    },
    Away={"Type": "Pass"},
)


@pytest.mark.parametrize("statement", ["pytest.fail('stop here')", "assert event == 2, 'stop here'"])
def test_no_catcher_swallows_what_belongs_to_the_test(pytester: pytest.Pytester, statement: str) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        def stub(event, context):
            {statement}

        def test_it(sfn_mock):
            sfn_mock.lambda_function("f").calls(stub)
            try:
                sfn_mock.load({SWALLOWING!r}).run([1])
            except Exception:
                pass  # as code under test may do; only an AssertionError gets here
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    if "fail" in statement:
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*Failed: stop here*"])
    else:
        result.assert_outcomes(passed=1, errors=1)  # the fixture says what the test has swallowed
        result.stdout.fnmatch_lines(["*AssertionError: stop here*"])


def test_no_catcher_swallows_an_interrupt() -> None:
    account = SfnMock()

    def interrupt(event: Any) -> None:
        raise KeyboardInterrupt

    account.lambda_function("f").calls(interrupt)
    execution = account.load(SWALLOWING).start
    with pytest.raises(KeyboardInterrupt):
        execution([1])
    with pytest.raises(KeyboardInterrupt):  # and nothing goes on as if it had not been
        account.advance(1)


# Numbers and text as they were spelled.

ODD = ["1", "1.0", "1.10", "1e5", str(10**30), "-0", "-0.0", "1E400", "true", "null", r'"\ud800"', '"\\"é\\u2028"', "[]", "{}"]
EVERY_TYPE = machine(
    Pass={"Type": "Pass", "Next": "Choice"},
    Choice={"Type": "Choice", "Choices": [{"Variable": "$.v", "IsPresent": True, "Next": "Wait"}]},
    Wait={"Type": "Wait", "Seconds": 1, "Next": "Task"},
    Task=task(ResultPath=None, Next="Invoke"),
    Invoke={
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"},
        "ResultPath": None,
        "Next": "Parallel",
    },
    Parallel={"Type": "Parallel", "Branches": [machine(P={"Type": "Pass"})], "OutputPath": "$[0]", "Next": "Map"},
    Map={
        "Type": "Map",
        "ItemsPath": "$.list",
        "ItemSelector": {"v.$": "$$.Map.Item.Value"},
        "ItemProcessor": machine(M={"Type": "Pass", "OutputPath": "$.v"}),
        "ResultSelector": {"v.$": "$[0]", "list.$": "$"},
        "Next": "Assign",
    },
    Assign={"Type": "Pass", "Assign": {"kept.$": "$.v"}, "Next": "Jsonata"},
    Jsonata={
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Output": {"v": "{% $states.input.v %}", "list": ["{% $kept %}"]},
        "Next": "Succeed",
    },
    Succeed={"Type": "Succeed"},
)


@pytest.mark.parametrize("text", ODD)
def test_odd_value_keeps_its_spelling_through_every_state_type(text: str) -> None:
    account = SfnMock()
    account.lambda_function("f").returns(0)  # a function reads and writes numbers anew: what comes back is its spelling
    whole = f'{{"v":{text},"list":[{text}]}}'
    execution = account.load(EVERY_TYPE).run(input_json=whole)
    plain = whole.replace(r"\ud800", "\ud800").replace(r"\u2028", "\u2028")
    assert execution.output_json == plain
    for event in execution.history:
        for details in event.values():
            for key in {"input", "parameters"} & details.keys() if isinstance(details, dict) else ():
                spelled = {text, plain[5 : plain.index(",")]}
                assert any(each in details[key] for each in spelled), (event["type"], details[key])


def test_input_text_is_passed_through_with_its_blanks() -> None:
    definition = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Parallel", "Branches": [machine(C={"Type": "Pass"})]})
    execution = SfnMock().load(definition).run(input_json='{ "a" : [1,  2] }')
    assert execution.output_json == '[{ "a" : [1,  2] }]'
    assert execution.history[1]["stateEnteredEventDetails"]["input"] == '{ "a" : [1,  2] }'


def test_value_as_deep_as_we_take_goes_through_everything() -> None:
    value: Any = 1
    for _ in range(values.DEPTH_LIMIT - 2):
        value = [value]
    execution = SfnMock().load(machine(A={"Type": "Pass"})).run({"v": value})
    assert execution.output == {"v": value} if json.dumps(execution.output) else None
    assert execution.history
