"""HTML reports of made-up coverage."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pytest_sfn.coverage.analysis import Analysis, analyse
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.html import html
from pytest_sfn.coverage.identity import identified
from pytest_sfn.definition import StateMachine

TAKEN = {
    "/States/Charge": {"test_a", "test_b"},
    "/States/Charge/Next": {"test_a"},
    "/States/Charge/Catch/0/ErrorEquals/0": {"test_<b>"},
    "/States/Refused": {"test_<b>"},
}
"""Of `tests.diagrams.machines.ORDER`."""


def report(
    folder: Path,
    *machines: StateMachine,
    taken: Mapping[str, set[str]] = TAKEN,
    unhandled: Iterable[tuple[str, str, str]] = (),
) -> Analysis:
    """Write the report of machines named `order`, `order1` and so on into the folder `out`."""
    data = CoverageData()
    for number, machine in enumerate(machines):
        definition = data.add(identified(f"order{number or ''}", machine, folder)[0])
        for pointer, contexts in taken.items():
            for context in contexts:
                definition.take(pointer, context)
        for key in unhandled:
            definition.leave_unhandled(*key)
    analysis = analyse(data, folder)
    said = html(analysis, folder / "out")
    assert said == f"HTML report of state machine coverage written to {folder / 'out' / 'index.html'}\n"
    return analysis


def page_of(folder: Path, name: str = "order") -> Path:
    """The page of a machine."""
    return folder / "out" / "machines" / f"{name}.html"
