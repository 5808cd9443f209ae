"""The values of a page, each JSON text once, without secrets, and cut where all together would be too much.

Visits and events share most of their values: an output is the next input, a stage often changes nothing. So a page has one
list of texts, and all else names them by their number.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.expressions.values import dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_sfn.report.redaction import Redaction

__all__ = ["BUDGET", "LARGEST", "Values"]

BUDGET: Final = 3_000_000
"""Bytes that all values of a page have together."""
LARGEST: Final = 262_144
"""Bytes that one value has at most: as many as Step Functions lets a state pass on."""
LESS_THAN: Final = "\ue000"
"""Stands for `<` in the texts of a page, so that none ends the element it is in; itself it is always escaped."""
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xa0\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000\ud800-\udfff]"
)
"""What a reader could not see in a value: control characters, marks that turn the direction of writing, odd blanks."""


class Values:
    """The values of a page, by their number.

    Args:
        redaction: what reports hide.
    """

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._numbers: dict[str, int] = {}
        """By the text as it came; two texts may have one number, once what is hidden in them is."""
        self._texts: dict[str, int] = {}
        self._known: dict[int, tuple[Any, int]] = {}

    def text(self, text: str) -> int:
        """The number of a value that is given as JSON text."""
        number = self._numbers.get(text)
        if number is None:
            shown = dumps(self._redaction.value(json.loads(text))) if self._redaction.paths else text
            number = self._numbers[text] = self._texts.setdefault(shown, len(self._texts))
        return number

    def value(self, value: Any, encode: Callable[[Any], str] = dumps) -> int:
        """The number of a JSON value; one object is written once."""
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = value, self.text(encode(value))  # held, so that its id stays its own
        return known[1]

    def lines(self, budget: int = BUDGET) -> tuple[str, dict[int, int]]:
        """A line for each value, and the lengths of those that are cut, by their number.

        JSON text has line breaks only between its parts, where a blank does as well.
        """
        texts = [_UNSEEN.sub(_escaped, text) for text in self._texts]
        limit = min(_level([_size(text) for text in texts], budget), LARGEST)
        cut = {number: len(text) for number, text in enumerate(texts) if _size(text) > limit}
        for number in cut:
            texts[number] = texts[number].encode()[:limit].decode(errors="ignore")
        return "\n".join(texts).replace("<", LESS_THAN), cut


def _escaped(found: re.Match[str]) -> str:
    return " " if found[0] in "\n\r\t" else json.dumps(found[0])[1:-1]


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _level(sizes: Iterable[int], budget: int) -> int:
    """The size to which the largest must be cut so that all together are within the budget."""
    ordered = sorted(sizes)
    for at, size in enumerate(ordered):
        share = budget // (len(ordered) - at)
        if size > share:
            return share
        budget -= size
    return LARGEST
