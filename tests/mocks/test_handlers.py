"""Which functions run their own code, and why others do not."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from pytest_sfn.errors import DefinitionWarning, Location, MockError
from pytest_sfn.gate.gate import GATE
from pytest_sfn.loaders.functions import FunctionResource, UnknownVariable
from pytest_sfn.mocks.handlers import Chosen, Handlers
from pytest_sfn.services.function_names import parse_function


def function(logical_id="F", **fields):
    known = {"name": "shop-f", "arn": "arn", "runtime": "python3.12", "handler": "app.handler"}
    return FunctionResource(**{"logical_id": logical_id, "location": Location("t.yaml", 3, 5), **known, **fields})


@pytest.fixture
def handlers(tmp_path):
    def handlers(*functions):
        return Handlers(
            "us-east-1", functions=lambda: functions, directories=lambda: [tmp_path], guard=GATE.guard("handler", [].append)
        )

    return handlers


@pytest.mark.parametrize(
    ("fields", "chosen", "reason"),
    [
        ({"code": "folder"}, {}, None),
        ({"code_text": "def handler(event, context): ..."}, {}, None),
        ({"code": "folder", "runtime": None}, {}, None),
        ({"code": "folder", "runtime": "${Runtime}", "handler": "src/other.handler"}, {}, "no src/other.py"),
        ({"code": "folder", "runtime": "java21"}, {}, "its runtime is java21, and only Python runs here"),
        ({"package_type": "Image", "runtime": None, "handler": None}, {}, "it is a container image"),
        ({"package_type": "Image", "runtime": None}, {"handler": "app.handler", "root": "folder"}, None),
        ({"code": "folder", "handler": "${Handler}"}, {}, "its template does not say what its handler is"),
        ({"code": "folder", "handler": "${Handler}"}, {"handler": "app.handler"}, None),
        ({"code_place": "s3://b/k"}, {}, "its code is not on this disk: s3://b/k"),
        ({}, {"root": "folder"}, None),
    ],
)
def test_reason(handlers, tmp_path, fields, chosen, reason):
    (tmp_path / "app.py").touch()
    fields, chosen = (
        {key: tmp_path if value == "folder" else value for key, value in each.items()} for each in (fields, chosen)
    )
    found = handlers().reason(function(**fields), Chosen(**chosen))
    assert found == reason or (reason is not None and found is not None and reason in found)


def test_a_function_that_no_template_has(handlers):
    assert handlers(function()).reason(None, Chosen()) == "no loaded template has it; there are shop-f"
    assert handlers().reason(None, Chosen(handler="app.handler")) == (
        'no template with functions is loaded; load the template, or use_handlers("template.yaml")'
    )


def test_loaded_templates_without_functions_are_named(tmp_path):
    guard = GATE.guard("handler", [].append)
    some = Handlers(
        "us-east-1", functions=tuple, templates=lambda: ["a.yaml", "b.yaml"], directories=lambda: [tmp_path], guard=guard
    )
    assert some.reason(None, Chosen(handler="app.handler")).startswith("a.yaml, b.yaml have no functions, nor nested stacks ")


def test_name_that_cloudformation_makes(handlers):
    known = function("ChargeFunction8A3B21C0AAAA", other_names=("ChargeFunction",))
    some = handlers(function("Other", name="other"), known)
    assert some.resource(parse_function("shop-ChargeFunction8A3B21C0AA-1A2B3C4D5E6F")) is known
    assert some.resource(parse_function("shop-Charge-1A2B3C4D5E6F")) is None


def test_variables_that_have_no_value_are_told_once(handlers, tmp_path):
    unknown = tuple(UnknownVariable(name, "it has no default", Location("t.yaml", 9, 1)) for name in ("TABLE", "QUEUE"))
    environment = {"TABLE": "${Table}", "QUEUE": "${Queue}"}
    some = handlers(function(code=tmp_path, environment=environment, unknown=unknown))
    chosen = some.choose(environment={"QUEUE": "q"})
    with pytest.warns(DefinitionWarning) as told:
        first, again = (some.handler(request_at(), parse_function("F"), chosen) for _ in range(2))
    assert first is again
    (warning,) = told
    assert str(warning.message) == (
        "function 'F': environment variables without a value, which stay placeholders\n"
        "  t.yaml:9:1  TABLE=${Table} (it has no default)\n"
        '  fix  use_handlers(environment={"TABLE": ...}), or the value of what they come from: load(..., parameters={...})\n'
        "  see  pytest-sfn docs handlers#environment-variables (https://pytest-sfn.readthedocs.io/en/latest/handlers.html#environment-variables)"
    )


def request_at():
    """What `Handlers` asks of a request: the world's time."""

    class World:
        @staticmethod
        def datetime_at(_time):
            return datetime(2024, 1, 1, tzinfo=UTC)

    return SimpleNamespace(world=World, time=0)


@pytest.mark.parametrize("name", ["F", "shop-f", "Construct", "arn:aws:lambda:us-east-1:123456789012:function:shop-f:live"])
def test_names(handlers, name):
    known = function(other_names=("Construct",))
    assert handlers(function("G", name="g"), known).resource(parse_function(name)) is known


def test_of_one_function_loaded_twice_the_last_counts(handlers, tmp_path):
    first, last = (function(code=tmp_path, environment={"STAGE": stage}) for stage in ("a", "b"))
    assert handlers(first, last).resource(parse_function("F")) is last


def test_two_functions_with_one_name(handlers, tmp_path):
    both = handlers(function(code=tmp_path / "a"), function(code=tmp_path / "b"))
    with pytest.raises(MockError, match="two functions of the loaded templates are called 'F', and have different code"):
        both.resource(parse_function("F"))


def test_nobody_answers_unless_asked_to(handlers, tmp_path):
    some = handlers(function(code=tmp_path))
    assert not some.answers(parse_function("F"))
    some.use(Chosen())
    assert some.answers(parse_function("F"))
    assert not some.answers(parse_function("G"))


def test_what_reports_show_of_an_execution_is_forgotten(handlers, tmp_path):
    class Kept:
        arn = "arn:kept"

    known = handlers()
    known.logged_in |= {"arn:gone": [], "arn:kept": []}
    known.forget({Kept()})
    assert known.logged_in == {"arn:kept": []}
