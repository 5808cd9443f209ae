"""What lies in a function's folders, and what of it is installed as well."""

import os
import sys
import sysconfig
import zipfile

import pytest

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.lambda_.vendored import check_archives, installed_tops, layer_paths, own_tops, shared_path

SITE = sysconfig.get_path("purelib")


def test_the_path_in_two(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path / "tests")
    monkeypatch.syspath_prepend(tmp_path / "other" / "site-packages")
    shared, left_out = shared_path()
    assert str(tmp_path / "tests") in left_out
    assert shared[0] == str(tmp_path / "other" / "site-packages")
    assert SITE in shared
    assert not {*shared} & {*left_out}
    assert {*shared, *left_out} == {os.path.abspath(entry) for entry in sys.path}  # noqa: PTH100 - as importlib does it


@pytest.fixture
def folder(tmp_path):
    for name in ("app.py", "package/__init__.py", "namespace/part.py", "notes.txt", "yaml/__init__.py", "own.dist-info/RECORD"):
        path = tmp_path / "code" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path / "code"


def test_names_in_a_folder_and_an_archive(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        for path in folder.rglob("*.*"):
            if path.is_file():
                archive.write(path, f"python/{path.relative_to(folder)}")
    names = {"app", "package", "yaml"}
    assert own_tops([str(folder)]) == names
    assert own_tops([f"{tmp_path}/code.zip/python"]) == names
    assert own_tops([f"{tmp_path}/nowhere"]) == set()


@pytest.mark.parametrize(
    ("listed", "content"),
    [("top_level.txt", "yaml\nnot_installed\n"), ("RECORD", "yaml/__init__.py,,\nnot_installed.py,,\n../bin/x,,\n")],
)
def test_installed_are_those_that_pip_put_there_too(folder, listed, content):
    (folder / "PyYAML.dist-info").mkdir()
    (folder / "PyYAML.dist-info" / listed).write_text(content)
    sdk = {"boto3", "botocore", "jmespath", "s3transfer", "urllib3"}
    assert installed_tops([str(folder)], [SITE]) == {"yaml", *sdk}
    assert installed_tops([str(folder)], []) == set()


def test_layers(tmp_path):
    layer = tmp_path / "layer"
    (layer / "python" / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    assert layer_paths(layer) == [f"{layer}/python/lib/python3.12/site-packages", f"{layer}/python"]
    assert layer_paths(tmp_path) == [str(tmp_path)]
    for name, expected in (("python/a.py", "/python"), ("a.py", "")):
        archive = tmp_path / "layer.zip"
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr(name, "")
        assert layer_paths(archive) == [f"{archive}{expected}"]


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
UNUSABLE = [
    (b"", "the file is empty"),
    (POINTER, "it is a pointer of Git LFS, not the archive itself: git lfs pull"),
    (b"<html>not found</html>", "it is no zip archive"),
    (b"PK\x03\x04 and no end", "the archive is damaged: File is not a zip file"),
    (b"PK\x05\x06" + bytes(18), "the archive has no files"),
]


@pytest.mark.parametrize(("content", "why"), UNUSABLE)
def test_what_is_no_archive(tmp_path, content, why):
    layer = tmp_path / "layer.zip"
    layer.write_bytes(content)
    for use in (lambda: layer_paths(layer), lambda: own_tops([str(layer)])):
        with pytest.raises(PytestSfnError) as caught:
            use()
        assert str(caught.value).splitlines() == [
            f"{layer}: {why}",
            "  fix  build it again; a folder will do as well, and needs no build",
            "  see  pytest-sfn docs handlers#layers (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#layers)",
        ]


def test_a_damaged_archive_is_found_when_it_is_read(tmp_path):
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("python/a.py", "A = 1")
    check_archives([f"{archive}/python", str(tmp_path), f"{tmp_path}/nowhere"])
    archive.write_bytes(archive.read_bytes().replace(b"A = 1", b"A = 2"))
    with pytest.raises(PytestSfnError, match=r"layer.zip: the archive is damaged, from python/a.py on"):
        check_archives([f"{archive}/python"])
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(PytestSfnError, match=r"layer.zip: the archive is damaged: "):
        check_archives([f"{archive}/python"])
