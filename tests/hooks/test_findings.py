"""Failures of faults that have one cause, as the terminal and JUnit XML show them."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

import pytest_sfn.hooks.faults  # noqa: F401 - once here, or each run in this process has classes of its own
from pytest_sfn.hooks.findings import cause_of, wrapped
from tests.faults.definitions import HANDLER, catcher, machine, retrier, task

BUSY = retrier("Busy", attempts=1)
DEFINITION = machine(
    Charge=task("charge", to="Ship", Retry=[BUSY]),
    Ship=task("ship", to="Mail"),
    Mail=task("mail", Catch=[catcher("States.ALL")]),
    Handler=HANDLER,
)
"""Nothing handles the errors of Charge and Ship; those of Mail end in a Fail state."""

TEST = """
    import pytest

    @pytest.fixture
    def shop(sfn_mock):
        for name in ("charge", "ship", "mail"):
            sfn_mock.lambda_function(name).returns({})
        return sfn_mock.load("order.asl.json")

    @pytest.mark.sfn_faults("order.asl.json", errors=["Busy", "Gone"])
    def test_order(shop):
        assert shop.run().handled
"""


@pytest.fixture
def run(pytester):
    """Runs pytest on a test module beside the definition."""
    pytester.path.joinpath("order.asl.json").write_text(json.dumps(DEFINITION))

    def run(test, *arguments):
        pytester.makepyfile(test_it=test)
        return pytester.runpytest("-p", "no:cacheprovider", *arguments)

    return run


def headlines(result, section="FAILURES"):
    """The tests that a section shows."""
    text = re.search(rf"^=+ {section} =+\n(.*?)^=+ ", result.stdout.str(), re.MULTILINE | re.DOTALL)
    return re.findall(r"^_{3,} (.+) _{3,}$", text[1], re.MULTILINE)


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_one_finding_for_each_state_whose_errors_nothing_handles(run, pytester, arguments):
    if arguments:
        pytest.importorskip("xdist")
    result = run(TEST, "--junitxml=report.xml", *arguments)

    result.assert_outcomes(passed=3, failed=4)
    assert result.ret == 1
    result.stdout.re_match_lines_random(
        [
            r"-+ 1 more fails alike: nothing handles its error at 'Charge' \(-vv shows each\) -+",
            r"-+ 1 more fails alike: nothing handles its error at 'Ship' \(-vv shows each\) -+",
        ]
    )
    assert len(headlines(result)) == 2
    shown = [line.partition(" - ")[0] for line in result.outlines if line.startswith("FAILED")]
    faults = ["Charge raises Busy x2", "Charge raises Gone", "Ship raises Busy", "Ship raises Gone"]
    assert sorted(shown) == [f"FAILED test_it.py::test_order[{fault}]" for fault in faults]
    assert len(re.findall(r"^-+ execution -+$", result.stdout.str(), re.MULTILINE)) == 2
    cases = ET.parse(pytester.path / "report.xml").iter("testcase")
    failures = [failure.text for case in cases if (failure := case.find("failure")) is not None]
    assert len(failures) == 4
    assert all("assert shop.run().handled" in text and "alike" not in text for text in failures)


def test_the_others_are_named_in_the_first(run):
    result = run(TEST)

    result.stdout.re_match_lines(
        [
            r"_+ test_order\[Charge raises Busy x2\] _+",
            r"-+ 1 more fails alike: nothing handles its error at 'Charge' \(-vv shows each\) -+",
            "Charge raises Gone",
            "-+ execution -+",
            r"_+ test_order\[Ship raises Busy\] _+",
        ]
    )


@pytest.mark.parametrize("arguments", [["-vv"], ["--tb=line"], ["--tb=no"]], ids=" ".join)
def test_where_nothing_is_folded(run, arguments):
    result = run(TEST, *arguments)

    result.assert_outcomes(passed=3, failed=4)
    result.stdout.no_fnmatch_line("*alike*")
    if "-vv" in arguments:
        assert len(headlines(result)) == 4


def test_an_assertion_that_fails_alike_where_every_error_is_handled(run):
    test = (
        TEST.replace("errors=", 'tasks=["Mail"], errors=').replace(".handled", '.error == "Handled", "no"').replace("==", "!=")
    )
    result = run(test)

    result.assert_outcomes(failed=2)
    result.stdout.re_match_lines(
        [r"-+ 1 more fails alike: the same assertion \(-vv shows each\) -+", "Mail raises Gone"], consecutive=True
    )


def test_one_assertion_that_fails_of_an_error_and_of_a_retry_is_two_findings(run):
    result = run(TEST.replace("assert shop.run().handled", 'assert not shop.run().state("Charge").retries'))

    result.assert_outcomes(passed=5, failed=2)
    assert headlines(result) == ["test_order[Charge raises Busy]", "test_order[Charge raises Busy x2]"]
    result.stdout.no_fnmatch_line("*alike*")


def test_two_assertions_are_two_findings(run):
    test = TEST.replace("assert shop.run().handled", "execution = shop.run()\n        assert execution.error != 'Gone'")
    result = run(test + "        assert execution.handled\n", "-k", "Ship")

    result.assert_outcomes(failed=2, deselected=5)
    assert headlines(result) == ["test_order[Ship raises Busy]", "test_order[Ship raises Gone]"]


def test_a_mock_that_is_missing(run):
    result = run(TEST.replace('"ship", "mail"', '"mail",'))

    result.assert_outcomes(failed=7)
    result.stdout.fnmatch_lines(["7 faults: 0 handled, 4 escaped, 1 not ended, 2 never reached"])
    assert headlines(result) == [
        f"test_order[{fault}]" for fault in ("Charge raises Busy", "Charge raises Busy x2", "Ship raises Busy")
    ]
    result.stdout.re_match_lines(
        [r"-+ 2 more fail alike: the same MockError \(-vv shows each\) -+", "Mail raises Busy; Mail raises Gone"],
        consecutive=True,
    )


def test_setups_that_fail(run):
    test = TEST.replace('return sfn_mock.load("order.asl.json")', "machine = sfn_mock.load('order.asl.json')\n        assert 0")
    result = run(test)

    result.assert_outcomes(errors=7)
    assert headlines(result, "ERRORS") == ["ERROR at setup of test_order[Charge raises Busy]"]
    result.stdout.re_match_lines([r"-+ 6 more fail alike: the same assertion \(-vv shows each\) -+"])


def test_subtests(run):
    if not hasattr(pytest, "Subtests"):
        pytest.skip("subtests came with pytest 9")
    loop = """
    def test_loop(shop, subtests):
        for case in shop.faults(errors=["Busy", "Gone"], tasks=["Ship"]):
            with subtests.test(str(case)):
                assert case.run().handled
    """
    result = run(TEST.partition("    @pytest.mark")[0] + loop)

    result.stdout.re_match_lines([r"-+ 1 more fails alike: nothing handles its error at 'Ship' \(-vv.*", "Ship raises Gone"])
    result.stdout.fnmatch_lines(["SUBFAILED[[]Ship raises Busy[]]*", "SUBFAILED[[]Ship raises Gone[]]*"])


def test_other_failures_are_left_alone(run):
    result = run("""
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(sfn_mock, number):
            assert not number
    """)

    assert headlines(result) == ["test_it[1]", "test_it[2]"]


def test_a_later_error_at_another_state_is_the_cause():
    """A Catcher took the fault, and its handler failed: that is the finding, whatever led there."""
    crash = type("Crash", (), {"path": "test_it.py", "lineno": 3, "message": "AssertionError: assert False"})()
    longrepr = type("Text", (), {"reprcrash": crash})()
    report = type("Report", (), {"longrepr": longrepr, "nodeid": "test_it.py::test_order[x]"})()
    row = {"fault": "", "order": 0, "alike": 0, "took": "", "escaped": True, "at": "Refund", "ended": "FAILED TypeError"}
    first, second, other = (
        cause_of(report, AssertionError(), [{**row, "task": task, "error": error, "at": at}])
        for task, error, at in [("Charge", "Busy", "Refund"), ("Ship", "Gone x4", "Refund"), ("Ship", "Gone", "Undo")]
    )

    assert first == second
    assert first["text"] == "nothing handles TypeError at 'Refund'"
    assert other["key"] != first["key"]


def test_a_subtest_that_ends_before_the_fault(run):
    if not hasattr(pytest, "Subtests"):
        pytest.skip("subtests came with pytest 9")
    test = TEST.replace("(shop)", "(shop, subtests)").replace(
        "assert shop.run().handled",
        "with subtests.test('before'): pass\n        with subtests.test('after'): assert shop.run().handled",
    )
    result = run(test)

    result.stdout.fnmatch_lines(["7 faults: 3 handled, 4 escaped"])
    result.stdout.no_fnmatch_line("*never reached*")


def test_names_are_not_broken():
    assert wrapped(["Charge raises Busy x2", "Ship raises Gone"], "; ", 30) == ["Charge raises Busy x2;", "Ship raises Gone"]
