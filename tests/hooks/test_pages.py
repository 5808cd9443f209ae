"""`--sfn-html` from outside, as a user runs it."""

import json
import re
from contextlib import suppress

import pytest

import pytest_sfn.hooks.pages  # noqa: F401 - once here, or each run below imports all of it anew
from pytest_sfn.viewer.files import file_name
from tests.helpers import machine, task

with suppress(ImportError):
    import fast_sugiyama  # noqa: F401 - once here: imported anew in each run below, it would abort the process

CALL = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:order"},
    "End": True,
}
TESTS = """
import pytest
from pytest_sfn import SfnMock

@pytest.fixture
def execution(sfn_mock):
    sfn_mock.redact("$.card")
    sfn_mock.lambda_function("f").returns({"paid": True})
    return sfn_mock.load("order.asl.json").run({"card": "4111 1111"})

def test_passes(execution):
    assert execution.succeeded

@pytest.mark.parametrize("path", ["a/b", "a-b"])
def test_fails(execution, path):
    assert execution.failed

def test_several(execution, sfn_mock):
    sfn_mock.load("call.asl.json", name="caller").run()
    with SfnMock() as other:
        other.load({"StartAt": "Else", "States": {"Else": {"Type": "Succeed"}}}).run()
        assert False

def test_of_something_else():
    assert False
"""
FAILED = ["test_fails[a/b]", "test_fails[a-b]", "test_several"]


@pytest.fixture
def run(pytester):
    """Run TESTS; gives the result, and the texts of the pages by the names of their files."""
    pytester.makeini("[pytest]\n")
    pytester.path.joinpath("order.asl.json").write_text(json.dumps(machine(Work=task())), encoding="utf-8")
    pytester.path.joinpath("call.asl.json").write_text(json.dumps(machine(Call=CALL)), encoding="utf-8")
    pytester.makepyfile(test_it=TESTS)

    def run(*arguments, folder="pages"):
        workers = "-n2" in arguments
        if workers:
            pytest.importorskip("xdist")
        start = pytester.runpytest_subprocess if workers else pytester.runpytest_inprocess
        result = start("-p", "no:cacheprovider", *arguments)
        return result, {file.name: file.read_text(encoding="utf-8") for file in pytester.path.joinpath(folder).glob("*")}

    return run


def name(test, number=1):
    return file_name(f"test_it.py::{test}", number)


def named(result):
    """The lines that reports have of pages."""
    lines = result.outlines
    return [lines[i + 1] for i, line in enumerate(lines) if re.fullmatch("-+ execution page -+", line)]


@pytest.mark.parametrize("argument", ["--help", "--fixtures", "--collect-only", "no_such_file.py"])
def test_what_runs_no_test_leaves_the_pages_alone(run, argument):
    _, before = run("--sfn-html=pages")

    assert run("--sfn-html=pages", argument)[1] == before


def test_the_next_run_begins_without_pages(run):
    run("--sfn-html=pages")

    assert run("--sfn-html=pages", "-k", "passes")[1] == {}


@pytest.mark.parametrize(
    "arguments",
    [["--sfn-html=pages"], ["-o", "sfn_html=pages"], ["--sfn-html=pages", "-n2"], ["--sfn-html=pages", "--sfn-show=none"]],
)
def test_a_page_for_each_failed_test(run, arguments):
    result, pages = run(*arguments)

    result.assert_outcomes(passed=1, failed=4)
    assert sorted(pages) == sorted([*map(name, FAILED), name("test_several", 2)])
    assert sorted(named(result)) == sorted(f"pages/{name(test)}" for test in FAILED)
    for test in FAILED:
        page = pages[name(test)]
        assert f"<title>test_it.py::{test}" in page
        assert "[redacted]" in page
        assert "4111 1111" not in page
    assert "Else" in pages[name("test_several", 2)]
    assert "Call" in pages[name("test_several")]


def test_pages_of_all_tests(run):
    _, pages = run("--sfn-html=pages", "--sfn-show=all", "-k", "passes or else")
    assert list(pages) == [name("test_passes")]


def test_pages_of_the_run_before_are_replaced(run, pytester):
    run("--sfn-html=pages")
    pytester.path.joinpath("pages", "notes.txt").touch()
    _, pages = run("--sfn-html=pages", "-k", "several")

    assert sorted(pages) == sorted(["notes.txt", name("test_several"), name("test_several", 2)])


def test_nothing_without_the_option(run):
    result, pages = run()
    assert (named(result), pages) == ([], {})
    assert run("-o", "sfn_html=pages", "--sfn-html=")[1] == {}


def test_a_folder_that_cannot_be_written(run, pytester):
    pytester.path.joinpath("pages").write_text("a file", encoding="utf-8")
    result, _ = run("--sfn-html=pages", "-k", "several")

    result.assert_outcomes(failed=1)
    (line,) = named(result)
    assert re.fullmatch(r".*: the page cannot be written: (File exists|Not a directory)", line)


def test_a_bug_of_ours_does_not_hide_the_failure(run, monkeypatch):
    monkeypatch.setattr("pytest_sfn.hooks.pages.write", lambda *arguments: 1 / 0)
    result, _ = run("--sfn-html=pages", "-k", "several")

    result.assert_outcomes(failed=1)
    assert named(result) == ["(no page: ZeroDivisionError: division by zero. This is a bug in pytest-sfn; please report it.)"]


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_pytest_html_links_the_page(run, pytester, workers):
    pytest.importorskip("pytest_html")
    run("--sfn-html=pages", "--html=out/report.html", "--self-contained-html", *workers)
    page = pytester.path.joinpath("out", "report.html").read_text(encoding="utf-8")

    assert f"../pages/{name('test_several', 2)}" in page


@pytest.mark.parametrize("arguments", [["--sfn-html=pages"], ["--sfn-html=pages", "-n2"], []])
def test_the_coverage_page_links_them(run, pytester, arguments):
    run("--sfn-cov-report=html:out/cov", *arguments)
    folder = pytester.path / "out" / "cov" / "machines"
    links = re.findall('<a href="([^"]*)">its executions</a>', folder.joinpath("order.html").read_text(encoding="utf-8"))

    assert links == ([f"../../../pages/{name(test)}" for test in sorted(FAILED)] if arguments else [])
    assert all((folder / link).exists() for link in links)
