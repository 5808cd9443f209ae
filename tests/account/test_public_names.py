"""What a test can reach of an account by completion in an editor is what the pages describe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_sfn import Execution, Machine, SfnAws, SfnMock
from pytest_sfn.account.execution import StateReport
from tests.helpers import machine, run

DOCS = Path(__file__).parents[2]
PAGES = "\n".join(page.read_text(encoding="utf-8") for page in [*(DOCS / "docs").glob("*.md"), DOCS / "README.md"])

OF_MOCK = (
    "account_id activity advance api close connection create_activity delete_activity executions get_activity_task http inject "
    "lambda_function load machines now redact region resource send_task_failure send_task_heartbeat send_task_success state "
    "strict use_handlers"
)
OF_EXECUTION = (
    "advance arn cause children describe describe_sync elapsed error failed handled history input log_events machine map_runs "
    "name output output_json path run run_until send_task_failure send_task_heartbeat send_task_success start_time state "
    "status stop stop_time succeeded task_token timeline to_mermaid to_svg waits_for"
)
NAMES = {
    SfnMock: OF_MOCK,
    SfnAws: f"{OF_MOCK} client session",
    Machine: "arn faults name role_arn run run_state run_sync start state_machine to_mermaid to_svg type",
    Execution: OF_EXECUTION,
    StateReport: "attempts branches catcher caught cause error input iterations name output retries visits",
}


def example(kind: type) -> object:
    """An object of the class, whose attributes are there too."""
    if issubclass(kind, SfnMock):
        return kind()
    execution = run(machine(A={"Type": "Pass"}))
    return next(each for each in (execution, execution.machine, execution.state("A")) if isinstance(each, kind))


@pytest.mark.parametrize("kind", NAMES)
def test_public_names_are_these(kind: type) -> None:
    assert {name for name in dir(example(kind)) if not name.startswith("_")} == set(NAMES[kind].split())


@pytest.mark.parametrize("kind", NAMES)
def test_each_of_them_is_described(kind: type) -> None:
    assert [name for name in NAMES[kind].split() if not re.search(rf"[.`]{name}\b", PAGES)] == []
