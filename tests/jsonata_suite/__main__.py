"""`python -m tests.jsonata_suite [FOLDER] [-v]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.jsonata_suite.runner import HERE, run

parser = argparse.ArgumentParser(prog="python -m tests.jsonata_suite", description="Run JSONata test cases.")
parser.add_argument("folder", type=Path, nargs="?", default=HERE, help="holds groups/ and datasets/")
parser.add_argument("-v", "--verbose", action="store_true", help="say what is wrong with each failing case")
arguments = parser.parse_args()
sys.exit(1 if run(arguments.folder, arguments.verbose) else 0)
