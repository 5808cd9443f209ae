"""The linter: mistakes in definitions, those that AWS refuses and those that show only when the machine runs.

`rules` is the table of all rules, `definition` a definition as the checks see it, `linter` the way from a definition to its
problems. `find` goes from files to definitions, `report` from problems to text. The other modules are checks: each reads a
`LintedDefinition` and yields problems. Users call it through `pytest_sfn.commands.lint` and `pytest_sfn.hooks.lint`.
"""

from pytest_sfn.lint.find import Linted, lint_file, lint_files
from pytest_sfn.lint.linter import Lint, Settings
from pytest_sfn.lint.report import describe

__all__ = ["Lint", "Linted", "Settings", "describe", "lint_file", "lint_files"]
