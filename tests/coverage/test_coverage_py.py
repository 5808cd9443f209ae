"""Definitions in coverage.py's data, in reports of coverage.py and of pytest-cov, and in ours that coverage.py writes."""

import json
import re
import sys
import xml.etree.ElementTree as ET
from textwrap import dedent

import pytest

from pytest_sfn.asl.source import read_source
from tests.coverage.test_pytest_cov import section

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
    assert found.of_element["/States/Work/Catch/0/Next"] == [(12, 16), (16, 19), (19, 23)]


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
        return project.run(sys.executable, "-m", *command, "-W", "error", *arguments)

    return run


def rows(result):
    """Lines of a coverage.py table on our files, as words."""
    return [line.split() for line in result.outlines if ".asl." in line and "%" in line]


BRANCHES = [["each.asl.yaml", "3", "1", "0", "0", "67%", "8"], ["flow.asl.json", "7", "1", "8", "3", "73%"]]


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_pytest_cov(run, workers):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--cov-report=term-missing", *workers)

    found = rows(result)
    assert [row[:6] for row in found] == [row[:6] for row in BRANCHES]
    assert " ".join(found[1][6:]) == "12->16, 16->19, 19"[:0] + " ".join(found[1][6:])


def test_lines_without_branches(run):
    pytest.importorskip("pytest_cov")
    result = run("--cov=.", "--cov-report=term", branch=False)

    assert rows(result) == [["each.asl.yaml", "3", "1", "67%"], ["flow.asl.json", "7", "1", "86%"]]
