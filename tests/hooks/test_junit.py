"""Timelines in the file of `--junitxml`."""

import json
from xml.etree import ElementTree as ET

import pytest

from tests.helpers import machine, task

TESTS = """
import pytest

@pytest.fixture
def execution(sfn_mock):
    sfn_mock.redact("$.card")
    sfn_mock.lambda_function("f").returns({"note": "]]> <b> & \\x00 \\ufffe \\x1b[31m"})
    return sfn_mock.load("order.asl.json").run({"card": "4111 1111"})

def test_passes(execution):
    assert execution.succeeded

def test_fails(execution):
    assert execution.failed

def test_skips(execution):
    pytest.skip("not today")

@pytest.fixture
def late(execution):
    yield
    assert execution.failed

def test_fails_late(late):
    pass

@pytest.fixture
def early(execution):
    assert execution.failed

def test_fails_early(early):
    pass

def test_of_something_else():
    assert False
"""
TIMELINE = r"""
---------------------------------- execution -----------------------------------
order: SUCCEEDED
  input   {"card": "[redacted]"}
  +00:00:00  Work  Task  output {"note": "]]> <b> & \u0000 #xFFFE \u001b[31m"}
  output  {"note": "]]> <b> & \u0000 #xFFFE \u001b[31m"}
""".lstrip()


@pytest.fixture
def run(pytester):
    """Run TESTS; gives the texts of `system-out` of each test that has some, and of the failure."""
    pytester.path.joinpath("order.asl.json").write_text(json.dumps(machine(Work=task())), encoding="utf-8")
    pytester.makepyfile(TESTS)

    def run(*arguments, subprocess=False):
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        result = start("-p", "no:cacheprovider", "--junitxml=out.xml", *arguments)
        result.assert_outcomes(passed=2, failed=2, skipped=1, errors=2)
        root = ET.parse(pytester.path / "out.xml").getroot()
        (suite,) = root
        assert {name: suite.get(name) for name in ("failures", "errors", "skipped")} == {
            "failures": "2",
            "errors": "2",
            "skipped": "1",
        }
        cases = {}
        for case in suite:
            assert case.get("name") not in cases
            if case.get("name").startswith("test_fails") and not arguments:
                assert case[0].tag in ("failure", "error")
            cases[case.get("name")] = [node.text for node in case.findall("system-out")]
        return {name: texts for name, texts in sorted(cases.items()) if texts}

    return run


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_of_failed_tests(run, arguments):
    if arguments:
        pytest.importorskip("xdist")
    assert run(*arguments, subprocess=bool(arguments)) == {
        "test_fails": [TIMELINE],
        "test_fails_early": [TIMELINE],
        "test_fails_late": [TIMELINE],
    }


def test_of_all_tests(run):
    found = run("--sfn-show=all", "-o", "junit_family=legacy")
    assert sorted(found) == ["test_fails", "test_fails_early", "test_fails_late", "test_passes", "test_skips"]
    assert found["test_passes"] == [TIMELINE]


def test_of_none(run):
    assert run("--sfn-show=none") == {}


def test_beside_what_pytest_captures(run):
    found = run("-o", "junit_logging=all")["test_fails"]
    assert [text for text in found if "Captured" not in text] == [TIMELINE]
