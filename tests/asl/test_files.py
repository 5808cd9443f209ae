"""Files: pipes, devices and circles are refused at once, and nothing is read without end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_sfn.asl.files import near_files, path_kind, read_bytes, read_text, shown_line, shown_path
from pytest_sfn.errors import DefinitionError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def message(path: Path) -> str:
    with pytest.raises(DefinitionError) as caught:
        read_text(path)
    return str(caught.value)


def test_kinds(here: Path) -> None:
    os.mkfifo(here / "pipe")
    (here / "file").write_text("x", encoding="utf-8")
    (here / "circle").symlink_to("circle")
    kinds = {name: path_kind(here / name) for name in ("pipe", "file", "circle", "a\0b", "n" * 5000, ".")}
    assert kinds == {
        "pipe": "device or pipe", "file": "file", "circle": None, "a\0b": None, "n" * 5000: None, ".": "directory",
    }  # fmt: skip


def test_a_pipe_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe")
    assert message(here / "pipe") == "pipe: a device or pipe, and no file"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/dev/zero", "/dev/zero: a device or pipe, and no file"),
        (".", ".: a directory, and no file"),
        ("circle", "circle: cannot be read: Too many levels of symbolic links"),
        ("nothing", "nothing: cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_file(here: Path, name: str, told: str) -> None:
    (here / "circle").symlink_to("circle")
    assert message(here / name) == told


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(here / "pipe")
    monkeypatch.setattr("pytest_sfn.asl.files.path_kind", lambda path: "file")
    assert read_bytes(here / "pipe") == b""


def test_a_file_is_read_as_far_as_the_limit(here: Path) -> None:
    (here / "large").write_bytes(b"x" * 11)
    assert read_bytes(here / "large", 11) == b"x" * 11
    with pytest.raises(DefinitionError, match=r"^large: 11 bytes; 10 are read at most$"):
        read_bytes(here / "large", 10)


def test_a_pointer_of_git_lfs(here: Path) -> None:
    (here / "order.asl.json").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", encoding="utf-8")
    assert message(here / "order.asl.json") == "order.asl.json: a pointer of Git LFS, not the file itself\n  fix  git lfs pull"


def test_what_is_one_directory_off_is_near(tmp_path: Path) -> None:
    for name in ("app/template.yaml", "app/tests/test_it.py", "app/flows/order.asl.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    app = tmp_path / "app"

    assert near_files(app / "infra" / "template.yaml") == [app / "template.yaml"]
    assert near_files(app / "tests" / "template.yaml") == [app / "template.yaml"]
    assert near_files(app / "order.asl.json") == [app / "flows" / "order.asl.json"]
    assert near_files(app) == [app / "template.yaml"]
    assert near_files(app / "flows") == [app / "flows" / "order.asl.json"]
    assert near_files(app / "infra" / "other.yaml") == []


def test_paths_are_shown_relative_to_the_working_directory_and_without_detours(here: Path) -> None:
    assert shown_path(here / "tests" / ".." / "template.yaml") == "template.yaml"
    assert shown_path(Path("tests/../template.yaml")) == "template.yaml"
    assert shown_path(here.parent / "other" / ".." / "x.py") == str(here.parent / "x.py")
    assert shown_line(f"{here}/tests/test_a.py:7") == "tests/test_a.py:7"
    assert shown_line("") == ""
