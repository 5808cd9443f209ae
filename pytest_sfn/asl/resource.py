"""What a Task's Resource names: a Lambda function, a service integration, an activity.

A Resource is read once, when the definition is loaded. Nothing is looked up: a `${Name}` that got no value stays as it
is, since tests run long before a deployment fills it in. Text that no rule knows is kept (`kind` "other"); it can be
mocked by its text like anything else.

AWS names the parts in history events: `resourceType` is the service (`lambda`, `aws-sdk:dynamodb`), `resource` the action
with its pattern (`startExecution.sync:2`).
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Any, Final, Literal

from pytest_sfn.asl.integrations import integrations, sdk_service, sdk_services
from pytest_sfn.dataclass import dataclass
from pytest_sfn.names import partition_of, suggest

__all__ = [
    "OBJECT_CALLS", "Pattern", "Resource", "filled_arn", "named", "parse_resource", "unfamiliar", "unrecognized",
    "unrecognized_object_call",
]  # fmt: skip

Pattern = Literal["REQUEST_RESPONSE", ".sync", ".sync:2", ".waitForTaskToken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A Resource and its parts; what its kind does not have is None.

    Attributes:
        text: as written in the definition.
        kind: "lambda" for a function named directly, "service" for `arn:aws:states:::service:action`, "activity", or
            "other" for text that is none of these.
        service: `lambda`, `dynamodb`, `aws-sdk:s3`, ...
        action: `invoke`, `putItem`, ...
        pattern: how the integration waits; written as in the ARN.
        name: the function's or the activity's name; for `${Name}` without a value, `Name`, by which it is mocked.
        qualifier: the function's version or alias, `$LATEST` included; for a placeholder as `name` has it.
    """

    text: str
    kind: Literal["lambda", "service", "activity", "other"]
    service: str | None = None
    action: str | None = None
    pattern: Pattern = "REQUEST_RESPONSE"
    partition: str | None = None
    region: str | None = None
    account: str | None = None
    name: str | None = None
    qualifier: str | None = None

    @property
    def resource_type(self) -> str:
        """`resourceType` of this resource's history events, which those of functions do not have."""
        return self.service or ("" if self.kind == "lambda" else self.kind)

    @property
    def resource(self) -> str:
        """`resource` of this resource's history events."""
        if self.action is None:
            return self.text
        return self.action if self.pattern == "REQUEST_RESPONSE" else self.action + self.pattern

    @property
    def function_name(self) -> str | None:
        """The function's name, None unless the Resource is a function."""
        return self.name if self.kind == "lambda" else None


# A part between colons; a placeholder may have colons inside (`${AWS::Region}`).
_PART = r"(?:\$\{[^{}]*\}|[^:${}]|\$(?!\{))"
_placeholder = partial(re.fullmatch, r"\$\{\s*([^{}\s]+)\s*\}")
_service = partial(  # compiled when first asked, as all here: that takes a millisecond
    re.fullmatch,
    rf"arn:(?P<partition>{_PART}+):states:(?P<region>{_PART}*):(?P<account>{_PART}*):"
    rf"(?P<service>aws-sdk:{_PART}+|{_PART}+):(?P<action>{_PART}+?(?:\.sync:(?!2\Z)\w+)?)"
    r"(?P<pattern>\.sync:2|\.sync|\.waitForTaskToken)?",
)
_activity = partial(
    re.fullmatch,
    rf"arn:(?P<partition>{_PART}+):states:(?P<region>{_PART}*):(?P<account>{_PART}*):activity:(?P<name>{_PART}+)",
)
_NAME = r"(?:\$\{[^{}]*\}|[\w.-])+"
# Lambda's FunctionName: a full ARN, a partial ARN, or the name, each with or without a version or alias.
_function = partial(
    re.fullmatch,
    rf"(?:(?:arn:(?P<partition>{_PART}+):lambda:(?P<region>{_PART}*):)?(?:(?P<account>{_PART}*):)?function:)?"
    rf"(?P<name>{_NAME})(?::(?P<qualifier>\$LATEST|{_NAME}))?",
)


def _parse_function(text: str) -> Resource | None:
    match = _function(text)
    if match is None:
        return None
    parts: dict[str, Any] = match.groupdict()
    if "${" in text:
        parts["name"] = named(parts["name"])
        parts["qualifier"] = parts["qualifier"] and named(parts["qualifier"])
    return Resource(text=text, kind="lambda", **parts)


def named(part: str) -> str:
    """A part of an ARN; of a `${Name}` without a value, `Name`."""
    placeholder = _placeholder(part)
    return placeholder[1] if placeholder else part


@lru_cache(maxsize=1024)
def parse_resource(text: str) -> Resource:
    """The Resource of a Task state or of an ItemReader or ResultWriter."""
    states = ":states:" in text
    match = _activity(text) if states else None
    if match is not None:
        whole: dict[str, Any] = match.groupdict()
        return Resource(text=text, kind="activity", **whole | {"name": named(whole["name"])})
    match = _service(text) if states else None
    if match is not None:
        parts: dict[str, Any] = match.groupdict()
        parts["pattern"] = parts["pattern"] or "REQUEST_RESPONSE"
        return Resource(text=text, kind="service", **parts)
    return _parse_function(text) or Resource(text=text, kind="other")


_own = partial(
    re.fullmatch,
    rf"(?:arn:{_PART}+:states:(?P<region>{_PART}*):(?P<account>{_PART}*):(?P<kind>{_PART}+):)?"
    rf"(?P<name>{_PART}+)(?::(?P<qualifier>{_PART}+))?",
)


def filled_arn(text: str, kind: str, region: str, account: str) -> str:
    """The ARN of a state machine or an activity that a text with placeholders names.

    `${Child}` and `arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${Child}` are the machine `Child` here.
    Other text stays as it is.

    Args:
        kind: `stateMachine` or `activity`.
        region, account: instead of those that are placeholders.
    """
    match = _own(text)
    if match is None or match["kind"] not in (kind, None) or (match["kind"] is None and not match["name"].startswith("${")):
        return text
    where = [
        given if given and "${" not in given else own for given, own in ((match["region"], region), (match["account"], account))
    ]
    rest = ":".join(named(part) for part in (match["name"], match["qualifier"]) if part is not None)
    return f"arn:{partition_of(where[0])}:states:{where[0]}:{where[1]}:{kind}:{rest}"


def unrecognized(resource: Resource) -> str | None:
    """Why AWS would not recognize a service integration, with what was probably meant; None if nothing speaks against it.

    The action of an `aws-sdk` integration is not checked, since that needs the service's model:
    `services.operations.unknown_action` does it.
    """
    service, action = resource.service, resource.action
    if resource.kind != "service" or not service or not action or "${" in service + action:
        return None
    if service.startswith("aws-sdk:"):
        return _unrecognized_sdk(service.removeprefix("aws-sdk:"), action, resource.pattern)
    known = integrations()
    if service not in known:
        if meant := suggest(service, known, "did you mean {}:"):
            return f"there is no optimized integration of {service}; {meant}{action}?"
        sdk = _sdk_name(service)
        if sdk is None:
            return None
        return f"there is no optimized integration of {service}; write aws-sdk:{sdk}:{action} to call the API itself"
    actions = known[service]["actions"]
    named, _, pattern = action.partition(".")
    if named in actions and pattern:
        return _without_pattern(f"{service}:{named}", f".{pattern}", actions[named])
    if action not in actions:
        sdk = _sdk_name(service) or _sdk_name(known[service]["service"] or "") or service
        hint = suggest(action, actions, "did you mean {}?") or f"write aws-sdk:{sdk}:{action} to call the API itself"
        return f"the optimized integration of {service} has no action {action}; {hint}"
    if resource.pattern == "REQUEST_RESPONSE" or resource.pattern[1:] in actions[action].get("patterns", ()):
        return None
    return _without_pattern(f"{service}:{action}", resource.pattern, actions[action])


def _without_pattern(task: str, pattern: str, row: dict[str, Any]) -> str:
    there = [f".{each}" for each in sorted(row.get("patterns", ()))]
    others = suggest(pattern, there, "; did you mean {}?") or (f"; it has {', '.join(there)}" if there else "")
    return f"{task} does not have the pattern {pattern}{others}"


OBJECT_CALLS: Final = {"ItemReader": ("getObject", "listObjectsV2"), "ResultWriter": ("putObject",)}
"""What the fields of a distributed Map can call of S3."""


def unrecognized_object_call(field: str, resource: Resource) -> str | None:
    """Why an ItemReader or ResultWriter cannot have this Resource, with what was probably meant; None if it can."""
    actions = OBJECT_CALLS[field]
    if "${" in resource.text or (resource.service in ("s3", "aws-sdk:s3") and resource.resource in actions):
        return None
    known = " or ".join(f"arn:aws:states:::s3:{action}" for action in actions)
    hint = suggest(resource.action or "", actions, "did you mean arn:aws:states:::s3:{}?") or f"it calls {known}"
    return f"{field} cannot call {resource.text}; {hint}"


def unfamiliar(resource: Resource) -> str | None:
    """Why a service integration may be a mistake, or one that is newer than our tables; None for one that they have."""
    service = resource.service
    if resource.kind != "service" or not service or "${" in service + (resource.action or "") or unrecognized(resource):
        return None
    if service.startswith("aws-sdk:"):
        name = service.removeprefix("aws-sdk:")
        if sdk_service(name) is not None:
            return None
        return f"no service of the AWS SDK named {name} is known here; a newer botocore may have it"
    return None if service in integrations() else f"no optimized integration named {service} is known here"


def _unrecognized_sdk(name: str, action: str, pattern: Pattern) -> str | None:
    _, dot, other = action.partition(".")
    if dot or pattern in (".sync", ".sync:2"):
        return f"aws-sdk integrations do not have the pattern {dot + other if dot else pattern}; they have .waitForTaskToken"
    if name not in sdk_services():
        meant = _sdk_name(name) or suggest(name.replace("-", ""), sdk_services(), "{}")
        if meant and sdk_service(name) is None:
            return f"aws-sdk has no service {name}; did you mean aws-sdk:{meant}:{action}?"
    elif action[0].isupper():
        return f"actions begin with a small letter; write aws-sdk:{name}:{action[0].lower()}{action[1:]}"
    return None


def _sdk_name(service: str) -> str | None:
    """The name in `aws-sdk:` integrations of a service that is called by its name in boto3 or the AWS CLI."""
    table = sdk_services()
    plain = service.lower().replace("-", "")
    return plain if plain in table else next((name for name, (folder, _) in table.items() if folder == service.lower()), None)
