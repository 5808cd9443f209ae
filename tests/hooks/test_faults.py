"""The marker `sfn_faults`, the fixture `sfn_fault`, subtests and the summary, from outside."""

import json
import re
import textwrap

import pytest

import pytest_sfn.hooks.faults  # noqa: F401 - once here, or each run in this process has classes of its own
from tests.faults.definitions import TWO_TASKS, machine, task

FIXTURES = """
    import pytest

    @pytest.fixture
    def shop(sfn_mock):
        sfn_mock.lambda_function("charge").returns({"id": 1}, times=1)
        sfn_mock.lambda_function("ship").returns({"sent": True}, times=1)
        return sfn_mock.load("order.asl.json")
"""
BUSY = """
    import pytest

    @pytest.mark.sfn_faults("order.asl.json", errors=["Busy"])
    def test_order(shop):
        assert shop.run({"order": 7}).handled
"""


@pytest.fixture
def project(pytester):
    """A folder with a definition and a fixture; `project(test, *arguments)` runs pytest on the test module there."""
    pytester.path.joinpath("order.asl.json").write_text(json.dumps(TWO_TASKS))
    pytester.makeconftest(FIXTURES)

    def run(test, *arguments):
        pytester.makepyfile(test)
        return pytester.runpytest("-p", "no:cacheprovider", *arguments)

    return run


def summary(result):
    """The table of faults, without its heading."""
    text = re.search(r"^=+ faults =+\n(.*?)^=+ ", result.stdout.str(), re.MULTILINE | re.DOTALL)
    return text[1].rstrip().splitlines() if text else None


TABLE = [
    "3 faults: 1 handled, 2 escaped",
    "",
    "test_SUM.py::test_order",
    "  Charge",
    "    ESCAPED after Retry[0]: FAILED Busy",
    "        Busy x4",
    "    Retry[0]: SUCCEEDED",
    "        Busy",
    "  Ship",
    "    ESCAPED: no Retrier or Catcher takes it",
    "        Busy",
]


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_a_test_for_each_fault_and_the_summary(project, request, arguments):
    if arguments:
        pytest.importorskip("xdist")
    result = project(BUSY, *arguments)
    module = f"{request.node.originalname}.py"

    result.assert_outcomes(passed=1, failed=2)
    failed = [line.partition(" - ")[0] for line in result.outlines if line.startswith("FAILED")]
    assert sorted(failed) == [
        f"FAILED {module}::test_order[{fault}]" for fault in ("Charge raises Busy x4", "Ship raises Busy")
    ]
    assert [line.replace(module, "test_SUM.py") for line in summary(result)] == TABLE


def test_ids(project):
    result = project(BUSY.replace("Busy", 'Busy", "CardDeclined'), "--collect-only", "-q")

    result.stdout.fnmatch_lines(
        ["*::test_order[[]Charge raises Busy[]]", "*[[]Charge raises Busy x4[]]", "*[[]Charge raises CardDeclined[]]"],
        consecutive=True,
    )


def test_quiet_runs_print_no_table(project):
    assert summary(project(BUSY, "-q")) is None


def test_a_task_that_is_never_reached_is_skipped(project):
    result = project(
        """
        import pytest

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], errors=["Lost"])
        def test_order(shop, sfn_mock):
            sfn_mock.lambda_function("charge").raises("CardDeclined")
            assert shop.run().handled
        """,
        "-rs",
    )

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*Ship raises Lost: the scenario never reaches Ship"])
    assert summary(result)[0] == "1 fault: 0 handled, 0 escaped, 1 never reached"


def test_pairs_that_are_not_both_reached_are_skipped(project):
    result = project(
        """
        import pytest

        @pytest.mark.sfn_faults("order.asl.json", pairs=True, errors=["Busy", "CardDeclined"])
        def test_order(shop, sfn_fault):
            shop.run()
        """,
        "-rs",
    )

    result.assert_outcomes(passed=5 + 1, skipped=2)
    result.stdout.fnmatch_lines(
        ["SKIPPED*Charge raises CardDeclined and Ship raises Busy: the scenario never reaches Ship after*"]
    )


def test_a_failure_before_the_fault_stays_one(project):
    result = project(
        """
        import pytest

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], errors=["Lost"])
        def test_order(shop):
            assert False
        """
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["Ship raises Lost: the test failed before it reached Ship, or never does; the fault is not the reason"]
    )


def test_with_fixtures_and_parametrisation(project):
    result = project(
        """
        import pytest

        from pytest_sfn import Fault, SfnMock

        @pytest.fixture
        def ran(shop):
            return shop.run()

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], errors=["Lost"])
        class TestOrder:
            @pytest.mark.parametrize("quantity", [1, 2])
            def test_fixture_that_runs(self, ran, sfn_fault, quantity):
                assert sfn_fault == Fault("Ship", "Lost")
                assert ran.error == "Lost"

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], errors=["Lost"])
        def test_account_of_its_own(sfn_fault):
            with SfnMock() as account:
                account.lambda_function("charge").returns({})
                account.lambda_function("ship").returns({})
                account.inject(sfn_fault)
                assert account.load("order.asl.json").run().error == "Lost"

        @pytest.mark.sfn(strict=True)
        @pytest.mark.sfn_faults("order.asl.json", tasks=["Charge"], errors=["CardDeclined"])
        def test_strict(shop):
            assert shop.run().handled
        """,
        "-v",
    )

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*test_fixture_that_runs[[]*Ship raises Lost*[]] PASSED*"])


ACCOUNTS = {
    "sfn_aws": """
        @pytest.fixture
        def shop(sfn_aws):
            return prepare(sfn_aws)
    """,
    "of a fixture": """
        @pytest.fixture
        def shop():
            with SfnMock() as account:
                yield prepare(account)
    """,
    "with services": """
        @pytest.fixture
        def shop():
            with SfnAws() as account:
                yield prepare(account)
    """,
    "of the module": """
        @pytest.fixture(scope="module")
        def shop():
            with SfnMock() as account:
                yield prepare(account)
    """,
    "injected by hand": """
        @pytest.fixture
        def shop(request):
            with SfnMock() as account:
                if "sfn_fault" in request.fixturenames:
                    account.inject(request.getfixturevalue("sfn_fault"))
                yield prepare(account)
    """,
    "beside another": """
        @pytest.fixture
        def shop(sfn_mock):
            with SfnMock() as account:
                yield prepare(account)
    """,
}


@pytest.mark.parametrize("fixture", ACCOUNTS.values(), ids=ACCOUNTS)
def test_every_account_of_a_test_meets_its_fault(project, fixture):
    result = project(
        """
        import pytest

        from pytest_sfn import SfnAws, SfnMock

        def prepare(account):
            account.lambda_function("charge").returns({"id": 1})
            account.lambda_function("ship").returns({"sent": True})
            return account.load("order.asl.json")
        """
        + fixture
        + """
        @pytest.mark.sfn_faults("order.asl.json", errors=["Busy"])
        def test_order(shop):
            execution = shop.run({"order": 7})
            assert execution.state("Charge").retries < 3
            assert execution.handled

        def test_without_faults(shop):
            assert shop.run({"order": 7}).succeeded
        """,
        "-rf",
    )

    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*test_order*Charge raises Busy x4*", "*test_order*Ship raises Busy*"])
    assert summary(result)[0] == "3 faults: 1 handled, 2 escaped"


def test_an_account_in_the_body(project):
    result = project("""
        import pytest

        from pytest_sfn import SfnMock

        @pytest.mark.sfn_faults("order.asl.json", errors=["Busy"])
        def test_order():
            with SfnMock() as account:
                account.lambda_function("charge").returns({"id": 1})
                account.lambda_function("ship").returns({"sent": True})
                assert account.load("order.asl.json").run().status == "SUCCEEDED"
    """)

    result.assert_outcomes(passed=1, failed=2)
    assert summary(result)[0] == "3 faults: 1 handled, 2 escaped"


def test_a_setup_that_fails_has_its_fault_in_the_summary(project):
    result = project("""
        import pytest

        @pytest.fixture
        def ran(shop):
            execution = shop.run()
            assert execution.handled
            return execution

        @pytest.mark.sfn_faults("order.asl.json", errors=["Busy"])
        def test_order(ran):
            assert ran.succeeded
    """)

    result.assert_outcomes(passed=1, errors=2)
    assert summary(result)[0] == "3 faults: 1 handled, 2 escaped"


def test_marks_of_module_class_and_function_come_together(project):
    result = project(
        """
        import pytest

        pytestmark = [pytest.mark.sfn("order.asl.json"), pytest.mark.sfn_faults(errors=["Busy"])]

        @pytest.fixture(autouse=True)
        def mocks(sfn_mock):
            sfn_mock.lambda_function("charge").returns({"id": 1})
            sfn_mock.lambda_function("ship").returns({"sent": True})

        def test_both(state_machine):
            state_machine.run()

        @pytest.mark.sfn_faults(tasks=["Ship"])
        class TestShip:
            def test_busy(self, state_machine):
                assert state_machine.run().error == "Busy"

            @pytest.mark.sfn_faults(errors=["Lost"])
            @pytest.mark.parametrize("quantity", [1, 2])
            def test_lost(self, state_machine, quantity):
                assert state_machine.run().error == "Lost"
        """,
    )

    result.assert_outcomes(passed=3 + 1 + 2)


def test_parametrized_by_hand(project):
    result = project("""
        import pytest

        from pytest_sfn import Fault

        @pytest.mark.parametrize("sfn_fault", [Fault("Ship", "Lost"), Fault("Charge", "Gone")], ids=str)
        def test_order(shop, sfn_fault):
            assert shop.run().error == sfn_fault.error
    """)

    result.assert_outcomes(passed=2)


def test_one_fault_for_those_that_are_alike(project):
    test = """
        import pytest

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"])
        def test_order(shop, sfn_fault):
            assert shop.run().error == sfn_fault.error
            assert len(sfn_fault.alike) == 7
    """
    result = project(test, "-v")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::test_order[[]Ship raises Sandbox.Timedout (+7 alike)[]] PASSED*"])
    assert summary(result)[0] == "1 fault: 0 handled, 1 escaped (7 alike left out; every=True runs all)"
    assert summary(result)[-1] == "        Sandbox.Timedout (+7 alike)"


def test_every_fault(project):
    test = """
        import pytest

        @pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], every=True)
        def test_order(shop, sfn_fault):
            assert shop.run().error == sfn_fault.error
    """
    result = project(test)

    result.assert_outcomes(passed=8)
    assert summary(result)[0] == "8 faults: 0 handled, 8 escaped"


@pytest.mark.parametrize(
    ("marker", "arguments", "message"),
    [
        ('"odrer.asl.json"', "shop", "the marker sfn_faults: *odrer.asl.json*"),
        ("", "shop", "the marker sfn_faults needs a definition, its own or that of the marker sfn"),
        ('"a", "b"', "shop", "the marker sfn_faults takes one definition and the keywords *; it got 2 positional arguments"),
        ('"order.asl.json", pair=True', "shop", "*it got the unknown pair; did you mean 'pairs'[?]"),
        ('"order.asl.json", tasks=["Shop"]', "shop", "*order.asl.json: there is no Task state 'Shop'; did you mean 'Ship'[?]"),
        ('"waits.asl.json"', "shop", "*waits.asl.json: the definition has no Task states, so no task can fail"),
    ],
)  # fmt: skip
def test_mistakes_at_collection(project, pytester, marker, arguments, message):
    pytester.path.joinpath("waits.asl.json").write_text(json.dumps(machine(W={"Type": "Wait", "Seconds": 1, "End": True})))
    result = project(f"import pytest\n\n@pytest.mark.sfn_faults({marker})\ndef test_order({arguments}): ...\n")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*::test_order: {message}"])
    result.stdout.no_fnmatch_line("*Traceback*")


UNITTEST = """
    import unittest

    @pytest.mark.sfn_faults("order.asl.json")
    class Test(unittest.TestCase):
        def test_it(self):
            pass
"""


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            '@pytest.mark.sfn_faults("other.asl.json", errors=["E"])\ndef test_it(shop): shop.run()',
            "Pack raises E: no machine that the test loaded has a task 'Pack' (loaded: 'order')",
        ),
        (
            '@pytest.mark.sfn_faults("order.asl.json", tasks=["Ship"], errors=["E"])\ndef test_it(sfn_fault): ...',
            "Ship raises E: the test makes no account\n  fix  use sfn_mock, sfn_aws or an SfnMock of its own\n",
        ),
        (
            "def test_it(sfn_fault): ...",
            'the fixture sfn_fault needs the marker: @pytest.mark.sfn_faults("order.asl.json")',
        ),
        (
            UNITTEST,
            "the marker sfn_faults runs a function or a method of a plain class once for each fault, but not TestCaseFunction ",
        ),
    ],
    ids=["another machine", "no account", "no marker", "unittest"],
)
def test_mistakes_of_the_test(project, pytester, test, message):
    pytester.path.joinpath("other.asl.json").write_text(json.dumps(machine(Pack=task("pack"))))
    pytester.makepyfile(f"import pytest\n\n{textwrap.dedent(test)}\n")
    result = pytester.runpytest_subprocess()  # where no account of an earlier test is left

    assert result.ret == 1
    assert message in result.stdout.str()


def test_loops_and_subtests(project):
    if not hasattr(pytest, "Subtests"):
        pytest.skip("subtests came with pytest 9")
    result = project(
        """
        def test_order(shop, subtests):
            for case in shop.faults({"order": 7}, errors=["Busy"]):
                with subtests.test(str(case)):
                    assert case.run().handled
        """
    )

    result.stdout.fnmatch_lines(
        ["SUBFAILED[[]Charge raises Busy x4[]]*", "SUBFAILED[[]Ship raises Busy[]]*", "FAILED *contains 2 failed subtests"]
    )
    assert [re.sub(r"test_\w+\.py", "test_SUM.py", line) for line in summary(result)] == TABLE
    text = result.stdout.str()
    shown = re.findall(r"^-+ execution -+$", text, re.MULTILINE)
    assert len(shown) == 2  # each failing case tells its own execution, once


def test_a_run_without_faults_imports_nothing_of_them(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_it(sfn_mock):
            assert not [name for name in sys.modules if name.startswith("pytest_sfn.faults")]
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


PASSED_ON = """
    import pytest

    CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Lost"}]
    ARN = "arn:aws:lambda:us-east-1:123456789012:function:do"
    DEFINITION = {
        "StartAt": "Do",
        "States": {
            "Do": {"Type": "Task", "Resource": ARN, "Catch": CATCH, "End": True},
            "Lost": {"Type": "Fail", "ErrorPath": "$.Error"},
        },
    }

    @pytest.mark.sfn_faults(DEFINITION, errors=%s)
    def test_passed_on(sfn_mock):
        sfn_mock.lambda_function("do").returns(1)
        assert sfn_mock.load(DEFINITION).run().handled
"""


@pytest.mark.parametrize(
    ("errors", "ended"), [(["Busy", "Gone"], "FAILED with that error"), (["Busy"], "FAILED Busy")], ids=["many", "one"]
)
def test_errors_that_a_fail_state_passes_on_go_one_way(project, errors, ended):
    result = project(PASSED_ON % errors)

    assert summary(result)[3:] == ["  Do", f"    Catch[0] -> Lost: {ended}", f"        {', '.join(errors)}"]


def test_a_machine_of_a_template(project, pytester):
    template = {
        "Parameters": {"Fn": {"Type": "String"}},
        "Resources": {
            name: {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"Definition": machine(Charge=task("", to="Ship", Resource={"Ref": "Fn"}), Ship=task("ship"))},
            }
            for name in ("Order", "Other")
        },
    }
    pytester.path.joinpath("template.json").write_text(json.dumps(template))
    options = 'logical_id="Order", parameters={"Fn": "arn:aws:lambda:us-east-1:123456789012:function:charge"}'
    result = project(
        f"""
        import pytest

        @pytest.mark.sfn_faults("template.json", {options}, errors=["Busy"])
        def test_order(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.lambda_function("ship").returns(1)
            assert sfn_mock.load("template.json", {options}).run().succeeded
        """
    )
    result.assert_outcomes(failed=2)


def test_misspelt_fault_by_hand(project):
    result = project("""
        from pytest_sfn import Fault

        def test_order(sfn_mock, shop):
            sfn_mock.inject(Fault("Charg", "Busy"))
            assert shop.run({"order": 7}).succeeded

        def test_that_fails(sfn_mock, shop):
            sfn_mock.inject(Fault("Charg", "Busy"))
            assert shop.run({"order": 7}).failed
    """)
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "a fault never struck, and no loaded machine could meet it:",
            "  Charg raises Busy: no Task state 'Charg' in any loaded machine; did you mean 'Charge'?",
            "  see  pytest-sfn docs faults#one-fault-by-hand (https://pytest-sfn.readthedocs.io/en/latest/faults.html#one-fault-by-hand)",
        ]
    )
