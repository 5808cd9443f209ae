"""Tasks that are taken first and end later: callbacks, jobs and activities as mocks script them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_sfn import SfnMock
from pytest_sfn.errors import ExecutionError, JsonValueError, MockError
from tests.helpers import events, machine, recover, task

INVOKE = "arn:aws:states:::lambda:invoke.waitForTaskToken"
SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
GLUE = "arn:aws:states:::glue:startJobRun.sync"
TAKEN = ["TaskScheduled", "TaskStarted", "TaskSubmitted"]


def mail(**fields):
    parameters = {"FunctionName": "mail", "Payload": {"token.$": "$$.Task.Token"}}
    return {"Type": "Task", "Resource": INVOKE, "Parameters": parameters, **fields}


def send(**fields):
    parameters = {"QueueUrl": "https://sqs/q", "MessageBody": {"token.$": "$$.Task.Token"}}
    return {"Type": "Task", "Resource": SEND, "Parameters": parameters, **fields}


@pytest.fixture
def account():
    with SfnMock() as account:
        yield account


@pytest.fixture
def start(account):
    """Run a machine of the one state A."""
    return lambda state: account.load(machine(A=state)).run()


def submitted(execution):
    return next(event["taskSubmittedEventDetails"]["output"] for event in execution.history if event["type"] == "TaskSubmitted")


def seconds(execution):
    return execution.elapsed.total_seconds()


# -- who ends it, and when -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "script", "output", "elapsed"),
    [
        (send(), lambda m: m.submits({"MessageId": "m"}).completes("yes", after=60), "yes", 60),
        (send(), lambda m: m.submits({"MessageId": "m"}).takes(5).completes("yes", after=60), "yes", 65),
        (send(), lambda m: m.completes("yes"), "yes", 0),
        (send(), lambda m: m.completes("yes", after=timedelta(hours=1)), "yes", 3600),
        (send(), lambda m: m.calls(lambda event: {"MessageId": "m"}).completes("yes", after=60), "yes", 60),
        (send(), lambda m: m.submits(lambda event: {"MessageId": "m"}).completes("yes", after=60), "yes", 60),
        (send(), lambda m: m.returns("yes"), "yes", 0),
        (send(), lambda m: m.returns("yes").takes(7), "yes", 7),
        (send(), lambda m: m.calls(lambda event: "yes"), "yes", 0),
        (send(HeartbeatSeconds=30), lambda m: m.heartbeats(every=30).completes("yes", after=600), "yes", 600),
        (send(HeartbeatSeconds=30), lambda m: m.submits().heartbeats(every=10).completes("yes", after=600), "yes", 600),
    ],
)
def test_a_mock_of_a_state_ends_the_task(account, start, state, script, output, elapsed):
    script(account.state("A"))
    execution = start(state)
    assert (execution.output, seconds(execution)) == (output, elapsed)
    assert events(execution)[2:6] == [*TAKEN, "TaskSucceeded"]


@pytest.mark.parametrize(
    ("script", "error", "elapsed", "taken"),
    [
        (lambda m: m.completes_with_error("Rejected", "no", after=60), "Rejected", 60, True),
        (lambda m: m.completes_with_error(ValueError("no")), "ValueError", 0, True),
        (lambda m: m.raises("Rejected", "no").takes(3), "Rejected", 3, True),
        (lambda m: m.raises("SQS.QueueDoesNotExistException", "no"), "SQS.QueueDoesNotExistException", 0, False),
    ],
)
def test_a_mock_of_a_state_lets_it_fail(account, start, script, error, elapsed, taken):
    script(account.state("A"))
    execution = start(send())
    assert (execution.error, execution.cause, seconds(execution)) == (error, "no", elapsed)
    assert ("TaskSubmitted" in events(execution)) is taken


def test_what_a_function_returns_is_only_submitted(account, start):
    account.lambda_function("mail").calls(lambda event: {"mailed": event["token"]}).completes({"ok": True}, after=90)
    execution = start(mail())
    assert execution.output == {"ok": True}
    assert execution.elapsed == timedelta(seconds=90)
    response = submitted(execution)
    assert '"StatusCode":200' in response
    assert f'"Payload":{{"mailed":"{account.lambda_function("mail").calls[0].token}"}}' in response


def test_a_function_that_fails_ends_the_task(account, start):
    account.lambda_function("mail").calls(lambda event: 1 / 0).completes("never", after=5)
    execution = start(mail())
    assert (execution.error, events(execution)[4], seconds(execution)) == ("ZeroDivisionError", "TaskFailed", 0)


def test_completes_after_an_answer_that_has_ended_begins_another(account, start):
    account.state("A").raises("Busy").completes(1, after=1).completes(2, after=2)
    retried = send(Retry=[{"ErrorEquals": ["Busy"], "IntervalSeconds": 10}])
    assert [seconds(start(retried)), start(retried).output, start(retried).output] == [11, 2, 2]


def test_times_of_an_answer_that_completes(account, start):
    account.state("A").submits().completes(1, after=1, times=2).submits(times=1).completes(2)
    assert [start(send()).output for _ in range(3)] == [1, 1, 2]
    with pytest.raises(MockError, match="all answers of state:A are used"):
        account.machines[0].run()
    recover(account)


# -- the test answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [lambda m: m.submits(), lambda m: m.calls(lambda event: None)])
def test_a_task_that_is_only_taken_stays_open(account, start, script):
    script(account.state("A"))
    execution = start(send())
    assert (execution.status, events(execution)[-1]) == ("RUNNING", "TaskSubmitted")
    assert execution.waits_for() == "state 'A' waits for its task token (sqs:sendMessage)"
    with pytest.raises(ExecutionError, match=r"is still RUNNING: state 'A' waits for its task token"):
        _ = execution.output
    token = execution.task_token("A")
    assert token == account.state("A").calls[0].token
    execution.advance(86_400).send_task_success(token, {"ok": True})
    assert execution.waits_for() == "task 'A' has its answer, and goes on with run() or advance(...)"
    assert (execution.run().output, execution.elapsed) == ({"ok": True}, timedelta(days=1))


def test_a_test_may_answer_before_the_script_does(account, start):
    account.state("A").completes("late", after=60)
    execution = account.load(machine(A=send())).start()
    execution.advance(59).send_task_success(execution.task_token(), "early")
    assert (execution.run().output, seconds(execution)) == ("early", 59)


def test_a_stub_that_sends_the_token_before_it_returns(account, start):
    def stub(event):
        account.send_task_success(event["token"], "sent")
        return {"mailed": True}

    account.lambda_function("mail").calls(stub)
    execution = start(mail())
    assert (execution.output, events(execution)[2:6]) == ("sent", [*TAKEN, "TaskSucceeded"])


def test_a_stub_of_a_state_that_sends_the_token_itself(account, start):
    def stub(parameters):
        account.send_task_failure(parameters["MessageBody"]["token"], "Rejected", "no")
        return {"MessageId": "m"}

    account.state("A").calls(stub)
    execution = start(send())
    assert (execution.error, submitted(execution)) == ("Rejected", '{"MessageId":"m"}')
    assert events(execution)[2:6] == [*TAKEN, "TaskFailed"]


def test_what_a_slow_function_answers_after_the_token_was_sent_is_dropped(account, start):
    def stub(event):
        account.send_task_success(event["token"], "sent")

    account.lambda_function("mail").calls(stub).takes(10)
    execution = start(mail())
    assert (execution.output, seconds(execution)) == ("sent", 0)
    assert "TaskSubmitted" not in events(execution)


# -- timeouts and heartbeats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "script", "elapsed"),
    [
        (send(TimeoutSeconds=60), lambda m: m.completes("late", after=61), 60),
        (send(TimeoutSeconds=60), lambda m: m.submits(), 60),
        (send(HeartbeatSeconds=30), lambda m: m.completes("late", after=60), 30),
        (send(HeartbeatSeconds=30), lambda m: m.heartbeats(every=31).completes("late", after=60), 30),
        (send(HeartbeatSeconds=30, TimeoutSeconds=100), lambda m: m.submits().heartbeats(every=20), 100),
    ],
)
def test_it_times_out(account, start, state, script, elapsed):
    script(account.state("A"))
    execution = start(state)
    assert (execution.error, seconds(execution)) == ("States.Timeout", elapsed)


def test_an_answer_comes_before_a_timeout_at_the_same_time(account, start):
    account.state("A").completes("in time", after=60)
    assert start(send(TimeoutSeconds=60, HeartbeatSeconds=59 + 1)).output == "in time"


@given(
    answer=st.integers(0, 20),
    script=st.integers(0, 20),
    timeout=st.integers(1, 20),
    every=st.integers(1, 20),
    heartbeat=st.integers(1, 20),
)
def test_exactly_one_end_counts(answer, script, timeout, every, heartbeat):
    """Whoever is first: the script, the test, the timeout or a heartbeat that is missing."""
    account = SfnMock()
    account.state("A").submits().heartbeats(every=every).completes("script", after=script)
    execution = account.load(machine(A=send(TimeoutSeconds=timeout, HeartbeatSeconds=heartbeat))).start()
    token = account.state("A").calls[0].token
    execution.advance(answer)
    if execution.status == "RUNNING":
        execution.send_task_success(token, "test")
    execution.run()

    silent = heartbeat if heartbeat < every else 100
    due = {"script": script, "timeout": min(timeout, silent), "test": answer}
    first = min(due.values())
    ending = next(name for name in ("script", "timeout", "test") if due[name] == first)
    assert (execution.output or "timeout", seconds(execution)) == (ending, first)
    ends = {"TaskSucceeded", "TaskFailed", "TaskTimedOut"}
    assert len(ends & set(events(execution))) == 1
    assert sum(kind in ends for kind in events(execution)) == 1


# -- refused -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (lambda m: m.completes(1), "completes() cannot answer"),
        (lambda m: m.returns(1).completes(1), "completes() cannot answer"),
        (lambda m: m.submits(), "submits() cannot answer"),
        (lambda m: m.heartbeats(every=1), "heartbeats() cannot answer"),
    ],
)
def test_a_task_that_does_not_stay_open(account, script, problem):
    script(account.lambda_function("f"))
    with pytest.raises(MockError) as refused:
        account.load(machine(A=task())).run()
    assert problem in str(refused.value)
    assert "pytest-sfn docs mocks#callbacks" in str(refused.value)
    recover(account)


def test_heartbeats_without_an_end(account, start):
    account.state("A").submits().heartbeats(every=10)
    with pytest.raises(MockError, match=r"heartbeats\(\) would go on for ever"):
        start(send(HeartbeatSeconds=30))
    recover(account)


@pytest.mark.parametrize(
    ("script", "error", "problem"),
    [
        (lambda m: m.submits({1}), JsonValueError, "submits()"),
        (lambda m: m.completes({1}), JsonValueError, "completes()"),
        (lambda m: m.completes(1, after=-1), MockError, "completes: got -1"),
        (lambda m: m.completes(1, after="soon"), MockError, "completes: got 'soon'"),
        (lambda m: m.completes(1, times=0), MockError, "completes: got times=0"),
        (lambda m: m.submits(times=2).completes(1, times=3), MockError, "got times=3, and the answer before has times=2"),
        (lambda m: m.heartbeats(0), MockError, "heartbeats: got every=0"),
        (lambda m: m.completes(1).takes(5), MockError, "the answer has its end already"),
        (lambda m: m.completes_with_error(""), MockError, "completes_with_error: got ''"),
        (lambda m: m.completes_with_error("E", {"a": 1}), MockError, "completes_with_error: got the cause"),
    ],
)
def test_refused_when_registered(charge, script, error, problem):
    with pytest.raises(error) as refused:
        script(charge)
    assert problem in str(refused.value)


def test_token_of_which_task(account):
    account.lambda_function("mail").submits()
    each = {"Type": "Map", "ItemProcessor": machine(Review=mail())}
    execution = account.load(machine(Each=each)).run([1, 2])
    tokens = [call.token for call in account.lambda_function("mail").calls]
    assert [execution.task_token("Review", item=index) for index in (0, 1)] == tokens
    assert execution.waits_for() == "state 'Review' waits for its task token (lambda:invoke) (2 times)"
    with pytest.raises(ExecutionError) as refused:
        execution.task_token()
    assert "2 tasks wait for their task tokens; name the state, and its item=" in str(refused.value)
    assert "'Review' item 0, 'Review' item 1" in str(refused.value)
    with pytest.raises(ExecutionError, match="state 'Each' does not wait for its task token"):
        execution.task_token("Each")
    with pytest.raises(ExecutionError, match=r"no task waits for its task token\n  waiting  none\n  status   it ended ABORTED"):
        execution.stop().task_token()


# -- activities ----------------------------------------------------------------------------------------------------------


def paint(account, **fields):
    return {"Type": "Task", "Resource": f"arn:aws:states:{account.region}:{account.account_id}:activity:paint", **fields}


@pytest.mark.parametrize(
    ("script", "kind", "elapsed"),
    [
        (lambda m: m.calls(lambda door: f"{door['n']} red"), "ActivitySucceeded", 0),
        (lambda m: m.returns("1 red").takes(60), "ActivitySucceeded", 60),
        (lambda m: m.heartbeats(every=5).completes("1 red", after=60), "ActivitySucceeded", 60),
        (lambda m: m.raises("NoPaint", "empty"), "ActivityFailed", 0),
        (lambda m: m.completes_with_error("NoPaint", "empty", after=60), "ActivityFailed", 60),
    ],
)
def test_a_mocked_worker(account, script, kind, elapsed):
    script(account.activity("paint"))
    execution = account.load(machine(A=paint(account, HeartbeatSeconds=70))).run({"n": 1})
    assert events(execution)[2:5] == ["ActivityScheduled", "ActivityStarted", kind]
    assert seconds(execution) == elapsed
    assert (execution.output or execution.error) == ("1 red" if kind == "ActivitySucceeded" else "NoPaint")


def test_a_worker_that_took_its_task(account):
    account.activity("paint").submits()
    execution = account.load(machine(A=paint(account))).run()
    assert execution.waits_for() == "state 'A' waits for the worker that took it (activity 'paint')"
    account.send_task_success(execution.task_token("A"), "red")
    assert execution.run().output == "red"


def test_an_activity_by_name_or_arn(account):
    by_name, state = account.activity("paint"), paint(account)
    assert account.activity("paint") is by_name
    assert account.activity(state["Resource"]) is account.resource(state["Resource"])
    by_name.returns("by name")
    assert account.load(machine(A=state)).run().output == "by name"
    account.activity(state["Resource"]).returns("by ARN")
    assert account.machines[0].run().output == "by ARN"
    assert account.load(machine(A={**state, "Resource": "arn:aws:states:eu-west-1:1:activity:paint"})).run().output == "by name"


def test_no_worker(account):
    account.create_activity("paint")
    assert account.load(machine(A=paint(account))).run().waits_for() == "state 'A' waits for a worker (activity 'paint')"


def test_activities_that_nothing_calls():
    account = SfnMock()
    account.activity("print").returns(1)
    account.load(machine(A=paint(account)))
    with pytest.raises(
        MockError, match=r"activity:print was never called: no state has this Resource; did you mean 'activity:paint'\?"
    ):
        account.close()


def test_no_activity(account):
    with pytest.raises(MockError, match="this is not an activity"):
        account.activity("a:b")


# -- jobs ----------------------------------------------------------------------------------------------------------------


def test_a_job_of_a_mock(account, start):
    account.state("A").submits({"JobRunId": "jr"}).completes({"JobRunState": "SUCCEEDED"}, after=600)
    execution = start({"Type": "Task", "Resource": GLUE, "Parameters": {"JobName": "j"}})
    assert (execution.output, seconds(execution)) == ({"JobRunState": "SUCCEEDED"}, 600)
    assert submitted(execution) == '{"JobRunId":"jr"}'
