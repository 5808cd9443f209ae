"""The code in README.md and docs/ runs, and what the pages say is printed is what is printed.

On a page, a fence below a line that is only `` `name.ext` `` is that file; any other Python fence is a test module. All
of a page run together in one folder. A `text` fence is output that the page's tests print, or the report of a failed
test that its own test below provokes.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"^`([\w./-]+\.\w+)`$")


def read_page(page):
    """({file name: content}, [text of each `text` fence])."""
    text = page.read_text(encoding="utf-8")
    files, outputs = {}, []
    for fence in FENCE.finditer(text):
        language, content = fence.groups()
        name = NAME.match(text[: fence.start()].rstrip().rpartition("\n")[2])
        if name:
            files[name[1]] = content
        elif language == "python":
            files[f"test_line_{text.count(chr(10), 0, fence.start()) + 1}.py"] = content
        elif language == "text":
            outputs.append(content)
    return files, outputs


@pytest.fixture
def run(pytester):
    """Write files and run pytest on them as a user does; a process of its own keeps their modules out of this one."""

    def run(files, *arguments):
        for name, content in files.items():
            pytester.path.joinpath(name).write_text(content, encoding="utf-8")
        return pytester.runpytest_subprocess("-W", "error", *arguments)

    return run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(run, page):
    files, outputs = read_page(page)
    result = run(files, "-rP")
    if page.stem == "README":  # its output is that of the failing test below
        outputs = []

    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == len(re.findall(r"^def test_", "\n".join(files.values()), re.MULTILINE))
    printed = result.stdout.str()
    for output in outputs:
        assert output in printed


def test_failure_that_the_readme_shows(run):
    files, (shown,) = read_page(ROOT / "README.md")
    files["order.asl.json"] = files["order.asl.json"].replace('["Sandbox.Timedout"]', '["Lambda.Timeout"]')
    result = run(files)

    result.assert_outcomes(failed=1)
    without_time = re.sub(r" in \d.*?s ", " ", result.stdout.str())
    assert_shown(shown, without_time)


def assert_shown(shown, printed):
    """Every part of `shown` between lines of `...` is printed, in that order. How far rules are drawn does not matter."""
    rest = re.sub(r"(?m)^[=_-]{3,} (.*?) [=_-]{3,}$", r"--- \1 ---", printed)
    for part in re.sub(r"(?m)^[=_-]{3,} (.*?) [=_-]{3,}$", r"--- \1 ---", shown).split("...\n"):
        assert part in rest
        rest = rest.partition(part)[2]


def headings(page):
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_what_error_messages_link_to_exists():
    """The messages of mocks all link to one page; some name only the heading."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pytest_sfn").rglob("*.py"))
    linked = re.findall(r"(?:docs/mocks\.md|\{_DOCS\})#([\w-]+)", sources)
    linked += re.findall(r'anchor = "([\w-]+)"|^ +"(\w+(?:-\w+)+)",$', sources, re.MULTILINE)
    anchors = {anchor for found in linked for anchor in ([found] if isinstance(found, str) else found) if anchor}

    assert len(anchors) > 5
    assert anchors <= headings(ROOT / "docs" / "mocks.md")
    assert set(re.findall(r"docs/[\w-]+\.md", sources)) <= {f"docs/{page.name}" for page in PAGES}


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text(encoding="utf-8")):
        there = (page.parent / target) if target else page
        assert there.exists()
        assert not anchor or anchor in headings(there)
