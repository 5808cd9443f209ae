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
        create: the operation.
        name: the member that has the physical name.
        needed: properties that have to be there.
        optional: others that are sent.
    """

    service: str
    create: str
    name: str = "Name"
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def __call__(self, wanted: Wanted, cloud: Cloud) -> None:
        needed = {each: wanted.need(each) for each in self.needed}
        cloud.call(self.service, self.create, **{**wanted.pick(*self.optional), **needed, self.name: wanted.name})
