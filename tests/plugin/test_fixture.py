"""The fixture sfn_mock: one account per test, and what its end says."""

import pytest


def test_one_account_per_test(run):
    result = run(
        """
        accounts = []

        def test_first(sfn_mock):
            sfn_mock.advance(60)
            accounts.append(sfn_mock)

        class TestInClass:
            def test_second(self, sfn_mock, request):
                assert sfn_mock is not accounts[0]
                assert f"{sfn_mock.now:%H:%M}" == "00:00"
                assert request.getfixturevalue("sfn_mock") is sfn_mock
        """
    )
    result.assert_outcomes(passed=2)


def test_swallowed_test_error(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            machine = sfn_mock.load("order.asl.json")
            try:
                machine.run({"id": 1})
            except Exception:
                pass
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    shows(
        result,
        """
            def test_it(sfn_mock):
                machine = sfn_mock.load("order.asl.json")
                try:
        >           machine.run({"id": 1})
        E           pytest_sfn.MockError: order.asl.json:4:5: state 'Charge': no mock answers this task
        E             resource  arn:aws:lambda:us-east-1:123456789012:function:charge    attempt 1, t=+00:00:00
        E             input     {"id": 1}
        E             mocks     none
        E             fix       sfn_mock.lambda_function("charge").returns(...)
        E             see       pytest-sfn docs mocks#which-mock-answers (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#which-mock-answers)
        E           The test went on after this, because something caught it: `except`, or `pytest.raises`.

        test_swallowed_test_error.py:4: MockError
        ------------------------------------------------------ execution -------------------------------------------------------
        order: stopped by a test error
          input   {"id": 1}
          +00:00:00  Charge  Task  the test error below
          error   MockError: no mock answers this task
          at      order.asl.json:4:5: state 'Charge'
          task    arn:aws:lambda:us-east-1:123456789012:function:charge, attempt 1
          sent    {"id": 1}
        =============================================== short test summary info ================================================
        """,
    )


def test_a_test_error_in_none_of_the_tests_lines(run, shows):
    result = run(
        """
        from pytest_sfn import PytestSfnError
        from pytest_sfn.account.sfn_mock import account_of

        def test_it(sfn_mock):
            account_of(sfn_mock).broken_by(PytestSfnError("a child process called AWS"))
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    shows(
        result,
        f"""
        {" ERROR at teardown of test_it ":_^120}
        PytestSfnError: a child process called AWS
        The test went on after this.
        {" short test summary info ":=^120}
        """,
    )


def test_test_error_is_shown_once(run):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.load("order.asl.json").run()
        """
    )
    result.assert_outcomes(failed=1)
    assert result.stdout.str().count("no mock answers this task") == 2  # the error and its timeline
    assert "caught" not in result.stdout.str()


def test_failure_of_another_kind_shows_the_test_error_too(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("chrage").returns(1)
            try:
                sfn_mock.load("order.asl.json").run()
            except Exception:
                raise RuntimeError("it did not work") from None
        """
    )
    result.assert_outcomes(failed=1)
    assert "never called" not in result.stdout.str()
    assert "no loaded machine" not in result.stdout.str()
    shows(
        result,
        """
        ------------------------------------------- test error that something caught -------------------------------------------
        MockError: order.asl.json:4:5: state 'Charge': no mock answers this task
          resource  arn:aws:lambda:us-east-1:123456789012:function:charge    attempt 1, t=+00:00:00
          input     {}
          mocks     function:chrage  not called yet
          fix       did you mean 'charge' instead of 'chrage'?
                    sfn_mock.lambda_function("charge").returns(...)
          see       pytest-sfn docs mocks#which-mock-answers (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#which-mock-answers)
        """,
    )


def test_failure_that_the_test_error_caused_does_not_repeat_it(run):
    result = run(
        """
        def test_it(sfn_mock):
            try:
                sfn_mock.load("order.asl.json").run()
            except Exception as error:
                raise RuntimeError("it did not work") from error
        """
    )
    result.assert_outcomes(failed=1)
    assert "something caught" not in result.stdout.str()


def test_impossible_mock(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.state("Shipp").returns(2)
            assert sfn_mock.load("order.asl.json").run().succeeded
        """
    )
    result.assert_outcomes(passed=1, errors=1)
    shows(
        result,
        """
        _____________________________________________ ERROR at teardown of test_it _____________________________________________
        mock state:Shipp was never called: no machine has this state; did you mean 'Ship'? (made at test_impossible_mock.py:3)
          see  pytest-sfn docs mocks#unused-mocks (https://pytest-sfn.readthedocs.io/en/latest/mocks.html#unused-mocks)
        ------------------------------------------------------ execution -------------------------------------------------------
        order: SUCCEEDED
          input   {}
          +00:00:00  Charge  Task     output {"payment": 1}
          +00:00:00  Ship    Succeed
          output  {"payment": 1}
        =============================================== short test summary info ================================================
        """,
    )


def test_a_failed_test_shows_the_mocks_that_no_task_could_call(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.state("Ship it").returns(2)
            assert sfn_mock.load("order.asl.json").run().output == 2

        def test_of_a_function_that_is_not_there(sfn_aws):
            sfn_aws.state("Charge").returns(1)
            sfn_aws.lambda_function("char").returns(2)
            assert sfn_aws.load("order.asl.json").run().output == 2
        """,
        "--sfn-show=none",
    )
    result.assert_outcomes(failed=2)
    name = "test_a_failed_test_shows_the_mocks_that_no_task_could_call.py"
    title = " mocks that no loaded machine could call "
    shows(result, f"{title:-^120}\nstate:Ship it: no machine has this state; did you mean 'Ship'? (made at {name}:3)")
    shows(result, f"{title:-^120}\nfunction:char: no state calls this function; did you mean 'charge'? (made at {name}:8)")


UNUSED = """
    import pytest

    {marker}
    def test_it(sfn_mock):
        sfn_mock.lambda_function("charge").returns(1){extra}
        sfn_mock.load("order.asl.json")
"""


@pytest.mark.parametrize(
    ("arguments", "marker", "extra", "errors"),
    [
        ([], "", "", 0),
        (["-o", "sfn_strict=true"], "", "", 1),
        (["--sfn-strict"], "", "", 1),
        (["--sfn-strict"], "@pytest.mark.sfn(strict=False)", "", 0),
        ([], "@pytest.mark.sfn(strict=True)", "", 1),
        ([], "", "; sfn_mock.lambda_function('charge', strict=True)", 1),
        (["--sfn-strict"], "", "; sfn_mock.lambda_function('charge', strict=False)", 0),
    ],
)
def test_unused_mock(run, arguments, marker, extra, errors):
    result = run(UNUSED.format(marker=marker, extra=extra), *arguments)

    result.assert_outcomes(passed=1, errors=errors)
    assert ("function:charge" in result.stdout.str()) == bool(errors)


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        ("assert False", {"failed": 1}),
        ("pytest.skip('not now')", {"skipped": 1}),
        ("pytest.xfail('known')", {"xfailed": 1}),
        ("machine.run()", {"failed": 1}),
    ],
)
def test_a_test_that_did_not_pass_says_nothing_more_of_its_mocks(run, ending, outcome):
    result = run(
        f"""
        import pytest

        def test_it(sfn_mock):
            machine = sfn_mock.load("order.asl.json")
            sfn_mock.lambda_function("refund").returns(1)
            {ending}
        """,
        "--sfn-strict",
    )
    result.assert_outcomes(**outcome)


@pytest.mark.parametrize(
    ("stub", "outcome"),
    [
        ("pytest.skip('not now')", {"skipped": 1}),
        ("pytest.xfail('known')", {"xfailed": 1}),
        ("pytest.fail('no')", {"failed": 1}),
    ],
)
def test_outcomes_raised_in_a_stub_are_those_of_the_test(run, stub, outcome):
    result = run(
        f"""
        import pytest

        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").calls(lambda event: {stub})
            sfn_mock.load("order.asl.json").run()

        def test_another(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            assert sfn_mock.load("order.asl.json").run().succeeded
        """
    )
    result.assert_outcomes(passed=1, **outcome)


def test_failing_assert_in_a_stub_shows_the_test_and_the_stub(run, shows):
    result = run(
        """
        def charge(event):
            assert event["id"] == 2

        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").calls(charge)
            sfn_mock.load("order.asl.json").run({"id": 1})
        """
    )
    result.assert_outcomes(failed=1)
    shows(
        result,
        """
        >       sfn_mock.load("order.asl.json").run({"id": 1})

        test_failing_assert_in_a_stub_shows_the_test_and_the_stub.py:6:
        _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

        event = {'id': 1}

            def charge(event):
        >       assert event["id"] == 2
        E       assert 1 == 2

        test_failing_assert_in_a_stub_shows_the_test_and_the_stub.py:2: AssertionError
        ------------------------------------------------------ execution -------------------------------------------------------
        order: stopped by a test error
          input   {"id": 1}
          +00:00:00  Charge  Task  the test error below
          error   AssertionError: assert 1 == 2
          at      order.asl.json:4:5: state 'Charge'
          task    arn:aws:lambda:us-east-1:123456789012:function:charge, attempt 1
          sent    {"id": 1}
        """,
    )


def test_keyboard_interrupt_in_a_stub_ends_the_run(run):
    result = run(
        """
        def charge(event):
            raise KeyboardInterrupt

        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").calls(charge)
            sfn_mock.load("order.asl.json").run({"id": 1})

        def test_another():
            pass
        """,
        subprocess=True,
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*", "*no tests ran*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_mistake_in_a_fixture_before_the_test(run):
    result = run(
        """
        import pytest

        @pytest.fixture
        def broken(sfn_mock):
            sfn_mock.lambda_function("refund").returns(1)
            sfn_mock.load("order.asl.json").run()

        def test_it(broken):
            pass
        """
    )
    result.assert_outcomes(errors=1)
    assert result.stdout.str().count("------ execution ------") == 1


def test_executions_are_told_once_if_the_teardown_fails_too(run):
    result = run(
        """
        import pytest

        @pytest.fixture
        def later(sfn_mock):
            yield
            raise RuntimeError("in the teardown")

        def test_it(sfn_mock, later):
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.load("order.asl.json").run()
            assert False
        """
    )
    result.assert_outcomes(failed=1, errors=1)
    assert result.stdout.str().count("------ execution ------") == 1


# -- accounts of the user's own ----------------------------------------------------------------------------------------

WIDER = """
    import pytest
    from pytest_sfn import SfnMock

    @pytest.fixture(scope="module")
    def account():
        with SfnMock() as account:
            account.lambda_function("charge").returns("earlier", times=1).returns("later")
            yield account

    def test_passes(account):
        assert account.load("order.asl.json").run({"number": 1}).succeeded

    def test_fails(account):
        assert account.load("order.asl.json").run({"number": 2}).failed
"""


def test_an_account_of_wider_scope_shows_the_executions_of_the_failed_test_alone(run, shows):
    result = run(WIDER)
    result.assert_outcomes(passed=1, failed=1)
    shows(
        result,
        """
        ------------------------------------------------------ execution -------------------------------------------------------
        order: SUCCEEDED
          input   {"number": 2}
          +00:00:00  Charge  Task     $.payment = "later"
          +00:00:00  Ship    Succeed
          output  {"number": 2, "payment": "later"}
        =============================================== short test summary info ================================================
        """,
    )


def test_an_account_of_wider_scope_goes_on_after_a_test_error(run):
    result = run(
        """
        import pytest
        from pytest_sfn import SfnMock

        @pytest.fixture(scope="module")
        def account():
            with SfnMock() as account:
                yield account

        def test_no_mock(account):
            account.load("order.asl.json").run()

        def test_mock(account):
            account.lambda_function("charge").returns(1)
            assert account.load("order.asl.json").run().succeeded
            assert account.executions[0].status == "ABORTED"
        """
    )
    result.assert_outcomes(failed=1, passed=1)


def test_an_account_without_a_fixture(run):
    result = run(
        """
        from pytest_sfn import SfnMock

        def test_it():
            with SfnMock() as account:
                account.lambda_function("charge").returns(1)
                assert account.load("order.asl.json").run().failed
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["order: SUCCEEDED"])


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
BROKEN = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": FUNCTION, "End": True}}}


@pytest.mark.parametrize(
    "own",
    [
        "self.sfn_mock = self.enterContext(SfnMock())",
        "self.sfn_mock = SfnMock(); self.addCleanup(self.sfn_mock.close)",
        "self.sfn_mock = SfnMock().__enter__(); self.addCleanup(self.sfn_mock.__exit__, None, None, None)",
    ],
)
def test_an_account_of_setup_tells_a_test_error_once(pytester, own):
    pytester.makepyfile(
        f"""
        import unittest
        from pytest_sfn import SfnMock

        class Test(unittest.TestCase):
            def setUp(self):
                {own}

            def test_failing(self):
                self.sfn_mock.load({BROKEN}).run({{}})

            def test_swallowing(self):
                with self.assertRaises(Exception):
                    self.sfn_mock.load({BROKEN}).run({{}})

            def test_swallowing_by_call(self):
                self.assertRaises(Exception, self.sfn_mock.load({BROKEN}).run, {{}})
        """
    )
    result = pytester.runpytest()

    result.stdout.fnmatch_lines(
        ["FAILED *::test_failing - *", "FAILED *::test_swallowing - *", "FAILED *::test_swallowing_by_call *"]
    )
    result.assert_outcomes(failed=3)
    plain = pytester.runpython(pytester.path / "test_an_account_of_setup_tells_a_test_error_once.py")
    assert plain.ret == 0  # only a module
    plain = pytester.run("python", "-m", "unittest", "test_an_account_of_setup_tells_a_test_error_once")
    assert plain.stderr.str().count("no mock answers this task") == 3


def test_an_account_of_a_fixture_tells_a_test_error_once(pytester):
    pytester.makepyfile(
        f"""
        import pytest
        from pytest_sfn import SfnMock

        @pytest.fixture
        def own():
            with SfnMock() as sfn_mock:
                yield sfn_mock

        def test_failing(own):
            own.load({BROKEN}).run({{}})

        def test_swallowing(own):
            with pytest.raises(Exception):
                own.load({BROKEN}).run({{}})
        """
    )

    pytester.runpytest().assert_outcomes(failed=1, passed=1, errors=1)


def test_factories_make_accounts_with_the_configured_settings(pytester):
    pytester.makeini("[pytest]\nsfn_region = eu-west-1\nsfn_account_id = 999999999999\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="session")
        def shared(sfn_mock_factory):
            with sfn_mock_factory(account_id="111111111111") as sfn_mock:
                yield sfn_mock

        def test_settings(shared, sfn_mock_factory):
            assert (shared.region, shared.account_id) == ("eu-west-1", "111111111111")
            assert sfn_mock_factory().account_id == "999999999999"
            assert sfn_mock_factory() is not sfn_mock_factory()

        def test_services(sfn_aws_factory):
            with sfn_aws_factory() as sfn_aws:
                assert sfn_aws.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
            sfn_aws_factory().__enter__()  # the end of the session closes it
        """
    )

    pytester.runpytest().assert_outcomes(passed=2)


def test_an_account_that_cannot_be_released_leaves_no_other_open(pytester):
    pytester.makepyfile(
        """
        import pytest
        from pytest_sfn.account.sfn_mock import account_of

        released = []

        @pytest.fixture(scope="session", autouse=True)
        def told():
            yield
            print("released", released)

        def test_it(told, sfn_mock_factory, request):
            def release(number):
                released.append(number)
                if number == 1:
                    raise OSError("cannot")

            kept = [sfn_mock_factory() for _ in range(3)]
            request.session.kept = kept
            for number, mock in enumerate(kept):
                account_of(mock).release = lambda number=number: release(number)
        """
    )

    result = pytester.runpytest("-s")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*released [[]2, 1, 0[]]*"])


def test_hypothesis_takes_accounts_of_the_factory(pytester):
    pytest.importorskip("hypothesis")
    pytester.makepyfile(
        """
        from hypothesis import given, settings, strategies as st

        FLOW = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}

        @settings(max_examples=5, database=None)
        @given(st.integers(-9, 9))
        def test_each_example_has_an_account(sfn_mock_factory, number):
            with sfn_mock_factory() as sfn_mock:
                assert sfn_mock.load(FLOW).run(number).output == number
                assert len(sfn_mock.executions) == 1
        """
    )

    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_sfn_state_machine_stands_beside_a_fixture_of_that_name(pytester):
    pytester.path.joinpath("flow.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', "utf-8")
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def state_machine():
            return "my own"

        @pytest.mark.sfn("flow.asl.json")
        def test_both(state_machine, sfn_state_machine):
            assert (state_machine, sfn_state_machine.name) == ("my own", "flow")

        def test_without_a_marker(sfn_state_machine): ...
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(['the fixture sfn_state_machine needs the marker: @pytest.mark.sfn("order.asl.json")'])


def test_asyncio_tests(pytester):
    pytester.makeconftest(  # as plugins for asyncio do it
        """
        import asyncio
        import inspect
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                names = pyfuncitem._fixtureinfo.argnames
                asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
                return True
        """
    )
    pytester.makepyfile(
        f"""
        import asyncio

        async def test_passing(sfn_mock):
            sfn_mock.lambda_function("f").returns(1)
            machine = sfn_mock.load({BROKEN})
            assert machine.run({{}}).output == 1
            sfn_mock.reset_calls()
            found = await asyncio.gather(*(asyncio.to_thread(machine.run, {{}}) for _ in range(3)))
            assert [execution.output for execution in found] == [1, 1, 1]
            assert sfn_mock.lambda_function("f").call_count == 3

        async def test_failing(sfn_mock):
            sfn_mock.load({BROKEN}).run({{}})

        async def test_swallowing(sfn_mock):
            await asyncio.gather(asyncio.to_thread(sfn_mock.load({BROKEN}).run, {{}}), return_exceptions=True)
        """
    )
    result = pytester.runpytest()

    result.assert_outcomes(passed=2, failed=1, errors=1)
    assert result.stdout.str().count("no mock answers this task") == 4  # each error and its timeline
