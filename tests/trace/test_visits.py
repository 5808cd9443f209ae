"""What visits and lines read from the trace say of Maps whose items run elsewhere, and of failures without a name."""

from __future__ import annotations

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:price"


def distributed(**fields):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Price",
        "States": {"Price": {"Type": "Task", "Resource": FUNCTION, "End": True}},
    }
    each = {"Type": "Map", "ItemProcessor": processor, "Next": "Done", **fields}
    return {"StartAt": "Each", "States": {"Each": each, "Done": {"Type": "Pass", "End": True}}}


def test_iterations_of_a_distributed_map_are_its_child_executions(sfn_mock):
    price = sfn_mock.lambda_function("price")
    price.returns(7)
    price.when(item=1).raises("Boom")

    execution = sfn_mock.load(distributed(ToleratedFailurePercentage=50)).run(["a", "b", "c"])

    lines = execution.state("Each").iterations
    assert [(line.index, line.path, line.output, line.failed, line.error) for line in lines] == [
        (0, ["Price"], 7, False, None),
        (1, ["Price"], None, True, "Boom"),
        (2, ["Price"], 7, False, None),
    ]
    assert execution.output == [7, 7]
    assert "3 items, 1 failed" in execution.timeline()


def test_a_branch_that_fails_without_an_error_name_has_failed(sfn_mock):
    branches = [{"StartAt": "Stop", "States": {"Stop": {"Type": "Fail"}}}]
    machine = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}

    branch = sfn_mock.load(machine).run().state("Both").branches[0]

    assert (branch.failed, branch.succeeded, branch.error, branch.output) == (True, False, None, None)
