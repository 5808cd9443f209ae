"""SAM, CloudFormation and the templates that the CDK writes: their resources, and Lambda functions among them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions import values
from pytest_sfn.loaders.budget import WAY_OUT
from pytest_sfn.loaders.cdk_assets import path_of_asset
from pytest_sfn.loaders.document import Document, pointer_of
from pytest_sfn.loaders.functions import FunctionResource, UnknownVariable, unknown_variable, whole_number
from pytest_sfn.loaders.intrinsics import NO_VALUE, Placeholder, Resolver, Resource, function_of
from pytest_sfn.loaders.machine_resources import PROCESSED, MachineResources
from pytest_sfn.loaders.project import RefusedError
from pytest_sfn.loaders.resources import FUNCTION, kind_of
from pytest_sfn.loaders.sam_resources import made_by_sam, may_be_of
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.loaders.template import Format, FoundMachine

__all__ = ["STACKS", "CloudFormationTemplate"]

STACKS: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
"""The types of nested stacks, each with the property that names the template."""

_NAMED: Final = ("Parameters", "Mappings", "Conditions", "Resources")
"""The sections whose names others refer to."""
_OF_THE_STACK: Final = ("Serverless", "CodeDeployServiceRole", "ApiGatewayDomainName", "RecordSetGroup")
"""How ids begin that SAM makes once for a template."""
_DEEPEST: Final = 50
"""Stacks in stacks: ten times what is seen, and a tenth of what Python's stack takes."""
_STEPS_OF_A_STACK: Final = 1_000
"""Of the budget, as much as a module of Terraform: two stacks in each of a chain double from file to file."""


class CloudFormationTemplate(MachineResources):
    """A template of CloudFormation, SAM's short forms included.

    Attributes:
        stack: of a nested stack, the logical ids that lead to it, each with a dash; else "".
        around: the files of the templates that it is nested in.
        documents: the files of nested stacks that were read, by path; all of these templates share it.
    """

    stack = ""
    around: tuple[Path | None, ...] = ()

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.documents: dict[Path, Document] = {}
        value = self.document.value
        self.value: Mapping[str, Any] = value if isinstance(value, dict) else {}
        for name, node in self.section("Resources").items():
            if isinstance(node, dict):
                self.resources[name] = Resource(name, node, pointer_of("Resources", name))
        resolver = self.resolver()
        for each in [*self.resources.values()]:
            each.find_properties(resolver)
            if each.type == "AWS::Serverless::Function" and "FunctionUrlConfig" in each.properties:
                self.resources.setdefault(f"{each.id}Url", Resource(f"{each.id}Url", {"Type": "AWS::Lambda::Url"}, each.at))
        self.format: Format = _format(self.value, self.resources, self.path)

    def section(self, name: str) -> Mapping[str, Any]:
        found = self.value.get(name)
        return found if isinstance(found, dict) else {}

    def resolver(self) -> Resolver:
        made = Resolver(
            self.document,
            self.resources,
            declared=self.section("Parameters"),
            mappings=self.section("Mappings"),
            conditions=self.section("Conditions"),
            given=self.parameters,
            files=self.named,
            budget=self.budget,
        )
        made.makes = self.makes
        made.made = self._made_by_tool
        made.output = self.output
        made.stack = self.stack
        return made

    def _made_by_tool(self, name: str) -> Resource | None:
        return self._made.get(name)  # which is found out when a reference leads to nothing

    def makes(self, name: str) -> bool | None:
        """Whether SAM or a module makes a resource of that id; None if a macro, a loop, or a file around this one may."""
        if self._serverless and name.startswith(_OF_THE_STACK):
            return True
        owners = [*self._serverless.values(), *((each, {}) for each in self.resources.values() if "Connectors" in each.node)]
        if any(may_be_of(name, *each) for each in owners):
            return True
        # `ModBucket`, `Mod.Bucket`: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/module-ref-resources.html
        if any(name.startswith(each.id) for each in self.resources.values() if each.type.endswith("::MODULE")):
            return True
        transforms = self.value.get("Transform", [])
        for each in transforms if isinstance(transforms, list) else [transforms]:
            if not str(each).startswith(("AWS::Serverless", "AWS::LanguageExtensions")):
                return None
        if any(key.startswith("Fn::") for names in (self.value, *map(self.section, _NAMED)) for key in names):
            return None
        return None if self._is_included else False

    @cached_property
    def _serverless(self) -> dict[str, tuple[Resource, Mapping[str, Any]]]:
        """The resources of SAM's types with their properties, by logical id."""
        return {
            each.id: (each, self._with_globals(each))
            for each in self.resources.values()
            if each.type.startswith("AWS::Serverless::")
        }

    def _with_globals(self, resource: Resource) -> Mapping[str, Any]:
        shared = self.section("Globals").get(resource.type.removeprefix("AWS::Serverless::"))
        return _merged(shared, resource.properties) if isinstance(shared, dict) else resource.properties

    @cached_property
    def _made(self) -> dict[str, Resource]:
        """What SAM makes beside the resources, by logical id, and by the other name that SAM has for some."""
        resolver = self.resolver()
        resolver.made = lambda name: None  # else the name of a stage that refers to what is made comes back here
        events = (made for each in self.events.values() for event in each for made in event.made)
        return {**made_by_sam(self._serverless, resolver.known_text), **{each.id: each for each in events}}

    @cached_property
    def _is_included(self) -> bool:
        from pytest_sfn.loaders.including import is_included  # only a reference to what is not there needs it

        return self.path is not None and is_included(self.path, self.named.project)

    @property
    def way_in(self) -> str:
        return f"\n  fix  {PROCESSED}" if self.makes("") is None else ""

    def contents(self) -> str:
        loops = [name for name in self.section("Resources") if name.startswith("Fn::ForEach::")]
        return super().contents() + (f", and {', '.join(loops)}, which is not evaluated" if loops else "")

    # -- state machines ------------------------------------------------------------------------------------------------

    @cached_property
    def machines(self) -> list[FoundMachine]:
        return self.machines_of(self.resources.values())

    # -- nested stacks -------------------------------------------------------------------------------------------------

    @cached_property
    def nested(self) -> dict[str, CloudFormationTemplate]:
        found = ((name, self._nested(resource)) for name, resource in self.resources.items() if resource.type in STACKS)
        return {name: template for name, template in found if template is not None}

    def _nested(self, resource: Resource) -> CloudFormationTemplate | None:
        """The template of a nested stack with the parameters that it gets; None if it is not on this disk.

        Raises:
            DefinitionError: it cannot be read.
        """
        resolver = self.resolver()
        path = self._nested_file(resource, resolver)
        if path is None:
            return None
        if len(self.around) == _DEEPEST:
            raise self.document.error(resource.at, f"stacks are nested more than {_DEEPEST} deep", WAY_OUT)
        document = self.documents.get(path) or self.documents.setdefault(path, Document.of_file(path))
        self.files[path] = document.text.text
        if reason := self.budget.step(len(document.text.text), steps=_STEPS_OF_A_STACK):
            raise self.document.error(resource.at, reason, WAY_OUT)
        value = document.value if isinstance(document.value, dict) else {}
        declared = value.get("Parameters")
        own = declared if isinstance(declared, dict) else {}
        passed = resolver.root(resource.properties.get("Parameters"), self.document, "")[0]
        passed = {name: resolver.resolve(each) for name, each in passed.items()} if isinstance(passed, dict) else {}
        names = {"AWS::StackName": f"{resolver.pseudo('AWS::StackName')}-{resource.id}"}
        given = {name: each for name, each in self.parameters.items() if name not in own}
        template = CloudFormationTemplate(
            document,
            parameters={**names, **given, **{name: each for name, each in passed.items() if each is not NO_VALUE}},
            substitutions=self.substitutions,
            default_substitutions=self.default_substitutions,
            loose=self.loose,
            named=self.named.below(path.parent),  # the outer template's values of parameters are no paths of the user's
        )
        template.budget = self.budget
        template.documents = self.documents
        template.stack = f"{self.stack}{resource.id}-"
        template.around = (*self.around, self.path)
        return template

    def _nested_file(self, resource: Resource, resolver: Resolver) -> Path | None:
        field = STACKS[resource.type]
        path = self._asset(resource, field)
        if path is None:
            named = resolver.value(resource.properties.get(field))
            if not isinstance(named, str) or not named:
                return None
            remote = named.partition("://")[2]
            names = self._names_beside(remote.partition("/")[2]) if remote else [named]
            path = next((found for each in names if (found := self.named.find(each)) is not None), None)
        path = path.resolve() if path is not None else None
        return None if path in (*self.around, self.path) else path  # a stack that has itself in it cannot be deployed

    def output(self, resource: Resource, name: str, at: str) -> Any:
        """What `Fn::GetAtt` gives of a nested stack's output; `NO_VALUE` if the template of the stack is not here."""
        template = self.nested.get(resource.id)
        if template is None:
            return NO_VALUE
        resolver = template.resolver()
        declared = template.section("Outputs").get(name)
        if not isinstance(declared, dict) or "Value" not in declared:
            near = suggest(name, template.section("Outputs"))
            return Placeholder(f"{resource.id}.Outputs.{name}", f"{template.document.text.name} has no output {name!r}{near}")
        return resolver.resolve(declared["Value"], pointer_of("Outputs", name, "Value"))

    # -- functions -----------------------------------------------------------------------------------------------------

    @cached_property
    def functions(self) -> list[FunctionResource]:
        resolver = self.resolver()
        own = [
            self._function(resource, resolver)
            for resource in self.resources.values()
            if kind_of(resource.type).attributes.get("Arn") == FUNCTION
        ]
        self.used |= resolver.used
        return [*own, *(function for template in self.nested.values() for function in template.functions)]

    def _function(self, resource: Resource, resolver: Resolver) -> FunctionResource:
        properties: Mapping[str, Any] = resource.properties
        serverless = resource.type == "AWS::Serverless::Function"
        if serverless:
            properties = self._with_globals(resource)

        def text(name: str) -> str | None:
            found = resolver.resolve(properties.get(name))
            return found if isinstance(found, str) else None

        environment, unknown = self._environment(resource, properties, resolver)
        layers, others = self._layers(properties.get("Layers"), resolver)
        name = resolver.name_of(resource)
        construct = resource.construct_id
        refusal = ""
        try:
            code, code_text, place = self._code(resource, properties, serverless, resolver)
        except RefusedError as refused:
            code, code_text, place, refusal = None, None, "", refused.advice
        return FunctionResource(
            logical_id=resource.id,
            name=name,
            arn=resolver.fill(FUNCTION, resource),
            other_names=(construct,) if construct and construct not in (name, resource.id) else (),
            runtime=text("Runtime"),
            handler=text("Handler"),
            code=code,
            code_text=code_text,
            code_place=place,
            code_refused=refusal,
            environment=environment,
            unknown=unknown,
            layers=layers,
            other_layers=others,
            package_type=text("PackageType") or "Zip",
            timeout_seconds=whole_number(resolver.resolve(properties.get("Timeout")), None),
            memory_mb=whole_number(resolver.resolve(properties.get("MemorySize")), 128),
            location=self.document.location(resource.at),
        )

    def _environment(
        self, resource: Resource, properties: Mapping[str, Any], resolver: Resolver
    ) -> tuple[dict[str, str], tuple[UnknownVariable, ...]]:
        """A function's variables, and those whose values are not known here."""
        environment = resolver.root(properties.get("Environment"), self.document, "")[0]
        declared = environment.get("Variables") if isinstance(environment, dict) else None
        declared = resolver.root(declared, self.document, "")[0]
        if not isinstance(declared, dict) or function_of(declared) is not None:
            return {}, ()
        variables, unknown = {}, []
        for name, value in declared.items():
            found, missing = resolver.noting(value)
            if found is NO_VALUE:
                continue
            text = variables[name] = str(found) if isinstance(found, str) else values.dumps(found)
            if missing or "{{" in text:
                pointers = (pointer_of(*place, "Environment", "Variables", name) for place in _places(resource))
                pointer = next((each for each in pointers if self.document.at(each) is not None), resource.at)
                unknown += unknown_variable(name, text, missing, self.document.location(pointer))
        return variables, tuple(unknown)

    def _code(
        self, resource: Resource, properties: Mapping[str, Any], serverless: bool, resolver: Resolver
    ) -> tuple[Path | None, str | None, str]:
        """(the folder or archive on this disk, the code itself, the template's text for the place)."""
        if serverless:
            inline = properties.get("InlineCode")
            if inline is not None:
                return None, resolver.text(inline), "InlineCode"
            where = resolver.value(properties.get("CodeUri", properties.get("ImageUri", ".")))
        else:
            asset = self._asset(resource, "Code")
            if asset is not None:
                return asset, None, str(asset)
            where = resolver.value(properties.get("Code"))
            if isinstance(where, dict) and "ZipFile" in where:
                return None, str(where["ZipFile"]), "ZipFile"
        local = self._local(where)
        said = where if isinstance(where, str) else values.dumps(where) if where else ""
        return local, None, said if local is not None else f"{said}{self.named.near(where)}"

    def _local(self, where: Any) -> Path | None:
        """A folder or archive on this disk, by its path or as an asset of the CDK by its key."""
        if isinstance(where, dict):
            key = where.get("S3Key", where.get("Key"))
            names = [key, f"asset.{key}", f"asset.{Path(key).stem}"] if isinstance(key, str) else []
            if isinstance(key, str) and (asset := path_of_asset(self.named.folder, key)) is not None:
                names.insert(0, asset)
        else:
            names = [where] if isinstance(where, str) and "://" not in where and where else []
        for name in names:
            path = self.named.find(name, "file", "directory")
            if path is not None:
                return path.resolve()
        return None

    def _layers(self, layers: Any, resolver: Resolver) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        local: list[Path] = []
        others: list[str] = []
        for each in layers if isinstance(layers, list) else []:
            named = each.get("Ref") if isinstance(each, dict) else None
            resource = self.resources.get(named) if isinstance(named, str) else None
            path, reason = None, ""
            if resource is not None and kind_of(resource.type).kind == "layer":
                path, reason = self._layer(resource, resolver)
            elif isinstance(named, str) and named not in self.section("Parameters"):
                reason = suggest(named, (name for name, each in self.resources.items() if kind_of(each.type).kind == "layer"))
            if path is not None:
                local.append(path)
            elif reason.startswith(";"):
                others.append(f"{named}{reason}")
            elif reason:
                others.append(f"{named}, since {reason}")
            elif (text := resolver.resolve(each)) is not NO_VALUE:
                others.append(str(text))
        return tuple(local), tuple(others)

    def _layer(self, resource: Resource, resolver: Resolver) -> tuple[Path | None, str]:
        """(the folder or archive of a layer, why it is not there)."""
        where = resolver.resolve(resource.properties.get("ContentUri", resource.properties.get("Content")))
        try:
            path = self._asset(resource, "Content") or self._local(where)
        except RefusedError as refused:
            return None, refused.advice
        return path, "" if path is not None else self.named.absent(where)


def _places(resource: Resource) -> tuple[tuple[str, ...], ...]:
    """Where a function has its properties."""
    return ("Resources", resource.id, "Properties"), ("Globals", "Function")


def _format(value: Mapping[str, Any], resources: Mapping[str, Resource], path: Path | None) -> Format:
    transform = value.get("Transform")
    if any(str(each).startswith("AWS::Serverless") for each in (transform if isinstance(transform, list) else [transform])):
        return "SAM"
    made = (path is not None and path.name.endswith(".template.json")) or "CDKMetadata" in resources
    if made or any("aws:cdk:path" in resource.metadata for resource in resources.values()):
        return "CDK"
    return "CloudFormation"


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Globals and a resource's own: objects are merged, lists joined, anything else is the resource's own.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    merged = dict(shared)
    for name, value in own.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict) and function_of(value) is None:
            merged[name] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[name] = [*before, *value]
        else:
            merged[name] = value
    return merged
