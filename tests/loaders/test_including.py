"""Files of CloudFormation that other files include."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.loaders.including import is_included
from pytest_sfn.loaders.project import Project

PART = "Resources: {}"


@pytest.mark.parametrize(
    ("files", "included"),
    [
        ({}, False),
        ({"serverless.yml": "resources: ${file(parts/a.yml)}"}, True),
        ({"serverless.yml": "resources:\n  - ${file(./parts/${self:custom.which, 'a'}.yml):x}"}, True),
        ({"serverless.yml": "resources: ${file(more.yml)}", "more.yml": "- ${file(parts/a.yml)}"}, True),
        ({"serverless.yml": "resources: ${file(parts/b.yml)}", "parts/b.yml": "x"}, False),
        ({"serverless.yml": "resources: ${file(more.yml)}", "more.yml": "${file(more.yml)}"}, False),
        ({"parts/serverless.yml": "resources: ${file(a.yml)}"}, True),
        ({"template.yaml": "Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/a.yml}}"}, True),
        ({"template.yaml": "Type: AWS::Serverless::Application\nLocation: parts/a.yml"}, False),
    ],
)
def test_included(write: Any, tmp_path: Any, files: dict[str, str], included: bool) -> None:
    write({"package.json": "{}", "parts/a.yml": PART, **files})
    part = tmp_path / "parts" / "a.yml"
    assert is_included(part, Project(part.parent)) is included


def test_only_the_project_is_looked_at(write: Any, tmp_path: Any) -> None:
    write({"serverless.yml": "resources: ${file(parts/a.yml)}", "parts/package.json": "{}", "parts/a.yml": PART})
    part = tmp_path / "parts" / "a.yml"
    assert not is_included(part, Project(part.parent))


def test_a_link_out_of_the_project_is_not_read(write: Any, tmp_path: Any) -> None:
    write({"away/a.yaml": "${file(a.yml)}", "shop/package.json": "{}", "shop/a.yml": PART})
    (tmp_path / "shop" / "template.yaml").symlink_to(tmp_path / "away" / "a.yaml")
    part = tmp_path / "shop" / "a.yml"
    assert not is_included(part, Project(part.parent))


def test_folders_with_letters_of_patterns(write: Any, tmp_path: Any) -> None:
    files = {"serverless.yml": "${file(a[b].${opt:x}.yml)}", "a[b].c.yml": PART, "ab.c.yml": PART}
    write({"shop[1]/package.json": "{}", **{f"shop[1]/{name}": text for name, text in files.items()}})
    folder = tmp_path / "shop[1]"
    assert is_included(folder / "a[b].c.yml", Project(folder))
    assert not is_included(folder / "ab.c.yml", Project(folder))
