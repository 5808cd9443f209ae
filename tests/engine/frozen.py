"""Values that cannot be changed, put in at the border of the interpreter.

`watch` replaces `admit`, so that what enters is a dict or list that raises when somebody writes into it; and it keeps the
text of each, since C code writes past the methods of a subclass.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from pytest_sfn.expressions import values

__all__ = ["changed", "watch"]


def _refuse(self: object, *_: Any, **__: Any) -> NoReturn:
    raise AssertionError(f"a shared value was written into: {self!r}")


class FrozenDict(dict):
    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


class FrozenList(list):
    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return FrozenDict((key, freeze(item)) for key, item in value.items())
    if isinstance(value, list):
        return FrozenList(freeze(item) for item in value)
    return value


@contextlib.contextmanager
def watch(*, freezing: bool = True) -> Iterator[list[tuple[Any, str]]]:
    """Freeze and note what `admit` lets in; JSONata, which knows its own values by their exact class, only lets it be noted."""
    entered: list[tuple[Any, str]] = []
    original = values.admit

    def admit(value: Any) -> tuple[Any, int, int]:
        admitted, size, depth = original(value)
        if freezing:
            admitted = freeze(admitted)
        entered.append((admitted, values.dumps(admitted)))
        return admitted, size, depth

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("pytest_sfn") and getattr(module, "admit", None) is original:
                patch.setattr(module, "admit", admit)
        yield entered


def changed(entered: list[tuple[Any, str]]) -> list[str]:
    """Texts of the values that are no longer what they were."""
    return [text for value, text in entered if values.dumps(value) != text]
