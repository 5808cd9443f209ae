"""Executions under test cases of a mock configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import Machine, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.errors import MockError, MockWarning
from pytest_sfn.services.api_error import ApiError
from tests.helpers import arn, events, machine, task

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
QUEUE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
}
Use = Callable[..., Machine]


@pytest.fixture
def account() -> SfnMock:
    return SfnMock()


@pytest.fixture
def use(account: SfnMock, tmp_path: Path) -> Use:
    """A machine under a configuration in which each state has its response in the test case `Case`."""

    def use(definition: dict[str, Any], *, test_case: str | None = "Case", **responses: Any) -> Machine:
        file = tmp_path / "MockConfigFile.json"
        cases = {"Case": {state: state for state in responses}}
        config = {"StateMachines": {"order": {"TestCases": cases}}, "MockedResponses": responses}
        file.write_text(json.dumps(config, indent=1), encoding="utf-8")
        account.use_mock_config(file, test_case)
        return account.load(definition, name="order")

    return use


def throw(error: str = "E", cause: str = "c") -> dict[str, Any]:
    return {"Throw": {"Error": error, "Cause": cause}}


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "response", "output"),
    [
        (INVOKE, {"StatusCode": 200, "Payload": {"a": 1}}, {"StatusCode": 200, "Payload": {"a": 1}}),
        (INVOKE, "any", "any"),
        (task(), {"a": 1}, {"a": 1}),
        (task(), {"StatusCode": 200, "Payload": {"a": 1}}, {"a": 1}),
        (task(), {"StatusCode": 200, "Payload": 1, "body": 2}, {"StatusCode": 200, "Payload": 1, "body": 2}),
        (task(), None, None),
        (QUEUE, "done", "done"),
        (
            {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "t", "Key": {}}},
            {"no": "member"},
            {"no": "member"},
        ),
        (
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::batch:submitJob.sync",
                "Parameters": dict.fromkeys(("JobName", "JobQueue", "JobDefinition"), "a"),
            },
            {"Status": "FAILED"},
            {"Status": "FAILED"},
        ),
        ({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"}, [1], [1]),
    ],
)  # fmt: skip
def test_a_response_is_the_result_of_the_task(use: Use, state: Any, response: Any, output: Any) -> None:
    assert use(machine(A=state), A={"0": {"Return": response}}).run().output == output


def test_a_task_that_waits_is_taken_and_ends_at_once(use: Use) -> None:
    execution = use(machine(A=QUEUE), A={"0": {"Return": 1}}).run()

    assert events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    assert execution.elapsed.total_seconds() == 0


@pytest.mark.parametrize(
    ("state", "failed"),
    [
        (INVOKE, ["TaskScheduled", "TaskStarted", "TaskFailed"]),
        (task(), ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"]),
        (QUEUE, ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskFailed"]),
    ],
)
def test_an_error_is_that_of_the_task_as_it_is_written(use: Use, state: Any, failed: list[str]) -> None:
    execution = use(machine(A=state), A={"0": throw()}).run()

    assert (execution.status, execution.error, execution.cause) == ("FAILED", "E", "c")
    assert events(execution)[2:-1] == failed


def test_keys_count_the_invocations_of_the_state(use: Use) -> None:
    retry = [{"ErrorEquals": ["E"], "MaxAttempts": 5}]
    loop = machine(
        A={**INVOKE, "Retry": retry, "ResultPath": "$.a", "Next": "Again"},
        Again={"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "more", "Next": "A"}], "Default": "B"},
        B={"Type": "Pass"},
    )
    machine_ = use(loop, A={"0-1": throw(), "2": {"Return": "more"}, "3": throw(), "4": {"Return": "done"}})

    for _ in range(2):  # each execution begins anew
        execution = machine_.run()
        assert execution.path == ["A", "Again", "A", "Again", "B"]
        assert [visit.retries for visit in execution.state("A").visits] == [2, 1]


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_items_of_a_map_count_on_and_child_executions_do_too(use: Use, mode: str) -> None:
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    definition = machine(
        Items={"Type": "Pass", "Result": [0, 0, 0], "Next": "Each"},
        Each={
            "Type": "Map",
            "MaxConcurrency": 1,
            "ItemProcessor": {"ProcessorConfig": config, **machine(A=INVOKE)},
            "Next": "B",
        },
        B={"Type": "Choice", "Choices": [{"Variable": "$[0]", "NumericEquals": 0, "Next": "Each"}], "Default": "C"},
        C={"Type": "Pass"},
    )

    assert use(definition, A={str(number): {"Return": number} for number in range(6)}).run().output == [3, 4, 5]


@pytest.mark.parametrize(
    ("response", "number", "cause"),
    [
        ({"0": {"Return": 1}}, 1, "invocation 1 and those after it"),
        ({"1": {"Return": 1}}, 0, "invocation 0"),
        ({"0": {"Return": 1}, "3": {"Return": 1}}, 1, "invocation 1 to 2"),
    ],
)
def test_an_invocation_without_an_outcome_ends_the_execution(use: Use, response: Any, number: int, cause: str) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    definition = machine(A={**INVOKE, "Catch": catch, "Next": "A"}, B={"Type": "Pass"})
    execution = use(definition, A=response).run()

    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == f"The mocked response 'A' has no outcome for {cause}"
    assert len(execution.path) == number + 1
    assert "MockConfigFile.json:12:3: 'A' ends before, and state 'A' was invoked again" in execution.timeline()


# -- which executions, which states --------------------------------------------------------------------------------------


def test_other_states_are_answered_as_without_it(account: SfnMock, use: Use) -> None:
    machine_ = use(machine(A={**INVOKE, "Next": "B"}, B=task("f", Next="C"), C=QUEUE), A={"0": {"Return": 1}})
    other = account.lambda_function("f").returns("real")
    account.state("A").returns("never")

    with pytest.raises(MockError) as caught:
        machine_.run()

    assert other.call_count == 1
    assert "or name the state in test case 'Case': " in str(caught.value)
    assert "MockConfigFile.json:5:5" in str(caught.value)


def test_an_arn_names_the_test_case(account: SfnMock, use: Use) -> None:
    machine_ = use(machine(A=INVOKE), test_case=None, A={"0": {"Return": "mocked"}})
    account.state("A", validate="none").returns("real")

    def run(suffix: str) -> Any:
        started = account.api.call("StartExecution", {"stateMachineArn": f"{machine_.arn}{suffix}"})
        assert "#" not in started["executionArn"]
        described = account.api.call("DescribeExecution", {"executionArn": started["executionArn"]})
        assert described["stateMachineArn"] == machine_.arn
        return described["output"]

    assert (run("#Case"), run(""), run("#")) == ('"mocked"', '"real"', '"real"')
    account.use_mock_config(test_case="Case")
    assert (run("#Case"), run(""), run("#")) == ('"mocked"', '"mocked"', '"real"')


def test_start_sync_execution_takes_no_test_case(account: SfnMock, use: Use) -> None:
    use(machine(A=INVOKE), A={"0": {"Return": "mocked"}})
    machine_ = account.load(machine(A=INVOKE), name="order", type="EXPRESS")

    with pytest.raises(ApiError, match="StartSyncExecution does not take a test case") as refused:
        account.api.call("StartSyncExecution", {"stateMachineArn": f"{machine_.arn}#Case"})
    assert refused.value.code == "UnsupportedOperation"
    assert account.api.call("StartSyncExecution", {"stateMachineArn": machine_.arn})["output"] == '"mocked"'


def test_without_a_configuration_such_an_arn_is_that_of_no_machine(account: SfnMock) -> None:
    machine_ = account.load(machine(A=INVOKE), name="order")

    with pytest.raises(ApiError) as refused:
        account.api.call("StartExecution", {"stateMachineArn": f"{machine_.arn}#Case"})
    assert refused.value.message == f"State Machine Does Not Exist: '{machine_.arn}#Case'"
    assert refused.value.code == "StateMachineDoesNotExist"


def test_a_task_starts_another_machine_under_a_test_case(account: SfnMock, use: Use) -> None:
    child = use(machine(A=INVOKE), test_case=None, A={"0": {"Return": "mocked"}})
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": f"{child.arn}#Case"},
        "OutputPath": "$.Output",
    }

    assert account.load(machine(A=start), name="parent").run().output == "mocked"


def test_the_case_of_the_account_is_that_of_each_machine_that_has_it(account: SfnMock, use: Use) -> None:
    use(machine(A=INVOKE), A={"0": {"Return": "mocked"}})
    account.state("A", validate="none").returns("real")

    assert account.load(machine(A=INVOKE), name="other").run().output == "real"
    assert account.load(machine(A=INVOKE), name="order").run().output == "mocked"


def test_a_machine_of_a_template_has_its_logical_id_as_well(account: SfnMock, use: Use, tmp_path: Path) -> None:
    use(machine(A=INVOKE), A={"0": {"Return": "mocked"}})
    resource = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"StateMachineName": "Named", "Definition": machine(A=INVOKE), "RoleArn": "arn:aws:iam::1:role/r"},
    }
    (tmp_path / "template.json").write_text(json.dumps({"Resources": {"order": resource}}), encoding="utf-8")

    machine_ = account.load(tmp_path / "template.json")

    assert (machine_.name, machine_.run().output) == ("Named", "mocked")


@pytest.mark.parametrize(
    ("suffix", "message"),
    [("#case", r"state machine 'order' has no test case 'case'(?s:.*)did you mean 'Case'\?"), ("#x#y", "no test case 'x#y'")],
)
def test_a_test_case_that_is_not_there_is_an_error_of_the_test(account: SfnMock, use: Use, suffix: str, message: str) -> None:
    machine_ = use(machine(A=INVOKE), test_case=None, A={"0": {"Return": 1}})

    with pytest.raises(MockError, match=message):
        account.api.call("StartExecution", {"stateMachineArn": f"{machine_.arn}{suffix}"})
    assert account_of(account).world.broken is not None
    assert account.executions == []


def test_a_test_case_that_no_machine_has(use: Use) -> None:
    with pytest.raises(MockError, match=r"no state machine has a test case 'case'(?s:.*)did you mean 'Case'\?"):
        use(machine(A=INVOKE), test_case="case", A={"0": {"Return": 1}})


def test_a_state_that_the_machine_does_not_have_is_refused_at_its_place(account: SfnMock, use: Use) -> None:
    machine_ = use(machine(Charge=INVOKE), charge={"0": {"Return": 1}})

    with pytest.raises(MockError, match=r"MockConfigFile.json:6:6: .* no state 'charge'(?s:.*)did you mean 'Charge'\?"):
        machine_.run()
    assert account.executions == []


def test_a_state_that_calls_nothing_is_warned_of_once(use: Use) -> None:
    machine_ = use(machine(A={**INVOKE, "Next": "P"}, P={"Type": "Pass"}), A={"0": {"Return": 1}}, P={"0": {"Return": 2}})

    with pytest.warns(MockWarning, match=r"MockConfigFile.json:7:6: 'P' is a Pass state"):
        assert machine_.run().output == 1
    assert machine_.run().output == 1


def test_the_file_is_read_anew_for_each_execution(account: SfnMock, use: Use, tmp_path: Path) -> None:
    machine_ = use(machine(A=INVOKE), A={"0": {"Return": 1}})
    file = tmp_path / "MockConfigFile.json"
    started = machine_.start()
    text = file.read_text(encoding="utf-8").replace('"Return": 1', '"Return": 12')
    file.write_text(text, encoding="utf-8")

    assert (started.run().output, machine_.run().output) == (1, 12)


# -- what else knows it ---------------------------------------------------------------------------------------------------


def test_reports_name_the_place_of_each_answer(use: Use) -> None:
    retry = [{"ErrorEquals": ["E"]}]
    shown = use(machine(A={**INVOKE, "Retry": retry}), A={"0": throw(), "1": {"Return": 1}}).run().timeline(width=999)

    assert [line[-24:] for line in shown.splitlines() if "answered by " in line] == [
        "MockConfigFile.json:13:4",
        "MockConfigFile.json:19:4",
    ]


def test_faults_come_before_its_answers(use: Use) -> None:
    machine_ = use(machine(A={**INVOKE, "Retry": [{"ErrorEquals": ["E"]}]}), A={"0": {"Return": 1}})

    for case in machine_.faults(errors=["E"]):
        assert case.run().status == ("SUCCEEDED" if case.fault.times == 1 else "FAILED")


def test_a_state_that_was_never_reached_is_an_unused_mock(account: SfnMock, use: Use) -> None:
    account.strict = True
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "A"}], "Default": "B"}
    machine_ = use(machine(C=choice, A=INVOKE, B=INVOKE), A={"0": {"Return": 1}}, B={"0": {"Return": 1}})
    machine_.run()

    with pytest.raises(MockError, match=r"mock state:A of test case 'Case' was never called \(.*MockConfigFile.json:13:3\)"):
        account.close()
    machine_.run({"a": 1})
    account.close()


def test_a_case_that_no_loaded_machine_has(account: SfnMock, use: Use) -> None:
    use(machine(A=INVOKE), A={"0": {"Return": 1}})
    account_of(account).machines.clear()
    account.close()  # nothing is loaded
    other = account.load(machine(A=INVOKE), name="orders")

    with pytest.raises(MockError, match=r"or load the machine by its name in .*, which has no 'orders'; did you mean 'order'"):
        other.run()
    account_of(account).recover()
    with pytest.raises(MockError, match=r"no execution ran under test case 'Case'(?s:.*)sfn_mock.load\(..., name='order'\)"):
        account.close()


def test_a_rewound_account_begins_its_scripts_anew(account: SfnMock, use: Use) -> None:
    machine_ = use(machine(A=INVOKE), A={"0": {"Return": 1}})
    machine_.run()
    account_of(account).rewind()

    assert machine_.run().output == 1
    assert [mock.call_count for mock in account_of(account).registry] == [1]


def test_what_a_server_forgets(account: SfnMock, use: Use) -> None:
    machine_ = use(machine(A=INVOKE), A={"0": {"Return": 1}})
    for _ in range(40):
        assert machine_.run().output == 1
    inside = account_of(account)
    inside.forget(10)
    configs = inside.registry.mock_configs
    assert configs is not None
    (mock,) = configs

    assert len(configs._running) == len(mock._script._cursors or ()) == len(account.executions) == 10  # type: ignore[union-attr]
    assert machine_.run().output == 1
    inside.forget(0)
    assert machine_.run().output == 1


def test_without_a_configuration_an_account_knows_nothing_of_it(account: SfnMock) -> None:
    machine_ = account.load(machine(A=task("f")))
    account.lambda_function("f").returns(1)

    assert machine_.run().output == 1
    assert account_of(account).registry.mock_configs is None
    assert arn("f") in str(machine_.state_machine.definition)
