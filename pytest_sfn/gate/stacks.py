"""Step Functions in moto's CloudFormation: its resources become ours, by calls of the API through boto3.

A stack is made while a request to CloudFormation is answered. What Step Functions refuses fails the request with
CloudFormation's ValidationError; on AWS the stack would fail a little later.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "RESOURCES"]

Properties = dict[str, Any]
INITIAL: Final = "INITIAL"
"""What CloudFormation calls the revision of a machine that has had no update [documented]."""

_clients: dict[tuple[object, str, str], Any] = {}
"""By boto3, which a run of pytest inside of pytest loads anew; service and region."""


def _client(service: str, region: str) -> Any:
    import boto3

    key = sys.modules["boto3"], service, region
    if key not in _clients:
        _clients[key] = boto3.Session("testing", "testing", "testing", region_name=region).client(service)
    return _clients[key]


def _call(region: str, operation: str, service: str = "stepfunctions", **members: Any) -> Any:
    """Call a service; its refusal, and that of botocore for what is missing, is one of the template.

    What is to be deleted may be gone already: moto deletes a machine before its alias, or after it.
    """
    from botocore.exceptions import ClientError, ParamValidationError
    from moto.cloudformation.exceptions import ValidationError

    try:
        return getattr(_client(service, region), operation)(**members)
    except (ClientError, ParamValidationError) as error:
        if operation.startswith("delete_") and "(ResourceNotFound)" in str(error):
            return {}
        raise ValidationError(message=f'Resource handler returned message: "{error}"') from error


class Resource:
    """A resource of a stack, as moto expects it (it gets a type and a logical id from moto)."""

    NAME: ClassVar = ""
    """The property with its name; "" if it has none."""
    ATTRIBUTES: ClassVar[tuple[str, ...]] = ("Arn",)
    DELETE: ClassVar[tuple[str, str]]
    """The operation that deletes it, and the member for its ARN."""
    type: ClassVar[str]

    def __init__(self, name: str, arn: str, region: str, properties: Properties) -> None:
        self.name = name
        self.physical_resource_id = arn
        self.region = region
        self.properties = properties

    # What moto calls

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.ATTRIBUTES

    def get_cfn_attribute(self, attribute: str) -> str:
        if attribute not in self.ATTRIBUTES:
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

            raise UnformattedGetAttTemplateException
        return self.name if attribute == "Name" else self.physical_resource_id

    def is_created(self) -> bool:
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: Any
    ) -> Resource:
        properties = cloudformation_json.get("Properties") or {}
        return cls(resource_name, cls.create(resource_name, properties, region_name), region_name, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Resource,
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> Resource:
        properties = cloudformation_json.get("Properties") or {}
        if cls.NAME not in properties:
            new_resource_name = original_resource.name  # moto has thought of another one
        new = cls(new_resource_name, original_resource.physical_resource_id, region_name, properties)
        if new.name != original_resource.name or not new.update(original_resource.properties):
            new.physical_resource_id = cls.create(new_resource_name, properties, region_name)
            original_resource.delete(account_id, region_name)
        return new

    def delete(self, _account_id: str, region: str) -> None:
        """Delete it, in whichever state it is."""
        operation, member = self.DELETE
        _call(region, operation, **{member: self.physical_resource_id})

    # What each has of its own

    @classmethod
    def create(cls, name: str, properties: Properties, region: str) -> str:
        """Make it, and give its ARN."""
        raise NotImplementedError

    def update(self, before: Properties) -> bool:
        """Change what is there; False if another one has to take its place."""
        return False


class StateMachine(Resource):
    NAME = "StateMachineName"
    ATTRIBUTES = ("Arn", "Name", "StateMachineRevisionId")
    DELETE = ("delete_state_machine", "stateMachineArn")
    type = "AWS::StepFunctions::StateMachine"

    def get_cfn_attribute(self, attribute: str) -> str:
        if attribute != "StateMachineRevisionId":
            return super().get_cfn_attribute(attribute)
        described = _call(self.region, "describe_state_machine", stateMachineArn=self.physical_resource_id)
        revision: str = described.get("revisionId", INITIAL)
        return revision

    @classmethod
    def create(cls, name: str, properties: Properties, region: str) -> str:
        members = _machine(properties, region)
        if "StateMachineType" in properties:
            members["type"] = properties["StateMachineType"]
        if properties.get("Tags"):
            members["tags"] = _lower(properties["Tags"])
        arn: str = _call(region, "create_state_machine", name=name, **members)["stateMachineArn"]
        return arn

    def update(self, before: Properties) -> bool:
        if self.properties.get("StateMachineType") != before.get("StateMachineType"):
            return False
        arn = self.physical_resource_id
        _call(self.region, "update_state_machine", stateMachineArn=arn, **_machine(self.properties, self.region))
        _tag(self, before)
        return True


class Activity(Resource):
    NAME = "Name"
    ATTRIBUTES = ("Arn", "Name")
    DELETE = ("delete_activity", "activityArn")
    type = "AWS::StepFunctions::Activity"

    @classmethod
    def create(cls, name: str, properties: Properties, region: str) -> str:
        more = {"tags": _lower(properties["Tags"])} if properties.get("Tags") else {}
        arn: str = _call(region, "create_activity", name=name, **more)["activityArn"]
        return arn

    def update(self, before: Properties) -> bool:
        _tag(self, before)
        return True


class Version(Resource):
    DELETE = ("delete_state_machine_version", "stateMachineVersionArn")
    type = "AWS::StepFunctions::StateMachineVersion"

    @classmethod
    def create(cls, name: str, properties: Properties, region: str) -> str:
        members = {_lower_first(name): properties[name] for name in ("StateMachineArn", "Description") if name in properties}
        if properties.get("StateMachineRevisionId", INITIAL) != INITIAL:
            members["revisionId"] = properties["StateMachineRevisionId"]
        arn: str = _call(region, "publish_state_machine_version", **members)["stateMachineVersionArn"]
        return arn


class Alias(Resource):
    NAME = "Name"
    DELETE = ("delete_state_machine_alias", "stateMachineAliasArn")
    type = "AWS::StepFunctions::StateMachineAlias"

    @classmethod
    def create(cls, name: str, properties: Properties, region: str) -> str:
        arn: str = _call(region, "create_state_machine_alias", name=name, **_alias(properties))["stateMachineAliasArn"]
        return arn

    def update(self, before: Properties) -> bool:
        arn = self.physical_resource_id
        _call(self.region, "update_state_machine_alias", stateMachineAliasArn=arn, **_alias(self.properties))
        return True


RESOURCES: Final[dict[str, type[Resource]]] = {each.type: each for each in (StateMachine, Activity, Version, Alias)}
"""The class of each resource type."""
NAMES: Final = {each.type: each.NAME for each in RESOURCES.values()}
"""The property that names a resource of each type."""


def _machine(properties: Properties, region: str) -> Properties:
    """The members of CreateStateMachine and UpdateStateMachine for a machine's properties."""
    members = {"definition": _definition(properties, region), "roleArn": properties.get("RoleArn", "")}
    for name in ("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration"):
        if name in properties:
            members[_lower_first(name)] = _lower(properties[name])
    return members


def _definition(properties: Properties, region: str) -> str:
    if "DefinitionS3Location" in properties:
        text = _stored(properties["DefinitionS3Location"], region)
    else:
        text = properties.get("DefinitionString", "")
        if not text and "Definition" in properties:
            text = json.dumps(properties["Definition"])
    values = properties.get("DefinitionSubstitutions") or {}

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1])
        return found[0] if known is None else known if isinstance(known, str) else json.dumps(known)

    return re.sub(r"\$\{([^}]+)\}", value, text)


def _stored(location: Properties, region: str) -> str:
    """The definition in an object of S3, JSON or YAML [documented]."""
    members = {"Bucket": "Bucket", "Key": "Key", "Version": "VersionId"}
    given = {members[name]: location[name] for name in members if location.get(name)}
    text: str = _call(region, "get_object", "s3", **given)["Body"].read().decode("utf-8")
    if text.lstrip().startswith("{"):
        return text
    import yaml

    return json.dumps(yaml.safe_load(text))


def _alias(properties: Properties) -> Properties:
    """The members of CreateStateMachineAlias and UpdateStateMachineAlias; a gradual deployment is over at once."""
    routing = properties.get("RoutingConfiguration")
    if routing is None and "StateMachineVersionArn" in (deployment := properties.get("DeploymentPreference") or {}):
        routing = [{"StateMachineVersionArn": deployment["StateMachineVersionArn"], "Weight": 100}]
    members = {} if routing is None else {"routingConfiguration": _lower(routing)}
    return {**members, "description": properties["Description"]} if "Description" in properties else members


def _tag(resource: Resource, before: Properties) -> None:
    """Give an updated resource the tags of its template."""
    old, new = (
        {each["Key"]: each.get("Value", "") for each in given.get("Tags") or ()} for given in (before, resource.properties)
    )
    arn = resource.physical_resource_id
    if gone := [key for key in old if key not in new]:
        _call(resource.region, "untag_resource", resourceArn=arn, tagKeys=gone)
    if changed := [{"key": key, "value": value} for key, value in new.items() if old.get(key) != value]:
        _call(resource.region, "tag_resource", resourceArn=arn, tags=changed)


def _lower(value: Any) -> Any:
    """A property as a member of the API: names begin in lower case, and booleans and numbers of a template may be text."""
    if isinstance(value, dict):
        return {_lower_first(name): _TYPES.get(name, _lower)(each) for name, each in value.items()}
    return [_lower(each) for each in value] if isinstance(value, list) else value


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(str(value).lower(), value)


def _integer(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "Enabled": _boolean,
    "IncludeExecutionData": _boolean,
    "KmsDataKeyReusePeriodSeconds": _integer,
    "Weight": _integer,
}


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
