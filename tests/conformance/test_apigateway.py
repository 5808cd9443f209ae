"""The little API Gateway of the conformance cases routes as API Gateway does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_sfn import HttpRequest
from pytest_sfn.tasks.http_message import Headers
from tests.conformance.apigateway import Gateway

FUNCTIONS = SimpleNamespace(
    echo=lambda event: event,
    proxy=lambda event, _context: {"statusCode": 201, "body": f"{event['path']} {event['pathParameters']} {event['body']}"},
)


def put(resource: str, method: str, kind: str, function: str) -> dict[str, Any]:
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:{function}"
    kwargs = {"restApiId": "api", "resourceId": resource, "httpMethod": method, "type": kind, "uri": f"{uri}/invocations"}
    return {"service": "apigateway", "operation": "put_integration", "kwargs": kwargs}


def resource(name: str, parent: str, part: str) -> dict[str, Any]:
    kwargs = {"restApiId": "api", "parentId": parent, "pathPart": part}
    return {"service": "apigateway", "operation": "create_resource", "kwargs": kwargs, "response": {"id": name}}


CASE = {
    "functions": [{"name": "e", "behaviour": "echo"}, {"name": "p", "behaviour": "proxy"}],
    "setup": [
        {"service": "iam", "operation": "create_role", "kwargs": {}},
        {
            "service": "_fixture",
            "operation": "create_rest_apigw",
            "kwargs": {},
            "response": {"id": "api", "rootResourceId": "root"},
        },
        resource("pets", "root", "pets"),
        resource("pet", "pets", "{id}"),
        resource("mine", "pets", "mine"),
        resource("rest", "root", "{proxy+}"),
        put("pets", "POST", "AWS", "e"),
        put("pet", "ANY", "AWS_PROXY", "p"),
        put("mine", "GET", "AWS", "e"),
        put("rest", "ANY", "AWS_PROXY", "p"),
        {
            "service": "apigateway",
            "operation": "create_deployment",
            "kwargs": {"restApiId": "api", "stageName": "dev"},
        },
    ],
}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("POST", "/dev/pets", b'{"a":1}', 200, '{"a": 1}'),
        ("POST", "/dev/pets", b"", 200, "{}"),
        ("GET", "/dev/pets/7", b"", 201, "/pets/7 {'id': '7'} None"),
        ("GET", "/dev/pets/mine", b"", 200, "{}"),
        ("POST", "/dev/pets/mine", b"x", 403, '{"message":"Missing Authentication Token"}'),
        ("PUT", "/dev/pets/7", b"x", 201, "/pets/7 {'id': '7'} x"),
        ("GET", "/dev/a/b", b"", 201, "/a/b {'proxy': 'a/b'} None"),
        ("GET", "/prod/pets", b"", 403, '{"message":"Missing Authentication Token"}'),
        ("GET", "/dev", b"", 403, '{"message":"Missing Authentication Token"}'),
    ],
)
def test_routes(method, path, body, status, text):
    gateway = Gateway(CASE, FUNCTIONS)
    request = HttpRequest(method, f"https://api.execute-api.us-east-1.amazonaws.com{path}", Headers(), body)
    assert gateway.answer(request)[:2] == (status, text)


TEMPLATE = """
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code: {ZipFile: "def handler(event, context): return {'statusCode': 200, 'body': event['httpMethod']}"}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: {Ref: Api}, StageName: dev}}
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      HttpMethod: ANY
      ResourceId: {"Fn::GetAtt": [Api, RootResourceId]}
      RestApiId: {Ref: Api}
      Integration:
        Type: AWS_PROXY
        Uri: {"Fn::Join": ["", ["arn:aws:apigateway:path/", {"Fn::GetAtt": [Fn, Arn]}, /invocations]]}
"""


def test_template():
    setup = [{"service": "_fixture", "operation": "deploy_cfn_template", "kwargs": {"template": TEMPLATE}}]
    gateway = Gateway({"setup": setup}, FUNCTIONS)
    assert gateway.answer(HttpRequest("PUT", "https://whatever/dev", Headers(), b""))[:2] == (200, "PUT")
