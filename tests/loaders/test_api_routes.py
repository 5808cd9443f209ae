"""The routes of a template's APIs that lead to its functions."""

from __future__ import annotations

import json

import pytest

from pytest_sfn import load
from pytest_sfn.loaders.api_routes import DEFAULT, api_routes

FLOW = {
    "Type": "AWS::StepFunctions::StateMachine",
    "Properties": {"DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'},
}
CODE = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "orders", "Handler": "a.b", "Runtime": "python3.12"}}
ARN = {"Fn::GetAtt": ["Orders", "Arn"]}
URI = {"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations"}
API = {"Ref": "Api"}


def routes(transform=None, **resources):
    template = {"Resources": {"Flow": FLOW, **resources}, **({"Transform": transform} if transform else {})}
    return api_routes(load(json.dumps(template), logical_id="Flow").template)


def sam(api, **events):
    function = {"Handler": "a.b", "Runtime": "python3.12", "CodeUri": ".", "Events": events}
    own = {} if api is None else {"Api": api}
    return routes("AWS::Serverless-2016-10-31", Fn={"Type": "AWS::Serverless::Function", "Properties": function}, **own)


def test_sam_implicit_apis():
    rest = {"Type": "Api", "Properties": {"Path": "/orders/{id}", "Method": "get"}}
    http = {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "post"}}
    assert sam(None, Rest=rest, Http=http, Rest2={"Type": "HttpApi"}, Odd={"Type": "S3"}) == [
        ("ServerlessRestApi", "rest", "GET", "/orders/{id}", "Fn", ("Prod", "Stage"), "1.0"),
        ("ServerlessHttpApi", "http", "POST", "/orders", "Fn", (DEFAULT,), "2.0"),
        ("ServerlessHttpApi", "http", "ANY", DEFAULT, "Fn", (DEFAULT,), "2.0"),
    ]


def test_sam_own_api():
    rest = {"Type": "Api", "Properties": {"Path": "/", "Method": "any", "RestApiId": API}}
    api = {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "live"}}
    assert sam(api, Rest=rest) == [("Api", "rest", "ANY", "/", "Fn", ("live", "Stage"), "1.0")]


def test_rest_api_of_cloudformation():
    def resource(parent, part):
        return {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": parent, "PathPart": part, "RestApiId": API}}

    def method(at, **integration):
        properties = {"HttpMethod": "GET", "ResourceId": at, "RestApiId": API, "Integration": integration}
        return {"Type": "AWS::ApiGateway::Method", "Properties": properties}

    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    found = routes(
        Orders=CODE,
        Api={"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
        List=resource(root, "orders"),
        One=resource({"Ref": "List"}, "{id}"),
        GetOne=method({"Ref": "One"}, Type="AWS_PROXY", Uri=URI),
        GetRoot=method(root, Type="AWS_PROXY", Uri=URI),
        Mocked=method({"Ref": "List"}, Type="MOCK"),
        Stage={"Type": "AWS::ApiGateway::Stage", "Properties": {"StageName": "prod", "RestApiId": API}},
    )
    assert found == [
        ("Api", "rest", "GET", "/orders/{id}", "orders", ("prod",), "1.0"),
        ("Api", "rest", "GET", "/", "orders", ("prod",), "1.0"),
    ]


def test_http_api_of_cloudformation():
    integration = {"ApiId": API, "IntegrationType": "AWS_PROXY", "IntegrationUri": ARN, "PayloadFormatVersion": "2.0"}
    target = {"Fn::Join": ["/", ["integrations", {"Ref": "Proxy"}]]}

    def route(key, target):
        return {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": API, "RouteKey": key, "Target": target}}

    found = routes(
        Orders=CODE,
        Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "shop", "ProtocolType": "HTTP"}},
        Proxy={"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
        One=route("GET /orders/{id}", target),
        Rest=route("$default", target),
        Nowhere=route("GET /x", "integrations/none"),
    )
    assert found == [
        ("Api", "http", "GET", "/orders/{id}", "orders", (DEFAULT,), "2.0"),
        ("Api", "http", "ANY", DEFAULT, "orders", (DEFAULT,), "2.0"),
    ]


def test_an_openapi_document():
    operation = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI, "payloadFormatVersion": "1.0"}}
    body = {"paths": {"/a": {"get": operation, "post": {}}, "/b": {"x-amazon-apigateway-any-method": operation}, "/c": None}}
    found = routes(Orders=CODE, Api={"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}})
    assert [route[:5] for route in found] == [
        ("Api", "rest", "GET", "/a", "orders"),
        ("Api", "rest", "ANY", "/b", "orders"),
    ]


SERVERLESS = """
service: shop
provider: {name: aws, runtime: python3.12, stage: test}
functions:
  one:
    handler: a.b
    events:
      - http: GET orders/{id}
      - http: {path: /orders, method: post}
      - http: {path: /mapped, method: post, integration: lambda}
      - httpApi: "PUT /orders"
      - httpApi: "*"
      - sns: topic
stepFunctions:
  stateMachines:
    flow:
      definition: {StartAt: A, States: {A: {Type: Succeed}}}
"""


def test_serverless(tmp_path):
    file = tmp_path / "serverless.yml"
    file.write_text(SERVERLESS)
    template = load(file).template
    assert template is not None
    assert api_routes(template) == [
        ("ApiGatewayRestApi", "rest", "GET", "/orders/{id}", "shop-test-one", ("test",), "1.0"),
        ("ApiGatewayRestApi", "rest", "POST", "/orders", "shop-test-one", ("test",), "1.0"),
        ("HttpApi", "http", "PUT", "/orders", "shop-test-one", (DEFAULT,), "2.0"),
        ("HttpApi", "http", "ANY", DEFAULT, "shop-test-one", (DEFAULT,), "2.0"),
    ]


TERRAFORM = """
resource "aws_sfn_state_machine" "flow" {
  definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
}
resource "aws_lambda_function" "one" {
  function_name = "orders"
  runtime       = "python3.12"
  handler       = "a.b"
}
resource "aws_api_gateway_rest_api" "shop" { name = "shop" }
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_resource" "order" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_resource.orders.id
  path_part   = "{id}"
}
resource "aws_api_gateway_method" "get" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.order.id
  http_method = "GET"
}
resource "aws_api_gateway_integration" "get" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.order.id
  http_method = aws_api_gateway_method.get.http_method
  type        = "AWS_PROXY"
  uri         = aws_lambda_function.one.invoke_arn
}
resource "aws_api_gateway_integration" "mock" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.orders.id
  http_method = "GET"
  type        = "MOCK"
}
resource "aws_api_gateway_stage" "live" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = "live"
}
resource "aws_apigatewayv2_api" "http" { protocol_type = "HTTP" }
resource "aws_apigatewayv2_integration" "one" {
  api_id                 = aws_apigatewayv2_api.http.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.one.arn
  payload_format_version = "2.0"
}
resource "aws_apigatewayv2_integration" "old" {
  api_id           = aws_apigatewayv2_api.http.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.one.arn
}
resource "aws_apigatewayv2_route" "get" {
  api_id    = aws_apigatewayv2_api.http.id
  route_key = "GET /orders/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.one.id}"
}
resource "aws_apigatewayv2_route" "rest" {
  api_id    = aws_apigatewayv2_api.http.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.old.id}"
}
"""


@pytest.mark.parametrize("module", [False, True], ids=["root", "module"])
def test_terraform(tmp_path, module):
    file = tmp_path / "main.tf"
    inside = tmp_path / "shop" / "main.tf" if module else file
    file.write_text('module "shop" { source = "./shop" }\n')
    inside.parent.mkdir(exist_ok=True)
    inside.write_text(TERRAFORM)
    template = load(file).template
    assert template is not None
    rest, http = "shop", "shop-http" if module else "http"
    assert api_routes(template) == [
        (rest, "rest", "GET", "/orders/{id}", "orders", ("live",), "1.0"),
        (http, "http", "GET", "/orders/{id}", "orders", (DEFAULT,), "2.0"),
        (http, "http", "ANY", DEFAULT, "orders", (DEFAULT,), "1.0"),
    ]


def test_the_routes_of_a_template_are_found_once():
    template = load(json.dumps({"Resources": {"Flow": FLOW}})).template
    assert api_routes(template) is api_routes(template)
