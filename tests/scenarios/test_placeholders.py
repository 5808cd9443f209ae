"""Values that are made up for what a definition leaves open."""

import json
import warnings

import pytest

from pytest_sfn import DefinitionError, load
from pytest_sfn.scenarios.placeholders import fill_placeholders
from tests.helpers import machine, task


def values(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded, found = fill_placeholders(lambda substitutions: load(text, substitutions=substitutions))
    return loaded, found


def test_a_value_says_its_name():
    call = {"Type": "Task", "Resource": "${ChargeArn}", "Next": "Child"}
    call["Parameters"] = {"Table": "${Table}", "Key": "a/${Prefix}/b"}
    child = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution"}
    child["Parameters"] = {"StateMachineArn": "${Child}"}
    loaded, found = values(json.dumps(machine(Charge=call, Child=child)))

    assert found == {
        "ChargeArn": "arn:aws:lambda:us-east-1:123456789012:function:ChargeArn",
        "Table": "Table",
        "Prefix": "Prefix",
        "Child": "arn:aws:states:us-east-1:123456789012:stateMachine:Child",
    }
    assert loaded.definition["States"]["Charge"]["Parameters"]["Key"] == "a/Prefix/b"


def test_without_quotes_it_is_a_number_or_an_object():
    call = {**task("f"), "Parameters": {"all": "ALL"}, "TimeoutSeconds": "MOST"}
    text = json.dumps(machine(Call=call)).replace('"ALL"', "${All}").replace('"MOST"', "${Most}")

    assert values(text)[1] == {"All": {}, "Most": 60}


def test_a_number_in_quotes_has_no_value():
    call = {**task("f", TimeoutSeconds="${Most}"), "Parameters": {"table": "${Table}"}}

    assert values(json.dumps(machine(Call=call)))[1] == {"Table": "Table"}


def test_nothing_to_make_up():
    assert values(json.dumps(machine(Wait={"Type": "Wait", "Seconds": 1})))[1] == {}


def test_what_no_value_mends():
    with pytest.raises(DefinitionError, match="Seconds"):
        values('{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -1, "X": "${A}", "End": true}}}')


def test_fields_of_apis_get_values_that_they_take():
    call = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke"}
    call["Parameters"] = {"ApiEndpoint": "${Base_Url}/rates", "Method": "GET"}
    call["Parameters"]["Authentication"] = {"ConnectionArn": "${Connection}"}

    assert values(json.dumps(machine(Call=call)))[1] == {
        "Base_Url": "https://base-url.example.com",
        "Connection": "arn:aws:events:us-east-1:123456789012:connection/Connection/1",
    }


def test_a_part_of_an_expression():
    ask = {"Type": "Choice", "Choices": [{"Condition": "{% ${On} = true and '${Name}' = 'a' %}", "Next": "End"}]}
    definition = machine(Ask=ask, End={"Type": "Succeed"}) | {"QueryLanguage": "JSONata"}

    assert values(json.dumps(definition))[1] == {"On": "true", "Name": "Name"}


def test_a_value_that_is_refused_leaves_the_others():
    call = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke"}
    call["Parameters"] = {"ApiEndpoint": "https://a.b", "Method": "${Method}", "RequestBody": "${Body}"}
    call["Parameters"]["Authentication"] = {"ConnectionArn": "${Connection}"}

    assert values(json.dumps(machine(Call=call)))[1].keys() == {"Body", "Connection"}


def test_the_host_of_an_api():
    invoke = {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "End": True}
    invoke |= {"Parameters": {"ApiEndpoint": "${Orders_Api}", "Method": "GET"}}
    text = json.dumps({"StartAt": "Ask", "States": {"Ask": invoke}})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, found = fill_placeholders(lambda substitutions: load(text, substitutions=substitutions))

    assert found == {"Orders_Api": "orders-api.execute-api.us-east-1.amazonaws.com"}
