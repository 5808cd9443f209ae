"""Reports as values and as Markdown; those of the terminal are shown by test_pytest_cov.py."""

import json
import re
from pathlib import Path

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import analyse
from pytest_sfn.coverage.reporter import ReportError
from pytest_sfn.coverage.reporters import report
from tests.coverage.taking import collecting
from tests.helpers import machine, task

FLOW = machine(
    Work=task(Catch=[{"ErrorEquals": ["A|B", "C"], "Next": "Done"}], TimeoutSeconds=3, Next="Done"), Done={"Type": "Succeed"}
)


@pytest.fixture
def analysis(tmp_path):
    with collecting(tmp_path) as collector:
        collector.context = "test_one"
        account = SfnMock()
        account.lambda_function("f").raises("Odd")
        account.load(FLOW, name="flow").run()
        collector.finish()
    return analyse(collector.data(), tmp_path)


MARKDOWN = """\
## Step Functions coverage

| Definition | States | Transitions | Error paths | Cover |
|---|--:|--:|--:|--:|
| flow | 1/2  50% | 0/1   0% | 0/2   0% | 20% |
| **Total** | 1/2  50% | 0/1   0% | 0/2   0% | 20% |

### Error paths of flow that no test takes

| Where | What | A mock that would |
|---|---|---|
| flow | Work: Catch\\[0\\] A\\|B -\\> Done | `sfn_mock.lambda_function("f").raises("A\\|B")` |
| flow | Work: Catch\\[0\\] C -\\> Done | `sfn_mock.lambda_function("f").raises("C")` |

<details><summary>A test that takes them</summary>

```python
import pytest

DEFINITION = ...  # what the tests load


@pytest.mark.parametrize("error", ["A|B", "C"])
def test_work_catches_each_error(sfn_mock, error):
    sfn_mock.lambda_function("f").raises(error)
    execution = sfn_mock.load(DEFINITION).run_state("Work")
    assert execution.state("Work").caught
    assert execution.state("Work").next == "Done"
```

</details>

<details><summary>flow as a graph</summary>

```mermaid
flowchart TD
"""


def test_markdown(analysis, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))

    assert report(analysis, "markdown", tmp_path) == f"Coverage markdown written to {tmp_path / 'sfn-coverage.md'}\n"
    assert (tmp_path / "sfn-coverage.md").read_text(encoding="utf-8").startswith(MARKDOWN)
    assert not (tmp_path / "summary.md").exists()


@pytest.mark.parametrize(
    ("wanted", "name"), [("markdown-append", "summary.md"), ("markdown-append:deep/own.md", "deep/own.md")]
)
def test_markdown_append(analysis, tmp_path, monkeypatch, wanted, name):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("before\n", encoding="utf-8")

    assert report(analysis, wanted, tmp_path) == f"Coverage markdown appended to {file}\n"
    assert file.read_text(encoding="utf-8").startswith("before\n" + MARKDOWN)


def test_markdown_append_where_there_is_no_step_summary(analysis, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    for _ in range(2):
        report(analysis, "markdown-append", tmp_path)

    assert (tmp_path / "sfn-coverage.md").read_text(encoding="utf-8").count(MARKDOWN) == 2


def test_a_step_summary_that_cannot_be_written(analysis, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    with pytest.raises(ReportError, match="cannot be written: Is a directory"):
        report(analysis, "markdown-append", tmp_path)


def test_json(analysis, tmp_path):
    report(analysis, "json:deep/out.json", tmp_path)
    value = json.loads((tmp_path / "deep" / "out.json").read_text(encoding="utf-8"))
    (definition,) = value["definitions"]

    assert value["totals"] == {
        "total": {"taken": 1, "possible": 5, "percent": 20.0},
        "states": {"taken": 1, "possible": 2, "percent": 50.0},
        "transitions": {"taken": 0, "possible": 1, "percent": 0.0},
        "error_paths": {"taken": 0, "possible": 2, "percent": 0.0},
    }
    assert definition["unhandled"] == [{"pointer": "/States/Work", "error": "Odd", "contexts": ["test_one"]}]
    assert definition["elements"][0] == {
        "pointer": "/States/Work",
        "kind": "state",
        "state": "Work",
        "label": "Work",
        "line": 4,
        "column": 5,
        "covered": True,
        "contexts": ["test_one"],
    }
    assert [(each["label"], each["covered"]) for each in definition["beside"]] == [("Work: times out", False)]
    (test,) = definition["suggested"]["tests"]
    assert test["name"] == "test_work_catches_each_error"
    assert test["code"].endswith('    assert execution.state("Work").next == "Done"\n')
    assert test["takes"] == ["/States/Work/Catch/0/ErrorEquals/0", "/States/Work/Catch/0/ErrorEquals/1"]
    assert [each["mock"] for each in definition["elements"] if each["pointer"] in test["takes"]] == [
        'sfn_mock.lambda_function("f").raises("A|B")',
        'sfn_mock.lambda_function("f").raises("C")',
    ]


def test_term_missing_shows_what_is_not_counted(analysis, tmp_path):
    assert report(analysis, "term-missing", tmp_path).splitlines()[-5:] == [
        "flow: not counted, and never seen",
        "  flow  Work: times out",
        "",
        "flow: errors that nobody handled",
        "  flow  Work: Odd",
    ]


ROWS = """\
Name        States   Transitions   Error paths   Cover
------------------------------------------------------
covered   2/2 100%             -             -    100%
missed    1/1 100%             -      0/1   0%     50%
------------------------------------------------------
TOTAL     3/3 100%             -      0/1   0%     75%
"""
LEFT = """\
Name       States   Transitions   Error paths   Cover
-----------------------------------------------------
missed   1/1 100%             -      0/1   0%     50%
-----------------------------------------------------
TOTAL    3/3 100%             -      0/1   0%     75%

1 definition skipped: everything is covered
"""


def test_term_is_the_table_alone(tmp_path):
    assert report(analysed(tmp_path), "term", tmp_path) == ROWS


def test_skip_covered(tmp_path):
    assert report(analysed(tmp_path), "term:skip-covered", tmp_path) == LEFT

    text = report(analysed(tmp_path), "term-missing:skip-covered", tmp_path)
    assert text.startswith(f"{LEFT}\nmissed: no test takes these error paths, and a mock that would\n")
    assert "covered: not counted" not in text
    assert "covered: not counted" in report(analysed(tmp_path), "term-missing", tmp_path)


def test_precision(tmp_path):
    assert report(analysed(tmp_path, precision=2), "term", tmp_path).splitlines()[3:] == [
        "missed    1/1 100.00%             -   0/1   0.00%    50.00%",
        "-----------------------------------------------------------",
        "TOTAL     3/3 100.00%             -   0/1   0.00%    75.00%",
    ]


def analysed(folder, precision=0):
    """Of a definition that is covered wholly, but for what does not count, and of one that is not."""
    covered = machine(Each={"Type": "Map", "ItemProcessor": machine(Work={"Type": "Pass", "End": True}), "End": True})
    with collecting(folder) as collector:
        account = SfnMock()
        account.lambda_function("f").returns({})
        account.load(covered, name="covered").run([1])
        account.load(machine(Work=task(Retry=[{"ErrorEquals": ["Busy"]}])), name="missed").run()
        collector.finish()
    return analyse(collector.data(), folder, precision)


def test_the_page_shows_the_shape_of_json(tmp_path):
    catch = [{"ErrorEquals": ["C", "D"], "Next": "Done"}]
    work = task(Retry=[{"ErrorEquals": ["Lambda.Timeout"]}], Catch=catch, TimeoutSeconds=3, Next="Done")
    with collecting(tmp_path) as collector:
        account = SfnMock()
        account.lambda_function("f").raises("Odd")
        account.load(machine(Work=work, Done={"Type": "Succeed"}), name="flow").run()
        collector.finish()
    analysis = analyse(collector.data(), tmp_path)
    analysis.warnings.append("a warning")
    report(analysis, "json:out.json", tmp_path)
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    page = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
    ((words, shown),) = re.findall(r"(?ms)^### The shape of `json`$(.*?)^```json$(.*?)^```$", page)

    assert keys(json.loads(shown)) | set(re.findall(r"[`\"](\w+)[`\"]", words)) >= keys(found) >= keys(json.loads(shown))
    assert json.loads(shown)["version"] == found["version"]


def keys(value):
    """All keys of objects, at any depth."""
    if isinstance(value, dict):
        return value.keys() | set().union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()
