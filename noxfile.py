"""The versions that pytest-sfn claims: `pip install nox uv && nox`, or one session, such as `nox -s built`.

A Python that is not there and cannot be fetched is skipped. CONTRIBUTING.md says what each session does.
"""

from __future__ import annotations

import re
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
OLDEST = PYTHONS[0]
CORE = ("-n2", "-q", "-m", "not slow")
OPTIONAL = {  # with what needs it
    "pyarrow": (),
    "numpy": (),
    "coverage": ("pytest-cov",),
    "pytest-cov": (),
    "time-machine": (),
    "fast-sugiyama": (),
    "pytest-xdist": (),
}


@nox.session(python=PYTHONS)
def newest(session: nox.Session) -> None:
    """All tests with the newest releases, on each Python."""
    session.install(".[test]")
    session.run("pytest", "-n2", "-q", *session.posargs)


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """The core with the lowest releases that pyproject.toml declares."""
    constraints = Path(session.create_tmp(), "lowest.txt")
    pinned = session.run("python", ".ci/lowest.py", silent=True)
    constraints.write_text(str(pinned), encoding="utf-8")
    session.install(".[test]", "-c", str(constraints))
    session.run("pytest", *CORE, *session.posargs)


@nox.session(python=OLDEST)
@nox.parametrize("release", ["8.2", "8.3", "8.4", "9.0", "9.1"])
def pytest(session: nox.Session, release: str) -> None:
    """The core with each pytest from the lowest on; `newest` has the newest one."""
    session.install(".[test]", f"pytest=={release}.*")
    session.run("pytest", *CORE, *session.posargs)


@nox.session(python=OLDEST)
@nox.parametrize("package", list(OPTIONAL))
def without(session: nox.Session, package: str) -> None:
    """The core without one optional package."""
    session.install(".[test]")
    session.run("uv", "pip", "uninstall", "-q", package, *OPTIONAL[package], external=True)
    session.run("pytest", *(CORE[1:] if package == "pytest-xdist" else CORE), *session.posargs)


@nox.session(python=PYTHONS)
@nox.parametrize("kind", ["wheel", "sdist"])
def built(session: nox.Session, kind: str) -> None:
    """What would be published, installed by pip outside of the checkout: the test of the README passes."""
    folder = Path(session.create_tmp()).resolve()
    session.run("uv", "build", "-q", f"--{kind}", "--out-dir", str(folder / "dist"), external=True)
    (archive,) = (folder / "dist").glob("*.whl" if kind == "wheel" else "*.tar.gz")
    session.install("pip")
    session.run("python", "-m", "pip", "install", "-q", "--disable-pip-version-check", str(archive))
    archive.unlink()
    readme = Path("README.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    session.chdir(folder)
    session.run("python", "-m", "pytest", "-q", "-W", "error", "test_order.py")
