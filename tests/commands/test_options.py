"""Options that several commands have."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from pytest_sfn.__main__ import main
from pytest_sfn.commands.options import add_allow_folder

TEMPLATE = "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../shared.asl.json}}}"


def test_a_list_of_folders() -> None:
    parser = ArgumentParser()
    add_allow_folder(parser)
    assert parser.parse_args([]).allow_folder == []
    assert parser.parse_args(["--allow-folder", "a", "--allow-folder", "b"]).allow_folder == [Path("a"), Path("b")]


@pytest.mark.parametrize("command", ["draw", "lint"])
def test_commands_that_read_templates(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shared.asl.json").write_text('{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}', encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.chdir(project)
    main([command, "template.yaml"])
    shown = capfd.readouterr()
    assert "outside of the project" in shown.out + shown.err
    assert main([command, "template.yaml", "--allow-folder", ".."]) == 0
    shown = capfd.readouterr()
    assert "outside of the project" not in shown.out + shown.err
