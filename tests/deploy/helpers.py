"""Templates of a few lines."""

from __future__ import annotations

from typing import Any

__all__ = ["resource", "template"]


def resource(kind: str, /, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}
