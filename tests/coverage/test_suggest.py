"""Tests that a definition lacks: each runs as it is pasted, and takes the error paths that it is for."""

import importlib.util
import json
import subprocess
import sys
from hashlib import sha256

import pytest

from pytest_sfn import load
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.identity import identified
from pytest_sfn.coverage.metrics import ERROR_PATHS
from pytest_sfn.coverage.suggest import suggested_tests
from pytest_sfn.report.hints import NEVER_REPORTED
from tests.coverage.pasting import coverage_of, pasted, suggested
from tests.helpers import arn, machine, task
from tests.hostile.corpus import DEFINITIONS, EXAMPLES, FOLDER, machine_of

END = {"Type": "Succeed"}


def retry(*names, **fields):
    return [{"ErrorEquals": list(names), **fields}]


def catch(*names, to="End"):
    return {"ErrorEquals": list(names), "Next": to}


def check(found, loaded):
    """Run each suggested test; it takes all that it is for."""
    for test in found.tests:
        taken = pasted(test, loaded)
        assert {element.pointer for element in test.elements} <= taken, test.code


def codes(definition):
    """The code of each suggested test, run first."""
    loaded = load(definition)
    found = suggested(loaded)
    check(found, loaded)
    return [test.code for test in found.tests]


def service(action, **fields):
    return {**task(**fields), "Resource": f"arn:aws:states:::{action}"}


def test_a_function_by_its_name():
    retrying = retry("Sandbox.Timedout", MaxAttempts=2)
    assert codes(machine(Work=task(Retry=retrying, Catch=[catch("CardDeclined")], Next="End"), End=END)) == [
        """\
def test_work_retries_timedout(sfn_mock):
    sfn_mock.lambda_function("f").raises("Sandbox.Timedout").returns({})
    execution = sfn_mock.load(DEFINITION).run_state("Work")
    assert execution.state("Work").retries == 1
    assert execution.succeeded
""",
        """\
def test_work_catches_card_declined(sfn_mock):
    sfn_mock.lambda_function("f").raises("CardDeclined")
    execution = sfn_mock.load(DEFINITION).run_state("Work")
    assert execution.state("Work").caught
    assert execution.state("Work").next == "End"
""",
    ]


def test_errors_of_one_retrier_are_one_test():
    assert codes(machine(Work=task(Retry=retry("A", "B", "C")))) == [
        """\
@pytest.mark.parametrize("error", ["A", "B", "C"])
def test_work_retries_each_error(sfn_mock, error):
    sfn_mock.lambda_function("f").raises(error).returns({})
    execution = sfn_mock.load(DEFINITION).run_state("Work")
    assert execution.state("Work").retries == 1
    assert execution.succeeded
"""
    ]


def test_a_service_fails_with_its_error_and_answers_as_it_does():
    work = service(
        "aws-sdk:dynamodb:getItem",
        Parameters={"TableName": "t", "Key": {"id": {"S.$": "$.order.id"}}},
        ResultSelector={"name.$": "$.Item.name.S"},
        Retry=retry("States.ALL"),
    )
    assert codes(machine(Work=work)) == [
        """\
def test_work_retries_provisioned_throughput(sfn_mock):
    mock = sfn_mock.state("Work")
    mock.raises("DynamoDb.ProvisionedThroughputExceededException").returns(
        {"Item": {"name": {"S": "name"}}}
    )
    machine = sfn_mock.load(DEFINITION)
    execution = machine.run_state("Work", {"order": {"id": "order-1"}})
    assert execution.state("Work").retries == 1
    assert execution.succeeded
"""
    ]


def test_a_nested_execution_fails_with_task_failed():
    parameters = {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child"}
    work = service(
        "states:startExecution.sync:2", Parameters=parameters, Catch=[catch("States.ALL")], TimeoutSeconds=9, Next="End"
    )
    assert '    sfn_mock.state("Work").raises("States.TaskFailed")\n' in codes(machine(Work=work, End=END))[0]


def test_a_callback_and_an_activity():
    fields = {"Retry": retry("Rejected"), "Catch": [catch("Late", to="Paint")], "Next": "Paint"}
    send = {"FunctionName": "mail", "Payload": {"token.$": "$$.Task.Token"}}
    ask = service("lambda:invoke.waitForTaskToken", Parameters=send, **fields)
    paint = {**task(Retry=retry("Spilt")), "Resource": "arn:aws:states:us-east-1:123456789012:activity:paint"}
    lines = "".join(codes(machine(Ask=ask, Paint=paint))).splitlines()

    assert [line.strip() for line in lines if line.startswith("    sfn_mock")] == [
        'sfn_mock.lambda_function("mail").completes_with_error("Rejected").completes({})',
        'sfn_mock.lambda_function("mail").completes_with_error("Late")',
        'sfn_mock.activity("paint").raises("Spilt").returns({})',
    ]


def test_tasks_of_one_function_are_mocked_by_state():
    both = [
        code.splitlines()[1].strip() for code in codes(machine(A=task(Retry=retry("X"), Next="B"), B=task(Retry=retry("X"))))
    ]

    assert both == ['sfn_mock.state("A").raises("X").returns({})', 'sfn_mock.state("B").raises("X").returns({})']


def test_timeouts_and_heartbeats():
    work = task(
        TimeoutSeconds=60,
        HeartbeatSeconds=5,
        Retry=[*retry("States.Timeout", MaxAttempts=1)],
        Catch=[catch("States.HeartbeatTimeout"), catch("States.Timeout")],
        Next="End",
    )
    mocks = [code.splitlines()[1].strip() for code in codes(machine(Work=work, End=END))]

    assert mocks == [
        'sfn_mock.lambda_function("f").times_out().returns({})',
        'sfn_mock.lambda_function("f").times_out()',
        'sfn_mock.lambda_function("f").raises("States.Timeout")',
    ]


def mapped(inner, mode="INLINE", **fields):
    processor = {**machine(Item=inner), "ProcessorConfig": {"Mode": mode}}
    if mode == "DISTRIBUTED":
        processor["ProcessorConfig"]["ExecutionType"] = "STANDARD"
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "Next": "End", **fields}
    return machine(Each=each, End=END)


@pytest.mark.parametrize(
    "definition",
    [
        mapped(task(), Retry=retry("A"), Catch=[catch("States.ALL")]),
        mapped(task(Retry=retry("A")), Retry=retry("A"), Catch=[catch("A")]),
        mapped(task(), "DISTRIBUTED", Retry=retry("States.ALL"), Catch=[catch("States.ExceedToleratedFailureThreshold")]),
        mapped(task(), "DISTRIBUTED", ToleratedFailurePercentage=50, Catch=[catch("States.ALL")]),
        mapped({**task(Retry=retry("A")), "Parameters": {"n.$": "$$.Map.Item.Value.n"}}),
    ],
    ids=["inline", "a Task that retries", "distributed", "tolerant", "an item's own"],
)
def test_tasks_of_maps(definition):
    loaded = load(definition)
    found = suggested(loaded)

    assert found.rest == ()
    check(found, loaded)


def test_a_tolerant_map_that_no_failure_ends_has_no_test():
    loaded = load(mapped(task(), "DISTRIBUTED", ToleratedFailurePercentage=100, Catch=[catch("States.ALL")]))

    assert [element.state for element in suggested(loaded).rest] == ["Each"]
    assert suggested(loaded).tests == ()


def test_what_else_a_parallel_calls_is_mocked():
    fails = machine(One=task(Catch=[{"ErrorEquals": ["Kept"], "Next": "Kept"}]), Kept={"Type": "Pass"})
    other = machine(Two=service("sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody.$": "$.text"}))
    both = {"Type": "Parallel", "Branches": [fails, other], "Catch": [catch("Kept", "Lost")], "Next": "End"}
    loaded = load(machine(Both=both, End=END))
    found = suggested(loaded)
    check(found, loaded)

    assert [element.label for element in found.rest] == ["Both: Catch[0] Kept -> End"]
    code = next(test.code for test in found.tests if test.elements[0].state == "Both")
    assert '    sfn_mock.state("Two").returns({' in code
    assert 'run_state("Both", {"text": "text"})' in code


def test_a_state_that_fails_by_itself_needs_no_mock():
    branch = machine(Stop={"Type": "Fail", "Error": "Odd"})
    (code,) = codes(machine(Both={"Type": "Parallel", "Branches": [branch], "Catch": [catch("Odd")], "Next": "End"}, End=END))

    assert (
        code
        == """\
def test_both_catches_odd(sfn_mock):
    execution = sfn_mock.load(DEFINITION).run_state("Both")
    assert execution.state("Both").caught
    assert execution.state("Both").next == "End"
"""
    )


def test_variables_and_jsonata():
    work = {
        **task(Retry=retry("A")),
        "QueryLanguage": "JSONata",
        "Arguments": {"id": "{% $states.input.order.id %}", "rate": "{% $rate * 2 %}"},
    }
    (code,) = codes(machine(Work=work))

    assert 'run_state(\n        "Work", {"order": {"id": "order-1"}}, variables={"rate": 1}\n    )\n' in code


def test_an_error_that_the_service_never_reports_has_no_test():
    work = service("sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "m"}, Retry=retry("Wrong", "States.Runtime"))

    assert suggested(load(machine(Work=work))).tests == ()


def test_why_there_is_no_test():
    hidden = {**task(Retry=retry("A")), "Parameters": {"a.$": "States.StringToJson(States.Format('{} no JSON', $.a))"}}
    mock = 'sfn_mock.lambda_function("f").raises("A").returns({})'
    reasons = {
        NEVER_REPORTED["Lambda.Timeout"]: machine(Work=task(Retry=retry("Lambda.Timeout"))),
        "no error that a mock could raise gets here": mapped({"Type": "Pass"}, Retry=retry("A")),
        "the service never reports this error": machine(
            Work=service("sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "m"}, Retry=retry("A"))
        ),
        f"not tried, since no made-up input leads here: {mock}": machine(Work=hidden),
    }
    for reason, definition in reasons.items():
        found = suggested(load(definition))

        assert found.tests == ()
        assert [found.reasons[element.pointer] for element in found.rest] == [reason]


def test_names_of_states_that_no_function_can_have():
    definition = machine(**{'Zahlung "prüfen" - 1/2': task(Retry=retry("A")), "W" * 80: task(Retry=retry("A"))})
    definition["States"]['Zahlung "prüfen" - 1/2']["Next"] = "W" * 80
    del definition["States"]['Zahlung "prüfen" - 1/2']["End"]
    for code in codes(definition):
        assert max(map(len, code.splitlines())) < 140
        assert code.startswith(("def test_zahlung_prüfen_1_2_retries_a(", f"def test_{'w' * 34}_retries_a("))


# -- files -----------------------------------------------------------------------------------------------------------------


def reported(loaded, root, name="order.asl.json"):
    """The tests suggested by a report of data that were written and read again."""
    data = CoverageData()
    data.add(identified(name, loaded, root)[0])
    (coverage,) = analyse(CoverageData.loads(data.dumps()), root).definitions
    return suggested_tests(coverage, root)


def test_long_substitutions_stand_above_all_tests(tmp_path):
    definition = machine(Work={**task(Retry=retry("A")), "Resource": "${Fn}"})
    (tmp_path / "order.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    found = reported(load(tmp_path / "order.asl.json", substitutions={"Fn": arn("f")}), tmp_path)

    assert found.setup == f'SUBSTITUTIONS = {{"Fn": "{arn("f")}"}}\n'
    assert '    machine = sfn_mock.load("order.asl.json", substitutions=SUBSTITUTIONS)\n' in found.tests[0].code


TEMPLATE = """\
Resources:
  Charge:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: src/}
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
      DefinitionSubstitutions: {Fn: !GetAtt Charge.Arn}
"""
OTHER = """\
  Other:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: order.asl.json}
"""


@pytest.mark.parametrize("more", ["", OTHER])
def test_a_machine_of_a_template_is_loaded_from_it(tmp_path, more):
    definition = machine(Work={**task(Retry=retry("A")), "Resource": "${Fn}"})
    (tmp_path / "order.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): raise ValueError", encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE + more, encoding="utf-8")
    found = reported(load(tmp_path / "template.yaml", logical_id="Order"), tmp_path)
    (test,) = found.tests

    assert found.setup == ""
    assert ('sfn_mock.load("template.yaml", logical_id="Order")' if more else 'sfn_mock.load("template.yaml")') in test.code
    assert set(test.mocks) == {'sfn_mock.lambda_function("Charge").fails_then_calls("A")'}  # for a test that runs handlers
    assert '    sfn_mock.lambda_function("Charge").raises("A").returns({})\n' in test.code


def with_error_paths(paths, count):
    """The first so many definitions that have error paths."""
    found = [
        loaded for path in paths if (loaded := machine_of(path)) is not None and coverage_of(loaded).missed_in(ERROR_PATHS)
    ]
    return found[:count]


def unreached(loaded):
    """Run each suggested test of a definition; gives the error paths for which there is none."""
    found = suggested(loaded)
    check(found, loaded)
    return {element.label for element in found.rest}


def test_each_test_suggested_for_the_examples_takes_its_paths():
    examples = with_error_paths(EXAMPLES, 100)

    assert len(examples) > 5
    assert set().union(*map(unreached, examples)) == {"ProcessPayment: Retry[0] Lambda.Timeout"}  # AWS never reports it


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpus is not here")
def test_each_test_suggested_for_definitions_of_people_takes_its_paths():
    def digest(path):
        return sha256(path.relative_to(FOLDER).as_posix().encode()).hexdigest()

    chosen = with_error_paths(sorted(DEFINITIONS[len(EXAMPLES) :], key=digest), 50)

    assert len(chosen) == 50
    assert set().union(*map(unreached, chosen)) == {
        "Map: Catch[0] States.ALL -> D",  # nothing in it can fail
        "MapState: Retry[0] NoSuchError",
        "MapState: Retry[1] State.ALL",
        "Try: Catch[0] States.ALL -> Error",  # its items are the text of JSON, which nobody guesses
    }


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_code_is_formatted_as_ruff_does(tmp_path):
    long = task(Retry=retry("Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.AWSLambdaException"))
    long["Resource"] += "-" + "long" * 15
    needs = {f"parameter{number}.$": f"$.order.field{number}" for number in range(9)}
    definitions = [
        machine(**{name: {**long, "Parameters": needs}}) for name in ("A", "A rather long name of a state, as some have")
    ]
    modules = [suggested(load(definition)).module for definition in definitions]
    modules += [suggested(each).module for each in with_error_paths(DEFINITIONS, 60)]
    for number, module in enumerate(filter(None, modules)):
        (tmp_path / f"test_{number}.py").write_text(module, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(tmp_path)]

    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""


def test_pasted_into_a_file_they_take_all_error_paths(pytester):
    charge = task(
        Retry=retry("Sandbox.Timedout", "Lambda.SdkClientException"), Catch=[catch("Declined"), catch("States.ALL")], Next="End"
    )
    definition = json.dumps(machine(Charge=charge, End=END), indent=2)
    (pytester.path / "order.asl.json").write_text(definition, encoding="utf-8")
    pytester.makepyfile("def test_order(sfn_mock): sfn_mock.load('order.asl.json')")
    pytester.runpytest_subprocess("--sfn-cov", "--sfn-cov-report=markdown:out.md").assert_outcomes(passed=1)
    text = (pytester.path / "out.md").read_text(encoding="utf-8")
    pytester.makepyfile(test_errors=text.partition("```python\n")[2].partition("```")[0])
    result = pytester.runpytest_subprocess("-Werror", "--sfn-cov", "--sfn-cov-error-paths-fail-under=100")

    result.assert_outcomes(passed=5)
    assert result.ret == 0
