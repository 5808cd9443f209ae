"""What is left out: by settings, and by Comments."""

from __future__ import annotations

import pytest

from pytest_sfn.asl.source import read_source
from pytest_sfn.lint.linter import Settings, lint_source
from pytest_sfn.lint.rules import codes

CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.x", "StringEquals": "$.y", "Next": "B"}]}


def lint(comment="", machine_comment="", rule_comment="", settings=None):
    rule = {**CHOICE["Choices"][0], "Comment": rule_comment}
    states = {"A": {**CHOICE, "Choices": [rule], "Comment": comment}, "B": {"Type": "Succeed"}}
    definition = {"Comment": machine_comment, "StartAt": "A", "States": states}
    return [each.code for each in lint_source(read_source(definition, loose=True), "STANDARD", settings)]


def test_says_everything_by_default():
    assert lint() == ["SFN203", "SFN401"]


@pytest.mark.parametrize(
    "comment",
    [
        "sfn-lint: ignore=SFN203,SFN401",
        "Asks twice. SFN-Lint: ignore = choice-without-default, forgotten-path. Really.",
        "sfn-lint: ignore=SFN2 sfn-lint: ignore=SFN401",
        "sfn-lint: ignore=all",
    ],
)
def test_a_comment_silences_its_state_or_the_machine(comment):
    assert lint(comment) == []
    assert lint("", comment) == []


def test_a_comment_silences_only_the_object_it_stands_in():
    assert lint("", "", "sfn-lint: ignore=SFN203,SFN401") == ["SFN203"]


def test_an_unknown_code_is_told():
    found = lint_source(
        read_source({"Comment": "sfn-lint: ignore=SFN20x,forgoten-path", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    )

    assert [(each.code, each.message, each.hint) for each in found] == [
        ("SFN001", "'SFN20x' is no rule of the linter", "did you mean SFN206?"),
        ("SFN001", "'forgoten-path' is no rule of the linter", "did you mean forgotten-path?"),
    ]


def test_settings_silence_and_select():
    assert lint(settings=Settings(ignore=codes("SFN4")[0])) == ["SFN203"]
    assert lint(settings=Settings(ignore=codes(["all"])[0])) == []
    placeholder = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": "${S}", "End": True}}}
    assert lint_source(read_source(placeholder, loose=True)) == []
    (told,) = lint_source(read_source(placeholder, loose=True), settings=Settings(select=codes("SFN405")[0]))
    assert (told.code, told.severity) == ("SFN405", "info")
