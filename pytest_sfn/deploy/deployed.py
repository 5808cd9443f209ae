"""What a deployment has made, as a test looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from pytest_sfn.errors import PytestSfnError
from pytest_sfn.loaders.resources import KINDS
from pytest_sfn.names import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_sfn.deploy.plan import Plan
    from pytest_sfn.deploy.wanted import Lack, Wanted

__all__ = ["Deployed"]

M = TypeVar("M")


class Deployed(Generic[M]):
    """A template's machines and the names of its resources: what `sfn_aws.deploy` gives.

    Attributes:
        machines: by logical id.
        made: the logical ids of what was made, in order.
        lacking: what could not be made, with `partial=True`; each with `location`, `logical_id`, `type`, `why` and `fix`.
        undelivered: what is in the template and reaches nobody here, such as the stream of a table.
    """

    def __init__(
        self, plan: Plan, machines: Mapping[str, M], made: Sequence[str], lacking: Sequence[Lack], undelivered: Sequence[Lack]
    ) -> None:
        self._plan = plan
        self.machines = machines
        self.made = made
        self.lacking = lacking
        self.undelivered = undelivered

    @property
    def machine(self) -> M:
        """The only machine.

        Raises:
            PytestSfnError: there are none or several.
        """
        if len(self.machines) != 1:
            known = ", ".join(self.machines) or "none"
            raise PytestSfnError(f"{self._name} has {len(self.machines)} state machines: {known}\n  fix  deployed[logical_id]")
        return next(iter(self.machines.values()))

    def __getitem__(self, name: str) -> M:
        """The machine of a logical id, name or construct id.

        Raises:
            DefinitionError: the template has nothing of that name.
            PytestSfnError: it is no machine, or was not deployed.
        """
        named = self._plan.machine_names.get(name)
        logical_id = self._plan.only(name, named) if named else None
        if logical_id is None or logical_id not in self.machines:
            if name not in self._plan.names and logical_id is None:
                raise self._plan.unknown(name, self._plan.machine_names)
            known = ", ".join(self.machines) or "none"
            raise PytestSfnError(
                f"{name!r} is no state machine that was deployed\n  fix  there are {known}; ref({name!r}) gives names"
            )
        return self.machines[logical_id]

    def ref(self, name: str) -> str:
        """What `Ref` gives for a resource: the name of a table, bucket or function, the URL of a queue, the ARN of a topic."""
        return self._wanted(name).ref

    def get_att(self, name: str, attribute: str = "Arn") -> str:
        """What `Fn::GetAtt` gives.

        Raises:
            PytestSfnError: that is not known without a deployment.
        """
        wanted = self._wanted(name)
        found = wanted.attribute(attribute)
        if found is None:
            near = suggest(attribute, KINDS[wanted.type].attributes) if wanted.type in KINDS else ""
            if near:
                raise PytestSfnError(f"{name}: an {wanted.type} has no attribute {attribute!r}{near}")
            raise PytestSfnError(
                f"what {name}.{attribute} gives is known only once it is deployed on AWS"
                f'\n  fix  deploy(..., parameters={{"{name}.{attribute}": ...}})'
            )
        return found

    def _wanted(self, name: str) -> Wanted:
        logical_id = self._plan.id_of(name)
        if logical_id not in self._plan.wanted:
            raise PytestSfnError(f"{name!r} is a state machine\n  fix  deployed[{name!r}].arn")
        return self._plan.wanted[logical_id]

    @property
    def _name(self) -> str:
        return self._plan.template.document.text.name

    def __repr__(self) -> str:
        return f"<Deployed {self._name!r}: {_counted(len(self.machines), 'machine')}, {_counted(len(self.made), 'resource')}>"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
