"""Coverage of state machines: states, transitions, Retriers, Catchers and error names.

    metrics.py      the table of what is counted, and of what is shown beside
    elements.py     the elements of a definition, found by the table; how each is named
    collect.py      from the runs of a session to the elements taken
    data.py         what was taken, mergeable, as versioned JSON
    identity.py     which definition a loaded machine is: each counts once
    analysis.py     possible minus taken
    reporter.py     what a reporter is
    reporters.py    the table of all reporters; those for the terminal, JSON and Markdown
    html.py         the HTML report, with drawings by pytest_sfn.diagrams
    suggest.py      tests that would take the missed error paths, as code
    failures.py     which failures could take an error path
    trials.py       runs of a state with a failure: which paths it takes, with which input and mocks
    chains.py       mocks of tasks, as the text of calls
    samples.py      inputs with which states can run
    answers.py      answers that services could give
    paths.py        the paths in a definition's texts
    guesses.py      what paths ask for at one place, and values that stand for any
    plausible.py    values that say what they are
    volatile.py     what differs from run to run
    python_text.py  values and calls as Python's text
    coverage_py.py  definitions in coverage.py's data and reports

`plugins = pytest_sfn.coverage` in coverage.py's configuration puts definitions into its reports too. coverage.py imports
this module for it when it starts, possibly before pytest starts: so this module imports nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.plugin_support import Plugins
    from coverage.types import TConfigSectionOut

__all__ = ["coverage_init"]


def coverage_init(reg: Plugins, options: TConfigSectionOut) -> None:
    """coverage.py calls this when it is configured so."""
    from pytest_sfn.coverage.coverage_py import Definitions

    root = options.get("root")
    # Reporting finds a plugin by its name, whatever it was added as. As a file tracer it would cause a warning under
    # measurement cores that support no file tracers, though it traces nothing.
    reg.add_configurer(Definitions(str(root) if root else None))
