"""The CDK's files by their keys in S3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_sfn.loaders.cdk_assets import path_of_asset

FILES = {
    "1f2e": {"source": {"path": "asset.1f2e"}, "destinations": {"here": {"bucketName": "b", "objectKey": "1f2e.zip"}}},
    "9a8b": {"source": {"path": "machine.json"}, "destinations": {"here": {"objectKey": "prefix/other.json"}}},
    "none": {"source": {"executable": ["make"]}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Shop.assets.json").write_text(json.dumps({"files": FILES}))
    return tmp_path


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("1f2e.zip", "asset.1f2e"),
        ("1f2e", "asset.1f2e"),
        ("prefix/other.json", "machine.json"),
        ("none", None),
        ("unknown.zip", None),
        ("", None),
    ],
)
def test_path_of_a_key(folder: Path, key: str, path: str | None) -> None:
    assert path_of_asset(folder, key) == path


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"files": []}', '{"files": {"1f2e": 1, "x": {"source": 1}}}'])
def test_files_that_are_not_the_cdks(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.assets.json").write_text(text)
    assert path_of_asset(tmp_path, "1f2e.zip") is None


def test_template_in_no_file() -> None:
    assert path_of_asset(None, "1f2e.zip") is None
