"""Who does not use a thing does not load it."""

import sys

import pytest

PLUGIN = ["pytest_sfn", *(f"pytest_sfn.{name}" for name in ("hooks", "hooks.options", "hooks.reports", "plugin"))]
HEAVY = ("boto3", "botocore", "moto", "jsonpath_ng", "pytest_sfn.jsonata.expression", "yaml", "regex", "requests")


def test_a_run_that_does_not_use_us_loads_the_plugin_alone(run):
    result = run(
        """
        def test_it():
            import sys
            print("loaded", sorted(name for name in sys.modules if name.startswith("pytest_sfn")))
        """,
        "-s",
        "-p",
        "no:xdist",
        subprocess=True,
    )
    assert f"loaded {PLUGIN}" in result.stdout.str()


def test_a_run_with_failures_that_does_not_use_us_loads_the_plugin_alone(run):
    result = run(
        """
        import sys

        def test_fails():
            assert [1] == [2]

        def test_it():
            print("loaded", sorted(name for name in sys.modules if name.startswith("pytest_sfn")))
        """,
        "-s",
        subprocess=True,
    )
    assert f"loaded {PLUGIN}" in result.stdout.str()


def test_jsonpath_and_mocks_load_no_library(run):
    result = run(
        f"""
        import sys

        def test_it(sfn_mock):
            charge = sfn_mock.lambda_function("charge")
            charge.raises("Busy").calls(lambda event: {{"paid": event["id"] == 1}})
            execution = sfn_mock.load("order.asl.json").run({{"id": 1}})
            assert execution.output["payment"]["paid"]
            assert execution.timeline()
            assert execution.history
            print("loaded", [name for name in {HEAVY!r} if name in sys.modules])
        """,
        "-s",
        subprocess=True,
    )
    result.assert_outcomes(passed=1)
    assert "loaded []" in result.stdout.str()


def test_our_asserts_are_not_rewritten(run):
    result = run(
        """
        def test_it(sfn_mock):
            from pytest_sfn.engine import run
            print("loader", type(run.__loader__).__name__)
        """,
        "-s",
        subprocess=True,
    )
    result.stdout.fnmatch_lines(["*loader SourceFileLoader*"])


@pytest.mark.parametrize("name", ["SfnMock", "load", "MockError", "Execution", "DefinitionWarning"])
def test_public_names(name):
    import pytest_sfn

    assert name in pytest_sfn.__all__
    assert getattr(pytest_sfn, name).__name__ == name


def test_a_public_name_is_that_of_the_loaded_module(monkeypatch):
    """A run of pytest inside of another forgets the modules that it has imported."""
    import pytest_sfn.engine.quotas

    before = pytest_sfn.Quotas
    monkeypatch.setattr(pytest_sfn.engine, "quotas", pytest_sfn.engine.quotas)
    monkeypatch.delitem(sys.modules, "pytest_sfn.engine.quotas")

    assert pytest_sfn.Quotas is not before
    assert pytest_sfn.Quotas is sys.modules["pytest_sfn.engine.quotas"].Quotas
