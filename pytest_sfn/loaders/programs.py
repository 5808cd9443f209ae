"""Files that make a template, and are none: programs and settings of tools, of which none is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.asl.files import shown_path
from pytest_sfn.errors import Diagnostic, Location, definition_error

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_sfn.errors import DefinitionError

__all__ = ["program_error"]

_CDK: Final = "cdk.out/NAME.template.json, which `cdk synth` writes"
_CDKTF: Final = "cdktf.out/stacks/NAME/cdk.tf.json, which `cdktf synth` writes"
_SERVERLESS: Final = "serverless.json, which `serverless print --format json > serverless.json` writes"
_SETTINGS: Final = {
    "cdk.json": _CDK,
    "cdktf.json": _CDKTF,
    "samconfig.toml": "the template itself, template.yaml for instance",
    "Pulumi.yaml": "the definition itself, in a file that the program of Pulumi reads",
    "Pulumi.yml": "the definition itself, in a file that the program of Pulumi reads",
}
_PROGRAMS: Final = frozenset({".py", ".ts", ".mts", ".js", ".mjs", ".cjs", ".java", ".kt", ".go", ".cs", ".rb"})
_STATES: Final = frozenset({".tfstate", ".tfplan"})


def program_error(path: Path) -> DefinitionError | None:
    """The error for a file that makes a definition or a template and is none, by its name; says what to load instead."""
    what, instead = "settings of a tool", _SETTINGS.get(path.name, "")
    if not instead and path.suffix in _PROGRAMS:
        what = "a program, and none is run"
        instead = _SERVERLESS if path.stem == "serverless" else f"{_CDK}; {_CDKTF}; or the definition itself"
    elif not instead and path.suffix in _STATES:
        what, instead = "Terraform's own file", "what `terraform show -json > plan.json` writes"
    if not instead:
        return None
    name = shown_path(path)
    message, hint = f"This is no template, but {what}", f"load {instead}"
    problem = Diagnostic(code="INVALID_TEMPLATE", message=message, pointer="", location=Location(name, 1, 1), hint=hint)
    return definition_error(name, [problem])
