"""Values for the `${Name}` of a definition that have none, so that it runs without a deployment.

A value says its own name where a text will do: the ARN of a function `${Charge}` is that of a function `Charge`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.outline import written_states
from pytest_sfn.asl.pointer import last
from pytest_sfn.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.definition import StateMachine

__all__ = ["made_up"]

_ARN: Final = "arn:aws:lambda:us-east-1:123456789012:function:"
_MACHINE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:"
_NUMBER: Final = 60
_NUMERIC: Final = re.compile(r"Seconds$|^Max|^Num|Rate$|Percentage$|Count$|Size|Limit")
_MOST: Final = 20
"""So many values without quotes may be made up."""


def made_up(load: Callable[[Mapping[str, Any] | None], StateMachine]) -> tuple[StateMachine, dict[str, Any]]:
    """A machine, and the values that were made up to load it.

    Args:
        load: loads it with these substitutions.

    Raises:
        DefinitionError: it cannot be loaded, whatever the values.
    """
    values: dict[str, Any] = {}
    for _ in range(_MOST):
        try:
            machine = load(values or None)
            break
        except DefinitionError as error:
            found = {each.subject: _bare(last(each.pointer)) for each in error.diagnostics if each.subject}
            if not found.keys() - values.keys():
                raise
            values |= found
    else:
        machine = load(values)
    found = {name: value for name, value in _values(machine).items() if name in machine._source.placeholders}
    if not found:
        return machine, values
    try:
        return load(values | found), values | found
    except DefinitionError:
        return machine, values


def _values(machine: StateMachine) -> dict[str, str]:
    """A value for each placeholder of a definition, by what it is in."""
    found: dict[str, str] = {}
    for states in written_states(machine.definition):
        for text, field in _texts(states.value, ""):
            for name in re.findall(r"\$\{([^{}]+)\}", text):
                whole = text == f"${{{name}}}"
                if not (whole and (field == "BooleanEquals" or _NUMERIC.search(field))):  # no text does there
                    found.setdefault(name, _value(name, whole, field))
    return found


def _bare(field: str) -> Any:
    """A value for a placeholder without quotes, which is no text."""
    return _NUMBER if _NUMERIC.search(field) else {}


def _value(name: str, whole: bool, field: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    if whole and field == "Resource":
        return _ARN + plain
    return _MACHINE + plain if whole and field == "StateMachineArn" else plain


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, field
    for name, item in value.items() if isinstance(value, dict) else ():
        yield name, ""
        yield from _texts(item, name)
    for item in value if isinstance(value, list) else ():
        yield from _texts(item, field)
