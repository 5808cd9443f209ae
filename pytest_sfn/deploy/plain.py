"""Resources that one call makes, whose members have the names that the properties have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.dataclass import dataclass

if TYPE_CHECKING:
    from pytest_sfn.deploy.cloud import Cloud
    from pytest_sfn.deploy.wanted import Wanted

__all__ = ["Plain"]


@dataclass(frozen=True, slots=True)
class Plain:
    """Makes a resource by one call.

    Attributes:
        service: boto3's name.
        create, delete: the operations.
        name: the member of both that has the physical name; two, if they differ.
        needed: properties that have to be there.
        optional: others that are sent.
        owner: of `needed`, those that `delete` wants too.
    """

    service: str
    create: str
    delete: str
    name: tuple[str, ...] = ("Name",)
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()

    def __call__(self, wanted: Wanted, cloud: Cloud) -> None:
        needed = {each: wanted.need(each) for each in self.needed}
        cloud.call(self.service, self.create, **{**wanted.pick(*self.optional), **needed, self.name[0]: wanted.name})
        owner = {each: needed[each] for each in self.owner}
        cloud.undo(self.service, self.delete, **owner, **{self.name[-1]: wanted.name})
