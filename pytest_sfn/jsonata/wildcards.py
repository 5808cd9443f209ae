"""`*` and `**`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.jsonata.values import Sequence, Value, Wrapped

if TYPE_CHECKING:
    from pytest_sfn.jsonata.evaluation import Evaluation, Frame

__all__ = ["descendants", "members"]


def members(data: Value, frame: Frame) -> Value:
    """`*`: the values of an object's members or a list's items; lists among them flattened."""
    if data.__class__ is Wrapped:
        data = data[0]
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    frame.run.hold(8 * len(values))
    frame.run.step(len(values))
    found: list[Value] = []
    for value in values:
        if isinstance(value, list):
            found += _flat(value, frame.run)
        else:
            found.append(value)
    return found if any(isinstance(value, list) for value in values) else Sequence(found)


def _flat(items: list[Value], run: Evaluation) -> list[Value]:
    run.hold(8 * len(items))
    run.step(len(items))
    result = []
    for item in items:
        if isinstance(item, list):
            result += _flat(item, run)
        else:
            result.append(item)
    return result


def descendants(data: Value, frame: Frame) -> Value:
    """`**`: the value itself and all that is in it, lists themselves left out."""
    found = Sequence()
    _descend(data, found, frame.run)
    return found


def _descend(data: Value, found: list[Value], run: Evaluation) -> None:
    if not isinstance(data, list):
        run.room -= 8
        found.append(data)
    if isinstance(data, (list, dict)):
        run.step(4 + len(data))
        for item in data if isinstance(data, list) else data.values():
            _descend(item, found, run)
