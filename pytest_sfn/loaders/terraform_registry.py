"""Modules of Terraform's registry that are known well: `terraform-aws-modules/lambda/aws` and others of that author.

Their own files are not read, though `terraform init` keeps them in `.terraform`: a test would mean one thing on a disk that has
them and another on one that has not. The folder `registry` has, for each, what a workflow may need of it: the resource that the
module is for, and the outputs that lead to it, with the module's own names for inputs and outputs.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from pytest_sfn.asl.source import find_text
from pytest_sfn.asl.text import Text

__all__ = ["of_registry"]

_FOLDER: Final = Path(__file__).with_name("registry")
_source = re.compile(
    r"(?:(?:registry\.terraform\.io/)?terraform-aws-modules/([a-z0-9-]+)/aws"
    r"|(?:(?:git::(?:https://|ssh://git@))?github\.com/|(?:git::)?git@github\.com:)"
    r"terraform-aws-modules/terraform-aws-([a-z0-9-]+)(?:\.git)?(?:\?.*)?)"
).fullmatch


def of_registry(source: str) -> Text | None:
    """What is known of the module at a `source`, of a registry or of GitHub, as the text of a `.tf` file; None if nothing is.

    Others may have modules of the same names at hosts and in folders of their own. Submodules, such as
    `terraform-aws-modules/lambda/aws//modules/alias`, are other modules.
    """
    match = _source(source)
    return _read(match[1] or match[2]) if match is not None else None


@cache
def _read(name: str) -> Text | None:
    path = _FOLDER / f"{name}.tf"
    if not path.is_file():
        return None
    return Text(f"terraform-aws-modules/{name}/aws", find_text(path)[0].text)
