"""What coverage costs: the workloads of run.py with and without it, and a report over very many tests.

    python benchmarks/coverage_cost.py [--rounds 15] [--seconds 0.1]

With and without take turns; the median of the rounds' ratios is shown. A run is what a test does: an account, its mocks,
one execution, and with coverage the pass over its log; `contexts` keeps each run under a context of its own.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from itertools import count
from pathlib import Path

from run import workloads  # beside this file

import pytest_sfn
from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.collect import Collector
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.reporters import term_missing
