"""Places in a template: of objects, of texts in it, of texts put together from parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_sfn.loaders.document import Document
from tests.loaders.conftest import sam

STATES = '"States": {"A": {"Type": "Succeed"}}'


@pytest.mark.parametrize(
    "text",
    [
        f'DefinitionString: |\n  {{\n    "StartAt": "A",\n\n    {STATES}\n  }}',
        f'DefinitionString: !Sub |\n  {{"StartAt": "A", "Comment": "${{Env}}",\n    {STATES}}}',
        f'DefinitionString:\n  Fn::Sub: |\n    {{"StartAt": "A", "Comment": "${{Env}}", {STATES}}}',
        f'DefinitionString: !Sub\n  - |\n    {{"StartAt": "A", "Comment": "${{It}}",\n    {STATES}}}\n  - It: !Ref Env',
        f'DefinitionString: !Join\n  - \'\'\n  - - \'{{"StartAt": "A", "Comment": "\'\n    - !Ref Env\n    - \'", {STATES}}}\'',
        f'DefinitionString: !If\n  - Nowhere\n  - |\n    {{"StartAt": "A",\n    {STATES}}}\n  - no',
    ],
)
def test_definition_as_text_keeps_its_places(machine: Any, text: str) -> None:
    source = machine(sam(text)).source
    assert source.value["States"] == {"A": {"Type": "Succeed"}}
    assert source.value.get("Comment", "dev") == "dev"
    location = source.locate("/States/A")
    assert sam(text).splitlines()[location.line - 1][location.column - 1 :].startswith('"A": {')


def test_place_behind_escapes_of_a_json_template(machine: Any) -> None:
    parts = [
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "',
        {"Ref": "AWS::Partition"},
        '", "Comment": "\u00e9\\n", "End": true}}}',
    ]
    properties = {"DefinitionString": {"Fn::Join": ["", parts]}}
    template = {"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    text = json.dumps(template, indent=1)
    found = machine({"m.template.json": text})
    assert found.format == "CDK"
    assert found.source.value["States"]["A"]["Resource"] == "aws"
    for pointer, begins in (("/States", '\\"States'), ("/States/A/End", '\\"End'), ("/States/A/Comment", '\\"Comment')):
        location = found.source.locate(pointer)
        assert text.splitlines()[location.line - 1][location.column - 1 :].startswith(begins)


def test_yaml_that_begins_as_json(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("{Resources: {A: {Type: !Ref B}}}", encoding="utf-8")
    assert Document.of_file(path).value == {"Resources": {"A": {"Type": {"Ref": "B"}}}}
