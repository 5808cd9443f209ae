"""EventBridge of one account, as the gate sees it."""

from __future__ import annotations

import subprocess
import sys

from pytest_sfn import SfnAws

LOADED = """
import sys
from pytest_sfn import {kind}
with {kind}() as account:
    account.load({{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": True}}}}}}).run()
    account.advance(60)
names = ("events", "eventful", "targets", "schedules", "schedule_expressions", "logs")
print([name for name in names if "pytest_sfn.account." + name in sys.modules], "moto.events.models" in sys.modules)
"""


def test_an_account_without_events_loads_nothing_for_them() -> None:
    for kind in ("SfnMock", "SfnAws"):
        done = subprocess.run([sys.executable, "-c", LOADED.format(kind=kind)], capture_output=True, text=True, check=True)
        assert done.stdout == "[] False\n"


def test_moto_is_as_before_afterwards() -> None:
    from moto.events.models import Rule

    before = Rule.send_to_targets
    with SfnAws() as sfn_aws:
        sfn_aws.client("events").list_rules()
        assert Rule.send_to_targets is not before
    assert Rule.send_to_targets is before
