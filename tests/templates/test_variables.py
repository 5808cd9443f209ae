from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DeploymentError, SfnAws, load
from pytest_sfn.errors import DefinitionWarning
from pytest_sfn.lint.find import lint_file

SERVICE = """\
service: s
provider: {name: aws, environment: '${file(config/${sls:stage}.yml)}'}
custom: {table: t, secret: '${file(secret.yml)}', other: 'a ${opt:x, self:custom.tabel}', also: '${self:custom.table}'}
functions:
  f: {handler: a.b, timeout: '${self:custom.timeout, 3}', environment: {T: '${self:custom.tabel}'}}
stepFunctions:
  stateMachines:
    m: {definition: {StartAt: A, States: {A: {Type: Pass, Result: '${self:custom.tabel}', End: true}}}}
resources: ['${file(queue.yml)}', '${file(made.js)}']
"""
TOLD = [
    ("2:37", "warning", "there is no file 'config/dev.yml'"),
    ("3:29", "warning", "there is no file 'secret.yml'"),
    ("5:77", "error", "serverless.yml has no 'custom.tabel'; did you mean 'custom.table'?"),
    ("8:68", "error", "serverless.yml has no 'custom.tabel'; did you mean 'custom.table'?"),
    ("9:14", "error", "there is no file 'queue.yml'; did you mean 'queues.yml'?"),
    ("9:36", "warning", "a program makes it, and none is run"),
]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serverless.yml").write_text(SERVICE)
    (tmp_path / "queues.yml").touch()
    return Path("serverless.yml")


def test_lint_tells_of_variables_that_lead_to_nothing(service: Path) -> None:
    (linted,) = lint_file(service)
    found = sorted(linted.problems, key=lambda each: str(each.location))
    assert [(str(each.location).partition(":")[2], each.severity) for each in found] == [told[:2] for told in TOLD]
    assert all(why in each.message for each, (_, _, why) in zip(found, TOLD, strict=True))


def test_deploy_refuses_them(service: Path, sfn_aws: SfnAws) -> None:
    with pytest.raises(
        DeploymentError, match=r"serverless.yml:9:14: .*there is no file 'queue.yml'; did you mean 'queues.yml'"
    ):
        sfn_aws.deploy(service.absolute())


def test_load_warns_of_a_lost_part(service: Path) -> None:
    with pytest.warns(DefinitionWarning) as caught:
        load(service.absolute())
    assert any("serverless.yml:9:14: ${file(queue.yml)} is not known here" in str(each.message) for each in caught)
