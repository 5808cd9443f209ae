"""Problems as text, JSON, SARIF and GitHub's commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn.lint.find import files_below, lint_files
from pytest_sfn.lint.report import FORMATS
from pytest_sfn.lint.rules import RULES

WARNED = '{"StartAt": "A", "States": {\n"A": {"Type": "Wait", "Seconds": 99999999, "End": true}}}'
WRONG = '{"StartAt": "A", "States": {\n"A": {"Type": "Pass", "Next": "100%,:"}, "B, C": {"Type": "Succeed"}}}'


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Reports on a file, or a folder, beside a clean, a warned and a wrong definition."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("clean", WARNED.replace("99999999", "5")), ("warned", WARNED), ("wrong", WRONG)):
        tmp_path.joinpath(f"{name}.asl.json").write_text(text, encoding="utf-8")

    def report(format, name):
        path = Path(name)
        return FORMATS[format](lint_files(files_below(path) if path.is_dir() else [path]))

    return report


def test_what_was_counted(report):
    assert report("text", "clean.asl.json") == "nothing to report in 1 state machine"
    assert report("text", ".").endswith("\n2 errors and 1 warning in 3 state machines")


def test_json(report):
    value = json.loads(report("json", "wrong.asl.json"))

    assert value["machines"] == 1
    assert value["problems"][0] == {
        "code": "SFN104",
        "name": "missing-target",
        "severity": "error",
        "message": "Missing 'Next' target: 100%,:",
        "hint": "the states here are 'A', 'B, C'",
        "file": "wrong.asl.json",
        "line": 2,
        "column": 31,
        "machine": None,
        "state": "A",
        "pointer": "/States/A/Next",
        "see": "pytest-sfn docs lint#sfn104-missing-target (https://pytest-sfn.readthedocs.io/en/latest/lint.html#sfn104-missing-target)",
    }


def test_sarif_has_uris(report, tmp_path):
    tmp_path.joinpath("a b%.asl.json").write_text(WRONG, encoding="utf-8")
    (run,) = json.loads(report("sarif", "a b%.asl.json"))["runs"]

    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b%25.asl.json"}


def test_sarif(report):
    value = json.loads(report("sarif", "."))

    assert (value["version"], value["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = value["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning", "note"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    warned, wrong, _ = run["results"]
    assert (warned["ruleId"], warned["level"]) == ("SFN705", "warning")
    assert wrong["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "wrong.asl.json"},
                "region": {"startLine": 2, "startColumn": 31},
            },
            "logicalLocations": [{"name": "A", "fullyQualifiedName": "/States/A/Next"}],
        }
    ]


def test_github(report, tmp_path):
    tmp_path.joinpath("a,b.asl.json").write_text(WRONG, encoding="utf-8")
    first, _ = report("github", "a,b.asl.json").splitlines()

    assert first == (
        "::error file=a%2Cb.asl.json,line=2,col=31,title=SFN104 missing-target"
        "::state 'A': Missing 'Next' target: 100%25,:%0Athe states here are 'A', 'B, C'"
    )
    assert report("github", "clean.asl.json") == ""
