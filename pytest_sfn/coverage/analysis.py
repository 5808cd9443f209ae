"""Possible minus taken: the figures, the elements that were missed, and the data that cannot be reported any more.

Each element counts in one figure of the table in metrics.py, or in none: the total is the sum of the figures.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from pytest_sfn.asl.outline import parts_of
from pytest_sfn.coverage.elements import digest
from pytest_sfn.coverage.identity import identified, united
from pytest_sfn.coverage.metrics import ERROR_PATHS, FIGURES
from pytest_sfn.dataclass import dataclass
from pytest_sfn.definition import load
from pytest_sfn.errors import DefinitionError, DefinitionWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pytest_sfn.coverage.data import CoverageData, Definition
    from pytest_sfn.coverage.elements import Element
    from pytest_sfn.coverage.metrics import FigureRow
    from pytest_sfn.definition import StateMachine

__all__ = ["Analysis", "DefinitionCoverage", "Figure", "analyse", "forget_changed", "percentage", "requirements", "stale"]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of how many.

    Attributes:
        complete: False when data is missing: how many are possible is not known then, and all is never taken.
        precision: how many digits after the point reports show of the percentage.
    """

    taken: int
    possible: int
    complete: bool = True
    precision: int = 0

    @property
    def exact(self) -> Fraction:
        """Percent; 100 where nothing is possible."""
        exact = Fraction(100 * self.taken, self.possible) if self.possible else Fraction(100)
        return exact if self.complete else min(exact, _ALMOST)

    @property
    def percent(self) -> str:
        """As reports show it."""
        return self.rounded(self.precision)

    def rounded(self, digits: int) -> str:
        """Percent with so many digits after the point, but 100 only when all is taken, and 0 only when nothing is."""
        least = Fraction(1, 10**digits)
        exact = self.exact
        return f"{float(exact if exact in (0, 100) else min(max(round(exact, digits), least), 100 - least)):.{digits}f}"

    def reaches(self, least: float) -> bool:
        """Whether it is at least `least` percent, not rounded."""
        return self.exact >= Fraction(str(least))

    def __add__(self, other: Figure) -> Figure:
        return Figure(
            self.taken + other.taken,
            self.possible + other.possible,
            self.complete and other.complete,
            max(self.precision, other.precision),
        )

    def __str__(self) -> str:
        return f"{self.taken}/{self.possible}"


_ALMOST: Final = Fraction(9999, 100)


class DefinitionCoverage:
    """What is covered of one definition.

    Attributes:
        title: its name, with its digest where several definitions have the same.
        elements: those that count, in the order of the text.
        sides: those shown beside them, uncounted.
        missed: of `elements`, those that no test took.
        figures: one for each row of FIGURES.
        drawn: the elements that a part of a drawing shows, by its pointer: of a Retrier, or a Catcher's edge, its error names.
    """

    def __init__(self, definition: Definition, title: str, precision: int = 0) -> None:
        self.definition = definition
        self.title = title
        every = definition.sorted_elements()
        self.elements = [element for element in every if element.figure is not None]
        self.sides = [element for element in every if element.figure is None and element.kind != "asked"]
        self.missed = [element for element in self.elements if element.pointer not in definition.taken]
        self.figures = {row: self._figure(row, precision) for row in FIGURES}
        self.drawn: dict[str, list[Element]] = {}
        for element in every:
            for pointer in parts_of(element.pointer):
                self.drawn.setdefault(pointer, []).append(element)

    def _figure(self, row: FigureRow, precision: int) -> Figure:
        taken = [element.pointer in self.definition.taken for element in self.elements if element.figure is row]
        return Figure(sum(taken), len(taken), precision=precision)

    @property
    def total(self) -> Figure:
        return _sum(self.figures.values())

    def missed_in(self, row: FigureRow) -> list[Element]:
        """The missed elements of one figure."""
        return [element for element in self.missed if element.figure is row]

    def status(self, pointer: str) -> Literal["covered", "missed"] | None:
        """Of an element, or a part of a drawing, by its pointer; None for what shows no element."""
        if pointer not in self.drawn:
            return None
        return "covered" if any(each.pointer in self.definition.taken for each in self.drawn[pointer]) else "missed"

    def contexts(self, pointer: str) -> list[str]:
        """The tests that took an element; [] when contexts were not recorded."""
        return sorted(self.definition.taken.get(pointer, set()) - {""})

    def load(self, root: Path) -> StateMachine:
        """The definition itself, to be drawn or shown.

        Raises:
            DefinitionError: it cannot be loaded, or not by itself.
        """
        definition = self.definition
        source = definition.text if definition.text is not None else root / definition.name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DefinitionWarning)  # they were given when a test loaded it
            return self._of_template(root) or load(source, substitutions=definition.substitutions or None, directories=[root])

    def _of_template(self, root: Path) -> StateMachine | None:
        """The definition as its template has it, with the template's functions; None where it is another one by now."""
        if self.definition.template is None:
            return None
        file, logical_id = self.definition.template
        with suppress(DefinitionError):
            found = load(root / file, logical_id=logical_id, directories=[root])
            if identified(found.name, found, root)[0].digest == self.definition.digest:
                return found
        return None

    def where(self, element: Element) -> str:
        """`file:line`, or the definition's title where there is no file."""
        if self.definition.is_file:
            return f"{self.title}:{element.line}"
        return self.definition.places.get(element.pointer, self.title)


@dataclass(slots=True)
class Analysis:
    """What a report is made of.

    Attributes:
        definitions: by title.
        warnings: sentences on data that is missing, and one, beginning with `file:`, on each definition whose data was left
            out.
        root: the folder that names of files are relative to.
        complete: whether no data is missing.
        skipped: definitions that count in the total, but are not shown.
        pages: the folder with the pages of tests (`--sfn-html`), if there is one.
    """

    definitions: list[DefinitionCoverage]
    warnings: list[str]
    root: Path
    complete: bool = True
    skipped: Sequence[DefinitionCoverage] = ()
    pages: Path | None = None

    @property
    def figures(self) -> dict[FigureRow, Figure]:
        none = Figure(0, 0, self.complete)
        return {row: sum((each.figures[row] for each in (*self.definitions, *self.skipped)), none) for row in FIGURES}

    @property
    def total(self) -> Figure:
        return _sum(self.figures.values())

    def without_covered(self) -> Analysis:
        """The same, with the definitions skipped of which everything is taken."""
        missed = [each for each in self.definitions if each.missed]
        return Analysis(missed, self.warnings, self.root, self.complete, [each for each in self.definitions if not each.missed])


def _sum(figures: Iterable[Figure]) -> Figure:
    return sum(figures, Figure(0, 0))


def analyse(data: CoverageData, root: Path, precision: int = 0) -> Analysis:
    """Compare what was taken with what is possible.

    Data of a file that is gone, or has changed since, is left out with a warning.

    Args:
        precision: how many digits after the point reports show of percentages.
    """
    kept, left_out = [], []
    for definition in data.definitions.values():
        problem = stale(definition, root)
        if problem is None:
            kept.append(definition)
        else:
            left_out.append(problem)
    kept = united(kept)
    names = [definition.name for definition in kept]
    found = [
        DefinitionCoverage(
            definition,
            definition.name if names.count(definition.name) == 1 else f"{definition.name} ({definition.digest[:6]})",
            precision,
        )
        for definition in kept
    ]
    warned = [*(f"{reason}: the coverage is incomplete" for reason in sorted(data.missing)), *sorted(left_out)]
    return Analysis(sorted(found, key=lambda each: each.title), warned, root, not data.missing)


def stale(definition: Definition, root: Path) -> str | None:
    """Why the data of a definition do not fit today's definition; None when they do."""
    if not definition.is_file:
        return None
    try:
        file = root / definition.name
        if file.exists() and not file.is_file():  # a FIFO would be waited for
            return f"{definition.name}: its coverage is left out: it is no file"
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not text any more"
        return f"{definition.name}: its coverage is left out: {reason}"
    if digest(text) != definition.digest:
        return f"{definition.name}:1: the definition has changed since its coverage was recorded, which is left out"
    return None


def forget_changed(old: CoverageData, new: CoverageData, root: Path) -> list[str]:
    """Remove from an earlier run's data the definitions that have changed since; gives a warning for each.

    A dict has no file to compare with: one with a name has changed when this run has another of that name.
    """
    left_out = []
    named = {definition.name for definition in new.definitions.values() if definition.named}
    for key, definition in list(old.definitions.items()):
        problem = stale(definition, root)
        if problem is None and definition.named and definition.name in named and key not in new.definitions:
            problem = f"{definition.name}: the definition has changed since its coverage was recorded, which is left out"
        if problem is not None:
            del old.definitions[key]
            left_out.append(problem)
    return left_out


def percentage(text: str | float) -> float:
    """The number.

    Raises:
        ValueError: the text is no number from 0 to 100.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise ValueError(f"{str(text)!r} is not a percentage from 0 to 100")
    return value


def requirements(analysis: Analysis, total: float | None, error_paths: float | None) -> Iterator[tuple[str, bool]]:
    """For each percentage demanded, a sentence and whether it is reached; without any definition it is not."""
    for figure, least, what in (
        (analysis.total, total, "Step Functions coverage"),
        (analysis.figures[ERROR_PATHS], error_paths, "coverage of error paths"),
    ):
        if least is None:
            continue
        if not analysis.complete:
            yield f"FAIL Required {what} of {least:g}% not reached. Data is missing; without it: {figure.rounded(2)}%", False
        elif not analysis.definitions:
            yield f"FAIL Required {what} of {least:g}% not reached. No definition was loaded", False
        elif figure.reaches(least):
            yield f"Required {what} of {least:g}% reached. Total: {figure.rounded(2)}%", True
        else:
            yield f"FAIL Required {what} of {least:g}% not reached. Total: {figure.rounded(2)}%", False
