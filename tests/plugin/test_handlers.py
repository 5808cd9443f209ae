"""`use_handlers` and `calls_handler`, from outside, with the templates that people keep."""

import json
from textwrap import dedent

import pytest

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.12
        Handler: app.handler
        Timeout: 7
    Resources:
      Order:
        Type: AWS::Serverless::StateMachine
        Properties:
          DefinitionSubstitutions:
            Charge: !GetAtt ChargeFunction.Arn
            Ship: !Ref ShipFunction
          Definition:
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: ${Charge}
                Retry: [{ErrorEquals: [Busy], IntervalSeconds: 1, MaxAttempts: 1}]
                Next: Ship
              Ship:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Ship}", Payload.$: $}
                OutputPath: $.Payload
                End: true
      ChargeFunction:
        Type: AWS::Serverless::Function
        Properties:
          FunctionName: shop-charge
          CodeUri: charge/
          Environment: {Variables: {CURRENCY: EUR}}
      ShipFunction:
        Type: AWS::Serverless::Function
        Properties:
          {ship}
    """

ARN = "arn:aws:lambda:us-east-1:123456789012:function:shop-charge"

CHARGE = """
    import os
    calls = []

    def handler(event, context):
        calls.append(event)
        return {"charged": os.environ["CURRENCY"], "calls": len(calls), "left": context.get_remaining_time_in_millis()}
    """


@pytest.fixture
def app(pytester):
    """An application in SAM; gives what changes its template and files."""

    def app(ship="MemorySize: 256", **files):
        properties = ship if ship.startswith("CodeUri:") else f"CodeUri: ship/\n          {ship}"
        found = {"template.yaml": TEMPLATE.replace("{ship}", properties), "charge/app.py": CHARGE}
        found["ship/app.py"] = "def handler(event, context): return {**event, 'memory': context.memory_limit_in_mb}"
        for name, text in {**found, **files}.items():
            path = pytester.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")

    return app


def test_a_whole_application(app, run):
    app()
    result = run(
        """
        import sys
        import pytest

        @pytest.mark.parametrize("again", [1, 2])
        def test_it(sfn_mock, again):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.use_handlers()
            execution = machine.run({})
            assert execution.output == {"charged": "EUR", "calls": 1, "left": 7000, "memory": "256"}
            for name in ("shop-charge", "ChargeFunction"):
                assert sfn_mock.lambda_function(name).call_count == 1
            assert machine.run({}).output["calls"] == 2

        def test_nothing_is_left():
            assert "app" not in sys.modules
            assert not [entry for entry in sys.path if entry.endswith(("charge", "ship"))]

        def test_mocks_win(sfn_mock):
            sfn_mock.use_handlers(environment={"CURRENCY": "USD"})
            sfn_mock.lambda_function("ShipFunction").when(input={"calls": 2}).raises("Lost")
            machine = sfn_mock.load("template.yaml")
            assert machine.run({}).output["charged"] == "USD"
            assert machine.run({}).error == "Lost"
            sfn_mock.state("Charge").returns({})
            assert machine.run({}).output == {"memory": "256"}

        def test_one_function(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.lambda_function("ChargeFunction").fails_then_calls("Busy")
            sfn_mock.lambda_function("ShipFunction").returns("sent")
            execution = machine.run({})
            assert execution.output == "sent"
            assert execution.state("Charge").retries == 1

        def test_faults(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.use_handlers()
            for case in machine.faults({}, tasks=["Charge"], errors=["Busy"]):
                execution = case.run()
                if execution.succeeded:
                    assert execution.output["calls"] == 1

        @pytest.mark.sfn_faults("template.yaml", tasks=["Charge"], errors=["Busy"])
        def test_marker(sfn_mock, sfn_fault):
            sfn_mock.use_handlers()
            assert sfn_mock.load("template.yaml").run({}).succeeded == (sfn_fault.times == 1)
        """,
        "-p",
        "no:cacheprovider",
    )
    assert result.ret == 0, result.stdout.str()


ONE = """
    def test_it(sfn_mock):
        machine = sfn_mock.load("template.yaml")
        {}
        machine.run({{}})
    """


def test_where_a_handler_raised(app, run):
    app(**{"charge/app.py": "def handler(event, context):\n    return event['no']"})
    result = run(
        """
        def test_it(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.use_handlers()
            assert machine.run({}).succeeded
        """
    )
    result.stdout.fnmatch_lines(["  raised  charge/app.py:2 in handler: return event['no']"])


def test_a_handler_that_failed_in_a_library_raised_in_its_own_line(app, run):
    app(
        **{
            "charge/app.py": "import own, vendored\ndef handler(event, context):\n    return own.pay(vendored)",
            "charge/own.py": "def pay(library):\n    return library.refuse()",
            "charge/vendored.py": "def refuse():\n    raise ValueError('no')",
            "charge/vendored-1.0.dist-info/RECORD": "vendored.py,,",
        }
    )
    result = run(
        """
        def test_it(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.use_handlers()
            assert machine.run({}).succeeded
        """
    )
    result.stdout.fnmatch_lines(["  error   ValueError", "  raised  charge/own.py:2 in pay: return library.refuse()"])


def test_a_handler_of_another_name(app, run):
    app(**{"charge/app.py": "def handle(event, context): ..."})
    result = run(ONE.format("sfn_mock.use_handlers()") + "    assert sfn_mock.executions[-1].succeeded\n")
    result.stdout.fnmatch_lines(["*charge/app.py has no 'handler'; did you mean 'handle'?"])


@pytest.mark.parametrize(
    ("ship", "reason"),
    [
        ("Runtime: nodejs20.x", "its runtime is nodejs20.x, and only Python runs here"),
        ("PackageType: Image", "it is a container image"),
        ("CodeUri: s3://bucket/ship.zip", "its code is not on this disk: s3://bucket/ship.zip"),
        ("CodeUri: shp/", "its code is not on this disk: shp/; did you mean 'ship'?"),
    ],
)
def test_what_must_be_mocked(app, run, ship, reason):
    app(ship)
    result = run(ONE.format("sfn_mock.use_handlers()"))
    result.assert_outcomes(failed=1)
    line = next(number for number, text in enumerate(dedent(TEMPLATE).splitlines(), 1) if "ShipFunction:" in text)
    result.stdout.fnmatch_lines(
        [
            "*MockError: template.yaml:*: state 'Ship': no mock answers this task",
            '*fix       sfn_mock.lambda_function("ShipFunction").returns(...)',
            f"*            its own code cannot run: {reason} (ShipFunction, template.yaml:{line}:*)",
        ]
    )

    result = run(
        """
        def test_it(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.lambda_function("ChargeFunction").returns({})
            sfn_mock.lambda_function("ShipFunction").calls_handler()
            machine.run({})
        """
    )
    result.stdout.fnmatch_lines(
        [
            f"*MockError: template.yaml:*: state 'Ship': the code of function 'ShipFunction' cannot run here: {reason}",
            f"*  function  ShipFunction, template.yaml:{line}:*",
            '*  fix       mock it: sfn_mock.lambda_function("ShipFunction").returns(...)',
            "*  see       pytest-sfn docs handlers#what-must-be-mocked (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#what-must-be-mocked)",
        ]
    )


def test_what_could_run_is_said(app, run):
    app()
    result = run(ONE.format(""))
    result.stdout.fnmatch_lines(
        [
            '*fix       sfn_mock.lambda_function("shop-charge").returns(...)',
            '*          or let its own code run: sfn_mock.lambda_function("shop-charge").calls_handler(), *docs handlers *',
        ]
    )


def test_other_layouts(app, pytester, run):
    """Code in a template, an asset of the CDK, the Serverless Framework, and a template beside the definition."""
    function = {"Handler": "index.handler", "Runtime": "python3.12", "Role": "x"}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "x",
            "DefinitionString": {
                "Fn::Join": [
                    "",
                    [
                        '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"',
                        {"Fn::GetAtt": ["F", "Arn"]},
                        '","End":true}}}',
                    ],
                ]
            },
        },
    }
    body = "def handler(event, context): return __file__.split('/')[-1]"

    def template(code, **metadata):
        resource = {"Type": "AWS::Lambda::Function", "Properties": {**function, "Code": code}, **metadata}
        return json.dumps({"Resources": {"M": machine, "F": resource}})

    asset = {"Metadata": {"aws:asset:path": "asset.123", "aws:asset:property": "Code"}}
    app(
        **{
            "inline.json": template({"ZipFile": body}),
            "cdk.out/Stack.template.json": template({"S3Bucket": "b", "S3Key": "123.zip"}, **asset),
            "cdk.out/asset.123/index.py": body,
            "serverless.yml": """
                service: shop
                provider: {name: aws, runtime: python3.12}
                functions:
                  charge: {handler: charge/app.handler, environment: {CURRENCY: GBP}}
                stepFunctions:
                  stateMachines:
                    pay:
                      definition:
                        StartAt: A
                        States:
                          A: {Type: Task, Resource: !GetAtt ChargeLambdaFunction.Arn, End: true}
                """,
            "order.asl.json": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": ARN, "End": True}}}),
        }
    )
    result = run(
        """
        import pytest
        from pytest_sfn.account.sfn_mock import account_of

        @pytest.mark.parametrize("name", ["inline.json", "cdk.out/Stack.template.json"])
        def test_code(sfn_mock, name):
            sfn_mock.use_handlers()
            assert sfn_mock.load(name).run({}).output == "index.py"

        def test_serverless(sfn_mock):
            sfn_mock.use_handlers()
            assert sfn_mock.load("serverless.yml").run({}).output["charged"] == "GBP"

        def test_beside(sfn_mock):
            sfn_mock.use_handlers("template.yaml")
            assert sfn_mock.load("order.asl.json").run({}).output["charged"] == "EUR"

        def test_two_with_one_name(sfn_mock):
            sfn_mock.use_handlers("inline.json", "cdk.out/Stack.template.json")
            with pytest.raises(Exception, match="two functions of the loaded templates are called 'F', and"):
                sfn_mock.load("inline.json").run({})
            account_of(sfn_mock).recover()
        """
    )
    result.assert_outcomes(passed=5)


def test_boto3_loaded_by_the_handler(app, run):
    """No request leaves the machine, even if botocore is imported in the middle of a call."""
    app(**{"charge/app.py": "def handler(event, context):\n    import boto3\n    return boto3.client('sqs').list_queues()"})
    result = run(
        """
        import sys
        import pytest
        from pytest_sfn.account.sfn_mock import account_of

        def test_it(sfn_mock):
            assert "botocore" not in sys.modules
            sfn_mock.use_handlers()
            with pytest.raises(Exception, match="sqs.ListQueues: a handler called AWS"):
                sfn_mock.load("template.yaml").run({})
            account_of(sfn_mock).recover()
        """,
        subprocess=True,
    )
    result.assert_outcomes(passed=1)


def test_coverage_of_the_code(app, run):
    app()
    result = run(ONE.format("sfn_mock.use_handlers()"), "--cov=charge", "--cov=ship", "--cov-report=term", subprocess=True)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["charge/app.py * 100%", "ship/app.py * 100%"])


def test_names_that_cloudformation_made(pytester):
    """A definition of a deployed stack; its functions are asked for by logical id."""
    pytester.makefile(
        ".yaml",
        template="""
        Resources:
          ChargeFunction:
            Type: AWS::Lambda::Function
            Properties: {Runtime: python3.12, Handler: index.f, Code: {ZipFile: "def f(event, context): return 'charged'"}}
        """,
    )
    pytester.makepyfile("""
        TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:shop-ChargeFunction-1A2B3C4D5E6F"}
        FLOW = {"StartAt": "Charge", "States": {"Charge": {**TASK, "End": True}}}

        def test_own_code(sfn_mock):
            sfn_mock.use_handlers("template.yaml")
            assert sfn_mock.load(FLOW).run({}).output == "charged"
            assert sfn_mock.lambda_function("ChargeFunction").call_count == 1

        def test_mock(sfn_mock):
            sfn_mock.use_handlers("template.yaml")
            sfn_mock.lambda_function("ChargeFunction").returns("mocked")
            assert sfn_mock.load(FLOW).run({}).output == "mocked"

        def test_mock_without_a_template(sfn_mock):
            charge = sfn_mock.lambda_function("ChargeFunction").returns("mocked")
            assert sfn_mock.load(FLOW).run({}).output == "mocked"
            charge.assert_called_once_with({})
        """)
    pytester.runpytest().assert_outcomes(passed=3)


NESTED = """
    Resources:
      A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}
      B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}
      Flow:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          Definition: {StartAt: Charge, States: {Charge: {Type: Task, Resource: !GetAtt A.Outputs.Arn, End: true}}}
    """
INNER = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties: {Runtime: python3.12, Handler: index.f, Code: {ZipFile: "def f(event, context): return 'charged'"}}
    Outputs: {Arn: {Value: !GetAtt Fn.Arn}}
    """


def test_name_that_two_functions_share(pytester):
    pytester.makefile(".yaml", template=NESTED, inner=INNER)
    pytester.makepyfile("""
        def test_no_answer(sfn_mock):
            sfn_mock.lambda_function("Fn").returns("mocked")
            sfn_mock.load("template.yaml").run({})

        def test_never_called(sfn_mock):
            sfn_mock.use_handlers()
            sfn_mock.lambda_function("Fn").returns("mocked")
            assert sfn_mock.load("template.yaml").run({}).output == "charged"

        def test_said_which(sfn_mock):
            sfn_mock.lambda_function("A-Fn").returns("mocked")
            assert sfn_mock.load("template.yaml").run({}).output == "mocked"
        """)
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines([
        "*'Fn' is the name of more than one function, A-Fn or B-Fn; say which",
    ])  # fmt: skip
    assert (
        "function:Fn was never called: no state calls this function; 'Fn' may be A-Fn or B-Fn; say which" in result.stdout.str()
    )


def test_template_whose_functions_are_not_known(pytester):
    pytester.makefile(".yaml", template=NESTED)
    pytester.makepyfile("""
        def test_it(sfn_mock):
            machine = sfn_mock.load("template.yaml")
            sfn_mock.use_handlers()
            machine.run({})
        """)
    result = pytester.runpytest("-Wignore")
    text = result.stdout.str()
    assert "template.yaml has no functions, nor nested stacks with some whose template is on this disk" in text
    assert "no template with functions is loaded" not in text


def test_parameters_of_a_template_with_functions(pytester):
    pytester.makefile(
        ".yaml",
        functions="""
        Transform: AWS::Serverless-2016-10-31
        Parameters: {Stage: {Type: String}}
        Resources:
          Charge:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: !Sub charge-${Stage}
              Runtime: python3.12
              Handler: index.handler
              InlineCode: |
                import os
                def handler(event, context):
                    return os.environ["STAGE"]
              Environment: {Variables: {STAGE: !Ref Stage}}
        """,
    )
    pytester.makepyfile(
        """
        import pytest
        from pytest_sfn import MockError

        TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge-beta", "End": True}

        def test_value(sfn_mock):
            sfn_mock.use_handlers("functions.yaml", parameters={"Stage": "beta"})
            assert sfn_mock.load({"StartAt": "A", "States": {"A": TASK}}).run().output == "beta"

        def test_for_no_template(sfn_mock):
            with pytest.raises(MockError, match="no template is named that they are for"):
                sfn_mock.use_handlers(parameters={"Stage": "beta"})

        def test_misspelt(sfn_mock):
            with pytest.warns(match="functions.yaml: nothing takes the parameter 'Stag' .did you mean 'Stage'"):
                sfn_mock.use_handlers("functions.yaml", parameters={"Stag": "beta"})
        """
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)
