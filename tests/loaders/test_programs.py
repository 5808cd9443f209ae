"""Files that make a template, and are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_sfn import load
from pytest_sfn.errors import DefinitionError
from pytest_sfn.loaders.programs import program_error
from tests.loaders.conftest import DONE, Write


@pytest.mark.parametrize(
    ("name", "what", "instead"),
    [
        ("serverless.ts", "a program, and none is run", "serverless.json, which `serverless print"),
        ("app.py", "a program, and none is run", "cdk.out/NAME.template.json, which `cdk synth` writes"),
        ("cdk.json", "settings of a tool", "cdk.out/NAME.template.json"),
        ("cdktf.json", "settings of a tool", "cdktf.out/stacks/NAME/cdk.tf.json"),
        ("samconfig.toml", "settings of a tool", "the template itself"),
        ("terraform.tfstate", "Terraform's own file", "what `terraform show -json > plan.json` writes"),
    ],
)
def test_what_to_load_instead(name: str, what: str, instead: str) -> None:
    head, fix = str(program_error(Path("folder", name))).splitlines()
    assert head == f"folder/{name}:1:1: INVALID_TEMPLATE: This is no template, but {what}"
    assert fix.startswith(f"  fix  load {instead}")


def test_other_files() -> None:
    assert program_error(Path("order.asl.json")) is None


@pytest.mark.parametrize("text", ["import aws_cdk as cdk\n", "name: x\nruntime: yaml\n"])
def test_only_what_cannot_be_loaded_is_refused(write: Write, text: str) -> None:
    for name in ("Pulumi.yaml", "app.py"):
        with pytest.raises(DefinitionError, match="This is no template"):
            load(write({name: text}))
        assert load(write({name: DONE})).states
