"""The services in which a template's resources are made, and the way back if it fails."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from pytest_sfn.deploy.wanted import Lack, LackError
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.gate.call import NotServedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape

    from pytest_sfn.deploy.wanted import Wanted
    from pytest_sfn.tasks.services import ClientFor

__all__ = ["Cloud", "MissingPackageError", "shaped"]

_CORRECT: Final = "correct it, or name the resources that a test needs in logical_ids"

_ANOTHER: Final = "it is there already: deploy a template once, say in a fixture, or give one of the two another name"
_THERE: Final = re.compile("AlreadyExist|(?<!Not)Exists|InUse|AlreadyOwned|Conflict")


class MissingPackageError(Exception):
    """moto needs another package for a service. Nothing is lost: whatever calls the service says which one."""


class Cloud:
    """The services of an account in the region of a template. A deployment is made in a `with`, and undone if that fails.

    Args:
        client_for: gives the boto3 client of a service, region and account.
        region, account: of the template.
        listed: is called with an error of the test that a list of what is lacking says instead.
        keep: keeps what the services hold, and gives what puts it back.

    Attributes:
        undelivered: what was made, or left out, so that something reaches nobody.
    """

    def __init__(
        self,
        client_for: ClientFor,
        region: str,
        account: str,
        listed: Callable[[BaseException], None],
        keep: Callable[[], Callable[[], None]],
    ) -> None:
        self._client_for = client_for
        self.region = region
        self.account = account
        self.undelivered: list[Lack] = []
        self._listed = listed
        self._keep = keep
        self._undo: list[tuple[str, dict[str, Any]]] = []

    def call(self, service: str, operation: str, **members: Any) -> Any:
        """Call a service; values get the types that its model has for them, and members that it does not have are left out.

        Raises:
            LackError: the service refuses it.
            MissingPackageError: moto cannot answer for it.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        client = self._client_for(service, self.region, None)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        try:
            return getattr(client, operation)(**shaped(members, model.input_shape))
        except ClientError as error:
            said = error.response["Error"]
            fix = _ANOTHER if _THERE.search(said.get("Code", "")) else _CORRECT
            raise LackError(f"{service} refuses it: {said.get('Code')}: {said.get('Message')}", fix) from None
        except NotServedError as error:
            self._listed(error)
            if error.install:
                raise MissingPackageError(error.install) from None
            raise LackError(f"{service}: {error.reason}", _CORRECT) from None
        except (BotoCoreError, PytestSfnError) as error:
            self._listed(error)
            raise LackError(f"{service}: {' '.join(str(error).split())}", _CORRECT) from None

    def tell(self, wanted: Wanted, why: str, fix: str) -> None:
        """Say that something of a resource reaches nobody."""
        self.undelivered.append(Lack(wanted.location(), wanted.logical_id, wanted.said, why, fix))

    def has(self, service: str, look: str, **members: Any) -> bool:
        """Whether a service has something, by the operation that describes it."""
        try:
            self.call(service, look, **members)
        except LackError:
            return False
        return True

    def refuse_another(self, service: str, look: str, **members: Any) -> None:
        """Raise `LackError` if a service has something of that name or id, which moto would replace."""
        if self.has(service, look, **members):
            raise LackError(f"{service} refuses it: it has {[*members.values()][-1]}", _ANOTHER)

    def machines(self) -> set[str]:
        """The ARNs of the state machines that there are."""
        client = self._client_for("stepfunctions", self.region, None)
        pages = client.get_paginator("list_state_machines").paginate()
        return {each["stateMachineArn"] for page in pages for each in page["stateMachines"]}

    def undo(self, operation: str, **members: Any) -> None:
        """Have Step Functions do this if the deployment fails: the account itself has it, and its state is not kept."""
        self._undo.append((operation, members))

    # -- one deployment ------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._undo.clear()
        self._put_back = self._keep()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Whatever the error is, all services then hold what they held before: what was replaced comes back, too."""
        if error is None:
            return
        for operation, members in reversed(self._undo):
            try:
                self.call("stepfunctions", operation, **members)
            except (LackError, MissingPackageError) as failed:
                error.add_note(f"{operation}, which would undo a part of the deployment: {failed}")
        self._put_back()


def shaped(value: Any, shape: Shape) -> Any:
    """A value of a template as the model of a service has it: a template may write `"5"` for 5, and an object for its text."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        named = {name[:1].lower() + name[1:]: name for name in members}
        known = {name: named.get(name[:1].lower() + name[1:]) for name in value}
        return {known[name]: shaped(each, members[known[name]]) for name, each in value.items() if known[name] is not None}
    if kind == "list" and isinstance(value, list):
        return [shaped(each, shape.member) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {name: shaped(each, shape.value) for name, each in value.items()}
    return _scalar(value, kind)


def _scalar(value: Any, kind: str) -> Any:
    if kind == "string" and not isinstance(value, str):
        return dumps(value)  # also true, as SQS and SNS have their attributes
    if not isinstance(value, str):
        return value
    if kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind == "blob":
        return value.encode()
    number = _NUMBERS.get(kind)
    if number is not None and _NUMBER.fullmatch(value):
        with suppress(ValueError):  # a fraction where whole numbers are wanted, which the service refuses
            return number(value)
    return value


_NUMBERS: Final[Mapping[str, Callable[[str], float]]] = {"integer": int, "long": int, "float": float, "double": float}
_NUMBER: Final = re.compile(r"\s*-?[0-9]{1,19}(\.[0-9]{1,19})?\s*")
