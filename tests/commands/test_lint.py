"""`python -m pytest_sfn lint`."""

from __future__ import annotations

import json

import pytest

from pytest_sfn.__main__ import main
from pytest_sfn.lint.rules import RULES

WARNED = '{"StartAt": "A", "States": {\n"A": {"Type": "Wait", "Seconds": 99999999, "End": true}}}'
WRONG = '{"StartAt": "A", "States": {\n"A": {"Type": "Pass", "Next": "100%,:"}, "B, C": {"Type": "Succeed"}}}'
TEXT = """\
wrong.asl.json:2:31: error SFN104 missing-target: state 'A': Missing 'Next' target: 100%,:
    2 | "A": {"Type": "Pass", "Next": "100%,:"}, "B, C": {"Type": "Succeed"}}}
      |                               ^
  fix  the states here are 'A', 'B, C'
  see  docs/lint.md#sfn104-missing-target
wrong.asl.json:2:42: error SFN201 unreachable-state: state 'B, C': State "B, C" is not reachable.
    2 | "A": {"Type": "Pass", "Next": "100%,:"}, "B, C": {"Type": "Succeed"}}}
      |                                          ^
  fix  lead to it with Next, Default, Choices or Catch, or remove it
  see  docs/lint.md#sfn201-unreachable-state
2 errors in 1 state machine
"""


@pytest.fixture
def lint(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder with a clean, a warned and a wrong definition; gives (status, output, errors)."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("clean", WARNED.replace("99999999", "5")), ("warned", WARNED), ("wrong", WRONG)):
        tmp_path.joinpath(f"{name}.asl.json").write_text(text, encoding="utf-8")

    def lint(*arguments):
        try:
            status = main(["lint", *arguments])
        except SystemExit as stop:
            status = stop.code
        return status, *capsys.readouterr()

    return lint


def test_text(lint):
    assert lint("wrong.asl.json") == (1, TEXT, "")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["clean.asl.json"], 0),
        (["warned.asl.json"], 0),
        (["warned.asl.json", "--strict"], 1),
        (["warned.asl.json", "--strict", "--ignore", "wait-too-long"], 0),
        (["wrong.asl.json", "--ignore=SFN104,SFN201"], 0),
        (["."], 1),
        ([], 2),
        (["no.asl.json"], 2),
        ([".", "--ignore=nonsense"], 2),
        (["clean.asl.json", "--format=xml"], 2),
    ],
)
def test_status(lint, arguments, status):
    assert lint(*arguments)[0] == status


def test_what_was_counted(lint):
    assert lint("clean.asl.json")[1] == "nothing to report in 1 state machine\n"
    assert lint(".")[1].endswith("\n2 errors and 1 warning in 3 state machines\n")


def test_a_path_that_is_not_there(lint):
    assert lint("no.asl.json")[2] == "python -m pytest_sfn lint: no.asl.json: there is no such file or folder\n"


def test_type(lint):
    assert "EXPRESS" not in lint("warned.asl.json")[1]
    assert "Express executions last five minutes at most" in lint("warned.asl.json", "--type", "EXPRESS")[1]


def test_json(lint):
    report = json.loads(lint("wrong.asl.json", "--format=json")[1])

    assert report["machines"] == 1
    assert report["problems"][0] == {
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
        "see": "docs/lint.md#sfn104-missing-target",
    }


def test_sarif(lint):
    report = json.loads(lint(".", "--format=sarif")[1])

    assert (report["version"], report["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = report["runs"]
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


def test_sarif_has_uris(lint, tmp_path):
    tmp_path.joinpath("a b%.asl.json").write_text(WRONG, encoding="utf-8")
    (run,) = json.loads(lint("a b%.asl.json", "--format=sarif")[1])["runs"]

    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b%25.asl.json"}


def test_github(lint, tmp_path):
    tmp_path.joinpath("a,b.asl.json").write_text(WRONG, encoding="utf-8")
    first, _ = lint("a,b.asl.json", "--format=github")[1].splitlines()

    assert first == (
        "::error file=a%2Cb.asl.json,line=2,col=31,title=SFN104 missing-target"
        "::state 'A': Missing 'Next' target: 100%25,:%0Athe states here are 'A', 'B, C'"
    )
    assert lint("clean.asl.json", "--format=github")[1] == ""
