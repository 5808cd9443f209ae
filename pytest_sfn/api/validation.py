"""ValidateStateMachineDefinition, and AWS's refusal of a definition that is no JSON object.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.asl.express import express_problems
from pytest_sfn.asl.java_json import json_refusal
from pytest_sfn.asl.parse import aws_refusal_message, parse, told_by_aws
from pytest_sfn.asl.source import read_source
from pytest_sfn.errors import DefinitionError, Diagnostic, JsonValueError
from pytest_sfn.expressions.values import loads
from pytest_sfn.services.api_error import ApiError
from pytest_sfn.services.calls import check_call

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["diagnostics_of", "invalid_definition", "validate"]

Params = dict[str, Any]
MOST_DIAGNOSTICS = 100
"""How many diagnostics an answer has unless maxResults says less [documented]."""


def not_json(text: str) -> Diagnostic | None:
    """What is wrong with a text that is not the JSON of an object, else None."""
    if not text.strip():
        return Diagnostic(code="SCHEMA_VALIDATION_FAILED", message="Definition must be a valid JSON object", pointer="")
    refused = json_refusal(text)
    if refused is not None:
        return refused
    try:
        reason = "" if isinstance(loads(text), dict) else "it is no JSON object"
    except JsonValueError as error:
        reason = str(error)
    return Diagnostic(code="INVALID_JSON_DESCRIPTION", message=reason, pointer="/") if reason else None


def invalid_definition(text: str) -> ApiError | None:
    """CreateStateMachine's refusal of a text that is not the JSON of an object, else None. The API takes no YAML."""
    problem = not_json(text)
    if problem is None:
        return None
    return ApiError("InvalidDefinition", aws_refusal_message([problem]))


def diagnostics_of(text: str, kind: str) -> Sequence[Diagnostic]:
    """What is wrong with a definition that is a JSON object."""
    try:
        source = read_source(text)
        model = parse(source, check_call)
    except DefinitionError as error:
        return error.diagnostics
    return express_problems(model, source) if kind == "EXPRESS" else ()


def validate(_resources: object, params: Params) -> Params:
    """ValidateStateMachineDefinition, which looks at the given text alone."""
    text = params["definition"]
    problem = not_json(text)
    problems = [problem] if problem is not None else diagnostics_of(text, params.get("type", "STANDARD"))
    found: list[Params] = [
        {"severity": each.severity, "code": each.code, "message": each.message}
        | ({"location": each.pointer} if each.pointer else {})  # blank text and a missing end have none [recorded]
        for each in told_by_aws(problems)
    ]
    failed = any(each["severity"] == "ERROR" for each in found)
    if params.get("severity", "ERROR") == "ERROR":
        found = [each for each in found if each["severity"] == "ERROR"]
    limit = params.get("maxResults") or MOST_DIAGNOSTICS
    return {"result": "FAIL" if failed else "OK", "diagnostics": found[:limit], "truncated": len(found) > limit}
