"""jsonata-python, imported without its side effect: it raises Python's recursion limit for the whole process."""

from __future__ import annotations

import sys

_limit = sys.getrecursionlimit()
try:
    from jsonata.jexception import JException
    from jsonata.jsonata import Jsonata
    from jsonata.parser import Parser
    from jsonata.tokenizer import Tokenizer
    from jsonata.utils import Utils
finally:
    sys.setrecursionlimit(_limit)

__all__ = ["JException", "Jsonata", "Parser", "Tokenizer", "Utils"]
