"""State machines that are resources of CloudFormation, in a template of it or among the `resources` of a serverless.yml.

A state machine has its definition in one of these properties:

| `Definition` | an object, or, under SAM, an `AWS::Include` of a file |
| `DefinitionString` | a text, mostly by `Fn::Sub` or `Fn::Join` |
| `DefinitionUri` (SAM) | a file beside the template, or an object in S3 |
| `DefinitionS3Location` | an object in S3; the CDK keeps its file beside the template, as an asset |

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.loaders.cdk_assets import path_of_asset
from pytest_sfn.loaders.document import PiecedText
from pytest_sfn.loaders.events import sam_events
from pytest_sfn.loaders.intrinsics import Placeholder, function_of
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.template import ELSEWHERE, Found, FoundMachine, Template, ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_sfn.loaders.document import Document
    from pytest_sfn.loaders.events import Event
    from pytest_sfn.loaders.intrinsics import Resolver, Resource

__all__ = ["PROCESSED", "MachineResources"]

_MACHINES: Final = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")
_DEFINITIONS: Final = ("DefinitionUri", "DefinitionS3Location", "Definition", "DefinitionString")
_INSTEAD: Final = "load the definition itself"
PROCESSED: Final = (
    "load the definition itself, or the template that CloudFormation makes of this one: "
    "aws cloudformation get-template --template-stage Processed"
)


def _instead(value: Any, found: Placeholder) -> str:
    """What to do where a definition is a value that is not known here."""
    if function_of(value) == "Fn::Transform":
        return PROCESSED
    way = ways({found.name: found.why}, "parameters")
    return f"{way}, or {_INSTEAD}" if way else _INSTEAD


class MachineResources(Template):
    """A file with resources of CloudFormation."""

    @cached_property
    def events(self) -> Mapping[str, list[Event]]:
        return {each.id: sam_events(each) for each in self.resources.values() if each.type.startswith("AWS::Serverless::")}

    def machines_of(self, resources: Iterable[Resource]) -> list[FoundMachine]:
        """The state machines among resources."""
        resolver = self.resolver()
        return [self._machine(resource, resolver) for resource in resources if resource.type in _MACHINES]

    def _machine(self, resource: Resource, resolver: Resolver) -> FoundMachine:
        properties = resource.properties
        kind = resolver.resolve(properties.get("Type", properties.get("StateMachineType", "STANDARD")))
        name = resolver.name_of(resource)
        home = resource.document or self.document
        source = resource.properties_document or self.document
        place = child(resource.properties_at, "DefinitionSubstitutions")
        given, given_document, given_at = resolver.root(properties.get("DefinitionSubstitutions"), source, place)
        logging = properties.get("LoggingConfiguration", properties.get("Logging"))
        others = [name, resource.construct_id, resource.metadata.get("aws:cdk:path")]
        machine = FoundMachine(
            self,
            resource.id,
            name=name,
            type="EXPRESS" if kind == "EXPRESS" else "STANDARD",
            at=resource.at,
            document=home,
            find=lambda resolver: self._definition(machine, resource, resolver),
            properties_document=source,
            substitutions=given if isinstance(given, dict) else None,
            substitutions_at=given_at,
            substitutions_document=given_document,
            other_names=tuple(dict.fromkeys(other for other in others if isinstance(other, str) and other != resource.id)),
            construct=resource.construct_path,
            logging=logging and (lambda: self.resolver().resolve(logging)),
        )
        return machine

    def _definition(self, machine: FoundMachine, resource: Resource, resolver: Resolver) -> Found:
        properties = resource.properties
        given = [name for name in _DEFINITIONS if properties.get(name) is not None]
        if not given:
            known = ", ".join(_DEFINITIONS)
            hint = PROCESSED if any(name.startswith("Fn::") for name in properties) else ""
            message = f"it has no definition; the properties for one are {known}"
            raise machine.error(resource.at, message, hint, machine.document)
        field = given[0]
        at = child(resource.properties_at, field)
        value, document, place = resolver.root(properties[field], machine.properties_document, at)
        if field == "DefinitionString":
            return self._text(machine, value, document, place, resolver)
        if field == "Definition":
            if isinstance(value, str) or (function_of(value) is not None):
                found = resolver.resolve(value, place)
                if isinstance(found, Placeholder):
                    raise machine.error(at, f"Definition: {found.why}", _instead(value, found), code=ELSEWHERE)
                raise machine.error(at, "Definition is an object; text goes into DefinitionString")
            return Found(place, document, value=value)
        return Found(at, machine.properties_document, file=self._file(machine, resource, field, value, at, resolver))

    def _text(self, machine: FoundMachine, value: Any, document: Document, at: str, resolver: Resolver) -> Found:
        resolver.document = document
        function = function_of(value)
        if function == "Fn::ToJsonString" and isinstance(value[function], dict):
            return Found(child(at, function), document, value=value[function])
        if isinstance(value, dict) and function is None:
            raise machine.error(at, "DefinitionString is text; an object goes into Definition", document=document)
        pieces = list(resolver.pieces(value, at))
        text = PiecedText(document, pieces)
        if len(pieces) == 1 and isinstance(found := pieces[0].text, Placeholder):
            raise machine.error(at, f"DefinitionString: {found.why}", _instead(value, found), document, ELSEWHERE)
        return Found(at, document, text=text)

    def _file(self, machine: FoundMachine, resource: Resource, field: str, value: Any, at: str, resolver: Resolver) -> Path:
        """The local file of a `DefinitionUri` or a `DefinitionS3Location`."""
        try:
            asset = self._asset(resource, field)
            if asset is not None:
                return asset
            found, named, shown = self._named_file(machine, field, resolver.resolve(value, at), at)
        except RefusedError as refused:
            raise machine.refused(at, field, refused) from None
        if found is not None:
            return found
        if shown.startswith("s3://"):
            hint = "load the file that is uploaded there"
            raise machine.error(at, f"{field} is in S3, at {shown}, and nothing is fetched from there", hint, code=ELSEWHERE)
        raise self.missing_file(machine, named, at, field)

    def _named_file(self, machine: FoundMachine, field: str, value: Any, at: str) -> tuple[Path | None, str, str]:
        """(the file that a value names, its name, the name for messages); a file in S3 may be beside the template as well."""
        if isinstance(value, dict):
            bucket, key = value.get("Bucket", ""), value.get("Key", "")
            named, shown = str(key), f"s3://{bucket}/{key}"
        elif isinstance(value, str):
            shown = value
            named = value.partition("//")[2].partition("/")[2] if value.startswith("s3://") else value
        else:
            raise machine.error(at, f"{field} is a path, or an object with Bucket and Key")
        remote = shown.startswith("s3://")
        candidates = self._names_beside(named) if remote else [named]
        found = next((path for each in candidates if (path := self.named.find(each)) is not None), None)
        return found, named, shown

    def _names_beside(self, key: str) -> list[str]:
        """The names under which a file in S3 may be beside the template."""
        asset = path_of_asset(self.named.folder, key)
        return [*([asset] if asset is not None else []), key.lstrip("/"), Path(key).name, f"asset.{Path(key).name}"]

    def _asset(self, resource: Resource, field: str) -> Path | None:
        """The file or folder that the CDK wrote for a property, if it is there."""
        named = resource.metadata.get("aws:asset:path")
        if resource.metadata.get("aws:asset:property") not in (field, f"{field}.S3Key", f"{field}.Key"):
            return None
        path = self.named.find(named, "file", "directory") if isinstance(named, str) else None
        return path.resolve() if path is not None else None
