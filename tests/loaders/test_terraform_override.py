"""Override files of Terraform."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import pytest

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.formats import find_machines
from pytest_sfn.loaders.hcl import read_blocks
from pytest_sfn.loaders.hcl_json import read_json
from pytest_sfn.loaders.terraform_override import is_override, overridden
from tests.loaders.conftest import DONE, Write, heredoc


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("override.tf", True),
        ("main_override.tf", True),
        ("x_override.tf.json", True),
        ("overrides.tf", False),
        ("main.tf", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_override(PurePath("folder", name)) is expected


def test_attributes_and_blocks_of_the_same_type_are_replaced(write: Write) -> None:
    text = heredoc(DONE).replace(
        "  definition",
        '  logging_configuration { level = "ALL" }\n  tracing_configuration { enabled = true }\n  definition',
    )
    path = write({
        "main.tf": f'{text}locals {{ a = "1" }}\nvariable "stage" {{ default = "dev" }}\n',
        "a_override.tf": 'resource "aws_sfn_state_machine" "order" {\n  name = "${var.stage}-${local.a}"\n'
        '  logging_configuration { level = "ERROR" }\n}\nvariable "stage" { default = "test" }\nlocals { a = "2" }\n',
    })  # fmt: skip
    (found,) = find_machines(path)
    assert (found.name, found.source.value["StartAt"], str(found.location)) == ("test-2", "Done", "main.tf:1:1")
    assert found.logging is not None
    assert found.logging["level"] == "ERROR"
    assert find_machines(path.with_name("a_override.tf")) == []


def test_a_mistake_has_its_place_in_the_file_that_changes(write: Write) -> None:
    path = write({
        "main.tf": heredoc(DONE),
        "override.tf": 'resource "aws_sfn_state_machine" "order" {\n  definition = jsonencode({\n    StartAt = "A"\n  })\n}\n',
    })  # fmt: skip
    (found,) = find_machines(path)
    assert str(found.source.locate("/StartAt")) == "override.tf:3:5"


def test_a_block_that_no_other_file_has_is_a_block(machine: Any) -> None:
    assert machine({"override.tf": heredoc(DONE)}).name == "order-sm"


def test_a_provider_is_changed_by_one_of_its_alias() -> None:
    main = Text("main.tf", 'provider "aws" {}\nprovider "aws" { alias = "eu" }\nprovider "aws" {\n  alias = "us"\n}\n')
    change = Text("override.tf", 'provider "aws" {\n  alias  = "us"\n  region = "us-east-1"\n}\n')
    more = Text("override.tf.json", '{"provider": {"aws": [{"alias": "eu", "profile": "p"}, {"max_retries": 1}]}}')
    files = [(main, read_blocks(main)), (change, read_blocks(change)), (more, read_json(more))]
    (_, file), (_, rest), (_, others) = overridden(files)
    assert [sorted(block.attributes) for block in file.blocks] == [["max_retries"], ["alias", "profile"], ["alias", "region"]]
    assert (rest.blocks, others.blocks) == ((), ())
