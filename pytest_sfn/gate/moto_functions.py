"""The functions that moto's Lambda holds: made through Lambda's API, or by a stack of moto's CloudFormation.

moto keeps functions, versions, aliases and layers with their code, and would run them in Docker. Here their code is only read,
by `mocks/created.py`, which runs it in this process.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HeldCode", "HeldFunction", "answers_simply", "held_function", "held_names", "was_deleted"]

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class HeldCode:
    """An archive: of a function, or of one of its layers; `sha` is the SHA-256 of its bytes, as Lambda's API writes it."""

    content: bytes
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFunction:
    """A function, in one version.

    Attributes:
        arn: without a version.
        version: `$LATEST`, or a number.
        code: None for an image.
        layers: in the function's order.
    """

    arn: str
    name: str
    version: str
    runtime: str | None
    handler: str | None
    code: HeldCode | None
    environment: Mapping[str, str]
    layers: tuple[HeldCode, ...]
    package_type: str
    timeout_seconds: int
    memory_mb: int


def _backend(region: str, account: str) -> Any:
    """The Lambda of moto in a region and account; None while moto does not run, or nobody has called its Lambda."""
    if "moto.awslambda.models" not in sys.modules:
        return None
    from moto.awslambda.utils import get_backend
    from moto.core.models import botocore_stubber

    try:
        return get_backend(account, region) if botocore_stubber.enabled else None
    except KeyError:  # of a region that AWS does not have
        return None


def held_function(name: str, qualifier: str | None, region: str, account: str) -> HeldFunction | None:
    """The function that moto has under a name, with a version or an alias; None if it has none."""
    backend = _backend(region, account)
    if backend is None:
        return None
    from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException

    try:
        found, latest = backend.get_function(name, qualifier), backend.get_function(name)
    except (LambdaClientError, UnknownFunctionException):
        return None
    layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in found.layers]
    return HeldFunction(
        arn=latest.function_arn,
        name=found.function_name,
        version=LATEST if found is latest else str(found.version),
        runtime=found.run_time,
        handler=found.handler,
        code=HeldCode(found.code_bytes, found.code_sha_256) if found.package_type == "Zip" else None,
        environment={key: str(value) for key, value in found.environment_vars.items()},
        layers=tuple(HeldCode(layer.code_bytes, layer.code_sha_256) for layer in layers if layer is not None),
        package_type=found.package_type,
        timeout_seconds=int(found.timeout),
        memory_mb=int(found.memory_size),
    )


def held_names() -> dict[str, list[str]]:
    """The names of all functions that moto has, by their regions."""
    models = sys.modules.get("moto.awslambda.models")
    backends: Any = getattr(models, "lambda_backends", {})
    found: dict[str, list[str]] = {}
    for account in list(backends.values()):
        for region, backend in list(account.items()):
            found.setdefault(region, []).extend(function.function_name for function in backend.list_functions())
    return found


def was_deleted(arn: str) -> bool:
    """Whether moto has had a function of this ARN, without a version, and has it no more."""
    backend = _backend(*arn.split(":")[3:5])
    if backend is None:
        return False
    aliases: Any = getattr(backend._lambdas, "_aliases", {})  # which keeps the ARN of a function that was deleted
    return arn in aliases


def answers_simply() -> bool:
    """Whether the test has told moto to answer Invoke itself, without running anything: `{"lambda": {"use_docker": False}}`."""
    from moto.core.config import default_user_config

    return default_user_config.get("lambda", {}).get("use_docker", True) is False
