"""Scenarios that end well, tried first."""

from datetime import timedelta

from pytest_sfn import load
from pytest_sfn.coverage.volatile import ANY
from pytest_sfn.scenarios.scenario import scenario_of
from tests.helpers import machine, task

END = {"Type": "Succeed"}
FAIL = {"Type": "Fail", "Error": "Refused"}


def test_mocks_input_and_path():
    rule = {"Variable": "$.paid", "BooleanEquals": True, "Next": "Ship"}
    ask = {"Type": "Choice", "Choices": [rule], "Default": "Failed"}
    pay = {**task("pay", Next="Ask"), "Parameters": {"id.$": "$.orderId"}}
    found = scenario_of(load(machine(Pay=pay, Ask=ask, Ship=task("ship"), Failed=FAIL)))

    assert found.input == {"orderId": "order-1"}
    assert list(map(str, found.mocks)) == [
        'sfn_mock.lambda_function("pay").returns({"paid": True})',
        'sfn_mock.lambda_function("ship").returns({})',
    ]
    assert found.path == ("Pay", "Ask", "Ship")
    assert (found.succeeds, found.problem) == (True, "")


def test_a_job_that_is_polled_answers_with_a_status_of_its_service():
    get = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:getJobRun", "Next": "Ask"}
    get |= {"Parameters": {"JobName": "j", "RunId": "r"}}
    ask = {"Type": "Choice", "Default": "Wait", "Choices": []}
    for status, target in (("SUCCEEDED", "End"), ("FAILED", "Failed")):
        ask["Choices"].append({"Variable": "$.JobRun.JobRunState", "StringEquals": status, "Next": target})
    wait = {"Type": "Wait", "Seconds": 30, "Next": "Get"}
    found = scenario_of(load(machine(Get=get, Ask=ask, Wait=wait, End=END, Failed=FAIL)))

    assert list(map(str, found.mocks)) == ['sfn_mock.state("Get").returns({"JobRun": {"JobRunState": "SUCCEEDED"}})']
    assert found.path == ("Get", "Ask", "End")


def test_only_the_mocks_that_are_called():
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "One"}], "Default": "Two"}
    found = scenario_of(load(machine(Ask=ask, One=task("one"), Two=task("two"))))

    assert list(map(str, found.mocks)) == ['sfn_mock.lambda_function("one").returns({})']


def test_a_machine_that_only_fails():
    found = scenario_of(load(machine(Work=task("f", Next="Failed"), Failed=FAIL)))

    assert (found.succeeds, found.error, found.path, found.problem) == (False, "Refused", ("Work", "Failed"), "")


def test_what_cannot_be_made_up_is_a_problem():
    read = {"Type": "Pass", "Parameters": {"a.$": "$$.Nothing.here"}, "End": True}
    found = scenario_of(load(machine(Read=read)))

    assert found.problem.startswith("Read: States.Runtime: ")
    assert found.path == ()


def test_a_map_that_reads_a_bucket():
    processor = {**machine(Item={**task("f"), "Parameters": {"id.$": "$.id"}})}
    processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}}
    reader["Parameters"] = {"Bucket": "b", "Key": "k"}
    found = scenario_of(load(machine(Each={"Type": "Map", "ItemReader": reader, "ItemProcessor": processor})))

    assert str(found.mocks[-1]) == """sfn_mock.resource("s3:getObject").returns({"Body": '[{"id": "id-1"}]'})"""
    assert not found.problem


def test_what_differs_from_run_to_run_is_any():
    read = {"Type": "Pass", "Parameters": {"id.$": "$$.Execution.Id", "n.$": "$.n"}, "Next": "Ask"}
    ask = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "ResultPath": "$.answer"}
    ask["Parameters"] = {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "n.$": "$.n"}}
    found = scenario_of(load(machine(Read=read, Ask=ask)))

    assert found.shown.output == {"id": ANY, "n": "n", "answer": {}}
    assert [(str(chain), asked) for chain, asked in found.shown.calls] == [
        ('sfn_mock.lambda_function("ask")', [{"token": ANY, "n": "n"}])
    ]


def test_time_that_passes_and_paths_inside():
    inner = machine(Pause={"Type": "Wait", "Seconds": 90, "Next": "Last"}, Last={"Type": "Pass", "Result": 1})
    both = {"Type": "Parallel", "Branches": [inner, machine(Other={"Type": "Pass"})], "Next": "Each"}
    each = {"Type": "Map", "ItemProcessor": machine(One={"Type": "Pass", "Next": "Two"}, Two={"Type": "Pass", "Result": 2})}
    shown = scenario_of(load(machine(Both=both, Each=each))).shown

    assert shown.elapsed == timedelta(seconds=90)
    assert shown.inside == (
        ("Both", "[branch.path for branch in {}.branches]", [["Pause", "Last"], ["Other"]]),
        ("Each", "{}.iterations[0].path", ["One", "Two"]),
    )
    assert shown.output == [2, 2]


def test_a_call_that_no_data_changes_is_not_shown():
    send = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish"}
    send["Parameters"] = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "done"}

    assert scenario_of(load(machine(Send=send))).shown.calls == ()


def test_an_input_path_into_the_context_object_asks_nothing_of_the_input():
    track = {"Type": "Pass", "InputPath": "$$.Execution", "Parameters": {"id.$": "$.Id"}, "ResultPath": "$.run"}

    assert scenario_of(load(machine(Track=track))).input == {}
