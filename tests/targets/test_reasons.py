"""The reasons for which targets leave something out; docs/targets.md explains each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_sfn.targets.reasons import NOT_AT_AN_ENDPOINT, NOT_COMPARED, skip

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"


def rows(heading: str) -> list[str]:
    """The first cells of the table below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def test_the_page_has_every_reason_for_a_skip() -> None:
    assert rows("What an endpoint cannot do") == [*NOT_AT_AN_ENDPOINT]


def test_the_page_has_every_reason_for_a_visit_that_is_not_compared() -> None:
    assert rows("What is not compared") == [*NOT_COMPARED]


def test_a_skip_has_its_reason_and_the_page() -> None:
    with pytest.raises(pytest.skip.Exception) as caught:
        skip("part")

    assert str(caught.value) == (
        "--sfn-target=endpoint: an endpoint runs a whole machine, from its first state to its end "
        "(part; pytest-sfn docs targets)"
    )
