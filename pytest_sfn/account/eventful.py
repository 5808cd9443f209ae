"""What EventBridge does in one account: rules deliver events, status changes are events, schedules fire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.account.events import Events
from pytest_sfn.account.schedules import Schedules
from pytest_sfn.account.targets import Targets

if TYPE_CHECKING:
    from pytest_sfn.account.events import EventfulAccount
    from pytest_sfn.gate.call import Answer, Call
    from pytest_sfn.tasks.services import ClientFor

__all__ = ["Eventful"]


class Eventful:
    """EventBridge of one account.

    Args:
        account: whose it is.
        client_for: gives the boto3 client of a service, region and account.
    """

    def __init__(self, account: EventfulAccount, client_for: ClientFor) -> None:
        targets = Targets(account, client_for)
        self.events = Events(account, targets)
        self.schedules = Schedules(account, self.events, targets)

    def see(self, call: Call) -> Answer | None:
        """Prepare for a call that may make rules or schedules, and that moto answers next; a refusal if AWS refuses it."""
        if call.service == "scheduler":
            return self.schedules.see_schedule(call)
        if call.service == "events":
            self.events.see(call)
            return self.schedules.see_rule(call)
        return None

    def close(self) -> None:
        """Leave moto as it was."""
        self.events.close()
