"""JSONata 2.0.6: a query language for JSON values.

    import pytest_sfn.jsonata as jsonata

    expression = jsonata.compile("$sum(items[price > limit].(price * quantity))")
    expression({"items": [...], "limit": 10})

Everything is loaded by the first expression. See README.md in this folder for the parts and the guarantees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_sfn.jsonata.budget import Limits
    from pytest_sfn.jsonata.errors import EvaluationTimeoutError, JsonataError, LimitError
    from pytest_sfn.jsonata.expression import Expression, compile  # noqa: A004 - as re.compile
    from pytest_sfn.jsonata.values import UNDEFINED

__all__ = ["UNDEFINED", "EvaluationTimeoutError", "Expression", "JsonataError", "LimitError", "Limits", "compile"]

_MODULES = {
    "Limits": "pytest_sfn.jsonata.budget",
    "EvaluationTimeoutError": "pytest_sfn.jsonata.errors",
    "JsonataError": "pytest_sfn.jsonata.errors",
    "LimitError": "pytest_sfn.jsonata.errors",
    "Expression": "pytest_sfn.jsonata.expression",
    "compile": "pytest_sfn.jsonata.expression",
    "UNDEFINED": "pytest_sfn.jsonata.values",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value
