"""Archives in folders that are removed again."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

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


def _compressed(content: bytes, kind: int) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", kind) as archive:
        archive.writestr("a.py", "x = 1\n" * 500)
        archive.writestr("app.py", content)
    return packed.getvalue()


@pytest.mark.parametrize("kind", [ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
def test_damaged_archives(folders, kind):
    """Whatever byte is wrong: there is an answer or a ValueError, and no folder of it stays."""
    whole = _compressed(bytes(range(256)) * 3, kind)
    refused = 0
    for at in range(0, len(whole), 7):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            folders.unpack(damaged, str(at))
        except ValueError as error:
            assert str(error).startswith("it ")
            refused += 1
    assert refused
    assert len(folders._made) == len(folders._unpacked)
    for cut in (1, len(whole) // 2, len(whole) - 1):
        with pytest.raises(ValueError, match="it cannot be unzipped"):
            folders.unpack(whole[:cut], f"cut at {cut}")


def test_archive_larger_than_lambda_takes(folders, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 10)
    with pytest.raises(ValueError, match=re.escape("it has 11 bytes unzipped, and Lambda takes 10")):
        folders.unpack(zipped({"app.py": "x" * 11}), "one")
