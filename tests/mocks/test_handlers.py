"""Which functions run their own code, and why others do not."""

import pytest

from pytest_sfn.errors import Location, MockError
from pytest_sfn.gate.gate import GATE
from pytest_sfn.loaders.functions import FunctionResource
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


@pytest.mark.parametrize("name", ["F", "shop-f", "Construct", "arn:aws:lambda:us-east-1:123456789012:function:shop-f:live"])
def test_names(handlers, name):
    known = function(other_names=("Construct",))
    assert handlers(function("G", name="g"), known).resource(parse_function(name)) is known


def test_of_one_function_loaded_twice_the_last_counts(handlers, tmp_path):
    first, last = (function(code=tmp_path, environment={"STAGE": stage}) for stage in ("a", "b"))
    assert handlers(first, last).resource(parse_function("F")) is last


def test_two_functions_with_one_name(handlers, tmp_path):
    both = handlers(function(code=tmp_path / "a"), function(code=tmp_path / "b"))
    with pytest.raises(MockError, match="two loaded templates have a function 'F', with different code"):
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
