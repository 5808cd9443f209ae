"""`python -m pytest_sfn lint`."""

from __future__ import annotations

import pytest

from pytest_sfn.__main__ import main

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


def test_a_path_that_is_not_there(lint):
    assert lint("no.asl.json")[2] == "python -m pytest_sfn lint: no.asl.json: there is no such file or folder\n"


def test_a_folder_without_state_machines(lint, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "template.yaml").write_text("Resources: {}\n")
    status, out, err = lint("empty", "--format=json")
    assert (status, out) == (2, "")
    assert err.splitlines()[0] == "python -m pytest_sfn lint: empty: no state machine found"
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
