"""The messages for a task that no mock answers, or more than one."""

import bdb
import json
import unittest
import warnings

import pytest

from pytest_sfn import DefinitionWarning, SfnMock, load
from pytest_sfn.errors import MockError
from pytest_sfn.mocks.registry import Registry
from tests.mocks.asking import CHARGE, INVOKE, PUT_ITEM, ask

GET_ITEM = PUT_ITEM.replace("put", "get")
PAINT = "arn:aws:states:us-east-1:123456789012:activity:paint"


def error(registry: Registry, parameters=None, **fields) -> str:
    with pytest.raises(MockError) as caught:
        ask(registry, parameters, **fields)
    assert caught.value.state == fields.get("state", "Charge")
    return str(caught.value)


def test_two_equally_narrow_mocks_are_ambiguous(registry):
    registry.state("Charge").when(item=1).returns(1)
    registry.state("Charge").when(input={"a": 1}).returns(2)
    assert error(registry, {"a": 1, "b": 2}, item=(1,)) == (
        "orders.asl.json:42:7: state 'Charge': ambiguous, more than one mock answers this task\n"
        f"  resource  {CHARGE}    attempt 1, item 1, t=+00:00:00\n"
        '  input     {"a": 1, "b": 2}\n'
        "  mocks     state:Charge when item=1\n"
        '            state:Charge when input={"a": 1}\n'
        "  fix       make one of them narrower than the others, with all their conditions and one more\n"
        "  see       pytest-sfn docs mocks#ambiguous-mocks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#ambiguous-mocks)"
    )


def test_a_predicate_that_raises_is_an_error_of_the_test(registry):
    registry.state("Charge").when(input=lambda value: value["x"]).returns(1)
    assert "<lambda>: the predicate raised KeyError: 'x'\n  input  {}" in error(registry, {})


@pytest.mark.parametrize("kind", [AssertionError, unittest.SkipTest, bdb.BdbQuit, pytest.exit.Exception, KeyboardInterrupt])
def test_what_belongs_to_the_test_leaves_a_predicate_as_it_is(registry, kind):
    def refuses(value):
        raise kind

    registry.state("Charge").when(input=refuses).returns(1)
    with pytest.raises(kind):
        error(registry, {})


def test_nobody_answers(registry):
    registry.lambda_function("refund").returns(1)
    assert error(registry, {"orderId": 7}, attempt=3, time=7_000_000) == (
        "orders.asl.json:42:7: state 'Charge': no mock answers this task\n"
        f"  resource  {CHARGE}    attempt 3, t=+00:00:07\n"
        '  input     {"orderId": 7}\n'
        "  mocks     function:refund  not called yet\n"
        '  fix       sfn_mock.lambda_function("charge").returns(...)\n'
        "  see       pytest-sfn docs mocks#which-mock-answers (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#which-mock-answers)"
    )


def test_the_answers_are_used_up(registry):
    registry.lambda_function("refund").returns(1)
    registry.lambda_function("charge").raises("E").returns(1, times=1)
    ask(registry), ask(registry)
    assert error(registry, {"orderId": 7}, attempt=3, time=7_000_000) == (
        "orders.asl.json:42:7: state 'Charge': no mock answers this task: all answers of function:charge are used\n"
        f"  resource  {CHARGE}    attempt 3, t=+00:00:07\n"
        '  input     {"orderId": 7}\n'
        "  mocks     function:charge  used 2 of 2 answers\n"
        "            function:refund  not called yet\n"
        "  fix       add a third answer to function:charge, or let the last one repeat\n"
        "  see       pytest-sfn docs mocks#repeating-the-last-answer (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#repeating-the-last-answer)"
    )


def test_without_a_file_the_machine_is_named_and_long_inputs_are_cut(registry):
    text = error(registry, {"text": "x" * 1000}, where=None)
    assert text.startswith("machine 'Orders': state 'Charge': ")
    assert "  mocks     none\n" in text
    assert max(map(len, text.splitlines())) < 220


@pytest.mark.parametrize(
    ("register", "fields", "expected"),
    [
        (lambda r: r.lambda_function("chrage").returns(1), {}, "did you mean 'charge' instead of 'chrage'?"),
        (lambda r: r.lambda_function("CHARGE").returns(1), {}, "did you mean 'charge' instead of 'CHARGE'?"),
        (lambda r: r.state("Chargee").returns(1), {}, "did you mean 'Charge' instead of 'Chargee'?"),
        (
            lambda r: r.lambda_function("charge:live").returns(1),
            {},
            f"did you mean '{CHARGE}' instead of function:charge:live?",
        ),
        (
            lambda r: r.resource("dynamodb:getItem").returns(1),
            {"resource": PUT_ITEM},
            "did you mean 'dynamodb:putItem' instead of 'dynamodb:getItem'?",
        ),
        (
            lambda r: r.activity("pant").returns(1),
            {"resource": PAINT},
            "did you mean 'activity:paint' instead of 'activity:pant'?",
        ),
        (
            lambda r: None,
            {"resource": "lambda:invoke"},
            "or correct the Resource: did you mean arn:aws:states:::lambda:invoke?",
        ),
        (
            lambda r: None,
            {"resource": "arn:aws:states:::foo:bar"},
            "or correct the Resource: no optimized integration named foo",
        ),
        (lambda r: None, {"resource": "arn:aws:sqs:::send"}, "or correct the Resource: it names no function, integration or"),
        (
            lambda r: None,
            {"resource": PAINT},
            (
                '  fix       sfn_mock.activity("paint").returns(...)\n'
                '            or let the test be the worker: sfn_mock.create_activity("paint") and sfn_mock.get_activity_task('
            ),
        ),
        (
            lambda r: None,
            {"resource": f"{INVOKE}.waitForTaskToken", "parameters": {"FunctionName": "ask"}},
            (
                '  fix       sfn_mock.lambda_function("ask").returns(...).completes(output)\n'
                "            or leave out .completes(output), and let the test end the task: "
                'sfn_mock.send_task_success(execution.task_token("Charge"), output)\n'
            ),
        ),
        (
            lambda r: r.state("Charge"),
            {"resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"},
            (
                'state:Charge has no answers yet; add some: sfn_mock.state("Charge").submits().completes(output) or '
                'sfn_mock.resource("arn:aws:states:::sqs:sendMessage.waitForTaskToken").submits().completes(output)\n'
                "            or leave out .completes(output), and let the test end the task: "
            ),
        ),
        (
            lambda r: None,
            {"resource": "arn:aws:states:::batch:submitJob.sync"},
            (
                '  fix       sfn_mock.state("Charge").returns(job) or '
                'sfn_mock.resource("arn:aws:states:::batch:submitJob.sync").returns(job)\n'
                "            where job describes the finished job, as DescribeJobs of batch gives it\n"
            ),
        ),
        (lambda r: r.lambda_function("charge"), {}, "function:charge has no answers yet; add some: sfn_mock.lambda_function"),
        (
            lambda r: None,
            {"resource": PUT_ITEM},
            f'sfn_mock.state("Charge").returns(...) or sfn_mock.resource("{PUT_ITEM}").returns(...)',
        ),
        (
            lambda r: r.state("Charge").when(item=1).returns(1),
            {"item": (0,)},
            "state:Charge when item=1 does not fit: this is item 0",
        ),
        (lambda r: r.state("Charge").when(item=1).returns(1), {}, "does not fit: this is not inside a Map"),
        (lambda r: r.state("Charge").when(execution=2).returns(1), {}, "does not fit: this is execution 'run-1', number 1"),
        (lambda r: r.state("Charge").when(input=bool).returns(1), {}, "when input=bool does not fit: the predicate says no"),
        (
            lambda r: r.state("Charge").when(input={"order": {"id": 1}}).returns(1),
            {"parameters": {"order": {"id": 2}}},
            "does not fit: $.order.id is 2",
        ),
        (
            lambda r: r.state("Charge").when(input={"orderId": 1}).returns(1),
            {"parameters": {"orderID": 1}},
            "does not fit: there is no $.orderId; did you mean 'orderID'?",
        ),
    ],
)
def test_near_misses_are_named(registry, register, fields, expected):
    register(registry)
    assert expected in error(registry, **fields)


def test_a_mock_that_was_called_is_no_slip(registry):
    registry.resource(GET_ITEM).returns({})
    assert "did you mean" in error(registry, resource=PUT_ITEM)
    ask(registry, {"TableName": "t", "Key": {}}, resource=GET_ITEM)
    assert "did you mean" not in error(registry, resource=PUT_ITEM)


def test_a_function_that_was_called_is_no_slip(registry):
    registry.lambda_function("charge1").returns(1)
    registry.lambda_function("charge:live").returns(1)
    assert "did you mean" in error(registry)
    ask(registry, resource=f"{CHARGE}1", state="Other")
    ask(registry, resource=f"{CHARGE}:live", state="Other")
    assert "did you mean" not in error(registry)


def test_a_mock_that_is_for_another_task_is_no_slip():
    """It was not called yet, since its task comes later."""
    later = {
        "Charge1": {"Type": "Task", "Resource": f"{CHARGE}1", "Next": "Charge2"},
        "Charge2": {"Type": "Task", "Resource": f"{CHARGE}:live", "Next": "Get"},
        "Get": {
            "Type": "Task",
            "Resource": GET_ITEM,
            "Parameters": {"TableName": "t", "Key": {}},
            "End": True,
        },
    }
    machine = load({"StartAt": "Charge1", "States": later})
    for machines, expected in ((list, True), (lambda: [machine], False)):
        for register, resource in (
            (lambda r: r.state("Charge1"), CHARGE),
            (lambda r: r.lambda_function("charge1"), CHARGE),
            (lambda r: r.lambda_function("charge:live"), CHARGE),
            (lambda r: r.resource("dynamodb:getItem"), PUT_ITEM),
        ):
            registry = Registry(machines=machines)
            register(registry).returns(1)
            assert ("did you mean" in error(registry, resource=resource)) == expected


def test_secrets_are_hidden_in_messages():
    registry = Registry(redact=lambda value: {**value, "card": "***"})
    registry.state("Charge").when(input={"card": "4112"}).returns(1)
    text = error(registry, {"card": "4111"})
    assert '"card": "***"' in text
    assert "4111" not in text


def test_many_mocks_are_cut(registry):
    for n in range(20):
        registry.lambda_function(f"other{n}")
    assert "            and 8 more\n" in error(registry)


def test_a_mock_without_answers_keeps_moto_from_answering():
    registry = Registry(invocable=True, fixture="sfn_aws")
    registry.state("Charge")
    assert "            or make no mock of it before it runs, and moto answers\n" in error(registry, resource=PUT_ITEM)
    assert "moto" not in error(registry)


def test_a_placeholder_to_which_the_template_gives_no_value(tmp_path):
    (tmp_path / "f.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${ExtractFnArn}", "End": true}}}', encoding="utf-8"
    )
    template = tmp_path / "template.yaml"
    text = """Transform: AWS::Serverless-2016-10-31
Resources:
  Extract: {Type: AWS::Serverless::Function}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: f.asl.json
      DefinitionSubstitutions:
        ExtractFunctionArn: !GetAtt Extract.Arn
"""
    template.write_text(text, encoding="utf-8")
    sfn_mock = SfnMock()
    with pytest.warns(DefinitionWarning) as caught:
        flow = sfn_mock.load(template)
    assert "f.asl.json:1:64: no substitution for ${ExtractFnArn}; left as written" in str(caught[0].message)
    with pytest.raises(
        MockError, match=r"\$\{ExtractFnArn\} has no substitution; did you mean \$\{ExtractFunctionArn\}, "
    ) as told:
        flow.run({})
    assert "template.yaml:9:9?" in str(told.value)
    template.write_text(text.replace("ExtractFunctionArn:", "Other:"), encoding="utf-8")
    sfn_mock = SfnMock()
    with pytest.warns(DefinitionWarning):
        flow = sfn_mock.load(template)
    with pytest.raises(MockError, match=r"\$\{ExtractFnArn\} has no substitution; the template may give it one: .*:4:3"):
        flow.run({})


@pytest.mark.parametrize(
    ("resource", "doubt"),
    [
        (
            "arn:aws:lambda:us-east-1:123456789012:function:Chrage",
            "no loaded template has a function 'Chrage'; did you mean 'Charge'?",
        ),
        ("${Chrage.Arn}", "${Chrage.Arn} has no value: the template has no resource 'Chrage'; did you mean 'Charge'?"),
    ],
)
def test_a_template_that_names_a_function_wrongly(tmp_path, resource, doubt):
    """The slip is the template's: the mock has the function's name, and the test must not take over the misspelt one."""
    task = {"Type": "Task", "Resource": resource, "End": True}
    machine = {"Definition": {"StartAt": "Pay", "States": {"Pay": task}}}
    resources = {
        "Charge": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b", "Runtime": "python3.12"}},
        "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": machine},
    }
    (template := tmp_path / "template.json").write_text(json.dumps({"Resources": resources}))
    mock = SfnMock()
    mock.lambda_function("Charge").returns(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DefinitionWarning)
        flow = mock.load(template)
    with pytest.raises(MockError) as caught:
        flow.run()
    assert str(caught.value).partition("  fix       ")[2].splitlines()[0] == doubt
