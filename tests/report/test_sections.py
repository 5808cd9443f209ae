"""What is added to the report of a failed test, and what is taken out of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_sfn import ExecutionError, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.report import sections
from tests.helpers import machine

PASS = machine(A={"Type": "Pass"})


def report(longrepr: Any = "") -> Any:
    return SimpleNamespace(sections=[], longrepr=longrepr)


def shown(mock: SfnMock) -> list[sections.Shown]:
    account = account_of(mock)
    return [sections.Shown(each._run, each.timeline, each._starter) for each in account.executions]


def added(mock: SfnMock) -> list[tuple[str, str]]:
    made = report()
    sections.add_executions(made, shown(mock))
    found: list[tuple[str, str]] = made.sections
    return found


def test_one_execution() -> None:
    mock = SfnMock()
    execution = mock.load(PASS).run()
    assert added(mock) == [("execution", execution.timeline())]


def test_of_very_many_the_last_ten() -> None:
    mock = SfnMock()
    for _ in range(12):
        mock.load(PASS).run()
    titles = [title for title, _ in added(mock)]
    assert titles == ["executions", *(f"execution {number} of 12" for number in range(3, 13))]


def test_started_by_a_task() -> None:
    mock = SfnMock()
    mock.load(PASS, name="Inner")
    inner = "arn:aws:states:us-east-1:123456789012:stateMachine:Inner"
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": inner}}
    mock.load(machine(Start={**start, "Next": "Again"}, Again={**start, "Next": "Z"}, Z={"Type": "Pass"}), name="Outer").run()
    assert [title for title, _ in added(mock)] == [
        "execution 1 of 3",
        "execution 2 of 3, started by 'Start' of Outer",
        "execution 3 of 3, started by 'Again' of Outer",
    ]


def test_executions_of_a_chain_that_are_alike_are_shown_as_one() -> None:
    mock = SfnMock()
    again = "arn:aws:states:us-east-1:123456789012:stateMachine:Again"
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": again},
    }
    with pytest.raises(ExecutionError, match="executions start one another"):
        mock.load(machine(Start=start), name="Again").run()
    (_, earlier), (title, text), *last = added(mock)
    count = len(mock.executions)
    assert earlier == f"{count - 10:,} earlier executions are not shown"
    assert title.startswith(f"executions {count - 9} to ")
    assert title.endswith(f" of {count}, all alike, started by 'Start' of Again")
    assert text.count("Start  Task") == 1
    assert len(last) == 2  # the one that broke off, and the one that it started


def test_a_timeline_that_fails_does_not_hide_the_failure() -> None:
    def broken(**_: Any) -> str:
        raise ZeroDivisionError("by zero")

    mock = SfnMock()
    mock.load(PASS).run()
    made = report()
    sections.add_executions(made, [sections.Shown(account_of(mock).runs[0], broken, lambda: None)])
    ((_, text),) = made.sections
    assert text == "(no timeline: ZeroDivisionError: by zero. This is a bug in pytest-sfn; please report it.)"


def test_test_errors_that_the_failure_shows_are_not_shown_again() -> None:
    cause, swallowed = ValueError("cause"), ValueError("swallowed")
    with pytest.raises(KeyError) as caught:
        raise KeyError("k") from cause
    made = report()
    sections.add_test_errors(made, caught, [cause, swallowed])
    assert made.sections == [("test error that something caught", "ValueError: swallowed")]


def test_secrets_are_taken_out_of_sections_and_of_pytests_own_tree() -> None:
    mock = SfnMock()
    mock.redact("$.card")
    mock.load(PASS).run({"card": "4111-1111"})
    made = report(longrepr=["paid with 4111-1111", ("4111-1111", 1)])
    made.sections = [("stdout", "card 4111-1111")]
    sections.redact(made, [account_of(mock).redaction])
    assert made.sections == [("stdout", "card [redacted]")]
    assert made.longrepr == ["paid with [redacted]", ("[redacted]", 1)]
