"""The table of rules: complete, in order, and what docs/lint.md says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_sfn.lint.rules import BY_NAME, PAGE, RULES, chosen, codes
from tests.lint import test_errors, test_flow, test_limits, test_linter, test_payloads, test_services, test_variables
from tests.templates import test_functions, test_names, test_parameters, test_references, test_structure

TEMPLATES = (test_structure, test_functions, test_parameters, test_references, test_names)
MODULES = (*TEMPLATES, test_errors, test_flow, test_limits, test_linter, test_payloads, test_services, test_variables)
ELSEWHERE = {
    "unreadable", "too-deeply-nested", "definition-not-found", "not-looked-at", "unused-substitution",
    "unresolved-substitution", "machine-name", "code-not-found", "express", "message-as-error",
}  # fmt: skip


def test_every_rule_is_tried() -> None:
    assert {rule for module in MODULES for rule, _, _ in module.FAULTS} == BY_NAME.keys() - ELSEWHERE


def test_rules_are_in_order_and_have_names_of_their_own() -> None:
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        ("SFN203", {"SFN203"}),
        ("forgotten-path, sfn203", {"SFN401", "SFN203"}),
        (["SFN50"], {"SFN501", "SFN502", "SFN503"}),
        ("all", {rule.code for rule in RULES}),
    ],
)
def test_rules_are_named_by_code_by_name_or_by_a_beginning(named: str | list[str], chosen: set[str]) -> None:
    assert codes(named) == (chosen, [])


def test_what_is_no_rule_has_a_hint() -> None:
    assert codes("nonsense SFN20x") == (
        frozenset(),
        [("nonsense", "pytest-sfn lint --list-rules lists them"), ("SFN20x", "did you mean SFN206?")],
    )


@pytest.mark.parametrize(
    ("select", "ignore", "extend", "on"),
    [
        ([], [], [], {"SFN104", "SFN203", "SFN204"}),
        ([], [], ["missing-substitution"], {"SFN104", "SFN203", "SFN204", "SFN405"}),
        (["SFN2"], [], [], {"SFN203", "SFN204"}),
        (["SFN2"], [], ["SFN405"], {"SFN203", "SFN204", "SFN405"}),
        (["SFN2"], ["SFN203"], [], {"SFN204"}),
        (["SFN203"], ["SFN2"], [], {"SFN203"}),  # the more precise one wins
        (["SFN203"], ["SFN203"], [], set()),
        (["all"], ["SFN2, SFN1"], [], {"SFN405"}),
        ([], ["all"], ["SFN203"], {"SFN203"}),
    ],
)
def test_which_rules_are_on(select: list[str], ignore: list[str], extend: list[str], on: set[str]) -> None:
    assert chosen(select, ignore, extend) & {"SFN104", "SFN203", "SFN204", "SFN405"} == on


# The page

TEXT = (Path(__file__).parents[2] / "docs" / f"{PAGE}.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### (SFN\d{3}) ([\w-]+)\n\n\*(\w+)\.\* \S", re.MULTILINE)


def test_page_and_table_agree() -> None:
    assert SECTION.findall(TEXT) == [(rule.code, rule.name, rule.severity) for rule in RULES]


def test_rules_link_to_their_sections() -> None:
    headings = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}  # as GitHub makes them

    assert {rule.page.partition("#")[2] for rule in RULES} == anchors
