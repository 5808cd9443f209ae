"""Running a machine and looking at what became of it, as a test does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.errors import ExecutionError, JsonValueError, MockError, PytestSfnError
from tests.helpers import begin, events, machine, recover, run, task


def message(error: type[Exception], ask: Any) -> str:
    with pytest.raises(error) as caught:
        ask()
    return str(caught.value.args[0])


# Running


def test_there_is_one_clock(account: SfnMock, orders: Any) -> None:
    first, second = orders.start(), orders.start()
    assert account.now == datetime(2024, 1, 1, tzinfo=UTC)
    first.run()
    assert account.now == datetime(2024, 1, 1, 0, 0, 15, tzinfo=UTC)
    assert second.run().elapsed == timedelta(seconds=15)
    assert orders.run().start_time == datetime(2024, 1, 1, 0, 0, 15, tzinfo=UTC)


def test_run_until_stops_just_after_the_state_was_entered(orders: Any) -> None:
    execution = orders.start().run_until("B")
    assert events(execution)[-1] == "TaskStateEntered"
    assert execution.run_until("D").run_until("D", visit=2).run().succeeded


def test_run_until_a_state_that_does_not_come(orders: Any) -> None:
    execution = orders.start(name="one")
    assert message(ExecutionError, lambda: execution.run_until("D", visit=9)) == (
        "execution 'one' of 'Orders' entered 'D' 2 times, not 9: it ended SUCCEEDED\n  path  A -> B -> C"
    )


def test_run_until_of_a_long_execution_is_quick() -> None:
    items = list(range(2000))
    definition = machine(
        Each={"Type": "Map", "ItemProcessor": machine(D={"Type": "Pass"}), "Next": "End"}, End={"Type": "Pass"}
    )
    execution = begin(SfnMock().load(definition), items)  # a quadratic search would take minutes
    assert execution.run_until("End").run().output == items


def test_output_of_a_running_execution_is_an_error(orders: Any) -> None:
    execution = orders.start(name="one")
    assert message(ExecutionError, lambda: execution.output) == (
        "execution 'one' of 'Orders' is still RUNNING: state 'A' waits for virtual time to pass\n"
        "  fix  continue with run() or advance(...)\n"
        "  see  pytest-sfn docs running#step-by-step (https://pytest-sfn.readthedocs.io/en/latest/running.html#step-by-step)\n"
        "       pytest-sfn docs mocks#callbacks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#callbacks)"
    )
    assert execution.run_until("B").waits_for() == "task 'B' waits for an answer"


TOKEN = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
TOKEN["Parameters"] = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}  # type: ignore[assignment]


def test_output_of_an_execution_that_waits_says_how_to_answer() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    fix = "answer it with send_task_success(execution.task_token('A'), output), or let its mock do so, and continue with run()"
    assert f"\n  fix  {fix}\n" in message(ExecutionError, lambda: account.load(machine(A=TOKEN)).run().output)
    paint = {"Type": "Task", "Resource": account.create_activity("paint")}
    fix = "let a worker answer, get_activity_task(arn) and send_task_success(token, output); then continue with run()"
    assert f"\n  fix  {fix}\n" in message(ExecutionError, lambda: account.load(machine(A=paint)).run().output)


def test_nothing_goes_on_after_a_test_error() -> None:
    account = SfnMock()
    broken = account.load(machine(A=task()), name="M")
    other = account.load(machine(A={"Type": "Wait", "Seconds": 5})).start()
    with pytest.raises(MockError):
        broken.run(name="one")
    stopped = "nothing: a test error has stopped it, MockError: machine 'M': state 'A': no mock answers this task"
    assert message(ExecutionError, lambda: account.executions[1].output) == (
        f"execution 'one' of 'M' is still RUNNING: {stopped}\n"
        "  fix  mend the test error; the execution cannot go on after it\n"
        "  see  pytest-sfn docs running#step-by-step (https://pytest-sfn.readthedocs.io/en/latest/running.html#step-by-step)\n"
        "       pytest-sfn docs mocks#callbacks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#callbacks)"
    )
    assert other.waits_for() == stopped
    recover(account)


def test_run_until_says_how_the_execution_ended() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("Declined")
    execution = account.load(machine(A=task(Next="B"), B=task()), name="M").start(name="one")
    assert message(ExecutionError, lambda: execution.run_until("B")) == (
        "execution 'one' of 'M' never entered 'B': it ended FAILED Declined\n  path  A"
    )


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda m: m.run(start_at="Bx"), KeyError, "StateMachine: no state 'Bx'; did you mean 'B'?"),
        (lambda m: m.run().state("Quite"), KeyError, "StateMachine: no state 'Quite'; it has 'A', 'B', 'D', 'C'"),
        (lambda m: m.run({}, input_json="{}"), PytestSfnError, "give `input` or `input_json`, not both"),
        (lambda m: m.run((1,)), JsonValueError, "the input is not JSON: $ is a tuple, which JSON does not have; use a list"),
        (
            lambda m: m.run("x" * 300_000),
            JsonValueError,
            "the input has 300,002 bytes of JSON; AWS takes 262,144 (@pytest.mark.sfn(quotas=None) lifts this)",
        ),
        (lambda m: m.start().advance(-1), ExecutionError, "virtual time does not go back: advance(-1)"),
        (lambda m: m.run().state("D").input, ExecutionError, "state 'D' was visited 2 times; use .visits[i]"),
        (lambda m: m.start().state("D").output, ExecutionError, "state 'D' was never visited\n  path  A"),
        (lambda m: m.run().state("A").iterations, AttributeError, "state 'A' is a Wait, not a Map"),
        (
            lambda m: m.run_sync(),
            ExecutionError,
            "machine 'Orders' is STANDARD; StartSyncExecution takes type='EXPRESS' only",
        ),
    ],
)
def test_mistakes_in_asking(orders: Any, ask: Any, error: type[Exception], text: str) -> None:
    assert message(error, lambda: ask(orders)) == text


def test_a_task_at_which_run_until_has_stopped_sends_its_request_for_its_token() -> None:
    account = SfnMock()
    account.state("Ask").submits()
    ask = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True}
    ask["Parameters"] = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}  # type: ignore[assignment]
    execution = account.load({"StartAt": "Ask", "States": {"Ask": ask}}).start().run_until("Ask")
    execution.send_task_success(execution.task_token("Ask"), 7)
    assert execution.run().output == 7


def test_of_a_long_path_the_middle_is_left_out() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "A"}
    states = {"A": {"Type": "Pass", "Next": "Again"}, "Again": again, "B": {"Type": "Succeed"}}
    execution = SfnMock().load({"StartAt": "A", "States": states}).run()
    with pytest.raises(ExecutionError, match=r"never visited\n  path  A -> Again -> .*Again -> \.\.\. -> .*A$") as raised:
        _ = execution.state("B").output
    assert len(str(raised.value)) < 300


# Ending from outside


def test_stop_ends_it_where_it_is(orders: Any) -> None:
    execution = orders.start().run_until("B").stop("Stopped", "by hand")
    assert (execution.status, execution.error, execution.cause) == ("ABORTED", "Stopped", "by hand")
    assert execution.history[-1]["previousEventId"] == 0
    assert execution.history[-1]["executionAbortedEventDetails"] == {"error": "Stopped", "cause": "by hand"}
    assert execution.stop().run().advance(100).status == "ABORTED"
    assert execution.output is None


def test_describe(orders: Any) -> None:
    execution = orders.run(input_json='{ "a": 1.0 }', name="one")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    assert execution.describe() == {
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:Orders:one",
        "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Orders",
        "name": "one",
        "status": "SUCCEEDED",
        "startDate": start,
        "stopDate": start + timedelta(seconds=15),
        "input": '{ "a": 1.0 }',
        "inputDetails": {"included": True},
        "output": "[1,2]",
        "outputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    }


# Looking


def test_state_reports_visits_attempts_and_lines() -> None:
    calls: list[Any] = []

    def answer(event: Any) -> Any:
        calls.append(event)
        if len(calls) == 1:
            raise ValueError("first")
        return event

    each = {"Type": "Map", "ItemProcessor": machine(W=task(Retry=[{"ErrorEquals": ["ValueError"], "IntervalSeconds": 3}]))}
    both = {"Type": "Parallel", "Branches": [machine(M=each), machine(N={"Type": "Pass"})]}
    execution = run(machine(P=both), ["x", "y"], f=answer)
    work = execution.state("W")
    assert [visit.item for visit in work.visits] == [0, 1]
    assert [visit.branch for visit in work.visits] == [0, 0]
    assert (work.retries, len(work)) == (1, 2)
    first, second = work.visits
    told = [(attempt.number, attempt.error, attempt.backoff_seconds, attempt.retrier) for attempt in first.attempts]
    assert told == [(1, "ValueError", 3, 0), (2, None, None, None)]
    assert [attempt.number for attempt in second.attempts] == [1]
    assert [line.path for line in execution.state("M").iterations] == [["W"], ["W"]]
    assert [line.path for line in execution.state("P").branches] == [["M"], ["N"]]
    assert [line.output for line in execution.state("M").iterations] == ["x", "y"]


def test_state_that_was_caught() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E", "why")
    catch = [{"ErrorEquals": ["X"], "Next": "B"}, {"ErrorEquals": ["E"], "Next": "C"}]
    definition = machine(A=task(Catch=catch, Next="B"), B={"Type": "Pass"}, C={"Type": "Fail", "Error": "Gone"})
    execution = account.load(definition).run()
    state = execution.state("A")
    assert (state.caught, state.error, state.catcher.next) == (True, "E", "C")
    assert (execution.status, execution.error, execution.handled) == ("FAILED", "Gone", True)
    assert execution.state("B").visits == []


def test_a_failure_that_no_fail_state_made_is_not_handled() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E")
    assert not account.load(machine(A=task())).run().handled


def test_a_catcher_that_fails_itself_has_caught_nothing() -> None:
    account = SfnMock()
    account.lambda_function("f").raises("E")
    definition = machine(
        A=task(Catch=[{"ErrorEquals": ["E"], "ResultPath": "$.a.b", "Next": "B"}], Next="B"), B={"Type": "Pass"}
    )
    execution = account.load(definition).run({"a": 1})
    assert (execution.status, execution.state("A").caught, execution.path) == ("FAILED", False, ["A"])


def test_texts(orders: Any) -> None:
    execution = orders.start()
    assert repr(execution) == "<Execution of 'Orders': RUNNING, A; state 'A' waits for virtual time to pass>"
    execution.run()
    assert repr(execution) == "<Execution of 'Orders': SUCCEEDED, A -> B -> C>"
    assert repr(execution.state("C").iterations) == "[<0: D>, <1: D>]"
    assert repr(execution.state("B").visits) == "[<visit of 'B' at 0:00:10: ok, next 'C'>]"


def test_children_are_the_executions_that_it_started() -> None:
    account = SfnMock()
    account.load(machine(A={"Type": "Wait", "Seconds": 3}), name="Inner")
    start_inner = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Inner", "Input": {"n": 1}},
        "OutputPath": "$.Output",
    }
    execution = account.load(machine(Start=start_inner), name="Outer").run()
    assert execution.output == {"n": 1}
    assert execution.elapsed == timedelta(seconds=3)
    assert [(child.machine.name, child.input) for child in execution.children] == [("Inner", {"n": 1})]


# Redrive


@pytest.fixture
def charged(account: SfnMock) -> Any:
    """An execution in which two of three functions have answered."""
    account.lambda_function("reserve").returns("R")
    account.lambda_function("charge").raises("Declined", times=1).returns("C")
    account.lambda_function("ship").returns("S")
    machine_ = machine(Reserve=task("reserve", Next="Charge"), Charge=task("charge", Next="Ship"), Ship=task("ship"))
    return account.load(machine_, name="orders").run({}, name="n")


def test_redrive_goes_on_where_it_failed(account: SfnMock, charged: Any) -> None:
    assert (charged.status, charged.output, charged.redrive_count) == ("FAILED", None, 0)
    assert charged.redrive() is charged
    assert (charged.status, charged.output, charged.error, charged.redrive_count) == ("SUCCEEDED", "S", None, 1)
    assert charged.path == ["Reserve", "Charge", "Ship"]
    assert [account.lambda_function(name).call_count for name in ("reserve", "charge", "ship")] == [1, 2, 1]
    visit = charged.state("Charge").visits[0]
    assert [(attempt.number, attempt.error) for attempt in visit.attempts] == [(1, "Declined"), (2, None)]
    assert (visit.error, visit.retries, visit.output) == (None, 0, "C")
    assert account.executions == [charged]


def test_redrive_of_an_execution_that_waits_for_an_answer_returns(account: SfnMock) -> None:
    activity = account.create_activity("approve")
    execution = account.load(machine(A={"Type": "Task", "Resource": activity})).run({}).stop().redrive()
    assert execution.status == "RUNNING"
    assert execution.waits_for() == "state 'A' waits for a worker (activity 'approve')"
    token = account.get_activity_task(activity)["TaskToken"]
    assert execution.send_task_success(token, 1).run().output == 1


def test_timeline_of_a_redriven_execution(charged: Any) -> None:
    assert charged.redrive().timeline().splitlines() == [
        "orders: SUCCEEDED, redriven once",
        "  input   {}",
        '  +00:00:00  Reserve  Task  output "R"',
        "  +00:00:00  Charge   Task  attempt 1: Declined; redriven",
        '  +00:00:00                 attempt 2: ok; output "C"',
        '  +00:00:00  Ship     Task  output "S"',
        '  output  "S"',
    ]


def test_what_cannot_be_redriven(account: SfnMock, charged: Any) -> None:
    see = "\n  see  pytest-sfn docs running#redrive (https://pytest-sfn.readthedocs.io/en/latest/running.html#redrive)"
    another = f"\n  fix  start another execution with run(...){see}"
    cannot = "execution 'n' of 'orders' cannot be redriven: "
    account.advance(timedelta(days=15))
    assert message(ExecutionError, charged.redrive) == f"{cannot}Execution redrivable period exceeded{another}"
    succeeded = account.load(machine(A={"Type": "Pass"}), name="orders").run(name="n")
    assert message(ExecutionError, succeeded.redrive) == f"{cannot}Execution is SUCCEEDED and cannot be redriven{another}"
    express = account.load(machine(A={"Type": "Fail"}), name="orders", type="EXPRESS").run(name="n")
    assert message(ExecutionError, express.redrive) == f"{cannot}its machine is EXPRESS{another}"
    running = account.load(machine(W={"Type": "Wait", "Seconds": 1}), name="orders").start(name="n")
    assert message(ExecutionError, running.redrive) == (
        f"{cannot}it is RUNNING: state 'W' waits for virtual time to pass\n"
        f"  fix  let it end with run() or advance(...), or stop() it{see}"
    )


def test_a_child_of_a_map_run_is_redriven_with_its_parent(account: SfnMock) -> None:
    processor = machine(B={"Type": "Fail"}) | {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    execution = account.load(machine(M={"Type": "Map", "ItemProcessor": processor})).run([0])
    child = account_of(account).execution_of(execution.map_runs[0]._runs.runs[0])
    assert "it is a child execution of a Map Run\n  fix  redrive the execution that has the Map" in message(
        ExecutionError, child.redrive
    )


def test_a_test_error_is_raised_again_by_redrive(account: SfnMock) -> None:
    execution = account.load(machine(A={"Type": "Fail"})).run()
    with pytest.raises(MockError):
        account.load(machine(B=task("nobody"))).run()
    with pytest.raises(MockError):
        execution.redrive()
    assert execution.redrive_count == 0
