"""Variables of the Serverless Framework that lead to nothing, in serverless.yml and in the files that it includes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_sfn.templates.sheet import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.loaders.template import Template
    from pytest_sfn.templates.sheet import Sheet

__all__ = ["check_variables", "refused_by"]

_RULES: Final = {"error": "unknown-reference", "warning": "questionable-reference", None: "not-looked-at"}


def check_variables(sheet: Sheet) -> Iterator[Mistake]:
    """Parts of the template that are not known here, and what the framework refuses.

    A file that is not there may be one that its developers do not share, unless resources, functions or machines are in it.
    """
    yield from refused_by(sheet.template)


def refused_by(template: Template) -> Iterator[Mistake]:
    """What the tool refuses that deploys a template, and parts that are not known here."""
    lost = {each.location: each for each in template.lost}
    for each in [*lost.values(), *(each for each in template.refused if each.location not in lost)]:
        yield Mistake(_RULES[each.severity], each.location, each.why, "", each.severity or "warning", "")
