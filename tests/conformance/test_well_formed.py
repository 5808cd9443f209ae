"""What our checker of histories demands is what AWS does: it finds nothing wrong with any recording."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.conformance import runner
from tests.well_formed import problems

EVALUATION_FOLLOWS_ENTERED_SINCE = datetime(2024, 12, 1)  # noqa: DTZ001 - recordings have no time zone


def recorded() -> list[tuple[str, list[dict[str, Any]], bool]]:
    """(case and name, events, whether they are of the time before AWS's change) of each history with ids in it."""
    found = []
    for case in runner.read_cases(runner.SHARED):
        early = datetime.strptime(case["recorded"][:10], "%d-%m-%Y") < EVALUATION_FOLLOWS_ENTERED_SINCE  # noqa: DTZ007
        for name, answer in case["expected"].items():
            events = answer.get("events") if isinstance(answer, dict) else None
            if isinstance(events, list) and all(isinstance(event["id"], int) for event in events):
                found.append((f"{case['id']} {name}", sorted(events, key=lambda event: event["id"]), early))
    return found


@pytest.mark.skipif(not runner.SHARED.is_dir(), reason="no recorded answers beside the project")
def test_every_recording_is_well_formed() -> None:
    histories = recorded()
    found = {
        name: wrong
        for name, events, early in histories
        if (wrong := problems(events, ended=False, evaluation_before_entered=early))
    }
    assert len(histories) > 400
    assert found == {}
