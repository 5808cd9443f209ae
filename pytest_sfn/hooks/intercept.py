"""The pytest plugin under `--sfn-intercept`: when a test begins and ends, and what runs outside of tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sfn.account.interception import Interception
from pytest_sfn.account.sfn_mock import SfnMock

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["InterceptPlugin"]


class InterceptPlugin:
    """Intercepts the clients of Step Functions until it is closed.

    Args:
        make: makes the account of a test, which begins at this time if neither test nor configuration says another.
        configured: the arguments of `SfnMock` for what runs outside of tests.
        ended: is called with a test that has ended, and its account.
    """

    def __init__(
        self,
        make: Callable[[pytest.Item, type[SfnMock], datetime | None], SfnMock],
        configured: dict[str, Any],
        ended: Callable[[pytest.Item, SfnMock], None],
    ) -> None:
        self._make = make
        self._ended = ended
        self._interception = Interception(SfnMock(**{**configured, "start_time": configured.get("start_time") or _now()}))
        self.close = self._interception.close

    def mock_for(self, item: pytest.Item, kind: type[SfnMock]) -> SfnMock:
        """The account of the present test, for its fixture."""
        found = self._interception.mock_of_test()
        if type(found) is not kind:  # the test has asked for a fixture by getfixturevalue
            self._begin(item, kind)
            found = self._interception.mock_of_test()
        self._interception.hurry()
        return found

    def _begin(self, item: pytest.Item, kind: type[SfnMock]) -> None:
        knows_us = {"sfn_mock", "sfn_aws"} & set(getattr(item, "fixturenames", ()))
        self._interception.begin_test(lambda: self._make(item, kind, None if knows_us else _now()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        kind = SfnMock
        if "sfn_aws" in getattr(item, "fixturenames", ()):
            from pytest_sfn.account.sfn_aws import SfnAws

            kind = SfnAws
        self._begin(item, kind)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Any:
        """A fixture of a wider scope is outside of tests when it is set up and when it is torn down."""
        if fixturedef.scope == "function":
            return (yield)
        enter, leave = self._interception.enter, self._interception.leave
        fixturedef.addfinalizer(leave)  # the last one that runs
        enter()
        try:
            return (yield)
        finally:
            leave()
            fixturedef.addfinalizer(enter)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Any:
        try:
            return (yield)
        finally:
            mock = self._interception.mock
            self._interception.end_test()
            if mock is not None:
                self._ended(item, mock)


def _now() -> datetime:
    """When an account begins whose suite knows nothing of virtual time: it may compare times, or compute one to wait for."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
