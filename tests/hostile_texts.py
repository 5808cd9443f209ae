"""Texts that would act in a terminal or in a CI's log, and what no output of ours may hold.

A name, a cause, an input or a path may be any of them: a definition, a function and a service are written by others.
"""

from __future__ import annotations

import re

HOSTILE = {
    "newline": "a\n::error::b",
    "return": "a\r::warning file=x::b",
    "start": "::stop-commands::b",
    "blanks": "  ::add-mask::b",
    "group": "##[group]b",
    "azure": "a ##vso[task.setvariable variable=b]c",
    "teamcity": "##teamcity[message text='b']",
    "colour": "\x1b[31ma\x1b[2J",
    "link": "\x1b]8;;http://example.com\x1b\\a\x1b]8;;\x1b\\",
    "title": "\x1b]0;a\x07",
    "c1": "\x9b31ma\x9d0;b\x9c",
    "bell": "a\x07\x08\x7f\x00",
    "bidi": "a\u202eb\u2066c\u2069\u200f\u061c",
    "hidden": "a\u200bb\ufeff",
    "lines": "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g",
    "surrogate": "a\ud800b",
    "other_half": "\udfff",
}

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    r"|^\s*::|##\[|##vso\[|##teamcity\[",
    re.MULTILINE,
)


def harm(text: str) -> list[str]:
    """The lines of an output that would act or hide, apart from the colours of pytest itself."""
    return [line for line in text.split("\n") if _UNSAFE.search(line)]
