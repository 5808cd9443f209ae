"""Definitions in coverage.py's data, in reports of coverage.py and of pytest-cov, and in ours that coverage.py writes."""

import json
import re
import sys
import xml.etree.ElementTree as ET

import pytest

from pytest_sfn.asl.source import read_source
from tests.hooks.test_coverage import section

coverage_py = pytest.importorskip("pytest_sfn.coverage.coverage_py")

FLOW = """\
{
  "StartAt": "Ask",
  "States": {
    "Ask": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.kind", "StringEquals": "big", "Next": "Work"},
        {"Variable": "$.kind", "StringEquals": "small", "Next": "Done"}
      ],
      "Default": "Done"
    },
    "Work": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
      "Retry": [
        {"ErrorEquals": ["Busy"]}
      ],
      "Catch": [
        {"ErrorEquals": ["States.ALL"], "Next": "Done"}
      ],
      "Next": "Done"
    },
    "Done": {
      "Type": "Succeed"
    }
  }
}
"""
YAML = """\
StartAt: Each
States:
  Each:
    Type: Map
    ItemProcessor:
      StartAt: Item
      States:
        Item:
          Type: Pass
          End: true
    Next: Done
  Done:
    Type: Succeed
"""
TESTS = """
import pytest

@pytest.mark.parametrize("kind", ["big", "small"])
def test_flow(sfn_mock, kind):
    sfn_mock.lambda_function("work").raises("Busy", times=1).returns({})
    assert sfn_mock.load("flow.asl.json").run({"kind": kind}).succeeded


def test_each(sfn_mock):
    assert sfn_mock.load("each.asl.yaml").run([]).succeeded
"""


def layout(text):
    return coverage_py.Layout(read_source(text))


def test_lines_and_arcs():
    found = layout(FLOW)

    assert found.lines == {
        "/States/Ask": 4,
        "/States/Ask/Choices/0": 7,
        "/States/Ask/Choices/1": 8,
        "/States/Work": 12,
        "/States/Work/Retry/0": 16,
        "/States/Work/Catch/0": 19,
        "/States/Done": 23,
    }
    assert sorted(found.arcs) == [
        (-1, 4),
        (4, 7),
        (7, 8),
        (7, 12),
        (8, 23),
        (12, 16),
        (12, 23),
        (16, 12),
        (16, 19),
        (19, 23),
    ]
    assert found.of_element["/States/Ask/Choices/1/Next"] == [(4, 7), (7, 8), (8, 23)]
    assert found.of_element["/States/Ask#no rule matches"] == [(4, 7), (7, 8)]
    assert found.of_element["/States/Work/Retry/0/ErrorEquals/0"] == [(16, 12)]
    assert found.of_element["/States/Work#asked"] == [(12, 16)]
    assert found.of_element["/States/Work/Retry/0#passed over"] == [(16, 19)]
    assert found.of_element["/States/Work/Catch/0/ErrorEquals/0"] == [(19, 23)]


def test_a_processor_is_like_a_nested_function():
    assert sorted(layout(YAML).arcs) == [(-5, 8), (-1, 3), (3, 12)]


def test_no_line_has_three_ways_on():
    """coverage.py's HTML report ends with an assertion there."""
    compact = FLOW.replace("[\n        {", "[{").replace("},\n        {", "}, {").replace("}\n      ]", "}]")
    for text in (FLOW, compact):
        ways = {}
        for start, end in layout(text).arcs:
            if start > 0:
                ways.setdefault(start, set()).add(end)
        assert max(map(len, ways.values())) == 2


def test_minified_json_is_of_no_use():
    assert not layout(json.dumps(json.loads(FLOW))).usable
    assert layout(FLOW).usable


@pytest.fixture
def project(pytester):
    pytester.makeini("[pytest]\n")
    for name, text in (("flow.asl.json", FLOW), ("each.asl.yaml", YAML), ("test_flow.py", TESTS), ("never.asl.json", FLOW)):
        pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    pytester.path.joinpath("flat.asl.json").write_text(json.dumps(json.loads(FLOW)), encoding="utf-8")
    return pytester


@pytest.fixture
def run(project):
    def run(*arguments, branch=True, plugin=True, command=("pytest",)):
        rc = f"[run]\nbranch = {branch}\n" + ("plugins = pytest_sfn.coverage\n" if plugin else "")
        project.path.joinpath(".coveragerc").write_text(rc, encoding="utf-8")
        return project.run(sys.executable, "-W", "error", "-m", *command, *arguments)

    return run


def rows(result):
    """Lines of a coverage.py table on our files, as words."""
    return [line.split() for line in result.outlines if ".asl." in line and "%" in line]


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_pytest_cov(run, workers):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--cov-report=term-missing", *workers)

    assert rows(result) == [
        ["each.asl.yaml", "3", "1", "0", "0", "67%", "8"],
        ["flow.asl.json", "7", "1", "6", "1", "85%", "19"],
    ]


def test_lines_without_branches(run):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--cov-report=term", branch=False)

    assert rows(result) == [["each.asl.yaml", "3", "1", "67%"], ["flow.asl.json", "7", "1", "86%"]]


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_coverage_run(run, workers):
    run(*workers, command=("coverage", "run", "--source=.", "-m", "pytest"))

    assert rows(run(command=("coverage", "report"))) == [
        ["each.asl.yaml", "3", "1", "0", "0", "67%"],
        ["flow.asl.json", "7", "1", "6", "1", "85%"],
    ]


def test_a_definition_that_no_test_touches_is_at_nothing(run):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--sfn-cov=never.asl.json", "--sfn-cov-report=")

    assert ["never.asl.json", "7", "7", "6", "0", "0%"] in rows(result)
    assert section(result) == []


def test_every_report_of_coverage_py(run, project):
    """HTML checks what no other report does; JSON names what each test took."""
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--cov-context=test", *(f"--cov-report={kind}" for kind in ("html", "xml", "lcov", "json")))

    result.assert_outcomes(passed=3)
    files = json.loads(project.path.joinpath("coverage.json").read_text(encoding="utf-8"))["files"]
    assert files["flow.asl.json"]["missing_branches"] == [[16, 19]]
    assert sorted(files["flow.asl.json"]["functions"]) == ["", "Ask", "Done", "Work"]
    page = next(project.path.joinpath("htmlcov").glob("*flow_asl_json.html")).read_text(encoding="utf-8")
    assert "Work: Retry[0] was never passed over" in page
    lcov = project.path.joinpath("coverage.lcov").read_text(encoding="utf-8")
    assert "BRDA:16,0,Work: Retry[0],1\nBRDA:16,0,Work: Retry[0]: passed over,0\n" in lcov
    import coverage

    data = coverage.CoverageData(str(project.path / ".coverage"))
    data.read()
    assert data.contexts_by_lineno(str(project.path / "flow.asl.json"))[12] == ["test_flow.py::test_flow[big]|run"]
    if hasattr(data, "close"):
        data.close(force=True)


def test_without_the_setting_there_is_one_hint(run):
    pytest.importorskip("pytest_cov")
    from pytest_sfn.hooks.coverage import HINT

    result = run("--cov=.", "--sfn-cov", "--sfn-cov-report=", plugin=False)

    assert section(result) == [HINT]
    assert rows(result) == []
    assert section(run("--cov=.", plugin=False)) == []


def test_our_own_xml(run, project):
    result = run("--sfn-cov", "--sfn-cov=flat.asl.json", "--sfn-cov-report=xml:out/cov.xml")

    assert section(result) == [
        f"Coverage XML written to {project.path / 'out' / 'cov.xml'}",
        "  without flat.asl.json: no file with a printable name in which each state has a line of its own",
    ]
    root = ET.parse(project.path / "out" / "cov.xml").getroot()
    lines = {file.get("filename"): file.findall("lines/line") for file in root.iter("class")}
    assert sorted(lines) == ["each.asl.yaml", "flow.asl.json"]
    assert [line.get("number") for line in lines["flow.asl.json"] if line.get("hits") == "0"] == ["19"]


def test_our_own_lcov_beside_pytest_cov(run, project):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--sfn-cov", "--sfn-cov-report=lcov")

    assert section(result) == [f"Coverage LCOV written to {project.path / 'sfn-coverage.lcov'}"]
    assert rows(result)[1] == ["flow.asl.json", "7", "1", "6", "1", "85%"]
    text = project.path.joinpath("sfn-coverage.lcov").read_text(encoding="utf-8")
    assert re.findall("SF:(.*)", text) == ["each.asl.yaml", "flow.asl.json"]


def test_without_coverage_py_xml_says_what_is_missing(run, project):
    project.makeconftest("import sys\nsys.modules['coverage'] = None\n")
    result = run("--sfn-cov", "--sfn-cov-report=xml", "-p", "no:pytest_cov")

    result.stderr.fnmatch_lines(["ERROR: --sfn-cov-report: xml needs coverage.py: pip install 'pytest-sfn[[]cov]'"])
    assert section(result) == []
    assert result.ret == pytest.ExitCode.USAGE_ERROR
