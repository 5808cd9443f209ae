"""The formats of templates: SAM, CloudFormation, the CDK, Serverless Framework, Terraform.

`format_of` finds the format of a text by its outermost keys, `read_template` reads it, `find_machines` gives its machines,
each with its definition as a `Source` whose places are those of the file that holds the definition's text.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_sfn.asl.text import Text
    from pytest_sfn.loaders.template import FoundMachine, Template
    from pytest_sfn.loaders.terraform import Folders

__all__ = [
    "DEFINITIONS", "TEMPLATES", "Kind", "as_text", "find_machines", "find_template", "format_of", "may_have_machines",
    "read_template",
]  # fmt: skip

DEFINITIONS: Final = ("*.asl.json", "*.asl.yaml", "*.asl.yml", "*.asl")
TEMPLATES: Final = (
    "template.yaml",
    "template.yml",
    "template.json",
    "*.template.json",
    "serverless.yml",
    "serverless.yaml",
    "*.tf",
    "*.tf.json",
)
"""By these names definitions and templates are found in a folder."""

_json_keys = partial(re.search, r'"(?:Resources|stepFunctions|AWSTemplateFormatVersion|terraform_version)"\s*:')
_yaml_keys = partial(
    re.finditer,
    r"""^["']?(?:(AWSTemplateFormatVersion|Resources|Transform)|(stepFunctions|service)|(StartAt|States))["']?\s*:""",
    flags=re.MULTILINE,
)


def find_machines(path: Path, text: str | None = None, **settings: Any) -> list[FoundMachine]:
    """The state machines of a template, in the order of its text; [] if the file is none. See `find_template`."""
    template = find_template(path, text, **settings)
    return template.machines if template is not None else []


def find_template(
    path: Path,
    text: str | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, Any] | None = None,
    loose: bool = False,
    allowed_folders: Sequence[Path] = (),
    folders: Folders | None = None,
) -> Template | None:
    """The template in a file.

    Args:
        path: the file; a relative one begins at the working directory.
        text: its text, if that is known.
        parameters: values of the template's parameters, of `AWS::Region` and its like, of a resource's `Ref` (`Order`) or
            attribute (`Order.Arn`), of an import, or of a variable of Serverless (`opt:stage`).
        substitutions: values for `${Name}` in definitions; they win over the template's own.
        loose: for definitions that are read but not run; see `asl.source.read_source`.
        allowed_folders: where the template may name files besides its project.
        folders: shares what is read of Terraform's folders with other calls.

    Returns:
        None if the file is no template.

    Raises:
        DefinitionError: the template cannot be read; with the place. The mistakes of one definition are raised by `source` of
            its machine.
    """
    from pytest_sfn.asl.files import shown_path
    from pytest_sfn.asl.source import find_text
    from pytest_sfn.asl.text import Text

    path = path.absolute()
    read, found = find_text(path) if text is None else (Text(shown_path(path), text), path)
    return read_template(
        read,
        found,
        parameters=parameters,
        substitutions=substitutions,
        loose=loose,
        allowed_folders=allowed_folders,
        folders=folders,
    )


def read_template(
    text: Text,
    path: Path | None,
    *,
    parameters: Mapping[str, Any] | None = None,
    substitutions: Mapping[str, Any] | None = None,
    default_substitutions: Mapping[str, Any] | None = None,
    loose: bool = False,
    directory: Path | None = None,
    allowed_folders: Sequence[Path] = (),
    folders: Folders | None = None,
) -> Template | None:
    """The template that a text is, None if it is none.

    Args:
        default_substitutions: for `${Name}` that neither `substitutions` nor the template has a value for.
        directory: the folder of files that the template names, if the template is in no file itself.
        allowed_folders: where it may name files besides its project.
        folders: shares what is read of Terraform's folders with other templates.
    """
    kind = format_of(text.text, path)
    if kind is None:
        return None
    settings: dict[str, Any] = {
        "parameters": parameters or {},
        "substitutions": substitutions or {},
        "default_substitutions": default_substitutions or {},
        "loose": loose,
        "directory": directory,
        "allowed_folders": allowed_folders,
    }
    if kind == "Terraform":
        from pytest_sfn.loaders.terraform import TerraformTemplate

        return TerraformTemplate(text, path, folders, **settings)
    from pytest_sfn.loaders.document import Document

    document = Document(text, path)
    if kind == "Terraform plan":
        from pytest_sfn.loaders.terraform_plan import TerraformPlan

        return TerraformPlan(document, **settings)
    if kind == "Serverless":
        from pytest_sfn.loaders.serverless import ServerlessTemplate

        return ServerlessTemplate(document, **settings)
    from pytest_sfn.loaders.cloudformation import CloudFormationTemplate

    return CloudFormationTemplate(document, **settings)


Kind = Literal["CloudFormation", "Serverless", "Terraform", "Terraform plan"]


def as_text(template: Mapping[str, Any]) -> Text:
    """A template that is given as a dict, such as the CDK's assertions make it, as the text that it would be.

    Raises:
        DefinitionError: it is not JSON.
    """
    import json

    from pytest_sfn.asl.text import Text
    from pytest_sfn.errors import DefinitionError, JsonValueError
    from pytest_sfn.expressions import values

    try:
        return Text("<template>", json.dumps(values.admit(template)[0], indent=2))
    except JsonValueError as error:
        raise DefinitionError(f"the template is not JSON: {error}") from None


def format_of(text: str, path: Path | None) -> Kind | None:
    """What kind of template a text is, by its outermost keys; None for a definition, or anything else."""
    if path is not None and path.name.endswith((".tf", ".tf.json")):
        return "Terraform"
    if text.lstrip()[:1] in ("{", "["):
        return _format_of_json(text) if _json_keys(text) else None
    found = {match.lastindex for match in _yaml_keys(text)}
    if 3 in found:
        return None
    return "CloudFormation" if 1 in found else "Serverless" if 2 in found else None


def may_have_machines(kind: Kind, text: str) -> bool:
    """Whether a template may hold a state machine; a look at the text, so that others need not be read."""
    words = {
        "CloudFormation": ("StateMachine",),
        "Serverless": ("stepFunctions", "resources"),
        "Terraform plan": ("aws_sfn_state_machine",),
    }.get(kind)  # None for a Terraform folder, which is read for its other files too
    return words is None or any(word in text for word in (*words, "\\u"))


def _format_of_json(text: str) -> Kind | None:
    from pytest_sfn.errors import JsonValueError
    from pytest_sfn.expressions import values

    try:
        keys = values.loads(text)
    except JsonValueError:
        begin = _json_keys(text)  # broken: by what comes first
        states = re.search(r'"(?:StartAt|States)"\s*:', text)
        if begin is None or (states is not None and states.start() < begin.start()):
            return None
        return "Serverless" if "stepFunctions" in begin[0] else "CloudFormation"
    if not isinstance(keys, dict) or "States" in keys or "StartAt" in keys:
        return None
    if "terraform_version" in keys and ("values" in keys or "planned_values" in keys):
        return "Terraform plan"
    if "Resources" in keys or "AWSTemplateFormatVersion" in keys:
        return "CloudFormation"
    return "Serverless" if "stepFunctions" in keys or "service" in keys else None
