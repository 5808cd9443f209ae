"""docs/lint.md has a section for each rule, and says of it what the table says."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_sfn.lint.rules import PAGE, RULES

TEXT = (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")
SECTION = re.compile(r"^### (SFN\d{3}) ([\w-]+)\n\n\*(\w+)\.\* \S", re.MULTILINE)


def test_page_and_table_agree() -> None:
    assert SECTION.findall(TEXT) == [(rule.code, rule.name, rule.severity) for rule in RULES]


def test_rules_link_to_their_sections() -> None:
    headings = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}  # as GitHub makes them

    assert {rule.see.partition("#")[2] for rule in RULES} == anchors
