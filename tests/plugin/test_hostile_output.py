"""No text of others acts in a terminal or a CI's log, whatever shows it: reports, warnings, tables, commands, reprs.

One run has each text of the table as state name, error, cause, input, label and file name, in tests that fail in every way.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.__main__ import main
from tests import hostile_texts
from tests.helpers import machine, task
from tests.hostile_texts import HOSTILE, harm

TESTS = '''
import json
import pytest
from hostile_texts import HOSTILE
from pytest_sfn import SfnMock

TEXTS = pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in HOSTILE.items()])
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def of(text, **fields):
    """Two tasks; the second has the text in all that it says."""
    work = {"Type": "Task", "Resource": FUNCTION, "Next": f"{text}2", **fields}
    return {
        "StartAt": text,
        "States": {text: work, f"{text}2": {"Type": "Fail", "Error": text, "Cause": f"{text}\\n{text}"}},
    }


@TEXTS
def test_a_timeline(sfn_mock, text):
    sfn_mock.lambda_function("f").returns({text: text})
    execution = sfn_mock.load(of(text), name="flow").run({text: text, "b": [text]})
    assert execution.succeeded


@TEXTS
def test_a_caught_error(sfn_mock, text):
    def stub(event):
        raise type(text.replace("\\0", "") or "E", (Exception,), {})(text)

    sfn_mock.lambda_function("f").calls(stub)
    catch = [{"ErrorEquals": [text.replace("\\0", "")], "Next": f"{text}2"}]
    retry = [{"ErrorEquals": ["b", text], "MaxAttempts": 1}]
    execution = sfn_mock.load(of(text, Catch=catch, Retry=retry), name="flow").run()
    assert execution.succeeded


@TEXTS
def test_no_mock(sfn_mock, text):
    sfn_mock.state(f"{text}1").returns({})
    sfn_mock.resource("arn:aws:states:::sqs:sendMessage").returns({})
    sfn_mock.load(of(text), name="flow").run({text: text})


@TEXTS
def test_a_swallowed_test_error(sfn_mock, text):
    try:
        sfn_mock.load(of(text), name="flow").run({text: text})
    except Exception:
        pass
    assert False


@TEXTS
@pytest.mark.sfn(strict=True)
def test_an_unused_mock(sfn_mock, text):
    sfn_mock.state(text).returns({})
    sfn_mock.state(text).when(input={text: text}, execution="one").returns({})
    sfn_mock.load(of(text), name="flow")


@TEXTS
def test_calls(sfn_mock, text):
    mock = sfn_mock.state(text).returns({})
    sfn_mock.load(of(text), name="flow").run({text: text})
    mock.assert_called_once_with({text: 1})


@TEXTS
def test_a_path(sfn_mock, text):
    sfn_mock.state(text).returns({})
    execution = sfn_mock.load(of(text), name="flow").run()
    assert execution.path == [f"{text}3", text]


@TEXTS
def test_an_unknown_state(sfn_mock, text):
    sfn_mock.load(of(text), name="flow").start().run_until(f"{text}9")


@TEXTS
def test_a_bad_definition(sfn_mock, text):
    sfn_mock.load(of(text, Next=f"{text}8", Resource=text, **{text: text}), name="flow")


@TEXTS
def test_a_bad_text(sfn_mock, text):
    sfn_mock.load('{"StartAt": "A", "States": {' + text)


@TEXTS
def test_a_bad_file(sfn_mock, text):
    sfn_mock.load(f"{text}.asl.json")


@TEXTS
def test_a_warning(sfn_mock, text):
    sfn_mock.load(json.dumps({**of(text), "TimeoutSeconds": "${x}"}))
    assert False


@TEXTS
def test_a_warning_of_a_mock(sfn_mock, text):
    sfn_mock.resource("arn:aws:states:::sqs:sendMessage").raises(text, text)
    sfn_mock.lambda_function("f").raises("Lambda.Timeout", text)
    assert False


@TEXTS
def test_a_value_that_is_no_json(sfn_mock, text):
    sfn_mock.state(text).returns({text: object()})


@TEXTS
def test_an_input_that_is_no_json(sfn_mock, text):
    sfn_mock.load(of(text), name="flow").run({text: {1, 2}})


@TEXTS
def test_a_path_that_finds_nothing(sfn_mock, text):
    execution = sfn_mock.load(of(text, InputPath="$.a"), name="flow").run({text: text})
    assert execution.succeeded


@TEXTS
def test_what_waits(sfn_mock, text):
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    parameters = {"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}}
    sfn_mock.lambda_function("f").returns({})
    execution = sfn_mock.load(of(text, Resource=resource, Parameters=parameters), name="flow").start()
    execution.advance(1)
    execution.task_token("b")


@TEXTS
def test_reprs(sfn_mock, text):
    sfn_mock.lambda_function("f").raises(text[:80], text)
    mock = sfn_mock.state(f"{text}7").returns({})
    called = sfn_mock.state(text).raises(text, text)
    machine = sfn_mock.load(of(text), name="flow")
    execution = machine.run({text: text})
    visit = execution.state(text)
    for each in (machine, machine.state_machine, mock, called, execution, visit, visit.visits, *visit.visits[0].attempts):
        print(each)
        print(repr(each))
    print(called.calls, called.calls[0], execution.timeline(stages=True))
    print(repr(called.when(input={text: text})))
    assert False


@TEXTS
def test_an_expression(sfn_mock, text):
    states = of(text, Resource="arn:aws:states:::lambda:invoke", QueryLanguage="JSONata", Arguments="{% '" + text + "' + 1 %}")
    execution = sfn_mock.load(states, name="flow").run({text: text})
    assert execution.succeeded


@TEXTS
def test_a_bad_expression(sfn_mock, text):
    fields = {"QueryLanguage": "JSONata", "Arguments": "{% " + text + " ( %}", "Output": "{% $" + text + " %}"}
    sfn_mock.load(of(text, **fields), name="flow")


@TEXTS
def test_a_bad_path(sfn_mock, text):
    sfn_mock.load(of(text, InputPath="$." + text + "[", Parameters={text + ".$": "States.Format('" + text}), name="flow")


@TEXTS
def test_an_http_endpoint(sfn_mock, text):
    sfn_mock.http(f"https://example.com/{text}", "POST").responds(json={text: text})
    parameters = {
        "ApiEndpoint": f"https://example.com/b{text}",
        "Method": "GET",
        "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/a/b"},
    }
    sfn_mock.load(of(text, Resource="arn:aws:states:::http:invoke", Parameters=parameters), name="flow").run()


@TEXTS
def test_a_service(sfn_mock, text):
    sfn_mock.resource("arn:aws:states:::sqs:sendMessage").returns({text: text})
    parameters = {"QueueUrl": text, text: text}
    sfn_mock.load(of(text, Resource="arn:aws:states:::sqs:sendMessage", Parameters=parameters), name="flow").run()


@TEXTS
def test_a_template(sfn_mock, text, tmp_path):
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": text, "Role": text, "Name": text}}
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Transform": "AWS::Serverless-2016-10-31", "Resources": {text: machine, "B": machine}}))
    try:
        sfn_mock.load(template, logical_id=text)
    except Exception as error:
        print(error)
    sfn_mock.load(template, logical_id=f"{text}5")


@TEXTS
def test_a_map(sfn_mock, text):
    inner = {"StartAt": f"{text}6", "States": {f"{text}6": {"Type": "Fail", "Error": text, "Cause": text}}}
    states = {text: {"Type": "Map", "ItemsPath": "$", "ItemProcessor": inner, "Label": "b", "End": True}}
    execution = sfn_mock.load({"StartAt": text, "States": states}, name="flow").run([text, {text: text}])
    print(execution.state(text).visits[0].iterations)
    assert execution.succeeded


@TEXTS
def test_arguments(sfn_mock, text):
    with pytest.raises(Exception) as caught:
        sfn_mock.load(of(text), name=f"{text}x")
    print(caught.value)
    with pytest.raises(Exception) as caught:
        sfn_mock.load(of(text), name="flow").start().state(f"{text}9")
    print(caught.value)
    sfn_mock.resource(text).returns({})


@TEXTS
def test_a_token(sfn_mock, text):
    sfn_mock.load(of(text), name="flow")
    sfn_mock.send_task_success(text, {})


@TEXTS
def test_a_comparison(sfn_mock, text):
    sfn_mock.lambda_function("f").returns({})
    execution = sfn_mock.load(of(text), name="flow").run()
    assert execution.cause == "b"


@TEXTS
def test_an_assert_in_a_stub(sfn_mock, text):
    def stub(event):
        assert False, text

    sfn_mock.lambda_function("f").calls(stub)
    sfn_mock.load(of(text), name="flow").run()


@TEXTS
@pytest.mark.parametrize("fails", [True, False])
def test_what_is_logged_and_printed(sfn_mock, text, fails):
    sfn_mock.lambda_function("f").calls_handler("app.py:handler")
    sfn_mock.load(of(text), name="flow").run({"text": text})
    print(ascii(text) if fails else text.encode("utf-8", "replace").decode())
    assert not fails


def fault_test(text):
    @pytest.mark.sfn_faults(of(text), errors=["Odd", text])
    def test_it(sfn_mock):
        sfn_mock.lambda_function("f").returns({})
        sfn_mock.load(of(text), name="flow").run()

    return test_it


for number, each in enumerate(HOSTILE.values()):
    globals()[f"test_fault_{number}"] = fault_test(each)
'''

HANDLER = """
import logging


def handler(event, context):
    logging.warning("%s", event["text"])
    try:
        raise ValueError(event["text"])
    except ValueError:
        logging.exception(event["text"], stack_info=True)
"""


def named_files(folder: Path) -> None:
    """Definitions named by the texts that this file system can have."""
    for text in HOSTILE.values():
        with suppress(OSError, ValueError):
            definition = machine(**{text: {"Type": "Succeed"}})
            (folder / f"{text}.asl.json".replace("/", "")).write_text(json.dumps(definition), encoding="utf-8")


def files(folder: Path) -> None:
    """Definitions for each text, with mistakes that lint finds and without."""
    for number, text in enumerate(HOSTILE.values()):
        definition = machine(
            **{
                text: task(Next=f"{text}3", Retry=[{"ErrorEquals": [text, text]}], Comment=text),
                "Lost": {"Type": "Pass", "InputPath": f"$.{text}", "Result": {text: text}, "Parameters": {f"{text}.$": text}},
            }
        )
        (folder / f"bad{number}.asl.json").write_text(json.dumps(definition, indent=1), encoding="utf-8")
        good = machine(**{text: task(Catch=[{"ErrorEquals": [text], "Next": "End"}], Next="End"), "End": {"Type": "Succeed"}})
        (folder / f"good{number}.asl.json").write_text(json.dumps(good, indent=1), encoding="utf-8")
    machines = {
        f"{text}M": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"Definition": machine(**{text: task(Next="Z")})},
        }
        for text in HOSTILE.values()
    }
    template = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": machines})
    (folder / "template.json").write_text(template, encoding="utf-8")


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "worker"])
def test_a_run_in_which_everything_fails(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    pytester.makeini("[pytest]\n")
    pytester.makepyfile(test_it=TESTS)
    pytester.makepyfile(app=HANDLER)
    pytester.path.joinpath("hostile_texts.py").write_bytes(Path(hostile_texts.__file__).read_bytes())
    files(pytester.mkdir("definitions"))
    named_files(pytester.mkdir("named"))
    result = pytester.runpytest_subprocess(
        *("test_it.py", "definitions", "-p", "no:cacheprovider", "-rA", "--tb=short", "--color=no", "--junitxml=junit.xml"),
        *("--sfn-cov=named", "--sfn-cov=definitions", "--sfn-cov-report=term-missing", "--sfn-lint", *workers),
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    failed = result.parseoutcomes()["failed"]
    assert failed >= len(HOSTILE) * 25
    assert harm(result.stdout.str()) == []
    assert harm(result.stderr.str()) == []
    ET.parse(pytester.path / "junit.xml")


def test_the_colours_of_pytest_stay(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(sfn_mock):
            definition = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Cause": "a\\x1b[2J\\x1b[8mb"}}}
            assert sfn_mock.load(definition).run().cause == "b"
        """
    )
    text = pytester.runpytest_subprocess("--color=yes", "-p", "no:cacheprovider").stdout.str()
    assert "\x1b[1m\x1b[31mE " in text
    assert "\\x1b[2J" in text
    assert not [each for each in ("\x1b[2J", "\x1b[8m", "\\x1b[0m", "\\x1b[31m") if each in text]


def test_tests_without_our_fixtures_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it():\n    print('a\\tb\\x07c')\n    assert False")
    assert "a\tb\x07c" in pytester.runpytest_subprocess("-p", "no:cacheprovider").stdout.str()


LINT = [("lint", f"--format={kind}", "--select=all") for kind in ("text", "json", "sarif", "github")]


@pytest.mark.parametrize("command", LINT, ids=lambda command: command[1])
def test_what_lint_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    files(tmp_path)
    named_files(tmp_path)
    assert main([*command, str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    lines = printed.split("\n")
    if "--format=github" in command:  # the commands are ours, and nothing of others is one
        assert all(re.match("::(error|warning|notice) file=", line) for line in lines if line)
        lines = [line[2:] for line in lines]
    assert harm("\n".join(lines)) == []
    if "--format=json" in command:
        states = {problem["state"] for problem in json.loads(printed)["problems"]}
        assert set(HOSTILE.values()) <= states
    if "--format=sarif" in command:
        assert json.loads(printed)["runs"][0]["results"]


@pytest.mark.parametrize("kind", ["mermaid", "svg"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_draw_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, kind: str) -> None:
    file = tmp_path / "flow.asl.json"
    rule = {"Variable": "$.a", "StringEquals": text, "Next": text}
    definition = machine(A={"Type": "Choice", "Choices": [rule]}, **{text: task(Catch=[{"ErrorEquals": [text], "Next": "A"}])})
    file.write_text(json.dumps(definition), encoding="utf-8")
    assert main(["draw", str(file), f"--format={kind}"]) == 0
    printed = capsys.readouterr().out
    assert harm(printed) == []
    if kind == "svg":
        ET.fromstring(printed)


@pytest.mark.parametrize("arguments", [("lint",), ("draw",), ("coverage", "report", "--data-file"), ("coverage", "combine")])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_command_says_of_a_file(capsys: pytest.CaptureFixture[str], text: str, arguments: tuple[str, ...]) -> None:
    assert main([*arguments, f"no/{text}.asl.json"]) != 0
    captured = capsys.readouterr()
    assert harm(captured.out + captured.err) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_values_stay_exact(text: str) -> None:
    """What a test compares, and what code under test gets, has each text as it is."""
    account = SfnMock()
    fails = {"Type": "Fail", "Error": text, "Cause": f"{text}\n{text}"}
    execution = account.load(machine(**{text: {"Type": "Pass", "Next": "End"}, "End": fails})).run({text: text})
    assert (execution.error, execution.cause, execution.input) == (text, f"{text}\n{text}", {text: text})
    assert list(execution.path) == [text, "End"]
    assert execution.history[1]["stateEnteredEventDetails"]["name"] == text
    assert execution.history[-1]["executionFailedEventDetails"] == {"error": text, "cause": f"{text}\n{text}"}
    mock = account.state(text)
    assert mock.label == f"state:{text}"
