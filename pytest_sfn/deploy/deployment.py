"""Makes what a plan wants: all of it, or nothing and an error that lists what cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from pytest_sfn.deploy.deployed import Deployed
from pytest_sfn.deploy.makers import MAKERS, UNDELIVERED, is_nothing
from pytest_sfn.deploy.wanted import Lack, LackError
from pytest_sfn.errors import DeploymentError, printable, warn
from pytest_sfn.links import see

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.plan import Plan
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["deploy"]

M = TypeVar("M")

_SEE: Final = see("deploy#what-cannot-be-made")


def deploy(
    plan: Plan, cloud: Cloud, load: Callable[[StateMachine], M], *, logical_ids: Iterable[str] | None, partial: bool
) -> Deployed[M]:
    """Make a plan's resources, and load its machines.

    Args:
        load: binds a machine to the account.
        logical_ids: what to make, with what that needs; None for all.
        partial: whether to make what can be made where not all can be.

    Raises:
        DeploymentError: something cannot be made, and `partial` is false. Nothing was made then.
        DefinitionError: one of `logical_ids` is not in the template.
    """
    chosen = None if logical_ids is None else plan.closure(logical_ids)
    wanted = [each for each in plan.wanted.values() if chosen is None or each.logical_id in chosen]
    machines = [each for each in plan.found if chosen is None or each in chosen]
    made, lacking = _make(wanted, plan, cloud)
    lacking += [lack for each in machines for lack in plan.refused.get(each, ())]
    lacking = _once(lacking)
    if lacking and not partial:
        cloud.undo_all()
        raise DeploymentError(_listed(plan, lacking, len(wanted)), lacking)
    cloud.keep()
    loaded = {}
    for each in machines:
        if each in plan.machines:
            plan.machines[each]._source.warn()
            loaded[each] = load(plan.machines[each])
    undelivered = [each for each in plan.undelivered if chosen is None or each.logical_id in chosen] + cloud.undelivered
    if undelivered:
        warn(*(f"{each}" for each in undelivered), f"  see  {see('deploy#what-reaches-nobody')}")
    return Deployed(plan, loaded, made, lacking, undelivered)


def _make(wanted: Sequence[Wanted], plan: Plan, cloud: Cloud) -> tuple[list[str], list[Lack]]:
    """(the logical ids of what was made, what was not)."""
    made: list[str] = []
    lacking: dict[str, Lack] = {}
    for each in wanted:
        try:
            if _make_one(each, plan, cloud, lacking):
                made.append(each.logical_id)
        except LackError as error:
            lacking[each.logical_id] = each.lack(error)
    return made, list(lacking.values())


def _make_one(wanted: Wanted, plan: Plan, cloud: Cloud, lacking: dict[str, Lack]) -> bool:
    """Make one resource; whether anything was made."""
    maker = MAKERS.get(wanted.type)
    if maker is None:
        if not (is_nothing(wanted.type) or wanted.type in UNDELIVERED or _is_given(wanted, plan)):
            raise LackError(*_unknown(wanted))
        return False
    missing = next((need for need in sorted(wanted.needs) if need in lacking and plan.wanted[need].type in MAKERS), None)
    if missing is not None:
        raise LackError(f"it needs {missing}, which cannot be made")
    maker(wanted, cloud)
    return True


def _is_given(wanted: Wanted, plan: Plan) -> bool:
    """Whether the user has said what a resource is called, or what one of its attributes gives."""
    given = {name for name in plan.template.parameters if name.partition(".")[0] == wanted.logical_id}
    plan.template.used |= given
    return bool(given)


def _unknown(wanted: Wanted) -> tuple[str, str]:
    if not wanted.type:
        return "it has no Type", "add one"
    say = f'say what it gives, parameters={{"{wanted.logical_id}": ...}}, or deploy the rest with partial=True'
    if wanted.type.startswith("Custom::") or wanted.type == "AWS::CloudFormation::CustomResource":
        return "a program makes it while the template is deployed, which does not run here", say
    if wanted.type in ("AWS::CloudFormation::Stack", "AWS::Serverless::Application"):
        return "its template is not on this disk", say
    return "pytest-sfn does not make resources of this type", say


def _once(lacking: Iterable[Lack]) -> list[Lack]:
    """In the order of the text; of those for which the value of one name is missing, the first."""
    names: set[str] = set()
    found = []
    for each in sorted(lacking, key=_place):
        if not each.name or each.name not in names:
            found.append(each)
        names.add(each.name)
    return found


def _place(lack: Lack) -> tuple[str, int, int]:
    place = lack.location
    return (place.file, place.line, place.column) if place is not None else ("", 0, 0)


def _listed(plan: Plan, lacking: Sequence[Lack], count: int) -> str:
    name = printable(plan.template.document.text.name)
    head = f"{name}: nothing was deployed, since {len(lacking)} of its {count} resources cannot be made"
    rest = (
        "\n  fix  deploy(..., partial=True) makes the others; logical_ids=[...] makes only what you name, and what that needs"
    )
    return "\n".join([head, *map(str, lacking)]) + f"{rest}\n  see  {_SEE}"
