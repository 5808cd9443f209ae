"""Which state machine of a template is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_sfn import DefinitionError, DefinitionWarning, load


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        load(*arguments, **options)
    return str(caught.value)


def test_which_machine(template: Path) -> None:
    assert load(template, logical_id="dev-child").logical_id == "Child"
    assert refusal(template) == (
        "template.yaml has 2 state machines; say which\n"
        "  Order  template.yaml:9:3\n"
        "  Child  template.yaml:22:3\n"
        "  fix  load('template.yaml', logical_id='Order')\n"
        "  see  pytest-sfn docs loading#templates (https://pytest-sfn.readthedocs.io/en/latest/loading.html#templates)"
    )
    assert refusal(template, logical_id="Ordre").splitlines() == [
        "template.yaml: no state machine 'Ordre'; it has",
        "  Order  template.yaml:9:3",
        "  Child  template.yaml:22:3",
        "  fix  did you mean 'Order'?",
        "  see  pytest-sfn docs loading#templates (https://pytest-sfn.readthedocs.io/en/latest/loading.html#templates)",
    ]


def test_template_without_a_machine(write: Any) -> None:
    path = write({"t.yaml": "Resources:\n  A: {Type: AWS::SQS::Queue}\n  B: {Type: AWS::SQS::Queue}\n"})
    assert refusal(path) == (
        "t.yaml: no state machine in this CloudFormation template; it has 2 AWS::SQS::Queue\n"
        "  see  pytest-sfn docs loading#templates (https://pytest-sfn.readthedocs.io/en/latest/loading.html#templates)"
    )


def test_what_the_template_does_not_take_is_warned_of(template: Path) -> None:
    with pytest.warns(DefinitionWarning, match=r"nothing takes the parameter 'Evn' \(did you mean 'Env'\?\)"):
        load(template, logical_id="Child", parameters={"Evn": "x"})
