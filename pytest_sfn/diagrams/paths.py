"""Which parts of a definition an execution took, by the JSON Pointers that a graph's parts carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_sfn.engine.retry import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_sfn.asl.model import State
    from pytest_sfn.diagrams.graph import Status, StatusOf
    from pytest_sfn.engine.story import StateVisit
    from pytest_sfn.execution import Execution

__all__ = ["path_status"]
