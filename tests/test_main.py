"""`python -m pytest_sfn`."""

import subprocess
import sys

import pytest

from pytest_sfn.__main__ import COMMANDS, main


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])

    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    assert all(f"  {name:13}{does}\n" in shown for name, (_, does) in COMMANDS.items())


def test_without_a_command_help_is_shown(capsys):
    assert main([]) == 2

    shown = capsys.readouterr().err
    assert shown.startswith("usage: python -m pytest_sfn [-h] command ...\n\ncommands:\n  coverage  ")
    assert "arguments\n" not in shown.replace("positional arguments:\n", "")


def test_a_command_that_is_not_there(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["fly"])

    assert stopped.value.code == 2
    assert "invalid choice: 'fly'" in capsys.readouterr().err


def test_our_errors_are_one_line_and_a_status(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert main(["coverage", "report"]) == 1
    message = "python -m pytest_sfn coverage: .sfn_coverage: no coverage data: No such file or directory\n"
    assert capsys.readouterr() == ("", message)


def test_a_command_has_help_of_its_own():
    done = subprocess.run([sys.executable, "-m", "pytest_sfn", "draw", "--help"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("usage: python -m pytest_sfn draw ")
