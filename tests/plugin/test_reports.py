"""What a failed test shows."""

import re

import pytest


def test_path(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            execution = sfn_mock.load("order.asl.json").run()
            assert execution.path == ["Charge", "Pack", "Ship"]
        """
    )
    shows(
        result,
        """
        >       assert execution.path == ["Charge", "Pack", "Ship"]
        E       AssertionError: assert ['Charge', 'Ship'] == ['Charge', 'Pack', 'Ship']
        E
        E                taken   expected
        E             0  Charge  Charge
        E         >      -       Pack
        E             1  Ship    Ship
        E         no state is named 'Pack'

        test_path.py:4: AssertionError
        """,
    )


@pytest.mark.parametrize(
    "comparison", ["['Charge'] == path", "path != ['Charge', 'Ship']", "path == 'Charge'", "'Pack' in path"]
)
def test_other_comparisons_of_paths_are_explained_too(run, comparison):
    result = run(
        f"""
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            path = sfn_mock.load("order.asl.json").run().path
            assert {comparison}
        """
    )
    result.assert_outcomes(failed=1)
    assert ("taken   expected" in result.stdout.str()) == comparison.startswith("[")


@pytest.mark.parametrize(
    ("assertion", "line"),
    [
        ("execution == 1", "assert <Execution of 'order': SUCCEEDED, Charge -> Ship> == 1"),
        ("execution.failed", " +  where False = <Execution of 'order': SUCCEEDED, Charge -> Ship>.failed"),
        ("execution.state('Charge').retries == 2", " +  where 1 = <state 'Charge': visited once, 1 retry, ok>.retries"),
        (
            "execution.state('Charge').visits == []",
            "  Left contains one more item: <visit of 'Charge' at 0:00:00: ok after 2 attempts, next 'Ship'>",
        ),
        (
            "execution.state('Charge').attempts == []",
            "  Left contains 2 more items, first extra item: <attempt 1, Busy, then 10 s of backoff>",
        ),
        (
            "charge.calls == []",
            "  Left contains 2 more items, first extra item: Call(input={}, state='Charge', attempt=1, time=+00:00:00)",
        ),
        ("charge.call_count == 0", " +  where 2 = <mock function:charge: called 2 times>.call_count"),
    ],
)
def test_introspection(run, assertion, line):
    result = run(
        f"""
        def test_it(sfn_mock):
            charge = sfn_mock.lambda_function("charge")
            charge.raises("Busy").returns(1)
            execution = sfn_mock.load("order.asl.json").run()
            assert {assertion}
        """
    )
    assert line in [text.removeprefix("E      ").removeprefix(" ").removeprefix("AssertionError: ") for text in result.outlines]


def test_unknown_state(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            assert sfn_mock.load("order.asl.json").run().state("Shipp").visits
        """
    )
    shows(
        result,
        """
        E       pytest_sfn.UnknownStateError: order.asl.json: no state 'Shipp'; did you mean 'Ship'?

        test_unknown_state.py:3: UnknownStateError
        """,
    )


def test_an_error_of_ours_shows_the_frames_of_the_user_alone(run):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.load("nothing.asl.json")
        """
    )
    text = result.stdout.str()
    assert "pytest_sfn.DefinitionError: definition 'nothing.asl.json' not found" in text
    assert "source.py" not in text
    assert "source.py" in run("def test_it(sfn_mock): sfn_mock.load('nothing.asl.json')", "--full-trace").stdout.str()


BEHIND = "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: %s}}\n"


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"template.yaml": BEHIND % "nothing.asl.json"}, "template.yaml:2:57: DEFINITION_NOT_FOUND: *"),
        ({"template.yaml": BEHIND % "a.json", "a.json": '{"StartAt": '}, "a.json:1:13: INVALID_JSON_DESCRIPTION: *"),
        ({"main.tf": "resource a { x = = }"}, "main.tf:1:18: INVALID_TEMPLATE: *"),
        (
            {"serverless.yml": 'service: a\nstepFunctions: {stateMachines: {a: {definition: "${file(b.yml)}"}}}\n'},
            "serverless.yml:2:37: DEFINITION_NOT_FOUND: *",
        ),
    ],
)
def test_an_error_of_a_template_shows_the_line_of_the_test_alone(pytester, run, files, error):
    for name, text in files.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    source = f"def test_it(sfn_mock):\n    sfn_mock.load('{next(iter(files))}')"

    result = run(source)
    result.stdout.fnmatch_lines(
        [">       sfn_mock.load(*", f"E       pytest_sfn.DefinitionError: {error}", "*.py:2: DefinitionError"]
    )
    assert "functools" not in result.stdout.str()
    assert "functools" in run(source, "--full-trace").stdout.str()


def test_an_application_without_an_answer_shows_the_line_of_the_test_alone(run):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.http().serves(lambda environ, start_response: [])
            task = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True, "Parameters": {
                "ApiEndpoint": "https://a.example", "Method": "GET",
                "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/a/b"}}}
            sfn_mock.load({"StartAt": "A", "States": {"A": task}}).run()
        """
    )
    result.stdout.fnmatch_lines(
        ["E * application *<lambda> raised TypeError: the WSGI application has not called start_response"]
    )
    assert "http_apps.py" not in result.stdout.str()


@pytest.mark.parametrize(
    "call",
    [
        "urllib.request.urlopen('http://a.example/')",
        "socket.create_connection(('192.0.2.1', 80))",
        "http.client.HTTPConnection('a.example').request('GET', '/')",
        "concurrent.futures.ThreadPoolExecutor().submit(urllib.request.urlopen, 'http://a.example/').result()",
        "subprocess.run([sys.executable, '-I', '-c', ''])",
    ],
)
def test_an_error_of_ours_shows_no_frames_of_the_libraries_that_lead_to_it(run, call):
    source = f"""
        import concurrent.futures, http.client, socket, subprocess, sys, urllib.request

        def test_it(sfn_mock):
            def stub(event):
                {call}

            sfn_mock.lambda_function("charge").calls(stub)
            sfn_mock.load("order.asl.json").run()
        """
    text = run(source).stdout.str()
    assert re.search(r"^E +pytest_sfn\.NetworkError: ", text, re.MULTILINE)
    assert {line.partition(":")[0] for line in text.splitlines() if re.match(r"\S+\.py:\d+: ", line)} == {
        "test_an_error_of_ours_shows_no_frames_of_the_libraries_that_lead_to_it.py"
    }


def test_a_bug_of_ours_shows_our_frames(run):
    result = run(
        """
        def test_it(sfn_mock, monkeypatch):
            from pytest_sfn.mocks.registry import Registry
            monkeypatch.setattr(Registry, "answer", lambda *args: {}["no such thing"])
            sfn_mock.load("order.asl.json").run()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*scheduler.py:*", "E * pytest_sfn.InternalError: order.asl.json:4:5: state 'Charge': KeyError: 'no such thing'"]
    )


def test_several_executions(run, shows):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            machine = sfn_mock.load("order.asl.json")
            for number in range(12):
                machine.run({"number": number})
            assert False
        """
    )
    shows(
        result,
        """
        ------------------------------------------------------ executions ------------------------------------------------------
        2 earlier executions are not shown
        -------------------------------------------------- execution 3 of 12 ---------------------------------------------------
        order: SUCCEEDED
          input   {"number": 2}
          +00:00:00  Charge  Task     $.payment = 1
          +00:00:00  Ship    Succeed
          output  {"number": 2, "payment": 1}
        """,
    )
    assert "execution 12 of 12" in result.stdout.str()


def test_passed_tests_show_nothing(run):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            sfn_mock.load("order.asl.json").run()
        """,
        "-rA",
    )
    assert "SUCCEEDED" not in result.stdout.str()


def test_redaction(run):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.redact("$.card.number")
            charge = sfn_mock.lambda_function("charge")
            charge.raises("Bad", "no such card: 4111")
            execution = sfn_mock.load("order.asl.json").run(INPUT)
            print(execution.cause)
            charge.assert_called_once_with({"card": {}})

        INPUT = {"card": {"number": "41" + "11"}}
        """
    )
    result.assert_outcomes(failed=1)
    assert "4111" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        [
            'E         1. {"card": {"number": "?redacted?"}}   state \'Charge\', attempt 1, t=+00:00:00',
            '*"errorMessage":*"no such card: ?redacted?"*',
            '  input   {"card": {"number": "?redacted?"}}',
            "  +00:00:00  Charge  Task  Bad: no such card: ?redacted?",
        ]
    )


def test_narrow_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns("y" * 100)
            sfn_mock.load("order.asl.json").run({"x": "y" * 100})
            assert False
        """
    )
    found = result.outlines
    rows = found[found.index("order: SUCCEEDED") + 1 :][:3]
    assert [len(row) for row in rows] == [60, 60, 28]


@pytest.mark.parametrize(
    "option", ["--assert=plain", "-p no:cacheprovider", "--tb=short", "--tb=line", "--tb=native", "-n2", "-v"]
)
def test_options_of_pytest(run, option):
    result = run(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(sfn_mock, number):
            sfn_mock.redact("$.nothing")
            sfn_mock.lambda_function("charge").returns(number)
            execution = sfn_mock.load("order.asl.json").run({"number": number})
            assert execution.path == ["Ship"]

        def test_no_mock(sfn_mock):
            sfn_mock.load("order.asl.json").run()

        def test_swallowed(sfn_mock):
            try:
                sfn_mock.load("order.asl.json").run()
            except Exception:
                pass

        def test_passes(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            assert sfn_mock.load("order.asl.json").run().succeeded
        """,
        *option.split(),
        subprocess=option == "-n2",
    )
    result.assert_outcomes(passed=2, failed=3, errors=1)
    if option != "--tb=line":
        assert result.stdout.str().count("  +00:00:00  Charge  Task     $.payment = ") == 2


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("sfn_mock.lambda_function('charge').return_values = 1", "did you mean 'return_value'?"),
        ("execution.variables['totl']", "did you mean the variable 'total'?"),
        ("execution.outputs", "*id you mean*output*"),
    ],
)
def test_a_slip_in_a_name_of_ours(run, slip, meant):
    result = run(
        f"""
        def test_it(sfn_mock):
            state = {{"Type": "Pass", "Assign": {{"total": 1}}, "End": True}}
            execution = sfn_mock.load({{"StartAt": "A", "States": {{"A": state}}}}).run()
            {slip}
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E*{meant}"])


def test_errors_in_collection_are_pytests_own(run):
    result = run("from pytest_sfn import nothing")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E   ImportError: cannot import name 'nothing' from 'pytest_sfn'*"])


NOT_RUNNABLE = "a StateMachine does not run by itself; sfn_mock.load(state_machine) makes it runnable"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("pytest_sfn.load('order.asl.json').run()", f"pytest_sfn.UnknownAttributeError: {NOT_RUNNABLE}"),
        ("done.state('Charge').iterations", "pytest_sfn.UnknownAttributeError: state 'Charge' is a Task, not a Map"),
        ("done.run_until('Pack')", "pytest_sfn.UnknownStateError: order.asl.json: no state 'Pack'; it has 'Charge', 'Ship'"),
        ("machine.run_state('Shipp')", "pytest_sfn.UnknownStateError: order.asl.json: no state 'Shipp'; did you mean 'Ship'?"),
        ("machine.run({1: 2})", "pytest_sfn.JsonValueError: the input is not JSON: $ has the key 1; JSON keys are strings"),
    ],
)
def test_mistakes_in_calls_show_the_line_of_the_test_alone(run, call, message):
    result = run(
        f"""
        import pytest_sfn

        def test_it(sfn_mock):
            sfn_mock.lambda_function("charge").returns(1)
            machine = sfn_mock.load("order.asl.json")
            done = machine.run()
            {call}
        """
    )
    result.assert_outcomes(failed=1)
    assert f"E       {message}" in result.outlines
    assert "site-packages" not in result.stdout.str()
    assert "execution.py" not in result.stdout.str()


def test_a_run_without_a_terminal_reports_failures_too(run, pytester):
    result = run(
        """
        def test_it(sfn_mock):
            sfn_mock.load("order.asl.json").run()
        """,
        "-p",
        "no:terminal",
        "--junitxml=report.xml",
        "--sfn-show=all",
        subprocess=True,
    )

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "INTERNALERROR" not in result.stderr.str()
    assert "order: stopped by a test error" in pytester.path.joinpath("report.xml").read_text("utf-8")
