"""Templates of a few lines."""

from __future__ import annotations

from typing import Any

__all__ = ["resource", "template"]


def resource(kind: str, /, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def template(**resources: Any) -> dict[str, Any]:
    """With SAM's transform, if a resource is SAM's."""
    is_sam = any("AWS::Serverless::" in str(each) for each in resources.values())
    return {"Resources": resources, **({"Transform": "AWS::Serverless-2016-10-31"} if is_sam else {})}
