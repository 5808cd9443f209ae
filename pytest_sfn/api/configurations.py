"""The configurations of a state machine or activity: logging, tracing, encryption; what they leave out, and what is refused.

The texts of refusals are recorded, or printed by deployments that people report (cdk-preflight, rules pf-sfn-logging-* and
pf-sfn-encryption-config).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_sfn.api.needs import ApiAccount, ApiMachine

__all__ = ["DEFAULTS", "Configurations", "configured", "encryption", "template_configurations"]

Params = dict[str, Any]
LOGGED_NAME: Final = re.compile(r"[0-9A-Za-z./\-_:]+")
REUSE_SECONDS: Final = 300
"""How long a data key is used when nothing is said [documented]."""


class Configurations(NamedTuple):
    """As DescribeStateMachine shows them."""

    logging: Params
    tracing: Params
    encryption: Params


DEFAULTS: Final = Configurations(
    logging={"level": "OFF", "includeExecutionData": False}, tracing={"enabled": False}, encryption={"type": "AWS_OWNED_KEY"}
)


def template_configurations(machine: ApiMachine) -> Configurations:
    """Those of a machine that the test has loaded: its template may give the logging, if all values are known."""
    found = machine.state_machine._found
    logging = found.logging if found is not None else None
    return DEFAULTS if logging is None else DEFAULTS._replace(logging=logging)


def configured(
    account: ApiAccount, region: str, name: str, params: Mapping[str, Any], before: Configurations
) -> Configurations:
    """The configurations after a call that gives some of them.

    Args:
        region, name: of the state machine.
        before: what holds for those that the call does not give.

    Raises:
        ApiError: InvalidLoggingConfiguration, InvalidEncryptionConfiguration.
    """
    logging, tracing = before.logging, before.tracing
    if (given := params.get("loggingConfiguration")) is not None:
        problem = _logging_problem(account, region, name, given)
        if problem is not None:
            raise ApiError("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {problem}")
        logging = {**DEFAULTS.logging, **given}
    if (given := params.get("tracingConfiguration")) is not None:
        tracing = {**DEFAULTS.tracing, **given}
    return Configurations(logging, tracing, encryption(params, region, before.encryption))


def _logging_problem(account: ApiAccount, region: str, name: str, given: Params) -> str | None:
    destinations = given.get("destinations", ())
    if len(destinations) > 1 or (given.get("level", "OFF") != "OFF" and not destinations):
        return "Must specify exactly one Log Destination."
    for destination in destinations:
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn")
        if arn is None:
            return "Must set valid CloudWatch Log Group ARN."
        group = re.fullmatch(r"arn:[\w-]+:logs:[\w-]*:\d*:log-group:(?P<name>[^:]+)(?P<all>:\*)?", arn)
        if group is None:
            return "Provided ARN is not CloudWatch Logs Log Group ARN."
        if not group["all"]:
            return "Log Group ARN must be provided with '*' qualifier."
        if not account.has_log_group(group["name"], region):
            return "Log Destination not found."
    if destinations and not LOGGED_NAME.fullmatch(name):  # [?] the beginning
        return (
            f"1 validation error detected: Value '{name}' at 'resourceId' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ^[0-9A-Za-z.\/\-_:]+$"
        )
    return None


def encryption(params: Mapping[str, Any], region: str, before: Params = DEFAULTS.encryption) -> Params:
    """The encryptionConfiguration after a call that may give one.

    Raises:
        ApiError: InvalidEncryptionConfiguration.
    """
    given = params.get("encryptionConfiguration")
    if given is None:
        return before
    key, problem = given.get("kmsKeyId"), None
    if given["type"] == "AWS_OWNED_KEY":
        refused = next((name for name in ("kmsKeyId", "kmsDataKeyReusePeriodSeconds") if name in given), None)
        if refused is not None:
            problem = f"Custom {refused} is not allowed when selecting AWS_OWNED_KEY."
    elif key is None:
        problem = "Must set a valid kmsKeyId."
    elif key.startswith("arn:") and (there := "".join(key.split(":", 4)[3:4])) != region:
        problem = f"Invalid arn {there}"
    if problem is not None:
        raise ApiError("InvalidEncryptionConfiguration", f"Invalid Encryption Configuration: {problem}")  # [?] the beginning
    if given["type"] == "AWS_OWNED_KEY":
        return dict(given)
    return {"kmsDataKeyReusePeriodSeconds": REUSE_SECONDS, **given}
