from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.text import Text
from pytest_sfn.loaders.formats import read_template
from pytest_sfn.templates.mistakes import mistakes_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.loaders.template import Template

SAM = "Transform: AWS::Serverless-2016-10-31\n"
GOOD = "\nResources: {Queue: {Type: AWS::SQS::Queue}}\n"
"""For a template whose resources do not matter."""


def template(text: str, path: Path | None = None, **settings: Any) -> Template:
    found = read_template(Text("t.yaml", text), path, **settings)
    assert found is not None
    return found


def told(text: str, path: Path | None = None, **settings: Any) -> list[str]:
    """`line:column severity rule: why; fix` of each mistake."""
    return [
        f"{each.location.line}:{each.location.column} {each.severity} {each.rule}: "
        f"{each.why}{f'; {each.fix}' if each.fix else ''}"
        for each in mistakes_of(template(text, path, **settings))
    ]
