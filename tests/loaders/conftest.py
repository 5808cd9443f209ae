"""Templates as text, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pytest_sfn.loaders import find_machines
from pytest_sfn.loaders.template import FoundMachine

Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files, which the working directory then has, and give the path of the first."""
    monkeypatch.chdir(tmp_path)

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path / next(iter(files))

    return write


@pytest.fixture
def machine(write: Write) -> Callable[..., FoundMachine]:
    """The only machine of a template, given as text or as the files it consists of."""

    def machine(text: str | Mapping[str, str], **options: Any) -> FoundMachine:
        files = {"template.yaml": text} if isinstance(text, str) else text
        (found,) = find_machines(write(files), **options)
        return found

    return machine


DONE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
