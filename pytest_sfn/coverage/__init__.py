"""Coverage of state machines: states, transitions, Retriers, Catchers and error names.

    model.py      what of a definition can be taken, and how each such element is named
    collect.py    from the logs of runs to the elements taken
    data.py       what was taken, mergeable, as versioned JSON
    analysis.py   possible minus taken
    reporters.py  terminal, JSON and Markdown; what html, xml and lcov have in common with them
    html.py       the HTML report, with drawings by pytest_sfn.diagrams
    suggest.py    the mock that would take a missed error path
    coverage_py.py, pytest_cov.py, command.py   coverage.py, pytest and the command line

`plugins = pytest_sfn.coverage` in coverage.py's configuration puts definitions into its reports too. coverage.py imports
this module for it, at its start and possibly before pytest's: it imports nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.plugin_support import Plugins
    from coverage.types import TConfigSectionOut

__all__ = ["coverage_init"]


def coverage_init(reg: Plugins, options: TConfigSectionOut) -> None:
    """What coverage.py calls when the setting is there."""
    from pytest_sfn.coverage.coverage_py import Definitions

    root = options.get("root")
    # Reporting finds a plugin by its name however it was added. As a file tracer it would be warned about under
    # measurement cores that support none, though it traces nothing.
    reg.add_configurer(Definitions(str(root) if root else None))
