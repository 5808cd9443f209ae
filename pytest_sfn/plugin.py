"""The pytest plugin: fixtures, options, and the story of a failed test's executions.

pytest imports this module in every run of an environment that has it, so it imports the rest when a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.account import SfnMock

__all__ = ["sfn_mock"]

SECTIONS = 10
"""How many executions of one failed test are told at most."""

_mock_key = pytest.StashKey["SfnMock"]()

MARKER = (
    "sfn(*, strict=None, quotas='aws', seed=0, start_time=None, region=None, account_id=None): "
    "settings of the sfn_mock fixture for this test (pytest-sfn)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("sfn_strict", "fail a test that has a mock which was never called", type="bool", default=False)
    parser.addini("sfn_quotas", "'aws' for AWS's quotas, 'none' for none", default="aws")
    parser.addini("sfn_seed", "seed of everything random in an execution", default="0")
    parser.addini("sfn_region", "region of the mocked account", default="us-east-1")
    parser.addini("sfn_account_id", "id of the mocked account", default="123456789012")
    parser.addini("sfn_start_time", "virtual time at which every test begins, ISO 8601", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def sfn_mock(request: pytest.FixtureRequest) -> Iterator[SfnMock]:
    """A mocked Step Functions account with its own virtual clock: mock its functions, load machines, run them."""
    from pytest_sfn import machine
    from pytest_sfn.account import SfnMock

    machine.rootdir = request.config.rootpath
    mock = SfnMock(**_settings(request))
    request.node.stash[_mock_key] = mock
    yield mock
    report = request.node.stash.get(_report_key, None)
    if report is None or not report.failed:  # a test that failed has said why; its mocks are not to say more
        mock.close()


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Arguments of SfnMock from ini and marker, the marker winning."""
    config = request.config
    settings: dict[str, Any] = {
        "strict": config.getini("sfn_strict"),
        "seed": _seed(config.getini("sfn_seed")),
        "region": config.getini("sfn_region"),
        "account_id": config.getini("sfn_account_id"),
        "quotas": _quotas(config.getini("sfn_quotas")),
    }
    start_time = config.getini("sfn_start_time")
    if start_time:
        settings["start_time"] = _start_time(start_time)
    for marker in reversed(list(request.node.iter_markers("sfn"))):
        unknown = sorted(set(marker.kwargs) - {*settings, "start_time"})
        if unknown or marker.args:
            raise pytest.UsageError(
                f"{request.node.nodeid}: the marker sfn takes {', '.join(sorted({*settings, 'start_time'}))} as keywords, "
                f"not {', '.join(unknown) or 'positional arguments'}"
            )
        settings.update(marker.kwargs)
    return settings


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"ini sfn_seed: {text!r} is not a whole number") from None


def _quotas(text: str) -> str | None:
    if text not in ("aws", "none"):
        raise pytest.UsageError(f"ini sfn_quotas: {text!r} is neither 'aws' nor 'none'")
    return "aws" if text == "aws" else None


def _start_time(text: str) -> Any:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise pytest.UsageError(f"ini sfn_start_time: {text!r} is no ISO 8601 time, such as 2024-01-01T00:00:00Z") from None


# -- reports ---------------------------------------------------------------------------------------------------------------

_report_key = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Add to a failed test's report the timeline of each execution it ran."""
    report: pytest.TestReport = yield
    mock = item.stash.get(_mock_key, None)
    if mock is not None:
        if report.when == "call":
            item.stash[_report_key] = report
        if report.failed:
            _tell(mock, report)
    return report


def _tell(mock: SfnMock, report: pytest.TestReport) -> None:
    executions = mock.executions
    for number, execution in enumerate(executions[:SECTIONS], 1):
        title = f"execution {number} of {len(executions)}: {execution.machine.name}" if len(executions) > 1 else "execution"
        try:
            text = execution.timeline()
        except Exception as error:  # a report must not hide the failure it reports
            text = f"(no timeline: {type(error).__name__}: {error}; please report this)"
        report.sections.append((title, text))
    if len(executions) > SECTIONS:
        report.sections.append(("executions", f"{len(executions) - SECTIONS} more executions are not shown"))


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """`execution.path == [...]` that fails: both paths side by side, and where they part."""
    import sys

    story = sys.modules.get("pytest_sfn.engine.story")
    if op != "==" or story is None:
        return None
    if isinstance(left, story.StatePath) and isinstance(right, list):
        return _compare(list(left), right)
    if isinstance(right, story.StatePath) and isinstance(left, list):
        return _compare(list(right), left)
    return None


def _compare(taken: list[str], expected: list[object]) -> list[str]:
    parts_at = next(
        (i for i, (a, b) in enumerate(zip(taken, expected, strict=False)) if a != b), min(len(taken), len(expected))
    )
    lines = ["the execution took another path", ""]
    width = max((len(str(name)) for name in [*taken, "taken"]), default=5)
    lines.append(f"     {'taken':<{width}}  expected")
    rows = max(len(taken), len(expected))
    for i in range(max(0, parts_at - 3), min(rows, parts_at + 6)):
        a = taken[i] if i < len(taken) else "(ended)"
        b = str(expected[i]) if i < len(expected) else "(end)"
        lines.append(f"{'>' if a != b else ' '} {i:>2} {a:<{width}}  {b}")
    if rows > parts_at + 6:
        lines.append(f"     ... {rows - parts_at - 6} more")
    return lines
