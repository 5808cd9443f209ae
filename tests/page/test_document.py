import json
import re
from typing import Any

import pytest

from pytest_sfn.definition import load
from pytest_sfn.page.document import asset, document, embedded, escaped, graph_frame, style, table
from tests.diagrams.machines import chain
from tests.page.browser import ask


def test_text_is_escaped_and_seen():
    assert escaped("<b> & \"x\" 'y'\n") == "&lt;b&gt; &amp; &quot;x&quot; &#x27;y&#x27;\n"
    assert "\x1b" not in escaped("\x1b[31m")
    assert "\u202e" not in escaped("\u202e")


@pytest.mark.parametrize("value", ["</script><script>", "<!--<script>", ["\u2028", "\ud800"], {"<": 1}])
def test_no_text_ends_embedded_data(value: Any) -> None:
    element = embedded(value)
    (inside,) = re.findall(r'^<script type="application/json" id="data">(.*)</script>\n$', element)
    assert "<" not in inside
    assert json.loads(inside) == value


def test_a_document_has_its_title_head_and_body():
    page = document("<t>", "<main></main>\n", "<style></style>\n")
    assert "<title>&lt;t&gt;</title>" in page
    assert page.index("<style></style>") < page.index("<body>") < page.index("<main></main>")


def test_a_style_has_the_colours_first_and_its_own_rules_last():
    sheet = style(".own{}")
    assert sheet.startswith(":root{--sfn-paper:#ffffff;")
    assert "@media(prefers-color-scheme:dark){:root{--sfn-paper:" in sheet
    assert sheet.endswith(".own{}")


def test_a_table_has_a_heading_for_each_column():
    assert table(("A", "B"), ["<tr></tr>\n"]) == (
        '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>\n<tbody>\n<tr></tr>\n</tbody></table>\n'
    )


def test_a_graph_is_fitted_zoomed_dragged_and_searched(tmp_path):
    pytest.importorskip("fast_sugiyama")
    names = [f"S{number}" for number in range(20)]
    body = graph_frame(load(chain(names)).to_svg(), "<Graph>")
    head = f"<style>{style()}</style>\n<script>{asset('graph.js')}</script>\n"
    page = tmp_path / "page.html"
    page.write_text(document("graph", body, head), "utf-8")
    said = ask(
        page,
        """
  const frame = document.querySelector(".graph"), graph = new Graph(frame), { pane } = graph;
  const key = (key) => pane.dispatchEvent(new KeyboardEvent("keydown", { key }));
  const inside = (pointer) => {
    const box = graph.parts(pointer)[0].getBoundingClientRect(), around = pane.getBoundingClientRect();
    return box.top >= around.top && box.bottom <= around.bottom;
  };
  say.tools = !frame.querySelector(".tools").hidden;
  say.whole = pane.scrollHeight <= pane.clientHeight && pane.scrollWidth <= pane.clientWidth && graph.scale < 1;
  key("1");
  say.full = [graph.scale, inside("/States/S19")];
  graph.reveal("/States/S19");
  say.revealed = inside("/States/S19");
  key("0");
  say.fitted = graph.scale < 1;
  graph.reveal("/States/S10");
  say.readable = graph.scale >= Graph.READABLE && inside("/States/S10");
  frame.querySelector("[data-zoom=full]").click();
  const before = graph.svg.getBoundingClientRect();
  pane.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, deltaY: -300, clientX: 100, clientY: 200, cancelable: true }));
  const after = graph.svg.getBoundingClientRect();
  say.wheel = after.width > 2 * before.width;
  const top = pane.scrollTop;
  const mouse = (type, y) => pane.dispatchEvent(new PointerEvent(type, { pointerType: "mouse", clientX: 50, clientY: y }));
  pane.setPointerCapture = () => {};
  mouse("pointerdown", 300); mouse("pointermove", 340);
  say.dragged = top - pane.scrollTop;
  let clicks = 0;
  frame.addEventListener("click", () => clicks++);
  mouse("pointerup", 340); pane.click();
  await new Promise((done) => setTimeout(done, 10));
  pane.click();
  say.clicks = clicks;
  graph.mark("chosen", ["/States/S1", "/States/S1/Next", "/nowhere"]);
  say.marked = [...document.querySelectorAll(".chosen")].map((part) => Graph.pointerAt(part));
  key("0");
  const stops = () => [...graph.svg.querySelectorAll("[tabindex='0']")].map((part) => Graph.pointerAt(part));
  const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  say.stops = stops();
  graph.svg.querySelector("[tabindex='0']").focus();
  press("ArrowDown"); say.walked = stops();
  press("End"); say.end = stops();
  press("ArrowRight"); press("Home"); press("ArrowLeft"); say.home = stops();
  graph.mark("chosen", []);
  say.none = document.querySelectorAll(".chosen").length;
""",
    )
    assert said == {
        "tools": True,
        "whole": True,
        "full": [1, False],
        "revealed": True,
        "fitted": True,
        "readable": True,
        "wheel": True,
        "dragged": 40,
        "clicks": 1,
        "marked": ["/States/S1", "/States/S1/Next"],
        "stops": ["/States/S0"],
        "walked": ["/States/S1"],
        "end": ["/States/S18/Next"],
        "home": ["/States/S0"],
        "none": 0,
    }
