"""Makes what a plan wants: all of it, or nothing and an error that lists what cannot be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pytest_sfn.deploy.cloud import MissingPackageError
from pytest_sfn.deploy.deployed import Deployed
from pytest_sfn.deploy.makers import AFTER_MACHINES, MAKERS, NESTED, UNDELIVERED, UNEVALUATED
from pytest_sfn.deploy.nothing import is_nothing
from pytest_sfn.deploy.wanted import Lack, LackError
from pytest_sfn.errors import DeploymentError, printable, warn
from pytest_sfn.links import see
from pytest_sfn.loaders.cloudformation import STACKS
from pytest_sfn.loaders.machine_resources import PROCESSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_sfn.definition import StateMachine
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.plan import Plan
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["deploy"]


class _Loaded(Protocol):
    """A machine of the account."""

    @property
    def arn(self) -> str: ...


M = TypeVar("M", bound=_Loaded)

_LATER: Final = frozenset({*AFTER_MACHINES, *UNDELIVERED, NESTED})

_SEE: Final = see("deploy#what-cannot-be-made")
_SEE_UNDELIVERED: Final = see("deploy#what-reaches-nobody")
_SEE_MISTAKES: Final = see("deploy#mistakes-in-the-template")


def deploy(
    plan: Plan, cloud: Cloud, load: Callable[[StateMachine], M], *, logical_ids: Iterable[str] | None, partial: bool
) -> Deployed[M]:
    """Make a plan's resources, and load its machines.

    Args:
        load: binds a machine to the account.
        logical_ids: what to make, with what that needs; None for all.
        partial: whether to make what can be made where not all can be.

    Raises:
        DeploymentError: something cannot be made, and `partial` is false. The cloud undoes what was made, as after any error.
        DefinitionError: one of `logical_ids` is not in the template.
    """
    chosen = None if logical_ids is None else plan.closure(logical_ids)
    wanted = [each for each in plan.wanted.values() if chosen is None or each.logical_id in chosen]
    machines = [each for each in plan.found if chosen is None or each in chosen]
    late = [each for kind in AFTER_MACHINES for each in wanted if each.type == kind]
    _refuse(plan, chosen, partial=partial)
    making = _Making(plan, cloud)
    for each in wanted:
        making.make(each)
    refused = [lack for each in machines for lack in plan.refused.get(each, ())]
    loaded: dict[str, M] = {}
    if partial or not (making.lacking or refused):
        loaded = _loaded({each: plan.machines[each] for each in machines if each in plan.machines}, cloud, load)
        for each in late:
            making.make_after(each)
    else:
        for each in late:
            making.check_after(each)
    lacking = _once([*making.lacking.values(), *refused])
    note = plan.note_on_parameters()
    if lacking and not partial:
        count = sum(not each.is_part or each.logical_id in making.lacking for each in wanted)
        raise DeploymentError(_listed(plan, lacking, count, note), lacking)
    undelivered = [each for each in plan.undelivered if chosen is None or each.logical_id in chosen] + cloud.undelivered
    left_out = sorted(making.left_out, key=_place)
    told = sorted([*undelivered, *left_out], key=_place)
    if told:
        links = [_SEE] * bool(left_out) + [_SEE_UNDELIVERED] * bool(undelivered)
        warn(*(line for each in told for line in str(each).split("\n")), *(f"  see  {each}" for each in links))
    if note:
        warn(note)
    return Deployed(plan, loaded, making.made, [*lacking, *left_out], undelivered)


def _loaded(machines: Mapping[str, StateMachine], cloud: Cloud, load: Callable[[StateMachine], M]) -> dict[str, M]:
    """Load machines; those that were not there are gone again if the deployment fails."""
    before, loaded = cloud.machines() if machines else set(), {}
    for name, machine in machines.items():
        machine._source.warn()
        made = loaded[name] = load(machine)
        if made.arn not in before:
            cloud.undo("delete_state_machine", stateMachineArn=made.arn)
    return loaded


def _refuse(plan: Plan, chosen: set[str] | None, *, partial: bool) -> None:
    """Refuse a template with mistakes as CloudFormation does; warn of those that do not concern what is made here.

    Raises:
        DeploymentError: with all that do.
    """
    found = [(name, each) for name, each in plan.mistakes if chosen is None or not name or name in chosen]
    errors = [(name, each) for name, each in found if each.severity == "error" and plan.concerns(each, name)]
    if errors and not partial:
        lacks = [Lack(each.location, name, _type(plan, name), each.why, each.fix) for name, each in errors]
        who = "the Serverless Framework or AWS" if plan.template.format == "Serverless" else "AWS"
        head = f"{printable(plan.template.name)}: nothing was deployed, since {who} would refuse the template"
        rest = f"  fix  correct it; deploy(..., partial=True) deploys it all the same\n  see  {_SEE_MISTAKES}"
        raise DeploymentError("\n".join([head, *map(str, lacks), rest]), lacks)
    if found:
        warn(*(f"{each}" for _, each in found), f"  see  {_SEE_MISTAKES}")


def _type(plan: Plan, logical_id: str) -> str:
    return plan.wanted[logical_id].said if logical_id in plan.wanted else ""


class _Making:
    """One deployment while it is made.

    Attributes:
        made: the logical ids of what was made.
        lacking: what was not, by logical id.
        left_out: what cannot be made, and nothing that runs refers to it.
    """

    def __init__(self, plan: Plan, cloud: Cloud) -> None:
        self._plan = plan
        self._cloud = cloud
        self.made: list[str] = []
        self.lacking: dict[str, Lack] = {}
        self.left_out: list[Lack] = []

    def make(self, wanted: Wanted) -> None:
        """Make a resource that the table of makers has."""
        if wanted.type in MAKERS:
            self._make(wanted, MAKERS[wanted.type])
        elif wanted.type not in _LATER and not is_nothing(wanted.type) and not self._plan.is_given(wanted.logical_id):
            why, fix = _unknown(wanted, self._plan)
            user = self._plan.user_of(wanted)
            if user is not None:
                self.lacking[wanted.logical_id] = wanted.lack(LackError(f"{why}, and {user} refers to it", fix))
            elif _holds_others(wanted, self._plan):
                self.lacking[wanted.logical_id] = wanted.lack(LackError(why, fix))
            else:
                self.left_out.append(wanted.lack(LackError(f"{why}; nothing that runs here refers to it")))

    def make_after(self, wanted: Wanted) -> None:
        """Make what needs the machines to be there."""
        self._make(wanted, AFTER_MACHINES[wanted.type])

    def check_after(self, wanted: Wanted) -> None:
        """Note what of a resource that needs the machines is not known, where no machine is made."""
        try:
            for name in wanted.names:
                wanted.get(name)
        except LackError as error:
            self.lacking[wanted.logical_id] = wanted.lack(error)

    def _make(self, wanted: Wanted, maker: Callable[[Wanted, Cloud], None]) -> None:
        missing = next((need for need in sorted(wanted.needs) if need in self.lacking), None)
        try:
            if missing is not None and self._plan.wanted[missing].type in MAKERS:
                raise LackError(f"it needs {missing}, which cannot be made")
            maker(wanted, self._cloud)
            self.made.append(wanted.logical_id)
        except LackError as error:
            self.lacking[wanted.logical_id] = wanted.lack(error)
        except MissingPackageError:
            return


def _holds_others(wanted: Wanted, plan: Plan) -> bool:
    """Whether resources of the application may be in it that nobody knows here. A published application holds none."""
    if wanted.type == "AWS::Serverless::Application":
        resource = plan.template.resources.get(wanted.logical_id)
        place = resource.properties.get("Location") if resource is not None else None
        return not (isinstance(place, dict) and "ApplicationId" in place)
    return wanted.type in ("", *UNEVALUATED, *STACKS) or wanted.type.endswith("::MODULE")


def _unknown(wanted: Wanted, plan: Plan) -> tuple[str, str]:
    if not wanted.type:
        return "it has no Type", "add one"
    say = f'say what it gives, parameters={{"{wanted.logical_id}": ...}}, or deploy the rest with partial=True'
    if wanted.type.startswith("Custom::") or wanted.type == "AWS::CloudFormation::CustomResource":
        return "a program makes it while the template is deployed, which does not run here", say
    if wanted.type in STACKS:
        place, is_asset = _place_of_stack(wanted, plan)
        return f"its template is not on this disk{place}", f"run cdk synth, which writes it; or {say}" if is_asset else say
    if wanted.type.endswith("::MODULE"):
        return "a module, and what is in it is not here", say
    if wanted.type in UNEVALUATED:
        return f"{UNEVALUATED[wanted.type]}, which is not evaluated here", PROCESSED
    return "pytest-sfn does not make resources of this type", say


def _place_of_stack(stack: Wanted, plan: Plan) -> tuple[str, bool]:
    """(where the template of a nested stack should be, whether the CDK writes it)."""
    resource = plan.template.resources.get(stack.logical_id)
    asset = resource.metadata.get("aws:asset:path") if resource is not None else None
    try:
        named = asset or stack.get(STACKS[stack.type])
    except LackError:  # not known here
        named = None
    return f": {named}{plan.template.named.near(named)}" if isinstance(named, str) else "", asset is not None


def _once(lacking: Sequence[Lack]) -> list[Lack]:
    """In the order of the text; of those for which the value of one name is missing, the first."""
    given = {
        each.name.partition(".")[0] for each in lacking if "." in each.name
    }  # what one attribute of them gives is asked for
    names: set[str] = set()
    found = []
    for each in sorted(lacking, key=_place):
        if each.name not in names and (each.name or each.logical_id not in given):
            found.append(each)
        names |= {each.name} - {""}
    return found


def _place(lack: Lack) -> tuple[str, int, int]:
    place = lack.location
    return (place.file, place.line, place.column) if place is not None else ("", 0, 0)


def _listed(plan: Plan, lacking: Sequence[Lack], count: int, note: str | None) -> str:
    name = printable(plan.template.document.text.name)
    lack = len({each.logical_id for each in lacking})
    head = f"{name}: nothing was deployed, since {lack} of its {count} resources cannot be made"
    odd = [note] if note else []
    rest = (
        "deploy(..., partial=True) makes the others; logical_ids=[...] makes only what you name, and what that needs\n"
        f"  see  {_SEE}"
    )
    return "\n".join([head, *map(str, lacking), *odd, rest])
