"""`--sfn-show`: whose timelines are shown."""

import pytest

TESTS = """
import pytest

@pytest.fixture
def execution(sfn_mock):
    sfn_mock.redact("$.card")
    sfn_mock.lambda_function("charge").returns(1)
    return sfn_mock.load("order.asl.json").run({"card": "4111 1111"})

def test_passes(execution):
    assert execution.succeeded

def test_fails(execution):
    assert execution.failed

def test_skips(execution):
    pytest.skip("not today")

@pytest.mark.xfail
def test_is_known_to_fail(execution):
    assert execution.failed

def test_of_something_else():
    print("4111")
"""
TIMELINE = """\
order: SUCCEEDED
  input   {"card": "[redacted]"}
  +00:00:00  Charge  Task     $.payment = 1
  +00:00:00  Ship    Succeed
  output  {"card": "[redacted]", "payment": 1}""".splitlines()


def shown(result):
    """The names of the tests with a timeline, in the order shown."""
    lines = result.outlines
    heads = [line.strip("_ ") if line.startswith("__") else "" for line in lines]
    places = [i for i in range(len(lines)) if lines[i : i + len(TIMELINE)] == TIMELINE]
    return [next(head for head in reversed(heads[:place]) if head) for place in places]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["test_fails"]),
        (["--sfn-show=failed"], ["test_fails"]),
        (["--sfn-show=none"], []),
        (["-o", "sfn_show=none"], []),
        (["-o", "sfn_show=none", "--sfn-show=failed"], ["test_fails"]),
        (["--sfn-show=all"], ["test_fails", "test_passes", "test_skips", "test_is_known_to_fail"]),
        (["-o", "sfn_show=all"], ["test_fails", "test_passes", "test_skips", "test_is_known_to_fail"]),
        (["--sfn-show=all", "-rP"], ["test_fails", "test_passes", "test_skips", "test_is_known_to_fail"]),
        (["--sfn-show=all", "-n2"], ["test_fails", "test_is_known_to_fail", "test_passes", "test_skips"]),
    ],
)
def test_whose_timelines_are_shown(run, arguments, names):
    workers = "-n2" in arguments
    if workers:
        pytest.importorskip("xdist")
    result = run(TESTS, *arguments, subprocess=workers)

    found = shown(result)
    result.assert_outcomes(passed=2, failed=1, skipped=1, xfailed=1)
    assert (sorted(found) if workers else found) == names
    assert "4111 1111" not in result.stdout.str()


def test_the_section_of_tests_that_passed(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            print("what the test prints is not shown")
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.load("order.asl.json").run()
        """,
        "--sfn-show=all",
    )
    shows(
        result,
        f"""
        {" Step Functions executions ":=^120}
        {" test_it ":_^120}
        {" execution ":-^120}
        order: SUCCEEDED
          input   {{}}
          +00:00:00  Charge  Task     output {{"payment": 1}}
          +00:00:00  Ship    Succeed
          output  {{"payment": 1}}
        """,
    )


@pytest.mark.parametrize("workers", [[], ["-n1"]])
def test_warnings_deselected_tests_and_errors_of_collection_are_counted_too(run, pytester, workers):
    if workers:
        pytest.importorskip("xdist")
    pytester.makepyfile(test_broken="1 / 0")
    result = run(
        """
        import warnings

        def test_it(sfn_mock):
            warnings.warn("careful")
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.load("order.asl.json").run()

        def test_other():
            pass
        """,
        *("--sfn-show=all", "-W", "default", "-k", "test_it", "--continue-on-collection-errors", *workers),
        subprocess=bool(workers),
    )

    result.assert_outcomes(passed=1, errors=1, warnings=1, deselected=0 if workers else 1)
    assert result.outlines.count("order: SUCCEEDED") == 1


def test_a_test_error_that_something_caught_is_shown_with_none_too(run):
    result = run(
        """
        def test_it(sfn_mock):
            try:
                sfn_mock.load("order.asl.json").run()
            except Exception:
                raise AssertionError from None
        """,
        "--sfn-show=none",
    )
    assert [line.strip("- ") for line in result.outlines if line.startswith("---")] == ["test error that something caught"]


@pytest.mark.parametrize("option", ["--sfn-show", "ini sfn_show"])
def test_a_mistake_ends_the_run(run, option):
    result = run(TESTS, "-o", "sfn_show=few") if "ini" in option else run(TESTS, "--sfn-show=few")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.lines[:1] == [f"ERROR: {option}: 'few' is neither 'failed' nor 'all' nor 'none'"]


def test_in_the_report_of_pytest_html(run, pytester):
    pytest.importorskip("pytest_html")
    run(TESTS, "--sfn-show=all", "--html=report.html", "--self-contained-html", "-W", "default")
    page = pytester.path.joinpath("report.html").read_text(encoding="utf-8")

    assert page.count("+00:00:00  Ship    Succeed") == 4
    assert "4111 1111" not in page
