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


# Variables, and the state that follows


def machine(**states):
    return {"StartAt": next(iter(states)), "States": states}


def test_variables_of_visits_and_of_the_execution(sfn_mock):
    execution = sfn_mock.load(
        machine(
            One={"Type": "Pass", "Assign": {"n": 1, "list": ["a"]}, "Next": "Two"},
            Two={"Type": "Pass", "Assign": {"n.$": "States.MathAdd($n, 1)"}, "Next": "Three"},
            Three={"Type": "Succeed"},
        )
    ).run(variables={"given": {"x": 0}})

    assert [(visit.variables, visit.assigned) for name in execution.path for visit in execution.state(name).visits] == [
        ({"given": {"x": 0}}, {"n": 1, "list": ["a"]}),
        ({"given": {"x": 0}, "n": 1, "list": ["a"]}, {"n": 2}),
        ({"given": {"x": 0}, "n": 2, "list": ["a"]}, {}),
    ]
    assert execution.variables == {"given": {"x": 0}, "n": 2, "list": ["a"]}
    assert execution.state("Two").variables["n"] == 1
    assert execution.state("Two").assigned == {"n": 2}


def test_variables_are_copies(sfn_mock):
    execution = sfn_mock.load(
        machine(One={"Type": "Pass", "Assign": {"list": ["a"]}, "Next": "Two"}, Two={"Type": "Succeed"})
    ).run()

    for read in (
        lambda: execution.variables,
        lambda: execution.state("One").assigned,
        lambda: execution.state("Two").variables,
    ):
        read()["list"].append("b")
        assert read() == {"list": ["a"]}


def test_variables_of_branches_and_iterations_are_their_own(sfn_mock):
    each = machine(
        Item={"Type": "Pass", "Assign": {"i.$": "$$.Map.Item.Index"}, "Next": "Last"}, Last={"Type": "Pass", "End": True}
    )
    left = machine(Left={"Type": "Pass", "Assign": {"left": True}, "End": True})
    right = machine(Right={"Type": "Map", "ItemProcessor": each, "Assign": {"count.$": "States.ArrayLength($)"}, "End": True})
    execution = sfn_mock.load(
        machine(
            First={"Type": "Pass", "Assign": {"outer": 1}, "Next": "Both"},
            Both={"Type": "Parallel", "Branches": [left, right], "Assign": {"done": True}, "Next": "End"},
            End={"Type": "Pass", "End": True},
        )
    ).run(["a", "b"])

    assert [visit.variables for visit in execution.state("Last").visits] == [{"outer": 1, "i": 0}, {"outer": 1, "i": 1}]
    assert [line.variables for line in execution.state("Right").iterations] == [{"outer": 1, "i": 0}, {"outer": 1, "i": 1}]
    assert [line.variables for line in execution.state("Both").branches] == [
        {"outer": 1, "left": True},
        {"outer": 1, "count": 2},
    ]
    assert execution.state("Right").assigned == {"count": 2}
    assert execution.state("End").variables == execution.variables == {"outer": 1, "done": True}


def test_an_iteration_without_a_state_has_the_variables_of_its_map(sfn_mock):
    each = machine(Item={"Type": "Pass", "End": True})
    definition = machine(
        First={"Type": "Pass", "Assign": {"outer": 1}, "Next": "Each"},
        Each={
            "Type": "Map",
            "QueryLanguage": "JSONata",
            "Items": [1],
            "ItemSelector": "{% $states.input.nothing %}",
            "ItemProcessor": each,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done", "Assign": {"outer": 2}}],
            "Next": "Done",
        },
        Done={"Type": "Succeed"},
    )

    execution = sfn_mock.load(definition).run()

    assert execution.succeeded
    assert [(line.path, line.variables) for line in execution.state("Each").iterations] == [([], {"outer": 1})]
    assert execution.variables == {"outer": 2}


def test_children_of_a_distributed_map_see_no_variables_from_outside(sfn_mock):
    price = sfn_mock.lambda_function("price")
    price.returns(7)
    each = distributed()
    each["States"]["Each"]["Assign"] = {"prices.$": "$"}
    processor = each["States"]["Each"]["ItemProcessor"]
    processor["States"]["Price"]["Assign"] = {"price.$": "$"}

    execution = sfn_mock.load(each).run(["a", "b"], variables={"outer": 1})

    assert [line.variables for line in execution.state("Each").iterations] == [{"price": 7}] * 2
    assert [line.visits[0].variables for line in execution.state("Each").iterations] == [{}] * 2
    assert execution.variables == {"outer": 1, "prices": [7, 7]}


def test_what_a_catcher_assigned(sfn_mock):
    sfn_mock.lambda_function("price").raises("Busy", times=1).raises("Boom", cause="no")
    task = {
        "Type": "Task",
        "Resource": FUNCTION,
        "Assign": {"own": True},
        "Retry": [{"ErrorEquals": ["Busy"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry", "Assign": {"error.$": "$.Error"}}],
        "Next": "Done",
    }

    execution = sfn_mock.load(machine(Price=task, Sorry={"Type": "Fail"}, Done={"Type": "Succeed"})).run(variables={"x": 1})

    visit = execution.state("Price").visits[0]
    assert (visit.retries, visit.variables, visit.assigned) == (1, {"x": 1}, {"error": "Boom"})
    assert (visit.next, execution.state("Sorry").next) == ("Sorry", None)
    assert execution.variables == {"x": 1, "error": "Boom"}


def test_a_state_that_fails_assigns_nothing(sfn_mock):
    execution = sfn_mock.load(
        machine(
            One={"Type": "Pass", "Assign": {"n": 1}, "Next": "Two"},
            Two={"Type": "Pass", "Assign": {"n": 2, "no.$": "$.nothing"}, "Next": "Three"},
            Three={"Type": "Succeed"},
        )
    ).run()

    assert execution.failed
    assert (execution.state("Two").variables, execution.state("Two").assigned) == ({"n": 1}, {})
    assert (execution.state("Two").next, execution.next) == (None, None)
    assert execution.variables == {"n": 1}


def test_variables_after_a_redrive(sfn_mock):
    sfn_mock.lambda_function("price").raises("Boom", times=1).returns(7)
    execution = sfn_mock.load(
        machine(
            One={"Type": "Pass", "Assign": {"n": 1}, "Next": "Price"},
            Price={"Type": "Task", "Resource": FUNCTION, "Assign": {"price.$": "$"}, "End": True},
        )
    ).run()
    assert (execution.variables, execution.state("Price").assigned) == ({"n": 1}, {})

    execution.redrive()

    assert (execution.variables, execution.state("Price").assigned) == ({"n": 1, "price": 7}, {"price": 7})
    assert execution.state("Price").variables == {"n": 1}


def test_variables_of_an_execution_that_runs(sfn_mock):
    execution = sfn_mock.load(
        machine(
            One={"Type": "Pass", "Assign": {"n": 1}, "Next": "Later"},
            Later={"Type": "Wait", "Seconds": 5, "Assign": {"n": 2}, "Next": "Done"},
            Done={"Type": "Pass", "Assign": {"n": 3}, "End": True},
        )
    ).start()

    later = execution.state("Later").visits[0]
    assert (execution.variables, later.variables, later.assigned, later.next) == ({"n": 1}, {"n": 1}, {}, None)
    assert execution.run().variables == {"n": 3}
    assert later.variables == {"n": 1}


def test_the_state_that_follows(sfn_mock):
    rules = [
        {"Variable": "$.n", "NumericEquals": 1, "Next": "One"},
        {"Variable": "$.n", "NumericEquals": 2, "Next": "Two"},
    ]
    loaded = sfn_mock.load(
        machine(
            Begin={"Type": "Pass", "Next": "Which"},
            Which={"Type": "Choice", "Choices": rules, "Default": "Other"},
            One={"Type": "Pass", "End": True},
            Two={"Type": "Succeed"},
            Other={"Type": "Fail"},
        )
    )

    found = {n: loaded.run({"n": n}) for n in (1, 2, 3)}

    assert [execution.state("Begin").next for execution in found.values()] == ["Which"] * 3
    assert [execution.state("Which").next for execution in found.values()] == ["One", "Two", "Other"]
    assert [execution.state("Which").choice for execution in found.values()] == [0, 1, None]
    assert [execution.next for execution in found.values()] == [None] * 3
    assert [execution.state(execution.path[-1]).next for execution in found.values()] == [None] * 3
    assert repr(found[2].state("Which").visits) == "[<visit of 'Which' at 0:00:00: ok, next 'Two'>]"


def test_what_has_started_a_child(sfn_mock):
    sfn_mock.load(machine(Only={"Type": "Succeed"}), name="Inner")
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Inner"},
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **machine(InMap={**start, "End": True}),
    }
    each = {"Type": "Map", "ItemProcessor": processor, "ItemsPath": "$.items", "End": True}
    parent = sfn_mock.load(machine(First={**start, "ResultPath": None, "Next": "Each"}, Each=each)).run({"items": [1]})

    visits = parent._told()
    in_map = parent.state("Each").iterations[0].visits[0]

    assert [visits.starter(run).name for run in (parent.children[0]._run, in_map._strand.run)] == ["First", "Each"]
    assert in_map._visits.starter(in_map._child_runs[0]) is in_map
    assert visits.starter(parent._run) is None
