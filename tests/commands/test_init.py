"""`pytest-sfn init`: what it writes runs, and nothing is written over or left half written."""

import json
from pathlib import Path
from random import Random

import pytest

from pytest_sfn.__main__ import main
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
    # sfn_mock.use_handlers() lets Python functions that no mock answers run their own
    # code.
    return sfn_mock.load("../template.yaml", logical_id="OrderStateMachine")


@pytest.fixture
def refund_machine(sfn_mock):
    """Refund of template.yaml, with no mocks yet."""
    # sfn_mock.use_handlers() lets Python functions that no mock answers run their own
    # code.
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


def test_nothing_is_left_half_written(project, monkeypatch):
    real = Path.open

    def full(self, *arguments, **named):
        if self.name == "test_refund.py":
            raise OSError(28, "No space left on device", str(self))
        return real(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", full)
    assert main(["init", "template.yaml", "new/tests"]) == 2
    assert not Path("new").exists()


def test_a_machine_that_cannot_be_loaded(project, capsys):
    Path("order.asl.json").unlink()

    assert main(["init", "template.yaml"]) == 1
    assert "no tests: template.yaml:6:7: " in capsys.readouterr().err
    assert sorted(each.name for each in Path("tests").iterdir()) == ["conftest.py", "test_refund.py"]


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
