"""`pytest-sfn docs`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_sfn.__main__ import main
from pytest_sfn.commands.docs import find_section, read_page

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "# Page\n\n## One\n\ntext\n\n```sh\n## no heading\n```\n\n### Part `a.b`\n\nmore\n\n## Two\n\nend\n"


def test_without_a_page_it_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0

    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == sorted(file.stem for file in DOCS.glob("*.md"))
    assert re.fullmatch(r"lint +The linter", next(line for line in shown if line.startswith("lint")))


@pytest.mark.parametrize(
    "named", ["mocks", "mocks.md", "docs/mocks.md", "https://pytest-sfn.readthedocs.io/en/latest/mocks.html"]
)
def test_a_page_is_shown_whole(capsys: pytest.CaptureFixture[str], named: str) -> None:
    assert main(["docs", named]) == 0
    assert capsys.readouterr().out == (DOCS / "mocks.md").read_text(encoding="utf-8")


def test_a_terminal_gets_it_through_a_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    paged: list[str] = []
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("pydoc.pager", paged.append)

    assert main(["docs", "mocks#callbacks"]) == 0
    assert paged[0].startswith("## Callbacks\n")


@pytest.mark.parametrize(
    ("anchor", "shown"),
    [
        ("one", "## One\n\ntext\n\n```sh\n## no heading\n```\n\n### Part `a.b`\n\nmore\n"),
        ("part-ab", "### Part `a.b`\n\nmore\n"),
        ("two", "## Two\n\nend\n"),
        ("page", PAGE),
    ],
)
def test_a_section_has_those_below_it(anchor: str, shown: str) -> None:
    assert find_section("page", PAGE, anchor) == shown


def test_docs_beside_an_installed_package_are_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site-packages" / "docs").mkdir(parents=True)
    (tmp_path / "site-packages" / "docs" / "mocks.md").write_text("# Another's\n", encoding="utf-8")
    (tmp_path / "site-packages" / "pytest_sfn").mkdir()
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path / "site-packages" / "pytest_sfn")

    assert main(["docs", "mocks"]) == 2
    assert capsys.readouterr().err == (
        "pytest-sfn docs: this installation of pytest-sfn carries no documentation\n"
        "  fix  read it at https://pytest-sfn.readthedocs.io/en/latest\n"
    )


def test_every_section_is_found() -> None:
    for file in DOCS.glob("*.md"):
        text = read_page(file.stem)
        for heading in re.findall(r"(?m)^### (.*)$", re.sub(r"(?ms)^```.*?^```", "", text)):
            anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            assert find_section(file.stem, text, anchor).startswith(f"### {heading}\n")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("mock", "'mock' is no page of the documentation\n  fix  did you mean mocks?\n"),
        ("../README", "'../README' is no page of the documentation\n  fix  the pages are api, "),
        ("mocks#callback", "the page mocks has no section 'callback'\n  fix  did you mean callbacks?\n"),
        ("mocks#unusd", "the page mocks has no section 'unusd'\n  fix  did you mean unused-mocks?\n"),
        ("mocks#xyz", "the page mocks has no section 'xyz'\n  fix  its sections are "),
    ],
)
def test_what_is_not_there(capsys: pytest.CaptureFixture[str], named: str, message: str) -> None:
    assert main(["docs", named]) == 2
    assert capsys.readouterr().err.startswith(f"pytest-sfn docs: {message}")
