"""The functions that the code under test, or a fixture, has created through Lambda's API, with what they run.

moto's Lambda holds them (`gate/moto_functions.py`). A function is looked up anew in each call, so what was updated or
deleted since then holds, and a version or an alias has the code that it was published with. While nothing has changed it is
the same `FunctionResource`, by which its handler stays warm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.gate.moto import Moto
from pytest_sfn.gate.moto_functions import held_function, held_names, was_deleted
from pytest_sfn.loaders.functions import FunctionResource
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pytest_sfn.gate.moto_functions import HeldCode, HeldFunction
    from pytest_sfn.lambda_.archives import Folders
    from pytest_sfn.services.function_names import FunctionName

__all__ = ["CreatedFunctions"]


LOCALSTACK: Final = "000000000000"
"""The account of LocalStack, which suites that were written for it have in ARNs; no account of AWS has this id."""


class CreatedFunctions:
    """Those of one account.

    Args:
        region, account: the account's, for names of functions that leave them out.
        folders: where their code is unpacked.
    """

    def __init__(self, region: str, account: str, folders: Folders) -> None:
        self._region = region
        self._account = account
        self._folders = folders
        self._known: dict[tuple[str, str], tuple[HeldFunction, FunctionResource]] = {}

    def find(self, function: FunctionName) -> FunctionResource | None:
        """The function of that name as it is now; None if it is not there."""
        held = self._held(function, function.qualifier)
        if held is None:
            return None
        key = held.arn, held.version
        known = self._known.get(key)
        if known is None or known[0] != held:
            known = self._known[key] = held, self._resource(held)
        return known[1]

    def has(self, function: FunctionName) -> bool | None:
        """Whether it is there; None if no function of that name ever was."""
        if self._held(function, function.qualifier) is not None:
            return True
        arns = (function.arn(self._region, account) for account in self._accounts(function))
        deleted = any(was_deleted(arn.removesuffix(f":{function.qualifier}")) for arn in arns)
        return False if deleted or self._held(function, None) is not None else None

    def elsewhere(self, name: str) -> str:
        """Where a function of that name is, or which name was probably meant, for messages; "" for neither."""
        known = held_names()
        regions = ", ".join(region for region, names in known.items() if name in names)
        if regions:
            return f"{name!r} was created through Lambda's API in {regions}"
        near = suggest(name, [each for names in known.values() for each in names], "did you mean {!r}")
        return f"{near}, which was created through Lambda's API?" if near else ""

    def _accounts(self, function: FunctionName) -> Iterable[str]:
        if function.account not in (None, LOCALSTACK):
            return (function.account,)
        return dict.fromkeys((self._account, Moto.ACCOUNT))

    def _held(self, function: FunctionName, qualifier: str | None) -> HeldFunction | None:
        region = function.region or self._region
        found = (held_function(function.name, qualifier, region, account) for account in self._accounts(function))
        return next((held for held in found if held is not None), None)

    def _resource(self, held: HeldFunction) -> FunctionResource:
        code, refused = self._unpacked(held.code)
        layers = [self._unpacked(layer) for layer in held.layers]
        refused = next((f"a layer: {why}" for _, why in layers if why), refused)
        return FunctionResource(
            logical_id=f"{held.arn}, created through Lambda's API",
            name=held.name,
            arn=held.arn,
            runtime=held.runtime,
            handler=held.handler,
            code=code if not refused else None,
            code_refused=refused,
            environment=held.environment,
            layers=tuple(path for path, _ in layers if path is not None),
            package_type=held.package_type,
            timeout_seconds=held.timeout_seconds,
            memory_mb=held.memory_mb,
            version=held.version,
        )

    def _unpacked(self, code: HeldCode | None) -> tuple[Path | None, str]:
        """(the folder of an archive, why there is none)."""
        if code is None:
            return None, ""
        try:
            return self._folders.unpack(code.content, code.sha), ""
        except ValueError as error:
            return None, str(error)
