"""What all fuzzers share: their seeds, what may come out, and how much memory that may take."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from random import Random

import pytest

from pytest_sfn import InternalError, PytestSfnError
from tests.conformance.runner import limited

MEGABYTES = 400
BACKSTOP_SECONDS = 120  # hundreds of times what anything takes: what gets there hangs

Trials = Callable[[int], Iterator[Random]]
Meant = Callable[[object], AbstractContextManager[None]]


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Trials:
    """Random(0), Random(1), ... so many of them; with --hostile=SECONDS it goes on for so long."""
    until = time.monotonic() + request.config.getoption("--hostile")

    def trials(count: int) -> Iterator[Random]:
        seed = 0
        while seed < count or time.monotonic() < until:
            print(f"seed {seed}")  # pytest shows it if the test fails
            yield Random(seed)
            seed += 1

    return trials


@pytest.fixture
def meant() -> Meant:
    """A block out of which only errors of the test may come, which it takes; each says something."""

    @contextlib.contextmanager
    def meant(what: object) -> Iterator[None]:
        try:
            with limited(BACKSTOP_SECONDS):
                yield
        except InternalError as error:
            pytest.fail(f"an internal error of {shown(what):.3000}\n{error}")
        except PytestSfnError as error:
            assert str(error), what
        except AssertionError:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            pytest.fail(f"{type(error).__name__} of {shown(what):.3000}\n{traceback.format_exc()}")

    return meant


def shown(what: object) -> str:
    try:
        return repr(what)
    except RecursionError:
        return "a value too deep to be shown; its seed makes it again"


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """No test takes more memory than any reasonable one."""
    before = peak()
    yield
    assert peak() - before < MEGABYTES


def peak() -> int:
    """Megabytes that this process has taken at most; 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)
