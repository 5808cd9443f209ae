"""Texts whose characters are UTF-16 units, as JavaScript's are, and back.

A position given to a user counts units, and a regular expression matches them one by one.
"""

from __future__ import annotations

import sys
from typing import Final

__all__ = ["units", "whole"]

_CODEC: Final = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


def units(text: str) -> str:
    """The text with each character beyond U+FFFF as the two halves that UTF-16 has for it."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(map(chr, memoryview(text.encode(_CODEC, "surrogatepass")).cast("H")))


def whole(text: str) -> str:
    """The text with halves that follow one another put together."""
    return text if text.isascii() else text.encode(_CODEC, "surrogatepass").decode(_CODEC, "surrogatepass")
