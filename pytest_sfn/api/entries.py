"""What the API knows of one state machine: its present revision, and the versions and aliases of earlier ones.

A revision is what one update made: a loaded machine with its configurations. A version is a revision with a number, an alias
leads to one or two versions. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pytest_sfn.engine.run import MachineIdentity
from pytest_sfn.expressions.values import dumps
from pytest_sfn.services.api_error import ApiError

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_sfn.api.configurations import Configurations
    from pytest_sfn.api.needs import ApiMachine
    from pytest_sfn.engine.chance import Chance
    from pytest_sfn.engine.run import Run

__all__ = ["Address", "Alias", "Entry", "Revision", "Routing", "Version", "does_not_exist"]

Routing: TypeAlias = tuple[tuple[str, int], ...]
"""One or two versions by their numbers, and the weight of each."""
MOST_VERSIONS: Final = 1000
"""Of one state machine [documented]."""


def does_not_exist(arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


class Revision:
    """What a state machine was from one update to the next.

    Attributes:
        machine: what runs.
        configurations: of logging, tracing and encryption.
        updated: virtual time at which it was made.
        id: None for the first [recorded].
    """

    __slots__ = ("_text", "configurations", "id", "machine", "updated")

    def __init__(
        self, machine: ApiMachine, text: str | None, configurations: Configurations, updated: datetime, id: str | None = None
    ) -> None:
        self.machine = machine
        self.configurations = configurations
        self.updated = updated
        self.id = id
        self._text = text if text is not None else machine.state_machine._source.text

    @property
    def definition(self) -> str:
        """The text as it was given, else that of the loaded value."""
        if self._text is None:
            self._text = dumps(self.machine.state_machine.definition)
        return self._text


class Version(NamedTuple):
    """A revision that was published."""

    arn: str
    number: int
    revision: Revision
    description: str | None
    created: datetime


class Alias:
    """A name that leads to one or two versions.

    Attributes:
        routing: the versions' numbers with their weights, which sum up to 100.
    """

    __slots__ = ("arn", "created", "description", "name", "routing", "updated")

    def __init__(self, arn: str, name: str, description: str | None, routing: Routing, created: datetime) -> None:
        self.arn = arn
        self.name = name
        self.description = description
        self.routing = routing
        self.created = self.updated = created

    def choose(self, chance: Chance) -> str:
        """The number of a version, drawn by weight; of one alone nothing is drawn."""
        (first, weight), *others = self.routing
        if not others or weight == 100:
            return first
        return first if chance.random("alias").randrange(100) < weight else others[0][0]


class Entry:
    """One state machine.

    Attributes:
        arn: without a version or an alias.
        current: the present revision.
        created: virtual time at which the first of this ARN was made.
        made_with: what the call that created it said of publishing, which that call once more has to say too.
        machines: ids of those that were a revision of it; one of that name which was deleted had others.
        versions: by their numbers, which are texts, the oldest first.
        aliases: by name.
        last_version: the highest number so far; numbers of deleted versions are not used again [recorded].
        ending: executions that ran when it was deleted; it is gone when they have ended. None if it was not deleted.
    """

    __slots__ = ("aliases", "arn", "created", "current", "ending", "last_version", "machines", "made_with", "versions")

    def __init__(self, arn: str, current: Revision, created: datetime) -> None:
        self.arn = arn
        self.current = current
        self.created = created
        self.made_with: tuple[bool, str | None] = False, None
        self.machines: set[int] = set()
        self.versions: dict[str, Version] = {}
        self.aliases: dict[str, Alias] = {}
        self.last_version = 0
        self.ending: list[Run] | None = None

    @property
    def type(self) -> str:
        return self.current.machine.type

    @property
    def running(self) -> list[Run]:
        """The executions that a deleted machine waits for."""
        return [run for run in self.ending or () if run.live]

    def check_active(self) -> None:
        """Refuse what a machine that is being deleted cannot do any more.

        Raises:
            ApiError: StateMachineDeleting [code documented, words as users report them].
        """
        if self.ending is not None:
            raise ApiError("StateMachineDeleting", f"State Machine is being deleted: '{self.arn}'")

    def published(self) -> Version | None:
        """The version that the present revision has already."""
        return next((version for version in self.versions.values() if version.revision is self.current), None)

    def check_room(self) -> None:
        """Refuse one version more than AWS allows.

        Raises:
            ApiError: ServiceQuotaExceededException [documented; [?] the words].
        """
        if len(self.versions) >= MOST_VERSIONS:
            raise ApiError(
                "ServiceQuotaExceededException", f"A state machine may have at most {MOST_VERSIONS} versions: '{self.arn}'"
            )

    def publish(self, description: str | None, now: datetime) -> Version:
        """Make a version of the present revision, or give the one that it has [recorded].

        Raises:
            ApiError: ServiceQuotaExceededException.
        """
        version = self.published()
        if version is None:
            self.check_room()
            self.last_version = number = self.last_version + 1
            version = self.versions[str(number)] = Version(f"{self.arn}:{number}", number, self.current, description, now)
        return version

    def has(self, qualifier: str) -> bool:
        """Whether there is this version or alias; "" is the machine itself."""
        return not qualifier or qualifier in self.versions or qualifier in self.aliases

    def led_to(self, number: str) -> list[Alias]:
        """The aliases that lead to a version, by name."""
        return [alias for alias in self.sorted_aliases() if any(number == each for each, _ in alias.routing)]

    def sorted_aliases(self) -> list[Alias]:
        return sorted(self.aliases.values(), key=lambda alias: alias.name)


class Address(NamedTuple):
    """A state machine as a call names it.

    Attributes:
        qualifier: the number of a version, or an alias; "" for the present revision.
        region, account_id: of the ARN, since one mocked account answers for all.
    """

    entry: Entry
    qualifier: str
    region: str
    account_id: str

    def start(self, chance: Chance) -> tuple[ApiMachine, MachineIdentity]:
        """What an execution runs, and as which machine; an alias draws one of its versions."""
        entry = self.entry
        alias = entry.aliases.get(self.qualifier)
        number = alias.choose(chance) if alias is not None else self.qualifier
        revision = entry.versions[number].revision if number else entry.current
        return revision.machine, self.identity(revision.machine, number or None, alias.name if alias is not None else None)

    @property
    def arn(self) -> str:
        """Without the qualifier."""
        return self.identity(self.entry.current.machine).arn

    def identity(self, machine: ApiMachine, version: str | None = None, alias: str | None = None) -> MachineIdentity:
        return MachineIdentity(
            machine.name,
            region=self.region,
            account_id=self.account_id,
            role_arn=machine.role_arn,
            express=machine.type == "EXPRESS",
            version=version,
            alias=alias,
        )
