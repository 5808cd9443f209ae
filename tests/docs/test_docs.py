"""The code in README.md and docs/ runs, and what the pages say is printed is what is printed.

On a page, a fence below a line that is only `` `name.ext` `` is that file; any other Python fence is a test module. All
of a page run together in one folder. A test whose first line ends in `# fails` fails, in `# skipped` is skipped, in
`# some are skipped` is so with some of its parameters, in `# needs pytest 9` with an older one. A `text` fence is what the
page's tests print, or the message that they fail with; that of the README is the report of the failure provoked below.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock
from xml.etree import ElementTree as ET

import pytest

from pytest_sfn import plugin
from pytest_sfn.links import SITE, url
from pytest_sfn.lint.rules import RULES

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
            line = text.count("\n", 0, fence.start()) + 1
            files[f"test_line_{line:04}.py"] = content
        elif language == "text":
            outputs.append(content)
    return files, outputs


@pytest.fixture
def run(pytester):
    """Write files and run pytest on them as a user does; a process of its own keeps their modules out of this one."""

    def run(files, *arguments):
        for name, content in files.items():
            path = pytester.path.joinpath(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return pytester.runpytest_subprocess("-W", "error", *arguments)

    return run


TEST = re.compile(r"^(?:class (\w+).*|( *)def (test_\w+)\(.*?:(?:  # (.*))?)$", re.MULTILINE)
EXPECTED = {
    "": {"passed"},
    "fails": {"failed"},
    "skipped": {"skipped"},
    "some are skipped": {"passed", "skipped"},
    "needs pytest 9": {"passed"} if hasattr(pytest, "Subtests") else {"skipped"},
}


def found_in(content):
    """The tests of a module, those of classes as `Class.test`, each with the comment on its first line."""
    within = ""
    for found in TEST.finditer(content):
        name, indent, test, comment = found.groups()
        if name:
            within = name
        else:
            yield f"{within}.{test}" if indent else test, comment or ""


def outcomes(report):
    """What became of each test, its parameters taken together: {"module.test": {"passed", ...}}."""
    found = {}
    for case in ET.parse(report).iter("testcase"):
        became = {"failure": "failed", "error": "failed", "skipped": "skipped"}.get(
            next((child.tag for child in case), ""), "passed"
        )
        found.setdefault(f"{case.get('classname')}.{case.get('name').partition('[')[0]}", set()).add(became)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(run, page):
    files, outputs = read_page(page)
    expected = {
        f"{name.removesuffix('.py').replace('/', '.')}.{test}": EXPECTED[comment]
        for name, content in files.items()
        for test, comment in found_in(content)
    }
    result = run(files, "-rPs", "--junitxml=tests.xml")

    assert expected
    assert outcomes("tests.xml") == expected, result.stdout.str()
    printed = re.sub(r"^E {7}(\w+\.)*", "", result.stdout.str(), flags=re.MULTILINE)
    for output in outputs if page.stem != "README" else ():
        assert output in printed


def test_failure_that_the_readme_shows(run):
    files, (shown,) = read_page(ROOT / "README.md")
    files["order.asl.json"] = files["order.asl.json"].replace('["Sandbox.Timedout"]', '["Lambda.Timeout"]')
    result = run(files)

    result.assert_outcomes(failed=1)
    assert without_rules(shown) in without_rules(result.stdout.str())


def without_rules(text):
    """Rules around headings shortened, for how far they are drawn is a matter of the terminal; no blanks at line ends."""
    text = re.sub(r"^([=_-])\1{2,} (.*?) \1{3,}$", r"\1 \2 \1", text, flags=re.MULTILINE)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


def test_json_that_the_page_on_coverage_shows(run, pytester):
    page = ROOT / "docs" / "coverage.md"
    files, _ = read_page(page)
    fences = FENCE.findall(page.read_text(encoding="utf-8"))
    (shown,) = [json.loads(content) for language, content in fences if '"pytest-sfn coverage report"' in content]
    inputs = {name: files[name] for name in ("payment.asl.json", "test_payment.py")}
    run(inputs, "--sfn-cov-report=json:found.json", "--sfn-cov-context=test").assert_outcomes(passed=1)

    assert is_part(shown, json.loads(pytester.path.joinpath("found.json").read_text(encoding="utf-8")))


def is_part(shown, found):
    """Whether two values are equal but for entries of lists that are not shown."""
    if isinstance(shown, dict):
        return shown.keys() == found.keys() and all(is_part(value, found[key]) for key, value in shown.items())
    if isinstance(shown, list):
        return bool(shown) == bool(found) and all(any(is_part(value, other) for other in found) for value in shown)
    return shown == found


def headings(page):
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def sources():
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "pytest_sfn").rglob("*.py")}


def linked():
    """What messages link to: `page#section`."""
    links = [link for source in sources().values() for link in re.findall(r"""\bsee\(f?["']([\w#-]+)["']\)""", source)]
    links += [f"mocks#{anchor}" for anchor in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', sources()["registry.py"])]  # as headings
    links += [f"lint#{rule.anchor}" for rule in RULES]
    return links


def test_what_error_messages_link_to_exists():
    links = linked()

    assert len(links) > 50
    assert not [name for name, source in sources().items() if re.search(r"see +docs/", source)]
    for link in links:
        page, _, anchor = link.partition("#")
        assert (ROOT / "docs" / f"{page}.md").exists()
        assert not anchor or anchor in headings(ROOT / "docs" / f"{page}.md")


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    assert SITE not in re.sub(r"(?ms)^```.*?^```", "", text)  # a page is linked to as the file that it is
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        there = (page.parent / target) if target else page
        assert there.exists()
        assert not anchor or anchor in headings(there)


def test_the_site_has_what_messages_link_to(tmp_path):
    pytest.importorskip("mkdocs", reason="builds the site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)

    assert (tmp_path / "index.html").exists()
    for link in linked():
        address = url(link).removeprefix(f"{SITE}/")
        name, _, anchor = address.partition("#")
        assert not anchor or f'id="{anchor}"' in (tmp_path / name).read_text(encoding="utf-8")


def test_every_setting_is_on_a_page():
    parser = Mock()
    plugin.pytest_addoption(parser)
    keys = [call.args[0] for call in parser.addini.call_args_list]
    options = [call.args[0] for call in parser.getgroup().addoption.call_args_list]
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert len(keys) > 15
    assert len(options) > 10
    assert [name for name in (*keys, *options) if not re.search(rf"`{name}(?![\w-])", pages)] == []
    for marker in (plugin.MARKER, plugin.FAULTS_MARKER, plugin.LINT_MARKER):
        name, arguments = re.match(r"(\w+)\((.*?)\):", marker).groups()
        keywords = re.findall(r"(\w+)=", arguments)
        assert keywords
        assert f"`{name}`" in pages
        assert [keyword for keyword in keywords if not re.search(rf"[`(]{keyword}[`=]", pages)] == []
