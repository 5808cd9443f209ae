"""The Lambda functions of a template: code, handler, variables and layers, as far as a run without a deployment needs them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_sfn.errors import Location

__all__ = ["FunctionResource", "UnknownVariable", "unknown_variable"]


@dataclass(frozen=True, slots=True)
class UnknownVariable:
    """An environment variable whose value is not known here, or only in part.

    Attributes:
        why: in a few words.
        location: where the template gives the value.
    """

    name: str
    why: str
    location: Location | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResource:
    """A Lambda function as its template describes it, defaults and Globals of the template put in.

    Attributes:
        logical_id: as the template names it; in Serverless, its key.
        name: the FunctionName, or the logical id where it has none that is known here.
        arn: as definitions of the same template have it.
        other_names: its other names, such as the id of its construct.
        runtime: such as `python3.12`; None for an image, or where nothing says so.
        handler: such as `app.handler`; None for an image.
        code: the folder, or the archive, that holds its code; absolute; None where that is not on this disk.
        code_text: the code itself, where the template has it.
        code_place: the template's text for the place of the code, for messages.
        code_refused: why the code is not read although it may be on this disk; "" if it is.
        environment: its variables, resolved.
        unknown: those whose values are not known here.
        layers: folders or archives of its layers that are on this disk, in order.
        other_layers: those that are not, by their ARN.
        package_type: `Zip` or `Image`.
        timeout_seconds: None where the template does not say it; Lambda's default is 3.
        memory_mb: 128 unless the template says otherwise.
        location: its place in the template.
        version: the version that the code is of; None where that is not known.
    """

    logical_id: str
    name: str
    arn: str
    other_names: tuple[str, ...] = ()
    runtime: str | None = None
    handler: str | None = None
    code: Path | None = None
    code_text: str | None = None
    code_place: str = ""
    code_refused: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[UnknownVariable, ...] = ()
    layers: tuple[Path, ...] = ()
    other_layers: tuple[str, ...] = ()
    package_type: str = "Zip"
    timeout_seconds: int | None = None
    memory_mb: int = 128
    location: Location | None = None
    version: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(dict.fromkeys((self.logical_id, self.name, *self.other_names)))


def unknown_variable(name: str, value: str, unknown: Mapping[str, str], location: Location | None) -> list[UnknownVariable]:
    """The variable, if its value has a placeholder, or a reference that CloudFormation resolves while it deploys; else [].

    Args:
        unknown: what is not known of the value, each with the reason.
    """
    why = "; ".join(why for placeholder, why in unknown.items() if f"${{{placeholder}}}" in value)
    if not why and "{{resolve:" in value:
        why = "CloudFormation reads it while it deploys"
    return [UnknownVariable(name, why, location)] if why else []


_Default = TypeVar("_Default")


def whole_number(value: Any, default: _Default) -> int | _Default:
    """A property that is a number, or text that reads as one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else default
