"""Expressions made at random of what grows and what loops end by a limit that was counted."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

pytest.importorskip("resource", reason="limits of processes are POSIX's")

PROGRAM = """
import json, resource, sys
from pytest_sfn.jsonata import Limits
from tests.jsonata.runaways import Runaways, ending
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
runaways = Runaways(int(sys.argv[1]))
limits = Limits(steps=300_000, depth=100, bytes=4_000_000, value=4_000_000, searching=0.2)
print(json.dumps([(text, ending(text, limits)) for text in (runaways.expression() for _ in range(60))]))
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_random_runaways_end(seed: int) -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM, str(seed)], capture_output=True, text=True, check=True)
    endings = dict(json.loads(run.stdout))
    assert {"value", "steps", "bytes"} <= set(endings.values())
    assert [text for text, ending in endings.items() if ending == "clock"] == []
