"""Parallel and inline Map: the order of events, room for the next item, what a failure does to the others."""

from __future__ import annotations

from pytest_sfn import Execution, SfnMock
from pytest_sfn.engine.bodies import INLINE_CONCURRENCY
from tests.helpers import events, machine, run, task
from tests.well_formed import problems


def test_children_interleave_in_order() -> None:
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())}), [1, 2], f=lambda event: event)
    assert [event.removeprefix("LambdaFunction") for event in events(execution)[3:11]] == [
        "MapIterationStarted", "MapIterationStarted", "TaskStateEntered", "Scheduled", "Started", "TaskStateEntered",
        "Scheduled", "Started",
    ]  # fmt: skip


def test_forty_iterations_at_once_unless_fewer_are_wanted() -> None:
    nap = machine(B={"Type": "Wait", "Seconds": 1})
    for limit, seconds in ((None, 2), (0, 2), (10, 6), (1000, 2)):
        field = {} if limit is None else {"MaxConcurrency": limit}
        execution = run(machine(A={"Type": "Map", **field, "ItemProcessor": nap}), [0] * (INLINE_CONCURRENCY + 20))
        assert execution.elapsed.total_seconds() == seconds


def test_results_are_in_the_order_of_the_items() -> None:
    account = SfnMock()
    function = account.lambda_function("f")
    for index, seconds in enumerate((3, 1, 2)):
        function.when(item=index).returns(index).takes(seconds)
    execution = account.load(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())})).run([0, 0, 0])
    assert execution.output == [0, 1, 2]
    assert execution.elapsed.total_seconds() == 3


def test_failure_of_one_item_ends_the_others_and_has_its_own_name() -> None:
    account = SfnMock()
    function = account.lambda_function("f")
    function.returns(1).takes(60)
    function.when(item=1).raises("Bad", raw_cause="c").takes(5)
    execution = account.load(machine(A={"Type": "Map", "ItemProcessor": machine(B=task())})).run([0, 0, 0])
    assert (execution.error, execution.cause, execution.elapsed.total_seconds()) == ("Bad", "c", 5)
    assert events(execution)[-7:] == [
        "MapIterationFailed",
        "TaskStateAborted",
        "MapIterationAborted",
        "TaskStateAborted",
        "MapIterationAborted",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_nothing_to_do() -> None:
    execution = run(machine(A={"Type": "Map", "ItemProcessor": machine(B={"Type": "Pass"})}), [])
    assert execution.output == []
    assert events(execution)[2:5] == ["MapStateStarted", "MapStateSucceeded", "MapStateExited"]


def test_tolerated_failures_leave_null() -> None:
    account = SfnMock()
    account.lambda_function("f").returns(1)
    account.lambda_function("f").when(item=1).raises("Bad")
    tolerant = {"Type": "Map", "ToleratedFailurePercentage": 50, "ItemProcessor": machine(B=task())}
    assert account.load(machine(A=tolerant)).run([0, 0]).output == [1, None]


def links(execution: Execution) -> list[tuple[str, int]]:
    """Type and predecessor of each event."""
    return [(event["type"], event["previousEventId"]) for event in execution.history]


NO_ITEMS = {"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $no %}", "ItemProcessor": machine(I={"Type": "Pass"})}


def test_a_body_that_has_failed_is_not_aborted_as_well() -> None:
    """The Fail state and the Map fail in one instant; the Map has its MapStateFailed already."""
    execution = run(machine(P={"Type": "Parallel", "Branches": [machine(F={"Type": "Fail"}), machine(M=NO_ITEMS)]}))
    assert links(execution)[3:] == [
        ("FailStateEntered", 3),
        ("MapStateEntered", 3),
        ("EvaluationFailed", 5),
        ("MapStateFailed", 6),
        ("ParallelStateFailed", 4),
        ("ExecutionFailed", 8),
    ]


def test_what_a_failed_body_has_aborted_is_aborted_once() -> None:
    """The inner Parallel fails and ends G; before it says so the outer one fails, in the same instant."""
    inner = {"Type": "Parallel", "Branches": [machine(F={"Type": "Fail"}), machine(G=task("g"))]}
    execution = run(
        machine(P={"Type": "Parallel", "Branches": [machine(Q=inner), machine(T=task())]}), f=lambda _: 1 / 0, g=lambda _: 1
    )
    assert problems(execution.history) == []
    assert links(execution)[12:] == [
        ("LambdaFunctionFailed", 8),
        ("TaskStateAborted", 12),  # G
        ("TaskStateAborted", 13),  # T
        ("ParallelStateAborted", 9),
        ("ParallelStateFailed", 13),
        ("ExecutionFailed", 17),
    ]


def test_an_error_of_the_result_follows_the_success() -> None:
    """As measured on AWS (aws-facts §12)."""
    done = [("MapStateStarted", 2), ("MapStateSucceeded", 3), ("ExecutionFailed", 4)]
    processor = {"ItemProcessor": machine(I={"Type": "Pass"}), "ResultSelector": {"x.$": "$.no"}}
    assert links(run(machine(M={"Type": "Map", **processor}), []))[2:] == done
    parallel = {"Type": "Parallel", "Branches": [machine(B={"Type": "Pass"})], "ResultSelector": {"x.$": "$.no"}}
    assert links(run(machine(P=parallel)))[-3:] == [
        ("PassStateExited", 4),
        ("ParallelStateSucceeded", 5),
        ("ExecutionFailed", 6),
    ]


def test_a_timeout_of_the_execution_points_at_nothing() -> None:
    """As measured on AWS (aws-facts §0)."""
    assert links(run({**machine(W={"Type": "Wait", "Seconds": 5}), "TimeoutSeconds": 1}))[-1] == ("ExecutionTimedOut", 0)


READER = {"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}}


def test_fields_of_distributed_maps_fail_an_inline_one_when_it_runs() -> None:
    for fields in (READER, {"ItemBatcher": {"MaxItemsPerBatch": 2}}, {"ResultWriter": {}}):
        execution = run(machine(A={"Type": "Map", **fields, "ItemProcessor": machine(B={"Type": "Pass"})}), [1])
        assert events(execution)[1:] == ["MapStateEntered", "ExecutionFailed"]
        assert execution.cause is not None
        assert execution.cause.endswith(  # measured
            "The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps"
        )


def test_what_follows_a_failed_branch_points_at_the_event_that_failed() -> None:
    """Recorded: TaskStateAborted stands between them, and nothing follows it."""
    parallel = {"Type": "Parallel", "Branches": [machine(B=task())], "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}]}
    account = SfnMock()
    account.lambda_function("f").raises("E")
    assert links(account.load(machine(A=parallel)).run())[3:] == [
        ("TaskStateEntered", 3), ("LambdaFunctionScheduled", 4), ("LambdaFunctionStarted", 5), ("LambdaFunctionFailed", 6),
        ("TaskStateAborted", 7), ("ParallelStateStarted", 7), ("TaskStateEntered", 9), ("LambdaFunctionScheduled", 10),
        ("LambdaFunctionStarted", 11), ("LambdaFunctionFailed", 12), ("TaskStateAborted", 13), ("ParallelStateFailed", 13),
        ("ExecutionFailed", 15),
    ]  # fmt: skip


def test_a_catcher_whose_own_output_fails() -> None:
    """Measured on a Parallel state."""
    catch = [{"ErrorEquals": ["States.ALL"], "Output": "{% $error('x') %}", "Next": "B"}]
    fail = machine(F={"Type": "Fail", "Error": "E"})
    states = machine(
        A={"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [fail], "Catch": catch, "Next": "B"}, B={"Type": "Pass"}
    )
    assert links(run(states))[3:] == [
        ("FailStateEntered", 3), ("ParallelStateFailed", 4), ("EvaluationFailed", 4), ("ParallelStateFailed", 6),
        ("ExecutionFailed", 7),
    ]  # fmt: skip


def test_small_items_of_a_large_array_do_not_count_as_large_values() -> None:
    # They did, each with the size of the whole array, and the history was searched again and again for what it keeps.
    label = {"Type": "Pass", "Parameters": {"n.$": "$.n", "text.$": "States.Format('{} {}', $.n, $.n)"}}
    for selector in (None, {"n.$": "$$.Map.Item.Value.n"}, {"n.$": "$.items[0].n", "all.$": "$.count"}):
        each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(Label=label), "ResultPath": None}
        with SfnMock(quotas=None) as account:
            definition = machine(Each=each if selector is None else {**each, "ItemSelector": selector})
            execution = account.load(definition).run({"items": [{"n": n} for n in range(10_000)], "count": 1})
        assert execution.succeeded
        assert execution._run.kept == 0
