"""`pytest-sfn lint`."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper

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
  see  pytest-sfn docs lint#sfn104-missing-target (https://pytest-sfn.readthedocs.io/en/latest/lint.html#sfn104-missing-target)
wrong.asl.json:2:42: error SFN201 unreachable-state: state 'B, C': State "B, C" is not reachable.
    2 | "A": {"Type": "Pass", "Next": "100%,:"}, "B, C": {"Type": "Succeed"}}}
      |                                          ^
  fix  lead to it with Next, Default, Choices or Catch, or remove it
  see  pytest-sfn docs lint#sfn201-unreachable-state (https://pytest-sfn.readthedocs.io/en/latest/lint.html#sfn201-unreachable-state)
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


def test_the_format_has_the_name_that_ruff_gives_it_too(lint):
    assert lint("wrong.asl.json", "--output-format=github") == lint("wrong.asl.json", "--format=github")


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
        (["wrong.asl.json", "--select=SFN3"], 0),
        (["wrong.asl.json", "--ignore=all", "--select=SFN2"], 1),
        (["wrong.asl.json", "--ignore=SFN2", "--select=SFN2"], 0),
        (["--list-rules"], 0),
        (["--explain=nonsense"], 2),
        (["-", "clean.asl.json"], 2),
        (["."], 1),
        ([], 2),
        (["no.asl.json"], 2),
        ([".", "--ignore=nonsense"], 2),
        (["clean.asl.json", "--format=xml"], 2),
    ],
)
def test_status(lint, arguments, status):
    assert lint(*arguments)[0] == status


def test_a_path_that_is_not_there(lint):
    assert lint("nowhere")[2] == "pytest-sfn lint: nowhere: there is no such file or folder\n"
    near = "wrnog.asl.json: there is no such file or folder\n  fix  did you mean wrong.asl.json?\n"
    assert lint("wrnog.asl.json")[2] == f"pytest-sfn lint: {near}"


def test_a_folder_without_state_machines(lint, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "template.yaml").write_text("Resources: {}\n")
    status, out, err = lint("empty", "--format=json")
    assert (status, out) == (2, "")
    assert err.splitlines()[0] == "pytest-sfn lint: empty: no state machine found"
    assert err.splitlines()[1].startswith("  fix  name the files; a folder is searched for *.asl.json, ")
    assert lint("empty/template.yaml")[0] == 0  # as when a hook names the files that changed
    assert lint("empty", "clean.asl.json")[0] == 0


def test_type(lint):
    assert "EXPRESS" not in lint("warned.asl.json")[1]
    assert "Express executions last five minutes at most" in lint("warned.asl.json", "--type", "EXPRESS")[1]


@pytest.mark.parametrize(("terminal", "files", "shown"), [(True, 101, True), (True, 100, False), (False, 101, False)])
def test_a_line_of_progress_on_a_terminal(lint, tmp_path, monkeypatch, terminal, files, shown):
    for number in range(files - 3):
        tmp_path.joinpath(f"x{number}.asl.json").write_text(WARNED.replace("99999999", "5"), encoding="utf-8")
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    status, output, errors = lint(".")
    assert status == 1
    assert output.endswith(f"2 errors and 1 warning in {files} state machines\n")
    begin = "linting: 0 of 101 files"
    lines = [begin, "linting: 50 of 101 files", "linting: 100 of 101 files"]
    assert errors == (f"\r{lines[0]}\r{lines[1]}\r{lines[2]}\r{'':25}\r" if shown else "")


@pytest.mark.parametrize(
    ("text", "arguments", "shown"),
    [
        (WRONG, ["-"], "stdin:2:31: error SFN104 "),
        (WRONG, ["-", "--stdin-filename=flows/new.asl.json"], "flows/new.asl.json:2:31: error SFN104 "),
        ("StartAt: A\nStates:\n  A: {Type: Pass}\n", ["--stdin-filename=a.asl.yaml"], "a.asl.yaml:3:3: error SFN103 "),
        (
            "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: wrong.asl.json}\n",
            ["--stdin-filename=template.yaml"],
            "wrong.asl.json:2:31: error SFN104 ",
        ),
    ],
)
def test_standard_input(lint, monkeypatch, text, arguments, shown):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode()), encoding="utf-8"))
    status, out, _ = lint(*arguments)
    assert (status, out[: len(shown)]) == (1, shown)


def test_standard_input_that_is_no_text(lint, monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"{\xff"), encoding="utf-8"))
    status, out, _ = lint("-")
    assert (status, out.partition(": The")[0]) == (1, "stdin:1:2: error SFN101 unreadable")  # as of a file


def test_standard_input_that_is_closed(lint, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert lint("-") == (2, "", "pytest-sfn lint: -: standard input is closed\n")


@pytest.mark.parametrize(
    "arguments", [["-", "clean.asl.json"], ["--stdin-filename=new.asl.json", "clean.asl.json"], ["-", "-"]]
)
def test_standard_input_is_linted_alone(lint, arguments):
    status, _, err = lint(*arguments)
    assert (status, err.splitlines()[-1]) == (
        2,
        "pytest-sfn lint: error: standard input is linted alone, without other paths",
    )


def test_rules_are_listed(lint):
    status, out, _ = lint("--list-rules")
    assert status == 0
    assert "SFN203  warning  choice-without-default\n" in out
    assert len(out.splitlines()) == len(RULES)


@pytest.mark.parametrize("named", ["SFN203", "choice-without-default"])
def test_a_rule_is_explained(lint, named):
    status, out, _ = lint("--explain", named)
    assert status == 0
    assert out.startswith("### SFN203 choice-without-default\n\n*warning.* If no Choice Rule matches ")
    assert "SFN204" not in out


def test_no_rule_is_explained(lint):
    status, out, err = lint("--explain=,")
    assert (status, out, err.splitlines()[-1]) == (2, "", "pytest-sfn lint: error: argument --explain: it names no rule")
