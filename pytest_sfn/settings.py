"""Which values the settings of an account may have, and the arguments of `load`, wherever they are given.

A module of its own that imports no other, so that pytest can check its configuration without loading an account.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DEFAULTS", "check_settings", "refusal"]

DEFAULTS: Final = ("us-east-1", "123456789012", 0, False, None)
"""Region, account, seed, strictness and start of nearly every account."""

_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")
_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)


def _is_time(value: object) -> bool:
    from datetime import datetime  # the configuration seldom names one

    return value is None or isinstance(value, datetime)


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _are_names(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and all(isinstance(key, str) for key in value))


def _are_folders(value: object) -> bool:
    if isinstance(value, str) or not isinstance(value, Collection):
        return False
    return all(isinstance(each, str | PathLike) for each in value)


_RULES: Final[dict[str, tuple[Callable[[Any], object], str]]] = {  # name: whether a value is right, what it has to be
    "strict": (lambda value: isinstance(value, bool), "neither True nor False"),
    "seed": (lambda value: isinstance(value, int) and not isinstance(value, bool), "not a whole number"),
    "region": (lambda value: isinstance(value, str) and _REGION.fullmatch(value), "not a region, such as us-east-1"),
    "account_id": (lambda value: isinstance(value, str) and _ACCOUNT.fullmatch(value), "not a text of twelve digits"),
    "start_time": (_is_time, "not a datetime"),
    "mock_config": (lambda value: value is None or isinstance(value, str | PathLike), "not a path"),
    "test_case": (_is_text, "not a text"),
    "logical_id": (_is_text, "not a text"),
    "name": (_is_text, "not a text"),
    "role_arn": (_is_text, "not a text"),
    "parameters": (_are_names, "not a dict whose keys are names"),
    "substitutions": (_are_names, "not a dict whose keys are names"),
    "allowed_folders": (_are_folders, "not a list of folders"),
}


def refusal(name: str, value: object) -> str:
    """Why nothing can have this value, as in `'x' is not a whole number`; "" if it may be right."""
    fits, else_ = _RULES.get(name, (lambda _: True, ""))
    return "" if fits(value) else f"{value!r} is {else_}"


def check_settings(**settings: object) -> None:
    """Refuse what cannot be.

    Raises:
        PytestSfnError: the first that is wrong.
    """
    for name, value in settings.items():
        if reason := refusal(name, value):
            from pytest_sfn.errors import PytestSfnError

            raise PytestSfnError(f"{name}: {reason}")
