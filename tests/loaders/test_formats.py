"""Which format a text has, and texts that are no template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionError, load
from pytest_sfn.loaders.formats import find_machines, format_of
from tests.loaders.conftest import DONE, TEMPLATE


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        load(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Resources:\n  A: [\n", "template.yaml:"),
        ("Resources:\n\tA: 1\n", "template.yaml:2:1: INVALID_YAML_DESCRIPTION"),
        ("Resources:\n{% for a in b %}\n", "template.yaml:2:2: INVALID_YAML_DESCRIPTION"),
        ('{"Resources": {},]', "template.yaml:1:18: INVALID_JSON_DESCRIPTION"),
    ],
)
def test_a_template_that_cannot_be_read(write: Any, text: str, head: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        find_machines(write({"template.yaml": text}))
    assert str(caught.value).startswith(head)
    assert caught.value.diagnostics[0].location is not None


@pytest.mark.parametrize(
    "text",
    [
        DONE,
        "StartAt: A\nStates: {A: {Type: Succeed}}",
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"Resources": 1}, "End": true}}}',
        "StartAt: A\nStates:\n  A: {Type: Pass, End: true}\nResources: 1\n",
        "[1, 2]",
        "",
        "text",
    ],
)
def test_what_is_no_template_has_no_machines(write: Any, text: str) -> None:
    assert find_machines(write({"file.yaml": text})) == []


def test_text_and_dict(write: Any, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(TEMPLATE, logical_id="Child", directories=[template.parent]).name == "dev-child"
    properties = {"DefinitionString": {"Fn::Join": ["", [DONE]]}}
    assert load({"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}).logical_id == "M"


def test_dict_that_is_no_json() -> None:
    assert refusal({"Resources": {"M": {1}}}).startswith("the template is not JSON: ")


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (DONE, None),
        (TEMPLATE, "CloudFormation"),
        ('{"Resources": {}}', "CloudFormation"),
        ('{"Resources": {}, "States": {}}', None),
        ('{"terraform_version": "1.9.0", "planned_values": {}}', "Terraform plan"),
        ('{"terraform_version": "1.9.0"}', None),
        ('{"stepFunctions": {}}', "Serverless"),
        ('{"Resources": {', "CloudFormation"),
        ('{"StartAt": "A", "Resources": {', None),
        ("service: orders\nstepFunctions: {}\n", "Serverless"),
    ],
)
def test_format_of_a_text(text: str, format: str | None) -> None:
    assert format_of(text, None) == format


def test_a_file_of_terraform_is_known_by_its_name() -> None:
    assert format_of("", Path("main.tf")) == "Terraform"
