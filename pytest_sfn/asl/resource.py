"""What a Task's Resource names: a Lambda function, a service integration, an activity.

A Resource is read once, when the definition is loaded. Nothing is looked up: a `${Name}` that got no value stays as it
is, since tests run long before a deployment fills it in. Text that no rule knows is kept (`kind` "other"); it can be
mocked by its text like anything else.

AWS names the parts in history events: `resourceType` is the service (`lambda`, `aws-sdk:dynamodb`), `resource` the action
with its pattern (`startExecution.sync:2`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, Literal

__all__ = ["INTEGRATIONS", "Pattern", "Resource", "parse_function_name", "parse_resource", "unrecognized"]

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
        name: the function's or the activity's name.
        qualifier: the function's version or alias, `$LATEST` included.
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
        """`resourceType` of this resource's history events."""
        return self.service or ""

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
_PLACEHOLDER = re.compile(r"\$\{\s*([^{}\s]+)\s*\}")
_service = re.compile(
    rf"arn:(?P<partition>{_PART}+):states:(?P<region>{_PART}*):(?P<account>{_PART}*):"
    rf"(?P<service>aws-sdk:{_PART}+|{_PART}+):(?P<action>{_PART}+?)"
    r"(?P<pattern>\.sync:2|\.sync|\.waitForTaskToken)?"
).fullmatch
_activity = re.compile(
    rf"arn:(?P<partition>{_PART}+):states:(?P<region>{_PART}*):(?P<account>{_PART}*):activity:(?P<name>{_PART}+)"
).fullmatch
_NAME = r"(?:\$\{[^{}]*\}|[\w.-])+"
# Lambda's FunctionName: a full ARN, a partial ARN, or the name, each with or without a version or alias.
_function = re.compile(
    rf"(?:(?:arn:(?P<partition>{_PART}+):lambda:(?P<region>{_PART}*):)?(?:(?P<account>{_PART}*):)?function:)?"
    rf"(?P<name>{_NAME})(?::(?P<qualifier>\$LATEST|{_NAME}))?"
).fullmatch


def parse_function_name(text: str) -> tuple[str, str | None] | None:
    """(name, qualifier) of what Lambda takes as FunctionName: a name, a partial or a full ARN; None for anything else.

    A text that is one placeholder stands for the function of that name: `${Charge}` is `Charge`.
    """
    parsed = _parse_function(text)
    return (parsed.name, parsed.qualifier) if parsed and parsed.name else None


def _parse_function(text: str) -> Resource | None:
    match = _function(text)
    if match is None:
        return None
    parts: dict[str, Any] = match.groupdict()
    if text.startswith("${") and (placeholder := _PLACEHOLDER.fullmatch(parts["name"])):
        parts["name"] = placeholder[1]
    return Resource(text=text, kind="lambda", **parts)


@lru_cache(maxsize=1024)
def parse_resource(text: str) -> Resource:
    """The Resource of a Task state or of an ItemReader or ResultWriter."""
    match = _activity(text)
    if match is not None:
        named: dict[str, Any] = match.groupdict()
        return Resource(text=text, kind="activity", **named)
    match = _service(text)
    if match is not None:
        parts: dict[str, Any] = match.groupdict()
        parts["pattern"] = parts["pattern"] or "REQUEST_RESPONSE"
        return Resource(text=text, kind="service", **parts)
    return _parse_function(text) or Resource(text=text, kind="other")


_RUN = frozenset({"REQUEST_RESPONSE"})
_JOB = frozenset({"REQUEST_RESPONSE", ".sync"})
_TOKEN = frozenset({"REQUEST_RESPONSE", ".waitForTaskToken"})
_ALL = _JOB | _TOKEN


def _actions(jobs: str = "", requests: str = "") -> dict[str, frozenset[str]]:
    return dict.fromkeys(jobs.split(), _JOB) | dict.fromkeys(requests.split(), _RUN)


INTEGRATIONS: Final[dict[str, dict[str, frozenset[str]]]] = {
    "apigateway": {"invoke": _TOKEN},
    "athena": _actions("startQueryExecution", "stopQueryExecution getQueryExecution getQueryResults"),
    "batch": _actions("submitJob"),
    "bedrock": _actions("createModelCustomizationJob", "invokeModel"),
    "codebuild": _actions(
        "startBuild startBuildBatch retryBuildBatch",
        "stopBuild stopBuildBatch retryBuild batchDeleteBuilds deleteBuildBatch batchGetReports",
    ),
    "databrew": _actions("startJobRun"),
    "dynamodb": _actions("", "getItem putItem updateItem deleteItem"),
    "ecs": {"runTask": _ALL},
    "eks": _actions(
        "createCluster deleteCluster createFargateProfile deleteFargateProfile createNodegroup deleteNodegroup runJob", "call"
    ),
    "elasticmapreduce": _actions(
        "createCluster terminateCluster addStep",
        "cancelStep setClusterTerminationProtection modifyInstanceFleetByName modifyInstanceGroupByName",
    ),
    "emr-containers": _actions("createVirtualCluster deleteVirtualCluster startJobRun", "cancelJobRun"),
    "emr-serverless": _actions(
        "createApplication startApplication stopApplication deleteApplication startJobRun cancelJobRun", "getJobRun"
    ),
    "events": {"putEvents": _TOKEN},
    "glue": _actions("startJobRun"),
    "http": {"invoke": _RUN},
    "lambda": {"invoke": _TOKEN},
    "mediaconvert": _actions("createJob"),
    "sagemaker": _actions(
        "createHyperParameterTuningJob createLabelingJob createProcessingJob createTrainingJob createTransformJob",
        "createEndpoint createEndpointConfig createModel updateEndpoint",
    ),
    "sns": {"publish": _TOKEN},
    "sqs": {"sendMessage": _TOKEN},
    "states": {"startExecution": frozenset({*_ALL, ".sync:2"})},
}
"""The optimized integrations: service to action to its patterns.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html. AWS adds to them, so a service that is
missing here is no proof of a mistake; an action that a listed service does not have is one.
"""


def unrecognized(resource: Resource) -> str | None:
    """Why AWS would not recognize a service integration, with what was probably meant; None if nothing speaks against it."""
    service, action = resource.service, resource.action
    if resource.kind != "service" or not service or not action or "${" in service + action:
        return None
    if service.startswith("aws-sdk:"):
        if resource.pattern in (".sync", ".sync:2"):
            return f"aws-sdk integrations do not have the pattern {resource.pattern}"
        return None
    actions = INTEGRATIONS.get(service)
    if actions is None:
        return None
    if action not in actions:
        near = get_close_matches(action, actions, 1)
        sdk = f"aws-sdk:{service}:{action}"
        meant = f"did you mean {near[0]}?" if near else f"write {sdk} to call the API itself"
        return f"the optimized integration of {service} has no action {action}; {meant}"
    if resource.pattern not in actions[action]:
        known = ", ".join(sorted(pattern for pattern in actions[action] if pattern != "REQUEST_RESPONSE"))
        return f"{service}:{action} does not have the pattern {resource.pattern}" + (f"; it has {known}" if known else "")
    return None
