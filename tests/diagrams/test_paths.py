import pytest

from pytest_sfn import MockError, SfnMock
from pytest_sfn.diagrams.paths import path_status
from tests.diagrams.machines import ORDER, TASK

INPUT = {"paid": True, "parcels": [1]}


def taken(execution, pointers):
    status = path_status(execution._run, execution._told())
    return [status(f"/States/{pointer}") for pointer in pointers]


def test_the_way_that_an_execution_went(sfn_mock):
    sfn_mock.lambda_function("charge").raises("Busy", times=1).returns(INPUT)
    execution = sfn_mock.load(ORDER).run()
    way = ["Charge", "Charge/Retry/0", "Charge/Retry/0/ErrorEquals/0", "Charge/Next", "Paid?/Choices/0/Next", "Ship"]
    way.append("Ship/Branches/1/States/Parcels/ItemProcessor/States/Weigh")
    assert taken(execution, way) == ["covered"] * 7
    assert taken(execution, ["Charge/Retry/0/ErrorEquals/1", "Charge/Catch/0/Next", "Paid?/Default", "Broken"]) == [None] * 4
    assert "class s0,s1,s3,s5 covered" in execution.to_mermaid()
    assert "class s4,s2 covered_group" in execution.to_mermaid()


def test_where_it_failed(sfn_mock):
    sfn_mock.lambda_function("charge").raises("Burst")
    execution = sfn_mock.load(ORDER).run()
    assert taken(execution, ["Charge", "Charge/Catch/1/Next", "Broken"]) == ["covered", "covered", "failed"]
    pytest.importorskip("fast_sugiyama")
    assert 'aria-label="StateMachine: FAILED"' in execution.to_svg()


def test_where_a_test_error_stopped_it():
    account = SfnMock()
    with pytest.raises(MockError):
        account.load(ORDER).run()
    assert taken(account.executions[-1], ["Charge", "Charge/Next", "Ship"]) == ["failed", None, None]


def test_where_the_machine_timed_out(sfn_mock):
    sfn_mock.lambda_function("charge").returns(INPUT).takes(9)
    execution = sfn_mock.load({**ORDER, "TimeoutSeconds": 5}).run()
    assert execution.status == "TIMED_OUT"
    assert taken(execution, ["Charge", "Charge/Next"]) == ["failed", None]


def test_items_of_a_distributed_map(sfn_mock):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Do"}
    processor["States"] = {"Do": {"Type": "Task", "Resource": TASK, "End": True}}
    machine = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": processor, "End": True}}}
    sfn_mock.lambda_function("charge").returns(1)
    assert taken(sfn_mock.load(machine).run([1, 2]), ["M", "M/ItemProcessor/States/Do"]) == ["covered", "covered"]
