"""Reports as values and as Markdown; those of the terminal are shown by test_pytest_cov.py."""

import json

import pytest

from pytest_sfn import SfnMock
from pytest_sfn.coverage.analysis import analyse
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
| flow | 1/2  50% | 0/1   0% | 0/3   0% | 17% |
| **Total** | 1/2  50% | 0/1   0% | 0/3   0% | 17% |

### Error paths of flow that no test takes

| Where | What | A mock that would |
|---|---|---|
| flow | Work: Catch\\[0\\] A\\|B | `sfn_mock.state("Work").raises("A\\|B")` |
| flow | Work: Catch\\[0\\] C | `sfn_mock.state("Work").raises("C")` |
| flow | Work: Catch\\[0\\] -\\> Done | `sfn_mock.state("Work").raises("A\\|B")` |

<details><summary>flow as a graph</summary>

```mermaid
flowchart TD
"""


def test_markdown_and_the_step_summary(analysis, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    assert report(analysis, "markdown", tmp_path) == f"Coverage markdown written to {tmp_path / 'sfn-coverage.md'}\n"
    text = (tmp_path / "sfn-coverage.md").read_text(encoding="utf-8")
    assert text.startswith(MARKDOWN)
    assert summary.read_text(encoding="utf-8") == "before\n" + text


def test_a_step_summary_that_cannot_be_written_is_a_warning(analysis, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    said = report(analysis, "markdown:out.md", tmp_path)

    assert said.splitlines()[1] == f"warning: GITHUB_STEP_SUMMARY: {tmp_path}: cannot be written: Is a directory"


def test_json(analysis, tmp_path):
    report(analysis, "json:deep/out.json", tmp_path)
    value = json.loads((tmp_path / "deep" / "out.json").read_text(encoding="utf-8"))
    (definition,) = value["definitions"]

    assert value["totals"] == {
        "total": {"taken": 1, "possible": 6, "percent": 16.67},
        "states": {"taken": 1, "possible": 2, "percent": 50.0},
        "transitions": {"taken": 0, "possible": 1, "percent": 0.0},
        "error_paths": {"taken": 0, "possible": 3, "percent": 0.0},
    }
    assert definition["unhandled"] == [{"pointer": "/States/Work", "error": "Odd", "contexts": ["test_one"]}]
    assert definition["elements"][0] == {
        "pointer": "/States/Work",
        "kind": "state",
        "state": "Work",
        "label": "Work",
        "line": 4,
        "column": 5,
        "error_path": False,
        "covered": True,
        "contexts": ["test_one"],
    }
    assert [(each["label"], each["covered"]) for each in definition["beside"]] == [("Work: times out", False)]


def test_term_missing_shows_what_is_not_counted(analysis, tmp_path):
    assert report(analysis, "term-missing", tmp_path).splitlines()[-5:] == [
        "flow: not counted, and never seen",
        "  flow  Work: times out",
        "",
        "flow: errors that nobody handled",
        "  flow  Work: Odd",
    ]


def test_term_lists_so_many_error_paths_and_counts_the_rest(tmp_path):
    names = [f"E{number:02}" for number in range(25)]
    with collecting(tmp_path) as collector:
        account = SfnMock()
        account.lambda_function("f").returns({})
        account.load(machine(Work=task(Retry=[{"ErrorEquals": names}])), name="flow").run()
        collector.finish()
    lines = report(analyse(collector.data(), tmp_path), "term", tmp_path).splitlines()

    assert lines[-2:] == [
        "  flow  Work: Retry[0] E18",
        "  ... and 6 more; --sfn-cov-report=term-missing shows all",
    ]
