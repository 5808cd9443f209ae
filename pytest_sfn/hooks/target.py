"""`--sfn-target`: a run of pytest whose executions are compared with AWS's TestState, or happen at an endpoint.

plugin.py registers this only for `--sfn-target=teststate` and `--sfn-target=endpoint`, or ini `sfn_target`. Nothing else in the
package reaches the network.
"""

from __future__ import annotations

import os
from collections import Counter
from math import inf
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_sfn.account.account import accounts
from pytest_sfn.errors import PytestSfnError
from pytest_sfn.targets.client import Client
from pytest_sfn.targets.reasons import NOT_COMPARED
from pytest_sfn.targets.teststate import Comparison, TestState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.account.account import Account
    from pytest_sfn.account.sfn_mock import SfnMock

__all__ = ["TargetPlugin"]

TARGETS: Final = ("embedded", "teststate", "endpoint")
AWS_RATE: Final = 1.0
"""Calls of TestState that AWS answers in a second [doc]."""


class TargetPlugin:
    """The hooks of one run with another target than the embedded engine."""

    def __init__(self, config: pytest.Config) -> None:
        self.target = chosen(config)
        if self.target == "endpoint" and config.pluginmanager.has_plugin("sfn_intercept"):
            raise pytest.UsageError(
                "--sfn-intercept answers clients in this process, --sfn-target=endpoint elsewhere: choose one"
            )
        rate = _number(config, "rate", AWS_RATE if self.target == "teststate" and not _value(config, "endpoint-url") else 0)
        self.rate = rate
        try:
            self.client = Client(
                self.target,
                _value(config, "endpoint-url"),
                _value(config, "region") or _region(config),
                _value(config, "profile"),
                rate / int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
            )
        except PytestSfnError as error:
            raise pytest.UsageError(str(error)) from None
        self._role = _value(config, "role-arn")
        self._timeout = _number(config, "timeout", 300)
        self._mocks = _value(config, "mocks") or "skip"
        if self._mocks not in ("skip", "ignore"):
            raise pytest.UsageError(f"{_set_by(config, 'mocks')}: {self._mocks!r} is neither 'skip' nor 'ignore'")
        self._test_state = TestState(self.client, int(_number(config, "visits", 10)), self._role)
        self._seen: dict[int, int] = {}
        self._compared: Comparison | None = None

    def pytest_report_header(self) -> str:
        """Say where the calls go."""
        limit = f", at most {self.rate:g} call{'s' * (self.rate != 1)} a second" if self.rate else ""
        return f"sfn target: {self.target} at {self.client.url} ({self.client.region}{limit})"

    # -- endpoint ------------------------------------------------------------------------------------------------------

    def kind(self, fixture: str, own: type[SfnMock]) -> type[SfnMock]:
        """The class of a fixture's account.

        Args:
            fixture: `sfn_mock` or `sfn_aws`.
            own: the class of the embedded account.
        """
        if self.target == "teststate":
            return own
        from pytest_sfn.targets.endpoint import Settings, endpoint_mock
        from pytest_sfn.targets.reasons import skip

        if fixture == "sfn_aws":
            skip("services")
        return endpoint_mock(Settings(self.client, self._role, self._timeout, self._mocks == "ignore"))

    # -- teststate -----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """Compare the executions of a test that has passed."""
        self._compared = None
        passed = False
        try:
            result = yield
            passed = True
        finally:
            new = [*self._new()]
        if passed and self.target == "teststate":
            self._compare(new)
        return result

    def _new(self) -> Iterator[tuple[Account, list[Any]]]:
        """The runs that the accounts have had since the last time."""
        for number, account in accounts().items():
            runs = account.runs[self._seen.get(number, 0) :]
            self._seen[number] = len(account.runs)
            if runs:
                yield account, runs

    def _compare(self, new: list[tuple[Account, list[Any]]]) -> None:
        self._compared = found = Comparison()
        for account, runs in new:
            each = self._test_state.compare(account, runs)
            found.equal += each.equal
            found.left_out += each.left_out
            found.differences += each.differences
        if found.differences:
            pytest.fail(found.text(self.client.url), pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Any:
        """Let the report carry the numbers to the summary, from a worker of pytest-xdist too."""
        report = yield
        if call.when == "call" and self._compared is not None:
            found = self._compared
            report.sfn_target = {"equal": found.equal, "differ": len(found.differences), "left_out": dict(found.left_out)}
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many answers are the same, and what was not compared, why."""
        if self.target != "teststate" or terminalreporter.verbosity < 0:
            return
        reports = [report for found in terminalreporter.stats.values() for report in found]
        counts = [report.sfn_target for report in reports if hasattr(report, "sfn_target")]
        equal, differ = (sum(each[name] for each in counts) for name in ("equal", "differ"))
        left_out = sum((Counter(each["left_out"]) for each in counts), Counter[str]())
        terminalreporter.section("sfn target")
        terminalreporter.line(f"{equal:,} answers of TestState equal ours, {differ:,} differ ({self.client.url})")
        for reason, count in left_out.most_common():
            terminalreporter.line(f"{count:,} not compared, {reason}: {NOT_COMPARED[reason]}")


def chosen(config: pytest.Config) -> str:
    """The target of this run; `embedded` unless the option or the ini key says otherwise."""
    target = str(config.getoption("sfn_target") or config.getini("sfn_target") or "embedded")
    if target not in TARGETS:
        raise pytest.UsageError(f"--sfn-target: {target!r} is none of {', '.join(TARGETS)}")
    return target


def _value(config: pytest.Config, name: str) -> str | None:
    value = config.getoption(_key(name))
    return str(config.getini(_key(name)) if value is None else value) or None


def _set_by(config: pytest.Config, name: str) -> str:
    """Where the user set it."""
    return f"ini {_key(name)}" if config.getoption(_key(name)) is None else f"--sfn-target-{name}"


def _key(name: str) -> str:
    return f"sfn_target_{name.replace('-', '_')}"


def _number(config: pytest.Config, name: str, default: float) -> float:
    text = _value(config, name)
    try:
        value = default if text is None else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < inf:
        raise pytest.UsageError(f"{_set_by(config, name)}: {text!r} is not a number, or is less than 0")
    return value


def _region(config: pytest.Config) -> str | None:
    """The environment's region, or the accounts'; None to take that of a profile."""
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if named or _value(config, "profile") or os.environ.get("AWS_PROFILE"):
        return named
    return str(config.getini("sfn_region"))
