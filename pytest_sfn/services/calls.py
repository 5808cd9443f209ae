"""What AWS refuses of a service task when a state machine is created.

* A task without Parameters (JSONata: Arguments), also where the action needs none [recorded], and an `aws-sdk` action that
  the service does not have [reported].
* Literal parameters: a required one that is missing, at the top level; one that the action does not have or that has
  another JSON type, at any depth [reported: https://github.com/aws/aws-cdk/issues/10014 and
  https://github.com/aws/aws-step-functions-data-science-sdk-python/issues/200; of types recorded for few services, so that all
  others are a guess [?]]. AWS names the whole Parameters as the place.
* Literal values of `http:invoke` and `apigateway:invoke` of another format than AWS demands [reported for ApiEndpoint:
  https://github.com/aws/aws-cdk/issues/30749]. What other integrations demand of values is a warning of the linter.

What a path, an expression or a `${placeholder}` gives is not looked into, and neither is its name: AWS creates a machine
with `"TaskToken.$"` beside the Payload, and its execution fails [measured]. Such a name, and a required null [?], are warnings
of the definition, which the linter shows.

All of it follows botocore's models, and botocore may be older than the service: with ini `sfn_parameter_check = warning` a
definition is loaded all the same, and run time checks no parameters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.findings import SCHEMA, UNSURE, Finding, ServiceCall
from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.resource import unrecognized
from pytest_sfn.asl.validate import not_recognized
from pytest_sfn.defaults import defaults
from pytest_sfn.expressions.payload_templates import jsonata_source
from pytest_sfn.names import suggest
from pytest_sfn.services.http import HTTP_SERVICES
from pytest_sfn.services.misfits import known_members, misfits, runtime_text
from pytest_sfn.services.operations import unknown_action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.services.shapes import Misfit

__all__ = ["check_call"]

_Path = tuple[str | int, ...]
_DEEPEST: Final = 60
_RULES: Final = {
    "missing": "missing-parameter",
    "unknown": "unknown-parameter",
    "type": "parameter-type",
    "value": "parameter-type",
}
_OLDER: Final = "If AWS has it, install a newer botocore or set ini sfn_parameter_check = warning"


def check_call(call: ServiceCall) -> Iterator[Finding]:
    """The findings on a call; it fulfils the parser's `CallCheck`."""
    resource = call.resource
    if unrecognized(resource) is not None:
        return
    field = "Parameters" if call.jsonpath else "Arguments"
    if field not in call.state:
        message = f"{field} field is required for resource ARN: {resource.text}"
        hint = f'write "{field}": {{...}}, or {{}} for an action that takes nothing'
        yield Finding(SCHEMA, message, f"{call.pointer}/Resource", hint, on_value=True, rule="no-parameters")
    if "${" in f"{resource.service}{resource.action}":
        return
    reason = unknown_action(resource)
    if reason is not None:
        yield _weighed(replace(not_recognized(resource, f"{call.pointer}/Resource", _or_older(reason)), rule="unknown-action"))
    elif isinstance(call.state.get(field), dict):
        yield from _misfits(call, f"{call.pointer}/{field}", call.state[field])


def _weighed(finding: Finding) -> Finding:
    """An error, unless ini `sfn_parameter_check` makes a warning of it."""
    if defaults.parameter_check == "error":
        return finding
    return replace(finding, code=UNSURE, severity="WARNING")


def _misfits(call: ServiceCall, pointer: str, template: dict[str, Any]) -> Iterator[Finding]:
    plain = _Literal(template, pointer, call.jsonpath)
    for misfit in misfits(call.resource, plain.value):
        rule, path = _RULES.get(misfit.kind), tuple(misfit.path)
        if rule is None or any(path[:length] in plain.computed for length in range(len(path))):
            continue
        literal, place, hint = path not in plain.computed, plain.places.get(path), ""
        if misfit.kind == "missing":
            if len(path) > 1 or () in plain.open:  # the service itself checks nested parameters
                continue
            literal, place = misfit.name not in plain.value, pointer
        elif misfit.kind == "unknown":
            called = f"{call.resource.service}:{call.resource.action}"
            hint = _or_older(f"{called} has no parameter {misfit.name!r}; {_meant(misfit)}")
        elif misfit.kind == "value":
            if plain.is_computed_inside(path):
                continue
            literal, hint = call.resource.service in HTTP_SERVICES, f"{misfit.where} {misfit.text}"
        elif not literal or (misfit.expected == "object" and isinstance(plain.at(path), str)):
            # A text instead of an object is left alone: in DynamoDB AWS's Java SDK 1 makes `{"S": "text"}` of it
            # [published workflows rely on it; not known of other services].
            continue
        on_value = misfit.kind in ("type", "value")
        finding = Finding(SCHEMA, runtime_text(misfit), pointer, hint, at=place, on_value=on_value, rule=rule)
        yield _weighed(finding) if literal else replace(finding, severity="WARNING")


def _or_older(hint: str) -> str:
    return f"{hint}{'' if hint.endswith('?') else '.'} {_OLDER}"


def _meant(misfit: Misfit) -> str:
    return suggest(misfit.name, misfit.known, "did you mean {!r}?") or known_members(misfit.known)


class _Literal:
    """A template's value with the parameters' names as the service gets them.

    Attributes:
        places: the JSON Pointer of each part, by its path.
        computed: paths of the parts whose value only an execution, or a deployment, has.
        open: paths of the objects in which a name holds a placeholder, or is CloudFormation's `Fn::Transform`.
    """

    def __init__(self, template: dict[str, Any], pointer: str, jsonpath: bool) -> None:
        self.jsonpath = jsonpath
        self.places: dict[_Path, str] = {}
        self.computed: set[_Path] = set()
        self.open: set[_Path] = set()
        self.value: dict[str, Any] = self._read(template, pointer, ())

    def at(self, path: _Path) -> Any:
        """The part at a path."""
        value: Any = self.value
        for part in path:
            value = value[part]
        return value

    def is_computed_inside(self, path: _Path) -> bool:
        """Whether a part at or below a path is computed."""
        return any(each[: len(path)] == path for each in self.computed | self.open)

    def _read(self, value: Any, pointer: str, path: _Path) -> Any:
        self.places[path] = pointer
        if len(path) > _DEEPEST or _is_computed(value, self.jsonpath):
            self.computed.add(path)
        elif isinstance(value, dict):
            return self._object(value, pointer, path)
        elif isinstance(value, list):
            return [self._read(item, f"{pointer}/{index}", (*path, index)) for index, item in enumerate(value)]
        return value

    def _object(self, value: dict[str, Any], pointer: str, path: _Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in value.items():
            where = child(pointer, key)
            if "${" in key or key == "Fn::Transform":
                self.open.add(path)
            elif self.jsonpath and key.endswith(".$"):
                inner = (*path, key[:-2])
                self.places[inner] = where
                self.computed.add(inner)
                made[key[:-2]] = ""
            else:
                made[key] = self._read(item, where, (*path, key))
        return made


def _is_computed(value: Any, jsonpath: bool) -> bool:
    """Whether it is an expression, holds a placeholder, or is a function of CloudFormation, which loaders may leave."""
    if isinstance(value, str):
        return "${" in value or (not jsonpath and jsonata_source(value) is not None)
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else ""
    return name == "Ref" or name.startswith("Fn::")
