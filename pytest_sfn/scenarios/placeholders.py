"""Values for the `${Name}` of a definition that have none, so that it runs without a deployment.

A value says its own name where a text will do: the ARN of a function `${Charge}` is that of a function `Charge`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.asl.outline import written_states
from pytest_sfn.asl.pointer import last, resolve
from pytest_sfn.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.definition import StateMachine

__all__ = ["fill_placeholders"]

_FORMS: Final = {
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:{}",
    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:{}",
    "ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/{}/1",
    "ApiEndpoint": "https://{}.example.com",
}
"""Values of fields that take no other text, with the name of the placeholder in them."""
_URL: Final = re.compile(r"https://([\w-]+)\.example\.com")
_NUMBER: Final = 60
_NUMERIC: Final = re.compile(r"Seconds$|^Max|^Num|Rate$|Percentage$|Count$|Size|Limit")
_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]+)\}")
_MOST: Final = 20
"""So many values without quotes may be made up."""


def fill_placeholders(load: Callable[[Mapping[str, Any] | None], StateMachine]) -> tuple[StateMachine, dict[str, Any]]:
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
    while found:
        try:
            return load(values | found), values | found
        except DefinitionError as error:
            for name in _refused(machine, error) & found.keys() or set(found):
                url = _URL.fullmatch(str(found.pop(name)))
                if url is not None:  # of a task for API Gateway, which takes no other host
                    found[name] = f"{url[1]}.execute-api.us-east-1.amazonaws.com"
    return machine, values


def _refused(machine: StateMachine, error: DefinitionError) -> set[str]:
    """The placeholders that a definition has where it is refused: in the field that a message names, if it does."""
    found = set[str]()
    for each in error.diagnostics:
        texts = [*_texts(resolve(machine.definition, each.pointer), last(each.pointer))]
        named = [text for text, field in texts if f"'{field}'" in each.message]
        found.update(name for text in named or (text for text, _ in texts) for name in _PLACEHOLDER.findall(text))
    return found


def _values(machine: StateMachine) -> dict[str, Any]:
    """A value for each placeholder of a definition, by what it is in."""
    found: dict[str, Any] = {}
    for states in written_states(machine.definition):
        for text, field in _texts(states.value, ""):
            for match in _PLACEHOLDER.finditer(text):
                found.setdefault(match[1], _value(match, field))
    return found


def _bare(field: str) -> Any:
    """A value for a placeholder without quotes, which is no text."""
    return _NUMBER if _NUMERIC.search(field) else {}


def _value(match: re.Match[str], field: str) -> Any:
    """A value for a placeholder in a text."""
    name, before, after = re.sub(r"[^A-Za-z0-9_-]", "_", match[1]), match.string[: match.start()], match.string[match.end() :]
    if not before and not after and (field == "BooleanEquals" or _NUMERIC.search(field)):
        return True if field == "BooleanEquals" else _NUMBER
    if before.startswith("{%") and before.count("'") % 2 == before.count('"') % 2 == 0:  # a part of the expression
        return "true" if re.search(r"=\s*(true|false)\b", match.string) else str(_NUMBER)
    form = _FORMS.get(field) if not before and (not after or field == "ApiEndpoint") else None
    if form is None:
        return name
    return form.format(name.replace("_", "-").lower() if field == "ApiEndpoint" else name)


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, field
    for name, item in value.items() if isinstance(value, dict) else ():
        yield name, ""
        yield from _texts(item, name)
    for item in value if isinstance(value, list) else ():
        yield from _texts(item, field)
