"""Machines that run at an endpoint, and what an endpoint cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import Execution, ExecutionError, Machine, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.targets import endpoint as module
from pytest_sfn.targets.client import Client
from pytest_sfn.targets.endpoint import (
    EndpointExecution,
    EndpointMachine,
    EndpointMock,
    EndpointVisit,
    IgnoredMock,
    Settings,
    endpoint_mock,
)
from pytest_sfn.trace.visits import Visit
from tests.helpers import machine, task
from tests.targets.loopback import Endpoint

ROLE = "arn:aws:iam::123456789012:role/mine"


def made(endpoint: Endpoint, *, ignore_mocks: bool = False, timeout: float = 60) -> EndpointMock:
    client = Client("endpoint", endpoint.url, "us-east-1", None, None)
    return endpoint_mock(Settings(client, ROLE, timeout, ignore_mocks))(seed=1)


@pytest.fixture
def there(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[EndpointMock]:
    monkeypatch.setattr(module, "sleep", lambda _: None)
    with made(endpoint) as account:
        yield account


def operations(endpoint: Endpoint) -> list[str]:
    return list(dict.fromkeys(operation for operation, _ in endpoint.calls))


def test_an_execution_is_read_from_its_history(there: EndpointMock, endpoint: Endpoint, tmp_path: Path) -> None:
    big = {"Type": "Choice", "Choices": [{"Variable": "$", "NumericGreaterThan": 1, "Next": "Yes"}], "Default": "No"}
    inner = machine(Big=big, Yes={"Type": "Pass", "Result": "big"}, No={"Type": "Pass", "Result": "small"})
    states = {
        "Pick": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "Next": "Rest"},
        "Rest": {"Type": "Wait", "Seconds": 2},
    }

    execution = there.load(machine(**states), name="order").run({"items": [1, 2]}, name="first")

    assert execution.succeeded
    assert execution.path == ["Pick", "Rest"]
    assert execution.input == {"items": [1, 2]}
    assert execution.output == ["small", "big"]
    assert execution.output_json == '["small","big"]'
    assert execution.elapsed == timedelta(seconds=2)
    assert execution.name == "first"
    assert [line.path for line in execution.state("Pick").iterations] == [["Big", "No"], ["Big", "Yes"]]
    assert execution.state("Rest").output == ["small", "big"]
    assert execution.history[0]["executionStartedEventDetails"]["roleArn"] == ROLE
    assert execution.describe()["status"] == "SUCCEEDED"
    assert "ResponseMetadata" not in execution.describe()
    assert execution.run() is execution
    assert "Choices[0] -&gt; Yes" in execution.to_html(tmp_path / "page.html").read_text("utf-8")
    assert "Choices[0] -> Yes" in execution.timeline()
    assert there.executions == [execution]
    assert repr(there) == f"<EndpointMock at {endpoint.url}>"


def test_a_failed_execution(there: EndpointMock) -> None:
    execution = there.load(machine(A={"Type": "Fail", "Error": "No", "Cause": "because"})).run()

    assert (execution.status, execution.error, execution.cause, execution.handled) == ("FAILED", "No", "because", True)
    assert execution.output is None


def test_the_field_that_failed_at_the_endpoint(there: EndpointMock) -> None:
    rules = [{"Condition": False, "Next": "B"}, {"Condition": "{% $states.input.n %}", "Next": "B"}]
    choice = {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": rules}

    execution = there.load(machine(A=choice, B={"Type": "Succeed"})).run({"n": 1})

    assert execution.state("A").error == "States.QueryEvaluationError"
    assert not execution.handled
    assert execution.timeline().splitlines()[-1] == "  at      state 'A', Choices[1]/Condition"


def test_retries_and_catchers_at_the_endpoint(there: EndpointMock, endpoint: Endpoint) -> None:
    endpoint.account.lambda_function("f").raises("Busy", times=1).raises("Lost")
    retry, catch = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}], [{"ErrorEquals": ["Lost"], "Next": "B"}]

    execution = there.load(machine(A=task(Retry=retry, Catch=catch, Next="B"), B={"Type": "Succeed"})).run()

    state = execution.state("A")
    assert (state.retries, state.error, state.caught) == (1, "Lost", True)
    assert [attempt.backoff_seconds for attempt in state.attempts] == [3.0, None]


def test_variables_and_the_state_that_follows(there: EndpointMock, endpoint: Endpoint) -> None:
    endpoint.account.lambda_function("f").raises("Busy", times=1).raises("Lost")
    catch = [{"ErrorEquals": ["Lost"], "Next": "Each", "Assign": {"error.$": "$.Error"}, "ResultPath": None}]
    item = machine(I={"Type": "Pass", "Assign": {"item.$": "$"}, "Next": "J"}, J={"Type": "Succeed"})
    branch = {"StartAt": "P", "States": {"P": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"m": 2}, "End": True}}}
    states = {
        "A": task(Retry=[{"ErrorEquals": ["Busy"]}], Catch=catch, Next="Each"),
        "Each": {"Type": "Map", "ItemProcessor": item, "Assign": {"n.$": "States.ArrayLength($)"}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": [branch], "Next": "Last"},
        "Last": {"Type": "Fail"},
    }

    execution = there.load(machine(**states)).run(["a", "b"])

    assert execution.variables == {"error": "Lost", "n": 2}
    assert (execution.state("A").variables, execution.state("A").assigned) == ({}, {"error": "Lost"})
    assert [visit.variables for visit in execution.state("J").visits] == [
        {"error": "Lost", "item": "a"},
        {"error": "Lost", "item": "b"},
    ]
    assert [line.variables for line in execution.state("Both").branches] == [{"error": "Lost", "n": 2, "m": 2}]
    assert [execution.state(name).next for name in execution.path] == ["Each", "Both", "Last", None]
    assert execution.next is None


def test_a_machine_is_created_once_under_a_name_of_its_own_and_deleted(endpoint: Endpoint) -> None:
    with made(endpoint) as account:
        order = account.load(machine(A={"Type": "Pass"}), name="o" * 80)
        order.run()
        order.run()

    created = [members for operation, members in endpoint.calls if operation == "CreateStateMachine"]
    assert [re.sub(r"[0-9a-f]{12}$", "", each["name"]) for each in created] == ["o" * 67 + "-"]
    assert created[0]["roleArn"] == ROLE
    assert operations(endpoint)[-1] == "DeleteStateMachine"
    assert endpoint.account.api.call("ListStateMachines", {})["stateMachines"] == []


def test_a_machine_that_never_runs_is_not_created(endpoint: Endpoint) -> None:
    with made(endpoint) as account:
        account.load(machine(A={"Type": "Pass"}))

    assert endpoint.calls == []


def test_a_long_history_comes_in_pages(there: EndpointMock, endpoint: Endpoint) -> None:
    inner = machine(B={"Type": "Pass"})

    execution = there.load(machine(A={"Type": "Map", "ItemProcessor": inner})).run(list(range(300)))

    assert len(execution.state("B").visits) == 300
    assert sum(operation == "GetExecutionHistory" for operation, _ in endpoint.calls) == 2


def test_what_the_endpoint_refuses_is_an_error_of_the_test(there: EndpointMock, endpoint: Endpoint) -> None:
    endpoint.alter = lambda *_: (400, {"__type": "StateMachineLimitExceeded", "message": "too many"})

    with pytest.raises(ExecutionError) as caught:
        there.load(machine(A={"Type": "Pass"}), name="order").run()

    assert str(caught.value) == (
        f"machine 'order': {endpoint.url} refuses it\n"
        "  reason  StateMachineLimitExceeded: too many\n"
        "  see     pytest-sfn docs targets#endpoint (https://pytest-sfn.readthedocs.io/en/latest/targets.html#endpoint)"
    )


def test_an_execution_that_does_not_end_is_stopped(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sleep", lambda _: None)
    endpoint.account.state("A").submits()
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName": "f"}}
    state["Parameters"] = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}

    with made(endpoint, timeout=0) as account, pytest.raises(ExecutionError) as caught:
        account.load(machine(A=state), name="order").run()

    first, *rest = str(caught.value).splitlines()
    assert first == "machine 'order': its execution still ran after 0 seconds, and was stopped"
    assert rest[1:] == [
        "  fix        let what it waits for happen, or raise --sfn-target-timeout",
        "  see        pytest-sfn docs targets#endpoint (https://pytest-sfn.readthedocs.io/en/latest/targets.html#endpoint)",
    ]
    assert "StopExecution" in operations(endpoint)


# -- what an endpoint cannot do --------------------------------------------------------------------------------------------


def skipped(act: Any) -> str:
    with pytest.raises(pytest.skip.Exception) as caught:
        act()
    found = re.search(r"\(([\w-]+); pytest-sfn docs targets\)$", str(caught.value))
    assert found is not None
    return found[1]


def test_methods_of_the_account_that_skip(there: EndpointMock) -> None:
    assert skipped(lambda: there.lambda_function("f")) == "mocks"
    assert skipped(lambda: there.state("A")) == "mocks"
    assert skipped(lambda: there.http("https://there")) == "mocks"
    assert skipped(lambda: there.advance(3)) == "time"
    assert skipped(lambda: there.now) == "time"
    assert skipped(lambda: there.api) == "api"
    assert skipped(there.use_handlers) == "handlers"
    assert skipped(lambda: there.send_task_success("token", 1)) == "outside"
    assert skipped(lambda: there.inject(None)) == "faults"
    assert skipped(lambda: there.test_state({"Type": "Succeed"})) == "one-state"


def test_methods_of_a_machine_that_skip(there: EndpointMock) -> None:
    order = there.load(machine(A={"Type": "Pass"}))

    assert skipped(lambda: order.run(start_at="A")) == "part"
    assert skipped(lambda: order.run(variables={"x": 1})) == "variables"
    assert skipped(lambda: order.run_state("A")) == "part"
    assert skipped(order.start) == "time"
    assert skipped(order.faults) == "faults"
    assert skipped(order.run_sync) == "express"
    assert skipped(lambda: there.load(machine(A={"Type": "Pass"}), type="EXPRESS").run()) == "express"


def test_methods_of_an_execution_that_skip(there: EndpointMock) -> None:
    execution = there.load(machine(A={"Type": "Pass"})).run()
    (visit,) = execution.state("A").visits

    assert skipped(lambda: execution.advance(3)) == "time"
    assert skipped(lambda: execution.children) == "children"
    assert skipped(execution.redrive) == "redrive"
    assert skipped(execution.task_token) == "outside"
    assert skipped(lambda: execution.log_events) == "api"
    assert skipped(lambda: visit.after_input_path) == "stages"
    assert skipped(lambda: visit.stages) == "stages"
    assert skipped(lambda: visit.children) == "children"


def test_iterations_of_a_distributed_map_skip(there: EndpointMock) -> None:
    processor = {**machine(B={"Type": "Pass"}), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}

    execution = there.load(machine(A={"Type": "Map", "ItemProcessor": processor})).run([1, 2])

    assert execution.output == [1, 2]
    assert skipped(lambda: execution.state("A").iterations) == "children"


def own(kind: type) -> set[str]:
    return {name for name in vars(kind) if name[0] != "_"}


@pytest.mark.parametrize(
    ("embedded", "remote", "same"),
    [
        (
            SfnMock, EndpointMock,
            {"account_id", "advance", "allow_network", "close", "executions", "inject", "load", "machines", "redact", "region",
             "reset_calls"},
        ),
        (Machine, EndpointMachine, {"arn", "name", "role_arn", "run_event", "to_mermaid", "to_svg", "type"}),
        (
            Execution, EndpointExecution,
            {"arn", "cause", "elapsed", "error", "failed", "handled", "input", "name", "output", "path", "redrive_count",
             "next", "start_time", "state", "status", "stop_time", "succeeded", "timeline", "to_html", "to_mermaid",
             "to_mock_config", "to_svg", "variables", "waits_for"},
        ),
        (
            Visit, EndpointVisit,
            {"assigned", "attempts", "branch", "branches", "catcher", "caught", "cause", "choice", "ending", "entered", "error",
             "exited", "input", "item", "name", "next", "output", "retries", "type", "variables"},
        ),
    ],
)  # fmt: skip
def test_what_is_as_in_every_test_and_what_is_not(embedded: type, remote: type, same: set[str]) -> None:
    """A member that is new has to be in one of the two: what it does at an endpoint is to be decided."""
    assert own(embedded) - own(remote) == same


# -- mocks that are ignored ------------------------------------------------------------------------------------------------


def test_ignored_mocks_leave_the_answers_to_the_endpoint(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "sleep", lambda _: None)
    endpoint.account.lambda_function("f").returns("theirs")

    with made(endpoint, ignore_mocks=True) as account:
        mock = account.lambda_function("f")
        mock.raises("E", times=2).returns("ours").takes(3)
        mock.when(input={"a": 1}).calls(lambda _: "ours")
        mock.return_value = "ours"

        assert account.load(machine(A=task())).run().output == "theirs"
        assert skipped(lambda: mock.call_count) == "calls"
        assert skipped(lambda: mock.calls[0]) == "calls"
        assert skipped(lambda: list(mock.calls)) == "calls"
        assert skipped(lambda: mock.assert_called_once_with({})) == "calls"


def test_an_ignored_mock_has_the_methods_of_mocks_alone() -> None:
    with pytest.raises(AttributeError, match="a mock has no retruns"):
        IgnoredMock().retruns(1)


def test_the_account_is_no_guard(there: EndpointMock) -> None:
    assert account_of(there)._opened is None
