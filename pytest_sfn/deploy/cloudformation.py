"""The resources of CloudFormation, SAM, the CDK and the part `resources` of Serverless, as a template wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.pointer import child
from pytest_sfn.deploy.makers import NESTED, UNDELIVERED, UNEVALUATED
from pytest_sfn.deploy.nothing import is_nothing
from pytest_sfn.deploy.references import references
from pytest_sfn.deploy.wanted import Lack, Unresolved, Wanted
from pytest_sfn.loaders.document import pointer_of
from pytest_sfn.loaders.intrinsics import Placeholder, Resource
from pytest_sfn.loaders.machine_resources import PROCESSED
from pytest_sfn.loaders.resources import attribute_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.loaders.intrinsics import Resolver
    from pytest_sfn.loaders.template import Template

__all__ = ["CloudFormationResources"]


class CloudFormationResources:
    """The resources of a template that has CloudFormation's, and of the nested stacks whose templates are on this disk.

    Args:
        template: the template.
        prefix: of the logical ids of a nested stack's resources.

    Attributes:
        undelivered: what it has that reaches nobody here.
    """

    def __init__(self, template: Template, prefix: str = "") -> None:
        self._template = template
        self._prefix = prefix
        self._resolver = template.resolver()
        self.undelivered: list[Lack] = []

    def wanted(self) -> Iterator[Wanted]:
        """Those whose condition holds, in the order of the text; what is made of events follows what has them."""
        for resource in self._template.resources.values():
            if not resource.type and any(each in UNEVALUATED for each in (resource.id, *resource.node)):
                continue
            condition = resource.node.get("Condition")
            if isinstance(condition, str) and self._resolver.condition(condition) is False:
                continue
            own = self._wanted(resource, resource.properties)
            if resource.id in self._template.nested:
                yield from self._nested(own, self._template.nested[resource.id])
                continue
            made = [*self._events(resource), *self._published(resource)]
            own.needs |= {each.logical_id for each in made}
            for each in made:
                each.is_part = True
            yield own
            yield from made
        yield from self._unevaluated()
        self._template.used |= self._resolver.used
        self.undelivered += self._macros()

    def _macros(self) -> Iterator[Lack]:
        """The macros that have the whole template, other than those that are known here."""
        given = self._section("Transform")
        for each in given if isinstance(given, list) else [given]:
            name = each.get("Name") if isinstance(each, dict) else each
            if isinstance(name, str) and not name.startswith("AWS::"):
                place = self._template.document.location("/Transform")
                yield Lack(place, name, "Transform", "a macro, which does not run here: what it changes is not here", PROCESSED)

    def _nested(self, stack: Wanted, template: Template) -> Iterator[Wanted]:
        """A nested stack, with nothing of its own to make, and the resources of its template."""
        resources = CloudFormationResources(template, f"{stack.logical_id}-")
        inner = [*resources.wanted()]
        self.undelivered += resources.undelivered
        for each in inner:
            each.needs |= stack.needs  # what the stack's parameters refer to
        stack.type = NESTED
        stack.needs |= {each.logical_id for each in inner}
        yield stack
        yield from inner

    def _wanted(self, resource: Resource, properties: Mapping[str, Any]) -> Wanted:
        resolver = self._template.resolver()
        resolver.document = resource.document or self._template.document
        name, ref = self._names(resource, resolver)
        return Wanted(
            f"{self._prefix}{resource.id}",
            resource.type,
            Unresolved(properties, resolver.document, resource.at, resolver, self._template.note_use),
            name=name,
            ref=ref,
            attribute=self._attribute(resource),
            needs=self._known(resource, resource.node),
            uses=self._known(resource, self._used(resource)),
        )

    def _known(self, resource: Resource, node: Any) -> set[str]:
        """What a part of a resource refers to that the template has."""
        known = {each for each in references(node) if each in self._template.resources} - {resource.id}
        return {f"{self._prefix}{each}" for each in known}

    def _section(self, name: str) -> Any:
        value = self._template.document.value
        return value.get(name) if isinstance(value, dict) else None

    def _used(self, resource: Resource) -> Any:
        """The part of a resource that whatever runs reads."""
        kind = kind_of(resource.type).kind
        if kind == "function":
            shared = self._section("Globals") if resource.type.startswith("AWS::Serverless::") else None
            own = shared.get("Function") if isinstance(shared, dict) else None
            return [each.get("Environment") for each in (resource.properties, own) if isinstance(each, dict)]
        if kind == "stateMachine":
            return {name: each for name, each in resource.properties.items() if name.startswith("Definition")}
        return resource.properties

    def _names(self, resource: Resource, resolver: Resolver) -> tuple[str, str]:
        """(name, what `Ref` gives); the user may have said what `Ref` gives."""
        given = resolver.given.get(resource.id)
        if not isinstance(given, str):
            return resolver.name_of(resource), str(resolver.reference(resource))
        resolver.used.add(resource.id)
        plain = kind_of(resource.type).ref == "{name}"
        return given if plain else given.rpartition("/")[2].rpartition(":")[2], given

    def _attribute(self, resource: Resource) -> Callable[[str], str | None]:
        def attribute(name: str) -> str | None:
            found = self._template.resolver().get_att([resource.id, name], "", "")
            return None if isinstance(found, Placeholder) else str(found)

        if resource.id in self._template.resources:
            return attribute
        fill = self._resolver.fill
        return lambda name: attribute_of(resource.type, name, lambda pattern: fill(pattern, resource))

    def _events(self, owner: Resource) -> Iterator[Wanted]:
        """What SAM or the Serverless Framework makes of the events of a resource."""
        if "EventInvokeConfig" in owner.properties and owner.type == "AWS::Serverless::Function":
            place = self._template.document.location(child(child(owner.at, "Properties"), "EventInvokeConfig"))
            why = UNDELIVERED["AWS::Lambda::EventInvokeConfig"]
            self.undelivered.append(Lack(place, f"{self._prefix}{owner.id}", owner.type, why))
        for event in self._template.events.get(owner.id, ()):
            if event.kind.lower() in _UNSENT:
                place = (event.document or self._template.document).location(event.at)
                why = f"no event of {event.kind} reaches it"
                self.undelivered.append(Lack(place, f"{self._prefix}{owner.id}", owner.type, why, "call it as the event would"))
            yield from (self._wanted(each, each.properties) for each in event.made if not self._has(each))

    def _has(self, made: Resource) -> bool:
        """Whether the template itself has what the tool would make: under its logical id, or a bus under its name."""
        buses = [each for each in self._template.resources.values() if each.type == made.type == "AWS::Events::EventBus"]
        name = self._resolver.name_of
        return made.id in self._template.resources or any(name(each) == name(made) for each in buses)

    def _published(self, owner: Resource) -> Iterator[Wanted]:
        """The version and the alias that SAM makes of a machine with `AutoPublishAlias`."""
        alias = owner.properties.get("AutoPublishAlias")
        if alias is None or owner.type != "AWS::Serverless::StateMachine":
            return
        routes = [{"StateMachineVersionArn": {"Fn::Sub": f"${{{owner.id}}}:1"}, "Weight": 100}]
        version = {"StateMachineArn": {"Ref": owner.id}}
        for what, properties in (("Version", version), ("Alias", {"Name": alias, "RoutingConfiguration": routes})):
            node = {"Type": f"AWS::StepFunctions::StateMachine{what}", "Properties": properties}
            yield self._wanted(Resource(f"{owner.id}{what}", node, owner.at), properties)

    def _unevaluated(self) -> Iterator[Wanted]:
        """The loops and macros among the resources, if a test loses something by them."""
        given = self._section("Resources")
        for name, node in given.items() if isinstance(given, dict) else ():
            macro = isinstance(node, dict) and "Type" not in node
            kind = next((each for each in UNEVALUATED if name.startswith(each) or (macro and each in node)), None)
            if kind is not None and not all(map(is_nothing, _looped(node))):
                yield self._wanted(Resource(name, {"Type": kind}, pointer_of("Resources", name)), {})


_UNSENT: Final = (
    *("sqs", "sns", "s3", "kinesis", "dynamodb", "stream", "msk", "kafka", "selfmanagedkafka", "documentdb"),
    *("mq", "activemq", "rabbitmq", "iot", "iotrule", "cognito", "cognitouserpool", "cloudwatchlog", "cloudwatchlogs"),
)
"""Events of SAM and of the Serverless Framework, in small letters, of which nothing reaches the function here."""


def _looped(node: Any) -> list[str]:
    """The types of the resources in a loop; an unknown one for anything else."""
    body = node[2] if isinstance(node, list) and len(node) > 2 else None
    return [str(each.get("Type")) for each in body.values() if isinstance(each, dict)] if isinstance(body, dict) else [""]
