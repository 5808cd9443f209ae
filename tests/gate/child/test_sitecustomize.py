"""A Python process that a stub has started, with the environment that it gets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pytest_sfn.gate.child import sitecustomize

FOLDER = Path(sitecustomize.__file__).parent


def run(code, tmp_path, **variables):
    """The output of a process, and what it was refused."""
    report = tmp_path / "report"
    path = os.pathsep.join((str(FOLDER), str(tmp_path)))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTEST_SFN_REFUSED": str(report), **variables}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip(), report.read_text("utf-8") if report.exists() else ""


CONNECT = """
import socket, sys
try:
    sys.audit("socket.connect", socket.socket(), ("192.0.2.1", 80))
except OSError as error:
    print(error)
else:
    print("passed")
"""


def test_it_is_refused_and_reported(tmp_path):
    what = "opened a connection to 192.0.2.1:80"
    text = f"pytest-sfn: this process {what}, and nothing leaves this machine in a test (pytest-sfn docs network)"
    assert run(CONNECT, tmp_path) == (text, "opened a connection to 192.0.2.1:80\t192.0.2.1\t<string>:4\n")


def test_what_is_allowed_passes(tmp_path):
    assert run(CONNECT, tmp_path, PYTEST_SFN_ALLOWED="b.org 192.0.2.1") == ("passed", "")


def test_a_sitecustomize_of_its_own_runs_too(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.OWN = 'own'")
    assert run("print(OWN)", tmp_path) == ("own", "")


def test_neither_its_folder_nor_the_proxies_are_seen_but_a_program_inherits_them(tmp_path):
    code = f"import os, sys; print({str(FOLDER)!r} in sys.path, os.environ.get('http_proxy'), flush=True); os.system('env')"
    seen, *inherited = run(code, tmp_path, http_proxy="http://127.0.0.1:9")[0].splitlines()
    assert seen == "False None"
    assert "http_proxy=http://127.0.0.1:9" in inherited
