"""What `terraform show -json` writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_sfn.asl.source import find_text
from pytest_sfn.loaders.formats import find_machines, read_template
from tests.loaders.conftest import DONE, Write


def test_what_terraform_show_writes(write: Write) -> None:
    machine = {
        "address": "module.flow.aws_sfn_state_machine.order",
        "type": "aws_sfn_state_machine",
        "name": "order",
        "values": {"name": "order-sm", "type": "EXPRESS", "definition": DONE},
    }
    function = {
        "address": "aws_lambda_function.charge",
        "type": "aws_lambda_function",
        "name": "charge",
        "values": {"function_name": "charge-fn", "handler": "a.b", "environment": [{"variables": {"A": "1"}}]},
    }
    root = {"resources": [function], "child_modules": [{"resources": [machine]}]}
    state = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": root}}
    path = write({"state.json": json.dumps(state)})
    (found,) = find_machines(path)
    assert (found.logical_id, found.name, found.type) == ("module.flow.aws_sfn_state_machine.order", "order-sm", "EXPRESS")
    assert found.source.value["StartAt"] == "Done"
    assert found.template.functions[0].environment == {"A": "1"}
    assert found.template.function_names == {"charge-fn": ("charge", "aws_lambda_function.charge")}


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {"root_module": []},
        {"root_module": {"resources": 5, "child_modules": [3]}},
        {"root_module": {"resources": [{"type": "aws_lambda_function", "values": {"environment": [None], "filename": 5}}]}},
    ],
)
def test_what_terraform_show_would_not_write(write: Write, values: Any) -> None:
    template = read_template(*find_text(write({"state.json": json.dumps({"terraform_version": "1.9.0", "values": values})})))
    assert template is not None
    assert template.machines == []
    assert [function.environment for function in template.functions] in ([], [{}])


@pytest.mark.parametrize(
    ("given", "level"),
    [([{"level": "ALL", "include_execution_data": False, "log_destination": "arn:x:*"}], "ALL"), ([], None), (None, None)],
)
def test_logging(write: Write, given: Any, level: str | None) -> None:
    values = {"name": "order", "definition": DONE, "logging_configuration": given}
    resource = {"address": "aws_sfn_state_machine.order", "type": "aws_sfn_state_machine", "name": "order", "values": values}
    state = {"terraform_version": "1.9.0", "values": {"root_module": {"resources": [resource]}}}
    (found,) = find_machines(write({"state.json": json.dumps(state)}))
    assert (found.logging or {}).get("level") == level


def test_functions_of_modules(write: Write) -> None:
    def function(module: str) -> dict[str, Any]:
        address = f"{module}.aws_lambda_function.this"
        values = {"function_name": f"{module[-1]}-fn", "filename": f"build/{module[-1]}.zip"}
        return {"resources": [{"address": address, "type": "aws_lambda_function", "name": "this", "values": values}]}

    packed = {"output_path": "build/a.zip", "source_dir": "src"}
    archive = {"address": "data.archive_file.a", "type": "archive_file", "name": "a", "values": packed}
    plan = {
        "terraform_version": "1.9.0",
        "prior_state": {"values": {"root_module": {"resources": [archive]}}},
        "planned_values": {"root_module": {"child_modules": [function("module.a"), function("module.b")]}},
    }
    template = read_template(*find_text(write({"plan.json": json.dumps(plan), "src/app.py": ""})))
    assert template is not None
    assert template.function_names == {
        f"{each}-fn": (f"module.{each}.this", f"module.{each}.aws_lambda_function.this") for each in "ab"
    }
    assert [*template.resolved] == ["module.a.this", "module.b.this"]
    first, second = template.functions
    assert (first.code and first.code.name, second.code, second.code_place) == ("src", None, "build/b.zip")
