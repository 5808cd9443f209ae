"""The linter: mistakes in definitions, of which AWS would tell when they are deployed, or nobody until they run.

`rules` is the table of what it knows, `machine` how a definition looks to the checks, `linter` the way from a definition to
its problems; `find` goes from files to definitions, `report` from problems to text. `command` and `pytest_lint` are the two
ways in.
"""

from pytest_sfn.lint.find import Linted, lint_file, lint_files
from pytest_sfn.lint.linter import Lint, Settings
from pytest_sfn.lint.report import describe

__all__ = ["Lint", "Linted", "Settings", "describe", "lint_file", "lint_files"]
