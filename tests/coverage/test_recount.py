"""Coverage against the histories of random machines, and all reports against one another, element for element."""

import json
import re
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings

from pytest_sfn.asl.source import read_source
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.reporters import describe, report
from tests.coverage.machines import machines
from tests.coverage.recount import recount
from tests.coverage.taking import collecting, only


@given(machines())
def test_what_is_taken_is_what_the_history_says(played):
    with collecting() as collector:
        execution = played.run()
        collector.finish()
    found = only(collector.data())
    counted = recount(played.definition, execution.history)
    elements = {pointer for pointer, element in found.elements.items() if element.figure is not None}
    taken = elements & set(found.taken)

    assert counted.taken <= elements
    assert counted.taken <= taken <= counted.taken | counted.unsure


@settings(max_examples=30)
@given(machines())
def test_all_reports_agree(played):
    coverage_py = pytest.importorskip("pytest_sfn.coverage.coverage_py")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        file = root / "random.asl.json"
        file.write_text(json.dumps(played.definition, indent=1), encoding="utf-8")
        with collecting(root) as collector:
            execution = played.run(file)
            collector.finish()
        analysis = analyse(collector.data(), root, precision=2)
        (each,) = analysis.definitions
        for kind in ("json:out.json", "markdown:out.md", "html:out", "xml:out.xml", "lcov:out.lcov"):
            report(analysis, kind, root)
        term, missing = (report(analysis, kind, root) for kind in ("term", "term-missing"))
        (page,) = (root / "out" / "machines").iterdir()
        texts = {path: (root / path).read_text("utf-8") for path in ("out.json", "out.md", "out.xml", "out.lcov")}
        html = page.read_text("utf-8")

    elements = json.loads(texts["out.json"])["definitions"][0]["elements"]
    covered = {element["pointer"] for element in elements if element["covered"]}
    missed = {element["pointer"] for element in elements if not element["covered"]}
    counted = recount(played.definition, execution.history)
    assert counted.taken <= covered <= counted.taken | counted.unsure

    labels = {element.pointer: f"{each.where(element)}  {describe(element)}" for element in each.elements}
    listed = {re.sub(r"^  (\S+) +", r"\1  ", line) for line in missing.splitlines() if line.startswith("  random.asl.json:")}
    assert {pointer for pointer, label in labels.items() if label in listed} == missed
    for text, row in ((term, "random.asl.json"), (missing, "random.asl.json"), (texts["out.md"], "| random.asl.json")):
        figures = re.search(rf"(?m)^{re.escape(row)}.*$", text)[0]
        assert re.findall(r"\d+/\d+", figures) == [str(figure) for figure in each.figures.values() if figure.possible]
    assert {each["label"] for each in elements if not each["covered"] and each["kind"] == "error"} == {
        unescaped(line.split(" | ")[1]) for line in texts["out.md"].splitlines() if line.startswith("| random.asl.json:")
    }
    shown = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])
    assert {element["pointers"][0] for element in shown if element["missed"]} == missed

    lines, branches = cobertura(texts["out.xml"])
    assert lines == {int(line): int(hits) > 0 for line, hits in re.findall(r"(?m)^DA:(\d+),(\d+)", texts["out.lcov"])}
    layout = coverage_py.Layout(read_source(json.dumps(played.definition, indent=1)))
    check_lines(layout, each, lines, branches, covered, counted)


def unescaped(cell):
    return re.sub(r"\\(.)", r"\1", cell)


def cobertura(text):
    """({line: hit}, {line: lines that it never led to}) of the branches."""
    found = ET.fromstring(text).findall(".//line")
    missed = {int(line.get("number")): set(line.get("missing-branches", "").split(",")) for line in found if line.get("branch")}
    return {int(line.get("number")): line.get("hits") != "0" for line in found}, missed


def check_lines(layout, each, lines, branches, covered, counted):
    """A state's line is hit where it was entered, a rule's where it was asked; an arc was taken where an element of it was."""
    for pointer, line in layout.lines.items():
        if pointer in layout.states:
            assert lines[line] is (pointer in covered), pointer
        elif pointer in counted.asked:
            assert lines[line], pointer
        elif not counted.unsure:
            assert not lines[line], pointer
    arcs = {}
    for element in each.elements:
        if element.kind != "state":
            arcs.setdefault(layout.of_element[element.pointer][-1], set()).add(element.pointer)
    for (start, end), pointers in arcs.items():
        if start in branches and (start, end) in layout.arcs:
            assert (str(end) not in branches[start]) is bool(pointers & covered), pointers
