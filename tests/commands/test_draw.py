import json
import subprocess
import sys

import pytest

from pytest_sfn.__main__ import main
from pytest_sfn.definition import load
from tests.diagrams.machines import ORDER


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.asl.json").write_text(json.dumps(ORDER))
    return "order.asl.json"


def test_mermaid_to_standard_output(file):
    done = subprocess.run([sys.executable, "-m", "pytest_sfn", "draw", file], capture_output=True, check=True)
    assert done.stdout.decode() == load(ORDER).to_mermaid()


def test_a_hyphen_is_standard_output(file, tmp_path, capsysbinary):
    assert main(["draw", file, "-o", "-"]) == 0
    assert capsysbinary.readouterr().out.decode() == load(ORDER).to_mermaid()
    assert not (tmp_path / "-").exists()


def test_svg_by_the_name_of_the_file(file, tmp_path):
    pytest.importorskip("fast_sugiyama")
    assert main(["draw", file, "-o", "out.svg"]) == 0
    assert (tmp_path / "out.svg").read_text("utf-8").startswith("<svg ")


def test_placeholders_need_no_values(tmp_path, capsysbinary):
    (tmp_path / "wait.asl.json").write_text('{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": ${S}, "End": true}}}')
    assert main(["draw", str(tmp_path / "wait.asl.json")]) == 0
    assert b's0{{"W<br/>Wait' in capsysbinary.readouterr().out


def test_what_is_not_there(file, capsys, tmp_path):
    assert main(["draw", "ordr.asl.json"]) == 2
    assert capsys.readouterr().err == (
        "pytest-sfn draw: definition 'ordr.asl.json' not found\n"
        f"  looked at  {tmp_path / 'ordr.asl.json'}\n  did you mean  {tmp_path / 'order.asl.json'}\n"
    )


def test_where_nothing_can_be_written(file, capsys):
    assert main(["draw", file, "-o", "no/such/folder.mmd"]) == 2
    assert capsys.readouterr().err.startswith("pytest-sfn draw: no/such/folder.mmd: cannot be written: ")


def test_a_picture_that_cannot_be_drawn(file, capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["draw", file, "-o", "order.png"])
    assert "error: a .png file cannot be drawn; OUT may end in .svg" in capsys.readouterr().err
    assert not (tmp_path / "order.png").exists()


def test_a_machine_of_a_template(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.chdir(tmp_path)
    flow = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": ORDER}}
    (tmp_path / "template.json").write_text(json.dumps({"Resources": {"Order": flow, "Other": flow}}))
    assert main(["draw", "template.json", "--logical-id", "Order"]) == 0
    assert capsysbinary.readouterr().out.decode() == load(ORDER).to_mermaid()
    assert main(["draw", "template.json"]) == 2
    said = capsysbinary.readouterr().err
    assert b"template.json has 2 state machines; say which" in said
    assert b"\n  fix  --logical-id Order\n" in said.replace(b"\r\n", b"\n")
