"""`--sfn-show=all`: an account that a test has made itself is kept until its report is made.

That of a test that failed is kept by the failure, whose frames have it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from pytest_sfn.account.account import greeting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.account.account import Account

__all__ = ["KeepPlugin"]


class KeepPlugin:
    """Holds the accounts that are made while a test runs."""

    def __init__(self, config: pytest.Config) -> None:
        self.accounts: list[Account] = []
        greeted = ExitStack()
        greeted.enter_context(greeting(self.accounts.append))
        config.add_cleanup(greeted.close)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        try:
            return (yield)
        finally:
            self.accounts.clear()
