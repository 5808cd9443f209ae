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


def test_a_redriven_branch_has_not_failed_any_more(sfn_mock):
    sfn_mock.lambda_function("price").raises("Boom", times=1).returns(7).takes(5)
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Task", "Resource": FUNCTION, "End": True}}} for name in ("One", "Two")
    ]
    machine = {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}}
    execution = sfn_mock.load(machine).run()
    assert [(line.failed, line.error) for line in execution.state("Both").branches] == [(True, "Boom"), (False, None)]

    execution.redrive()

    both = execution.state("Both").visits[0]
    assert [(line.failed, line.succeeded, line.output) for line in both.branches] == [(False, True, 7)] * 2
    assert [(attempt.number, attempt.error) for attempt in both.attempts] == [(1, "Boom"), (2, None)]
    two = execution.state("Two").visits[0]
    assert [(attempt.error, attempt.ended is None) for attempt in two.attempts] == [(None, False)] * 2


def test_what_a_redriven_visit_computed(sfn_mock):
    """The Context Object of its last attempt has the redrive."""
    task = {"Type": "Task", "Resource": FUNCTION, "Parameters": {"n.$": "$$.Execution.RedriveCount"}, "End": True}
    sfn_mock.lambda_function("price").raises("Boom", times=1).calls(lambda event: event)
    branches = [{"StartAt": "One", "States": {"One": task}}]
    parameters = {"n.$": "$$.Execution.RedriveCount"}
    both = {"Type": "Parallel", "Parameters": parameters, "Branches": branches, "ResultSelector": parameters, "End": True}

    execution = sfn_mock.load({"StartAt": "Both", "States": {"Both": both}}).run().redrive()

    assert execution.output == {"n": 1}
    assert execution.state("One").visits[0].after_parameters == {"n": 1}
    assert execution.state("Both").visits[0].after_result_selector == {"n": 1}


def test_a_catcher_that_fails_is_no_attempt_of_its_task(sfn_mock):
    sfn_mock.lambda_function("price").raises("Boom")
    catcher = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Done"}
    price = {"Type": "Task", "Resource": FUNCTION, "Catch": [catcher], "End": True}
    machine = {"StartAt": "Price", "States": {"Price": price, "Done": {"Type": "Pass", "End": True}}}

    visit = sfn_mock.load(machine).run("text").state("Price")

    assert [attempt.error for attempt in visit.attempts] == ["Boom"]
    assert visit.error == "States.ReferencePathConflict"
