"""`python -m pytest_sfn`."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, entry_points

import pytest

import pytest_sfn
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
    assert shown.startswith("usage: pytest-sfn [-h] [--version] command ...\n\ncommands:\n  coverage  ")
    assert "arguments\n" not in shown.replace("positional arguments:\n", "")


def test_a_command_that_is_not_there(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["fly"])

    assert stopped.value.code == 2
    known = "coverage, docs, draw, init, lint, mock-config, serve"
    assert capsys.readouterr().err.endswith(f"pytest-sfn: error: there is no command 'fly'; there are {known}\n")


def test_a_command_that_is_misspelt(capsys):
    with pytest.raises(SystemExit):
        main(["lnt"])

    assert capsys.readouterr().err.endswith("pytest-sfn: error: there is no command 'lnt'; did you mean lint?\n")


def test_an_option_that_is_not_there(capsys):
    with pytest.raises(SystemExit):
        main(["--fast"])

    assert capsys.readouterr().err.endswith("pytest-sfn: error: the following arguments are required: command\n")


def test_a_bug_is_no_finding(capsys, monkeypatch):
    monkeypatch.setattr("pytest_sfn.commands.docs.read_page", lambda name: 1 / 0)

    assert main(["docs", "mocks"]) == 2
    assert capsys.readouterr().err.endswith(
        "ZeroDivisionError: division by zero\npytest-sfn docs: this is a bug in pytest-sfn; please report it\n"
    )


def test_an_interrupt_has_the_status_of_shells(monkeypatch):
    def interrupt(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("pytest_sfn.commands.docs.read_page", interrupt)

    assert main(["docs", "mocks"]) == 130


def test_our_errors_are_one_line_and_a_status(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert main(["coverage", "report"]) == 2
    message = "pytest-sfn coverage: .sfn_coverage: no coverage data: No such file or directory\n"
    assert capsys.readouterr() == ("", message)


def test_a_command_has_help_of_its_own():
    done = subprocess.run([sys.executable, "-m", "pytest_sfn", "draw", "--help"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("usage: python -m pytest_sfn draw ")


def test_version(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"pytest-sfn {pytest_sfn.__version__}\n"
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", pytest_sfn.__version__)


def test_a_checkout_that_is_not_installed_has_a_version(monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: (_ for _ in ()).throw(PackageNotFoundError(name)))

    assert pytest_sfn.__version__ == "0"


def test_the_console_script_is_the_same_command():
    (script,) = entry_points(group="console_scripts", name="pytest-sfn")

    assert script.load() is main
