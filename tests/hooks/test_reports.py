"""The report of a test, as other plugins get it; tests/plugin/test_reports.py has what users see."""

from __future__ import annotations

import pytest


def test_a_failed_test_has_a_section_for_each_execution(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logreport(report):
            if report.when == "call":
                print("sections", [name for name, _ in report.sections], getattr(report, "sfn_sections", None))
        """
    )
    pytester.makepyfile(
        """
        PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}

        def test_fails(sfn_mock):
            assert not sfn_mock.load(PASS, name="one").run({}).succeeded

        def test_passes(sfn_mock):
            assert sfn_mock.load(PASS, name="two").run({}).succeeded
        """
    )

    result = pytester.runpytest("-s")

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*sections [[]'execution'] (0, 1)*", "*sections [[]] None*"])
