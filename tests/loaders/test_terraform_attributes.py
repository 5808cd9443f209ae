"""What is known of Terraform's resources before they are made."""

from __future__ import annotations

from string import Formatter

from pytest_sfn.loaders.terraform_attributes import ATTRIBUTES, logging_of


def test_patterns_have_only_names_that_are_filled() -> None:
    known = {"partition", "region", "account", "suffix", "name", "id", "uuid", "within", "uuid_begin"}
    for kind, (_, attributes) in ATTRIBUTES.items():
        for pattern in attributes.values():
            assert {name for _, name, _, _ in Formatter().parse(pattern) if name is not None} <= known, kind


def test_logging() -> None:
    assert logging_of({}) == {"Level": "OFF", "IncludeExecutionData": False, "Destinations": []}
    found = logging_of({"level": "ALL", "include_execution_data": True, "log_destination": "arn"})
    assert found == {"Level": "ALL", "IncludeExecutionData": True, "Destinations": ["arn"]}
