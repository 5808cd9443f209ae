"""The routes of a template's APIs that lead to its Lambda functions: API Gateway's REST and HTTP APIs, with proxy integrations.

| the format | where they are |
|---|---|
| SAM | `Events` of functions: Api, HttpApi; an API's DefinitionBody |
| CloudFormation, CDK, SAM | `AWS::ApiGateway::Method`, `AWS::ApiGatewayV2::Route` and its Integration; an API's Body |
| Serverless Framework | `events` of functions: http, httpApi |
| Terraform | `aws_api_gateway_integration`, `aws_apigatewayv2_route` and its integration |

An integration that is no proxy of a function (AWS, HTTP, MOCK) is no route here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_sfn.loaders.intrinsics import Resolver, Resource
    from pytest_sfn.loaders.serverless import ServerlessTemplate
    from pytest_sfn.loaders.template import Template
    from pytest_sfn.loaders.terraform import TerraformTemplate
    from pytest_sfn.loaders.terraform_resources import TerraformResource

__all__ = ["DEFAULT", "ApiRoute", "api_routes"]

Stages: TypeAlias = "Mapping[str, tuple[str, ...]]"
"""The names of its stages for each API that has any."""
DEFAULT: Final = "$default"
"""The route of an HTTP API that takes what no other does, and the stage that is in no path."""
_INVOKED: Final = re.compile(r":function:(?P<name>[^:/]+)")
_METHODS: Final = ("get", "post", "put", "delete", "patch", "options", "head", "x-amazon-apigateway-any-method")


class ApiRoute(NamedTuple):
    """A route of an API.

    Attributes:
        api: the API's id, which is its logical id; in Terraform its address in its module.
        kind: of the API.
        method: in capitals; ANY for all.
        path: as API Gateway has it, `/orders/{id}`; `DEFAULT` for whatever path.
        function: the function's name.
        stages: names of the API's stages; empty if the template has none.
        payload: the format of the event.
    """

    api: str
    kind: Literal["rest", "http"]
    method: str
    path: str
    function: str
    stages: tuple[str, ...]
    payload: Literal["1.0", "2.0"]


@lru_cache(maxsize=32)
def api_routes(template: Template) -> list[ApiRoute]:
    """The routes of all APIs of a template, found once."""
    if template.format == "Terraform":
        return [*_of_terraform(cast("TerraformTemplate", template).all_resources)]
    resolver = template.resolver()
    found = [*_of_resources(template, resolver)]
    if template.format == "Serverless":
        found += _of_serverless(cast("ServerlessTemplate", template), resolver)
    return found


def _of_resources(template: Template, resolver: Resolver) -> Iterator[ApiRoute]:
    stages = _stages(template, resolver)
    for each in template.resources.values():
        if each.type == "AWS::Serverless::Function":
            yield from _of_sam(each, stages, resolver)
        elif each.type == "AWS::ApiGateway::Method":
            yield from _of_method(template, each, stages, resolver)
        elif each.type == "AWS::ApiGatewayV2::Route":
            yield from _of_route(template, each, stages, resolver)
        elif each.type in _BODIES:
            body = resolver.resolve(each.properties.get("DefinitionBody") or each.properties.get("Body"))
            kind: Literal["rest", "http"] = "http" if "Http" in each.type or "V2" in each.type else "rest"
            yield from _of_body(each.id, body, kind, stages.get(each.id, ()))


_BODIES: Final = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::Serverless::Api", "AWS::Serverless::HttpApi")


def _of_sam(function: Resource, stages: Stages, resolver: Resolver) -> Iterator[ApiRoute]:
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html"""
    events = function.properties.get("Events")
    for node in (events if isinstance(events, dict) else {}).values():
        kind = node.get("Type") if isinstance(node, dict) else None
        said = resolver.resolve(node.get("Properties") or {}) if kind in ("Api", "HttpApi") else None
        if not isinstance(said, dict):
            continue
        name, path = resolver.name_of(function), str(said.get("Path", DEFAULT))
        method = _method(said.get("Method", "ANY"))
        if kind == "Api":
            api = _id(said.get("RestApiId", "ServerlessRestApi"))
            yield ApiRoute(api, "rest", method, path, name, stages.get(api, ("Prod", "Stage")), "1.0")
        else:
            api = _id(said.get("ApiId", "ServerlessHttpApi"))
            payload: Literal["1.0", "2.0"] = "1.0" if said.get("PayloadFormatVersion") == "1.0" else "2.0"
            yield ApiRoute(api, "http", method, path, name, stages.get(api, (DEFAULT,)), payload)


def _of_method(template: Template, method: Resource, stages: Stages, resolver: Resolver) -> Iterator[ApiRoute]:
    said = resolver.resolve(dict(method.properties))
    said = said if isinstance(said, dict) else {}
    integration = said.get("Integration")
    function = _function(integration, "Type", "Uri")
    if function is None:
        return
    api = _id(said.get("RestApiId"))
    path, part = "", _id(method.properties.get("ResourceId"))
    for _ in range(20):
        node = template.resources.get(part)
        if node is None or node.type != "AWS::ApiGateway::Resource":
            break
        path = f"/{resolver.resolve(node.properties.get('PathPart'))}{path}"
        part = _id(node.properties.get("ParentId"))
    yield ApiRoute(api, "rest", _method(said.get("HttpMethod")), path or "/", function, stages.get(api, ()), "1.0")


def _of_route(template: Template, route: Resource, stages: Stages, resolver: Resolver) -> Iterator[ApiRoute]:
    said = resolver.resolve(dict(route.properties))
    target = str(said.get("Target", "")) if isinstance(said, dict) else ""
    integration = template.resources.get(target.removeprefix("integrations/"))
    node: Any = resolver.resolve(dict(integration.properties)) if integration is not None else None
    function = _function(node, "IntegrationType", "IntegrationUri")
    if function is None:
        return
    api = _id(said.get("ApiId"))
    two = str(node.get("PayloadFormatVersion", "1.0")) == "2.0"
    yield _http_route(api, str(said.get("RouteKey")), function, stages.get(api, (DEFAULT,)), two=two)


def _http_route(api: str, key: str, function: str, stages: tuple[str, ...], *, two: bool) -> ApiRoute:
    method, _, path = key.partition(" ")
    method = "ANY" if method == DEFAULT else _method(method)
    return ApiRoute(api, "http", method, path or DEFAULT, function, stages, "2.0" if two else "1.0")


def _of_body(api: str, body: Any, kind: Literal["rest", "http"], stages: tuple[str, ...]) -> Iterator[ApiRoute]:
    """The routes of an OpenAPI document."""
    paths = body.get("paths") if isinstance(body, dict) else None
    stages = stages or ((DEFAULT,) if kind == "http" else ())
    for path, node in (paths if isinstance(paths, dict) else {}).items():
        for method in _METHODS:
            operation = node.get(method) if isinstance(node, dict) else None
            integration: Any = operation.get("x-amazon-apigateway-integration") if isinstance(operation, dict) else None
            function = _function(integration, "type", "uri")
            if function is None:
                continue
            two = kind == "http" and str(integration.get("payloadFormatVersion", "2.0")) == "2.0"
            named = "ANY" if method.startswith("x-") else method.upper()
            yield ApiRoute(api, kind, named, "/" if path == "" else path, function, stages, "2.0" if two else "1.0")


def _of_serverless(template: ServerlessTemplate, resolver: Any) -> Iterator[ApiRoute]:
    """https://www.serverless.com/framework/docs/providers/aws/events/apigateway"""
    functions = template.section(resolver, "functions")[0]
    for key, node in functions.items():
        said = resolver.resolve(node) if isinstance(node, dict) else None
        events = said.get("events") if isinstance(said, dict) else None
        name = resolver.name_of(template.resources[key]) if key in template.resources else key
        for event in events if isinstance(events, list) else []:
            for kind, given in event.items() if isinstance(event, dict) else ():
                if kind not in ("http", "httpApi"):
                    continue
                method, path = _serverless_route(given)
                if kind == "http" and not (isinstance(given, dict) and given.get("integration") not in (None, "lambda-proxy")):
                    yield ApiRoute("ApiGatewayRestApi", "rest", method, path, name, (resolver.stage,), "1.0")
                elif kind == "httpApi":
                    yield ApiRoute("HttpApi", "http", method, path, name, (DEFAULT,), "2.0")


def _serverless_route(given: Any) -> tuple[str, str]:
    if isinstance(given, dict):
        method, path = given.get("method", "ANY"), str(given.get("path", "*"))
    else:
        method, _, path = str(given).strip().partition(" ")
        method, path = (method, path.strip()) if path else ("ANY", method)
    return _method(method), DEFAULT if path == "*" else f"/{path.strip('/')}"


def _of_terraform(resources: list[TerraformResource]) -> Iterator[ApiRoute]:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_integration"""
    known = {each.address: each for each in resources}
    apis = {each.attribute("id"): each.address for each in resources if each.type in _TERRAFORM_APIS}
    ids = {address: found for found, address in apis.items() if isinstance(found, str) and "${" not in found}

    def of(resource: TerraformResource, attribute: str) -> str:
        """The address that an attribute of it refers to: in the resource's own module."""
        module = resource.address.rpartition(f"{resource.type}.")[0]
        value = resource.value(attribute)
        named = apis.get(value) if isinstance(value, str) else None
        return named or f"{module}{_reference(value)}"

    stages: dict[str, tuple[str, ...]] = {}
    for each in resources:
        if each.type in _TERRAFORM_STAGES:
            field, name = _TERRAFORM_STAGES[each.type]
            api = of(each, field)
            stages[api] = (*stages.get(api, ()), str(each.value(name)))
    for each in resources:
        if each.type == "aws_api_gateway_integration":
            function = _called(each.value("type"), each.value("uri"))
            if function is not None:
                api, path = of(each, "rest_api_id"), _terraform_path(known, of, of(each, "resource_id"))
                method = _method(each.value("http_method"))
                yield ApiRoute(ids.get(api) or _bare(api), "rest", method, path, function, stages.get(api, ()), "1.0")
        elif each.type == "aws_apigatewayv2_route":
            target = str(each.value("target") or "").removeprefix("integrations/")
            module = each.address.rpartition(f"{each.type}.")[0]
            integration = known.get(f"{module}{_reference(target)}")
            function = None
            if integration is not None:
                function = _called(integration.value("integration_type"), integration.value("integration_uri"))
            if integration is not None and function is not None:
                api = of(each, "api_id")
                named = stages.get(api, (DEFAULT,))
                two = str(integration.value("payload_format_version") or "1.0") == "2.0"
                yield _http_route(ids.get(api) or _bare(api), str(each.value("route_key")), function, named, two=two)


_TERRAFORM_APIS: Final = ("aws_api_gateway_rest_api", "aws_apigatewayv2_api")
_TERRAFORM_STAGES: Final = {
    "aws_api_gateway_stage": ("rest_api_id", "stage_name"),
    "aws_apigatewayv2_stage": ("api_id", "name"),
}


def _terraform_path(known: Mapping[str, TerraformResource], of: Callable[[TerraformResource, str], str], address: str) -> str:
    """The path of a resource of a REST API."""
    path = ""
    for _ in range(20):
        node = known.get(address)
        if node is None or node.type != "aws_api_gateway_resource":
            break
        path, address = f"/{node.value('path_part')}{path}", of(node, "parent_id")
    return path or "/"


def _bare(address: str) -> str:
    """An address as the placeholders of its own module have it."""
    return ".".join(address.split(".")[-2:])


def _reference(value: Any) -> str:
    """The address of the resource whose attribute a placeholder stands for."""
    text = str(value)
    return text[2:-1].rpartition(".")[0] if text.startswith("${") and text.endswith("}") else text


# -- parts -------------------------------------------------------------------------------------------------------------


def _function(integration: Any, type: str, uri: str) -> str | None:
    """The function of a proxy integration."""
    return _called(integration.get(type), integration.get(uri)) if isinstance(integration, dict) else None


def _called(type: Any, uri: Any) -> str | None:
    """The function that an integration of this type calls as a proxy."""
    named = _INVOKED.search(str(uri)) if str(type).upper() == "AWS_PROXY" else None
    return named["name"] if named is not None else None


def _stages(template: Template, resolver: Resolver) -> Stages:
    names: dict[str, list[Any]] = {}
    for each in template.resources.values():
        if each.type == "AWS::Serverless::Api":
            names.setdefault(each.id, [])[:0] = [each.properties.get("StageName"), "Stage"]  # SAM makes one of that name too
        elif each.type == "AWS::Serverless::HttpApi":
            names.setdefault(each.id, [])[:0] = [each.properties.get("StageName", DEFAULT)]
        elif each.type in _STAGES:
            api = _id(each.properties.get("RestApiId", each.properties.get("ApiId")))
            names.setdefault(api, []).append(each.properties.get("StageName"))
    found = {api: [str(resolver.resolve(name)) for name in given if name is not None] for api, given in names.items()}
    return {api: tuple(dict.fromkeys(given)) for api, given in found.items() if given}


_STAGES: Final = ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Stage")


def _id(value: Any) -> str:
    """The logical id that a reference names, or that an API of the template has for its id."""
    if isinstance(value, dict) and isinstance(value.get("Ref"), str):
        return str(value["Ref"])
    text = value if isinstance(value, str) else ""
    return text[2:-1] if text.startswith("${") and text.endswith("}") else text


def _method(value: Any) -> str:
    method = str(value).upper()
    return "ANY" if method in ("*", "X-AMAZON-APIGATEWAY-ANY-METHOD") else method
