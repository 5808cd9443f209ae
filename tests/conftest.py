"""Settings for all tests: no test of Hypothesis measures time, and how long the fuzzers of tests/hostile try."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# A machine under load is no reason to fail.
settings.register_profile("pytest-sfn", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pytest-sfn")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--hostile",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="go on with new seeds for so long in each fuzzer of tests/hostile",
    )
