"""An Env for tests: what an expression may ask, as plain values."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_sfn.expressions.values import UNDEFINED


class StubEnv:
    def __init__(self, context: dict[str, Any] | None = None, variables: dict[str, Any] | None = None) -> None:
        self._context = context or {}
        self._variables = variables or {}

    def context_object(self) -> dict[str, Any]:
        return self._context

    def variable(self, name: str) -> Any:
        return self._variables.get(name, UNDEFINED)

    def variables(self) -> Mapping[str, Any]:
        return self._variables

    def random(self, purpose: str) -> random.Random:
        return random.Random(purpose)

    def now(self) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC)


class StreamEnv(StubEnv):
    """With random streams that go on."""

    def __init__(self, variables: dict[str, Any] | None = None, seed: int = 0) -> None:
        super().__init__({"Execution": {"Name": "run"}}, variables)
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def random(self, purpose: str) -> random.Random:
        return self._streams.setdefault(purpose, random.Random(f"{self._seed}:{purpose}"))
