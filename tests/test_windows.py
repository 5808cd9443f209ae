"""Paths, line ends and terminals of Windows, as far as they can be tried elsewhere."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_sfn import callers
from pytest_sfn.asl import files, source
from pytest_sfn.asl.source import find_text, shown_path
from pytest_sfn.commands.output import write
from pytest_sfn.coverage.identity import file_name
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, Location
from pytest_sfn.lint.report import _uri
from pytest_sfn.loaders.formats import find_machines

WRONG = '{\n  "StartAt": "Ä",\n  "States": {\n    "Ä": {"Type": "Pass", "Next": "B"}\n  }\n}\n'
YAML = 'StartAt: "Ä"\nStates:\n  "Ä":\n    Type: Pass\n    Next: B\n'
SAM = (
    "Resources:\n  Order:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition:\n"
    "        StartAt: A\n        States:\n          A:\n            Type: Pass\n            Next: B\n"
)
TERRAFORM = (
    'resource "aws_sfn_state_machine" "order" {\n  name = "order"\n  definition = <<EOT\n'
    + WRONG
    + 'EOT\n}\n\nresource "aws_sfn_state_machine" "other" {\n'
    + '  name = "other"\n  definition = jsonencode({\n    StartAt = "A"\n'
    + '    States = { A = { Type = "Pass", Next = "B" } }\n  })\n}\n'
)


class Windows(PureWindowsPath):
    """A path on a disk that has one file, `C:\\work\\machines\\order.asl.json`."""

    FILE = PureWindowsPath(r"C:\work\machines\order.asl.json")

    @classmethod
    def cwd(cls) -> PureWindowsPath:
        return cls(r"C:\work")

    def stat(self) -> os.stat_result:
        for kind, paths in ((stat.S_IFREG, [self.FILE]), (stat.S_IFDIR, self.FILE.parents)):
            if self in paths:
                return os.stat_result((kind, *[0] * 9))
        raise FileNotFoundError(self)

    def iterdir(self) -> Any:
        return iter([type(self)(path) for path in (self.FILE, *self.FILE.parents) if path != self and path.parent == self])


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    import ntpath

    for module in (files, source):
        monkeypatch.setattr(module, "Path", Windows)
        monkeypatch.setattr(module, "os", SimpleNamespace(**{**vars(os), "path": ntpath, "name": "nt", "sep": "\\"}))
    monkeypatch.setattr(callers, "working_directory", Windows.cwd)
    monkeypatch.setattr(source, "read_text", lambda _path: "{}")


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize(
    ("named", "folder"),
    [
        (r"machines\order.asl.json", r"C:\work"),
        ("machines/order.asl.json", "C:/WORK"),
        (r"C:\work\machines\order.asl.json", "D:"),
    ],
)
def test_a_definition_is_found_and_shown_with_backslashes(named: str, folder: str) -> None:
    text, _ = find_text(named, directories=[folder])
    assert str(text.location(0)).lower() == r"machines\order.asl.json:1:1"


@pytest.mark.usefixtures("windows")
def test_a_definition_that_is_not_there() -> None:
    with pytest.raises(DefinitionError) as caught:
        find_text(r"machines\ordre.asl.json", directories=[r"C:\work"])
    looked_at, meant = str(caught.value).splitlines()[1:]
    assert looked_at == r"  looked at  C:\work\machines\ordre.asl.json"
    assert meant == r"  did you mean  C:\work\machines\order.asl.json"


@pytest.mark.usefixtures("windows")
def test_a_path_on_another_drive_is_shown_whole() -> None:
    assert shown_path(Windows(r"D:\x\t.yaml")) == r"D:\x\t.yaml"  # type: ignore[arg-type]


def test_a_place_on_a_drive() -> None:
    assert str(Location(r"C:\x\t.yaml", 3, 5)) == r"C:\x\t.yaml:3:5"


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        (r"C:\a b\t.yaml", "file:///C:/a%20b/t.yaml"),
        (r"machines\t.yaml", "machines/t.yaml"),
        ("/a b/t.yaml", "file:///a%20b/t.yaml"),
        ("c:t.yaml", "c%3At.yaml"),
    ],
)
def test_sarif_names_a_file_by_its_uri(file: str, uri: str) -> None:
    assert _uri(file) == uri


def test_coverage_names_a_file_on_another_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_drive(_path: object, _start: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert file_name(Path("/d/order.asl.json"), Path("/c")) == "/d/order.asl.json"


@pytest.mark.parametrize(
    ("name", "text"), [("a.asl.json", WRONG), ("a.asl.yaml", YAML), ("template.yaml", SAM), ("main.tf", TERRAFORM)]
)
def test_crlf_changes_no_place_and_no_excerpt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    monkeypatch.chdir(tmp_path)

    def problems(written: str) -> list[str]:
        path = tmp_path / name
        path.write_bytes(written.encode())
        found = []
        for machine in [None] if ".asl." in name else [each.logical_id for each in find_machines(path)]:
            with pytest.raises(DefinitionError) as caught:
                load(path, logical_id=machine)
            found.append(str(caught.value))
        return found

    expected = problems(text)
    assert any("^" in each for each in expected)
    assert problems(text.replace("\n", "\r\n")) == expected


def test_commands_write_utf_8_to_a_terminal_of_another_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", terminal)
    write("└─ ✓ \n")
    assert terminal.buffer.getvalue() == "└─ ✓ \n".encode()  # type: ignore[attr-defined]


def test_a_failing_test_is_reported_on_a_terminal_of_another_encoding(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.path.joinpath("a.asl.json").write_text(
        json.dumps({"StartAt": "Ä✓", "States": {"Ä✓": {"Type": "Fail", "Error": "─"}}}), encoding="utf-8"
    )
    pytester.makepyfile("def test_it(sfn_mock): assert sfn_mock.load('a.asl.json').run({}).succeeded")
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    result = pytester.runpytest_subprocess("--sfn-cov", "--sfn-lint")
    assert "INTERNALERROR" not in result.stdout.str()
    assert "UnicodeEncodeError" not in result.stdout.str() + result.stderr.str()
    assert result.parseoutcomes()["failed"] == 1


@pytest.mark.parametrize("missing", ["fcntl", "resource", "pwd", "grp", "termios"])
def test_a_plain_run_needs_no_module_of_posix(pytester: pytest.Pytester, missing: str) -> None:
    pytester.makepyfile(
        f"import sys\nsys.modules[{missing!r}] = None\n\ndef test_it(sfn_mock):\n"
        "    machine = sfn_mock.load({'StartAt': 'A', 'States': {'A': {'Type': 'Succeed'}}})\n"
        "    assert machine.run({}).succeeded\n"
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
