"""Services, actions and parameters against the models of AWS's services.

`services.operations` knows the operations, `services.misfits` compares parameters with them. This module prepares a template
for that: values that are computed or hold a placeholder may become anything, and are left out. The installed botocore may
be older than the definition, so that all of it is warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.integrations import sdk_services
from pytest_sfn.asl.pointer import child
from pytest_sfn.expressions.payload_templates import jsonata_source
from pytest_sfn.lint.rules import Problem, found
from pytest_sfn.names import suggest
from pytest_sfn.services.misfits import misfits, parameter_check
from pytest_sfn.services.operations import service_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.resource import Resource
    from pytest_sfn.lint.definition import LintedDefinition, State
    from pytest_sfn.services.shapes import Misfit

__all__ = ["check_services", "check_writers"]

_Path = tuple[str | int, ...]
_DEEPEST = 60


def check_services(definition: LintedDefinition) -> Iterator[Problem]:
    """Services and actions that the AWS SDK does not have, and parameters that do not fit their action."""
    for state in definition.states:
        resource = state.resource
        if resource is None or resource.kind != "service" or not resource.service or not resource.action:
            continue
        if "${" in resource.service + resource.action:
            continue
        if parameter_check(resource) is not None:
            if isinstance(state.payload, dict):  # not the whole input, nor an expression
                yield from _parameters(definition, state, resource)
        elif resource.service.startswith("aws-sdk:"):
            yield from _unknown(state, resource)


def _unknown(state: State, resource: Resource) -> Iterator[Problem]:
    pointer = f"{state.pointer}/Resource"
    service = (resource.service or "").removeprefix("aws-sdk:")
    action = resource.action or ""
    known_as = sdk_services().get(service)
    if known_as is not None and not known_as[0]:
        return  # a service that AWS has closed: botocore no longer has its model
    if known_as is None:
        hint = suggest(service, sdk_services(), "did you mean aws-sdk:{}?")
        hint = hint or "the names are those of AWS's SDK for Java, in lower case"
        yield found("unknown-service", pointer, hint, service=service, on_value=True)
        return
    known = [name[0].lower() + name[1:] for name in service_model(known_as[0]).operation_names]
    hint = suggest(action, known, "did you mean {}?") or "see the service's API reference; or the installed botocore is older"
    yield found("unknown-action", pointer, hint, service=f"aws-sdk:{service}", action=action, on_value=True)


def _parameters(definition: LintedDefinition, state: State, resource: Resource) -> Iterator[Problem]:
    plain = _Plain(definition, state)
    action = f"{resource.service}:{resource.action}"
    for misfit in misfits(resource, plain.value):
        path = tuple(misfit.path)
        whole = len(path) - (misfit.kind == "unknown")  # the name is known even where the value is computed
        if any(path[:length] in plain.computed for length in range(whole + 1)):
            continue
        if misfit.kind == "missing":
            if len(path) == 1 and () not in plain.open:  # the service itself checks nested parameters
                yield found("missing-parameter", plain.places[()], action=action, name=misfit.name)
        elif misfit.kind == "unknown":
            yield found("unknown-parameter", plain.places[path], _hint(misfit), action=action, name=misfit.name)
        elif path in plain.places and not (misfit.expected == "object" and isinstance(plain.at(path), str)):
            # A text instead of an object is left alone: in DynamoDB AWS's Java SDK 1 makes `{"S": "text"}` of it
            # [published workflows rely on it; not known of other services].
            yield found("parameter-type", plain.places[path], on_value=True, text=misfit.text, name=misfit.name)


def _hint(misfit: Misfit) -> str:
    known = f"it has {', '.join(misfit.known[:12])}{', ...' if len(misfit.known) > 12 else ''}"
    return suggest(misfit.name, misfit.known, "did you mean {}?") or known


class _Plain:
    """A template's value with the parameters' names as the service gets them.

    Attributes:
        places: the JSON Pointer of each part, by its path.
        computed: paths of the parts whose value only an execution has.
        open: paths of the objects in which a name holds a placeholder.
    """

    def __init__(self, definition: LintedDefinition, state: State) -> None:
        self.jsonpath = state.language == "JSONPath"
        self.definition = definition
        self.places: dict[_Path, str] = {}
        self.computed: set[_Path] = set()
        self.open: set[_Path] = set()
        self.value = self._read(state.payload, f"{state.pointer}/{state.payload_field}", ())

    def at(self, path: _Path) -> Any:
        """The part at a path."""
        value = self.value
        for part in path:
            value = value[part]
        return value

    def _read(self, value: Any, pointer: str, path: _Path) -> Any:
        self.places[path] = pointer
        if len(path) > _DEEPEST:
            self.computed.add(path)
        elif isinstance(value, dict):
            return self._object(value, pointer, path)
        elif isinstance(value, list):
            return [self._read(item, f"{pointer}/{index}", (*path, index)) for index, item in enumerate(value)]
        elif isinstance(value, str) and (
            self.definition.has_placeholder(value) or (not self.jsonpath and jsonata_source(value))
        ):
            self.computed.add(path)
        return value

    def _object(self, value: dict[str, Any], pointer: str, path: _Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in value.items():
            where = child(pointer, key)
            if self.definition.has_placeholder(key):
                self.open.add(path)
            elif self.jsonpath and key.endswith(".$"):
                inner = (*path, key[:-2])
                self.places[inner] = where
                self.computed.add(inner)
                made[key[:-2]] = ""
            else:
                made[key] = self._read(item, where, (*path, key))
        return made


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
