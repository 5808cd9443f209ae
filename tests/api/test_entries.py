"""Revisions, versions and aliases of one machine, and how an ARN leads to one of them."""

from __future__ import annotations

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.api import ApiError
from pytest_sfn.api.configurations import DEFAULTS
from pytest_sfn.api.entries import Address, Alias, Entry, Revision
from pytest_sfn.engine.chance import Chance
from tests.helpers import machine


@pytest.fixture
def entry() -> Entry:
    account = account_of(SfnMock())
    loaded = account.load(machine(P={"Type": "Pass"}), name="M")
    return Entry(loaded.arn, Revision(loaded, None, DEFAULTS, account.now), account.now)


def test_a_revision_has_one_version(entry: Entry) -> None:
    first = entry.publish("d", entry.created)
    assert (first.arn, first.description, entry.publish("e", entry.created)) == (f"{entry.arn}:1", "d", first)
    assert entry.published() is first
    entry.current = Revision(entry.current.machine, "{}", DEFAULTS, entry.created, "r")
    assert entry.published() is None
    assert entry.publish(None, entry.created).number == 2
    assert [entry.has(qualifier) for qualifier in ("", "1", "2", "3", "01", "PROD")] == [True, True, True, False, False, False]


def test_definition_is_the_text_or_that_of_the_value(entry: Entry) -> None:
    assert entry.current.definition == '{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}'
    assert Revision(entry.current.machine, "{ }", DEFAULTS, entry.created).definition == "{ }"


def test_aliases_of_a_version(entry: Entry) -> None:
    for name, routing in (("b", (("1", 100),)), ("a", (("1", 50), ("2", 50))), ("c", (("2", 100),))):
        entry.aliases[name] = Alias(f"{entry.arn}:{name}", name, None, routing, entry.created)
    assert [alias.name for alias in entry.led_to("1")] == ["a", "b"]
    assert [alias.name for alias in entry.sorted_aliases()] == ["a", "b", "c"]


@pytest.mark.parametrize(("weights", "versions"), [((100, 0), {"1"}), ((0, 100), {"2"}), ((50, 50), {"1", "2"})])
def test_alias_draws_by_weight(weights: tuple[int, int], versions: set[str]) -> None:
    alias = Alias("arn", "a", None, tuple(zip("12", weights, strict=True)), account_of(SfnMock()).now)
    chance = Chance("seed")
    assert {alias.choose(chance) for _ in range(50)} == versions


def test_address_of_an_alias(entry: Entry) -> None:
    version = entry.publish(None, entry.created)
    entry.aliases["PROD"] = Alias(f"{entry.arn}:PROD", "PROD", None, (("1", 100),), entry.created)
    address = Address(entry, "PROD", "eu-west-1", "1")
    found, identity = address.start(Chance("seed"))
    assert found is version.revision.machine
    arn = "arn:aws:states:eu-west-1:1:stateMachine:M"
    assert (address.arn, identity.arn) == (arn, arn)
    assert identity.started_by == {"stateMachineVersionArn": f"{arn}:1", "stateMachineAliasArn": f"{arn}:PROD"}
    assert Address(entry, "", "eu-west-1", "1").start(Chance("seed"))[1].started_by == {}


def test_deleted_machine_takes_no_calls(entry: Entry) -> None:
    entry.check_active()
    entry.ending = []
    with pytest.raises(ApiError, match="StateMachineDeleting: State Machine is being deleted: 'arn:"):
        entry.check_active()
    assert entry.running == []
