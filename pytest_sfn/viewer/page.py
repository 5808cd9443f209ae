"""The HTML file of an execution: one file that loads nothing, its data beside the script that shows them.

`Story` says what happened, `Values` holds the values, the scripts in `assets` make rows of them as a reader scrolls to
them. Without a script the page has the graph and the timeline in text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_sfn.diagrams.paths import path_status
from pytest_sfn.diagrams.svg import to_svg
from pytest_sfn.errors import ExecutionError, UnsupportedError
from pytest_sfn.links import see
from pytest_sfn.page.document import asset, document, embedded, escaped, graph_frame, style
from pytest_sfn.report.timeline import timeline
from pytest_sfn.viewer.story import MACHINES, Story
from pytest_sfn.viewer.values import Values

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from pytest_sfn.report.needs import ReportedAccount
    from pytest_sfn.viewer.story import Family, ShownExecution

__all__ = ["page", "write"]

TOLD: Final = 10
"""Of how many executions, the last ones, the timeline is shown where no script runs."""
_PACKAGE: Final = "pytest_sfn.viewer"
_SCRIPTS: Final = ("tools", "values", "story", "rows", "lanes", "history", "detail", "picture", "start")
"""Parts of one function: each uses what those before it have named."""


def write(
    executions: Sequence[ShownExecution],
    account: ReportedAccount,
    file: str | os.PathLike[str],
    title: str | None = None,
) -> Path:
    """Write the page of one or more executions of an account; folders that are missing are made.

    Args:
        title: the page's heading, such as a test's name; the first machine's name when None.

    Raises:
        ExecutionError: the file cannot be written.
    """
    path = Path(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page(executions, account, title).encode())
    except OSError as error:
        raise ExecutionError(f"{path}: the page cannot be written: {error.strerror or error}\n  see  {see('viewer')}") from None
    return path


def page(executions: Sequence[ShownExecution], account: ReportedAccount, title: str | None = None) -> str:
    """The page; the same executions give the same text."""
    values = Values(account.redaction)
    story = Story(executions, account, values)
    lines, cut = values.lines()
    graphs = "".join(_graph(number, family) for number, family in _drawn(story.families, len(executions)))
    name = executions[0]._run.machine.name if title is None else title
    stories = "\n\n".join(timeline(each.machine.state_machine, each._run, each._told(), account) for each in executions[-TOLD:])
    head = f"<style>\n{style(asset('viewer.css', _PACKAGE))}</style>\n"
    body = f"""\
<header id="top"><h1>{escaped(name)}</h1></header>
<main id="room">
<section id="graphs" aria-label="Graph">{graphs}</section>
{_splitter("across", "vertical", "Width of the graph")}\
<section id="story" aria-label="What happened"></section>
{_splitter("down", "horizontal", "Height of the rows")}\
<section id="detail" aria-label="Details" tabindex="0"></section>
</main>
<noscript><p class="note">With JavaScript this page shows every visit, its data and the history.</p>
<pre>{escaped(stories)}</pre></noscript>
<script type="text/plain" id="values">{lines}</script>
{embedded({**story.data(), "cut": cut})}\
<script>
{asset("graph.js")}{_script()}</script>
"""
    return document(name, body, head)


def _splitter(id: str, orientation: str, label: str) -> str:
    """A bar between two parts, which is dragged or moved by the arrow keys."""
    said = f'role="separator" aria-orientation="{orientation}" aria-label="{label}" tabindex="0"'
    return f'<div class="splitter" id="{id}" {said}></div>\n'


def _script() -> str:
    return "".join(["(() => {\n", *(asset(f"{name}.js", _PACKAGE) for name in _SCRIPTS), "})();\n"])


def _drawn(families: list[Family], asked: int) -> list[tuple[int, Family]]:
    """The families that have a graph: those of the executions that were asked for, from the last on, then the others."""
    numbered = list(enumerate(families))
    return [*numbered[:asked][::-1], *numbered[asked:]][:MACHINES]


def _graph(number: int, family: Family) -> str:
    """The picture of a machine with the path that was taken, or why there is none."""
    execution = family.execution
    try:
        drawn = graph_frame(to_svg(family.machine, path_status(execution._run, execution._told())))
    except UnsupportedError as error:
        drawn = f'<p class="note">{escaped(str(error))}</p>'
    return f'<div class="family" data-family="{number}">{drawn}</div>\n'
