import json
import re
import sys
from html import unescape

import pytest

from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.data import CoverageData
from pytest_sfn.coverage.html import html
from pytest_sfn.coverage.identity import identified
from pytest_sfn.coverage.suggest import suggested_tests
from pytest_sfn.definition import load
from tests.coverage.reporting import page_of, report
from tests.diagrams.machines import ORDER, chain
from tests.page.browser import ask


def page(folder, name="order"):
    return page_of(folder, name).read_text("utf-8")


def test_source_has_the_graphs_colours(tmp_path):
    report(tmp_path, load(ORDER))
    rows = re.findall(r'<span class="row (\w*)"[^>]*><i>(?:<a [^>]*>)?\d+(?:</a>)?</i>([^\n]*)', page(tmp_path))
    status = {text.strip(): kind for kind, text in rows}
    assert status["&quot;Charge&quot;: {"] == "covered"
    assert status["&quot;Broken&quot;: {"] == "missed"
    assert status["&quot;States.ALL&quot;"] == "error"
    assert status["&quot;Type&quot;: &quot;Wait&quot;,"] == ""


def test_missed_error_paths_come_in_the_tests_that_would_take_them(tmp_path):
    analysis = report(tmp_path, load(ORDER))
    (each,) = analysis.definitions
    suggested = suggested_tests(each, analysis.root)
    text = unescape(page(tmp_path))
    listed = text[text.index('<ul class="suggested">') : text.index("</ul>")]
    assert listed.count("<details>") == len(suggested.tests) > 1
    for test in suggested.tests:
        assert test.code in listed
        for element in test.elements:
            assert f">{element.label}</a>" in listed
    taken = next(element for element in each.elements if element.pointer == "/States/Charge/Catch/0/ErrorEquals/0")
    assert f">{taken.label}</a>" not in listed


def test_a_file_is_shown_as_it_is_written_and_loaded_by_its_tests(tmp_path):
    (tmp_path / "order.asl.yaml").write_text(
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: ${Fn}\n"
        "    Catch: [{ErrorEquals: [X], Next: B}]\n    End: true\n"
        "  B: {Type: Fail}\n"
    )
    machine = load(tmp_path / "order.asl.yaml", substitutions={"Fn": "arn:aws:lambda:us-east-1:123456789012:function:f"})
    data = CoverageData()
    data.add(identified("order", machine, tmp_path)[0])
    html(analyse(data, tmp_path), tmp_path / "out")
    text = unescape(page(tmp_path, "order-asl-yaml"))
    assert "Resource: ${Fn}" in text
    assert 'sfn_mock.load("order.asl.yaml", substitutions=SUBSTITUTIONS)' in text
    assert 'SUBSTITUTIONS = {"Fn": "arn:aws:lambda:us-east-1:123456789012:function:f"}' in text


def test_errors_nobody_handled_and_names_are_escaped(tmp_path):
    report(tmp_path, load(ORDER), unhandled=[("/States/Charge", "<Boom>", "test_<b>")])
    text = page(tmp_path)
    assert ">Charge</a></th><td>&lt;Boom&gt;</td><td>test_&lt;b&gt;</td></tr>" in text
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
    assert '<tr id="/States/Charge" class="covered" data-elements="0"><th scope="row">' in page(tmp_path)


def test_all_links_lead_somewhere_without_a_script(tmp_path):
    analysis = report(tmp_path, load(ORDER), unhandled=[("/States/Charge", "Boom", "test_a")])
    text = page(tmp_path)
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(ids)
    (each,) = analysis.definitions
    assert {"/States/Paid%3F", "/States/Charge/Retry/0%23exhausted"} <= set(ids)
    assert "hidden" not in re.sub(r'class="(?:tools|copy-all)"[^>]* hidden|id="clear"[^>]* hidden', "", text)
    assert len(each.elements) > 10


@pytest.fixture(scope="module")
def order(tmp_path_factory):
    """The page of ORDER, for a browser."""
    pytest.importorskip("fast_sugiyama")
    folder = tmp_path_factory.mktemp("report")
    report(folder, load(ORDER), unhandled=[("/States/Charge", "Boom", "test_a")])
    return page_of(folder)


def test_an_element_is_chosen_by_click_and_key_and_a_test_dims_others(order):
    said = ask(
        order,
        """
  const tests = [...document.querySelectorAll("#tests li")];
  document.getElementById("tab-tests").click();
  const visible = () => tests.filter((item) => item.offsetHeight).map((item) => item.textContent);
  const node = document.querySelector('g.node[data-pointer="/States/Charge"]');
  say.before = visible(); say.box = node.getBoundingClientRect().width > 50;
  node.querySelector("rect").dispatchEvent(new MouseEvent("click", {bubbles: true}));
  say.after = visible(); say.about = document.querySelector("#about p").textContent;
  say.lines = [...document.querySelectorAll(".row.chosen")].map((row) => row.firstChild.textContent);
  document.querySelector("[data-test]").click();
  say.dim = ["Refused", "Broken"].map((name) => document.querySelector(`[data-pointer="/States/${name}"]`).matches(".dim"));
  node.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
  say.cleared = visible(); say.stillDim = document.querySelectorAll(".dim").length;
  node.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  say.byKey = visible();
""",
    )
    assert said == {
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


def test_whatever_is_chosen_every_other_view_scrolls_to(order):
    said = ask(
        order,
        """
  const inside = (part) => {
    const box = part.getBoundingClientRect(), pane = part.closest(".pane").getBoundingClientRect();
    return box.height > 0 && box.top >= pane.top && box.bottom <= pane.bottom;
  };
  const row = document.getElementById("/States/Broken");
  const line = document.querySelector('.row a[href="#/States/Broken"]');
  const node = document.querySelector('g.node[data-pointer="/States/Broken"]');
  document.getElementById("tab-elements").click();
  document.querySelector("[data-zoom=full]").click();
  say.atFirst = [row, line].map(inside);
  row.cells[1].click();
  say.byRow = [line, node].map(inside); say.address = location.hash;
  document.querySelector(".graph .pane").scrollTop = 0;
  document.getElementById("tab-missed").click();
  line.click();
  say.byLine = [row, node].map(inside); say.opened = row.closest("section").id;
  row.closest(".pane").scrollTop = 0;
  node.dispatchEvent(new MouseEvent("click", {bubbles: true}));
  say.byGraph = [row, line].map(inside);
  document.getElementById("tab-missed").click();
  const test = document.querySelector(".suggested li");
  test.querySelector("summary").click();
  say.unfolded = test.querySelector("details").open && test.querySelector("code").offsetHeight > 0;
  say.itsLines = [...document.querySelectorAll(".row.chosen")].length;
""",
    )
    assert said == {
        "atFirst": [False, False],
        "byRow": [True, True],
        "address": "#/States/Broken",
        "byLine": [True, True],
        "opened": "elements",
        "byGraph": [True, True],
        "unfolded": True,
        "itsLines": 2,
    }


def test_one_test_is_copied_or_all_as_a_module(tmp_path):
    analysis = report(tmp_path, load(ORDER))
    suggested = suggested_tests(analysis.definitions[0], analysis.root)
    said = ask(
        page_of(tmp_path),
        """
  let copied;
  Object.defineProperty(navigator, "clipboard", {value: {writeText: (text) => (copied = text)}});
  document.querySelector(".suggested .copy").click();
  say.test = copied;
  document.querySelector(".copy-all").click();
  say.module = copied;
""",
    )
    assert said == {"test": suggested.tests[0].code, "module": suggested.module}


def test_next_missed_and_back_search_and_hiding(order):
    said = ask(
        order,
        """
  const about = () => document.querySelector("#about p").textContent;
  const key = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  const rows = () => [...document.querySelectorAll("#elements tbody tr")].filter((row) => row.offsetHeight).length;
  key("n"); say.first = about(); say.address = location.hash;
  key("n"); say.second = about();
  key("p"); key("p"); say.wrapped = about();
  document.getElementById("next").click(); say.again = about();
  key("Escape");
  document.getElementById("tab-elements").click();
  say.all = rows();
  document.getElementById("uncovered").click();
  say.uncovered = [...document.querySelectorAll("#elements tr.covered")].filter((row) => row.offsetHeight).length;
  say.fewer = rows() < say.all;
  document.getElementById("uncovered").click();
  key("/");
  const field = document.activeElement;
  field.value = "charge declined"; field.dispatchEvent(new Event("input"));
  say.found = rows();
  key("n"); say.stays = rows();
  field.value = ""; field.dispatchEvent(new Event("input"));
  say.back = rows() === say.all;
""",
    )
    missed = re.fullmatch(
        r"1 of (\d+) missed\. Charge: Retry\[0\] Busy: error path never taken\. 0 tests took it\.", said["first"]
    )
    assert missed, said["first"]
    assert said == {
        "first": said["first"],
        "address": "#/States/Charge/Retry/0/ErrorEquals/0",
        "second": f"2 of {missed[1]} missed. Charge: Retry[0] Tired: error path never taken. 0 tests took it.",
        "wrapped": f"{missed[1]} of {missed[1]} missed. Broken: never taken. 0 tests took it.",
        "again": said["first"],
        "all": said["all"],
        "uncovered": 0,
        "fewer": True,
        "found": 1,
        "stays": 2,
        "back": True,
    }


@pytest.mark.parametrize(
    ("fragment", "about"), [("/States/Paid%3F", "Paid?: never taken. 0 tests took it."), ("nothing", "Choose")]
)
def test_an_address_leads_to_an_element(order, fragment, about):
    said = ask(
        order,
        """
  say.about = document.querySelector("#about p").textContent;
  say.chosen = [...document.querySelectorAll("svg .chosen")].map((part) => Graph.pointerAt(part));
""",
        fragment=f"#{fragment}",
    )
    assert said["about"].startswith(about)
    assert said["chosen"] == (["/States/Paid?"] if "Paid" in fragment else [])


@pytest.mark.parametrize("width", [500, 1280, 1600])
def test_a_page_is_short_and_no_wider_than_its_window(order, width):
    said = ask(
        order,
        """
  const root = document.documentElement;
  say.fits = root.scrollWidth <= innerWidth;
  say.height = root.scrollHeight;
  document.body.classList.remove("live");
  for (const section of document.querySelectorAll("section")) section.hidden = false;
  say.plain = root.scrollHeight;
""",
        width=width,
    )
    assert said["fits"]
    assert said["height"] <= said["plain"] <= 6000


@pytest.mark.parametrize(("states", "whole"), [(4, True), (21, True), (55, False), (200, False)])
def test_a_graph_is_seen_whole_at_once_or_on_demand(tmp_path, states, whole):
    pytest.importorskip("fast_sugiyama")
    report(tmp_path, load(chain([f"State{number}" for number in range(states)])), taken={})
    said = ask(
        page_of(tmp_path),
        """
  const pane = document.querySelector(".graph .pane"), start = document.querySelector(".start").getBoundingClientRect();
  const whole = () => pane.scrollHeight <= pane.clientHeight && pane.scrollWidth <= pane.clientWidth;
  say.atOnce = whole(); say.begins = start.top >= pane.getBoundingClientRect().top;
  document.querySelector("[data-zoom=fit]").click();
  say.onDemand = whole();
  say.height = document.documentElement.scrollHeight <= innerHeight;
""",
    )
    assert said == {"atOnce": whole, "begins": True, "onDemand": True, "height": True}
