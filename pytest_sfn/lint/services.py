"""Services that the AWS SDK does not have, and ResultWriters. `services.calls` finds what is wrong with a call's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.asl.integrations import sdk_services
from pytest_sfn.lint.rules import Problem, found
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.lint.definition import LintedDefinition

__all__ = ["check_services", "check_writers"]


def check_services(definition: LintedDefinition) -> Iterator[Problem]:
    """Services that the AWS SDK does not have; they may be newer than the installed botocore."""
    for state in definition.states:
        resource = state.resource
        if resource is None or resource.kind != "service" or not (resource.service or "").startswith("aws-sdk:"):
            continue
        service = (resource.service or "").removeprefix("aws-sdk:")
        if "${" in service + (resource.action or "") or service in sdk_services():
            continue
        hint = suggest(service, sdk_services(), "did you mean aws-sdk:{}?")
        hint = hint or "the names are those of AWS's SDK for Java, in lower case"
        yield found("unknown-service", f"{state.pointer}/Resource", hint, service=service, on_value=True)


def check_writers(definition: LintedDefinition) -> Iterator[Problem]:
    """ResultWriters without a place, or without a format.

    One may not be empty [documented]. The CDK and AWS's editor demand both fields of a WriterConfig; AWS's guide does not.
    """
    for state in definition.states:
        writer = state.value.get("ResultWriter") if state.type == "Map" else None
        if not isinstance(writer, dict):
            continue
        pointer = f"{state.pointer}/ResultWriter"
        if not writer.keys() & {"Resource", "WriterConfig"}:
            how = "give it a Resource with its parameters, a WriterConfig, or both"
            yield found("result-writer", pointer, what="ResultWriter", missing="Resource and no WriterConfig", how=how)
        config = writer.get("WriterConfig")
        missing = [name for name in ("OutputType", "Transformation") if isinstance(config, dict) and name not in config]
        if missing:
            how = f"add {' and '.join(missing)}"
            shown = " and no ".join(missing)
            yield found("result-writer", f"{pointer}/WriterConfig", what="WriterConfig", missing=shown, how=how)
