"""`sfn_aws.deploy`: a template's resources in moto, its machines in the account, its functions' own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.definition import load_template
from pytest_sfn.deploy import deployment
from pytest_sfn.deploy.cloud import Cloud
from pytest_sfn.deploy.plan import plan_of
from pytest_sfn.engine.scheduler import TURN
from pytest_sfn.errors import PytestSfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from os import PathLike

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.machine import Machine
    from pytest_sfn.definition import DefinitionLike, StateMachine
    from pytest_sfn.deploy.deployed import Deployed
    from pytest_sfn.tasks.services import ClientFor

__all__ = ["deploy"]


def deploy(
    account: Account,
    client_for: ClientFor,
    source: DefinitionLike,
    *,
    parameters: Mapping[str, Any],
    logical_ids: Iterable[str] | None,
    partial: bool,
    substitutions: Mapping[str, Any] | None,
    allowed_folders: Sequence[str | PathLike[str]],
) -> Deployed[Machine]:
    """Deploy a template into an account, see `SfnAws.deploy`; `client_for` gives the clients of its services."""
    given = {**account.pseudo_parameters, **parameters}
    template = load_template(source, parameters=given, substitutions=substitutions, allowed_folders=allowed_folders)
    plan = plan_of(template)
    region, account_id = plan.home
    if account_id != account.account_id:
        way = f"@pytest.mark.sfn(account_id={account_id!r}), sfn_account_id in the ini file, or SfnAws(account_id=...)"
        own = account.account_id
        raise PytestSfnError(
            f"{template.name}: AWS::AccountId is {account_id}, and the account of this test is {own}\n  fix  {way}"
        )

    def load(machine: StateMachine) -> Machine:
        with TURN.lock:
            return account.load(machine, region=region)

    def keep() -> Callable[[], None]:
        """Under the lock, since moto's memory is not made for threads."""
        with TURN.lock:
            put_back = account.aws_services.keep()

        def locked() -> None:
            with TURN.lock:
                put_back()

        return locked

    with Cloud(client_for, region, account_id, account.listed, keep) as cloud:
        deployed = deployment.deploy(plan, cloud, load, logical_ids=logical_ids, partial=partial)
        account.run_own_code(template)
    return deployed
