"""What a test can reach of an account by completion in an editor is what the pages describe."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from pytest_sfn import Execution, Fault, Machine, SfnAws, SfnMock, StateMachine
from pytest_sfn.account.execution import StateReport
from pytest_sfn.api.service import StepFunctionsApi
from pytest_sfn.faults.cases import FaultCase
from pytest_sfn.mocks.calls import Call
from pytest_sfn.mocks.http import HttpCall, HttpMock
from pytest_sfn.mocks.mock import Mock, Script
from pytest_sfn.mocks.operations import ServiceMocks
from pytest_sfn.trace.map_run import MapRun
from pytest_sfn.trace.visits import Attempt, Line, Visit
from tests.helpers import machine, run, task

DOCS = Path(__file__).parents[2]
PAGES = "\n".join(page.read_text(encoding="utf-8") for page in [*(DOCS / "docs").glob("*.md"), DOCS / "README.md"])

OF_MOCK = (
    "account_id activity advance allow_network api close connection create_activity delete_activity executions "
    "get_activity_task http inject lambda_function load machines now redact region reset_calls resource send_task_failure "
    "send_task_heartbeat send_task_success service state strict test_state use_handlers use_mock_config"
)
OF_EXECUTION = (
    "advance arn cause children describe describe_sync elapsed error failed handled history input log_events machine map_runs "
    "name next output output_json path redrive redrive_count run run_until send_task_failure send_task_heartbeat "
    "send_task_success start_time state status stop stop_time succeeded task_token timeline to_html to_mermaid to_mock_config "
    "to_svg variables waits_for"
)
OF_ANSWERS = (
    "assert_any_call assert_called assert_called_once assert_called_once_with assert_called_with assert_has_calls "
    "assert_not_called call_count called calls calls_handler completes completes_with_error fails_then_calls "
    "function_times_out heartbeats label per_execution per_item raises returns submits takes times_out when"
)
OF_TARGET = f"{OF_ANSWERS} reset_mock return_value side_effect strict validate"
OF_VISIT = (
    "after_arguments after_input_path after_items_path after_parameters after_result_path after_result_selector assigned "
    "attempts branch branches catcher caught cause children choice ending entered error exited input item iterations map_run "
    "name next output result retries stages type variables"
)
OF_CALL = "attempt execution input item parameters state time timestamp token"
NAMES = {
    SfnMock: OF_MOCK,
    SfnAws: f"{OF_MOCK} client deploy session",
    Machine: "arn faults name role_arn run run_event run_state run_sync start state_machine to_mermaid to_svg type",
    Execution: OF_EXECUTION,
    Mock: OF_TARGET,
    HttpMock: f"{OF_TARGET} responds serves",
    Script: OF_ANSWERS,
    ServiceMocks: "on",
    Visit: OF_VISIT,
    Attempt: "backoff_seconds cause ended error number retrier started",
    Line: "cause error failed index input output path succeeded variables visits",
    StateMachine: "definition file locate logical_id name states template to_mermaid to_svg",
    MapRun: "arn describe execution_counts item_counts label start_time status stop_time",
    StepFunctionsApi: "call",
    Call: OF_CALL,
    HttpCall: f"{OF_CALL} body headers json method path query request text url",
    Fault: "alike also error task times",
    FaultCase: "alike error fault machine run task times",
    StateReport: (
        "assigned attempts branches catcher caught cause choice error input iterations name next output retries variables "
        "visits"
    ),
}


def example(kind: type) -> object:
    """An object of the class, whose attributes are there too."""
    if issubclass(kind, SfnMock):
        return kind()
    mock = SfnMock()
    http = mock.http("https://abc.execute-api.us-east-1.amazonaws.com/").responds()
    called = mock.lambda_function("f").returns(1).takes(1)
    endpoint = {"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET"}
    get = {"Resource": "arn:aws:states:::apigateway:invoke", "Parameters": endpoint}
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(B=task())}
    branch = machine(
        C={"Type": "Task", **get, "ResultPath": None, "Next": "D"},
        D={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": child},
    )
    execution = run(machine(A={"Type": "Parallel", "Branches": [branch]}), {"items": [1]}, account=mock)
    state = execution.state("A")
    calls = (http.calls[0], called.calls[0])
    case = execution.machine.faults({"items": [1]})[0]  # which forgets the calls
    there = (
        *(http, called, mock.http("/x"), mock.state("A"), mock.service("account"), mock.api, *calls, case, case.fault),
        *(execution, execution.machine, execution.machine.state_machine, execution.map_runs[0]),
        *(state, state.visits[0], state.attempts[0], state.branches[0]),
    )
    return next(each for each in there if type(each) is kind)


@pytest.mark.parametrize("kind", NAMES)
def test_public_names_are_these(kind: type) -> None:
    assert {name for name in dir(example(kind)) if not name.startswith("_")} == set(NAMES[kind].split())


@pytest.mark.parametrize("kind", NAMES)
def test_each_of_them_is_described(kind: type) -> None:
    assert [name for name in NAMES[kind].split() if not re.search(rf"[.`]{name}\b", PAGES)] == []


@pytest.mark.parametrize("kind", NAMES)
def test_each_method_and_property_has_a_docstring(kind: type) -> None:
    members = {name: inspect.getattr_static(kind, name, None) for name in NAMES[kind].split()}
    assert [name for name, it in members.items() if (isinstance(it, property) or callable(it)) and not it.__doc__] == []
