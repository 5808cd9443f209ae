"""A little API Gateway, made of the calls and templates with which a case set up its REST APIs.

It routes a request by stage, path and method to the Lambda function of the integration, as API Gateway does:
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-integrate-backend.html. It knows resources, methods and
Lambda integrations (AWS and AWS_PROXY), never single cases; of the APIs' features it has those that can be told from the
recorded answers.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from pytest_sfn import SfnMock

Json = dict[str, Any]
Function = Callable[..., Any]

INVOCATION = re.compile(r":function:(?P<name>[^:/]+)(?::[^/]+)?/invocations$")
# What CloudFront, before an edge-optimized API, and API Gateway itself add to each answer; their values are never compared.
EDGE = {
    "Connection": "keep-alive",
    "Date": "Mon, 01 Jan 2024 00:00:00 GMT",
    "Via": "1.1 edge.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "edge-request",
    "X-Amz-Cf-Pop": "EDGE1",
    "X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000",
    "X-Cache": "Miss from cloudfront",
    "x-amz-apigw-id": "gateway-request",
    "x-amzn-RequestId": "00000000-0000-0000-0000-000000000000",
}
NO_SUCH_ROUTE = 403, {"message": "Missing Authentication Token"}  # [recorded]: so it says, whatever is missing


class RestApi:
    """One REST API: its resources as (parent, path part), its methods, its stages."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.resources: dict[str, tuple[str, str]] = {}
        self.integrations: dict[tuple[str, str], Json] = {}  # by resource and method: type, function
        self.stages: set[str] = set()

    def route(self, path: str) -> tuple[str, Json]:
        """(resource, path parameters) of the most literal one that has this path; the resource is "" if there is none."""
        if path.strip("/") == "":
            return self.root, {}
        found: list[tuple[list[int], str, Json]] = []
        for resource in self.resources:
            pattern, rank = "", []
            for part in self._parts(resource):
                name = part.strip("{+}")
                text = rf"(?P<{name}>.+)" if part.endswith("+}") else rf"(?P<{name}>[^/]+)" if "{" in part else re.escape(part)
                pattern += f"/{text}"
                rank.append(2 if part.endswith("+}") else int("{" in part))
            match = re.fullmatch(pattern, "/" + path.strip("/"))
            if match is not None:
                found.append((rank, resource, match.groupdict()))
        return min(found, key=lambda each: each[0])[1:] if found else ("", {})

    def _parts(self, resource: str) -> list[str]:
        parts: list[str] = []
        while resource in self.resources:
            resource, part = self.resources[resource]
            parts.insert(0, part)
        return parts


class Gateway:
    """The REST APIs of one case, by id, and the functions behind them, by name."""

    def __init__(self, case: Json, functions: ModuleType) -> None:
        self.apis: dict[str, RestApi] = {}
        self.functions: dict[str, Function] = {
            each["name"]: getattr(functions, each["behaviour"]) for each in case.get("functions") or ()
        }
        for call in case.get("setup") or ():
            operation = OPERATIONS.get((call["service"], call["operation"]))
            if operation is not None:
                operation(self, call["kwargs"], call.get("response") or {})

    # -- calls of the setup --------------------------------------------------------------------------------------------

    def create_rest_api(self, kwargs: Json, response: Json) -> None:
        self.apis[response["id"]] = RestApi(response["rootResourceId"])

    def create_resource(self, kwargs: Json, response: Json) -> None:
        self.apis[kwargs["restApiId"]].resources[response["id"]] = kwargs["parentId"], kwargs["pathPart"]

    def put_integration(self, kwargs: Json, response: Json) -> None:
        templates = kwargs.get("requestTemplates") or {}
        function = INVOCATION.search(kwargs.get("uri", ""))
        integration = {"type": kwargs["type"], "function": function, "template": templates.get("application/json")}
        self.apis[kwargs["restApiId"]].integrations[kwargs["resourceId"], kwargs["httpMethod"]] = integration

    def create_deployment(self, kwargs: Json, response: Json) -> None:
        self.apis[kwargs["restApiId"]].stages.add(kwargs.get("stageName", ""))

    def deploy_template(self, kwargs: Json, response: Json) -> None:
        """The APIs of a CloudFormation template, and its Python functions whose code stands in it."""
        if "AWS::ApiGateway::" not in kwargs["template"]:
            return
        import yaml

        resources = yaml.safe_load(kwargs["template"])["Resources"]

        def each(kind: str) -> Iterator[tuple[str, Json]]:
            return ((name, each["Properties"]) for name, each in resources.items() if each["Type"] == f"AWS::{kind}")

        for name, properties in each("Lambda::Function"):
            code = properties.get("Code", {}).get("ZipFile")
            if code is not None and str(properties.get("Runtime")).startswith("python"):
                module: Json = {}
                exec(code, module)  # as Lambda does
                self.functions[name] = module[properties["Handler"].rpartition(".")[2]]
        for name, _ in each("ApiGateway::RestApi"):
            self.apis[name] = RestApi(name)
        for name, properties in each("ApiGateway::Resource"):
            parent = properties["ParentId"]  # the Ref of another, or the API's RootResourceId
            parent = parent["Ref"] if "Ref" in parent else parent["Fn::GetAtt"][0]
            self.apis[properties["RestApiId"]["Ref"]].resources[name] = parent, properties["PathPart"]
        for _, properties in each("ApiGateway::Method"):
            place = properties["ResourceId"]
            place = place["Ref"] if "Ref" in place else place["Fn::GetAtt"][0]
            integration = properties["Integration"]
            uri = re.search(r'"Fn::GetAtt": \["(?P<name>\w+)", "Arn"\]', json.dumps(integration.get("Uri")))
            found = {"type": integration["Type"], "function": uri}
            self.apis[properties["RestApiId"]["Ref"]].integrations[place, properties["HttpMethod"]] = found
        for _, properties in each("ApiGateway::Stage"):
            self.apis[properties["RestApiId"]["Ref"]].stages.add(properties["StageName"])

    # -- requests ------------------------------------------------------------------------------------------------------

    def answer(self, request: Any) -> tuple[int, str, Json]:
        """The response to a request: (status, body, headers)."""
        status, body, headers = self._route(request)
        return status, body, {"Content-Type": "application/json", **EDGE, **headers}

    def _route(self, request: Any) -> tuple[int, str, Json]:
        api = self._api(request.host)
        stage, _, path = request.path.lstrip("/").partition("/")
        if stage in api.stages:
            resource, parameters = api.route(path)
            for method in (request.method, "ANY"):
                if (resource, method) in api.integrations:
                    return self._integrate(api.integrations[resource, method], request, f"/{path}", parameters)
        status, message = NO_SUCH_ROUTE
        return status, json.dumps(message, separators=(",", ":")), {}

    def _api(self, host: str) -> RestApi:
        """The API of that host; where a template's API has no recorded name, its only one."""
        name = host.partition(".")[0]
        if name not in self.apis and len(self.apis) == 1:
            return next(iter(self.apis.values()))
        return self.apis[name]

    def _integrate(self, integration: Json, request: Any, path: str, parameters: Json) -> tuple[int, str, Json]:
        kind, function = integration["type"], integration["function"]
        if kind not in ("AWS", "AWS_PROXY") or function is None:
            raise NotImplementedError(f"an API Gateway with an integration of type {kind} to no Lambda function")
        stub = self.functions[function["name"]]
        if kind == "AWS":  # the body is passed through as the payload; without one it is {} [recorded]
            text = request.text or "{}"
            if integration.get("template") is not None:
                text = _mapped(integration["template"], text, request.query)
            return 200, json.dumps(_call(stub, json.loads(text))), {}
        event = {
            "httpMethod": request.method,
            "path": path,
            "pathParameters": parameters or None,
            "queryStringParameters": request.query or None,
            "headers": dict(request.headers),
            "body": request.text or None,
            "isBase64Encoded": False,
        }
        result = _call(stub, event)
        return int(result.get("statusCode", 200)), result.get("body") or "", result.get("headers") or {}


OPERATIONS = {
    ("_fixture", "create_rest_apigw"): Gateway.create_rest_api,
    ("_fixture", "deploy_cfn_template"): Gateway.deploy_template,
    ("apigateway", "create_rest_api"): Gateway.create_rest_api,
    ("apigateway", "create_resource"): Gateway.create_resource,
    ("apigateway", "put_integration"): Gateway.put_integration,
    ("apigateway", "create_deployment"): Gateway.create_deployment,
    ("apigateway", "create_stage"): Gateway.create_deployment,
}


def _mapped(template: str, body: str, query: Mapping[str, Any]) -> str:
    """A mapping template's text, as far as it has the whole body and the query, whose map is written as Java writes one."""
    text = "{" + ", ".join(f"{name}={value}" for name, value in query.items()) + "}"
    return template.replace("$input.json('$')", body).replace("$input.params().querystring", text)


def _call(function: Function, event: Any) -> Any:
    try:
        inspect.signature(function).bind(event, None)
    except TypeError:
        return function(event)
    return function(event, None)


def serve(case: Json, sfn_mock: SfnMock, functions: ModuleType) -> None:
    """Let the APIs that the case has set up answer its HTTP requests."""
    gateway = Gateway(case, functions)
    if gateway.apis:
        sfn_mock.http().calls(gateway.answer)
