"""What commands print is UTF-8 with line feeds, also where the terminal has another encoding."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.commands.output import write
from tests.coverage.taking import collecting
from tests.helpers import machine


def test_utf_8_and_line_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(bytes_written, encoding="ascii", newline="\r\n"))
    print("first")
    write("é ☃\n\ud800")
    assert bytes_written.getvalue() == b"first\r\n\xc3\xa9 \xe2\x98\x83\n\\ud800"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell, and a device that is full")
@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        ("{} docs mocks | true", 0, ""),
        ("{} docs mocks >/dev/full", 2, "standard output: cannot be written: No space left on device"),
        ("{} docs mocks >&-", 2, "standard output: cannot be written: it is closed"),
    ],
    ids=["nobody reads it", "full", "closed"],
)
def test_standard_output_that_takes_nothing(line: str, status: int, error: str) -> None:
    command = line.format(f"{shlex.quote(sys.executable)} -m pytest_sfn")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (status, error and f"python -m pytest_sfn docs: {error}\n")


@pytest.mark.parametrize(
    "command",
    [
        ("coverage", "report", "--format=term-missing"),
        ("lint", "ä.asl.json"),
        ("lint", "--format=json", "ä.asl.json"),
        ("draw", "ä.asl.json"),
        ("coverage", "combine", ".sfn_coverage", "-o", "ö"),
        ("lint", "ü.asl.json"),
    ],
    ids=" ".join,
)
def test_a_terminal_that_has_only_ascii(tmp_path, monkeypatch, command) -> None:
    monkeypatch.chdir(tmp_path)
    definition = machine(Größe={"Type": "Pass", "Next": "注文"}, 注文={"Type": "Fail", "Error": "é"}, ß={"Type": "Pass"})
    (tmp_path / "ä.asl.json").write_text(json.dumps(definition, indent=1), encoding="utf-8")
    definition["States"].pop("ß")
    (tmp_path / "ö.asl.json").write_text(json.dumps(definition, indent=1), encoding="utf-8")
    with collecting(tmp_path) as collector:
        SfnMock().load(tmp_path / "ö.asl.json").run()
        collector.finish()
    collector.data().write(tmp_path / ".sfn_coverage")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-m", "pytest_sfn", *command], capture_output=True, env=environment, check=False)
    assert done.returncode in (0, 1, 2)
    assert b"Traceback" not in done.stderr
    assert (done.stdout + done.stderr).decode("utf-8")
