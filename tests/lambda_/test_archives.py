"""Archives in folders that are removed again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_sfn.lambda_ import archives
from pytest_sfn.lambda_.archives import Folders
from tests.created_functions import zipped


@pytest.fixture
def folders():
    folders = Folders()
    yield folders
    folders.close()


def test_each_archive_is_unpacked_once_and_nothing_stays(folders):
    content = zipped({"app.py": "x = 1", "data/a.txt": "a"})
    first, again = (folders.unpack(content, "one") for _ in range(2))
    other = folders.unpack(zipped({"app.py": "x = 2"}), "two")
    assert first == again != other
    assert (first / "app.py").read_text() == "x = 1"
    assert (first / "data/a.txt").read_text() == "a"
    folders.close()
    assert not first.exists()
    assert not other.exists()


@pytest.mark.parametrize("name", ["../outside.py", "/outside.py", "a/../../outside.py"])
def test_archive_that_leads_out_of_its_folder(folders, name):
    root = folders.unpack(zipped({name: ""}), "one")
    (file,) = (path for path in root.rglob("*") if path.is_file())
    assert file.name == "outside.py"
    assert not Path(root.parent, "outside.py").exists()


def test_what_is_no_archive(folders):
    with pytest.raises(ValueError, match="it cannot be unzipped: File is not a zip file"):
        folders.unpack(b"no zip", "one")


def test_archive_larger_than_lambda_takes(folders, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 10)
    with pytest.raises(ValueError, match=re.escape("it has 11 bytes unzipped, and Lambda takes 10")):
        folders.unpack(zipped({"app.py": "x" * 11}), "one")
