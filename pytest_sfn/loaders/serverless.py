"""serverless.yml with the plugin serverless-step-functions.

Its variables (`${self:custom.table}`, `${opt:stage, 'dev'}`, `${file(machine.yml):definition}`) are resolved where a value
is needed, by `serverless_variables.py`, CloudFormation's functions after that. The framework makes a CloudFormation template
of the file; this module makes only those resources that a definition may name: functions, activities, state machines, and
those in `resources`.

https://www.serverless.com/framework/docs/guides/variables, https://www.npmjs.com/package/serverless-step-functions
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl.pointer import child
from pytest_sfn.errors import DefinitionError
from pytest_sfn.expressions import values
from pytest_sfn.loaders.budget import Budget
from pytest_sfn.loaders.document import PiecedText
from pytest_sfn.loaders.events import framework_events, normalized
from pytest_sfn.loaders.functions import FunctionResource, UnknownVariable, unknown_variable, whole_number
from pytest_sfn.loaders.intrinsics import NO_VALUE, Absent, Placeholder, Reason, Resource, function_of
from pytest_sfn.loaders.machine_resources import MachineResources
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION
from pytest_sfn.loaders.serverless_variables import Spot, Unknown, Variables
from pytest_sfn.loaders.template import ELSEWHERE, Found, FoundMachine, ways
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pytest_sfn.loaders.document import Document
    from pytest_sfn.loaders.events import Event

__all__ = ["ServerlessTemplate"]

_MACHINES: Final = "stepFunctions.stateMachines"
_MADE: Final = {
    "IamRoleLambdaExecution": "AWS::IAM::Role",
    "ServerlessDeploymentBucket": "AWS::S3::Bucket",
    "ApiGatewayRestApi": "AWS::ApiGateway::RestApi",
    "ApiGatewayUsagePlan": "AWS::ApiGateway::UsagePlan",
    "HttpApi": "AWS::ApiGatewayV2::Api",
    "HttpApiStage": "AWS::ApiGatewayV2::Stage",
    "WebsocketsApi": "AWS::ApiGatewayV2::Api",
    "WebsocketsDeploymentStage": "AWS::ApiGatewayV2::Stage",
}
"""https://www.serverless.com/framework/docs/guides/resources#aws-cloudformation-resource-reference"""


class ServerlessTemplate(MachineResources):
    """A serverless.yml."""

    format = "Serverless"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.value: Mapping[str, Any] = self.document.value if isinstance(self.document.value, dict) else {}
        self.sections: dict[str, dict[str, Any]] = {}
        self.prefix = ""
        resolver = self.resolver()
        for section in ("Parameters", "Mappings", "Conditions"):
            self.sections[section] = {name: value for name, value, _, _ in self._members(resolver, section)}
        resolver = self.resolver()
        self.prefix = f"{self._service_name(resolver)}-{resolver.stage}"
        self._add_resources(resolver)
        self.note_use(resolver)

    def resolver(self) -> Variables:
        made = Variables(
            self.document,
            self.resources,
            declared=self.sections.get("Parameters", {}),
            mappings=self.sections.get("Mappings", {}),
            conditions=self.sections.get("Conditions", {}),
            given=self.parameters,
            files=self.named,
            budget=self.budget,
        )
        made.made = self._made
        return made

    def _made(self, name: str) -> Resource | None:
        """What the framework makes beside the resources; ids with a hash or a path are not known here."""
        kind = _MADE.get(name)
        if kind is None:
            return None
        own = {"RoleName": {"Fn::Sub": f"{self.prefix}-${{AWS::Region}}-lambdaRole"}} if kind == "AWS::IAM::Role" else {}
        return Resource(name, {"Type": kind, "Properties": own}, "")

    def _service_name(self, resolver: Variables) -> str:
        service = self.value.get("service")
        if isinstance(service, dict):
            service = service.get("name")
        return (resolver.known_text(service) if service is not None else None) or "service"

    def section(self, resolver: Variables, *keys: str) -> tuple[Mapping[str, Any], Document, str]:
        """An object below these keys, in whichever file; {} if it is not there."""
        value, document, at = self._part(resolver.spot_at(".".join(keys)))
        return (value if isinstance(value, dict) else {}), document, at

    def _part(self, found: Spot | Unknown) -> tuple[Any, Document, str]:
        """A part of the file, where it is written; None if it is not known here, which is noted."""
        if isinstance(found, Spot):
            return found[:3]
        place = found.why.location if isinstance(found.why, Reason) else None
        absent = found.absent or Absent(found.why, place or self.document.location(""), None)
        if found.missing and not found.nested:
            absent = replace(absent, severity="error")
        if absent not in self.lost:
            self.lost.append(absent)
        return None, self.document, ""

    @cached_property
    def refused(self) -> list[Absent]:
        resolver = self.resolver()
        resolver.budget = Budget()
        with suppress(DefinitionError, RecursionError):  # which is told where a machine needs it
            resolver.resolve(self.document.value)
        return [*dict.fromkeys(resolver.refused)]

    def _add_resources(self, resolver: Variables) -> None:
        for name, node, document, at in self._members(resolver, "Resources"):
            if isinstance(node, dict):
                self.resources[name] = Resource(name, node, at, document=document)
        self.own = tuple(self.resources.values())
        for resource in self.own:
            resource.find_properties(resolver)
        for key, node, _, _ in self._nodes(resolver, "functions"):
            named = resolver.known_text(node["name"]) if "name" in node else None
            self._add(f"{normalized(key)}LambdaFunction", key, "AWS::Lambda::Function", named or f"{self.prefix}-{key}")
        activities = self._part(resolver.spot_at("stepFunctions.activities"))[0]
        for activity in activities if isinstance(activities, list) else []:
            if isinstance(activity, str) and (named := resolver.known_text(activity)):
                self._add(f"{normalized(activity)}StepFunctionsActivity", "", "AWS::StepFunctions::Activity", named)
        for key, node, _, _ in self._nodes(resolver, _MACHINES):
            logical_id, name = _machine_names(key, node, resolver)
            self._add(logical_id, "", "AWS::StepFunctions::StateMachine", name)

    def _members(self, resolver: Variables, section: str) -> Iterator[tuple[str, Any, Document, str]]:
        """(name, value, file, place) of the members that a section of CloudFormation has, in each part of `resources`."""
        for part, document, at in self._parts(resolver, "resources"):
            raw = part.get(section) if isinstance(part, dict) else None
            members, document, at = self._part(resolver.follow(raw, document, child(at, section)))
            for name, item in members.items() if isinstance(members, dict) else ():
                yield name, *self._part(resolver.follow(item, document, child(at, name)))

    def _parts(self, resolver: Variables, path: str) -> list[tuple[Any, Document, str]]:
        """What is at a path; each of its parts, if it is a list."""
        value, document, at = self._part(resolver.spot_at(path))
        if not isinstance(value, list):
            return [(value, document, at)]
        return [self._part(resolver.follow(part, document, child(at, index))) for index, part in enumerate(value)]

    def _add(self, logical_id: str, key: str, type: str, name: str) -> None:
        """A resource that the framework makes; the plugin lets a function be named by its key too."""
        for each in (logical_id, key):
            if each and each not in self.resources:
                self.resources[each] = Resource(each, {"Type": type}, "", name)

    # -- state machines ------------------------------------------------------------------------------------------------

    def _nodes(self, resolver: Variables, path: str) -> list[tuple[str, Mapping[str, Any], Document, str]]:
        """(key, what it says, file, place) of each state machine or function; they may be several objects in a list."""
        nodes: list[tuple[str, Mapping[str, Any], Document, str]] = []
        for part, within, place in self._parts(resolver, path):
            for key, item in (part if isinstance(part, dict) else {}).items():
                node, home, spot = self._part(resolver.follow(item, within, child(place, key)))
                if isinstance(node, dict):
                    nodes.append((key, node, home, spot))
        return nodes

    @cached_property
    def machines(self) -> list[FoundMachine]:
        resolver = self.resolver()
        plugin = [self._machine_of_plugin(*found, resolver) for found in self._nodes(resolver, _MACHINES)]
        return [*plugin, *self.machines_of(self.own)]

    def _machine_of_plugin(
        self, key: str, node: Mapping[str, Any], home: Document, at: str, resolver: Variables
    ) -> FoundMachine:
        logical_id, name = _machine_names(key, node, resolver)
        logging = node.get("loggingConfig")
        machine = FoundMachine(
            self,
            key,
            name=name,
            type="EXPRESS" if resolver.resolve(node.get("type")) == "EXPRESS" else "STANDARD",
            at=at,
            document=home,
            find=lambda resolver: self._definition_of_plugin(machine, node, home, at, cast("Variables", resolver)),
            other_names=tuple(dict.fromkeys(each for each in (name, logical_id) if each != key)),
            logging=logging and (lambda: self.resolver().resolve(logging)),
        )
        return machine

    def _definition_of_plugin(
        self, machine: FoundMachine, node: Mapping[str, Any], home: Document, at: str, resolver: Variables
    ) -> Found:
        if node.get("definition") is None:
            raise machine.error(at, "it has no definition", document=home)
        found = resolver.follow(node["definition"], home, child(at, "definition"))
        if isinstance(found, Unknown):
            raise self._no_definition(machine, found, home, child(at, "definition"))
        value, document, place, _ = found
        if isinstance(value, dict) and function_of(value) is None:
            return Found(place, document, value=value)
        resolver.document = document
        pieces = list(resolver.pieces(value, place))
        if len(pieces) == 1 and isinstance(pieces[0].text, Placeholder):
            raise self._no_definition(machine, pieces[0].text, document, place)
        return Found(place, document, text=PiecedText(document, pieces))

    def _no_definition(self, machine: FoundMachine, unknown: Placeholder, document: Document, at: str) -> DefinitionError:
        """The error for a definition that is a value which is not known here."""
        if isinstance(unknown, Unknown) and unknown.missing:
            return self.missing_file(machine, unknown.missing, at, "definition", document=document)
        if isinstance(unknown, Unknown) and unknown.refused is not None:
            return machine.refused(at, "definition", unknown.refused, document)
        by = "" if unknown.name.startswith("file(") else ways({unknown.name: unknown.why}, "parameters")
        hint = f"{by}, or load the definition itself" if by else "load the definition itself"
        return machine.error(at, f"definition: {unknown.why}", hint, document, ELSEWHERE)

    @cached_property
    def events(self) -> Mapping[str, list[Event]]:
        resolver = self.resolver()
        nodes = [(f"{normalized(node[0])}LambdaFunction", *node) for node in self._nodes(resolver, "functions")]
        nodes += [(_machine_names(*node[:2], resolver)[0], *node) for node in self._nodes(resolver, _MACHINES)]
        found = {**super().events}
        for logical_id, key, node, home, place in nodes:
            at = child(place, "events")
            events = resolver.resolved(Spot(node.get("events"), home, at))
            if isinstance(events, list):
                found[logical_id] = framework_events(self.resources[logical_id], normalized(key), events, home, at)
        self.note_use(resolver)
        return found

    # -- functions -----------------------------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> list[FunctionResource]:
        resolver = self.resolver()
        provider = self.section(resolver, "provider")
        found = [self._function(*node, provider, resolver) for node in self._nodes(resolver, "functions")]
        self.used |= resolver.used
        return found

    def _function(
        self,
        key: str,
        node: Mapping[str, Any],
        document: Document,
        at: str,
        shared: tuple[Mapping[str, Any], Document, str],
        resolver: Variables,
    ) -> FunctionResource:
        def value(name: str) -> Any:
            inside, home, place = (node, document, at) if name in node else shared
            return resolver.resolved(Spot(inside.get(name), home, child(place, name)))

        environment, unknown = self._environment((shared, (node, document, at)), resolver)
        logical_id = f"{normalized(key)}LambdaFunction"
        made = self.resources[logical_id]
        layers, others = self._layers(node.get("layers", shared[0].get("layers")), resolver)
        image = node.get("image")
        runtime, handler = value("runtime"), value("handler") if "handler" in node else None
        return FunctionResource(
            logical_id=key,
            name=resolver.name_of(made),
            arn=resolver.fill(FUNCTION, made),
            other_names=(logical_id,),
            runtime=runtime if isinstance(runtime, str) and image is None else None,
            handler=handler if isinstance(handler, str) else None,
            code=self.named.folder if image is None else None,
            code_place="serverless.yml's folder" if image is None else "an image",
            environment=environment,
            unknown=unknown,
            layers=layers,
            other_layers=others,
            package_type="Zip" if image is None else "Image",
            timeout_seconds=whole_number(value("timeout"), 6),  # the framework's defaults, not Lambda's
            memory_mb=whole_number(value("memorySize"), 1024),
            location=document.location(at),
        )

    def _environment(
        self, sources: Iterable[tuple[Mapping[str, Any], Document, str]], resolver: Variables
    ) -> tuple[dict[str, str], tuple[UnknownVariable, ...]]:
        """The variables that the provider and the function give to it, and those whose values are not known here."""
        environment: dict[str, str] = {}
        unknown: dict[str, list[UnknownVariable]] = {}
        for node, document, at in sources:
            found = resolver.follow(node.get("environment"), document, child(at, "environment"))
            declared, home, place = self._part(found)
            for name, each in declared.items() if isinstance(declared, dict) else ():
                resolver.document = home
                value, missing = resolver.noting(each, child(place, name))
                if value is NO_VALUE:
                    continue
                text = environment[name] = str(value) if isinstance(value, str) else values.dumps(value)
                unknown[name] = unknown_variable(name, text, missing, home.location(child(place, name)))
        return environment, tuple(each for found in unknown.values() for each in found)

    def _layers(self, layers: Any, resolver: Variables) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        declared = self.section(resolver, "layers")[0]
        paths, reasons = {}, {}
        for key, node in declared.items():
            folder = resolver.known_text(node.get("path")) if isinstance(node, dict) else None
            try:
                path = self.named.find(folder, "file", "directory") if folder else None
            except RefusedError as refused:
                reasons[f"{normalized(key)}LambdaLayer"] = refused.advice
                continue
            if path is not None:
                paths[f"{normalized(key)}LambdaLayer"] = path.resolve()
            elif reason := self.named.absent(folder):
                reasons[f"{normalized(key)}LambdaLayer"] = reason
        local, others = [], []
        for each in layers if isinstance(layers, list) else []:
            named = each.get("Ref") if isinstance(each, dict) else None
            if isinstance(named, str) and named in paths:
                local.append(paths[named])
            elif isinstance(named, str) and named in reasons:
                others.append(f"{named}, since {reasons[named]}")
            else:
                meant = suggest(named, (*paths, *reasons)) if isinstance(named, str) else ""
                others.append(f"{resolver.resolve(each)}{meant}")
        return tuple(local), tuple(others)


def _machine_names(key: str, node: Mapping[str, Any], resolver: Variables) -> tuple[str, str]:
    """(logical id, name) of a state machine, as the plugin makes them."""
    name = resolver.known_text(node["name"]) if "name" in node else None
    given = resolver.known_text(node["id"]) if "id" in node else None
    made = normalized(given or name or "") or f"{normalized(key)}StepFunctionsStateMachine"
    return made, name or made
