import json
import re
import sys

import pytest

from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import CoverageData, Definition
from pytest_sfn.coverage.elements import outline
from pytest_sfn.coverage.html import html, test_code
from pytest_sfn.coverage.metrics import ERROR_PATHS
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.definition import load
from tests.diagrams.machines import ORDER
from tests.page.browser import ask

TAKEN = {
    "/States/Charge": {"test_a", "test_b"},
    "/States/Charge/Next": {"test_a"},
    "/States/Charge/Catch/0/Next": {"test_<b>"},
    "/States/Refused": {"test_<b>"},
}
CLICK = """
  const tests = [...document.querySelectorAll("#tests li")];
  const visible = () => tests.filter((item) => !item.hidden).map((item) => item.textContent);
  const node = document.querySelector('g.node[data-pointer="/States/Charge"]');
  say.before = visible(); say.box = node.getBoundingClientRect().width > 50;
  node.querySelector("rect").dispatchEvent(new MouseEvent("click", {bubbles: true}));
  say.after = visible(); say.about = document.getElementById("about").textContent;
  say.lines = [...document.querySelectorAll(".row.chosen")].map((row) => row.firstChild.textContent);
  document.querySelector("[data-test]").click();
  say.dim = ["Refused", "Broken"].map((name) => document.querySelector(`[data-pointer="/States/${name}"]`).matches(".dim"));
  node.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  say.cleared = visible(); say.stillDim = document.querySelectorAll(".dim").length;
  node.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  say.byKey = visible();
"""


def report(folder, *machines, taken=TAKEN, unhandled=()):
    data = CoverageData()
    for number, machine in enumerate(machines):
        definition = data.add(Definition.of(f"order{number or ''}", outline(machine), machine))
        for pointer, contexts in taken.items():
            for context in contexts:
                definition.take(pointer, context)
        for key in unhandled:
            definition.leave_unhandled(*key)
    analysis = analyse(data, folder)
    said = html(analysis, folder / "out")
    assert said == f"HTML report of state machine coverage written to {folder / 'out' / 'index.html'}\n"
    return analysis


def page(folder, name="order"):
    return (folder / "out" / "machines" / f"{name}.html").read_text("utf-8")


def test_index_has_the_totals_and_leads_to_the_pages(tmp_path):
    analysis = report(tmp_path, load(ORDER))
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert '<a href="machines/order.html">order</a>' in index
    assert f'<b>{analysis.total.percent}%</b> <span class="count">{analysis.total}</span>' in index
    error_paths = analysis.figures[ERROR_PATHS]
    assert f'<b>{error_paths.percent}%</b> <span class="count">{error_paths}</span>' in index


def test_source_has_the_graphs_colours(tmp_path):
    report(tmp_path, load(ORDER))
    rows = re.findall(r'<span class="row (\w*)"[^>]*><i>\d+</i>([^\n]*)', page(tmp_path))
    status = {text.strip(): kind for kind, text in rows}
    assert status["&quot;Charge&quot;: {"] == "covered"
    assert status["&quot;Broken&quot;: {"] == "missed"
    assert status["&quot;States.ALL&quot;"] == "error"
    assert status["&quot;Type&quot;: &quot;Wait&quot;,"] == ""


def test_missed_error_paths_come_with_a_test(tmp_path):
    (each,) = report(tmp_path, load(ORDER)).definitions
    element = next(element for element in each.missed if element.pointer == "/States/Charge/Catch/1/Next")
    code = test_code(each, element)
    assert code == (
        "def test_charge_catch_1_broken(sfn_mock):\n"
        f"    {element.mock}\n"
        "    execution = sfn_mock.load(definition).run({})  # an input that leads to Charge\n"
        "    assert execution.handled\n"
    )
    compile(code, "test", "exec")
    assert "def test_charge_catch_1_broken" in page(tmp_path)
    assert "def test_charge_catch_0" not in page(tmp_path).replace("def test_charge_catch_0_declined", "")


def test_code_for_a_file_loads_it(tmp_path):
    (tmp_path / "order.asl.yaml").write_text(
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: ${Fn}\n"
        "    Catch: [{ErrorEquals: [X], Next: B}]\n    End: true\n"
        "  B: {Type: Fail}\n"
    )
    machine = load(tmp_path / "order.asl.yaml", substitutions={"Fn": "arn:aws:lambda:us-east-1:123456789012:function:f"})
    data = CoverageData()
    data.add(Definition.of("order.asl.yaml", outline(machine, "order.asl.yaml"), machine))
    (each,) = analyse(data, tmp_path).definitions
    code = test_code(each, next(element for element in each.missed if element.error_path))
    assert "sfn_mock.load('order.asl.yaml', substitutions={'Fn': 'arn:aws:lambda:us-east-1:123456789012:function:f'})" in code
    html(analyse(data, tmp_path), tmp_path / "out")
    assert "Resource: ${Fn}" in page(tmp_path, "order-asl-yaml")


def test_errors_nobody_handled_and_names_are_escaped(tmp_path):
    report(tmp_path, load(ORDER), unhandled=[("/States/Charge", "<Boom>", "test_<b>")])
    text = page(tmp_path)
    assert '<tr><th scope="row">Charge</th><td>&lt;Boom&gt;</td><td>test_&lt;b&gt;</td></tr>' in text
    assert "test_<b>" not in text
    assert "<script type" in text


def test_a_definition_in_one_line_is_shown_indented(tmp_path):
    report(tmp_path, load(json.dumps(ORDER)))
    assert page(tmp_path).count('<span class="row ') > 50


def test_without_the_extra_the_tables_stand_alone(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    report(tmp_path, load(ORDER))
    assert "install it with: pip install &#x27;pytest-sfn[html]&#x27;" in page(tmp_path)
    assert "<svg" not in page(tmp_path)
    assert '<tr class="covered" data-elements="0"><th scope="row">Charge</th>' in page(tmp_path)


def test_the_same_data_gives_the_same_bytes_and_old_pages_go(tmp_path):
    report(tmp_path, load(ORDER), load({**ORDER, "Comment": "another"}))
    first = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    report(tmp_path, load(ORDER), load({**ORDER, "Comment": "another"}))
    assert first == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    report(tmp_path, load(ORDER))
    assert [path.name for path in (tmp_path / "out" / "machines").iterdir()] == ["order.html"]


def test_nothing_is_fetched(tmp_path):
    report(tmp_path, load(ORDER))
    for path in (tmp_path / "out").rglob("*.*"):
        if path.is_file():
            assert "http" not in path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ReportError, match="cannot be written"):
        report(tmp_path, load(ORDER))


def test_in_a_real_browser(tmp_path):
    pytest.importorskip("fast_sugiyama")
    report(tmp_path, load(ORDER))
    assert ask(tmp_path / "out" / "machines" / "order.html", CLICK) == {
        "before": ["test_<b>", "test_a", "test_b"],
        "box": True,
        "after": ["test_a", "test_b"],
        "about": "Charge: covered. 2 tests took it.",
        "lines": ["4"],
        "dim": [False, True],
        "cleared": ["test_<b>", "test_a", "test_b"],
        "stillDim": 0,
        "byKey": ["test_a", "test_b"],
    }
