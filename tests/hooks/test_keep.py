"""`--sfn-show=all` for a test that makes its account itself."""

import json

import pytest_sfn.hooks.keep  # noqa: F401 - once here, or each run below imports all of it anew
from tests.helpers import machine


def test_an_account_is_there_until_the_report_is_made(pytester):
    pytester.path.joinpath("order.asl.json").write_text(json.dumps(machine(Done={"Type": "Succeed"})), encoding="utf-8")
    pytester.makepyfile(
        """
        import gc, weakref
        import pytest
        from pytest_sfn import SfnMock

        made = []

        @pytest.fixture(autouse=True)
        def collected():
            gc.collect()
            assert [account() for account in made] == [None] * len(made)  # those of the tests before are gone
            yield

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(number, request):
            request.addfinalizer(gc.collect)
            with SfnMock() as sfn_mock:
                sfn_mock.load("order.asl.json").run({"number": number})
                made.append(weakref.ref(sfn_mock))
            del sfn_mock
            gc.collect()
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--sfn-show=all")

    result.assert_outcomes(passed=2)
    assert [line for line in result.outlines if "input" in line] == ['  input   {"number": 1}', '  input   {"number": 2}']
