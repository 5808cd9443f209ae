"""Tasks of API Gateway that reach the template's function."""

from __future__ import annotations

import json

import pytest

from pytest_sfn import MockError

OK = {"statusCode": 200, "body": '{"ok": true}'}


@pytest.fixture
def machine(sfn_mock):
    """Makes a machine that calls an API of its template, in which functions have these routes."""

    def load(routes, kind="Api", stage="Prod", **parameters):
        api = {"Ref": "Shop"}
        resources = {"Shop": {"Type": f"AWS::Serverless::{kind}", "Properties": {"StageName": stage}}}
        for name, (method, path) in routes.items():
            event = {"Path": path, "Method": method, "RestApiId" if kind == "Api" else "ApiId": api}
            properties = {"Handler": "a.b", "Runtime": "python3.12", "CodeUri": "."}
            properties["Events"] = {"E": {"Type": kind, "Properties": event}}
            resources[name] = {"Type": "AWS::Serverless::Function", "Properties": properties}
        sent = {"ApiEndpoint": {"Fn::Sub": "${Shop}.execute-api.${AWS::Region}.amazonaws.com"}, "Method": "GET", **parameters}
        task = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Parameters": sent, "End": True}
        flow = {"Definition": {"StartAt": "Call", "States": {"Call": task}}}
        resources["Flow"] = {"Type": "AWS::Serverless::StateMachine", "Properties": flow}
        template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
        return sfn_mock.load(json.dumps(template))

    return load


def test_a_rest_api(machine, sfn_mock):
    flow = machine(
        {"Get": ("post", "/orders/{id}")},
        Stage="Prod",
        Path="/orders/a%20b",
        Method="POST",
        QueryParameters={"x": ["1", "2"]},
        Headers={"Shop": ["one", "two"]},
        RequestBody={"n": 1},
    )
    function = sfn_mock.lambda_function("Get")
    function.returns({"statusCode": "201", "headers": {"X-Id": "7"}, "body": '{"id": 7}'})

    output = flow.run().output

    assert (output["StatusCode"], output["ResponseBody"], output["Headers"]["X-Id"]) == (201, {"id": 7}, ["7"])
    event = function.calls[0].input
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/orders/{id}", "/orders/a%20b", "POST")
    assert event["pathParameters"] == {"id": "a b"}
    assert (event["queryStringParameters"], event["multiValueQueryStringParameters"]) == ({"x": "2"}, {"x": ["1", "2"]})
    assert (event["headers"]["Shop"], event["multiValueHeaders"]["Shop"]) == ("two", ["one", "two"])
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == ('{"n":1}', False, None)
    context = event["requestContext"]
    assert (context["stage"], context["path"], context["apiId"]) == ("Prod", "/Prod/orders/a%20b", "Shop")


def test_an_http_api(machine, sfn_mock):
    flow = machine(
        {"Get": ("get", "/orders/{id}")}, "HttpApi", "$default", Path="/orders/7", QueryParameters={"x": ["1", "2"], "y": ["a"]}
    )
    function = sfn_mock.lambda_function("Get")
    function.returns({"id": 7})

    assert flow.run().output["ResponseBody"] == {"id": 7}

    event = function.calls[0].input
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "GET /orders/{id}", "/orders/7")
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("x=1&x=2&y=a", {"x": "1,2", "y": "a"})
    assert event["pathParameters"] == {"id": "7"}
    assert event["headers"]["host"] == "Shop.execute-api.us-east-1.amazonaws.com"
    assert event["requestContext"]["http"]["path"] == "/orders/7"
    assert "body" not in event


def test_a_stage_of_an_http_api(machine, sfn_mock):
    flow = machine({"Get": ("get", "/orders")}, "HttpApi", "live", Stage="live", Path="/orders")
    sfn_mock.lambda_function("Get").calls(lambda event: {"statusCode": 200, "body": event["rawPath"]})
    assert flow.run().output["ResponseBody"] == "/live/orders"


@pytest.mark.parametrize(
    ("path", "function"),
    [("/a", "A"), ("/a/b", "One"), ("/a/b/c", "All"), ("/", "Root"), ("/a/", "A"), ("/x", "All")],
)
def test_the_closest_route(machine, sfn_mock, path, function):
    routes = {
        "All": ("any", "/{proxy+}"),
        "One": ("get", "/a/{id}"),
        "A": ("get", "/a"),
        "Any": ("any", "/a"),
        "Root": ("get", "/"),
        "Post": ("post", "/a"),
    }
    flow = machine(routes, Stage="Prod", Path=path)
    for name in routes:
        sfn_mock.lambda_function(name).returns({"statusCode": 200, "body": name})
    assert flow.run().output["ResponseBody"] == function


@pytest.mark.parametrize(
    ("kind", "stage", "answer", "error"),
    [
        ("Api", "Prod", {"no": "status"}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "body": {"a": 1}}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": "?"}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "headers": "x"}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "headers": ["x"]}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "headers": {"X": {"a": 1}}}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "headers": {"X": None}}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "headers": {"X": ["a"]}}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "multiValueHeaders": 5}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "multiValueHeaders": {"X": "a"}}, "ApiGateway.502"),
        ("Api", "Prod", {"statusCode": 200, "multiValueHeaders": {"X": [{}]}}, "ApiGateway.502"),
        ("HttpApi", "$default", {"statusCode": 200, "headers": "x"}, "ApiGateway.500"),
        ("HttpApi", "$default", {"statusCode": 200, "cookies": "a=1"}, "ApiGateway.500"),
        ("Api", "Prod", {"statusCode": 404, "body": "none"}, "ApiGateway.404"),
        ("HttpApi", "$default", {"statusCode": 503}, "ApiGateway.503"),
    ],
)
def test_answers_that_fail_the_task(machine, sfn_mock, kind, stage, answer, error):
    flow = machine({"Get": ("get", "/a")}, kind, stage, Path="/a", **({"Stage": stage} if kind == "Api" else {}))
    sfn_mock.lambda_function("Get").returns(answer)
    assert flow.run().error == error


def test_an_error_of_the_function(machine, sfn_mock):
    flow = machine({"Get": ("get", "/a")}, Stage="Prod", Path="/a")
    sfn_mock.lambda_function("Get").raises("KeyError", "id")
    execution = flow.run()
    assert (execution.error, json.loads(execution.cause)) == ("ApiGateway.502", {"message": "Internal server error"})


def test_a_function_that_is_too_slow(machine, sfn_mock):
    flow = machine({"Get": ("get", "/a")}, Stage="Prod", Path="/a")
    sfn_mock.lambda_function("Get").returns(OK).takes(40)
    execution = flow.run()
    assert (execution.error, execution.elapsed.total_seconds()) == ("ApiGateway.504", 29)


def test_a_binary_body_and_cookies(machine, sfn_mock):
    flow = machine({"Get": ("get", "/a")}, "HttpApi", "$default", Path="/a")
    answer = {"statusCode": 200, "body": "aGVsbG8=", "isBase64Encoded": True, "cookies": ["a=1", "b=2"]}
    sfn_mock.lambda_function("Get").returns(answer)
    output = flow.run().output
    assert (output["ResponseBody"], output["Headers"]["Set-Cookie"]) == ("hello", ["a=1", "b=2"])


def test_a_mock_of_the_endpoint_comes_first(machine, sfn_mock):
    flow = machine({"Get": ("get", "/a")}, Stage="Prod", Path="/a")
    function = sfn_mock.lambda_function("Get")
    function.returns(OK)
    sfn_mock.http("https://Shop.execute-api.us-east-1.amazonaws.com/Prod/a").responds(text="mocked")
    assert flow.run().output["ResponseBody"] == "mocked"
    function.assert_not_called()


@pytest.mark.parametrize("parameters", [{"Stage": "Other", "Path": "/a"}, {"Stage": "Prod", "Path": "/b"}])
def test_what_no_route_takes(machine, sfn_mock, parameters):
    flow = machine({"Get": ("get", "/a")}, **parameters)
    sfn_mock.lambda_function("Get").returns(OK)
    with pytest.raises(MockError, match="state 'Call': no mock answers this task") as caught:
        flow.run()
    assert "sfn_mock.http(" in str(caught.value)
    assert "the function behind it" not in str(caught.value)
    sfn_mock._account.recover()


def test_a_function_that_nothing_answers(machine, sfn_mock):
    flow = machine({"Get": ("get", "/a")}, Stage="Prod", Path="/a")
    with pytest.raises(MockError, match=r"or sfn_mock\.lambda_function\(\"Get\"\)\.returns\(.*the function behind it"):
        flow.run()
    sfn_mock._account.recover()


def test_a_mock_behind_an_api_that_was_not_called_is_no_mistake(machine, sfn_mock):
    machine({"Get": ("get", "/a")}, Stage="Prod", Path="/a")
    sfn_mock.lambda_function("Get").returns(OK)
    sfn_mock.close()


TERRAFORM = """
resource "aws_lambda_function" "order" {
  function_name = "order-${var.region}"
  runtime       = "python3.12"
  handler       = "a.b"
}
variable "region" {}
resource "aws_apigatewayv2_api" "shop" { protocol_type = "HTTP" }
resource "aws_apigatewayv2_integration" "order" {
  api_id           = aws_apigatewayv2_api.shop.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.order.invoke_arn
}
resource "aws_apigatewayv2_route" "order" {
  api_id    = aws_apigatewayv2_api.shop.id
  route_key = "GET /orders/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.order.id}"
}
resource "aws_sfn_state_machine" "flow" {
  definition = jsonencode({
    StartAt = "Call"
    States = { Call = {
      Type = "Task", Resource = "arn:aws:states:::apigateway:invoke", OutputPath = "$.ResponseBody", End = true
      Parameters = { ApiEndpoint = ENDPOINT, Method = "GET", Path = "/orders/7" }
    } }
  })
}
"""
ID = '"${aws_apigatewayv2_api.shop.id}.execute-api.eu-west-1.amazonaws.com"'
WHOLE = 'replace(aws_apigatewayv2_api.shop.api_endpoint, "https://", "")'


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize("endpoint", [ID, WHOLE])
def test_an_api_of_terraform(sfn_mock, tmp_path, endpoint):
    file = tmp_path / "main.tf"
    file.write_text(TERRAFORM.replace("ENDPOINT", endpoint))
    flow = sfn_mock.load(file, parameters={"region": "eu"})
    sfn_mock.lambda_function("order-eu").returns(OK)
    assert flow.run().output == {"ok": True}


@pytest.mark.filterwarnings("ignore::pytest_sfn.DefinitionWarning")
@pytest.mark.parametrize("key", ["eu", "us"])
def test_an_api_of_a_module_that_is_called_twice(sfn_mock, tmp_path, key):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "main.tf").write_text(TERRAFORM.replace("ENDPOINT", ID))
    call = 'module "{0}" {{\n  source = "./shop"\n  region = "{0}"\n}}\n'
    (tmp_path / "main.tf").write_text(call.format("eu") + call.format("us"))
    flow = sfn_mock.load(tmp_path / "main.tf", logical_id=f"module.{key}.flow")
    sfn_mock.lambda_function(f"order-{key}").returns(OK)
    assert flow.run().output == {"ok": True}


def joined(*parts):
    return {"Fn::Join": ["", list(parts)]}


def reference(name):
    return {"Ref": name}


def cdk(host, **sent):
    """What the CDK makes of a LambdaRestApi, an HttpApi, and a task that calls one at this host."""
    rest, http, function = "ShopApi49610EDF", "HttpApiF5A9A8A7", "Orders886CB40B"
    arn = {"Fn::GetAtt": [function, "Arn"]}
    region, partition = reference("AWS::Region"), reference("AWS::Partition")
    uri = joined("arn:", partition, ":apigateway:", region, ":lambda:path/2015-03-31/functions/", arn, "/invocations")
    parameters = {"ApiEndpoint": "HOST", "Method": "GET", "AuthType": "IAM_ROLE", **sent}
    task = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Parameters": parameters, "End": True}
    before, after = json.dumps({"StartAt": "Call", "States": {"Call": task}}).split("HOST")
    left, stage, right = (*after.partition("STAGE"),) if "STAGE" in after else (after, "", "")
    text = [before, *host, left, *([reference("ShopApiDeploymentStageprodE1054AF0"), right] if stage else [])]
    resources = {
        function: ("Lambda::Function", {"Handler": "a.b", "Runtime": "python3.12", "Code": {"ZipFile": "..."}}),
        rest: ("ApiGateway::RestApi", {"Name": "ShopApi"}),
        "ShopApiDeploymentStageprodE1054AF0": (
            "ApiGateway::Stage",
            {"RestApiId": reference(rest), "DeploymentId": "d", "StageName": "prod"},
        ),
        "ShopApiproxy4EA44110": (
            "ApiGateway::Resource",
            {
                "ParentId": {"Fn::GetAtt": [rest, "RootResourceId"]},
                "PathPart": "{proxy+}",
                "RestApiId": reference(rest),
            },
        ),
        "ShopApiproxyANYB4A9D7F3": (
            "ApiGateway::Method",
            {
                "AuthorizationType": "AWS_IAM",
                "HttpMethod": "ANY",
                "Integration": {"IntegrationHttpMethod": "POST", "Type": "AWS_PROXY", "Uri": uri},
                "ResourceId": reference("ShopApiproxy4EA44110"),
                "RestApiId": reference(rest),
            },
        ),
        http: ("ApiGatewayV2::Api", {"Name": "HttpApi", "ProtocolType": "HTTP"}),
        "HttpApiDefaultStage3EEB07D6": ("ApiGatewayV2::Stage", {"ApiId": reference(http), "StageName": "$default"}),
        "HttpApiGETordersIntegration": (
            "ApiGatewayV2::Integration",
            {
                "ApiId": reference(http),
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": arn,
                "PayloadFormatVersion": "2.0",
            },
        ),
        "HttpApiGETorders": (
            "ApiGatewayV2::Route",
            {
                "ApiId": reference(http),
                "RouteKey": "GET /orders/{id}",
                "Target": joined("integrations/", reference("HttpApiGETordersIntegration")),
            },
        ),
        "Flow": ("StepFunctions::StateMachine", {"DefinitionString": joined(*text)}),
    }
    return json.dumps(
        {"Resources": {name: {"Type": f"AWS::{kind}", "Properties": said} for name, (kind, said) in resources.items()}}
    )


DOMAIN = (".execute-api.", reference("AWS::Region"), ".", reference("AWS::URLSuffix"))
ENDPOINT = {"Fn::Select": [1, {"Fn::Split": ["//", {"Fn::GetAtt": ["HttpApiF5A9A8A7", "ApiEndpoint"]}]}]}


@pytest.mark.parametrize(
    ("host", "stage", "version", "parameters"),
    [
        ((reference("ShopApi49610EDF"), *DOMAIN), {"Stage": "STAGE"}, None, {"proxy": "orders/7"}),
        ((reference("HttpApiF5A9A8A7"), *DOMAIN), {}, "2.0", {"id": "7"}),
        ((ENDPOINT,), {}, "2.0", {"id": "7"}),
    ],
    ids=["REST API", "HTTP API", "endpoint of the HTTP API"],
)
def test_an_api_of_the_cdk(sfn_mock, host, stage, version, parameters):
    function = sfn_mock.lambda_function("Orders886CB40B")
    function.returns(OK)
    flow = sfn_mock.load(cdk(host, Path="/orders/7", **stage))
    assert flow.run().output["ResponseBody"] == {"ok": True}
    event = function.calls[0].input
    assert (event.get("version"), event["pathParameters"]) == (version, parameters)
