from __future__ import annotations

from pathlib import Path

from tests.templates.helpers import SAM, told


def test_a_folder_whose_name_is_near_to_another(tmp_path: Path) -> None:
    (tmp_path / "functions" / "extract").mkdir(parents=True)
    text = (
        f"{SAM}Resources:\n  A: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: function/extract/}}}}\n"
        "  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: functions/extract/}}\n"
        "  C: {Type: AWS::Serverless::Function, Properties: {CodeUri: target/made.jar}}\n"
        "  D: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://a/b}}\n"
    )

    assert told(text, tmp_path / "template.yaml") == [
        (
            "3:62 warning code-not-found: CodeUri: there is no folder or file 'function/extract/'; "
            "did you mean 'functions/extract'?"
        )
    ]


def test_folders_that_are_counted_are_others(tmp_path: Path) -> None:
    for folder in ("dist/fn_a", "src1"):
        (tmp_path / folder).mkdir(parents=True)
    text = (
        f"{SAM}Resources:\n  A: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: dist/fn_b}}}}\n"
        "  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: src2}}\n"
    )

    assert told(text, tmp_path / "template.yaml") == []


def test_a_folder_outside_of_the_project_is_not_meant(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "outside").mkdir()
    (project / "charge").symlink_to(tmp_path / "outside")
    text = f"{SAM}Resources:\n  A: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: chargee}}}}\n"

    assert told(text, project / "template.yaml") == []
    assert len(told(text, project / "template.yaml", allowed_folders=[tmp_path])) == 1
