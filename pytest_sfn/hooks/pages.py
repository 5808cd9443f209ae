"""`--sfn-html`: a page of the viewer for each failed test.

Each test has a file of its own, so workers of pytest-xdist write beside each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_sfn.errors import PytestSfnError, printable
from pytest_sfn.viewer.files import file_name, link, relative
from pytest_sfn.viewer.page import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

    from pytest_sfn.account.account import Account
    from pytest_sfn.engine.run import Run

__all__ = ["add_pages"]

EXECUTIONS: Final = 50
"""How many executions one page shows at most: the last ones."""


def add_pages(config: pytest.Config, report: pytest.TestReport, ran: Iterable[tuple[Account, Sequence[Run]]]) -> None:
    """Write the page of a test, and name it in its report, and in that of pytest-html.

    Args:
        ran: what the test has run, by account; each account has a page.
    """
    lines: list[str] = []
    for account, runs in ran:
        mine = set(runs)
        shown = [run for run in runs if run.parent is None or run.parent.run not in mine]  # a page has the children too
        if not shown:
            continue
        file = Path(config.option.sfn_html) / file_name(report.nodeid, len(lines) + 1)
        executions = [account.execution_of(run) for run in shown[-EXECUTIONS:]]
        try:
            write(executions, account, file, account.redaction.text(report.nodeid))
        except PytestSfnError as error:
            lines.append(str(error))
        except Exception as error:  # noqa: BLE001 - a report must not hide the failure it reports
            reason = printable(f"{type(error).__name__}: {error}", "\n")
            lines.append(f"(no page: {reason}. This is a bug in pytest-sfn; please report it.)")
        else:
            lines.append(printable(relative(file, config.invocation_params.dir)))
            _link(config, report, file)
    report.sections.append(("execution page", "\n".join(lines)))


def _link(config: pytest.Config, report: pytest.TestReport, file: Path) -> None:
    """Link a page in the report of pytest-html, which has extras as dicts, and sends them from workers of pytest-xdist."""
    page = getattr(config.option, "htmlpath", None)
    if page:
        target = link(file, Path(page).absolute().parent)
        extra: dict[str, Any] = {"name": "execution", "format_type": "url", "content": target}
        report.extras = [*getattr(report, "extras", ()), {**extra, "mime_type": None, "extension": None}]  # type: ignore[attr-defined]
