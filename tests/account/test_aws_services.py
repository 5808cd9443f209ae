"""An account without AWS's other services."""

from __future__ import annotations

from pytest_sfn import SfnMock
from pytest_sfn.account.aws_services import AwsServices
from pytest_sfn.account.sfn_mock import account_of


def test_an_account_of_mocks_has_no_services() -> None:
    services = account_of(SfnMock()).aws_services
    assert (services.fixture, services.services) == ("sfn_mock", None)


def test_every_log_group_is_taken_to_be_there() -> None:
    assert AwsServices().has_log_group("/aws/vendedlogs/states/any")


def test_close_without_open_leaves_nothing_behind() -> None:
    services = AwsServices()
    services.close()
    services.open()
    services.close()
