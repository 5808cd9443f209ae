"""The fixture `state_machine` with the marker's definition, and what the ini file says of definitions."""

from textwrap import dedent

import pytest

TEMPLATE = """\
Resources:
  Order:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Sub '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Env}", "End": true}}}'}
  Refund:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: '{"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": ${Wait}, "End": true}}}'}
Parameters:
  Env: {Type: String, Default: dev}
"""


@pytest.mark.parametrize(
    ("markers", "expected"),
    [
        ('@pytest.mark.sfn("template.yaml", logical_id="Order")', "Order dev"),
        ('@pytest.mark.sfn(definition="template.yaml", logical_id="Order", parameters={"Env": "prod"})', "Order prod"),
        ('@pytest.mark.sfn("template.yaml", logical_id="Refund", substitutions={"Wait": 5})', "Refund None"),
        # the nearest wins
        ('@pytest.mark.sfn("template.yaml", logical_id="Refund", seed=3)\\n@pytest.mark.sfn(logical_id="Order")', "Order dev"),
        ('@pytest.mark.sfn("template.yaml", logical_id="Order")\\n@pytest.mark.sfn("order.asl.json")', "order None"),
    ],
)
def test_the_marker_names_the_definition(pytester, run, markers, expected):
    pytester.makefile(".yaml", template=TEMPLATE)
    source = dedent("""\
        import pytest

        {}
        def test_it(state_machine, sfn_mock):
            assert state_machine in sfn_mock.machines
            if "charge" in str(state_machine.state_machine.definition):
                sfn_mock.lambda_function("charge").returns(1)
            output = state_machine.run().output
            assert f"{{state_machine.name}} {{output if isinstance(output, str) else None}}" == "{}"
        """)
    run(source.format(markers.replace("\\n", "\n"), expected)).assert_outcomes(passed=1)


def test_without_a_definition(run, shows):
    result = run("def test_it(state_machine): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['the fixture state_machine needs the marker: @pytest.mark.sfn("order.asl.json")'])


def test_a_definition_that_is_not_there(run, shows):
    result = run("import pytest\n\n@pytest.mark.sfn('ordr.asl.json')\ndef test_it(state_machine): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*_ ERROR at setup of test_it _*",
            "definition 'ordr.asl.json' not found",
            "  looked at  */ordr.asl.json",
            "  did you mean  */order.asl.json",
            "  marker  sfn of *.py::test_it",
            "*= short test summary info =*",
        ],
        consecutive=True,
    )


INI = """
[pytest]
sfn_definition_root = infra
sfn_parameters =
    Env = staging
sfn_substitutions =
    Wait=7
    Unused=x
"""


def test_ini(pytester):
    pytester.mkdir("infra").joinpath("template.yaml").write_text(TEMPLATE)
    pytester.mkdir("tests")
    pytester.makeini(INI)
    pytester.path.joinpath("tests/test_it.py").write_text(
        dedent("""\
        import pytest
        import pytest_sfn

        early = pytest_sfn.load("template.yaml", logical_id="Order")

        @pytest.mark.sfn("template.yaml", logical_id="Refund")
        def test_it(state_machine, sfn_mock):
            assert state_machine.run().elapsed.total_seconds() == 7
            assert sfn_mock.load("template.yaml", logical_id="Order").run().output == "staging"
            assert sfn_mock.load(early).run().output == "staging"
        """)
    )
    pytester.runpytest("-W", "error").assert_outcomes(passed=1)
    assert_forgotten()


def assert_forgotten():
    from pytest_sfn.defaults import defaults

    assert (defaults.root, defaults.parameters, defaults.substitutions, defaults.allowed_folders) == (None, {}, {}, ())


def test_allowed_folders(pytester):
    project = pytester.mkdir("project")
    pytester.path.joinpath("shared.asl.json").write_text('{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}')
    project.joinpath("template.yaml").write_text(
        "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../shared.asl.json}}}"
    )
    project.joinpath("test_it.py").write_text("def test_it(sfn_mock):\n    sfn_mock.load('template.yaml')\n")
    project.joinpath("pytest.ini").write_text("[pytest]\n")
    refused = pytester.runpytest(project)
    refused.assert_outcomes(failed=1)
    refused.stdout.fnmatch_lines(
        ["E *FILE_REFUSED: state machine 'M': DefinitionUri: *shared.asl.json is outside of the project *"]
    )
    project.joinpath("pytest.ini").write_text("[pytest]\nsfn_allowed_folders = ..\n")
    pytester.runpytest(project).assert_outcomes(passed=1)
    project.joinpath("pytest.ini").write_text("[pytest]\n")
    project.joinpath("test_it.py").write_text(
        "def test_it(sfn_mock):\n    sfn_mock.load('template.yaml', allowed_folders=['..'])\n"
    )
    pytester.runpytest(project).assert_outcomes(passed=1)
    assert_forgotten()


@pytest.mark.parametrize("name", ["sfn_parameters", "sfn_substitutions"])
def test_mistake_in_the_ini_file(run, name):
    result = run("def test_it(): pass", "-o", f"{name}=Env")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.lines[:1] == [f"ERROR: ini {name}: 'Env' is not NAME=VALUE"]


def test_the_marker_takes_all_that_load_takes(pytester, run):
    result = run(
        """
        import pytest

        @pytest.mark.sfn("order.asl.json", name="mine", type="EXPRESS", role_arn="arn:aws:iam::1:role/r", allowed_folders=["."])
        def test_it(state_machine, sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            assert ":express:" in state_machine.run({}).arn
            assert state_machine.name == "mine"

        @pytest.mark.sfn("order.asl.json", type="express")
        def test_wrong(state_machine):
            pass
        """
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["type is 'express'; a state machine is 'STANDARD' or 'EXPRESS'"])
