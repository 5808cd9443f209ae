"""Which folder calls a module that is loaded alone."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.formats import find_machines
from pytest_sfn.loaders.terraform_root import is_root
from tests.loaders.conftest import DONE, Write, machine_of

FLOW = 'variable "step" { default = "own" }\n' + machine_of(
    '  definition = templatefile("definitions/a.json", {step = var.step})'
)
FILE = '{"Comment": "${step}", "StartAt": "A",\n "States": {"A": {"Type": "Succeed"}}}'
CALL = 'module "%s" {\n  source = "%s"\n  step = "%s"\n}\n'


def alone(write: Write, files: dict[str, str], **options: Any) -> Any:
    (found,) = find_machines(write({"modules/flow/main.tf": FLOW, "pyproject.toml": "", **files}), **options)
    return found


def test_paths_and_values_are_those_of_the_only_call(write: Write) -> None:
    files = {"main.tf": CALL % ("pay", "./modules/flow", "Pay"), "definitions/a.json": FILE}
    found = alone(write, files)
    assert (found.logical_id, found.source.value["Comment"]) == ("order", "Pay")
    assert str(found.source.locate("/States/A")) == "definitions/a.json:2:13"
    assert alone(write, files, parameters={"step": "mine"}).source.value["Comment"] == "mine"


def test_of_several_calls_none_gives_values(write: Write) -> None:
    calls = CALL % ("pay", "./modules/flow", "Pay") + CALL % ("refund", "./modules/flow/", "Refund")
    assert alone(write, {"main.tf": calls, "definitions/a.json": FILE}).source.value["Comment"] == "own"


def test_a_root_that_is_no_folder_above(write: Write) -> None:
    found = alone(
        write, {"live/prod/main.tf": CALL % ("pay", "../../modules/flow", "Prod"), "live/prod/definitions/a.json": FILE}
    )
    assert found.source.value["Comment"] == "Prod"


def test_a_root_that_calls_through_another_module(write: Write) -> None:
    found = alone(write, {
        "modules/app/main.tf": 'variable "what" {}\nmodule "flow" {\n  source = "../flow"\n  step = var.what\n}\n',
        "main.tf": 'provider "aws" {}\nmodule "app" {\n  source = "./modules/app"\n  what = "far"\n}\n',
        "definitions/a.json": FILE,
    })  # fmt: skip
    assert found.source.value["Comment"] == "far"


def test_nobody_calls_it(write: Write) -> None:
    found = alone(write, {"main.tf": "", "modules/flow/definitions/a.json": FILE})
    assert found.source.value["Comment"] == "own"


def test_the_file_is_beside_the_module(write: Write) -> None:
    found = alone(write, {"main.tf": CALL % ("pay", "./modules/flow", "Pay"), "modules/flow/definitions/a.json": FILE})
    with pytest.raises(DefinitionError) as caught:
        _ = found.source
    text = str(caught.value)
    assert "definition: there is no file 'definitions/a.json' (looked at " in text
    assert 'fix  write "${path.module}/definitions/a.json" for the file beside the module' in text
    assert "did you mean" not in text


def test_the_caller_cannot_be_read(write: Write) -> None:
    broken = CALL % ("pay", "./modules/flow", "Pay") + "resource {{"
    found = alone(write, {"main.tf": broken, "definitions/a.json": FILE})
    assert found.source.value["Comment"] == "own"


@pytest.mark.parametrize(
    ("text", "root"),
    [('provider "aws" {}', True), ('terraform {\n  backend "s3" {}\n}', True), ("# provider", False), (DONE, False)],
)
def test_what_only_root_modules_have(text: str, root: bool) -> None:
    assert is_root(text) is root
