"""`pytest-sfn init`: what it writes runs, and nothing is written over or left half written."""

import json
import re
from pathlib import Path
from random import Random

import pytest

from pytest_sfn import PytestSfnError
from pytest_sfn.__main__ import main
from pytest_sfn.commands import init
from tests.docs.test_docs import ROOT, read_page
from tests.helpers import machine, task

pytest.importorskip("yaml")  # pytester forgets modules that a test imports first, and this one cannot be imported twice

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "aslcorpus"
END = {"Type": "Succeed"}
CATCH = [{"ErrorEquals": ["Declined"], "Next": "End"}]
ORDER = machine(Pay=task("${PayArn}", Resource="${PayArn}", Catch=CATCH, Next="End"), End=END)
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  OrderStateMachine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
      DefinitionSubstitutions: {PayArn: !GetAtt Pay.Arn}
  Refund:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: Only, States: {Only: {Type: Pass, End: true}}}
  Pay:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: pay/, Handler: app.handler, Runtime: python3.12}
"""


@pytest.fixture
def project(pytester):
    pytester.makefile(".asl.json", order=json.dumps(ORDER))
    pytester.makefile(".yaml", template=TEMPLATE)
    return pytester


def test_a_template(project, capsysbinary):
    assert main(["init", "template.yaml"]) == 0
    assert capsysbinary.readouterr().out.decode().replace("\\", "/") == (
        "tests/conftest.py\ntests/test_order.py: 2 tests\ntests/test_refund.py: 1 test\n"
    )
    assert (
        Path("tests/conftest.py").read_text("utf-8")
        == '''\
"""State machines of template.yaml, for the tests in this folder."""

import pytest


@pytest.fixture
def order_machine(sfn_mock):
    """OrderStateMachine of template.yaml, with no mocks yet."""
    # sfn_mock.use_handlers() runs the Python functions that no mock answers.
    return sfn_mock.load("../template.yaml", logical_id="OrderStateMachine")


@pytest.fixture
def refund_machine(sfn_mock):
    """Refund of template.yaml, with no mocks yet."""
    return sfn_mock.load("../template.yaml", logical_id="Refund")
'''
    )
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=3)


def test_a_definition_whose_values_are_made_up(project):
    assert main(["init", "order.asl.json", "tests/order"]) == 0
    text = Path("tests/order/conftest.py").read_text("utf-8")

    assert "# To be filled in: these values of the definition are made up.\n" in text
    assert '"PayArn": "arn:aws:lambda:us-east-1:123456789012:function:PayArn"' in text
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=2)


def test_a_file_in_the_way(project, capsys):
    Path("tests").mkdir()
    Path("tests/test_refund.py").write_text("mine", encoding="utf-8")

    assert main(["init", "template.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[0].endswith(f"in the way: {Path('tests/test_refund.py')}; nothing is written")
    assert [each.name for each in Path("tests").iterdir()] == ["test_refund.py"]


def test_no_two_files_of_one_name_in_a_project(project):
    Path("pyproject.toml").write_text("", encoding="utf-8")
    Path("tests").mkdir()
    Path("tests/test_refund.py").write_text("", encoding="utf-8")

    assert main(["init", "template.yaml", "tests/flows"]) == 0
    assert sorted(each.name for each in Path("tests/flows").glob("test_*.py")) == ["test_flows_refund.py", "test_order.py"]
    assert "def flows_refund_machine(sfn_mock):" in Path("tests/flows/conftest.py").read_text("utf-8")
    assert main(["init", "template.yaml", "tests/flows"]) == 2
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=3)


def test_a_folder_that_cannot_be_made(project, capsys):
    Path("file").write_text("mine", encoding="utf-8")

    assert main(["init", "template.yaml", "file/tests"]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert Path("file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("stuck", [False, True])
def test_nothing_is_left_half_written(project, monkeypatch, error, stuck):
    real = Path.open

    def full(self, *arguments, **named):
        if self.name == "test_refund.py":
            if stuck:
                Path("new/tests/theirs").write_text("", encoding="utf-8")
            raise error
        return real(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(type(error) if not isinstance(error, OSError) else PytestSfnError) as raised:
        init.main(["template.yaml", "new/tests"], "pytest-sfn init")
    assert "rmdir" not in str(raised.value)
    assert [each.name for each in Path("new/tests").glob("*")] == ["theirs"] * stuck
    assert Path("new").exists() == stuck


def test_a_machine_that_cannot_be_loaded(project, capsys):
    Path("order.asl.json").unlink()

    assert main(["init", "template.yaml"]) == 1
    assert "no tests for OrderStateMachine: template.yaml:6:7: " in capsys.readouterr().err
    assert sorted(each.name for each in Path("tests").iterdir()) == ["conftest.py", "test_refund.py"]


def test_names_where_no_file_says_what_the_project_is(project, capsys):
    Path("infra").mkdir()
    for name in ("template.yaml", "order.asl.json"):
        Path(name).rename(f"infra/{name}")
    assert main(["init", "infra/template.yaml"]) == 0
    assert main(["init", "infra/template.yaml"]) == 2
    named = capsys.readouterr().err.rpartition("such as ")[2].strip()

    assert main(["init", "infra/template.yaml", named]) == 0
    assert main(["init", "infra/template.yaml", named]) == 2
    assert Path(capsys.readouterr().err.rpartition("such as ")[2].strip()) == Path(named, "workflow")
    for mode in ("prepend", "importlib"):
        project.runpytest_subprocess("-W", "error", f"--import-mode={mode}").assert_outcomes(passed=6)


def test_a_file_where_the_folder_would_be(project, capsys):
    Path("workflow").mkdir()

    assert main(["init", "template.yaml", "template.yaml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "pytest-sfn init: template.yaml: cannot be written: template.yaml is no folder",
        "  fix  name a folder for the tests, such as workflow_2",
    ]


def test_a_nested_stack(project, capsysbinary):
    stack = "{Nested: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: nested.yaml}}}"
    Path("around.yaml").write_text(f"Resources: {stack}\n", encoding="utf-8")
    Path("nested.yaml").write_text(TEMPLATE, encoding="utf-8")
    Path("template.yaml").write_text(TEMPLATE + f"  Inner: {stack[9:-1]}\n", encoding="utf-8")

    assert main(["init", "around.yaml", "tests/around"]) == 0
    assert main(["init", "template.yaml", "tests/own"]) == 0
    assert capsysbinary.readouterr().out.count(b"tests\n") == 3
    own = Path("tests/own/conftest.py").read_text("utf-8")
    assert re.findall(r'logical_id="(.*)"', own) == [
        "OrderStateMachine", "Refund", "Inner-OrderStateMachine", "Inner-Refund",
    ]  # fmt: skip
    assert "def inner_refund_machine(" in own
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=9)


@pytest.mark.parametrize("text", ['{"StartAt": "A"}', "Resources: {}", "nothing"])
def test_a_file_without_a_machine(project, text, capsys):
    Path("template.yaml").write_text(text, encoding="utf-8")

    assert main(["init", "template.yaml"]) == 2
    assert capsys.readouterr().err
    assert not Path("tests").exists()


def test_the_page_shows_what_is_written(project):
    files, _ = read_page(ROOT / "docs" / "init.md")
    Path("order.asl.json").write_text(files["order.asl.json"], encoding="utf-8")

    assert main(["init", "order.asl.json"]) == 0
    for name in ("tests/conftest.py", "tests/test_order.py"):
        assert Path(name).read_text("utf-8") == files[name]


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the corpus")
def test_files_that_people_wrote(pytester, capsysbinary):
    """A sample of them: every test that is written passes, or says what is to be filled in."""
    files = []
    for kind in ("definitions", "templates"):
        rows = json.loads((CORPUS / kind / "index.json").read_text("utf-8"))
        files += [(CORPUS / kind, row["file"]) for row in Random(1).sample(rows, 30)]
    for number, (folder, file) in enumerate(files):
        allowed = folder / file.partition("/")[0]
        main(["init", str(folder / file), f"tests/n{number}", "--allow-folder", str(allowed)])
    outcomes = pytester.runpytest_subprocess("--import-mode=importlib", "-p", "no:randomly").parseoutcomes()

    assert outcomes["passed"] > 80
    assert not outcomes.keys() & {"failed", "errors"}
    assert outcomes.get("skipped", 0) < 10
