"""Options, ini keys and the marker."""

import pytest

ASK = """
    import pytest
    from pytest_sfn.account.sfn_mock import account_of

    {marker}
    def test_it(sfn_mock):
        account = account_of(sfn_mock)
        machine = sfn_mock.load("order.asl.json")
        print("seen", sfn_mock.now.isoformat(), machine.arn, account.quotas_of("STANDARD").payload, account.world.seed)
"""
DEFAULT = "seen 2024-01-01T00:00:00+00:00 arn:aws:states:us-east-1:123456789012:stateMachine:order 262144 0"


@pytest.mark.parametrize(
    ("arguments", "marker", "seen"),
    [
        ([], "", DEFAULT),
        (["-o", "sfn_start_time=2030-02-03T04:05:06Z"], "", DEFAULT.replace("2024-01-01T00:00:00", "2030-02-03T04:05:06")),
        (["-o", "sfn_region=eu-west-1"], "", DEFAULT.replace("us-east-1", "eu-west-1")),
        (["-o", "sfn_account_id=999999999999"], "", DEFAULT.replace("123456789012", "999999999999")),
        (["-o", "sfn_seed=7"], "", DEFAULT[:-1] + "7"),
        (["-o", "sfn_seed=7", "--sfn-seed", "8"], "", DEFAULT[:-1] + "8"),
        (["--sfn-seed", "8"], "@pytest.mark.sfn(seed=9)", DEFAULT[:-1] + "9"),
        ([], "@pytest.mark.sfn(region='eu-west-1')", DEFAULT.replace("us-east-1", "eu-west-1")),
        ([], "@pytest.mark.sfn(start_time='2030-01-01')", DEFAULT.replace("2024", "2030")),
        ([], "@pytest.mark.sfn(seed=1)\n    @pytest.mark.sfn(seed=2)", DEFAULT[:-1] + "2"),
    ],
)
def test_settings(run, arguments, marker, seen):
    result = run(ASK.format(marker=marker), "-s", *arguments)

    result.stdout.fnmatch_lines([f"*{seen}*"])


@pytest.mark.parametrize(
    ("arguments", "marker", "passes"),
    [
        ([], "", False),
        (["-o", "sfn_validate=present"], "", True),
        ([], "@pytest.mark.sfn(validate='none')", True),
        (["-o", "sfn_validate=none"], "@pytest.mark.sfn(validate='strict')", False),
    ],
)
def test_validate(run, arguments, marker, passes):
    result = run(
        f"""
        import pytest

        {marker}
        def test_it(sfn_mock):
            sfn_mock.state("A").returns({{}})
            start = {{"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True}}
            start["Parameters"] = {{"StateMachineArn.$": "$.StateMachineArn"}}
            machine = sfn_mock.load({{"StartAt": "A", "States": {{"A": start}}}})
            assert machine.run({{"StateMachineArn": "a"}}).output == {{}}
        """,
        *arguments,
    )
    result.assert_outcomes(passed=int(passes), failed=int(not passes))


@pytest.mark.parametrize(
    ("arguments", "marker", "passes"),
    [
        ([], "", False),
        (["-o", "sfn_network=allow"], "", True),
        ([], "@pytest.mark.sfn(network='allow')", True),
        (["-o", "sfn_network=allow"], "@pytest.mark.sfn(network='refuse')", False),
    ],
)
def test_network(run, arguments, marker, passes):
    result = run(
        f"""
        import socket
        import sys

        import pytest

        def stub(event):
            with socket.socket() as sock:
                sys.audit("socket.connect", sock, ("192.0.2.1", 80))  # as connect does, but nothing is sent

        {marker}
        def test_it(sfn_mock):
            sfn_mock.state("A").calls(stub)
            start = {{"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}}
            sfn_mock.load({{"StartAt": "A", "States": {{"A": start}}}}).run()
        """,
        *arguments,
    )
    result.assert_outcomes(passed=int(passes), failed=int(not passes))


@pytest.mark.parametrize(("arguments", "marker"), [(["-o", "sfn_quotas=none"], ""), ([], "@pytest.mark.sfn(quotas=None)")])
def test_no_quotas(run, arguments, marker):
    result = run(ASK.format(marker=marker), "-s", *arguments)

    result.assert_outcomes(passed=1)
    assert " 262144 " not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "sfn_seed=x"], "ini sfn_seed: 'x' is not a whole number"),
        (["--sfn-seed=x"], "--sfn-seed: 'x' is not a whole number"),
        (["-o", "sfn_parameter_check=off"], "ini sfn_parameter_check: 'off' is neither 'error' nor 'warning'"),
        (["-o", "sfn_validate=lax"], "ini sfn_validate: 'lax' is neither 'strict' nor 'present' nor 'none'"),
        (["-o", "sfn_quotas=many"], "ini sfn_quotas: 'many' is neither 'aws' nor 'none'"),
        (["-o", "sfn_network=maybe"], "ini sfn_network: 'maybe' is neither 'refuse' nor 'allow'"),
        (["-o", "sfn_region=mars"], "ini sfn_region: 'mars' is not a region, such as us-east-1"),
        (["-o", "sfn_account_id=12"], "ini sfn_account_id: '12' is not a text of twelve digits"),
        (["-o", "sfn_start_time=noon"], "ini sfn_start_time: 'noon' is not an ISO 8601 time, such as 2024-01-01T00:00:00Z"),
    ],
)
def test_mistakes_in_the_configuration_end_the_run(run, arguments, message):
    result = run(ASK.format(marker=""), *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.lines[:1] == [f"ERROR: {message}"]


def test_a_folder_of_definitions_that_is_not_there_ends_the_run(run, pytester):
    result = run(ASK.format(marker=""), "-o", "sfn_definition_root=nowhere")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.lines[0] == f"ERROR: ini sfn_definition_root: there is no folder {pytester.path / 'nowhere'}"


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            "sfn(sead=1)",
            (
                "the marker sfn takes a definition and the keywords account_id, allowed_folders, logical_id, mock_config, "
                "name, network, parameters, quotas, region, role_arn, seed, start_time, strict, substitutions, test_case, "
                "type, validate; not sead; did you mean seed?"
            ),
        ),
        (
            "sfn('order.asl.json', 'strict')",
            (
                "the marker sfn takes a definition and the keywords account_id, allowed_folders, logical_id, mock_config, "
                "name, network, parameters, quotas, region, role_arn, seed, start_time, strict, substitutions, test_case, "
                "type, validate; not 'strict'"
            ),
        ),
        ("sfn(region=5)", "the marker sfn: region=5 is not a region, such as us-east-1"),
        ("sfn(strict='no')", "the marker sfn: strict='no' is neither True nor False"),
        ("sfn(account_id='12')", "the marker sfn: account_id='12' is not a text of twelve digits"),
        ("sfn(seed='x')", "the marker sfn: seed='x' is not a whole number"),
        ("sfn(start_time=5)", "the marker sfn: start_time=5 is not a datetime"),
        ("sfn(quotas=5)", "the marker sfn: quotas is 5; it is 'aws', None or a Quotas"),
        ("sfn(mock_config=5)", "the marker sfn: mock_config=5 is not a path"),
        ("sfn(parameters='x')", "the marker sfn: parameters='x' is not a dict whose keys are names"),
        ("sfn(quotas='few')", "the marker sfn: quotas='few' is neither 'aws' nor 'none'"),
        (
            "sfn(start_time='noon')",
            "the marker sfn: start_time='noon' is not an ISO 8601 time, such as 2024-01-01T00:00:00Z",
        ),
    ],
)
def test_mistakes_in_the_marker(run, shows, marker, message):
    result = run(ASK.format(marker=f"@pytest.mark.{marker}"))

    result.assert_outcomes(errors=1)
    shows(
        result,
        f"""
        ______________________________________________ ERROR at setup of test_it _______________________________________________
        {message}
        =============================================== short test summary info ================================================
        """,
    )


def test_help(run):
    text = run(ASK.format(marker=""), "--help").stdout.str()

    assert "AWS Step Functions (pytest-sfn):" in text
    for name in ("--sfn-strict ", "--sfn-seed=N", "sfn_strict", "sfn_quotas", "sfn_seed", "sfn_region", "sfn_account_id"):
        assert f"\n  {name}" in text


def test_markers_and_fixtures(run):
    run(ASK.format(marker=""), "--markers").stdout.fnmatch_lines(["@pytest.mark.sfn(*strict=False, validate='strict', *"])
    run(ASK.format(marker=""), "--fixtures").stdout.fnmatch_lines(
        ["sfn_mock -- *plugin.py:*", "    A mocked Step Functions account with a virtual clock*"]
    )


def test_the_marker_is_known_to_strict_markers(run):
    run(ASK.format(marker="@pytest.mark.sfn(strict=True)"), "--strict-markers", "--strict-config").assert_outcomes(passed=1)


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="[tool.pytest] is new in pytest 9")
def test_numbers_and_lists_of_toml_are_what_they_are(pytester):
    pytester.makepyprojecttoml(
        """
        [tool.pytest]
        sfn_seed = 7
        sfn_strict = true
        sfn_lint = true
        sfn_definitions = ["flow.asl.json"]
        sfn_substitutions = ["Seconds=3"]
        sfn_cov = ["flow.asl.json"]
        sfn_cov_report = ["json:coverage.json"]
        sfn_cov_fail_under = 99.5
        sfn_cov_error_paths_fail_under = 0
        sfn_cov_precision = 2
        sfn_target_timeout = 30
        sfn_target_rate = 0.5
        sfn_target_visits = 3
        """
    )
    pytester.path.joinpath("flow.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', "utf-8")
    pytester.makepyfile(
        """
        def test(sfn_mock, request):
            assert request.config.getini("sfn_seed") == 7
            assert sfn_mock.load("flow.asl.json").run().succeeded
        """
    )

    pytester.runpytest().assert_outcomes(passed=2)

    assert pytester.path.joinpath("coverage.json").exists()


@pytest.mark.skipif(pytest.version_tuple < (9, 2), reason="pytest 9.0 and 9.1 take one type")
def test_numbers_of_toml_may_be_text(pytester):
    pytester.makepyprojecttoml('[tool.pytest]\nsfn_seed = "7"\nsfn_cov_fail_under = "1"\n')
    pytester.makepyfile("def test(request): assert request.config.getini('sfn_seed') in (7, '7')")

    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sfn_lint = 'maybe'", "expects a bool, got str: 'maybe'"),
        ("sfn_intercept = 'maybe'", "expects a bool, got str: 'maybe'"),  # read before any conftest.py
        ("sfn_show = true", "expects a string, got bool: True"),
        ("sfn_cov_report = 'term'", "expects a list for type 'linelist', got str: 'term'"),  # used by coverage alone
        ("sfn_target_timeout = true", "got bool: True"),
    ],
)
@pytest.mark.skipif(pytest.version_tuple < (9,), reason="[tool.pytest] is new in pytest 9")
def test_a_value_of_another_type_ends_the_run(pytester, line, message):
    file = pytester.makepyprojecttoml(f"[tool.pytest]\n{line}\n")

    result = pytester.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith(f"ERROR: {file}: config option '{line.split()[0]}' expects ")
    assert result.errlines[0].endswith(message)


def test_text_that_is_no_truth_value_ends_the_run(pytester):
    pytester.makeini("[pytest]\nsfn_lint = maybe\n")

    result = pytester.runpytest()

    assert (result.ret, result.errlines[0]) == (pytest.ExitCode.USAGE_ERROR, "ERROR: ini sfn_lint: invalid truth value 'maybe'")
