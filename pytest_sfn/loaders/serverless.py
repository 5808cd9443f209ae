"""serverless.yml with the plugin serverless-step-functions.

Its variables (`${self:custom.table}`, `${opt:stage, 'dev'}`, `${file(machine.yml):definition}`) are resolved where a value
is needed, CloudFormation's functions after that. The framework makes a CloudFormation template of the file; this module
makes only those resources that a definition may name: functions, activities, state machines, and those in `resources`.

https://www.serverless.com/framework/docs/guides/variables, https://www.npmjs.com/package/serverless-step-functions
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, cast

from pytest_sfn.asl.pointer import child
from pytest_sfn.asl.source import find_text
from pytest_sfn.errors import DefinitionError, JsonValueError
from pytest_sfn.expressions import values
from pytest_sfn.loaders.document import PiecedText
from pytest_sfn.loaders.functions import FunctionResource, UnknownVariable, unknown_variable, whole_number
from pytest_sfn.loaders.intrinsics import NO_VALUE, PSEUDO, Placeholder, Resolver, Resource, function_of
from pytest_sfn.loaders.machine_resources import MachineResources
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION
from pytest_sfn.loaders.template import ELSEWHERE, Found, FoundMachine, ways
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_sfn.loaders.document import Document

__all__ = ["ServerlessTemplate"]

_VARIABLE: Final = re.compile(r"\$\{((?:[^${}]|\$(?!\{))*)\}")
"""The innermost: one without another inside."""
_SOURCE: Final = re.compile(
    r"(self|opt|env|sls|param|aws|cf|ssm|s3|git|terraform|doppler|vault)\b(?:\([^)]*\))?:(.*)", re.DOTALL
)
_FILE: Final = re.compile(r"file\(([^)]*)\)(?::(.*))?", re.DOTALL)
_BOOLEAN: Final = re.compile(r"strToBool\(([^)]*)\)")
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
_PROGRAMS: Final = (".js", ".ts", ".mjs", ".cjs")
_WHY: Final = {
    "opt": "it is an option of the command",
    "env": "the environment is not read",
    "param": "no stage gives it",
    "ssm": "it is read from AWS while the service is deployed",
    "cf": "another stack has it",
    "s3": "it is in S3",
}
"""Why a source gives nothing here."""
_PSEUDO: Final = re.compile(r"#\{([A-Za-z][\w:]*(?:\.[\w.]+)?)\}")
"""A reference of the plugin serverless-pseudo-parameters, which makes an `Fn::Sub` of the text around it."""
_PARTS: Final = re.compile(r"""\s*((?:'[^']*'|"[^"]*"|\([^)]*\)|[^,'"()])*)\s*(?:,|$)""")


class _Variables(Resolver):
    """Resolves the framework's variables before CloudFormation's functions."""

    def string(self, value: str, at: str, to: str) -> Any:
        begin = 0
        while match := _VARIABLE.search(value, begin):
            found = self.variable(match[1], at)
            if found is NO_VALUE:  # none of the framework's, such as `${AWS::Region}`
                begin = match.end()
                continue
            if match[0] == value:
                return found if isinstance(found, Placeholder) else self.once(value, partial(self.resolve, found, at))
            text = found if isinstance(found, str) else values.dumps(found)
            if isinstance(found, Placeholder):
                begin = match.start() + len(text)
            elif value.rfind("${", begin, match.start()) < 0:  # else it may be inside of another variable
                begin = match.start()
            self.spend(len(text) + len(value) // 64, at)  # the rest is only copied
            value = value[: match.start()] + text + value[match.end() :]
        return _PSEUDO.sub(self.pseudo_parameter, value) if "#{" in value else value

    def pseudo_parameter(self, match: re.Match[str]) -> str:
        """The value of `#{AWS::Region}`, `#{Table}` or `#{Table.Arn}`; other text stays."""
        name, _, attribute = match[1].partition(".")
        if name in PSEUDO and not attribute:
            return self.text({"Ref": name})
        if name not in self.resources:
            return match[0]
        return self.text({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})

    def variable(self, expression: str, at: str) -> Any:
        """The value of `${expression}`, `NO_VALUE` if it is no variable of the framework's."""
        self.count(at)
        alternatives = [match[1].strip() for match in _PARTS.finditer(expression)]
        alternatives = [each for each in alternatives if each]
        if not alternatives or not any(kind.fullmatch(alternatives[0]) for kind in (_SOURCE, _FILE, _BOOLEAN)):
            return NO_VALUE
        for each in alternatives:
            found = self.alternative(each, at)
            if found is not NO_VALUE:
                return found
        given = self.given_for(alternatives[0])
        if given is not NO_VALUE:
            return given
        name = alternatives[0]
        why = self.why(name)
        said = f"${{{expression}}} is not known here{f': {why}' if why else ''}"
        return self.unknown(name.replace(":", ".", 1), said, at, name)

    def why(self, address: str) -> str:
        """Why an address gives nothing; "" if that says no more than the address."""
        if (file := _FILE.fullmatch(address)) is not None:
            named = file[1].strip()
            if named.endswith(_PROGRAMS):
                return "a program makes it, and none is run"
            if self.files.find(named) is None:
                return f"there is no file {named!r}{self.files.near(named)}"
            return f"the file has no {file[2]!r}"
        source, _, name = address.partition(":")
        if source == "self":
            return self.way_back(name) if name in self._open else f"{self.service.text.name} has no {name!r}"
        return _WHY.get(source.partition("(")[0], "")

    def alternative(self, address: str, at: str) -> Any:
        """The value of a source or of a literal; `NO_VALUE` if there is none."""
        if address[0] in "'\"":
            return address[1:-1]
        given = self.given_for(address)
        if given is not NO_VALUE:
            return given
        file = _FILE.fullmatch(address)
        if file is not None:
            found = self.of_file(file[1].strip(), file[2], self.document, at)
            return NO_VALUE if found is None else found[0]
        if (boolean := _BOOLEAN.fullmatch(address)) is not None:
            return _BOOLEANS.get(boolean[1].strip().strip("'\"").lower(), NO_VALUE)
        match = _SOURCE.fullmatch(address)
        if match is None:
            try:
                return values.loads(address)
            except JsonValueError:
                return NO_VALUE
        source, name = match.groups()
        if source == "self":
            found = self.of_self(name)
            return NO_VALUE if found is None else found[0]
        return self.simple(source, name)

    def simple(self, source: str, name: str) -> Any:
        """Options, the stage, parameters, the account."""
        if source == "opt":
            return self.given_for(name)
        if source == "sls":
            return self.stage if name == "stage" else NO_VALUE
        if source == "aws":
            return {"region": self.pseudo("AWS::Region"), "accountId": self.pseudo("AWS::AccountId")}.get(name, NO_VALUE)
        return self.parameter_of_stage(name) if source == "param" else NO_VALUE

    def parameter_of_stage(self, name: str) -> Any:
        """The value of a parameter for the stage; those of version 4 are below `stages`."""
        for group in (self.stage, "default"):
            for path in (f"stages.{group}.params", f"params.{group}"):
                found = self.walk(self.service.value, self.service, "", path)
                value, _, at = self.root(*found) if found is not None else (None, self.service, "")
                if isinstance(value, dict) and name in value:
                    return self.resolve(value[name], child(at, name))
        return NO_VALUE

    @cached_property
    def stage(self) -> str:
        given = self.given_for("opt:stage", "stage", "sls:stage")
        if given is not NO_VALUE:
            return str(given)
        provider = self.document_of_service.get("provider")
        stage = provider.get("stage") if isinstance(provider, dict) else None
        if isinstance(stage, str) and "stage" not in self._open:
            self._open["stage"] = None
            found = self.string(stage, "", "")
            del self._open["stage"]
            if isinstance(found, str) and not isinstance(found, Placeholder):
                return found
        return "dev"

    @property
    def document_of_service(self) -> Mapping[str, Any]:
        value = self.service.value
        return value if isinstance(value, dict) else {}

    service: Document
    """serverless.yml itself, whatever file is being read."""

    def of_self(self, path: str) -> tuple[Any, Document, str] | None:
        """The value at a path of the file, unresolved, and its place."""
        if not self.leads_on(path):
            return None
        self._open[path] = None
        try:
            found = self.walk(self.service.value, self.service, "", path)
            if found is None and path in ("provider.stage", "provider.region"):
                value = self.stage if path.endswith("stage") else self.pseudo("AWS::Region")
                return value, self.service, ""
            if found is not None and isinstance(found[0], str):
                return self.string(found[0], found[2], ""), found[1], found[2]
            return found
        finally:
            del self._open[path]

    def walk(self, value: Any, document: Document, at: str, path: str) -> tuple[Any, Document, str] | None:
        for key in filter(None, path.split(".")):
            value, document, at = self.root(value, document, at)
            if isinstance(value, dict) and key in value:
                value, at = value[key], child(at, key)
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value, at = value[int(key)], child(at, key)
            else:
                return None
        return value, document, at

    def of_file(self, named: str, path: str | None, source: Document, at: str) -> tuple[Any, Document, str] | None:
        """The value of a file, or of a path in it; None if there is no such file, or it is a program."""
        if named.endswith(_PROGRAMS) or (file := self.find(named, at, source)) is None:
            return None
        if file.suffix not in (".yml", ".yaml", ".json"):
            text, _ = find_text(file)
            return text.text, self.service, ""
        document = self.file(file)
        return self.walk(document.value, document, "", path or "")

    def root(self, value: Any, document: Document, at: str) -> tuple[Any, Document, str]:
        for _ in range(50):
            value, document, at = super().root(value, document, at)
            match = _VARIABLE.fullmatch(self.outermost(value, at)) if isinstance(value, str) else None
            found = self.place_of(match[1], document, at) if match is not None else None
            if found is None:
                break
            value, document, at = found
        return value, document, at

    def outermost(self, value: str, at: str) -> str:
        """A text that is one variable, with those that are inside of it resolved; else the text itself."""
        text = value.strip()
        while text.startswith("${") and (match := _VARIABLE.search(text)) is not None and match[0] != text:
            found = self.variable(match[1], at)
            if not isinstance(found, str) or isinstance(found, Placeholder):
                return value
            text = text[: match.start()] + found + text[match.end() :]
        return text

    def place_of(self, expression: str, document: Document, at: str) -> tuple[Any, Document, str] | None:
        """The place of a variable's value that is in a file."""
        for match in _PARTS.finditer(expression):
            address = match[1].strip()
            file, source = _FILE.fullmatch(address), _SOURCE.fullmatch(address)
            found = None
            if file is not None:
                found = self.of_file(file[1].strip(), file[2], document, at)
            elif source is not None and source[1] == "self":
                found = self.of_self(source[2])
            if found is not None:
                return found
        return None


class ServerlessTemplate(MachineResources):
    """A serverless.yml."""

    format = "Serverless"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.value: Mapping[str, Any] = self.document.value if isinstance(self.document.value, dict) else {}
        self.sections: dict[str, dict[str, Any]] = {}
        resolver = self.resolver()
        for section in ("Parameters", "Mappings", "Conditions"):
            self.sections[section] = {name: value for name, value, _, _ in self._members(resolver, section)}
        resolver = self.resolver()
        self.prefix = f"{self._service_name(resolver)}-{resolver.stage}"
        self._add_resources(resolver)
        self.note_use(resolver)

    def resolver(self) -> _Variables:
        made = _Variables(
            self.document,
            self.resources,
            declared=self.sections.get("Parameters", {}),
            mappings=self.sections.get("Mappings", {}),
            conditions=self.sections.get("Conditions", {}),
            given=self.parameters,
            files=self.named,
            budget=self.budget,
        )
        made.service = self.document
        return made

    def _service_name(self, resolver: _Variables) -> str:
        service = self.value.get("service")
        if isinstance(service, dict):
            service = service.get("name")
        return (resolver.known_text(service) if service is not None else None) or "service"

    def section(self, resolver: _Variables, *keys: str) -> tuple[Mapping[str, Any], Document, str]:
        """An object below these keys, in whichever file; {} if it is not there."""
        found = resolver.walk(self.value, self.document, "", ".".join(keys))
        value, document, at = resolver.root(*found) if found is not None else (None, self.document, "")
        return (value if isinstance(value, dict) else {}), document, at

    def _add_resources(self, resolver: _Variables) -> None:
        for name, node, document, at in self._members(resolver, "Resources"):
            if isinstance(node, dict):
                self.resources[name] = Resource(name, node, at, document=document)
        self.own = tuple(self.resources.values())
        for resource in self.own:
            resource.find_properties(resolver)
        for key, node, _, _ in self._nodes(resolver, "functions"):
            named = resolver.known_text(node["name"]) if "name" in node else None
            self._add(f"{_normalized(key)}LambdaFunction", key, "AWS::Lambda::Function", named or f"{self.prefix}-{key}")
        activities = resolver.root(self.section(resolver, "stepFunctions")[0].get("activities"), self.document, "")[0]
        for activity in activities if isinstance(activities, list) else []:
            if isinstance(activity, str) and (named := resolver.known_text(activity)):
                self._add(f"{_normalized(activity)}StepFunctionsActivity", "", "AWS::StepFunctions::Activity", named)
        for key, node, _, _ in self.machine_nodes(resolver):
            logical_id, name = _machine_names(key, node, resolver)
            self._add(logical_id, "", "AWS::StepFunctions::StateMachine", name)

    def _members(self, resolver: _Variables, section: str) -> Iterator[tuple[str, Any, Document, str]]:
        """(name, value, file, place) of the members that a section of CloudFormation has, in each part of `resources`."""
        value, document, at = resolver.root(self.value.get("resources"), self.document, "/resources")
        parts = [(value, document, at)]
        if isinstance(value, list):
            parts = [(part, document, child(at, index)) for index, part in enumerate(value)]
        for part in parts:
            whole, document, at = resolver.root(*part)
            found = whole.get(section) if isinstance(whole, dict) else None
            members, document, at = resolver.root(found, document, child(at, section))
            for name, raw in members.items() if isinstance(members, dict) else ():
                yield name, *resolver.root(raw, document, child(at, name))

    def _add(self, logical_id: str, key: str, type: str, name: str) -> None:
        """A resource that the framework makes; the plugin lets a function be named by its key too."""
        for each in (logical_id, key):
            if each and each not in self.resources:
                self.resources[each] = Resource(each, {"Type": type}, "", name)

    # -- state machines ------------------------------------------------------------------------------------------------

    def machine_nodes(self, resolver: _Variables) -> list[tuple[str, Mapping[str, Any], Document, str]]:
        """(key, what it says, file, place) of each state machine."""
        return self._nodes(resolver, "stepFunctions.stateMachines")

    def _nodes(self, resolver: _Variables, path: str) -> list[tuple[str, Mapping[str, Any], Document, str]]:
        """(key, what it says, file, place) of each state machine or function; they may be several objects in a list."""
        found = resolver.walk(self.value, self.document, "", path)
        if found is None:
            return []
        value, document, at = resolver.root(*found)
        parts = [(value, document, at)]
        if isinstance(value, list):
            parts = [resolver.root(part, document, child(at, index)) for index, part in enumerate(value)]
        nodes: list[tuple[str, Mapping[str, Any], Document, str]] = []
        for part, within, place in parts:
            for key, item in (part if isinstance(part, dict) else {}).items():
                node, home, spot = resolver.root(item, within, child(place, key))
                if isinstance(node, dict):
                    nodes.append((key, node, home, spot))
        return nodes

    @cached_property
    def machines(self) -> list[FoundMachine]:
        resolver = self.resolver()
        plugin = [self._machine_of_plugin(*found, resolver) for found in self.machine_nodes(resolver)]
        return [*plugin, *self.machines_of(self.own)]

    def _machine_of_plugin(
        self, key: str, node: Mapping[str, Any], home: Document, at: str, resolver: _Variables
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
            find=lambda resolver: self._definition_of_plugin(machine, node, home, at, cast("_Variables", resolver)),
            other_names=tuple(dict.fromkeys(each for each in (name, logical_id) if each != key)),
            logging=logging and (lambda: self.resolver().resolve(logging)),
        )
        return machine

    def _definition_of_plugin(
        self, machine: FoundMachine, node: Mapping[str, Any], home: Document, at: str, resolver: _Variables
    ) -> Found:
        if node.get("definition") is None:
            raise machine.error(at, "it has no definition", document=home)
        value, document, place = resolver.root(node["definition"], home, child(at, "definition"))
        function = function_of(value)
        if isinstance(value, dict) and function is None:
            return Found(place, document, value=value)
        resolver.document = document
        pieces = list(resolver.pieces(value, place))
        if len(pieces) == 1 and pieces[0].text.startswith("${") and pieces[0].text.endswith("}"):
            raise self._no_definition(machine, resolver.outermost(str(value), place), place, resolver)
        return Found(place, document, text=PiecedText(document, pieces))

    def _no_definition(self, machine: FoundMachine, value: str, at: str, resolver: _Variables) -> DefinitionError:
        """The error for a definition that is a variable without a value."""
        document, match = resolver.document, _VARIABLE.fullmatch(value.strip())
        file = _FILE.fullmatch(match[1].strip()) if match is not None else None
        try:
            if file is not None and self.named.find(file[1].strip()) is None:
                return self.missing_file(machine, file[1].strip(), at, "definition", document=document)
        except RefusedError as refused:
            return machine.refused(at, "definition", refused, document)
        why = "; ".join(dict.fromkeys(resolver.unresolved.values())) or f"{value} is not known here"
        keys = "" if file is not None else ways(resolver.unresolved, "parameters")
        hint = f"{keys}, or load the definition itself" if keys else "load the definition itself"
        return machine.error(at, f"definition: {why}", hint, document, ELSEWHERE)

    def framework_events(self) -> Iterator[tuple[str, Document, str, list[Any]]]:
        resolver = self.resolver()
        functions, document, at = self.section(resolver, "functions")
        nodes = [
            (f"{_normalized(key)}LambdaFunction", *resolver.root(raw, document, child(at, key)))
            for key, raw in functions.items()
        ]
        nodes += [
            (_machine_names(key, node, resolver)[0], node, home, place)
            for key, node, home, place in self.machine_nodes(resolver)
        ]
        for logical_id, node, home, place in nodes:
            events = resolver.resolve(node.get("events")) if isinstance(node, dict) else None
            if isinstance(events, list) and logical_id in self.resources:
                yield logical_id, home, child(place, "events"), events

    # -- functions -----------------------------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> list[FunctionResource]:
        resolver = self.resolver()
        provider = self.section(resolver, "provider")
        return [self._function(*node, provider, resolver) for node in self._nodes(resolver, "functions")]

    def _function(
        self,
        key: str,
        node: Mapping[str, Any],
        document: Document,
        at: str,
        shared: tuple[Mapping[str, Any], Document, str],
        resolver: _Variables,
    ) -> FunctionResource:
        provider = shared[0]

        def value(name: str) -> Any:
            return resolver.resolve(node.get(name, provider.get(name)))

        environment: dict[str, str] = {}
        unknown: dict[str, UnknownVariable | None] = {}
        for source in (shared, (node, document, at)):
            declared, home, place = resolver.root(source[0].get("environment"), source[1], child(source[2], "environment"))
            for name, each in declared.items() if isinstance(declared, dict) else ():
                found, missing = resolver.noting(each)
                if found is NO_VALUE:
                    continue
                text = environment[name] = str(found) if isinstance(found, str) else values.dumps(found)
                unknown[name] = None
                if missing or "{{" in text:
                    location = home.location(child(place, name))
                    unknown[name] = next(iter(unknown_variable(name, text, missing, location)), None)
        logical_id = f"{_normalized(key)}LambdaFunction"
        made = self.resources[logical_id]
        layers, others = self._layers(node.get("layers", provider.get("layers")), resolver)
        image = node.get("image")
        runtime, handler = value("runtime"), resolver.resolve(node.get("handler"))
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
            unknown=tuple(each for each in unknown.values() if each is not None),
            layers=layers,
            other_layers=others,
            package_type="Zip" if image is None else "Image",
            timeout_seconds=whole_number(value("timeout"), 6),  # the framework's defaults, not Lambda's
            memory_mb=whole_number(value("memorySize"), 1024),
            location=document.location(at),
        )

    def _layers(self, layers: Any, resolver: _Variables) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        declared = self.section(resolver, "layers")[0]
        paths, reasons = {}, {}
        for key, node in declared.items():
            folder = resolver.known_text(node.get("path")) if isinstance(node, dict) else None
            try:
                path = self.named.find(folder, "file", "directory") if folder else None
            except RefusedError as refused:
                reasons[f"{_normalized(key)}LambdaLayer"] = refused.advice
                continue
            if path is not None:
                paths[f"{_normalized(key)}LambdaLayer"] = path.resolve()
            elif reason := self.named.absent(folder):
                reasons[f"{_normalized(key)}LambdaLayer"] = reason
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


def _normalized(name: str) -> str:
    """A key as the framework puts it into logical ids."""
    name = name.replace("-", "Dash").replace("_", "Underscore")
    return name[:1].upper() + name[1:]


def _machine_names(key: str, node: Mapping[str, Any], resolver: _Variables) -> tuple[str, str]:
    """(logical id, name) of a state machine, as the plugin makes them."""
    name = resolver.known_text(node["name"]) if "name" in node else None
    given = resolver.known_text(node["id"]) if "id" in node else None
    made = _normalized(given or name or "") or f"{_normalized(key)}StepFunctionsStateMachine"
    return made, name or made
