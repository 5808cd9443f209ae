"""What SAM makes beside the resources that a template has: roles, stages, versions, aliases, permissions, implicit APIs.

Ids are those of the reference; those that end in a hash are not known here, and no value is made up for them.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.loaders.intrinsics import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    _Text = Callable[[Any], str | None]

__all__ = ["made_by_sam", "may_be_of"]

Made = tuple[str, str, dict[str, Any]]
"""Logical id, type and properties; an id with a dot is the other name that SAM lets a template use."""
_REST: Final = "AWS::Serverless::Api"
_HTTP: Final = "AWS::Serverless::HttpApi"


def made_by_sam(owners: Mapping[str, tuple[Resource, Mapping[str, Any]]], text: _Text) -> dict[str, Resource]:
    """What SAM makes of the resources of its own types, by the names that a template may use.

    Args:
        owners: by logical id, each with its properties, those of `Globals` among them.
        text: a value as text, None if that is not known here.
    """
    found: dict[str, Resource] = {}
    for owner, properties in owners.values():
        for name, kind, own in _made(owner, properties, text):
            found.setdefault(name, Resource(name.replace(".", ""), {"Type": kind, "Properties": own}, owner.at))
    for name, kind, own in _implicit(properties for _, properties in owners.values()):
        found.setdefault(name, Resource(name.replace(".", ""), {"Type": kind, "Properties": own}, ""))
    return found


def _made(owner: Resource, properties: Mapping[str, Any], text: _Text) -> Iterator[Made]:
    if owner.type in (_REST, _HTTP):
        yield from _of_api(owner.id, owner.type, text(properties["StageName"]) if "StageName" in properties else "")
        return
    if owner.type not in ("AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
        return
    if "Role" not in properties:
        yield f"{owner.id}Role", "AWS::IAM::Role", {}
    for key, event in _events(properties):
        yield from _of_event(f"{owner.id}{key}", event)
    if owner.type == "AWS::Serverless::Function":
        yield from _of_function(owner.id, properties, text)


def _of_api(id: str, type: str, stage: str | None) -> Iterator[Made]:
    """`stage`: None if it is not known here, "" if the template does not say it."""
    version = "" if type == _REST else "V2"
    if stage is not None:
        named = f"{stage}Stage" if stage else "ApiGatewayDefaultStage"
        own = {"StageName": stage or "$default"}
        for name in (f"{id}{named}", f"{id}.Stage"):
            yield name, f"AWS::ApiGateway{version}::Stage", own
    yield f"{id}.Deployment", f"AWS::ApiGateway{version}::Deployment", {}
    yield f"{id}.DomainName", f"AWS::ApiGateway{version}::DomainName", {}
    for each in ("UsagePlan", "UsagePlanKey", "ApiKey") if type == _REST else ():
        for name in (f"{id}{each}", f"{id}.{each}"):
            yield name, f"AWS::ApiGateway::{each}", {}


def _of_function(id: str, properties: Mapping[str, Any], text: _Text) -> Iterator[Made]:
    alias = text(properties["AutoPublishAlias"]) if "AutoPublishAlias" in properties else None
    if alias is not None:
        for name in (f"{id}Alias{alias}", f"{id}.Alias"):
            yield name, "AWS::Lambda::Alias", {"FunctionName": {"Ref": id}, "Name": alias}
        yield f"{id}.Version", "AWS::Lambda::Version", {"FunctionName": {"Ref": id}}
    if "FunctionUrlConfig" in properties:
        yield f"{id}Url", "AWS::Lambda::Url", {}
        yield f"{id}UrlPublicPermissions", "AWS::Lambda::Permission", {}
    if "DeploymentPreference" in properties:
        yield f"{id}DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", {}
        yield "ServerlessDeploymentApplication", "AWS::CodeDeploy::Application", {}
        yield "CodeDeployServiceRole", "AWS::IAM::Role", {}
    asynchronous = properties.get("EventInvokeConfig")
    if isinstance(asynchronous, dict):
        yield f"{id}EventInvokeConfig", "AWS::Lambda::EventInvokeConfig", {}
        destinations = asynchronous.get("DestinationConfig")
        for way, said in destinations.items() if isinstance(destinations, dict) else ():
            kind = _DESTINATIONS.get(str(said.get("Type"))) if isinstance(said, dict) else None
            if kind is not None:
                what = kind.rpartition("::")[2]
                for name in (f"{id}EventInvokeConfig{way}{what}", f"{id}.Destination{what}"):
                    yield name, kind, {}


def _of_event(id: str, event: Mapping[str, Any]) -> Iterator[Made]:
    """What SAM makes of an event, other than rules and schedules, which `events` has."""
    kind = str(event.get("Type"))
    given = event.get("Properties")
    given = given if isinstance(given, dict) else {}
    if kind in _SUBSCRIBED:
        yield id, _SUBSCRIBED[kind], {}
    elif kind in _POLLED:
        yield id, "AWS::Lambda::EventSourceMapping", {}
        return
    if kind == "ScheduleV2":
        yield f"{id}Role", "AWS::IAM::Role", {}
    elif kind == "SNS" and given.get("SqsSubscription") not in (None, False, "false"):
        yield f"{id}EventSourceMapping", "AWS::Lambda::EventSourceMapping", {}
        yield f"{id}QueuePolicy", "AWS::SQS::QueuePolicy", {}
        yield f"{id}Queue", "AWS::SQS::Queue", {}
    else:
        yield f"{id}Permission", "AWS::Lambda::Permission", {}
        yield f"{id}Role", "AWS::IAM::Role", {}  # of what starts a machine
    if isinstance(given.get("DeadLetterConfig"), dict):
        yield f"{id}QueuePolicy", "AWS::SQS::QueuePolicy", {}
        yield f"{id}Queue", "AWS::SQS::Queue", {}


_SUBSCRIBED: Final = {"SNS": "AWS::SNS::Subscription", "IoTRule": "AWS::IoT::TopicRule"}
_POLLED: Final = ("SQS", "Kinesis", "DynamoDB", "MSK", "MQ", "SelfManagedKafka", "DocumentDB")
_DESTINATIONS: Final = {"SQS": "AWS::SQS::Queue", "SNS": "AWS::SNS::Topic"}


def _implicit(all_properties: Iterable[Mapping[str, Any]]) -> Iterator[Made]:
    """The APIs of events that name none."""
    wanted = {
        str(event.get("Type"))
        for properties in all_properties
        for _, event in _events(properties)
        if not (isinstance(given := event.get("Properties"), dict) and ("RestApiId" in given or "ApiId" in given))
    }
    if "Api" in wanted:
        yield "ServerlessRestApi", _REST, {}
        yield from _of_api("ServerlessRestApi", _REST, "Prod")
    if "HttpApi" in wanted:
        yield "ServerlessHttpApi", _HTTP, {}
        yield from _of_api("ServerlessHttpApi", _HTTP, "")


def _events(properties: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    events = properties.get("Events")
    for key, event in events.items() if isinstance(events, dict) else ():
        if isinstance(event, dict):
            yield key, event


def may_be_of(name: str, owner: Resource, properties: Mapping[str, Any]) -> bool:
    """Whether SAM may make a resource of that id of this one. Where that is not sure, it may."""
    connectors = owner.node.get("Connectors")
    keys = [*(key for key, _ in _events(properties)), *(connectors if isinstance(connectors, dict) else ())]
    if not name.startswith(owner.id):
        return False
    rest = name[len(owner.id) :]
    if owner.type.startswith("AWS::Serverless::") and not rest[:1].islower():  # `OrderAliaslive`; most ids of SAM's
        return True
    known = _ENDINGS.get(owner.type)
    return any(rest.startswith(key) for key in keys) or (known is not None and known.fullmatch(rest) is not None)


_ENDINGS: Final = {
    _REST: re.compile(r"\w*(?:Stage|AuthorizerPermission)"),
    _HTTP: re.compile(r"\w*(?:Stage|AuthorizerPermission|ApiMapping)"),
    "AWS::Serverless::LayerVersion": re.compile("[0-9a-f]{10}"),
    "AWS::Serverless::GraphQLApi": re.compile(r"\w+"),
    "AWS::Serverless::Connector": re.compile(r"\w+"),
}
"""How an id goes on behind that of its owner in lower case, where a name of the user's, or a hash, is in it."""
