"""The services in which a template's resources are made, and the way back: what was made can be undone."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.deploy.wanted import Lack, LackError
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.expressions.values import dumps
from pytest_sfn.gate.call import NotServedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape

    from pytest_sfn.deploy.wanted import Wanted
    from pytest_sfn.tasks.services import ClientFor

__all__ = ["Cloud", "MissingPackageError", "shaped"]

_CORRECT: Final = "correct it, or name the resources that a test needs in logical_ids"


class MissingPackageError(Exception):
    """moto needs another package for a service. Nothing is lost: whatever calls the service says which one."""


class Cloud:
    """The services of an account in the region of a template.

    Args:
        client_for: gives the boto3 client of a service, region and account.
        region, account: of the template.
        listed: is called with an error of the test that a list of what is lacking says instead.

    Attributes:
        undelivered: what was made, or left out, so that something reaches nobody.
    """

    def __init__(self, client_for: ClientFor, region: str, account: str, listed: Callable[[BaseException], None]) -> None:
        self._client_for = client_for
        self.region = region
        self.account = account
        self.undelivered: list[Lack] = []
        self._listed = listed
        self._made = ExitStack()

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
            raise LackError(f"{service} refuses it: {said.get('Code')}: {said.get('Message')}", _CORRECT) from None
        except NotServedError as error:
            self._listed(error)
            if error.install:
                raise MissingPackageError(error.install) from None
            raise LackError(f"{service}: {error.reason}", _CORRECT) from None
        except (BotoCoreError, PytestSfnError) as error:
            raise LackError(f"{service}: {' '.join(str(error).split())}", _CORRECT) from None

    def tell(self, wanted: Wanted, why: str, fix: str) -> None:
        """Say that something of a resource reaches nobody."""
        self.undelivered.append(Lack(wanted.location(), wanted.logical_id, wanted.said, why, fix))

    def undo(self, service: str, operation: str, **members: Any) -> None:
        """Have this called if the deployment fails. Where two resources have one name, what it deletes may be gone."""

        def undo() -> None:
            with suppress(LackError):
                self.call(service, operation, **members)

        self._made.callback(undo)

    def keep(self) -> None:
        """Undo nothing of what was made so far."""
        self._made.pop_all()

    def undo_all(self) -> None:
        """Undo what was made, the last first."""
        self._made.close()


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
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind in ("integer", "long") and isinstance(value, str) and value.strip().isdigit():
        return int(value)
    if kind == "string" and not isinstance(value, str):
        return dumps(value)  # also true, as SQS and SNS have their attributes
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    return value
