import pytest

from pytest_sfn.coverage.metrics import ERROR_PATHS
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.definition import load
from tests.coverage.reporting import report
from tests.diagrams.machines import ORDER, chain
from tests.page.browser import ask


def test_index_has_the_totals_and_leads_to_the_pages(tmp_path):
    analysis = report(tmp_path, load(ORDER))
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert '<a href="machines/order.html">order</a>' in index
    assert f'<b>{analysis.total.percent}%</b> <span class="count">{analysis.total}</span>' in index
    error_paths = analysis.figures[ERROR_PATHS]
    assert f'<b>{error_paths.percent}%</b> <span class="count">{error_paths}</span>' in index


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


def test_the_index_is_sorted_by_a_click_on_a_heading(tmp_path):
    taken = {f"/States/{name}": {"test"} for name in ("A", "B", "C")}
    report(tmp_path, load(chain(["A", "Z"])), load(chain(["A", "B", "C"])), load(chain(["A", "B", "Z"])), taken=taken)
    said = ask(
        tmp_path / "out" / "index.html",
        """
  const names = () => [...document.querySelectorAll("tbody th")].map((cell) => cell.textContent);
  const [first, total] = document.querySelectorAll("thead th");
  say.before = names();
  total.querySelector("button").click();
  say.up = names(); say.sorted = total.getAttribute("aria-sort");
  total.querySelector("button").click();
  say.down = names();
  first.querySelector("button").click();
  say.byName = names(); say.unsorted = total.getAttribute("aria-sort");
  say.last = document.querySelector("tfoot th").textContent;
""",
    )
    assert said == {
        "before": ["order", "order1", "order2"],
        "up": ["order", "order2", "order1"],
        "sorted": "ascending",
        "down": ["order1", "order2", "order"],
        "byName": ["order", "order1", "order2"],
        "unsorted": None,
        "last": "All",
    }
