from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import boto3
import pytest

from pytest_sfn.__main__ import main
from tests.helpers import machine, task

TEMPLATE = """
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: src/, Runtime: python3.12}
  Hello:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: Hello
      DefinitionUri: hello.asl.json
      DefinitionSubstitutions: {Greet: !GetAtt Greet.Arn}
  Bye:
    Type: AWS::Serverless::StateMachine
    Properties: {Name: Bye, DefinitionUri: bye.asl.json}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    hello = machine(A={"Type": "Task", "Resource": "${Greet}"})
    (tmp_path / "hello.asl.json").write_text(json.dumps(hello))
    (tmp_path / "bye.asl.json").write_text(json.dumps(machine(A=task("nobody"))))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context):\n    return f\"hello {event['name']}\"\n")
    return tmp_path


@contextmanager
def serving(*arguments, end=signal.SIGTERM):
    """The endpoint of a server in a process of its own, which ends well."""
    command = [sys.executable, "-m", "pytest_sfn", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert line.startswith("pytest-sfn serves Step Functions on http://127.0.0.1:"), process.stderr.read()
            yield line.split()[-1]
            process.send_signal(end)
            assert process.communicate(timeout=60) == ("", "")
            assert process.returncode == 0
        finally:
            process.kill()


def client_of(url):
    return boto3.Session("testing", "testing", region_name="us-east-1").client("stepfunctions", endpoint_url=url)


def run(client, name):
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
    execution = client.start_execution(stateMachineArn=arn, input='{"name": "Ann"}')["executionArn"]
    return client.describe_execution(executionArn=execution)


posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that a process can take")


@posix
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_well(end):
    with serving(end=end) as url, urlopen(f"{url}/health") as health:
        assert json.load(health)["status"] == "running"


@posix
def test_templates_with_their_code(folder):
    with serving("template.yaml", "bye.asl.json") as url:
        client = client_of(url)
        assert [each["name"] for each in client.list_state_machines()["stateMachines"]] == ["Bye", "Hello", "bye"]
        assert run(client, "Hello")["output"] == '"hello Ann"'
        failed = run(client, "Bye")
        assert (failed["status"], failed["error"]) == ("FAILED", "States.Runtime")
        assert "no mock answers this task" in failed["cause"]
        assert run(client, "Hello")["status"] == "SUCCEEDED"


@posix
def test_virtual_time_begins_now(folder):
    before = datetime.now(UTC) - timedelta(seconds=1)
    with serving("template.yaml") as url:
        (first, _) = client_of(url).list_state_machines()["stateMachines"]
        assert before < first["creationDate"] < datetime.now(UTC) + timedelta(seconds=1)


@posix
def test_real_time(folder):
    with serving("--time=real", "template.yaml") as url:
        assert run(client_of(url), "Hello")["output"] == '"hello Ann"'


def test_warnings_are_those_of_the_command(folder, capsys):  # warnings are errors in this run
    (folder / "wait.asl.json").write_text(json.dumps(machine(A={"Type": "Wait", "Seconds": "${Pause}"})))

    assert main(["serve", "--port=-1", "wait.asl.json"]) == 2

    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("pytest-sfn serve: warning: wait.asl.json:1:")
    assert "${Pause} has no value" in first


@posix
def test_second_server_on_the_same_port(capsys):
    with serving() as url:
        port = url.rpartition(":")[2]
        assert main(["serve", "--port", port]) == 2
        assert capsys.readouterr().err == (
            f"pytest-sfn serve: 127.0.0.1:{port} is in use, perhaps by another server\n"
            "  fix  end that one, or take another port; --port 0 finds one\n"
        )


def test_killed_server_leaves_nothing(folder):
    before = sorted(folder.rglob("*"))
    command = [sys.executable, "-B", "-m", "pytest_sfn", "serve", "--port", "0", "template.yaml"]
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        url = process.stdout.readline().split()[-1]
        assert run(client_of(url), "Hello")["status"] == "SUCCEEDED"
        process.kill()
    assert sorted(folder.rglob("*")) == before
    with subprocess.Popen([*command[:6], url.rpartition(":")[2]], stdout=subprocess.PIPE, text=True) as again:
        assert again.stdout.readline() == f"pytest-sfn serves Step Functions on {url}\n"
        again.kill()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--keep", "0"], 2, "argument --keep: 0 is less than 1"),
        (["--port", "99999"], 2, "127.0.0.1:99999: "),
        (["--host", "192.0.2.1"], 2, "192.0.2.1:8083: "),
        (["--port", "0", "no.yaml"], 2, "no.yaml' not found"),
    ],
)
def test_wrong_usage(folder, arguments, status, message, capsys):
    try:
        ended = main(["serve", *arguments])
    except SystemExit as error:
        ended = error.code
    assert ended == status
    assert message in capsys.readouterr().err


@posix
def test_executions_run_under_test_cases(folder):
    cases = {"StateMachines": {"bye": {"TestCases": {"Case": {"A": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": 1}}}}
    (folder / "mock.json").write_text(json.dumps(cases))
    with serving("bye.asl.json", "--mock-config", "mock.json") as url:
        assert run(client_of(url), "bye#Case")["output"] == "1"


def test_a_mock_configuration_with_mistakes(folder, capsys):
    (folder / "mock.json").write_text("{}")
    assert main(["serve", "--mock-config", "mock.json"]) == 2
    assert "mock.json:1:1: INVALID_MOCK_CONFIG: StateMachines is missing" in capsys.readouterr().err
